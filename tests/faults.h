/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of wrong answers: a handler for UDP, and a world with it.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include "toy.h"
#include "cases.h"

#include <vpnalg/general.h>

#include <string.h>

static struct world w;

/* A handler for UDP whose answers a row of the table spoils. */

static inline enum vpnalg_result do_right(struct vpnalg_step *step)
{
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (step->record == NULL)
		result =
			vpnalg_session_open_port(step, 0, 60000, &step->record);
	if (result == VPNALG_TRANSLATED)
		vpnalg_rewrite_ends(step);
	return result;
}

static inline enum vpnalg_result answer_200(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)200;
}

static inline enum vpnalg_result answer_7(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)7;
}

static inline enum vpnalg_result answer_one_too_many(struct vpnalg_step *step)
{
	(void)step;
	return (enum vpnalg_result)VPNALG_RESULTS;
}

static inline enum vpnalg_result leave_untouched(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_UNTOUCHED;
}

static inline enum vpnalg_result lie(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_TRANSLATED;
}

static inline enum vpnalg_result open_and_lie(struct vpnalg_step *step)
{
	if (step->record != NULL)
		return VPNALG_TRANSLATED;
	return vpnalg_session_open_port(step, 0, 60000, &step->record);
}

static inline enum vpnalg_result open_kind_7(struct vpnalg_step *step)
{
	return vpnalg_session_open_port(step, 7, 60000, &step->record);
}

static inline enum vpnalg_result ask_for_kind_7(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = { .kind = 7,
					  .space = UDP,
					  .inside = step->parsed->local,
					  .remote = step->parsed->remote };
	uint32_t id;

	return vpnalg_session_may_open(step, &opening, &id) ? VPNALG_TRANSLATED
							    : VPNALG_DROP_NO_ID;
}

/* Ranges of IDs without steps, which nothing can be divided by. */

static inline struct vpnalg_opening
without_steps(const struct vpnalg_step *step)
{
	return (struct vpnalg_opening){
		.space = UDP,
		.inside = step->parsed->local,
		.remote = step->parsed->remote,
		.id = 1,
		.ranges = { { 1000, 0, UINT32_MAX }, { 1000, 0, 1 } },
		.greatest = 65535,
		.lifetime = 1000,
	};
}

static inline enum vpnalg_result open_without_steps(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = without_steps(step);

	return vpnalg_session_open(step, &opening, &step->record);
}

static inline enum vpnalg_result ask_without_steps(struct vpnalg_step *step)
{
	struct vpnalg_opening opening = without_steps(step);
	struct vpnalg_tuple tuple = { .role = VPNALG_OUTSIDE_OWN,
				      .space = UDP,
				      .local = step->parsed->local,
				      .remote = step->parsed->remote };
	uint32_t id;

	return vpnalg_session_may_open(step, &opening, &id) ||
			       vpnalg_session_free_id(step->translator, &tuple,
						      opening.ranges, 2)
		       ? VPNALG_TRANSLATED
		       : VPNALG_DROP_NO_ID;
}

static inline enum vpnalg_result close_it(struct vpnalg_step *step)
{
	if (step->record == NULL)
		vpnalg_session_open_port(step, 0, 60000, &step->record);
	vpnalg_session_close(step->translator, step->record);
	return VPNALG_TRANSLATED;
}

static inline enum vpnalg_result set_kind_9(struct vpnalg_step *step)
{
	enum vpnalg_result result = do_right(step);

	step->kind = 9;
	return result;
}

static inline enum vpnalg_result set_handler_77(struct vpnalg_step *step)
{
	step->handler = 77;
	return VPNALG_DROP_WINDOW;
}

