/* SPDX-License-Identifier: BSD-2-Clause */
#include "session_table.h"

#ifdef HAVE_JANSSON

#include <inttypes.h>
#include <stdio.h>

#include "../common/nat_sessions.h"
#include "side.h"

static json_t *address(const struct vpnalg_addr *address)
{
	struct prefix prefix = side_of_address(address);
	char line[PREFIX_TEXT];

	if (address->family == 0)
		return json_null();
	side_write_prefix(&prefix, line);
	return json_string(line);
}

/* JSON's numbers do not hold 64 bits. */
static json_t *number(uint64_t value)
{
	char text[20];

	if (value == 0)
		return json_null();
	snprintf(text, sizeof(text), "%016" PRIx64, value);
	return json_string(text);
}

static json_t *row(const struct vpnalg_session_info *info)
{
	return json_pack(
		"{s:o, s:o, s:s, s:s, s:i, s:o, s:I, s:o, s:I, s:o, s:o,"
		" s:b, s:I, s:I, s:I, s:I, s:I, s:I}",
		"number", number(info->number), "parent", number(info->parent),
		"protocol", info->protocol_name, "kind", info->kind_name,
		"ip_protocol", (int)info->ip_protocol,
		"inside", address(&info->inside),
		"inside_id", (json_int_t)info->inside_id,
		"outside", address(&info->outside),
		"outside_id", (json_int_t)info->outside_id,
		"remote", address(&info->remote),
		"remote_port",
		nat_sessions_has_port(info)
			? json_integer((json_int_t)info->remote_port)
			: json_null(),
		"ended", (int)!!(info->flags & VPNALG_INFO_ENDED),
		"age_ms", (json_int_t)info->age,
		"idle_ms", (json_int_t)info->idle,
		"packets_out", (json_int_t)info->packets[0],
		"packets_in", (json_int_t)info->packets[1],
		"bytes_out", (json_int_t)info->bytes[0],
		"bytes_in", (json_int_t)info->bytes[1]);
}

json_t *session_table(const struct translator *translator)
{
	struct vpnalg_session_info info;
	json_t *list = json_array();
	uint64_t cursor = 0;

	while (nat_sessions_next(&translator->nat, translator->now, &cursor,
				 &info))
		json_array_append_new(list, row(&info));
	return list;
}

#endif
