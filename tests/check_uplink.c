/* SPDX-License-Identifier: BSD-2-Clause */
/* Several uplinks: what a packet opens has an address of its uplink. */
#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "support_service.h"

#include <vpnalg/protocols.h>

#include <string.h>

#define OUTSIDE_3 0xcb007103U
#define OUTSIDE_4 0xcb007104U
#define OTHER 7 /* the number of the second uplink */
#define NOBODYS 9

static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2, OUTSIDE_3,
				      OUTSIDE_4 };
static const uint8_t uplinks[] = { 0, OTHER, 0, OTHER };

static struct world w;
static unsigned mapped[OTHER + 1]; /* bindings proposed for all remotes */

static enum vpnalg_choice note_choice(struct world *world,
				      struct vpnalg_binding *binding)
{
	(void)world;
	if (binding->remote.family == 0) {
		ck_assert_uint_le(binding->remote_port, OTHER);
		mapped[binding->remote_port]++;
	}
	return VPNALG_CHOICE_TAKE;
}

static void begin_with(struct world_options options)
{
	options.addresses = addresses;
	options.address_count = 4;
	options.uplinks = uplinks;
	if (options.choosing == CHOOSE_NOTHING)
		options.choose = note_choice;
	options.pool_key[0] = 1;
	options.pool_key[1] = 2;
	options.mirror = true;
	memset(mapped, 0, sizeof(mapped));
	fragment_world(&w, options);
}

static void begin(void)
{
	begin_with((struct world_options){ .units = 2000 });
}

static void end(void)
{
	world_end(&w);
}

/* Which uplink the last packet leaves by. */
static unsigned left_by(void)
{
	return source(&w) % 2 == 0 ? OTHER : 0;
}

static unsigned send_by(uint8_t uplink, const struct bytes *packet)
{
	w.uplink = uplink;
	return send_packet(&w, VPNALG_OUT, packet);
}

static unsigned udp_by(uint8_t uplink, uint32_t host, uint16_t port,
		       uint32_t remote, uint16_t remote_port)
{
	w.uplink = uplink;
	return udp_out(&w, host, port, remote, remote_port);
}

/* A datagram from a remote. */
static unsigned udp_to(uint32_t remote, uint16_t remote_port, uint32_t outside,
		       uint16_t port)
{
	struct bytes p =
		udp_packet(remote, remote_port, outside, port, "pong", 4);

	return send_packet(&w, VPNALG_IN, &p);
}

/* Puts a list of the addresses in force: those of which the bit is set. */
static int set(unsigned bits, bool drain, const uint8_t *of)
{
	struct vpnalg_addr list[4];
	uint8_t their[4];
	struct vpnalg_address_list given = { .size = sizeof(given),
					     .addresses = list,
					     .drain = drain };
	unsigned i;

	memset(list, 0, sizeof(list));
	for (i = 0; i < 4; i++) {
		if (!(bits & 1U << i))
			continue;
		list[given.count].family = VPNALG_IPV4;
		put32(list[given.count].octets, addresses[i]);
		their[given.count++] = of != NULL ? of[i] : 0;
	}
	given.uplinks = of != NULL ? their : NULL;
	return vpnalg_set_address_list(w.alg, &given);
}

#define FIRST_ONLY 0x5
#define OTHER_ONLY 0xa
#define ALL 0xf

/* The first packet of each kind of session */

static struct bytes first_udp(uint32_t host, uint32_t remote)
{
	return udp_packet(host, 5000, remote, 53, "ping", 4);
}

static struct bytes first_tcp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 5000, remote, 80, 1, 0, SYN, "", 0);
}

static struct bytes first_icmp(uint32_t host, uint32_t remote)
{
	return icmp_query(host, remote, ECHO, 77, 1);
}

static struct bytes first_pptp(uint32_t host, uint32_t remote)
{
	return tcp_packet(host, 5000, remote, PPTP, 1, 0, SYN, "", 0);
}

static struct bytes first_ike(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, 1);

	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static struct bytes first_nat_t(uint32_t host, uint32_t remote)
{
	struct ike k = ike_of(host, remote, 1);

	k.port = k.remote_port = NAT_T;
	return ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
}

static struct bytes first_esp(uint32_t host, uint32_t remote)
{
	return esp_packet(host, remote, 0x1111, 1);
}

static struct bytes l2tp_first(uint32_t host, uint32_t remote,
			       unsigned version, uint16_t port)
{
	struct bytes m = l2tp_control(version, 0, 0, SCCRQ);

	l2tp_avp(&m, version == 2 ? 9 : 61, version == 2 ? 2 : 4, 7);
	return l2tp_packet(host, port, remote, port, &m);
}

