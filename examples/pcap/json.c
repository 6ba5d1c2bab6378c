/* SPDX-License-Identifier: BSD-2-Clause */
/* The report as one JSON object. Its members are listed in the man page. */
#include "report.h"

#include <stdio.h>

#include "../common/say.h"

#ifdef HAVE_JANSSON

#include <jansson.h>

#include "session_table.h"

/* The names of enum copied as JSON's members. */
static const char *const copied_names[COPIED_KINDS] = {
	[COPIED_NOT_IPV4] = "not_ipv4",
	[COPIED_HEADER_CUT] = "header_cut",
	[COPIED_WITHIN] = "between_inside_hosts",
	[COPIED_OURS] = "from_outside_address",
	[COPIED_OTHERS] = "between_others",
	[COPIED_UNTOUCHED] = "untouched",
	[COPIED_SHOWS_INSIDE] = "untouched_with_inside_address",
};

/* JSON cannot hold what is not UTF-8, and file names may be that. */
static json_t *text(const char *string)
{
	json_t *value = json_string(string);

	return value ? value : json_string("(not UTF-8)");
}

static json_t *inside(const struct sides *sides)
{
	json_t *list = json_array();
	char line[PREFIX_TEXT];

	for (size_t i = 0; i < sides->inside_count; i++) {
		side_write_prefix(&sides->inside[i], line);
		json_array_append_new(list, json_string(line));
	}
	return list;
}

static json_t *address(const struct vpnalg_addr *address)
{
	struct prefix prefix = side_of_address(address);
	char line[PREFIX_TEXT];

	side_write_prefix(&prefix, line);
	return json_string(line);
}

static json_t *addresses(const struct nat_options *nat)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nat->address_count; i++)
		json_array_append_new(list, address(&nat->addresses[i]));
	return list;
}

static json_t *packets(const struct report *report)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "read", (json_int_t)report->read,
			 "written", (json_int_t)report->written,
			 "translated",
			 (json_int_t)report->fates[FATE_TRANSLATED],
			 "cut", (json_int_t)report->cut,
			 "turned", (json_int_t)report->turned,
			 "copied", (json_int_t)report->fates[FATE_COPIED],
			 "dropped", (json_int_t)report->fates[FATE_DROPPED],
			 "held", (json_int_t)report->held);
}

static json_t *copied(const struct report *report)
{
	json_t *object = json_object();

	for (int i = 0; i < COPIED_KINDS; i++)
		json_object_set_new(object, copied_names[i],
				    json_integer((json_int_t)
							 report->copied[i]));
	return object;
}

static json_t *dropped(const struct report *report)
{
	json_t *list = json_array();

	for (unsigned i = VPNALG_DROP_FIRST; i < VPNALG_RESULTS; i++)
		if (report->dropped[i])
			json_array_append_new(
				list,
				json_pack("{s:i, s:s, s:I}", "result", (int)i,
					  "reason", vpnalg_result_text(i),
					  "packets",
					  (json_int_t)report->dropped[i]));
	return list;
}

static json_t *protocol(unsigned number, const uint64_t fates[FATES])
{
	const char *name = report_protocol_name(number);

	return json_pack("{s:i, s:o, s:I, s:I, s:I}",
			 "number", (int)number,
			 "name", name ? json_string(name) : json_null(),
			 "translated", (json_int_t)fates[FATE_TRANSLATED],
			 "copied", (json_int_t)fates[FATE_COPIED],
			 "dropped", (json_int_t)fates[FATE_DROPPED]);
}

static json_t *protocols(const struct report *report)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < 256; i++) {
		const uint64_t *fates = report->protocols[i];

		if (fates[0] | fates[1] | fates[2])
			json_array_append_new(list, protocol(i, fates));
	}
	return list;
}

static json_t *ipsec(const struct report *report)
{
	json_t *list = json_array();

	for (int i = 0; i < IPSEC_SORTS; i++) {
		const uint64_t *fates = report->ipsec[i];

		if (!(fates[0] | fates[1] | fates[2]))
			continue;
		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I, s:I}",
				  "name", ipsec_sort_name(i), "translated",
				  (json_int_t)fates[FATE_TRANSLATED],
				  "copied", (json_int_t)fates[FATE_COPIED],
				  "dropped", (json_int_t)fates[FATE_DROPPED]));
	}
	return list;
}

