/* SPDX-License-Identifier: BSD-2-Clause */
/* Services of SCTP, DCCP and UDP-Lite. That checksums are right, and that
 * packets can be undone, is looked at for each of them. */
#include "service_transport.h"

/* Whatever it is that comes first, and nothing is kept of it. */
START_TEST(everybody_reaches_a_service_of_sctp_dccp_and_udplite)
{
	const struct row *row = &rows[_i];
	long records;

	begin(row);
	records = w.records;
	ck_assert_uint_eq(in(row, SERVER, 999), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), row->inside);
	ck_assert_uint_eq(w.last.zone, ZONE);
	ck_assert_uint_eq(in(row, STRANGER, 1), VPNALG_TRANSLATED);
	ck_assert_uint_eq(out(row, CLIENT_A, row->inside, SERVER, 999),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port_from(&w), PORT);
	ck_assert_uint_eq(out(row, CLIENT_A, row->inside, SERVER_2, 5),
			  VPNALG_TRANSLATED);
	ck_assert_int_eq(w.records, records);
	end(row);
}
END_TEST

/* What is behind the ports stays but for the checksum, be it in memory or not.
 * Without the whole packet the tests see no wrong one. */
START_TEST(of_a_services_packet_only_the_head_need_be_in_memory)
{
	const struct row *row = &rows[_i];
	struct bytes p = transport_packet(row->protocol, SERVER, 999, OUTSIDE,
					  PORT, 2), whole;

	begin(row);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	whole.length = w.length;
	memcpy(whole.data, w.bytes, w.length);
	ck_assert_uint_eq(send_captured(&w, VPNALG_IN, &p, 32),
			  VPNALG_TRANSLATED);
	ck_assert_mem_eq(w.bytes, whole.data, 32);
	end(row);
}
END_TEST

/* A checksum that is not there yet stays, for hardware to come: SCTP's is of
 * the whole packet, that of the others begins with the address. */
START_TEST(a_partial_checksum_of_a_service_knows_no_port)
{
	const struct row *row = &rows[_i];
	struct row plain = { row->protocol, PORT };
	struct bytes p = transport_packet(row->protocol, SERVER, 999, OUTSIDE,
					  PORT, 2), other;

	begin(&plain);
	ck_assert_uint_eq(send_summed(&w, VPNALG_IN, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	other.length = w.length;
	memcpy(other.data, w.bytes, w.length);
	end(&plain);
	begin(row);
	ck_assert_uint_eq(send_summed(&w, VPNALG_IN, &p,
				      VPNALG_CHECKSUM_PARTIAL),
			  VPNALG_TRANSLATED);
	ck_assert_mem_eq(w.bytes + 24, other.data + 24, w.length - 24);
	end(row);
}
END_TEST

static const struct bad_row {
	uint8_t protocol;
	uint32_t length; /* behind the IP header */
	uint8_t coverage;
} bad_rows[] = {
	{ SCTP, 11, 0 }, { DCCP, 11, 0 }, { UDPLITE, 7, 0 }, { UDPLITE, 20, 3 },
};

START_TEST(what_has_no_header_reaches_no_service)
{
	const struct bad_row *bad = &bad_rows[_i];
	const struct row row = { bad->protocol, 9 };
	struct bytes p = transport_packet(bad->protocol, SERVER, 999, OUTSIDE,
					  PORT, 2);

	begin(&row);
	p.data[25] = bad->coverage;
	p = ip_packet(SERVER, OUTSIDE, bad->protocol, p.data + 20, bad->length);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &p),
			  VPNALG_DROP_MALFORMED);
	end(&row);
}
END_TEST

/* RFC 6888 REQ-8, and a lifetime. */
START_TEST(the_port_of_such_a_service_waits_when_it_has_gone)
{
	const struct row *row = &rows[_i];
	struct vpnalg_service service =
		SERVICE(row->protocol, OUTSIDE, PORT, CLIENT_A, row->inside);
	struct vpnalg_service other =
		SERVICE(row->protocol, OUTSIDE, PORT, CLIENT_B, row->inside);

	begin(row);
	service.lifetime = 1000;
	ck_assert_int_eq(vpnalg_service_add(w.alg, &service, w.now), 0);
	world_wait(&w, 999);
	ck_assert_uint_eq(in(row, SERVER, 999), VPNALG_TRANSLATED);
	world_wait(&w, 1);
	ck_assert_uint_eq(in(row, SERVER, 999), VPNALG_UNTOUCHED);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &other, w.now),
			 VPNALG_SERVICE_TAKEN);
	ck_assert_uint_eq(out(row, CLIENT_B, PORT, SERVER, 999),
			  VPNALG_DROP_TAKEN);
	world_wait(&w, DELAY);
	ck_assert_int_eq(vpnalg_service_add(w.alg, &other, w.now), 0);
	ck_assert_uint_eq(in(row, SERVER, 999), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_int_eq(vpnalg_service_remove(w.alg, &other, w.now), 0);
	end(row);
}
END_TEST

