/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

/* What they share: rekeys each minute, of IKE each four, a death each five,
 * pauses up to 30 s between busy times of 20 s, three busy times in ten
 * one-way, one client in five with IKEv1, every other server eager. */
#define USUAL \
	.rekey = 60, .rekey_ike = 240, .life = 300, .busy = 20, .pause = 30, \
	.one_way = 30, .v1 = 20, .eager = 50, .reordered = 1, .dpd = 10, \
	.minutes = 10
#define USUAL_RTT { 10, 200 }

const struct scenario scenarios[] = {
	{ "all", "everything that this world has", USUAL, .rtt = USUAL_RTT },
	{ "calm", "as all, with fewer pauses and less one-way traffic",
	  .rekey = 60, .rekey_ike = 240, .life = 300, .busy = 120, .pause = 30,
	  .one_way = 10, .v1 = 20, .eager = 50, .rtt = USUAL_RTT,
	  .reordered = 1, .dpd = 10, .minutes = 10 },
	{ "rekeys", "steady traffic both ways, nobody dies", .rekey = 60,
	  .rekey_ike = 240, .busy = 20, .eager = 50, .rtt = USUAL_RTT,
	  .dpd = 10, .minutes = 10 },
	{ "pauses", "pauses and one-way traffic, no rekeys, nobody dies",
	  .busy = 20, .pause = 30, .one_way = 30, .eager = 50,
	  .rtt = USUAL_RTT, .dpd = 10, .minutes = 10 },
	{ "deaths", "clients die every minute", .rekey = 60, .rekey_ike = 240,
	  .life = 60, .busy = 20, .pause = 30, .one_way = 30, .v1 = 20,
	  .eager = 50, .rtt = USUAL_RTT, .reordered = 1, .dpd = 10,
	  .minutes = 10 },
	{ "fixed-port", "the server answers to port 500 only", USUAL,
	  .rtt = USUAL_RTT, .fixed_port = 1 },
	{ "answers", "as all, and one server in two only answers", USUAL,
	  .rtt = USUAL_RTT, .answers = 50 },
	{ "lan", "round trips of 1 to 3 ms", USUAL, .rtt = { 1, 3 } },
	{ "quiet", "most send 3 packets, then nothing for minutes",
	  .rekey = 1800, .busy = 60, .pause = 30, .one_way = 10, .v1 = 20,
	  .eager = 50, .rtt = USUAL_RTT, .reordered = 1, .quiet = 70,
	  .answers = 50,
	  .dpd = 100, .without_dpd = 50, .minutes = 60 },
	{ "restart", "the translator loses its state while SAs live on",
	  .rekey = 600, .busy = 60, .pause = 30, .one_way = 10, .v1 = 20,
	  .eager = 50, .rtt = USUAL_RTT, .reordered = 1, .ahead = 10,
	  .slow = 50, .dpd = 10, .without_dpd = 50, .restart = 300,
	  .answers = 50, .minutes = 30 },
	{ "slow", "a packet each 0.75 to 30 s, a few flows like \"all\"",
	  .rekey = 300, .rekey_ike = 1200, .life = 1800, .busy = 300,
	  .pause = 60, .one_way = 10, .v1 = 20, .eager = 50, .rtt = USUAL_RTT,
	  .reordered = 1, .slow = 80, .answers = 50, .dpd = 10,
	  .minutes = 60 },
	{ "sites", "half, but at most 5, are gateways with 2 to 20 CHILD SAs",
	  .rekey = 300, .rekey_ike = 1200, .life = 1800, .busy = 60,
	  .pause = 30, .one_way = 10, .v1 = 20, .eager = 50, .rtt = USUAL_RTT,
	  .reordered = 1, .slow = 30, .dpd = 10, .sites = 50,
	  .sites_most = 5, .children = { 2, 20 }, .answers = 50,
	  .minutes = 10 },
	{ "idle", "two hours of silence, then either end speaks first",
	  .busy = 60, .pause = 7500, .pause_least = 7200, .ahead = 10,
	  .v1 = 20, .eager = 50, .rtt = USUAL_RTT, .reordered = 1,
	  .slow = 50, .answers = 50, .minutes = 270 },
	{ "spoofed", "as all, with forged ESP in the server's name", USUAL,
	  .rtt = USUAL_RTT, .slow = 30, .answers = 50, .spoofed = 1000 },
	{ "liar", "as all, and an inside host makes up IKE and ESP", USUAL,
	  .rtt = USUAL_RTT, .slow = 30, .answers = 50, .liars = 1 },
	{ .name = NULL },
};

static const struct number {
	const char *name;
	size_t offset;
} numbers[] = {
	{ "rekey", offsetof(struct scenario, rekey) },
	{ "rekey_ike", offsetof(struct scenario, rekey_ike) },
	{ "life", offsetof(struct scenario, life) },
	{ "busy", offsetof(struct scenario, busy) },
	{ "pause", offsetof(struct scenario, pause) },
	{ "one_way", offsetof(struct scenario, one_way) },
	{ "v1", offsetof(struct scenario, v1) },
	{ "eager", offsetof(struct scenario, eager) },
	{ "rtt_least", offsetof(struct scenario, rtt) },
	{ "rtt_most", offsetof(struct scenario, rtt) + sizeof(unsigned) },
	{ "reordered", offsetof(struct scenario, reordered) },
	{ "answers", offsetof(struct scenario, answers) },
	{ "fixed_port", offsetof(struct scenario, fixed_port) },
	{ "pause_least", offsetof(struct scenario, pause_least) },
	{ "ahead", offsetof(struct scenario, ahead) },
	{ "slow", offsetof(struct scenario, slow) },
	{ "gap", offsetof(struct scenario, gap) },
	{ "quiet", offsetof(struct scenario, quiet) },
	{ "dpd", offsetof(struct scenario, dpd) },
	{ "without_dpd", offsetof(struct scenario, without_dpd) },
	{ "restart", offsetof(struct scenario, restart) },
	{ "sites", offsetof(struct scenario, sites) },
	{ "sites_most", offsetof(struct scenario, sites_most) },
	{ "children_least", offsetof(struct scenario, children) },
	{ "children_most",
	  offsetof(struct scenario, children) + sizeof(unsigned) },
	{ "spoofed", offsetof(struct scenario, spoofed) },
	{ "liars", offsetof(struct scenario, liars) },
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

bool scenario_read(struct scenario *scenario, const char *name)
{
	const struct scenario *s;

	for (s = scenarios; s->name != NULL; s++) {
		if (strcmp(s->name, name) != 0)
			continue;
		*scenario = *s;
		return true;
	}
	return false;
}

static unsigned *find(struct scenario *scenario, const char *name,
		      size_t length)
{
	unsigned i;

	for (i = 0; i < NUMBERS; i++)
		if (strlen(numbers[i].name) == length &&
		    strncmp(numbers[i].name, name, length) == 0)
			return (unsigned *)(void *)((char *)scenario +
						    numbers[i].offset);
	return NULL;
}

bool scenario_change(struct scenario *scenario, const char *changes)
{
	char *end;

	do {
		size_t length = strcspn(changes, "=");
		unsigned *number = find(scenario, changes, length);

		if (number == NULL || changes[length] != '=')
			return false;
		changes += length + 1;
		*number = (unsigned)strtoul(changes, &end, 10);
		if (end == changes || *number > 86400)
			return false;
		changes = end + 1;
	} while (*end == ',');
	return *end == '\0';
}
