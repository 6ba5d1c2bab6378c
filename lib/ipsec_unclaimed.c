/* SPDX-License-Identifier: BSD-2-Clause */
/* Unclaimed inbound SPIs: packets come with them, and no host is known to own
 * them. Of each remote a bounded number is remembered. */
#include "ipsec.h"

/* One that nothing was heard of for so long may give way to any other. */
#define STALE_MS 3000

/* It must be plain what an answer is to: an SPI whose probe may be answered
 * stays. */
static bool may_go(struct vpnalg *translator, const struct ipsec_unclaimed *w,
		   bool fresh)
{
	if (w->spi == 0 || ipsec_now(translator) - w->last > STALE_MS)
		return true;
	return (fresh || !(w->flags & IPSEC_UNCLAIMED_FRESH)) &&
	       !vpnalg_ipsec_probe_is_on(translator, w);
}

static bool goes_sooner(const struct ipsec_unclaimed *w,
			const struct ipsec_unclaimed *other)
{
	if (other == NULL || other->spi == 0 || w->spi == 0)
		return other == NULL || other->spi != 0;
	return ipsec_is_after(other->last, w->last);
}

/* The walk ends at the block of the place. */
static struct ipsec_unclaimed *place_for(struct vpnalg *translator,
					 struct ipsec_walk *walk, uint32_t spi,
					 bool fresh)
{
	struct ipsec_unclaimed *w, *best = NULL;
	struct vpnalg_record *block = NULL;

	while ((w = vpnalg_ipsec_remote_unclaimed(translator, walk)) != NULL) {
		if (w->spi == spi)
			return w;
		if (may_go(translator, w, fresh) && goes_sooner(w, best)) {
			best = w;
			block = walk->block;
		}
	}
	walk->block = block;
	return best;
}

/* The record of the packet's SPI, with this packet counted, or NULL. */
struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_walk *walk)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->facts->l4 + ESP_SPI_OFF);
	uint32_t now = ipsec_now(translator);
	uint32_t number = vpnalg_get32(step->facts->l4 + ESP_SEQUENCE_OFF);
	uint8_t flags = number < IPSEC_FRESH_SEQUENCE
				? IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN
				: 0;
	struct ipsec_unclaimed *w;

	w = place_for(translator, walk, spi, flags != 0);
	if (w == NULL)
		return NULL;
	if (w->spi != spi)
		*w = (struct ipsec_unclaimed){ .spi = spi,
					       .first = now,
					       .last = now,
					       .began = now,
					       .flags = flags };
	if (now - w->last > IPSEC_SILENCE_MS) {
		w->began = now;
		w->count = 0;
		w->flags |= IPSEC_UNCLAIMED_BEGAN;
	}
	w->last = now;
	if (w->count < UINT8_MAX)
		w->count++;
	if (w->total < UINT8_MAX)
		w->total++;
	vpnalg_session_changed(translator, walk->block);
	return w;
}

/* Returns whether the SPI may be a living one: it is new, or goes on. */
bool vpnalg_ipsec_unclaimed_counts(const struct ipsec_unclaimed *w)
{
	return w->flags & IPSEC_UNCLAIMED_FRESH || w->total > 1;
}

/* An SPI that was taken from a host. */
void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct vpnalg_record *remote,
				  const struct ipsec_unclaimed *taken)
{
	struct ipsec_walk walk = { .remote = remote };
	struct ipsec_unclaimed *w =
		place_for(translator, &walk, taken->spi, true);

	if (w == NULL)
		return;
	*w = *taken;
	w->last = ipsec_now(translator);
	w->began = taken->first;
	w->count = 1;
	w->total = 1;
	w->flags |= IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN;
	vpnalg_session_changed(translator, walk.block);
}
