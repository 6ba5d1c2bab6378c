/* SPDX-License-Identifier: BSD-2-Clause */
/* What one call into the library costs, in instructions, in states that an
 * adversary can make. This program makes the states; tests/cost.py runs it
 * under callgrind, which counts, and holds the bounds. Public headers only. */
#ifndef TESTS_COST_H
#define TESTS_COST_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#define OUTSIDE 0xcb007101U  /* 203.0.113.1 */
#define SERVER 0xc6336401U   /* 198.51.100.1 */
#define STRANGER 0xc0000201U /* 192.0.2.1 */
#define HOST(i) (0x0a000001U + (uint32_t)(i))

#define ICMP 1
#define TCP 6
#define UDP 17
#define GRE 47
#define ESP 50
#define L2TP_IP 115

#define SYN 0x02
#define ACK 0x10

/* Places of the memory for fragments. */
#define DATAGRAMS 64
#define HELD 128

/* The measure of a call. */
enum judge {
	ANY_PACKET,  /* whatever becomes of it */
	ESTABLISHED, /* a packet of a session that goes on */
	CONTROL,     /* a segment or message that is read: by its bytes */
	SWEEP,       /* vpnalg_expire(): by its budget */
	REFUSED      /* a packet that the policy refuses */
};

/* A packet that is being built; at 64 kB it ends. */
struct frame {
	uint32_t length;
	uint8_t bytes[65536];
};

struct world {
	struct vpnalg *alg;
	struct vpnalg_store store;
	void *memory, *table, *fragments;
	vpnalg_time now;
	const char *state;
	struct frame frame;
	/* The answer of the choose callback; 0: there is none. */
	enum vpnalg_choice choice;
};

struct options {
	uint32_t units; /* of the store */
	struct vpnalg_ports ports;
	enum vpnalg_choice choice;
	struct vpnalg_timers timers;
	bool no_general;
	bool fragments; /* there is memory for them */
	const struct vpnalg_policy *policy; /* NULL: everything is allowed */
};

/* A state: its name, and what makes and measures it. */
struct state {
	const char *name;
	void (*run)(struct world *w);
};

void world_begin(struct world *w, const struct options *options);
void world_end(struct world *w);

/* frame.c: packets from the IP header on, their lengths and checksums set. */
void put16(uint8_t *p, unsigned value);
void put32(uint8_t *p, uint32_t value);
unsigned get16(const uint8_t *p);
void begin_ip(struct frame *f, uint32_t from, uint32_t to, unsigned protocol);
void begin_udp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port);
void begin_tcp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port, uint32_t sequence, unsigned flags);
void add(struct frame *f, const void *bytes, uint32_t length);
void add16(struct frame *f, unsigned value);
void add32(struct frame *f, uint32_t value);
void finish(struct frame *f);

void make_esp(struct frame *f, uint32_t from, uint32_t to, uint32_t spi,
	      uint32_t sequence);
void make_ike(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	      unsigned to_port, uint32_t spi, bool first, unsigned exchange,
	      bool response, uint32_t message);
void make_gre(struct frame *f, uint32_t from, uint32_t to, unsigned call_id);
void make_keyed_gre(struct frame *f, uint32_t from, uint32_t to, uint32_t key);
void make_l2tp(struct frame *f, uint32_t from, unsigned from_port, uint32_t to,
	       unsigned to_port, unsigned tunnel, unsigned type,
	       unsigned assigned);

/* cost.c: w->frame through the translator; a measured call is counted. */
unsigned send(struct world *w, enum vpnalg_direction direction);
unsigned measure(struct world *w, enum vpnalg_direction direction,
		 enum judge judge);
/* Takes one held fragment; returns whether there was one. */
bool measure_held(struct world *w);
vpnalg_time measure_sweep(struct world *w, unsigned budget);

/* The states. */
extern const struct state engine_states[], pptp_states[], ipsec_states[],
	l2tp_states[], data_states[], sweep_states[], fragment_states[],
	policy_states[], service_states[];

#endif
