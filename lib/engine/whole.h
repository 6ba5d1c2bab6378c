/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams that are translated whole. */
#ifndef VPNALG_ENGINE_WHOLE_H
#define VPNALG_ENGINE_WHOLE_H

#include "fragment.h"
#include "has.h"

/* Packets that are to be translated. */
struct span {
	struct vpnalg_packet *packets;
	size_t count;
};

/* Takes the result of the last datagram that was put together, and puts the
 * next one together. Returns that, or the packets that are left behind the
 * first. */
struct span vpnalg_whole_turn(struct vpnalg *translator, struct span left);

/* Returns whether vpnalg_whole_turn() has anything to do. */
static inline bool whole_is_due(const struct vpnalg *translator)
{
	return has_fragments(translator) && translator->fragments->complete;
}

#endif
