/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: what its files share. */
#ifndef VPNALG_IPSEC_IPSEC_H
#define VPNALG_IPSEC_IPSEC_H

#include <vpnalg/handler.h>

#include "../wire/ipsec.h"

enum {
	IPSEC_KIND_IKE,    /* IKE and NAT-T: a UDP session */
	IPSEC_KIND_IKE_SA, /* an initiator SPI of one, for servers that answer
			    * to port 500 whatever they were asked from */
	IPSEC_KIND_OUT,    /* an outbound ESP SA */
	IPSEC_KIND_IN,     /* an inbound one, paired with its host */
	IPSEC_KIND_HOST,   /* an inside host that has ESP with a remote */
	IPSEC_KIND_REMOTE, /* all hosts of a remote and an outside address */
	IPSEC_KIND_CANDIDATES, /* those that may own an SPI from there */
	IPSEC_KIND_UNCLAIMED, /* inbound SPIs from there that are nobody's yet */
	IPSEC_KIND_AH,        /* only counted */
	IPSEC_KINDS
};

/* Spaces and ports of keys. ESP's are the protocol's: SPIs with port 0, the
 * host's inside key with SPI 0, which no packet has, the rest with these. */
enum {
	IPSEC_SPACE_IKE_SA = 253, /* experimental, RFC 3692: no packet's */
	IPSEC_PORT_HOST = 1,
	IPSEC_PORT_REMOTE = 2, /* with the number of the block */
	IPSEC_PORT_UNCLAIMED = 3
};

/* Times in bodies are the low 32 bits of the clock. A wrong answer after 49
 * days of silence would cost a guess. */

/* How many IKE SAs of one session are found by their SPI: two while one is
 * rekeyed, and as many again. */
#define IPSEC_IKE_SAS 4

struct ipsec_ike {
	uint32_t spis[IPSEC_IKE_SAS][2]; /* the last used first; 0: none */
	uint8_t flags;                   /* IPSEC_IKE_ */
	uint8_t asked; /* times without an answer, from another port than 500 */
};

#define IPSEC_IKE_ANSWERED 0x01
#define IPSEC_IKE_INSISTS 0x02 /* the remote speaks with port 500 only */

struct ipsec_out {
	uint32_t seen;   /* last time */
	uint8_t paired;  /* its host has received with an SPI, and may be silent
			  * for longer */
	uint8_t old;     /* a younger one is used by its host */
	uint8_t watched; /* its host is a candidate, which needs to know */
};

struct ipsec_in {
	uint32_t seen;          /* when its last packet came */
	uint32_t gap : 11;      /* usual time between packets, ms */
	uint32_t spread : 8;    /* by how much that usually differs, ms */
	uint32_t evidence : 4;  /* enum vpnalg_evidence */
	uint32_t trust : 4;     /* IPSEC_TRUST_ */
	uint32_t confirmed : 1; /* traffic both ways, for a while */
	uint32_t old : 1;       /* a younger one was paired with its host */
	uint32_t suspect : 1;   /* its host may not have heard it */
	uint32_t watched : 1; /* its host is a candidate, which needs to know */
};

/* How far what its host sends agrees with what comes: a pair begins in the
 * middle, is taken back at 0, and is beyond doubt at the top. */
enum { IPSEC_TRUST_NEW = 6, IPSEC_TRUST_FULL = 15 };

/* The youngest inbound SPIs of a host, by which others are judged. There may be
 * more of them: they are records of their own. */
#define IPSEC_YOUNGEST 2

struct ipsec_host {
	struct {
		uint32_t spi;    /* 0: none */
		uint32_t first;  /* when it was first seen */
	} in[IPSEC_YOUNGEST];    /* the last paired first */
	uint32_t next, previous; /* host IDs: all hosts of a remote in a ring */
	uint32_t out_spi;        /* the newest outbound one; 0: none yet */
	uint32_t older_sent;     /* when it last sent with an older one */
	uint32_t out_since;      /* when it was first seen */
	uint32_t resumed;        /* when it last sent after a silence */
	uint32_t asked;          /* the last message that may make an SA */
	uint32_t message;        /* its message ID */
	uint32_t peer_asked; /* when an INFORMATIONAL came from the remote */
	uint32_t suspected;  /* when it was first suspected to hear nothing */
	uint32_t held_for;   /* which request: its message or SPI */
	uint32_t held_since; /* and when it came first */
	uint16_t flags;      /* IPSEC_HOST_ */
	uint8_t held;        /* how often it was held back */
	uint8_t pending;  /* inbound SPIs that are promised and not known yet */
	uint8_t unheard;  /* how often it sent, and had heard nothing since */
	uint8_t place;    /* where it is a candidate, or was one */
	uint16_t inbound; /* inbound SAs */
};

