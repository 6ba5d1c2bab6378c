/* SPDX-License-Identifier: BSD-2-Clause */
/* Listings in steps, while sessions come and go. */
#include "listing.h"

/* Each call looks at 32 places at most. */
START_TEST(a_step_is_bounded)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	uint8_t ports[12] = { 0, 0, 9, 9 };
	unsigned steps = 0, i;
	uint64_t cursor = 0;
	struct bytes p;

	end();
	all_world(&w, (struct world_options){ .units = 4000 });
	w.options.mirror = false;
	for (i = 0; i < 1000; i++) {
		put16(ports, 2000 + i);
		p = ip_packet(CLIENT_A, SERVER, SCTP, ports, sizeof(ports));
		ck_assert_uint_eq(send_packet(&w, VPNALG_OUT, &p),
				  VPNALG_TRANSLATED);
	}
	w.now += 1000000; /* all are dead */
	while (vpnalg_sessions_next(w.alg, w.now, &cursor, &info) !=
	       VPNALG_SESSIONS_END)
		steps++;
	ck_assert_uint_ge(steps, 1000 / 32);
	ck_assert_uint_le(steps, 2000 / 32);
}
END_TEST

/* What stays is met once, whatever comes and goes between the steps. */
START_TEST(sessions_come_and_go_while_they_are_listed)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	unsigned met[20] = { 0 }, i, step = 0;
	uint64_t cursor = 0;
	int result;

	for (i = 0; i < 20; i++)
		udp_open(&w, CLIENT_A, (uint16_t)(3000 + i), SERVER, 53);
	while ((result = vpnalg_sessions_next(w.alg, w.now, &cursor, &info)) !=
	       VPNALG_SESSIONS_END) {
		if (step++ % 4 == 0)
			icmp_out(&w, CLIENT_B, SERVER, ECHO, (uint16_t)step);
		w.now += 1000;
		vpnalg_expire(w.alg, w.now, 8);
		if (result == VPNALG_SESSIONS_ONE &&
		    strcmp(info.kind_name, "UDP session") == 0)
			met[info.inside_id - 3000]++;
		ck_assert_uint_lt(step, 400);
	}
	for (i = 0; i < 20; i++)
		ck_assert_uint_eq(met[i], 1);
}
END_TEST

START_TEST(two_listings_do_not_disturb_each_other)
{
	struct vpnalg_session_info info = { .size = sizeof(info) };
	unsigned counts[2] = { 0 }, running = 3, i;
	uint64_t cursors[2] = { 0 };
	int step;

	all_open(&w);
	list(&w, &l);
	while (running != 0)
		for (i = 0; i < 2; i++) {
			if (!(running & 1U << i))
				continue;
			step = vpnalg_sessions_next(w.alg, w.now, &cursors[i],
						    &info);
			counts[i] += step == VPNALG_SESSIONS_ONE;
			if (step == VPNALG_SESSIONS_END)
				running &= ~(1U << i);
		}
	ck_assert_uint_eq(counts[0], l.count);
	ck_assert_uint_eq(counts[1], l.count);
}
END_TEST

/* A program that was built with another version's header. */
static const struct {
	const char *what;
	size_t size;
	bool filled; /* up to the parent */
} size_rows[] = {
	{ "nothing", 0, false },
	{ "its size", sizeof(size_t), false },
	{ "an older one",
	  offsetof(struct vpnalg_session_info, parent) + sizeof(uint64_t),
	  true },
	{ "this one", sizeof(struct vpnalg_session_info), true },
	{ "a newer one", sizeof(struct vpnalg_session_info) + 16, true },
};

START_TEST(the_struct_may_be_of_another_version)
{
	struct {
		struct vpnalg_session_info info;
		uint8_t more[24];
	} given;
	const uint8_t *bytes = (const uint8_t *)&given;
	size_t size = size_rows[_i].size, i;
	uint64_t cursor = 0;

	udp_open(&w, CLIENT_A, 3001, SERVER, 53);
	memset(&given, 0xee, sizeof(given));
	given.info.size = size;
	while (vpnalg_sessions_next(w.alg, w.now, &cursor, &given.info) !=
	       VPNALG_SESSIONS_ONE)
		;
	ck_assert_uint_eq(given.info.size, size);
	ck_assert((given.info.number != 0xeeeeeeeeeeeeeeee) ==
		  size_rows[_i].filled);
	for (i = size < sizeof(size_t) ? sizeof(size_t) : size;
	     i < sizeof(given); i++)
		ck_assert_uint_eq(bytes[i], 0xee);
	for (i = sizeof(given.info); i < size; i++)
		ck_assert_uint_eq(bytes[i], 0);
}
END_TEST

TCase *sessions_step_case(void)
{
	TCase *t = tcase_create("steps");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_step_is_bounded);
	tcase_add_test(t, sessions_come_and_go_while_they_are_listed);
	tcase_add_test(t, two_listings_do_not_disturb_each_other);
	tcase_add_loop_test(t, the_struct_may_be_of_another_version, 0,
			    ROWS(size_rows));
	return t;
}
