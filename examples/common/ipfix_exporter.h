/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to a collector of IPFIX (RFC 7011), by libfixbuf, with the
 * templates that RFC 8158 has for events of a NAT. */
#ifndef COMMON_IPFIX_EXPORTER_H
#define COMMON_IPFIX_EXPORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <fixbuf/public.h>

#include "ipfix_export.h"
#include "ipfix_record.h"

#define IPFIX_TEMPLATES_MAX 64

struct ipfix_exporter {
	const struct ipfix_collector *collector;
	fbInfoModel_t *model;
	fbSession_t *session; /* NULL: the collector is gone */
	fBuf_t *buffer;
	uint32_t has[IPFIX_TEMPLATES_MAX]; /* of templates sent, by number */
	uint16_t ids[IPFIX_TEMPLATES_MAX];
	size_t count;
	time_t resend, retry, failed;
	bool pending; /* a message is not sent yet */
	bool failing; /* which was said */
	char warning[128]; /* what libfixbuf has said of UDP, or empty */
};

/* In seconds, on a clock that never runs back. */
time_t ipfix_exporter_now(void);

void ipfix_exporter_open(struct ipfix_exporter *exporter,
			 const struct ipfix_collector *collector);

/* Puts records into a message, and sends what is full; connects to the
 * collector before, if it is time to. */
void ipfix_exporter_append(struct ipfix_exporter *exporter,
			   struct ipfix_record *records, size_t count);

/* Sends what a message has so far. */
void ipfix_exporter_emit(struct ipfix_exporter *exporter);

/* Sends the templates again, if it is time to. */
void ipfix_exporter_resend(struct ipfix_exporter *exporter);

void ipfix_exporter_close(struct ipfix_exporter *exporter);

#endif
