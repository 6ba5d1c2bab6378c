/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_sessions.h"

#include <inttypes.h>
#include <stdio.h>

/* The number of lines written between two looks at the packets. */
#define LINES 64

/* Room for an address and an ID. */
#define END_TEXT 32

/* [list] */
bool nat_sessions_next(const struct nat *nat, vpnalg_time now, uint64_t *cursor,
		       struct vpnalg_session_info *info)
{
	int step;

	*info = (struct vpnalg_session_info){ .size = sizeof(*info) };
	do {
		step = vpnalg_sessions_next(nat->translator, now, cursor, info);
	} while (step == VPNALG_SESSIONS_NONE ||
		 (step == VPNALG_SESSIONS_ONE &&
		  info->flags & VPNALG_INFO_OF_REMOTE));
	return step == VPNALG_SESSIONS_ONE;
}
/* [list] */

/* An SPI, or what else is longer than a port, is written as it is in captures.
 */
static const char *end_text(char *text, const struct vpnalg_addr *address,
			    uint32_t id)
{
	const uint8_t *o = address->octets;
	int length;

	if (address->family == 0)
		return "any";
	length = snprintf(text, END_TEXT, "%u.%u.%u.%u", o[0], o[1], o[2],
			  o[3]);
	if (id > UINT16_MAX)
		snprintf(text + length, END_TEXT - (size_t)length,
			 ":0x%08" PRIx32, id);
	else if (id != 0)
		snprintf(text + length, END_TEXT - (size_t)length,
			 ":%" PRIu32, id);
	return text;
}

static void write_line(const struct vpnalg_session_info *info)
{
	char inside[END_TEXT], outside[END_TEXT], remote[END_TEXT];
	uint32_t port = nat_sessions_has_port(info) ? info->remote_port : 0;

	fprintf(stderr,
		"  %-27s %-26s %-26s %-26s %9.1f %9.1f %11" PRIu64
		" %11" PRIu64 " %13" PRIu64 " %13" PRIu64 "\n",
		info->kind_name, end_text(inside, &info->inside, info->inside_id),
		end_text(outside, &info->outside, info->outside_id),
		end_text(remote, &info->remote, port), (double)info->age / 1000,
		(double)info->idle / 1000, info->packets[0], info->packets[1],
		info->bytes[0], info->bytes[1]);
}

void nat_sessions_begin(struct nat_listing *listing)
{
	*listing = (struct nat_listing){ .under_way = true };
	fprintf(stderr, "%-29s %-26s %-26s %-26s %9s %9s %11s %11s %13s %13s\n",
		"each session", "inside", "outside", "remote", "age, s",
		"idle, s", "packets out", "packets in", "bytes out",
		"bytes in");
}

bool nat_sessions_go_on(struct nat_listing *listing, const struct nat *nat,
			vpnalg_time now)
{
	struct vpnalg_session_info info;

	if (!listing->under_way)
		return false;
	for (int i = 0; i < LINES && listing->under_way; i++) {
		listing->under_way = nat_sessions_next(nat, now,
						       &listing->cursor, &info);
		if (listing->under_way)
			write_line(&info);
	}
	return true;
}

void nat_sessions_write(const struct nat *nat, vpnalg_time now)
{
	struct nat_listing listing;

	nat_sessions_begin(&listing);
	while (nat_sessions_go_on(&listing, nat, now))
		;
}
