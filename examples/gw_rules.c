/* SPDX-License-Identifier: BSD-2-Clause */
#include "gw_rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <nftables/libnftables.h>

#include "gw_table.h"
#include "gw_wire.h"
#include "say.h"

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

/* Of what a session is the first one. */
struct firsts {
	bool pair, remote, l2tp_port;
};

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

static void change_port(struct rules *rules, const char *verb,
			const struct vpnalg_binding *binding, uint32_t port)
{
	struct texts texts;

	write_addresses(&texts, binding);
	text_add(&rules->text,
		 "%s element ip %s ports { %s . %s . %d . %" PRIu32 " }\n",
		 verb, rules->table, texts.remote, texts.outside,
		 binding->protocol == PROTOCOL_TCP ? PROTOCOL_TCP
						   : PROTOCOL_UDP,
		 port);
}

/* L2TP's port may be a session's own, or one that many share. */
static bool is_l2tp_port(const struct vpnalg_binding *binding)
{
	if (binding->protocol == PROTOCOL_UDP)
		return binding->outside_id == PORT_L2TP;
	return binding->protocol == PROTOCOL_L2TP &&
	       (binding->remote_port & 0xffff) != 0;
}

static bool is_port(const struct vpnalg_binding *binding)
{
	return binding->protocol == PROTOCOL_TCP ||
	       binding->protocol == PROTOCOL_UDP;
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
	text_add(&rules->text, "%s element ip %s remotes { %s }\n", verb,
		 rules->table, texts.remote);
}

/* For all remotes. */
static void change_mapping(struct rules *rules, const char *verb,
			   const struct vpnalg_binding *binding)
{
	char outside[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, binding->outside.octets, outside, sizeof(outside));
	if (binding->protocol == PROTOCOL_ICMP)
		text_add(&rules->text,
			 "%s element ip %s queries { %s . %" PRIu32 " }\n",
			 verb, rules->table, outside, binding->outside_id);
	else
		text_add(&rules->text,
			 "%s element ip %s mapped { %s . %u . %" PRIu32 " }\n",
			 verb, rules->table, outside,
			 (unsigned)binding->protocol, binding->outside_id);
}

/* False without memory. */
static bool hold(struct held *held, const uint8_t *remote,
		 const uint8_t *outside, bool wanted, bool *first)
{
	*first = false;
	return !wanted || held_add(held, remote, outside, first);
}

static bool hold_all(struct rules *rules, const struct vpnalg_binding *binding,
		     struct firsts *firsts)
{
	const uint8_t *remote = binding->remote.octets;
	const uint8_t *outside = binding->outside.octets;

	if (!hold(&rules->pairs, remote, outside, true, &firsts->pair))
		return false;
	if (hold(&rules->remotes, remote, remote, true, &firsts->remote)) {
		if (hold(&rules->l2tp_ports, remote, outside,
			 is_l2tp_port(binding), &firsts->l2tp_port))
			return true;
		held_remove(&rules->remotes, remote, remote);
	}
	held_remove(&rules->pairs, remote, outside);
	return false;
}

static bool begin(struct rules *rules, const struct vpnalg_binding *binding)
{
	struct firsts firsts;

	if (!hold_all(rules, binding, &firsts))
		return false;
	if (firsts.pair)
		change_pair(rules, "add", binding);
	if (firsts.remote)
		change_remote(rules, "add", binding);
	if (firsts.l2tp_port)
		change_port(rules, "add", binding, PORT_L2TP);
	else if (is_port(binding) && !is_l2tp_port(binding))
		change_port(rules, "add", binding, binding->outside_id);
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
	const uint8_t *outside = binding->outside.octets;

	if (held_remove(&rules->pairs, remote, outside))
		change_pair(rules, "delete", binding);
	if (held_remove(&rules->remotes, remote, remote))
		change_remote(rules, "delete", binding);
	if (!is_l2tp_port(binding)) {
		if (is_port(binding))
			change_port(rules, "delete", binding,
				    binding->outside_id);
	} else if (held_remove(&rules->l2tp_ports, remote, outside)) {
		change_port(rules, "delete", binding, PORT_L2TP);
	}
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
	held_close(&rules->l2tp_ports);
}
