/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of a fragment come in one chunk or more, and are put together where
 * it will be held: in the room that fragments.given_back names, as nothing is
 * given back meanwhile. Where its end does not come, it had gone by the time
 * that the rest was saved. */
#include "load_fragment.h"

#include <string.h>

#include "address.h"
#include "counters.h"
#include "datagram.h"
#include "fragment.h"
#include "fragment_hold.h"
#include "has.h"
#include "load_record.h"
#include "packet.h"
#include "saved.h"

/* In vpnalg_load.datagram: there is none yet, or it is left out; else its place
 * and one. */
enum { NO_DATAGRAM = 0, LEFT_OUT = 0xffff };

/* In vpnalg_load.fragment: what has become of the last one. */
enum { NO_FRAGMENT, BEGUN, HAS_NO_ROOM };

/* A part of a fragment, as its chunk has it. */
struct part {
	struct vpnalg_packet packet; /* without bytes */
	uint32_t from, count;
	const uint8_t *bytes;
};

void vpnalg_load_fragment_end(struct vpnalg *translator,
			      struct vpnalg_load *load)
{
	if (has_fragments(translator))
		vpnalg_datagram_forget_taken(translator->fragments);
	load->fragment = NO_FRAGMENT;
}

/* Datagrams */

static bool read_datagram(const struct vpnalg *translator,
			  struct chunk_reader *reader, unsigned *place,
			  unsigned *kind, struct datagram *datagram)
{
	const uint8_t *keys;
	unsigned bits, form;

	*place = (unsigned)vpnalg_chunk_get(reader, 2);
	datagram->state = (uint8_t)vpnalg_chunk_get(reader, 1);
	bits = (unsigned)vpnalg_chunk_get(reader, 1);
	*kind = (unsigned)vpnalg_chunk_get(reader, 1);
	vpnalg_chunk_get(reader, 3);
	datagram->deadline = vpnalg_chunk_get(reader, 8);
	datagram->number = (uint32_t)vpnalg_chunk_get(reader, 4);
	datagram->first = (uint32_t)vpnalg_chunk_get(reader, 4);
	keys = vpnalg_chunk_get_bytes(reader, FORMS * VPNALG_KEY_IPV4);
	if (reader->short_of || reader->left != 0 ||
	    (bits & ~SAVED_DATAGRAM) != 0)
		return false;
	datagram->form = bits & SAVED_OUTSIDE ? FORM_OUTSIDE : FORM_INSIDE;
	for (form = 0; form < FORMS; form++) {
		datagram->has_key[form] = bits >> form & SAVED_HAS_KEY;
		saved_get_key(translator, keys + form * VPNALG_KEY_IPV4,
			      datagram->keys[form]);
	}
	return true;
}

/* Whether fragments get what stands in its keys. */
static bool has_followers(const struct datagram *datagram)
{
	return datagram->state == DATAGRAM_TRANSLATED ||
	       datagram->state == DATAGRAM_WHOLE;
}

static bool is_key(const struct datagram *datagram, unsigned form)
{
	static const uint8_t roles[FORMS] = { VPNALG_INSIDE_OWN,
					      VPNALG_OUTSIDE_OWN };
	const uint8_t *key = datagram->keys[form];

	return (!datagram->has_key[form] && !has_followers(datagram)) ||
	       (key_role(key) == roles[form] && !key_is_for_all_remotes(key));
}

/* Sets the datagram's handler and kind, by the number of a kind. Returns false
 * if there is no such kind, or if the datagram must have one. */
static bool set_kind(const struct vpnalg *translator,
		     const struct vpnalg_load *load, unsigned kind,
		     struct datagram *datagram)
{
	datagram->handler = counters_nobody(translator);
	if (kind == SAVED_NO_KIND)
		return !has_followers(datagram);
	if (kind >= load->kind_count)
		return false;
	if (load->kinds[kind] == LOAD_NO_KIND)
		return true;
	datagram->handler = load->kinds[kind] >> 4;
	datagram->kind = load->kinds[kind] & 15;
	return true;
}

/* Whether the translator can have it: the protocol, and the outside address. */
static bool is_ours(const struct vpnalg *translator,
		    const struct datagram *datagram)
{
	const uint8_t *outside = datagram->keys[FORM_OUTSIDE];

	if (!has_fragments(translator) ||
	    (has_followers(datagram) &&
	     datagram->handler == counters_nobody(translator)))
		return false;
	return (!datagram->has_key[FORM_OUTSIDE] && !has_followers(datagram)) ||
	       pool_has(translator, outside + KEY_LOCAL_OFF);
}

int vpnalg_load_datagram(struct vpnalg *translator, struct vpnalg_load *load,
			 struct chunk_reader *reader)
{
	struct datagram read = { .state = DATAGRAM_FREE }, *made = NULL;
	unsigned place, kind;

	vpnalg_load_fragment_end(translator, load);
	if (!read_datagram(translator, reader, &place, &kind, &read) ||
	    read.state == DATAGRAM_FREE || read.state > DATAGRAM_DROPPED ||
	    !is_key(&read, FORM_INSIDE) || !is_key(&read, FORM_OUTSIDE) ||
	    !set_kind(translator, load, kind, &read))
		return VPNALG_STATE_UNSOUND;
	if (is_ours(translator, &read))
		made = vpnalg_datagram_adopt(translator, &read, place);
	if (made == NULL) {
		load->datagram = LEFT_OUT;
		load->left_out++;
		return VPNALG_STATE_MORE;
	}
	load->datagram =
		(uint16_t)(made - translator->fragments->datagrams + 1);
	return VPNALG_STATE_MORE;
}

