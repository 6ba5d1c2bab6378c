/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server inside that is reached from outside, and from inside by its outside
 * address: what a router does when PCP (RFC 6887) or UPnP asks for a port.
 *
 *     cc server.c -o server $(pkg-config --cflags --libs libvpnalg)
 *     ./server
 *
 * opens a port for a server on UDP. A client outside sends to it, then one
 * inside, and the server answers that one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/general.h>
#include <vpnalg/handler.h> /* for vpnalg_get16() and vpnalg_put16() */

enum { UDP = 17, LENGTH = 28, PORT = 5060 };

static const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
static const struct vpnalg_addr server = { VPNALG_IPV4, { 192, 168, 77, 11 } };
static const struct vpnalg_addr neighbour = { VPNALG_IPV4,
					      { 192, 168, 77, 12 } };
static const struct vpnalg_addr client = { VPNALG_IPV4, { 198, 51, 100, 7 } };

static uint32_t next_random(void *file)
{
	uint32_t bits;

	if (!file || fread(&bits, sizeof(bits), 1, file) != 1)
		abort();
	return bits;
}

/* Writes a datagram without data and without a UDP checksum. */
static void make(uint8_t *ip, const struct vpnalg_addr *from,
		 uint16_t from_port, const struct vpnalg_addr *to,
		 uint16_t to_port)
{
	uint32_t sum = 0;
	int i;

	memset(ip, 0, LENGTH);
	ip[0] = 0x45;
	ip[3] = LENGTH;
	ip[8] = 64;
	ip[9] = UDP;
	memcpy(ip + 12, from->octets, 4);
	memcpy(ip + 16, to->octets, 4);
	vpnalg_put16(ip + 20, from_port);
	vpnalg_put16(ip + 22, to_port);
	ip[25] = LENGTH - 20;
	for (i = 0; i < 20; i += 2)
		sum += vpnalg_get16(ip + i);
	sum = (sum & 0xffff) + (sum >> 16);
	vpnalg_put16(ip + 10, ~sum & 0xffff);
}

static void print_end(const uint8_t *address, const uint8_t *port)
{
	printf(" %d.%d.%d.%d:%d", address[0], address[1], address[2],
	       address[3], vpnalg_get16(port));
}

/* [hairpin] */
/* Translates a packet. One that goes to an inside host by an outside address is
 * not sent: it is given in again, as it was left. */
static void translate(struct vpnalg *nat, struct vpnalg_packet *packet,
		      vpnalg_time now)
{
	vpnalg_process(nat, packet, 1, now);
	if (packet->result != VPNALG_TRANSLATED ||
	    packet->direction != VPNALG_OUT ||
	    !(packet->flags & VPNALG_PACKET_HAIRPIN))
		return;
	packet->direction = VPNALG_IN;
	vpnalg_process(nat, packet, 1, now);
}
/* [hairpin] */

static void carry(struct vpnalg *nat, uint8_t *ip,
		  enum vpnalg_direction direction, const char *what)
{
	struct vpnalg_packet packet = { .data = ip,
					.caplen = LENGTH,
					.len = LENGTH,
					.direction = (uint8_t)direction };

	translate(nat, &packet, 0);
	printf("%s:", what);
	if (packet.result == VPNALG_TRANSLATED) {
		print_end(ip + 12, ip + 20);
		printf(" to");
		print_end(ip + 16, ip + 22);
	} else {
		printf(" %s", vpnalg_result_text(packet.result));
	}
	printf("\n");
}

/* [add] */
/* Opens a port of the outside address for a server inside. Returns the result
 * code of PCP (RFC 6887 7.4). */
static int open_port(struct vpnalg *nat, uint16_t port, uint32_t seconds,
		     vpnalg_time now)
{
	struct vpnalg_service service = {
		.size = sizeof(service),
		.protocol = UDP,
		.outside_port = port,
		.inside_port = PORT,
		.outside = outside,
		.inside = server,
		.lifetime = seconds * 1000ULL,
	};

	switch (vpnalg_service_add(nat, &service, now)) {
	case VPNALG_SERVICE_DONE:
		return 0; /* SUCCESS */
	case VPNALG_SERVICE_TAKEN:
		return 11; /* CANNOT_PROVIDE_EXTERNAL, or try another port */
	case VPNALG_SERVICE_NO_ROOM:
		return 8; /* NO_RESOURCES */
	case VPNALG_SERVICE_NO_HANDLER:
		return 9; /* UNSUPP_PROTOCOL */
	default:
		return 3; /* MALFORMED_REQUEST */
	}
}
/* [add] */

int main(void)
{
	static uint64_t sessions[65536], memory[4096];
	struct vpnalg_store store;
	struct vpnalg_protocol general = { vpnalg_general, NULL };
	struct vpnalg_config config = {
		.size = sizeof(config),
		.protocols = &general,
		.protocol_count = 1,
		.addresses = &outside,
		.address_count = 1,
		.store = &store,
		.random = next_random,
		.context = fopen("/dev/urandom", "rb"),
	};
	struct vpnalg *nat;
	uint8_t ip[LENGTH];
	uint16_t port;

	if (vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
			      &store) == NULL ||
	    vpnalg_init(&nat, memory, sizeof(memory), &config) != 0)
		return 1;
	printf("the port: %d\n", open_port(nat, PORT, 3600, 0));
	printf("another one for the same server: %d\n",
	       open_port(nat, PORT + 1, 3600, 0));
	make(ip, &client, 40000, &outside, PORT);
	carry(nat, ip, VPNALG_IN, "a client outside");
	make(ip, &server, PORT, &client, 40000);
	carry(nat, ip, VPNALG_OUT, "the answer");
	make(ip, &neighbour, 50000, &outside, PORT);
	carry(nat, ip, VPNALG_OUT, "a client inside");
	port = vpnalg_get16(ip + 20);
	make(ip, &server, PORT, &outside, port);
	carry(nat, ip, VPNALG_OUT, "the answer");
	return 0;
}
