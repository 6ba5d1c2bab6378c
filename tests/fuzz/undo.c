/* SPDX-License-Identifier: BSD-2-Clause */
/* What a translation gives when it is undone. */
#include "undo.h"

#include <string.h>

#include "checksums.h"
#include "errors.h"
#include "process.h"
#include "report.h"

/* The flags that a packet keeps when it is turned round or undone. */
#define HAIRPIN_FLAGS (VPNALG_PACKET_HAIRPIN | VPNALG_PACKET_TO_SERVICE)

/* Returns whether a result other than VPNALG_TRANSLATED is allowed: two hosts
 * may have the same ID where a packet carries the receiver's ID alone, and a
 * store may fail. */
static bool may_be_dropped(const struct watched_store *store,
			   const struct sent *s, unsigned result)
{
	uint8_t protocol = s->bytes.data[9];

	return (result == VPNALG_DROP_AMBIGUOUS &&
		(protocol == GRE || protocol == ESP)) ||
	       (result == VPNALG_DROP_STORE && store->failed);
}

static void check_bytes(const struct sent *s, const struct vpnalg_packet *undo)
{
	struct bytes expected = s->bytes;

	if ((undo->flags & ~HAIRPIN_FLAGS) != 0 ||
	    undo->caplen != s->bytes.length || undo->len != s->len)
		broken("3 (undo)", "another length");
	if (is_icmp_error(s))
		allow_in_undone(&expected, undo);
	if (!is_same_packet(expected.data, undo->data, undo->caplen,
			    s->checksum == VPNALG_CHECKSUM_PARTIAL))
		broken("3 (undo)", "%s: gives another packet",
		       s->direction ? "in" : "out");
	if (s->direction == VPNALG_OUT && undo->zone != s->zone)
		broken("3 (undo)", "another zone");
}

static void check_undone(const struct watched_store *store,
			 const struct sent *s, const struct vpnalg_packet *sent,
			 const struct vpnalg_packet *undo)
{
	if (may_be_dropped(store, s, undo->result))
		return;
	if (undo->result != VPNALG_TRANSLATED)
		broken("3 (undo)", "%s: %s", s->direction ? "in" : "out",
		       vpnalg_result_text(undo->result));
	if (!(sent->flags & VPNALG_PACKET_CUT))
		check_bytes(s, undo);
}

/* Returns the uplink by which the answer to a packet leaves. */
static uint8_t uplink_back(const struct settings *settings,
			   const struct sent *s, const struct vpnalg_packet *p)
{
	if (s->direction != VPNALG_IN)
		return p->uplink;
	return uplink_of(settings, get32(s->bytes.data + 16));
}

static void send_back(struct world *w, struct lent *u, const struct sent *back,
		      uint8_t flags)
{
	lend(u, back);
	u->p.flags = flags;
	process(w, u, back, 1);
}

void undo(struct world *w, const struct lent *l, const struct sent *s,
	  long fail)
{
	struct sent back = { .len = l->p.len,
			     .direction = l->p.direction ^ VPNALG_OUT_UNDO,
			     .checksum = l->p.checksum,
			     .align = s->align,
			     .zone = l->p.zone,
			     .uplink = uplink_back(w->settings, s, &l->p) };
	struct lent u;

	back.bytes.length = l->p.caplen;
	memcpy(back.bytes.data, l->p.data, l->p.caplen);
	trace(" undo\n");
	w->store.fail_in = fail;
	send_back(w, &u, &back, l->p.flags & HAIRPIN_FLAGS);
	if (w->store.struck && u.p.result == VPNALG_DROP_STORE) {
		take_back(&u, 1);
		send_back(w, &u, &back, 0);
	}
	check_undone(&w->store, s, &l->p, &u.p);
	take_back(&u, 1);
}
