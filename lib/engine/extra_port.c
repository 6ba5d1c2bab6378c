/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the further ports of servers. */
#include "extra_port.h"

bool vpnalg_extra_port_is_standard(const struct vpnalg_handler *handler,
				   uint8_t protocol, unsigned port)
{
	unsigned i;

	for (i = 0; i < handler->server_port_count; i++)
		if (handler->server_ports[i].protocol == protocol &&
		    handler->server_ports[i].port == port)
			return true;
	return false;
}

/* Returns the handler if it is one of the protocols, or NULL. */
static const struct vpnalg_handler *find(const struct settings *settings,
					 const struct vpnalg_extra_port *extra)
{
	const struct vpnalg_handler *handler =
		extra->handler != NULL ? extra->handler() : NULL;
	size_t i;

	for (i = 0; i < settings->config.protocol_count; i++)
		if (settings->handlers[i] == handler)
			return handler;
	return NULL;
}

static bool is_standard(const struct settings *settings,
			const struct vpnalg_extra_port *extra)
{
	size_t i;

	for (i = 0; i < settings->config.protocol_count; i++)
		if (vpnalg_extra_port_is_standard(settings->handlers[i],
						  extra->protocol, extra->port))
			return true;
	return false;
}

static const char *fault(const struct settings *settings, size_t at)
{
	const struct vpnalg_extra_port *extra =
		&settings->config.extra_ports[at];
	const struct vpnalg_handler *handler = find(settings, extra);

	if (handler == NULL)
		return "extra_ports: a handler that is none of the protocols";
	if (!vpnalg_extra_port_is_standard(handler, extra->protocol,
					   extra->standard))
		return "extra_ports: standard is no server port of the handler";
	if (extra->port == 0)
		return "extra_ports: port 0";
	if (is_standard(settings, extra))
		return "extra_ports: a server port of some handler";
	if (vpnalg_extra_port_is_one(settings->config.extra_ports, at,
				     extra->protocol, extra->port))
		return "extra_ports: this one stands there twice";
	return NULL;
}

const char *vpnalg_extra_port_fault(const struct settings *settings,
				    size_t *index)
{
	const struct vpnalg_config *config = &settings->config;
	size_t i, ports = config->extra_port_count;
	const char *text;

	if (config->extra_port_count > VPNALG_EXTRA_PORTS_MAX)
		return "extra_ports: more than 16";
	if (config->extra_port_count > 0 && config->extra_ports == NULL)
		return "extra_ports: none";
	for (i = 0; i < config->extra_port_count; i++) {
		*index = i;
		text = fault(settings, i);
		if (text != NULL)
			return text;
	}
	*index = 0;
	for (i = 0; i < config->protocol_count; i++)
		ports += settings->handlers[i]->server_port_count;
	return ports > VPNALG_SERVER_PORTS_MAX
		       ? "extra_ports: more than 32 server ports in all"
		       : NULL;
}

bool vpnalg_extra_port_is_one(const struct vpnalg_extra_port *ports,
			      size_t count, uint8_t protocol, unsigned port)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (ports[i].protocol == protocol && ports[i].port == port)
			return true;
	return false;
}
