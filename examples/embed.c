/* SPDX-License-Identifier: BSD-2-Clause */
/* Translates one packet: a host opens a PPTP control connection. */
#include <stdio.h>
#include <stdlib.h>
#include <vpnalg/pptp.h>
#include <vpnalg/store.h>

static uint32_t next_random(void *file)
{
	uint32_t bits;

	if (!file || fread(&bits, sizeof(bits), 1, file) != 1)
		abort();
	return bits;
}

int main(void)
{
	static uint64_t sessions[65536], memory[2048];
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_store store;
	struct vpnalg_config config = { .size = sizeof(config), .store = &store,
		.protocols = &(struct vpnalg_protocol){ vpnalg_pptp, NULL },
		.protocol_count = 1, .addresses = &outside, .address_count = 1,
		.random = next_random, .context = fopen("/dev/urandom", "rb") };
	uint8_t syn[] = { 69, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0x31, 0x12,
		192, 168, 77, 11, 203, 0, 113, 10, /* port 50000 to 1723: */
		0xc3, 0x50, 6, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0,
		0x50, 2, 0xff, 0xff, 0x9c, 0x17, 0, 0 }, *ip = syn + 12;
	struct vpnalg_packet packet = { .data = syn, .caplen = 40, .len = 40 };
	struct vpnalg *nat;

	vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4, &store);
	if (vpnalg_init(&nat, memory, sizeof(memory), &config) != 0)
		return 1;
	printf("before: %d.%d.%d.%d\n", ip[0], ip[1], ip[2], ip[3]);
	vpnalg_process(nat, &packet, 1, 0); /* .direction is VPNALG_OUT */
	printf("after:  %d.%d.%d.%d\n", ip[0], ip[1], ip[2], ip[3]);
	return packet.result == VPNALG_TRANSLATED ? 0 : 1;
}
