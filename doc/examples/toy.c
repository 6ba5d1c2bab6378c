/* SPDX-License-Identifier: BSD-2-Clause */
/* The handler for the protocol of toy.h. */
#include "toy.h"

enum { UDP = 17 };

/* [kinds] */
enum { KIND_CONTROL, KIND_LINE, KINDS };

struct control {
	uint32_t number; /* not that of an older one on the same port */
};

/* A line names its control session by what makes that one's inside key; the
 * hosts are the same. A pointer would not do: records may move. */
struct line {
	uint32_t parent_number;
	uint16_t parent_port;
};

static const struct vpnalg_kind kinds[KINDS] = {
	[KIND_CONTROL] = { .name = "toy control session",
			   .slots = 2,
			   .body = sizeof(struct control),
			   .guard = TOY_DATA_PROTOCOL },
	[KIND_LINE] = { .name = "toy line",
			.slots = 4,
			.body = sizeof(struct line),
			.guard = TOY_DATA_PROTOCOL },
};
/* [kinds] */

/* [match] */
static enum vpnalg_claim drop(struct vpnalg_match *match, uint8_t reason)
{
	match->reason = reason;
	return VPNALG_CLAIM_DROP;
}

/* What comes in shows the receiver's ID, which the inside host owns; what goes
 * out shows the peer's. */
static enum vpnalg_claim match_data(const struct vpnalg_facts *facts,
				    struct vpnalg_match *match)
{
	match->kind = KIND_LINE;
	match->space = TOY_DATA_PROTOCOL;
	if (facts->l4_len < TOY_DATA_LEN)
		return drop(match, VPNALG_DROP_MALFORMED);
	if (facts->l4_caplen < TOY_DATA_LEN)
		return drop(match, VPNALG_DROP_TRUNCATED);
	match->peer = !facts->inward;
	match->id = vpnalg_get16(facts->l4 + TOY_RECEIVER_OFF);
	match->port = 0;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match_control(const struct vpnalg_facts *facts,
				       struct vpnalg_match *match)
{
	if (facts->l4_caplen < 4 ||
	    vpnalg_get16(facts->l4 + (facts->inward ? 0 : 2)) != TOY_PORT)
		return VPNALG_CLAIM_NONE;
	match->kind = KIND_CONTROL;
	match->space = UDP;
	match->peer = false;
	match->id = vpnalg_get16(facts->l4 + (facts->inward ? 2 : 0));
	match->port = TOY_PORT;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_claim match(const struct vpnalg_facts *facts,
			       struct vpnalg_match *match)
{
	bool later = facts->fragment == VPNALG_FRAGMENT_LATER;

	if (facts->protocol != UDP && facts->protocol != TOY_DATA_PROTOCOL)
		return VPNALG_CLAIM_NONE;
	if (later) {
		match->kind = facts->protocol == UDP ? KIND_CONTROL
						     : KIND_LINE;
		match->space = TOY_DATA_PROTOCOL; /* what is guarded */
		return VPNALG_CLAIM_GUARDED;
	}
	return facts->protocol == UDP ? match_control(facts, match)
				      : match_data(facts, match);
}
/* [match] */

/* [tuple] */
/* What makes a key of a line of the session at hand, which has the same hosts:
 * odd roles are outside ones. */
static struct vpnalg_tuple line_tuple(struct vpnalg_step *step, unsigned role,
				      uint16_t id)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, step->record,
			     role & 1 ? VPNALG_OUTSIDE_OWN : VPNALG_INSIDE_OWN,
			     &tuple);
	tuple.role = (uint8_t)role;
	tuple.space = TOY_DATA_PROTOCOL;
	tuple.id = id;
	tuple.port = 0;
	return tuple;
}

/* The own key in the form that the packet has not: what it must become. */
static struct vpnalg_tuple other_form(struct vpnalg_step *step,
				      struct vpnalg_record *record)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, record,
			     step->facts->inside ? VPNALG_OUTSIDE_OWN
						 : VPNALG_INSIDE_OWN,
			     &tuple);
	return tuple;
}
/* [tuple] */

