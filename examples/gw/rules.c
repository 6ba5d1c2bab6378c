/* SPDX-License-Identifier: BSD-2-Clause */
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>
#include <nftables/libnftables.h>

#include "../common/say.h"
#include "elements.h"
#include "table.h"

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

/* The first interface to the world that is there has the table, and each other
 * one an empty table, so that no second gateway has it. */
static void name_table(struct rules *rules, unsigned interface)
{
	snprintf(rules->table, sizeof(rules->table), "vpnalg-gw-%u",
		 interface);
}

static bool append_empty(struct text *text, unsigned interface)
{
	return text_add(text,
			"table ip vpnalg-gw-%u\ndelete table ip vpnalg-gw-%u\n"
			"table ip vpnalg-gw-%u {\n flags owner\n}\n",
			interface, interface, interface);
}

static bool append_tables(struct rules *rules, const struct options *options,
			  const struct addresses *addresses)
{
	const struct outside *outside = &options->outside;
	bool well = true;
	unsigned interface;

	for (size_t i = 0; well && i < outside->count; i++) {
		interface = if_nametoindex(outside->names[i]);
		if (interface && rules->table[0])
			well = append_empty(&rules->text, interface);
		else if (interface)
			name_table(rules, interface);
	}
	return well && table_write(&rules->text, rules->table, options,
				   addresses);
}

bool rules_open(struct rules *rules, const struct options *options,
		const struct addresses *addresses)
{
	rules->any_address = options->nat.l2tp_any_address;
	rules->nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!rules->nft || nft_ctx_buffer_error(rules->nft) ||
	    !append_tables(rules, options, addresses)) {
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

	elements_list(rules, &elements, binding);
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

	elements_list(rules, &elements, binding);
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
