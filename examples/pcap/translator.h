/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator of a capture. Its time is that of the packets. */
#ifndef PCAP_TRANSLATOR_H
#define PCAP_TRANSLATOR_H

#include <stdbool.h>
#include <stdint.h>

#include "../common/nat.h"
#include "event.h"
#include "options.h"
#include "side.h"

struct translator {
	struct nat nat;
	uint64_t random; /* state of the random numbers */
	vpnalg_time now; /* the latest packet's */
	struct events events; /* the translator's events */
};

/* Makes a translator. Returns false when that failed, which was said. */
bool translator_open(struct translator *translator,
		     const struct options *options);

/* Translates a packet with a task that is none of TASK_COPY_. */
void translator_run(struct translator *translator,
		    struct vpnalg_packet *packet, enum task task,
		    vpnalg_time now);

/* Gives back a fragment that was held. Returns false if there is none now. */
bool translator_next_held(struct translator *translator,
			  struct vpnalg_packet *packet);

/* Removes all sessions that were dead at the last packet's time. */
void translator_sweep(struct translator *translator);

void translator_close(struct translator *translator);

#endif
