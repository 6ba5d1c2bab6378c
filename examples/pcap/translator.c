/* SPDX-License-Identifier: BSD-2-Clause */
#include "translator.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "form.h"
#include "held.h"

/* The source address in an IPv4 header. */
#define SOURCE_OFF 12

/*
 * SplitMix64 (Steele, Lea and Flood, 2014). The same seed gives the same output
 * file, as an example needs. A real gateway gets unpredictable numbers from its
 * system.
 */
static uint32_t next_random(void *context)
{
	struct translator *translator = context;
	uint64_t z = translator->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((z ^ z >> 31) >> 32);
}

static void note(void *context, const struct vpnalg_event *event)
{
	struct translator *translator = context;

	event_note(&translator->events, event);
	nat_tell(&translator->nat, event);
}

/* The router's NAT has chosen already: what it has made of the packet tells the
 * outside address and ID. */
static enum vpnalg_choice adopt(void *context, struct vpnalg_binding *binding)
{
	const struct held_frame *at = binding->user;
	const struct frame *other;
	long id;

	(void)context;
	if (!at || !at->other || at->task != TASK_OUT)
		return VPNALG_CHOICE_TAKE;
	other = &at->other->frame;
	id = form_id(&at->frame, other, binding->protocol, binding->inside_id);
	memcpy(binding->outside.octets, other->data + other->ip + SOURCE_OFF, 4);
	if (id >= 0)
		binding->outside_id = (uint32_t)id;
	return VPNALG_CHOICE_CHOSEN;
}

bool translator_open(struct translator *translator,
		     const struct options *options)
{
	struct vpnalg_config config = {
		.context = translator,
		.random = next_random,
		.burst = 1, /* packets come one by one here */
		.passive = !options->hold,
		.event = note,
		.choose = options->outside ? adopt : NULL,
	};

	struct nat_options nat = options->nat;

	nat.fragments = true;
	nat.captured = true;
	if (options->outside) /* routers use all of them */
		nat.ports = (struct vpnalg_ports){ 1, 65535 };
	*translator = (struct translator){ .random = options->seed };
	return nat_open(&translator->nat, &config, &nat);
}

void translator_run(struct translator *translator,
		    struct vpnalg_packet *packet, enum task task,
		    vpnalg_time now)
{
	static const uint8_t directions[] = {
		[TASK_OUT] = VPNALG_OUT,
		[TASK_IN] = VPNALG_IN,
		[TASK_IN_UNDO] = VPNALG_IN_UNDO,
		[TASK_OURS] = VPNALG_OUT, /* left alone, but counted */
	};

	packet->direction = directions[task];
	packet->checksum = VPNALG_CHECKSUM_FULL;
	packet->zone = VPNALG_ZONE_DEFAULT;
	if (now > translator->now)
		translator->now = now;
	nat_sweep(&translator->nat, translator->now);
	nat_process(&translator->nat, packet, 1, translator->now);
}

bool translator_next_held(struct translator *translator,
			  struct vpnalg_packet *packet)
{
	return vpnalg_next_held(translator->nat.translator, packet);
}

/* The first call ends the round that is under way, the second is a whole one,
 * the third finds those that lived only for what the second removed. */
void translator_sweep(struct translator *translator)
{
	for (int round = 0; round < 3; round++)
		vpnalg_expire(translator->nat.translator, translator->now,
			      UINT_MAX);
}

void translator_close(struct translator *translator)
{
	free(translator->events.list);
	nat_close(&translator->nat);
}
