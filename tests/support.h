/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the unit tests: a world with a translator in it, and packets.
 *
 * Every packet that goes through send_packet() is held to the promises of the
 * library: what is not translated is unchanged, right checksums stay right, no
 * inside address goes out, and undo gives the input back. When the world ends
 * nothing may be left in its store. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/general.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/handler.h>
#include <vpnalg/policy.h>
#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

/* Documentation addresses (RFC 5737) outside, private ones inside. */
#define CLIENT_A 0xc0a84d0bU /* 192.168.77.11 */
#define CLIENT_B 0xc0a84d0cU /* 192.168.77.12 */
#define CLIENT_C 0xc0a84d0dU /* 192.168.77.13 */
#define OUTSIDE 0xcb007101U  /* 203.0.113.1 */
#define OUTSIDE_2 0xcb007102U
#define SERVER 0xc6336401U  /* 198.51.100.1 */
#define SERVER_2 0xc6336402U
#define STRANGER 0xc0000201U /* 192.0.2.1 */

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define PSH 0x08
#define ACK 0x10

#define PPTP 1723
#define ICMP 1
#define TCP 6
#define UDP 17
#define DCCP 33
#define GRE 47
#define ESP 50
#define SCTP 132
#define UDPLITE 136

/* When worlds begin: late enough for a time that was added, not subtracted, to
 * show. */
#define BEGINNING 10000003

/* The zone of inside hosts, unless a test names another. */
#define ZONE 3

/* The behaviour of the caller's choose callback. */
enum choosing {
	CHOOSE_NOTHING = 0, /* there is no callback */
	CHOOSE_TAKE,
	CHOOSE_DIFFERENT, /* any ID but the inside one */
	CHOOSE_FIRST_BYTE_DIFFERENT,
	CHOOSE_REFUSE,
	CHOOSE_WRITE /* writes chosen and chosen_id itself */
};

/* The greatest event that w->event keeps and that options.heard gets: not the
 * log of sessions, which support_log.c compares with their listing. */
#define HEARD_MAX VPNALG_EVENT_BLOCK_FREED

struct world;

struct world_options {
	const uint32_t *addresses; /* default: OUTSIDE alone */
	size_t address_count;
	size_t address_max;
	const uint8_t *uplinks; /* of the addresses; default: there is one */
	const struct vpnalg_protocol *protocols; /* default: PPTP */
	size_t protocol_count;
	uint32_t units; /* of the store; default 600 */
	enum choosing choosing;
	/* Called instead of the default callbacks. */
	enum vpnalg_choice (*choose)(struct world *w,
				     struct vpnalg_binding *binding);
	void (*released)(struct world *w, const struct vpnalg_binding *binding);
	void (*heard)(struct world *w, const struct vpnalg_event *event);
	/* Called for all events. */
	void (*on_event)(struct world *w, const struct vpnalg_event *event);
	uint32_t event_rate;
	bool deaf; /* there is no event callback */
	uint64_t pool_key[2];
	uint64_t hash_key[2];
	uint16_t burst;
	bool no_undo; /* do not try undo after each packet, nor a fast path */
	bool no_fast_path; /* do not ask for one: all packets are seen */
	uint8_t turned; /* the flags with which packets are given */
	bool leaves;  /* a packet that is dropped may leave records behind */
	bool passive;
	bool account;
	bool own;     /* the router's own packets leave sessions */
	bool other_ports; /* servers listen elsewhere: support_ports.h */
	const struct vpnalg_policy *policy;
	bool count_hosts, count_remotes;
	struct vpnalg_port_set port_set;
	struct vpnalg_port_blocks port_blocks;
	/* Check that the library reports every change, even with many records.
	 * With few records that is always checked. */
	bool mirror;
	vpnalg_time now; /* default: BEGINNING */
	bool from_zero;  /* 0 is no default */
	bool holds;      /* there is memory for fragments */
	struct vpnalg_fragments fragments;
	struct vpnalg_timers timers;
	/* For the protocols without settings. */
	struct vpnalg_general_settings general;
	struct vpnalg_l2tp_settings l2tp;
};

