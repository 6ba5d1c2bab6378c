/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler: a protocol of your own crosses the NAT, with <vpnalg/handler.h>
 * alone. doc/writing-a-handler.md explains it piece by piece; udplite.c is the
 * handler of a protocol with ports.
 *
 *     cc handler.c -o handler $(pkg-config --cflags --libs libvpnalg)
 *     ./handler
 *
 * lets two hosts open a line to one server. The protocol is made up: it has IP
 * protocol number 253 (RFC 3692), no ports, and for each end of a line an ID
 * that this end has chosen.
 *
 *      0      1      2      3      4      5
 *     +------+------+------+------+------+------+
 *     |  op  |   0  | receiver ID |  sender ID  |  data ...
 *     +------+------+------+------+------+------+
 *
 * The host sends OPEN with its own ID, the server an ANSWER with both. Then
 * DATA, and the host's END, have the receiver ID only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/handler.h>

enum { OPEN = 'O', ANSWER = 'A', DATA = 'D', END = 'E' };
enum { LINES = 253, OP = 0, RECEIVER = 2, SENDER = 4, HEADER = 6 };
enum { LIFE = 60000, LINGER = 10000 }; /* milliseconds */

/* [kinds] */
static const struct vpnalg_kind kinds[] = {
	{ .name = "line", .slots = 4, .guard = LINES },
};
/* [kinds] */

/* [match] */
/* The inside host owns the sender ID of its OPEN, and the receiver ID of all
 * that comes in. All else that goes out shows the peer's ID only. */
static enum vpnalg_claim match(const struct vpnalg_parsed *parsed,
			       struct vpnalg_match *match)
{
	bool opens = parsed->l4_caplen > OP && parsed->l4[OP] == OPEN;

	match->space = LINES;
	if (parsed->fragment == VPNALG_FRAGMENT_LATER)
		return VPNALG_CLAIM_GUARDED;
	if (parsed->l4_caplen < HEADER)
		return vpnalg_match_drop_short(parsed, match, HEADER);
	match->peer = !parsed->inward && !opens;
	match->id = vpnalg_get16(
		parsed->l4 + (opens && !parsed->inward ? SENDER : RECEIVER));
	return VPNALG_CLAIM_KEY;
}
/* [match] */

/* [open] */
/* Opens a session for the OPEN of an inside host. */
static enum vpnalg_result open_line(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = {
		.space = LINES,
		.zone = parsed->zone,
		.inside = parsed->local,
		.remote = parsed->remote,
		.id = vpnalg_get16(parsed->l4 + SENDER),
		.keep = true, /* the host's own ID, while it is free */
		.ranges = { { .first = 1, .step = 1, .count = 65535 } },
		.least = 1,
		.greatest = UINT16_MAX,
		.lifetime = LIFE,
	};

	if (parsed->inward || parsed->undo || parsed->l4[OP] != OPEN)
		return VPNALG_DROP_NO_SESSION;
	return vpnalg_session_open(step, &opening, &step->record);
}
/* [open] */

/* [attach] */
/* Gives the line the key that has the peer's ID in place of its own one. */
static bool link_peer(struct vpnalg_step *step, unsigned own, unsigned peer)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_unlink(step->translator, step->record, peer);
	vpnalg_session_tuple(step->translator, step->record, own, &tuple);
	tuple.role = (uint8_t)peer;
	tuple.id = vpnalg_get16(step->parsed->l4 + SENDER);
	return vpnalg_session_link(step->translator, step->record, &tuple);
}

/* The server has named its ID: from now on what goes out finds the line. An
 * answer that is sent again does the same again. */
static enum vpnalg_result attach(struct vpnalg_step *step)
{
	if (link_peer(step, VPNALG_INSIDE_OWN, VPNALG_INSIDE_PEER) &&
	    link_peer(step, VPNALG_OUTSIDE_OWN, VPNALG_OUTSIDE_PEER))
		return VPNALG_TRANSLATED;
	vpnalg_session_unlink(step->translator, step->record,
			      VPNALG_INSIDE_PEER);
	return VPNALG_DROP_STORE;
}
/* [attach] */

/* [end] */
/* Packets from inside keep the line; packets that come in do not, or the server
 * could keep it for ever (RFC 4787 REQ-6). After END, which may be sent again,
 * data may still arrive. */
static void keep_or_end(struct vpnalg_step *step)
{
	if (step->parsed->inward || step->record->flags & VPNALG_SESSION_ENDED)
		return;
	if (step->parsed->l4[OP] == END)
		vpnalg_session_end(step->translator, step->record, LINGER);
	else
		vpnalg_session_set_lifetime(step->translator, step->record,
					    LIFE);
}
/* [end] */

