/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of a translator's events in logs and figures. */
#ifndef COMMON_NAT_NAMES_H
#define COMMON_NAT_NAMES_H

/* Each returns the name of a value, or NULL where it has none: of enum
 * vpnalg_event_type, of enum vpnalg_close, of enum vpnalg_evidence. */
const char *nat_names_event(unsigned type);
const char *nat_names_why(unsigned why);
const char *nat_names_evidence(unsigned evidence);

#endif