struct world {
	struct vpnalg *alg;
	struct vpnalg_store store; /* what the translator sees */
	struct vpnalg_store inner; /* what does the work */
	struct world_options options;
	struct vpnalg_protocol protocols[15]; /* with their settings */
	void *memory, *store_memory, *fragment_memory;
	vpnalg_time now;
	uint32_t random;
	uint32_t chosen, chosen_id;
	uint8_t uplink;   /* of all that is sent */
	bool other_ports;
	long bindings;    /* taken and not given back */
	long fail_in; /* the store's so manieth add or give fails; 0: none */
	long operations;  /* adds and gives so far */
	long finds;       /* the store's, so far */
	long records;     /* in the store */
	long keys;        /* and the keys that lead to them */
	uint32_t connections; /* begun so far */
	unsigned long events[VPNALG_EVENTS]; /* events by their type */
	struct log *log;
	struct vpnalg_event event; /* the last */
	uint8_t against; /* enum vpnalg_evidence, of the last SPI taken back */
	struct mirror *mirror;
	struct vpnalg_packet last; /* as send_packet() left it */
	uint8_t *bytes;            /* its bytes */
	uint32_t length;
};

void world_begin(struct world *w, const struct world_options *options);
/* Makes another translator of the same settings on the same store, whose clock
 * is so far ahead. Returns what vpnalg_init() does. */
int world_take_over(struct world *w, vpnalg_time clock_offset);
/* All sessions end, and nothing may be left. */
void world_end(struct world *w);
/* Leaves everything as it is, for a world in which time has ended. */
void world_forget(struct world *w);
/* Lets the store move its records, if it is one that does. */
void world_between_calls(struct world *w);
/* Lets time pass and sweeps the whole store. */
void world_wait(struct world *w, vpnalg_time ms);
uint64_t dropped(struct world *w, unsigned result);
uint64_t opened(struct world *w, size_t kind);
uint64_t closed(struct world *w, size_t kind);
uint64_t refused(struct world *w, size_t kind);
#define CONTROL 0
#define CALL 1

/* A session towards SERVER, by its inside address, ID and port. */
struct vpnalg_record *inside_record(struct world *w, uint32_t host,
				    uint8_t space, uint16_t id, uint16_t port);

/* A packet as bytes. */
struct bytes {
	uint32_t length;
	uint8_t data[4200];
};

struct ip_options {
	uint8_t options_length; /* multiple of 4 */
	uint16_t fragment;
};

struct bytes ip_packet(uint32_t from, uint32_t to, uint8_t protocol,
		       const void *payload, uint32_t length);
/* Sets an IP field and the header's checksum anew. */
void set_fragment(struct bytes *packet, uint16_t field);
/* Sets the checksum of ICMP anew, of a packet without IP options. */
void set_icmp_checksum(struct bytes *packet);
void add_ip_options(struct bytes *packet, unsigned length);
struct bytes tcp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			uint16_t to_port, uint32_t seq, uint32_t ack,
			uint8_t flags, const void *payload, uint32_t length);
struct bytes udp_packet(uint32_t from, uint16_t from_port, uint32_t to,
			uint16_t to_port, const void *payload,
			uint32_t length);
struct bytes gre_packet(uint32_t from, uint32_t to, uint16_t call_id,
			uint32_t sequence);
struct bytes icmp_query(uint32_t from, uint32_t to, uint8_t type,
			uint16_t id, uint16_t sequence);
struct bytes icmp_error(uint32_t from, uint32_t to, uint8_t type,
			const struct bytes *quoted, uint32_t quoted_length);
/* Computes that of SCTP, DCCP or UDP-Lite, if the packet is such. */
void set_transport_checksum(struct bytes *packet);
/* Of SCTP, with a chunk of that type, DCCP of that type, or UDP-Lite. */
struct bytes transport_packet(uint8_t protocol, uint32_t from,
			      uint16_t from_port, uint32_t to, uint16_t to_port,
			      uint8_t type);
bool checksums_right(const uint8_t *packet, uint32_t length);

uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, unsigned value);
void put32(uint8_t *p, uint32_t value);
uint32_t source(const struct world *w);
uint32_t destination(const struct world *w);
const uint8_t *l4(const struct world *w);
uint16_t gre_call_id(const struct world *w);

/* Sends a packet; w->last and w->bytes are what comes out. */
unsigned send_packet(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet);
unsigned send_in_zone(struct world *w, enum vpnalg_direction direction,
		      const struct bytes *packet, uint16_t zone);
