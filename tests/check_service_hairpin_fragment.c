/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments and ICMP errors of inside clients of services without ports. */
#include "service_hairpin.h"

/* The error of either end about what it has received reaches the other. */
START_TEST(icmp_errors_of_both_ends_cross)
{
	const struct hairpin_row *row = &rows[_i / 2];
	uint32_t from = _i % 2 ? CLIENT_A : CLIENT_B;
	uint32_t to = _i % 2 ? CLIENT_B : CLIENT_A;
	struct bytes quoted = packet(row, OUTSIDE, from), p;

	begin(row, 1);
	crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
	crosses(row, CLIENT_A, OUTSIDE, CLIENT_B);
	p = icmp_error(from, OUTSIDE, 3, &quoted, quoted.length);
	ck_assert_msg(hairpin(&w, &p) == VPNALG_TRANSLATED, "%s: %s",
		      row->what, vpnalg_result_text(w.last.result));
	ck_assert_uint_eq(destination(&w), to);
	end(row);
}
END_TEST

/* Fragments of one Identification, in any order, in both directions at once. Of
 * GRE's the first one lacks the Key. */
static const uint32_t cuts[] = { 0, 8, 1200, 2400 };

/* Goes on as another translator, between any two fragments of one direction. */
static void restart(struct world *world)
{
	state_reload(world);
	service_add(world, SIX_IN_FOUR, 0, CLIENT_A, 0);
	service_add(world, GRE, 0, CLIENT_A, 0);
}

static void send_part(const struct hairpin_row *row, uint32_t from,
		      unsigned part, struct collected *in)
{
	struct bytes whole = packet(row, from, OUTSIDE), f;
	static struct collected out;
	unsigned i;

	grow(&whole, 2420);
	set_ip_id(&whole, 7);
	whole.data[100] = (uint8_t)from;
	f = fragment_of(&whole, cuts[part], cuts[part + 1]);
	memset(&out, 0, sizeof(out));
	out.between = in->between;
	send_fragment(&w, VPNALG_OUT, &f, &out);
	for (i = 0; i < out.count; i++) {
		w.options.turned = out.flags[i];
		send_fragment(&w, VPNALG_IN, &out.packets[i], in);
		w.options.turned = 0;
	}
}

/* What has crossed to a host must be what the other one has sent. */
static void is_whole(const struct collected *in, uint32_t from, uint32_t to)
{
	struct bytes got;

	ck_assert(put_together(in, &got));
	ck_assert_uint_eq(get32(got.data + 16), to);
	ck_assert_uint_eq(got.data[100], from & 0xff);
}

START_TEST(fragments_of_both_ends_cross)
{
	static const unsigned orders[][3] = { { 0, 1, 2 }, { 2, 1, 0 },
					      { 1, 0, 2 } };
	const struct hairpin_row *row = &rows[_i & 2 ? 4 : 0];
	static struct collected to_client, to_server;
	unsigned i;

	fragment_world(&w, (struct world_options){ 0 });
	service_add(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	service_add(&w, GRE, 0, CLIENT_A, 0);
	crosses(row, CLIENT_B, OUTSIDE, CLIENT_A);
	memset(&to_client, 0, sizeof(to_client));
	memset(&to_server, 0, sizeof(to_server));
	to_client.between = to_server.between = _i & 1 ? restart : NULL;
	for (i = 0; i < 3; i++) {
		send_part(row, CLIENT_B, orders[_i / 4][i], &to_server);
		send_part(row, CLIENT_A, orders[_i / 4][i], &to_client);
	}
	is_whole(&to_server, CLIENT_B, CLIENT_A);
	is_whole(&to_client, CLIENT_A, CLIENT_B);
	service_remove(&w, SIX_IN_FOUR, 0, CLIENT_A, 0);
	service_remove(&w, GRE, 0, CLIENT_A, 0);
	world_end(&w);
}
END_TEST

TCase *service_hairpin_fragment_case(void)
{
	TCase *t = tcase_create("hairpins in fragments");

	tcase_add_loop_test(t, icmp_errors_of_both_ends_cross, 0,
			    2 * ROWS(rows));
	tcase_add_loop_test(t, fragments_of_both_ends_cross, 0, 12);
	return t;
}
