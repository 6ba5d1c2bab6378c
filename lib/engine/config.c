/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the settings of a translator, and says what is wrong with them. */
#include "config.h"

#include <string.h>

#include "account.h"
#include "block.h"
#include "extra_port.h"
#include "fragment_memory.h"
#include "layout.h"
#include "policy_check.h"
#include "settings.h"
#include "timers.h"
#include "translator.h"

#define BURST_DEFAULT 32

/* Handlers */

/* Returns whether a kind of session fits into a record, with some bytes more.
 */
static bool fits(const struct vpnalg_kind *kind, size_t more)
{
	size_t bytes = sizeof(struct vpnalg_record) +
		       kind->slots * (size_t)VPNALG_KEY_IPV4 + kind->body +
		       more;

	return bytes <= VPNALG_UNITS_MAX * VPNALG_UNIT;
}

static bool is_kind(const struct vpnalg_kind *kind)
{
	return kind->slots >= 2 && kind->slots <= VPNALG_SLOTS_MAX &&
	       fits(kind, 0) &&
	       (!VPNALG_WITH_STATES || kind->layout == NULL ||
		vpnalg_layout_fits(kind->layout, kind->body));
}

static bool are_kinds(const struct vpnalg_handler *handler)
{
	unsigned k;

	if (handler->kinds == NULL || handler->kind_count == 0 ||
	    handler->kind_count > KINDS_MAX)
		return false;
	for (k = 0; k < handler->kind_count; k++)
		if (!is_kind(&handler->kinds[k]))
			return false;
	return true;
}

/* Returns whether all of its sessions have room for an account. */
static bool have_room(const struct vpnalg_handler *handler)
{
	unsigned k;

	for (k = 0; k < handler->kind_count; k++)
		if (!fits(&handler->kinds[k],
			  account_bytes(&handler->kinds[k])))
			return false;
	return true;
}

static bool are_lists(const struct vpnalg_handler *handler)
{
	return handler->ip_protocol_count <= VPNALG_IP_PROTOCOLS_MAX &&
	       handler->own_reason_count <= VPNALG_OWN_REASONS_MAX &&
	       (handler->own_reason_count == 0 ||
		handler->own_reasons != NULL) &&
	       (handler->own_counter_count == 0 ||
		handler->own_counters != NULL) &&
	       (handler->server_port_count == 0 ||
		handler->server_ports != NULL);
}

static const char *handler_fault(const struct vpnalg_handler *handler)
{
	if (handler == NULL)
		return "protocols: no handler";
	if (handler->size < sizeof(*handler) ||
	    !settings_is_zero((const uint8_t *)(handler + 1),
			      handler->size - sizeof(*handler)))
		return "protocols: a handler of another version";
	if (handler->match == NULL || handler->translate == NULL)
		return "protocols: a handler lacks match or translate";
	if (!are_kinds(handler))
		return "protocols: a handler's kind of session is impossible";
	if (!are_lists(handler))
		return "protocols: a handler's list is too long or missing";
	if (handler->settings_size > SETTINGS_MAX ||
	    (handler->settings_size != 0 && handler->configure == NULL))
		return "protocols: a handler's settings are impossible";
	return NULL;
}

/* Returns what is wrong with a protocol's place behind those before it. */
static const char *place_fault(const struct settings *settings, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++) {
		if (settings->handlers[i] == settings->handlers[at])
			return "protocols: this one stands there twice";
		if (settings->handlers[i]->takes_rest)
			return "protocols: the one before takes the rest";
	}
	return NULL;
}

static const char *protocol_fault(struct settings *settings, size_t at)
{
	const struct vpnalg_protocol *protocol =
		&settings->config.protocols[at];
	const struct vpnalg_handler *handler;
	const char *text;

	handler = protocol->handler != NULL ? protocol->handler() : NULL;
	settings->handlers[at] = handler;
	text = handler_fault(handler);
	if (text == NULL)
		text = place_fault(settings, at);
	if (text == NULL && settings->config.account && !have_room(handler))
		text = "account: a handler's kind of session is too large";
	if (text == NULL && handler->configure != NULL)
		text = handler->configure(protocol->settings, NULL);
	return text;
}

static const char *protocols_fault(struct settings *settings, size_t *index)
{
	unsigned ports = 0;
	const char *text;
	size_t i;

	if (settings->config.protocols == NULL ||
	    settings->config.protocol_count == 0)
		return "protocols: none";
	if (settings->config.protocol_count > HANDLERS_MAX)
		return "protocols: more than 15";
	for (i = 0; i < settings->config.protocol_count; i++) {
		*index = i;
		text = protocol_fault(settings, i);
		if (text != NULL)
			return text;
		ports += settings->handlers[i]->server_port_count;
		if (ports > VPNALG_SERVER_PORTS_MAX)
			return "protocols: more than 32 server ports in all";
	}
	*index = 0;
	return NULL;
}

/* All else */

static bool is_port_set(const struct vpnalg_port_set *set)
{
	return set->offset <= 15 && set->length <= 16 - set->offset &&
	       set->psid >> set->length == 0;
}

/* Returns the least number of addresses that an uplink has. */
static size_t least_addresses(const struct vpnalg_config *config)
{
	size_t i, k, count, least = config->address_count;

	for (i = 0; config->uplinks != NULL && i < config->address_count; i++) {
		count = 0;
		for (k = 0; k < config->address_count; k++)
			count += config->uplinks[k] == config->uplinks[i];
		if (count < least)
			least = count;
	}
	return least;
}

