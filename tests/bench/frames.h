/* SPDX-License-Identifier: BSD-2-Clause */
/* The packets of a PPTP call, with all headers and checksums right. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include "basics.h"

#define FRAME_MAX 256

/* Where things lie in the packets made here: IP headers are 20 bytes, TCP's
 * too. */
enum {
	FRAME_IP_CHECKSUM = 10,
	FRAME_SOURCE = 12,
	FRAME_DESTINATION = 16,
	FRAME_IP = 20,
	FRAME_TCP_SOURCE = FRAME_IP,
	FRAME_TCP_DESTINATION = FRAME_IP + 2,
	FRAME_TCP_CHECKSUM = FRAME_IP + 16,
	FRAME_UDP_SOURCE = FRAME_IP,
	FRAME_UDP_CHECKSUM = FRAME_IP + 6,
	FRAME_GRE_CALL_ID = FRAME_IP + 6,
	FRAME_MESSAGE = FRAME_IP + 20,
	FRAME_CALL_ID = FRAME_MESSAGE + 12,
	FRAME_PEER_CALL_ID = FRAME_MESSAGE + 14,
	FRAME_GRE_LEN = 100,
	FRAME_UDP_LEN = FRAME_GRE_LEN
};

/* The seven packets that set a call up (RFC 2637 3.1, 3.2): the TCP handshake,
 * Start-Control-Connection-Request and -Reply, Outgoing-Call-Request and
 * -Reply. More calls of the same connection need the last two only. */
enum frame {
	FRAME_SYN,
	FRAME_SYN_ACK,
	FRAME_ACK,
	FRAME_START_REQUEST,
	FRAME_START_REPLY,
	FRAME_CALL_REQUEST,
	FRAME_CALL_REPLY,
	FRAMES
};

/* A control connection, and its newest call, as both ends know it. */
struct dialog {
	uint8_t inside[4], outside[4], remote[4];
	uint16_t inside_port, outside_port;
	uint16_t own, outside_own, peer; /* Call IDs */
	uint32_t sequence[2];            /* of the next byte out, in */
};

bool frame_is_inward(enum frame frame);

/* Makes the next packet of a dialog and counts its bytes as sent; returns its
 * length. */
uint32_t frame_make(struct dialog *dialog, enum frame frame, uint8_t *packet);

/* Makes an enhanced GRE packet of FRAME_GRE_LEN bytes (RFC 2637 4.1). */
void frame_make_gre(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint16_t call_id);

/* Makes a UDP packet of FRAME_UDP_LEN bytes. */
void frame_make_udp(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint16_t source_port,
		    uint16_t destination_port);

/* Makes an ESP packet of FRAME_GRE_LEN bytes (RFC 4303 2). */
void frame_make_esp(uint8_t *packet, const uint8_t *source,
		    const uint8_t *destination, uint32_t spi);

/* Sets the checksum of an IP header without options. */
void frame_sum_ip(uint8_t *packet);

bool frame_tcp_sum_is_right(const uint8_t *packet, uint32_t length);

/* Replaces 16 bits behind the IP header of a TCP packet. */
void frame_patch_tcp(uint8_t *packet, size_t offset, uint16_t value);

#endif
