/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of sessions as JSON. */
#ifndef PCAP_SESSION_TABLE_H
#define PCAP_SESSION_TABLE_H

#ifdef HAVE_JANSSON

#include <jansson.h>

#include "translator.h"

/* Returns an array of the sessions that are open; NULL without memory. */
json_t *session_table(const struct translator *translator);

#endif

#endif
