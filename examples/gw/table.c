/* SPDX-License-Identifier: BSD-2-Clause */
#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules.h"
#include "../common/wire.h"

/* In nftables' words, offsets and lengths in bits. An ICMP error has the IP
 * header of the packet that it is about at 64, without options here, so that
 * this one's protocol is at 136 and its ports at 224 and 240. */
#define ICMP_ERROR                                                      \
	"icmp type { destination-unreachable, time-exceeded, "          \
	"parameter-problem } "
#define LATER_FRAGMENT "ip frag-off & 0x1fff != 0 "

/* Matches L2TP on UDP: a control message with Ns 0 and a first AVP that says
 * that it is an SCCRP (RFC 2661 3.1 and 4.4.1). */
#define SCCRP "@th,64,1 1 @th,128,16 0 @th,192,32 2 "

/* The protocols that carry VPNs without ports: GRE, ESP, AH, L2TP. */
#define PLAIN "{ 47, 50, 51, 115 } "

/* Variables of the table: the interfaces to the world, and where servers
 * are. */
#define OUTSIDE "$outside "
#define TCP_PORTS "$tcp_ports "
#define UDP_PORTS "$udp_ports "
#define L2TP_PORTS "$l2tp_ports "

/* Packets from inside that are the translator's, by themselves; and ICMP
 * errors about packets that travelled in. */
static const char *const from_inside[] = {
	"ip protocol " PLAIN,
	"tcp dport " TCP_PORTS,
	"udp dport " UDP_PORTS,
	LATER_FRAGMENT "ip protocol { 6, 17 } ip daddr @remotes ",
	ICMP_ERROR "@th,136,8 " PLAIN,
	ICMP_ERROR "@th,136,8 6 @th,224,16 " TCP_PORTS,
	ICMP_ERROR "@th,136,8 17 @th,224,16 " UDP_PORTS,
	NULL
};

/* Multicast is the kernel's: it has no single remote. */
static const char *const all_from_inside[] = {
	"ip daddr != 224.0.0.0/4 ", NULL
};

/* Packets from outside that are the translator's. With --own they are queued,
 * and none is dropped here. */
static const char *const from_outside[] = {
	"ip protocol " PLAIN "ip saddr . ip daddr @pairs ",
	LATER_FRAGMENT "ip protocol { 6, 17 } ip saddr . ip daddr @pairs ",
	"ip saddr . ip daddr . ip protocol . th dport @ports ",
	"ip daddr . ip protocol . th dport @mapped ",
	"ip daddr . ip protocol @protocols ",
	"udp sport " L2TP_PORTS "ip daddr . udp dport @asking " SCCRP,
	"icmp type echo-reply ip daddr . icmp id @queries ",
	NULL
};

/* With general traffic: packets from inside to an outside address where a
 * session is. */
#define HAIRPINS                                                     \
	"  ip daddr . ip protocol . th dport @mapped drop\n"          \
	"  ip daddr . ip daddr . ip protocol . th dport @ports drop\n" \
	"  ip protocol { 33, 47, 50, 132, 136 } "                      \
	"ip daddr . ip daddr @pairs drop\n"

/* With general traffic, other protocols of remotes that have sessions, too. */
#define OTHER_FROM_OUTSIDE \
	"  ip protocol != { 1, 6, 17 } ip saddr . ip daddr @pairs drop\n"

/* The packets that an error of the kernel's is about if this program has
 * translated them and the kernel could not deliver them. */
static const char *const about_ours[] = {
	"@th,136,8 " PLAIN,
	"@th,136,8 6 @th,224,16 " TCP_PORTS,
	"@th,136,8 17 @th,224,16 " UDP_PORTS,
	NULL
};

bool text_add(struct text *text, const char *format, ...)
{
	va_list arguments;
	char *data;
	int length;

	if (text->room - text->length < 1024) {
		data = realloc(text->data, text->room * 2 + 4096);
		if (!data)
			return false;
		text->data = data;
		text->room = text->room * 2 + 4096;
	}
	va_start(arguments, format);
	length = vsnprintf(text->data + text->length,
			   text->room - text->length, format, arguments);
	va_end(arguments);
	text->length += (size_t)length;
	return true;
}

static const char *const about_all[] = { "", NULL };

static bool append_drops(struct text *text, const char *const *matches)
{
	bool well = true;

	for (; well && *matches; matches++)
		well = text_add(text, "  %sdrop\n", *matches);
	return well && text_add(text, " }\n");
}

