/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE messages: their form on the wire, and those in flight. */
#ifndef SIM_MESSAGES_H
#define SIM_MESSAGES_H

#include "world.h"

uint32_t message_add(struct world *world, const struct message *message);
struct message message_take(struct world *world, uint32_t message);

struct wire_ike message_wire(const struct message *message, bool v1);
const char *message_name(const struct message *message);
/* How long a daemon needs to read it and to do what it says. */
uint64_t message_work(struct dice *dice, const struct message *message);

/* No answer is expected: v1's deletes. */
bool message_is_one_way(const struct message *message, bool v1);
/* The answer is answered once more: v1's quick mode. */
bool message_has_third(const struct message *message, bool v1);

#endif
