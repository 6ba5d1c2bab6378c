/* SPDX-License-Identifier: BSD-2-Clause */
#include "load_refused.h"

#include "lineage.h"
#include "record.h"
#include "session.h"

static void mark(struct vpnalg *translator, struct vpnalg_record *record)
{
	record->flags |= SESSION_CUT;
	vpnalg_session_changed(translator, record);
}

void vpnalg_load_refuse(struct vpnalg *translator, struct vpnalg_load *load,
			struct vpnalg_record *record)
{
	mark(translator, record);
	load->left_out++;
}

static bool inherits(const struct vpnalg *translator,
		     const struct vpnalg_record *record)
{
	return record_kind(translator, record)->inherits_outside;
}

static bool is_marked(const struct vpnalg_record *record)
{
	return record->flags & SESSION_CUT;
}

/* The callback is asked about those alone that have outside IDs of their own.
 * Who was refused has no binding to give back. */
static bool is_refused(const struct vpnalg *translator,
		       const struct vpnalg_record *record)
{
	return is_marked(record) && !inherits(translator, record);
}

void vpnalg_load_take_back(struct vpnalg *translator, struct vpnalg_load *load,
			   struct vpnalg_record *record)
{
	if (is_refused(translator, record)) {
		vpnalg_session_dismantle(translator, record);
		return;
	}
	vpnalg_session_close(translator, record);
	load->records--;
	load->left_out++;
}

/* Returns the session whose outside ID it has: its own, or that of a parent.
 * NULL: it has outlived that one, as what a removed service has opened. */
static struct vpnalg_record *owner_of_id(struct vpnalg *translator,
					 struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < PARENTS_MAX && record != NULL; i++) {
		if (!inherits(translator, record))
			return record;
		record = vpnalg_lineage_last_parent(translator, record);
	}
	return NULL;
}

enum pass { PASS_MARK, PASS_REMOVE };

static void visit(struct vpnalg *translator, struct vpnalg_load *load,
		  struct vpnalg_record *record, enum pass pass)
{
	struct vpnalg_record *owner;

	if (pass == PASS_REMOVE) {
		if (is_marked(record))
			vpnalg_load_take_back(translator, load, record);
		return;
	}
	owner = owner_of_id(translator, record);
	if (owner != NULL && is_refused(translator, owner))
		mark(translator, record);
}

void vpnalg_load_end_refused(struct vpnalg *translator,
			     struct vpnalg_load *load)
{
	struct vpnalg_record *record;
	uint64_t cursor;
	unsigned pass;

	if (load->left_out == 0)
		return;
	for (pass = PASS_MARK; pass <= PASS_REMOVE; pass++) {
		cursor = 0;
		while (record_next(translator, &cursor, &record))
			if (record_is_session(translator, record))
				visit(translator, load, record,
				      (enum pass)pass);
	}
}
