/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own VPN beside those of its hosts: what it uses is not given
 * out, and what is its own is left alone. */
#include "own_vpn.h"

#define HOURS 3600000

static struct bytes from(const struct talk *t, uint32_t host)
{
	if (t->protocol == TCP)
		return tcp_packet(host, t->id, SERVER, t->remote_port, 1, 0,
				  SYN, NULL, 0);
	if (t->protocol == ICMP)
		return icmp_query(host, SERVER, ECHO, t->id, 1);
	return udp_packet(host, t->id, SERVER, t->remote_port, "datagram", 8);
}

static unsigned send_from(const struct talk *t, uint32_t host)
{
	struct bytes p = from(t, host);

	return send_packet(&w, VPNALG_OUT, &p);
}

static unsigned send_answer(const struct talk *t, uint16_t id)
{
	struct bytes p = answer(t, id);

	return send_packet(&w, VPNALG_IN, &p);
}

/* The ID that the last packet out has. */
static uint16_t id_out(const struct talk *t)
{
	return t->protocol == ICMP ? icmp_id(&w) : port_from(&w);
}

/* What goes on of the router's, with the ID that it has. */
static void check_routers(const struct talk *t)
{
	ck_assert_msg(send_from(t, OUTSIDE) == VPNALG_UNTOUCHED, "%s: %s",
		      t->name, vpnalg_result_text(w.last.result));
	ck_assert_msg(send_answer(t, t->id) == VPNALG_UNTOUCHED, "%s: %s",
		      t->name, vpnalg_result_text(w.last.result));
}

START_TEST(no_host_gets_an_id_that_the_router_uses)
{
	const struct talk *t = &talks[_i];
	uint16_t id;

	begin();
	check_routers(t);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	id = id_out(t);
	ck_assert_msg(id != t->id, "%s", t->name);
	ck_assert_uint_eq(send_answer(t, id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	check_routers(t);
	end();
}
END_TEST

/* Nobody's session is taken away. The router's packets pass all the same. */
START_TEST(a_host_that_has_the_id_first_keeps_it)
{
	const struct talk *t = &talks[_i];

	begin();
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	ck_assert_uint_eq(send_from(t, OUTSIDE), VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_answer(t, t->id), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	end();
}
END_TEST

START_TEST(an_id_that_the_router_has_left_is_given_out_again)
{
	const struct talk *t = &talks[_i];

	begin();
	check_routers(t);
	world_wait(&w, 3 * HOURS);
	world_wait(&w, 1); /* mappings go after their sessions */
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(id_out(t), t->id);
	end();
}
END_TEST

START_TEST(what_the_router_sends_keeps_its_session)
{
	const struct talk *t = &talks[_i];
	unsigned i;

	begin();
	check_routers(t);
	for (i = 0; i < 20; i++) {
		world_wait(&w, 20000);
		check_routers(t);
	}
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_ne(id_out(t), t->id);
	end();
}
END_TEST

/* The owner of the outside addresses is told of the hosts' alone. */
START_TEST(the_choose_callback_is_not_asked_for_the_routers_own)
{
	begin_with((struct world_options){ .own = true,
					   .choosing = CHOOSE_REFUSE });
	check_routers(&talks[_i]);
	ck_assert_int_gt(w.records, 0);
	ck_assert_int_eq(w.bindings, 0);
	end();
}
END_TEST

START_TEST(unasked_for_nothing_is_kept_of_the_routers_packets)
{
	begin_with((struct world_options){ .choosing = CHOOSE_TAKE });
	check_routers(&talks[_i]);
	ck_assert_int_eq(w.records, 0);
	end();
}
END_TEST

/* Whatever fails, the router's packets pass and leave nothing half done. */
START_TEST(a_store_that_fails_costs_the_router_nothing)
{
	const struct talk *t = &talks[_i];
	long fail;

	for (fail = 1; fail < 8; fail++) {
		begin();
		w.fail_in = fail;
		check_routers(t);
		w.fail_in = 0;
		check_routers(t);
		ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
		ck_assert_uint_ne(id_out(t), t->id);
		end();
	}
}
END_TEST

START_TEST(errors_about_the_routers_packets_are_the_routers)
{
	const struct talk *t = &talks[_i];
	struct bytes p = from(t, OUTSIDE), error;

	begin();
	check_routers(t);
	error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_UNTOUCHED);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT_UNDO, &p),
			  VPNALG_UNTOUCHED);
	p = answer(t, t->id);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN_UNDO, &p),
			  VPNALG_UNTOUCHED);
	error = icmp_error(OUTSIDE, SERVER, 3, &p, 28);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &error),
			  VPNALG_UNTOUCHED);
	end();
}
END_TEST

