/* SPDX-License-Identifier: BSD-2-Clause */
/* Listed IDs beside sessions that the router has shown. */
#include "own_id_hosts.h"
#include "support_sessions.h"

/* Showing and listing */

START_TEST(what_is_listed_takes_the_place_of_what_was_shown)
{
	struct bytes p = udp_packet(OUTSIDE, 40000, SERVER, 5060, "d", 1);
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_PORT, UDP, 40000);
	unsigned i;

	own_id_world(&w);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_UNTOUCHED);
		ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	}
	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_UNTOUCHED);
	p = own_id_udp(40000);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_UNTOUCHED);
	world_wait(&w, 10 * MINUTE);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

/* Sessions of another run come back, but for what was listed before they were
 * loaded: the port of a mapping, with which its session goes. */
START_TEST(a_saved_session_does_not_get_a_listed_id_back)
{
	static struct state state;
	const struct request *request = &requests[_i];
	struct vpnalg_own_id own =
		own_id_of(VPNALG_OWN_ID_PORT, request->protocol, request->id);
	struct vpnalg_load load = { .services = true };
	static struct listing l;
	uint32_t header;

	own.remote = address_of(request->remote);
	own_id_world(&w);
	ck_assert_uint_eq(id_from(request, CLIENT_A, SERVER), request->id);
	state_save(&w, &state);
	header = state.chunks[1].at;
	world_end(&w);
	own_id_world(&w);
	ck_assert_int_eq(state_load_part(&w, &load, state.bytes, header),
			 VPNALG_STATE_MORE);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(state_load_part(&w, &load, state.bytes + header,
					 state.length - header),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(vpnalg_load_end(w.alg, &load, w.now),
			 VPNALG_STATE_DONE);
	ck_assert_uint_eq(load.left_out, 2);
	list(&w, &l);
	ck_assert_uint_eq(listed_count(&l, "TCP session"), 0);
	ck_assert_uint_ne(id_from(request, CLIENT_A, SERVER_2), request->id);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(an_error_about_what_is_listed_is_the_routers)
{
	struct bytes p = udp_packet(OUTSIDE, 40000, SERVER, 5060, "d", 1);
	struct bytes error = icmp_error(STRANGER, OUTSIDE, 3, &p, 28);
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_PORT, UDP, 40000);

	own_id_world(&w);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &error),
			  VPNALG_UNTOUCHED);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	world_end(&w);
}
END_TEST

START_TEST(an_esp_spi_that_is_not_listed_is_a_hosts)
{
	struct vpnalg_own_id own = own_id_of(VPNALG_OWN_ID_ESP_SPI, 0, 0x101);
	struct esp a = esp_of(CLIENT_A, SERVER, 0x901, 0x101);

	own_id_world(&w);
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert(esp_arrives(&w, &a));
	world_end(&w);
}
END_TEST

TCase *own_id_shown_case(void)
{
	TCase *t = tcase_create("shown IDs");

	tcase_add_test(t, an_esp_spi_that_is_not_listed_is_a_hosts);
	tcase_add_loop_test(t, a_saved_session_does_not_get_a_listed_id_back, 0,
			    2);
	tcase_add_test(t, what_is_listed_takes_the_place_of_what_was_shown);
	tcase_add_test(t, an_error_about_what_is_listed_is_the_routers);
	return t;
}
