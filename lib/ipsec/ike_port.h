/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE messages between other ports than the session's that the session takes
 * all the same. */
#ifndef VPNALG_IPSEC_IKE_PORT_H
#define VPNALG_IPSEC_IKE_PORT_H

#include "ipsec.h"

/* Returns whether the session step->record takes a packet of the remote's
 * port. */
bool vpnalg_ipsec_ike_port_is_accepted(struct vpnalg_step *step);

/* Returns whether a message that goes out from port 500 has the initiator SPI
 * of another host, which was first with it: outside nothing would distinguish
 * the two hosts. */
bool vpnalg_ipsec_ike_port_is_twin(struct vpnalg_step *step);

#endif
