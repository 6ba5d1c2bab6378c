/* SPDX-License-Identifier: BSD-2-Clause */
#include "address_list.h"

#include <stdlib.h>
#include <string.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

/* How many addresses interfaces may come to have. */
#define ROOM 64

bool address_list_make(struct address_list *list,
		       const struct options *options)
{
	const size_t given = options->nat.address_count;

	*list = (struct address_list){ .room = given > ROOM ? given : ROOM };
	list->list = calloc(list->room, sizeof(*list->list));
	list->uplinks = calloc(list->room, 1);
	list->places = calloc(list->room, sizeof(*list->places));
	return list->list && list->uplinks && list->places;
}

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

bool address_is_in(const struct vpnalg_addr *list, size_t count,
		   const struct vpnalg_addr *address)
{
	for (size_t i = 0; i < count; i++)
		if (!memcmp(list[i].octets, address->octets, 4))
			return true;
	return false;
}

/* An address with a label has that behind the interface's name. */
static bool is_at(const struct ifaddrs *entry, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(entry->ifa_name, name, length) &&
	       (!entry->ifa_name[length] || entry->ifa_name[length] == ':');
}

/* Whether this host's address is to be one of the uplink: it is its
 * interface's, and, unless these are followed, one of those that were given. If
 * there is but one uplink, these may be anywhere. */
static bool is_wanted(const struct options *options,
		      const struct ifaddrs *entry, size_t uplink,
		      const struct vpnalg_addr *address)
{
	bool there = is_at(entry, options->outside.names[uplink]);

	if (options->nat.follow)
		return there;
	return (there || options->outside.count == 1) &&
	       address_is_in(options->nat.addresses,
			     options->nat.address_count, address);
}

/* The only uplink is waited for: a link that comes back has its sessions. */
static bool works(const struct options *options, const struct ifaddrs *entry)
{
	return options->outside.count == 1 ||
	       (entry->ifa_flags & IFF_UP && entry->ifa_flags & IFF_RUNNING);
}

static void add(struct address_list *list, const struct vpnalg_addr *address,
		size_t uplink)
{
	list->uplinks[list->count] = (uint8_t)uplink;
	list->list[list->count++] = *address;
}

static void read_uplink(struct address_list *list,
			const struct options *options,
			const struct ifaddrs *entries, size_t uplink, bool all)
{
	struct vpnalg_addr address;

	for (const struct ifaddrs *at = entries; at; at = at->ifa_next)
		if (list->count < list->room && take(at, &address) &&
		    is_wanted(options, at, uplink, &address) &&
		    (all || works(options, at)) &&
		    !address_is_in(list->list, list->count, &address))
			add(list, &address, uplink);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

/* Brings what depends on the list up to date. */
static void sort(struct address_list *list)
{
	memset(list->counts, 0, sizeof(list->counts));
	for (size_t i = 0; i < list->count; i++) {
		memcpy(list->places[i].octets, list->list[i].octets, 4);
		list->places[i].uplink = list->uplinks[i];
		list->counts[list->uplinks[i]]++;
	}
	qsort(list->places, list->count, sizeof(*list->places), compare);
}

void address_list_read(struct address_list *list,
		       const struct options *options, bool all)
{
	struct ifaddrs *entries;

	list->count = 0;
	if (getifaddrs(&entries))
		entries = NULL;
	for (size_t i = 0; i < options->outside.count; i++)
		read_uplink(list, options, entries, i, all);
	if (entries)
		freeifaddrs(entries);
	sort(list);
}

int address_list_uplink(const struct address_list *list, const uint8_t *octets)
{
	const struct address_place *place =
		bsearch(octets, list->places, list->count,
			sizeof(*list->places), compare);

	return place ? place->uplink : -1;
}

bool address_list_leave_moved(struct address_list *list,
			      const struct address_list *last)
{
	size_t before = list->count;
	int uplink;

	list->count = 0;
	for (size_t i = 0; i < before; i++) {
		uplink = address_list_uplink(last, list->list[i].octets);
		if (uplink < 0 || uplink == list->uplinks[i])
			add(list, &list->list[i], list->uplinks[i]);
	}
	sort(list);
	return list->count < before;
}

void address_list_free(struct address_list *list)
{
	free(list->list);
	free(list->uplinks);
	free(list->places);
}
