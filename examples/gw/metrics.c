/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <stddef.h>
#include <string.h>

/* The counts of an interface. */
struct counts {
	uint64_t read, lost, sent, failed, fragmented, answered;
};

static struct counts counts_of(const struct side *side)
{
	const struct port *port = &side->port;
	const struct sender *sender = &side->sender;

	return (struct counts){ port->read, port->lost, sender->sent,
				sender->failed, sender->fragmented,
				sender->answered };
}

static const struct column {
	size_t offset;
	const char *name, *help;
} columns[] = {
	{ offsetof(struct counts, read),
	  "vpnalg_gateway_received_packets_total",
	  "Packets read from an interface." },
	{ offsetof(struct counts, lost), "vpnalg_gateway_lost_packets_total",
	  "Packets that came too fast to be read." },
	{ offsetof(struct counts, sent), "vpnalg_gateway_sent_packets_total",
	  "Packets sent by an interface." },
	{ offsetof(struct counts, failed),
	  "vpnalg_gateway_unsent_packets_total",
	  "Packets that could not be sent." },
	{ offsetof(struct counts, fragmented),
	  "vpnalg_gateway_fragmented_packets_total",
	  "Packets that were sent in fragments." },
	{ offsetof(struct counts, answered), "vpnalg_gateway_answers_total",
	  "Answers to hosts whose packets could not go on." },
};

static void write_column(struct metrics *metrics, const struct gateway *gateway,
			 const struct column *column)
{
	uint64_t value;

	metrics_family(metrics, column->name, "counter", column->help);
	for (size_t i = 0; i < gateway->side_count; i++) {
		struct counts counts = counts_of(&gateway->sides[i]);

		memcpy(&value, (const char *)&counts + column->offset,
		       sizeof(value));
		METRICS_WRITE(metrics, value, "interface",
			      gateway->sides[i].port.name, "side",
			      i == INSIDE ? "inside" : "outside");
	}
}

static void write_rest(struct metrics *metrics, const struct gateway *gateway)
{
	metrics_one(metrics, "vpnalg_gateway_elsewhere_packets_total",
		    "counter",
		    "Packets from inside that do not go outside.",
		    gateway->elsewhere);
	metrics_one(metrics, "vpnalg_gateway_merged_packets_total", "counter",
		    "Merged packets that were cut up.", gateway->cut);
	metrics_one(metrics, "vpnalg_gateway_senseless_packets_total",
		    "counter", "Packets that made no sense.",
		    gateway->senseless);
	metrics_one(metrics, "vpnalg_gateway_address_changes_total", "counter",
		    "Changes of the outside addresses.", gateway->renumbered);
	metrics_one(metrics, "vpnalg_gateway_rule_changes_total", "counter",
		    "Changes of firewall rules.", gateway->rules.changes);
	metrics_one(metrics, "vpnalg_gateway_rule_failures_total", "counter",
		    "Changes of firewall rules that failed.",
		    gateway->rules.failures);
}

static void write_gateway(struct metrics *metrics, const void *context)
{
	const struct gateway *gateway = context;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		write_column(metrics, gateway, &columns[i]);
	write_rest(metrics, gateway);
}

struct nat_metrics_more gateway_metrics(const struct gateway *gateway)
{
	return (struct nat_metrics_more){ write_gateway, gateway };
}
