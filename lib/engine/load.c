/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads sessions. A chunk's content is trusted only where it must be: a record
 * gets its size, its slots and its place from the translator's own tables, and
 * its keys are checked before they are linked. */
#include <vpnalg/state.h>

#include <string.h>

#include "adopt.h"
#include "chunk.h"
#include "clock.h"
#include "event.h"
#include "fragment_memory.h"
#include "has.h"
#include "load_fragment.h"
#include "load_record.h"
#include "load_refused.h"
#include "record.h"
#include "session.h"
#include "uplink.h"

enum part { PART_HEADER, PART_KINDS, PART_RECORDS, PART_ENDED, PART_OVER };

/* Bounds the times of a clock: no clock reaches greater ones. */
#define CLOCK_MAX (UINT64_MAX / 4)

/* Bounds the rounds through the store to empty it. */
#define ROUNDS_MAX 4

/* Beginning and giving up */

static bool has_records(const struct vpnalg *translator)
{
	struct vpnalg_record *record;
	uint64_t cursor = 0;

	while (record_next(translator, &cursor, &record))
		if (record != NULL)
			return true;
	return false;
}

static bool is_new(const struct vpnalg *translator)
{
	unsigned i;

	for (i = 0; i < VPNALG_RESULTS; i++)
		if (translator->counters.results[i] != 0)
			return false;
	return !has_records(translator);
}

/* Takes all sessions back. */
static void empty(struct vpnalg *translator, struct vpnalg_load *load)
{
	struct vpnalg_record *record;
	uint64_t cursor;
	unsigned round;

	for (round = 0; round < ROUNDS_MAX && has_records(translator);
	     round++) {
		cursor = 0;
		while (record_next(translator, &cursor, &record))
			if (record_is_session(translator, record))
				vpnalg_load_take_back(translator, load, record);
	}
}

static int fail(struct vpnalg *translator, struct vpnalg_load *load, int result)
{
	if (load->part != PART_HEADER) {
		empty(translator, load);
		if (has_fragments(translator))
			vpnalg_fragment_memory_clear(translator->fragments);
		translator->events.loading = false;
		clock_turn_to(translator, load->before);
	}
	load->part = PART_OVER;
	load->result = (int8_t)result;
	load->records = 0;
	return result;
}

/* Chunks */

static int read_header(struct vpnalg *translator, struct vpnalg_load *load,
		       struct chunk_reader *reader)
{
	const uint8_t *magic = vpnalg_chunk_get_bytes(reader, CHUNK_MAGIC_LEN);

	if (magic == NULL || memcmp(magic, CHUNK_MAGIC, CHUNK_MAGIC_LEN) != 0)
		return VPNALG_STATE_FOREIGN;
	if (reader->format != CHUNK_FORMAT)
		return VPNALG_STATE_VERSION;
	if (!is_new(translator))
		return VPNALG_STATE_NOT_EMPTY;
	load->clock = vpnalg_chunk_get(reader, 8);
	load->stamp = vpnalg_chunk_get(reader, 8);
	if (vpnalg_chunk_get(reader, 1) != key_len_of(translator))
		return VPNALG_STATE_VERSION;
	load->flags = (uint8_t)vpnalg_chunk_get(reader, 1);
	load->kind_count = (uint16_t)vpnalg_chunk_get(reader, 2);
	if (reader->short_of || reader->left != 0 || load->clock > CLOCK_MAX ||
	    load->kind_count > sizeof(load->kinds))
		return VPNALG_STATE_UNSOUND;
	load->state = reader->state;
	load->kinds_seen = 0;
	load->records = load->left_out = load->seen = 0;
	load->fragment = 0;
	load->datagram = 0;
	load->before = translator->now;
	memset(load->kinds, LOAD_NO_KIND, sizeof(load->kinds));
	clock_turn_to(translator, load->clock);
	translator->events.loading = true;
	load->part = load->kind_count > 0 ? PART_KINDS : PART_RECORDS;
	return VPNALG_STATE_MORE;
}

static int read_kind(struct vpnalg *translator, struct vpnalg_load *load,
		     struct chunk_reader *reader)
{
	int result = vpnalg_load_kind(translator, load, reader);

	load->kinds_seen++;
	if (load->kinds_seen == load->kind_count)
		load->part = PART_RECORDS;
	return result;
}

static int read_end(struct vpnalg_load *load, struct chunk_reader *reader)
{
	uint64_t records = vpnalg_chunk_get(reader, 8);

	if (reader->short_of || reader->left != 0)
		return VPNALG_STATE_UNSOUND;
	if (records != load->seen && !load->loose)
		return VPNALG_STATE_ORDER;
	load->part = PART_ENDED;
	return VPNALG_STATE_DONE;
}

/* Returns whether chunks of the type come in this part. */
static bool is_expected(const struct vpnalg_load *load, uint8_t type)
{
	switch (type) {
	case CHUNK_HEADER:
		return load->part == PART_HEADER;
	case CHUNK_KIND:
		return load->part == PART_KINDS;
	case CHUNK_RECORD:
	case CHUNK_DATAGRAM:
	case CHUNK_FRAGMENT:
	case CHUNK_END:
		return load->part == PART_RECORDS;
	default:
		return false;
	}
}

