/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A NAT router for Linux: packet sockets take what arrives on two interfaces,
 * the library translates it, a raw socket sends it on.
 *
 *     cc raw_sockets.c -o raw_sockets $(pkg-config --cflags --libs libvpnalg)
 *     sysctl -w net.ipv4.ip_forward=0
 *     ./raw_sockets lan0 wan0 203.0.113.1
 *
 * takes the inside interface, the outside interface and an outside address. The
 * network routes that address to this machine, but no interface has it, and the
 * kernel does not forward: so it discards what this program translates. Merged
 * segments are too long to be sent on: ethtool -K IF gro off. (vpnalg-gw, in
 * gw/, is a gateway without such conditions.)
 */
#define _DEFAULT_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <vpnalg/handler.h> /* for vpnalg_get16() and vpnalg_put16() */
#include <vpnalg/protocols.h>

#define BURST 32
#define PACKET_MAX 65536

enum { INSIDE, OUTSIDE, SIDES };
enum { LENGTH = 2, TTL = 8, PROTOCOL = 9, DESTINATION = 16 }; /* in IP */

/* [gateway] */
struct gateway {
	struct vpnalg *translator;
	struct vpnalg_store store; /* the translator keeps its address */
	vpnalg_time due;           /* when to call vpnalg_expire() again */
	int ports[SIDES];          /* packet sockets */
	uint8_t own[4];            /* the address of the inside interface */
	int sender;                /* a raw socket */
	uint8_t bytes[BURST][PACKET_MAX];
};
/* [gateway] */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The clock runs on while the machine sleeps, as the peers' timeouts do. */
static vpnalg_time now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (vpnalg_time)now.tv_sec * 1000 + (unsigned)now.tv_nsec / 1000000;
}

static uint32_t next_random(void *context)
{
	uint32_t bits;

	(void)context;
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		fail("getrandom");
	return bits;
}

/* [open] */
/* The first handler that claims a packet has it. GRE stands behind PPTP, which
 * has GRE of its own; general traffic takes the rest. */
static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL }, { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL }, { vpnalg_general, NULL },
};

static void open_translator(struct gateway *g, const char *address)
{
	struct vpnalg_addr outside = { .family = VPNALG_IPV4 };
	struct vpnalg_config config = {
		.size = sizeof(config), .protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = &outside, .address_count = 1, .store = &g->store,
		.random = next_random, .timers = &(struct vpnalg_timers){
			.size = sizeof(*config.timers), .udp = 120000 },
	};
	size_t room = vpnalg_table_size(100000), size;
	void *sessions = malloc(room), *memory;

	if (!sessions ||
	    !vpnalg_table_init(sessions, room, VPNALG_KEY_IPV4, &g->store) ||
	    inet_pton(AF_INET, address, outside.octets) != 1)
		fail(address);
	size = vpnalg_size(&config); /* 0 where a setting is wrong */
	memory = size ? malloc(size) : NULL;
	if (!memory || vpnalg_init(&g->translator, memory, size, &config) != 0)
		fail("translator");
}
/* [open] */

/* A packet socket gives what arrives on an interface, from the IP header on. */
static int open_port(const char *name)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_IP));
	struct sockaddr_ll place = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	int yes = 1;

	if (!place.sll_ifindex || fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof(yes)) ||
	    bind(fd, (struct sockaddr *)&place, sizeof(place)))
		fail(name);
	return fd;
}

static void find_own_address(struct gateway *g, const char *name)
{
	struct ifreq request = { 0 };

	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(g->sender, SIOCGIFADDR, &request))
		fail(name);
	memcpy(g->own, request.ifr_addr.sa_data + 2, 4); /* behind the port */
}

/* [receive] */
/* Returns false when no packet is there. A neighbour on this very machine sends
 * checksums that hardware would have completed; tp_status shows that. */
