/* SPDX-License-Identifier: BSD-2-Clause */
/* The evidence for a cause, in a line. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "why_cause.h"

#define ADDRESS_TEXT 16

/* The least wait for an answer that is reported, in milliseconds. */
#define WAITED_LEAST 1000

static const char *address(uint32_t number, char text[ADDRESS_TEXT])
{
	snprintf(text, ADDRESS_TEXT, "%u.%u.%u.%u", number >> 24,
		 number >> 16 & 255, number >> 8 & 255, number & 255);
	return text;
}

static void append(char text[WHY_DETAIL], const char *format, ...)
{
	size_t end = strlen(text);
	va_list arguments;

	if (end && end < WHY_DETAIL - 2)
		end += (size_t)snprintf(text + end, WHY_DETAIL - end, ", ");
	va_start(arguments, format);
	vsnprintf(text + end, WHY_DETAIL - end, format, arguments);
	va_end(arguments);
}

/* Returns the name of a code, or "" if it has none. */
static const char *name_of(uint32_t code, const char *const *names,
			   size_t count)
{
	return code < count && names[code] ? names[code] : "";
}

#define NAME(code, names) \
	name_of(code, names, sizeof(names) / sizeof((names)[0]))

void why_detail_elsewhere(const struct why_attempt *attempt, char *text)
{
	char from[ADDRESS_TEXT];

	append(text, "%u packets came from %s", attempt->elsewhere,
	       address(attempt->elsewhere_address, from));
}

void why_detail_misled(const struct why_attempt *attempt, char *text)
{
	char to[ADDRESS_TEXT];

	append(text, "%u packets came to %s", attempt->misled,
	       address(attempt->misled_to, to));
}

void why_detail_icmp(const struct why_attempt *attempt, char *text)
{
	char from[ADDRESS_TEXT];

	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (attempt->errors.from[end])
			append(text, "%s tells the %s",
			       address(attempt->errors.from[end], from),
			       end == CLIENT ? "client" : "server");
}

void why_detail_mtu(const struct why_attempt *attempt, char *text)
{
	const struct why_flow *flow = &attempt->flow;

	if (attempt->errors.mtu)
		append(text, "the MTU is %u", attempt->errors.mtu);
	append(text, "largest packet of the client's %u bytes, of the "
		     "server's %u",
	       flow->largest[CLIENT], flow->largest[SERVER]);
	if (flow->gaps[CLIENT] + flow->gaps[SERVER])
		append(text, "%u and %u gaps in their Sequence Numbers",
		       flow->gaps[CLIENT], flow->gaps[SERVER]);
}

void why_detail_pause(const struct why_attempt *attempt, char *text)
{
	const struct why_silence *silence = &attempt->flow.silence;
	int end;

	if (!silence->behind_pause[CLIENT] && !silence->behind_pause[SERVER])
		silence = &attempt->silence;
	end = silence->behind_pause[CLIENT] ? CLIENT : SERVER;
	append(text, "after %" PRIu64 " s, %u packets of the %s's in vain",
	       silence->pause[end] / 1000, silence->behind_pause[end],
	       end == CLIENT ? "client" : "server");
}

void why_detail_silence(const struct why_attempt *attempt, char *text)
{
	const struct why_silence *silence = &attempt->flow.silence;
	int end;

	if (silence->alone[CLIENT] + silence->alone[SERVER] <
	    attempt->silence.alone[CLIENT] + attempt->silence.alone[SERVER])
		silence = &attempt->silence;
	end = silence->alone[CLIENT] ? CLIENT : SERVER;
	append(text, "the last %u packets, in %" PRIu64 " s, are the %s's",
	       silence->alone[end],
	       (silence->last[end] - silence->alone_since[end]) / 1000,
	       end == CLIENT ? "client" : "server");
}

