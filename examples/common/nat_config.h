/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator's configuration, as the options have it. */
#ifndef COMMON_NAT_CONFIG_H
#define COMMON_NAT_CONFIG_H

#include <stdbool.h>

#include <vpnalg/protocols.h>

#include "nat.h"

/* Room for 100,000 PPTP calls that each have a control connection of their
 * own. The system gives only the memory that is used. */
#define NAT_STORE_UNITS 700000

/* Those that there are; the last is general traffic, which may be off. */
enum { NAT_PROTOCOLS = 5 };

/* The settings, which vpnalg_init() copies. */
struct nat_settings {
	struct vpnalg_protocol protocols[NAT_PROTOCOLS];
	struct vpnalg_l2tp_settings l2tp;
	struct vpnalg_general_settings general;
	struct vpnalg_timers timers;
	struct vpnalg_fragments fragments;
	struct vpnalg_policy policy;
};

/* Fills in what the caller of nat_open() has not set; the settings stay until
 * vpnalg_init() has copied them. */
void nat_configure(struct nat_settings *settings, struct vpnalg_config *config,
		   struct nat *nat, const struct nat_options *options);

/* Whether a file that is read again may bring other settings. */
bool nat_may_change_later(const struct nat_options *options);

/* How many of the protocols there are. */
size_t nat_protocol_count(const struct nat_options *options);

#endif
