/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of --state. */
#ifndef COMMON_NAT_STATE_OPTIONS_H
#define COMMON_NAT_STATE_OPTIONS_H

#define NAT_STATE_ROWS(nat)                            \
	{ "--state", options_name, &(nat)->state, 0, 0, 0 }, \
	{ "--state-every", NULL, &(nat)->state_every, 1, 86400, \
	  OPTION_LIVE }

#define NAT_STATE_HELP                                               \
	"  --state FILE        sessions outlive this program: they are\n" \
	"                      loaded from FILE when it starts, and saved\n" \
	"                      there when it ends\n"            \
	"  --state-every SEC   and every SEC seconds; default 15\n"

#define NAT_STATE_EVERY 15

#endif