static bool receive(int port, bool outside, uint8_t *bytes,
		    struct vpnalg_packet *packet)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec part = { bytes, PACKET_MAX };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct tpacket_auxdata aux = { 0 };
	ssize_t length = recvmsg(port, &message, 0);

	if (length < 0)
		return false;
	if (CMSG_FIRSTHDR(&message))
		memcpy(&aux, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(aux));
	*packet = (struct vpnalg_packet){
		.data = bytes,
		.caplen = (uint32_t)length, .len = (uint32_t)length,
		.direction = outside ? VPNALG_IN : VPNALG_OUT,
		.checksum = aux.tp_status & TP_STATUS_CSUMNOTREADY
				    ? VPNALG_CHECKSUM_PARTIAL
				    : VPNALG_CHECKSUM_FULL,
	};
	return true;
}
/* [receive] */

/* [complete] */
/* Ends a checksum of TCP or UDP: its field holds the sum of the pseudo header
 * (RFC 9293 3.1, RFC 768), and what follows the IP header is added. */
static void complete(uint8_t *ip)
{
	uint32_t header = (ip[0] & 15) * 4U, sum = 0;
	uint8_t *field = ip + header + (ip[PROTOCOL] == IPPROTO_TCP ? 16 : 6);

	if (ip[PROTOCOL] == IPPROTO_UDP && vpnalg_get16(field) == 0)
		return; /* UDP without a checksum */
	for (uint32_t i = header; i < vpnalg_get16(ip + LENGTH); i++)
		sum += i & 1 ? ip[i] : (uint32_t)ip[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	vpnalg_put16(field, sum == 0xffff ? 0xffff : ~sum & 0xffff);
}
/* [complete] */

/* The kernel routes by the destination and fills in the checksum of the IP
 * header. What it cannot send is lost, as on any router. */
static void send_on(struct gateway *g, const struct vpnalg_packet *packet)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	if (packet->checksum == VPNALG_CHECKSUM_PARTIAL)
		complete(packet->data);
	memcpy(&to.sin_addr, packet->data + DESTINATION, 4);
	if (packet->data[TTL]-- > 1)
		sendto(g->sender, packet->data, packet->len, 0,
		       (struct sockaddr *)&to, sizeof(to));
}

/* [forward] */
static void forward(struct gateway *g, int side, vpnalg_time now)
{
	struct vpnalg_packet packets[BURST];
	size_t count = 0;

	while (count < BURST && receive(g->ports[side], side == OUTSIDE,
					g->bytes[count], &packets[count]))
		if (memcmp(packets[count].data + DESTINATION, g->own, 4))
			count++; /* else it is for this machine itself */
	vpnalg_process(g->translator, packets, count, now);
	for (size_t i = 0; i < count; i++)
		if (packets[i].result == VPNALG_TRANSLATED)
			send_on(g, &packets[i]);
}
/* [forward] */

/* [expire] */
static void sweep(struct gateway *g, vpnalg_time now)
{
	if (now < g->due)
		return;
	g->due = vpnalg_expire(g->translator, now, 2 * BURST);
	/* Sessions opened later may end before the earliest of this round. */
	if (g->due > now + 60000)
		g->due = now + 60000;
}
/* [expire] */

int main(int argc, char **argv)
{
	static struct gateway g;
	struct pollfd files[SIDES];

	if (argc != 4) {
		fputs("usage: raw_sockets INSIDE OUTSIDE ADDRESS\n", stderr);
		return 2;
	}
	open_translator(&g, argv[3]);
	g.sender = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	find_own_address(&g, argv[1]);
	for (int side = 0; side < SIDES; side++) {
		g.ports[side] = open_port(argv[1 + side]);
		files[side] = (struct pollfd){ g.ports[side], POLLIN, 0 };
	}
	for (;;) {
		poll(files, SIDES, 1000);
		for (int side = 0; side < SIDES; side++)
			forward(&g, side, now_ms());
		sweep(&g, now_ms());
	}
}
