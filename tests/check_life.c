/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a session, as handlers need it: ends and parents. */
#include "toy.h"
#include "cases.h"

#include <string.h>

#define LINGER 1000

static struct vpnalg_record *open_at(struct world *w, uint32_t remote,
				     uint32_t id)
{
	uint8_t host[4], far[4];
	struct vpnalg_opening opening = {
		.kind = TOY_DATA,
		.space = TOY_SPACE,
		.zone = ZONE,
		.inside = host,
		.remote = far,
		.id = id,
		.keep = true,
		.greatest = UINT16_MAX,
		.lifetime = 50,
	};
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record = NULL;

	put32(host, CLIENT_A);
	put32(far, remote);
	ck_assert_uint_eq(vpnalg_session_open(&step, &opening, &record),
			  VPNALG_TRANSLATED);
	return record;
}

/* Time passes for the translator, and nothing is swept. */
static void pass(struct world *w, vpnalg_time ms)
{
	w->now += ms;
	vpnalg_expire(w->alg, w->now, 0);
}

static vpnalg_time left(const struct world *w, const struct vpnalg_record *r)
{
	return r->deadline - w->now;
}

START_TEST(an_end_is_announced_once)
{
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	vpnalg_session_end(w.alg, r, LINGER);
	ck_assert(r->flags & VPNALG_SESSION_ENDED);
	ck_assert_uint_eq(left(&w, r), LINGER);
	pass(&w, 10);
	vpnalg_session_end(w.alg, r, LINGER);
	ck_assert_uint_eq(left(&w, r), LINGER - 10);
	world_end(&w);
}
END_TEST

START_TEST(an_end_that_is_taken_back_leaves_no_trace)
{
	struct vpnalg_record *r;
	uint8_t before;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	r->flags |= VPNALG_SESSION_SHARED;
	before = r->flags;
	vpnalg_session_end(w.alg, r, LINGER);
	vpnalg_session_revive(w.alg, r, 7000);
	ck_assert_uint_eq(r->flags, before);
	ck_assert_uint_eq(left(&w, r), 7000);
	world_end(&w);
}
END_TEST

static const struct {
	uint32_t linger;
	vpnalg_time grace; /* the last millisecond of it */
} grace_rows[] = {
	{ 100000, 3000 },
	{ 6001, 3000 },
	{ 6000, 3000 },
	{ 5999, 2999 },
	{ 2, 1 },
	{ 1, 0 },
};

START_TEST(grace_lasts_three_seconds_or_half_of_the_linger)
{
	uint32_t linger = grace_rows[_i].linger;
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	vpnalg_session_end(w.alg, r, linger);
	pass(&w, grace_rows[_i].grace);
	ck_assert(!vpnalg_session_is_past_grace(w.alg, r, linger));
	pass(&w, 1);
	ck_assert(vpnalg_session_is_past_grace(w.alg, r, linger));
	world_end(&w);
}
END_TEST

static const struct {
	vpnalg_time pass;
	uint16_t children;
	bool ended, goes_on;
} goes_on_rows[] = {
	{ 0, 0, false, true },  { 49, 0, false, true },
	{ 50, 0, false, false }, /* past its deadline */
	{ 50, 1, false, true },  /* which its children outlive */
	{ 0, 0, true, false },   { 50, 1, true, false },
};

START_TEST(a_session_goes_on_while_it_lives_and_no_end_is_announced)
{
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	r->children = goes_on_rows[_i].children;
	if (goes_on_rows[_i].ended)
		vpnalg_session_end(w.alg, r, LINGER);
	pass(&w, goes_on_rows[_i].pass);
	ck_assert(vpnalg_session_goes_on(w.alg, r) ==
		  goes_on_rows[_i].goes_on);
	ck_assert(!vpnalg_session_goes_on(w.alg, NULL));
	r->children = 0;
	world_end(&w);
}
END_TEST

static const struct {
	vpnalg_time pass;
	uint32_t last_moment;
	bool ended;
	vpnalg_time deadline; /* that many ms after the opening */
} leave_rows[] = {
	{ 10, 1000, false, 50 },   /* it lives anyway */
	{ 70, 1000, false, 1070 }, /* its child alone has kept it alive */
	{ 70, 0, false, 50 },
	{ 70, 1000, true, 50 },
};

