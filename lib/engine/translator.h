/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator's own structures, shared by the engine's files. Handlers and
 * stores do not see them. */
#ifndef VPNALG_ENGINE_TRANSLATOR_H
#define VPNALG_ENGINE_TRANSLATOR_H

#include <string.h>

#include <vpnalg/handler.h>
#include <vpnalg/policy.h>

#include "built.h"
#include "events.h"

/* Record kinds of the engine itself, beside those of the handlers. */
#define ENGINE_HANDLER 0x0f

/* Key roles of the engine's records, see usage.c and tally.c. As those of
 * sessions, roles of inside keys are even. */
enum {
	ROLE_PAIR = 8,     /* inside host is paired to an outside address */
	ROLE_GUARD = 9,    /* outside address and remote have sessions */
	ROLE_HOST = 10,    /* counts an inside host's sessions */
	ROLE_ROUTERS = 11, /* the router itself has some there */
	ROLE_REMOTE = 13   /* counts a remote's sessions */
};

/* In record->flags, beside the public ones: the session is to be cut. */
#define SESSION_CUT 0x04

/* And these say what close must give back. */
#define SESSION_GUARDED 0x10 /* counted in the guard of its protocol */
#define SESSION_HOSTED 0x20  /* counted in the guard of all protocols */
#define SESSION_PAIRED 0x40  /* counted in a pair record */
#define SESSION_BLOCKED 0x80 /* counted in that of its block of ports */

/* Words of the hash secret: one for each of the longest key's, in pairs. */
#define HASH_WORDS (VPNALG_KEY_MAX / 4 + 1)

/* The longest burst and the most handlers and addresses that are accepted. */
#define BURST_MAX 256
#define HANDLERS_MAX 15
#define KINDS_MAX 15
#define ADDRESSES_MAX 4096

/* A bit in handlers_for, beside one for each handler. */
#define ASKED_BY_PORT 0x8000U

/* The most bytes of settings that a handler may have. */
#define SETTINGS_MAX 4096

/* Bounds the outside addresses that are tried for one new to a remote. */
#define POOL_TRIES 64

/* Bounds the outside addresses and remotes that are remembered because most IDs
 * were taken, the ranges of each in which the search goes on, and its noted
 * free IDs. */
#define SEARCHES 16
#define SEARCH_ROUNDS 2
#define SEARCH_FREED 4

/* A key without its ID; rest is what its other parts add to the hash. */
struct key_of_any_id {
	uint64_t rest;
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_MAX];
};

/* The parts in which a key may differ from that of another session of the same
 * hosts. */
struct key_parts {
	uint8_t role, space;
	uint32_t id, port;
};

/* The keys that must lead nowhere for an outside ID to be free. */
struct probe {
	struct key_of_any_id keys[2]; /* the session's own key first */
	unsigned count;
};

/* The state of the search for a free ID: search.c. */
struct search {
	uint64_t id_space; /* hash of the key without its ID */
	struct search_round {
		uint32_t first, step, count; /* the range */
		uint32_t at, left;           /* in it; 0 left: it is full */
		vpnalg_time again;           /* when to search again then */
	} rounds[SEARCH_ROUNDS];
	uint32_t freed[SEARCH_FREED];
	uint8_t freed_count;
	uint8_t turn; /* of the round that is replaced next */
};

/* The search for one packet. */
struct hunt {
	struct vpnalg *translator;
	const struct vpnalg_range *range;
	struct vpnalg_range cut; /* its members of the port set, by number */
	/* All IDs must be of this set, if it is not NULL. */
	const struct vpnalg_port_set *set;
	uint64_t id_space;
	unsigned tries; /* left, of which to spare for the other range: */
	unsigned spare;
	unsigned drawn; /* at random, of this range */
	unsigned freed; /* the next of the noted ones */
	uint32_t at;    /* where it is in the range, but for the walk */
};

/* Bounds the keys that a handler may name for one packet. */
#define ATTEMPTS_MAX 16

/* The number of drop reasons of the library's own. */
#define DROP_REASONS (VPNALG_RESULTS - VPNALG_DROP_FIRST)

/* In slot->claim: the handler's answer makes no sense; or the packet is the
 * router's own, and only counted. */
#define CLAIM_FAULT 0xff
#define CLAIM_ROUTERS 0xfe

/* One packet between the stages of a burst, not a record's slot: parsed, key
 * and hash, never a record. */
