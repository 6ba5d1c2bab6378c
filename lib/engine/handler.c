/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions that handlers put to the translator: time, chance, settings. */
#include "translator.h"

const struct vpnalg_timers *
vpnalg_session_timers(const struct vpnalg *translator)
{
	return &translator->timers;
}

bool vpnalg_session_may_hold(const struct vpnalg *translator)
{
	return !translator->passive && !translator->routers_sends;
}

const void *vpnalg_session_settings(const struct vpnalg *translator,
				    unsigned handler)
{
	return translator->settings[handler];
}

vpnalg_time vpnalg_session_now(const struct vpnalg *translator)
{
	return translator->now;
}

uint32_t vpnalg_session_random(struct vpnalg *translator)
{
	return translator->random(translator->context);
}

void vpnalg_session_count_unparsed(struct vpnalg *translator,
				   const struct vpnalg_record *record)
{
	record_counters(translator, record)->unparsed++;
}
