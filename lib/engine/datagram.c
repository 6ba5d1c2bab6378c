/* SPDX-License-Identifier: BSD-2-Clause */
/* Places for datagrams and held fragments. All are looked through one by one:
 * there are few, and a packet that needs none of them pays nothing. */
#include "datagram.h"

#include <string.h>

#include "address.h"
#include "counters.h"

#include "../wire/ip.h"

/* The number of values of the hash of hosts. */
#define HOSTS 64

/* Held fragments */

/* Takes the first held fragment out; its room is not free yet. */
static unsigned take_out(struct fragments *fragments, struct datagram *datagram)
{
	unsigned at = datagram->held;

	datagram->held = datagram_held(fragments, at)->next;
	if (--datagram->count == 0)
		datagram->gathered = datagram->end = datagram->total = 0;
	return at;
}

static void forget(struct fragments *fragments, struct datagram *datagram)
{
	datagram_free_held(fragments, take_out(fragments, datagram));
}

void vpnalg_datagram_drop_held(struct vpnalg *translator,
			       struct datagram *datagram)
{
	struct fragments *fragments = translator->fragments;

	for (; datagram->count > 0; forget(fragments, datagram))
		counters_held(translator, datagram->handler,
			      &datagram_held(fragments, datagram->held)->packet,
			      VPNALG_DROP_FRAGMENT);
}

void vpnalg_datagram_forget_taken(struct fragments *fragments)
{
	if (fragments->given_back != NOT_HELD)
		datagram_free_held(fragments, fragments->given_back);
	fragments->given_back = NOT_HELD;
}

struct held *vpnalg_datagram_take(struct fragments *fragments,
				  struct datagram *datagram)
{
	vpnalg_datagram_forget_taken(fragments);
	fragments->given_back = (uint16_t)take_out(fragments, datagram);
	return datagram_held(fragments, fragments->given_back);
}

/* Datagrams */

/* Returns a word in which datagrams of a flood differ: their inside hosts or
 * Identifications, outside the latter. */
static inline uint32_t tag_of(const uint8_t *key)
{
	return key_word(key + KEY_ID_OFF) ^ key_word(key + KEY_LOCAL_OFF);
}

static inline bool has_key(const struct datagram *datagram, unsigned form,
			   const uint8_t *key)
{
	return datagram->has_key[form] && key_equals(datagram->keys[form], key);
}

static void close(struct vpnalg *translator, struct datagram *datagram)
{
	vpnalg_datagram_drop_held(translator, datagram);
	datagram->state = DATAGRAM_FREE;
	memset(datagram->has_key, 0, sizeof(datagram->has_key));
}

struct datagram *vpnalg_datagram_find(const struct vpnalg *translator,
				      const uint8_t *key, unsigned form)
{
	const struct fragments *fragments = translator->fragments;
	struct datagram *datagram = fragments->datagrams;
	struct datagram *end = datagram + fragments->datagram_count;
	uint32_t tag = tag_of(key);

	for (; datagram < end; datagram++)
		if (tag_of(datagram->keys[form]) == tag &&
		    has_key(datagram, form, key))
			return datagram->deadline > translator->now ? datagram
								    : NULL;
	return NULL;
}

/* Returns the owner of a datagram: a hash of local and remote address. */
static uint8_t hosts_of(const struct vpnalg *translator, const uint8_t *key)
{
	uint64_t sum =
		key_product(translator->secret, key_word(key + KEY_LOCAL_OFF),
			    key_word(key + KEY_LOCAL_OFF + 4));

	return (uint8_t)((key_spread(translator, sum) >> 32) % HOSTS);
}

static bool is_older(const struct datagram *a, const struct datagram *b)
{
	return (int32_t)(a->number - b->number) < 0;
}

/* Returns the oldest datagram of the hosts that take most places, or have most
 * fragments held: a flood evicts its own datagrams. NULL if there is none. */
static struct datagram *find_oldest(const struct fragments *fragments,
				    bool held)
{
	struct datagram *oldest = NULL, *at, *begin = fragments->datagrams;
	struct datagram *end = begin + fragments->datagram_count;
	unsigned counts[HOSTS] = { 0 };

	for (at = begin; at < end; at++)
		counts[at->hosts] += held ? at->count : 1U;
	for (at = begin; at < end; at++)
		if ((!held || at->count > 0) &&
		    (oldest == NULL ||
		     counts[at->hosts] > counts[oldest->hosts] ||
		     (counts[at->hosts] == counts[oldest->hosts] &&
		      is_older(at, oldest))))
			oldest = at;
	return oldest;
}

