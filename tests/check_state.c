/* SPDX-License-Identifier: BSD-2-Clause */
/* What is loaded is what was saved, but for what has died or has no place. */
#include "state_pair.h"

static struct state again;

static const uint32_t two[] = { OUTSIDE, OUTSIDE_2 };
static const uint8_t uplinks[] = { 0, 7 };

/* Settings under which a session is counted in other places. */
static const struct setting {
	const char *name;
	struct world_options options;
} settings[] = {
	{ "the defaults", { 0 } },
	{ "accounts", { .account = true } },
	{ "counts", { .count_hosts = true, .count_remotes = true } },
	{ "several addresses",
	  { .addresses = two, .address_count = 2, .address_max = 4 } },
	{ "uplinks",
	  { .addresses = two, .address_count = 2, .uplinks = uplinks } },
	{ "blocks of ports",
	  { .addresses = two, .address_count = 2,
	    .port_blocks = { .length = 1024, .ports = { 1024, 65535 } } } },
	{ "reservations", { .choosing = CHOOSE_TAKE } },
	{ "the router's own", { .own = true } },
};

/* Nothing depends on the keys of hash and pool. */
static struct world_options with_other_keys(struct world_options options)
{
	options.hash_key[0] = 77;
	options.pool_key[1] = 78;
	return options;
}

/* Everything is the same but the numbers, which the hash makes. */
static void compare_listings(void)
{
	static struct listing a, b;
	struct vpnalg_session_info mine, other;
	unsigned i, k, same;

	list(&w, &a);
	list(&copy, &b);
	ck_assert_uint_eq(a.count, b.count);
	for (i = 0; i < a.count; i++) {
		for (k = same = 0; k < b.count; k++) {
			mine = a.infos[i];
			other = b.infos[k];
			mine.number = other.number = 0;
			mine.parent = mine.parent != 0;
			other.parent = other.parent != 0;
			same += memcmp(&mine, &other, sizeof(mine)) == 0;
		}
		ck_assert_msg(same == 1, "%s", a.infos[i].kind_name);
	}
}

static void compare_use(void)
{
	struct vpnalg_use a = { .size = sizeof(a) }, b = { .size = sizeof(b) };

	ck_assert(vpnalg_policy_use(w.alg, VPNALG_PER_TRANSLATOR, 0, NULL,
				    &a));
	ck_assert(vpnalg_policy_use(copy.alg, VPNALG_PER_TRANSLATOR, 0, NULL,
				    &b));
	ck_assert_mem_eq(&a, &b, sizeof(a));
}

START_TEST(what_is_loaded_is_what_was_saved)
{
	struct world_options options = settings[_i].options;

	state_world(&w, options);
	state_save(&w, &saved);
	all_world(&copy, with_other_keys(options));
	copy.now = w.now;
	ck_assert_int_eq(state_load(&copy, &saved), VPNALG_STATE_DONE);
	state_save(&copy, &again);
	state_compare(&saved, &again);
	compare_listings();
	compare_use();
	ck_assert_int_eq(copy.records, w.records);
	ck_assert_int_eq(copy.keys, w.keys);
	ck_assert_int_eq(copy.bindings, w.bindings);
	state_world_end(&copy);
	state_world_end(&w);
}
END_TEST

START_TEST(every_kind_is_among_them)
{
	struct vpnalg_kind_counters counters;
	size_t i;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &saved);
	all_world(&copy, (struct world_options){ 0 });
	ck_assert_int_eq(state_load(&copy, &saved), VPNALG_STATE_DONE);
	for (i = 0; vpnalg_kind_counters(w.alg, i, &counters, sizeof(counters));
	     i++)
		ck_assert_uint_eq(counters.opened - counters.closed,
				  opened(&copy, i));
	state_world_end(&copy);
	state_world_end(&w);
}
END_TEST

/* What is kept of a remote goes where none of its hosts is taken over, also in
 * the millisecond in which they have come. */
START_TEST(nothing_stays_of_a_remote_whose_hosts_are_left_out)
{
	struct esp a = esp_of(CLIENT_A, SERVER, 0xa0, 0xb0);
	struct esp b = esp_of(CLIENT_B, SERVER, 0xa1, 0xb1);
	struct vpnalg_load load = { .services = true };

	all_world(&w, (struct world_options){ .leaves = true });
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	esp_sends(&w, &b);
	state_save(&w, &saved);
	world_end(&w);
	all_world(&copy, (struct world_options){ .choosing = CHOOSE_REFUSE });
	copy.now = w.now;
	state_load_whole(&copy, &load, &saved, copy.now);
	ck_assert_uint_ge(load.left_out, 1);
	ck_assert_int_ge(copy.records, 1);
	world_end(&copy);
}
END_TEST

/* Time */

static const struct time_row {
	vpnalg_time elapsed, now; /* of the translator that loads */
} time_rows[] = {
	{ 0, BEGINNING }, { 0, 0 }, { 0, 1 }, { 5000, 3 },
	{ 100000, BEGINNING * 1000ULL }, { 7000, UINT64_MAX / 2 },
	{ 1, VPNALG_NEVER - 100000000000 },
};

static vpnalg_time expires_in(struct world *world, const char *kind)
{
	static struct listing l;

	list(world, &l);
	return listed(&l, kind, ANY_ID)->expires_in;
}

