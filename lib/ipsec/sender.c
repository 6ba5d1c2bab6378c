/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender.h"

#include "blocks.h"
#include "candidate.h"
#include "hold.h"
#include "host.h"
#include "remote.h"
#include "repair.h"
#include "sa_list.h"

/* ESP that the host received within this time counts as an answer. */
#define HEARS_MS 3000

/* A host that received nothing at this many checks seeks an SPI. */
#define UNHEARD_MAX 2

/* SAs of one host that begin within this time of each other stay side by side;
 * later ones replace those before. */
#define TOGETHER_MS 1000

/* Returns whether the host sent nothing for a while. A host that only changes
 * its SA has not been silent. */
static bool was_silent(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *outbound =
		vpnalg_ipsec_host_outbound(translator, host);
	const struct ipsec_out *out;

	if (outbound == NULL)
		return true;
	out = vpnalg_session_body(translator, outbound);
	return ipsec_now(translator) - out->seen > IPSEC_SILENCE_MS;
}

/* Notes that a host sends again after a silence, unless it was silent because
 * it was held. */
static void resume(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t now = ipsec_now(translator);

	if (h->flags & IPSEC_HOST_RESUMED &&
	    now - h->resumed <= IPSEC_SILENCE_MS)
		return; /* it was held meanwhile */
	h->resumed = now;
	h->flags |= IPSEC_HOST_RESUMED;
	h->flags &= (uint16_t)~IPSEC_HOST_HELD;
	vpnalg_session_changed(translator, host);
	vpnalg_ipsec_candidate_update(translator, host);
}

/* Returns whether a new outbound SPI promises an inbound one; counts it. */
static bool promises_inbound(struct ipsec_host *h, uint32_t since)
{
	if (h->flags & IPSEC_HOST_PROMISED) {
		h->flags &= (uint16_t)~IPSEC_HOST_PROMISED;
		return h->pending > 0;
	}
	if (since > TOGETHER_MS)
		h->pending = 0;
	if (h->pending < UINT8_MAX)
		h->pending++;
	return true;
}

/* Marks the newest SA until now as old: it is used on only if the host has
 * several. */
static void grow_old(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *sa = vpnalg_ipsec_host_outbound(translator, host);
	struct ipsec_out *out;

	if (sa == NULL)
		return;
	out = vpnalg_session_body(translator, sa);
	out->old = 1;
	vpnalg_session_changed(translator, sa);
}

/* Notes the host's new outbound SA. It promises an inbound SPI, unless an
 * exchange did so before and the inbound one was used first. */
static void begin_to_send(struct vpnalg_step *step, struct ipsec_blocks *blocks,
			  struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t now = ipsec_step_now(step), since = now - h->out_since;

	grow_old(translator, host);
	h->older_sent = now;
	h->out_spi = ipsec_spi(step);
	ipsec_host_has_outbound(h);
	h->out_since = now;
	if (h->flags & IPSEC_HOST_SERVED)
		vpnalg_ipsec_host_has_served(translator, host);
	h->flags &= (uint16_t)~IPSEC_HOST_RELEASED;
	if (h->flags & IPSEC_HOST_HELD)
		h->flags |= IPSEC_HOST_RELEASED;
	h->flags &= (uint16_t)~IPSEC_HOST_HELD;
	if (promises_inbound(h, since))
		vpnalg_ipsec_candidate_await(translator, blocks, host, now);
	else
		vpnalg_ipsec_candidate_update(translator, host);
	vpnalg_session_changed(translator, host);
}

/* Finds the packet's host and its remote, or opens them. A host that no remote
 * counts ends: it was loaded without, or the store has lost that. */
static enum vpnalg_result find_host(struct vpnalg_step *step,
				    struct vpnalg_record **host,
				    struct vpnalg_record **remote)
{
	struct vpnalg *translator = step->translator;
	enum vpnalg_result result;

	*host = vpnalg_ipsec_host_shown(step);
	if (*host != NULL) {
		*remote = vpnalg_ipsec_remote_of(translator, *host);
		if (*remote != NULL &&
		    ipsec_host_body(translator, *host)->flags &
			    IPSEC_HOST_JOINED)
			return VPNALG_TRANSLATED;
		vpnalg_session_close(translator, *host);
	}
	result = vpnalg_ipsec_remote_admit(step, host);
	if (result == VPNALG_TRANSLATED)
		*remote = vpnalg_ipsec_remote_of(translator, *host);
	return result;
}

/* Returns whether the inbound SPI of the pair was used first: then the pair is
 * known already. */
static bool is_inbound_first(struct vpnalg *translator,
			     struct vpnalg_record *host)
{
	const struct ipsec_host *h = ipsec_host_body(translator, host);

	return h->flags & IPSEC_HOST_PROMISED && h->pending == 0;
}

static enum vpnalg_result open_outbound(struct vpnalg_step *step,
					struct vpnalg_record *host)
{
	struct vpnalg_opening opening = {
		.kind = IPSEC_KIND_OUT,
		.space = ESP_PROTOCOL,
		.id = ipsec_spi(step),
		.peer = true,
		.lifetime =
			vpnalg_session_timers(step->translator)->esp_unpaired
	};

