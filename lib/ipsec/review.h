/* SPDX-License-Identifier: BSD-2-Clause */
/* Reviews: a pair gains trust if its packets agree with its own host's, and
 * loses trust if they agree better with another host's. */
#ifndef VPNALG_IPSEC_REVIEW_H
#define VPNALG_IPSEC_REVIEW_H

#include "ipsec.h"

/* Reviews the pair of a packet that has come for the host; the packet before
 * came at `before`. Returns whether the pair was taken back. */
bool vpnalg_ipsec_review(struct vpnalg_step *step, struct vpnalg_record *host,
			 uint32_t before);

#endif