/* A client inside of a server inside. */
START_TEST(a_host_reaches_such_a_service_by_the_outside_address)
{
	const struct row *row = &rows[_i];
	struct bytes p = transport_packet(row->protocol, CLIENT_B, 4000,
					  OUTSIDE, PORT, 1);

	begin(row);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	ck_assert_uint_eq(port_to(&w), row->inside);
	ck_assert_uint_eq(source(&w), OUTSIDE);
	ck_assert_uint_eq(port_from(&w), 4000);
	p = transport_packet(row->protocol, CLIENT_A, row->inside, OUTSIDE,
			     4000, 2);
	ck_assert_uint_eq(hairpin(&w, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_B);
	ck_assert_uint_eq(port_to(&w), 4000);
	ck_assert_uint_eq(port_from(&w), PORT);
	ck_assert_uint_eq(out(row, CLIENT_B, 4000, OUTSIDE, PORT + 1),
			  VPNALG_UNTOUCHED);
	end(row);
}
END_TEST

/* RFC 5508 REQ-4a: the quote is what its receiver has sent, the checksum as
 * well. */
START_TEST(an_error_quotes_what_was_sent_to_a_service_or_by_it)
{
	const struct row *row = &rows[_i / 2];
	bool by = _i & 1;
	struct bytes p = by ? transport_packet(row->protocol, CLIENT_A,
					       row->inside, SERVER, 999, 2)
			    : transport_packet(row->protocol, SERVER, 999,
					       OUTSIDE, PORT, 2);
	struct bytes passed, error;
	uint32_t length;

	begin(row);
	ck_assert_uint_eq(send_packet(&w, by ? VPNALG_OUT : VPNALG_IN, &p),
			  VPNALG_TRANSLATED);
	passed.length = w.length;
	memcpy(passed.data, w.bytes, w.length);
	for (length = 28; length <= p.length; length++) {
		error = by ? icmp_error(STRANGER, OUTSIDE, 3, &passed, length)
			   : icmp_error(CLIENT_A, SERVER, 3, &passed, length);
		ck_assert_uint_eq(send_packet(&w, by ? VPNALG_IN : VPNALG_OUT,
					      &error),
				  VPNALG_TRANSLATED);
		ck_assert_uint_eq(by ? destination(&w) : source(&w),
				  by ? CLIENT_A : OUTSIDE);
		ck_assert_mem_eq(w.bytes + 28, p.data, length);
	}
	end(row);
}
END_TEST

/* SCTP's checksum is that of all fragments. */
START_TEST(fragments_reach_a_service_in_any_order)
{
	const struct row *row = &rows[_i / 4];
	bool inward = _i & 1, backwards = _i & 2;
	struct bytes p = inward ? transport_packet(row->protocol, SERVER, 999,
						   OUTSIDE, PORT, 2)
				: transport_packet(row->protocol, CLIENT_A,
						   row->inside, SERVER, 999, 2);
	struct bytes fragments[2], whole;
	struct collected got = { 0 };
	unsigned i;

	begin(row);
	grow(&p, 100);
	set_ip_id(&p, 7);
	fragments[backwards] = fragment_of(&p, 0, 48);
	fragments[!backwards] = fragment_of(&p, 48, 80);
	for (i = 0; i < 2; i++)
		send_fragment(&w, inward ? VPNALG_IN : VPNALG_OUT,
			      &fragments[i], &got);
	ck_assert(put_together(&got, &whole));
	ck_assert(checksums_right(whole.data, whole.length));
	ck_assert_uint_eq(get32(whole.data + (inward ? 16 : 12)),
			  inward ? CLIENT_A : OUTSIDE);
	ck_assert_uint_eq(get16(whole.data + (inward ? 22 : 20)),
			  inward ? row->inside : PORT);
	end(row);
}
END_TEST

TCase *transport_service_case(void)
{
	TCase *served = tcase_create("SCTP, DCCP, UDP-Lite");

	tcase_add_loop_test(
		served, everybody_reaches_a_service_of_sctp_dccp_and_udplite, 0,
		ROWS(rows));
	tcase_add_loop_test(
		served, of_a_services_packet_only_the_head_need_be_in_memory, 0,
		ROWS(rows));
	tcase_add_loop_test(served,
			    a_partial_checksum_of_a_service_knows_no_port, 0,
			    ROWS(rows));
	tcase_add_loop_test(served, what_has_no_header_reaches_no_service, 0,
			    ROWS(bad_rows));
	tcase_add_loop_test(served,
			    the_port_of_such_a_service_waits_when_it_has_gone,
			    0, ROWS(rows));
	tcase_add_loop_test(
		served, a_host_reaches_such_a_service_by_the_outside_address, 0,
		ROWS(rows));
	tcase_add_loop_test(served,
			    an_error_quotes_what_was_sent_to_a_service_or_by_it,
			    0, 2 * ROWS(rows));
	tcase_add_loop_test(served, fragments_reach_a_service_in_any_order, 0,
			    4 * ROWS(rows));
	return served;
}