/* The connection of the call has no deadline of its own that matters. */
START_TEST(sessions_grow_older_by_the_time_that_has_passed)
{
	const struct time_row *row = &time_rows[_i];
	struct vpnalg_load load = { .elapsed = row->elapsed };
	vpnalg_time before;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &saved);
	before = expires_in(&w, "PPTP call");
	all_world(&copy, (struct world_options){ .now = row->now,
						 .from_zero = true });
	state_load_whole(&copy, &load, &saved, row->now);
	ck_assert_uint_eq(expires_in(&copy, "PPTP call"),
			  before - row->elapsed);
	copy.now += 1000;
	ck_assert_uint_eq(expires_in(&copy, "PPTP call"),
			  before - row->elapsed - 1000);
	/* When to sweep again is said on the caller's clock. */
	ck_assert_uint_eq(vpnalg_expire(copy.alg, copy.now, 1), copy.now);
	world_end(&copy);
	state_world_end(&w);
}
END_TEST

START_TEST(the_clock_does_not_run_back_after_loading)
{
	struct vpnalg_load load = { 0 };
	vpnalg_time before;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &saved);
	before = expires_in(&w, "PPTP call");
	all_world(&copy, (struct world_options){ 0 });
	copy.now = w.now * 2;
	state_load_part(&copy, &load, saved.bytes, saved.length);
	vpnalg_load_end(copy.alg, &load, copy.now);
	ck_assert_uint_eq(vpnalg_expire(copy.alg, 0, 1), copy.now);
	ck_assert_uint_eq(expires_in(&copy, "PPTP call"), before);
	world_end(&copy);
	state_world_end(&w);
}
END_TEST

START_TEST(what_has_died_meanwhile_is_dead)
{
	struct vpnalg_load load = { .elapsed = 400000000 };
	unsigned i;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &saved);
	all_world(&copy, (struct world_options){ 0 });
	state_load_part(&copy, &load, saved.bytes, saved.length);
	vpnalg_load_end(copy.alg, &load, copy.now);
	for (i = 0; i < 4; i++) /* children first, then who outlives them */
		world_wait(&copy, 2000);
	ck_assert_int_eq(copy.records, 0);
	world_end(&copy);
	state_world_end(&w);
}
END_TEST

/* What is left out */

static enum vpnalg_choice refuse_l2tp(struct world *world,
				      struct vpnalg_binding *binding)
{
	(void)world;
	return binding->protocol == UDP && binding->inside_id == 1701
		       ? VPNALG_CHOICE_REFUSE
		       : VPNALG_CHOICE_TAKE;
}

static enum vpnalg_choice choose_another(struct world *world,
					 struct vpnalg_binding *binding)
{
	(void)world;
	binding->outside_id ^= 1;
	return VPNALG_CHOICE_CHOSEN;
}

static const uint32_t other_address[] = { OUTSIDE_2 };

static const struct out_row {
	const char *name;
	struct world_options options;
	bool services;
	unsigned protocols; /* 0: all */
	const char *gone;
} out_rows[] = {
	{ "services", { 0 }, false, 0, "IPsec service" },
	{ "a protocol", { 0 }, false, ALL_GENERAL, "mapping" },
	{ "all but PPTP", { 0 }, false, 1, "ESP host" },
	{ "an address", { .addresses = other_address, .address_count = 1 },
	  true, 0, "PPTP call" },
	{ "a refusal", { .choose = refuse_l2tp }, true, 0, "L2TP flow" },
	{ "another port", { .choose = choose_another }, true, 0, "mapping" },
};

static bool has_kind(struct world *world, const char *kind)
{
	static struct listing l;

	list(world, &l);
	return listed_count(&l, kind) > 0;
}

START_TEST(some_sessions_are_left_out)
{
	const struct out_row *row = &out_rows[_i];
	struct world_options options = row->options;
	struct vpnalg_load load = { .services = row->services };
	unsigned records;

	state_world(&w, (struct world_options){ 0 });
	state_save(&w, &saved);
	records = saved.count - state_first(&saved, RECORD) - 1;
	options.mirror = true;
	options.protocols = all_protocols;
	options.protocol_count =
		row->protocols != 0 ? row->protocols : ALL_PROTOCOLS;
	world_begin(&copy, &options);
	copy.now = w.now;
	state_load_whole(&copy, &load, &saved, copy.now);
	ck_assert(has_kind(&w, row->gone));
	ck_assert(!has_kind(&copy, row->gone));
	ck_assert_uint_gt(load.left_out, 0);
	ck_assert_uint_eq(load.records + load.left_out, records);
	state_world_end(&copy);
	state_world_end(&w);
}
END_TEST

Suite *state_suite(void)
{
	Suite *suite = suite_create("state");
	TCase *tcase = tcase_create("saved and loaded");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_loaded_is_what_was_saved, 0,
			    ROWS(settings));
	tcase_add_test(tcase, every_kind_is_among_them);
	tcase_add_test(
		tcase, nothing_stays_of_a_remote_whose_hosts_are_left_out);
	tcase_add_loop_test(tcase,
			    sessions_grow_older_by_the_time_that_has_passed, 0,
			    ROWS(time_rows));
	tcase_add_test(tcase, the_clock_does_not_run_back_after_loading);
	tcase_add_test(tcase, what_has_died_meanwhile_is_dead);
	tcase_add_loop_test(tcase, some_sessions_are_left_out, 0,
			    ROWS(out_rows));
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, state_damage_case());
	suite_add_tcase(suite, state_forged_case());
	suite_add_tcase(suite, state_forged_fragment_case());
	suite_add_tcase(suite, state_fragment_case());
	suite_add_tcase(suite, state_fragment_during_case());
	suite_add_tcase(suite, state_refused_case());
	suite_add_tcase(suite, state_ring_case());
	suite_add_tcase(suite, state_anew_case());
	suite_add_tcase(suite, state_store_case());
	suite_add_tcase(suite, state_during_case());
	suite_add_tcase(suite, state_format_case());
	return suite;
}