void why_detail_fragments(const struct why_attempt *attempt, char *text)
{
	const struct why_ike *ike = &attempt->ike;

	for (int end = CLIENT; end < WHY_ENDS; end++) {
		const char *who = end == CLIENT ? "client" : "server";

		if (attempt->lost[end])
			append(text, "%u of the %s's %u fragmented packets "
				     "never were whole",
			       attempt->lost[end], who,
			       attempt->lost[end] + attempt->whole[end]);
		if (ike->parts[end] > 1)
			append(text, "the %s sends IKE in %u fragments", who,
			       ike->parts[end]);
	}
}

void why_detail_neighbour(const struct why_attempt *attempt, char *text)
{
	char other[ADDRESS_TEXT];

	if (attempt->neighbour)
		append(text, "another client, %s:%u, gets answers",
		       address(attempt->neighbour->client, other),
		       attempt->neighbour->client_port);
}

void why_detail_uplink(const struct why_attempt *attempt, char *text)
{
	char from[ADDRESS_TEXT];

	append(text, "the other half of it is with %s",
	       address(attempt->uplink->client, from));
}

void why_detail_keepalives(const struct why_attempt *attempt, char *text)
{
	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (attempt->echoes[end] || attempt->hellos[end])
			append(text, "%u of the %s's were not answered",
			       attempt->echoes[end] > attempt->hellos[end]
				       ? attempt->echoes[end]
				       : attempt->hellos[end],
			       end == CLIENT ? "client" : "server");
}

void why_detail_data(const struct why_attempt *attempt, char *text)
{
	append(text, "%u packets of data from the client, none from the "
		     "server",
	       attempt->ppp[CLIENT][PPP_IP] +
		       attempt->ppp[CLIENT][PPP_ENCRYPTED]);
}

/* 0 is the type of an acknowledgment alone. */
void why_detail_zlb(const struct why_attempt *attempt, char *text)
{
	append(text, "%u acknowledgments of the server's, without a message",
	       attempt->l2tp.messages[SERVER][0]);
}

void why_detail_rest(const struct why_attempt *attempt, char *text)
{
	const struct why_silence *silence = &attempt->silence;
	enum why_end last = silence->last[CLIENT] >= silence->last[SERVER]
				    ? CLIENT
				    : SERVER;
	uint64_t waited = attempt->ended + attempt->rest -
			  silence->alone_since[last];

	if (waited < WAITED_LEAST)
		append(text, "the capture ends %" PRIu64 " ms behind the first "
			     "packet without an answer: capture longer",
		       waited);
}

void why_detail_one_direction(const struct why_attempt *attempt, char *text)
{
	if (attempt->flow.packets[SERVER] || attempt->flow.packets[CLIENT])
		append(text, "yet there is data: perhaps the capture shows "
			     "one direction only");
	else if (attempt->neighbour)
		why_detail_neighbour(attempt, text);
}

/* Results and errors (RFC 2637 2.2, 2.8, 2.13, 2.16). */
static const char *const errors[] = {
	[1] = "not connected", [2] = "bad format", [3] = "bad value",
	[4] = "no resource",   [5] = "bad Call ID", [6] = "PAC error",
};

void why_detail_start(const struct why_attempt *attempt, char *text)
{
	static const char *const names[] = {
		[2] = "general error", [3] = "there is one already",
		[4] = "not authorized", [5] = "version not supported",
	};
	const struct why_pptp *pptp = &attempt->pptp;

	append(text, "result code %u %s, error code %u %s", pptp->start_result,
	       NAME(pptp->start_result, names), pptp->start_error,
	       NAME(pptp->start_error, errors));
}

void why_detail_call(const struct why_attempt *attempt, char *text)
{
	static const char *const names[] = {
		[2] = "general error", [3] = "no carrier", [4] = "busy",
		[5] = "no dial tone",  [6] = "time-out", [7] = "do not accept",
	};
	const struct why_pptp *pptp = &attempt->pptp;

	append(text, "result code %u %s, error code %u %s", pptp->call_result,
	       NAME(pptp->call_result, names), pptp->call_error,
	       NAME(pptp->call_error, errors));
}

