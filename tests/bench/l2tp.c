/* SPDX-License-Identifier: BSD-2-Clause */
/* L2TP data of many hosts with one tunnel each, both ways, one by one and in
 * bursts: distinguished by ports, and by Tunnel ID behind port 1701. */
#include "bench.h"

#include <vpnalg/protocols.h>

#include <stdio.h>
#include <string.h>

#include "load.h"
#include "report.h"

#define REMOTES 64
#define PORT 1701
#define IP_LEN 20
#define UDP_LEN 8
#define DATA_LEN 12
#define FRAME_LEN (IP_LEN + UDP_LEN + DATA_LEN)

/* The greatest message is the SCCRQ. */
#define MESSAGE_MAX 28
#define PACKET_MAX (IP_LEN + UDP_LEN + MESSAGE_MAX)

/* A millisecond goes by with so many packets out. */
#define PACKETS_PER_MS 1024

/* So many packets in a random order come again and again. */
#define MANY (1U << 20)
#define FEW (1U << 14)

/* A tunnel, and its packets of data as they arrive. */
struct tunnel {
	uint8_t frames[2][FRAME_LEN]; /* out, in */
	uint8_t expected[2][FRAME_LEN];
};

struct bench {
	struct vpnalg *translator;
	struct vpnalg_store store;
	void *memory, *table_memory;
	struct tunnel *tunnels;
	uint32_t *order;
	uint32_t count, length, next, packets;
	vpnalg_time now;
	uint64_t sent;
	struct dice dice;
	uint8_t bytes[LOAD_BURST][FRAME_LEN];
	struct vpnalg_packet burst[LOAD_BURST];
};

static uint32_t roll(void *context)
{
	struct bench *bench = context;

	return dice_roll(&bench->dice);
}

