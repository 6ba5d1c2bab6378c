/* SPDX-License-Identifier: BSD-2-Clause */
#include "link.h"

#include <stddef.h>

#include <pcap/pcap.h>

/* LINKTYPE_RAW in a file that was written on OpenBSD. */
#define RAW_OPENBSD 14

/* The headers of libpcap before 1.10 lack this name; files may have it. */
#ifndef DLT_LINUX_SLL2
#define DLT_LINUX_SLL2 276
#endif

/* Ethernet types. */
#define TYPE_IPV4 0x0800
#define TYPE_VLAN 0x8100
#define TYPE_QINQ 0x88a8
#define TYPE_QINQ_OLD 0x9100
#define TYPE_PPPOE 0x8864

/*
 * PPPoE session header (RFC 2516 4), PPP's protocol follows:
 *
 *      0        1        2        4        6
 *     +--------+--------+--------+--------+---------
 *     |  0x11  | code 0 | session| length | protocol
 *     +--------+--------+--------+--------+---------
 */
#define PPPOE_LEN 6
#define IPV4_LENGTH_OFF 2

#define PPPOE_CODE_OFF 1
#define PPPOE_LENGTH_OFF 4
#define PPP_IPV4 0x21

/* The number of the family IPv4 is 2 on every system. */
#define FAMILY_IPV4 2

/* One step through the headers: looks at the header at at. Returns false to
 * end the search. */
typedef bool find_step(struct frame *frame, uint32_t at);

static unsigned get8(const struct frame *frame, uint32_t at)
{
	return at < frame->caplen ? frame->data[at] : 0;
}

static unsigned get16(const struct frame *frame, uint32_t at)
{
	return get8(frame, at) << 8 | get8(frame, at + 1);
}

/* An IP header: only version 4 counts. */
static bool find_ip(struct frame *frame, uint32_t at)
{
	frame->ip = at;
	return get8(frame, at) >> 4 == 4;
}

/* PPP, with or without address and control; the protocol may be one byte
 * (RFC 1661 6.5, RFC 1662 3.1). */
static bool find_ppp(struct frame *frame, uint32_t at)
{
	if (get16(frame, at) == 0xff03)
		at += 2;
	if (get8(frame, at) == PPP_IPV4)
		return find_ip(frame, at + 1);
	return get16(frame, at) == PPP_IPV4 && find_ip(frame, at + 2);
}

static bool find_pppoe(struct frame *frame, uint32_t at)
{
	frame->pppoe = at;
	return get8(frame, at + PPPOE_CODE_OFF) == 0 &&
	       find_ppp(frame, at + PPPOE_LEN);
}

/* Follows an Ethernet type, behind any number of VLAN tags, to the header at
 * at. */
static bool find_typed(struct frame *frame, unsigned type, uint32_t at)
{
	while (type == TYPE_VLAN || type == TYPE_QINQ ||
	       type == TYPE_QINQ_OLD) {
		type = get16(frame, at + 2);
		at += 4;
	}
	if (type == TYPE_PPPOE)
		return find_pppoe(frame, at);
	return type == TYPE_IPV4 && find_ip(frame, at);
}

static bool find_ethernet(struct frame *frame, uint32_t at)
{
	return find_typed(frame, get16(frame, at + 12), at + 14);
}

static bool find_cooked(struct frame *frame, uint32_t at)
{
	return find_typed(frame, get16(frame, at + 14), at + 16);
}

static bool find_cooked2(struct frame *frame, uint32_t at)
{
	return find_typed(frame, get16(frame, at), at + 20);
}

/* The family, big endian. */
static bool find_loop(struct frame *frame, uint32_t at)
{
	return get16(frame, at) == 0 && get16(frame, at + 2) == FAMILY_IPV4 &&
	       find_ip(frame, at + 4);
}

/* The family in the byte order of whichever machine captured it. */
static bool find_null(struct frame *frame, uint32_t at)
{
	if (get16(frame, at) == FAMILY_IPV4 << 8 && get16(frame, at + 2) == 0)
		return find_ip(frame, at + 4);
	return find_loop(frame, at);
}

/* A DLT_ may have another value on each system; files have a LINKTYPE_, which
 * libpcap gives only to its own writer. */
static const struct {
	int type;
	int written;
	uint16_t number;
	find_step *find;
} links[] = {
	{ DLT_EN10MB, DLT_EN10MB, 1, find_ethernet },
	{ DLT_LINUX_SLL, DLT_LINUX_SLL, 113, find_cooked },
	{ DLT_LINUX_SLL2, DLT_LINUX_SLL2, 276, find_cooked2 },
	{ DLT_NULL, DLT_NULL, 0, find_null },
	{ DLT_LOOP, DLT_LOOP, 108, find_loop },
	{ DLT_RAW, DLT_RAW, 101, find_ip },
	{ RAW_OPENBSD, DLT_RAW, 101, find_ip },
	{ DLT_IPV4, DLT_IPV4, 228, find_ip },
	{ DLT_PPP, DLT_PPP, 9, find_ppp },
	{ DLT_PPP_SERIAL, DLT_PPP_SERIAL, 50, find_ppp },
	{ DLT_PPP_ETHER, DLT_PPP_ETHER, 51, find_pppoe },
};

#define LINKS (sizeof(links) / sizeof(links[0]))

static size_t link_index(int type)
{
	size_t i = 0;

	while (i < LINKS && links[i].type != type)
		i++;
	return i;
}

bool link_known(int type)
{
	return link_index(type) < LINKS;
}

int link_written(int type)
{
	size_t i = link_index(type);

	return i < LINKS ? links[i].written : type;
}

uint16_t link_number(int type)
{
	size_t i = link_index(type);

	return i < LINKS ? links[i].number : 0;
}

bool link_find(int type, struct frame *frame)
{
	size_t i = link_index(type);

	frame->ip = 0;
	frame->pppoe = UINT32_MAX;
	return i < LINKS && links[i].find(frame, 0);
}

static void put16(struct frame *frame, uint32_t at, uint32_t value)
{
	frame->data[at] = (uint8_t)(value >> 8);
	frame->data[at + 1] = (uint8_t)value;
}

void link_cut(struct frame *frame, uint32_t packet_len)
{
	frame->len = frame->ip + packet_len;
	if (frame->caplen > frame->len)
		frame->caplen = frame->len;
	if (frame->pppoe != UINT32_MAX)
		put16(frame, frame->pppoe + PPPOE_LENGTH_OFF,
		      frame->len - frame->pppoe - PPPOE_LEN);
}

void link_take_out(const struct frame *frame, struct pcap_pkthdr *header)
{
	const uint8_t *length = frame->data + frame->ip + IPV4_LENGTH_OFF;
	uint32_t packet_len = (uint32_t)length[0] << 8 | length[1];

	header->len -= frame->ip;
	header->caplen -= frame->ip;
	if (packet_len != 0 && header->len > packet_len)
		header->len = packet_len;
	if (header->caplen > header->len)
		header->caplen = header->len;
}
