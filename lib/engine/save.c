/* SPDX-License-Identifier: BSD-2-Clause */
/* Saving sessions, then what is known of datagrams in fragments: a chunk at
 * each step. The engine's own records are not saved: they follow from the
 * sessions. */
#include <vpnalg/state.h>

#include <string.h>

#include "account.h"
#include "chunk.h"
#include "clock.h"
#include "event.h"
#include "layout.h"
#include "record.h"
#include "save_fragment.h"
#include "saved.h"
#include "uplink.h"

/* The most places of the store that a step looks at. */
#define STEP_PLACES 32

enum part { PART_HEADER, PART_KINDS, PART_RECORDS, PART_FRAGMENTS, PART_OVER };

static void put_header(struct vpnalg *translator,
		       const struct vpnalg_save *save, struct chunk *chunk)
{
	vpnalg_chunk_put_bytes(chunk, CHUNK_MAGIC, CHUNK_MAGIC_LEN);
	vpnalg_chunk_put(chunk, 8, translator->now);
	vpnalg_chunk_put(chunk, 8, save->stamp);
	vpnalg_chunk_put(chunk, 1, key_len_of(translator));
	vpnalg_chunk_put(chunk, 1, saved_byte_order());
	vpnalg_chunk_put(chunk, 2, translator->kind_count);
}

/* Kinds */

static void put_name(struct chunk *chunk, const char *name)
{
	size_t length = saved_name_length(name);

	vpnalg_chunk_put(chunk, 1, length);
	if (length > 0)
		vpnalg_chunk_put_bytes(chunk, name, length);
}

static void put_kind(struct vpnalg *translator, unsigned number,
		     struct chunk *chunk)
{
	unsigned handler = translator->handler_count;
	const struct vpnalg_kind *kind;

	do
		handler--;
	while (translator->kind_base[handler] > number);
	kind = session_kind(translator, handler,
			    number - translator->kind_base[handler]);
	vpnalg_chunk_put(chunk, 1, number);
	vpnalg_chunk_put(chunk, 1, kind->slots);
	vpnalg_chunk_put(chunk, 1, kind->body);
	put_name(chunk, translator->handlers[handler]->name);
	put_name(chunk, kind->name);
	put_name(chunk, kind->layout);
}

/* Records */

/* Puts a body of that length. */
static void put_body(struct chunk *chunk, const char *layout, const void *body,
		     size_t bytes)
{
	vpnalg_layout_copy(layout, chunk->at, body, bytes, LAYOUT_OUT);
	chunk->at += bytes;
}

static void put_record(struct vpnalg *translator, struct vpnalg_record *record,
		       struct chunk *chunk)
{
	const struct vpnalg_kind *kind = record_kind(translator, record);
	const struct account *account = vpnalg_account_of(translator, record);
	unsigned handler = vpnalg_record_handler(record), slot;

	vpnalg_chunk_put(chunk, 1,
			 translator->kind_base[handler] + record->kind);
	vpnalg_chunk_put(chunk, 1, record->flags & SAVED_FLAGS);
	vpnalg_chunk_put(chunk, 1, record->keys);
	vpnalg_chunk_put(
		chunk, 1,
		(vpnalg_record_is_routers(record) ? SAVED_ROUTERS : 0U) |
			(account != NULL ? SAVED_ACCOUNT : 0U));
	vpnalg_chunk_put(chunk, 2, record->children);
	vpnalg_chunk_put(chunk, 2, 0);
	vpnalg_chunk_put(chunk, 8, record->deadline);
	for (slot = 0; slot < record->slots; slot++)
		saved_put_key(translator, chunk,
			      record_key(translator, record, slot));
	put_body(chunk, kind->layout, vpnalg_session_body(translator, record),
		 kind->body);
	if (account != NULL)
		put_body(chunk, SAVED_ACCOUNT_LAYOUT, account,
			 sizeof(*account));
}

/* Returns the next session of the step; NULL if there is none so far. *over is
 * set at the end of the round. */
