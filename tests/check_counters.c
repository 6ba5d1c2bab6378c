/* SPDX-License-Identifier: BSD-2-Clause */
/* Dropped packets by protocol, direction and reason. Every world checks at its
 * end that each of them was counted once: support.c. */
#include "cases.h"
#include "fragments.h"
#include "general.h"

static struct world w;

/* As fragment_world() has them. */
enum { PPTP_PLACE, IPSEC, L2TP, GRE_PLACE, GENERAL, NOBODY };

static void begin(void)
{
	fragment_world(
		&w,
		(struct world_options){
			.general = {
				.filtering =
					VPNALG_FILTERING_ADDRESS_DEPENDENT } });
}

static void end(void)
{
	world_end(&w);
}

/* Packets that are dropped. */

static unsigned ah_out(void)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, 51, "0123456789abcdef",
				   16);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned ah_in(void)
{
	struct bytes p = ip_packet(SERVER, OUTSIDE, 51, "0123456789abcdef", 16);

	udp_open(&w, CLIENT_A, 500, SERVER, 500);
	return send_packet(&w, VPNALG_IN, &p);
}

static unsigned call_out_of_nothing(void)
{
	struct bytes p = gre_packet(CLIENT_A, SERVER, 9, 1);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned call_in_of_nothing(void)
{
	struct connection c;

	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	return send_gre(&w, VPNALG_IN, SERVER, OUTSIDE, 77);
}

static unsigned short_l2tp_out(void)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, 115, "012", 3);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned short_gre_out(void)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, GRE, "\x20\0\x8", 3);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned segment_out(void)
{
	return tcp_out(&w, CLIENT_A, 2000, SERVER, 80, ACK, 0);
}

static unsigned filtered_in(void)
{
	uint16_t port = udp_open(&w, CLIENT_A, 2000, SERVER, 53);

	return udp_in(&w, STRANGER, 53, port);
}

static unsigned control_port_in(void)
{
	struct connection c;

	start_control(&w, &c, CLIENT_A, 1024, SERVER);
	return tcp_in(&w, SERVER, 99, c.outside_port, ACK, 0);
}

static unsigned error_in(void)
{
	struct bytes quoted = ip_packet(OUTSIDE, SERVER, 51, "01234567", 8);
	struct bytes p = icmp_error(SERVER, OUTSIDE, 3, &quoted, 28);

	udp_open(&w, CLIENT_A, 500, SERVER, 500);
	return send_packet(&w, VPNALG_IN, &p);
}

static unsigned segment_undone(void)
{
	struct bytes p = tcp_packet(SERVER, 80, CLIENT_A, 2000, 1, 1, ACK, "x",
				    1);

	return send_packet(&w, VPNALG_IN_UNDO, &p);
}

static const struct row {
	const char *name;
	unsigned (*send)(void);
	size_t protocol;
	enum vpnalg_direction direction;
	enum vpnalg_result reason;
} rows[] = {
	{ "AH out", ah_out, IPSEC, VPNALG_OUT, VPNALG_DROP_AH },
	{ "AH in", ah_in, IPSEC, VPNALG_IN, VPNALG_DROP_AH },
	{ "a call out", call_out_of_nothing, PPTP_PLACE, VPNALG_OUT,
	  VPNALG_DROP_NO_SESSION },
	{ "a call in", call_in_of_nothing, NOBODY, VPNALG_IN,
	  VPNALG_DROP_GUARDED },
	{ "short L2TP", short_l2tp_out, L2TP, VPNALG_OUT,
	  VPNALG_DROP_MALFORMED },
	{ "short GRE", short_gre_out, GRE_PLACE, VPNALG_OUT,
	  VPNALG_DROP_MALFORMED },
	{ "TCP out", segment_out, GENERAL, VPNALG_OUT,
	  VPNALG_DROP_NO_CONNECTION },
	{ "UDP in", filtered_in, GENERAL, VPNALG_IN, VPNALG_DROP_FILTERED },
	{ "a port in", control_port_in, NOBODY, VPNALG_IN,
	  VPNALG_DROP_PORT_HELD },
	{ "an error in counts by what it quotes", error_in, NOBODY, VPNALG_OUT,
	  VPNALG_DROP_ICMP_ERROR },
	{ "undone as it travels", segment_undone, NOBODY, VPNALG_IN,
	  VPNALG_DROP_NO_SESSION },
};

