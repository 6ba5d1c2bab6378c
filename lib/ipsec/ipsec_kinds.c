/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipsec_kinds.h"

#include "blocks.h"
#include "host.h"
#include "ike_sa.h"
#include "ike_service.h"
#include "sa.h"
#include "sa_list.h"

#include "../wire/ip.h"

/* The bodies' layouts. */
#define LAYOUT_ANSWERS "4211111."
#define LAYOUT_COMPARISON "44" LAYOUT_ANSWERS LAYOUT_ANSWERS
#define LAYOUT_CANDIDATE "4444444(11 8 1 1 1 1 1 1 1)"
#define LAYOUT_SINCE "44"
#define LAYOUT_SPI \
	"4444444"  \
	"1111" LAYOUT_ANSWERS

#define LAYOUT_IKE \
	"44444444" \
	"11.."
#define LAYOUT_OUT "4(1 1 1)111"
#define LAYOUT_IN "4(11 8 4 4 1 1 1 1)"
#define LAYOUT_HOST    \
	"4444"         \
	"444444444444" \
	"211(11 11 5 2)" LAYOUT_COMPARISON
#define LAYOUT_REMOTE                                                        \
	LAYOUT_SINCE LAYOUT_SINCE LAYOUT_SINCE LAYOUT_SINCE LAYOUT_CANDIDATE \
		LAYOUT_CANDIDATE LAYOUT_CANDIDATE "4211"
#define LAYOUT_CANDIDATES \
	LAYOUT_CANDIDATE LAYOUT_CANDIDATE LAYOUT_CANDIDATE LAYOUT_CANDIDATE
#define LAYOUT_UNCLAIMED LAYOUT_SPI LAYOUT_SPI LAYOUT_SPI
#define LAYOUT_SERVICE "2"
#define LAYOUT_SA_LIST "4444444444444444" LAYOUT_COMPARISON LAYOUT_COMPARISON

const struct vpnalg_kind vpnalg_ipsec_kinds[IPSEC_KINDS] = {
	/* Unclaimed ESP belongs to some host that has IKE with the remote. */
	[IPSEC_KIND_IKE] = { .name = "IKE session",
			     .slots = 2,
			     .body = sizeof(struct ipsec_ike),
			     .layout = LAYOUT_IKE,
			     .guard = ESP_PROTOCOL },
	[IPSEC_KIND_IKE_SA] = { .name = "IKE SA", .slots = 2, .child = true },
	[IPSEC_KIND_OUT] = { .name = "ESP outbound SA",
			     .slots = 2,
			     .body = sizeof(struct ipsec_out),
			     .layout = LAYOUT_OUT,
			     .child = true },
	[IPSEC_KIND_IN] = { .name = "ESP inbound SA",
			    .slots = 2,
			    .body = sizeof(struct ipsec_in),
			    .layout = LAYOUT_IN,
			    .child = true },
	[IPSEC_KIND_HOST] = { .name = "ESP host",
			      .slots = 2,
			      .body = sizeof(struct ipsec_host),
			      .layout = LAYOUT_HOST,
			      .guard = ESP_PROTOCOL },
	[IPSEC_KIND_REMOTE] = { .name = "ESP remote",
				.slots = 2,
				.body = sizeof(struct ipsec_remote),
				.layout = LAYOUT_REMOTE,
				.counts_children = true,
				.of_remote = true },
	[IPSEC_KIND_CANDIDATES] = { .name = "ESP candidates",
				    .slots = 2,
				    .body = IPSEC_CANDIDATES *
					    sizeof(struct ipsec_candidate),
				    .layout = LAYOUT_CANDIDATES,
				    .of_remote = true },
	[IPSEC_KIND_UNCLAIMED] = { .name = "ESP unclaimed SPIs",
				   .slots = 2,
				   .body = IPSEC_UNCLAIMED *
					   sizeof(struct ipsec_unclaimed),
				   .layout = LAYOUT_UNCLAIMED,
				   .of_remote = true },
	[IPSEC_KIND_AH] = { .name = "AH", .slots = 2 },
	[IPSEC_KIND_SERVICE] = { .name = "IPsec service",
				 .slots = 2,
				 .body = sizeof(struct ipsec_service),
				 .layout = LAYOUT_SERVICE,
				 .pooled = true,
				 .inherits_outside = true },
	[IPSEC_KIND_SA_LIST] = { .name = "ESP host's older SAs",
				 .slots = 2,
				 .body = sizeof(struct ipsec_sa_list),
				 .layout = LAYOUT_SA_LIST,
				 .of_remote = true },
};

static bool is_peers(const struct vpnalg_tuple *key)
{
	return key->role >= VPNALG_INSIDE_PEER;
}

/* Returns whether a record of that kind may have a key in ESP's space. */
static bool may_have_esp(unsigned kind, const struct vpnalg_tuple *key)
{
	switch (kind) {
	case IPSEC_KIND_OUT:
		return is_peers(key) && key->port == 0;
	case IPSEC_KIND_IN:
		return !is_peers(key) && key->port == 0 && key->id != 0;
	case IPSEC_KIND_HOST:
		return key->role == VPNALG_INSIDE_OWN
			       ? key->port == 0 && key->id == 0
			       : key->role == VPNALG_OUTSIDE_OWN &&
					 key->port == IPSEC_PORT_HOST;
	case IPSEC_KIND_REMOTE:
		return is_peers(key) && key->port == IPSEC_PORT_REMOTE &&
		       key->id == 0;
	case IPSEC_KIND_CANDIDATES:
		return is_peers(key) && key->port == IPSEC_PORT_REMOTE &&
		       key->id != 0;
	case IPSEC_KIND_UNCLAIMED:
		return is_peers(key) && key->port == IPSEC_PORT_UNCLAIMED;
	case IPSEC_KIND_SA_LIST:
		return is_peers(key) && key->port == IPSEC_PORT_SA_LIST;
	default:
		return false;
	}
}

bool vpnalg_ipsec_may_have_key(unsigned kind, const struct vpnalg_tuple *key)
{
	switch (kind) {
	case IPSEC_KIND_IKE:
		return key->space == PROTOCOL_UDP && !is_peers(key) &&
		       key->remote != NULL;
	case IPSEC_KIND_SERVICE:
		return key->space == PROTOCOL_UDP && !is_peers(key) &&
		       key->remote == NULL;
	case IPSEC_KIND_IKE_SA:
		return key->space == IPSEC_SPACE_IKE_SA && is_peers(key);
	default:
		return key->space == ESP_PROTOCOL && key->remote != NULL &&
		       may_have_esp(kind, key);
	}
}
