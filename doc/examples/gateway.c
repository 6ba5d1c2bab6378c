/* SPDX-License-Identifier: BSD-2-Clause */
/* A router's forwarding path with a translator in it. Where a real one would
 * send, this one counts. */
#include "packets.h"

/* [gateway] */
struct gateway {
	struct vpnalg *translator;
	struct vpnalg_table *table;
	struct vpnalg_store store; /* the translator keeps its address */
	void *memory[2];
	FILE *random;
	vpnalg_time due; /* when to call vpnalg_expire() again */
	unsigned sent, passed, dropped, resets;
};
/* [gateway] */

/* [open] */
static const struct vpnalg_handler *const handlers[] = { &vpnalg_pptp };

static bool open_store(struct gateway *g, uint32_t units)
{
	size_t size = vpnalg_table_size(units);

	g->memory[0] = malloc(size);
	if (g->memory[0] == NULL)
		return false;
	g->table = vpnalg_table_init(g->memory[0], size, VPNALG_KEY_IPV4,
				     &g->store);
	return g->table != NULL;
}

static bool open_translator(struct gateway *g)
{
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.handlers = handlers,
		.handler_count = sizeof(handlers) / sizeof(handlers[0]),
		.addresses = &address,
		.address_count = 1,
		.store = &g->store,
		.random = next_random,
		.context = g->random,
		.timers = { .call_idle = 3600000 }, /* an hour */
	};
	size_t size;

	memcpy(address.octets, outside_address, 4);
	size = vpnalg_size(&config);
	g->memory[1] = size != 0 ? malloc(size) : NULL;
	return g->memory[1] != NULL &&
	       vpnalg_init(&g->translator, g->memory[1], size, &config) == 0;
}
/* [open] */

/* [receive] */
struct interface {
	bool outside;  /* towards the remotes */
	bool offload;  /* L4 checksums are only begun, hardware ends them */
	uint16_t zone; /* its own, where inside networks overlap */
};

static void receive(struct vpnalg_packet *packet, uint8_t *ip, uint32_t caplen,
		    uint32_t len, const struct interface *from)
{
	*packet = (struct vpnalg_packet){
		.data = ip,
		.caplen = caplen,
		.len = len,
		.direction = from->outside ? VPNALG_IN : VPNALG_OUT,
		.checksum = from->offload ? VPNALG_CHECKSUM_PARTIAL
					  : VPNALG_CHECKSUM_COMPLETE,
		.zone = from->zone,
	};
}
/* [receive] */

/* [reset] */
/* RFC 9293 3.5.2: the answer to a segment of no connection. The library has
 * proved that the TCP header is in memory. */
static bool make_reset(const struct vpnalg_packet *packet, uint8_t reset[40])
{
	const uint8_t *ip = packet->data;
	const uint8_t *segment = ip + (ip[0] & 15) * 4;
	uint8_t flags = segment[13];
	uint32_t ends = vpnalg_get32(segment + 4) + vpnalg_get16(ip + 2) -
			(ip[0] & 15) * 4U - (segment[12] >> 4) * 4U +
			!!(flags & TCP_SYN) + !!(flags & TCP_FIN);

	if (flags & TCP_RST)
		return false;
	tcp(reset, ip + DESTINATION, vpnalg_get16(segment + 2), ip + SOURCE,
	    vpnalg_get16(segment), flags & TCP_ACK ? TCP_RST
						   : TCP_RST | TCP_ACK);
	memset(reset + L4 + 4, 0, 8);
	if (flags & TCP_ACK) {
		memcpy(reset + L4 + 4, segment + 8, 4);
	} else {
		vpnalg_put16(reset + L4 + 8, ends >> 16);
		vpnalg_put16(reset + L4 + 10, ends & 0xffff);
	}
	finish(reset, TCP, 20);
	return true;
}
/* [reset] */

/* [act] */
static void act(struct gateway *g, const struct vpnalg_packet *packet)
{
	uint8_t reset[40];

	switch (packet->result) {
	case VPNALG_TRANSLATED:
		g->sent++; /* packet->len bytes, by the new addresses */
		break;
	case VPNALG_UNTOUCHED:
		g->passed++; /* to the router's own stack or NAT */
		break;
	case VPNALG_DROP_NO_CONNECTION:
		if (make_reset(packet, reset))
			g->resets++; /* back to the inside host */
		g->dropped++;
		break;
	default:
		g->dropped++; /* without any answer */
		break;
	}
}
/* [act] */

/* [expire] */
static void sweep(struct gateway *g, vpnalg_time now)
{
	if (now < g->due)
		return;
	g->due = vpnalg_expire(g->translator, now, 64);
	/* Later sessions may end before the earliest one of this round. */
	if (g->due > now + 60000)
		g->due = now + 60000;
}
/* [expire] */

