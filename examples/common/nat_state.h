/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions of a translator in a file: --state. */
#ifndef COMMON_NAT_STATE_H
#define COMMON_NAT_STATE_H

#include <vpnalg/state.h>

#include "nat.h"
#include "state_file.h"

/* The present work. Packets go on between steps of saving, and of sending to
 * the process that writes. */
enum nat_state_work { NAT_STATE_RESTS, NAT_STATE_SAVES, NAT_STATE_SENDS };

struct nat_state {
	struct state_file file;
	enum nat_state_work work;
	struct vpnalg_save saving;
	uint8_t *bytes; /* what was saved last */
	size_t length, room;
	size_t sent; /* of them, their head included */
	unsigned interval; /* between two saves, in milliseconds */
	vpnalg_time next;
	bool failed; /* which was said */
};

/* Loads a saved state into a translator that is new; load is set up for it.
 * Returns an enum vpnalg_state_result. */
int nat_state_load(struct nat *nat, struct vpnalg_load *load,
		   const uint8_t *bytes, size_t length, vpnalg_time now);

/* Loads the file, if there is one, into a translator that is new, and begins to
 * keep it. Without a name it does nothing. A file that cannot be loaded is
 * said, and the translator begins empty. Returns false when the file could not
 * be kept, which was said. */
bool nat_state_open(struct nat_state *state, struct nat *nat,
		    const struct nat_options *options, vpnalg_time now);

/* Saves the sessions, if it is time to, some of them at each call. */
void nat_state_go_on(struct nat_state *state, const struct nat *nat,
		     vpnalg_time now);

/* Returns when it has to be called again; VPNALG_NEVER: whenever there is
 * something else to do. */
vpnalg_time nat_state_due(const struct nat_state *state, vpnalg_time now);

/* Saves them at another interval from now on. */
void nat_state_change(struct nat_state *state, const struct nat_options *next,
		      vpnalg_time now);

/* Saves them a last time, and waits until they are written. */
void nat_state_close(struct nat_state *state, const struct nat *nat,
		     vpnalg_time now);

#endif