static const struct handler_row {
	const char *name;
	uint8_t claim, kind, reason;
	bool more;
	enum vpnalg_result (*translate)(struct vpnalg_step *step);
	unsigned out; /* the result of a packet out */
	unsigned in;  /* and of one in, for a session that is there already */
} handler_rows[] = {
	{ "all right", 1, 0, 0, false, do_right, VPNALG_TRANSLATED,
	  VPNALG_TRANSLATED },
	{ "a kind that is not", 1, 1, 0, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "kind 255", 1, 255, 0, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "a claim that is not", 4, 0, 8, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "claim 255", 255, 0, 8, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "dropped for \"translated\"", 2, 0, 0, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped for \"untouched\"", 2, 0, 1, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped for reason 7", 2, 0, 7, false, do_right, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "dropped for reason 200", 2, 0, 200, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped with kind 15", 2, 15, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a fragment of kind 15", 3, 15, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "a fragment that is none", 3, 0, 8, false, do_right,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "dropped as a fragment that is none", 2, 0, VPNALG_DROP_FRAGMENT,
	  false, do_right, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "always one key more", 1, 0, 0, true, leave_untouched,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "result 200", 1, 0, 0, false, answer_200, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "result 7", 1, 0, 0, false, answer_7, VPNALG_DROP_FAULT,
	  VPNALG_DROP_FAULT },
	{ "one result too many", 1, 0, 0, false, answer_one_too_many,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	/* From outside it may be for the router, which others look after. */
	{ "untouched", 1, 0, 0, false, leave_untouched, VPNALG_DROP_FAULT,
	  VPNALG_TRANSLATED },
	{ "translated without a session", 1, 0, 0, false, lie,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "translated, and the same as before", 1, 0, 0, false, open_and_lie,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "opens a kind that is not", 1, 0, 0, false, open_kind_7,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "asks for a kind that is not", 1, 0, 0, false, ask_for_kind_7,
	  VPNALG_DROP_NO_ID, VPNALG_DROP_NO_ID },
	{ "opens with an ID of a range without steps", 1, 0, 0, false,
	  open_without_steps, VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "asks for an ID of a range without steps", 1, 0, 0, false,
	  ask_without_steps, VPNALG_DROP_NO_ID, VPNALG_DROP_NO_ID },
	{ "translated and closed", 1, 0, 0, false, close_it,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "counts under a kind that is not", 1, 0, 0, false, set_kind_9,
	  VPNALG_DROP_FAULT, VPNALG_DROP_FAULT },
	{ "names a handler that is not", 1, 0, 0, false, set_handler_77,
	  VPNALG_DROP_WINDOW, VPNALG_DROP_WINDOW },
};

static const struct handler_row *row;

static inline enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
				      struct vpnalg_match *m)
{
	if (parsed->protocol != UDP)
		return VPNALG_CLAIM_NONE;
	m->space = UDP;
	m->kind = row->kind;
	m->reason = row->reason;
	m->more = row->more;
	m->id = vpnalg_local_port(parsed);
	m->port = parsed->inside ? vpnalg_remote_port(parsed) : 0;
	if (row->more) /* it cannot be led astray either */
		m->attempt = 0;
	return (enum vpnalg_claim)row->claim;
}

static inline enum vpnalg_result translate(struct vpnalg_step *step)
{
	return row->translate(step);
}

static const struct vpnalg_kind kinds[] = {
	{ .name = "wrong", .slots = 2, .body = 8, .guard = UDP }
};

static struct vpnalg_handler wrong = {
	.size = sizeof(wrong),
	.name = "wrong",
	.kinds = kinds,
	.kind_count = 1,
	.match = match,
	.translate = translate,
};

static inline const struct vpnalg_handler *wrong_handler(void)
{
	return &wrong;
}

/* Others that would let the packet pass come behind it. */
static const struct vpnalg_protocol protocols[] = {
	{ wrong_handler, NULL }, { spy_handler, NULL },
	{ vpnalg_general, NULL },
};

static inline void begin(void)
{
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 3,
					 .no_undo = true,
					 .leaves = true };

	wrong.swept = NULL;
	wrong.closed = NULL;
	row = &handler_rows[0];
	world_begin(&w, &options);
}

static inline void end(void)
{
	wrong.swept = NULL;
	wrong.closed = NULL;
	row = &handler_rows[0];
	world_end(&w);
}

static inline unsigned send_out(uint16_t port)
{
	struct bytes p = udp_packet(CLIENT_A, port, SERVER, 53, "question", 8);

	return send_packet(&w, VPNALG_OUT, &p);
}

static inline unsigned send_in(uint16_t port)
{
	struct bytes p = udp_packet(SERVER, 53, OUTSIDE, port, "an answer", 9);

	return send_packet(&w, VPNALG_IN, &p);
}

static inline unsigned send_raw(enum vpnalg_direction direction, struct bytes p)
{
	struct vpnalg_packet packet = { .data = p.data,
					.caplen = p.length,
					.len = p.length,
					.direction = (uint8_t)direction,
					.zone = direction == VPNALG_OUT ? ZONE
									: 0 };

	vpnalg_process(w.alg, &packet, 1, w.now);
	return packet.result;
}

#endif
