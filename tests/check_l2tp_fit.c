/* SPDX-License-Identifier: BSD-2-Clause */
/* A message under a digest passes only as it is. */
#include "cases.h"
#include "l2tp/message.h"

/* One of its IDs would have to change, or that of its header. */
START_TEST(nothing_changes_under_a_digest)
{
	struct l2tp_message m = { .digest = true };
	struct l2tp_id *id = _i < L2TP_IDS ? &m.ids[_i] : &m.header;

	ck_assert(vpnalg_l2tp_message_is_fit(&m));
	id->value = 7;
	ck_assert(!vpnalg_l2tp_message_is_fit(&m));
	id->other = 7;
	ck_assert(vpnalg_l2tp_message_is_fit(&m));
	id->other = 8;
	ck_assert(!vpnalg_l2tp_message_is_fit(&m));
	m.digest = false;
	ck_assert(vpnalg_l2tp_message_is_fit(&m));
}
END_TEST

TCase *l2tp_fit_case(void)
{
	TCase *t = tcase_create("digests");

	tcase_add_loop_test(t, nothing_changes_under_a_digest, 0,
			    L2TP_IDS + 1);
	return t;
}