/* Fragments */

static bool read_part(struct chunk_reader *reader, struct part *part)
{
	struct vpnalg_packet *packet = &part->packet;

	packet->len = (uint32_t)vpnalg_chunk_get(reader, 2);
	part->from = (uint32_t)vpnalg_chunk_get(reader, 2);
	packet->zone = (uint16_t)vpnalg_chunk_get(reader, 2);
	packet->direction = (uint8_t)vpnalg_chunk_get(reader, 1);
	packet->checksum = (uint8_t)vpnalg_chunk_get(reader, 1);
	packet->flags = (uint8_t)vpnalg_chunk_get(reader, 1);
	packet->uplink = (uint8_t)vpnalg_chunk_get(reader, 1);
	vpnalg_chunk_get(reader, 2);
	if (reader->short_of)
		return false;
	part->count = (uint32_t)reader->left;
	part->bytes = vpnalg_chunk_get_bytes(reader, reader->left);
	return part->count > 0 && part->from + part->count <= packet->len &&
	       packet->direction <= VPNALG_IN_UNDO &&
	       (packet->flags & ~SAVED_PACKET_FLAGS) == 0;
}

/* Takes room for a fragment, if there is any. */
static void begin(struct fragments *fragments, struct vpnalg_load *load,
		  const struct part *part)
{
	struct held *held;
	unsigned at;

	vpnalg_datagram_forget_taken(fragments);
	at = fragments->free_held;
	load->fragment = HAS_NO_ROOM;
	if (at == NOT_HELD || part->packet.len > fragments->length_max) {
		load->left_out++;
		return;
	}
	held = datagram_held(fragments, at);
	fragments->free_held = held->next;
	fragments->given_back = (uint16_t)at;
	held->packet = part->packet;
	held->packet.data = (uint8_t *)(held + 1);
	held->packet.caplen = 0;
	load->fragment = BEGUN;
}

/* Whether a whole fragment can be one of the datagram's: as it came, it has the
 * datagram's key. One that was the first, and was cut, may be all that is left.
 */
static bool is_sound(const struct datagram *datagram,
		     const struct vpnalg_packet *packet,
		     const struct vpnalg_parsed *parsed)
{
	unsigned form = parsed->inside ? FORM_INSIDE : FORM_OUTSIDE;
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_IPV4];

	if (!vpnalg_fragment_is_sound(parsed) ||
	    parsed->l4_caplen != parsed->l4_len ||
	    (uint32_t)(parsed->l4 - parsed->ip) + parsed->l4_len !=
		    packet->len ||
	    (parsed->fragment == VPNALG_FRAGMENT_NONE &&
	     datagram->state != DATAGRAM_WHOLE))
		return false;
	vpnalg_fragment_key(parsed, form, parsed->zone,
			    vpnalg_get16(parsed->ip + IPV4_ID_OFF), key);
	return key_equals(key, datagram->keys[form]);
}

/* Holds a fragment of which all bytes are there. */
static bool hold(struct fragments *fragments, struct datagram *datagram)
{
	unsigned at = fragments->given_back;
	struct held *held = datagram_held(fragments, at);
	struct vpnalg_parsed parsed = { 0 };

	if (vpnalg_packet_parse(&held->packet, &parsed) == PACKET_OTHER ||
	    !is_sound(datagram, &held->packet, &parsed))
		return false;
	fragments->given_back = NOT_HELD;
	if (!vpnalg_fragment_hold_link(fragments, datagram, at, &parsed))
		return false;
	datagram_note_ready(fragments, datagram);
	return true;
}

/* Adds a part to the fragment that was begun. */
static int go_on(struct fragments *fragments, struct vpnalg_load *load,
		 const struct part *part)
{
	struct held *held = datagram_held(fragments, fragments->given_back);

	if (part->from != held->packet.caplen ||
	    part->packet.len != held->packet.len)
		return VPNALG_STATE_ORDER;
	memcpy(held->packet.data + part->from, part->bytes, part->count);
	held->packet.caplen += part->count;
	if (held->packet.caplen < held->packet.len)
		return VPNALG_STATE_MORE;
	load->fragment = NO_FRAGMENT;
	return hold(fragments, &fragments->datagrams[load->datagram - 1])
		       ? VPNALG_STATE_MORE
		       : VPNALG_STATE_UNSOUND;
}

int vpnalg_load_fragment(struct vpnalg *translator, struct vpnalg_load *load,
			 struct chunk_reader *reader)
{
	struct part part = { .count = 0 };

	if (!read_part(reader, &part))
		return VPNALG_STATE_UNSOUND;
	if (load->datagram == NO_DATAGRAM)
		return VPNALG_STATE_ORDER;
	if (load->datagram == LEFT_OUT)
		return VPNALG_STATE_MORE;
	if (part.from == 0)
		begin(translator->fragments, load, &part);
	if (load->fragment == HAS_NO_ROOM)
		return VPNALG_STATE_MORE;
	return load->fragment == BEGUN
		       ? go_on(translator->fragments, load, &part)
		       : VPNALG_STATE_ORDER;
}
