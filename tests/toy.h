/* SPDX-License-Identifier: BSD-2-Clause */
/* A protocol that exists for the tests only, and a spy. They see nothing but
 * the public headers: what a built-in handler can do, an outside one can.
 *
 * Hosts talk to UDP port 9999 of a remote from ports of their own. There they
 * name IDs of their own and learn the remote's, and send data to port 9998
 * that carries only the receiver's ID:
 *
 *      0      1      2      3      4      5
 *     +------+------+------+------+------+------+
 *     |  op  |      |   own ID    |  peer's ID  |     to and from port 9999
 *     +------+------+------+------+------+------+
 *     | receiver's  |                                 to and from port 9998
 *     +------+------+ */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include "support.h"

#define TOY_CONTROL_PORT 9999
#define TOY_DATA_PORT 9998
#define TOY_SPACE 0xfd

enum { TOY_CONTROL, TOY_DATA, TOY_KINDS };

/* The messages of a host to port 9999. */
enum {
	TOY_HELLO = 'H',
	TOY_OPEN = 'O',   /* opens a data session for its own ID */
	TOY_ATTACH = 'A', /* names the peer's ID of it */
	TOY_DETACH = 'D', /* forgets it */
	TOY_END = 'E'     /* ends the data session */
};

#define TOY_CONTROL_LIFE 300000
#define TOY_DATA_LIFE 60000

extern const struct vpnalg_handler toy;
const struct vpnalg_handler *toy_handler(void);

/* The calls of its callbacks. */
struct toy_log {
	long swept, closed;
};
extern struct toy_log toy_log;

/* Claims every packet that comes in, for sessions that never are. */
extern const struct vpnalg_handler greedy;
const struct vpnalg_handler *greedy_handler(void);

/* Looks at every packet and claims none. */
extern const struct vpnalg_handler spy;
const struct vpnalg_handler *spy_handler(void);
extern struct vpnalg_parsed spied;
extern unsigned spied_count;

/* A world with the toy in it, or PPTP and the toy. */
void toy_world(struct world *w, struct world_options options);
void mixed_world(struct world *w, struct world_options options);

struct bytes toy_control(uint32_t from, uint16_t from_port, uint32_t to,
			 uint16_t to_port, char op, uint16_t own,
			 uint16_t peer);
struct bytes toy_data(uint32_t from, uint32_t to, uint16_t id);

/* Sends a message of a host at a port to a remote; returns the outside port. */
uint16_t toy_say(struct world *w, uint32_t host, uint16_t port,
		 uint32_t remote, char op, uint16_t own, uint16_t peer);
/* Opens and attaches a data session; returns the outside ID. */
uint16_t toy_call(struct world *w, uint32_t host, uint16_t port,
		  uint32_t remote, uint16_t own, uint16_t peer);

/* For calls to the session functions as from within a handler. */
struct vpnalg_step toy_step(struct world *w);

/* Numbers that are the same in every run. */
uint32_t chance(uint32_t *state, uint32_t below);

#endif
