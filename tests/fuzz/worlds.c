/* SPDX-License-Identifier: BSD-2-Clause */
/* Two worlds side by side: the bursts of one are the other's single packets
 * (promise 4), or the store of one fails and the other's does not
 * (promise 7). */
#include "worlds.h"

#include <string.h>

#include "claim.h"
#include "process.h"
#include "report.h"
#include "steer.h"
#include "undo.h"

static void check_same(const char *promise, const struct lent *a,
		       const struct lent *b)
{
	if (a->p.result != b->p.result)
		broken(promise, "%s, and the other: %s",
		       vpnalg_result_text(a->p.result),
		       vpnalg_result_text(b->p.result));
	if (a->p.caplen != b->p.caplen || a->p.zone != b->p.zone ||
	    memcmp(a->p.data, b->p.data, a->p.caplen) != 0)
		broken(promise, "other bytes");
}

/* Returns whether the worlds need not be the same any more, because of a store:
 * the other one is full; this one failed, and a segment was cut; or this one
 * failed for what the router itself sends, which has passed and was not
 * remembered. */
static bool stores_differ(const struct worlds *w, const struct lent *a)
{
	return w->second.store.failed ||
	       (w->first.store.struck && a->p.flags & VPNALG_PACKET_CUT) ||
	       (w->first.store.struck && w->settings.own &&
		a->p.result == VPNALG_UNTOUCHED);
}

/* Returns whether the worlds need not be the same any more, because the search
 * for an ID went on where it was: the second try, or that for a later session,
 * has found another one, or, with a callback that refuses many, none. */
static bool searches_differ(const struct worlds *w, const struct lent *a,
			    const struct lent *b)
{
	if (!w->tried_again || b->p.result != VPNALG_TRANSLATED)
		return false;
	return a->p.result == VPNALG_DROP_NO_ID ||
	       a->p.result == VPNALG_DROP_REFUSED ||
	       (w->first.opened && w->second.opened &&
		a->p.result == VPNALG_TRANSLATED &&
		memcmp(a->p.data, b->p.data, a->p.caplen) != 0);
}

static void send_in_other(struct worlds *w, struct lent *other,
			  const struct sent *s, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		lend(&other[i], &s[i]);
	trace(" in the other world\n");
	if (w->one_by_one)
		for (i = 0; i < count; i++)
			process(&w->second, &other[i], &s[i], 1);
	else
		process(&w->second, other, s, count);
}

/* Gives the first world a packet again that its store has cost. */
static void try_again(struct worlds *w, struct lent *l, const struct sent *s)
{
	take_back(l, 1);
	lend(l, s);
	w->first.random = w->settings.random ^ w->calls;
	trace(" once more\n");
	process(&w->first, l, s, 1);
	w->tried_again = true;
}

static void compare(struct worlds *w, struct lent *l, const struct sent *s,
		    size_t count)
{
	struct lent other[BURST_MAX];
	size_t i;

	send_in_other(w, other, s, count);
	w->failed = w->failed || w->first.store.struck;
	if (w->heals && w->first.store.struck &&
	    l->p.result == VPNALG_DROP_STORE)
		try_again(w, l, s);
	if (w->heals &&
	    (stores_differ(w, l) || searches_differ(w, l, other)))
		w->heals = false;
	for (i = 0; i < count && (w->heals || w->one_by_one); i++)
		check_same(w->one_by_one ? "4 (same bytes)"
					 : "7 (a store that fails)",
			   &l[i], &other[i]);
	take_back(other, count);
}

static void trace_sent(const struct sent *s)
{
	static const char *const directions[] = {
		"out", "in", "out, undone", "in, undone"
	};

	trace("%s, zone %u, %u of %u bytes%s\n", directions[s->direction],
	      s->zone, s->bytes.length, s->len,
	      s->checksum ? ", checksum partial or verified" : "");
	trace_packet("  ", s->bytes.data, s->bytes.length);
}

/* Makes the worlds alike before the next packets. A store that has failed has
 * its records in another order: the sweep would meet the dead ones, which keep
 * their remotes in use, at other times. */
static void make_alike(struct worlds *w)
{
	if (!w->heals)
		return;
	if (w->failed) {
		world_sweep_all(&w->first);
		world_sweep_all(&w->second);
	}
	w->first.random = w->second.random = w->settings.random ^ w->calls;
}

static bool may_undo(const struct worlds *w, const struct lent *l,
		     const struct sent *s)
{
	return l->p.result == VPNALG_TRANSLATED &&
	       l->p.direction < VPNALG_OUT_UNDO && !s->no_undo &&
	       !is_rogue(&w->settings, s);
}

static void undo_in_worlds(struct worlds *w, const struct lent *l,
			   const struct sent *s)
{
	undo(&w->first, l, s, w->one_by_one ? 0 : w->fail_undo);
	if (w->one_by_one || w->heals)
		undo(&w->second, l, s, 0);
	w->fail_undo = 0;
}

void worlds_send(struct worlds *w, struct sent *packets, size_t count)
{
	struct lent l[BURST_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		trace_sent(&packets[i]);
		lend(&l[i], &packets[i]);
	}
	w->calls++;
	make_alike(w);
	if (!w->one_by_one)
		w->first.store.fail_in = w->fail_next;
	w->fail_next = 0;
	process(&w->first, l, packets, count);
	for (i = 0; i < count; i++)
		check_steer(&w->settings, &l[i], &packets[i]);
	if (w->one_by_one || w->heals)
		compare(w, l, packets, count);
	if (count == 1 && may_undo(w, l, packets))
		undo_in_worlds(w, l, packets);
	for (i = 0; i < count; i++)
		sent_becomes(&packets[i], &l[i].p);
	take_back(l, count);
}
