/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line of every program here can say of its translator. */
#ifndef NAT_OPTIONS_H
#define NAT_OPTIONS_H

#include "nat.h"
#include "nat_timeouts.h"
#include "options.h"

/* Their rows in a program's table. */
#define NAT_OPTIONS_ROWS(nat)                                        \
	{ "--address", nat_options_address, (nat) },                 \
	{ "--general", options_flag, &(nat)->general },              \
	{ "--l2tp-any-address", options_flag,                        \
	  &(nat)->l2tp_any_address },                                \
	{ "--l2tp-port-1701", options_flag, &(nat)->l2tp_port_1701 }, \
	{ "--timeouts", nat_timeouts_read, &(nat)->timers }

/* read() of an outside address: where is a struct nat_options. */
const char *nat_options_address(void *where, const char *value);

void nat_options_free(struct nat_options *options);

#endif
