/* SPDX-License-Identifier: BSD-2-Clause */
#include "fast_path.h"

#include <string.h>

#include <vpnalg/handler.h>

#define IP_LEN 20

bool fast_path_knows(const struct vpnalg_translation *offer,
		     const struct vpnalg_packet *packet)
{
	const uint8_t *ip = packet->data;
	uint32_t caplen = packet->caplen;
	unsigned i;

	if (caplen < IP_LEN ||
	    packet->direction != (offer->inward ? VPNALG_IN : VPNALG_OUT) ||
	    (!offer->inward && packet->zone != offer->zone) || ip[0] != 0x45 ||
	    vpnalg_get16(ip + 6) & 0x3fff || ip[9] != offer->ip_protocol ||
	    vpnalg_get16(ip + 2) > packet->len ||
	    memcmp(ip + 12, offer->source.octets, 4) != 0 ||
	    memcmp(ip + 16, offer->destination.octets, 4) != 0)
		return false;
	if (caplen > vpnalg_get16(ip + 2))
		caplen = vpnalg_get16(ip + 2);
	for (i = 0; i < offer->word_count; i++)
		if (IP_LEN + offer->words[i].offset + 4 > caplen ||
		    (vpnalg_get32(ip + IP_LEN + offer->words[i].offset) &
		     offer->words[i].mask) != offer->words[i].before)
			return false;
	return offer->checksum_offset == 0 ||
	       IP_LEN + 2U + offer->checksum_offset <= caplen;
}

/* RFC 1624, equation 3. */
static uint16_t follow(uint16_t checksum, uint16_t before, uint16_t after)
{
	uint32_t sum = (uint16_t)~checksum + (uint32_t)(uint16_t)~before +
		       after;

	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static void set16(uint8_t *ip, uint8_t *at, unsigned value, unsigned checksum,
		  bool address)
{
	uint16_t before = vpnalg_get16(at);

	vpnalg_put16(at, value);
	if (address)
		vpnalg_put16(ip + 10, follow(vpnalg_get16(ip + 10), before,
					     (uint16_t)value));
	if (checksum != 0)
		vpnalg_put16(ip + IP_LEN + checksum,
			     follow(vpnalg_get16(ip + IP_LEN + checksum),
				    before, (uint16_t)value));
}

static void set_address(uint8_t *ip, unsigned offset,
			const struct vpnalg_addr *address, unsigned checksum)
{
	const uint8_t *octets = address->octets;

	set16(ip, ip + offset, vpnalg_get16(octets), checksum, true);
	set16(ip, ip + offset + 2, vpnalg_get16(octets + 2), checksum, true);
}

void fast_path_rewrite(const struct vpnalg_translation *offer, uint8_t *ip)
{
	unsigned checksum = offer->checksum_offset, i;
	const struct vpnalg_word *word;
	uint32_t becomes;
	uint8_t *at;

	if (ip[9] == 17 && vpnalg_get16(ip + IP_LEN + checksum) == 0)
		checksum = 0; /* none, RFC 768 */
	set_address(ip, 12, &offer->new_source, checksum);
	set_address(ip, 16, &offer->new_destination, checksum);
	for (i = 0; i < offer->word_count; i++) {
		word = &offer->words[i];
		at = ip + IP_LEN + word->offset;
		becomes = (vpnalg_get32(at) & ~word->mask) | word->after;
		set16(ip, at, becomes >> 16, checksum, false);
		set16(ip, at + 2, becomes & 0xffff, checksum, false);
	}
	if (ip[9] == 17 && checksum != 0 &&
	    vpnalg_get16(ip + IP_LEN + checksum) == 0)
		vpnalg_put16(ip + IP_LEN + checksum, 0xffff);
}