#define IPSEC_HOST_JOINED 0x01     /* counted by its remote */
#define IPSEC_HOST_ASKED 0x02      /* asked and message mean something */
#define IPSEC_HOST_PENDING 0x04    /* the exchange's inbound SPI is not known */
#define IPSEC_HOST_PEER_ASKED 0x10 /* peer_asked means something */
#define IPSEC_HOST_SUSPECTED 0x20  /* suspected means something */
#define IPSEC_HOST_RESUMED 0x40    /* resumed means something */
#define IPSEC_HOST_INITIAL 0x80    /* it has begun anew, and has no SPI yet */
#define IPSEC_HOST_ANSWERED 0x100  /* what it asked for was answered */
#define IPSEC_HOST_PROMISED 0x200  /* an exchange promises an outbound SPI */
#define IPSEC_HOST_PEER_INITIATED 0x400 /* the remote began the exchange */
#define IPSEC_HOST_HELD 0x800           /* with the first packets of an SA */
#define IPSEC_HOST_RELEASED 0x1000      /* those of its newest SA were held */

/* What is kept of a remote is in blocks, more of them where it has more hosts,
 * but never so many that to look at all of them takes long. */
enum { IPSEC_BLOCKS_CANDIDATES, IPSEC_BLOCKS_UNCLAIMED, IPSEC_BLOCKS };

#define IPSEC_CANDIDATE_BLOCKS 7
#define IPSEC_UNCLAIMED_BLOCKS 8

/* A host that may own a new inbound SPI: since one is promised to it, or since
 * it sends and hears nothing. What speaks for it is kept here, too, and up to
 * date, so that many can be looked at for one packet. */
struct ipsec_candidate {
	uint32_t id;       /* the host ID; 0: none */
	uint32_t since;    /* its first exchange that led to none yet */
	uint32_t received; /* when it last did */
	uint32_t sent;     /* when it last did, with its newest SA */
	uint32_t resumed;  /* these as in its own record */
	uint32_t out_since;
	uint32_t asked;
	uint32_t gap : 11; /* these as of its youngest inbound SA */
	uint32_t spread : 8;
	uint32_t seeking : 1;  /* none is promised to it, it hears nothing */
	uint32_t receives : 1; /* it has inbound SAs */
	uint32_t sends : 1;    /* it has an outbound one */
	uint32_t has_resumed : 1;
	uint32_t released : 1;
	uint32_t initial : 1;
	uint32_t answered : 1;
};

/* Places are numbered through all blocks, from 1 on: where that of number 0 would
 * be are the remote's own things. */
#define IPSEC_CANDIDATES 4 /* in a block */

#define IPSEC_REKEYED 2
#define IPSEC_PAIRED 2

struct ipsec_since {
	uint32_t id; /* the host ID; 0: none */
	uint32_t since;
};

/* The first block. */
struct ipsec_remote {
	/* Hosts whose exchange has led to no new ESP SPI so far: their IKE SA
	 * may be the new one. The last one first. */
	struct ipsec_since rekeyed[IPSEC_REKEYED];
	/* Hosts that were expected, and have got an SPI: the last one first. */
	struct ipsec_since paired[IPSEC_PAIRED];
	struct ipsec_candidate candidates[IPSEC_CANDIDATES - 1];
	uint32_t turn; /* the host ID at which the ring is looked at next */
	uint16_t probed_at; /* when a silent host was probed last, about */
	uint8_t blocks[IPSEC_BLOCKS];
};

/* How many unclaimed SPIs one block holds. */
#define IPSEC_UNCLAIMED 4

