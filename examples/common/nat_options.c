/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_options.h"

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
	free(options->addresses);
}