/* With a checksum of the given kind. */
unsigned send_summed(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet, enum vpnalg_checksum checksum);
/* Only the first caplen bytes are in memory. */
unsigned send_captured(struct world *w, enum vpnalg_direction direction,
		       const struct bytes *packet, uint32_t caplen);

/* A control connection: what both ends know. */
struct connection {
	uint32_t client, server;
	uint16_t port;         /* of the client */
	uint16_t outside_port; /* what the server sees */
	uint32_t outside;      /* whom the server sees */
	uint32_t client_seq, server_seq;
	uint16_t zone;
};

/* SYN, SYN-ACK, ACK. */
void connect_to(struct world *w, struct connection *c, uint32_t client,
		uint16_t port, uint32_t server);
/* connect_to and Start-Control-Connection both ways. */
void start_control(struct world *w, struct connection *c, uint32_t client,
		   uint16_t port, uint32_t server);
/* Data from either end; counts its sequence number on if it got through. */
unsigned client_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length);
unsigned server_sends(struct world *w, struct connection *c, const void *data,
		      uint32_t length);
/* A segment at any place of the stream, with any flags. */
unsigned client_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length);
unsigned server_segment(struct world *w, struct connection *c, uint32_t seq,
			uint8_t flags, const void *data, uint32_t length);
const uint8_t *payload(const struct world *w); /* of the TCP segment out */
uint32_t payload_length(const struct world *w);

/* A control message. The two IDs go to 12 and 14, result to 16, where the type
 * has them. */
struct bytes message(unsigned type, uint16_t first, uint16_t second,
		     uint8_t result);
uint32_t message_length(unsigned type);
struct bytes join(const struct bytes *a, const struct bytes *b);

/* A whole control message from either end, which must get through. */
void client_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result);
void server_says(struct world *w, struct connection *c, unsigned type,
		 uint16_t first, uint16_t second, uint8_t result);
unsigned send_gre(struct world *w, enum vpnalg_direction direction,
		  uint32_t from, uint32_t to, uint16_t call_id);

/* Outgoing-Call-Request and Reply; returns the outside Call ID. */
uint16_t call_out(struct world *w, struct connection *c, uint16_t own,
		  uint16_t peer);

/* The store under test, from the environment: VPNALG_TEST_STORE is "table",
 * the bundled one, or "moving", which moves every record between calls. */
void *test_store(struct vpnalg_store *store, uint32_t units);
void test_store_between_calls(struct vpnalg_store *store, void *memory);
void test_store_free(struct vpnalg_store *store, void *memory);

/* The mirror of the store, if there is one. */
void mirror_open(struct world *w);
void mirror_close(struct world *w);
void mirror_added(struct world *w, struct vpnalg_record *record);
void mirror_removed(struct world *w, struct vpnalg_record *record);
void mirror_changed(struct world *w, struct vpnalg_record *record);
/* After each call, and when the store may have moved its records. */
void mirror_check(struct world *w);
void mirror_renew(struct world *w);

/* The log of sessions, kept by what the events tell. */
void log_open(struct world *w);
void log_close(struct world *w);
void log_hear(struct world *w, const struct vpnalg_event *event);
/* Returns the number of sessions that are opened and not closed. */
unsigned log_count(const struct world *w);
/* After each call: the listing tells the same. */
void log_check(struct world *w);

/* The suites. */
Suite *packet_suite(void);
Suite *rewrite_suite(void);
Suite *key_suite(void);
Suite *table_suite(void);
Suite *session_suite(void);
Suite *sessions_suite(void);
Suite *state_suite(void);
Suite *events_suite(void);
Suite *choose_suite(void);
Suite *process_suite(void);
Suite *expire_suite(void);
Suite *fault_suite(void);
Suite *steer_suite(void);
Suite *init_suite(void);
Suite *own_suite(void);
Suite *own_vpn_suite(void);
Suite *pptp_suite(void);
Suite *control_suite(void);
Suite *stream_suite(void);
Suite *call_suite(void);
Suite *model_suite(void);
Suite *lessons_suite(void);
Suite *attacks_suite(void);
Suite *ipsec_suite(void);
Suite *gre_suite(void);
Suite *fragment_suite(void);
Suite *renumber_suite(void);
Suite *uplink_suite(void);
Suite *l2tp_suite(void);
Suite *general_suite(void);
Suite *udplite_suite(void);
Suite *icmp_error_suite(void);
Suite *service_suite(void);
Suite *policy_suite(void);

#endif