static struct vpnalg_record *next_record(struct vpnalg *translator,
					 uint64_t *cursor, bool *over)
{
	struct vpnalg_record *record;
	unsigned i;

	*over = false;
	for (i = 0; i < STEP_PLACES; i++) {
		if (!record_next(translator, cursor, &record)) {
			*over = true;
			return NULL;
		}
		if (record_is_session(translator, record))
			return record;
	}
	return NULL;
}

/* Steps */

static size_t save_kind(struct vpnalg *translator, struct vpnalg_save *save,
			void *buffer)
{
	struct chunk chunk;

	vpnalg_chunk_begin(&chunk, buffer, CHUNK_KIND, save->number++,
			   save->state);
	put_kind(translator, save->kind++, &chunk);
	if (save->kind == translator->kind_count)
		save->part = PART_RECORDS;
	return vpnalg_chunk_end(&chunk);
}

static size_t save_header(struct vpnalg *translator, struct vpnalg_save *save,
			  void *buffer)
{
	struct chunk chunk;

	while (save->state == 0)
		save->state = vpnalg_session_random(translator);
	save->number = 1;
	save->kind = 0;
	save->cursor = save->records = 0;
	save->fate = 0;
	vpnalg_chunk_begin(&chunk, buffer, CHUNK_HEADER, save->number++,
			   save->state);
	put_header(translator, save, &chunk);
	save->part = PART_KINDS;
	return vpnalg_chunk_end(&chunk);
}

static size_t save_end(struct vpnalg_save *save, void *buffer)
{
	struct chunk chunk;

	vpnalg_chunk_begin(&chunk, buffer, CHUNK_END, save->number++,
			   save->state);
	vpnalg_chunk_put(&chunk, 8, save->records);
	save->part = PART_OVER;
	return vpnalg_chunk_end(&chunk);
}

static size_t save_fragments(struct vpnalg *translator,
			     struct vpnalg_save *save, void *buffer)
{
	bool over;
	size_t length = vpnalg_save_fragments(translator, save, buffer, &over);

	return over ? save_end(save, buffer) : length;
}

static size_t save_session(struct vpnalg *translator, struct vpnalg_save *save,
			   void *buffer)
{
	struct vpnalg_record *record;
	struct chunk chunk;
	bool over;

	record = next_record(translator, &save->cursor, &over);
	if (over) {
		save->part = PART_FRAGMENTS;
		save->cursor = 0;
		return save_fragments(translator, save, buffer);
	}
	if (record == NULL)
		return 0;
	save->records++;
	vpnalg_chunk_begin(&chunk, buffer, CHUNK_RECORD, save->number++,
			   save->state);
	put_record(translator, record, &chunk);
	return vpnalg_chunk_end(&chunk);
}

int vpnalg_save_next(struct vpnalg *translator, vpnalg_time now,
		     struct vpnalg_save *save, void *buffer, size_t room,
		     size_t *length)
{
	*length = 0;
	if (save == NULL || save->size < sizeof(*save) ||
	    save->part > PART_OVER || room < VPNALG_STATE_CHUNK_MAX ||
	    event_is_running(translator))
		return VPNALG_STATE_INVALID;
	clock_set(translator, now);
	uplink_begin_call(translator);
	if (save->part == PART_HEADER)
		*length = save_header(translator, save, buffer);
	else if (save->part == PART_KINDS)
		*length = save_kind(translator, save, buffer);
	else if (save->part == PART_RECORDS)
		*length = save_session(translator, save, buffer);
	else if (save->part == PART_FRAGMENTS)
		*length = save_fragments(translator, save, buffer);
	return save->part == PART_OVER ? VPNALG_STATE_DONE : VPNALG_STATE_MORE;
}

size_t vpnalg_save_record(struct vpnalg *translator,
			  const struct vpnalg_save *save,
			  struct vpnalg_record *record, void *buffer,
			  size_t room)
{
	struct chunk chunk;

	if (room < VPNALG_STATE_CHUNK_MAX ||
	    !record_is_session(translator, record))
		return 0;
	vpnalg_chunk_begin(&chunk, buffer, CHUNK_RECORD, 0, save->state);
	put_record(translator, record, &chunk);
	return vpnalg_chunk_end(&chunk);
}