static json_t *event(const struct noted *noted)
{
	const struct vpnalg_event *event = &noted->event;
	const struct vpnalg_binding *session = &event->session;
	json_t *object = json_pack("{s:I, s:s, s:o, s:o, s:o}",
				   "packet", (json_int_t)noted->packet,
				   "event", event_type_text(event->type),
				   "inside", address(&session->inside),
				   "outside", address(&session->outside),
				   "remote", address(&session->remote));

	if (event->type != VPNALG_EVENT_HELD)
		json_object_set_new(object, "spi",
				    json_integer(session->outside_id));
	if (event->evidence != VPNALG_EVIDENCE_NONE)
		json_object_set_new(
			object, "evidence",
			json_string(event_evidence_text(event->evidence)));
	return object;
}

static json_t *events(const struct translator *translator)
{
	json_t *list = json_array();

	for (size_t i = 0; i < translator->events.count; i++)
		json_array_append_new(list, event(&translator->events.list[i]));
	return list;
}

static json_t *session(const struct vpnalg_kind_counters *kind)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
			 " s:I, s:I}",
			 "kind", kind->name,
			 "opened", (json_int_t)kind->opened,
			 "closed", (json_int_t)kind->closed,
			 "open", (json_int_t)(kind->opened - kind->closed),
			 "refused", (json_int_t)kind->refused,
			 "unparsed", (json_int_t)kind->unparsed,
			 "translated_out", (json_int_t)kind->translated[0],
			 "translated_in", (json_int_t)kind->translated[1],
			 "dropped_out", (json_int_t)kind->dropped[0],
			 "dropped_in", (json_int_t)kind->dropped[1],
			 "untouched_out", (json_int_t)kind->untouched[0],
			 "untouched_in", (json_int_t)kind->untouched[1]);
}

static json_t *sessions(const struct translator *translator)
{
	struct vpnalg_kind_counters kind;
	json_t *list = json_array();

	for (size_t i = 0; vpnalg_kind_counters(translator->nat.translator, i,
						&kind, sizeof(kind));
	     i++)
		json_array_append_new(list, session(&kind));
	return list;
}

static json_t *compared(const struct report *report)
{
	const uint64_t *counts = report->compared;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}",
			 "same", (json_int_t)counts[COMPARED_SAME],
			 "different", (json_int_t)counts[COMPARED_DIFFERENT],
			 "translated_here_only",
			 (json_int_t)counts[COMPARED_HERE_ONLY],
			 "sent_by_router_only",
			 (json_int_t)counts[COMPARED_NOT_HERE],
			 "of_router", (json_int_t)report->alone);
}

bool report_has_json(void)
{
	return true;
}

bool report_write_json(const struct report *report,
		       const struct options *options,
		       const struct translator *translator)
{
	/* json_pack() returns NULL if a member is NULL, since memory ran
	 * out. */
	json_t *object = json_pack(
		"{s:s, s:o, s:o, s:s, s:b, s:b, s:b, s:b, s:I, s:o, s:o,"
		" s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		"program", program,
		"input", text(options->input),
		"output", text(options->output),
		"link_type", report->link,
		"complete", (int)report->complete,
		"general", (int)options->nat.general,
		"l2tp_any_address", (int)options->nat.l2tp_any_address,
		"l2tp_port_1701", (int)options->nat.l2tp_port_1701,
		"seed", (json_int_t)options->seed,
		"inside", inside(&options->sides),
		"addresses", addresses(&options->nat),
		"packets", packets(report),
		"copied", copied(report),
		"dropped", dropped(report),
		"protocols", protocols(report),
		"ipsec", ipsec(report),
		"events", events(translator),
		"sessions", sessions(translator));
	bool written = object;

	if (options->outside)
		written = written &&
			  !json_object_set_new(object, "outside",
					       text(options->outside)) &&
			  !json_object_set_new(object, "compared",
					       compared(report));
	if (options->nat.sessions)
		written = written &&
			  !json_object_set_new(object, "session_table",
					       session_table(translator));
	written = written && !json_dumpf(object, stdout, JSON_INDENT(2));
	json_decref(object);
	putchar('\n');
	return written;
}

#else

bool report_has_json(void)
{
	return false;
}

bool report_write_json(const struct report *report,
		       const struct options *options,
		       const struct translator *translator)
{
	(void)report;
	(void)options;
	(void)translator;
	return false;
}

#endif
