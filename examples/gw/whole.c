/* SPDX-License-Identifier: BSD-2-Clause */
#include "whole.h"

#include <string.h>

#include "../common/wire.h"

static void set_packet(struct vpnalg_packet *packet, uint8_t *data,
		       uint32_t length)
{
	*packet = (struct vpnalg_packet){ .data = data,
					  .len = length,
					  .caplen = length };
}

/* A checksum of 0 would mean none (RFC 768); 0xffff is the same sum. */
static unsigned sum_end_l4(uint32_t sum)
{
	unsigned end = sum_end(sum);

	return end ? end : 0xffff;
}

/* Completes a checksum field that holds the sum of the pseudo header. */
static void complete_sum(const struct frame *frame)
{
	uint8_t *start = frame->data + frame->sum_start;

	put16(start + frame->sum_offset,
	      sum_end_l4(sum_add(0, start, frame->len - frame->sum_start)));
}

/* Computes the checksums of a segment or datagram. */
static void set_sums(uint8_t *ip, unsigned ip_len, unsigned l4_len,
		     unsigned off)
{
	uint8_t *l4 = ip + ip_len;
	uint32_t sum = ip[IP_PROTOCOL_OFF] + l4_len;

	put16(ip + IP_CHECKSUM_OFF, 0);
	put16(ip + IP_CHECKSUM_OFF, sum_end(sum_add(0, ip, ip_len)));
	put16(l4 + off, 0);
	sum = sum_add(sum, ip + IP_SOURCE_OFF, 8);
	put16(l4 + off, sum_end_l4(sum_add(sum, l4, l4_len)));
}

/* A merged packet, and the piece that is to be made of it. */
struct cut {
	const struct frame *frame;
	unsigned ip_len;   /* of the IP header */
	unsigned head_len; /* of both headers */
	uint32_t offset;   /* of the piece, in the payload */
	uint32_t length;   /* of the piece's payload */
	unsigned number;   /* of the piece */
};

static void make_segment(const struct cut *cut, uint8_t *tcp)
{
	bool last = cut->head_len + cut->offset + cut->length ==
		    cut->frame->len;

	put32(tcp + TCP_SEQUENCE_OFF,
	      get32(tcp + TCP_SEQUENCE_OFF) + cut->offset);
	if (!last)
		tcp[TCP_FLAGS_OFF] &= (uint8_t)~(TCP_FIN | TCP_PSH);
	if (cut->number)
		tcp[TCP_FLAGS_OFF] &= (uint8_t)~TCP_CWR;
}

static void make_piece(const struct cut *cut, uint8_t *piece)
{
	const uint8_t *whole = cut->frame->data;
	uint8_t *l4 = piece + cut->ip_len;
	unsigned l4_len = cut->head_len - cut->ip_len + cut->length;

	memcpy(piece, whole, cut->head_len);
	memcpy(piece + cut->head_len, whole + cut->head_len + cut->offset,
	       cut->length);
	put16(piece + IP_LENGTH_OFF, cut->head_len + cut->length);
	put16(piece + IP_ID_OFF, get16(whole + IP_ID_OFF) + cut->number);
	if (piece[IP_PROTOCOL_OFF] == PROTOCOL_UDP) {
		put16(l4 + UDP_LENGTH_OFF, l4_len);
		set_sums(piece, cut->ip_len, l4_len, UDP_CHECKSUM_OFF);
	} else {
		make_segment(cut, l4);
		set_sums(piece, cut->ip_len, l4_len, TCP_CHECKSUM_OFF);
	}
}

static size_t cut_up(struct cut *cut, uint8_t *room,
		     struct vpnalg_packet *packets)
{
	uint32_t payload = cut->frame->len - cut->head_len;
	uint32_t segment = cut->frame->segment;

	for (; cut->offset < payload; cut->offset += segment, cut->number++) {
		cut->length = payload - cut->offset;
		if (cut->length > segment)
			cut->length = segment;
		make_piece(cut, room);
		set_packet(&packets[cut->number], room,
			   cut->head_len + cut->length);
		room += cut->head_len + cut->length;
	}
	return cut->number;
}

/* Returns the length of both headers, or 0 if they make no sense. Only TCP
 * and UDP are merged. */
static unsigned head_len(const struct frame *frame, unsigned ip_len)
{
	const uint8_t *l4 = frame->data + ip_len;
	unsigned length;

	if (ip_len < IP_HEADER_LEN || frame->len < ip_len + UDP_HEADER_LEN)
		return 0;
	if (frame->data[IP_PROTOCOL_OFF] == PROTOCOL_UDP)
		return ip_len + UDP_HEADER_LEN;
	if (frame->data[IP_PROTOCOL_OFF] != PROTOCOL_TCP ||
	    frame->len < ip_len + TCP_HEADER_LEN)
		return 0;
	length = (l4[TCP_DATA_OFF] >> 4) * 4u;
	return length < TCP_HEADER_LEN ? 0 : ip_len + length;
}

static size_t cut_merged(const struct frame *frame, uint8_t *room,
			 struct vpnalg_packet *packets)
{
	struct cut cut = { .frame = frame,
			   .ip_len = ip_header_len(frame->data) };

	cut.head_len = head_len(frame, cut.ip_len);
	if (!cut.head_len || cut.head_len >= frame->len ||
	    (frame->len - cut.head_len - 1) / frame->segment >= WHOLE_PIECES)
		return 0;
	return cut_up(&cut, room, packets);
}

size_t whole_make(const struct frame *frame, uint8_t *room,
		  struct vpnalg_packet *packets)
{
	if (frame->len < IP_HEADER_LEN)
		return 0;
	if (frame->segment)
		return cut_merged(frame, room, packets);
	if (frame->sum_start) {
		if ((uint32_t)frame->sum_start + frame->sum_offset + 2 >
		    frame->len)
			return 0;
		complete_sum(frame);
	}
	set_packet(packets, frame->data, frame->len);
	return 1;
}