static const char *other_fault(struct settings *settings)
{
	struct vpnalg_config *config = &settings->config;

	if (config->addresses == NULL || config->address_count == 0)
		return "addresses: none";
	if (config->address_count > ADDRESSES_MAX)
		return "addresses: more than 4096";
	if (config->address_max == 0)
		config->address_max = config->address_count;
	if (config->address_max < config->address_count ||
	    config->address_max > ADDRESSES_MAX)
		return "address_max: fewer than addresses, or more than 4096";
	if (config->store == NULL)
		return "store: none";
	if (config->random == NULL)
		return "random: none";
	if (config->burst == 0)
		config->burst = BURST_DEFAULT;
	if (config->burst > BURST_MAX)
		return "burst: greater than 256";
	if (VPNALG_WITH_FRAGMENTS && config->fragments != NULL &&
	    vpnalg_fragments_size(config->fragments) == 0)
		return "fragments: a size out of range";
	if (!vpnalg_timers_read(settings->config.timers, &settings->timers))
		return "timers: a struct of another version";
	return NULL;
}

/* Returns what is wrong with the ports that sessions may have. */
static const char *port_fault(struct vpnalg_config *config)
{
	if (!is_port_set(&config->port_set))
		return "port_set: no set by RFC 7597 5.1";
	if (config->port_set.length != 0 && config->port_blocks.length != 0)
		return "port_blocks: beside port_set";
	return vpnalg_block_fault(&config->port_blocks,
				  least_addresses(config));
}

static const char *policy_fault(const struct settings *settings, size_t *index)
{
	const struct policy_scope scope = {
		.handlers = settings->handlers,
		.handler_count = settings->config.protocol_count,
		.count_hosts = settings->config.count_hosts,
		.count_remotes = settings->config.count_remotes,
	};
	struct vpnalg_policy policy;

	return vpnalg_policy_check(&scope, settings->config.policy, &policy,
				   index);
}

/* Returns which setting wants a part that the engine was built without. */
static const char *missing_part(const struct vpnalg_config *config)
{
	if (!VPNALG_WITH_FRAGMENTS && config->fragments != NULL)
		return "fragments: not part of this build";
	if (!VPNALG_WITH_EVENTS && config->event != NULL)
		return "event: not part of this build";
	if (!VPNALG_WITH_POLICY && config->policy != NULL)
		return "policy: not part of this build";
	if (!VPNALG_WITH_POLICY &&
	    (config->count_hosts || config->count_remotes))
		return "count_hosts, count_remotes: not part of this build";
	if (!VPNALG_WITH_ROUTER && config->own)
		return "own: not part of this build";
	if (!VPNALG_WITH_UPLINKS && config->uplinks != NULL)
		return "uplinks: not part of this build";
	if (!VPNALG_WITH_PORT_SETS &&
	    (config->port_set.length != 0 || config->port_blocks.length != 0))
		return "port_set, port_blocks: not part of this build";
	if (!VPNALG_WITH_EXTRA_PORTS && config->extra_port_count != 0)
		return "extra_ports: not part of this build";
	return NULL;
}

bool vpnalg_config_read(const struct vpnalg_config *given,
			struct settings *settings, struct config_fault *fault)
{
	*fault = (struct config_fault){ NULL, 0 };
	if (!vpnalg_settings_read(&settings->config, sizeof(settings->config),
				  given))
		fault->text = "size: a struct of another version";
	if (fault->text == NULL)
		fault->text = missing_part(&settings->config);
	if (fault->text == NULL)
		fault->text = protocols_fault(settings, &fault->index);
	if (VPNALG_WITH_EXTRA_PORTS && fault->text == NULL)
		fault->text = vpnalg_extra_port_fault(settings, &fault->index);
	if (fault->text == NULL)
		fault->text = other_fault(settings);
	if (VPNALG_WITH_PORT_SETS && fault->text == NULL)
		fault->text = port_fault(&settings->config);
	if (VPNALG_WITH_POLICY && fault->text == NULL)
		fault->text = policy_fault(settings, &fault->index);
	return fault->text == NULL;
}

/* Addresses */

/* RFC 6890: 0.0.0.0/8 and 127.0.0.0/8 are no addresses of an interface, nor are
 * multicast and what is above it. */
bool vpnalg_config_is_outside(const struct vpnalg_addr *address)
{
	return address->family == VPNALG_IPV4 && address->octets[0] != 0 &&
	       address->octets[0] != 127 && address->octets[0] < 224;
}

static bool is_before(const struct vpnalg_addr *addresses, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++)
		if (memcmp(addresses[i].octets, addresses[at].octets, 4) == 0)
			return true;
	return false;
}

static const char *address_fault(const struct vpnalg_config *config, size_t *at)
{
	for (*at = 0; *at < config->address_count; ++*at) {
		if (!vpnalg_config_is_outside(&config->addresses[*at]))
			return "addresses: no IPv4 unicast address";
		if (is_before(config->addresses, *at))
			return "addresses: this one stands there twice";
	}
	*at = 0;
	return NULL;
}

const char *vpnalg_config_error(const struct vpnalg_config *config,
				size_t *index)
{
	struct config_fault fault;
	struct settings settings;

	if (vpnalg_config_read(config, &settings, &fault))
		fault.text = address_fault(&settings.config, &fault.index);
	if (index != NULL)
		*index = fault.index;
	return fault.text;
}
