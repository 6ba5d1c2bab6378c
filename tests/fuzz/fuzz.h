/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzzing the library by its promises.
 *
 * An input is a conversation: 8 bytes of settings, then steps of 8 bytes. A
 * step sends a packet of one of eight flows, lets time pass, sweeps, does
 * something to the store, sets a policy or starts again. The flows learn the
 * IDs that come out, so that what answers them reaches the sessions. Whatever
 * the translator does is held to the promises; the first that is broken ends
 * the process and is printed.
 *
 * Only the public headers are used. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/handler.h>
#include <vpnalg/policy.h>
#include <vpnalg/sessions.h>
#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

enum { ICMP = 1, TCP = 6, UDP = 17, DCCP = 33, GRE = 47, ESP = 50, AH = 51,
       L2TP_IP = 115, SCTP = 132, UDPLITE = 136 };
enum { PORT_IKE = 500, PORT_L2TP = 1701, PORT_PPTP = 1723, PORT_NAT_T = 4500 };
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

#define STEP_LEN 8
#define PACKET_MAX 2048

/* --- report.c: what is said when a promise is broken ------------------- */

extern bool fuzz_traces; /* FUZZ_TRACE is set: print all that happens */

void trace(const char *format, ...) __attribute__((format(printf, 1, 2)));
void trace_packet(const char *what, const uint8_t *data, uint32_t length);
/* Ends the process. */
void broken(const char *promise, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* --- store.c: a store that is watched ---------------------------------- */

#define RECORDS_MAX 512
#define KEYS_MAX (RECORDS_MAX * 2)
#define BUCKETS 256

struct store_entry {
	struct vpnalg_record *record; /* NULL: unused */
	uint8_t mirror[VPNALG_UNIT * VPNALG_UNITS_MAX];
};

struct store_key {
	uint64_t hash;
	uint16_t entry, next; /* next in its bucket, counted from 1 */
	uint8_t slot;
	bool used;
};

struct settings;

/* Either the bundled store or one of its own that can move its records stands
 * behind it. Each record has a mirror, which is brought up to date only when
 * the store is told of a change. */
struct watched_store {
	struct vpnalg_store outer; /* what the translator gets */
	struct vpnalg_store inner; /* the bundled store */
	void *table;               /* its memory, or NULL */
	const struct settings *settings;
	unsigned record_max;
	long records, keys;
	unsigned long added; /* records, ever */
	long fail_in; /* the so manieth add or give from now on fails */
	bool failed;  /* one has failed since this was set to false */
	bool struck;  /* and that was because of fail_in */
	unsigned finds; /* since this was set to 0 */
	unsigned high;  /* entries beyond are unused */
	struct store_entry entries[RECORDS_MAX];
	struct store_key key[KEYS_MAX];
	uint16_t bucket[BUCKETS];
};

void store_begin(struct watched_store *s, const struct settings *settings);
void store_end(struct watched_store *s);
/* All records go elsewhere, where the store can do that. */
void store_move(struct watched_store *s);
/* Holds every record to its mirror. */
void store_check(const struct watched_store *s);

/* --- bytes.c: packets as bytes ----------------------------------------- */

struct bytes {
	uint32_t length;
	uint8_t data[PACKET_MAX];
};

uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
void put16(uint8_t *p, unsigned value);
void put32(uint8_t *p, uint32_t value);
void add8(struct bytes *b, unsigned value);
void add16(struct bytes *b, unsigned value);
void add32(struct bytes *b, uint32_t value);
/* Adds that many bytes of a pattern. */
void add_pattern(struct bytes *b, uint32_t length);

/* The ones' complement sum, folded. */
uint32_t sum(const uint8_t *p, uint32_t length, uint32_t before);
/* That of a pseudo header. */
uint32_t pseudo_sum(const uint8_t *ip);
uint32_t header_length(const uint8_t *ip);
/* Offset of the checksum behind the IP header, or -1. */
int checksum_offset(const uint8_t *ip);
void set_checksums(struct bytes *packet, bool partial);

/* Begins a packet; then come its payload and end_packet(). */
void begin_ip(struct bytes *b, uint32_t from, uint32_t to, uint8_t protocol);
void begin_udp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port);
void begin_tcp(struct bytes *b, uint32_t from, uint16_t from_port, uint32_t to,
	       uint16_t to_port, const uint32_t numbers[2], uint8_t flags);