/* [open_control] */
static enum vpnalg_result open_control(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_opening opening = {
		.kind = KIND_CONTROL,
		.space = UDP,
		.zone = facts->zone,
		.inside = facts->local,
		.remote = facts->remote,
		.id = vpnalg_get16(facts->l4),
		.inside_port = TOY_PORT,
		.outside_port = TOY_PORT,
		.keep = true, /* the host's own port, while it is free */
		.ranges = { { .first = 1024, .step = 1, .count = 64512 } },
		.lifetime = TOY_CONTROL_LIFE,
	};
	enum vpnalg_result result;
	struct control *body;

	if (facts->inward || facts->undo)
		return VPNALG_DROP_NO_SESSION;
	result = vpnalg_session_open(step, &opening, &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	body = vpnalg_session_body(step->translator, step->record);
	body->number = vpnalg_session_random(step->translator);
	return VPNALG_TRANSLATED;
}
/* [open_control] */

/* [open_line] */
static void join_parent(struct vpnalg_step *step, struct vpnalg_record *line)
{
	const struct control *control =
		vpnalg_session_body(step->translator, step->record);
	struct line *body = vpnalg_session_body(step->translator, line);
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, step->record,
			     VPNALG_INSIDE_OWN, &tuple);
	body->parent_port = (uint16_t)tuple.id;
	body->parent_number = control->number;
	step->record->children++;
	vpnalg_session_changed(step->translator, line);
	vpnalg_session_changed(step->translator, step->record);
}

static enum vpnalg_result open_line(struct vpnalg_step *step, uint16_t own,
				    struct vpnalg_record **line)
{
	struct vpnalg_tuple inside = line_tuple(step, VPNALG_INSIDE_OWN, own);
	struct vpnalg_tuple outside =
		line_tuple(step, VPNALG_OUTSIDE_OWN, own);
	struct vpnalg_opening opening = {
		.kind = KIND_LINE,
		.space = TOY_DATA_PROTOCOL,
		.zone = inside.zone,
		.inside = inside.local,
		.remote = inside.remote,
		.outside = outside.local, /* as its control session */
		.id = own,
		.keep = true,
		.ranges = { { .first = 0, .step = 1, .count = 65536 } },
		.lifetime = TOY_LINE_LIFE,
	};
	enum vpnalg_result result;

	if (step->record->children == UINT16_MAX)
		return VPNALG_DROP_NO_ID;
	result = vpnalg_session_open(step, &opening, line);
	if (result == VPNALG_TRANSLATED)
		join_parent(step, *line);
	return result;
}
/* [open_line] */

/* [attach] */
/* The remote has named its ID: from now on what goes out finds the line. */
static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *line, uint16_t peer)
{
	struct vpnalg_tuple inside =
		line_tuple(step, VPNALG_INSIDE_PEER, peer);
	struct vpnalg_tuple outside =
		line_tuple(step, VPNALG_OUTSIDE_PEER, peer);
	struct vpnalg_tuple known;

	vpnalg_session_tuple(step->translator, line, VPNALG_INSIDE_PEER,
			     &known);
	if (line->keys & 1 << VPNALG_INSIDE_PEER && known.id == peer)
		return VPNALG_TRANSLATED; /* sent again */
	vpnalg_session_take(step->translator, line, VPNALG_INSIDE_PEER);
	vpnalg_session_take(step->translator, line, VPNALG_OUTSIDE_PEER);
	if (vpnalg_session_give(step->translator, line, &inside) &&
	    vpnalg_session_give(step->translator, line, &outside))
		return VPNALG_TRANSLATED;
	vpnalg_session_take(step->translator, line, VPNALG_INSIDE_PEER);
	return VPNALG_DROP_STORE;
}
/* [attach] */

/* [end] */
/* Data may still be on its way, and the message may be sent again. */
static void end(struct vpnalg *translator, struct vpnalg_record *record)
{
	if (record->flags & VPNALG_SESSION_ENDED)
		return;
	record->flags |= VPNALG_SESSION_ENDED;
	vpnalg_session_live(translator, record, TOY_LINGER);
}

static struct vpnalg_record *parent_of(struct vpnalg *translator,
				       struct vpnalg_record *line)
{
	const struct line *body = vpnalg_session_body(translator, line);
	const struct control *control;
	struct vpnalg_record *parent;
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, line, VPNALG_INSIDE_OWN, &tuple);
	tuple.space = UDP;
	tuple.id = body->parent_port;
	tuple.port = TOY_PORT;
	parent = vpnalg_session_peek(translator, &tuple);
	if (parent == NULL)
		return NULL;
	control = vpnalg_session_body(translator, parent);
	return control->number == body->parent_number ? parent : NULL;
}

static void swept(struct vpnalg *translator, struct vpnalg_record *record)
{
	const struct vpnalg_record *parent;

	if (record->kind != KIND_LINE)
		return;
	parent = parent_of(translator, record);
	if (parent == NULL || parent->flags & VPNALG_SESSION_ENDED)
		end(translator, record);
}

