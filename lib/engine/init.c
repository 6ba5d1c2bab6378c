/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's beginning, and what it has counted. */
#include "key.h"

#include <string.h>

#include "../wire/ip.h"

#define BURST_DEFAULT 32

static const struct vpnalg_timers default_timers = {
	.tcp_established = 7440000, /* RFC 5382 REQ-5 */
	.tcp_transitory = 240000,   /* RFC 5382 REQ-5, RFC 7857 2 */
	.call_unanswered = 60000,
	.call_idle = 7440000,
	.linger = 100000,
	.udp = 300000, /* RFC 4787 REQ-5 */
	.esp_unpaired = 120000,
	.esp_idle = 3600000,
	.gre = 600000,
	.icmp_query = 60000, /* RFC 5508 REQ-2 */
};

unsigned vpnalg_version(void)
{
	return VPNALG_VERSION;
}

/* Every kind of session must fit into a record. */
static bool is_kind(const struct vpnalg_kind *kind)
{
	size_t bytes = sizeof(struct vpnalg_record) +
		       kind->slots * (size_t)VPNALG_KEY_IPV4 + kind->body;

	return kind->slots >= 2 && kind->slots <= VPNALG_SLOTS_MAX &&
	       bytes <= VPNALG_UNITS_MAX * VPNALG_UNIT;
}

static bool are_handlers(const struct vpnalg_config *config)
{
	size_t i, k;

	for (i = 0; i < config->handler_count; i++) {
		const struct vpnalg_handler *handler = config->handlers[i];

		if (handler == NULL || handler->size < sizeof(*handler) ||
		    handler->match == NULL || handler->translate == NULL ||
		    handler->kinds == NULL || handler->kind_count == 0 ||
		    handler->kind_count > KINDS_MAX ||
		    handler->protocol_count > VPNALG_PROTOCOLS_MAX)
			return false;
		for (k = 0; k < handler->kind_count; k++)
			if (!is_kind(&handler->kinds[k]))
				return false;
	}
	return true;
}

/* No range given: all ports but the well-known ones, which inside hosts seldom
 * use and the router itself does. */
static bool read_general(struct vpnalg_general_settings *general)
{
	if (general->ports.first == 0 && general->ports.last == 0)
		general->ports = (struct vpnalg_ports){ 1024, UINT16_MAX };
	return general->ports.first >= 1 &&
	       general->ports.first <= general->ports.last &&
	       general->filtering <=
		       VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT;
}

/* A caller that was built with an older, shorter header gets zeros for what it
 * did not know of. */
static bool read_config(const struct vpnalg_config *given,
			struct vpnalg_config *config)
{
	size_t size = given->size;

	if (size < sizeof(size) || size > sizeof(*config))
		return false;
	memset(config, 0, sizeof(*config));
	memcpy(config, given, size);
	if (config->burst == 0)
		config->burst = BURST_DEFAULT;
	return config->handlers != NULL && config->handler_count >= 1 &&
	       config->handler_count <= HANDLERS_MAX &&
	       config->addresses != NULL && config->address_count >= 1 &&
	       config->address_count <= ADDRESSES_MAX &&
	       config->store != NULL && config->random != NULL &&
	       config->burst <= BURST_MAX && read_general(&config->general) &&
	       are_handlers(config);
}

static size_t count_kinds(const struct vpnalg_config *config)
{
	size_t i, count = 0;

	for (i = 0; i < config->handler_count; i++)
		count += config->handlers[i]->kind_count;
	return count;
}

/* Where the parts of a translator lie behind one another. */
struct layout {
	size_t slots, kinds, addresses, size;
};

static void lay_out(const struct vpnalg_config *config, struct layout *layout)
{
	/* Whatever needs the strictest alignment comes first. */
	layout->slots = (sizeof(struct vpnalg) + 7) & ~(size_t)7;
	layout->kinds = layout->slots + config->burst * sizeof(struct slot);
	layout->addresses =
		layout->kinds +
		count_kinds(config) * sizeof(struct vpnalg_kind_counters);
	layout->size =
		layout->addresses + config->address_count * IPV4_ADDR_LEN;
}

size_t vpnalg_size(const struct vpnalg_config *given)
{
	struct vpnalg_config config;
	struct layout layout;

	if (!read_config(given, &config))
		return 0;
	lay_out(&config, &layout);
	return layout.size;
}

static void init_kinds(struct vpnalg *translator)
{
	unsigned h, k;

	for (h = 0; h < translator->handler_count; h++) {
		const struct vpnalg_handler *handler = translator->handlers[h];

		translator->kind_base[h] = translator->kind_count;
		for (k = 0; k < handler->kind_count; k++) {
			translator->kinds[translator->kind_count++].name =
				handler->kinds[k].name;
			translator->slots_of[h][k] = handler->kinds[k].slots;
		}
	}
	translator->slots_of[ENGINE_HANDLER][0] = 1;
}

