/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of a control message behind its header: its IDs and its result. */
#include "learn_id.h"

#include "call.h"
#include "call_id.h"
#include "call_message.h"
#include "field.h"

enum field_use { FIELD_NONE, FIELD_OWN, FIELD_PEER };

/* The use of the two places for IDs. "Call ID" is the sender's own, "Peer's
 * Call ID" the receiver's. */
struct message {
	uint8_t length; /* at least */
	uint8_t use[2]; /* enum field_use, at 12 and at 14 */
	bool opens;     /* its own ID opens a call */
};

static const struct message messages[PPTP_TYPE_UNKNOWN + 1] = {
	[PPTP_START_REQUEST] = { .length = 156 },                    /* 2.1 */
	[PPTP_START_REPLY] = { .length = 156 },                      /* 2.2 */
	[PPTP_STOP_REQUEST] = { .length = 16 },                      /* 2.3 */
	[PPTP_STOP_REPLY] = { .length = 16 },                        /* 2.4 */
	[PPTP_ECHO_REQUEST] = { .length = 16 },                      /* 2.5 */
	[PPTP_ECHO_REPLY] = { .length = 20 },                        /* 2.6 */
	[PPTP_OUTGOING_CALL_REQUEST] = { 168, { FIELD_OWN }, true }, /* 2.7 */
	[PPTP_OUTGOING_CALL_REPLY] = { 32,
				       { FIELD_OWN, FIELD_PEER },
				       true },                       /* 2.8 */
	[PPTP_INCOMING_CALL_REQUEST] = { 220, { FIELD_OWN }, true }, /* 2.9 */
	[PPTP_INCOMING_CALL_REPLY] = { 24,
				       { FIELD_OWN, FIELD_PEER },
				       true }, /* 2.10 */
	[PPTP_INCOMING_CALL_CONNECTED] = { 28,
					   { FIELD_PEER },
					   false },               /* 2.11 */
	[PPTP_CALL_CLEAR_REQUEST] = { 16, { FIELD_OWN }, false }, /* 2.12 */
	[PPTP_CALL_DISCONNECT_NOTIFY] = { 148,
					  { FIELD_OWN },
					  false },               /* 2.13 */
	[PPTP_WAN_ERROR_NOTIFY] = { 40, { FIELD_PEER }, false }, /* 2.14 */
	[PPTP_SET_LINK_INFO] = { 24, { FIELD_PEER }, false },    /* 2.15 */
};

static enum field_use use_of(const struct pptp_learner *l, unsigned n)
{
	return messages[l->type].use[n];
}

uint8_t vpnalg_pptp_learn_least(uint8_t type)
{
	return messages[type].length;
}

unsigned vpnalg_pptp_learn_end(uint8_t type)
{
	if (messages[type].use[1] != FIELD_NONE)
		return PPTP_RESULT_OFF + 1;
	if (messages[type].use[0] != FIELD_NONE)
		return PPTP_PEER_CALL_ID_OFF;
	return PPTP_HEADER_LEN;
}

/* Returns whether the nth ID has another form: it is the inside host's, that is
 * its own in a message that goes out, the peer's in one that comes in. */
static bool is_translated(const struct pptp_learner *l, unsigned n)
{
	return use_of(l, n) ==
	       (l->step->parsed->inward ? FIELD_PEER : FIELD_OWN);
}

/* The effect of messages */

static enum vpnalg_result act_outward(struct pptp_learner *l, unsigned n)
{
	const uint16_t *ids = l->stream.ids;

	if (n == 1 && use_of(l, 1) == FIELD_PEER)
		return vpnalg_pptp_call_message_attach(l->step, ids[0], ids[1]);
	if (n == 0 && l->type == PPTP_CALL_CLEAR_REQUEST)
		vpnalg_pptp_call_message_clearing(l->step, ids[0]);
	if (n == 0 && l->type == PPTP_CALL_DISCONNECT_NOTIFY)
		vpnalg_pptp_call_message_ended(l->step, ids[0]);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result act_inward(struct pptp_learner *l, unsigned n,
				     struct vpnalg_record *call)
{
	const uint16_t *ids = l->stream.ids;

