/* SPDX-License-Identifier: BSD-2-Clause */
/* A new translator: its counters, its version, and the texts of results. */
#include "init.h"

START_TEST(a_new_translator_has_counted_nothing)
{
	static const char *const names[] = { "PPTP control connection",
					     "PPTP call",
					     "PPTP server's connection",
					     "PPTP service", "toy control",
					     "toy data" };
	struct vpnalg_kind_counters kind;
	struct vpnalg_counters all;
	struct world w;
	size_t i;

	mixed_world(&w, (struct world_options){ 0 });
	vpnalg_counters(w.alg, &all, sizeof(all));
	for (i = 0; i < VPNALG_RESULTS; i++)
		ck_assert_uint_eq(all.results[i], 0);
	for (i = 0; i < 6; i++) {
		ck_assert(vpnalg_kind_counters(w.alg, i, &kind,
					       sizeof(kind)));
		ck_assert_str_eq(kind.name, names[i]);
		ck_assert_uint_eq(kind.opened + kind.closed + kind.unparsed, 0);
		ck_assert_uint_eq(kind.translated[0] + kind.translated[1], 0);
		ck_assert_uint_eq(kind.dropped[0] + kind.dropped[1], 0);
	}
	ck_assert(!vpnalg_kind_counters(w.alg, 6, &kind, sizeof(kind)));
	ck_assert(!vpnalg_kind_counters(w.alg, SIZE_MAX, &kind,
					sizeof(kind)));
	world_end(&w);
}
END_TEST

/* Older callers get what they know of, newer ones zeros behind it. */
START_TEST(counters_are_copied_as_far_as_the_caller_knows_them)
{
	struct vpnalg_kind_counters kind;
	struct {
		struct vpnalg_counters counters;
		uint64_t later;
	} newer;
	struct world w;
	struct bytes p = gre_packet(CLIENT_A, SERVER, 9, 1);

	world_begin(&w, NULL);
	send_packet(&w, VPNALG_OUT, &p);
	memset(&newer, 0xa5, sizeof(newer));
	vpnalg_counters(w.alg, &newer.counters, 8);
	ck_assert_uint_eq(newer.counters.results[0], 0);
	ck_assert_uint_eq(newer.counters.results[1], 0xa5a5a5a5a5a5a5a5);
	vpnalg_counters(w.alg, (void *)&newer, sizeof(newer));
	ck_assert_uint_eq(newer.later, 0);
	ck_assert_uint_eq(newer.counters.results[VPNALG_DROP_NO_SESSION], 1);
	memset(&kind, 0xa5, sizeof(kind));
	ck_assert(vpnalg_kind_counters(w.alg, CALL, &kind,
				       offsetof(struct vpnalg_kind_counters,
						opened)));
	ck_assert_str_eq(kind.name, "PPTP call");
	ck_assert_uint_eq(kind.opened, 0xa5a5a5a5a5a5a5a5);
	world_end(&w);
}
END_TEST

START_TEST(the_version_is_the_headers)
{
	ck_assert_uint_eq(vpnalg_version(), VPNALG_VERSION);
}
END_TEST

/* Each result has words of its own, and whatever is none has some too. */
START_TEST(every_result_has_its_text)
{
	static const bool gap[VPNALG_RESULTS] = { [3] = true, [4] = true,
						  [5] = true,
						  [6] = true, [7] = true };
	unsigned i, k;

	for (i = 0; i < VPNALG_RESULTS; i++) {
		const char *text = vpnalg_result_text(i);

		ck_assert_ptr_nonnull(text);
		ck_assert_uint_gt(strlen(text), 0);
		ck_assert_int_eq(strcmp(text, "unknown") == 0, gap[i]);
		for (k = 0; k < i; k++)
			ck_assert(gap[i] ||
				  strcmp(text, vpnalg_result_text(k)) != 0);
	}
	ck_assert_str_eq(vpnalg_result_text(VPNALG_TRANSLATED), "translated");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_NO_ID),
			 "no free outside ID");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_RESULTS), "unknown");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_OWN - 1), "unknown");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_OWN),
			 "a reason of the handler's own");
}
END_TEST

TCase *init_state_case(void)
{
	TCase *t = tcase_create("new translator");

	tcase_add_test(t, a_new_translator_has_counted_nothing);
	tcase_add_test(t, counters_are_copied_as_far_as_the_caller_knows_them);
	tcase_add_test(t, the_version_is_the_headers);
	tcase_add_test(t, every_result_has_its_text);
	return t;
}
