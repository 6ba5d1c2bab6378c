/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_events.h"

#include <errno.h>
#include <string.h>

#include "say.h"

#ifdef HAVE_JANSSON

#include <inttypes.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <syslog.h>

#include <vpnalg/sessions.h>

#include "nat_names.h"
#include "nat_sessions.h"
#include "wall_clock.h"

bool nat_events_can(void)
{
	return true;
}

/* Members. Those without a value are left out. */

static void add_text(json_t *line, const char *name, const char *text)
{
	if (text)
		json_object_set_new(line, name, json_string(text));
}

static void add_number(json_t *line, const char *name, uint64_t number)
{
	json_object_set_new(line, name, json_integer((json_int_t)number));
}

static void add_if_any(json_t *line, const char *name, uint64_t number)
{
	if (number)
		add_number(line, name, number);
}

static void add_address(json_t *line, const char *name,
			const struct vpnalg_addr *address)
{
	char text[INET_ADDRSTRLEN];

	if (address->family == VPNALG_IPV4 &&
	    inet_ntop(AF_INET, address->octets, text, sizeof(text)))
		add_text(line, name, text);
}

/* JSON's numbers do not hold 64 bits. */
static void add_session_number(json_t *line, const char *name, uint64_t number)
{
	char text[20];

	if (!number)
		return;
	snprintf(text, sizeof(text), "%016" PRIx64, number);
	add_text(line, name, text);
}

static void add_time(const struct nat_events *events, json_t *line,
		     const struct vpnalg_event *event)
{
	add_number(line, "time_ms",
		   events->captured ? event->time : wall_now());
	add_if_any(line, "over_ms_ago", event->time - event->over);
}

/* The names of RFC 8512, where an ID is a port. */
static void add_binding(const struct nat_events *events, json_t *line,
			const struct vpnalg_event *event)
{
	const struct vpnalg_binding *binding = &event->session;
	const struct vpnalg_session_info like = {
		.ip_protocol = binding->protocol,
		.remote_port = binding->remote_port,
	};
	bool has_ports = nat_sessions_has_port(&like);

	if (!binding->inside.family)
		return;
	add_if_any(line, "transport-protocol", binding->protocol);
	add_if_any(line, "zone", binding->zone);
	add_address(line, "internal-src-address", &binding->inside);
	add_if_any(line,
		   has_ports ? "internal-src-port" : "internal-src-id",
		   binding->inside_id);
	add_address(line, "external-src-address", &binding->outside);
	add_if_any(line,
		   has_ports ? "external-src-port" : "external-src-id",
		   binding->outside_id);
	if (!events->destinations)
		return;
	add_address(line, "external-dst-address", &binding->remote);
	if (has_ports && binding->remote.family)
		add_if_any(line, "external-dst-port", binding->remote_port);
}

static void add_block(json_t *line, const struct vpnalg_event *event)
{
	const struct vpnalg_binding *binding = &event->session;

	add_if_any(line, "zone", binding->zone);
	add_address(line, "internal-src-address", &binding->inside);
	add_address(line, "external-src-address", &binding->outside);
	add_number(line, "portRangeStart", binding->outside_id);
	add_number(line, "portRangeEnd",
		   binding->outside_id + binding->inside_id - 1);
}

static void add_account(json_t *line, const struct vpnalg_session_info *info)
{
	if (!(info->flags & VPNALG_INFO_ACCOUNT))
		return;
	add_number(line, "age_ms", info->age);
	add_number(line, "idle_ms", info->idle);
	add_number(line, "packets_out", info->packets[0]);
	add_number(line, "packets_in", info->packets[1]);
	add_number(line, "bytes_out", info->bytes[0]);
	add_number(line, "bytes_in", info->bytes[1]);
}

