/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks: the records that hold a remote's candidates and unclaimed SPIs. A
 * remote with more hosts has more of them, up to a bound, so that a look at all
 * of them stays short. */
#ifndef VPNALG_IPSEC_BLOCKS_H
#define VPNALG_IPSEC_BLOCKS_H

#include "answers.h"
#include "ipsec.h"

enum { IPSEC_BLOCKS_CANDIDATES, IPSEC_BLOCKS_UNCLAIMED, IPSEC_BLOCKS };

#define IPSEC_CANDIDATE_BLOCKS 7
#define IPSEC_UNCLAIMED_BLOCKS 10

/* A host that may own a new inbound SPI: one is promised to it, or it sends and
 * receives nothing. The evidence for it is copied here and kept up to date, so
 * that many candidates are compared for one packet. */
struct ipsec_candidate {
	uint32_t id;       /* the host ID; 0: none */
	uint32_t since;    /* its first exchange that led to no SPI yet */
	uint32_t received; /* when it received last */
	uint32_t sent;     /* when it sent last with its newest SA */
	uint32_t resumed;  /* these three as in its own record */
	uint32_t out_since;
	uint32_t requested;
	uint32_t gap : 11; /* these two as of its youngest inbound SA */
	uint32_t spread : 8;
	uint32_t seeking : 1;  /* none is promised to it, it receives nothing */
	uint32_t receives : 1; /* it has inbound SAs */
	uint32_t sends : 1;    /* it has an outbound one */
	uint32_t has_resumed : 1; /* these four as flags of its own record */
	uint32_t released : 1;
	uint32_t initial : 1;
	uint32_t answered : 1;
};

/* Places per block. A candidate's place is its number through all blocks, from
 * 1 on: the remote's own data stand where number 0 would be. */
#define IPSEC_CANDIDATES 4
#define IPSEC_UNCLAIMED 3

#define IPSEC_REKEYED 2
#define IPSEC_PAIRED 2

struct ipsec_since {
	uint32_t id; /* the host ID; 0: none */
	uint32_t since;
};

/* The body of a remote: the first block of candidates. */
struct ipsec_remote {
	/* Hosts with an exchange that has led to no new ESP SPI so far: it may
	 * have rekeyed their IKE SA. The last one first. */
	struct ipsec_since rekeyed[IPSEC_REKEYED];
	/* Candidates that have got an SPI: the last one first. */
	struct ipsec_since paired[IPSEC_PAIRED];
	struct ipsec_candidate candidates[IPSEC_CANDIDATES - 1];
	uint32_t turn;      /* the host ID at which the ring is visited next */
	uint16_t probed_at; /* when a silent host was probed last, low bits */
	uint8_t blocks[IPSEC_BLOCKS]; /* number of blocks of each kind */
};

/* An inbound SPI without a host. */
struct ipsec_unclaimed {
	uint32_t spi;         /* 0: none */
	uint32_t first, last; /* when it was seen */
	uint32_t began;     /* when it was seen first after its last silence */
	uint32_t refused;   /* the host that it was taken from, or 0 */
	uint32_t probed;    /* the host ID that it was probed with last */
	uint32_t probed_at; /* and when */
	uint8_t count, total; /* packets since it began, and in all */
	uint8_t turn;         /* the place of the host that was probed last */
	uint8_t flags;        /* IPSEC_UNCLAIMED_ */
	struct ipsec_answers answers; /* of the host that it may answer */
};

#define IPSEC_UNCLAIMED_PROBED 0x01   /* probed_at is set */
#define IPSEC_UNCLAIMED_FRESH 0x02    /* it began near sequence number 1 */
#define IPSEC_UNCLAIMED_BEGAN 0x04    /* it is known when it began */
#define IPSEC_UNCLAIMED_AWAITING 0x08 /* the probed host may answer */
/* Some bits of the ID of the seeker that ranked first when it began last. */
#define IPSEC_UNCLAIMED_SEEKER 0xf0

