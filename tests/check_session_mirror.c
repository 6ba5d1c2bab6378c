/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores that are mirrored: each change of a session is reported. */
#include "session_fail.h"

/* What the engine itself writes it tells, also if the handler writes
 * nothing. */
START_TEST(a_mirrored_store_hears_of_an_opened_session)
{
	static const struct open_row row = { .handler = 1, .kind = TOY_DATA };
	struct world w;

	mirror_begin(&w);
	ck_assert_uint_eq(try_open(&w, &row), VPNALG_TRANSLATED);
	check_mirror();
	mirror_end(&w);
}
END_TEST

START_TEST(a_mirrored_store_hears_of_every_change_of_a_toy_session)
{
	static const char said[] = "HOADAE";
	uint8_t bytes[2048];
	const char *op;
	struct world w;
	unsigned host;

	mirror_begin(&w);
	w.bytes = bytes;
	for (host = 0; host < 3; host++)
		for (op = said; *op != '\0'; op++)
			process(&w, VPNALG_OUT,
				toy_control(CLIENT_A + host, 5000, SERVER,
					    TOY_CONTROL_PORT, *op, 7, 9));
	vpnalg_expire(w.alg, BEGINNING + 100, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

/* Its mappings and permissions count what hangs from them. */
START_TEST(a_mirrored_store_hears_of_every_change_of_general_traffic)
{
	uint8_t bytes[2048];
	uint32_t outside;
	struct world w;

	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 53, "", 0));
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 54, "", 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 4000, SERVER, 80, 1, 0,
					   SYN, NULL, 0));
	outside = source(&w);
	process(&w, VPNALG_IN, tcp_packet(SERVER, 80, outside, 4000, 1, 2,
					  SYN | ACK, NULL, 0));
	process(&w, VPNALG_IN, tcp_packet(SERVER, 80, outside, 4000, 2, 2, RST,
					  NULL, 0));
	w.now += 299000;
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 54, "", 0));
	vpnalg_expire(w.alg, BEGINNING + 300001, 1000);
	check_mirror();
	vpnalg_expire(w.alg, BEGINNING + 900000, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

TCase *session_mirror_case(void)
{
	TCase *t = tcase_create("mirrored");

	tcase_add_test(t, a_mirrored_store_hears_of_an_opened_session);
	tcase_add_test(t,
		       a_mirrored_store_hears_of_every_change_of_a_toy_session);
	tcase_add_test(
		t, a_mirrored_store_hears_of_every_change_of_general_traffic);
	return t;
}