static void add_info(json_t *line, const struct vpnalg_event *event)
{
	const struct vpnalg_session_info *info = event->info;

	if (!info)
		return;
	add_session_number(line, "number", info->number);
	add_session_number(line, "before", event->before);
	add_session_number(line, "parent", info->parent);
	if (info->flags & VPNALG_INFO_OF_REMOTE)
		json_object_set_new(line, "of_remote", json_true());
	if (info->flags & VPNALG_INFO_ROUTERS)
		json_object_set_new(line, "routers", json_true());
	if (event->type == VPNALG_EVENT_CLOSED)
		add_account(line, info);
}

static void add_limit(json_t *line, const struct vpnalg_event *event)
{
	if (event->limit == VPNALG_LIMIT_NONE)
		return;
	if (event->limit == VPNALG_LIMIT_RATE)
		add_text(line, "limit", "host-rate");
	else if (event->limit == VPNALG_LIMIT_ROOM)
		add_text(line, "limit", "room");
	else
		add_number(line, "limit", event->limit);
	add_if_any(line, "most", event->most);
}

static json_t *line_of(const struct nat_events *events,
		       const struct vpnalg_event *event)
{
	json_t *line = json_object();
	const char *type = nat_names_event(event->type);

	add_time(events, line, event);
	add_text(line, "event", type ? type : "other");
	add_if_any(line, "natEvent", event->nat_event);
	add_if_any(line, "natQuotaExceededEvent", event->nat_quota);
	add_text(line, "protocol", event->protocol_name);
	add_text(line, "kind", event->kind_name);
	add_info(line, event);
	if (event->type == VPNALG_EVENT_BLOCK_ALLOTTED ||
	    event->type == VPNALG_EVENT_BLOCK_FREED)
		add_block(line, event);
	else
		add_binding(events, line, event);
	add_text(line, "why", nat_names_why(event->why));
	add_text(line, "evidence", nat_names_evidence(event->evidence));
	if (event->reason)
		add_text(line, "reason", vpnalg_result_text(event->reason));
	add_limit(line, event);
	add_if_any(line, "count", event->count);
	return line;
}

/* The log */

bool nat_events_open(struct nat_events *events, const char *name)
{
	if (!name)
		return true;
	if (!strcmp(name, "syslog:")) {
		openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
		events->syslog = true;
		return true;
	}
	events->file = strcmp(name, "-") ? fopen(name, events->captured ? "we"
									: "ae")
					 : stdout;
	if (!events->file)
		return false;
	if (!events->captured)
		setvbuf(events->file, NULL, _IOLBF, BUFSIZ);
	return true;
}

/* A log that cannot be written costs no packet. */
static void write_line(struct nat_events *events, const char *text)
{
	if (events->syslog)
		syslog(LOG_INFO, "%s", text);
	else if (fprintf(events->file, "%s\n", text) < 0 && !events->failed) {
		events->failed = true;
		say("cannot write all events: %s", strerror(errno));
	}
}

void nat_events_tell(struct nat_events *events,
		     const struct vpnalg_event *event)
{
	json_t *line;
	char *text;

	if (!nat_events_are_on(events))
		return;
	line = line_of(events, event);
	text = json_dumps(line, JSON_COMPACT);
	if (text)
		write_line(events, text);
	free(text);
	json_decref(line);
}

#else

bool nat_events_can(void)
{
	return false;
}

bool nat_events_open(struct nat_events *events, const char *name)
{
	(void)events;
	return !name;
}

void nat_events_tell(struct nat_events *events,
		     const struct vpnalg_event *event)
{
	(void)events;
	(void)event;
}

#endif

const char *nat_events_name(void *where, const char *value)
{
	const char **name = where;

	if (!nat_events_can())
		return "this program was built without jansson";
	if (!*value)
		return "no name of a file";
	*name = value;
	return NULL;
}

bool nat_events_are_on(const struct nat_events *events)
{
	return events->file || events->syslog;
}

bool nat_events_close(struct nat_events *events)
{
	FILE *file = events->file;

	events->file = NULL;
	if (!file)
		return true;
	if ((file == stdout ? fflush(file) : fclose(file)) && !events->failed) {
		say("cannot write all events: %s", strerror(errno));
		events->failed = true;
	}
	return !events->failed;
}
