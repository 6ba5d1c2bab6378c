/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of SPIs that answer what a host sends. */
#ifndef TESTS_IPSEC_FLOW_H
#define TESTS_IPSEC_FLOW_H

#include "support_records.h"
#include "cases.h"

static struct world w;
static struct esp a, b;

static inline void begin(void)
{
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	a = esp_of(CLIENT_A, SERVER, 0xa1, 0xb1);
	b = esp_of(CLIENT_B, SERVER, 0xa2, 0xb2);
}

static inline void end(void)
{
	world_end(&w);
}

/* Both hosts have a pair. */
static inline void come(void)
{
	ck_assert_uint_eq(esp_sends(&w, &a), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert(esp_arrives(&w, &a));
	w.now += 5000;
	ck_assert_uint_eq(esp_sends(&w, &b), VPNALG_TRANSLATED);
	w.now += 10;
	ck_assert(esp_arrives(&w, &b));
	w.now += 5000;
}

/* Each host has the other's inbound SPI: the server sends to A with what B has
 * got. */
static inline void exchange(void)
{
	uint32_t spi = a.in_spi;

	come();
	a.in_spi = b.in_spi;
	b.in_spi = spi;
}

/* Packets of both hosts, and the answers to them, in the order of their times.
 * A host sends once in so long, give or take a part of that, and is answered
 * after the same time. */
struct flow {
	struct esp *esp;
	uint32_t gap, delay, part; /* part 0: as regular as a clock */
	vpnalg_time next, answer;
	unsigned sent, lost; /* what it lost, since it received last */
	bool listens;
};

static inline void flow_sends(struct flow *f)
{
	uint32_t off = f->part > 0 ? f->gap / f->part : 0;

	if (!f->listens)
		ck_assert_uint_eq(esp_sends(&w, f->esp), VPNALG_TRANSLATED);
	f->answer = w.now + f->delay;
	f->sent++;
	/* Thue and Morse: no two flows keep in step. */
	f->next += f->gap;
	if ((f->sent ^ f->sent >> 1 ^ f->sent >> 2) & 1)
		f->next += off;
	else
		f->next -= off;
}

static inline void flow_receives(struct flow *f)
{
	f->answer = 0;
	f->lost = esp_arrives(&w, f->esp) ? 0 : f->lost + 1;
}

static inline void run(struct flow *flows, unsigned count, uint32_t ms)
{
	vpnalg_time until = w.now + ms;
	unsigned i;

	for (i = 0; i < count; i++)
		flows[i].next = w.now + 1 + i * flows[i].gap / 3;
	for (; w.now < until; w.now++)
		for (i = 0; i < count; i++) {
			flows[i].esp->outside = OUTSIDE;
			if (flows[i].next == w.now)
				flow_sends(&flows[i]);
			if (flows[i].answer == w.now)
				flow_receives(&flows[i]);
		}
}

#endif
