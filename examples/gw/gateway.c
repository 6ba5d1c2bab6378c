/* SPDX-License-Identifier: BSD-2-Clause */
#include "gateway.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "metrics.h"
#include "services.h"
#include "wire.h"

static bool open_route(struct gateway *gateway)
{
	if (route_open(&gateway->route))
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

/* Drops the packets that came before the rules were set: the kernel has
 * handled them. */
static void forget_packets(struct port *port)
{
	struct frame frames[BURST];
	size_t read;

	while ((read = port_read(port, frames, BURST)) > 0)
		port_give_back(port, read);
	port->read = port->lost = 0;
}

static void set_up(struct gateway *gateway, const struct options *options)
{
	memset(gateway, 0, sizeof(*gateway));
	gateway->options = options;
	gateway->serving = &options->nat;
	gateway->start = system_now();
	gateway->route.fd = gateway->addresses.fd = -1;
	for (int way = 0; way < WAYS; way++) {
		gateway->ports[way].fd = gateway->senders[way].fd = -1;
		gateway->senders[way].back = &gateway->senders[!way];
	}
	gateway->translator.state.file.child = CHILD_NONE;
	gateway->translator.metrics.file.child = CHILD_NONE;
	gateway->translator.metrics.more = gateway_metrics(gateway);
	gateway->translator.standby.child = CHILD_NONE;
	own_close(&gateway->own);
	impair_open(&gateway->impair, &options->impair);
	gateway->translator.rules = &gateway->rules;
}

static bool open_ports(struct gateway *gateway, const struct options *options)
{
	struct port *ports = gateway->ports;

	return port_find(&ports[VPNALG_OUT], options->inside, VPNALG_OUT) &&
	       port_open(&ports[VPNALG_OUT], &options->nat) &&
	       port_find(&ports[VPNALG_IN], options->outside, VPNALG_IN) &&
	       (options->own ? own_open(&gateway->own, options)
				 : port_open(&ports[VPNALG_IN], &options->nat)) &&
	       addresses_open(&gateway->addresses, options) &&
	       sender_open(&gateway->senders[VPNALG_OUT], options->outside) &&
	       sender_open(&gateway->senders[VPNALG_IN], options->inside);
}

/* The rules come last: until then the kernel goes on as if there were no
 * gateway. */
bool gateway_open(struct gateway *gateway, const struct options *options)
{
	set_up(gateway, options);
	if (!open_ports(gateway, options) || !make_room(gateway) ||
	    !open_route(gateway) ||
	    !translator_open(&gateway->translator, options,
			     &gateway->addresses) ||
	    !standby_wait(&gateway->translator.standby, options->standby) ||
	    !rules_open(&gateway->rules, options, &gateway->addresses,
			gateway->ports[VPNALG_IN].index) ||
	    !translator_load(&gateway->translator, options,
			     &gateway->addresses, system_now()) ||
	    !services_begin(gateway))
		return false;
	for (int way = 0; way < WAYS; way++)
		forget_packets(&gateway->ports[way]);
	return true;
}

/* Keeps the packets' headers as they were sent, for answers to the sender. */
static void keep_heads(struct gateway *gateway, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct vpnalg_packet *packet = &gateway->packets[i];
		struct answer_head *head = &gateway->heads[i];

		head->len = packet->len < ANSWER_HEAD_MAX ? packet->len
							  : ANSWER_HEAD_MAX;
		memcpy(head->data, packet->data, head->len);
	}
}

/* Answers a segment of a connection that the gateway does not know, perhaps
 * because it was restarted; the host opens another one at once. */
static void reset(struct gateway *gateway, const struct answer_head *head)
{
	uint8_t answer[ANSWER_MAX];

	sender_answer(&gateway->senders[VPNALG_IN], answer,
		      answer_reset(head, answer));
}

/* Tells the sender of a packet for which no session could be opened (RFC 5508
 * REQ-8). */
static void prohibit(struct gateway *gateway, const struct answer_head *head)
{
	uint8_t answer[ANSWER_MAX];

	sender_answer(&gateway->senders[VPNALG_IN], answer,
		      answer_prohibited(head, answer));
}

static void send_on(struct gateway *gateway, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct vpnalg_packet *packet = &gateway->packets[i];

		if (packet->result == VPNALG_DROP_NO_CONNECTION)
			reset(gateway, &gateway->heads[i]);
		else if (vpnalg_wants_prohibited(packet))
			prohibit(gateway, &gateway->heads[i]);
		else if (packet->result == VPNALG_TRANSLATED &&
			 !impair_loses(&gateway->impair))
			sender_add(&gateway->senders[packet->direction],
				   packet, &gateway->heads[i]);
	}
	for (int way = 0; way < WAYS; way++)
		sender_flush(&gateway->senders[way]);
}

/* Gives what goes to an inside host by an outside address in again. */
static void turn_round(struct gateway *gateway, struct vpnalg_packet *packet,
		       vpnalg_time now)
{
	packet->direction = VPNALG_IN;
	translator_run(&gateway->translator, packet, 1, now);
}

