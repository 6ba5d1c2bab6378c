/* SPDX-License-Identifier: BSD-2-Clause */
#include "load_refused.h"

#include "lineage.h"
#include "record.h"
#include "session.h"

/* Marks of sessions to be removed. REFUSED is one that the callback refused
 * itself, so it has no binding to give back. The flag of an announced end
 * serves as mark: the session does not live to use it. */
#define GOES SESSION_CUT
#define REFUSED (SESSION_CUT | VPNALG_SESSION_ENDED)

void vpnalg_load_refuse(struct vpnalg *translator, struct vpnalg_load *load,
			struct vpnalg_record *record)
{
	record->flags |= REFUSED;
	vpnalg_session_changed(translator, record);
	load->left_out++;
}

static void mark(struct vpnalg *translator, struct vpnalg_record *record)
{
	record->flags &= (uint8_t)~REFUSED;
	record->flags |= GOES;
	vpnalg_session_changed(translator, record);
}

static bool is_refused(const struct vpnalg_record *record)
{
	return (record->flags & REFUSED) == REFUSED;
}

void vpnalg_load_take_back(struct vpnalg *translator, struct vpnalg_load *load,
			   struct vpnalg_record *record)
{
	if (is_refused(record)) {
		vpnalg_session_discard(translator, record);
		return;
	}
	vpnalg_session_close(translator, record);
	load->records--;
	load->left_out++;
}

/* Returns whether a parent of the session was refused. */
static bool has_refused_parent(struct vpnalg *translator,
			       struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < PARENTS_MAX && record != NULL; i++) {
		record = vpnalg_lineage_last_parent(translator, record);
		if (record != NULL && is_refused(record))
			return true;
	}
	return false;
}

enum pass { PASS_MARK, PASS_REMOVE };

static void visit(struct vpnalg *translator, struct vpnalg_load *load,
		  struct vpnalg_record *record, enum pass pass)
{
	if (pass == PASS_REMOVE && record->flags & GOES)
		vpnalg_load_take_back(translator, load, record);
	else if (pass == PASS_MARK && !is_refused(record) &&
		 has_refused_parent(translator, record))
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
