/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE, PPTP's and any other, for --why. */
#include "why_attempt.h"
#include "why_order.h"
#include "why_ppp.h"
#include "why_pptp.h"

/* RFC 2637 4.1 */
#define VERSION_MASK 7
#define TYPE_PPP 0x880b
#define HAS_SEQUENCE 0x1000
#define HAS_ACKNOWLEDGMENT 0x80
#define CALL_ID_OFF 6
#define HEADER 8

/* Returns whether the packet goes to the end that owns its Call ID. */
static bool fits(const struct why_attempt *attempt,
		 const struct why_packet *packet, uint32_t call_id)
{
	enum why_end to = why_other(why_end_of(attempt, packet));

	return attempt->protocol == WHY_IS_PPTP &&
	       attempt->pptp.call_id[to] == call_id;
}

/* Returns the newest attempt of this pair that has the call, or one in which
 * the receiver's Call ID was not seen. */
static struct why_attempt *find(const struct why_facts *facts,
				const struct why_packet *packet,
				uint32_t call_id)
{
	struct why_attempt *attempt, *unknown = NULL;

	attempt = why_last_of(facts, WHY_IS_PPTP, packet);
	for (; attempt; attempt = attempt->next) {
		if (!why_is_of(attempt, packet) ||
		    attempt->protocol != WHY_IS_PPTP)
			continue;
		if (fits(attempt, packet, call_id))
			return attempt;
		if (!unknown && fits(attempt, packet, WHY_NONE))
			unknown = attempt;
	}
	return unknown;
}

/* Notes that what came belongs to another client, or came from another address
 * than that client had asked. Returns whether it does. */
static bool note_strange(struct why_facts *facts,
			 const struct why_packet *packet, uint32_t call_id)
{
	for (size_t i = facts->count; i-- > 0;) {
		struct why_attempt *attempt = facts->attempts[i];

		if (attempt->protocol != WHY_IS_PPTP ||
		    attempt->pptp.call_id[CLIENT] != call_id)
			continue;
		if (attempt->server == packet->source &&
		    attempt->client != packet->destination &&
		    !why_is_outside_of(attempt, packet->destination)) {
			attempt->misled++;
			attempt->misled_to = packet->destination;
			return true;
		}
		if (attempt->client == packet->destination &&
		    attempt->server != packet->source) {
			attempt->elsewhere++;
			attempt->elsewhere_address = packet->source;
			return true;
		}
	}
	return false;
}

/* Returns the attempt that a packet of PPTP counts for, or NULL if it was
 * noted otherwise. */
static struct why_attempt *find_or_begin(struct why_facts *facts,
					 const struct why_packet *packet)
{
	uint32_t call_id = why_get(&packet->body, CALL_ID_OFF, 2);
	struct why_attempt *attempt = find(facts, packet, call_id);

	if (attempt || note_strange(facts, packet, call_id))
		return attempt;
	attempt = why_last_of(facts, WHY_IS_PPTP, packet);
	if (!attempt)
		return why_begin_unknown(facts, WHY_IS_PPTP, packet);
	attempt->pptp.wrong_id[why_note(attempt, packet)]++;
	return NULL;
}

static void read_pptp(struct why_facts *facts, const struct why_packet *packet)
{
	uint32_t bits = why_get(&packet->body, 0, 2), at = HEADER;
	struct why_attempt *attempt = find_or_begin(facts, packet);
	enum why_end end;

	if (!attempt)
		return;
	end = why_note(attempt, packet);
	if (bits & HAS_SEQUENCE) {
		at += 4;
		why_order_count(facts, attempt, packet,
				why_get(&packet->body, CALL_ID_OFF, 2),
				why_get(&packet->body, HEADER, 4));
	}
	if (bits & HAS_ACKNOWLEDGMENT) {
		at += 4;
		attempt->flow.acknowledged[end]++;
	}
	why_count_data(attempt, end, packet);
	why_ppp_count(attempt, end, why_behind(&packet->body, at));
}

static void read_other(struct why_facts *facts,
		       const struct why_packet *packet)
{
	struct why_attempt *attempt = why_last_of(facts, WHY_IS_GRE, packet);

	if (!attempt)
		attempt = why_begin_unknown(facts, WHY_IS_GRE, packet);
	if (attempt)
		why_count_data(attempt, why_note(attempt, packet), packet);
}

void why_gre(struct why_facts *facts, const struct why_packet *packet)
{
	if ((why_get(&packet->body, 0, 2) & VERSION_MASK) == 1 &&
	    why_get(&packet->body, 2, 2) == TYPE_PPP)
		read_pptp(facts, packet);
	else
		read_other(facts, packet);
}