struct ipsec_unclaimed {
	uint32_t spi;         /* 0: none */
	uint32_t first, last; /* when it was seen */
	uint32_t began;       /* after its last silence */
	uint32_t refused;     /* the host that it was taken from, or 0 */
	uint32_t probed;      /* the host ID that it was probed with last */
	uint32_t probed_at;
	uint8_t count, total;
	uint8_t turn;  /* the place of that host */
	uint8_t flags; /* IPSEC_UNCLAIMED_, and of a seeker's ID */
};

#define IPSEC_UNCLAIMED_PROBED 0x01 /* probed_at means something */
#define IPSEC_UNCLAIMED_FRESH 0x02  /* it began near sequence number 1 */
#define IPSEC_UNCLAIMED_BEGAN 0x04  /* it is known when it began */
#define IPSEC_UNCLAIMED_ASKED 0x08  /* the host was silent, and may answer */
/* Some bits of the ID of the seeker that ranked first when it began last. */
#define IPSEC_UNCLAIMED_SEEKER 0xf0

/* What is kept of a remote, looked up once for a packet. */
struct ipsec_blocks {
	uint32_t now;
	uint16_t body;                 /* where it begins in each record */
	uint8_t candidates, unclaimed; /* places; a candidate's are from 1 on */
	struct vpnalg_record *candidate_blocks[IPSEC_CANDIDATE_BLOCKS];
	struct vpnalg_record *unclaimed_blocks[IPSEC_UNCLAIMED_BLOCKS];
};

static inline struct vpnalg_record *
ipsec_remote(const struct ipsec_blocks *blocks)
{
	return blocks->candidate_blocks[0];
}

static inline struct ipsec_candidate *
ipsec_candidate_at(const struct ipsec_blocks *blocks, unsigned place)
{
	uint8_t *block =
		(uint8_t *)blocks->candidate_blocks[place / IPSEC_CANDIDATES];

	return (struct ipsec_candidate *)(void *)(block + blocks->body) +
	       place % IPSEC_CANDIDATES;
}

static inline struct ipsec_unclaimed *
ipsec_unclaimed_at(const struct ipsec_blocks *blocks, unsigned place)
{
	uint8_t *block =
		(uint8_t *)blocks->unclaimed_blocks[place / IPSEC_UNCLAIMED];

	return (struct ipsec_unclaimed *)(void *)(block + blocks->body) +
	       place % IPSEC_UNCLAIMED;
}

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that not
 * every packet writes to records. */
#define IPSEC_SLACK_PART 16

/* A path may delay packets by so much that they are overtaken. */
#define IPSEC_REORDERED_MS 50

/* A new SA begins to count at 1 (RFC 4303 2.2). What is first seen far from
 * that was in use before, or is forged. */
#define IPSEC_FRESH_SEQUENCE 4096

/* After so long a silence a host, or an SPI, begins anew. */
#define IPSEC_SILENCE_MS 700

/* SAs of one host that begin so soon after each other stay side by side; later
 * ones replace those before. */
#define IPSEC_TOGETHER_MS 1000

/* Two SPIs that began within that may be taken for one another. */
#define IPSEC_RIVAL_MS 500

/* So many packets settle what one would leave open. */
#define IPSEC_COUNT_SETTLED 3
#define IPSEC_COUNT_LAST 6

/* One of two that are both likely is so much likelier (about 20 times). */
#define IPSEC_MARGIN 300

/* How a host stands when a new inbound SPI begins. */
enum ipsec_rank {
	IPSEC_RANK_NONE,   /* goes on to receive as before */
	IPSEC_RANK_IDLE,   /* receives nothing */
	IPSEC_RANK_SOON,   /* receives as before, or has just stopped */
	IPSEC_RANK_LIKELY, /* stopped to receive, or began to send, then */
	IPSEC_RANK_SURE,   /* stopped to receive then, but not to send */
	IPSEC_RANKS
};

/* The rank, by what evidence, and how surprising that would be. */
struct ipsec_likelihood {
	enum ipsec_rank rank;
	enum vpnalg_evidence evidence;
	uint32_t surprise;
};

static inline uint32_t ipsec_now(const struct vpnalg *translator)
{
	return (uint32_t)vpnalg_session_now(translator);
}

