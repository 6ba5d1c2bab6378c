/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a translator. */
#include "adopt.h"
#include "alias.h"
#include "config.h"
#include "key.h"
#include "fragment_memory.h"

#include <string.h>

#include "parts.h"
#include "policy.h"
#include "pool.h"

#include "../wire/ip.h"

unsigned vpnalg_version(void)
{
	return VPNALG_VERSION;
}

/* A store that is not empty may have records of services, and of the router's
 * own, which a build without these parts would not remove. */
#define TAKES_OVER \
	(VPNALG_WITH_STATES && VPNALG_WITH_SERVICES && VPNALG_WITH_ROUTER)

/* The default of vpnalg_config.event_rate. */
#define EVENT_RATE 100

size_t vpnalg_size(const struct vpnalg_config *given)
{
	struct config_fault fault;
	struct settings settings;
	struct parts parts;

	if (!vpnalg_config_read(given, &settings, &fault))
		return 0;
	vpnalg_parts_lay_out(&settings, &parts);
	return parts.size;
}

vpnalg_time vpnalg_clock_offset(const struct vpnalg *translator)
{
	return translator->clock_offset;
}

/* Protocols */

static void init_kinds(struct vpnalg *translator, unsigned h)
{
	const struct vpnalg_handler *handler = translator->handlers[h];
	unsigned k;

	translator->kind_base[h] = translator->kind_count;
	for (k = 0; k < handler->kind_count; k++) {
		translator->kinds[translator->kind_count++].name =
			handler->kinds[k].name;
		translator->slots_of[h][k] = handler->kinds[k].slots;
	}
}

/* Notes that a handler is asked only about packets with the remote ports of its
 * servers. */
static void init_by_port(struct vpnalg *translator, unsigned h)
{
	const struct vpnalg_handler *handler = translator->handlers[h];
	const uint8_t protocols[] = { PROTOCOL_TCP, PROTOCOL_UDP };
	unsigned i;

	translator->by_port |= (uint16_t)(1U << h);
	for (i = 0; i < sizeof(protocols); i++)
		if (translator->handlers_for[protocols[i]] & 1U << h)
			translator->handlers_for[protocols[i]] |= ASKED_BY_PORT;
	for (i = 0; i < handler->server_port_count; i++)
		translator->by_ports |=
			(uint32_t)1 << port_bit(handler->server_ports[i].port);
}

/* Lists the packets and ports that concern a handler. */
static void init_lists(struct vpnalg *translator, unsigned h)
{
	const struct vpnalg_handler *handler = translator->handlers[h];
	unsigned i;

	for (i = 0; i < 256 && handler->ip_protocol_count == 0; i++)
		translator->handlers_for[i] |= (uint16_t)(1U << h);
	for (i = 0; i < handler->ip_protocol_count; i++)
		translator->handlers_for[handler->ip_protocols[i]] |=
			(uint16_t)(1U << h);
	for (i = 0; i < handler->server_port_count; i++)
		translator->server_ports[translator->server_port_count++] =
			handler->server_ports[i];
	if (handler->server_ports_only)
		init_by_port(translator, h);
}

static void init_protocols(struct vpnalg *translator,
			   const struct settings *settings,
			   const struct parts *parts)
{
	uint8_t *bytes = (uint8_t *)translator + parts->settings;
	uint64_t *own =
		(uint64_t *)(void *)((uint8_t *)translator + parts->own);
	const struct vpnalg_handler *handler;
	unsigned h;

	for (h = 0; h < settings->config.protocol_count; h++) {
		handler = settings->handlers[h];
		translator->handlers[h] = handler;
		translator->handlers[h | VPNALG_HANDLER_ROUTER] = handler;
		translator->settings[h] = bytes;
		translator->settings[h | VPNALG_HANDLER_ROUTER] = bytes;
		translator->own[h] = own;
		bytes += parts_aligned(handler->settings_size);
		own += parts_own_count(handler);
		if (handler->configure != NULL)
			handler->configure(
				settings->config.protocols[h].settings,
				translator->settings[h]);
		init_kinds(translator, h);
		init_lists(translator, h);
	}
	translator->handler_count = (uint8_t)h;
	translator->slots_of[ENGINE_HANDLER][0] = 1;
}

/* All else */

static uint64_t draw(struct vpnalg *translator)
{
	uint64_t high = translator->random(translator->context);

	return high << 32 | translator->random(translator->context);
}

/* Derives the words of the hash from its key, which is drawn if none was given.
 */
static void init_hash(struct vpnalg *translator, const uint64_t given[2])
{
	uint64_t key[2] = { given[0], given[1] };
	size_t i;

	if (key[0] == 0 && key[1] == 0) {
		key[0] = draw(translator);
		key[1] = draw(translator);
	}
	translator->hash_multiplier = vpnalg_key_mix(key, HASH_WORDS, 0) | 1;
	for (i = 0; i < HASH_WORDS; i++)
		translator->secret[i] = (uint32_t)vpnalg_key_mix(key, i, 0);
}

