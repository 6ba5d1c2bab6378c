/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for a free ID, a bounded number of tries for each packet.
 *
 * A few IDs are drawn at random: that is enough unless most are taken. Then the
 * range is walked, from where the packet before left off. A range that was
 * walked to its end is full: it is not searched again until some time has
 * passed, or an ID is given back. All of this is remembered for a few outside
 * addresses and remotes that were found crowded; for others IDs are only drawn.
 */
#include "search.h"

#include "key.h"
#include "port_set.h"

/* Bounds the tries for one packet: in both ranges, in the first, and at random
 * in each. All of them cost some 6,000 instructions where two keys must be
 * looked up for each. */
#define TRIES 13
#define TRIES_FIRST 10
#define TRIES_RANDOM 5

/* A range without a free ID is not walked again within this time. Hosts request
 * a new session every few seconds, so an ID that was freed unnoticed is found
 * soon. */
#define FULL_MS 10000

static struct search *place_of(struct vpnalg *translator, uint64_t id_space)
{
	return &translator->searches[id_space % SEARCHES];
}

static struct search *find(struct vpnalg *translator, uint64_t id_space)
{
	struct search *search = place_of(translator, id_space);

	return translator->searching && search->id_space == id_space ? search
								     : NULL;
}

/* Returns whether only members of a set of ports are wanted. */
static bool has_set(const struct hunt *hunt)
{
	return VPNALG_WITH_PORT_SETS && hunt->set != NULL;
}

/* Returns the ID at a place of the range. */
static uint32_t id_at(const struct hunt *hunt, uint32_t at)
{
	uint32_t id = hunt->range->first + at * hunt->range->step;

	return has_set(hunt) ? vpnalg_port_set_id(hunt->set, id) : id;
}

static bool is_in(const struct hunt *hunt, uint32_t id)
{
	const struct vpnalg_range *range = hunt->range;

	if (has_set(hunt)) {
		if (!vpnalg_port_set_has(hunt->set, id))
			return false;
		id = vpnalg_port_set_below(hunt->set, id);
	}
	return id >= range->first && (id - range->first) % range->step == 0 &&
	       (id - range->first) / range->step < range->count;
}

static uint32_t draw(struct vpnalg *translator, uint32_t count)
{
	return (uint32_t)((uint64_t)translator->random(translator->context) *
				  count >>
			  32);
}

/* Returns the round through a range, or NULL. */
static struct search_round *round_of(struct search *search,
				     const struct vpnalg_range *range)
{
	unsigned i;

	for (i = 0; search != NULL && i < SEARCH_ROUNDS; i++)
		if (search->rounds[i].first == range->first &&
		    search->rounds[i].step == range->step &&
		    search->rounds[i].count == range->count)
			return &search->rounds[i];
	return NULL;
}

static struct search_round *begin_round(struct vpnalg *translator,
					uint64_t id_space,
					const struct vpnalg_range *range)
{
	struct search *search = place_of(translator, id_space);
	struct search_round *round;

	if (search->id_space != id_space) {
		*search = (struct search){ .id_space = id_space };
		translator->searching = true;
	}
	round = &search->rounds[search->turn];
	search->turn = (uint8_t)((search->turn + 1) % SEARCH_ROUNDS);
	*round = (struct search_round){ .first = range->first,
					.step = range->step,
					.count = range->count,
					.at = draw(translator, range->count),
					.left = range->count };
	return round;
}

/* id_space is the hash of a key without its ID: IDs are unique under it. */
void vpnalg_search_begin(struct vpnalg *translator, struct hunt *hunt,
			 uint64_t id_space)
{
	*hunt = (struct hunt){ .translator = translator,
			       .id_space = id_space,
			       .tries = TRIES };
}

/* Goes on to a range; the last one may use up all tries. */
void vpnalg_search_range(struct hunt *hunt, const struct vpnalg_range *range,
			 bool last)
{
	static const struct vpnalg_range none = { .step = 1 };

	hunt->range = search_is_range(range) ? range : &none;
	if (has_set(hunt)) {
		hunt->cut = vpnalg_port_set_cut(hunt->set, hunt->range);
		hunt->range = &hunt->cut;
	}
	hunt->spare = last ? 0 : TRIES - TRIES_FIRST;
	hunt->drawn = 0;
	hunt->freed = 0;
}

