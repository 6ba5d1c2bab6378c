/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain data of version 2, which has a short way of its own, against the long
 * way: that of a datagram whose last byte is not in memory. */
#include "l2tp_shared.h"

#include "l2tp/data.h"
#include "l2tp/message.h"

/* A header: its flags, and a length by how much it is less than the message's.
 */
static const struct header {
	uint16_t flags;
	int16_t less;
} headers[] = {
	{ 0x0002, 0 }, { 0x0102, 0 }, { 0x4002, 0 },  { 0x4102, 0 },
	{ 0x4002, 1 }, { 0x4002, 6 }, { 0x4002, 7 },  { 0x4002, 8 },
	{ 0x4002, 9 }, { 0x4002, 15 }, { 0x4002, -1 }, { 0x0802, 0 },
	{ 0x4802, 0 }, { 0x0202, 0 }, { 0x4a02, 0 },  { 0x0012, 0 },
	{ 0x1002, 0 }, { 0x2002, 0 }, { 0x0402, 0 },  { 0x0001, 0 },
	{ 0x0003, 0 }, { 0x0000, 0 },
};

/* IDs, what stands for sequence numbers and an offset, and more. */
static struct bytes data_with(const struct header *h, uint16_t id)
{
	static const uint8_t rest[6] = { 0, 2, 0, 0, 0xff, 3 };
	struct bytes m = { .length = 2 };

	put16(m.data, h->flags);
	if (h->flags & 0x4000)
		m.length += 2;
	put16(m.data + m.length, id);
	put16(m.data + m.length + 2, 1);
	memcpy(m.data + m.length + 4, rest, sizeof(rest));
	m.length += 4 + sizeof(rest);
	if (h->flags & 0x4000)
		put16(m.data + 2, (unsigned)((int)m.length - h->less));
	return m;
}

/* Reads a packet to port 1701 as the short way does, and as the long one. */
static void read_both_ways(struct bytes *p)
{
	const struct vpnalg_parsed parsed = { .ip = p->data,
					      .l4 = p->data + 20,
					      .l4_len = p->length - 20,
					      .l4_caplen = p->length - 20,
					      .inward = true,
					      .protocol = 17,
					      .addr_len = 4 };
	struct vpnalg_match match = { 0 };
	struct l2tp_message m;

	if (!vpnalg_l2tp_data_match(&parsed, &match))
		return;
	ck_assert_uint_eq(vpnalg_l2tp_message_head(&parsed, &m),
			  VPNALG_TRANSLATED);
	ck_assert(m.udp && !m.control && !m.foreign);
	ck_assert_uint_eq(m.version, 2);
	ck_assert_uint_eq(match.id, m.header.value);
	ck_assert_uint_eq(match.port, m.header.space | L2TP);
}

/* Sends a packet by both ways: they have one result, and one packet becomes of
 * it. */
static unsigned both_ways(enum vpnalg_direction direction,
			  const struct bytes *packet)
{
	unsigned result = send_captured(&w, direction, packet,
					packet->length - 1);
	struct bytes captured = { .length = packet->length - 1 };

	memcpy(captured.data, w.bytes, captured.length);
	ck_assert_uint_eq(send_packet(&w, direction, packet), result);
	ck_assert_mem_eq(w.bytes, captured.data, captured.length);
	return result;
}

/* With a checksum, without one, and with a length in the UDP header that is too
 * short or too long. */
static void all_datagrams(enum vpnalg_direction direction,
			  const struct bytes *packet)
{
	static const int off[] = { 0, -1, -5, -6, -7, -12, 1 };
	struct bytes p = *packet;
	unsigned i;

	for (i = 0; i < ROWS(off); i++) {
		put16(p.data + 24,
		      (unsigned)((int)packet->length - 20 + off[i]));
		if (get16(p.data + 22) == L2TP)
			read_both_ways(&p);
		put16(p.data + 26, get16(packet->data + 26));
		both_ways(direction, &p);
		put16(p.data + 26, 0);
		both_ways(direction, &p);
	}
}

static void all_headers(const struct tunnel *t, uint16_t id, bool inward)
{
	struct bytes m, p;
	unsigned i;

	for (i = 0; i < ROWS(headers); i++) {
		m = data_with(&headers[i], id);
		p = inward ? udp_packet(t->server, L2TP, t->outside,
					t->outside_port, m.data, m.length)
			   : udp_packet(t->client, t->port, t->server, L2TP,
					m.data, m.length);
		all_datagrams(inward ? VPNALG_IN : VPNALG_OUT, &p);
	}
}

/* By Tunnel ID behind port 1701, and by a port of its own; for the host that
 * has port 1701 itself, and for another one. */
START_TEST(plain_data_becomes_what_other_data_does)
{
	struct tunnel t[] = { a_tunnel(0), a_tunnel(1) };
	const struct tunnel *own = &t[_i / 2], *other = &t[1 - _i / 2];
	struct bytes m = data_with(&headers[0], (uint16_t)own->peer), p;

	t[0].fixed_port = t[1].fixed_port = _i % 2 == 0;
	tunnel_begin(&w, &t[0]);
	tunnel_begin(&w, &t[1]);
	tunnel_carries(&w, own, 1);
	p = udp_packet(own->client, own->port, SERVER, L2TP, m.data, m.length);
	ck_assert_uint_eq(both_ways(VPNALG_OUT, &p), VPNALG_TRANSLATED);
	all_headers(own, (uint16_t)own->peer, false);
	all_headers(own, (uint16_t)other->peer, false);
	all_headers(own, 0, false);
	all_headers(own, (uint16_t)own->outside_own, true);
	all_headers(own, 0x4321, true);
	all_headers(own, 0, true);
	tunnel_carries(&w, own, 2);
	tunnel_carries(&w, other, 3);
}
END_TEST

/* Data from port 1701, where the tunnel was answered from another port. */
START_TEST(plain_data_comes_from_the_port_that_has_answered)
{
	struct tunnel t = a_tunnel(1);
	struct bytes m, p;

	t.fixed_port = _i == 0;
	t.port = _i == 0 ? L2TP : 40000;
	t.answer_port = 5000;
	tunnel_begin(&w, &t);
	m = data_with(&headers[0], (uint16_t)t.outside_own);
	p = udp_packet(SERVER, L2TP, t.outside, t.outside_port, m.data,
		       m.length);
	ck_assert_uint_eq(both_ways(VPNALG_IN, &p), VPNALG_DROP_PORT_HELD);
}
END_TEST

TCase *l2tp_data_case(void)
{
	TCase *t = tcase_create("plain data");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, plain_data_becomes_what_other_data_does, 0, 4);
	tcase_add_loop_test(
		t, plain_data_comes_from_the_port_that_has_answered, 0, 2);
	return t;
}