static bool is_usable(const struct vpnalg_store *store)
{
	return store->size >= sizeof(*store) &&
	       store->key_length == VPNALG_KEY_IPV4 && store->find != NULL &&
	       store->add != NULL && store->remove != NULL &&
	       store->link != NULL && store->unlink != NULL &&
	       store->relink != NULL && store->next != NULL;
}

static bool is_empty(const struct vpnalg_store *store)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;

	while (store->next(store->context, &cursor, &record))
		if (record != NULL)
			return false;
	return true;
}

static void init_callbacks(struct vpnalg *translator,
			   const struct vpnalg_config *config)
{
	translator->context = config->context;
	translator->random = config->random;
	translator->choose = config->choose;
	translator->release = config->release;
	translator->event = config->event;
	translator->events.rate =
		config->event_rate != 0 ? config->event_rate : EVENT_RATE;
	translator->events.tokens = (uint64_t)translator->events.rate * 1000;
}

static void init_settings(struct vpnalg *translator,
			  const struct settings *settings)
{
	const struct vpnalg_config *config = &settings->config;

	translator->step.translator = translator;
	translator->store = config->store;
	translator->address_max = (uint32_t)config->address_max;
	translator->passive = config->passive;
	translator->accounts = config->account;
	translator->after = config->account ? AFTER_ACCOUNT : 0;
	translator->port_set = config->port_set;
	translator->blocks = config->port_blocks;
	translator->pool_key[0] = config->pool_key[0];
	translator->pool_key[1] = config->pool_key[1];
	translator->burst = config->burst;
	translator->timers = settings->timers;
	translator->policy.count_hosts = config->count_hosts;
	translator->policy.count_remotes = config->count_remotes;
	translator->clock_offset = config->clock_offset;
	translator->sweep_earliest = VPNALG_NEVER;
	if (VPNALG_WITH_FRAGMENTS && config->fragments != NULL)
		vpnalg_fragment_memory_lay_out(config->fragments,
					       &translator->fragments);
}

/* Returns whether the memory for fragments suffices, if there is any. */
static bool is_enough(const struct vpnalg_fragments *given)
{
	struct vpnalg_fragments fragments;

	if (!VPNALG_WITH_FRAGMENTS || given == NULL)
		return true;
	return vpnalg_settings_read(&fragments, sizeof(fragments), given) &&
	       fragments.memory != NULL &&
	       (uintptr_t)fragments.memory % 8 == 0 &&
	       fragments.memory_size >= vpnalg_fragments_size(given);
}

static int init(struct vpnalg *translator, const struct settings *settings,
		const struct parts *parts)
{
	int error;

	memset(translator, 0, parts->size);
	vpnalg_parts_set(translator, &settings->config, parts);
	init_callbacks(translator, &settings->config);
	init_settings(translator, settings);
	error = vpnalg_pool_init(translator, &settings->config);
	if (error != 0)
		return error;
	init_protocols(translator, settings, parts);
	vpnalg_alias_init(translator, &settings->config);
	init_hash(translator, settings->config.hash_key);
	if (VPNALG_WITH_POLICY)
		error = vpnalg_policy_begin(translator, settings->config.policy,
					    0);
	if (error != 0 || is_empty(translator->store))
		return error;
	return TAKES_OVER ? vpnalg_adopt_store(translator)
			  : VPNALG_ERROR_NOT_EMPTY;
}

/* Returns whether the store's records may be taken over: not with a drawn hash
 * key, by which they are not found. */
static bool may_take_over(const struct vpnalg_config *config)
{
	return config->hash_key[0] != 0 || config->hash_key[1] != 0;
}

int vpnalg_init(struct vpnalg **translator, void *memory, size_t size,
		const struct vpnalg_config *given)
{
	struct config_fault fault;
	struct settings settings;
	struct parts parts;
	int error;

	*translator = NULL;
	if (!vpnalg_config_read(given, &settings, &fault))
		return VPNALG_ERROR_CONFIG;
	if (!is_usable(settings.config.store))
		return VPNALG_ERROR_STORE;
	vpnalg_parts_lay_out(&settings, &parts);
	if (memory == NULL || size < parts.size || (uintptr_t)memory % 8 != 0 ||
	    !is_enough(settings.config.fragments))
		return VPNALG_ERROR_MEMORY;
	if (!may_take_over(&settings.config) &&
	    !is_empty(settings.config.store))
		return VPNALG_ERROR_NOT_EMPTY;
	error = init(memory, &settings, &parts);
	if (error == 0)
		*translator = memory;
	return error;
}
