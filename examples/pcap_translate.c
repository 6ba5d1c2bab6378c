/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translates a capture file into what was seen beyond the NAT, and reports what
 * became of the packets.
 *
 *     cc pcap_translate.c -o pcap_translate \
 *         $(pkg-config --cflags --libs libvpnalg libpcap)
 *     ./pcap_translate in.pcap out.pcap 192.168.77.0/24 203.0.113.1
 *
 * takes the two files, the inside network and an outside address. It knows
 * Ethernet and raw IP. vpnalg-pcap, in pcap/, knows other link types, VLANs and
 * times, explains each packet, and reports what it was.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <pcap/pcap.h>

#include <vpnalg/protocols.h>
#include <vpnalg/handler.h> /* for vpnalg_get32() */

enum { IP_SOURCE = 12, IP_DESTINATION = 16, IP_HEADER = 20, ETHERNET = 14 };

struct job {
	pcap_t *input;
	pcap_dumper_t *output;
	struct vpnalg *translator;
	struct vpnalg_table *table;
	struct vpnalg_store store;      /* the translator keeps its address */
	struct vpnalg_addr outside;
	uint32_t network, mask;         /* of the inside hosts */
	uint32_t link;                  /* bytes before the IP header */
	uint64_t random;
	uint64_t read, copied;
	uint8_t frame[262144];          /* libpcap's own may not be changed */
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "pcap_translate: %s: %s\n", what, why);
	exit(1);
}

/* SplitMix64 (Steele, Lea and Flood, 2014): the same input gives the same
 * output. A router needs unpredictable numbers. */
static uint32_t next_random(void *context)
{
	struct job *job = context;
	uint64_t z = job->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};

static void open_translator(struct job *job)
{
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = &job->outside, .address_count = 1,
		.store = &job->store, .context = job, .random = next_random,
		.burst = 1,
		/* Dropping a packet so that its host waits is of no use here:
		 * what is in a capture has happened. */
		.passive = true,
	};
	size_t room = vpnalg_table_size(700000), size;
	void *sessions = malloc(room), *memory;

	job->table = sessions ? vpnalg_table_init(sessions, room,
						  VPNALG_KEY_IPV4, &job->store)
			      : NULL;
	size = vpnalg_size(&config); /* 0 where a setting is wrong */
	memory = size ? malloc(size) : NULL;
	if (!job->table || !memory ||
	    vpnalg_init(&job->translator, memory, size, &config) != 0)
		fail("translator", "wrong address, or no memory");
}

static void open_files(struct job *job, const char *input, const char *output)
{
	char why[PCAP_ERRBUF_SIZE];

	job->input = pcap_open_offline(input, why);
	if (!job->input)
		fail(input, why);
	if (pcap_datalink(job->input) == DLT_EN10MB)
		job->link = ETHERNET;
	else if (pcap_datalink(job->input) != DLT_RAW)
		fail(input, "neither Ethernet nor raw IP");
	job->output = pcap_dump_open(job->input, output);
	if (!job->output)
		fail(output, pcap_geterr(job->input));
}

/* Reads "192.168.77.0/24". */
static void read_network(struct job *job, char *text)
{
	char *slash = strchr(text, '/');
	int bits = slash ? atoi(slash + 1) : 32;
	uint8_t octets[4];

	if (slash)
		*slash = '\0';
	if (bits < 1 || bits > 32 || inet_pton(AF_INET, text, octets) != 1)
		fail(text, "no IPv4 network");
	job->mask = ~0U << (32 - bits);
	job->network = vpnalg_get32(octets) & job->mask;
}

/* [undo] */
/* Returns whether the packet crosses the NAT, and how. It was captured inside:
 * one that travels in has its inside form already, and is shown in the outside
 * form that it had before. */
