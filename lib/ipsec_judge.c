/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose a new inbound SPI may be. Every host that is expected to receive with a
 * new one has a standing; one that stands out gets it. In doubt nobody does: a
 * packet that is lost costs less than a pair that is wrong. */
#include "ipsec.h"

/* A path may delay packets by so much that they are overtaken. */
#define REORDERED_MS 50

/* A host that sends out of a silence so shortly before the SPI began, or after
 * it, is likely to be answered with it. */
#define WOKE_BEFORE_MS 700

/* After an exchange whose SPI the host has not begun to use for so long, there
 * is none: it was the IKE SA's. */
#define NO_CHILD_MS 3000

/* So many packets settle what one would leave open. */
#define COUNT_SETTLED 3
#define COUNT_LAST 6

enum standing {
	STANDING_NONE,   /* goes on to receive as before */
	STANDING_IDLE,   /* receives nothing */
	STANDING_SOON,   /* receives as before, or has just stopped */
	STANDING_LIKELY, /* stopped to receive, or began to send, just then */
	STANDINGS
};

static enum standing stand_idle(const struct ipsec_host *h,
				const struct ipsec_watched *w, uint32_t now,
				enum vpnalg_evidence *evidence)
{
	*evidence = VPNALG_EVIDENCE_WOKE;
	if (h->out_spi != 0 && now - h->woke <
				       now - w->first + WOKE_BEFORE_MS)
		return STANDING_LIKELY;
	return STANDING_IDLE;
}

/* By the SA with which it has received until now. */
static enum standing stand_busy(const struct ipsec_in *in,
				const struct ipsec_watched *w, uint32_t now,
				enum vpnalg_evidence *evidence)
{
	uint32_t patience = in->gap + in->gap / 2U + REORDERED_MS;

	*evidence = VPNALG_EVIDENCE_CONTINUED;
	if (ipsec_is_after(in->seen, w->first + REORDERED_MS))
		return STANDING_NONE;
	return now - in->seen > patience ? STANDING_LIKELY : STANDING_SOON;
}

static bool was_busy(const struct ipsec_in *in, const struct ipsec_watched *w)
{
	uint32_t before = w->first - in->seen;

	return ipsec_is_after(in->seen, w->first) ||
	       before < 3U * in->gap + REORDERED_MS;
}

static enum standing stand(struct vpnalg *translator,
			   struct vpnalg_record *host,
			   const struct ipsec_watched *w,
			   enum vpnalg_evidence *evidence)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *sa =
		vpnalg_ipsec_host_inbound(translator, host, 0);
	uint32_t now = ipsec_now(translator);
	const struct ipsec_in *in;

	if (w->refused == vpnalg_ipsec_host_handle(translator, host))
		return STANDING_NONE;
	if (sa == NULL)
		return stand_idle(h, w, now, evidence);
	in = vpnalg_session_body(translator, sa);
	return was_busy(in, w) ? stand_busy(in, w, now, evidence)
			       : stand_idle(h, w, now, evidence);
}

/* A host that has gone on for long, at either end, with what it had before its
 * exchange has rekeyed its IKE SA. */
static bool is_no_child(struct vpnalg *translator, struct vpnalg_record *host,
			uint32_t since)
{
	struct ipsec_host *h = vpnalg_ipsec_host_body(translator, host);
	struct vpnalg_record *inbound, *outbound;
	const struct ipsec_out *out;
	const struct ipsec_in *in;

	if (h->out_spi == 0 || !ipsec_is_after(since, h->out_since))
		return false; /* it has a new outbound one */
	outbound = vpnalg_ipsec_host_outbound(translator, host);
	if (outbound != NULL) {
		out = vpnalg_session_body(translator, outbound);
		if (ipsec_is_after(out->seen, since + NO_CHILD_MS))
			return true;
	}
	inbound = vpnalg_ipsec_host_inbound(translator, host, 0);
	if (inbound == NULL)
		return false;
	in = vpnalg_session_body(translator, inbound);
	return ipsec_is_after(in->seen, since + NO_CHILD_MS);
}

/* What the judge has heard. */
struct hearing {
	struct vpnalg_record *best, *last; /* of the best standing, of all */
	enum vpnalg_evidence evidence;
	unsigned counts[STANDINGS];
	unsigned all;
};

static void hear(struct vpnalg *translator, struct ipsec_expecting *e,
		 struct vpnalg_record *host, const struct ipsec_watched *w,
		 struct hearing *hearing)
{
	enum vpnalg_evidence evidence = VPNALG_EVIDENCE_EXPECTED;
	enum standing standing;
	unsigned better = 0, i;

	if (is_no_child(translator, host, e->since)) {
		e->handle = 0;
		return;
	}
	standing = stand(translator, host, w, &evidence);
	for (i = standing; i < STANDINGS; i++)
		better += hearing->counts[i];
	if (better == 0 && standing != STANDING_NONE) {
		hearing->best = host;
		hearing->evidence = evidence;
	}
	hearing->last = host;
	hearing->counts[standing]++;
	hearing->all++;
}

static struct vpnalg_record *decide(const struct hearing *hearing,
				    const struct ipsec_watched *w,
				    enum vpnalg_evidence *evidence)
{
	const unsigned *counts = hearing->counts;
	unsigned possible = hearing->all - counts[STANDING_NONE];

	*evidence = hearing->evidence;
	if (possible == 1 && counts[STANDING_LIKELY] == 0)
		*evidence = VPNALG_EVIDENCE_EXPECTED;
	if (possible == 1)
		return hearing->best;
	if (counts[STANDING_LIKELY] == 1 &&
	    (counts[STANDING_SOON] == 0 || w->count >= COUNT_SETTLED))
		return hearing->best;
	*evidence = VPNALG_EVIDENCE_LEFT;
	if (hearing->all == 1 && w->count >= COUNT_LAST)
		return hearing->last;
	return NULL;
}

struct vpnalg_record *vpnalg_ipsec_judge(struct vpnalg *translator,
					 struct vpnalg_record *remote,
					 const struct ipsec_watched *w,
					 enum vpnalg_evidence *evidence)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct hearing hearing = { .all = 0 };
	struct vpnalg_record *host;
	struct ipsec_expecting *e;

	if (!w->fresh && w->count < 2)
		return NULL;
	for (e = r->expecting; e < r->expecting + IPSEC_EXPECTING; e++) {
		if (e->handle == 0)
			continue;
		host = vpnalg_ipsec_host_by_handle(translator, remote,
						   e->handle);
		if (host != NULL)
			hear(translator, e, host, w, &hearing);
	}
	return decide(&hearing, w, evidence);
}