struct slot {
	struct vpnalg_parsed parsed;
	struct vpnalg_match match;
	uint64_t hash;
	_Alignas(uint64_t) uint8_t key[VPNALG_KEY_MAX];
	uint8_t claim;   /* enum vpnalg_claim, or one of the above */
	uint8_t handler; /* the handler that claims it */
	uint8_t attempt; /* number of keys it has named in vain */
	bool ours;       /* its addresses may be ours */
	bool plain;      /* its IP header allows a translation */
};

/* The counts for limits: of all handlers, then of each; policy.h has places. */
#define TALLIES_OF(handlers) (2U * (1U + (handlers)))

/* The policy, and what it goes by. */
struct policy {
	struct vpnalg_policy set; /* its arrays are the caller's */
	uint64_t cursor;          /* of the search for room */
	uint32_t units;           /* of the store, in use */
	uint32_t counts[TALLIES_OF(HANDLERS_MAX)];
	bool count_hosts, count_remotes, cutting;
	bool refuses;   /* there is anything that may refuse a session */
	bool is_short;  /* room lacked for the session that was asked about */
	uint16_t unfit; /* bytes of a record that closing made no room for; 0 */
	vpnalg_time unfit_at; /* and when */
	/* By handler: switched off by itself; denied by rules. */
	bool is_off[HANDLERS_MAX], is_denied[HANDLERS_MAX];
	vpnalg_time last_used[HANDLERS_MAX];
};

/* The uplinks of the outside addresses. */
struct uplinks {
	uint8_t *of;     /* each one of the list, and of those behind it: */
	uint32_t gone;   /* the number that have gone, sorted */
	uint16_t *order; /* the places of those in use, by uplink */
};

/* The addresses of an uplink that are in use, sorted. */
struct address_group {
	uint32_t first, count;
};

/* A host that an address is looked for, among those of an uplink. */
struct seeker {
	const uint8_t *inside;
	struct address_group group;
	uint16_t zone;
	uint8_t uplink;
};

struct vpnalg {
	/* The handlers and their settings, twice: record->handler, with or
	 * without VPNALG_HANDLER_ROUTER, is an index. */
	const struct vpnalg_handler
		*handlers[VPNALG_HANDLER_ROUTER + HANDLERS_MAX];
	void *settings[VPNALG_HANDLER_ROUTER + HANDLERS_MAX];
	uint64_t *own[HANDLERS_MAX]; /* counters of the handlers' own */
	/* Dropped packets by handler, direction and reason; those that no
	 * handler claimed stand behind the last handler's. */
	uint64_t (*drops)[2][DROP_REASONS];
	const struct vpnalg_store *store;
	uint8_t *addresses;      /* the list: address.h; addr_len_of() each */
	struct uplinks *uplinks; /* NULL: there is one */
	bool *address_seen; /* a session has it, of those that are drained */
	struct slot *slots; /* burst of them */
	struct fragments *fragments; /* NULL: without memory for them */
	struct aliases *aliases;     /* NULL: servers have no further ports */
	struct routers *routers; /* NULL: its own packets are only counted */
	struct vpnalg_kind_counters *kinds;
	uint32_t (*random)(void *context);
	enum vpnalg_choice (*choose)(void *, struct vpnalg_binding *);
	void (*release)(void *, const struct vpnalg_binding *);
	void (*event)(void *, const struct vpnalg_event *);
	void *context;
	uint64_t pool_key[2];
	uint64_t hash_multiplier;
	/* The latest time that the caller has given; its own clock; and how far
	 * this is ahead of the caller's. */
	vpnalg_time callers_now, now, clock_offset;
	uint64_t sweep_cursor;
	unsigned found; /* the slot of the key that was found last */
	unsigned work;  /* operations of the store, for the sweep's budget */
	vpnalg_time sweep_earliest;
	void *user; /* of the packet that opens a session, for its binding */
	struct vpnalg_step step; /* what is being made of the packet at hand */
	struct vpnalg_record
		*visited; /* by the sweep; NULL: closed meanwhile */
	/* Scratch, here to spare the stack: the key that is looked for, those
	 * of a row, in what a key differs from that beside it, a tuple of a
	 * session that is being opened, what its ID and its address are looked
	 * for by, its binding as made and as proposed, an event, and the keys
	 * of a block of ports and of the counts that a session leaves. */
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_MAX];
	struct key_of_any_id row;
	struct key_parts parts;
	struct vpnalg_tuple tuple;
	struct probe probe;
	struct hunt hunt;
	struct seeker seeker;
	struct vpnalg_event notice;
	struct vpnalg_binding binding, proposal;
	struct vpnalg_tuple block_key, tally_key;
	uint8_t block_address[VPNALG_ADDR_MAX]; /* as proposed, with blocks */
	uint32_t address_count, in_use_count, address_max, withheld;
	bool stale; /* there may be sessions of addresses that have gone */
	uint16_t burst;
	bool passive;
	bool accounts; /* sessions keep account */
	uint8_t after; /* the packet: AFTER_ACCOUNT and so on */
	struct vpnalg_port_set port_set;
	struct vpnalg_port_set block; /* of the host that opens a session */
	struct vpnalg_port_blocks blocks;
	uint8_t handler_count;
	uint8_t kind_count;
	uint8_t kind_base[HANDLERS_MAX]; /* a handler's first kind in kinds */
	/* Key slots by handler and kind; 0: there is no such kind. */
	uint8_t slots_of[HANDLERS_MAX + 1][KINDS_MAX + 1];
	/* By IP protocol: bit n is set if the nth handler is asked, and
	 * ASKED_BY_PORT if some are asked by the remote's port alone. */
	uint16_t handlers_for[256];
	uint16_t by_port;  /* bit n: the nth handler is */
	uint32_t by_ports; /* port_bit() of each port of their servers */
	uint32_t secret[HASH_WORDS];
	struct search searches[SEARCHES];
	struct vpnalg_timers timers;
	struct policy policy;
	struct events events;
	struct vpnalg_counters counters;
	/* A bit for each space in which sessions for all remotes were opened.
	 */
	uint8_t mapped[32];
	struct vpnalg_server_port server_ports[VPNALG_SERVER_PORTS_MAX];
	uint8_t server_port_count;
	bool searching;     /* there is something in searches */
	bool fault;         /* store or handler gave an invalid answer */
	bool closing;       /* a handler is being notified of a session's end */
	bool adopting;      /* the session at hand was opened elsewhere */
	bool held;          /* another session kept a wanted key */
	bool met_withheld;  /* the record that was found is no session's */
	bool routers_sends; /* the router itself sends the packet */
	bool routers_follow; /* the packet comes in for the router's session */
};