static struct bytes first_l2tp(uint32_t host, uint32_t remote)
{
	return l2tp_first(host, remote, 2, L2TP);
}

static struct bytes first_l2tp_ip(uint32_t host, uint32_t remote)
{
	return l2tp_first(host, remote, 3, 0);
}

static struct bytes first_gre(uint32_t host, uint32_t remote)
{
	static const uint8_t header[] = { 0x20, 0, 8, 0, 0, 0, 0, 5, 1, 2 };

	return ip_packet(host, remote, GRE, header, sizeof(header));
}

static struct bytes first_sctp(uint32_t host, uint32_t remote)
{
	static const uint8_t init[32] = { 0x13, 0x88, 0, 80, [12] = 1,
					  [15] = 20 };

	return ip_packet(host, remote, 132, init, sizeof(init));
}

static struct bytes first_ipip(uint32_t host, uint32_t remote)
{
	return ip_packet(host, remote, 4, "abcdefghijklmnop", 16);
}

static const struct kind_row {
	const char *name;
	struct bytes (*first)(uint32_t host, uint32_t remote);
	unsigned none; /* the result where there is no address */
} rows[] = {
	{ "UDP", first_udp, VPNALG_DROP_NO_ID },
	{ "TCP", first_tcp, VPNALG_DROP_NO_ID },
	{ "ICMP", first_icmp, VPNALG_DROP_NO_ID },
	{ "PPTP", first_pptp, VPNALG_DROP_NO_ID },
	{ "IKE", first_ike, VPNALG_DROP_NO_ID },
	{ "NAT-T", first_nat_t, VPNALG_DROP_NO_ID },
	{ "ESP", first_esp, VPNALG_DROP_NO_ID },
	{ "L2TP", first_l2tp, VPNALG_DROP_NO_ID },
	{ "L2TP over IP", first_l2tp_ip, VPNALG_DROP_NO_ID },
	{ "GRE", first_gre, VPNALG_DROP_NO_ID },
	{ "SCTP", first_sctp, VPNALG_DROP_TAKEN },
	{ "IP in IP", first_ipip, VPNALG_DROP_TAKEN },
};

static unsigned sends(const struct kind_row *row, uint8_t uplink, uint32_t host,
		      uint32_t remote)
{
	struct bytes p = row->first(host, remote);

	return send_by(uplink, &p);
}

START_TEST(a_new_session_has_an_address_of_its_uplink)
{
	const struct kind_row *row = &rows[_i];
	unsigned i, seen = 0;

	for (i = 0; i < 32; i++) {
		ck_assert_msg(sends(row, i % 2 ? OTHER : 0, CLIENT_A + i,
				    SERVER + i) == VPNALG_TRANSLATED,
			      "%s: %s", row->name,
			      vpnalg_result_text(w.last.result));
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		seen |= 1U << source(&w) % 4;
	}
	ck_assert_uint_eq(seen, 0xf); /* hosts are spread over all four */
}
END_TEST

START_TEST(a_session_goes_on_whatever_its_packets_say)
{
	const struct kind_row *row = &rows[_i];
	uint32_t was;
	unsigned i;

	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(sends(row, i ? OTHER : 0, CLIENT_A,
					SERVER + i),
				  VPNALG_TRANSLATED);
		was = source(&w);
		ck_assert_uint_eq(sends(row, i ? 0 : OTHER, CLIENT_A,
					SERVER + i),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), was);
		ck_assert_uint_eq(sends(row, NOBODYS, CLIENT_A, SERVER + i),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(source(&w), was);
	}
}
END_TEST

START_TEST(an_uplink_without_addresses_opens_nothing)
{
	const struct kind_row *row = &rows[_i];

	ck_assert_uint_eq(sends(row, NOBODYS, CLIENT_A, SERVER), row->none);
	ck_assert(vpnalg_wants_prohibited(&w.last));
	ck_assert_int_eq(w.records, 0);
	ck_assert_int_eq(set(FIRST_ONLY, false, uplinks), 0);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_A, SERVER), row->none);
	ck_assert_uint_eq(sends(row, 0, CLIENT_A, SERVER), VPNALG_TRANSLATED);
}
END_TEST

