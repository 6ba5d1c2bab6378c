/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that are not offered to a fast path. */
#include "translations.h"

static void open_half_sctp(void)
{
	sctp_passes(false, 1);
	sctp_passes(true, 2);
}

static struct bytes sctp_init(void)
{
	return sctp(false, 1);
}

static struct bytes sctp_abort(void)
{
	return sctp(false, 6);
}

static void another_host(void)
{
	open_sa_of(CLIENT_B, 1);
}

/* Packets that are not offered */

static struct bytes syn(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 1, 0, SYN, NULL, 0);
}

static struct bytes fin(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, FIN | ACK,
			  NULL, 0);
}

static struct bytes rst(void)
{
	return tcp_packet(CLIENT_A, 40000, SERVER, 80, 100, 100, RST, NULL, 0);
}

static struct bytes unknown_host(void)
{
	return udp_packet(CLIENT_C, 3001, SERVER, 53, "data", 4);
}

static struct bytes ike_data(void)
{
	struct ike k = ike_of(CLIENT_A, SERVER, 0);

	return ike_from_client(&k, INFORMATIONAL, INITIATOR, 9);
}

static struct bytes hello(void)
{
	struct bytes m = l2tp_control(2, tunnel.peer, 3, HELLO);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static struct bytes another_tunnel(void)
{
	struct bytes m = l2tp_data2(999, 1, 2);

	return l2tp_packet(CLIENT_A, tunnel.port, SERVER, L2TP, &m);
}

static struct bytes control(void)
{
	return tcp_packet(CLIENT_A, 40001, SERVER, PPTP, 500, 500, ACK, NULL,
			  0);
}

static struct bytes with_options(void)
{
	struct bytes p = udp_data_out();

	add_ip_options(&p, 4);
	return p;
}

static struct bytes first_fragment(void)
{
	struct bytes p = udp_data_out();

	set_fragment(&p, 0x2000);
	return p;
}

static struct bytes half(void)
{
	struct bytes p = udp_data_out();

	p.length = 22;
	return p;
}

/* It has more bytes than its IP header says. */
static struct bytes half_said(void)
{
	struct bytes p = udp_data_out();

	put16(p.data + 2, 27);
	return p;
}

static struct bytes nothing(void)
{
	return (struct bytes){ .length = 0 };
}

static void open_query(void)
{
	ck_assert_uint_eq(icmp_out(&w, CLIENT_A, SERVER, ECHO, 7),
			  VPNALG_TRANSLATED);
}

static struct bytes query(void)
{
	return icmp_query(CLIENT_A, SERVER, ECHO, 7, 2);
}

static void open_unanswered(void)
{
	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
}

static void open_two_sas(void)
{
	open_sa();
	another_host();
}

/* Data over IP to a session that nothing was heard of. */
static struct bytes unmanaged(uint32_t client, uint32_t session)
{
	struct bytes m = l2tp_data3(false, session, 0, 2);

	return l2tp_packet(client, 0, SERVER, 0, &m);
}

static struct bytes unmanaged_data(void)
{
	return unmanaged(CLIENT_A, 0x21);
}

static void open_unmanaged(void)
{
	struct bytes m = l2tp_data3(false, 0x77, 0, 2);
	struct bytes out[] = { unmanaged(CLIENT_A, 0x21),
			       unmanaged(CLIENT_A, 0x22),
			       unmanaged(CLIENT_B, 0x23) };
	struct bytes in = l2tp_packet(SERVER, 0, OUTSIDE, 0, &m);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[0]),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[1]),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &in),
			  VPNALG_TRANSLATED);
	ck_assert(ask(VPNALG_OUT, &out[0]));
	w.now += 70000; /* then another host has what comes for no session */
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &out[2]),
			  VPNALG_TRANSLATED);
}

static const struct {
	const char *what;
	void (*open)(void);
	struct bytes (*packet)(void);
} refusal_rows[] = {
	{ "SYN", open_tcp, syn },
	{ "FIN", open_tcp, fin },
	{ "RST", open_tcp, rst },
	{ "a host without sessions", open_udp, unknown_host },
	{ "IKE", open_sa, ike_data },
	{ "L2TP control", open_l2tp, hello },
	{ "L2TP control by ID", open_shared_l2tp, hello },
	{ "data of a tunnel that nothing was sent to", open_l2tp,
	  another_tunnel },
	{ "data by a claim beside another host", open_unmanaged,
	  unmanaged_data },
	{ "PPTP control", open_call, control },
	{ "IP options", open_udp, with_options },
	{ "a fragment", open_udp, first_fragment },
	{ "half a header", open_udp, half },
	{ "half a header and more", open_udp, half_said },
	{ "no packet", open_udp, nothing },
	{ "a query", open_query, query },
	{ "SCTP's INIT", open_sctp, sctp_init },
	{ "SCTP's ABORT", open_sctp, sctp_abort },
	{ "SCTP before it is established", open_half_sctp, sctp_data_out },
	{ "UDP without an answer", open_unanswered, udp_data_out },
	{ "ESP of one of several hosts", open_two_sas, esp_out },
};

START_TEST(what_the_library_must_see_is_not_offered)
{
	struct bytes p;

	refusal_rows[_i].open();
	p = refusal_rows[_i].packet();
	ck_assert_msg(!ask(VPNALG_OUT, &p), "%s", refusal_rows[_i].what);
	ck_assert(!report(1, 1, 0));
}
END_TEST

START_TEST(what_is_to_be_undone_is_not_offered)
{
	struct bytes p;

	open_udp();
	p = udp_data_out();
	ck_assert(!ask(VPNALG_IN_UNDO, &p));
	p = udp_packet(SERVER, 53, CLIENT_A, 3001, "data", 4);
	ck_assert(!ask(VPNALG_IN_UNDO, &p));
}
END_TEST

START_TEST(a_struct_of_another_version_is_refused)
{
	struct bytes p;

	open_udp();
	p = udp_data_out();
	offer.size = sizeof(offer) - 1;
	ck_assert(!ask(VPNALG_OUT, &p));
	offer.size = sizeof(offer) + 8;
	ck_assert(ask(VPNALG_OUT, &p));
}
END_TEST

TCase *translation_refused_case(void)
{
	TCase *t = tcase_create("translation refused");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, what_the_library_must_see_is_not_offered, 0,
			    ROWS(refusal_rows));
	tcase_add_test(t, what_is_to_be_undone_is_not_offered);
	tcase_add_test(t, a_struct_of_another_version_is_refused);
	return t;
}
