/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <nftables/libnftables.h>

#include "gw_say.h"
#include "gw_table.h"
#include "gw_wire.h"

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
	bool well = !nft_run_cmd_from_buffer(rules->nft, rules->text.data);

	rules->changes++;
	rules->text.length = 0;
	return well;
}

bool rules_open(struct rules *rules, const struct options *options,
		int outside_index)
{
	snprintf(rules->table, sizeof(rules->table), "vpnalg-gw-%d",
		 outside_index);
	rules->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!rules->nft || nft_ctx_buffer_error(rules->nft) ||
	    !table_write(&rules->text, rules->table, options)) {
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
	text_add(&rules->text,
	       "%s element ip %s ports { %s . %s . %u . %" PRIu32 " }\n", verb,
	       rules->table, texts.remote, texts.outside,
	       (unsigned)binding->protocol, binding->outside_id);
}

static void change_pair(struct rules *rules, const char *verb,
			const struct vpnalg_binding *binding)
{
	struct texts texts;

	write_addresses(&texts, binding);
	text_add(&rules->text, "%s element ip %s pairs { %s . %s }\n", verb,
	       rules->table, texts.remote, texts.outside);
}

static void change_remote(struct rules *rules, const char *verb,
			  const struct vpnalg_binding *binding)
{
	struct texts texts;

	write_addresses(&texts, binding);
	text_add(&rules->text, "%s element ip %s remotes { %s }\n", verb, rules->table,
	       texts.remote);
}

/* For all remotes. */
static void change_mapping(struct rules *rules, const char *verb,
			   const struct vpnalg_binding *binding)
{
	char outside[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, binding->outside.octets, outside, sizeof(outside));
	if (binding->protocol == PROTOCOL_ICMP)
		text_add(&rules->text, "%s element ip %s queries { %s . %" PRIu32 " }\n",
		       verb, rules->table, outside, binding->outside_id);
	else
		text_add(&rules->text,
		       "%s element ip %s mapped { %s . %u . %" PRIu32 " }\n",
		       verb, rules->table, outside, (unsigned)binding->protocol,
		       binding->outside_id);
}

/* False without memory. */
static bool begin(struct rules *rules, const struct vpnalg_binding *binding)
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

bool rules_begin(struct rules *rules, const struct vpnalg_binding *binding)
{
	if (binding->remote.family)
		return begin(rules, binding);
	change_mapping(rules, "add", binding);
	return true;
}

static void end(struct rules *rules, const struct vpnalg_binding *binding)
{
	const uint8_t *remote = binding->remote.octets;

	if (held_remove(&rules->pairs, remote, binding->outside.octets))
		change_pair(rules, "delete", binding);
	if (held_remove(&rules->remotes, remote, remote))
		change_remote(rules, "delete", binding);
	change_ports(rules, "delete", binding);
}

void rules_end(struct rules *rules, const struct vpnalg_binding *binding)
{
	if (binding->remote.family)
		end(rules, binding);
	else
		change_mapping(rules, "delete", binding);
}

/* One line for the first failure is enough; the report has their number. */
void rules_flush(struct rules *rules)
{
	if (!rules->text.length || run(rules))
		return;
	if (!rules->failures++)
		say_failure("cannot change rules", rules->nft);
}

void rules_close(struct rules *rules)
{
	if (rules->nft)
		nft_ctx_free(rules->nft);
	rules->nft = NULL;
	free(rules->text.data);
	held_close(&rules->pairs);
	held_close(&rules->remotes);
}
