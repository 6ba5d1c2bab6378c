/* SPDX-License-Identifier: BSD-2-Clause */
#include "address.h"

#include <errno.h>
#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/say.h"

static bool are_several(const struct addresses *addresses)
{
	return addresses->options->outside.count > 1;
}

static bool listen_for_changes(struct addresses *addresses)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK,
				     .nl_groups = RTMGRP_IPV4_IFADDR };

	if (are_several(addresses))
		group.nl_groups |= RTMGRP_LINK;
	addresses->fd = socket(AF_NETLINK,
			       SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			       NETLINK_ROUTE);
	return addresses->fd >= 0 &&
	       !bind(addresses->fd, (struct sockaddr *)&group, sizeof(group));
}

/* Whether an uplink has no address, which may come. */
static bool lacks_any(const struct addresses *addresses)
{
	for (size_t i = 0; i < addresses->options->outside.count; i++)
		if (!addresses->now.counts[i])
			return true;
	return false;
}

static void say_missing(const struct addresses *addresses, const char *what,
			const struct vpnalg_addr *address)
{
	const uint8_t *octets = address->octets;

	say("%saddress %u.%u.%u.%u: no %s has it", what, octets[0], octets[1],
	    octets[2], octets[3],
	    are_several(addresses) ? "outside interface"
				   : "interface of this host");
}

/* The kernel answers ARP for its own addresses only. With several uplinks one
 * may be missing while one of them lacks any. */
static bool has_given(const struct addresses *addresses)
{
	const struct nat_options *nat = &addresses->options->nat;
	bool may = are_several(addresses) && lacks_any(addresses);

	for (size_t i = 0; i < nat->address_count; i++) {
		if (address_is_in(addresses->now.list, addresses->now.count,
				  &nat->addresses[i]))
			continue;
		say_missing(addresses, may ? "" : "cannot start: ",
			    &nat->addresses[i]);
		if (!may)
			return false;
	}
	return true;
}

static bool has_any(const struct addresses *addresses)
{
	const struct options *options = addresses->options;

	if (!addresses->now.count)
		say("cannot start: interface %s: it has %s",
		    options->outside.names[0],
		    options->nat.follow ? "no IPv4 address"
					: "none of the addresses");
	return addresses->now.count > 0;
}

/* Says which uplinks have failed, or work, unlike before. */
static void say_uplinks(const struct addresses *addresses,
			const size_t *last, const size_t *next)
{
	const struct outside *outside = &addresses->options->outside;

	for (size_t i = 0; are_several(addresses) && i < outside->count; i++)
		if (!last[i] != !next[i])
			say("interface %s: %s", outside->names[i],
			    next[i] ? "in use" : "out of use");
}

static void say_all(const struct addresses *addresses)
{
	size_t all[UPLINKS_MAX];

	for (size_t i = 0; i < UPLINKS_MAX; i++)
		all[i] = 1;
	say_uplinks(addresses, all, addresses->now.counts);
}

/* Without any that works, those of all are in use: see addresses_follow(). */
bool addresses_open(struct addresses *addresses, const struct options *options)
{
	struct address_list *now = &addresses->now;

	*addresses = (struct addresses){ .options = options, .fd = -1 };
	if (!address_list_make(now, options) ||
	    !listen_for_changes(addresses)) {
		say("cannot start: addresses: %s", strerror(errno));
		return false;
	}
	address_list_read(now, options, true);
	if (!has_given(addresses) || !has_any(addresses))
		return false;
	address_list_read(now, options, false);
	if (!now->count)
		address_list_read(now, options, true);
	say_all(addresses);
	return true;
}

/* Returns whether the kernel has reported a change since. */
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

/* Gives the translator a list. Returns an error, VPNALG_ERROR_BUSY if it cannot
 * take it now. */
static int give(const struct addresses *addresses,
		const struct address_list *next, struct vpnalg *translator)
{
	/* [renumber] */
	const struct vpnalg_address_list list = {
		.size = sizeof(list),
		.addresses = next->list,
		.uplinks = are_several(addresses) ? next->uplinks : NULL,
		.count = next->count,
	};
	int error = vpnalg_set_address_list(translator, &list);

	if (error == VPNALG_ERROR_BUSY)
		return error; /* again after the next sweep */
	/* [renumber] */
	if (error)
		say("cannot follow: addresses: not usable");
	return error;
}

static bool is_same(const struct address_list *a, const struct address_list *b)
{
	return a->count == b->count &&
	       !memcmp(a->list, b->list, a->count * sizeof(*a->list)) &&
	       !memcmp(a->uplinks, b->uplinks, a->count);
}

static void replace(struct addresses *addresses,
		    const struct address_list *next)
{
	say_uplinks(addresses, addresses->now.counts, next->counts);
	address_list_free(&addresses->now);
	addresses->now = *next;
}

/* An address that has moved to another uplink leaves the last one first. While
 * there is none at all the old ones stay: what leaves meanwhile is lost, and
 * what comes back has its sessions still. */
static bool follow(struct addresses *addresses, struct vpnalg *translator,
		   struct address_list *next)
{
	bool moved;
	int error;

	address_list_read(next, addresses->options, false);
	moved = address_list_leave_moved(next, &addresses->now);
	addresses->changed = false;
	if (!next->count || is_same(next, &addresses->now))
		return false;
	error = give(addresses, next, translator);
	addresses->changed = moved || error == VPNALG_ERROR_BUSY;
	return !error;
}

bool addresses_follow(struct addresses *addresses, struct vpnalg *translator)
{
	struct address_list next;
	bool taken;

	addresses->changed = has_news(addresses) || addresses->changed;
	if (!addresses->changed)
		return false;
	taken = address_list_make(&next, addresses->options) &&
		follow(addresses, translator, &next);
	if (taken)
		replace(addresses, &next);
	else
		address_list_free(&next);
	return taken;
}

void addresses_close(struct addresses *addresses)
{
	if (addresses->fd >= 0)
		close(addresses->fd);
	address_list_free(&addresses->now);
}