static uint64_t count(const struct row *row)
{
	return vpnalg_drop_counter(w.alg, row->protocol, row->direction,
				   row->reason);
}

START_TEST(a_drop_counts_by_protocol_direction_and_reason)
{
	const struct row *row = &rows[_i];
	uint64_t before, all;

	before = count(row);
	all = dropped(&w, row->reason);
	ck_assert_msg(row->send() == row->reason, "%s: %s", row->name,
		      vpnalg_result_text(w.last.result));
	ck_assert_msg(count(row) == before + 1, "%s", row->name);
	ck_assert_uint_eq(dropped(&w, row->reason), all + 1);
}
END_TEST

/* A fragment that waits in vain counts for nobody; one behind a first that was
 * dropped counts for the one who has dropped that. */
START_TEST(fragments_count_by_their_first)
{
	struct bytes whole = ip_packet(CLIENT_A, SERVER, 51,
				       "0123456789abcdef0123456789abcdef", 32);
	struct bytes first = fragment_of(&whole, 0, 16);
	struct bytes last = fragment_of(&whole, 16, 32);
	uint64_t nobodys, ipsecs;

	nobodys = vpnalg_drop_counter(w.alg, NOBODY, VPNALG_OUT,
				      VPNALG_DROP_FRAGMENT);
	ipsecs = vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
				     VPNALG_DROP_FRAGMENT);
	send_packet(&w, VPNALG_OUT, &first);
	send_packet(&w, VPNALG_OUT, &last);
	ck_assert_uint_ge(w.last.result, VPNALG_DROP_FIRST);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, NOBODY, VPNALG_OUT,
					      VPNALG_DROP_FRAGMENT),
			  nobodys);
	ck_assert_uint_le(ipsecs, vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
						      VPNALG_DROP_FRAGMENT));
}
END_TEST

START_TEST(what_waited_in_vain_is_nobodys)
{
	struct bytes whole = udp_packet(CLIENT_A, 2000, SERVER, 53,
					"0123456789abcdef", 16);
	struct bytes last = fragment_of(&whole, 16, 24);

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &last), VPNALG_HELD);
	world_wait(&w, 100000);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, NOBODY, VPNALG_OUT,
					      VPNALG_DROP_FRAGMENT),
			  1);
}
END_TEST

START_TEST(there_is_nothing_beyond_what_there_is)
{
	unsigned i;

	ck_assert_uint_eq(ah_out(), VPNALG_DROP_AH);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
					      VPNALG_DROP_AH),
			  1);
	for (i = 0; i < VPNALG_DROP_FIRST; i++)
		ck_assert_uint_eq(vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
						      i),
				  0);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
					      VPNALG_RESULTS),
			  0);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, IPSEC, VPNALG_OUT,
					      VPNALG_DROP_OWN),
			  0);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, NOBODY + 1, VPNALG_OUT,
					      VPNALG_DROP_AH),
			  0);
	ck_assert_uint_eq(vpnalg_drop_counter(w.alg, SIZE_MAX, VPNALG_IN,
					      VPNALG_DROP_AH),
			  0);
}
END_TEST

TCase *counters_case(void)
{
	TCase *t = tcase_create("counters");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, a_drop_counts_by_protocol_direction_and_reason,
			    0, ROWS(rows));
	tcase_add_test(t, fragments_count_by_their_first);
	tcase_add_test(t, what_waited_in_vain_is_nobodys);
	tcase_add_test(t, there_is_nothing_beyond_what_there_is);
	return t;
}