void why_detail_ended(const struct why_attempt *attempt, char *text)
{
	static const char *const names[] = {
		[1] = "lost carrier", [2] = "general error",
		[3] = "administrative shutdown", [4] = "on request",
	};
	uint32_t result = attempt->pptp.disconnect_result;

	if (result)
		append(text, "the server's Call-Disconnect-Notify has result "
			     "code %u %s",
		       result, NAME(result, names));
	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (attempt->ppp[end][LCP_TERMINATE])
			append(text, "the %s sent LCP's Terminate-Request",
			       end == CLIENT ? "client" : "server");
}

void why_detail_reset(const struct why_attempt *attempt, char *text)
{
	for (int end = CLIENT; end < WHY_ENDS; end++) {
		const char *who = end == CLIENT ? "client" : "server";

		if (attempt->tcp.reset[end])
			append(text, "RST from the %s's address", who);
		if (attempt->tcp.fin[end])
			append(text, "FIN from the %s", who);
	}
}

void why_detail_ids(const struct why_attempt *attempt, char *text)
{
	const struct why_pptp *pptp = &attempt->pptp;

	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (pptp->call_id[end] != WHY_NONE)
			append(text, "the %s's Call ID is %u",
			       end == CLIENT ? "client" : "server",
			       pptp->call_id[end]);
	if (pptp->peer_call_id != WHY_NONE &&
	    pptp->peer_call_id != pptp->call_id[CLIENT])
		append(text, "the reply names %u", pptp->peer_call_id);
	if (pptp->wrong_id[CLIENT] + pptp->wrong_id[SERVER])
		append(text, "%u packets of GRE with another one",
		       pptp->wrong_id[CLIENT] + pptp->wrong_id[SERVER]);
}

void why_detail_notify(const struct why_attempt *attempt, char *text)
{
	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (attempt->ike.notify[end] != WHY_NONE)
			append(text, "the %s's Notify Message Type is %u",
			       end == CLIENT ? "client" : "server",
			       attempt->ike.notify[end]);
}

/* RFC 2661 4.4.2 */
void why_detail_stop(const struct why_attempt *attempt, char *text)
{
	static const char *const names[] = {
		[1] = "end on request", [2] = "general error",
		[3] = "there is one already", [4] = "not authorized",
		[5] = "version not supported", [6] = "shutting down",
		[7] = "state machine error",
	};
	const struct why_l2tp *l2tp = &attempt->l2tp;

	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (l2tp->messages[end][4])
			append(text, "from the %s, result code %u %s, error "
				     "code %u",
			       end == CLIENT ? "client" : "server",
			       l2tp->stop_result[end],
			       NAME(l2tp->stop_result[end], names),
			       l2tp->stop_error[end]);
}

/* RFC 2661 4.4.2 */
void why_detail_cdn(const struct why_attempt *attempt, char *text)
{
	static const char *const names[] = {
		[1] = "lost carrier", [2] = "general error",
		[3] = "administrative", [4] = "no facilities, for now",
		[5] = "no facilities", [6] = "invalid destination",
		[7] = "no carrier", [8] = "busy", [9] = "no dial tone",
		[10] = "time-out", [11] = "no framing",
	};
	const struct why_l2tp *l2tp = &attempt->l2tp;

	for (int end = CLIENT; end < WHY_ENDS; end++)
		if (l2tp->messages[end][14])
			append(text, "from the %s, result code %u %s, error "
				     "code %u",
			       end == CLIENT ? "client" : "server",
			       l2tp->cdn_result[end],
			       NAME(l2tp->cdn_result[end], names),
			       l2tp->cdn_error[end]);
}

void why_detail_port(const struct why_attempt *attempt, char *text)
{
	append(text, "port %u became %u, %u packets of ESP from there",
	       attempt->port_4500, attempt->changed_port,
	       attempt->port_changed);
}

void why_detail_checksums(const struct why_attempt *attempt, char *text)
{
	append(text, "%u packets of the client's, %u of the server's",
	       attempt->bad_checksums[CLIENT], attempt->bad_checksums[SERVER]);
}
