/* SPDX-License-Identifier: BSD-2-Clause */
#include "translate.h"

#include <string.h>

#include <linux/netfilter.h>

#include "../common/wire.h"

static struct vpnalg_packet packet_of(const struct queued *queued,
				      enum vpnalg_direction direction)
{
	return (struct vpnalg_packet){ .data = queued->data,
				       .caplen = queued->length,
				       .len = queued->length,
				       .direction = direction };
}

/* A packet that the library leaves alone goes on to the kernel's own NAT. A
 * translated one gets the mark, by which that NAT lets it pass. */
static void pass(struct run *run, struct queued *queued,
		 enum vpnalg_direction direction, vpnalg_time now)
{
	struct vpnalg_packet packet = packet_of(queued, direction);

	nat_process(&run->nat, &packet, 1, now);
	if (packet.result == VPNALG_TRANSLATED)
		queue_replace(&run->queue, queued, packet.len,
			      run->options->mark);
	else if (packet.result == VPNALG_UNTOUCHED)
		queue_accept(&run->queue, queued);
	else
		queue_drop(&run->queue, queued);
}

/* Hairpins */

static bool is_to_outside(const struct run *run, const struct queued *queued)
{
	const struct nat_options *nat = &run->options->nat;

	for (size_t i = 0; i < nat->address_count; i++)
		if (queued->length >= IP_HEADER_LEN &&
		    !memcmp(queued->data + IP_DESTINATION_OFF,
			    nat->addresses[i].octets, 4))
			return true;
	return false;
}

static void keep_head(struct run *run, const struct queued *queued,
		      struct answer_head *head)
{
	head->back = &run->sender;
	head->len = queued->length < ANSWER_HEAD_MAX ? queued->length
						     : ANSWER_HEAD_MAX;
	memcpy(head->data, queued->data, head->len);
}

/* The kernel takes no packet from an interface with an address of its own as
 * its source: so a translated one ends here, and is sent by this program. */
static void send_on(struct run *run, const struct vpnalg_packet *packet,
		    const struct answer_head *head)
{
	sender_add(&run->sender, packet, head);
	sender_flush(&run->sender);
}

/* A packet that came from inside to an outside address goes to another inside
 * host, or is for this host. */
static void turn_round(struct run *run, struct queued *queued, vpnalg_time now)
{
	struct vpnalg_packet packet = packet_of(queued, VPNALG_OUT);
	struct answer_head head;

	keep_head(run, queued, &head);
	nat_process(&run->nat, &packet, 1, now);
	if (packet.result == VPNALG_UNTOUCHED) {
		queue_accept(&run->queue, queued);
		return;
	}
	if (packet.result == VPNALG_TRANSLATED &&
	    packet.flags & VPNALG_PACKET_HAIRPIN) {
		packet.direction = VPNALG_IN;
		nat_process(&run->nat, &packet, 1, now);
		if (packet.result == VPNALG_TRANSLATED)
			send_on(run, &packet, &head);
	}
	queue_drop(&run->queue, queued);
}

void translate(struct run *run, struct queued *queued, vpnalg_time now)
{
	if (queued->hook == NF_INET_PRE_ROUTING)
		pass(run, queued, VPNALG_IN, now);
	else if (queued->hook != NF_INET_LOCAL_IN)
		pass(run, queued, VPNALG_OUT, now);
	else if (run->options->hairpins && is_to_outside(run, queued))
		turn_round(run, queued, now);
	else
		queue_accept(&run->queue, queued);
}
