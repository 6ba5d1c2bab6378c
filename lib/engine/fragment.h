/* SPDX-License-Identifier: BSD-2-Clause */
/* The fate of a fragment. */
#ifndef VPNALG_ENGINE_FRAGMENT_H
#define VPNALG_ENGINE_FRAGMENT_H

#include "datagram.h"

/* Stands for the result of a fragment about which a handler must be asked. */
#define FRAGMENT_UNDECIDED VPNALG_RESULTS

/* Makes the key of a datagram in a form, of which zone and local address are
 * those of that form. */
void vpnalg_fragment_key(const struct vpnalg_parsed *parsed, unsigned form,
			 uint16_t zone, uint32_t id, uint8_t *key);

/* Returns whether the lengths of a fragment are possible. */
bool vpnalg_fragment_is_sound(const struct vpnalg_parsed *parsed);

/* Returns the result of a fragment of a known datagram, or FRAGMENT_UNDECIDED:
 * then vpnalg_fragment_after() is called later. */
enum vpnalg_result vpnalg_fragment_before(struct vpnalg *translator,
					  const struct slot *slot,
					  struct vpnalg_packet *packet);

/* Notes the handlers' result for a fragment, VPNALG_HELD if it is to be held.
 * Returns the fragment's result. */
enum vpnalg_result vpnalg_fragment_after(struct vpnalg *translator,
					 const struct slot *slot,
					 struct vpnalg_packet *packet,
					 enum vpnalg_result result);

/* Notes what a datagram's first fragment, parsed, has become: it decides on the
 * others. */
void vpnalg_fragment_note_first(struct vpnalg *translator,
				struct datagram *datagram,
				const struct vpnalg_parsed *parsed,
				const struct vpnalg_packet *packet,
				enum vpnalg_result result);

/* Learns a datagram's other key from its translated packet, and gives the
 * packet the Identification of that form. */
void vpnalg_fragment_learn(struct vpnalg *translator, struct datagram *datagram,
			   const struct vpnalg_parsed *parsed, uint16_t zone);

/* Gives a fragment the address and Identification of its datagram's other
 * form. */
void vpnalg_fragment_follow(const struct datagram *datagram,
			    const struct vpnalg_parsed *parsed,
			    struct vpnalg_packet *packet);

#endif
