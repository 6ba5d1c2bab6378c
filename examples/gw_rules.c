/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <nftables/libnftables.h>

#include "gw_say.h"
#include "gw_wire.h"

/* In nftables' words, offsets and lengths in bits. An ICMP error has the IP
 * header of the packet that it is about at 64, without options here, so that
 * this one's protocol is at 136 and its ports at 224 and 240. */
#define ICMP_ERROR                                                      \
	"icmp type { destination-unreachable, time-exceeded, "          \
	"parameter-problem } "
#define LATER_FRAGMENT "ip frag-off & 0x1fff != 0 "

/* GRE, ESP, AH, L2TP: all that carries VPNs without ports. */
#define PLAIN "{ 47, 50, 51, 115 } "
#define UDP_PORTS "{ 500, 4500 } "

/* What is the translator's whoever sends it, as seen from inside; and what an
 * error is about, of a packet that travelled in. */
static const char *const from_inside[] = {
	"ip protocol " PLAIN,
	"tcp dport 1723 ",
	"udp dport " UDP_PORTS,
	LATER_FRAGMENT "ip protocol { 6, 17 } ip daddr @remotes ",
	ICMP_ERROR "@th,136,8 " PLAIN,
	ICMP_ERROR "@th,136,8 6 @th,224,16 1723 ",
	ICMP_ERROR "@th,136,8 17 @th,224,16 " UDP_PORTS,
	NULL
};

/* What is the translator's of what comes from outside. */
static const char *const from_outside[] = {
	"ip protocol " PLAIN "ip saddr . ip daddr @pairs ",
	LATER_FRAGMENT "ip protocol { 6, 17 } ip saddr . ip daddr @pairs ",
	"ip saddr . ip daddr . ip protocol . th dport @ports ",
	NULL
};

/* What an error of the kernel's is about if it is about a packet that this
 * program has translated and could not deliver. */
static const char *const about_ours[] = {
	"@th,136,8 " PLAIN,
	"@th,136,8 6 @th,224,16 1723 ",
	"@th,136,8 17 @th,224,16 " UDP_PORTS,
	NULL
};

static bool append(struct rules *rules, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Adds to the text of what is to be changed. */
static bool append(struct rules *rules, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	if (rules->room - rules->length < 1024) {
		text = realloc(rules->text, rules->room * 2 + 4096);
		if (!text)
			return false;
		rules->text = text;
		rules->room = rules->room * 2 + 4096;
	}
	va_start(arguments, format);
	length = vsnprintf(rules->text + rules->length,
			   rules->room - rules->length, format, arguments);
	va_end(arguments);
	rules->length += (size_t)length;
	return true;
}

/* The first line of what nftables says of an error, without its place. */
static void say_failure(const char *what, struct nft_ctx *nft)
{
	const char *text = nft_ctx_get_error_buffer(nft);
	const char *error = text ? strstr(text, "Error: ") : NULL;

	error = error ? error + strlen("Error: ") : "no memory";
	say("%s: nftables: %.*s", what, (int)strcspn(error, "\n"), error);
}

/* Runs what was appended, all or nothing. */
static bool run(struct rules *rules)
{
	bool well = !nft_run_cmd_from_buffer(rules->nft, rules->text);

	rules->changes++;
	rules->length = 0;
	return well;
}

static bool append_drops(struct rules *rules, const char *const *matches)
{
	bool well = true;

	for (; well && *matches; matches++)
		well = append(rules, "  %sdrop\n", *matches);
	return well && append(rules, " }\n");
}

/* What this program sends is translated already. And where the kernel cannot
 * deliver such a packet to an inside host, the error that it would send to the
 * remote quotes the inside address. */
static bool append_output(struct rules *rules, const struct options *options)
{
	bool well = append(rules,
			   " chain output {\n"
			   "  type filter hook output priority -300\n"
			   "  meta mark 0x%x notrack\n"
			   "  oifname \"%s\" " ICMP_ERROR "jump errors\n"
			   " }\n"
			   " chain errors {\n",
			   RULES_MARK, options->outside);

	for (size_t i = 0; well && i < options->address_count; i++)
		well = append(rules, "  @th,192,32 0x%" PRIx32 " return\n",
			      get32(options->addresses[i].octets));
	return well && append_drops(rules, about_ours);
}

static bool append_table(struct rules *rules, const struct options *options)
{
	return append(rules,
		      "table ip %s {\n"
		      " flags owner\n"
		      " set ports { type ipv4_addr . ipv4_addr . inet_proto "
		      ". inet_service; }\n"
		      " set pairs { type ipv4_addr . ipv4_addr; }\n"
		      " set remotes { type ipv4_addr; }\n"
		      " chain inside {\n"
		      "  fib daddr oifname != \"%s\" return\n",
		      rules->table, options->outside) &&
	       append_drops(rules, from_inside) &&
	       append(rules, " chain outside {\n") &&
	       append_drops(rules, from_outside) &&
	       append(rules,
		      " chain prerouting {\n"
		      "  type filter hook prerouting priority -500\n"
		      "  iifname \"%s\" jump inside\n"
		      "  iifname \"%s\" jump outside\n"
		      " }\n",
		      options->inside, options->outside) &&
	       append_output(rules, options) && append(rules, "}\n");
}

bool rules_open(struct rules *rules, const struct options *options,
		int outside_index)
{
	snprintf(rules->table, sizeof(rules->table), "vpnalg-gw-%d",
		 outside_index);
	rules->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!rules->nft || nft_ctx_buffer_error(rules->nft) ||
	    !append_table(rules, options)) {
		say("cannot start: nftables: %s", strerror(errno));
		return false;
	}
	if (run(rules))
		return true;
	say_failure("cannot start", rules->nft);
	return false;
}