/* Lengths and checksums. */
void end_packet(struct bytes *b);

/* --- world.c: a translator and its surroundings ------------------------ */

/* The behaviour of the choose callback. */
enum choosing {
	CHOOSES_NOT, /* there is no callback */
	CHOOSES_TAKE,
	CHOOSES_OTHER, /* refuses every other proposal */
	CHOOSES_REFUSE, /* sometimes refuses all */
	CHOOSES_ITSELF,
	CHOOSES_WRONGLY, /* answers out of range */
	CHOOSINGS
};

struct settings {
	const struct vpnalg_protocol *protocols;
	size_t protocol_count;
	bool has_general, has_l2tp, has_rogue;
	unsigned address_count;
	enum choosing choosing;
	bool bundled;
	unsigned record_max;
	uint16_t burst;
	uint8_t filtering;
	struct vpnalg_ports ports;
	struct vpnalg_port_set port_set;
	struct vpnalg_port_blocks port_blocks;
	bool services; /* inside, of several protocols */
	bool any_address, passive;
	bool uplinks;   /* the addresses are of several */
	bool own;       /* what has an outside address leaves sessions */
	bool fragments; /* there is memory for them */
	bool roomy;     /* and nobody has to give way */
	bool owned;     /* its owner sets policies, and restarts it */
	uint32_t random;
	vpnalg_time now;
};

/* A packet, and how the caller holds it. */
struct sent {
	struct bytes bytes; /* .length is caplen */
	uint32_t len;
	uint8_t direction, checksum, align;
	uint16_t zone;
	uint8_t uplink;
	bool no_undo;
	/* Results. */
	uint8_t result, flags;
};

/* A fragment that the translator holds, as it came. More are kept than it has
 * room for. */
#define KEPT_MAX 128
struct kept {
	uintptr_t number;
	struct sent sent;
};

/* What is known of the fragments of a world, to be held against its counters:
 * those that were held and given back, and packets that were dropped at
 * once. */
struct fragment_counts {
	uint64_t held, given, dropped, dropped_options;
};

/* A policy must live as long as it is set. */
struct owner {
	struct vpnalg_policy policy;
	struct vpnalg_rule rules[2];
	struct vpnalg_limit limits[2];
};

/* A session as events have told it. */
struct logged_session {
	uint64_t number, parent; /* parent 0: none, or it was closed */
	uint8_t protocol, kind;
};

#define TOLD_MAX (RECORDS_MAX * 2)

struct event_log {
	struct logged_session sessions[TOLD_MAX];
	unsigned count;
	unsigned live[15][15]; /* by protocol and kind */
};

struct world {
	struct vpnalg *alg;
	void *memory, *fragment_memory;
	struct fragment_counts fragments;
	struct kept kept[KEPT_MAX]; /* by number */
	struct watched_store store;
	const struct settings *settings;
	uint32_t random;
	vpnalg_time now;
	bool opened;    /* something, by the last call */
	long bindings;  /* taken and not given back */
	long blocks;    /* of ports, allotted and not freed */
	bool loading;   /* a saved state */
	uint64_t bound; /* the sum of their hashes */
	struct event_log log;
	struct owner owner;
};

bool is_outside(const struct settings *s, uint32_t address);
uint32_t outside_address(unsigned n);
uint8_t uplink_of(const struct settings *s, uint32_t address);
void world_begin(struct world *w, const struct settings *s);
/* All sessions end, and nothing may be left. */
void world_end(struct world *w);
void world_sweep(struct world *w, unsigned budget);
void world_sweep_all(struct world *w);
/* A look at all sessions, or the first host or a protocol is cut off. */
void world_look(struct world *w, unsigned which);
/* Another translator, on a store of its own, goes on with what is saved of this
 * one. */
void world_reload(struct world *w);
/* Holds what is held of fragments to the counters. */
void world_check_fragments(const struct world *w, bool at_end);

/* --- event_log.c: the sessions by their events ------------------------ */

void event_log_add(struct event_log *t, const struct vpnalg_event *event);
/* Holds a session that is listed to what was told of it. */
void event_log_check_listed(struct event_log *t,
			    const struct vpnalg_session_info *info);
/* Holds what was told to the counters; whenever a call has ended. */
void told_check(const struct world *w);

/* --- owner.c: who owns the router ---------------------------------------- */

struct step;

