/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of probes. */
#ifndef TESTS_IPSEC_PROBE_H
#define TESTS_IPSEC_PROBE_H

#include "support_ipsec.h"
#include "cases.h"

#define HOSTS 3

static struct world w;
static struct esp hosts[HOSTS];
static struct ike ikes[HOSTS];

/* All of them connect, and nothing else happens for a while. */
static inline void begin_with(bool passive)
{
	unsigned i;

	ipsec_world(&w, (struct world_options){ .passive = passive });
	for (i = 0; i < HOSTS; i++) {
		hosts[i] = esp_of(CLIENT_A + i, SERVER, 0xa1 + i, 0xb1 + i);
		ikes[i] = ike_of(CLIENT_A + i, SERVER, i);
		ike_begin(&w, &ikes[i]);
		w.now += 2000;
	}
}

static inline void begin(void)
{
	begin_with(false);
}

static inline void end(void)
{
	world_end(&w);
}

/* Returns the host that gets the server's next packet with that SPI: 'A', 'B',
 * 'C', or '-' for none. */
static inline char taker(struct esp *e)
{
	struct bytes p =
		esp_packet(SERVER, OUTSIDE, e->in_spi, ++e->in_sequence);

	if (send_packet(&w, VPNALG_IN, &p) != VPNALG_TRANSLATED)
		return '-';
	return (char)('A' + destination(&w) - CLIENT_A);
}

/* Sends so often, in such steps; returns the hosts that got them. */
static inline const char *takers(struct esp *e, unsigned times, uint32_t step)
{
	static char got[100];
	unsigned i;

	ck_assert_uint_lt(times, sizeof(got));
	for (i = 0; i < times; i++) {
		got[i] = taker(e);
		w.now += step;
	}
	got[i] = '\0';
	return got;
}

#endif
