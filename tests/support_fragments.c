/* SPDX-License-Identifier: BSD-2-Clause */
#include "fragments.h"
#include "support_ports.h"

#include <vpnalg/protocols.h>

#include <string.h>

void set_ip_id(struct bytes *packet, uint16_t id)
{
	put16(packet->data + 4, id);
	set_fragment(packet, get16(packet->data + 6));
}

struct bytes fragment_of(const struct bytes *whole, uint32_t from, uint32_t to)
{
	uint32_t header = (whole->data[0] & 15U) * 4;
	struct bytes f = { .length = header + to - from };
	bool more = header + to < whole->length;

	memcpy(f.data, whole->data, header);
	memcpy(f.data + header, whole->data + header + from, to - from);
	put16(f.data + 2, f.length);
	set_fragment(&f, (uint16_t)(from / 8 | (more ? 0x2000 : 0)));
	return f;
}

void take_held(struct world *w, struct collected *out)
{
	struct vpnalg_packet p;

	if (out->between != NULL)
		out->between(w);
	while (vpnalg_next_held(w->alg, &p)) {
		move_back(w, &p);
		if (out->between == NULL || p.user != NULL)
			ck_assert_ptr_eq(p.user, w);
		ck_assert_uint_eq(p.result, VPNALG_TRANSLATED);
		ck_assert_uint_eq(p.caplen, p.len);
		ck_assert_uint_lt(out->count, 64);
		memcpy(out->packets[out->count].data, p.data, p.len);
		out->flags[out->count] = p.flags;
		out->packets[out->count++].length = p.len;
		out->given++;
		out->marked += p.flags == VPNALG_PACKET_HAIRPIN;
	}
	mirror_check(w);
	log_check(w);
	world_between_calls(w);
}

unsigned send_fragment(struct world *w, enum vpnalg_direction direction,
		       const struct bytes *fragment, struct collected *out)
{
	unsigned result;

	if (out->between != NULL)
		out->between(w);
	result = send_packet(w, direction, fragment);
	if (result == VPNALG_TRANSLATED) {
		ck_assert_uint_lt(out->count, 64);
		memcpy(out->packets[out->count].data, w->bytes, w->length);
		out->flags[out->count] = w->last.flags;
		out->packets[out->count++].length = w->length;
		out->marked += w->last.flags == VPNALG_PACKET_HAIRPIN;
	}
	out->dropped += result >= VPNALG_DROP_FIRST;
	take_held(w, out);
	return result;
}

/* Returns whether two fragments are of one datagram (RFC 791 3.2). */
static bool are_of_one(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a + 4, b + 4, 2) == 0 && a[9] == b[9] &&
	       memcmp(a + 12, b + 12, 8) == 0;
}

bool put_together(const struct collected *out, struct bytes *whole)
{
	static bool has[8192];
	uint32_t end = 0, sum = 0, from, i, k, length;
	const uint8_t *ip;

	memset(has, 0, sizeof(has));
	memset(whole, 0, sizeof(*whole));
	for (i = 0; i < out->count; i++) {
		ip = out->packets[i].data;
		if (!are_of_one(ip, out->packets[0].data) || ip[0] != 0x45)
			return false;
		from = (get16(ip + 6) & 0x1fffU) * 8;
		length = out->packets[i].length - 20;
		if (get16(ip + 2) != length + 20)
			return false;
		for (k = from; k < from + length; k++) {
			if (has[k])
				return false;
			has[k] = true;
		}
		memcpy(whole->data + 20 + from, ip + 20, length);
		sum += length;
		if ((get16(ip + 6) & 0x2000) == 0)
			end = from + length;
	}
	if (out->count == 0 || sum != end)
		return false;
	memcpy(whole->data, out->packets[0].data, 20);
	whole->length = 20 + end;
	put16(whole->data + 2, whole->length);
	set_fragment(whole, 0);
	return true;
}

void fragment_world(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	 { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },	 { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};

	options.holds = true;
	if (options.protocols == NULL) {
		options.protocols = protocols;
		options.protocol_count = 5;
	}
	world_begin(w, &options);
}
