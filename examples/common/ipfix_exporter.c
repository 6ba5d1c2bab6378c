/* SPDX-License-Identifier: BSD-2-Clause */
#include "ipfix_exporter.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#include "say.h"

/* In seconds: a collector that is gone is tried again; one that does not take
 * anything is gone; and one of UDP that nobody has called gone is back. */
#define RETRY_EVERY 5
#define PATIENCE 5
#define BACK_AFTER 60

#define DOMAIN 1

/* With less room left libfixbuf would begin a set that stays empty. */
#define RECORD_MAX 160

/* Only in the template of what is given to libfixbuf. */
#define INTERNAL 0x80000000

/* A record as libfixbuf is given it. */
struct given {
	struct ipfix_fields fields;
	uint32_t most[2]; /* the quota's limit for three elements */
	fbVarfield_t name;
};

static fbInfoElementSpec_t specs[] = {
	{ "observationTimeMilliseconds", 8, 0 },
	{ "flowStartMilliseconds", 8, IPFIX_ACCOUNT },
	{ "flowEndMilliseconds", 8, IPFIX_ACCOUNT },
	{ "packetTotalCount", 8, IPFIX_ACCOUNT },
	{ "octetTotalCount", 8, IPFIX_ACCOUNT },
	{ "reversePacketTotalCount", 8, IPFIX_ACCOUNT },
	{ "reverseOctetTotalCount", 8, IPFIX_ACCOUNT },
	{ "sourceIPv4Address", 4, IPFIX_SOURCE },
	{ "postNATSourceIPv4Address", 4, IPFIX_POST_SOURCE },
	{ "destinationIPv4Address", 4, IPFIX_DESTINATION },
	{ "IPSecSPI", 4, IPFIX_SPI },
	{ "natQuotaExceededEvent", 4, IPFIX_QUOTA },
	{ "maxSessionEntries", 4, IPFIX_MAX_SESSIONS },
	{ "sourceTransportPort", 2, IPFIX_SOURCE_PORT },
	{ "postNAPTSourceTransportPort", 2, IPFIX_POST_PORT },
	{ "destinationTransportPort", 2, IPFIX_DESTINATION_PORT },
	{ "portRangeStart", 2, IPFIX_BLOCK },
	{ "portRangeEnd", 2, IPFIX_BLOCK },
	{ "protocolIdentifier", 1, IPFIX_PROTOCOL },
	{ "natEvent", 1, 0 },
	{ "flowEndReason", 1, IPFIX_END },
	{ "paddingOctets", 3, INTERNAL },
	{ "maxBIBEntries", 4, IPFIX_MAX_BINDINGS },
	{ "maxEntriesPerUser", 4, IPFIX_MAX_PER_HOST },
	{ "applicationName", FB_IE_VARLEN, IPFIX_NAME },
	FB_IESPEC_NULL
};