/* What may be cut into fragments: none but the last ends elsewhere. */
static struct bytes in_eights(struct bytes p)
{
	p.length = 20 + (p.length - 20 + 7) / 8 * 8;
	put16(p.data + 2, p.length);
	return p;
}

START_TEST(fragments_of_the_routers_are_not_held)
{
	const struct talk *t = &talks[_i];
	struct bytes p = in_eights(from(t, OUTSIDE));

	begin_with((struct world_options){ .own = true, .holds = true });
	check_routers(t);
	set_fragment(&p, 0x2000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	set_fragment(&p, 1);
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = in_eights(answer(t, t->id));
	set_fragment(&p, 0x2000);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", t->name, vpnalg_result_text(w.last.result));
	set_fragment(&p, 1);
	ck_assert_msg(send_packet(&w, VPNALG_IN, &p) == VPNALG_UNTOUCHED,
		      "%s: %s", t->name, vpnalg_result_text(w.last.result));
	end();
}
END_TEST

/* Addresses that change. */

static void set_address(uint32_t address, bool drain)
{
	struct vpnalg_addr a = { .family = VPNALG_IPV4 };

	put32(a.octets, address);
	ck_assert_int_eq(vpnalg_set_addresses(w.alg, &a, 1, drain), 0);
}

START_TEST(sessions_of_the_routers_end_with_its_address)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	const struct talk *t = &talks[_i];

	begin_with((struct world_options){ .own = true,
					   .addresses = addresses,
					   .address_count = 2 });
	check_routers(t);
	set_address(OUTSIDE_2, false);
	world_wait(&w, 1);
	ck_assert_int_eq(w.records, 0);
	ck_assert_uint_eq(send_from(t, CLIENT_A), VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE_2);
	end();
}
END_TEST

/* No IDs of a drained address are given out: none of the router's need be
 * known, and its traffic does not keep the address for ever. */
START_TEST(a_drained_address_gets_no_session_of_the_routers)
{
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2 };
	struct vpnalg_addr gone = { .family = VPNALG_IPV4 };
	const struct talk *t = &talks[_i];

	begin_with((struct world_options){ .own = true,
					   .addresses = addresses,
					   .address_count = 2 });
	set_address(OUTSIDE_2, true);
	check_routers(t);
	ck_assert_int_eq(w.records, 0);
	world_wait(&w, 1);
	put32(gone.octets, OUTSIDE);
	ck_assert(!vpnalg_has_address(w.alg, &gone));
	end();
}
END_TEST

static void add_talks(TCase *talk)
{
	tcase_add_loop_test(talk, no_host_gets_an_id_that_the_router_uses, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk, a_host_that_has_the_id_first_keeps_it, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk,
			    an_id_that_the_router_has_left_is_given_out_again,
			    0, ROWS(talks));
	tcase_add_loop_test(talk, what_the_router_sends_keeps_its_session, 0,
			    ROWS(talks));
	tcase_add_loop_test(
		talk, the_choose_callback_is_not_asked_for_the_routers_own, 0,
		ROWS(talks));
	tcase_add_loop_test(
		talk, unasked_for_nothing_is_kept_of_the_routers_packets, 0,
		ROWS(talks));
	tcase_add_loop_test(talk, a_store_that_fails_costs_the_router_nothing,
			    0, ROWS(talks));
	tcase_add_loop_test(talk,
			    errors_about_the_routers_packets_are_the_routers,
			    0, ROWS(talks));
	tcase_add_loop_test(talk, fragments_of_the_routers_are_not_held, 0,
			    ROWS(talks));
	tcase_add_loop_test(talk, sessions_of_the_routers_end_with_its_address,
			    0, ROWS(talks));
	tcase_add_loop_test(talk,
			    a_drained_address_gets_no_session_of_the_routers,
			    0, ROWS(talks));
}

Suite *own_vpn_suite(void)
{
	Suite *suite = suite_create("the router's own VPN");
	TCase *talk = tcase_create("IDs");

	add_talks(talk);
	suite_add_tcase(suite, talk);
	suite_add_tcase(suite, own_esp_case());
	suite_add_tcase(suite, own_id_case());
	suite_add_tcase(suite, own_id_invalid_case());
	suite_add_tcase(suite, own_id_hosts_case());
	suite_add_tcase(suite, own_id_shown_case());
	suite_add_tcase(suite, own_pptp_case());
	suite_add_tcase(suite, own_unclaimed_case());
	return suite;
}
