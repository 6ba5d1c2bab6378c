/* SPDX-License-Identifier: BSD-2-Clause */
#include "event.h"

#include "clock.h"
#include "has.h"
#include "../wire/ip.h"

/* The tokens that one event costs. */
#define EVENT_TOKENS 1000

/* The least time between two events that report how many were suppressed. */
#define SUPPRESSED_MS 1000

/* RFC 8158 4.3. */
enum {
	NAT_ADDRESSES_EXHAUSTED = 3,
	NAT_PORTS_EXHAUSTED = 12,
	NAT_QUOTA_EXCEEDED = 13
};

/* RFC 8158 4.4. */
enum { QUOTA_SESSIONS = 1, QUOTA_BINDINGS = 2, QUOTA_HOST = 3 };

/* Telling */

struct vpnalg_event *vpnalg_event_begin(struct vpnalg *translator, uint8_t type)
{
	struct vpnalg_event *event = &translator->notice;

	memset(event, 0, sizeof(*event));
	event->size = sizeof(*event);
	event->time = event->over =
		clock_of_caller(translator, translator->now);
	event->type = type;
	event->protocol = VPNALG_NO_PROTOCOL;
	event->limit = VPNALG_LIMIT_NONE;
	return event;
}

void vpnalg_event_set_kind(struct vpnalg *translator, unsigned handler,
			   unsigned kind)
{
	struct vpnalg_event *event = &translator->notice;

	event->protocol = (uint8_t)(handler & ~(unsigned)VPNALG_HANDLER_ROUTER);
	event->kind = (uint8_t)kind;
	event->protocol_name = translator->handlers[handler]->name;
	event->kind_name = session_kind(translator, handler, kind)->name;
}

/* The clock stands still meanwhile: so vpnalg_process() need not ask about the
 * callback where it moves. */
void vpnalg_event_notify(struct vpnalg *translator)
{
	vpnalg_time now = translator->callers_now;

	translator->callers_now = VPNALG_NEVER;
	translator->events.running = true;
	translator->event(translator->context, &translator->notice);
	translator->events.running = false;
	translator->callers_now = now;
}

/* Adds the tokens of the time since the last call, up to those of a second. */
static void fill(struct vpnalg *translator)
{
	struct events *events = &translator->events;
	const uint64_t most = (uint64_t)events->rate * EVENT_TOKENS;
	vpnalg_time since = translator->now - events->filled;

	events->filled = translator->now;
	if (since >= SUPPRESSED_MS ||
	    events->tokens + since * events->rate > most)
		events->tokens = most;
	else
		events->tokens += since * events->rate;
}

void vpnalg_event_notify_suppressed(struct vpnalg *translator)
{
	struct events *events = &translator->events;

	if (events->suppressed == 0 ||
	    translator->now - events->admitted < SUPPRESSED_MS)
		return;
	vpnalg_event_begin(translator, VPNALG_EVENT_SUPPRESSED)->count =
		events->suppressed;
	events->suppressed = 0;
	events->admitted = translator->now;
	vpnalg_event_notify(translator);
}

void vpnalg_event_notify_limited(struct vpnalg *translator)
{
	struct events *events = &translator->events;

	fill(translator);
	if (events->tokens >= EVENT_TOKENS) {
		events->tokens -= EVENT_TOKENS;
		vpnalg_event_notify(translator);
		return;
	}
	if (events->suppressed == 0) /* a second begins with it */
		events->admitted = translator->now;
	events->suppressed++;
}

/* Refused sessions */

static void set_limit(struct vpnalg *translator)
{
	const struct vpnalg_policy *policy = &translator->policy.set;
	struct vpnalg_event *event = &translator->notice;
	const struct vpnalg_limit *limit;

	event->type = VPNALG_EVENT_LIMIT;
	event->nat_event = NAT_QUOTA_EXCEEDED;
	event->limit = translator->events.limit;
	if (event->limit >= policy->limit_count)
		return;
	limit = &policy->limits[event->limit];
	event->most = limit->most;
	if (limit->per == VPNALG_PER_HOST)
		event->nat_quota = QUOTA_HOST;
	else if (limit->per == VPNALG_PER_TRANSLATOR)
		event->nat_quota = limit->ids ? QUOTA_BINDINGS : QUOTA_SESSIONS;
}

