/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of ICMP errors about the packets of every protocol. */
#ifndef TESTS_ICMP_ERROR_H
#define TESTS_ICMP_ERROR_H

#include "cases.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define ROUTER 0xc0000209U        /* 192.0.2.9, on the way to the server */
#define INSIDE_ROUTER 0xc0a84d01U /* 192.168.77.1 */

#define LENGTH 560                /* of most packets, behind the IP header */

static struct world w;
static struct esp e[2];
static uint16_t id[2];
static const uint32_t clients[2] = { CLIENT_A, CLIENT_B };
static uint8_t pattern[1024];

static inline void begin_world(bool port_1701)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL },	  { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL },	  { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = { .protocols = protocols,
					 .protocol_count = 5,
					 .passive = true };
	unsigned i;

	options.l2tp.port_1701 = port_1701;
	options.general.filtering = VPNALG_FILTERING_ENDPOINT_INDEPENDENT;
	world_begin(&w, &options);
	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(0x40 + i % 61);
}

static inline struct bytes last(void)
{
	struct bytes p = { .length = w.length };

	memcpy(p.data, w.bytes, w.length);
	return p;
}

/* As long as most are. The protocol has no checksum. */
static inline struct bytes longer(struct bytes p)
{
	uint32_t more = 20 + LENGTH - p.length;

	memcpy(p.data + p.length, pattern, more);
	p.length += more;
	put16(p.data + 2, p.length);
	set_fragment(&p, 0); /* the checksum anew */
	return p;
}

static inline struct bytes call_data_out(unsigned i)
{
	return longer(gre_packet(clients[i], SERVER, (uint16_t)(90 + i), 1));
}

static inline struct bytes call_data_in(unsigned i)
{
	return longer(gre_packet(SERVER, OUTSIDE, id[i], 1));
}

static inline struct bytes esp_out(unsigned i)
{
	return longer(esp_packet(clients[i], SERVER, e[i].out_spi, 9));
}

static inline struct bytes esp_in(unsigned i)
{
	return longer(esp_packet(SERVER, OUTSIDE, e[i].in_spi, 9));
}

/* UDP from a port that both hosts have. */
static inline void open_ports(uint16_t port, uint16_t remote_port)
{
	unsigned i;

	begin_world(false);
	for (i = 0; i < 2; i++)
		id[i] = udp_open(&w, clients[i], port, SERVER, remote_port);
	ck_assert_uint_ne(id[0], id[1]);
}

/* L2TP: both hosts have port 1701, or none, and the same IDs. */

static inline struct bytes padded(struct bytes m)
{
	l2tp_bytes(&m, pattern, LENGTH - 8 - m.length);
	return m;
}

static inline void remove_services(void)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		service_remove(&w, TCP, (uint16_t)(PPTP + i), clients[i],
			       PPTP);
		service_remove(&w, UDP, (uint16_t)(IKE + i), clients[i], IKE);
		service_remove(&w, UDP, (uint16_t)(NAT_T + i), clients[i],
			       NAT_T);
		service_remove(&w, UDP, (uint16_t)(L2TP + i), clients[i],
			       L2TP);
	}
}

static inline void end(void)
{
	remove_services();
	world_end(&w);
}

struct row {
	const char *name;
	void (*begin)(void);
	/* Packets of the one host or the other, as its side sees them. */
	struct bytes (*out)(unsigned i);
	struct bytes (*in)(unsigned i);
	/* How many bytes behind the IP header must be quoted. */
	uint32_t needed;
};

/* Type and code, and what stands behind the checksum: an MTU, a pointer. */
static const struct kind {
	uint8_t type, code;
	uint32_t rest;
} kinds[] = {
	{ 3, 0, 0 },	{ 3, 1, 0 },  { 3, 2, 0 },	{ 3, 3, 0 },
	{ 3, 4, 1400 }, { 3, 5, 0 },  { 3, 6, 0 },	{ 3, 7, 0 },
	{ 3, 8, 0 },	{ 3, 9, 0 },  { 3, 10, 0 },	{ 3, 11, 0 },
	{ 3, 12, 0 },	{ 3, 13, 0 }, { 3, 14, 0 },	{ 3, 15, 0 },
	{ 4, 0, 0 },	{ 11, 0, 0 }, { 11, 1, 0 },	{ 12, 0, 5U << 24 },
	{ 12, 1, 0 },	{ 12, 2, 0 }, { 3, 4, 0x00200240 },
};

static inline struct bytes error_of(uint32_t from, uint32_t to,
				    const struct kind *kind,
				    const struct bytes *quoted, uint32_t length)
{
	struct bytes p = icmp_error(from, to, kind->type, quoted, length);

	p.data[21] = kind->code;
	put32(p.data + 24, kind->rest);
	set_icmp_checksum(&p);
	return p;
}

/* The quote is what its sender knows, but for a checksum of 0xffff that may
 * have become 0, and for half a checksum of TCP. */
static inline void check_quote(const char *name, const struct bytes *known,
			       uint32_t length)
{
	const uint8_t *quote = w.bytes + 28;
	uint32_t i;

	if (known->data[9] == TCP && length == 37)
		length = 36;
	for (i = 0; i < length; i++) {
		if (quote[i] == 0 && known->data[i] == 0xff &&
		    i + 1 < length && quote[i + 1] == 0 &&
		    known->data[i + 1] == 0xff)
			i++;
		else
			ck_assert_msg(quote[i] == known->data[i],
				      "%s, %u bytes: byte %u", name, length,
				      i);
	}
}