time_t ipfix_exporter_now(void)
{
	struct timespec time = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* The connection */

static void disconnect(struct ipfix_exporter *exporter)
{
	if (exporter->buffer)
		fBufFree(exporter->buffer); /* and the session */
	exporter->buffer = NULL;
	exporter->session = NULL;
	exporter->count = 0;
	exporter->pending = false;
	exporter->retry = ipfix_exporter_now() + RETRY_EVERY;
}

/* Says the first failure of a row of them. */
static void fail(struct ipfix_exporter *exporter, GError *error)
{
	const struct ipfix_collector *collector = exporter->collector;

	if (!exporter->failing)
		say("IPFIX: collector %s, port %s is gone: %s; going on",
		    collector->host, collector->port,
		    error ? error->message : "unknown error");
	exporter->failing = true;
	exporter->failed = ipfix_exporter_now();
	g_clear_error(&error);
	disconnect(exporter);
}

/* libfixbuf calls no collector of UDP gone, but warns. */
static void note_warning(const char *domain, GLogLevelFlags level,
			 const char *message, void *context)
{
	struct ipfix_exporter *exporter = context;

	(void)domain;
	(void)level;
	if (!*exporter->warning)
		snprintf(exporter->warning, sizeof(exporter->warning), "%s",
			 message);
}

static bool was_warned(struct ipfix_exporter *exporter)
{
	GError *error = NULL;

	if (!*exporter->warning)
		return false;
	g_set_error(&error, FB_ERROR_DOMAIN, FB_ERROR_IO, "%s",
		    exporter->warning);
	*exporter->warning = '\0';
	fail(exporter, error);
	return true;
}

/* Notes a success. By UDP a sent message need not have arrived. */
static void succeed(struct ipfix_exporter *exporter)
{
	if (!exporter->failing ||
	    (!exporter->collector->tcp &&
	     ipfix_exporter_now() < exporter->failed + BACK_AFTER))
		return;
	say("IPFIX: collector %s, port %s is back", exporter->collector->host,
	    exporter->collector->port);
	exporter->failing = false;
}

/* Adds a template. Returns its number, or 0. */
static uint16_t add_template(struct ipfix_exporter *exporter, bool internal,
			     uint32_t has, GError **error)
{
	fbTemplate_t *template = fbTemplateAlloc(exporter->model);
	uint16_t id = 0;

	if (fbTemplateAppendSpecArray(template, specs, has, error))
		id = fbSessionAddTemplate(exporter->session, internal,
					  FB_TID_AUTO, template, error);
	if (!id)
		fbTemplateFreeUnused(template);
	return id;
}

/* Collectors of UDP forget templates, or come later (RFC 7011 8.4). */
static void resend_later(struct ipfix_exporter *exporter)
{
	exporter->resend = ipfix_exporter_now() +
			   (time_t)exporter->collector->templates_every;
}

static bool connect_collector(struct ipfix_exporter *exporter)
{
	const struct ipfix_collector *collector = exporter->collector;
	fbConnSpec_t to = { .transport = collector->tcp ? FB_TCP : FB_UDP,
			    .host = (char *)(uintptr_t)collector->host,
			    .svc = (char *)(uintptr_t)collector->port };
	GError *error = NULL;
	uint16_t id;

	exporter->session = fbSessionAlloc(exporter->model);
	fbSessionSetDomain(exporter->session, DOMAIN);
	id = add_template(exporter, true, UINT32_MAX, &error);
	exporter->buffer = fBufAllocForExport(exporter->session,
					      fbExporterAllocNet(&to));
	resend_later(exporter);
	if (id && fBufSetInternalTemplate(exporter->buffer, id, &error))
		return true;
	fail(exporter, error);
	return false;
}

/* Records */

static uint16_t find_template(struct ipfix_exporter *exporter, uint32_t has,
			      GError **error)
{
	uint16_t id;

	for (size_t i = 0; i < exporter->count; i++)
		if (exporter->has[i] == has)
			return exporter->ids[i];
	if (exporter->count == IPFIX_TEMPLATES_MAX)
		return 0;
	id = add_template(exporter, false, has, error);
	if (id) {
		exporter->has[exporter->count] = has;
		exporter->ids[exporter->count++] = id;
	}
	return id;
}

static bool append(struct ipfix_exporter *exporter, struct ipfix_record *record)
{
	struct given given = { .fields = record->fields };
	GError *error = NULL;
	uint16_t id;

	given.most[0] = given.most[1] = record->fields.most;
	given.name.buf = (uint8_t *)record->name;
	given.name.len = strnlen(record->name, sizeof(record->name));
	id = find_template(exporter, record->has, &error);
	if (id && fBufRemaining(exporter->buffer) < RECORD_MAX &&
	    !fBufEmit(exporter->buffer, &error))
		id = 0;
	if (id && fBufSetExportTemplate(exporter->buffer, id, &error) &&
	    fBufAppend(exporter->buffer, (uint8_t *)&given, sizeof(given),
		       &error))
		return true;
	fail(exporter, error);
	return false;
}

/* A collector that takes nothing interrupts the call. */
void ipfix_exporter_append(struct ipfix_exporter *exporter,
			   struct ipfix_record *records, size_t count)
{
	alarm(PATIENCE);
	if (exporter->session || connect_collector(exporter)) {
		while (count > 0 && append(exporter, records)) {
			records++;
			count--;
		}
		exporter->pending = exporter->session &&
				    !was_warned(exporter);
	}
	alarm(0);
}

void ipfix_exporter_emit(struct ipfix_exporter *exporter)
{
	GError *error = NULL;

	if (!exporter->pending)
		return;
	exporter->pending = false;
	alarm(PATIENCE);
	if (!fBufEmit(exporter->buffer, &error))
		fail(exporter, error);
	else if (!was_warned(exporter))
		succeed(exporter);
	alarm(0);
}

void ipfix_exporter_resend(struct ipfix_exporter *exporter)
{
	GError *error = NULL;

	if (exporter->collector->tcp || !exporter->session ||
	    ipfix_exporter_now() < exporter->resend)
		return;
	resend_later(exporter);
	if (!fbSessionExportTemplates(exporter->session, &error) ||
	    !fBufEmit(exporter->buffer, &error))
		fail(exporter, error);
	else
		was_warned(exporter);
}

void ipfix_exporter_open(struct ipfix_exporter *exporter,
			 const struct ipfix_collector *collector)
{
	*exporter = (struct ipfix_exporter){ .collector = collector,
					     .model = fbInfoModelAlloc() };
	g_log_set_default_handler(note_warning, exporter);
}

void ipfix_exporter_close(struct ipfix_exporter *exporter)
{
	disconnect(exporter);
	fbInfoModelFree(exporter->model);
}
