/* SPDX-License-Identifier: BSD-2-Clause */
#include "load_refused.h"

#include "key.h"
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

/* Whether two sessions are of one inside host. */
static bool are_of_one_host(const struct vpnalg *translator,
			    struct vpnalg_record *a, struct vpnalg_record *b)
{
	const uint8_t *x = record_key(translator, a, VPNALG_INSIDE_OWN);
	const uint8_t *y = record_key(translator, b, VPNALG_INSIDE_OWN);

	return record_kind(translator, b)->of_remote ||
	       (key_zone(x) == key_zone(y) &&
		same_address(x + KEY_LOCAL_OFF, y + KEY_LOCAL_OFF,
			     addr_len_of(translator)));
}

/* Whether a session that it belongs to was refused, or left out as its ID is
 * withheld, or is another host's. */
static bool has_lost_parent(struct vpnalg *translator,
			    struct vpnalg_record *record)
{
	struct vpnalg_record *parent;
	unsigned i;

	for (i = 0; i < PARENTS_MAX && record != NULL; i++) {
		translator->met_withheld = false;
		parent = vpnalg_lineage_last_parent(translator, record);
		if (parent != NULL ? is_refused(parent) ||
					     !are_of_one_host(translator,
							      record, parent)
				   : translator->met_withheld)
			return true;
		record = parent;
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
		 has_lost_parent(translator, record))
		mark(translator, record);
}

void vpnalg_load_end_refused(struct vpnalg *translator,
			     struct vpnalg_load *load)
{
	struct vpnalg_record *record;
	uint64_t cursor;
	unsigned pass;

	for (pass = PASS_MARK; pass <= PASS_REMOVE; pass++) {
		cursor = 0;
		while (record_next(translator, &cursor, &record))
			if (record_is_session(translator, record))
				visit(translator, load, record,
				      (enum pass)pass);
	}
}
