/* SPDX-License-Identifier: BSD-2-Clause */
#include "kinds.h"

void kinds_look(struct kinds *kinds, const struct vpnalg *translator)
{
	struct vpnalg_kind_counters counters;
	struct kind *now, was;
	size_t i = 0;

	while (i < KINDS && vpnalg_kind_counters(translator, i, &counters,
						 sizeof(counters))) {
		now = &kinds->now[i];
		was = *now;
		*now = (struct kind){
			counters.name, counters.opened,
			counters.translated[0] + counters.translated[1] +
				counters.dropped[0] + counters.dropped[1],
		};
		kinds->grown[i++] = (struct kind){
			counters.name, now->opened - was.opened,
			now->packets - was.packets,
		};
	}
	kinds->count = i;
}

const struct kind *kinds_of_packet(const struct kinds *kinds)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (kinds->grown[i].packets)
			return &kinds->grown[i];
	return NULL;
}

bool kinds_any_opened(const struct kinds *kinds)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (kinds->grown[i].opened)
			return true;
	return false;
}
