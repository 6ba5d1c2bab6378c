/* SPDX-License-Identifier: BSD-2-Clause */
/* The toy protocol. */
#include "toy.h"

#include <string.h>

enum {
	OP_OFF = 8,
	OWN_OFF = 10,
	PEER_OFF = 12,
	CONTROL_LEN = 14,
	RECEIVER_OFF = 8,
	DATA_LEN = 10
};

struct data_body {
	uint16_t parent; /* the inside port of its control session */
	uint16_t attached;
};

struct toy_log toy_log;

static const struct vpnalg_kind kinds[TOY_KINDS] = {
	[TOY_CONTROL] = { .name = "toy control",
			  .slots = 2,
			  .body = 8,
			  .guard = UDP },
	[TOY_DATA] = { .name = "toy data",
		       .slots = 4,
		       .body = sizeof(struct data_body),
		       .guard = UDP },
};

/* Match */

static enum vpnalg_claim match_data(const struct vpnalg_parsed *parsed,
				    struct vpnalg_match *m)
{
	m->kind = TOY_DATA;
	m->space = UDP;
	m->reason = VPNALG_DROP_TRUNCATED;
	if (parsed->l4_caplen < DATA_LEN)
		return VPNALG_CLAIM_DROP;
	m->peer = !parsed->inward;
	m->space = TOY_SPACE;
	m->id = vpnalg_get16(parsed->l4 + RECEIVER_OFF);
	m->port = 0;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *m)
{
	bool arriving = parsed->inward && !parsed->inside;
	unsigned local, remote;

	if (parsed->protocol != UDP)
		return VPNALG_CLAIM_NONE;
	m->peer = false;
	m->kind = TOY_CONTROL;
	m->space = UDP;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (parsed->l4_caplen < 4)
		return VPNALG_CLAIM_NONE;
	local = vpnalg_get16(parsed->l4 + (parsed->inward ? 2 : 0));
	remote = vpnalg_get16(parsed->l4 + (parsed->inward ? 0 : 2));
	if (remote == TOY_DATA_PORT)
		return match_data(parsed, m);
	if (remote != TOY_CONTROL_PORT && !arriving)
		return VPNALG_CLAIM_NONE;
	m->id = local;
	m->port = parsed->inside ? remote : 0;
	return VPNALG_CLAIM_KEY;
}

/* Sessions */

static uint16_t id_of(struct vpnalg_step *step, struct vpnalg_record *record,
		      unsigned role)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, record, role, &tuple);
	return (uint16_t)tuple.id;
}

/* For a data session of the host of the control session. Roles alternate
 * between inside and outside, and its own keys are the first two. */
static void tuple_for(struct vpnalg_step *step, unsigned role, uint16_t id,
		      struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(step->translator, step->record, role & 1, tuple);
	tuple->role = (uint8_t)role;
	tuple->space = TOY_SPACE;
	tuple->id = id;
	tuple->port = 0;
}

static enum vpnalg_result open_control(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.kind = TOY_CONTROL,
		.space = UDP,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = vpnalg_get16(parsed->l4),
		.inside_port = TOY_CONTROL_PORT,
		.keep = true,
		.ranges = { { .first = 40000, .step = 1, .count = 1000 } },
		.least = 1,
		.greatest = 65535,
		.lifetime = TOY_CONTROL_LIFE,
	};

	if (parsed->inward || parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	return vpnalg_session_open(step, &opening, &step->record);
}

static enum vpnalg_result open_data(struct vpnalg_step *step, uint16_t own,
				    struct vpnalg_record **record)
{
	struct vpnalg_tuple inside, outside;
	struct vpnalg_opening opening = {
		.kind = TOY_DATA,
		.space = TOY_SPACE,
		.id = own,
		.keep = true,
		.ranges = { { .first = 0, .step = 1, .count = 65536 } },
		.greatest = 65535,
		.lifetime = TOY_DATA_LIFE,
	};
	enum vpnalg_result result;
	struct data_body *body;

	tuple_for(step, VPNALG_INSIDE_OWN, own, &inside);
	tuple_for(step, VPNALG_OUTSIDE_OWN, own, &outside);
	opening.zone = inside.zone;
	opening.inside = inside.local;
	opening.remote = inside.remote;
	opening.outside = outside.local;
	result = vpnalg_session_open(step, &opening, record);
	if (result != VPNALG_TRANSLATED)
		return result;
	body = vpnalg_session_body(step->translator, *record);
	body->parent = id_of(step, step->record, VPNALG_INSIDE_OWN);
	step->record->children++;
	vpnalg_session_changed(step->translator, *record);
	vpnalg_session_changed(step->translator, step->record);
	return VPNALG_TRANSLATED;
}

static void detach(struct vpnalg_step *step, struct vpnalg_record *data)
{
	vpnalg_session_unlink(step->translator, data, VPNALG_INSIDE_PEER);
	vpnalg_session_unlink(step->translator, data, VPNALG_OUTSIDE_PEER);
}

