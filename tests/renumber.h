/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of addresses that change. */
#ifndef TESTS_RENUMBER_H
#define TESTS_RENUMBER_H

#include "cases.h"
#include "fragments.h"
#include "general.h"
#include "support_ipsec.h"
#include "support_l2tp.h"

#include <string.h>

static struct world w;
static unsigned released;

static inline void note_release(struct world *world,
				const struct vpnalg_binding *binding)
{
	(void)world;
	(void)binding;
	released++;
}

static inline void begin(void)
{
	static const uint32_t one[] = { OUTSIDE };

	released = 0;
	fragment_world(&w, (struct world_options){ .addresses = one,
						   .address_count = 1,
						   .address_max = 4,
						   .pool_key = { 1, 2 },
						   .choosing = CHOOSE_TAKE,
						   .released = note_release,
						   .mirror = true });
}

static inline void end(void)
{
	world_end(&w);
}

static inline int set(uint32_t first, uint32_t second, bool drain)
{
	static uint32_t own[4], before[4];
	size_t before_count = w.options.address_count;
	struct vpnalg_addr list[2] = { { .family = VPNALG_IPV4 },
				       { .family = VPNALG_IPV4 } };
	size_t count = second != 0 ? 2 : 1, i;
	int result;

	put32(list[0].octets, first);
	put32(list[1].octets, second);
	result = vpnalg_set_addresses(w.alg, list, count, drain);
	if (result != 0)
		return result;
	/* What the world holds the packets to. */
	memcpy(before, w.options.addresses, before_count * sizeof(before[0]));
	own[0] = first;
	own[1] = second;
	for (i = 0; drain && i < before_count; i++)
		if (before[i] != first && before[i] != second)
			own[count++] = before[i];
	w.options.addresses = own;
	w.options.address_count = count;
	return 0;
}

static inline bool has(uint32_t address)
{
	struct vpnalg_addr a = { .family = VPNALG_IPV4 };

	put32(a.octets, address);
	return vpnalg_has_address(w.alg, &a);
}

static inline uint32_t udp_from(uint32_t host, uint16_t port, uint32_t remote)
{
	ck_assert_uint_eq(udp_out(&w, host, port, remote, 53),
			  VPNALG_TRANSLATED);
	return source(&w);
}

/* Everything that a client may have: it comes back by itself with the next
 * packet that opens it. */
static inline void begin_all(struct connection *c, struct esp *e,
			     struct tunnel *t)
{
	memset(c, 0, sizeof(*c));
	*t = (struct tunnel){ .client = CLIENT_A,
			      .server = SERVER_2,
			      .port = L2TP,
			      .version = 2,
			      .own = 7,
			      .peer = 100 };
	start_control(&w, c, CLIENT_A, 1024, SERVER);
	call_out(&w, c, 0x1234, 0x4321);
	*e = esp_of(CLIENT_A, SERVER, 0x1111, 0x2222);
	ck_assert_uint_eq(esp_sends(&w, e), VPNALG_TRANSLATED);
	ck_assert(esp_arrives(&w, e));
	tunnel_begin(&w, t);
	udp_from(CLIENT_A, 5000, SERVER);
}

#endif
