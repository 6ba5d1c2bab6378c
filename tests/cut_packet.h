/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that are cut at every length. */
#ifndef TESTS_CUT_PACKET_H
#define TESTS_CUT_PACKET_H

#include "support.h"

struct cut_row {
	const char *what;
	uint8_t protocol;
	uint8_t key;   /* from how many bytes on it is known whose it is */
	uint8_t whole; /* and from how many it is translated */
};

/* Not in memory, though there: a packet and its answer, in a world that begins
 * anew with each length. */
static inline void cut_in_memory(struct world *world, const struct cut_row *row,
				 const struct bytes *out,
				 const struct bytes *in, void (*anew)(void))
{
	uint32_t caplen;
	unsigned result;

	for (caplen = 0; caplen <= out->length; caplen++) {
		anew();
		result = send_captured(world, VPNALG_OUT, out, caplen);
		ck_assert_msg(result == (caplen < 20 ? VPNALG_UNTOUCHED
					 : caplen < 20U + row->whole
						 ? VPNALG_DROP_TRUNCATED
						 : VPNALG_TRANSLATED),
			      "%s out at %u: %u", row->what, caplen, result);
		ck_assert_uint_eq(send_packet(world, VPNALG_OUT, out),
				  VPNALG_TRANSLATED);
		result = send_captured(world, VPNALG_IN, in, caplen);
		ck_assert_msg(result == (caplen < 20U + row->key
						 ? VPNALG_UNTOUCHED
					 : caplen < 20U + row->whole
						 ? VPNALG_DROP_TRUNCATED
						 : VPNALG_TRANSLATED),
			      "%s in at %u: %u", row->what, caplen, result);
	}
}

/* Not there: the IP header says so. */
static inline void cut_in_header(struct world *world, const struct cut_row *row,
				 const struct bytes *whole)
{
	struct bytes p;
	uint32_t length;

	for (length = 20; length <= whole->length; length++) {
		p = *whole;
		p.length = length;
		put16(p.data + 2, length);
		set_fragment(&p, 0);
		ck_assert_msg(send_packet(world, VPNALG_OUT, &p) ==
				      (length < 20U + row->whole
					       ? VPNALG_DROP_MALFORMED
					       : VPNALG_TRANSLATED),
			      "%s of %u", row->what, length);
	}
}

#endif
