/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world of one run: clients, their server, the path between, and in its
 * middle, where the clients are, the translator under test.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "contest.h"
#include "dice.h"
#include "queue.h"
#include "score.h"
#include "settings.h"

#define NONE UINT32_MAX
#define TODO_MAX 8

enum { CLIENT = 0, SERVER = 1 };

/* What IKE is about. The wire shows less: see kinds[] in messages.c. */
enum kind {
	KIND_INIT,      /* v2 IKE_SA_INIT; v1 main mode 1, 2 */
	KIND_MAIN_KE,   /* v1 main mode 3, 4 */
	KIND_MAIN_ID,   /* v1 main mode 5, 6 */
	KIND_AUTH,      /* v2 IKE_AUTH; v1 quick mode, the first */
	KIND_CHILD,     /* v2 CREATE_CHILD_SA; v1 quick mode */
	KIND_REKEY_IKE, /* v2 CREATE_CHILD_SA */
	KIND_DELETE,    /* of a CHILD SA */
	KIND_DELETE_IKE, /* of an IKE SA that was rekeyed */
	KIND_LIVENESS,
	KIND_BYE        /* of all */
};

enum part { PART_REQUEST, PART_RESPONSE, PART_THIRD /* of quick mode */ };

/* An IKE SA: who began it and its two SPIs. */
struct ike {
	uint64_t spi[2]; /* of initiator and responder */
	uint8_t initiator;
};

struct message {
	uint8_t kind, part, to;
	uint16_t tunnel, life;
	uint32_t id;
	uint32_t sa, old; /* made and replaced by it, or NONE */
	struct ike ike, new_ike;
	uint32_t address; /* outside, as the server sees it or answers to it */
	uint16_t port;
	uint32_t next_free;
};

/* A request, or the second message of quick mode, until it is answered. */
struct request {
	bool active;
	uint8_t tries;
	uint32_t number; /* tells its timers from older ones */
	struct message message;
};

/* How a daemon behaves. */
struct flavour {
	const char *name;
	bool eager; /* as responder uses a new SPI at once; else (RFC 7296
		     * 2.8) when the other end does or deletes the old one */
	uint32_t remove_after; /* ms from a rekey to the DELETE */
	uint32_t retransmit[10]; /* ms; 0: it gives up */
};

struct end {
	const struct flavour *flavour;
	bool up; /* client: runs; server: knows the client */
	uint16_t life; /* which start of the client it belongs to */
	struct ike ike;
	uint32_t next_id;
	struct request requests[2]; /* its own; v1: its quick mode's answer */
	struct message answered;    /* the last one, to answer once more */
	struct message todo[TODO_MAX];
	unsigned todo_count;
	uint32_t sending; /* SA, or NONE */
	uint32_t pending; /* SA that it will send with, or NONE */
	uint64_t heard;   /* last time anything came */
	uint64_t liveness; /* silence before it asks */
};

/* A flow of packets: busy times, in which one end or both send, and pauses. */
struct traffic {
	struct dice phases, gaps[2];
	uint64_t gap;          /* between an end's packets, on the average */
	uint64_t since, until; /* this busy time or pause */
	uint64_t from[2];      /* when each end begins in this busy time */
	uint64_t first;        /* the client's first packet in it; 0: none */
	bool busy[2];          /* whether this end sends now */
	bool quiet;            /* a few packets, then minutes of silence */
	bool repeats;          /* the client repeats what is not answered */
	unsigned tries;        /* repetitions so far */
	uint64_t asked, heard; /* its last packet, the last that came to it */
	uint64_t pace;         /* from the last question to the next one */
};

/* A pair of ESP SAs that is renewed, and its flow. A gateway of a site has more
 * than one: the first leads, has the IKE SA, and its number is the client's. */
struct tunnel {
	uint32_t lead;
	uint32_t more, more_count; /* of a lead: the others, in a row */
	uint32_t more_up; /* so many of them have been asked for */
	struct end ends[2]; /* of those that do not lead only what sends */
	struct traffic traffic;
	struct dice dice, fate, path[2];
	bool v1;
	bool answers;     /* its server sends nothing else */
	uint32_t rtt;     /* microseconds */
	uint32_t address; /* outside, where the server knows it */
	uint16_t port;
	uint64_t began; /* the negotiation */
	uint32_t newest; /* SA, or NONE */
	uint64_t sent[2]; /* last ESP of each end in flight */
	uint32_t requests; /* counted */
	struct outage outage;
};

/* A pair of ESP SAs. */
struct sa {
	uint32_t tunnel;
	uint16_t life;
	uint32_t spi[2];      /* of packets to the client, to the server */
	uint32_t sequence[2]; /* last used by each end */
	bool follows; /* what came for the client until it began */
	struct verdicts verdicts;
};

#define SPOOFED_SPIS 4

/* Somebody outside who forges the server's address, in waves. */
struct spoofer {
	struct dice dice;
	uint64_t until;
	unsigned rate; /* packets a second; 0: between two waves */
	unsigned spis; /* that go on; 0: each packet has a new one */
	bool counts;   /* the sequence numbers go up */
	uint32_t spi[SPOOFED_SPIS], sequence[SPOOFED_SPIS];
};