static struct datagram *find_place(const struct vpnalg *translator)
{
	const struct fragments *fragments = translator->fragments;
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;

	for (; at < end; at++)
		if (at->state == DATAGRAM_FREE ||
		    at->deadline <= translator->now)
			return at;
	return find_oldest(fragments, false);
}

struct datagram *vpnalg_datagram_make(struct vpnalg *translator)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *datagram = find_place(translator);

	close(translator, datagram);
	memset(datagram, 0, sizeof(*datagram));
	datagram->held = NOT_HELD;
	datagram->state = DATAGRAM_AWAITED;
	datagram->handler = counters_nobody(translator);
	datagram->deadline = time_in(translator, fragments->held_time);
	datagram->number = fragments->made++;
	datagram->form = fragments->form;
	datagram->hosts = hosts_of(translator, fragments->key);
	vpnalg_datagram_set_key(translator, datagram, fragments->form,
				fragments->key);
	return datagram;
}

struct datagram *vpnalg_datagram_renew(struct vpnalg *translator,
				       struct datagram *datagram)
{
	struct datagram renewed = *datagram, *place;

	memset(datagram->has_key, 0, sizeof(datagram->has_key));
	place = find_place(translator);
	close(translator, place);
	renewed.held = NOT_HELD;
	renewed.count = 0;
	renewed.gathered = renewed.end = renewed.total = 0;
	*place = renewed;
	return place;
}

void vpnalg_datagram_set_key(struct vpnalg *translator,
			     struct datagram *datagram, unsigned form,
			     const uint8_t *key)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *other = fragments->datagrams;
	struct datagram *end = other + fragments->datagram_count;
	uint32_t tag = tag_of(key);

	for (; other < end; other++)
		if (tag_of(other->keys[form]) == tag && other != datagram &&
		    has_key(other, form, key))
			other->has_key[form] = false;
	memcpy(datagram->keys[form], key, VPNALG_KEY_IPV4);
	datagram->has_key[form] = true;
}

void vpnalg_datagram_forget_stale(struct vpnalg *translator)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;

	for (; at < end; at++)
		if (at->has_key[FORM_OUTSIDE] &&
		    !pool_has(translator,
			      at->keys[FORM_OUTSIDE] + KEY_LOCAL_OFF))
			close(translator, at);
}

vpnalg_time vpnalg_datagram_expire(struct vpnalg *translator)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;
	vpnalg_time earliest = VPNALG_NEVER;

	for (; at < end; at++) {
		if (at->state == DATAGRAM_FREE)
			continue;
		if (at->deadline <= translator->now)
			close(translator, at);
		else if (at->deadline < earliest)
			earliest = at->deadline;
	}
	return earliest;
}

void vpnalg_datagram_make_room(struct vpnalg *translator)
{
	struct datagram *oldest = find_oldest(translator->fragments, true);

	if (oldest == NULL)
		return;
	vpnalg_datagram_drop_held(translator, oldest);
	oldest->state = DATAGRAM_DROPPED;
}

/* Saved ones */

/* Returns a place that is nobody's, that one if it is; NULL if there is none.
 */
static struct datagram *find_free(const struct fragments *fragments,
				  unsigned place)
{
	struct datagram *at = fragments->datagrams;
	struct datagram *end = at + fragments->datagram_count;

	if (place < fragments->datagram_count &&
	    at[place].state == DATAGRAM_FREE)
		return &at[place];
	for (; at < end; at++)
		if (at->state == DATAGRAM_FREE)
			return at;
	return NULL;
}

struct datagram *vpnalg_datagram_adopt(struct vpnalg *translator,
				       const struct datagram *saved,
				       unsigned place)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *datagram = find_free(fragments, place);
	uint32_t made = saved->number + 1;
	unsigned form;

	if (datagram == NULL)
		return NULL;
	*datagram = *saved;
	datagram->held = NOT_HELD;
	datagram->hosts = hosts_of(translator, saved->keys[saved->form]);
	for (form = 0; form < FORMS; form++)
		if (saved->has_key[form])
			vpnalg_datagram_set_key(translator, datagram, form,
						saved->keys[form]);
	if (fragments->made == 0 || (int32_t)(made - fragments->made) > 0)
		fragments->made = made;
	return datagram;
}