static bool is_hairpin(const struct vpnalg_packet *packet)
{
	return packet->result == VPNALG_TRANSLATED &&
	       packet->direction == VPNALG_OUT &&
	       packet->flags & VPNALG_PACKET_HAIRPIN;
}

/* Sends fragments on that were held until their first one came. Those that are
 * left alone the kernel has seen itself. */
static void send_held(struct gateway *gateway, vpnalg_time now)
{
	const struct answer_head none = { 0 };
	struct vpnalg_packet packet;
	uint8_t copy[IP_PACKET_MAX];

	/* [held] */
	while (vpnalg_next_held(gateway->translator.nat.translator, &packet)) {
		if (is_hairpin(&packet)) { /* its bytes are the translator's */
			packet.data = memcpy(copy, packet.data, packet.len);
			turn_round(gateway, &packet, now);
		}
		if (packet.result == VPNALG_TRANSLATED) {
			sender_add(&gateway->senders[packet.direction],
				   &packet, &none);
			sender_flush(&gateway->senders[packet.direction]);
		}
	}
	/* [held] */
}

static void forward(struct gateway *gateway, size_t count, vpnalg_time now)
{
	if (!count)
		return;
	keep_heads(gateway, count);
	translator_run(&gateway->translator, gateway->packets, count, now);
	for (size_t i = 0; i < count; i++)
		if (is_hairpin(&gateway->packets[i]))
			turn_round(gateway, &gateway->packets[i], now);
	send_on(gateway, count);
	send_held(gateway, now);
}

static bool is_outside(const struct gateway *gateway, const uint8_t *address)
{
	for (size_t i = 0; i < gateway->addresses.count; i++)
		if (!memcmp(gateway->addresses.list[i].octets, address, 4))
			return true;
	return false;
}

/* Returns false for a packet from inside that does not leave by the outside
 * interface, nor may go to another inside host by an outside address. Such a
 * packet is the kernel's, by the rules too. */
static bool is_ours(struct gateway *gateway, const struct frame *frame,
		    const struct port *port)
{
	if (port->direction == VPNALG_IN || port->sent ||
	    frame->len < IP_HEADER_LEN ||
	    route_find(&gateway->route, frame->data + IP_DESTINATION_OFF) ==
		    gateway->ports[VPNALG_IN].index ||
	    is_outside(gateway, frame->data + IP_DESTINATION_OFF))
		return true;
	gateway->elsewhere++;
	return false;
}

/* Makes packets of the frames of one side; returns how many. */
static size_t make_packets(struct gateway *gateway, const struct frame *frames,
			   size_t count, const struct port *port)
{
	struct vpnalg_packet *packets = gateway->packets;
	size_t made = 0, pieces;

	for (size_t i = 0; i < count; i++) {
		if (!is_ours(gateway, &frames[i], port))
			continue;
		pieces = whole_make(&frames[i], gateway->room, packets + made);
		gateway->senseless += !pieces && frames[i].len;
		gateway->cut += pieces > 1;
		made += pieces;
	}
	for (size_t i = 0; i < made; i++)
		packets[i].direction = port->direction;
	return made;
}

/* Returns true if there may be more. */
static bool work_on(struct gateway *gateway, struct port *port,
		    vpnalg_time now)
{
	struct frame frames[BURST];
	size_t read = port_read(port, frames, BURST);
	size_t made = make_packets(gateway, frames, read, port);

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
static void show_own(struct gateway *gateway, vpnalg_time now)
{
	struct port *port = &gateway->own.port;
	struct frame frames[BURST];
	size_t read, made;

	while ((read = port_read(port, frames, BURST)) > 0) {
		made = make_packets(gateway, frames, read, port);
		translator_run(&gateway->translator, gateway->packets, made,
			       now);
		port_give_back(port, read);
	}
}

/* What the translator does not want the kernel goes on with. Returns true if
 * there may be more. */
static bool work_on_queue(struct gateway *gateway, vpnalg_time now)
{
	struct vpnalg_packet packet;
	size_t count = 0;

	while (count < BURST && own_read(&gateway->own, &packet)) {
		show_own(gateway, now);
		gateway->packets[0] = packet;
		forward(gateway, 1, now);
		own_judge(&gateway->own, gateway->packets[0].result);
		count++;
	}
	gateway->ports[VPNALG_IN].read += count;
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
	if (!is_outside(gateway, gateway->served.octets))
		services_move(gateway, now);
	gateway->renumbered++;
	gateway->translator.nat.due = now; /* sessions of the old ones end */
}

bool gateway_work(struct gateway *gateway, vpnalg_time now)
{
	bool more = work_on(gateway, &gateway->ports[VPNALG_OUT], now);

	more = work_on(gateway, &gateway->ports[VPNALG_IN], now) || more;
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
	for (int way = 0; way < WAYS; way++) {
		sender_close(&gateway->senders[way]);
		port_close(&gateway->ports[way]);
	}
	own_close(&gateway->own);
	free(gateway->room);
}
