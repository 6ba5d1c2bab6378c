/* SPDX-License-Identifier: BSD-2-Clause */
#include "unclaimed.h"

#include "blocks.h"
#include "candidate.h"

/* An SPI that has been silent for so long may be evicted by any other. */
#define STALE_MS 3000

/* Returns whether the host that was probed with the SPI may still answer. */
static bool is_probed(const struct ipsec_unclaimed *w, uint32_t now)
{
	return w->flags & IPSEC_UNCLAIMED_AWAITING && w->spi != 0 &&
	       now - w->probed_at <= IPSEC_ANSWER_MS;
}

/* Returns whether a new SPI may take this place. An SPI whose probe may be
 * answered stays: it must be plain which SPI an answer is for. */
static bool may_evict(const struct ipsec_unclaimed *w, bool fresh, uint32_t now)
{
	if (w->spi == 0 || now - w->last > STALE_MS)
		return true;
	return (fresh || !(w->flags & IPSEC_UNCLAIMED_FRESH)) &&
	       !is_probed(w, now);
}

/* Returns whether this place is filled before the other: empty places first,
 * then the SPI that has been silent for longest. */
static bool evict_before(const struct ipsec_unclaimed *w,
			 const struct ipsec_unclaimed *other)
{
	if (other == NULL || other->spi == 0 || w->spi == 0)
		return other == NULL || other->spi != 0;
	return ipsec_is_after(other->last, w->last);
}

/* Returns the SPI's own place, or else the one to be filled; NULL if there is
 * none. */
static struct ipsec_unclaimed *place_for(struct ipsec_blocks *blocks,
					 uint32_t spi, bool fresh,
					 unsigned *place)
{
	struct ipsec_unclaimed *w, *best = NULL;
	unsigned i;

	for (i = 0; i < blocks->unclaimed; i++) {
		w = vpnalg_ipsec_blocks_unclaimed(blocks, i);
		if (w->spi == spi) {
			*place = i;
			return w;
		}
		if ((best != NULL && best->spi == 0) ||
		    !evict_before(w, best) || !may_evict(w, fresh, blocks->now))
			continue;
		best = w;
		*place = i;
	}
	return best;
}

struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_blocks *blocks,
						    unsigned *place)
{
	struct vpnalg *translator = step->translator;
	uint32_t spi = vpnalg_get32(step->parsed->l4 + ESP_SPI_OFF);
	uint32_t now = ipsec_step_now(step);
	uint32_t number = vpnalg_get32(step->parsed->l4 + ESP_SEQUENCE_OFF);
	uint8_t flags = number < IPSEC_FRESH_SEQUENCE
				? IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN
				: 0;
	struct ipsec_unclaimed *w;

	w = place_for(blocks, spi, flags != 0, place);
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
	vpnalg_session_changed(
		translator, blocks->unclaimed_blocks[*place / IPSEC_UNCLAIMED]);
	return w;
}

void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  const struct ipsec_unclaimed *taken)
{
	unsigned place;
	struct ipsec_unclaimed *w = place_for(blocks, taken->spi, true, &place);

	if (w == NULL)
		return;
	*w = *taken;
	w->last = blocks->now;
	w->began = taken->first;
	w->count = 1;
	w->total = 1;
	w->flags |= IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN;
	vpnalg_session_changed(
		translator, blocks->unclaimed_blocks[place / IPSEC_UNCLAIMED]);
}

bool vpnalg_ipsec_unclaimed_may_be(const struct ipsec_unclaimed *w,
				   const struct ipsec_candidate *c)
{
	return c->id != 0 && c->id != w->refused &&
	       !ipsec_unclaimed_is_too_old(w, c) &&
	       !vpnalg_ipsec_candidate_is_over(c);
}
