/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors, and what holds for them besides. */
#ifndef TESTS_FUZZ_ERRORS_H
#define TESTS_FUZZ_ERRORS_H

#include "sent.h"
#include "settings.h"
#include "step.h"

bool is_icmp_error_type(uint8_t type);
/* Returns whether a packet is an ICMP error that quotes a whole IP header. */
bool is_icmp_error(const struct sent *s);
/* Returns whether it is one about a fragment. */
bool is_error_about_fragment(const struct sent *s);

/* The quoted IP header was valid and is. The other checksums are held to
 * promise 2 as those of any packet. */
void check_quoted_checksums(const struct sent *s, const uint8_t *after);
/* The quoted packet travelled in the opposite direction. */
void check_quoted_address(const struct settings *settings,
			  const struct sent *s, const uint8_t *after);
/* Changes the packet that undo is expected to return into what it may return:
 * with the host's address, whichever router inside the error has come from, and
 * with quoted checksums of 0 that were 0xffff. */
void allow_in_undone(struct bytes *expected, const struct vpnalg_packet *undo);

/* Makes an error about a packet, as it came out. The step's value and message
 * say which; its args how much is quoted, from whom it is, and what is wrong
 * with it. */
void make_error(struct bytes *b, const struct bytes *about, bool out,
		const struct step *s);

#endif
