/* SPDX-License-Identifier: BSD-2-Clause */
#include "own_id.h"

#include <vpnalg/protocols.h>

#include "support_ipsec.h"

void own_id_world_with(struct world *w, struct world_options options)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};

	if (options.protocols == NULL) {
		options.protocols = protocols;
		options.protocol_count = 5;
	}
	options.own = true;
	options.leaves = true;
	options.choosing = CHOOSE_TAKE;
	world_begin(w, &options);
}

void own_id_world(struct world *w)
{
	own_id_world_with(w, (struct world_options){ .units = 0 });
}

struct vpnalg_addr address_of(uint32_t host)
{
	struct vpnalg_addr a = { .family = host != 0 ? VPNALG_IPV4 : 0 };

	put32(a.octets, host);
	return a;
}

struct vpnalg_own_id own_id_of(unsigned kind, uint8_t protocol, uint64_t id)
{
	return (struct vpnalg_own_id){ .size = sizeof(struct vpnalg_own_id),
				       .kind = (uint8_t)kind,
				       .protocol = protocol,
				       .outside = address_of(OUTSIDE),
				       .remote = address_of(SERVER),
				       .id = id };
}

int own_id_add(struct world *w, const struct vpnalg_own_id *own)
{
	int result = vpnalg_own_id_add(w->alg, own, w->now);

	world_between_calls(w);
	return result;
}

int own_id_drop(struct world *w, const struct vpnalg_own_id *own)
{
	int result = vpnalg_own_id_remove(w->alg, own, w->now);

	world_between_calls(w);
	return result;
}

struct bytes own_id_udp(uint64_t id)
{
	return udp_packet(SERVER, 5060, OUTSIDE, (uint16_t)id, "datagram", 8);
}

struct bytes own_id_ike(uint64_t id)
{
	struct ike k = ike_of(OUTSIDE, SERVER, 1);

	k.outside = OUTSIDE;
	k.outside_port = IKE;
	k.spi[0][0] = (uint32_t)(id >> 32);
	k.spi[0][1] = (uint32_t)id;
	return ike_from_server(&k, IKE_SA_INIT, RESPONSE, 0);
}

struct bytes own_id_keyed(uint64_t id)
{
	uint8_t gre[12] = { 0x20, 0, 8, 0 };

	put32(gre + 4, (uint32_t)id);
	return ip_packet(SERVER, OUTSIDE, GRE, gre, sizeof(gre));
}
