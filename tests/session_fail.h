/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of stores that fail or are mirrored. */
#ifndef TESTS_SESSION_FAIL_H
#define TESTS_SESSION_FAIL_H

#include "support_ipsec.h"
#include "support_l2tp.h"
#include "toy.h"
#include "cases.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <stdlib.h>
#include <string.h>

static const uint32_t two_addresses[] = { OUTSIDE, OUTSIDE_2 };

/* The number of addresses, and the handler and kind of the session: each makes
 * the engine keep other records beside it. */
static const struct open_row {
	const char *name;
	size_t addresses;
	uint8_t handler, kind;
	long operations; /* adds and gives */
} open_rows[] = {
	{ "session alone", 1, 1, 0, 3 },
	{ "and a guard", 1, 0, TOY_CONTROL, 5 },
	{ "four slots and a guard", 1, 0, TOY_DATA, 5 },
	{ "and the pair", 2, 1, 0, 7 },
	{ "and all of them", 2, 0, TOY_DATA, 9 },
};

static inline unsigned try_open(struct world *w, const struct open_row *row)
{
	static const uint8_t host[] = { 192, 168, 77, 11 };
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	struct vpnalg_opening opening = { .kind = row->kind,
					  .space = TOY_SPACE,
					  .inside = host,
					  .remote = remote,
					  .id = 7,
					  .keep = true,
					  .lifetime = 1000 };
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record;

	step.handler = row->handler;
	return vpnalg_session_open(&step, &opening, &record);
}

/* A mirror of the store elsewhere, kept up to date by the store's operations:
 * records are added, removed and changed; keys are linked, unlinked and
 * relinked. */
enum { MIRRORED = 64 };
static struct mirrored {
	struct vpnalg_record *record;
	uint8_t bytes[VPNALG_UNIT * VPNALG_UNITS_MAX];
} mirror[MIRRORED];
static struct vpnalg_store plain;

static inline struct mirrored *mirror_of(struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < MIRRORED; i++)
		if (mirror[i].record == record)
			return &mirror[i];
	ck_abort_msg("no such record");
	return NULL;
}

static inline void mirror_change(void *context, struct vpnalg_record *record)
{
	plain.changed(context, record);
	memcpy(mirror_of(record)->bytes, record,
	       (size_t)record->units * VPNALG_UNIT);
}

static inline struct vpnalg_record *mirror_add(void *context, unsigned units)
{
	struct vpnalg_record *record = plain.add(context, units);

	if (record != NULL) {
		mirror_of(NULL)->record = record;
		mirror_change(context, record);
	}
	return record;
}

static inline void mirror_remove(void *context, struct vpnalg_record *record)
{
	mirror_of(record)->record = NULL;
	plain.remove(context, record);
}

static inline void mirror_stand_between(struct world *w)
{
	memset(mirror, 0, sizeof(mirror));
	plain = w->store;
	w->store.add = mirror_add;
	w->store.remove = mirror_remove;
	w->store.changed = mirror_change;
}

static inline void mirror_begin(struct world *w)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },
		{ toy_handler, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = {
		.addresses = two_addresses,
		.address_count = 2,
		.protocols = protocols,
		.protocol_count = 3,
		.general.filtering = VPNALG_FILTERING_ADDRESS_DEPENDENT
	};

	world_begin(w, &options);
	mirror_stand_between(w);
}

static inline void mirror_end(struct world *w)
{
	w->bytes = NULL; /* the test's own */
	w->store = plain;
	world_end(w);
}

static inline void check_mirror(void)
{
	unsigned i;

	for (i = 0; i < MIRRORED; i++) {
		struct vpnalg_record *record = mirror[i].record, copy;

		if (record == NULL)
			continue;
		memcpy(&copy, mirror[i].bytes, sizeof(copy));
		copy.keys = record->keys;
		ck_assert_msg(memcmp(&copy, record, sizeof(copy)) == 0,
			      "head of a record of handler %u, kind %u",
			      record->handler, record->kind);
		ck_assert_msg(memcmp(mirror[i].bytes + sizeof(copy), record + 1,
				     (size_t)record->units * VPNALG_UNIT -
					     sizeof(copy)) == 0,
			      "body of a record of handler %u, kind %u",
			      record->handler, record->kind);
	}
}

/* Not through send_packet(), which lets a moving store move. */
static inline void process(struct world *w, uint8_t direction, struct bytes p)
{
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length,
					.direction = direction };

	vpnalg_process(w->alg, &packet, 1, w->now);
	ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
	memcpy(w->bytes, packet.data, packet.caplen);
	check_mirror();
}

#endif