/* [translate] */
static enum vpnalg_result translate(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	enum vpnalg_result result = VPNALG_TRANSLATED;
	struct vpnalg_tuple other;

	/* All that can fail comes first. */
	if (!step->record)
		result = open_line(step);
	else if (step->slot == VPNALG_OUTSIDE_PEER &&
		 step->record->flags & VPNALG_SESSION_SHARED)
		result = VPNALG_DROP_AMBIGUOUS; /* undo, and two hosts fit */
	else if (parsed->inward && parsed->l4[OP] == ANSWER)
		result = attach(step);
	if (result != VPNALG_TRANSLATED)
		return result;

	/* Nothing fails from here on. The key of the packet's other form holds
	 * what the packet must become. */
	keep_or_end(step);
	vpnalg_session_tuple(step->translator, step->record,
			     parsed->inside ? VPNALG_OUTSIDE_OWN
					   : VPNALG_INSIDE_OWN, &other);
	vpnalg_rewrite_local(step, other.local);
	if (parsed->inward)
		vpnalg_rewrite_16(step, RECEIVER, (uint16_t)other.id);
	else if (parsed->l4[OP] == OPEN)
		vpnalg_rewrite_16(step, SENDER, (uint16_t)other.id);
	return VPNALG_TRANSLATED;
}
/* [translate] */

/* [handler] */
static const struct vpnalg_handler lines = {
	.size = sizeof(struct vpnalg_handler),
	.name = "lines",
	.kinds = kinds,
	.kind_count = 1,
	.ip_protocol_count = 1,
	.ip_protocols = { LINES },
	.match = match,
	.translate = translate,
};

static const struct vpnalg_handler *lines_handler(void)
{
	return &lines;
}
/* [handler] */

static uint32_t next_random(void *file)
{
	uint32_t bits;

	if (!file || fread(&bits, sizeof(bits), 1, file) != 1)
		abort();
	return bits;
}

static struct vpnalg *open_translator(void)
{
	static const struct vpnalg_protocol protocol = { lines_handler, NULL };
	static uint64_t sessions[4096], memory[2048];
	static struct vpnalg_store store;
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
		.protocols = &protocol, .protocol_count = 1, .store = &store,
		.addresses = &outside, .address_count = 1,
		.random = next_random, .context = fopen("/dev/urandom", "rb") };
	struct vpnalg *translator;

	if (!vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
			       &store) ||
	    vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		abort();
	return translator;
}

/* Sends a packet between the server, 203.0.113.10, and a host: inside it is
 * 192.168.77.host, outside 203.0.113.1. Prints what comes out; returns the ID
 * in it. */
static uint16_t send(struct vpnalg *translator, char op, uint8_t host,
		     uint16_t receiver, uint16_t sender)
{
	bool out = host != 1;
	uint8_t bytes[26] = { 69, 0, 0, 26, 0, 0, 0, 0, 64, LINES, 0, 0,
			      203, 0, 113, 10, 203, 0, 113, 1, (uint8_t)op };
	struct vpnalg_packet packet = {
		.data = bytes, .caplen = 26, .len = 26,
		.direction = out ? VPNALG_OUT : VPNALG_IN,
	};
	const uint8_t *ip = out ? bytes + 12 : bytes + 16;

	if (out) {
		memcpy(bytes + 16, bytes + 12, 4);
		memcpy(bytes + 12, (uint8_t[]){ 192, 168, 77, host }, 4);
	}
	vpnalg_put16(bytes + 20 + RECEIVER, receiver);
	vpnalg_put16(bytes + 20 + SENDER, sender);
	vpnalg_process(translator, &packet, 1, 0);
	printf("%c %s %d.%d.%d.%d: %s\n", op, out ? "from" : "to", ip[0], ip[1],
	       ip[2], ip[3],
	       packet.result == VPNALG_TRANSLATED ? "translated" : "dropped");
	return vpnalg_get16(bytes + 20 + (op == OPEN ? SENDER : RECEIVER));
}

int main(void)
{
	struct vpnalg *translator = open_translator();
	uint16_t first = send(translator, OPEN, 11, 0, 5);
	uint16_t second = send(translator, OPEN, 12, 0, 5);

	printf("the second host's ID is %s\n", second != first ? "another"
							       : "the same");
	printf("ID %d\n", send(translator, ANSWER, 1, first, 70));
	printf("ID %d\n", send(translator, ANSWER, 1, second, 71));
	printf("ID %d\n", send(translator, DATA, 11, 70, 0));
	printf("ID %d\n", send(translator, DATA, 12, 71, 0));
	printf("ID %d\n", send(translator, DATA, 1, second, 0));
	send(translator, END, 11, 70, 0);
	vpnalg_expire(translator, 2 * LINGER, 100);
	send(translator, DATA, 11, 70, 0);
	send(translator, DATA, 12, 71, 0);
	return 0;
}
