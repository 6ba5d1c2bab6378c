/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <nftables/libnftables.h>

#include "../common/say.h"
#include "table.h"
#include "wire.h"

/* Says the first line of nftables' error message, without its place. */
static void say_failure(const char *what, struct nft_ctx *nft)
{
	const char *text = nft_ctx_get_error_buffer(nft);
	const char *error = text ? strstr(text, "Error: ") : NULL;

	error = error ? error + strlen("Error: ") : "no memory";
	say("%s: nftables: %.*s", what, (int)strcspn(error, "\n"), error);
}

/* Runs the appended commands, all or nothing. */
static bool run(struct rules *rules)
{
	bool well = !nft_run_cmd_from_buffer(rules->nft, rules->text.data);

	rules->changes++;
	rules->text.length = 0;
	return well;
}

bool rules_open(struct rules *rules, const struct options *options,
		const struct addresses *addresses, int outside_index)
{
	snprintf(rules->table, sizeof(rules->table), "vpnalg-gw-%d",
		 outside_index);
	rules->any_address = options->nat.l2tp_any_address;
	rules->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!rules->nft || nft_ctx_buffer_error(rules->nft) ||
	    !table_write(&rules->text, rules->table, options, addresses)) {
		say("cannot start: nftables: %s", strerror(errno));
		return false;
	}
	if (run(rules))
		return true;
	say_failure("cannot start", rules->nft);
	return false;
}

void rules_renumber(struct rules *rules, const struct addresses *addresses)
{
	table_renumber(&rules->text, rules->table, addresses);
	rules_flush(rules);
}

/* An element that a session has in a set of the table. */
struct element {
	const char *set;
	/* The counter of the sessions that share the element, and its key; or
	 * NULL. */
	struct held *held;
	const uint8_t *key[2];
	bool first;
	char text[64];
};

struct elements {
	struct element list[4];
	size_t count;
	uint8_t port[4]; /* a key */
};

static void list(struct elements *elements, struct element element,
		 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(element.text, sizeof(element.text), format, arguments);
	va_end(arguments);
	elements->list[elements->count++] = element;
}

/* Outside port 1701 may belong to one session, or to many that share it. */
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

static uint32_t port_of(const struct vpnalg_binding *binding)
{
	return is_l2tp_port(binding) ? PORT_L2TP : binding->outside_id;
}

static void list_port(struct rules *rules, struct elements *elements,
		      const struct vpnalg_binding *binding, const char *remote,
		      const char *outside)
{
	unsigned protocol = binding->protocol == PROTOCOL_TCP ? PROTOCOL_TCP
							       : PROTOCOL_UDP;

	list(elements,
	     (struct element){ .set = "ports",
			       .held = is_l2tp_port(binding)
					       ? &rules->l2tp_ports
					       : NULL,
			       .key = { binding->remote.octets,
					binding->outside.octets } },
	     "%s . %s . %u . %" PRIu32, remote, outside, protocol,
	     port_of(binding));
}

/* The port where answers of L2TP arrive, from whatever address. */
static void list_asking(struct rules *rules, struct elements *elements,
			const struct vpnalg_binding *binding,
			const char *outside)
{
	put32(elements->port, port_of(binding));
	list(elements,
	     (struct element){ .set = "asking",
			       .held = &rules->asking,
			       .key = { elements->port,
					binding->outside.octets } },
	     "%s . %" PRIu32, outside, port_of(binding));
}

static void list_session(struct rules *rules, struct elements *elements,
			 const struct vpnalg_binding *binding,
			 const char *outside)
{
	const uint8_t *from = binding->remote.octets;
	char remote[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, from, remote, sizeof(remote));
	list(elements,
	     (struct element){ .set = "pairs",
			       .held = &rules->pairs,
			       .key = { from, binding->outside.octets } },
	     "%s . %s", remote, outside);
	list(elements,
	     (struct element){ .set = "remotes",
			       .held = &rules->remotes,
			       .key = { from, from } },
	     "%s", remote);
	if (is_port(binding) || is_l2tp_port(binding))
		list_port(rules, elements, binding, remote, outside);
	if (rules->any_address &&
	    (binding->remote_port == PORT_L2TP || is_l2tp_port(binding)))
		list_asking(rules, elements, binding, outside);
}

/* Elements of a mapping, which is for all remotes: of a port, or of a whole
 * protocol. */
static void list_mapping(struct elements *elements,
			 const struct vpnalg_binding *binding,
			 const char *outside)
{
	if (binding->protocol == PROTOCOL_ICMP)
		list(elements, (struct element){ .set = "queries" },
		     "%s . %" PRIu32, outside, binding->outside_id);
	else if (!is_port(binding))
		list(elements, (struct element){ .set = "protocols" },
		     "%s . %u", outside, (unsigned)binding->protocol);
	else
		list(elements, (struct element){ .set = "mapped" },
		     "%s . %u . %" PRIu32, outside,
		     (unsigned)binding->protocol, binding->outside_id);
}

static void list_all(struct rules *rules, struct elements *elements,
		     const struct vpnalg_binding *binding)
{
	char outside[INET_ADDRSTRLEN];

	elements->count = 0;
	inet_ntop(AF_INET, binding->outside.octets, outside, sizeof(outside));
	if (binding->remote.family)
		list_session(rules, elements, binding, outside);
	else
		list_mapping(elements, binding, outside);
}

/* Returns false without memory. */
static bool hold(struct element *element)
{
	element->first = true;
	return !element->held || held_add(element->held, element->key[0],
					  element->key[1], &element->first);
}

/* Returns true if no session has the element any more. */
static bool let_go(struct element *element)
{
	return !element->held || held_remove(element->held, element->key[0],
					     element->key[1]);
}

static void change(struct rules *rules, const char *verb,
		   const struct element *element)
{
	text_add(&rules->text, "%s element ip %s %s { %s }\n", verb,
		 rules->table, element->set, element->text);
}

bool rules_begin(struct rules *rules, const struct vpnalg_binding *binding)
{
	struct elements elements;
	size_t i;

	list_all(rules, &elements, binding);
	for (i = 0; i < elements.count; i++)
		if (!hold(&elements.list[i]))
			break;
	if (i < elements.count) {
		while (i-- > 0)
			let_go(&elements.list[i]);
		return false;
	}
	for (i = 0; i < elements.count; i++)
		if (elements.list[i].first)
			change(rules, "add", &elements.list[i]);
	return true;
}

void rules_end(struct rules *rules, const struct vpnalg_binding *binding)
{
	struct elements elements;

	list_all(rules, &elements, binding);
	for (size_t i = 0; i < elements.count; i++)
		if (let_go(&elements.list[i]))
			change(rules, "delete", &elements.list[i]);
}

/* Only the first failure is said; the report counts them all. */
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
	held_close(&rules->asking);
}
