/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of hosts that are held back. */
#ifndef TESTS_IPSEC_HOLD_H
#define TESTS_IPSEC_HOLD_H

#include "support_ipsec.h"
#include "cases.h"

static struct world w;
static struct esp a, b;
static struct ike ka, kb;

static inline void begin_with(bool passive)
{
	ipsec_world(&w, (struct world_options){ .passive = passive });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
	ka = ike_of(CLIENT_A, SERVER, 0);
	kb = ike_of(CLIENT_B, SERVER, 0);
}

static inline void begin(void)
{
	begin_with(false);
}

static inline void end(void)
{
	world_end(&w);
}

/* Until it gets through. */
static inline unsigned send_until(struct esp *e, uint32_t again)
{
	unsigned held = 0;

	while (esp_sends(&w, e) != VPNALG_TRANSLATED) {
		ck_assert_uint_eq(w.last.result, VPNALG_DROP_HELD);
		held++;
		w.now += again;
	}
	return held;
}

/* To no host, or to its client. */
static inline bool hears(struct esp *e)
{
	if (esp_receives(&w, e) != VPNALG_TRANSLATED)
		return false;
	ck_assert_uint_eq(destination(&w), e->client);
	return true;
}

static inline void send_and_hear(struct esp *e)
{
	if (esp_sends(&w, e) != VPNALG_TRANSLATED)
		return;
	w.now += 11;
	hears(e);
	w.now -= 11;
}

#endif
