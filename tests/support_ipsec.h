/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE, NAT-T, ESP and AH packets, and both ends of their SAs. */
#ifndef TESTS_SUPPORT_IPSEC_H
#define TESTS_SUPPORT_IPSEC_H

#include "support.h"

#define IKE 500
#define NAT_T 4500
#define AH 51

/* Exchange types: RFC 2408 3.1, RFC 2409 appendix A, RFC 7296 3.1. */
enum {
	MAIN_MODE = 2,
	AGGRESSIVE_MODE = 4,
	INFORMATIONAL_1 = 5,
	QUICK_MODE = 32,
	IKE_SA_INIT = 34,
	IKE_AUTH = 35,
	CREATE_CHILD_SA = 36,
	INFORMATIONAL = 37
};

/* Flags of version 2, RFC 7296 3.1. */
#define INITIATOR 0x08
#define RESPONSE 0x20

/* The handler's kinds, if it is the world's first. */
enum {
	KIND_IKE,
	KIND_IKE_SA,
	KIND_ESP_OUT,
	KIND_ESP_IN,
	KIND_ESP_HOST,
	KIND_ESP_REMOTE,
	KIND_ESP_CANDIDATES,
	KIND_ESP_UNKNOWN,
	KIND_AH,
	KIND_IPSEC_SERVICE,
	KIND_ESP_SA_LIST,
	KINDS
};

/* An IKE SA as both ends know it. The test sets the hosts, and the ports. */
struct ike {
	uint32_t client, server;
	uint16_t port, remote_port;
	uint8_t version;
	/* The server answers to port 500, whatever port was used. */
	bool fixed_port;
	uint32_t spi[2][2]; /* the initiator's and the responder's */
	uint32_t message;   /* ID of the next exchange */
	/* Set by the messages that the server sees. */
	uint32_t outside;
	uint16_t outside_port;
};

/* Of the client's nth SA with a server: from port 500 to 500, version 2, with
 * SPIs of its own and none of the responder's. */
struct ike ike_of(uint32_t client, uint32_t server, uint32_t n);

/* The UDP payload: on port 4500 with the non-ESP marker (RFC 3948 2.2). */
struct bytes ike_message(const struct ike *k, uint8_t exchange, uint8_t flags,
			 uint32_t id);
struct bytes ike_from_client(const struct ike *k, uint8_t exchange,
			     uint8_t flags, uint32_t id);
struct bytes ike_from_server(const struct ike *k, uint8_t exchange,
			     uint8_t flags, uint32_t id);

/* A message from either end; a message from the server must reach the client if
 * it gets through. */
unsigned ike_out(struct world *w, struct ike *k, uint8_t exchange,
		 uint8_t flags, uint32_t id);
unsigned ike_in(struct world *w, struct ike *k, uint8_t exchange,
		uint8_t flags, uint32_t id);
/* A whole exchange that the client, or the server, begins. */
void client_exchanges(struct world *w, struct ike *k, uint8_t exchange);
void server_exchanges(struct world *w, struct ike *k, uint8_t exchange);
/* IKE_SA_INIT, with which the responder gets an SPI, and IKE_AUTH. */
void ike_begin(struct world *w, struct ike *k);

struct bytes esp_packet(uint32_t from, uint32_t to, uint32_t spi,
			uint32_t sequence);
struct bytes ah_packet(uint32_t from, uint32_t to, uint32_t spi,
		       uint32_t sequence);

/* A pair of ESP SAs as both ends know it. */
struct esp {
	uint32_t client, server;
	uint32_t out_spi, in_spi;
	uint32_t out_sequence, in_sequence; /* of the last packet */
	uint32_t outside; /* set by the packets that the server sees */
};

/* A pair with sequence numbers from 1 on, and the first outside address. */
struct esp esp_of(uint32_t client, uint32_t server, uint32_t out_spi,
		  uint32_t in_spi);
/* The next packet of either end. */
unsigned esp_sends(struct world *w, struct esp *e);
unsigned esp_receives(struct world *w, struct esp *e);
/* Returns whether the next packet from the server gets to its client. */
bool esp_arrives(struct world *w, struct esp *e);

void ipsec_world(struct world *w, struct world_options options);

/* Returns the number of sessions of a kind. */
uint64_t live(struct world *w, size_t kind);

#endif
