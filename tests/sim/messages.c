/* SPDX-License-Identifier: BSD-2-Clause */
#include "messages.h"

#include <stddef.h>

#include "basics.h"

#define V1 0x10
#define V2 0x20
#define V1_ENCRYPTED 0x01
#define V2_INITIATOR 0x08
#define V2_RESPONSE 0x20
#define NEXT_SA_V1 1
#define NEXT_HASH_V1 8
#define NEXT_SA 33
#define NEXT_ENCRYPTED 46

/*
 * What the wire shows of each kind: exchange types (RFC 7296 3.1, RFC 2409)
 * and lengths. The lengths of IKE_SA_INIT, IKE_AUTH, main and quick mode are
 * those of our lab's captures; the others are assumed. With version 2 a delete
 * and a liveness check are of one length, and a rekey of the IKE SA looks as
 * one of a CHILD SA.
 */
static const struct look {
	const char *names[3];
	uint8_t exchange_v1, exchange_v2;
	bool plain; /* not encrypted */
	uint16_t lengths_v1[3], lengths_v2[2];
	uint32_t work; /* mean, microseconds, for a request */
} looks[] = {
	[KIND_INIT] = { { "INIT", "INIT answer" },
			2, 34, true, { 124, 124 }, { 440, 448 }, 3000 },
	[KIND_MAIN_KE] = { { "KE", "KE answer" },
			   2, 0, true, { 324, 324 }, { 0 }, 4000 },
	[KIND_MAIN_ID] = { { "ID", "ID answer" },
			   2, 0, false, { 92, 92 }, { 0 }, 2000 },
	[KIND_AUTH] = { { "AUTH", "AUTH answer", "AUTH third" },
			32, 35, false, { 444, 444, 76 }, { 240, 224 }, 10000 },
	[KIND_CHILD] = { { "CHILD", "CHILD answer", "CHILD third" },
			 32, 36, false, { 444, 444, 76 }, { 448, 448 }, 4000 },
	[KIND_REKEY_IKE] = { { "REKEY_IKE", "REKEY_IKE ans." },
			     0, 36, false, { 0 }, { 448, 448 }, 4000 },
	[KIND_DELETE] = { { "DELETE", "DELETE answer" },
			  5, 37, false, { 76, 76 }, { 80, 80 }, 1000 },
	[KIND_DELETE_IKE] = { { "DELETE_IKE", "DELETE_IKE ans" },
			      5, 37, false, { 84, 84 }, { 80, 80 }, 1000 },
	[KIND_LIVENESS] = { { "LIVE?", "LIVE!" },
			    5, 37, false, { 92, 92 }, { 80, 80 }, 1000 },
	[KIND_BYE] = { { "BYE", "BYE answer" },
		       5, 37, false, { 84, 84 }, { 80, 80 }, 1000 },
};

/* Our lab's machines, under load, were late with what installs the first
 * CHILD SA, the server with its answer and with IKEv1 the client with what
 * follows it: 0.7 to 2.4 s. */
#define SLOW_PERCENT 5
#define SLOW_LEAST (200 * MILLISECOND)
#define SLOW_MOST (1500 * MILLISECOND)

#define ANSWER_WORK 2000 /* mean, microseconds */

uint32_t message_add(struct world *world, const struct message *message)
{
	uint32_t i = world->message_free;

	if (i != NONE) {
		world->message_free = world->messages[i].next_free;
	} else {
		if (world->message_count == world->message_room) {
			world->message_room = world->message_room * 2 + 64;
			world->messages = basics_grow(
				world->messages, world->message_room,
				sizeof(*world->messages));
		}
		i = world->message_count++;
	}
	world->messages[i] = *message;
	return i;
}

struct message message_take(struct world *world, uint32_t i)
{
	struct message message = world->messages[i];

	world->messages[i].next_free = world->message_free;
	world->message_free = i;
	return message;
}

static void look_v1(const struct message *m, const struct look *look,
		    struct wire_ike *ike)
{
	ike->version = V1;
	ike->exchange = look->exchange_v1;
	ike->flags = look->plain ? 0 : V1_ENCRYPTED;
	ike->next = look->plain ? NEXT_SA_V1 : NEXT_HASH_V1;
	ike->length = look->lengths_v1[m->part];
	/* An informational exchange of v1 is one message. */
	if (look->exchange_v1 == 5 && m->part == PART_RESPONSE)
		ike->id = ~m->id;
}

static void look_v2(const struct message *m, const struct look *look,
		    struct wire_ike *ike)
{
	ike->version = V2;
	ike->exchange = look->exchange_v2;
	ike->next = look->plain ? NEXT_SA : NEXT_ENCRYPTED;
	ike->length = look->lengths_v2[m->part];
	if (m->to != m->ike.initiator)
		ike->flags |= V2_INITIATOR;
	if (m->part == PART_RESPONSE)
		ike->flags |= V2_RESPONSE;
}

struct wire_ike message_wire(const struct message *m, bool v1)
{
	const struct look *look = &looks[m->kind];
	struct wire_ike ike = { .spi = { m->ike.spi[0], m->ike.spi[1] },
				.id = m->id };

	if (m->kind == KIND_INIT && m->part == PART_REQUEST)
		ike.spi[1] = 0;
	if (v1)
		look_v1(m, look, &ike);
	else
		look_v2(m, look, &ike);
	return ike;
}

const char *message_name(const struct message *message)
{
	return looks[message->kind].names[message->part];
}

uint64_t message_work(struct dice *dice, const struct message *m)
{
	if (m->kind == KIND_AUTH && m->part != PART_THIRD &&
	    dice_percent(dice, SLOW_PERCENT))
		return dice_between(dice, SLOW_LEAST, SLOW_MOST);
	if (m->part != PART_REQUEST)
		return dice_waiting(dice, ANSWER_WORK);
	return dice_waiting(dice, looks[m->kind].work);
}

bool message_is_one_way(const struct message *m, bool v1)
{
	return v1 && (m->kind == KIND_DELETE || m->kind == KIND_BYE);
}

bool message_has_third(const struct message *m, bool v1)
{
	return v1 && (m->kind == KIND_AUTH || m->kind == KIND_CHILD);
}