/* A protocol by address has one host for each outside address. */
START_TEST(one_uplink_is_full_and_another_is_free)
{
	unsigned i, got = 0;

	for (i = 0; i < 8; i++) {
		if (sends(&rows[11], OTHER, CLIENT_A + i, SERVER) !=
		    VPNALG_TRANSLATED) {
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_TAKEN);
			continue;
		}
		ck_assert_uint_eq(left_by(), OTHER);
		got++;
	}
	ck_assert_uint_eq(got, 2); /* spread over both */
	ck_assert_uint_eq(sends(&rows[11], 0, CLIENT_A + 7, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

/* RFC 4787 REQ-2. */
START_TEST(a_host_is_paired_on_each_uplink)
{
	uint32_t host, paired[2];
	unsigned i;

	for (host = CLIENT_A; host < CLIENT_A + 8; host++)
		for (i = 0; i < 20; i++) {
			udp_by(i % 2 ? OTHER : 0, host, (uint16_t)(5000 + i),
			       SERVER + i % 5, 53);
			if (i < 2)
				paired[i] = source(&w);
			ck_assert_uint_eq(source(&w), paired[i % 2]);
		}
}
END_TEST

static const uint8_t filterings[] = {
	VPNALG_FILTERING_ENDPOINT_INDEPENDENT,
	VPNALG_FILTERING_ADDRESS_DEPENDENT,
	VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT,
};

/* RFC 4787 REQ-1: one port of a host, one mapping on each uplink. */
START_TEST(a_port_has_one_mapping_on_each_uplink)
{
	uint32_t outside[2];
	uint16_t port[2];
	unsigned i, by;

	end();
	begin_with((struct world_options){
		.general = { .filtering = filterings[_i % 3] } });
	for (i = 0; i < 8; i++) {
		by = (i + (unsigned)_i / 3) % 2;
		ck_assert_uint_eq(udp_by(by ? OTHER : 0, CLIENT_A, 5000,
					 SERVER + i % 4,
					 (uint16_t)(53 + i / 4)),
				  VPNALG_TRANSLATED);
		if (i < 2) {
			outside[by] = source(&w);
			port[by] = port_from(&w);
		}
		ck_assert_uint_eq(source(&w), outside[by]);
		ck_assert_uint_eq(port_from(&w), port[by]);
		ck_assert_uint_eq(left_by(), by ? OTHER : 0);
	}
	ck_assert_uint_eq(mapped[0], 1);
	ck_assert_uint_eq(mapped[OTHER], 1);
	for (i = 0; i < 8; i++) {
		by = (i + (unsigned)_i / 3) % 2;
		ck_assert_uint_eq(udp_to(SERVER + i % 4,
					 (uint16_t)(53 + i / 4), outside[by],
					 port[by]),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(destination(&w), CLIENT_A);
		ck_assert_uint_eq(port_to(&w), 5000);
	}
}
END_TEST

/* A remote that is reached by both uplinks may answer to both, and from other
 * ports; who was not asked may not. */
START_TEST(a_permission_is_one_uplinks)
{
	uint32_t outside[2];
	unsigned i;

	end();
	begin_with((struct world_options){
		.general = { .filtering =
				     VPNALG_FILTERING_ADDRESS_DEPENDENT } });
	for (i = 0; i < 2; i++) {
		udp_by(i ? OTHER : 0, CLIENT_A, 5000, SERVER,
		       (uint16_t)(53 + i));
		outside[i] = source(&w);
	}
	udp_by(OTHER, CLIENT_A, 5000, SERVER_2, 53);
	for (i = 0; i < 2; i++) {
		w.uplink = i ? OTHER : 0;
		ck_assert_uint_eq(udp_to(SERVER, 99, outside[i], 5000),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(udp_to(STRANGER, 99, outside[i], 5000),
				  VPNALG_DROP_FILTERED);
		ck_assert_uint_eq(udp_to(SERVER_2, 99, outside[i], 5000),
				  i ? VPNALG_TRANSLATED : VPNALG_DROP_FILTERED);
	}
	/* Permissions go, and so do mappings that nothing hangs from. */
	world_wait(&w, 300001);
	world_wait(&w, 10);
	world_wait(&w, 10);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* A packet that has come by a mapping alone, and the host's error about it. */
START_TEST(an_error_about_what_a_mapping_let_in_leaves_by_its_uplink)
{
	struct bytes error, quoted = { 0 };
	uint32_t outside;

	if (_i == 1) /* it has the port on the first uplink, too */
		udp_by(0, CLIENT_A, 5000, SERVER_2, 53);
	udp_by(OTHER, CLIENT_A, 5000, SERVER, 53);
	outside = source(&w);
	ck_assert_uint_eq(udp_to(STRANGER, 99, outside, 5000),
			  VPNALG_TRANSLATED);
	quoted.length = w.length;
	memcpy(quoted.data, w.bytes, w.length);
	error = icmp_error(CLIENT_A, STRANGER, 3, &quoted, quoted.length);
	ck_assert_uint_eq(send_by(OTHER, &error), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), outside);
}
END_TEST

/* The uplink fails: its addresses go, with their sessions or after them, and
 * the caller's route is another. */
START_TEST(sessions_open_again_on_another_uplink)
{
	const struct kind_row *row = &rows[_i / 2];
	bool drain = _i % 2;

	ck_assert_uint_eq(sends(row, 0, CLIENT_A, SERVER), VPNALG_TRANSLATED);
	ck_assert_int_eq(set(OTHER_ONLY, drain, uplinks), 0);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), drain ? 0 : OTHER);
	ck_assert_uint_eq(sends(row, OTHER, CLIENT_B, SERVER_2),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), OTHER);
	ck_assert_uint_eq(sends(row, 0, CLIENT_B, STRANGER), row->none);
	/* It comes back. */
	world_wait(&w, 0);
	ck_assert_int_eq(set(ALL, true, uplinks), 0);
	ck_assert_uint_eq(sends(row, 0, CLIENT_B, STRANGER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

START_TEST(two_vpns_of_a_host_leave_by_two_uplinks)
{
	struct ike k[2] = { ike_of(CLIENT_A, SERVER, 1),
			    ike_of(CLIENT_A, SERVER_2, 2) };
	struct esp e[2] = { esp_of(CLIENT_A, SERVER, 0x1111, 0x2222),
			    esp_of(CLIENT_A, SERVER_2, 0x3333, 0x4444) };
	unsigned i;

	for (i = 0; i < 2; i++) {
		w.uplink = i ? OTHER : 0;
		ike_begin(&w, &k[i]);
		ck_assert_uint_eq(k[i].outside % 2, i ? 0 : 1);
		ck_assert_uint_eq(esp_sends(&w, &e[i]), VPNALG_TRANSLATED);
		ck_assert_uint_eq(e[i].outside, k[i].outside);
		ck_assert(esp_arrives(&w, &e[i]));
	}
	/* The first uplink fails. */
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	w.uplink = OTHER;
	k[0] = ike_of(CLIENT_A, SERVER, 3);
	ike_begin(&w, &k[0]);
	e[0] = esp_of(CLIENT_A, SERVER, 0x5555, 0x6666);
	ck_assert_uint_eq(esp_sends(&w, &e[0]), VPNALG_TRANSLATED);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(k[i].outside % 2, 0);
		ck_assert_uint_eq(e[i].outside, k[i].outside);
		ck_assert(esp_arrives(&w, &e[i]));
	}
}
END_TEST

/* Routes change between IKE and its first ESP packet. */
START_TEST(esp_has_the_address_of_its_ike)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 1);
	struct esp e = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);

	w.uplink = _i ? OTHER : 0;
	ck_assert_uint_eq(ike_out(&w, &k, IKE_SA_INIT, INITIATOR, 0),
			  VPNALG_TRANSLATED);
	w.uplink = _i ? 0 : OTHER;
	ck_assert_uint_eq(esp_sends(&w, &e), VPNALG_TRANSLATED);
	ck_assert_uint_eq(e.outside, k.outside);
	ck_assert(esp_arrives(&w, &e));
}
END_TEST

