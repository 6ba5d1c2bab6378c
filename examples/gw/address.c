/* SPDX-License-Identifier: BSD-2-Clause */
#include "address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/say.h"

/* How many addresses an interface may come to have. */
#define ROOM 64

/* Takes the IPv4 address of an entry. Returns false for any other. */
static bool take(const struct ifaddrs *entry, struct vpnalg_addr *address)
{
	struct sockaddr_in in;

	if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET)
		return false;
	memcpy(&in, entry->ifa_addr, sizeof(in));
	*address = (struct vpnalg_addr){ .family = VPNALG_IPV4 };
	memcpy(address->octets, &in.sin_addr, 4);
	return true;
}

static bool is_in(const struct vpnalg_addr *list, size_t count,
		  const struct vpnalg_addr *address)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp(list[i].octets, address->octets, 4))
			return true;
	return false;
}

/* Whether this host's address is to be an outside one: it is the outside
 * interface's, or one of those that were given. */
static bool is_wanted(const struct options *options,
		      const struct ifaddrs *entry,
		      const struct vpnalg_addr *address)
{
	if (options->nat.follow)
		return !strcmp(entry->ifa_name, options->outside);
	return is_in(options->nat.addresses, options->nat.address_count,
		     address);
}

/* Reads which of them this host has now into list[room]; returns how many. */
static size_t read_list(const struct addresses *addresses,
			struct vpnalg_addr *list)
{
	struct vpnalg_addr address;
	struct ifaddrs *entries;
	size_t count = 0;

	if (getifaddrs(&entries))
		return 0;
	for (struct ifaddrs *at = entries; at; at = at->ifa_next)
		if (count < addresses->room && take(at, &address) &&
		    is_wanted(addresses->options, at, &address) &&
		    !is_in(list, count, &address))
			list[count++] = address;
	freeifaddrs(entries);
	return count;
}

static bool listen_for_changes(struct addresses *addresses)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK,
				     .nl_groups = RTMGRP_IPV4_IFADDR };

	addresses->fd = socket(AF_NETLINK,
			       SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			       NETLINK_ROUTE);
	return addresses->fd >= 0 &&
	       !bind(addresses->fd, (struct sockaddr *)&group, sizeof(group));
}

/* The kernel answers ARP for its own addresses only. */
static bool are_there(const struct addresses *addresses)
{
	const struct options *options = addresses->options;
	const struct vpnalg_addr *given = options->nat.addresses;
	size_t i;

	for (i = 0; i < options->nat.address_count; i++)
		if (!is_in(addresses->list, addresses->count, &given[i]))
			break;
	if (i < options->nat.address_count) {
		say("cannot start: address %u.%u.%u.%u: no interface of this "
		    "host has it",
		    given[i].octets[0], given[i].octets[1],
		    given[i].octets[2], given[i].octets[3]);
		return false;
	}
	if (addresses->count)
		return true;
	say("cannot start: interface %s: it has no IPv4 address",
	    options->outside);
	return false;
}

bool addresses_open(struct addresses *addresses, const struct options *options)
{
	*addresses = (struct addresses){ .options = options, .fd = -1 };
	addresses->room = options->nat.address_count > ROOM
				  ? options->nat.address_count
				  : ROOM;
	addresses->list = calloc(addresses->room, sizeof(*addresses->list));
	if (!addresses->list || !listen_for_changes(addresses)) {
		say("cannot start: addresses: %s", strerror(errno));
		return false;
	}
	addresses->count = read_list(addresses, addresses->list);
	return are_there(addresses);
}

/* Whether the kernel has told of a change since. */
static bool has_news(const struct addresses *addresses)
{
	uint8_t message[4096];
	bool any = false;

	/* Too many for the socket's buffer are news, too. */
	while (recv(addresses->fd, message, sizeof(message), 0) >= 0 ||
	       errno == ENOBUFS)
		any = true;
	return any;
}

/* Gives the translator a list. Returns false if it cannot take it now. */
static bool give(struct addresses *addresses, struct vpnalg *translator,
		 const struct vpnalg_addr *list, size_t count)
{
	int error;

	/* [renumber] */
	error = vpnalg_set_addresses(translator, list, count, false);
	if (error == VPNALG_ERROR_BUSY)
		return false; /* again after the next sweep */
	/* [renumber] */
	if (error)
		say("cannot follow: addresses of %s: not usable",
		    addresses->options->outside);
	return !error;
}

bool addresses_follow(struct addresses *addresses, struct vpnalg *translator)
{
	struct vpnalg_addr *list;
	size_t count;
	bool taken;

	addresses->changed = has_news(addresses) || addresses->changed;
	if (!addresses->changed)
		return false;
	list = calloc(addresses->room, sizeof(*list));
	if (!list)
		return false;
	count = read_list(addresses, list);
	/* Without any the old ones stay: what leaves meanwhile is lost, and
	 * what comes back has its sessions still. */
	taken = count > 0 && (count != addresses->count ||
			      memcmp(list, addresses->list,
				     count * sizeof(*list)) != 0);
	addresses->changed = taken &&
			     !give(addresses, translator, list, count);
	taken = taken && !addresses->changed;
	if (taken) {
		memcpy(addresses->list, list, count * sizeof(*list));
		addresses->count = count;
	}
	free(list);
	return taken;
}

void addresses_close(struct addresses *addresses)
{
	if (addresses->fd >= 0)
		close(addresses->fd);
	free(addresses->list);
}
