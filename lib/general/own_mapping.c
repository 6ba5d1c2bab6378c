/* SPDX-License-Identifier: BSD-2-Clause */
/* The mapping of the packet's inside host and port. */
#include <vpnalg/general.h>

#include "own_mapping.h"

struct vpnalg_record *
vpnalg_general_own_mapping_select(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_tuple inside = {
		.role = VPNALG_INSIDE_OWN,
		.space = parsed->protocol,
		.zone = parsed->zone,
		.id = general_own_id(parsed),
		.port = vpnalg_session_uplink(step),
		.local = parsed->local,
	};

	if (inside.port == 0)
		return step->record;
	step->record = vpnalg_session_find(step->translator, &inside);
	step->kind = step->record != NULL ? step->record->kind
					  : general_session_kind(parsed);
	return step->record;
}

/* Returns the part of a range, from first to last in steps, that the ports
 * allow. */
static struct vpnalg_range cut_range(const struct vpnalg_ports *ports,
				     uint32_t first, uint32_t last,
				     uint32_t step)
{
	struct vpnalg_range range = { .step = step };

	if (first < ports->first)
		first += (ports->first - first + step - 1) / step * step;
	if (last > ports->last)
		last = ports->last;
	range.first = first;
	if (first <= last)
		range.count = (last - first) / step + 1;
	return range;
}

/* Sets the ranges in which to look for an outside port (RFC 4787 REQ-3a and
 * REQ-4): well-known ports and others each among themselves, even and odd ones
 * too, as far as the given ports allow; then any port. An ICMP identifier may
 * be any number. */
static void set_ranges(struct vpnalg_opening *opening,
		       const struct vpnalg_ports *ports)
{
	uint32_t parity = opening->id & 1;

	opening->keep =
		opening->id >= ports->first && opening->id <= ports->last;
	opening->least = ports->first;
	opening->greatest = ports->last;
	opening->ranges[1] = cut_range(ports, ports->first, ports->last, 1);
	if (opening->space == PROTOCOL_ICMP)
		return;
	opening->ranges[0] =
		opening->id < 1024 ? cut_range(ports, parity, 1023, 2)
				   : cut_range(ports, 1024 + parity, 65535, 2);
}

enum vpnalg_result
vpnalg_general_own_mapping_open(struct vpnalg_step *step,
				struct vpnalg_record **mapping)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.kind = GENERAL_MAPPING,
		.space = parsed->protocol,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = general_own_id(parsed),
		.inside_port = vpnalg_session_uplink(step),
		.any_remote = true,
		.lifetime = GENERAL_ALONE_MS,
	};
	const struct vpnalg_general_settings *settings;

	settings = vpnalg_session_settings(step->translator, step->handler);
	set_ranges(&opening, &settings->ports);
	return vpnalg_session_open(step, &opening, mapping);
}
