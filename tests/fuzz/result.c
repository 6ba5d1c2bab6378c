/* SPDX-License-Identifier: BSD-2-Clause */
/* What may come of a packet. */
#include "result.h"

#include <string.h>

#include "checksums.h"
#include "claim.h"
#include "errors.h"
#include "report.h"

static void check_left_alone(const struct sent *s,
			     const struct vpnalg_packet *p)
{
	if (p->caplen != s->bytes.length || p->len != s->len ||
	    p->zone != s->zone || p->flags != 0)
		broken("1 (not translated, not changed)", "%s",
		       vpnalg_result_text(p->result));
	if (memcmp(p->data, s->bytes.data, p->caplen) != 0)
		broken("1 (not translated, not changed)", "bytes: %s",
		       vpnalg_result_text(p->result));
}

void check_addresses(const struct world *w, const struct sent *s,
		     const struct vpnalg_packet *p)
{
	bool inward = p->direction & VPNALG_IN;
	bool outside = p->direction == VPNALG_OUT ||
		       p->direction == VPNALG_IN_UNDO;
	uint32_t local = get32(p->data + (inward ? 16 : 12));
	uint32_t far = inward ? 12 : 16;

	if (is_outside(w->settings, local) != outside)
		broken("5 (no inside address leaves)", "%08x", (unsigned)local);
	if (get32(p->data + far) != get32(s->bytes.data + far))
		broken("the far end", "its address was changed");
	if (is_icmp_error(s))
		check_quoted_address(w->settings, s, p->data);
}

static void check_answer(const struct world *w, const struct sent *s,
			 const struct vpnalg_packet *p)
{
	if (p->result >= VPNALG_RESULTS ||
	    (p->result > VPNALG_UNTOUCHED && p->result < VPNALG_DROP_FIRST &&
	     !fragments_may_hold(w, s, p->result)))
		broken("11 (wrong answers)", "result %u", p->result);
	if (p->result == VPNALG_DROP_FAULT && !is_rogue(w->settings, s))
		broken("11 (wrong answers)", "nobody gave one");
}

static void check_not_translated(const struct world *w, const struct sent *s,
				 const struct vpnalg_packet *p)
{
	check_left_alone(s, p);
	if (p->result == VPNALG_UNTOUCHED && is_claimed(w->settings, s) &&
	    !is_rogue(w->settings, s))
		broken("5 (no inside address leaves)",
		       "a handler's packet is untouched");
}

static void check_translated(const struct world *w, const struct sent *s,
			     const struct vpnalg_packet *p)
{
	trace_packet("=>", p->data, p->caplen);
	if (p->len > s->len || p->caplen > s->bytes.length)
		broken("length", "it grew");
	if (!(p->flags & VPNALG_PACKET_CUT))
		check_checksums(s, p);
	check_addresses(w, s, p);
}

void check_result(const struct world *w, const struct sent *s,
		  const struct vpnalg_packet *p)
{
	trace("  -> %s%s\n", vpnalg_result_text(p->result),
	      p->flags & VPNALG_PACKET_CUT ? ", cut" : "");
	check_answer(w, s, p);
	if (p->result == VPNALG_TRANSLATED)
		check_translated(w, s, p);
	else if (p->result != VPNALG_DROP_FAULT)
		check_not_translated(w, s, p);
}
