/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_address.h"

#include <string.h>

#include <arpa/inet.h>

/* The library's limit. */
#define ADDRESSES_MAX 4096

const char *nat_address_add(struct vpnalg_addr *list, size_t *count,
			    const char *text)
{
	struct vpnalg_addr *address = &list[*count];

	address->family = VPNALG_IPV4;
	if (inet_pton(AF_INET, text, address->octets) != 1)
		return "not an IPv4 address";
	for (size_t i = 0; i < *count; i++)
		if (!memcmp(list[i].octets, address->octets, 4))
			return "given twice";
	if (*count == ADDRESSES_MAX)
		return "more than 4096";
	(*count)++;
	return NULL;
}
