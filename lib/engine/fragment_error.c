/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors that are sent in fragments themselves. All that is rewritten lies
 * in the first one, which is translated as it is: the checksum changes by the
 * difference, whatever else it covers. If too little is quoted there, the error
 * is dropped. So the first one decides, and the others follow it as those of
 * any datagram do. */
#include "fragment_error.h"

#include <string.h>

#include "fragment.h"
#include "has.h"
#include "packet.h"
#include "rewrite.h"

static struct datagram *find(const struct vpnalg *translator)
{
	const struct fragments *fragments = translator->fragments;

	return vpnalg_datagram_find(translator, fragments->error_key,
				    fragments->form);
}

/* Whether a packet is the first fragment of an error, and there is memory for
 * what becomes of the others. */
static bool is_error(const struct vpnalg *translator, const struct slot *slot,
		     const struct vpnalg_packet *packet)
{
	return slot->parsed.quoted && slot->ours && has_fragments(translator) &&
	       !datagram_ends(packet->data);
}

/* An error that is sent again is no matter of those that are still to be given
 * back. */
static void begin(struct vpnalg *translator, const struct vpnalg_packet *packet)
{
	struct fragments *fragments = translator->fragments;
	struct vpnalg_parsed error;
	struct datagram *datagram;

	vpnalg_packet_parse(packet, &error);
	fragments->form = error.inside ? FORM_INSIDE : FORM_OUTSIDE;
	vpnalg_fragment_key(&error, fragments->form, error.zone,
			    vpnalg_get16(error.ip + IPV4_ID_OFF),
			    fragments->error_key);
	datagram = find(translator);
	if (datagram != NULL && datagram_is_ready(datagram))
		vpnalg_datagram_renew(translator, datagram);
}

/* An error that is undone may have been sent by a router inside, whose address
 * does not come back: what the others become stays as it is known. */
static bool is_known(const struct fragments *fragments,
		     const struct datagram *datagram,
		     const struct vpnalg_parsed *error,
		     enum vpnalg_result result)
{
	return error->undo && result == VPNALG_TRANSLATED &&
	       datagram->state == DATAGRAM_TRANSLATED &&
	       datagram->has_key[!fragments->form];
}

static void end(struct vpnalg *translator, struct vpnalg_packet *packet,
		enum vpnalg_result result)
{
	struct fragments *fragments = translator->fragments;
	struct datagram *datagram = find(translator);
	struct vpnalg_parsed error;
	const uint8_t *other;

	vpnalg_packet_parse(packet, &error);
	if (datagram == NULL) {
		memcpy(fragments->key, fragments->error_key,
		       sizeof(fragments->key));
		datagram = vpnalg_datagram_make(translator);
	}
	if (is_known(fragments, datagram, &error, result)) {
		other = datagram->keys[!fragments->form];
		vpnalg_rewrite_ip_16(error.ip, IPV4_ID_OFF,
				     key_word(other + KEY_ID_OFF) & 0xffff);
		return;
	}
	vpnalg_fragment_note_first(translator, datagram, &error, packet,
				   result);
}

/* What an error becomes that quotes a later fragment may be known at once. */
enum vpnalg_result vpnalg_fragment_any_before(struct vpnalg *translator,
					      const struct slot *slot,
					      struct vpnalg_packet *packet)
{
	bool is_one = is_error(translator, slot, packet);
	enum vpnalg_result result = FRAGMENT_UNDECIDED;

	if (is_one)
		begin(translator, packet);
	if (slot->parsed.fragment != VPNALG_FRAGMENT_NONE)
		result = vpnalg_fragment_before(translator, slot, packet);
	if (is_one && result != FRAGMENT_UNDECIDED)
		end(translator, packet, result);
	return result;
}

enum vpnalg_result vpnalg_fragment_any_after(struct vpnalg *translator,
					     const struct slot *slot,
					     struct vpnalg_packet *packet,
					     enum vpnalg_result result)
{
	if (slot->parsed.fragment != VPNALG_FRAGMENT_NONE)
		result =
			vpnalg_fragment_after(translator, slot, packet, result);
	if (is_error(translator, slot, packet))
		end(translator, packet, result);
	return result;
}