static inline bool ipsec_is_after(uint32_t time, uint32_t other)
{
	return (int32_t)(time - other) > 0;
}

static inline uint32_t ipsec_off_by(uint32_t time, uint32_t usual)
{
	return ipsec_is_after(time, usual) ? time - usual : usual - time;
}

/* After an exchange whose SPI the host has not begun to use for so long, there
 * is none: it was the IKE SA's. */
#define IPSEC_NO_CHILD_MS 3000

/* Whether the candidate received anything after that time. */
static inline bool ipsec_hears(const struct ipsec_candidate *c, uint32_t since)
{
	return c->receives && ipsec_is_after(c->received, since);
}

/* A host that has gone on for long, at either end, with what it had before its
 * exchange has rekeyed its IKE SA. */
static inline bool ipsec_went_on(const struct ipsec_candidate *c,
				 uint32_t since)
{
	if (!c->sends || !ipsec_is_after(since, c->out_since))
		return false; /* it has a new outbound one */
	return ipsec_is_after(c->sent, since + IPSEC_NO_CHILD_MS) ||
	       ipsec_hears(c, since + IPSEC_NO_CHILD_MS);
}

/* When the candidate sent ESP last, with whichever SA. */
static inline uint32_t ipsec_sent_at(const struct ipsec_candidate *c)
{
	return c->has_resumed && ipsec_is_after(c->resumed, c->sent)
		       ? c->resumed
		       : c->sent;
}

/* A new SPI is promised before it is used. One that was in use before may be
 * older than what is known of its owner. */
static inline bool ipsec_is_too_old(const struct ipsec_candidate *c,
				    const struct ipsec_unclaimed *w)
{
	return !c->seeking && w->flags & IPSEC_UNCLAIMED_FRESH &&
	       ipsec_is_after(c->since, w->first + IPSEC_REORDERED_MS);
}

/* What made it a candidate is over: it has gone on with what it had, or hears
 * again. */
static inline bool ipsec_is_over(const struct ipsec_candidate *c)
{
	return c->seeking ? ipsec_hears(c, c->since)
			  : ipsec_went_on(c, c->since);
}

/* Whether the host may own the SPI at all. */
static inline bool ipsec_may_own(const struct ipsec_candidate *c,
				 const struct ipsec_unclaimed *w)
{
	return c->id != 0 && c->id != w->refused && !ipsec_is_too_old(c, w) &&
	       !ipsec_is_over(c);
}

/* After an exchange the remote turns to the new SA within that, if it sends. */
#define IPSEC_SWITCH_MS 500

/* Whether an exchange of the candidate's ended so shortly before the SPI
 * began. */
static inline bool ipsec_has_asked(const struct ipsec_candidate *c,
				   const struct ipsec_unclaimed *w,
				   uint32_t longest)
{
	return c->answered && w->began + IPSEC_REORDERED_MS - c->asked <
				      longest + IPSEC_REORDERED_MS;
}

/* The owner answers a probe within that. Meanwhile no other SPI is probed with
 * silent hosts: it must be plain what the answer is to. */
#define IPSEC_ANSWER_MS 150

/* Whether the host that was probed with the SPI may still answer. */
static inline bool ipsec_is_probed(const struct ipsec_unclaimed *w,
				   uint32_t now)
{
	return w->flags & IPSEC_UNCLAIMED_ASKED && w->spi != 0 &&
	       now - w->probed_at <= IPSEC_ANSWER_MS;
}

/* Of IKE_SA_INIT, main and aggressive mode: the responder has no SPI yet. */
static inline bool ipsec_is_first(const uint8_t *ike)
{
	return (vpnalg_get32(ike + IKE_RESPONDER_SPI_OFF) |
		vpnalg_get32(ike + IKE_RESPONDER_SPI_OFF + 4)) == 0;
}

/* ipsec_ike.c */
enum vpnalg_result vpnalg_ipsec_ike_find(struct vpnalg_step *step);
void vpnalg_ipsec_ike_pass(struct vpnalg_step *step);
void vpnalg_ipsec_ike_pass_data(struct vpnalg_step *step);
void vpnalg_ipsec_ike_tuple(struct vpnalg *translator,
			    struct vpnalg_record *record,
			    struct vpnalg_tuple *tuple);
