/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_service.h"

#include <vpnalg/handler.h>
#include <vpnalg/sessions.h>

#include <string.h>

void service_add(struct world *w, uint8_t protocol, uint16_t outside_port,
		 uint32_t host, uint16_t inside_port)
{
	struct vpnalg_service service =
		SERVICE(protocol, OUTSIDE, outside_port, host, inside_port);

	ck_assert_int_eq(vpnalg_service_add(w->alg, &service, w->now),
			 VPNALG_SERVICE_DONE);
}

void service_remove(struct world *w, uint8_t protocol, uint16_t outside_port,
		    uint32_t host, uint16_t inside_port)
{
	struct vpnalg_service service =
		SERVICE(protocol, OUTSIDE, outside_port, host, inside_port);

	vpnalg_service_remove(w->alg, &service, w->now);
}

uint64_t service_cut(struct world *w, uint8_t protocol, uint16_t outside_port,
		     uint32_t host, uint16_t inside_port)
{
	struct vpnalg_service service =
		SERVICE(protocol, OUTSIDE, outside_port, host, inside_port);
	struct vpnalg_session_cut cut = { .size = sizeof(cut),
					  .service = &service };
	int result;

	do {
		result = vpnalg_sessions_cut(w->alg, &cut, w->now, 10);
		world_between_calls(w);
	} while (result == VPNALG_CUT_MORE);
	ck_assert_int_eq(result, VPNALG_CUT_DONE);
	return cut.closed;
}

unsigned hairpin(struct world *w, const struct bytes *packet)
{
	struct bytes p;
	unsigned result;

	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, packet),
			  VPNALG_TRANSLATED);
	ck_assert_uint_ne(w->last.flags & VPNALG_PACKET_HAIRPIN, 0);
	p.length = w->length;
	memcpy(p.data, w->bytes, w->length);
	w->options.turned = w->last.flags;
	result = send_packet(w, VPNALG_IN, &p);
	w->options.turned = 0;
	return result;
}

static struct vpnalg_store good;

static struct vpnalg_record *find_misplaced(void *context, const uint8_t *key,
					    uint64_t hash, unsigned *slot)
{
	struct vpnalg_record *record = good.find(context, key, hash, slot);

	if (record != NULL)
		*slot = UINT32_MAX;
	return record;
}

unsigned send_misplaced(struct world *w, enum vpnalg_direction direction,
			const struct bytes *packet)
{
	unsigned result;

	good = w->store;
	w->store.find = find_misplaced;
	result = send_packet(w, direction, packet);
	w->store.find = good.find;
	return result;
}
