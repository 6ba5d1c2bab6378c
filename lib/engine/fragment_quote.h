/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that quote a fragment. */
#ifndef VPNALG_ENGINE_FRAGMENT_QUOTE_H
#define VPNALG_ENGINE_FRAGMENT_QUOTE_H

#include "datagram.h"

/* Returns what becomes of an error that quotes a fragment of the datagram: a
 * later one gets the address and Identification of its other form.
 * FRAGMENT_UNDECIDED if that is not known, or if a handler must be asked, as
 * about a first one. */
enum vpnalg_result vpnalg_fragment_quote(struct vpnalg *translator,
					 const struct datagram *datagram,
					 const struct slot *slot,
					 struct vpnalg_packet *packet);

/* Gives a first fragment that is quoted, and translated but for that, its
 * datagram's other Identification. The datagram is the one of the packet at
 * hand. */
void vpnalg_fragment_quote_first(struct vpnalg *translator,
				 const struct vpnalg_parsed *parsed);

#endif