static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *data, uint16_t peer)
{
	struct vpnalg_tuple inside, outside;

	if (data->keys >> 2 == 3 &&
	    id_of(step, data, VPNALG_INSIDE_PEER) == peer)
		return VPNALG_TRANSLATED;
	detach(step, data);
	tuple_for(step, VPNALG_INSIDE_PEER, peer, &inside);
	tuple_for(step, VPNALG_OUTSIDE_PEER, peer, &outside);
	if (vpnalg_session_link(step->translator, data, &inside) &&
	    vpnalg_session_link(step->translator, data, &outside))
		return VPNALG_TRANSLATED;
	detach(step, data);
	return VPNALG_DROP_STORE;
}

static enum vpnalg_result obey(struct vpnalg_step *step,
			       struct vpnalg_record *data)
{
	const uint8_t *udp = step->parsed->l4;

	switch (udp[OP_OFF]) {
	case TOY_ATTACH:
		return attach(step, data, vpnalg_get16(udp + PEER_OFF));
	case TOY_DETACH:
		detach(step, data);
		break;
	case TOY_END:
		data->flags |= VPNALG_SESSION_ENDED;
		vpnalg_session_set_lifetime(step->translator, data, 1);
		break;
	default:
		break;
	}
	return VPNALG_TRANSLATED;
}

/* A message that goes out and names an own ID. *other is the ID's other form.
 */
static enum vpnalg_result listen(struct vpnalg_step *step, uint16_t *other)
{
	const uint8_t *udp = step->parsed->l4;
	bool inside = step->parsed->inside;
	uint16_t own = vpnalg_get16(udp + OWN_OFF);
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_record *data;
	struct vpnalg_tuple tuple;

	*other = own;
	if (udp[OP_OFF] == TOY_HELLO)
		return VPNALG_TRANSLATED;
	tuple_for(step, inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN, own,
		  &tuple);
	data = vpnalg_session_find(step->translator, &tuple);
	if (data == NULL && inside && udp[OP_OFF] == TOY_OPEN)
		result = open_data(step, own, &data);
	if (data == NULL)
		return result == VPNALG_TRANSLATED ? VPNALG_DROP_NO_SESSION
						   : result;
	*other = id_of(step, data,
		       inside ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN);
	return obey(step, data);
}

/* Translate */

static void other_end(struct vpnalg_step *step, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(step->translator, step->record,
			     step->parsed->inside ? VPNALG_OUTSIDE_OWN
						 : VPNALG_INSIDE_OWN,
			     tuple);
}

static enum vpnalg_result translate_data(struct vpnalg_step *step)
{
	struct vpnalg_tuple other;

	if (step->record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS;
	if (!step->parsed->inward)
		vpnalg_session_set_lifetime(step->translator, step->record,
				    TOY_DATA_LIFE);
	other_end(step, &other);
	vpnalg_rewrite_local(step, other.local);
	if (step->parsed->inward)
		vpnalg_rewrite_16(step, RECEIVER_OFF, (uint16_t)other.id);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result translate_control(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_tuple other;
	uint16_t id;

	if (parsed->l4_len < CONTROL_LEN)
		return VPNALG_DROP_MALFORMED;
	if (parsed->l4_caplen < CONTROL_LEN)
		return VPNALG_DROP_TRUNCATED;
	if (step->record == NULL)
		result = open_control(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (vpnalg_get16(parsed->l4 + (parsed->inward ? 0 : 2)) !=
	    TOY_CONTROL_PORT)
		return VPNALG_DROP_PORT_HELD;
	if (!parsed->inward) {
		result = listen(step, &id);
		if (result != VPNALG_TRANSLATED)
			return result;
		vpnalg_rewrite_16(step, OWN_OFF, id);
		vpnalg_session_set_lifetime(step->translator, step->record,
				    TOY_CONTROL_LIFE);
	}
	other_end(step, &other);
	vpnalg_rewrite_local(step, other.local);
	vpnalg_rewrite_16(step, parsed->inward ? 2 : 0, (uint16_t)other.id);
	return VPNALG_TRANSLATED;
}

static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return step->kind == TOY_CONTROL ? translate_control(step)
					 : translate_data(step);
}

static void swept(struct vpnalg *translator, struct vpnalg_record *record)
{
	ck_assert(vpnalg_session_is_alive(translator, record));
	toy_log.swept++;
}

static void closed_data(struct vpnalg *translator,
			struct vpnalg_record *record)
{
	const struct data_body *body = vpnalg_session_body(translator, record);
	struct vpnalg_record *parent;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, record, VPNALG_INSIDE_OWN, &tuple);
	tuple.space = UDP;
	tuple.id = body->parent;
	tuple.port = TOY_CONTROL_PORT;
	parent = vpnalg_session_peek(translator, &tuple);
	if (parent == NULL || parent->children == 0)
		return;
	parent->children--;
	vpnalg_session_changed(translator, parent);
}

static void was_closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	toy_log.closed++;
	if (record->kind == TOY_DATA)
		closed_data(translator, record);
}

const struct vpnalg_handler toy = {
	.size = sizeof(struct vpnalg_handler),
	.name = "toy",
	.kinds = kinds,
	.kind_count = TOY_KINDS,
	.match = match,
	.translate = translate,
	.swept = swept,
	.closed = was_closed,
};

const struct vpnalg_handler *toy_handler(void)
{
	return &toy;
}
