/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets through the translator, held to the promises of the library. */
#include "support.h"
#include "fast_path.h"
#include "support_ports.h"

#include <stdlib.h>
#include <string.h>

static bool is_outside(const struct world *w, uint32_t address)
{
	size_t i;

	for (i = 0; i < w->options.address_count; i++)
		if (w->options.addresses[i] == address)
			return true;
	return false;
}

/* Returns whether two packets are the same, but for a checksum of 0xffff that
 * may have become 0: both are zero in ones' complement. */
static bool same_packet(const uint8_t *a, const uint8_t *b, uint32_t length)
{
	uint32_t i;

	for (i = 0; i < length; i++) {
		bool pair = a[i] == 0xff && b[i] == 0 && i + 1 < length &&
			    a[i + 1] == 0xff && b[i + 1] == 0;

		if (pair)
			i++;
		else if (a[i] != b[i])
			return false;
	}
	return true;
}

static void check_undo(struct world *w, const struct bytes *before,
		       uint32_t caplen)
{
	struct vpnalg_packet undo = w->last;
	uint8_t *copy = malloc(undo.caplen + 1U);
	struct bytes expected = *before;

	memcpy(copy, undo.data, undo.caplen);
	undo.data = copy;
	undo.direction ^= VPNALG_OUT_UNDO;
	if (undo.direction == VPNALG_OUT_UNDO)
		undo.zone = 0; /* which nobody knows outside */
	process_one(w, &undo);
	mirror_check(w);
	log_check(w);
	if (undo.result == VPNALG_DROP_AMBIGUOUS) {
		free(copy);
		return;
	}
	ck_assert_msg(undo.result == VPNALG_TRANSLATED, "undo: %s",
		      vpnalg_result_text(undo.result));
	ck_assert_uint_eq(undo.flags & VPNALG_PACKET_CUT, 0);
	ck_assert_uint_eq(undo.zone, w->last.zone);
	if (w->last.flags & VPNALG_PACKET_CUT) {
		ck_assert(memcmp(copy + 20, expected.data + 20, 12) == 0);
	} else {
		ck_assert_msg(same_packet(expected.data, copy, caplen),
			      "undo gives another packet");
	}
	free(copy);
}

/* Checks that the translation offered for packets like this one is the one that
 * it got. */
static void check_fast_path(struct world *w, const struct bytes *before)
{
	struct vpnalg_translation offer = { .size = sizeof(offer) };
	struct vpnalg_packet again = w->last;
	struct bytes copy = *before;

	again.data = copy.data;
	if (w->last.direction == VPNALG_IN)
		again.zone = 0;
	if (!vpnalg_translation_of(w->alg, &again, w->now, &offer))
		return;
	ck_assert_msg(same_packet(before->data, copy.data, again.caplen),
		      "changed by asking");
	ck_assert(fast_path_knows(&offer, &again));
	ck_assert_uint_eq(offer.zone, w->last.zone);
	fast_path_rewrite(&offer, copy.data);
	ck_assert_msg(
		same_packet(w->last.data, copy.data, again.caplen) ||
			same_packet(copy.data, w->last.data, again.caplen),
		"the fast path gives another packet");
	ck_assert(vpnalg_translation_used(w->alg, &offer, w->now));
	mirror_check(w);
	log_check(w);
}

static void check_promises(struct world *w, const struct bytes *before,
			   uint32_t caplen)
{
	const struct vpnalg_packet *p = &w->last;

	if (p->result != VPNALG_TRANSLATED) {
		ck_assert(memcmp(before->data, p->data, caplen) == 0);
		ck_assert_uint_eq(p->flags, 0);
		return;
	}
	ck_assert(p->len <= before->length);
	if (p->checksum != VPNALG_CHECKSUM_PARTIAL)
		ck_assert_msg(checksums_right(before->data, caplen) ==
				      checksums_right(p->data, p->caplen),
			      "checksum");
	if (p->direction == VPNALG_OUT)
		ck_assert(is_outside(w, get32(p->data + 12)));
	if (p->direction == VPNALG_IN)
		ck_assert(!is_outside(w, get32(p->data + 16)));
	if (w->options.no_undo || p->direction >= VPNALG_OUT_UNDO)
		return;
	check_undo(w, before, caplen);
	if (p->checksum == VPNALG_CHECKSUM_FULL && !w->other_ports &&
	    !w->options.no_fast_path)
		check_fast_path(w, before);
}

/* The block ends where the packet ends, so that AddressSanitizer sees the
 * first byte read behind it; and it begins at an odd address. */
static unsigned send_bytes(struct world *w, struct vpnalg_packet p,
			   const struct bytes *packet)
{
	uint8_t *block = malloc(p.caplen + 1);
	long before = w->records;

	memcpy(block + 1, packet->data, p.caplen);
	free(w->bytes);
	w->bytes = malloc(sizeof(packet->data));
	p.data = block + 1;
	p.user = w;
	p.flags = w->options.turned;
	p.uplink = w->uplink;
	process_one(w, &p);
	mirror_check(w);
	log_check(w);
	w->last = p;
	/* A host that is held back leaves a record, and the last fragment of a
	 * datagram may open the sessions of the whole datagram. */
	if (p.result != VPNALG_TRANSLATED && p.result != VPNALG_DROP_HELD &&
	    p.result != VPNALG_HELD && !w->options.leaves)
		ck_assert_msg(w->records <= before, "%s: %ld records more",
			      vpnalg_result_text(p.result),
			      w->records - before);
	check_promises(w, packet, p.caplen);
	memcpy(w->bytes, p.data, p.caplen);
	w->length = p.len;
	w->last.data = w->bytes;
	free(block);
	world_between_calls(w);
	return p.result;
}

/* The caller names the zone of what an inside host sees. */
static uint16_t zone_for(enum vpnalg_direction direction)
{
	return direction == VPNALG_OUT || direction == VPNALG_IN_UNDO ? ZONE
								      : 0;
}

unsigned send_captured(struct world *w, enum vpnalg_direction direction,
		       const struct bytes *packet, uint32_t caplen)
{
	struct vpnalg_packet p = { .caplen = caplen,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .zone = zone_for(direction) };

	return send_bytes(w, p, packet);
}

unsigned send_packet(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet)
{
	return send_captured(w, direction, packet, packet->length);
}

unsigned send_summed(struct world *w, enum vpnalg_direction direction,
		     const struct bytes *packet, enum vpnalg_checksum checksum)
{
	struct vpnalg_packet p = { .caplen = packet->length,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .checksum = (uint8_t)checksum,
				   .zone = zone_for(direction) };

	return send_bytes(w, p, packet);
}

unsigned send_in_zone(struct world *w, enum vpnalg_direction direction,
		      const struct bytes *packet, uint16_t zone)
{
	struct vpnalg_packet p = { .caplen = packet->length,
				   .len = packet->length,
				   .direction = (uint8_t)direction,
				   .zone = zone };

	return send_bytes(w, p, packet);
}
