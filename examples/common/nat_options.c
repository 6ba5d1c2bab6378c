/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_options.h"

#include <vpnalg/general.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

/* The library takes no more. */
#define ADDRESSES_MAX 4096

const char *nat_options_address(void *where, const char *value)
{
	struct nat_options *options = where;
	size_t count = options->address_count;
	struct vpnalg_addr address = { .family = VPNALG_IPV4 };
	struct vpnalg_addr *list;

	if (options->may_follow && !strcmp(value, "auto")) {
		options->follow = true;
		return NULL;
	}
	if (inet_pton(AF_INET, value, address.octets) != 1)
		return "not an IPv4 address";
	for (size_t i = 0; i < count; i++)
		if (!memcmp(options->addresses[i].octets, address.octets, 4))
			return "given twice";
	if (count == ADDRESSES_MAX)
		return "more than 4096";
	list = realloc(options->addresses, (count + 1) * sizeof(*list));
	if (!list)
		return strerror(errno);
	list[count] = address;
	options->addresses = list;
	options->address_count++;
	return NULL;
}

const char *nat_options_filtering(void *where, const char *value)
{
	static const char *const names[] = {
		[VPNALG_FILTERING_ENDPOINT_INDEPENDENT] = "endpoint-independent",
		[VPNALG_FILTERING_ADDRESS_DEPENDENT] = "address",
		[VPNALG_FILTERING_ADDRESS_AND_PORT_DEPENDENT] =
			"address-and-port",
	};
	uint8_t *filtering = where;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], value)) {
			*filtering = (uint8_t)i;
			return NULL;
		}
	return "not endpoint-independent, address or address-and-port";
}

const char *nat_options_metrics(void *where, const char *value)
{
	if (!*value)
		return "no name of a file";
	if (!strcmp(value, "-"))
		return "a file, not standard output";
	*(const char **)where = value;
	return NULL;
}

const char *nat_options_port_set(void *where, const char *value)
{
	struct vpnalg_port_set *set = where;
	unsigned offset, length, psid;
	int end = 0;

	if (sscanf(value, "%2u,%2u,%5u%n", &offset, &length, &psid, &end) != 3 ||
	    value[end] || offset > 15 || length < 1 || length > 16 - offset ||
	    psid >> length)
		return "not OFFSET,LENGTH,PSID: 0 to 15, 1 to 16 - OFFSET, and a "
		       "number of LENGTH bits";
	*set = (struct vpnalg_port_set){ (uint8_t)offset, (uint8_t)length,
					 (uint16_t)psid };
	return NULL;
}

const char *nat_options_port_blocks(void *where, const char *value)
{
	struct vpnalg_port_blocks blocks = { 0 };
	unsigned length;
	int end = 0;

	if (sscanf(value, "%5u%n", &length, &end) != 1 || length < 64 ||
	    length > 16384 || length & (length - 1) ||
	    (value[end] && value[end] != ','))
		return "not a power of 2 from 64 to 16384, and a prefix behind a "
		       "comma";
	if (value[end] &&
	    (!nat_policy_prefix(value + end + 1, &blocks.inside,
				&blocks.prefix_length) ||
	     blocks.prefix_length == 0))
		return "the prefix is not ADDRESS/LENGTH, 1 to 32";
	blocks.length = (uint16_t)length;
	*(struct vpnalg_port_blocks *)where = blocks;
	return NULL;
}

static bool read_inside(const char *value, struct vpnalg_service *service)
{
	service->size = sizeof(*service);
	service->inside.family = VPNALG_IPV4;
	return inet_pton(AF_INET, value, service->inside.octets) == 1;
}

/* Reads PROTOCOL=INSIDE, PROTOCOL being a number. */
static bool read_protocol(const char *value, struct vpnalg_service *service)
{
	unsigned protocol;
	char address[INET_ADDRSTRLEN];
	int end = -1;

	*service = (struct vpnalg_service){ 0 };
	if (sscanf(value, "%3u=%15[0-9.]%n", &protocol, address, &end) != 2 ||
	    value[end] != '\0' || protocol > UINT8_MAX)
		return false;
	service->protocol = (uint8_t)protocol;
	return read_inside(address, service);
}

/* Returns the number of a protocol with ports, or 0. */
static uint8_t protocol_of(const char *name)
{
	static const struct protocol {
		const char *name;
		uint8_t number;
	} protocols[] = {
		{ "tcp", IPPROTO_TCP },	  { "udp", IPPROTO_UDP },
		{ "sctp", IPPROTO_SCTP }, { "dccp", IPPROTO_DCCP },
		{ "udplite", IPPROTO_UDPLITE },
	};

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return protocols[i].number;
	return 0;
}

/* Reads PROTOCOL:OUTSIDE_PORT=INSIDE:PORT. */
static bool read_port(const char *value, struct vpnalg_service *service)
{
	unsigned outside_port, inside_port;
	char protocol[8], address[INET_ADDRSTRLEN];
	int end = -1;

	*service = (struct vpnalg_service){ 0 };
	if (sscanf(value, "%7[a-z]:%5u=%15[0-9.]:%5u%n", protocol,
		   &outside_port, address, &inside_port, &end) != 4 ||
	    value[end] != '\0' || outside_port > UINT16_MAX ||
	    inside_port > UINT16_MAX)
		return false;
	service->protocol = protocol_of(protocol);
	service->outside_port = (uint16_t)outside_port;
	service->inside_port = (uint16_t)inside_port;
	return service->protocol && read_inside(address, service);
}

const char *nat_options_service(void *where, const char *value)
{
	struct nat_options *options = where;
	size_t count = options->service_count;
	struct vpnalg_service service, *list;

	if (!read_port(value, &service) && !read_protocol(value, &service))
		return "not PROTOCOL:OUTSIDE_PORT=INSIDE:PORT, nor NUMBER=INSIDE";
	for (size_t i = 0; i < count; i++)
		if (!memcmp(&options->services[i], &service, sizeof(service)))
			return "given twice";
	list = realloc(options->services, (count + 1) * sizeof(*list));
	if (!list)
		return strerror(errno);
	list[count] = service;
	options->services = list;
	options->service_count++;
	return NULL;
}

int nat_options_check(const struct nat_options *options)
{
	if (options->follow && options->address_count)
		return options_wrong("--address", NULL,
				     "auto beside another one");
	return options->address_count || options->follow
		       ? OPTIONS_RUN
		       : options_wrong("--address", NULL, "missing");
}

void nat_options_free(struct nat_options *options)
{
	options_given_free(&options->given);
	free(options->services);
	free(options->addresses);
}
