/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of wrong settings, and of settings that are just right: each spoils the
 * parts of a translator, and names what vpnalg_init() makes of that. */
#ifndef TESTS_INIT_ROW_H
#define TESTS_INIT_ROW_H

#include "init.h"

typedef void spoil(struct parts *p);

/* A spoil function with one statement about a member of the parts. */
#define SPOIL(name, what)                     \
	static void name(struct parts *p)     \
	{                                     \
		p->what;                      \
	}

struct init_row {
	const char *name;
	spoil *spoil;
	int error;     /* of vpnalg_init() */
	bool has_size; /* vpnalg_size() returns one */
};

static inline void check_init_row(const struct init_row *row)
{
	struct parts p;

	assemble(&p);
	row->spoil(&p);
	ck_assert_msg((vpnalg_size(&p.config) != 0) == row->has_size, "%s",
		      row->name);
	if (!row->has_size)
		p.size = 100000;
	ck_assert_msg(try_init(&p) == row->error, "%s", row->name);
}

struct init_text_row {
	spoil *spoil;
	const char *text; /* of vpnalg_config_error(); NULL: nothing is wrong */
	size_t index;
};

static inline void check_init_text(const struct init_text_row *row)
{
	const char *text;
	struct parts p;
	size_t index = 99;

	assemble(&p);
	row->spoil(&p);
	text = vpnalg_config_error(&p.config, &index);
	if (row->text == NULL)
		ck_assert_ptr_null(text);
	else
		ck_assert_str_eq(text, row->text);
	ck_assert_uint_eq(index, row->index);
	ck_assert(vpnalg_config_error(&p.config, NULL) == text);
	free(p.table);
}

#endif