/* Sets a policy, or lifts it. */
void owner_set_policy(struct world *w, const struct step *s);
/* Saves all sessions, has `make` make the translator anew, and loads them. */
void owner_reload(struct world *w, void (*make)(struct world *w));

/* --- rogue.c: a handler that answers wrongly --------------------------- */

#define ROGUE_PORT 80

const struct vpnalg_handler *rogue_handler(void);
extern uint8_t rogue_script[4];

/* --- oracle.c: a packet goes through, and the promises ----------------- */

/* Through one or two worlds, which must agree. */
struct worlds {
	struct settings settings;
	struct world first, second;
	/* There is a second one, and it is given packets one by one; or the
	 * first one's store fails and it is given the packet again. */
	bool one_by_one, heals;
	bool two; /* there is a second one, even if it is out of use */
	bool failed; /* the first one's store has */
	bool tried_again; /* a packet, after that */
	/* First.store.fail_in for the next packet, or for its undoing. */
	long fail_next, fail_undo;
	uint32_t calls;
};

void worlds_send(struct worlds *w, struct sent *packets, size_t count);

/* --- errors.c: ICMP errors ---------------------------------------------- */

struct step;

/* Returns whether a packet is one that quotes a whole IP header. */
bool is_icmp_error(const struct sent *s);
void check_quoted_checksums(const struct sent *s, const uint8_t *after);
void check_quoted_address(const struct settings *settings,
			  const struct sent *s, const uint8_t *after);
/* Changes what undo should give into what it may give. */
void allow_in_undone(struct bytes *expected, const struct vpnalg_packet *undo);
uint64_t store_sum(const struct watched_store *s);
void make_error(struct bytes *b, const struct bytes *about, bool out,
		const struct step *s);

/* --- flow.c: what both ends of a conversation know --------------------- */

#define IDS 4

struct ids {
	uint32_t own, outside, peer; /* outside stands for own there */
	uint32_t sequence[2];        /* of ESP, out and in */
};

struct stream {
	uint32_t next;       /* sequence number */
	uint32_t start;      /* of the last message */
	struct bytes message;
	uint32_t passed;     /* how much of it has got through */
};

struct flow {
	uint32_t inside, remote, outside;
	uint16_t zone, port, remote_port, outside_port;
	struct ids id[IDS];
	uint8_t uplink;
	uint32_t initiator, responder; /* of IKE */
	struct stream stream[2];       /* TCP, out and in */
	uint16_t ns[2];
};

/* One step. */
struct step {
	uint8_t what, which, message, value, strange, args[3];
};

/* A packet of a flow, and what is learned of it once it is out. */
struct draft {
	struct sent sent;
	struct flow *flow;
	bool inward;
	uint32_t learn_at; /* in the packet; 0: nothing */
	uint8_t learn_size;
	uint32_t *learn;
	bool streams; /* a TCP segment of a stream */
};

uint32_t inside_address(unsigned n);
uint32_t remote_address(unsigned n);
uint16_t some_port(unsigned n);
void flow_begin(struct flow *f, unsigned n);
void flow_set(struct flow *f, const struct step *s);

#define DRAFTS_MAX 8

typedef void speaker(struct draft *d, const struct step *s);

void draft_make(struct draft *d, const struct step *s, speaker *speaks);
/* Sends up to DRAFTS_MAX of them at once; their flows learn of what comes
 * out. */
void drafts_send(struct worlds *w, struct draft *drafts, size_t count);

/* --- What the flows say. ----------------------------------------------- */

speaker say_pptp, say_call, say_tcp;
speaker say_ike, say_nat_t, say_esp;
speaker say_l2tp2, say_l2tp2_data, say_l2tp3, say_l2tp3_data;
speaker say_l2tp3_ip, say_l2tp3_ip_data;
speaker say_gre, say_udp, say_icmp, say_other;

/* --- pieces.c: packets in fragments ------------------------------------ */

/* Cuts a packet up as the step says. Returns how many drafts that makes, at
 * least 2; 0 where it is too short. */
size_t pieces_make(const struct draft *d, const struct step *s,
		   struct draft pieces[DRAFTS_MAX]);

/* --- strange.c: packets as they should not be -------------------------- */

void make_strange(struct draft *d, const struct step *s,
		  const struct settings *settings);

/* --- What the targets do with an input. -------------------------------- */

/* Anything. */
void conversation(const uint8_t *data, size_t size);
/* A host goes on with its VPN, whatever others do. */
void witness(const uint8_t *data, size_t size);

#endif
