/* SPDX-License-Identifier: BSD-2-Clause */
#include "side.h"

#include <net/if.h>

#include "../common/say.h"
#include "rules.h"

/* So many at a time are dropped. */
#define FRAMES 64

void side_init(struct side *side)
{
	side->port.fd = side->own.fd = side->sender.fd = -1;
}

bool side_open_inside(struct side *side, const struct options *options)
{
	return port_find(&side->port, options->inside, VPNALG_OUT) &&
	       port_open(&side->port, &options->nat) &&
	       sender_open(&side->sender, options->inside, side->port.index,
			   RULES_MARK);
}

static bool open_own(struct side *side, const struct options *options)
{
	side->own = side->port;
	side->own.direction = VPNALG_OUT;
	side->own.sent = true;
	return port_open(&side->own, &options->nat);
}

/* One of several uplinks may come later. */
static bool find_uplink(struct side *side, const struct options *options,
			const char *name)
{
	if (options->outside.count == 1 || if_nametoindex(name))
		return port_find(&side->port, name, VPNALG_IN);
	side->port.name = name;
	side->port.direction = VPNALG_IN;
	say("interface %s: it is not there", name);
	return true;
}

bool side_open_uplink(struct side *side, const struct options *options,
		      const char *name)
{
	return find_uplink(side, options, name) &&
	       (options->own ? open_own(side, options)
			     : port_open(&side->port, &options->nat)) &&
	       sender_open(&side->sender, name, side->port.index,
			   RULES_MARK);
}

/* Sockets that are there are bound anew: to open others takes privileges that
 * the program has no longer. */
static bool bind_again(struct side *side, int index)
{
	side->port.index = side->own.index = index;
	return (side->port.fd < 0 || port_bind(&side->port)) &&
	       (side->own.fd < 0 || port_bind(&side->own)) &&
	       sender_bind(&side->sender, index);
}

enum side_news side_follow(struct side *side)
{
	int last = side->port.index;
	int index = (int)if_nametoindex(side->port.name);

	if (index == last)
		return SIDE_SAME;
	if (!index || !bind_again(side, index))
		side->port.index = 0;
	if (side->port.index)
		return SIDE_THERE;
	return last ? SIDE_GONE : SIDE_SAME;
}

void side_forget_packets(struct side *side)
{
	struct frame frames[FRAMES];
	size_t read;

	while ((read = port_read(&side->port, frames, FRAMES)) > 0)
		port_give_back(&side->port, read);
	side->port.read = side->port.lost = 0;
}

void side_close(struct side *side)
{
	sender_close(&side->sender);
	port_close(&side->port);
	port_close(&side->own);
}