/* [forward] */
static void forward(struct gateway *g, struct vpnalg_packet *packets,
		    size_t count, vpnalg_time now)
{
	size_t i;

	vpnalg_process(g->translator, packets, count, now);
	for (i = 0; i < count; i++)
		act(g, &packets[i]);
	sweep(g, now);
}
/* [forward] */

/* [counters] */
static void report(const struct gateway *g)
{
	struct vpnalg_counters counters;
	struct vpnalg_kind_counters kind;
	struct vpnalg_table_use use;
	unsigned i;

	vpnalg_counters(g->translator, &counters, sizeof(counters));
	for (i = 0; i < VPNALG_RESULTS; i++)
		if (counters.results[i] > 0)
			printf("%8llu %s\n",
			       (unsigned long long)counters.results[i],
			       vpnalg_result_text(i));
	for (i = 0; vpnalg_kind_counters(g->translator, i, &kind, sizeof(kind)); i++)
		printf("%8llu %ss open\n",
		       (unsigned long long)(kind.opened - kind.closed),
		       kind.name);
	vpnalg_table_use(g->table, &use);
	printf("%8u of %u units in use\n", use.units_used, use.units);
}
/* [counters] */

/* [undo] */
static void undo_gives_the_packet_back(struct gateway *g)
{
	uint8_t bytes[40], before[40];
	struct vpnalg_packet packet =
		tcp(bytes, inside_host, 40000, remote_host, 1723, TCP_SYN);

	memcpy(before, bytes, sizeof(before));
	packet.direction = VPNALG_OUT;
	vpnalg_process(g->translator, &packet, 1, 0);
	CHECK(packet.result == VPNALG_TRANSLATED);
	CHECK(memcmp(bytes + SOURCE, outside_address, 4) == 0);

	packet.direction = VPNALG_OUT_UNDO;
	vpnalg_process(g->translator, &packet, 1, 0);
	CHECK(packet.result == VPNALG_TRANSLATED);
	CHECK(memcmp(bytes, before, sizeof(before)) == 0);
}
/* [undo] */

/* A PPTP control connection opens; around it is what is not to be translated:
 * a web server's SYN, a segment of no connection, GRE of no call. */
static void forward_a_burst(struct gateway *g)
{
	const struct interface lan = { .zone = 7 }, wan = { .outside = true };
	uint8_t bytes[5][40];
	struct vpnalg_packet packets[5];
	unsigned i;

	tcp(bytes[0], inside_host, 50000, remote_host, 1723, TCP_SYN);
	tcp(bytes[1], remote_host, 1723, outside_address, 50000,
	    TCP_SYN | TCP_ACK);
	bytes[1][L4 + 11] = 2; /* acknowledges the SYN */
	finish(bytes[1], TCP, 20);
	tcp(bytes[2], inside_host, 50001, remote_host, 443, TCP_SYN);
	tcp(bytes[3], inside_host, 50002, remote_host, 1723, TCP_ACK);
	tcp(bytes[4], remote_host, 0x3001, outside_address, 0x880b, 0);
	finish(bytes[4], 47, 20); /* enhanced GRE (RFC 2637 4.1) */
	for (i = 0; i < 5; i++)
		receive(&packets[i], bytes[i], 40, 40,
			i == 1 || i == 4 ? &wan : &lan);

	forward(g, packets, 5, 1000);
	CHECK(packets[1].zone == lan.zone && is_sound(bytes[1]));
	CHECK(memcmp(bytes[1] + DESTINATION, inside_host, 4) == 0);
	CHECK(packets[3].result == VPNALG_DROP_NO_CONNECTION);
	CHECK(packets[4].result == VPNALG_DROP_GUARDED);
	CHECK(g->sent == 2 && g->passed == 1 && g->dropped == 2);
	CHECK(g->resets == 1);
}

static void a_reset_answers_the_segment(void)
{
	uint8_t bytes[40], reset[40];
	struct vpnalg_packet packet = tcp(bytes, inside_host, 50002,
					  remote_host, 1723, TCP_FIN);

	CHECK(make_reset(&packet, reset) && is_sound(reset));
	CHECK(reset[L4 + 13] == (TCP_RST | TCP_ACK) && reset[L4 + 11] == 2);
	CHECK(memcmp(reset + SOURCE, remote_host, 4) == 0);
	CHECK(vpnalg_get16(reset + L4 + 2) == 50002);
	packet.data = reset;
	CHECK(!make_reset(&packet, bytes));
}

int main(void)
{
	struct gateway g = { .random = fopen("/dev/urandom", "rb") };
	struct vpnalg_table_use use;

	CHECK(open_store(&g, 6000) && open_translator(&g));
	a_reset_answers_the_segment();
	undo_gives_the_packet_back(&g);
	forward_a_burst(&g);
	report(&g);

	/* By then all sessions have ended. */
	while (vpnalg_expire(g.translator, 600000, 64) == 600000)
		continue;
	vpnalg_table_use(g.table, &use);
	CHECK(use.records == 0);
	free(g.memory[1]);
	free(g.memory[0]);
	fclose(g.random);
	return 0;
}
