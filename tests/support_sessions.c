/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_sessions.h"

#include <string.h>

#include <vpnalg/protocols.h>

#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#define SIX_IN_FOUR 41

const struct vpnalg_protocol all_protocols[ALL_PROTOCOLS] = {
	[ALL_PPTP] = { vpnalg_pptp, NULL },
	[ALL_IPSEC] = { vpnalg_ipsec, NULL },
	[ALL_L2TP] = { vpnalg_l2tp, NULL },
	[ALL_GRE] = { vpnalg_gre, NULL },
	[ALL_GENERAL] = { vpnalg_general, NULL },
};

void all_world(struct world *w, struct world_options options)
{
	options.protocols = all_protocols;
	options.protocol_count = ALL_PROTOCOLS;
	options.mirror = true;
	world_begin(w, &options);
}

static void open_pptp(struct world *w)
{
	struct connection c = { .zone = ZONE };

	start_control(w, &c, CLIENT_A, 40001, SERVER);
	call_out(w, &c, 11, 22);
	ck_assert_uint_eq(send_gre(w, VPNALG_OUT, CLIENT_A, SERVER, 22),
			  VPNALG_TRANSLATED);
}

/* A client of a server inside, whose connection lives for seconds. */
static void open_served(struct world *w)
{
	struct bytes p;

	service_add(w, TCP, PPTP, CLIENT_C, PPTP);
	p = tcp_packet(STRANGER, 5000, OUTSIDE, PPTP, 1, 0, SYN, NULL, 0);
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	p = tcp_packet(CLIENT_C, PPTP, STRANGER, 5000, 1, 2, SYN | ACK, NULL,
		       0);
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = tcp_packet(STRANGER, 5000, OUTSIDE, PPTP, 2, 2, ACK, NULL, 0);
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}

/* The host goes on with its SA after it has begun with another one. */
static void use_two_sas(struct world *w, struct esp *e)
{
	struct esp newer = esp_of(e->client, SERVER, 0xa9, 0xb9);

	ck_assert_uint_eq(esp_sends(w, &newer), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(w, &newer));
	w->now += 1000;
	ck_assert_uint_eq(esp_sends(w, e), VPNALG_TRANSLATED);
}

/* Six hosts of one remote, so that it keeps all that it keeps of many. */
static void open_ipsec(struct world *w)
{
	unsigned i;

	for (i = 0; i < 6; i++) {
		struct ike k = ike_of(CLIENT_A + i, SERVER, 1);
		struct esp e = esp_of(CLIENT_A + i, SERVER, 0xa0 + i, 0xb0 + i);

		ike_begin(w, &k);
		ck_assert_uint_eq(esp_sends(w, &e), VPNALG_TRANSLATED);
		ck_assert(esp_arrives(w, &e));
		if (i == 0)
			use_two_sas(w, &e);
		w->now += 20000;
	}
	service_add(w, UDP, IKE, CLIENT_C, IKE);
}

/* Version 2 on UDP, version 3 on IP, and data of a tunnel that is not known. */
static void open_l2tp(struct world *w)
{
	struct tunnel udp = { .client = CLIENT_A, .server = SERVER,
			      .port = L2TP, .version = 2, .own = 5, .peer = 7,
			      .fixed_port = true };
	struct tunnel ip = { .client = CLIENT_B, .server = SERVER,
			     .version = 3, .own = 0x11223344,
			     .peer = 0x55667700, .session = 0x01020304,
			     .peer_session = 0x0a0b0c00 };

	tunnel_begin(w, &udp);
	tunnel_carries(w, &udp, 1);
	tunnel_begin(w, &ip);
	tunnel_calls(w, &ip);
	tunnel_carries(w, &ip, 2);
}

/* The remote has a Key of its own. */
static void open_gre(struct world *w)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER_2, GRE,
				   "\x20\0\x08\0\0\0\0\x28", 8);

	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(SERVER_2, OUTSIDE, GRE, "\x20\0\x08\0\0\0\0\x29", 8);
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
}

static void open_general(struct world *w)
{
	uint8_t sctp[12] = { 0x9c, 0x44, 0x9c, 0x45 };
	struct bytes p;

	ck_assert_uint_eq(tcp_out(w, CLIENT_A, 3000, SERVER, 80, SYN, 0),
			  VPNALG_TRANSLATED);
	udp_open(w, CLIENT_A, 3001, SERVER, 53);
	udp_open(w, CLIENT_A, 3001, SERVER_2, 53);
	ck_assert_uint_eq(icmp_out(w, CLIENT_A, SERVER, ECHO, 3002),
			  VPNALG_TRANSLATED);
	p = ip_packet(CLIENT_A, SERVER, SCTP, sctp, sizeof(sctp));
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = ip_packet(CLIENT_A, SERVER, SIX_IN_FOUR, "\x60", 1);
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	service_add(w, TCP, 8080, CLIENT_B, 80);
}

void all_open(struct world *w)
{
	open_pptp(w);
	open_ipsec(w);
	open_l2tp(w);
	open_gre(w);
	open_general(w);
	open_served(w);
}

void all_close(struct world *w)
{
	service_remove(w, TCP, PPTP, CLIENT_C, PPTP);
	service_remove(w, UDP, IKE, CLIENT_C, IKE);
	service_remove(w, TCP, 8080, CLIENT_B, 80);
}

const struct vpnalg_session_info *listed_number(const struct listing *l,
						uint64_t number)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (l->infos[i].number == number)
			return &l->infos[i];
	return NULL;
}

void list(struct world *w, struct listing *l)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint64_t cursor = 0;
	int step;

	l->count = 0;
	while ((step = vpnalg_sessions_next(w->alg, w->now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		world_between_calls(w);
		if (step == VPNALG_SESSIONS_NONE)
			continue;
		ck_assert_uint_eq(info.size, sizeof(info));
		ck_assert(info.number != 0);
		ck_assert_ptr_null(listed_number(l, info.number));
		ck_assert_uint_lt(l->count, LISTED_MAX);
		l->infos[l->count++] = info;
	}
	ck_assert_uint_eq(cursor, 0);
}

const struct vpnalg_session_info *listed(const struct listing *l,
					 const char *kind, uint32_t inside_id)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (strcmp(l->infos[i].kind_name, kind) == 0 &&
		    (inside_id == ANY_ID ||
		     l->infos[i].inside_id == inside_id))
			return &l->infos[i];
	ck_abort_msg("no %s of ID %u", kind, inside_id);
	return NULL;
}

unsigned listed_count(const struct listing *l, const char *kind)
{
	unsigned i, count = 0;

	for (i = 0; i < l->count; i++)
		count += strcmp(l->infos[i].kind_name, kind) == 0;
	return count;
}
