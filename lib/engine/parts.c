/* SPDX-License-Identifier: BSD-2-Clause */
#include "parts.h"

#include "alias.h"
#include "routers.h"

#include "../wire/ip.h"

/* Returns the most addresses that are remembered. Those of two lists may have
 * gone before an address of a third list is added. */
static size_t remembered(const struct vpnalg_config *config)
{
	return config->address_max * (config->uplinks != NULL ? 3 : 1);
}

/* Addresses, and their uplinks if there are any. */
static void lay_out_addresses(const struct vpnalg_config *config,
			      struct parts *parts)
{
	bool several = config->uplinks != NULL;

	parts->addresses =
		parts->uplinks +
		(several ? parts_aligned(sizeof(struct uplinks)) : 0);
	parts->order = parts->addresses + remembered(config) * IPV4_ADDR_LEN;
	parts->of = parts->order +
		    (several ? config->address_max * sizeof(uint16_t) : 0);
	parts->seen = parts->of + (several ? remembered(config) : 0);
	parts->size = parts->seen + config->address_max * sizeof(bool);
}

void vpnalg_parts_lay_out(const struct settings *settings, struct parts *parts)
{
	const struct vpnalg_config *config = &settings->config;
	size_t i, kinds = 0, own = 0, bytes = 0;

	for (i = 0; i < config->protocol_count; i++) {
		kinds += settings->handlers[i]->kind_count;
		own += parts_own_count(settings->handlers[i]);
		bytes += parts_aligned(settings->handlers[i]->settings_size);
	}
	parts->slots = parts_aligned(sizeof(struct vpnalg));
	parts->kinds = parts->slots + config->burst * sizeof(struct slot);
	parts->drops =
		parts->kinds + kinds * sizeof(struct vpnalg_kind_counters);
	parts->own = parts->drops + (config->protocol_count + 1) *
					    sizeof(uint64_t[2][DROP_REASONS]);
	parts->settings = parts->own + own * sizeof(uint64_t);
	parts->routers = parts->settings + bytes;
	parts->aliases =
		parts->routers +
		(config->own ? parts_aligned(sizeof(struct routers)) : 0);
	parts->uplinks = parts->aliases;
	if (config->extra_port_count != 0)
		parts->uplinks += parts_aligned(sizeof(struct aliases));
	lay_out_addresses(config, parts);
}

void vpnalg_parts_set(struct vpnalg *translator,
		      const struct vpnalg_config *config,
		      const struct parts *parts)
{
	uint8_t *base = (uint8_t *)translator;

	translator->slots = (struct slot *)(void *)(base + parts->slots);
	translator->kinds =
		(struct vpnalg_kind_counters *)(void *)(base + parts->kinds);
	translator->drops =
		(uint64_t(*)[2][DROP_REASONS])(void *)(base + parts->drops);
	translator->addresses = base + parts->addresses;
	translator->address_seen = (bool *)(void *)(base + parts->seen);
	if (config->own)
		translator->routers =
			(struct routers *)(void *)(base + parts->routers);
	if (config->extra_port_count != 0)
		translator->aliases =
			(struct aliases *)(void *)(base + parts->aliases);
	if (config->uplinks == NULL)
		return;
	translator->uplinks = (struct uplinks *)(void *)(base + parts->uplinks);
	translator->uplinks->order = (uint16_t *)(void *)(base + parts->order);
	translator->uplinks->of = base + parts->of;
}
