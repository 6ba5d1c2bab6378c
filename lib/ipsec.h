/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: what its files share. */
#ifndef VPNALG_IPSEC_H
#define VPNALG_IPSEC_H

#include <vpnalg/handler.h>

#include "wire_ipsec.h"

enum {
	IPSEC_KIND_IKE,	   /* IKE and NAT-T: a UDP session */
	IPSEC_KIND_IKE_SA, /* an initiator SPI of one, for servers that answer
			    * to port 500 whatever they were asked from */
	IPSEC_KIND_OUT,	   /* an outbound ESP SA */
	IPSEC_KIND_IN,	   /* an inbound one, paired with its host */
	IPSEC_KIND_HOST,   /* an inside host that has ESP with a remote */
	IPSEC_KIND_REMOTE, /* all hosts of a remote and an outside address */
	IPSEC_KIND_UNCLAIMED, /* inbound SPIs from there that are nobody's yet */
	IPSEC_KIND_AH,	      /* only counted */
	IPSEC_KINDS
};

/* Spaces and ports of keys. ESP's are the protocol's: SPIs with port 0, the
 * host's inside key with SPI 0, which no packet has, the rest with these. */
enum {
	IPSEC_SPACE_IKE_SA = 253, /* experimental, RFC 3692: no packet's */
	IPSEC_PORT_HOST = 1,
	IPSEC_PORT_REMOTE = 2,
	IPSEC_PORT_UNCLAIMED = 3
};

/* Times in bodies are the low 32 bits of the clock. A wrong answer after 49
 * days of silence would cost a guess. */

/* How many IKE SAs of one session are found by their SPI: two while one is
 * rekeyed, and as many again. */
#define IPSEC_IKE_SAS 4

struct ipsec_ike {
	uint32_t spis[IPSEC_IKE_SAS][2]; /* the last used first; 0: none */
	uint8_t flags;			 /* IPSEC_IKE_ */
	uint8_t asked; /* times without an answer, from another port than 500 */
};

#define IPSEC_IKE_ANSWERED 0x01
#define IPSEC_IKE_INSISTS 0x02 /* the remote speaks with port 500 only */

struct ipsec_out {
	uint32_t seen; /* last time */
	uint32_t lifetime;
};

struct ipsec_in {
	uint32_t seen;		/* when its last packet came */
	uint32_t gap : 11;	/* usual time between packets, ms */
	uint32_t spread : 8;	/* by how much that usually differs, ms */
	uint32_t evidence : 4;	/* enum vpnalg_evidence */
	uint32_t trust : 4;	/* IPSEC_TRUST_ */
	uint32_t confirmed : 1; /* traffic both ways, for a while */
	uint32_t old : 1;	/* a younger one was paired with its host */
	uint32_t suspect : 1;	/* its host may not have heard it */
};

/* How far what its host sends agrees with what comes: a pair begins in the
 * middle, is taken back at 0, and is beyond doubt at the top. */
enum { IPSEC_TRUST_NEW = 6, IPSEC_TRUST_FULL = 15 };

/* The youngest inbound SPIs of a host, by which others are judged. There may be
 * more of them: they are records of their own. */
#define IPSEC_YOUNGEST 2

struct ipsec_host {
	struct {
		uint32_t spi;	 /* 0: none */
		uint32_t first;	 /* when it was first seen */
	} in[IPSEC_YOUNGEST];	 /* the last paired first */
	uint32_t next, previous; /* host IDs: all hosts of a remote in a ring */
	uint32_t out_spi;	 /* the newest outbound one; 0: none yet */
	uint32_t out_before; /* the one before; 0: none */
	uint32_t out_since;	 /* when it was first seen */
	uint32_t resumed;	 /* when it last sent after a silence */
	uint32_t asked;		 /* the last message that may make an SA */
	uint32_t message;	 /* its message ID */
	uint32_t peer_asked; /* when an INFORMATIONAL came from the remote */
	uint32_t suspected;  /* when it was first suspected to hear nothing */
	uint32_t held_for;   /* which request: its message or SPI */
	uint32_t held_since; /* and when it came first */
	uint16_t flags;	     /* IPSEC_HOST_ */
	uint8_t held;	     /* how often it was held back */
	uint8_t pending;  /* inbound SPIs that are promised and not known yet */
	uint8_t promised; /* outbound ones that exchanges promise */
	uint8_t unheard;  /* how often it sent, and had heard nothing since */
	uint16_t inbound; /* inbound SAs */
};

