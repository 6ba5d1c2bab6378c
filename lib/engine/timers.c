/* SPDX-License-Identifier: BSD-2-Clause */
#include "timers.h"

#include "event.h"

static const struct vpnalg_timers default_timers = {
	.size = sizeof(struct vpnalg_timers),
	.tcp_established = 7440000, /* RFC 5382 REQ-5 */
	.tcp_transitory = 240000,   /* RFC 5382 REQ-5, RFC 7857 2 */
	.call_unanswered = 60000,
	.call_idle = 7440000,
	.linger = 100000,
	.udp = 300000, /* RFC 4787 REQ-5 */
	.esp_unpaired = 120000,
	.esp_idle = 3600000,
	.gre = 600000,
	.icmp_query = 60000, /* RFC 5508 REQ-2 */
	.other = 600000,
};

static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
	return given != 0 ? given : otherwise;
}

bool vpnalg_timers_read(const struct vpnalg_timers *given,
			struct vpnalg_timers *t)
{
	const struct vpnalg_timers *d = &default_timers;

	if (!vpnalg_settings_read(t, sizeof(*t), given))
		return false;
	t->tcp_established = or_default(t->tcp_established, d->tcp_established);
	t->tcp_transitory = or_default(t->tcp_transitory, d->tcp_transitory);
	t->call_unanswered = or_default(t->call_unanswered, d->call_unanswered);
	t->call_idle = or_default(t->call_idle, d->call_idle);
	t->linger = or_default(t->linger, d->linger);
	t->udp = or_default(t->udp, d->udp);
	t->esp_unpaired = or_default(t->esp_unpaired, d->esp_unpaired);
	t->esp_idle = or_default(t->esp_idle, d->esp_idle);
	t->gre = or_default(t->gre, d->gre);
	t->icmp_query = or_default(t->icmp_query, d->icmp_query);
	t->other = or_default(t->other, d->other);
	t->tcp_half_closed = or_default(t->tcp_half_closed, t->tcp_established);
	t->tcp_closing = or_default(t->tcp_closing, t->tcp_transitory);
	t->tcp_reset = or_default(t->tcp_reset, t->tcp_transitory);
	t->ike = or_default(t->ike, t->udp);
	t->nat_t = or_default(t->nat_t, t->udp);
	return true;
}

/* Sessions have deadlines, not timers: the next packet of each sets another. */
int vpnalg_set_timers(struct vpnalg *translator,
		      const struct vpnalg_timers *timers)
{
	struct vpnalg_timers read;

	if (event_is_running(translator))
		return VPNALG_ERROR_BUSY;
	if (!vpnalg_timers_read(timers, &read))
		return VPNALG_ERROR_CONFIG;
	translator->timers = read;
	return 0;
}