struct texts {
	char remote[INET_ADDRSTRLEN], outside[INET_ADDRSTRLEN];
};

static void write_addresses(struct texts *texts,
			    const struct vpnalg_binding *binding)
{
	inet_ntop(AF_INET, binding->remote.octets, texts->remote,
		  sizeof(texts->remote));
	inet_ntop(AF_INET, binding->outside.octets, texts->outside,
		  sizeof(texts->outside));
}

static void change_ports(struct rules *rules, const char *verb,
			 const struct vpnalg_binding *binding)
{
	struct texts texts;

	if (binding->protocol != PROTOCOL_TCP &&
	    binding->protocol != PROTOCOL_UDP)
		return;
	write_addresses(&texts, binding);
	append(rules,
	       "%s element ip %s ports { %s . %s . %u . %" PRIu32 " }\n", verb,
	       rules->table, texts.remote, texts.outside,
	       (unsigned)binding->protocol, binding->outside_id);
}

static void change_pair(struct rules *rules, const char *verb,
			const struct vpnalg_binding *binding)
{
	struct texts texts;

	write_addresses(&texts, binding);
	append(rules, "%s element ip %s pairs { %s . %s }\n", verb,
	       rules->table, texts.remote, texts.outside);
}

static void change_remote(struct rules *rules, const char *verb,
			  const struct vpnalg_binding *binding)
{
	struct texts texts;

	write_addresses(&texts, binding);
	append(rules, "%s element ip %s remotes { %s }\n", verb, rules->table,
	       texts.remote);
}

bool rules_begin(struct rules *rules, const struct vpnalg_binding *binding)
{
	const uint8_t *remote = binding->remote.octets;
	const uint8_t *outside = binding->outside.octets;
	bool first_pair, first_remote;

	if (!held_add(&rules->pairs, remote, outside, &first_pair))
		return false;
	if (!held_add(&rules->remotes, remote, remote, &first_remote)) {
		held_remove(&rules->pairs, remote, outside);
		return false;
	}
	if (first_pair)
		change_pair(rules, "add", binding);
	if (first_remote)
		change_remote(rules, "add", binding);
	change_ports(rules, "add", binding);
	return true;
}

void rules_end(struct rules *rules, const struct vpnalg_binding *binding)
{
	const uint8_t *remote = binding->remote.octets;

	if (held_remove(&rules->pairs, remote, binding->outside.octets))
		change_pair(rules, "delete", binding);
	if (held_remove(&rules->remotes, remote, remote))
		change_remote(rules, "delete", binding);
	change_ports(rules, "delete", binding);
}

/* One line for the first failure is enough; the report has their number. */
void rules_flush(struct rules *rules)
{
	if (!rules->length || run(rules))
		return;
	if (!rules->failures++)
		say_failure("cannot change rules", rules->nft);
}

void rules_close(struct rules *rules)
{
	if (rules->nft)
		nft_ctx_free(rules->nft);
	rules->nft = NULL;
	free(rules->text);
	held_close(&rules->pairs);
	held_close(&rules->remotes);
}
