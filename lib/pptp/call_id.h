/* SPDX-License-Identifier: BSD-2-Clause */
/* Call IDs in control messages: the calls that they belong to, and their other
 * form. */
#ifndef VPNALG_PPTP_CALL_ID_H
#define VPNALG_PPTP_CALL_ID_H

#include <vpnalg/handler.h>

/* An ID in a message. */
struct pptp_id {
	uint16_t value; /* in the packet's form */
	uint16_t other; /* set: in its other form */
	bool opens;     /* the message opens a call */
	bool requested; /* set: a new call was requested, opened or not */
	struct vpnalg_record *opened; /* set: that call, or NULL */
	/* Set by vpnalg_pptp_id_peer(): the call that has the ID inside. */
	struct vpnalg_record *call;
	/* The first byte has passed as it was: the other form must have the
	 * same. */
	bool split;
};

/* An ID of the inside host's in a message that goes out: sets its other form,
 * or returns why the message must wait. */
enum vpnalg_result vpnalg_pptp_id_own(struct vpnalg_step *step,
				      struct pptp_id *id);

/* An ID of the inside host's in a message that comes in: sets its other form.
 * Returns false if it is no call's of this connection. */
bool vpnalg_pptp_id_peer(struct vpnalg_step *step, struct pptp_id *id);

/* Returns whether the first byte of an ID may pass before the second is
 * known. */
bool vpnalg_pptp_id_may_split(struct vpnalg_step *step, uint8_t first,
			      bool opens);

#endif
