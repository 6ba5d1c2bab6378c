/* SPDX-License-Identifier: BSD-2-Clause */
/* The report, as text or as JSON. */
#ifndef PCAP_REPORT_H
#define PCAP_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipsec.h"
#include "options.h"
#include "translator.h"

/* Reasons why a packet is copied. */
enum copied {
	COPIED_NOT_IPV4,
	COPIED_HEADER_CUT, /* the capture does not hold its addresses */
	COPIED_WITHIN,
	COPIED_OURS,
	COPIED_OTHERS,
	COPIED_UNTOUCHED,
	COPIED_SHOWS_INSIDE, /* untouched, and an inside address is in it */
	COPIED_KINDS
};

/* The result of a packet. One that is held gets another one later. */
enum fate {
	FATE_TRANSLATED,
	FATE_COPIED,
	FATE_DROPPED,
	FATES,
	FATE_HELD = FATES
};

/* The comparison of a packet with the one that the router has sent. */
enum compared {
	COMPARED_NOT,
	COMPARED_SAME,
	COMPARED_DIFFERENT,
	COMPARED_HERE_ONLY, /* the router has not sent it */
	COMPARED_NOT_HERE,  /* the router has, and it is not translated here */
	COMPARED_KINDS
};

struct report {
	uint64_t read;
	uint64_t written;
	uint64_t cut; /* translated ones that became shorter */
	uint64_t turned; /* translated ones that are hairpins */
	uint64_t held; /* for a while; each has one of these fates, too: */
	uint64_t fates[FATES];
	uint64_t copied[COPIED_KINDS];
	uint64_t dropped[VPNALG_RESULTS];
	uint64_t protocols[256][FATES]; /* of the IPv4 packets */
	uint64_t ipsec[IPSEC_SORTS][FATES];
	uint64_t compared[COMPARED_KINDS];
	uint64_t alone; /* the router's, of which no other form was captured */
	const char *link;               /* the link type's name */
	bool complete;                  /* the input was read to its end */
};

/* Returns the reason in words. */
const char *report_copied_text(enum copied copied);

/* Returns how it compares in words, of all but COMPARED_NOT. */
const char *report_compared_text(enum compared compared);

/* Returns the name of an IP protocol, or NULL. */
const char *report_protocol_name(unsigned protocol);

/* Writes the report to standard error. */
void report_write_text(const struct report *report,
		       const struct options *options,
		       const struct translator *translator);

/* Returns whether the program was built with JSON. */
bool report_has_json(void);

/* Writes the report to standard output, as one JSON object. Returns false
 * when there was no memory. */
bool report_write_json(const struct report *report,
		       const struct options *options,
		       const struct translator *translator);

#endif
