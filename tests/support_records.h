/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP's records, for tests that look into them or set when things were. They
 * are looked up anew each time, because a store may move them. */
#ifndef TESTS_SUPPORT_RECORDS_H
#define TESTS_SUPPORT_RECORDS_H

/* The tests have a name of their own for this exchange. */
#define IKE_AUTH WIRE_IKE_AUTH
#include "ipsec/candidate.h"
#include "ipsec/evidence.h"
#include "ipsec/host.h"
#include "ipsec/remote.h"
#undef IKE_AUTH

#include "support_ipsec.h"

/* The client's host record towards SERVER. */
struct vpnalg_record *host_of(struct world *w, uint32_t client);
struct ipsec_host *host_body(struct world *w, uint32_t client);
/* The client's inbound SAs, the last paired first, and its newest outbound
 * one. */
struct ipsec_in *inbound_of(struct world *w, uint32_t client, unsigned index);
struct ipsec_out *outbound_of(struct world *w, uint32_t client);
/* The client's records were changed by the test. */
void touched(struct world *w, uint32_t client);

/* The blocks of SERVER. */
struct ipsec_blocks blocks_of(struct world *w, uint32_t client);
/* NULL if the SPI is not remembered, or the client is no candidate. */
const struct ipsec_unclaimed *unclaimed_of(struct world *w, uint32_t client,
					   uint32_t spi);
struct ipsec_candidate *candidate_of(struct world *w, uint32_t client);

/* The time so long ago, as records have it. */
uint32_t ago(const struct world *w, uint32_t ms);

#endif
