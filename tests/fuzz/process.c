/* SPDX-License-Identifier: BSD-2-Clause */
/* A world before a burst of packets, and after it. */
#include "process.h"

#include "claim.h"
#include "errors.h"
#include "offer.h"
#include "records.h"
#include "report.h"
#include "result.h"

/* The lookups that a packet may cost: far more than any needs, far less than a
 * search of the whole table. */
#define FINDS_MAX 8192

/* What is known before a packet that comes alone. */
struct before {
	long records;
	uint64_t hash; /* of them, if the packet is an ICMP error */
	bool error, offered;
	struct vpnalg_translation offer;
};

static void look_before(struct world *w, const struct sent *s,
			const struct vpnalg_packet *p, struct before *b)
{
	b->records = w->store.records;
	b->error = is_icmp_error(s) && !is_rogue(w->settings, s);
	b->hash = b->error ? records_hash(&w->store) : 0;
	b->offered = offer_ask(w, s, p, &b->offer);
}

static void check_after(struct world *w, const struct sent *s,
			const struct vpnalg_packet *p, struct before *b)
{
	check_records(w, s, p->result, b->records);
	if (b->error)
		check_unchanged(w, s, b->records, b->hash);
	if (b->offered)
		offer_check(w, s, p, &b->offer);
}

/* Has the packets translated, while the store counts anew. */
static void translate(struct world *w, struct vpnalg_packet *packets,
		      size_t count)
{
	w->store.finds = 0;
	w->store.failed = false;
	w->store.struck = false;
	vpnalg_process(w->alg, packets, count, w->now);
	w->store.fail_in = 0;
}

void process(struct world *w, struct lent *l, const struct sent *s,
	     size_t count)
{
	struct vpnalg_packet packets[BURST_MAX];
	struct before before = { 0 };
	unsigned long added = w->store.added;
	size_t i;

	for (i = 0; i < count; i++)
		packets[i] = l[i].p;
	if (count == 1)
		look_before(w, s, packets, &before);
	translate(w, packets, count);
	for (i = 0; i < count; i++) {
		l[i].p = packets[i];
		fragments_count(w, &s[i], &packets[i]);
		check_result(w, &s[i], &packets[i]);
	}
	fragments_take(w);
	w->opened = w->store.added > added;
	store_check(&w->store);
	event_log_check_counters(w);
	if (w->store.finds > FINDS_MAX * count)
		broken("6 (time)", "%u lookups", w->store.finds);
	if (count == 1)
		check_after(w, s, packets, &before);
}
