/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_ports.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

/* Other ports are standard ones and this much. */
#define FURTHER 7

static const struct vpnalg_extra_port all_ports[] = {
	{ vpnalg_pptp, TCP, 1723 + FURTHER, 1723 },
	{ vpnalg_ipsec, UDP, 500 + FURTHER, 500 },
	{ vpnalg_ipsec, UDP, 4500 + FURTHER, 4500 },
	{ vpnalg_l2tp, UDP, 1701 + FURTHER, 1701 },
};

static bool has(const struct world *w, vpnalg_handler_function *handler)
{
	size_t i;

	for (i = 0; i < w->options.protocol_count; i++)
		if (w->protocols[i].handler == handler)
			return true;
	return false;
}

void set_extra_ports(struct world *w, struct vpnalg_config *config)
{
	static struct vpnalg_extra_port ports[4];
	const char *given = getenv("VPNALG_TEST_PORTS");
	size_t i;

	w->other_ports = w->options.other_ports ||
			 (given != NULL && strcmp(given, "other") == 0);
	if (!w->other_ports)
		return;
	for (i = 0; i < 4; i++)
		if (has(w, all_ports[i].handler))
			ports[config->extra_port_count++] = all_ports[i];
	config->extra_ports = ports;
}

static void add_to_sum(uint8_t *at, uint32_t before, uint32_t after)
{
	uint32_t sum = (~(uint32_t)get16(at) & 0xffff) + (~before & 0xffff) +
		       after;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(at, ~sum & 0xffff);
}

/* Returns the header behind IP's, or NULL if it has no ports. */
static uint8_t *find_ports(uint8_t *ip, uint32_t length)
{
	uint32_t header;

	if (length < 20 || ip[0] >> 4 != 4)
		return NULL;
	header = (ip[0] & 15U) * 4;
	if (header < 20 || length < header + 4 || (get16(ip + 6) & 0x1fff) != 0)
		return NULL;
	return ip + header;
}

static bool is_error(const uint8_t *ip, const uint8_t *icmp, uint32_t length)
{
	return ip[9] == ICMP && length > (size_t)(icmp - ip) + 28 &&
	       (icmp[0] == 3 || icmp[0] == 4 || icmp[0] == 11 || icmp[0] == 12);
}

/* Moves a port by so much, if it is one of those. */
static bool move_port(const uint8_t *ip, uint8_t *at, int by)
{
	unsigned before = get16(at), i, port;

	for (i = 0; i < 4; i++) {
		port = by > 0 ? all_ports[i].standard : all_ports[i].port;
		if (port != before || all_ports[i].protocol != ip[9])
			continue;
		put16(at, before + (unsigned)by);
		return true;
	}
	return false;
}

/* The checksum of the packet itself, if it is in memory and has ports in it. */
static uint8_t *find_sum(const struct vpnalg_packet *p, uint8_t *l4)
{
	uint32_t off = p->data[9] == TCP ? 16 : 6;

	if (p->checksum == VPNALG_CHECKSUM_PARTIAL ||
	    (size_t)(l4 - p->data) + off + 2 > p->caplen ||
	    (p->data[9] == UDP && get16(l4 + off) == 0))
		return NULL;
	return l4 + off;
}

static bool move(struct vpnalg_packet *p, int by)
{
	bool inward = p->direction % 2;
	uint8_t *ip = p->data, *l4 = find_ports(ip, p->caplen), *sum, *at;
	unsigned before;

	if (l4 == NULL)
		return false;
	if (is_error(ip, l4, p->caplen)) {
		sum = l4 + 2;
		ip = l4 + 8;
		l4 = find_ports(ip, p->caplen - (uint32_t)(ip - p->data));
		inward = !inward;
		if (l4 == NULL)
			return false;
	} else {
		sum = find_sum(p, l4);
	}
	at = l4 + (inward ? 0 : 2);
	before = get16(at);
	if (!move_port(ip, at, by))
		return false;
	if (sum != NULL)
		add_to_sum(sum, before, get16(at));
	if (sum == l4 + 6 && ip == p->data && ip[9] == UDP && get16(sum) == 0)
		put16(sum, 0xffff); /* 0 would be none (RFC 768) */
	return true;
}

void move_back(const struct world *w, struct vpnalg_packet *packet)
{
	if (w->other_ports)
		move(packet, -FURTHER);
}

void process_one(struct world *w, struct vpnalg_packet *packet)
{
	uint8_t *given = NULL, *moved = NULL;
	bool is_moved;

	if (!w->other_ports) {
		vpnalg_process(w->alg, packet, 1, w->now);
		return;
	}
	given = malloc(packet->caplen + 1U);
	moved = malloc(packet->caplen + 1U);
	memcpy(given, packet->data, packet->caplen);
	is_moved = move(packet, FURTHER);
	memcpy(moved, packet->data, packet->caplen);
	vpnalg_ports_begin(w->alg, packet, 1);
	vpnalg_process(w->alg, packet, 1, w->now);
	vpnalg_ports_end(w->alg, packet, 1);
	if (packet->result != VPNALG_TRANSLATED) {
		ck_assert(memcmp(moved, packet->data, packet->caplen) == 0);
		memcpy(packet->data, given, packet->caplen);
	} else {
		ck_assert_int_eq(move(packet, -FURTHER), is_moved);
	}
	free(given);
	free(moved);
}
