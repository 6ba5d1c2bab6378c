/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of causes, each of one subject. */
#ifndef PCAP_WHY_CAUSE_TABLE_H
#define PCAP_WHY_CAUSE_TABLE_H

#include "why_cause.h"

/* Rows in the order in which they are tried. */
struct why_cause_table {
	const struct why_cause *rows;
	size_t count;
};

#define WHY_CAUSE_TABLE(rows) { rows, sizeof(rows) / sizeof((rows)[0]) }

/* Each is in why_cause_SUBJECT.c. */
extern const struct why_cause_table why_causes_nat, why_causes_refused,
	why_causes_size, why_causes_pptp, why_causes_ipsec, why_causes_l2tp,
	why_causes_ppp, why_causes_later;

/* All rows are WHY_REMARK, and no row of the other tables is. */
extern const struct why_cause_table why_causes_remark;

#endif