static void closed(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct vpnalg_record *parent;

	if (record->kind != KIND_LINE)
		return;
	parent = parent_of(translator, record);
	if (parent == NULL || parent->children == 0)
		return;
	parent->children--;
	vpnalg_session_changed(translator, parent);
}
/* [end] */

/* [control] */
/* What the message does. In *id the ID that the inside host owns comes in the
 * packet's form and goes in the other one. */
static enum vpnalg_result obey(struct vpnalg_step *step, uint16_t *id)
{
	const struct vpnalg_facts *facts = step->facts;
	struct vpnalg_tuple tuple = line_tuple(
		step, facts->inside ? VPNALG_INSIDE_OWN : VPNALG_OUTSIDE_OWN,
		*id);
	enum vpnalg_result result = VPNALG_DROP_NO_SESSION;
	struct vpnalg_record *line =
		vpnalg_session_find(step->translator, &tuple);
	uint8_t op = facts->l4[TOY_OP_OFF];

	if (line != NULL)
		result = VPNALG_TRANSLATED;
	else if (op == TOY_OPEN && !facts->inward && !facts->undo &&
		 !(step->record->flags & VPNALG_SESSION_ENDED))
		result = open_line(step, *id, &line);
	if (result == VPNALG_TRANSLATED && op == TOY_ANSWER && facts->inward)
		result = attach(step, line,
				vpnalg_get16(facts->l4 + TOY_OWN_OFF));
	if (result != VPNALG_TRANSLATED)
		return result;
	if (op == TOY_END && !facts->inward)
		end(step->translator, line);
	*id = (uint16_t)other_form(step, line).id;
	return VPNALG_TRANSLATED;
}

/* What the inside host sends keeps a session; what comes in does not, or the
 * remote could keep it for ever (RFC 4787 REQ-6). */
static void keep_or_end(struct vpnalg_step *step)
{
	if (step->facts->l4[TOY_OP_OFF] == TOY_BYE)
		end(step->translator, step->record);
	else if (!(step->record->flags & VPNALG_SESSION_ENDED))
		vpnalg_session_live(step->translator, step->record,
				    TOY_CONTROL_LIFE);
}

static enum vpnalg_result translate_control(struct vpnalg_step *step)
{
	const struct vpnalg_facts *facts = step->facts;
	unsigned field = facts->inward ? TOY_PEER_OFF : TOY_OWN_OFF;
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_tuple other;
	uint16_t id;

	/* All that can fail comes first. */
	if (facts->l4_len < TOY_CONTROL_LEN)
		return VPNALG_DROP_MALFORMED;
	if (facts->l4_caplen < TOY_CONTROL_LEN)
		return VPNALG_DROP_TRUNCATED;
	if (step->record == NULL)
		result = open_control(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	id = vpnalg_get16(facts->l4 + field);
	if (facts->l4[TOY_OP_OFF] != TOY_BYE)
		result = obey(step, &id);
	if (result != VPNALG_TRANSLATED)
		return result;

	/* From here on nothing fails. */
	if (!facts->inward)
		keep_or_end(step);
	other = other_form(step, step->record);
	vpnalg_rewrite_16(step, field, id);
	vpnalg_rewrite_local(step, other.local);
	vpnalg_rewrite_16(step, facts->inward ? 2 : 0, (uint16_t)other.id);
	return VPNALG_TRANSLATED;
}
/* [control] */

/* [data] */
static enum vpnalg_result translate_data(struct vpnalg_step *step)
{
	struct vpnalg_tuple other;

	if (step->record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (step->slot == VPNALG_OUTSIDE_PEER &&
	    step->record->flags & VPNALG_SESSION_SHARED)
		return VPNALG_DROP_AMBIGUOUS; /* undo, two hosts fit */
	if (!step->facts->inward &&
	    !(step->record->flags & VPNALG_SESSION_ENDED))
		vpnalg_session_live(step->translator, step->record,
				    TOY_LINE_LIFE);
	other = other_form(step, step->record);
	vpnalg_rewrite_local(step, other.local);
	if (step->facts->inward)
		vpnalg_rewrite_16(step, TOY_RECEIVER_OFF, (uint16_t)other.id);
	return VPNALG_TRANSLATED;
}
/* [data] */

/* [handler] */
static enum vpnalg_result translate(struct vpnalg_step *step)
{
	return step->kind == KIND_CONTROL ? translate_control(step)
					  : translate_data(step);
}

const struct vpnalg_handler toy = {
	.size = sizeof(struct vpnalg_handler),
	.name = "toy",
	.kinds = kinds,
	.kind_count = KINDS,
	.match = match,
	.translate = translate,
	.swept = swept,
	.closed = closed,
};
/* [handler] */

