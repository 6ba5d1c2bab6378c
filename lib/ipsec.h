/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: what its files share. */
#ifndef VPNALG_IPSEC_H
#define VPNALG_IPSEC_H

#include <vpnalg/handler.h>

#include "wire_ipsec.h"

enum {
	IPSEC_KIND_IKE,    /* IKE and NAT-T: a UDP session */
	IPSEC_KIND_IKE_SA, /* an initiator SPI of one, for servers that answer
			    * to port 500 whatever they were asked from */
	IPSEC_KIND_OUT,    /* an outbound ESP SA */
	IPSEC_KIND_IN,     /* an inbound one, paired with its host */
	IPSEC_KIND_HOST,   /* an inside host that has ESP with a remote */
	IPSEC_KIND_REMOTE, /* all hosts of a remote and an outside address */
	IPSEC_KIND_UNKNOWN, /* inbound SPIs from there that are nobody's yet */
	IPSEC_KIND_AH,     /* only counted */
	IPSEC_KINDS
};

/* Spaces and ports of keys. ESP's are the protocol's: SPIs with port 0, the
 * host's inside key with SPI 0, which no packet has, the rest with these. */
enum {
	IPSEC_SPACE_IKE_SA = 253, /* experimental, RFC 3692: no packet's */
	IPSEC_PORT_HOST = 1,
	IPSEC_PORT_REMOTE = 2,
	IPSEC_PORT_UNKNOWN = 3
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
	uint32_t seen; /* last time */
	uint32_t lifetime;
};

struct ipsec_in {
	uint32_t seen;  /* last time */
	uint16_t gap;   /* usual time between packets, ms */
	uint8_t spread; /* by how much it usually differs, ms */
	uint8_t flags;  /* IPSEC_IN_ and the evidence */
};

#define IPSEC_IN_CONFIRMED 0x80 /* traffic both ways, for a while */
#define IPSEC_IN_OLD 0x40       /* a younger one was paired with its host */
#define IPSEC_IN_DOUBTED 0x20   /* its host may not have heard it */
#define IPSEC_IN_EVIDENCE 0x0f  /* enum vpnalg_evidence */

/* How many inbound SPIs of one host and remote live side by side. */
#define IPSEC_INBOUND 4

struct ipsec_host {
	struct {
		uint32_t spi;   /* 0: none */
		uint32_t first; /* when it was first seen */
	} in[IPSEC_INBOUND]; /* the last paired first */
	uint32_t out_spi;   /* the newest outbound one; 0: none yet */
	uint32_t out_since; /* when it was first seen */
	uint32_t woke;      /* when it last sent after a silence */
	uint32_t asked;     /* the last message that may make an SA */
	uint32_t message;   /* its message ID */
	uint32_t told;      /* when an INFORMATIONAL came from the remote */
	uint32_t doubted;   /* when its pairs were doubted first */
	uint32_t waits_for; /* which wish: its message or SPI */
	uint32_t waits_since; /* and when it came first */
	uint8_t waits;
	uint16_t flags; /* IPSEC_HOST_ */
};

#define IPSEC_HOST_JOINED 0x01  /* counted by its remote */
#define IPSEC_HOST_ASKED 0x02   /* asked and message mean something */
#define IPSEC_HOST_OPEN 0x04    /* the exchange's inbound SPI is not known */
#define IPSEC_HOST_TOLD 0x10    /* told means something */
#define IPSEC_HOST_DOUBTED 0x20 /* doubted means something */
#define IPSEC_HOST_WOKE 0x40    /* woke means something */
#define IPSEC_HOST_NEW 0x80     /* it has begun anew, and has no SPI yet */
#define IPSEC_HOST_DONE 0x100   /* what it asked for was answered */
#define IPSEC_HOST_MORE 0x200   /* nor is that of the exchange before */
#define IPSEC_HOST_CALLED 0x400 /* the remote began the exchange */
#define IPSEC_HOST_AHEAD 0x08   /* it is, and its outbound one is not */
#define IPSEC_HOST_WAITS 0x800  /* with the first packets of an SA */
#define IPSEC_HOST_LET 0x1000   /* those of its newest one have waited */

/* What is kept of a remote is in blocks, more of them where it has more hosts,
 * but never so many that to look at all of them takes long. */
enum { IPSEC_BLOCKS_REMOTE, IPSEC_BLOCKS_UNKNOWN, IPSEC_BLOCKS };

/* How many hosts may be expected to get a new SPI, in one block. */
#define IPSEC_EXPECTING 12

#define IPSEC_REKEYED 2
#define IPSEC_PAIRED 2

struct ipsec_expecting {
	uint32_t handle; /* the host's outside ID; 0: none */
	uint32_t since;  /* its first exchange that led to none yet */
};

