/* SPDX-License-Identifier: BSD-2-Clause */
/* The fields of an event that have an element of IPFIX. */
#ifndef COMMON_IPFIX_EVENT_H
#define COMMON_IPFIX_EVENT_H

#include <stdbool.h>

#include <vpnalg/vpnalg.h>

#include "ipfix_record.h"

/* Fills in a record. destinations: with remotes; captured: the event's time is
 * that on the wall. Returns false if RFC 8158 has no such event. */
bool ipfix_event(const struct vpnalg_event *event, bool destinations,
		 bool captured, struct ipfix_record *record);

#endif