/* UDP without a checksum, as Linux sends L2TP. */
static uint32_t make_packet(uint8_t *p, const uint8_t *from, unsigned from_port,
			    const uint8_t *to, unsigned to_port,
			    const void *data, uint32_t length)
{
	uint32_t sum = 0, i;

	memset(p, 0, IP_LEN + UDP_LEN);
	p[0] = 0x45;
	bench_put16(p + 2, IP_LEN + UDP_LEN + length);
	p[8] = 64;
	p[9] = 17;
	memcpy(p + 12, from, 4);
	memcpy(p + 16, to, 4);
	for (i = 0; i < IP_LEN; i += 2)
		sum += bench_get16(p + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	bench_put16(p + 10, ~sum & 0xffff);
	bench_put16(p + IP_LEN, from_port);
	bench_put16(p + IP_LEN + 2, to_port);
	bench_put16(p + IP_LEN + 4, UDP_LEN + length);
	memcpy(p + IP_LEN + UDP_LEN, data, length);
	return IP_LEN + UDP_LEN + length;
}

static void make_data(uint8_t *frame, const uint8_t *from, unsigned from_port,
		      const uint8_t *to, unsigned to_port, unsigned id)
{
	uint8_t data[DATA_LEN] = { 0, 2, 0, 0, 0, 1, 0xff, 3, 0, 0x21 };

	bench_put16(data + 2, id);
	make_packet(frame, from, from_port, to, to_port, data, DATA_LEN);
}

static void send_out(struct bench *bench, uint8_t *bytes, uint32_t length)
{
	struct vpnalg_packet packet = { .data = bytes, .caplen = length,
					.len = length,
					.direction = VPNALG_OUT };

	vpnalg_process(bench->translator, &packet, 1, bench->now);
	if (packet.result != VPNALG_TRANSLATED)
		basics_fault("L2TP: %s", vpnalg_result_text(packet.result));
}

/* SCCRQ and SCCCN; the remote's view is read from the first. */
static unsigned open_shared(struct bench *bench, const uint8_t *inside,
			    const uint8_t *remote, unsigned peer)
{
	static const uint8_t ask[28] = {
		0xc8, 2, 0, 28, [12] = 0x80, 8, [19] = 1,
		[20] = 0x80, 8, [25] = 9, 0, 7
	};
	uint8_t confirm[20] = { 0xc8, 2, 0, 20, [9] = 1, [12] = 0x80, 8,
				[19] = 3 };
	uint8_t p[PACKET_MAX];
	unsigned id;

	send_out(bench, p, make_packet(p, inside, PORT, remote, PORT, ask,
				       sizeof(ask)));
	id = bench_get16(p + IP_LEN + UDP_LEN + 26);
	bench_put16(confirm + 4, peer);
	send_out(bench, p, make_packet(p, inside, PORT, remote, PORT, confirm,
				       sizeof(confirm)));
	return id;
}

static void open_tunnel(struct bench *bench, uint32_t i, bool shared)
{
	static const uint8_t outside[] = { 203, 0, 113, 1 };
	struct tunnel *t = &bench->tunnels[i];
	uint8_t inside[4] = { 10 }, remote[4] = { 198, 18, 0, 0 };
	unsigned peer = i / REMOTES + 1, own = 7, id = 7, port;

	inside[1] = (uint8_t)(i >> 16);
	bench_put16(inside + 2, i & 0xffff);
	remote[3] = (uint8_t)(i % REMOTES + 1);
	if (shared)
		id = open_shared(bench, inside, remote, peer);
	make_data(t->frames[0], inside, PORT, remote, PORT, peer);
	memcpy(t->expected[0], t->frames[0], FRAME_LEN);
	send_out(bench, t->expected[0], FRAME_LEN);
	port = bench_get16(t->expected[0] + IP_LEN);
	make_data(t->frames[1], remote, PORT, outside, port, id);
	make_data(t->expected[1], remote, PORT, inside, PORT, own);
}

static const struct vpnalg_l2tp_settings l2tp_port_1701 = {
	.size = sizeof(l2tp_port_1701),
	.port_1701 = true,
};

static void open_bench(struct bench *bench, uint32_t count, bool shared,
		       const struct settings *settings)
{
	static const struct vpnalg_protocol protocols[2][5] = {
		{ { vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		  { vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		  { vpnalg_general, NULL } },
		{ { vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },
		  { vpnalg_l2tp, &l2tp_port_1701 }, { vpnalg_gre, NULL },
		  { vpnalg_general, NULL } },
	};
	static const struct vpnalg_addr outside = { VPNALG_IPV4,
						    { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols[shared],
					.protocol_count = 5,
					.addresses = &outside,
					.address_count = 1,
					.store = &bench->store,
					.context = bench,
					.random = roll };
	uint32_t units = (shared ? 5 : 3) * count / 4 * 5 + 512, i;
	size_t size = vpnalg_table_size(units);

	memset(bench, 0, sizeof(*bench));
	bench->dice.state = 1;
	bench->now = 1000000;
	bench->count = count;
	bench->length = count > FEW ? MANY : FEW;
	bench->packets = settings->count != 0 ? settings->count
			 : settings->quick    ? 1U << 12
					      : 1U << 19;
	bench->table_memory = basics_memory(size);
	vpnalg_table_init(bench->table_memory, size, VPNALG_KEY_IPV4,
			  &bench->store);
	size = vpnalg_size(&config);
	bench->memory = basics_memory(size);
	if (vpnalg_init(&bench->translator, bench->memory, size, &config) != 0)
		basics_fault("L2TP: no translator");
	bench->tunnels = basics_memory(count * sizeof(struct tunnel));
	bench->order = basics_memory(bench->length * sizeof(uint32_t));
	for (i = 0; i < count; i++)
		open_tunnel(bench, i, shared);
	for (i = 0; i < bench->length; i++)
		bench->order[i] = settings->round_robin
					  ? i % count
					  : dice_below(&bench->dice, count);
}

static void close_bench(struct bench *bench)
{
	basics_free(bench->order);
	basics_free(bench->tunnels);
	basics_free(bench->memory);
	basics_free(bench->table_memory);
}

static BENCH_NOINLINE void make_ready(struct bench *bench, unsigned way)
{
	const uint32_t *order = &bench->order[bench->next];
	uint32_t i;

	for (i = 0; i < LOAD_BURST; i++) {
		memcpy(bench->bytes[i], bench->tunnels[order[i]].frames[way],
		       FRAME_LEN);
		bench->burst[i] = (struct vpnalg_packet){
			.data = bench->bytes[i], .caplen = FRAME_LEN,
			.len = FRAME_LEN, .direction = (uint8_t)way
		};
	}
	bench->next = (bench->next + LOAD_BURST) & (bench->length - 1);
}

static void check(const struct bench *bench, unsigned way)
{
	uint32_t last = (bench->next - LOAD_BURST) & (bench->length - 1), i;

	for (i = 0; i < LOAD_BURST; i++)
		if (memcmp(bench->bytes[i],
			   bench->tunnels[bench->order[last + i]].expected[way],
			   FRAME_LEN) != 0)
			basics_fault("L2TP %s: the packet is not what it must "
				     "be", way ? "in" : "out");
}

/* The one place from which measured packets go into the library. */
static BENCH_NOINLINE void l2tp_process(struct bench *bench,
					struct vpnalg_packet *packets,
					uint32_t count)
{
	vpnalg_process(bench->translator, packets, count, bench->now);
}

/* Nanoseconds per packet in calls of so many, or of making them ready. */
static double time_packets(struct bench *bench, unsigned way, uint32_t at_once)
{
	double begin = basics_cpu_time();
	uint32_t done, i;

	for (done = 0; done < bench->packets; done += LOAD_BURST) {
		make_ready(bench, way);
		for (i = 0; at_once != 0 && i < LOAD_BURST; i += at_once)
			l2tp_process(bench, &bench->burst[i], at_once);
		bench->sent += LOAD_BURST;
		if (way == VPNALG_OUT && bench->sent % PACKETS_PER_MS == 0)
			bench->now++;
	}
	return (basics_cpu_time() - begin) / bench->packets;
}

static const struct measure {
	const char *name;
	unsigned way;
	uint32_t at_once;
} measures[] = {
	{ "out, one by one", VPNALG_OUT, 1 },
	{ "out, bursts of 32", VPNALG_OUT, LOAD_BURST },
	{ "in, one by one", VPNALG_IN, 1 },
	{ "in, bursts of 32", VPNALG_IN, LOAD_BURST },
};

#define MEASURES (sizeof(measures) / sizeof(measures[0]))

static void measure(struct bench *bench, const char *what,
		    const struct measure *m, unsigned rounds)
{
	static double ns[ROUNDS_MAX];
	char name[64];
	struct line line = { .name = name, .unit = "ns/packet" };
	unsigned round;

	for (round = 0; round < rounds; round++) {
		ns[round] = time_packets(bench, m->way, m->at_once);
		check(bench, m->way);
		ns[round] -= time_packets(bench, m->way, 0);
	}
	snprintf(name, sizeof(name), "L2TP by %s, %u, %s", what,
		 (unsigned)bench->count, m->name);
	line.value = spread_of(ns, rounds);
	report_line(&line);
}

void bench_l2tp_count(const struct settings *settings, bool by_id, bool inward)
{
	static struct bench bench;
	unsigned way = inward ? VPNALG_IN : VPNALG_OUT;
	uint32_t burst =
		settings->burst < LOAD_BURST ? settings->burst : LOAD_BURST;

	open_bench(&bench, settings->calls, by_id, settings);
	time_packets(&bench, way, burst);
	check(&bench, way);
	close_bench(&bench);
}

void bench_l2tp(const struct settings *settings)
{
	static const uint32_t counts[] = { 1, 1000, 100000, 1000000 };
	static const uint32_t quick[] = { 1, 100, 1000, 10000 };
	static struct bench bench;
	unsigned i, shared, m;

	for (shared = 0; shared < 2; shared++)
		for (i = 0; i < 4; i++) {
			open_bench(&bench,
				   settings->quick ? quick[i] : counts[i],
				   shared, settings);
			for (m = 0; m < MEASURES; m++)
				measure(&bench, shared ? "Tunnel ID" : "port",
					&measures[m], settings->rounds);
			close_bench(&bench);
		}
}
