/* SPDX-License-Identifier: BSD-2-Clause */
/* IDs of the router that are invalid, or that no protocol reads. */
#include "own_id_rows.h"

static struct world w;

/* What makes no sense */

static const struct invalid_row {
	const char *name;
	uint8_t kind, protocol;
	uint64_t id;
	uint32_t outside, remote;
	int result;
} invalid_rows[] = {
	{ "no kind", 0, 0, 1, OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "a later kind", 10, 0, 1, OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "an inside address", VPNALG_OWN_ID_ESP_SPI, 0, 9, CLIENT_A, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "no address", VPNALG_OWN_ID_ESP_SPI, 0, 9, 0, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "no remote", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, 0,
	  VPNALG_OWN_ID_INVALID },
	{ "itself", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, OUTSIDE,
	  VPNALG_OWN_ID_INVALID },
	{ "multicast", VPNALG_OWN_ID_ESP_SPI, 0, 9, OUTSIDE, 0xe0000001,
	  VPNALG_OWN_ID_INVALID },
	{ "multicast", VPNALG_OWN_ID_PORT, UDP, 9, OUTSIDE, 0xe0000001,
	  VPNALG_OWN_ID_INVALID },
	{ "a protocol that is not asked for", VPNALG_OWN_ID_ESP_SPI, ESP, 9,
	  OUTSIDE, SERVER, VPNALG_OWN_ID_INVALID },
	{ "L2TPv3 without one", VPNALG_OWN_ID_SESSION_ID, 0, 9, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a port of ESP", VPNALG_OWN_ID_PORT, ESP, 9, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "port 0", VPNALG_OWN_ID_PORT, UDP, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "port 65536", VPNALG_OWN_ID_PORT, UDP, 65536, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "SPI 0", VPNALG_OWN_ID_ESP_SPI, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "an SPI of 33 bits", VPNALG_OWN_ID_ESP_SPI, 0, 0x100000001, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "IKE's 0", VPNALG_OWN_ID_IKE_SPI, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a Call ID of 17 bits", VPNALG_OWN_ID_CALL_ID, 0, 65536, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "an ID without a Key", VPNALG_OWN_ID_GRE_UNKEYED, 0, 1, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
	{ "Tunnel ID 0", VPNALG_OWN_ID_TUNNEL_ID, 0, 0, OUTSIDE, SERVER,
	  VPNALG_OWN_ID_INVALID },
	{ "a Session ID 0", VPNALG_OWN_ID_SESSION_ID, L2TP_IP, 0, OUTSIDE,
	  SERVER, VPNALG_OWN_ID_INVALID },
};

START_TEST(what_makes_no_sense_is_not_listed)
{
	const struct invalid_row *row = &invalid_rows[_i];
	struct vpnalg_own_id own = own_id_of(row->kind, row->protocol, row->id);

	own_id_world(&w);
	own.outside = address_of(row->outside);
	own.remote = address_of(row->remote);
	ck_assert_msg(own_id_add(&w, &own) == row->result, "%s", row->name);
	ck_assert_msg(own_id_drop(&w, &own) == row->result, "%s", row->name);
	ck_assert_int_eq(w.records, 0);
	world_end(&w);
}
END_TEST

START_TEST(a_struct_of_another_version_is_not_read)
{
	struct vpnalg_own_id own = own_row(&rows[0]);

	own_id_world(&w);
	own.size--;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_DONE);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_DONE);
	own.size = 0;
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(vpnalg_own_id_add(w.alg, NULL, w.now),
			 VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(vpnalg_own_id_remove(w.alg, NULL, w.now),
			 VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

/* Ports are the engine's, all else needs who reads it. */
START_TEST(an_id_that_no_protocol_reads_need_not_be_listed)
{
	static const struct vpnalg_protocol general[] = {
		{ vpnalg_general, NULL },
	};
	const struct row *row = &rows[_i];
	struct vpnalg_own_id own = own_row(row);

	own_id_world_with(&w, (struct world_options){ .protocols = general,
					   .protocol_count = 1 });
	ck_assert_msg(own_id_add(&w, &own) == (row->kind == VPNALG_OWN_ID_PORT
					    ? VPNALG_OWN_ID_DONE
					    : VPNALG_OWN_ID_NO_HANDLER),
		      "%s", row->name);
	own_id_drop(&w, &own);
	world_end(&w);
}
END_TEST

START_TEST(without_the_setting_nothing_is_listed)
{
	struct vpnalg_own_id own = own_row(&rows[0]);

	world_begin(&w, &(struct world_options){ .units = 0 });
	ck_assert_int_eq(own_id_add(&w, &own), VPNALG_OWN_ID_INVALID);
	ck_assert_int_eq(own_id_drop(&w, &own), VPNALG_OWN_ID_INVALID);
	world_end(&w);
}
END_TEST

TCase *own_id_invalid_case(void)
{
	TCase *t = tcase_create("invalid IDs");

	tcase_add_loop_test(t, an_id_that_no_protocol_reads_need_not_be_listed,
			    0, ROWS(rows));
	tcase_add_loop_test(t, what_makes_no_sense_is_not_listed, 0,
			    ROWS(invalid_rows));
	tcase_add_test(t, a_struct_of_another_version_is_not_read);
	tcase_add_test(t, without_the_setting_nothing_is_listed);
	return t;
}
