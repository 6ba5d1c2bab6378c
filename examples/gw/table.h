/* SPDX-License-Identifier: BSD-2-Clause */
/* The gateway's table of nftables, as text: rules.h says what it is for. */
#ifndef GW_TABLE_H
#define GW_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "options.h"

/* Text that grows; zeroed at first. */
struct text {
	char *data;
	size_t length, room;
};

/* Appends no more than 1,000 characters. Returns false without memory. */
bool text_add(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends the table, with its sets still empty. */
bool table_write(struct text *text, const char *name,
		 const struct options *options,
		 const struct addresses *addresses);

/* Appends the commands by which it gets other outside addresses. */
bool table_renumber(struct text *text, const char *name,
		    const struct addresses *addresses);

#endif