START_TEST(a_parent_outlives_its_last_child_by_a_moment)
{
	struct vpnalg_record *r;
	vpnalg_time began;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	began = w.now;
	vpnalg_session_join(w.alg, r);
	ck_assert_uint_eq(r->children, 1);
	if (leave_rows[_i].ended)
		vpnalg_session_end(w.alg, r, 50);
	pass(&w, leave_rows[_i].pass);
	vpnalg_session_leave(w.alg, r, leave_rows[_i].last_moment);
	ck_assert_uint_eq(r->children, 0);
	ck_assert_uint_eq(r->deadline, began + leave_rows[_i].deadline);
	world_end(&w);
}
END_TEST

START_TEST(a_parent_that_is_gone_or_another_one_is_not_left)
{
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER, 1);
	vpnalg_session_leave(w.alg, NULL, 1000);
	vpnalg_session_leave(w.alg, r, 1000); /* it has no children */
	ck_assert_uint_eq(r->children, 0);
	ck_assert_uint_eq(left(&w, r), 50);
	world_end(&w);
}
END_TEST

START_TEST(a_childs_opening_has_the_hosts_of_its_parent)
{
	const uint8_t inside[] = { 192, 168, 77, 11 };
	const uint8_t outside[] = { 203, 0, 113, 1 };
	const uint8_t remote[] = { 198, 51, 100, 2 };
	struct vpnalg_opening opening = { .id = 9 };
	struct vpnalg_record *r;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	r = open_at(&w, SERVER_2, 1);
	vpnalg_session_hosts(w.alg, r, &opening);
	ck_assert_uint_eq(opening.zone, ZONE);
	ck_assert_mem_eq(opening.inside, inside, 4);
	ck_assert_mem_eq(opening.outside, outside, 4);
	ck_assert_mem_eq(opening.remote, remote, 4);
	ck_assert_uint_eq(opening.id, 9); /* nothing else is touched */
	world_end(&w);
}
END_TEST

static const struct {
	uint32_t len, caplen, header;
	unsigned result;
} header_rows[] = {
	{ 8, 8, 8, VPNALG_TRANSLATED },
	{ 8, 7, 8, VPNALG_DROP_TRUNCATED },
	{ 8, 0, 1, VPNALG_DROP_TRUNCATED },
	{ 7, 7, 8, VPNALG_DROP_MALFORMED },
	{ 7, 0, 8, VPNALG_DROP_MALFORMED },
	{ 0, 0, 0, VPNALG_TRANSLATED },
};

START_TEST(a_header_is_there_or_cut_off_or_missing)
{
	struct vpnalg_parsed parsed = { .l4_len = header_rows[_i].len,
					.l4_caplen = header_rows[_i].caplen };

	ck_assert_uint_eq(vpnalg_has_header(&parsed, header_rows[_i].header),
			  header_rows[_i].result);
}
END_TEST

START_TEST(a_claim_to_drop_names_its_reason)
{
	struct vpnalg_parsed parsed = { .l4_len = 8, .l4_caplen = 7 };
	struct vpnalg_match match = { 0 };

	ck_assert_uint_eq(vpnalg_match_drop(&match, VPNALG_DROP_FRAGMENT),
			  VPNALG_CLAIM_DROP);
	ck_assert_uint_eq(match.reason, VPNALG_DROP_FRAGMENT);
	ck_assert_uint_eq(vpnalg_match_drop_short(&parsed, &match, 8),
			  VPNALG_CLAIM_DROP);
	ck_assert_uint_eq(match.reason, VPNALG_DROP_TRUNCATED);
}
END_TEST

TCase *session_life_case(void)
{
	TCase *t = tcase_create("life");

	tcase_add_test(t, an_end_is_announced_once);
	tcase_add_test(t, an_end_that_is_taken_back_leaves_no_trace);
	tcase_add_loop_test(t, grace_lasts_three_seconds_or_half_of_the_linger,
			    0, ROWS(grace_rows));
	tcase_add_loop_test(
		t, a_session_goes_on_while_it_lives_and_no_end_is_announced, 0,
		ROWS(goes_on_rows));
	tcase_add_loop_test(t, a_parent_outlives_its_last_child_by_a_moment, 0,
			    ROWS(leave_rows));
	tcase_add_test(t, a_parent_that_is_gone_or_another_one_is_not_left);
	tcase_add_test(t, a_childs_opening_has_the_hosts_of_its_parent);
	tcase_add_loop_test(t, a_header_is_there_or_cut_off_or_missing, 0,
			    ROWS(header_rows));
	tcase_add_test(t, a_claim_to_drop_names_its_reason);
	return t;
}