/* Returns 0 if the chunk is of this state and in its place, else the fault. */
static int place_fault(const struct vpnalg_load *load,
		       const struct chunk_reader *reader)
{
	if (load->part == PART_HEADER && reader->type != CHUNK_HEADER)
		return VPNALG_STATE_FOREIGN;
	if (load->part != PART_HEADER &&
	    reader->format != chunk_format(reader->type))
		return VPNALG_STATE_VERSION;
	if (load->part != PART_HEADER && reader->state != load->state)
		return VPNALG_STATE_FOREIGN;
	if (!is_expected(load, reader->type))
		return VPNALG_STATE_ORDER;
	if (load->loose && load->part == PART_RECORDS)
		return 0;
	return reader->number != load->number + 1 ? VPNALG_STATE_ORDER : 0;
}

static int take(struct vpnalg *translator, struct vpnalg_load *load,
		struct chunk_reader *reader)
{
	int fault = place_fault(load, reader);

	if (fault != 0)
		return fault;
	load->number = reader->number;
	switch (reader->type) {
	case CHUNK_HEADER:
		return read_header(translator, load, reader);
	case CHUNK_KIND:
		return read_kind(translator, load, reader);
	case CHUNK_DATAGRAM:
		return vpnalg_load_datagram(translator, load, reader);
	case CHUNK_FRAGMENT:
		return vpnalg_load_fragment(translator, load, reader);
	case CHUNK_END:
		return read_end(load, reader);
	default:
		load->seen++;
		return vpnalg_load_record(translator, load, reader);
	}
}

/* Returns whether the bytes, as many as there are, begin as a state does.
 * Others are refused before the length that they claim has come. */
static bool may_be_state(const struct vpnalg_load *load, const uint8_t *bytes,
			 size_t count)
{
	size_t magic = count < CHUNK_HEAD_LEN ? 0 : count - CHUNK_HEAD_LEN;

	if (load->part != PART_HEADER || count == 0)
		return true;
	if (magic > CHUNK_MAGIC_LEN)
		magic = CHUNK_MAGIC_LEN;
	return bytes[0] == CHUNK_HEADER &&
	       (magic == 0 ||
		memcmp(bytes + CHUNK_HEAD_LEN, CHUNK_MAGIC, magic) == 0);
}

int vpnalg_load_next(struct vpnalg *translator, struct vpnalg_load *load,
		     const void *bytes, size_t count, size_t *used)
{
	struct chunk_reader reader;
	size_t length = 0;
	int result;

	*used = 0;
	if (!VPNALG_WITH_STATES || load == NULL || load->size < sizeof(*load) ||
	    load->part > PART_OVER || event_is_running(translator))
		return VPNALG_STATE_INVALID;
	if (load->part == PART_OVER)
		return load->result != 0 ? load->result : VPNALG_STATE_INVALID;
	uplink_begin_call(translator);
	if (!may_be_state(load, bytes, count))
		return fail(translator, load, VPNALG_STATE_FOREIGN);
	switch (vpnalg_chunk_read(&reader, bytes, count, &length)) {
	case CHUNK_PART:
		return VPNALG_STATE_MORE;
	case CHUNK_DAMAGED:
		return fail(translator, load, VPNALG_STATE_DAMAGED);
	default:
		break;
	}
	result = take(translator, load, &reader);
	if (result < 0)
		return fail(translator, load, result);
	*used = length;
	return result;
}

/* Ending */

static void begin_to_live(struct vpnalg *translator, struct vpnalg_load *load,
			  vpnalg_time now)
{
	unsigned h;

	if (now > translator->callers_now)
		translator->callers_now = now;
	clock_turn_to(translator, load->clock + load->elapsed);
	translator->clock_offset = translator->now - translator->callers_now;
	vpnalg_load_fragment_end(translator, load);
	vpnalg_load_end_refused(translator, load);
	vpnalg_adopt_recount(translator);
	for (h = 0; h < translator->handler_count; h++)
		translator->policy.last_used[h] = VPNALG_NEVER;
	translator->sweep_cursor = 0;
	translator->sweep_earliest = VPNALG_NEVER;
	memset(translator->searches, 0, sizeof(translator->searches));
	translator->searching = false;
	vpnalg_adopt_notify(translator);
}

int vpnalg_load_end(struct vpnalg *translator, struct vpnalg_load *load,
		    vpnalg_time now)
{
	if (load == NULL || load->size < sizeof(*load) ||
	    event_is_running(translator))
		return VPNALG_STATE_INVALID;
	if (load->part >= PART_OVER)
		return load->result != 0 ? load->result : VPNALG_STATE_INVALID;
	if (load->part != PART_ENDED &&
	    !(load->loose && load->part == PART_RECORDS))
		return fail(translator, load, VPNALG_STATE_CUT);
	if (load->elapsed > CLOCK_MAX)
		return fail(translator, load, VPNALG_STATE_INVALID);
	begin_to_live(translator, load, now);
	load->part = PART_OVER;
	return VPNALG_STATE_DONE;
}
