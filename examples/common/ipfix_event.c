/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfix_event.h"

#include <stddef.h>
#include <string.h>

#include <netinet/in.h>

#include <vpnalg/sessions.h>

#include "nat_sessions.h"
#include "wall_clock.h"

/* Values of natEvent (RFC 8158 4.3). */
enum {
	SESSION_CREATE = 4,
	SESSION_DELETE = 5,
	BIB_CREATE = 8,
	BIB_DELETE = 9,
	QUOTA_EXCEEDED = 13,
	BLOCK_ALLOTTED = 16,
	BLOCK_FREED = 17
};

/* Values of flowEndReason (RFC 5102 5.11.3). */
enum {
	END_IDLE = 1,
	END_OF_FLOW = 3,
	END_FORCED = 4,
	END_NO_ROOM = 5
};

static uint32_t number_of(const struct vpnalg_addr *address)
{
	const uint8_t *octets = address->octets;

	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 |
	       (uint32_t)octets[2] << 8 | octets[3];
}

static void add_address(struct ipfix_record *record, uint32_t what,
			const struct vpnalg_addr *address, uint32_t *field)
{
	if (address->family != VPNALG_IPV4)
		return;
	*field = number_of(address);
	record->has |= what;
}

/* A changed session is exported as it is from now on. */
static uint8_t nat_event_of(const struct vpnalg_event *event)
{
	const uint16_t none = VPNALG_INFO_OF_REMOTE | VPNALG_INFO_ROUTERS;
	const struct vpnalg_session_info *info = event->info;

	if (event->type != VPNALG_EVENT_CHANGED || !info || info->flags & none)
		return event->nat_event;
	return info->flags & (VPNALG_INFO_MAPPING | VPNALG_INFO_SERVICE)
		       ? BIB_CREATE
		       : SESSION_CREATE;
}

/* IDs */

static bool is_ports(const struct vpnalg_binding *binding)
{
	const struct vpnalg_session_info like = {
		.ip_protocol = binding->protocol,
		.remote_port = binding->remote_port,
	};

	return nat_sessions_has_port(&like);
}

/* Returns whether its IDs are 16 bits that serve as ports: of ICMP queries and
 * PPTP calls. */
static bool is_like_ports(const struct vpnalg_event *event)
{
	uint8_t protocol = event->session.protocol;

	return protocol == IPPROTO_ICMP ||
	       (protocol == IPPROTO_GRE && event->protocol_name &&
		!strcmp(event->protocol_name, "PPTP"));
}

static void add_ports(struct ipfix_record *record,
		      const struct vpnalg_binding *binding)
{
	record->fields.source_port = (uint16_t)binding->inside_id;
	record->has |= IPFIX_SOURCE_PORT;
	if (!(record->has & IPFIX_POST_SOURCE))
		return;
	record->fields.post_port = (uint16_t)binding->outside_id;
	record->has |= IPFIX_POST_PORT;
}

static void add_ids(struct ipfix_record *record,
		    const struct vpnalg_event *event)
{
	const struct vpnalg_binding *binding = &event->session;

	if (binding->protocol <= 252) {
		record->fields.protocol = binding->protocol;
		record->has |= IPFIX_PROTOCOL;
	}
	if (is_ports(binding) || is_like_ports(event))
		add_ports(record, binding);
	else if (binding->protocol == IPPROTO_ESP && binding->outside_id) {
		record->fields.spi = binding->outside_id;
		record->has |= IPFIX_SPI;
	}
}

static void add_destination(struct ipfix_record *record,
			    const struct vpnalg_binding *binding)
{
	add_address(record, IPFIX_DESTINATION, &binding->remote,
		    &record->fields.destination);
	if (!is_ports(binding) || !binding->remote.family)
		return;
	record->fields.destination_port = (uint16_t)binding->remote_port;
	record->has |= IPFIX_DESTINATION_PORT;
}