	if (n == 0 && l->type == PPTP_CALL_DISCONNECT_NOTIFY)
		vpnalg_pptp_call_message_ended_by_peer(l->step, ids[0]);
	if (use_of(l, n) != FIELD_PEER || call == NULL)
		return VPNALG_TRANSLATED;
	vpnalg_pptp_call_answer(l->step->translator, call);
	if (n == 1)
		return vpnalg_pptp_call_message_attach_found(l->step, call,
							     ids[0]);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result look_up(struct pptp_learner *l, unsigned n,
				  struct pptp_id *id)
{
	id->other = id->value;
	if (!is_translated(l, n))
		return VPNALG_TRANSLATED;
	if (!l->step->parsed->inward)
		return vpnalg_pptp_id_own(l->step, id);
	/* A message about no call of this connection has no effect. */
	if (!vpnalg_pptp_id_peer(l->step, id))
		l->type = PPTP_TYPE_UNKNOWN;
	return VPNALG_TRANSLATED;
}

/* Returns whether a reply refuses its call, before its IDs are looked up. A
 * refusal may carry any ID, even another call's (2.8, 2.10). */
static bool refuses(const struct pptp_learner *l, unsigned n)
{
	uint32_t result = l->at + PPTP_RESULT_OFF - PPTP_CALL_ID_OFF;

	return n == 0 && use_of(l, 1) == FIELD_PEER &&
	       !l->step->parsed->inward && result < l->segment->caplen &&
	       l->data[result] != PPTP_RESULT_CONNECTED;
}

/* Effort */

/* Bounds on the effort that is spent on the IDs of one segment. An ID that is
 * looked up costs as much as reading some 24 bytes, an ID that opens a call
 * three times that. No real sender comes near the bound, which allows 12
 * messages of the shortest kind at once. The rest of the segment goes later. */
#define EFFORT_ALWAYS 4
#define BYTES_PER_EFFORT 24
#define EFFORT_OF_A_CALL 3

static bool is_spent(const struct pptp_learner *l)
{
	return l->effort >
	       EFFORT_ALWAYS + l->segment->length / BYTES_PER_EFFORT;
}

/* Leaves the rest of the segment for later. If the tail is not in memory
 * nothing can be cut, and the same segment would come again for ever: reading
 * ends. */
static void go_on_later(struct pptp_learner *l)
{
	if (pptp_learner_has_all(l))
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
	else
		vpnalg_pptp_learner_give_up(l);
}

static void count_effort(struct pptp_learner *l, unsigned n,
			 const struct pptp_id *id)
{
	if (use_of(l, n) != FIELD_NONE)
		l->effort += id->requested ? EFFORT_OF_A_CALL : 1;
}

/* IDs */

static void remember(struct pptp_learner *l, struct pptp_field *field,
		     uint32_t at, const struct pptp_id *id)
{
	bool inside = l->step->parsed->inside;

	if (id->value == id->other)
		return;
	field->position = at;
	field->inside = inside ? id->value : id->other;
	field->outside = inside ? id->other : id->value;
}

/* Finds the other form of an ID, for which there is a place or not. */
static enum vpnalg_result resolve(struct pptp_learner *l, unsigned n,
				  struct pptp_id *id, bool has_place)
{
	bool own = is_translated(l, n) && !l->step->parsed->inward;
	enum vpnalg_result result = VPNALG_DROP_UNACKNOWLEDGED;

	/* A segment that must wait opens no call. */
	if (has_place || !id->opens || !own)
		result = look_up(l, n, id);
	count_effort(l, n, id);
	if (result == VPNALG_TRANSLATED && !has_place && id->value != id->other)
		return VPNALG_DROP_UNACKNOWLEDGED;
	return result;
}

/* Takes the nth ID, which is known whole. If it was split, its first byte has
 * passed before. */
static void take_id(struct pptp_learner *l, unsigned n, uint16_t value,
		    bool split)
{
	uint32_t at = l->segment->sequence + l->at - (split ? 1 : 0);
	bool refused = !split && refuses(l, n);
	bool as_it_is = l->step->parsed->inside || !is_translated(l, n);
	struct pptp_field *field = vpnalg_pptp_field_place(&l->stream, at);
	struct pptp_id id = { .value = value,
			      .opens = messages[l->type].opens && !refused,
			      .split = split };

	l->reason = resolve(l, n, &id, field != NULL);
	if (id.opened != NULL)
		l->opened = id.opened;
	if (l->reason != VPNALG_TRANSLATED)
		return;
	l->stream.ids[n] = as_it_is ? id.value : id.other;
	if (refused)
		l->type = PPTP_TYPE_UNKNOWN;
	l->reason = l->step->parsed->inward ? act_inward(l, n, id.call)
					    : act_outward(l, n);
	if (l->reason != VPNALG_TRANSLATED)
		return;
	remember(l, field, at, &id);
	vpnalg_pptp_learner_pass(l, split ? 1 : 2);
}

/* Takes the first byte of an ID in the middle of which the segment ends. It may
 * pass as it is if the other form has the same: a sender that never merges
 * segments would send the second byte alone for ever. */
static void learn_first_byte(struct pptp_learner *l, unsigned n)
{
	uint8_t first = l->data[l->at];

	if (is_translated(l, n) &&
	    !vpnalg_pptp_id_may_split(l->step, first,
				      messages[l->type].opens)) {
		l->reason = VPNALG_DROP_UNACKNOWLEDGED;
		return;
	}
	l->stream.ids[n] = (uint16_t)(first << 8);
	vpnalg_pptp_learner_pass(l, 1);
}

void vpnalg_pptp_learn_id(struct pptp_learner *l)
{
	unsigned n = l->stream.offset >= PPTP_PEER_CALL_ID_OFF ? 1 : 0;
	bool second = l->stream.offset & 1;

	if (n == 0 && !second && is_spent(l))
		go_on_later(l);
	else if (second)
		take_id(l, n, l->stream.ids[n] | l->data[l->at], true);
	else if (l->at + 1 == l->segment->length)
		learn_first_byte(l, n);
	else if (l->at + 1 == l->segment->caplen)
		vpnalg_pptp_learner_give_up(l);
	else
		take_id(l, n, vpnalg_get16(l->data + l->at), false);
}

/* A refused call ends (2.8, 2.10). */
void vpnalg_pptp_learn_result(struct pptp_learner *l)
{
	unsigned own = l->step->parsed->inward ? 1 : 0;

	if (use_of(l, 1) == FIELD_PEER &&
	    l->data[l->at] != PPTP_RESULT_CONNECTED)
		vpnalg_pptp_call_message_ended(l->step, l->stream.ids[own]);
	vpnalg_pptp_learner_pass(l, 1);
}
