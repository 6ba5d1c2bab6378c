/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_ipfix.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>
#include <sys/time.h>

#include "ipfix_event.h"
#include "ipfix_export.h"
#include "say.h"

/* The collector's name */

/* Reads HOST:PORT, where HOST may stand in brackets. */
static bool read_ends(const char *value, struct ipfix_collector *collector)
{
	const char *colon = strrchr(value, ':');
	size_t length = colon ? (size_t)(colon - value) : 0;
	bool brackets = length > 2 && *value == '[' && colon[-1] == ']';

	if (brackets) {
		value++;
		length -= 2;
	}
	if (length == 0 || length >= sizeof(collector->host) ||
	    colon[1] == '\0' || strlen(colon + 1) >= sizeof(collector->port) ||
	    (!brackets && strcspn(value, ":[]") < length))
		return false;
	memcpy(collector->host, value, length);
	collector->host[length] = '\0';
	strcpy(collector->port, colon + 1);
	return true;
}

static bool read_collector(const char *value, struct ipfix_collector *collector)
{
	collector->tcp = !strncmp(value, "tcp:", 4);
	return read_ends(collector->tcp ? value + 4 : value, collector);
}

const char *nat_ipfix_name(void *where, const char *value)
{
	struct ipfix_collector collector;

	if (!read_collector(value, &collector))
		return "not HOST:PORT, nor tcp:HOST:PORT";
	*(const char **)where = value;
	return NULL;
}

/* Handing over */

/* The longest time that the end waits for the process, in seconds. */
#define PATIENCE 5

/* As many as a busy second opens. */
#define ROOM ((size_t)16384 * sizeof(struct ipfix_record))

bool nat_ipfix_open(struct nat_ipfix *ipfix, const char *name)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct ipfix_collector collector = {
		.once = ipfix->captured,
		.templates_every = ipfix->templates_every,
	};

	if (!name)
		return true;
	read_collector(name, &collector);
	ipfix->bytes = malloc(ROOM);
	if (ipfix->bytes &&
	    child_start(&ipfix->child, ipfix_export_serve, &collector) &&
	    !setsockopt(ipfix->child.fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
			sizeof(patience)))
		return true;
	say("cannot start: IPFIX: %s", strerror(errno));
	return false;
}

/* Sends some of it. Returns false when no more is taken now. */
static bool send_some(struct nat_ipfix *ipfix, int flags)
{
	ssize_t sent = send(ipfix->child.fd, ipfix->bytes + ipfix->first,
			    ipfix->length, flags | MSG_NOSIGNAL);

	if (sent < 0 && errno == EINTR)
		return true;
	if (sent < 0 && (errno != EAGAIN || ipfix->captured)) {
		/* Else it has said why. */
		if (!ipfix->captured || errno == EAGAIN)
			say("IPFIX: its process takes nothing: %s; going on "
			    "without it", strerror(errno));
		ipfix->failed = true;
	}
	if (sent <= 0)
		return false;
	ipfix->first += (size_t)sent;
	ipfix->length -= (size_t)sent;
	return true;
}

static void flush(struct nat_ipfix *ipfix, int flags)
{
	while (ipfix->length > 0 && !ipfix->failed && send_some(ipfix, flags))
		;
	if (ipfix->length == 0)
		ipfix->first = 0;
}

void nat_ipfix_flush(struct nat_ipfix *ipfix)
{
	flush(ipfix, ipfix->captured ? 0 : MSG_DONTWAIT);
}

static void make_room(struct nat_ipfix *ipfix)
{
	if (ipfix->first + ipfix->length + sizeof(struct ipfix_record) <= ROOM)
		return;
	nat_ipfix_flush(ipfix);
	memmove(ipfix->bytes, ipfix->bytes + ipfix->first, ipfix->length);
	ipfix->first = 0;
}

/* Records that the collector does not take are lost: packets go on. */
static void put(struct nat_ipfix *ipfix, const struct ipfix_record *record)
{
	make_room(ipfix);
	if (ipfix->length + sizeof(*record) > ROOM) {
		if (!ipfix->lost++ && !ipfix->failed)
			say("IPFIX: the collector does not take all events; "
			    "some are lost");
		return;
	}
	memcpy(ipfix->bytes + ipfix->first + ipfix->length, record,
	       sizeof(*record));
	ipfix->length += sizeof(*record);
}

void nat_ipfix_tell(struct nat_ipfix *ipfix, const struct vpnalg_event *event)
{
	struct ipfix_record record;

	if (!ipfix->bytes || ipfix->failed)
		return;
	if (ipfix_event(event, ipfix->destinations, ipfix->captured, &record))
		put(ipfix, &record);
}

/* Waits for what the process can take, unless the collector is gone. */
void nat_ipfix_close(struct nat_ipfix *ipfix)
{
	if (!ipfix->bytes)
		return;
	flush(ipfix, 0);
	if (ipfix->length > 0)
		ipfix->lost += ipfix->length / sizeof(struct ipfix_record);
	if (ipfix->lost > 0)
		say("IPFIX: %" PRIu64 " events were lost", ipfix->lost);
	child_end(&ipfix->child);
	free(ipfix->bytes);
	ipfix->bytes = NULL;
}