/* All blocks of a remote, looked up once for a packet. */
struct ipsec_blocks {
	uint32_t now;
	uint16_t body;                 /* its offset in each record */
	uint8_t candidates, unclaimed; /* places; a candidate's are from 1 on */
	struct vpnalg_record *candidate_blocks[IPSEC_CANDIDATE_BLOCKS];
	struct vpnalg_record *unclaimed_blocks[IPSEC_UNCLAIMED_BLOCKS];
};

static inline struct ipsec_remote *
ipsec_remote_body(struct vpnalg *translator, struct vpnalg_record *remote)
{
	return vpnalg_session_body(translator, remote);
}

/* Returns the remote of these blocks. */
static inline struct vpnalg_record *
ipsec_blocks_remote(const struct ipsec_blocks *blocks)
{
	return blocks->candidate_blocks[0];
}

/* Returns the candidate, or the empty place, of that number. */
static inline struct ipsec_candidate *
ipsec_blocks_candidate(const struct ipsec_blocks *blocks, unsigned place)
{
	uint8_t *block =
		(uint8_t *)blocks->candidate_blocks[place / IPSEC_CANDIDATES];

	return (struct ipsec_candidate *)(void *)(block + blocks->body) +
	       place % IPSEC_CANDIDATES;
}

/* Returns the same, given the place of the number before: for loops. */
static inline struct ipsec_candidate *
ipsec_blocks_after(const struct ipsec_blocks *blocks,
		   struct ipsec_candidate *before, unsigned place)
{
	return place % IPSEC_CANDIDATES != 0
		       ? before + 1
		       : ipsec_blocks_candidate(blocks, place);
}

/* Returns the unclaimed SPI, or the empty place, of that number. */
static inline struct ipsec_unclaimed *
ipsec_blocks_unclaimed(const struct ipsec_blocks *blocks, unsigned place)
{
	uint8_t *block =
		(uint8_t *)blocks->unclaimed_blocks[place / IPSEC_UNCLAIMED];

	return (struct ipsec_unclaimed *)(void *)(block + blocks->body) +
	       place % IPSEC_UNCLAIMED;
}

/* Returns the block of candidates of that number, living, of the remote of any
 * session; NULL if there is none. Number 0 is the remote. */
struct vpnalg_record *vpnalg_ipsec_blocks_find(struct vpnalg *translator,
					       struct vpnalg_record *session,
					       unsigned number);

/* Looks up all blocks of a remote. */
void vpnalg_ipsec_blocks_load(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct ipsec_blocks *blocks);

/* Looks up the blocks of candidates alone, of the remote of any session.
 * Returns false if that remote is none. */
bool vpnalg_ipsec_blocks_load_candidates(struct vpnalg *translator,
					 struct vpnalg_record *session,
					 struct ipsec_blocks *blocks);

/* Opens a remote for a host with that outside key; NULL without room. */
struct vpnalg_record *
vpnalg_ipsec_blocks_open_remote(struct vpnalg_step *step,
				const struct vpnalg_tuple *host);

/* Opens the blocks that one more host of the remote needs. Returns false if the
 * store has no room, or the remote has as many hosts as it can count. */
bool vpnalg_ipsec_blocks_grow(struct vpnalg_step *step,
			      struct vpnalg_record *remote,
			      const struct vpnalg_tuple *host);

/* Makes all blocks of a remote expire with its last host, this one, which is
 * about to be removed; only peeks. */
void vpnalg_ipsec_blocks_release(struct vpnalg *translator,
				 struct vpnalg_record *remote,
				 struct vpnalg_record *host);

/* Has the remote of a living block know it. It may have been loaded as it was
 * before it needed that. vpnalg_handler.loaded, of all blocks but the first. */
void vpnalg_ipsec_blocks_loaded(struct vpnalg *translator,
				struct vpnalg_record *block);

#endif