/* The packet as it came out; what goes in must get through. */
static inline struct bytes pass(const char *name,
				enum vpnalg_direction direction, struct bytes p)
{
	ck_assert_msg(send_packet(&w, direction, &p) == VPNALG_TRANSLATED,
		      "%s %s: %s", name, direction == VPNALG_OUT ? "out" : "in",
		      vpnalg_result_text(w.last.result));
	return last();
}

/* What all sessions are, deadlines included. */
static inline uint64_t all_records(void)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0, sum = 0, hash;
	uint32_t i;

	while (w.inner.next(w.inner.context, &cursor, &record)) {
		if (record == NULL)
			continue;
		hash = 14695981039346656037U;
		for (i = 0; i < record->units * (uint32_t)VPNALG_UNIT; i++)
			hash = (hash ^ ((uint8_t *)record)[i]) * 1099511628211U;
		sum += hash;
		record = NULL;
	}
	return sum;
}

/* Both forms of a packet that has travelled, and where its errors go. */
struct travelled {
	struct bytes inside, outside;
	uint32_t client, server;
	bool inward;
};

/* Sends an error that quotes so many bytes; the result. */
static inline unsigned complain(const struct travelled *p,
				const struct kind *kind, uint32_t length)
{
	struct bytes error =
		p->inward ? error_of(p->client, p->server, kind, &p->inside,
				     length)
			  : error_of(ROUTER, OUTSIDE, kind, &p->outside,
				     length);

	return send_packet(&w, p->inward ? VPNALG_OUT : VPNALG_IN, &error);
}

static inline void check_arrival(const char *name, const struct travelled *p,
				 const struct kind *kind, uint32_t length)
{
	ck_assert_msg(checksums_right(w.bytes, w.length), "%s: checksum",
		      name);
	ck_assert_uint_eq(source(&w), p->inward ? OUTSIDE : ROUTER);
	ck_assert_uint_eq(destination(&w), p->inward ? p->server : p->client);
	ck_assert_uint_eq(w.bytes[20], kind->type);
	ck_assert_uint_eq(w.bytes[21], kind->code);
	ck_assert_uint_eq(get32(w.bytes + 24), kind->rest);
	check_quote(name, p->inward ? &p->outside : &p->inside, length);
	if (!p->inward)
		ck_assert_uint_eq(w.last.zone, ZONE);
}

static inline void check_errors(const struct row *row,
				const struct travelled *p)
{
	static const uint32_t lengths[] = { 8, 20, 108, 528 };
	uint32_t most = p->inside.length - 20, length, i;
	unsigned n, result;

	for (length = 0; length <= 40 && length <= most; length++) {
		result = complain(p, &kinds[4], 20 + length);
		if (p->inward && result == VPNALG_DROP_ICMP_ERROR)
			result = VPNALG_DROP_QUOTE_SHORT; /* as good inside */
		ck_assert_msg(length >= 8 && length < row->needed
				      ? result == VPNALG_DROP_QUOTE_SHORT
				      : (result == VPNALG_TRANSLATED) ==
						(length >= row->needed),
			      "%s %s, %u bytes: %s", row->name,
			      p->inward ? "in" : "out", length,
			      vpnalg_result_text(result));
		if (result == VPNALG_TRANSLATED)
			check_arrival(row->name, p, &kinds[4], 20 + length);
	}
	for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
		for (i = 0; i < 4; i++) {
			length = lengths[i] < most ? lengths[i] : most;
			if (length < row->needed)
				continue;
			ck_assert_uint_eq(complain(p, &kinds[n], 20 + length),
					  VPNALG_TRANSLATED);
			check_arrival(row->name, p, &kinds[n], 20 + length);
		}
}

static inline void travel(const struct row *row, unsigned host, bool inward,
			  struct travelled *p)
{
	p->inward = inward;
	p->client = clients[host];
	if (inward) {
		p->outside = row->in(host);
		p->inside = pass(row->name, VPNALG_IN, p->outside);
		p->server = source(&w);
	} else {
		p->inside = row->out(host);
		p->outside = pass(row->name, VPNALG_OUT, p->inside);
		p->server = destination(&w);
	}
}

/* Errors about packets of both hosts, in both directions; they change no
 * session. */
static inline void judge(const struct row *row)
{
	struct travelled there[2], back[2];
	uint64_t before;
	unsigned i;

	row->begin();
	for (i = 0; i < 2; i++) {
		travel(row, i, false, &there[i]);
		travel(row, i, true, &back[i]);
	}
	w.now += 777;
	before = all_records();
	for (i = 0; i < 2; i++) {
		check_errors(row, &there[i]);
		check_errors(row, &back[i]);
	}
	ck_assert_msg(all_records() == before, "%s: a session has changed",
		      row->name);
	end();
}

/* The first host is silent until all of its sessions are gone, among them the
 * one that has the port which the other host shares. */
static inline void judge_left(const struct row *row)
{
	struct travelled there;
	unsigned i;

	row->begin();
	for (i = 0; i < 40; i++) {
		pass(row->name, VPNALG_OUT, row->out(1));
		world_wait(&w, 200000);
	}
	travel(row, 1, false, &there);
	check_errors(row, &there);
	end();
}

#endif
