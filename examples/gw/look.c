/* SPDX-License-Identifier: BSD-2-Clause */
#include "look.h"

#include "../common/say.h"

/* Without any uplink sessions cannot go on, nor by another interface than the
 * only one. */
static bool has_uplink(const struct gateway *gateway, enum side_news news)
{
	if (gateway->side_count == FIRST_UPLINK + 1)
		return news == SIDE_SAME;
	for (size_t i = FIRST_UPLINK; i < gateway->side_count; i++)
		if (gateway->sides[i].port.index)
			return true;
	return false;
}

static bool give_up(const struct side *side)
{
	say("cannot go on: interface %s: it is gone", side->port.name);
	return false;
}

static bool look_at_uplink(const struct gateway *gateway, struct side *side)
{
	enum side_news news = side_follow(side);

	if (!has_uplink(gateway, news))
		return give_up(side);
	if (news != SIDE_SAME)
		say("interface %s: it is %s", side->port.name,
		    news == SIDE_GONE ? "gone" : "there");
	return true;
}

/* The inside interface may not be another one either: its number is in use
 * elsewhere. */
bool look_at_sides(struct gateway *gateway)
{
	struct side *sides = gateway->sides;

	for (size_t i = 0; i < gateway->side_count; i++) {
		sender_tick(&sides[i].sender);
		port_count_lost(&sides[i].port);
	}
	if (side_follow(&sides[INSIDE]) != SIDE_SAME)
		return give_up(&sides[INSIDE]);
	for (size_t i = FIRST_UPLINK; i < gateway->side_count; i++)
		if (!look_at_uplink(gateway, &sides[i]))
			return false;
	return true;
}
