/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An outside address that the router's own NAT uses, too: the callbacks choose
 * and release see to it that no port is given away twice.
 *
 *     cc share.c -o share $(pkg-config --cflags --libs libvpnalg)
 *     ./share
 *
 * opens three L2TP flows. The router's NAT has the port of the second, and has
 * made up its mind already about the third.
 */
#include <stdio.h>
#include <stdlib.h>

#include <vpnalg/l2tp.h>
#include <vpnalg/handler.h> /* for vpnalg_get16() and vpnalg_put16() */

enum { UDP = 17 };

/* [ports] */
/* The use of the outside address by the router's own NAT. */
struct host_nat {
	/* The number of users of each UDP port: a port may be chosen twice, and
	 * is given back twice then. */
	uint16_t users[65536];
	FILE *random;
};

/* The mapping that it has chosen for a packet already, if any. */
struct mapping {
	uint16_t outside_port;
};
/* [ports] */

/* [choose] */
static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct host_nat *nat = context;
	const struct mapping *mapping = binding->user; /* the packet's */

	if (binding->protocol != UDP)
		return VPNALG_CHOICE_TAKE; /* other IDs are ours alone */
	if (mapping != NULL) {
		binding->outside_id = mapping->outside_port;
		nat->users[mapping->outside_port]++;
		return VPNALG_CHOICE_CHOSEN;
	}
	if (nat->users[binding->outside_id] > 0)
		return VPNALG_CHOICE_NEXT;
	nat->users[binding->outside_id]++;
	return VPNALG_CHOICE_TAKE;
}

static void release(void *context, const struct vpnalg_binding *binding)
{
	struct host_nat *nat = context;

	if (binding->protocol == UDP)
		nat->users[binding->outside_id]--;
}
/* [choose] */

static uint32_t next_random(void *context)
{
	struct host_nat *nat = context;
	uint32_t bits;

	if (!nat->random || fread(&bits, sizeof(bits), 1, nat->random) != 1)
		abort();
	return bits;
}

static struct vpnalg *open_translator(struct host_nat *nat)
{
	static const struct vpnalg_protocol protocol = { vpnalg_l2tp, NULL };
	static uint64_t sessions[4096], memory[2048];
	static struct vpnalg_store store;
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
		.protocols = &protocol, .protocol_count = 1, .store = &store,
		.addresses = &outside, .address_count = 1,
		.context = nat, .random = next_random,
		.choose = choose, .release = release };
	struct vpnalg *translator;

	if (!vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
			       &store) ||
	    vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		abort();
	return translator;
}

/* A host sends from a port to UDP port 1701, without a checksum (RFC 768).
 * Returns the outside port, or 0 if the packet is dropped. */
static uint16_t send_from(struct vpnalg *translator, uint16_t port,
			  struct mapping *mapping)
{
	uint8_t bytes[28] = { 69, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0x31, 0x13,
			      192, 168, 77, 11, 203, 0, 113, 10,
			      0, 0, 1701 >> 8, 1701 & 255, 0, 8, 0, 0 };
	struct vpnalg_packet packet = { .data = bytes, .caplen = 28, .len = 28,
					.direction = VPNALG_OUT,
					.user = mapping };

	vpnalg_put16(bytes + 20, port);
	vpnalg_process(translator, &packet, 1, 0);
	return packet.result == VPNALG_TRANSLATED ? vpnalg_get16(bytes + 20)
						  : 0;
}

int main(void)
{
	static struct host_nat nat;
	struct mapping mapping = { .outside_port = 7000 };
	struct vpnalg *translator;
	unsigned left = 0;
	uint16_t port;

	nat.random = fopen("/dev/urandom", "rb");
	nat.users[50000] = 1; /* by a session of the router's own NAT */
	translator = open_translator(&nat);

	printf("from port 40000: port %d outside\n",
	       send_from(translator, 40000, NULL));
	port = send_from(translator, 50000, NULL);
	printf("from port 50000: %s\n",
	       port != 0 && port != 50000 && nat.users[port] == 1
		       ? "another port outside"
		       : "a port that the router's NAT has");
	printf("from port 50002: port %d outside\n",
	       send_from(translator, 50002, &mapping));

	while (vpnalg_expire(translator, 600000, 64) == 600000)
		continue;
	for (unsigned i = 0; i < 65536; i++)
		left += nat.users[i];
	printf("ten minutes later: %u port in use\n", left);
	fclose(nat.random);
	return 0;
}
