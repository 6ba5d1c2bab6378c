/* SPDX-License-Identifier: BSD-2-Clause */
#include "own.h"

#include <errno.h>
#include <string.h>

#include "../common/say.h"

bool own_open(struct own *own, const struct options *options)
{
	const unsigned number = options->own - 1;

	if (queue_open(&own->queue, number))
		return true;
	say("cannot start: queue %u: %s", number, strerror(errno));
	return false;
}

bool own_read(struct own *own, struct vpnalg_packet *packet)
{
	struct queued *queued = &own->queued;

	if (!queue_read(&own->queue, queued))
		return false;
	*packet = (struct vpnalg_packet){
		.data = queued->data,
		.caplen = queued->length,
		.len = queued->length,
		.direction = VPNALG_IN,
	};
	return true;
}

void own_judge(struct own *own, int result)
{
	if (result == VPNALG_UNTOUCHED)
		queue_accept(&own->queue, &own->queued);
	else
		queue_drop(&own->queue, &own->queued);
}

void own_close(struct own *own)
{
	queue_close(&own->queue);
	own->queue.socket = NULL;
	own->queue.fd = -1;
}