	vpnalg_session_hosts(step->translator, host, &opening);
	return vpnalg_session_open(step, &opening, &step->record);
}

enum vpnalg_result vpnalg_ipsec_sender_find(struct vpnalg_step *step,
					    struct vpnalg_record **host,
					    struct vpnalg_record **remote)
{
	enum vpnalg_result result = find_host(step, host, remote);

	if (result != VPNALG_TRANSLATED)
		return result;
	if (vpnalg_get32(step->parsed->l4 + ESP_SEQUENCE_OFF) <
		    IPSEC_FRESH_SEQUENCE &&
	    was_silent(step->translator, *host))
		resume(step->translator, *host);
	return *remote != NULL ? VPNALG_TRANSLATED : VPNALG_DROP_STORE;
}

enum vpnalg_result vpnalg_ipsec_sender_begin(struct vpnalg_step *step,
					     struct vpnalg_record *host,
					     struct vpnalg_record *remote)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_blocks blocks;
	enum vpnalg_result result;
	struct ipsec_out *out;

	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	if (!is_inbound_first(translator, host) &&
	    vpnalg_ipsec_hold(step, &blocks, host, false, ipsec_spi(step)))
		return VPNALG_DROP_HELD;
	result = open_outbound(step, host);
	if (result != VPNALG_TRANSLATED)
		return result;
	out = vpnalg_session_body(translator, step->record);
	out->seen = ipsec_step_now(step);
	begin_to_send(step, &blocks, host);
	return VPNALG_TRANSLATED;
}

static void seek(struct vpnalg *translator, struct vpnalg_record *host)
{
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct ipsec_blocks blocks;

	if (remote == NULL || remote->children < 2)
		return;
	vpnalg_ipsec_blocks_load(translator, remote, &blocks);
	vpnalg_ipsec_candidate_seek(translator, &blocks, host);
	if (!vpnalg_ipsec_host_has_inbound(translator, host))
		vpnalg_ipsec_repair_surplus(translator, &blocks, host);
}

/* Makes a host that sends and receives nothing a candidate: at once if it has
 * no inbound SA, else after two checks. */
static void look_after(struct vpnalg *translator, struct vpnalg_record *host,
		       uint32_t before)
{
	struct ipsec_host *h = ipsec_host_body(translator, host);
	uint32_t since = ipsec_now(translator) - HEARS_MS;
	unsigned unheard = 0;

	if (ipsec_is_after(since, before))
		since = before;
	if (!vpnalg_ipsec_host_hears(translator, host, since - 1))
		unheard =
			h->unheard < UNHEARD_MAX ? h->unheard + 1 : UNHEARD_MAX;
	if (unheard != h->unheard) {
		h->unheard = unheard & 0x3U;
		vpnalg_session_changed(translator, host);
	}
	if (unheard >= UNHEARD_MAX ||
	    (unheard > 0 && !vpnalg_ipsec_host_has_inbound(translator, host)))
		seek(translator, host);
}

/* Lists the older SA at hand, if the host goes on sending with it. */
static void list(struct vpnalg_step *step, struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;

	if (vpnalg_ipsec_host_has_several(translator, host) &&
	    vpnalg_ipsec_sa_list_add(step, host)) {
		ipsec_host_body(translator, host)->flags |= IPSEC_HOST_LISTED;
		vpnalg_session_changed(translator, host);
	}
}

/* Notes in the host's record that it sends with several SAs, and whether a
 * check is due. */
static void notify_host(struct vpnalg_step *step, struct vpnalg_record *host,
			struct ipsec_out *out, uint32_t before)
{
	struct vpnalg *translator = step->translator;

	if (out->old) {
		ipsec_host_body(translator, host)->older_sent = out->seen;
		vpnalg_session_changed(translator, host);
	}
	if (out->copied)
		vpnalg_ipsec_candidate_sent(translator, host, out);
	if (out->seen / IPSEC_LOOK_MS == before / IPSEC_LOOK_MS &&
	    out->seen - before <= IPSEC_SILENCE_MS)
		return;
	if (out->old)
		list(step, host);
	look_after(translator, host, before);
}

void vpnalg_ipsec_sender_sent(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	struct ipsec_out *out = vpnalg_session_body(translator, step->record);
	uint32_t now = ipsec_step_now(step), before = out->seen;

	if (host != NULL && now - before > IPSEC_SILENCE_MS &&
	    (!out->old || was_silent(translator, host)))
		resume(translator, host);
	ipsec_out_note(out, now);
	if (host != NULL)
		notify_host(step, host, out, before);
}

void vpnalg_ipsec_sender_prolong(struct vpnalg_step *step)
{
	struct vpnalg *translator = step->translator;
	struct ipsec_out *out = vpnalg_session_body(translator, step->record);
	struct vpnalg_record *host =
		vpnalg_ipsec_host_find(translator, step->record);
	uint32_t life;

	if (host == NULL)
		return;
	life = vpnalg_ipsec_host_lifetime(translator, host);
	out->paired = life != vpnalg_session_timers(translator)->esp_unpaired;
	vpnalg_session_set_lifetime(translator, step->record,
				    (vpnalg_time)life +
					    life / IPSEC_SLACK_PART);
	vpnalg_ipsec_host_prolong(translator, host);
}
