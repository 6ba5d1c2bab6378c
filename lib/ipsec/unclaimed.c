/* SPDX-License-Identifier: BSD-2-Clause */
#include "unclaimed.h"

#include "blocks.h"
#include "candidate.h"

/* An SPI that has been silent for this time may be evicted by any other. */
#define STALE_MS 3000

/* Returns whether the host that was probed with the SPI may still answer. */
static bool is_probed(const struct ipsec_unclaimed *u, uint32_t now)
{
	return u->flags & IPSEC_UNCLAIMED_AWAITING && u->spi != 0 &&
	       now - u->probed_at <= IPSEC_ANSWER_MS;
}

/* Returns whether a new SPI may take this place. An SPI with a probe that may
 * be answered stays: it must be plain which SPI an answer is for. */
static bool may_evict(const struct ipsec_unclaimed *u, bool fresh, uint32_t now)
{
	if (u->spi == 0 || now - u->last > STALE_MS)
		return true;
	return (fresh || !(u->flags & IPSEC_UNCLAIMED_FRESH)) &&
	       !is_probed(u, now);
}

/* Returns whether this place is filled before the other: empty places first,
 * then the SPI that has been silent for longest. */
static bool evict_before(const struct ipsec_unclaimed *u,
			 const struct ipsec_unclaimed *other)
{
	if (other == NULL || other->spi == 0 || u->spi == 0)
		return other == NULL || other->spi != 0;
	return ipsec_is_after(other->last, u->last);
}

/* Returns the SPI's own place, or else the one to be filled; NULL if there is
 * none. */
static struct ipsec_unclaimed *place_for(struct ipsec_blocks *blocks,
					 uint32_t spi, bool fresh,
					 unsigned *place)
{
	struct ipsec_unclaimed *u, *best = NULL;
	unsigned i;

	for (i = 0; i < blocks->unclaimed; i++) {
		u = ipsec_blocks_unclaimed(blocks, i);
		if (u->spi == spi) {
			*place = i;
			return u;
		}
		if ((best != NULL && best->spi == 0) ||
		    !evict_before(u, best) || !may_evict(u, fresh, blocks->now))
			continue;
		best = u;
		*place = i;
	}
	return best;
}

static void count_packet(struct ipsec_unclaimed *u, uint32_t now)
{
	if (now - u->last > IPSEC_SILENCE_MS) {
		u->began = now;
		u->count = 0;
		u->flags |= IPSEC_UNCLAIMED_BEGAN;
	}
	u->last = now;
	if (u->count < UINT8_MAX)
		u->count++;
	if (u->total < UINT8_MAX)
		u->total++;
}

struct ipsec_unclaimed *vpnalg_ipsec_unclaimed_seen(struct vpnalg_step *step,
						    struct ipsec_blocks *blocks,
						    unsigned *place,
						    uint32_t *gap)
{
	uint32_t spi = ipsec_spi(step), now = blocks->now;
	uint32_t number = vpnalg_get32(step->parsed->l4 + ESP_SEQUENCE_OFF);
	uint8_t flags = number < IPSEC_FRESH_SEQUENCE
				? IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN
				: 0;
	struct ipsec_unclaimed *u;

	u = place_for(blocks, spi, flags != 0, place);
	if (u == NULL)
		return NULL;
	if (u->spi != spi)
		*u = (struct ipsec_unclaimed){ .spi = spi,
					       .first = now,
					       .last = now,
					       .began = now,
					       .flags = flags };
	*gap = now - u->last;
	count_packet(u, now);
	return u;
}

void vpnalg_ipsec_unclaimed_again(struct vpnalg *translator,
				  struct ipsec_blocks *blocks,
				  const struct ipsec_unclaimed *taken)
{
	unsigned place;
	struct ipsec_unclaimed *u = place_for(blocks, taken->spi, true, &place);

	if (u == NULL)
		return;
	*u = *taken;
	u->last = blocks->now;
	u->began = taken->first;
	u->count = 1;
	u->total = 1;
	u->flags |= IPSEC_UNCLAIMED_FRESH | IPSEC_UNCLAIMED_BEGAN;
	vpnalg_session_changed(
		translator, blocks->unclaimed_blocks[place / IPSEC_UNCLAIMED]);
}
