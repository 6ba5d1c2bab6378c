/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP's records. */
#include "support_records.h"

struct vpnalg_record *host_of(struct world *w, uint32_t client)
{
	uint8_t local[4], remote[4];
	struct vpnalg_tuple tuple = { .role = VPNALG_INSIDE_OWN,
				      .space = ESP,
				      .zone = ZONE,
				      .local = local,
				      .remote = remote };
	struct vpnalg_record *host;

	put32(local, client);
	put32(remote, SERVER);
	host = vpnalg_session_peek(w->alg, &tuple);
	ck_assert_ptr_nonnull(host);
	return host;
}

struct ipsec_host *host_body(struct world *w, uint32_t client)
{
	return ipsec_host_body(w->alg, host_of(w, client));
}

struct ipsec_in *inbound_of(struct world *w, uint32_t client, unsigned index)
{
	struct vpnalg_record *sa = vpnalg_ipsec_host_inbound(
		w->alg, host_of(w, client), index);

	ck_assert_ptr_nonnull(sa);
	return vpnalg_session_body(w->alg, sa);
}

struct ipsec_out *outbound_of(struct world *w, uint32_t client)
{
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_outbound(w->alg, host_of(w, client));

	ck_assert_ptr_nonnull(sa);
	return vpnalg_session_body(w->alg, sa);
}

void touched(struct world *w, uint32_t client)
{
	struct vpnalg_record *host = host_of(w, client), *sa;
	unsigned i;

	vpnalg_session_changed(w->alg, host);
	for (i = 0; i < IPSEC_YOUNGEST; i++) {
		sa = vpnalg_ipsec_host_inbound(w->alg, host, i);
		if (sa != NULL)
			vpnalg_session_changed(w->alg, sa);
	}
	sa = vpnalg_ipsec_host_outbound(w->alg, host);
	if (sa != NULL)
		vpnalg_session_changed(w->alg, sa);
	vpnalg_ipsec_candidate_update(w->alg, host);
}

struct ipsec_blocks blocks_of(struct world *w, uint32_t client)
{
	struct ipsec_blocks blocks;

	vpnalg_ipsec_blocks_load(
		w->alg, vpnalg_ipsec_remote_of(w->alg, host_of(w, client)),
		&blocks);
	return blocks;
}

const struct ipsec_unclaimed *unclaimed_of(struct world *w, uint32_t client,
					   uint32_t spi)
{
	struct ipsec_blocks blocks = blocks_of(w, client);
	unsigned i;

	for (i = 0; i < blocks.unclaimed; i++)
		if (ipsec_blocks_unclaimed(&blocks, i)->spi == spi)
			return ipsec_blocks_unclaimed(&blocks, i);
	return NULL;
}

struct ipsec_candidate *candidate_of(struct world *w, uint32_t client)
{
	struct vpnalg_record *block;

	return vpnalg_ipsec_candidate_of(w->alg, host_of(w, client), &block);
}

uint32_t ago(const struct world *w, uint32_t ms)
{
	return (uint32_t)w->now - ms;
}
