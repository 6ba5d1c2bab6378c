/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of evidence for an SPI. */
#ifndef TESTS_IPSEC_EVIDENCE_H
#define TESTS_IPSEC_EVIDENCE_H

#include "cases.h"
#include "ipsec/evidence.h"

/* When the SPI began. */
#define BEGAN 5000000U

static const struct ipsec_unclaimed spi = { .spi = 0xb1,
					    .first = BEGAN,
					    .last = BEGAN,
					    .began = BEGAN,
					    .count = 1,
					    .total = 1,
					    .flags = IPSEC_UNCLAIMED_FRESH |
						     IPSEC_UNCLAIMED_BEGAN };

static inline struct ipsec_likelihood
likelihood_at(uint32_t now, const struct ipsec_candidate *c, bool follows)
{
	struct ipsec_likelihood l = { .surprise = 77 }; /* of another host */

	vpnalg_ipsec_evidence(now, c, &spi, follows, &l);
	return l;
}

static inline void check_likely(struct ipsec_likelihood l,
				enum vpnalg_evidence evidence,
				uint32_t surprise)
{
	ck_assert_int_eq(l.rank, IPSEC_RANK_LIKELY);
	ck_assert_int_eq(l.evidence, evidence);
	ck_assert_uint_eq(l.surprise, surprise);
}

#endif