/* Packets that this program sends are translated already, and not tracked.
 * Where the kernel cannot deliver one to an inside host, its error to the
 * remote would quote the inside address: it is dropped. */
static bool append_output(struct text *text, const struct options *options,
			  const struct addresses *addresses)
{
	bool well = text_add(text,
			     " chain output {\n"
			   "  type filter hook output priority -300\n"
			   "  meta mark 0x%x notrack\n"
			   "  oifname " OUTSIDE ICMP_ERROR "jump errors\n"
			   " }\n"
			   " chain own {\n",
			   RULES_MARK);

	for (size_t i = 0; well && i < addresses->now.count; i++)
		well = text_add(text, "  @th,192,32 0x%" PRIx32 " accept\n",
			      get32(addresses->now.list[i].octets));
	return well &&
	       text_add(text, " }\n chain errors {\n  jump own\n") &&
	       append_drops(text, options->nat.general ? about_all
							    : about_ours);
}

bool table_renumber(struct text *text, const char *name,
		    const struct addresses *addresses)
{
	bool well = text_add(text, "flush chain ip %s own\n", name);

	for (size_t i = 0; well && i < addresses->now.count; i++)
		well = text_add(text,
				"add rule ip %s own @th,192,32 0x%" PRIx32
				" accept\n",
				name, get32(addresses->now.list[i].octets));
	return well;
}

/* Appends a variable: the ports of one protocol that there are, and further ones
 * that stand for the standard port, or for any if that is 0. */
static bool append_ports(struct text *text, const char *name,
			 const char *standard, const struct options *options,
			 unsigned protocol, uint16_t stands_for)
{
	const struct server_ports *ports = &options->nat.server_ports;
	bool well = text_add(text, "define %s = { %s", name, standard);

	for (size_t i = 0; well && i < ports->count; i++)
		if (ports->list[i].protocol == protocol &&
		    (!stands_for || ports->list[i].standard == stands_for))
			well = text_add(text, ", %u", ports->list[i].port);
	return well && text_add(text, " }\n");
}

static bool append_outside(struct text *text, const struct outside *outside)
{
	bool well = text_add(text, "define outside = {");

	for (size_t i = 0; well && i < outside->count; i++)
		well = text_add(text, "%s \"%s\"", i > 0 ? "," : "",
				outside->names[i]);
	return well && text_add(text, " }\n");
}

static bool append_variables(struct text *text, const struct options *options)
{
	return append_outside(text, &options->outside) &&
	       append_ports(text, "tcp_ports", "1723", options, PROTOCOL_TCP,
			    0) &&
	       append_ports(text, "udp_ports", "500, 1701, 4500", options,
			    PROTOCOL_UDP, 0) &&
	       append_ports(text, "l2tp_ports", "1701", options, PROTOCOL_UDP,
			    PORT_L2TP);
}

bool table_write(struct text *text, const char *name,
		 const struct options *options,
		 const struct addresses *addresses)
{
	return append_variables(text, options) &&
	       text_add(text,
		      "table ip %s\n"
		      "delete table ip %s\n"
		      "table ip %s {\n"
		      " flags owner\n"
		      " set ports { type ipv4_addr . ipv4_addr . inet_proto "
		      ". inet_service; }\n"
		      " set mapped { type ipv4_addr . inet_proto "
		      ". inet_service; }\n"
		      " set protocols { type ipv4_addr . inet_proto; }\n"
		      " set queries { typeof ip daddr . icmp id; }\n"
		      " set asking { type ipv4_addr . inet_service; }\n"
		      " set pairs { type ipv4_addr . ipv4_addr; }\n"
		      " set remotes { type ipv4_addr; }\n"
		      " chain inside {\n%s"
		      "  fib daddr oifname != " OUTSIDE "return\n",
		      name, name, name,
		      options->nat.general ? HAIRPINS : "") &&
	       append_drops(text, options->nat.general ? all_from_inside
						    : from_inside) &&
	       text_add(text, " chain outside {\n%s",
			options->nat.general ? OTHER_FROM_OUTSIDE : "") &&
	       append_drops(text, from_outside) &&
	       text_add(text,
		      " chain prerouting {\n"
		      "  type filter hook prerouting priority -500\n"
		      "  iifname \"%s\" jump inside\n"
		      "  iifname " OUTSIDE "%s\n"
		      " }\n",
		      options->inside, options->own ? "accept" : "jump outside") &&
	       append_output(text, options, addresses) && text_add(text, "}\n");
}
