/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_state.h"

#include "fragments.h"

#include <stdlib.h>
#include <string.h>

int state_step(struct world *w, struct vpnalg_save *save, struct state *state)
{
	size_t length;
	int result = vpnalg_save_next(w->alg, w->now, save,
				      state->bytes + state->length,
				      STATE_ROOM - state->length, &length);

	ck_assert_int_ge(result, 0);
	mirror_check(w);
	if (length == 0)
		return result;
	ck_assert_uint_lt(state->count, CHUNKS_MAX);
	state->chunks[state->count].at = state->length;
	state->chunks[state->count++].length = (uint32_t)length;
	state->length += (uint32_t)length;
	return result;
}

void state_save(struct world *w, struct state *state)
{
	struct vpnalg_save save = { .size = sizeof(save),
				    .state = 0x01020304,
				    .stamp = 77 };

	state->length = state->count = 0;
	while (state_step(w, &save, state) == VPNALG_STATE_MORE)
		world_between_calls(w);
}

uint8_t *state_chunk(struct state *state, unsigned number)
{
	return state->bytes + state->chunks[number].at;
}

unsigned state_first(const struct state *state, uint8_t type)
{
	unsigned i;

	for (i = 0; i < state->count; i++)
		if (state->bytes[state->chunks[i].at] == type)
			return i;
	ck_abort_msg("no chunk of type %u", type);
	return 0;
}

/* CRC-32 bit by bit, as IEEE 802.3 defines it. */
static uint32_t crc(const uint8_t *bytes, uint32_t length)
{
	uint32_t sum = 0xffffffff;
	unsigned bit;

	while (length-- > 0) {
		sum ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320U : 0);
	}
	return ~sum;
}

void state_sum(struct state *state, unsigned number)
{
	uint8_t *chunk = state_chunk(state, number);
	uint32_t length = state->chunks[number].length - 4;

	put32(chunk + length, crc(chunk, length));
}

int state_load_part(struct world *w, struct vpnalg_load *load,
		    const uint8_t *bytes, uint32_t length)
{
	size_t used;
	int result;

	load->size = sizeof(*load);
	do {
		result = vpnalg_load_next(w->alg, load, bytes, length, &used);
		bytes += used;
		length -= (uint32_t)used;
		mirror_check(w);
	} while (result == VPNALG_STATE_MORE && used > 0);
	ck_assert(result != VPNALG_STATE_DONE || length == 0);
	return result;
}

void state_load_whole(struct world *w, struct vpnalg_load *load,
		      const struct state *state, vpnalg_time now)
{
	ck_assert_int_eq(state_load_part(w, load, state->bytes, state->length),
			 VPNALG_STATE_DONE);
	ck_assert_int_eq(vpnalg_load_end(w->alg, load, now),
			 VPNALG_STATE_DONE);
}

int state_load(struct world *w, const struct state *state)
{
	struct vpnalg_load load = { .services = true };
	int result = state_load_part(w, &load, state->bytes, state->length);

	if (result != VPNALG_STATE_DONE)
		return result;
	ck_assert_uint_eq(load.stamp, 77);
	ck_assert_uint_eq(load.left_out, 0);
	result = vpnalg_load_end(w->alg, &load, w->now);
	mirror_check(w);
	world_between_calls(w);
	return result;
}

void state_reload(struct world *w)
{
	static struct state state;
	struct world_options options = w->options;
	vpnalg_time now = w->now;
	uint32_t random = w->random;

	state_save(w, &state);
	world_forget(w);
	world_begin(w, &options);
	w->now = now;
	w->random = random;
	ck_assert_int_eq(state_load(w, &state), VPNALG_STATE_DONE);
}

/* Sorts records by all that does not depend on their place. */
static const struct state *sorted;

static int compare_chunks(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;
	uint32_t x_length = sorted->chunks[*x].length;
	uint32_t y_length = sorted->chunks[*y].length;

	if (x_length != y_length)
		return x_length < y_length ? -1 : 1;
	return memcmp(sorted->bytes + sorted->chunks[*x].at + CHUNK_CONTENT,
		      sorted->bytes + sorted->chunks[*y].at + CHUNK_CONTENT,
		      x_length - CHUNK_CONTENT - 4);
}

static void sort(const struct state *state, unsigned order[CHUNKS_MAX])
{
	unsigned i;

	for (i = 0; i < state->count; i++)
		order[i] = i;
	sorted = state;
	qsort(order, state->count, sizeof(order[0]), compare_chunks);
}

void state_compare(const struct state *a, const struct state *b)
{
	unsigned a_order[CHUNKS_MAX], b_order[CHUNKS_MAX], i;

	ck_assert_uint_eq(a->count, b->count);
	sort(a, a_order);
	sort(b, b_order);
	for (i = 0; i < a->count; i++) {
		uint32_t length = a->chunks[a_order[i]].length;

		ck_assert_uint_eq(b->chunks[b_order[i]].length, length);
		ck_assert_mem_eq(a->bytes + a->chunks[a_order[i]].at +
					 CHUNK_CONTENT,
				 b->bytes + b->chunks[b_order[i]].at +
					 CHUNK_CONTENT,
				 length - CHUNK_CONTENT - 4);
	}
}

void state_world(struct world *w, struct world_options options)
{
	all_world(w, options);
	all_open(w);
}

static void send_part(struct world *w, const struct bytes *whole, uint16_t id,
		      uint32_t from, uint32_t to, unsigned result)
{
	struct bytes part = fragment_of(whole, from, to);

	set_ip_id(&part, id);
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &part), result);
}

void state_hold(struct world *w)
{
	struct bytes udp = udp_packet(CLIENT_A, 5100, SERVER, 53, "", 0);
	struct bytes tcp = tcp_packet(CLIENT_A, 5101, SERVER, 80, 7, 0, SYN,
				      "", 0);

	grow(&udp, 3000);
	send_part(w, &udp, 0x7001, 0, 1480, VPNALG_TRANSLATED);
	send_part(w, &udp, 0x7002, 1480, 2960, VPNALG_HELD);
	send_part(w, &tcp, 0x7003, 0, 8, VPNALG_HELD);
	send_part(w, &udp, 0x7004, 2960, 2980, VPNALG_HELD);
}

uint32_t state_refused_host;

enum vpnalg_choice state_refuse_host(struct world *w,
				     struct vpnalg_binding *binding)
{
	(void)w;
	return get32(binding->inside.octets) == state_refused_host
		       ? VPNALG_CHOICE_REFUSE
		       : VPNALG_CHOICE_TAKE;
}

void state_world_end(struct world *w)
{
	all_close(w);
	world_end(w);
}