struct ipsec_remote {
	uint32_t handles; /* of all hosts, XORed: with one host, that one's */
	uint16_t blocks[IPSEC_BLOCKS];
	/* Hosts whose exchange has led to no new ESP SPI so far: their IKE SA
	 * may be the new one. The last one first; 0: none. All of this in the
	 * first block only. */
	struct ipsec_expecting rekeyed[IPSEC_REKEYED];
	/* Hosts that were expected, and have got an SPI: the last one first. */
	struct ipsec_expecting paired[IPSEC_PAIRED];
	struct ipsec_expecting expecting[IPSEC_EXPECTING];
};

/* How many SPIs are watched, in one block. */
#define IPSEC_UNKNOWN 4

struct ipsec_unknown {
	struct ipsec_watched {
		uint32_t spi; /* 0: none */
		uint32_t first, last; /* when it was seen */
		uint32_t began;       /* after its last silence */
		uint32_t refused; /* the host that it was taken from, or 0 */
		uint32_t tried; /* the host that it was tried with last, or 0 */
		uint32_t tried_at;
		uint8_t count, trials;
		uint8_t turn;  /* of the place after that host's */
		uint8_t flags; /* IPSEC_WATCHED_ */
	} spis[IPSEC_UNKNOWN];
};

#define IPSEC_WATCHED_DOUBTFUL 0x01 /* who might own it has got another */
#define IPSEC_WATCHED_UNANSWERED 0x02 /* who refused it may own it after all */
#define IPSEC_WATCHED_FRESH 0x04 /* it began near sequence number 1 */

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

/* After so long a silence a host, or an SPI, begins anew. */
#define IPSEC_SILENCE_MS 700

/* Two SPIs that began within that may be taken for one another. */
#define IPSEC_RIVAL_MS 500

/* So many packets settle what one would leave open. */
#define IPSEC_COUNT_SETTLED 3
#define IPSEC_COUNT_LAST 6

/* One of two that are both likely is so much likelier (about 20 times). */
#define IPSEC_MARGIN 300

/* How a host stands when a new inbound SPI begins. */
enum ipsec_standing {
	IPSEC_STANDING_NONE,   /* goes on to receive as before */
	IPSEC_STANDING_IDLE,   /* receives nothing */
	IPSEC_STANDING_SOON,   /* receives as before, or has just stopped */
	IPSEC_STANDING_LIKELY, /* stopped to receive, or began to send, then */
	IPSEC_STANDING_SURE,   /* stopped to receive then, but not to send */
	IPSEC_STANDINGS
};

/* The standing, and by what; how strange that would be. */
struct ipsec_opinion {
	enum ipsec_standing standing;
	enum vpnalg_evidence evidence;
	uint32_t strange;
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

/* ipsec_exchange.c */
enum vpnalg_result vpnalg_ipsec_exchange(struct vpnalg_step *step);

/* ipsec_esp.c */
enum vpnalg_result vpnalg_ipsec_esp(struct vpnalg_step *step);

/* ipsec_host.c */
struct ipsec_host *vpnalg_ipsec_host_body(struct vpnalg *translator,
					  struct vpnalg_record *host);
uint32_t vpnalg_ipsec_host_handle(struct vpnalg *translator,
				  struct vpnalg_record *host);
struct vpnalg_record *vpnalg_ipsec_host_find(struct vpnalg *translator,
					     struct vpnalg_record *session);
struct vpnalg_record *vpnalg_ipsec_host_shown(struct vpnalg_step *step);
struct vpnalg_record *vpnalg_ipsec_host_by_handle(struct vpnalg *translator,
						  struct vpnalg_record *remote,
						  uint32_t handle);
enum vpnalg_result vpnalg_ipsec_host_open(struct vpnalg_step *step,
					  const struct vpnalg_tuple *inside,
					  struct vpnalg_record **host);
uint32_t vpnalg_ipsec_host_lifetime(struct vpnalg *translator,
				    struct vpnalg_record *host);
void vpnalg_ipsec_host_live(struct vpnalg *translator,
			    struct vpnalg_record *host);
bool vpnalg_ipsec_host_went_on(struct vpnalg *translator,
			       struct vpnalg_record *host, uint32_t since);
void vpnalg_ipsec_host_closed(struct vpnalg *translator,
			      struct vpnalg_record *host);
struct vpnalg_record *vpnalg_ipsec_host_inbound(struct vpnalg *translator,
						struct vpnalg_record *host,
						unsigned index);
struct vpnalg_record *vpnalg_ipsec_host_outbound(struct vpnalg *translator,
						 struct vpnalg_record *host);

/* ipsec_remote.c */
struct ipsec_remote *vpnalg_ipsec_remote_body(struct vpnalg *translator,
					      struct vpnalg_record *remote);
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session);
struct ipsec_expecting *vpnalg_ipsec_remote_next(struct vpnalg *translator,
						 struct ipsec_walk *walk);
