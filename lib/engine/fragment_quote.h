/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that quote a fragment. */
#ifndef VPNALG_ENGINE_FRAGMENT_QUOTE_H
#define VPNALG_ENGINE_FRAGMENT_QUOTE_H

#include "datagram.h"

/* Translates an error that quotes a fragment of the datagram: a later fragment
 * gets the address and Identification of its other form. Returns the result, or
 * FRAGMENT_UNDECIDED if that form is not known, or if a handler must be asked,
 * as about a first fragment. */
enum vpnalg_result vpnalg_fragment_quote(struct vpnalg *translator,
					 const struct datagram *datagram,
					 const struct slot *slot,
					 struct vpnalg_packet *packet);

/* Gives a quoted first fragment, otherwise translated, its datagram's other
 * Identification. The datagram is that of the packet at hand. */
void vpnalg_fragment_quote_first(struct vpnalg *translator,
				 const struct vpnalg_parsed *parsed);

#endif