/* An address of 0.0.0.0 was proposed where the uplink has none. */
static void set_exhausted(struct vpnalg *translator)
{
	static const uint8_t none[VPNALG_ADDR_MAX];
	struct vpnalg_event *event = &translator->notice;

	event->type = VPNALG_EVENT_EXHAUSTED;
	event->nat_event = same_address(translator->binding.outside.octets,
					none, addr_len_of(translator))
				   ? NAT_ADDRESSES_EXHAUSTED
				   : NAT_PORTS_EXHAUSTED;
}

static void set_reason(struct vpnalg *translator, enum vpnalg_result reason)
{
	translator->notice.reason = (uint8_t)reason;
	translator->events.reason = (uint8_t)reason;
	translator->after |= AFTER_EVENTS;
	if (reason == VPNALG_DROP_LIMIT)
		set_limit(translator);
	else if (reason == VPNALG_DROP_NO_ID)
		set_exhausted(translator);
}

static void set_wanted(struct vpnalg *translator,
		       const struct vpnalg_opening *opening)
{
	struct vpnalg_binding *session = &translator->notice.session;

	session->protocol = opening->space;
	session->zone = opening->zone;
	session->inside_id = opening->id;
	session->remote_port = opening->inside_port;
	address_set(translator, &session->inside, opening->inside);
	if (opening->remote != NULL)
		address_set(translator, &session->remote, opening->remote);
}

void vpnalg_event_refused(const struct vpnalg_step *step,
			  const struct vpnalg_opening *opening,
			  const struct vpnalg_binding *binding,
			  enum vpnalg_result reason)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_event *event;

	if (!has_event(translator))
		return;
	event = vpnalg_event_begin(translator, binding != NULL
						       ? VPNALG_EVENT_UNUSED
						       : VPNALG_EVENT_REFUSED);
	vpnalg_event_set_kind(translator, step->handler, opening->kind);
	set_reason(translator, reason);
	set_wanted(translator, opening);
	if (binding != NULL) {
		event->session.outside = binding->outside;
		event->session.outside_id = binding->outside_id;
	}
	vpnalg_event_notify_limited(translator);
}

void vpnalg_event_taken(const struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_binding *session = &translator->notice.session;

	if (!has_event(translator) || translator->events.reason != 0)
		return; /* or there was an event of its refusal */
	vpnalg_event_begin(translator, VPNALG_EVENT_REFUSED);
	vpnalg_event_set_kind(translator, step->handler, step->kind);
	set_reason(translator, VPNALG_DROP_TAKEN);
	session->protocol = parsed->protocol;
	session->zone = parsed->zone;
	address_set(translator, &session->inside, parsed->local);
	address_set(translator, &session->remote, parsed->remote);
	if ((parsed->protocol == PROTOCOL_TCP ||
	     parsed->protocol == PROTOCOL_UDP) &&
	    parsed->l4_caplen >= PORTS_LEN) {
		session->inside_id = vpnalg_local_port(parsed);
		session->remote_port = vpnalg_remote_port(parsed);
	}
	vpnalg_event_notify_limited(translator);
}

/* Misuse */

void vpnalg_event_refuse_all(struct vpnalg_packet *packets, size_t count)
{
	for (; count > 0; count--, packets++) {
		packets->flags = 0;
		packets->result = VPNALG_DROP_FAULT;
	}
}

/* Switches */

void vpnalg_event_switched(struct vpnalg *translator, unsigned handler,
			   bool is_off)
{
	struct vpnalg_event *event;

	if (!has_event(translator))
		return;
	event = vpnalg_event_begin(translator,
				   is_off ? VPNALG_EVENT_OFF : VPNALG_EVENT_ON);
	event->protocol = (uint8_t)handler;
	event->protocol_name = translator->handlers[handler]->name;
	vpnalg_event_notify(translator);
}