static bool find_direction(const struct job *job, const uint8_t *ip,
			   uint8_t *direction)
{
	uint32_t source = vpnalg_get32(ip + IP_SOURCE);
	uint32_t destination = vpnalg_get32(ip + IP_DESTINATION);
	bool from_inside = (source & job->mask) == job->network;
	bool to_inside = (destination & job->mask) == job->network;

	if (from_inside == to_inside) {
		*direction = VPNALG_IN; /* captured outside, perhaps */
		return !from_inside &&
		       destination == vpnalg_get32(job->outside.octets);
	}
	*direction = from_inside ? VPNALG_OUT : VPNALG_IN_UNDO;
	return true;
}
/* [undo] */

/* Returns whether the packet is to be written. */
static bool translate(struct job *job, struct pcap_pkthdr *header)
{
	struct vpnalg_packet packet = { .data = job->frame + job->link };
	const uint8_t *ip = packet.data;
	vpnalg_time now = (vpnalg_time)header->ts.tv_sec * 1000 +
			  (vpnalg_time)header->ts.tv_usec / 1000;

	if (header->caplen < job->link + IP_HEADER || ip[0] >> 4 != 4 ||
	    (job->link && vpnalg_get16(ip - 2) != 0x0800) ||
	    !find_direction(job, ip, &packet.direction)) {
		job->copied++;
		return true;
	}
	packet.caplen = header->caplen - job->link;
	packet.len = header->len - job->link;
	vpnalg_process(job->translator, &packet, 1, now);
	vpnalg_expire(job->translator, now, 4);
	if (packet.flags & VPNALG_PACKET_CUT) {
		header->caplen = packet.caplen + job->link;
		header->len = packet.len + job->link;
	}
	return packet.result < VPNALG_DROP_FIRST;
}

static void run(struct job *job)
{
	struct pcap_pkthdr *header, own;
	const uint8_t *data;
	int next;

	while ((next = pcap_next_ex(job->input, &header, &data)) == 1) {
		own = *header;
		if (own.caplen > sizeof(job->frame) || own.caplen > own.len)
			fail("input", "a packet that is too long");
		memcpy(job->frame, data, own.caplen);
		job->read++;
		if (translate(job, &own))
			pcap_dump((uint8_t *)job->output, &own, job->frame);
	}
	if (next != PCAP_ERROR_BREAK)
		fail("input", pcap_geterr(job->input));
	if (pcap_dump_flush(job->output))
		fail("output", "cannot write");
}

/* [counters] */
static void report(const struct job *job)
{
	struct vpnalg_counters counters;
	struct vpnalg_kind_counters kind;
	struct vpnalg_table_use use;

	printf("%8" PRIu64 " packets read\n%8" PRIu64 " do not cross the NAT\n",
	       job->read, job->copied);
	vpnalg_counters(job->translator, &counters, sizeof(counters));
	for (unsigned i = 0; i < VPNALG_RESULTS; i++)
		if (counters.results[i] > 0)
			printf("%8" PRIu64 " %s\n", counters.results[i],
			       vpnalg_result_text(i));
	for (size_t i = 0; vpnalg_kind_counters(job->translator, i, &kind,
						sizeof(kind)); i++)
		if (kind.opened > 0)
			printf("%8" PRIu64 " opened, %" PRIu64 " closed: %s\n",
			       kind.opened, kind.closed, kind.name);
	vpnalg_table_use(job->table, &use);
	printf("%8" PRIu32 " of %" PRIu32 " units in use\n", use.units_used,
	       use.units);
}
/* [counters] */

int main(int argc, char **argv)
{
	static struct job job = { .random = 1,
				  .outside = { .family = VPNALG_IPV4 } };

	if (argc != 5) {
		fputs("usage: pcap_translate INPUT OUTPUT INSIDE ADDRESS\n",
		      stderr);
		return 2;
	}
	open_files(&job, argv[1], argv[2]);
	read_network(&job, argv[3]);
	if (inet_pton(AF_INET, argv[4], job.outside.octets) != 1)
		fail(argv[4], "no IPv4 address");
	open_translator(&job);
	run(&job);
	report(&job);
	pcap_dump_close(job.output);
	pcap_close(job.input);
	return 0;
}
