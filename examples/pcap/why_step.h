/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of a connection, and how far an attempt came. */
#ifndef PCAP_WHY_STEP_H
#define PCAP_WHY_STEP_H

#include "why_facts.h"

#define WHY_STEPS_MOST 10

struct why_step {
	const char *name;
	uint32_t packets[WHY_ENDS]; /* that were captured of it */
	bool done;
	bool optional; /* not every connection has it */
	bool silent;   /* the client has begun it, the server never answered */
};

/* Lists the steps. Returns how many there are. */
unsigned why_steps(const struct why_attempt *attempt,
		   struct why_step steps[WHY_STEPS_MOST]);

/* Returns the step at which it stopped; the number of steps if it is past
 * them all. */
unsigned why_stopped(const struct why_step *steps, unsigned count);

/* Returns whether the attempt came to its last step. */
bool why_works(const struct why_attempt *attempt);

/* Single steps (why_reach.c). */
bool why_control_done(const struct why_attempt *attempt);
bool why_call_done(const struct why_attempt *attempt);
bool why_lcp_done(const struct why_attempt *attempt);
bool why_authenticated(const struct why_attempt *attempt);
bool why_ip_done(const struct why_attempt *attempt);
bool why_init_done(const struct why_attempt *attempt);
bool why_auth_done(const struct why_attempt *attempt);
bool why_ike_done(const struct why_attempt *attempt);
bool why_tunnel_done(const struct why_attempt *attempt);
bool why_session_done(const struct why_attempt *attempt);

/* Returns whether one end shows that it has received data of the other's. */
bool why_hears(const struct why_attempt *attempt, enum why_end end);

/* Returns whether packets of data were captured from both ends. */
bool why_both_ways(const struct why_attempt *attempt);

#endif
