/* SPDX-License-Identifier: BSD-2-Clause */
/* A PPTP server inside, which is a service of the caller's.
 *
 *   client                      NAT                      server
 *     | SYN                      |                          |
 *     |------------------------->|  by the service          |
 *     |                          |------------------------->|
 *     |                          |  SYN-ACK                 |
 *     |  by the service          |<-------------------------|
 *     |<-------------------------|                          |
 *     | ACK                      |                          |
 *     |------------------------->|  opens the connection    |
 *     |                          |------------------------->|
 *
 * The third segment opens the session, since both ends' sequence numbers are in
 * it; a flood of SYNs takes no room. It may be forged as well: then the server
 * answers with a RST. Connections that the server has not shown to know are
 * children of the service, so they are counted, and there are few of them. */
#include "served.h"

#include "../wire/ip.h"
#include "../wire/tcp.h"
#include "window.h"

/* The most connections of a service that its server has not answered. Each
 * lives for a round trip to it, or this long. */
#define UNCONFIRMED_MAX 64
#define UNCONFIRMED_MS 10000

bool vpnalg_pptp_served_passes(const struct vpnalg_step *step,
			       const struct pptp_segment *segment)
{
	uint8_t flags = segment->flags;

	if (flags & TCP_RST)
		return true;
	return flags & TCP_SYN && step->parsed->inward != !!(flags & TCP_ACK);
}

static void describe(struct vpnalg_step *step, struct vpnalg_opening *opening)
{
	uint16_t port = vpnalg_remote_port(step->parsed);

	*opening = (struct vpnalg_opening){
		.kind = PPTP_KIND_SERVED,
		.space = PROTOCOL_TCP,
		.inside_port = port,
		.outside_port = port,
		.lifetime = UNCONFIRMED_MS,
	};
	vpnalg_session_hosts(step->translator, step->record, opening);
	opening->remote = step->parsed->remote;
	opening->id = vpnalg_session_id(step->translator, step->record,
					VPNALG_INSIDE_OWN);
	opening->outside_id = vpnalg_session_id(step->translator, step->record,
						VPNALG_OUTSIDE_OWN);
}

static void begin(struct vpnalg_step *step, const struct pptp_segment *segment)
{
	struct pptp_control *control = pptp_control(step);

	control->generation = pptp_generation(segment->acknowledgment);
	control->flags = PPTP_TCP_SYNCED | PPTP_UNCONFIRMED;
	vpnalg_pptp_window_start(control, 0, segment->acknowledgment);
	vpnalg_pptp_window_start(control, 1, segment->sequence);
}

enum vpnalg_result vpnalg_pptp_served_open(struct vpnalg_step *step,
					   const struct pptp_segment *segment)
{
	struct vpnalg_record *service = step->record;
	struct vpnalg_opening opening;
	enum vpnalg_result result;

	if (step->parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	if (!step->parsed->inward)
		return VPNALG_DROP_NO_CONNECTION;
	if (!(segment->flags & TCP_ACK))
		return VPNALG_DROP_NO_SESSION;
	if (service->children >= UNCONFIRMED_MAX)
		return VPNALG_DROP_STORE;
	describe(step, &opening);
	result = vpnalg_session_open(step, &opening, &step->record);
	if (result != VPNALG_TRANSLATED)
		return result;
	step->kind = opening.kind;
	vpnalg_session_join(step->translator, service);
	begin(step, segment);
	return VPNALG_TRANSLATED;
}

struct vpnalg_record *
vpnalg_pptp_served_service(struct vpnalg *translator,
			   struct vpnalg_record *connection)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, connection, VPNALG_OUTSIDE_OWN,
			     &tuple);
	tuple.port = 0;
	tuple.remote = NULL;
	return vpnalg_session_peek(translator, &tuple);
}

void vpnalg_pptp_served_leave(struct vpnalg *translator,
			      struct vpnalg_record *connection)
{
	struct pptp_control *control =
		vpnalg_session_body(translator, connection);

	if (!(control->flags & PPTP_UNCONFIRMED))
		return;
	control->flags &= (uint8_t)~PPTP_UNCONFIRMED;
	vpnalg_session_leave(translator,
			     vpnalg_pptp_served_service(translator, connection),
			     0);
}

void vpnalg_pptp_served_follow(struct vpnalg_step *step,
			       const struct pptp_segment *segment)
{
	if (!(pptp_control(step)->flags & PPTP_UNCONFIRMED))
		return;
	if (segment->flags & TCP_RST)
		vpnalg_session_set_lifetime(step->translator, step->record, 1);
	else
		vpnalg_pptp_served_leave(step->translator, step->record);
}

uint16_t vpnalg_pptp_served_at(struct vpnalg *translator,
			       struct vpnalg_record *record)
{
	return record->kind == PPTP_KIND_SERVED
		       ? (uint16_t)vpnalg_session_id(translator, record,
						     VPNALG_INSIDE_OWN)
		       : 0;
}