enum lie { LIE_IKE, LIE_ESP, LIE_ESP_ONCE, LIES };

/* An inside host without a tunnel that looks as if it had one. */
struct liar {
	struct dice dice[LIES];
	uint64_t every[LIES]; /* mean microseconds */
	uint64_t rtt;
	struct ike ike;
	uint32_t id, spi, sequence;
};

struct world {
	const struct settings *settings;
	const struct contestant *contestant;
	void *state; /* the contestant's */
	struct score *score;
	uint64_t seed, now, end;
	unsigned count; /* of clients */
	uint32_t tunnel_count;
	unsigned restarts;
	struct dice router;
	struct spoofer spoofer;
	struct liar liars[LIARS_MAX];
	bool jitter, uniform_pauses;
	struct queue queue;
	struct tunnel *tunnels;
	struct sa *sas;
	uint32_t sa_count, sa_room;
	struct message *messages;
	uint32_t message_count, message_room, message_free;
};

/* Runs a world; clients and seed say which. */
void world_run(const struct settings *settings,
	       const struct contestant *contestant, unsigned clients,
	       uint64_t seed, struct score *score);

static inline struct tunnel *lead_of(const struct world *world,
				     uint32_t tunnel)
{
	return &world->tunnels[world->tunnels[tunnel].lead];
}

/* The end that sends with an SA. */
static inline struct end *end_of(const struct world *world, uint32_t sa,
				 unsigned end)
{
	return &world->tunnels[world->sas[sa].tunnel].ends[end];
}

/* path.c: a packet's path. */
/* Hands a packet to the translator and nobody else; returns the result. */
unsigned path_pass(struct world *world, struct parcel *parcel,
		   enum vpnalg_direction direction);
void path_send_esp(struct world *world, uint32_t tunnel, unsigned from);
void path_esp_comes(struct world *world, uint32_t sa, uint32_t sequence);
void path_esp_heard(struct world *world, uint32_t sa, unsigned at);
void path_send_ike(struct world *world, unsigned from,
		   const struct message *message);
void path_ike_comes(struct world *world, uint32_t message);

/* blind.c: whether anything that is to be seen tells whose the SPI is. */
void blind_begin(const struct world *world, struct sa *sa);
bool blind_is(const struct world *world, const struct sa *sa);

/* attack.c: forged packets and lies. */
void attack_open(struct world *world);
void attack_spoof(struct world *world);
void attack_lie(struct world *world, uint32_t liar, enum lie lie);
void attack_answered(struct world *world, uint32_t message);
/* A packet of somebody else's came to a liar. */
void attack_got(struct world *world, uint32_t liar);

/* traffic.c: when there is something to send. */
void traffic_open(struct world *world, uint32_t tunnel);
void traffic_flow(struct world *world, uint32_t tunnel, unsigned from);
/* The client hears its packets again, or no more come. */
void traffic_outage_ends(struct world *world, uint32_t tunnel);
/* Returns what the client does with its flow now, and since when. */
enum owner traffic_owner(struct world *world, uint32_t tunnel,
			 uint64_t *since);

/* request.c: asking until there is an answer. */
void request_begin(struct world *world, unsigned from,
		   const struct message *message);
void request_ask(struct world *world, uint32_t tunnel, unsigned from,
		 enum kind kind);
void request_repeat(struct world *world, unsigned from, unsigned slot,
		    const struct message *message);
void request_timer(struct world *world, uint32_t tunnel, uint32_t data);
void request_end(struct world *world, uint32_t tunnel, unsigned from);
void request_forget(struct end *end);

/* life.c: clients begin and die. */
void daemon_start(struct world *world, uint32_t tunnel);
void daemon_die(struct world *world, uint32_t tunnel, unsigned life);
/* This end's requests had no answer. */
void daemon_fails(struct world *world, uint32_t tunnel, unsigned end);
/* The server has no SA with this client any more. */
void daemon_forgets(struct world *world, uint32_t tunnel);

/* daemon.c: what the two daemons do when something comes. */
void daemon_hears(struct world *world, const struct message *message);

/* tunnel.c: all that there are in this run. */
void tunnels_open(struct world *world);

/* rekey.c: what they do from time to time. */
void rekey_plan(struct world *world, uint32_t sa);
/* A client that never asks learns when it rekeys that its server forgot it. */
void rekey_notice(struct world *world, uint32_t tunnel);
void rekey_plan_ike(struct world *world, uint32_t tunnel);
void rekey_child(struct world *world, uint32_t sa, unsigned end);
void rekey_ike(struct world *world, uint32_t tunnel, uint32_t data);
void rekey_delete(struct world *world, uint32_t sa, unsigned end);
void rekey_plan_liveness(struct world *world, uint32_t tunnel, unsigned end);
void rekey_liveness(struct world *world, uint32_t tunnel, uint32_t data);

uint32_t sa_add(struct world *world, uint32_t tunnel);
struct ike ike_choose(struct dice *dice, unsigned initiator);

#endif
