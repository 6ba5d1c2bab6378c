/* SPDX-License-Identifier: BSD-2-Clause */
#include "route.h"

#include <string.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS_LEN 4

bool route_open(struct route *route, int inside)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	route->inside = inside;
	route->age = 1;
	route->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return route->fd >= 0 &&
	       !connect(route->fd, (struct sockaddr *)&kernel, sizeof(kernel));
}

struct attribute {
	struct rtattr header;
	uint8_t value[4];
};

static struct attribute attribute(unsigned short type, const void *value)
{
	struct attribute made = { .header = { RTA_LENGTH(4), type } };

	memcpy(made.value, value, sizeof(made.value));
	return made;
}

/* Asks for the way from a source behind an interface, or, if that is 0, from
 * this host. */
static bool ask(struct route *route, const uint8_t *source,
		const uint8_t *address, int interface)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct attribute attributes[3];
	} question = {
		.header = { .nlmsg_type = RTM_GETROUTE,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = ++route->sequence },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32 },
		.attributes = { attribute(RTA_DST, address),
				attribute(RTA_SRC, source),
				attribute(RTA_IIF, &interface) },
	};
	size_t length = sizeof(question);

	if (!interface)
		length -= 2 * sizeof(struct attribute);
	question.header.nlmsg_len = (uint32_t)length;
	question.route.rtm_src_len = interface ? 32 : 0;
	return send(route->fd, &question, length, 0) == (ssize_t)length;
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

/* Returns a negative number without an answer. */
static int find(struct route *route, const uint8_t *source,
		const uint8_t *address, int interface)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	} answer;
	ssize_t length;

	if (!ask(route, source, address, interface))
		return -1;
	do {
		length = recv(route->fd, &answer, sizeof(answer), 0);
		if (length < 0 || !NLMSG_OK(&answer.header, (size_t)length))
			return -1;
	} while (answer.header.nlmsg_seq != route->sequence);
	if (answer.header.nlmsg_type != RTM_NEWROUTE)
		return -1;
	return read_answer(&answer.header);
}

/* While its forwarding is off the kernel knows no way for others, but one of
 * its own. */
static int find_for(struct route *route, const uint8_t *source,
		    const uint8_t *address)
{
	int interface = -1;

	if (route->inside)
		interface = find(route, source, address, route->inside);
	if (interface < 0)
		interface = find(route, source, address, 0);
	return interface > 0 ? interface : 0;
}

static uint32_t hash(uint32_t start, const uint8_t *address)
{
	for (int i = 0; i < ADDRESS_LEN; i++)
		start = start * 31u + address[i];
	return start;
}

int route_find(struct route *route, const uint8_t *source,
	       const uint8_t *address)
{
	static const uint8_t anybody[ADDRESS_LEN];
	struct route_answer *answer;

	if (!route->inside)
		source = anybody;
	answer = &route->answers[hash(hash(0, source), address) %
				 ROUTE_ANSWERS];
	if (answer->age != route->age ||
	    memcmp(answer->source, source, ADDRESS_LEN) != 0 ||
	    memcmp(answer->address, address, ADDRESS_LEN) != 0) {
		answer->interface = find_for(route, source, address);
		answer->age = route->age;
		memcpy(answer->source, source, ADDRESS_LEN);
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
