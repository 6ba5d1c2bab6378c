/* SPDX-License-Identifier: BSD-2-Clause */
#include "gateway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "arrive.h"
#include "forward.h"
#include "metrics.h"
#include "services.h"
#include "../common/wire.h"

/* With several uplinks it matters, too, who asks. */
static bool open_route(struct gateway *gateway)
{
	int inside = gateway->options->outside.count > 1
			     ? gateway->sides[INSIDE].port.index
			     : 0;

	if (route_open(&gateway->route, inside))
		return true;
	say("cannot start: routes: %s", strerror(errno));
	return false;
}

static bool make_room(struct gateway *gateway)
{
	gateway->room = malloc(WHOLE_ROOM);
	if (gateway->room)
		return true;
	say("cannot start: memory: %s", strerror(errno));
	return false;
}

static void set_up(struct gateway *gateway, const struct options *options)
{
	memset(gateway, 0, sizeof(*gateway));
	gateway->options = options;
	gateway->serving = &options->nat;
	gateway->start = system_now();
	gateway->route.fd = gateway->addresses.fd = -1;
	gateway->side_count = FIRST_UPLINK + options->outside.count;
	for (size_t i = 0; i < gateway->side_count; i++)
		side_init(&gateway->sides[i]);
	gateway->translator.state.file.child = CHILD_NONE;
	gateway->translator.metrics.file.child = CHILD_NONE;
	gateway->translator.metrics.more = gateway_metrics(gateway);
	gateway->translator.standby.child = CHILD_NONE;
	own_close(&gateway->own);
	impair_open(&gateway->impair, &options->impair);
	gateway->translator.rules = &gateway->rules;
}

static bool open_sides(struct gateway *gateway, const struct options *options)
{
	const struct outside *outside = &options->outside;

	if (!side_open_inside(&gateway->sides[INSIDE], options))
		return false;
	for (size_t i = 0; i < outside->count; i++)
		if (!side_open_uplink(&gateway->sides[FIRST_UPLINK + i],
				      options, outside->names[i]))
			return false;
	return !options->own || own_open(&gateway->own, options);
}

/* The rules come last: until then the kernel goes on as if there were no
 * gateway. */
bool gateway_open(struct gateway *gateway, const struct options *options)
{
	set_up(gateway, options);
	if (!open_sides(gateway, options) ||
	    !addresses_open(&gateway->addresses, options) ||
	    !make_room(gateway) || !open_route(gateway) ||
	    !translator_open(&gateway->translator, options,
			     &gateway->addresses) ||
	    !standby_wait(&gateway->translator.standby, options->standby) ||
	    !rules_open(&gateway->rules, options, &gateway->addresses) ||
	    !translator_load(&gateway->translator, options,
			     &gateway->addresses, system_now()) ||
	    !services_begin(gateway))
		return false;
	for (size_t i = 0; i < gateway->side_count; i++)
		side_forget_packets(&gateway->sides[i]);
	return true;
}

/* Returns true if there may be more. */
static bool work_on(struct gateway *gateway, struct port *port,
		    vpnalg_time now)
{
	struct frame frames[BURST];
	size_t read = port_read(port, frames, BURST);
	size_t made = arrive(gateway, frames, read, port);

	if (!gateway->options->impair.on)
		forward(gateway, made, now);
	else
		for (size_t i = 0; i < made; i++)
			impair_put(&gateway->impair, &gateway->packets[i], now);
	port_give_back(port, read);
	return read > 0;
}

/* Shows the translator what this host has sent itself: its answers are not
 * there before it is. */
static void show_own_of(struct gateway *gateway, struct port *port,
			vpnalg_time now)
{
	struct frame frames[BURST];
	size_t read, made;

	while ((read = port_read(port, frames, BURST)) > 0) {
		made = arrive(gateway, frames, read, port);
		translator_run(&gateway->translator, gateway->packets, made,
			       now);
		port_give_back(port, read);
	}
}

static void show_own(struct gateway *gateway, vpnalg_time now)
{
	for (size_t i = FIRST_UPLINK; i < gateway->side_count; i++)
		show_own_of(gateway, &gateway->sides[i].own, now);
}

/* Handles queued packets; the kernel goes on with those that the translator
 * leaves. Returns true if there may be more. */
static bool work_on_queue(struct gateway *gateway, vpnalg_time now)
{
	struct vpnalg_packet packet;
	size_t count = 0;

	while (count < BURST && own_read(&gateway->own, &packet)) {
		show_own(gateway, now);
		gateway->packets[0] = packet;
		forward_side(gateway, packet.data + IP_DESTINATION_OFF)
			->port.read++;
		forward(gateway, 1, now);
		own_judge(&gateway->own, gateway->packets[0].result);
		count++;
	}
	return count > 0;
}

static void forward_impaired(struct gateway *gateway, vpnalg_time now)
{
	while (impair_take(&gateway->impair, &gateway->packets[0], now))
		forward(gateway, 1, now);
}

/* PPPoE and DHCP give other addresses in the middle of the day. */
static void follow_addresses(struct gateway *gateway, vpnalg_time now)
{
	if (!addresses_follow(&gateway->addresses,
			      gateway->translator.nat.translator))
		return;
	rules_renumber(&gateway->rules, &gateway->addresses);
	if (address_list_uplink(&gateway->addresses.now, gateway->served.octets) < 0)
		services_move(gateway, now);
	route_forget(&gateway->route);
	gateway->renumbered++;
	gateway->translator.nat.due = now; /* sessions of the old ones end */
}

bool gateway_work(struct gateway *gateway, vpnalg_time now)
{
	bool more = false;

	for (size_t i = 0; i < gateway->side_count; i++)
		more = work_on(gateway, &gateway->sides[i].port, now) || more;
	if (gateway->options->own) {
		show_own(gateway, now);
		more = work_on_queue(gateway, now) || more;
	}
	forward_impaired(gateway, now);
	follow_addresses(gateway, now);
	translator_sweep(&gateway->translator, now);
	return more;
}

vpnalg_time gateway_due(const struct gateway *gateway, vpnalg_time now)
{
	vpnalg_time packets = impair_due(&gateway->impair);
	vpnalg_time sessions = translator_due(&gateway->translator, now);

	return packets < sessions ? packets : sessions;
}

void gateway_close(struct gateway *gateway)
{
	rules_close(&gateway->rules);
	translator_close(&gateway->translator, system_now());
	addresses_close(&gateway->addresses);
	impair_close(&gateway->impair);
	route_close(&gateway->route);
	for (size_t i = 0; i < gateway->side_count; i++)
		side_close(&gateway->sides[i]);
	own_close(&gateway->own);
	free(gateway->room);
}
