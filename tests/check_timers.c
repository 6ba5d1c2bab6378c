/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers that are set under traffic. */
#include <string.h>

#include "cases.h"
#include "general.h"
#include "support_sessions.h"

#define SHORT 20000
#define LONG 900000

static struct world w, other;

/* Every timer. */
static struct vpnalg_timers all_of(uint32_t ms)
{
	return (struct vpnalg_timers){ sizeof(struct vpnalg_timers),
				       ms, ms, ms, ms, ms, ms, ms, ms,
				       ms, ms, ms, ms, ms, ms, ms, ms };
}

static void set(uint32_t ms)
{
	const struct vpnalg_timers timers = all_of(ms);

	ck_assert_int_eq(vpnalg_set_timers(w.alg, &timers), 0);
}

/* What opens afterwards cannot tell when they were set. */
START_TEST(what_opens_has_the_timers_of_the_moment)
{
	static struct listing a, b;
	unsigned i;

	all_world(&w, (struct world_options){ .timers = all_of(LONG) });
	all_world(&other, (struct world_options){ .timers = all_of(SHORT) });
	set(SHORT);
	all_open(&w);
	all_open(&other);
	list(&w, &a);
	list(&other, &b);
	ck_assert_uint_eq(a.count, b.count);
	ck_assert_uint_gt(a.count, 20);
	for (i = 0; i < a.count; i++)
		ck_assert_mem_eq(&a.infos[i], &b.infos[i], sizeof(a.infos[i]));
	all_close(&w);
	world_end(&w);
	all_close(&other);
	world_end(&other);
}
END_TEST

static struct bytes to_port(uint16_t port)
{
	return udp_packet(CLIENT_A, 5000, SERVER, port, "12345678", 8);
}

static struct bytes general(void)
{
	return to_port(53);
}

static struct bytes ike(void)
{
	struct bytes data = { .length = 28 };

	data.data[17] = 0x20;
	data.data[18] = 34; /* IKE_SA_INIT */
	data.data[19] = 0x08;
	data.data[27] = 28;
	memset(data.data, 1, 8);
	return udp_packet(CLIENT_A, 5000, SERVER, 500, data.data, data.length);
}

static struct bytes nat_t(void)
{
	return to_port(4500);
}

static struct bytes icmp(void)
{
	return icmp_query(CLIENT_A, SERVER, ECHO, 77, 1);
}

static struct bytes gre(void)
{
	return ip_packet(CLIENT_A, SERVER, GRE, "\x20\0\x08\0\0\0\0\x28", 8);
}

static struct bytes six_in_four(void)
{
	return ip_packet(CLIENT_A, SERVER, 41, "\x60", 1);
}

static const struct row {
	const char *kind;
	struct bytes (*packet)(void);
} rows[] = {
	{ "UDP session", general },
	{ "IKE session", ike },
	{ "IKE session", nat_t },
	{ "ICMP query session", icmp },
	{ "GRE tunnel", gre },
	{ "session by address", six_in_four },
};

static void sends(const struct row *row)
{
	struct bytes p = row->packet();

	ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
}

/* Returns the time that is left of it. */
static vpnalg_time left(const struct row *row)
{
	static struct listing l;

	list(&w, &l);
	return listed(&l, row->kind, ANY_ID)->expires_in;
}

/* Some live a sixteenth longer, so that not every packet sets a deadline. */
static void lives(const struct row *row, uint32_t ms)
{
	vpnalg_time time = left(row);

	ck_assert_msg(time >= ms && time <= ms + ms / 16, "%s: %lu ms",
		      row->kind, (unsigned long)time);
}

START_TEST(a_longer_time_begins_with_the_next_packet)
{
	const struct row *row = &rows[_i];

	all_world(&w, (struct world_options){ .timers = all_of(SHORT) });
	sends(row);
	lives(row, SHORT);
	set(LONG);
	lives(row, SHORT);
	w.now += SHORT / 2;
	sends(row);
	lives(row, LONG);
	world_end(&w);
}
END_TEST

/* Who sends nothing more ends when it would have. */
START_TEST(a_shorter_time_begins_with_the_next_packet)
{
	const struct row *row = &rows[_i];

	all_world(&w, (struct world_options){ .timers = all_of(LONG) });
	sends(row);
	set(SHORT);
	lives(row, LONG);
	w.now += left(row) - SHORT;
	sends(row);
	lives(row, SHORT);
	world_end(&w);
}
END_TEST

/* B's tunnel has a shorter time than A's, and both need what is known of their
 * remote, where A's Key comes in that is not its own. */
START_TEST(a_shorter_time_of_one_host_costs_no_other)
{
	struct bytes a = ip_packet(CLIENT_A, SERVER, GRE,
				   "\x20\0\x08\0\0\0\0\x28", 8);
	struct bytes b = ip_packet(CLIENT_B, SERVER, GRE,
				   "\x20\0\x08\0\0\0\0\x29", 8);
	struct bytes back = ip_packet(SERVER, OUTSIDE, GRE,
				      "\x20\0\x08\0\0\0\0\x28", 8);
	struct bytes unlike = ip_packet(SERVER, OUTSIDE, GRE,
				       "\x20\0\x08\0\0\0\0\x77", 8);

	all_world(&w, (struct world_options){ .timers = all_of(LONG) });
	send_packet(&w, VPNALG_OUT, &a);
	set(SHORT);
	send_packet(&w, VPNALG_OUT, &b);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &back),
			  VPNALG_TRANSLATED);
	w.now += 2 * SHORT;
	send_packet(&w, VPNALG_OUT, &a);
	ck_assert_uint_eq(send_packet(&w, VPNALG_IN, &unlike),
			  VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(&w), CLIENT_A);
	world_end(&w);
}
END_TEST

START_TEST(none_are_the_defaults)
{
	const struct row *row = &rows[0];

	all_world(&w, (struct world_options){ .timers = all_of(SHORT) });
	ck_assert_int_eq(vpnalg_set_timers(w.alg, NULL), 0);
	sends(row);
	lives(row, 300000);
	world_end(&w);
}
END_TEST

/* Another version's: without a size, or with more than is known here. */
START_TEST(timers_of_another_version_change_nothing)
{
	struct {
		struct vpnalg_timers timers;
		uint32_t more[2];
	} given = { .timers = all_of(LONG) };
	const struct row *row = &rows[0];

	all_world(&w, (struct world_options){ .timers = all_of(SHORT) });
	given.timers.size = 0;
	ck_assert_int_eq(vpnalg_set_timers(w.alg, &given.timers),
			 VPNALG_ERROR_CONFIG);
	given.timers.size = sizeof(given);
	given.more[1] = 1;
	ck_assert_int_eq(vpnalg_set_timers(w.alg, &given.timers),
			 VPNALG_ERROR_CONFIG);
	sends(row);
	lives(row, SHORT);
	given.more[1] = 0;
	ck_assert_int_eq(vpnalg_set_timers(w.alg, &given.timers), 0);
	world_end(&w);
}
END_TEST

TCase *timers_case(void)
{
	TCase *t = tcase_create("timers");

	tcase_add_test(t, what_opens_has_the_timers_of_the_moment);
	tcase_add_loop_test(t, a_longer_time_begins_with_the_next_packet, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, a_shorter_time_begins_with_the_next_packet, 0,
			    ROWS(rows));
	tcase_add_test(t, a_shorter_time_of_one_host_costs_no_other);
	tcase_add_test(t, none_are_the_defaults);
	tcase_add_test(t, timers_of_another_version_change_nothing);
	return t;
}