/* Tries an ID of the range that was given back. */
static bool next_freed(struct hunt *hunt, uint32_t *id)
{
	struct search *search = find(hunt->translator, hunt->id_space);

	for (; search != NULL && hunt->freed < search->freed_count;
	     hunt->freed++) {
		*id = search->freed[hunt->freed];
		if (!is_in(hunt, *id))
			continue;
		search->freed[hunt->freed] =
			search->freed[--search->freed_count];
		return true;
	}
	return false;
}

/* Tries the next ID of the round, if it is not over. */
static bool next_walked(struct hunt *hunt, uint32_t *id)
{
	struct vpnalg *translator = hunt->translator;
	const struct vpnalg_range *range = hunt->range;
	struct search_round *round =
		round_of(find(translator, hunt->id_space), range);

	if (round == NULL)
		round = begin_round(translator, hunt->id_space, range);
	if (round->left == 0)
		return false;
	*id = id_at(hunt, round->at);
	if (++round->at == range->count)
		round->at = 0;
	if (--round->left == 0)
		round->again = time_in(translator, FULL_MS);
	return true;
}

/* Returns whether the range was walked to its end, not long ago. */
static bool is_full(struct hunt *hunt)
{
	struct search_round *round =
		round_of(find(hunt->translator, hunt->id_space), hunt->range);

	if (round == NULL || round->left > 0)
		return false;
	if (hunt->translator->now < round->again)
		return true;
	round->left = round->count;
	return false;
}

/* Returns whether the range is so small that it is walked from a random place,
 * and nothing is remembered. */
static bool is_small(const struct vpnalg_range *range)
{
	return range->count <= TRIES_FIRST;
}

static bool next_of_few(struct hunt *hunt, uint32_t *id)
{
	const struct vpnalg_range *range = hunt->range;

	if (hunt->drawn == range->count)
		return false;
	if (hunt->drawn++ == 0)
		hunt->at = draw(hunt->translator, range->count);
	*id = id_at(hunt, hunt->at);
	if (++hunt->at == range->count)
		hunt->at = 0;
	return true;
}

/* Tries a random ID, and others at equal distances around the range, so that
 * none comes twice. */
static void next_drawn(struct hunt *hunt, uint32_t *id)
{
	const struct vpnalg_range *range = hunt->range;

	if (hunt->drawn++ == 0)
		hunt->at = draw(hunt->translator, range->count);
	else
		hunt->at += range->count / TRIES_RANDOM;
	if (hunt->at >= range->count)
		hunt->at -= range->count;
	*id = id_at(hunt, hunt->at);
}

/* The next ID to try, or false. */
bool vpnalg_search_next(struct hunt *hunt, uint32_t *id)
{
	const struct vpnalg_range *range = hunt->range;

	if (range->count == 0 || hunt->tries <= hunt->spare)
		return false;
	hunt->tries--;
	if (is_small(range))
		return next_of_few(hunt, id);
	if (next_freed(hunt, id))
		return true;
	if (hunt->drawn == 0 && is_full(hunt))
		return false;
	if (hunt->drawn < TRIES_RANDOM)
		next_drawn(hunt, id);
	else if (!next_walked(hunt, id))
		return false;
	return true;
}

/* Notes an ID that is free again, or was not taken after all. If too many are
 * free to be noted, the search finds them. */
void vpnalg_search_freed(struct vpnalg *translator,
			 const struct vpnalg_tuple *tuple)
{
	struct key_of_any_id *any = &translator->row;
	struct search *search;
	unsigned i;

	if (!translator->searching)
		return;
	vpnalg_key_prepare(translator, tuple, any);
	search = find(translator, any->rest);
	if (search == NULL)
		return;
	if (search->freed_count < SEARCH_FREED) {
		search->freed[search->freed_count++] = tuple->id;
		return;
	}
	for (i = 0; i < SEARCH_ROUNDS; i++)
		search->rounds[i].left = search->rounds[i].count;
}