#define IPSEC_HOST_JOINED 0x01 /* counted by its remote */
#define IPSEC_HOST_ASKED 0x02 /* asked and message mean something */
#define IPSEC_HOST_PENDING 0x04 /* the exchange's inbound SPI is not known */
#define IPSEC_HOST_PEER_ASKED 0x10 /* peer_asked means something */
#define IPSEC_HOST_SUSPECTED 0x20 /* suspected means something */
#define IPSEC_HOST_RESUMED 0x40 /* resumed means something */
#define IPSEC_HOST_INITIAL 0x80 /* it has begun anew, and has no SPI yet */
#define IPSEC_HOST_ANSWERED 0x100 /* what it asked for was answered */
#define IPSEC_HOST_PEER_INITIATED 0x400 /* the remote began the exchange */
#define IPSEC_HOST_HELD 0x800 /* with the first packets of an SA */
#define IPSEC_HOST_RELEASED 0x1000 /* those of its newest SA were held */

/* What is kept of a remote is in blocks, more of them where it has more hosts,
 * but never so many that to look at all of them takes long. */
enum { IPSEC_BLOCKS_CANDIDATES, IPSEC_BLOCKS_UNCLAIMED, IPSEC_BLOCKS };

/* How many hosts may be candidates for a new SPI, in one block. */
#define IPSEC_CANDIDATES 11

#define IPSEC_REKEYED 2
#define IPSEC_PAIRED 2

/* A host that may own a new inbound SPI: since one is promised to it, or since
 * it sends and hears nothing. */
struct ipsec_candidate {
	uint32_t id;	/* the host ID; 0: none */
	uint32_t since; /* its first exchange that led to none yet */
};

struct ipsec_remote {
	uint32_t turn; /* the host ID at which the ring is looked at next */
	uint16_t blocks[IPSEC_BLOCKS];
	uint16_t seeking; /* bits of this block's candidates: nothing is
			   * promised to them, they hear nothing */
	/* Hosts whose exchange has led to no new ESP SPI so far: their IKE SA
	 * may be the new one. The last one first; 0: none. All of this in the
	 * first block only. */
	struct ipsec_candidate rekeyed[IPSEC_REKEYED];
	/* Hosts that were expected, and have got an SPI: the last one first. */
	struct ipsec_candidate paired[IPSEC_PAIRED];
	struct ipsec_candidate candidates[IPSEC_CANDIDATES];
};

/* How many unclaimed SPIs one block holds. */
#define IPSEC_UNCLAIMED 4

struct ipsec_unclaimed_block {
	struct ipsec_unclaimed {
		uint32_t spi;	      /* 0: none */
		uint32_t first, last; /* when it was seen */
		uint32_t began;	      /* after its last silence */
		uint32_t refused; /* the host that it was taken from, or 0 */
		uint32_t probed;  /* the host ID that it was probed with last */
		uint32_t probed_at;
		uint8_t count, total;
		uint8_t turn; /* of the next one: the place after that host's */
		uint8_t flags; /* IPSEC_UNCLAIMED_, and of a seeker's ID */
	} spis[IPSEC_UNCLAIMED];
};

#define IPSEC_UNCLAIMED_PROBED 0x01 /* probed_at means something */
#define IPSEC_UNCLAIMED_FRESH 0x02 /* it began near sequence number 1 */
#define IPSEC_UNCLAIMED_BEGAN 0x04 /* it is known when it began */
#define IPSEC_UNCLAIMED_ASKED 0x08 /* the host was silent, and may answer */
/* Some bits of the ID of the seeker that ranked first when it began last. */
#define IPSEC_UNCLAIMED_SEEKER 0xf0

/* Where a walk over the places of a remote is: begun with that alone. What it
 * has met last is in the block. */
struct ipsec_walk {
	struct vpnalg_record *remote, *block;
	unsigned place;
};

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

/* Of IKE_SA_INIT, main and aggressive mode: the responder has no SPI yet. */
static inline bool ipsec_is_first(const uint8_t *ike)
{
	return (vpnalg_get32(ike + IKE_RESPONDER_SPI_OFF) |
		vpnalg_get32(ike + IKE_RESPONDER_SPI_OFF + 4)) == 0;
}

/* ipsec_ike.c */
enum vpnalg_result vpnalg_ipsec_ike_find(struct vpnalg_step *step);
void vpnalg_ipsec_ike_pass(struct vpnalg_step *step);
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

/* ipsec_esp.c */
enum vpnalg_result vpnalg_ipsec_esp(struct vpnalg_step *step);

/* ipsec_host.c */
struct ipsec_host *vpnalg_ipsec_host_body(struct vpnalg *translator,
					  struct vpnalg_record *host);
uint32_t vpnalg_ipsec_host_id(struct vpnalg *translator,
			      struct vpnalg_record *host);
struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session);
struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step);
struct vpnalg_record *vpnalg_ipsec_host_by_id(struct vpnalg *translator,
					      struct vpnalg_record *remote,
					      uint32_t id);
enum vpnalg_result vpnalg_ipsec_host_open(struct vpnalg_step *step,
					  const struct vpnalg_tuple *inside,
					  struct vpnalg_record **host);
uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host);
void vpnalg_ipsec_host_live(struct vpnalg *translator,
			    struct vpnalg_record *host);
bool vpnalg_ipsec_host_went_on(struct vpnalg *translator,
			       struct vpnalg_record *host, uint32_t since);
