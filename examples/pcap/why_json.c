/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as one JSON object. Its members are listed in the man page. */
#include "why_report.h"

#include <stdio.h>

#include "../common/say.h"

#ifdef HAVE_JANSSON

#include <jansson.h>

/* JSON cannot hold what is not UTF-8, and file names may be that. */
static json_t *text(const char *string)
{
	json_t *value = json_string(string);

	return value ? value : json_string("(not UTF-8)");
}

static json_t *or_null(const char *string)
{
	return string ? json_string(string) : json_null();
}

static json_t *address(uint32_t number)
{
	char line[WHY_ADDRESS];

	why_write_address(number, 0, line);
	return json_string(line);
}

static json_t *steps(const struct why_answer *answer)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < answer->count; i++)
		json_array_append_new(
			list,
			json_pack("{s:s, s:I, s:I, s:s}", "name",
				  answer->steps[i].name, "from_client",
				  (json_int_t)answer->steps[i].packets[CLIENT],
				  "from_server",
				  (json_int_t)answer->steps[i].packets[SERVER],
				  "state", why_step_state(answer, i)));
	return list;
}

static json_t *stopped(const struct why_answer *answer)
{
	return answer->stopped < answer->count
		       ? json_string(answer->steps[answer->stopped].name)
		       : json_null();
}

static json_t *answer(const struct why_answer *one)
{
	const struct why_attempt *attempt = one->attempt;
	const struct why_cause *cause = one->cause, *remark = one->remark;
	bool ike = attempt->protocol == WHY_IS_IPSEC && attempt->ike.version;

	return json_pack(
		"{s:s, s:o, s:i, s:o, s:i, s:b, s:I, s:I, s:I, s:o, s:o, s:o,"
		" s:o, s:o, s:o, s:o, s:o, s:o}",
		"protocol", why_protocol_name(attempt),
		"client", address(attempt->client),
		"client_port", (int)attempt->client_port,
		"server", address(attempt->server),
		"server_port", (int)attempt->server_port,
		"works", (int)!cause,
		"attempts", (json_int_t)one->attempts,
		"first_packet", (json_int_t)attempt->first,
		"last_packet", (json_int_t)attempt->last,
		"nat_t", or_null(ike ? why_nat_t(attempt) : NULL),
		"steps", steps(one),
		"stopped_at", stopped(one),
		"cause", or_null(cause ? cause->keyword : NULL),
		"meaning", or_null(cause ? cause->meaning : NULL),
		"seen", or_null(cause && *one->detail ? one->detail : NULL),
		"advice", or_null(cause ? cause->advice : NULL),
		"remark", or_null(remark ? remark->keyword : NULL),
		"failed_before", or_null(one->earlier ? one->earlier->keyword
						      : NULL));
}

static json_t *answers(const struct why_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->count; i++)
		json_array_append_new(list, answer(&report->answers[i]));
	return list;
}

bool why_write_json(const struct why_report *report)
{
	/* json_pack() returns NULL if a member is NULL, since memory ran
	 * out. */
	json_t *object = json_pack(
		"{s:s, s:o, s:b, s:I, s:I, s:I, s:I, s:o}", "program", program,
		"input", text(report->input.name), "complete",
		(int)report->input.complete, "packets",
		(json_int_t)report->input.packets, "vpn_packets",
		(json_int_t)report->facts->packets, "not_looked_at",
		(json_int_t)report->facts->ignored, "failed",
		(json_int_t)report->failed, "clients", answers(report));
	bool written = object && !json_dumpf(object, stdout, JSON_INDENT(2));

	json_decref(object);
	putchar('\n');
	return written;
}

#else

bool why_write_json(const struct why_report *report)
{
	(void)report;
	return false;
}

#endif
