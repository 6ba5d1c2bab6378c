/* SPDX-License-Identifier: BSD-2-Clause */
/* Shares an outside address with the router's own NAT: no TCP port is given
 * away twice. */
#include "packets.h"

/* [ports] */
/* What the router's own NAT knows of its outside address. */
struct host_nat {
	/* By TCP port: how many use it. A count, for what is given back may
	 * be a port that was chosen twice. */
	uint16_t users[65536];
	FILE *random;
};

/* What it has decided already of a packet, if anything. */
struct mapping {
	uint16_t outside_port;
};
/* [ports] */

/* [choose] */
static enum vpnalg_choice choose(void *context, struct vpnalg_binding *binding)
{
	struct host_nat *nat = context;
	const struct mapping *mapping = binding->user; /* the packet's */

	if (binding->protocol != TCP)
		return VPNALG_CHOICE_TAKE; /* Call IDs are ours alone */
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

	if (binding->protocol == TCP)
		nat->users[binding->outside_id]--;
}
/* [choose] */

static uint32_t random_of(void *context)
{
	struct host_nat *nat = context;

	return next_random(nat->random);
}

static const struct vpnalg_handler *const handlers[] = { &vpnalg_pptp };

static struct vpnalg *open_translator(struct host_nat *nat)
{
	static uint64_t sessions[4096], memory[2048];
	static struct vpnalg_store store;
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers,
		.handler_count = 1,
		.addresses = &address,
		.address_count = 1,
		.store = &store,
		.context = nat,
		.random = random_of,
		.choose = choose,
		.release = release,
	};
	struct vpnalg *translator;

	memcpy(address.octets, outside_address, 4);
	CHECK(vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
				&store));
	CHECK(vpnalg_init(&translator, memory, sizeof(memory), &config) == 0);
	return translator;
}

/* A host at a port opens a control connection; returns the outside port. */
static uint16_t connect_from(struct vpnalg *translator, uint16_t port,
			     struct mapping *mapping)
{
	uint8_t bytes[40];
	struct vpnalg_packet packet =
		tcp(bytes, inside_host, port, remote_host, 1723, TCP_SYN);

	packet.direction = VPNALG_OUT;
	packet.user = mapping;
	vpnalg_process(translator, &packet, 1, 0);
	CHECK(packet.result == VPNALG_TRANSLATED);
	return vpnalg_get16(bytes + L4);
}

int main(void)
{
	static struct host_nat nat;
	struct mapping mapping = { .outside_port = 7000 };
	struct vpnalg *translator;
	uint16_t given;

	nat.random = fopen("/dev/urandom", "rb");
	nat.users[50000] = 1; /* by a session of the router's own NAT */
	translator = open_translator(&nat);

	CHECK(connect_from(translator, 40000, NULL) == 40000);
	given = connect_from(translator, 50000, NULL);
	CHECK(given != 50000 && nat.users[given] == 1);
	CHECK(connect_from(translator, 50002, &mapping) == 7000);

	while (vpnalg_expire(translator, 600000, 64) == 600000)
		continue;
	CHECK(nat.users[40000] + nat.users[given] + nat.users[7000] == 0);
	CHECK(nat.users[50000] == 1);
	fclose(nat.random);
	return 0;
}
