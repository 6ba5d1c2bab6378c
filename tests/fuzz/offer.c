/* SPDX-License-Identifier: BSD-2-Clause */
/* What is offered for a packet, and what becomes of it. */
#include "offer.h"

#include <string.h>

#include "../fast_path.h"
#include "checksums.h"
#include "claim.h"
#include "report.h"

bool offer_ask(struct world *w, const struct sent *s,
	       const struct vpnalg_packet *p, struct vpnalg_translation *offer)
{
	*offer = (struct vpnalg_translation){ .size = sizeof(*offer) };
	if (is_rogue(w->settings, s) ||
	    !vpnalg_translation_of(w->alg, p, w->now, offer))
		return false;
	if (!fast_path_knows(offer, p))
		broken("fast path", "it does not know the packet itself");
	if (memcmp(p->data, s->bytes.data, p->caplen) != 0)
		broken("fast path", "changed by asking");
	return true;
}

void offer_check(struct world *w, const struct sent *s,
		 const struct vpnalg_packet *p,
		 struct vpnalg_translation *offer)
{
	struct bytes bytes = s->bytes;

	if (w->store.struck && p->result != VPNALG_TRANSLATED)
		return;
	fast_path_rewrite(offer, bytes.data);
	if (p->result != VPNALG_TRANSLATED)
		broken("fast path", "%s: offered, and not translated",
		       vpnalg_result_text(p->result));
	if (p->flags & VPNALG_PACKET_CUT ||
	    (s->checksum == VPNALG_CHECKSUM_FULL &&
	     !is_same_packet(bytes.data, p->data, p->caplen, false)))
		broken("fast path", "other bytes");
	vpnalg_translation_used(w->alg, offer, w->now);
}
