/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Searches the tables of causes. The first row with a fitting protocol and
 * symptom is reported, so special causes stand before general ones, in a table
 * and in the order of the tables; one more cause is one more row.
 * vpnalg-pcap(1) has the same keywords, and tests/pcap_why.py holds it to that.
 */
#include "why_cause_table.h"

/* What fits any attempt that no other row fits. */
static const struct why_cause rows[] = {
	{ WHY_FOR_GRE, WHY_BROKEN, why_anything, "gre-one-way",
	  "GRE goes one way only.",
	  "Let firewalls on the way pass IP protocol 47, and see that the "
	  "other end has this tunnel, with the same Key.",
	  NULL },
	{ WHY_FOR_ALL, WHY_BROKEN, why_anything, "unknown",
	  "It stopped there, and nothing in the capture says why.",
	  "Look into the server's log; capture from the beginning, and nearer "
	  "to the server.",
	  NULL },
};

static const struct why_cause_table neither = WHY_CAUSE_TABLE(rows);

static const struct why_cause_table *const tables[] = {
	&why_causes_nat, &why_causes_refused, &why_causes_size,
	&why_causes_pptp, &why_causes_ipsec, &why_causes_l2tp,
	&why_causes_ppp, &why_causes_later, &neither,
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* Returns whether a cause is looked for in this attempt at all. */
static bool is_asked(const struct why_cause *cause,
		     const struct why_attempt *attempt)
{
	return cause->when != WHY_BROKEN || !attempt->works;
}

/* Returns the table's first row that fits, or NULL. */
static const struct why_cause *find(const struct why_cause_table *table,
				    const struct why_attempt *attempt)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct why_cause *cause = &table->rows[i];

		if (is_asked(cause, attempt) &&
		    cause->protocols & WHY_FOR(attempt->protocol) &&
		    cause->symptom(attempt))
			return cause;
	}
	return NULL;
}

const struct why_cause *why_cause(const struct why_attempt *attempt)
{
	const struct why_cause *cause = NULL;

	for (size_t i = 0; i < TABLES && cause == NULL; i++)
		cause = find(tables[i], attempt);
	return cause;
}

const struct why_cause *why_remark(const struct why_attempt *attempt)
{
	return find(&why_causes_remark, attempt);
}
