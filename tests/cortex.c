/* SPDX-License-Identifier: BSD-2-Clause */
/* The least program that embeds the library: house_cortex.sh links it to see
 * how much of the library comes with it. PPTP, IPSEC, ALL: the protocols. */
#include <vpnalg/protocols.h>
#include <vpnalg/store.h>

static const struct vpnalg_protocol protocols[] = {
#if defined(PPTP) || defined(ALL)
	{ .handler = vpnalg_pptp },
#endif
#if defined(IPSEC) || defined(ALL)
	{ .handler = vpnalg_ipsec },
#endif
#if defined(ALL)
	{ .handler = vpnalg_l2tp },
	{ .handler = vpnalg_gre },
	{ .handler = vpnalg_general },
#endif
};

struct vpnalg *translator;

uint32_t draw(void *context);
bool receive(struct vpnalg_packet *packet, vpnalg_time *now);

void embed(void *memory, size_t size, void *table, size_t table_size);

void embed(void *memory, size_t size, void *table, size_t table_size)
{
	struct vpnalg_store store;
	struct vpnalg_addr outside = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = &outside,
		.address_count = 1,
		.store = &store,
		.random = draw,
	};
	struct vpnalg_packet packet;
	vpnalg_time now;

	vpnalg_table_init(table, table_size, VPNALG_KEY_IPV4, &store);
	vpnalg_init(&translator, memory, size, &config);
	while (receive(&packet, &now)) {
		vpnalg_process(translator, &packet, 1, now);
		vpnalg_expire(translator, now, 2);
	}
}