/* Which handlers are asked about packets of a protocol. */
static void init_protocols(struct vpnalg *translator)
{
	const struct vpnalg_handler *handler;
	unsigned h, i;

	for (h = 0; h < translator->handler_count; h++) {
		handler = translator->handlers[h];
		for (i = 0; i < 256 && handler->protocol_count == 0; i++)
			translator->handlers_for[i] |= (uint16_t)(1U << h);
		for (i = 0; i < handler->protocol_count; i++)
			translator->handlers_for[handler->protocols[i]] |=
				(uint16_t)(1U << h);
	}
}

static void init_secret(struct vpnalg *translator)
{
	uint64_t high = translator->random(translator->context);
	uint64_t low = translator->random(translator->context);
	size_t i;

	translator->hash_multiplier = high << 32 | low | 1;
	for (i = 0; i < HASH_WORDS; i++)
		translator->secret[i] = translator->random(translator->context);
}

static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
	return given != 0 ? given : otherwise;
}

static void init_timers(struct vpnalg *translator,
			const struct vpnalg_timers *given)
{
	const struct vpnalg_timers *d = &default_timers;
	struct vpnalg_timers *t = &translator->timers;

	t->tcp_established =
		or_default(given->tcp_established, d->tcp_established);
	t->tcp_transitory =
		or_default(given->tcp_transitory, d->tcp_transitory);
	t->call_unanswered =
		or_default(given->call_unanswered, d->call_unanswered);
	t->call_idle = or_default(given->call_idle, d->call_idle);
	t->linger = or_default(given->linger, d->linger);
	t->udp = or_default(given->udp, d->udp);
	t->esp_unpaired = or_default(given->esp_unpaired, d->esp_unpaired);
	t->esp_idle = or_default(given->esp_idle, d->esp_idle);
	t->gre = or_default(given->gre, d->gre);
	t->icmp_query = or_default(given->icmp_query, d->icmp_query);
}

static bool is_usable(const struct vpnalg_store *store)
{
	return store->size >= sizeof(*store) &&
	       store->key_length == VPNALG_KEY_IPV4 && store->find != NULL &&
	       store->add != NULL && store->remove != NULL &&
	       store->link != NULL && store->unlink != NULL &&
	       store->relink != NULL && store->next != NULL;
}

/* Records of another translator mean nothing to this one. */
static bool is_empty(const struct vpnalg_store *store)
{
	struct vpnalg_record *record = NULL;
	uint64_t cursor = 0;

	while (store->next(store->context, &cursor, &record))
		if (record != NULL)
			return false;
	return true;
}

static void init_parts(struct vpnalg *translator,
		       const struct vpnalg_config *config,
		       const struct layout *layout)
{
	uint8_t *base = (uint8_t *)translator;

	memset(base, 0, layout->size);
	translator->slots = (struct slot *)(void *)(base + layout->slots);
	translator->kinds =
		(struct vpnalg_kind_counters *)(void *)(base + layout->kinds);
	translator->addresses = base + layout->addresses;
	translator->handlers = config->handlers;
	translator->handler_count = (uint8_t)config->handler_count;
	translator->store = config->store;
	translator->context = config->context;
	translator->random = config->random;
	translator->choose = config->choose;
	translator->release = config->release;
	translator->event = config->event;
	translator->passive = config->passive;
	translator->pool_key[0] = config->pool_key[0];
	translator->pool_key[1] = config->pool_key[1];
	translator->burst = config->burst;
	translator->general = config->general;
	translator->l2tp = config->l2tp;
	translator->sweep_earliest = VPNALG_NEVER;
}

int vpnalg_init(struct vpnalg **translator, void *memory, size_t size,
		const struct vpnalg_config *given)
{
	struct vpnalg_config config;
	struct vpnalg *t = memory;
	struct layout layout;
	int error;

	*translator = NULL;
	if (!read_config(given, &config))
		return VPNALG_ERROR_CONFIG;
	if (!is_usable(config.store))
		return VPNALG_ERROR_STORE;
	lay_out(&config, &layout);
	if (memory == NULL || size < layout.size || (uintptr_t)memory % 8 != 0)
		return VPNALG_ERROR_MEMORY;
	if (!is_empty(config.store))
		return VPNALG_ERROR_NOT_EMPTY;
	init_parts(t, &config, &layout);
	error = vpnalg_pool_init(t, &config);
	if (error != 0)
		return error;
	init_kinds(t);
	init_protocols(t);
	init_timers(t, &config.timers);
	init_secret(t);
	*translator = t;
	return 0;
}

/* A caller that was built with another header knows fewer counters, or more,
 * which are zero. */
static void copy_out(void *to, size_t to_size, const void *from, size_t size)
{
	memset(to, 0, to_size);
	memcpy(to, from, to_size < size ? to_size : size);
}

void vpnalg_counters(const struct vpnalg *translator,
		     struct vpnalg_counters *counters, size_t size)
{
	copy_out(counters, size, &translator->counters,
		 sizeof(translator->counters));
}

bool vpnalg_kind_counters(const struct vpnalg *translator, size_t index,
			  struct vpnalg_kind_counters *counters, size_t size)
{
	if (index >= translator->kind_count)
		return false;
	copy_out(counters, size, &translator->kinds[index],
		 sizeof(translator->kinds[index]));
	return true;
}