void vpnalg_ipsec_host_lost_inbound(struct vpnalg *translator,
				    struct vpnalg_record *sa);
struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index);
struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host);
struct vpnalg_record *vpnalg_ipsec_host_peek(struct vpnalg *translator,
					     struct vpnalg_record *session,
					     uint32_t id);
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
struct ipsec_candidate *vpnalg_ipsec_remote_next(struct vpnalg *translator,
						 struct ipsec_walk *walk);
struct ipsec_unclaimed *vpnalg_ipsec_remote_unclaimed(struct vpnalg *translator,
						      struct ipsec_walk *walk);
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     const struct vpnalg_tuple *inside,
					     struct vpnalg_record **host);
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host);
void vpnalg_ipsec_remote_expect(struct vpnalg *translator,
				struct vpnalg_record *remote,
				struct vpnalg_record *host, uint32_t since);
struct ipsec_candidate *vpnalg_ipsec_remote_expected(struct vpnalg *translator,
						     struct ipsec_walk *walk,
						     uint32_t id);
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id);
void vpnalg_ipsec_remote_settle(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t id);
void vpnalg_ipsec_remote_seek(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct vpnalg_record *host);
bool vpnalg_ipsec_remote_is_seeking(struct vpnalg *translator,
				    const struct ipsec_walk *walk);
void vpnalg_ipsec_remote_drop(struct vpnalg *translator,
			      const struct ipsec_walk *walk,
			      struct ipsec_candidate *e);
struct vpnalg_record *vpnalg_ipsec_remote_turn(struct vpnalg *translator,
					       struct vpnalg_record *remote);
struct vpnalg_record *vpnalg_ipsec_remote_lone(struct vpnalg *translator,
					       struct vpnalg_record *remote);
void vpnalg_ipsec_remote_fulfil(struct vpnalg *translator,
				const struct ipsec_walk *walk,
				struct ipsec_candidate *e);

/* What a host wants to send: a message that asks for an SA, or the first packet
 * of one. */
struct ipsec_request {
	bool asking;
	uint32_t id; /* the message's, or the SPI */
};

/* ipsec_unclaimed.c and ipsec_hold.c */
struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_walk *walk);
bool vpnalg_ipsec_unclaimed_counts(const struct ipsec_unclaimed *w);
void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct vpnalg_record *remote,
				  const struct ipsec_unclaimed *taken);
bool vpnalg_ipsec_hold(struct vpnalg_step *step, struct vpnalg_record *remote,
		       struct vpnalg_record *host,
		       const struct ipsec_request *request);

/* ipsec_evidence.c */
void vpnalg_ipsec_evidence(struct vpnalg *translator,
			   struct vpnalg_record *host, unsigned index,
			   const struct ipsec_unclaimed *w,
			   struct ipsec_likelihood *likelihood);

/* ipsec_judge.c */
struct vpnalg_record *
vpnalg_ipsec_judge_candidate(struct vpnalg *translator, struct ipsec_walk *walk,
			     const struct ipsec_unclaimed *w);
struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 struct ipsec_unclaimed *w,
					 enum vpnalg_evidence *evidence);

bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_unclaimed *w);
bool vpnalg_ipsec_judge_doubts(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t id,
			       uint32_t first);

/* ipsec_pair.c */
enum vpnalg_result vpnalg_ipsec_pair_unknown(struct vpnalg_step *step);
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step);
void vpnalg_ipsec_pair_undo(struct vpnalg *translator,
			    struct vpnalg_record *host, unsigned index);

/* ipsec_probe.c */
struct vpnalg_record *
vpnalg_ipsec_probe_answered(struct vpnalg *translator,
			    struct vpnalg_record *remote,
			    const struct ipsec_unclaimed *w);
struct vpnalg_record *vpnalg_ipsec_probe_silent(struct vpnalg *translator,
						const struct ipsec_walk *walk,
						struct ipsec_unclaimed *w);
struct vpnalg_record *vpnalg_ipsec_probe_round(struct vpnalg *translator,
					       const struct ipsec_walk *walk,
					       struct ipsec_unclaimed *w);
struct vpnalg_record *vpnalg_ipsec_probe_any(struct vpnalg *translator,
					     struct vpnalg_record *remote);
bool vpnalg_ipsec_probe_is_on(struct vpnalg *translator,
			      const struct ipsec_unclaimed *w);
bool vpnalg_ipsec_probe_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host);

/* ipsec_repair.c */
void vpnalg_ipsec_repair_surplus(struct vpnalg *translator,
				 struct vpnalg_record *remote,
				 struct vpnalg_record *deaf);
bool vpnalg_ipsec_repair_review(struct vpnalg_step *step, uint32_t before);
void vpnalg_ipsec_repair_contradicted(struct vpnalg_step *step);
bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_unclaimed *w);
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host);
bool vpnalg_ipsec_repair_goes_on(struct vpnalg_step *step);

#endif
