/* SPDX-License-Identifier: BSD-2-Clause */
/* Records before a packet and after it. */
#include "records.h"

#include "claim.h"
#include "errors.h"
#include "report.h"

/* The records that a packet from outside may add: far more than any needs, far
 * less than a table has. */
#define RECORDS_FROM_OUTSIDE 8

uint64_t records_hash(const struct watched_store *s)
{
	uint64_t total = 0, hash;
	unsigned i;
	size_t n;

	for (i = 0; i < s->high; i++) {
		const struct vpnalg_record *record = s->entries[i].record;
		const uint8_t *bytes = (const uint8_t *)record;

		if (record == NULL)
			continue;
		hash = 14695981039346656037U;
		for (n = 0; n < (size_t)record->units * VPNALG_UNIT; n++)
			hash = (hash ^ bytes[n]) * 1099511628211U;
		total += hash;
	}
	return total;
}

/* A session that is past its deadline may have been closed. */
void check_unchanged(const struct world *w, const struct sent *s,
		     long records, uint64_t before)
{
	if (w->store.records > records ||
	    (w->store.records == records && records_hash(&w->store) != before))
		broken("ICMP errors", "%s: a session has changed",
		       s->direction & VPNALG_IN ? "in" : "out");
}

/* A fragment behind the first opens nothing, and neither does a packet that is
 * dropped. A host that is held back, and an ESP SA, may be remembered. */
static void check_added(const struct sent *s, unsigned result, long before,
			long after)
{
	if (s->bytes.length >= 20 && is_later_fragment(s->bytes.data) &&
	    after > before)
		broken("fragments", "%s, and %ld records more",
		       vpnalg_result_text(result), after - before);
	if (result > VPNALG_UNTOUCHED && result != VPNALG_DROP_HELD &&
	    after > before && s->bytes.data[9] != ESP)
		broken("8 (given back)", "%s, and %ld records more",
		       vpnalg_result_text(result), after - before);
}

/* What is remembered of a datagram outlives its session. */
static bool may_be_remembered(const struct world *w, const struct sent *s,
			      unsigned result)
{
	return w->settings->fragments &&
	       (result == VPNALG_DROP_FRAGMENT || is_error_about_fragment(s));
}

static void check_from_outside(const struct world *w, const struct sent *s,
			       unsigned result, long before)
{
	long after = w->store.records;

	if (before == 0 ? after != 0 : after > before + RECORDS_FROM_OUTSIDE)
		broken("6 (outside opens nothing)", "%ld records, then %ld",
		       before, after);
	if (before == 0 && result != VPNALG_UNTOUCHED &&
	    !may_be_remembered(w, s, result))
		broken("6 (outside opens nothing)", "%s, and nobody is there",
		       vpnalg_result_text(result));
}

void check_records(const struct world *w, const struct sent *s,
		   unsigned result, long before)
{
	/* A fragment that is held may have made a datagram whole. */
	if (is_rogue(w->settings, s) || result == VPNALG_HELD)
		return;
	check_added(s, result, before, w->store.records);
	if (s->direction == VPNALG_IN)
		check_from_outside(w, s, result, before);
}
