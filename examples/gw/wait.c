/* SPDX-License-Identifier: BSD-2-Clause */
#include "wait.h"

#include <poll.h>

#include <sys/socket.h>

struct files {
	struct pollfd list[3 + 2 * (FIRST_UPLINK + UPLINKS_MAX)];
	nfds_t count;
};

/* One that is negative is none. */
static void add(struct files *files, int fd)
{
	files->list[files->count++] =
		(struct pollfd){ .fd = fd, .events = POLLIN };
}

static void add_all(struct files *files, const struct gateway *gateway,
		    int signals)
{
	files->count = 0;
	for (size_t i = 0; i < gateway->side_count; i++) {
		add(files, gateway->sides[i].port.fd);
		add(files, gateway->sides[i].own.fd);
	}
	add(files, signals);
	add(files, gateway->addresses.fd);
	add(files, gateway->own.queue.fd);
}

/* An interface that went down gives one error, and may come up again. Those of
 * interfaces are first in the list. */
static void take_errors(const struct files *files, size_t sides)
{
	int error;
	socklen_t length;

	for (nfds_t i = 0; i < 2 * sides; i++) {
		length = sizeof(error);
		if (files->list[i].revents & POLLERR)
			getsockopt(files->list[i].fd, SOL_SOCKET, SO_ERROR,
				   &error, &length);
	}
}

void wait_for_work(const struct gateway *gateway, int signals,
		   vpnalg_time until, vpnalg_time now)
{
	struct files files;
	vpnalg_time due = gateway_due(gateway, now);

	if (until < due)
		due = until;
	add_all(&files, gateway, signals);
	poll(files.list, files.count, due > now ? (int)(due - now) : 0);
	take_errors(&files, gateway->side_count);
}