bool vpnalg_ipsec_ike_knows(struct vpnalg_step *step, const uint8_t *header);
const uint8_t *vpnalg_ipsec_ike_header(struct vpnalg_step *step);
struct vpnalg_record *vpnalg_ipsec_ike_of(struct vpnalg *translator,
					  struct vpnalg_record *record);

/* ipsec_ike_sa.c */
struct vpnalg_record *vpnalg_ipsec_ike_sa_find(struct vpnalg_step *step,
					       const uint8_t *header);
void vpnalg_ipsec_ike_sa_open(struct vpnalg_step *step, const uint32_t *spi);
void vpnalg_ipsec_ike_sa_close(struct vpnalg_step *step, const uint32_t *spi);
void vpnalg_ipsec_ike_sa_ended(struct vpnalg *translator,
			       struct vpnalg_record *session);

/* ipsec_ike_port.c */
bool vpnalg_ipsec_ike_takes_port(struct vpnalg_step *step);
bool vpnalg_ipsec_ike_is_twin(struct vpnalg_step *step);

/* ipsec_exchange.c */
enum vpnalg_result vpnalg_ipsec_exchange(struct vpnalg_step *step);

/* ipsec_esp.c and ipsec_outbound.c */
enum vpnalg_result vpnalg_ipsec_outbound(struct vpnalg_step *step);
enum vpnalg_result vpnalg_ipsec_esp(struct vpnalg_step *step);

/* ipsec_host.c */
struct ipsec_host *vpnalg_ipsec_host_body(struct vpnalg *translator,
					  struct vpnalg_record *host);
uint32_t vpnalg_ipsec_host_id(struct vpnalg *translator,
			      struct vpnalg_record *host);
struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session);
struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step);
struct vpnalg_record *vpnalg_ipsec_host_alive(struct vpnalg *translator,
					      struct vpnalg_record *session,
					      uint32_t id);
enum vpnalg_result vpnalg_ipsec_host_open(struct vpnalg_step *step,
					  struct vpnalg_record **host);
uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host);
void vpnalg_ipsec_host_live(struct vpnalg *translator,
			    struct vpnalg_record *host);
void vpnalg_ipsec_host_lost_inbound(struct vpnalg *translator,
				    struct vpnalg_record *sa);
struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index);
struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host);
/* The host of that ID and the session's remote, living or dead; closes nothing.
 */
static inline struct vpnalg_record *
ipsec_host_peek(struct vpnalg *translator, struct vpnalg_record *session,
		uint32_t id)
{
	return vpnalg_session_peek_beside(translator, session,
					  VPNALG_OUTSIDE_OWN, ESP_PROTOCOL, id,
					  IPSEC_PORT_HOST);
}
bool vpnalg_ipsec_host_hears(struct vpnalg *translator,
			     struct vpnalg_record *host, uint32_t since);
bool vpnalg_ipsec_host_has_inbound(struct vpnalg *translator,
				   struct vpnalg_record *host);
bool vpnalg_ipsec_host_has_several(struct vpnalg *translator,
				   struct vpnalg_record *host);
uint32_t vpnalg_ipsec_host_sent(struct vpnalg *translator,
				struct vpnalg_record *host, bool *ever);

/* ipsec_remote.c */
struct ipsec_remote *vpnalg_ipsec_remote_body(struct vpnalg *translator,
					      struct vpnalg_record *remote);
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session);
void vpnalg_ipsec_remote_load(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct ipsec_blocks *blocks);
bool vpnalg_ipsec_remote_load_candidates(struct vpnalg *translator,
					 struct vpnalg_record *session,
					 struct ipsec_blocks *blocks);
struct vpnalg_record *vpnalg_ipsec_remote_block(struct vpnalg *translator,
						struct vpnalg_record *session,
						unsigned place);
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     struct vpnalg_record **host);
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host);
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id);
void vpnalg_ipsec_remote_settle(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t id);
struct vpnalg_record *vpnalg_ipsec_remote_turn(struct vpnalg *translator,
					       struct vpnalg_record *remote);
struct vpnalg_record *vpnalg_ipsec_remote_lone(struct vpnalg *translator,
					       struct vpnalg_record *remote);