/* Return the lengths of addresses and keys. All are of IPv4 so far, so the
 * compiler may know them. */
static inline size_t addr_len_of(const struct vpnalg *translator)
{
	(void)translator;
	return 4;
}

static inline size_t key_len_of(const struct vpnalg *translator)
{
	(void)translator;
	return VPNALG_KEY_IPV4;
}

/* Returns the bit that stands for a port. Ports that most hosts talk to (22,
 * 53, 80, 443 ...) have other bits than those of PPTP and IPsec. */
static inline unsigned port_bit(unsigned port)
{
	return (port ^ port >> 6) % 32;
}

/* Returns the time that many milliseconds from now: the clock ends at
 * VPNALG_NEVER. */
static inline vpnalg_time time_in(const struct vpnalg *translator,
				  vpnalg_time milliseconds)
{
	return translator->now > VPNALG_NEVER - milliseconds
		       ? VPNALG_NEVER
		       : translator->now + milliseconds;
}

/* Fills in an address. */
static inline void address_set(const struct vpnalg *translator,
			       struct vpnalg_addr *address,
			       const uint8_t *octets)
{
	*address = (struct vpnalg_addr){ .family = VPNALG_IPV4 };
	memcpy(address->octets, octets, addr_len_of(translator));
}

/* Returns whether two addresses are equal. */
static inline bool same_address(const uint8_t *a, const uint8_t *b,
				size_t addr_len)
{
	return memcmp(a, b, addr_len) == 0;
}

static inline struct vpnalg_kind_counters *
session_counters(const struct vpnalg *translator, unsigned handler,
		 unsigned kind)
{
	return &translator->kinds[translator->kind_base[handler] + kind];
}

static inline const struct vpnalg_kind *
session_kind(const struct vpnalg *translator, unsigned handler, unsigned kind)
{
	return &translator->handlers[handler]->kinds[kind];
}

static inline struct vpnalg_kind_counters *
record_counters(const struct vpnalg *translator,
		const struct vpnalg_record *record)
{
	return session_counters(translator, vpnalg_record_handler(record),
				record->kind);
}

static inline const struct vpnalg_kind *
record_kind(const struct vpnalg *translator, const struct vpnalg_record *record)
{
	return session_kind(translator, record->handler, record->kind);
}

#endif