START_TEST(children_have_the_address_of_their_parents)
{
	struct connection c = { 0 };
	struct tunnel t = { .client = CLIENT_A, .server = SERVER_2,
			    .port = L2TP, .version = 2, .own = 7,
			    .peer = 100 };

	w.uplink = _i ? OTHER : 0;
	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	tunnel_requests(&w, &t);
	w.uplink = _i ? 0 : OTHER;
	call_out(&w, &c, 0x1234, 0x4321);
	ck_assert_uint_eq(send_gre(&w, VPNALG_OUT, CLIENT_A, SERVER, 0x4321),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), c.outside);
	ck_assert_uint_eq(tunnel_is_answered(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(tunnel_confirms(&w, &t), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), t.outside);
	tunnel_carries(&w, &t, 5);
	/* They are counted where their address is. */
	ck_assert_int_eq(set(_i ? FIRST_ONLY : OTHER_ONLY, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_int_eq(w.records, 0);
}
END_TEST

/* The caller has routed already, and says which address it is. */
START_TEST(a_choice_may_be_of_any_uplink)
{
	end();
	begin_with((struct world_options){ .choosing = CHOOSE_WRITE });
	w.chosen = OUTSIDE_4;
	w.chosen_id = 3000;
	ck_assert_uint_eq(sends(&rows[3], 0, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
	w.chosen_id = 3001;
	w.chosen = OUTSIDE;
	ck_assert_uint_eq(sends(&rows[3], OTHER, CLIENT_B, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
}
END_TEST

/* Services */

static int serve(uint32_t outside, uint16_t port, bool add)
{
	struct vpnalg_service service =
		SERVICE(UDP, 0U, port, CLIENT_B, 5060);

	put32(service.outside.octets, outside);
	return add ? vpnalg_service_add(w.alg, &service, w.now)
		   : vpnalg_service_remove(w.alg, &service, w.now);
}

/* Whatever the route to who has asked is. */
START_TEST(a_service_answers_from_its_address)
{
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, true), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(udp_to(SERVER, 99, OUTSIDE_2, 5061),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(udp_by(_i == 0 ? 0 : _i == 1 ? OTHER : NOBODYS,
				 CLIENT_B, 5060, SERVER, 99),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(port_from(&w), 5061);
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* The server has sent before, by both uplinks. */
START_TEST(a_service_takes_the_place_of_the_hosts_mapping)
{
	uint32_t outside;

	if (_i == 1)
		udp_by(0, CLIENT_B, 5060, SERVER_2, 99);
	udp_by(OTHER, CLIENT_B, 5060, SERVER, 99);
	outside = source(&w);
	ck_assert_uint_eq(port_from(&w), 5060);
	ck_assert_int_eq(serve(outside, 5060, true), VPNALG_SERVICE_DONE);
	ck_assert_uint_eq(udp_to(STRANGER, 99, outside, 5060),
			  VPNALG_TRANSLATED);
	udp_by(0, CLIENT_B, 5060, STRANGER, 99);
	ck_assert_uint_eq(source(&w), outside);
	ck_assert_uint_eq(port_from(&w), 5060);
	ck_assert_int_eq(serve(outside, 5060, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* What another host has there is not taken away. */
START_TEST(a_service_does_not_take_another_hosts_mapping)
{
	udp_by(OTHER, CLIENT_A, 5060, SERVER, 99);
	ck_assert_int_eq(serve(source(&w), 5060, true), VPNALG_SERVICE_TAKEN);
}
END_TEST

/* A store that fails leaves the service's port as it was. */
START_TEST(a_service_that_has_no_room_changes_nothing)
{
	uint32_t outside;
	long n;

	udp_by(0, CLIENT_B, 5060, SERVER_2, 99);
	outside = source(&w);
	for (n = 1; n < 4; n++) {
		w.fail_in = n;
		ck_assert_int_eq(serve(OUTSIDE_2, 5061, true),
				 VPNALG_SERVICE_NO_ROOM);
		ck_assert_int_eq(w.fail_in, 0);
		udp_by(0, CLIENT_B, 5060, STRANGER, 99);
		ck_assert_uint_eq(source(&w), outside);
		ck_assert_uint_eq(mapped[0], 1);
	}
}
END_TEST

START_TEST(hairpins_cross_uplinks)
{
	struct bytes p =
		udp_packet(CLIENT_A, 4000, OUTSIDE_2, 5061, "ping", 4);
	uint32_t sender;

	ck_assert_int_eq(serve(OUTSIDE_2, 5061, true), VPNALG_SERVICE_DONE);
	w.uplink = _i ? OTHER : 0;
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), _i ? OTHER : 0);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	sender = source(&w);
	p = udp_packet(CLIENT_B, 5060, sender, port_from(&w), "pong", 4);
	w.uplink = _i ? 0 : OTHER;
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_int_eq(serve(OUTSIDE_2, 5061, false), VPNALG_SERVICE_DONE);
}
END_TEST

/* Whom a packet to another host's VPN session is from is told by the mapping
 * that its port has on its own uplink, not by another one's: the session is
 * with that address. */
START_TEST(a_hairpin_is_from_the_address_of_its_uplink)
{
	struct ike k = ike_of(CLIENT_B, 0, 1);
	struct vpnalg_service ike = SERVICE(UDP, 0U, IKE, CLIENT_A, IKE);
	struct bytes p;

	ck_assert_uint_eq(udp_by(0, CLIENT_A, 40000, SERVER, 99),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 40000, SERVER_2, 99),
			  VPNALG_TRANSLATED);
	k.server = source(&w);
	put32(ike.outside.octets, k.server);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &ike, w.now),
			 VPNALG_SERVICE_DONE);
	w.uplink = OTHER;
	p = ike_from_client(&k, IKE_SA_INIT, INITIATOR, 0);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	p = udp_packet(CLIENT_A, 40000, source(&w), port_from(&w), "pong", 4);
	ck_assert_uint_eq(send_by(_i ? OTHER : 0, &p),
			  _i ? VPNALG_TRANSLATED : VPNALG_UNTOUCHED);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &ike, w.now),
			 VPNALG_SERVICE_DONE);
}
END_TEST

/* Ports */

#define LENGTH 64

static unsigned block_of(void)
{
	return port_from(&w) / LENGTH;
}

START_TEST(a_host_has_a_block_on_each_uplink)
{
	unsigned i, block[2];
	uint32_t outside[2];

	end();
	begin_with((struct world_options){
		.port_blocks = { .length = LENGTH } });
	for (i = 0; i < 20; i++) {
		ck_assert_uint_eq(udp_by(i % 2 ? OTHER : 0, CLIENT_A,
					 (uint16_t)(5000 + i), SERVER, 53),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		if (i < 2) {
			block[i] = block_of();
			outside[i] = source(&w);
		}
		ck_assert_uint_eq(block_of(), block[i % 2]);
		ck_assert_uint_eq(source(&w), outside[i % 2]);
	}
	ck_assert_uint_eq(w.told[VPNALG_EVENT_BLOCK_ALLOTTED], 2);
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_uint_eq(w.told[VPNALG_EVENT_BLOCK_FREED], 1);
	udp_by(OTHER, CLIENT_A, 6000, SERVER, 53);
	ck_assert_uint_eq(block_of(), block[1]);
}
END_TEST

/* A host without anything goes elsewhere for a block, on its uplink. */
START_TEST(a_block_is_from_another_address_of_the_uplink)
{
	uint32_t host;
	unsigned got = 0;

	end();
	begin_with((struct world_options){
		.port_blocks = { .length = LENGTH,
				 .ports = { 1024, 1024 + LENGTH - 1 } } });
	for (host = CLIENT_A; host < CLIENT_A + 6; host++) {
		if (udp_by(OTHER, host, 5000, SERVER, 53) == VPNALG_TRANSLATED)
			got++;
		else
			ck_assert_uint_eq(w.last.result, VPNALG_DROP_NO_ID);
		ck_assert(w.last.result != VPNALG_TRANSLATED ||
			  left_by() == OTHER);
	}
	ck_assert_uint_eq(got, 2);
}
END_TEST

/* RFC 7422: of the addresses of each uplink in their order. */
START_TEST(blocks_are_computed_on_each_uplink)
{
	struct vpnalg_port_blocks blocks = { .length = 16384,
					     .zone = ZONE,
					     .inside.family = VPNALG_IPV4,
					     .prefix_length = 30 };
	unsigned host, by;

	put32(blocks.inside.octets, 0x0a000000);
	end();
	begin_with((struct world_options){ .port_blocks = blocks });
	for (host = 0; host < 4; host++)
		for (by = 0; by < 2; by++) {
			ck_assert_uint_eq(udp_by(by ? OTHER : 0,
						 0x0a000000 + host, 5000,
						 SERVER + by, 53),
					  VPNALG_TRANSLATED);
			ck_assert_uint_eq(source(&w),
					  OUTSIDE + by + (host / 3) * 2);
			ck_assert_uint_eq(port_from(&w) / 16384,
					  1 + host % 3);
		}
}
END_TEST

START_TEST(a_port_set_holds_on_each_uplink)
{
	unsigned i;

	end();
	begin_with((struct world_options){
		.port_set = { .offset = 4, .length = 4, .psid = 5 } });
	for (i = 0; i < 16; i++) {
		ck_assert_uint_eq(udp_by(i % 2 ? OTHER : 0, CLIENT_A,
					 (uint16_t)(5000 + i), SERVER, 53),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(left_by(), i % 2 ? OTHER : 0);
		ck_assert_uint_eq(port_from(&w) >> 8 & 0xf, 5);
	}
}
END_TEST

/* Lists */

static const uint8_t swapped[] = { OTHER, 0, OTHER, 0 };

START_TEST(an_address_stays_with_its_uplink_while_it_is_known)
{
	udp_by(0, CLIENT_A, 5000, SERVER, 53);
	ck_assert_int_eq(set(ALL, false, swapped), VPNALG_ERROR_ADDRESS);
	ck_assert_int_eq(set(OTHER_ONLY, true, uplinks), 0);
	ck_assert_int_eq(set(ALL, true, swapped), VPNALG_ERROR_ADDRESS);
	ck_assert_int_eq(set(ALL, true, NULL), 0); /* each keeps its own */
	udp_by(OTHER, CLIENT_A, 5000, SERVER_2, 53);
	ck_assert_uint_eq(left_by(), OTHER);
	/* What has gone may come back elsewhere, when nothing is left of it. */
	ck_assert_int_eq(set(OTHER_ONLY, false, uplinks), 0);
	ck_assert_int_eq(set(ALL, false, uplinks), VPNALG_ERROR_BUSY);
	world_wait(&w, 0);
	ck_assert_int_eq(set(FIRST_ONLY, false, swapped), 0);
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 5000, SERVER, 53),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0); /* by its number, which is odd */
	ck_assert_uint_eq(udp_by(0, CLIENT_A, 5000, SERVER_2, 53),
			  VPNALG_DROP_NO_ID);
}
END_TEST

/* A host's paired address moves to another uplink while it has something on
 * this one, by the caller's choice. */
START_TEST(pairing_does_not_look_on_another_uplink)
{
	static const uint8_t moved[] = { 0, 0, 0, OTHER };

	end();
	begin_with((struct world_options){ .choosing = CHOOSE_WRITE });
	w.chosen = OUTSIDE_2;
	w.chosen_id = 3000;
	sends(&rows[3], OTHER, CLIENT_A, SERVER);
	w.chosen = OUTSIDE_4;
	w.chosen_id = 3001;
	sends(&rows[7], OTHER, CLIENT_A, SERVER);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
	ck_assert_int_eq(set(0xd, false, uplinks), 0);
	world_wait(&w, 0);
	ck_assert_int_eq(set(ALL, false, moved), 0);
	w.options.choosing = CHOOSE_TAKE;
	ck_assert_uint_eq(sends(&rows[4], OTHER, CLIENT_A, SERVER),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_4);
}
END_TEST

START_TEST(uplinks_need_memory_from_the_beginning)
{
	struct vpnalg_address_list list = { .size = 3 };

	ck_assert_int_eq(vpnalg_set_address_list(w.alg, &list),
			 VPNALG_ERROR_CONFIG);
	ck_assert_int_eq(vpnalg_set_address_list(w.alg, NULL),
			 VPNALG_ERROR_CONFIG);
	world_end(&w);
	fragment_world(&w, (struct world_options){ .addresses = addresses,
						   .address_count = 4 });
	ck_assert_int_eq(set(ALL, false, uplinks), VPNALG_ERROR_MEMORY);
	ck_assert_int_eq(set(FIRST_ONLY, false, uplinks), 0);
	/* And packets' uplinks mean nothing. */
	ck_assert_uint_eq(udp_by(OTHER, CLIENT_A, 5000, SERVER, 53),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(left_by(), 0);
}
END_TEST

/* What the smallest uplink has must do. */
START_TEST(computed_blocks_suffice_on_each_uplink)
{
	static const uint8_t uneven[] = { 0, 0, 0, OTHER };
	struct vpnalg_addr list[4] = { { 0 } };
	struct vpnalg_protocol protocol = { vpnalg_general, NULL };
	struct vpnalg_store store = { .size = sizeof(store) };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = &protocol,
		.protocol_count = 1,
		.addresses = list,
		.address_count = 4,
		.store = &store,
		.random = (uint32_t (*)(void *))1,
		.port_blocks = { .length = 16384,
				 .inside.family = VPNALG_IPV4,
				 .prefix_length = 30 },
	};

	config.uplinks = uplinks;
	ck_assert_uint_ne(vpnalg_size(&config), 0);
	config.uplinks = uneven;
	ck_assert_uint_eq(vpnalg_size(&config), 0);
}
END_TEST

/* The store fails at each operation of a new session. */
START_TEST(memory_that_fails_leaves_nothing_on_an_uplink)
{
	const struct kind_row *row = &rows[_i];
	long n, operations;

	w.options.leaves = true; /* ESP's hosts may stay without their SA */
	for (n = 1;; n++) {
		w.fail_in = n;
		operations = w.operations;
		if (sends(row, OTHER, CLIENT_A, SERVER) == VPNALG_TRANSLATED &&
		    w.operations - operations < n)
			break;
		world_wait(&w, 4000000);
		world_wait(&w, 4000000);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
		ck_assert_int_lt(n, 40);
	}
	w.fail_in = 0;
	ck_assert_int_gt(n, 3);
	ck_assert_uint_eq(left_by(), OTHER);
}
END_TEST

/* Nothing is left behind, and each choice is released once (world_end() counts
 * them). While old sessions are still being closed a change is refused; all are
 * closed by and by, and it is made. */
START_TEST(a_thousand_changes_between_uplinks_leave_nothing_behind)
{
	static const unsigned lists[] = { ALL, FIRST_ONLY, OTHER_ONLY, 0x9,
					  0x6 };
	unsigned i, changed = 0, busy = 0, refused = 0;
	int result;

	w.options.no_undo = true;
	for (i = 0; changed < 1000; i++) {
		sends(&rows[i % ROWS(rows)], i % 3 ? OTHER : 0,
		      CLIENT_A + i % 7, SERVER + i % 5);
		sends(&rows[i * 5 % ROWS(rows)], i % 3 ? 0 : OTHER,
		      CLIENT_A + i % 7, SERVER + i % 3);
		result = set(lists[i * 7 % 5], i % 4 == 0,
			     i % 50 < 40 ? uplinks : swapped);
		ck_assert(result == 0 || result == VPNALG_ERROR_BUSY ||
			  result == VPNALG_ERROR_ADDRESS);
		changed += result == 0;
		busy += result == VPNALG_ERROR_BUSY;
		refused += result == VPNALG_ERROR_ADDRESS;
		if (result == VPNALG_ERROR_BUSY || i % 11 == 0)
			vpnalg_expire(w.alg, w.now, 3);
		if (i % 23 == 0)
			world_wait(&w, 1000);
		ck_assert_uint_lt(i, 20000);
	}
	ck_assert_uint_gt(busy, 100);
	ck_assert_uint_gt(refused, 100);
}
END_TEST

Suite *uplink_suite(void)
{
	Suite *suite = suite_create("uplinks");
	TCase *t = tcase_create("uplinks");
	const int n = ROWS(rows);

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_new_session_has_an_address_of_its_uplink, 0,
			    n);
	tcase_add_loop_test(t, a_session_goes_on_whatever_its_packets_say, 0,
			    n);
	tcase_add_loop_test(t, an_uplink_without_addresses_opens_nothing, 0,
			    n);
	tcase_add_test(t, one_uplink_is_full_and_another_is_free);
	tcase_add_test(t, a_host_is_paired_on_each_uplink);
	tcase_add_loop_test(t, a_port_has_one_mapping_on_each_uplink, 0, 6);
	tcase_add_test(t, a_permission_is_one_uplinks);
	tcase_add_loop_test(
		t, an_error_about_what_a_mapping_let_in_leaves_by_its_uplink,
		0, 2);
	tcase_add_loop_test(t, sessions_open_again_on_another_uplink, 0,
			    2 * n);
	tcase_add_test(t, two_vpns_of_a_host_leave_by_two_uplinks);
	tcase_add_loop_test(t, esp_has_the_address_of_its_ike, 0, 2);
	tcase_add_loop_test(t, children_have_the_address_of_their_parents, 0,
			    2);
	tcase_add_test(t, a_choice_may_be_of_any_uplink);
	tcase_add_loop_test(t, a_service_answers_from_its_address, 0, 3);
	tcase_add_loop_test(t, a_service_takes_the_place_of_the_hosts_mapping,
			    0, 2);
	tcase_add_test(t, a_service_does_not_take_another_hosts_mapping);
	tcase_add_test(t, a_service_that_has_no_room_changes_nothing);
	tcase_add_loop_test(t, hairpins_cross_uplinks, 0, 2);
	tcase_add_loop_test(t, a_hairpin_is_from_the_address_of_its_uplink, 0,
			    2);
	tcase_add_test(t, a_host_has_a_block_on_each_uplink);
	tcase_add_test(t, a_block_is_from_another_address_of_the_uplink);
	tcase_add_test(t, blocks_are_computed_on_each_uplink);
	tcase_add_test(t, a_port_set_holds_on_each_uplink);
	tcase_add_test(t, an_address_stays_with_its_uplink_while_it_is_known);
	tcase_add_test(t, pairing_does_not_look_on_another_uplink);
	tcase_add_test(t, uplinks_need_memory_from_the_beginning);
	tcase_add_test(t, computed_blocks_suffice_on_each_uplink);
	tcase_add_loop_test(t, memory_that_fails_leaves_nothing_on_an_uplink,
			    0, n);
	tcase_add_test(t,
		       a_thousand_changes_between_uplinks_leave_nothing_behind);
	suite_add_tcase(suite, t);
	return suite;
}
