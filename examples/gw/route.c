/* SPDX-License-Identifier: BSD-2-Clause */
#include "route.h"

#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS_LEN 4

bool route_open(struct route *route)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	route->age = 1;
	route->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return route->fd >= 0 &&
	       !connect(route->fd, (struct sockaddr *)&kernel, sizeof(kernel));
}

static bool ask(struct route *route, const uint8_t *address)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		uint8_t address[ADDRESS_LEN];
	} question = {
		.header = { .nlmsg_len = sizeof(question),
			    .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = ++route->sequence },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32 },
		.attribute = { .rta_len = RTA_LENGTH(ADDRESS_LEN),
			       .rta_type = RTA_DST },
	};

	memcpy(question.address, address, ADDRESS_LEN);
	return send(route->fd, &question, sizeof(question), 0) ==
	       (ssize_t)sizeof(question);
}

static int read_answer(const struct nlmsghdr *answer)
{
	const struct rtmsg *message = NLMSG_DATA(answer);
	const struct rtattr *attribute = RTM_RTA(message);
	size_t left = RTM_PAYLOAD(answer);
	int interface;

	if (message->rtm_type != RTN_UNICAST)
		return 0;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if (attribute->rta_type == RTA_OIF) {
			memcpy(&interface, RTA_DATA(attribute),
			       sizeof(interface));
			return interface;
		}
	return 0;
}

static int find(struct route *route, const uint8_t *address)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	} answer;
	ssize_t length;

	if (!ask(route, address))
		return 0;
	do {
		length = recv(route->fd, &answer, sizeof(answer), 0);
		if (length < 0 || !NLMSG_OK(&answer.header, (size_t)length))
			return 0;
	} while (answer.header.nlmsg_seq != route->sequence);
	if (answer.header.nlmsg_type != RTM_NEWROUTE)
		return 0;
	return read_answer(&answer.header);
}

int route_find(struct route *route, const uint8_t *address)
{
	uint32_t hash = (address[0] * 31u + address[1]) * 31u + address[2];
	struct route_answer *answer =
		&route->answers[(hash * 31u + address[3]) % ROUTE_ANSWERS];

	if (answer->age != route->age ||
	    memcmp(answer->address, address, ADDRESS_LEN) != 0) {
		answer->interface = find(route, address);
		answer->age = route->age;
		memcpy(answer->address, address, ADDRESS_LEN);
	}
	return answer->interface;
}

void route_forget(struct route *route)
{
	route->age++;
}

void route_close(struct route *route)
{
	if (route->fd >= 0)
		close(route->fd);
	route->fd = -1;
}
