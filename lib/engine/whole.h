/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams that are translated whole. */
#ifndef VPNALG_ENGINE_WHOLE_H
#define VPNALG_ENGINE_WHOLE_H

#include "fragment.h"

/* Takes what has become of the last one, and puts the next one together.
 * Returns it as a packet that is to be translated, or NULL. */
struct vpnalg_packet *vpnalg_whole_next(struct vpnalg *translator);

/* Whether vpnalg_whole_next() has anything to do. */
static inline bool whole_is_due(const struct vpnalg *translator)
{
	return translator->fragments != NULL && translator->fragments->complete;
}

#endif