void vpnalg_ipsec_remote_fulfilled(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_candidate *c);

/* ipsec_candidate.c */
struct ipsec_candidate *vpnalg_ipsec_candidate_of(struct vpnalg *translator,
						  struct vpnalg_record *host,
						  struct vpnalg_record **block);
void vpnalg_ipsec_candidate_describe(struct vpnalg *translator,
				     struct vpnalg_record *host, unsigned index,
				     struct ipsec_candidate *c);
void vpnalg_ipsec_candidate_update(struct vpnalg *translator,
				   struct vpnalg_record *host);
void vpnalg_ipsec_candidate_sent(struct vpnalg *translator,
				 struct vpnalg_record *host,
				 struct ipsec_out *out);
void vpnalg_ipsec_candidate_received(struct vpnalg *translator,
				     struct vpnalg_record *host,
				     struct ipsec_in *in);
void vpnalg_ipsec_candidate_expect(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   struct vpnalg_record *host, uint32_t since);
void vpnalg_ipsec_candidate_seek(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *host);
void vpnalg_ipsec_candidate_fulfil(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   struct vpnalg_record *host);

void vpnalg_ipsec_candidate_leave(struct vpnalg *translator,
				  struct vpnalg_record *host);
void vpnalg_ipsec_candidate_clear(struct vpnalg *translator,
				  const struct ipsec_blocks *blocks,
				  unsigned place);

/* ipsec_unclaimed.c and ipsec_hold.c */
struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_blocks *blocks,
						    unsigned *place);
bool vpnalg_ipsec_unclaimed_counts(const struct ipsec_unclaimed *w);
void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  const struct ipsec_unclaimed *taken);
bool vpnalg_ipsec_hold(struct vpnalg_step *step, struct ipsec_blocks *blocks,
		       struct vpnalg_record *host, bool asking,
		       uint32_t request);

/* ipsec_evidence.c */
void vpnalg_ipsec_evidence(uint32_t now, const struct ipsec_candidate *c,
			   const struct ipsec_unclaimed *w, bool follows,
			   struct ipsec_likelihood *likelihood);
bool vpnalg_ipsec_evidence_follows(const struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *w);

/* ipsec_judge.c */
const struct ipsec_candidate *
vpnalg_ipsec_judge(struct vpnalg *translator, const struct ipsec_blocks *blocks,
		   struct ipsec_unclaimed *w, enum vpnalg_evidence *evidence);
bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     const struct ipsec_blocks *blocks,
			     struct vpnalg_record *host,
			     const struct ipsec_unclaimed *w);
bool vpnalg_ipsec_judge_doubts(const struct ipsec_blocks *blocks, uint32_t id,
			       uint32_t first);

/* ipsec_pair.c */
enum vpnalg_result vpnalg_ipsec_pair_unknown(struct vpnalg_step *step);
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step);
void vpnalg_ipsec_pair_undo(struct vpnalg *translator,
			    struct vpnalg_record *host, unsigned index);

/* ipsec_probe.c */
const struct ipsec_candidate *
vpnalg_ipsec_probe_answered(const struct ipsec_blocks *blocks,
			    const struct ipsec_unclaimed *w);
struct vpnalg_record *vpnalg_ipsec_probe(struct vpnalg *translator,
					 struct ipsec_blocks *blocks,
					 struct ipsec_unclaimed *w,
					 bool somebody);
struct vpnalg_record *vpnalg_ipsec_probe_any(struct vpnalg *translator,
					     struct ipsec_blocks *blocks);
bool vpnalg_ipsec_probe_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host);

/* ipsec_repair.c */
void vpnalg_ipsec_repair_surplus(struct vpnalg *translator,
				 struct ipsec_blocks *blocks,
				 struct vpnalg_record *deaf);
bool vpnalg_ipsec_repair_review(struct vpnalg_step *step, uint32_t before);
void vpnalg_ipsec_repair_contradicted(struct vpnalg_step *step);
bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct ipsec_blocks *blocks,
				   const struct ipsec_unclaimed *w);
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host);
bool vpnalg_ipsec_repair_goes_on(struct vpnalg_step *step);

#endif
