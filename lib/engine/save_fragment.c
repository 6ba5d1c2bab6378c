/* SPDX-License-Identifier: BSD-2-Clause */
/* A datagram's chunk comes first, then the bytes of each fragment that it
 * holds, in as many chunks as they need. Packets may come between two of them,
 * so the datagram is looked at anew each time. As long as it has the same
 * number and the same state, what it holds has not changed: fragments may only
 * have come, or gone whole. Once it has another state, what is left of it is
 * not saved: a fragment in its other form, behind a datagram that is not
 * translated yet, would be translated twice. What was saved is a datagram of
 * which some fragments were lost. */
#include "save_fragment.h"

#include "chunk.h"
#include "datagram.h"
#include "has.h"
#include "saved.h"

/* The most places that a step looks at. */
#define STEP_PLACES 32

/* Returns the number of the kind whose counters count the datagram. */
static unsigned kind_of(const struct vpnalg *translator,
			const struct datagram *datagram)
{
	unsigned handler = datagram->handler & (VPNALG_HANDLER_ROUTER - 1U);

	if (handler >= translator->handler_count ||
	    datagram->kind >= translator->handlers[handler]->kind_count)
		return SAVED_NO_KIND;
	return translator->kind_base[handler] + datagram->kind;
}

static unsigned bits_of(const struct datagram *datagram)
{
	unsigned bits = datagram->form == FORM_OUTSIDE ? SAVED_OUTSIDE : 0;
	unsigned form;

	for (form = 0; form < FORMS; form++)
		if (datagram->has_key[form])
			bits |= SAVED_HAS_KEY << form;
	return bits;
}

static void put_datagram(const struct vpnalg *translator,
			 const struct datagram *datagram, uint64_t place,
			 struct chunk *chunk)
{
	vpnalg_chunk_put(chunk, 2, place);
	vpnalg_chunk_put(chunk, 1, datagram->state);
	vpnalg_chunk_put(chunk, 1, bits_of(datagram));
	vpnalg_chunk_put(chunk, 1, kind_of(translator, datagram));
	vpnalg_chunk_put(chunk, 3, 0);
	vpnalg_chunk_put(chunk, 8, datagram->deadline);
	vpnalg_chunk_put(chunk, 4, datagram->number);
	vpnalg_chunk_put(chunk, 4, datagram->first);
	saved_put_key(translator, chunk, datagram->keys[FORM_INSIDE]);
	saved_put_key(translator, chunk, datagram->keys[FORM_OUTSIDE]);
}

static void put_part(const struct held *held, uint32_t from, uint32_t count,
		     struct chunk *chunk)
{
	const struct vpnalg_packet *packet = &held->packet;

	vpnalg_chunk_put(chunk, 2, packet->len);
	vpnalg_chunk_put(chunk, 2, from);
	vpnalg_chunk_put(chunk, 2, packet->zone);
	vpnalg_chunk_put(chunk, 1, packet->direction % 4U);
	vpnalg_chunk_put(chunk, 1, packet->checksum);
	vpnalg_chunk_put(chunk, 1, packet->flags & SAVED_PACKET_FLAGS);
	vpnalg_chunk_put(chunk, 1, packet->uplink);
	vpnalg_chunk_put(chunk, 2, 0);
	vpnalg_chunk_put_bytes(chunk, packet->data + from, count);
}

/* Returns the fragment of which bytes are to be saved next; NULL if there is
 * none. One that was begun, and is gone, stays as it is. */
static const struct held *next_held(const struct fragments *fragments,
				    const struct datagram *datagram,
				    struct vpnalg_save *save)
{
	const struct held *held;
	unsigned at;

	for (at = datagram->held; at != NOT_HELD; at = held->next) {
		held = datagram_held(fragments, at);
		if (held->length == 0 || held->offset / 8 < save->offset)
			continue;
		if (held->offset / 8 != save->offset)
			save->done = 0;
		save->offset = (uint16_t)(held->offset / 8);
		return held;
	}
	return NULL;
}

static size_t save_part(const struct held *held, struct vpnalg_save *save,
			void *buffer)
{
	uint32_t left = held->packet.len - save->done;
	uint32_t count = left < SAVED_PART_MAX ? left : SAVED_PART_MAX;
	struct chunk chunk;

	vpnalg_chunk_begin(&chunk, buffer, CHUNK_FRAGMENT, save->number++,
			   save->state);
	put_part(held, save->done, count, &chunk);
	save->done = (uint16_t)(save->done + count);
	if (count == left) {
		save->done = 0;
		save->offset++;
	}
	return vpnalg_chunk_end(&chunk);
}

static size_t save_datagram(const struct vpnalg *translator,
			    const struct datagram *datagram,
			    struct vpnalg_save *save, void *buffer)
{
	struct chunk chunk;

	save->datagram = datagram->number;
	save->fate = datagram->state;
	save->offset = save->done = 0;
	vpnalg_chunk_begin(&chunk, buffer, CHUNK_DATAGRAM, save->number++,
			   save->state);
	put_datagram(translator, datagram, save->cursor, &chunk);
	return vpnalg_chunk_end(&chunk);
}

/* Goes on with the datagram that was begun. Returns 0 if that is done. */
static size_t go_on(const struct fragments *fragments, struct vpnalg_save *save,
		    void *buffer)
{
	const struct datagram *datagram = &fragments->datagrams[save->cursor];
	const struct held *held = NULL;

	if (datagram->number == save->datagram && datagram->state == save->fate)
		held = next_held(fragments, datagram, save);
	if (held != NULL)
		return save_part(held, save, buffer);
	save->cursor++;
	save->fate = DATAGRAM_FREE;
	return 0;
}

size_t vpnalg_save_fragments(struct vpnalg *translator,
			     struct vpnalg_save *save, void *buffer, bool *over)
{
	const struct fragments *fragments = translator->fragments;
	unsigned places = has_fragments(translator) ? fragments->datagram_count
						    : 0,
		 i;
	const struct datagram *datagram;
	size_t length = 0;

	*over = false;
	if (save->fate != DATAGRAM_FREE && save->cursor < places)
		length = go_on(fragments, save, buffer);
	for (i = 0; length == 0 && i < STEP_PLACES; i++, save->cursor++) {
		if (save->cursor >= places) {
			*over = true;
			return 0;
		}
		datagram = &fragments->datagrams[save->cursor];
		if (datagram->state != DATAGRAM_FREE &&
		    datagram->deadline > translator->now)
			return save_datagram(translator, datagram, save,
					     buffer);
	}
	return length;
}