struct ipsec_watched *vpnalg_ipsec_remote_watched(struct vpnalg *translator,
						  struct ipsec_walk *walk);
enum vpnalg_result vpnalg_ipsec_remote_admit(struct vpnalg_step *step,
					     const struct vpnalg_tuple *inside,
					     struct vpnalg_record **host);
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host);
void vpnalg_ipsec_remote_expect(struct vpnalg *translator,
				struct vpnalg_record *remote,
				struct vpnalg_record *host, uint32_t since);
struct ipsec_expecting *
vpnalg_ipsec_remote_expected(struct vpnalg *translator,
			     struct ipsec_walk *walk, uint32_t handle);
void vpnalg_ipsec_remote_rekey(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t handle);
void vpnalg_ipsec_remote_settle(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t handle);
void vpnalg_ipsec_remote_fulfil(struct vpnalg *translator,
				const struct ipsec_walk *walk,
				struct ipsec_expecting *e);

/* What a host wants to send: a message that asks for an SA, or the first packet
 * of one. */
struct ipsec_wish {
	bool asking;
	uint32_t id; /* the message's, or the SPI */
};

/* ipsec_watch.c */
struct ipsec_watched *vpnalg_ipsec_watch(struct vpnalg_step *step,
					 struct ipsec_walk *walk);
void vpnalg_ipsec_watch_again(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      const struct ipsec_watched *taken);
void vpnalg_ipsec_watch_doubt(struct vpnalg *translator,
			      struct vpnalg_record *remote,
			      struct vpnalg_record *host, uint32_t since);
bool vpnalg_ipsec_wait(struct vpnalg_step *step, struct vpnalg_record *remote,
		       struct vpnalg_record *host,
		       const struct ipsec_wish *wish);

/* ipsec_opinion.c */
void vpnalg_ipsec_opinion(struct vpnalg *translator, struct vpnalg_record *host,
			  unsigned index, const struct ipsec_watched *watched,
			  struct ipsec_opinion *opinion);

/* ipsec_judge.c */
struct vpnalg_record *
vpnalg_ipsec_judge_candidate(struct vpnalg *translator,
			     struct ipsec_walk *walk,
			     const struct ipsec_watched *w);
struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *watched,
					 enum vpnalg_evidence *evidence);

bool vpnalg_ipsec_judge_fits(struct vpnalg *translator,
			     struct vpnalg_record *host,
			     const struct ipsec_watched *w);
bool vpnalg_ipsec_judge_doubts(struct vpnalg *translator,
			       struct vpnalg_record *remote, uint32_t handle,
			       uint32_t first);

/* ipsec_pair.c */
enum vpnalg_result vpnalg_ipsec_pair_unknown(struct vpnalg_step *step);
enum vpnalg_result vpnalg_ipsec_pair_shown(struct vpnalg_step *step);
void vpnalg_ipsec_pair_undo(struct vpnalg *translator,
			    struct vpnalg_record *host, unsigned index);

/* ipsec_trial.c */
struct vpnalg_record *
vpnalg_ipsec_trial_answered(struct vpnalg *translator,
			    struct vpnalg_record *remote,
			    const struct ipsec_watched *w);
struct vpnalg_record *vpnalg_ipsec_trial_next(struct vpnalg *translator,
					      struct ipsec_walk *walk,
					      const struct ipsec_watched *w);
struct vpnalg_record *vpnalg_ipsec_trial_over(struct vpnalg *translator,
					      struct vpnalg_record *remote,
					      const struct ipsec_watched *w);
bool vpnalg_ipsec_trial_is_on(struct vpnalg *translator,
			      const struct ipsec_watched *w);
bool vpnalg_ipsec_trial_shown(struct vpnalg_step *step,
			      struct vpnalg_record *host);
bool vpnalg_ipsec_trial_is_due(struct vpnalg *translator,
			       struct vpnalg_record *remote,
			       const struct ipsec_watched *w);

/* ipsec_repair.c */
void vpnalg_ipsec_repair_contradicted(struct vpnalg_step *step);
bool vpnalg_ipsec_repair_contested(struct vpnalg *translator,
				   struct vpnalg_record *remote,
				   const struct ipsec_watched *w);
void vpnalg_ipsec_repair_doubted(struct vpnalg_step *step,
				 struct vpnalg_record *host);
bool vpnalg_ipsec_repair_goes_on(struct vpnalg_step *step);
bool vpnalg_ipsec_repair_unanswered(struct vpnalg_step *step,
				    struct vpnalg_record *host, uint32_t least);

#endif
