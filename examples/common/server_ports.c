/* SPDX-License-Identifier: BSD-2-Clause */
#include "server_ports.h"

#include <vpnalg/protocols.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

/* The names of protocols in the option, and the standard ports of their
 * servers. */
static const struct standard {
	const char *name;
	vpnalg_handler_function *handler;
	uint8_t protocol;
	uint16_t port;
} standards[] = {
	{ "pptp", vpnalg_pptp, IPPROTO_TCP, 1723 },
	{ "ike", vpnalg_ipsec, IPPROTO_UDP, 500 },
	{ "nat-t", vpnalg_ipsec, IPPROTO_UDP, 4500 },
	{ "l2tp", vpnalg_l2tp, IPPROTO_UDP, 1701 },
};

#define STANDARDS (sizeof(standards) / sizeof(standards[0]))

static const struct standard *find(const char *name, size_t length)
{
	for (size_t i = 0; i < STANDARDS; i++)
		if (strlen(standards[i].name) == length &&
		    !strncmp(standards[i].name, name, length))
			return &standards[i];
	return NULL;
}

static bool read_port(const char *text, uint16_t *port)
{
	unsigned number;
	int end = -1;

	if (*text < '0' || *text > '9' ||
	    sscanf(text, "%5u%n", &number, &end) != 1 || text[end] ||
	    number < 1 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* Returns NULL if nothing else has the port, or what has it. */
static const char *taken(const struct server_ports *ports,
			 const struct vpnalg_extra_port *port)
{
	for (size_t i = 0; i < STANDARDS; i++)
		if (standards[i].protocol == port->protocol &&
		    standards[i].port == port->port)
			return standards[i].port == port->standard
				       ? "is the standard one"
				       : "is the standard one of another protocol";
	for (size_t i = 0; i < ports->count; i++)
		if (ports->list[i].protocol == port->protocol &&
		    ports->list[i].port == port->port)
			return ports->list[i].standard == port->standard
				       ? "given twice"
				       : "given for another protocol, too";
	return NULL;
}

const char *server_ports_read(void *where, const char *value)
{
	struct server_ports *ports = where;
	size_t length = strcspn(value, "=");
	const struct standard *standard = find(value, length);
	struct vpnalg_extra_port port;
	const char *why;

	if (!value[length])
		return "not PROTOCOL=PORT";
	if (!standard)
		return "no protocol that there is: pptp, ike, nat-t or l2tp";
	port = (struct vpnalg_extra_port){ .handler = standard->handler,
					   .protocol = standard->protocol,
					   .standard = standard->port };
	if (!read_port(value + length + 1, &port.port))
		return "the port is not a number from 1 to 65535";
	why = taken(ports, &port);
	if (!why && ports->count == VPNALG_EXTRA_PORTS_MAX)
		why = "more than 16";
	if (!why)
		ports->list[ports->count++] = port;
	return why;
}

uint16_t server_ports_standard(const struct server_ports *ports,
			       unsigned protocol, uint16_t port)
{
	for (size_t i = 0; i < ports->count; i++)
		if (ports->list[i].port == port &&
		    ports->list[i].protocol == protocol)
			return ports->list[i].standard;
	return port;
}