/* The rest */

static void add_block(struct ipfix_record *record,
		      const struct vpnalg_binding *binding)
{
	record->fields.block_first = (uint16_t)binding->outside_id;
	record->fields.block_last =
		(uint16_t)(binding->outside_id + binding->inside_id - 1);
	record->has |= IPFIX_BLOCK;
}

static void add_quota(struct ipfix_record *record,
		      const struct vpnalg_event *event)
{
	static const uint32_t limits[] = { 0, IPFIX_MAX_SESSIONS,
					   IPFIX_MAX_BINDINGS,
					   IPFIX_MAX_PER_HOST };

	if (event->nat_quota == 0 || event->nat_quota > 3)
		return;
	record->fields.quota = event->nat_quota;
	record->fields.most = event->most;
	record->has |= IPFIX_QUOTA | limits[event->nat_quota];
}

static uint8_t end_reason_of(unsigned why)
{
	static const uint8_t reasons[] = {
		[VPNALG_CLOSE_EXPIRED] = END_IDLE,
		[VPNALG_CLOSE_ENDED] = END_OF_FLOW,
		[VPNALG_CLOSE_PROTOCOL] = END_OF_FLOW,
		[VPNALG_CLOSE_PARENT] = END_OF_FLOW,
		[VPNALG_CLOSE_CUT] = END_FORCED,
		[VPNALG_CLOSE_POLICY] = END_FORCED,
		[VPNALG_CLOSE_GAVE_WAY] = END_NO_ROOM,
		[VPNALG_CLOSE_ADDRESS] = END_FORCED,
		[VPNALG_CLOSE_STORE] = END_NO_ROOM,
		[VPNALG_CLOSE_SERVICE] = END_FORCED,
	};

	return why < sizeof(reasons) ? reasons[why] : 0;
}

static void add_account(struct ipfix_record *record,
			const struct vpnalg_session_info *info)
{
	struct ipfix_fields *fields = &record->fields;

	if (!info || !(info->flags & VPNALG_INFO_ACCOUNT))
		return;
	fields->start = fields->time - info->age;
	fields->end = fields->time - info->idle;
	fields->packets = info->packets[VPNALG_OUT];
	fields->octets = info->bytes[VPNALG_OUT];
	fields->reverse_packets = info->packets[VPNALG_IN];
	fields->reverse_octets = info->bytes[VPNALG_IN];
	record->has |= IPFIX_ACCOUNT;
}

static void add_end(struct ipfix_record *record,
		    const struct vpnalg_event *event)
{
	add_account(record, event->info);
	record->fields.end_reason = end_reason_of(event->why);
	record->has |= IPFIX_END;
}

static void add_name(struct ipfix_record *record, const char *name)
{
	if (!name)
		return;
	strncpy(record->name, name, sizeof(record->name) - 1);
	record->has |= IPFIX_NAME;
}

bool ipfix_event(const struct vpnalg_event *event, bool destinations,
		 bool captured, struct ipfix_record *record)
{
	const struct vpnalg_binding *binding = &event->session;
	const uint8_t what = nat_event_of(event);

	memset(record, 0, sizeof(*record));
	if (what == 0)
		return false;
	record->fields.event = what;
	record->fields.time = captured ? event->time : wall_now();
	add_address(record, IPFIX_SOURCE, &binding->inside,
		    &record->fields.source);
	add_address(record, IPFIX_POST_SOURCE, &binding->outside,
		    &record->fields.post_source);
	if (what == BLOCK_ALLOTTED || what == BLOCK_FREED) {
		add_block(record, binding);
		return true;
	}
	add_ids(record, event);
	add_name(record, event->kind_name);
	if (destinations)
		add_destination(record, binding);
	if (what == SESSION_DELETE || what == BIB_DELETE)
		add_end(record, event);
	if (what == QUOTA_EXCEEDED)
		add_quota(record, event);
	return true;
}
