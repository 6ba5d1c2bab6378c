/* SPDX-License-Identifier: BSD-2-Clause */
#include "load_record.h"

#include <string.h>

#include "account.h"
#include "adopt.h"
#include "binding.h"
#include "has.h"
#include "key.h"
#include "layout.h"
#include "load_refused.h"
#include "record.h"
#include "saved.h"
#include "session.h"
#include "withheld.h"

/* A session as its chunk has it. */
struct saved {
	const struct vpnalg_kind *kind;
	unsigned handler, number; /* of the kind among the handler's */
	uint8_t flags, keys, bits;
	uint16_t children;
	uint64_t deadline;
	const uint8_t *key, *body,
		*account; /* account: NULL if there is none */
};

/* Kinds */

/* A name as its chunk has it. */
struct name {
	const uint8_t *text;
	size_t length;
};

static struct name get_name(struct chunk_reader *reader)
{
	size_t length = (size_t)vpnalg_chunk_get(reader, 1);

	return (struct name){ vpnalg_chunk_get_bytes(reader, length), length };
}

static bool is_name(const struct name *name, const char *known)
{
	return saved_name_length(known) == name->length &&
	       (name->length == 0 ||
		memcmp(name->text, known, name->length) == 0);
}

/* Returns the handler's place; handler_count if there is none. */
static unsigned find_handler(const struct vpnalg *translator,
			     const struct name *name)
{
	unsigned h;

	for (h = 0; h < translator->handler_count; h++)
		if (is_name(name, translator->handlers[h]->name))
			break;
	return h;
}

static const struct vpnalg_kind *find_kind(const struct vpnalg_handler *handler,
					   const struct name *name,
					   unsigned *number)
{
	for (*number = 0; *number < handler->kind_count; ++*number)
		if (is_name(name, handler->kinds[*number].name))
			return &handler->kinds[*number];
	return NULL;
}

/* Returns whether bodies of the kind have the same format here as in the state.
 */
static bool are_same(const struct vpnalg_load *load,
		     const struct vpnalg_kind *kind, uint64_t body,
		     const struct name *layout)
{
	return kind->body == body && is_name(layout, kind->layout) &&
	       (kind->layout != NULL || kind->body == 0 ||
		load->flags == saved_byte_order());
}

/* Sessions of a protocol that is not carried here are left out. A kind of a
 * carried protocol must be the same as here. */
int vpnalg_load_kind(struct vpnalg *translator, struct vpnalg_load *load,
		     struct chunk_reader *reader)
{
	uint8_t place = (uint8_t)vpnalg_chunk_get(reader, 1);
	uint64_t slots = vpnalg_chunk_get(reader, 1);
	uint64_t body = vpnalg_chunk_get(reader, 1);
	struct name protocol = get_name(reader), name = get_name(reader);
	struct name layout = get_name(reader);
	const struct vpnalg_kind *kind;
	unsigned h, number;

	if (reader->short_of || reader->left != 0 || place != load->kinds_seen)
		return VPNALG_STATE_UNSOUND;
	h = find_handler(translator, &protocol);
	if (h == translator->handler_count)
		return VPNALG_STATE_MORE;
	kind = find_kind(translator->handlers[h], &name, &number);
	if (kind == NULL || kind->slots != slots ||
	    !are_same(load, kind, body, &layout))
		return VPNALG_STATE_VERSION;
	load->kinds[place] = (uint8_t)(h << 4 | number);
	return VPNALG_STATE_MORE;
}

/* Reading a record */

/* Returns false if the translator has no such kind. */
static bool find_place(const struct vpnalg *translator,
		       const struct vpnalg_load *load, uint8_t place,
		       struct saved *saved)
{
	uint8_t at = load->kinds[place];

	if (at == LOAD_NO_KIND)
		return false;
	saved->handler = at >> 4;
	saved->number = at & 15;
	saved->kind = session_kind(translator, saved->handler, saved->number);
	return true;
}

/* Returns whether the chunk has all parts of a record, and nothing else. */
static bool read(const struct vpnalg *translator, struct chunk_reader *reader,
		 struct saved *saved)
{
	saved->flags = (uint8_t)vpnalg_chunk_get(reader, 1);
	saved->keys = (uint8_t)vpnalg_chunk_get(reader, 1);
	saved->bits = (uint8_t)vpnalg_chunk_get(reader, 1);
	saved->children = (uint16_t)vpnalg_chunk_get(reader, 2);
	vpnalg_chunk_get(reader, 2);
	saved->deadline = vpnalg_chunk_get(reader, 8);
	saved->key = vpnalg_chunk_get_bytes(
		reader, saved->kind->slots * key_len_of(translator));
	saved->body = vpnalg_chunk_get_bytes(reader, saved->kind->body);
	saved->account =
		saved->bits & SAVED_ACCOUNT
			? vpnalg_chunk_get_bytes(reader, sizeof(struct account))
			: NULL;
	return !reader->short_of && reader->left == 0 &&
	       (saved->flags & ~SAVED_FLAGS) == 0 &&
	       (saved->bits & ~(SAVED_ROUTERS | SAVED_ACCOUNT)) == 0;
}

/* Returns whether the settings exclude the session: the router's own sessions,
 * or services. */
static bool is_left_out(const struct vpnalg *translator,
			const struct vpnalg_load *load,
			const struct saved *saved)
{
	if (saved->bits & SAVED_ROUTERS && !has_routers(translator))
		return true;
	return (!VPNALG_WITH_SERVICES || !load->services) &&
	       saved->number + 1U ==
		       translator->handlers[saved->handler]->service_kind;
}

/* Making the record */

static void set_keys(const struct vpnalg *translator,
		     struct vpnalg_record *record, const uint8_t *from)
{
	unsigned slot;

	for (slot = 0; slot < record->slots; slot++) {
		saved_get_key(translator, from,
			      record_key(translator, record, slot));
		from += key_len_of(translator);
	}
}

/* An account begins anew where none was saved. */
static void set_account(const struct vpnalg *translator,
			struct vpnalg_record *record, const uint8_t *from)
{
	struct account *account = vpnalg_account_of(translator, record);

	if (account == NULL)
		return;
	if (from != NULL)
		vpnalg_layout_copy(SAVED_ACCOUNT_LAYOUT, (uint8_t *)account,
				   from, sizeof(*account), LAYOUT_IN);
	else
		vpnalg_account_open(translator, record);
}

/* Returns the record, without any key in the store; NULL without room. */
static struct vpnalg_record *make(struct vpnalg *translator,
				  const struct saved *saved)
{
	const struct vpnalg_kind *kind = saved->kind;
	struct vpnalg_record *record = vpnalg_record_add(
		translator,
		sizeof(*record) + kind->slots * key_len_of(translator) +
			kind->body +
			(translator->accounts ? account_bytes(kind) : 0));

	if (record == NULL)
		return NULL;
	record->deadline = saved->deadline;
	record->slots = kind->slots;
	record->handler = (uint8_t)saved->handler;
	if (saved->bits & SAVED_ROUTERS)
		record->handler |= VPNALG_HANDLER_ROUTER;
	record->kind = (uint8_t)saved->number;
	record->flags = saved->flags;
	record->children = saved->children;
	set_keys(translator, record, saved->key);
	vpnalg_layout_copy(kind->layout,
			   vpnalg_session_body(translator, record), saved->body,
			   kind->body, LAYOUT_IN);
	set_account(translator, record, saved->account);
	return record;
}

/* Linking it */

/* A holder of the key was saved while sessions came and went, and had ended by
 * the time that this one was saved: it is removed. */
static int link_key(struct vpnalg *translator, struct vpnalg_load *load,
		    struct vpnalg_record *record, unsigned slot)
{
	const struct vpnalg_store *store = translator->store;
	const uint8_t *key = record_key(translator, record, slot);
	uint64_t hash = vpnalg_key_hash(translator, key);
	struct vpnalg_record *holder =
		vpnalg_record_find(translator, key, hash);

	if (holder == record)
		return VPNALG_STATE_UNSOUND;
	if (holder != NULL)
		vpnalg_load_take_back(translator, load, holder);
	if (translator->fault ||
	    !store->link(store->context, record, slot, hash))
		return VPNALG_STATE_STORE;
	record->keys |= (uint8_t)(1U << slot);
	return VPNALG_STATE_MORE;
}

static int link_keys(struct vpnalg *translator, struct vpnalg_load *load,
		     struct vpnalg_record *record, uint8_t keys)
{
	int result = VPNALG_STATE_MORE;
	unsigned slot;

	for (slot = 0; slot < record->slots && result > 0; slot++)
		if (keys >> slot & 1)
			result = link_key(translator, load, record, slot);
	return result;
}

static int leave_out(struct vpnalg *translator, struct vpnalg_load *load,
		     struct vpnalg_record *record)
{
	if (record != NULL)
		vpnalg_session_dismantle(translator, record);
	load->left_out++;
	return VPNALG_STATE_MORE;
}

static int give_up(struct vpnalg *translator, struct vpnalg_record *record,
		   int result)
{
	vpnalg_session_dismantle(translator, record);
	return result;
}

/* Returns whether a key of the record is withheld. */
static bool is_withheld(struct vpnalg *translator, struct vpnalg_record *record,
			uint8_t keys)
{
	const uint8_t *key;
	unsigned slot;

	for (slot = 0; slot < record->slots; slot++) {
		key = record_key(translator, record, slot);
		if (keys >> slot & 1 &&
		    vpnalg_withheld_at(translator, key,
				       vpnalg_key_hash(translator, key)) !=
			    NULL)
			return true;
	}
	return false;
}

/* Makes a record that is sound, and has no keys yet, a session. */
static int make_session(struct vpnalg *translator, struct vpnalg_load *load,
			struct vpnalg_record *record, uint8_t keys)
{
	int result;

	if (vpnalg_record_is_stale(translator, record) ||
	    is_withheld(translator, record, keys))
		return leave_out(translator, load, record);
	result = link_keys(translator, load, record, keys);
	if (result < 0)
		return give_up(translator, record, result);
	if (!vpnalg_binding_reserve(translator, record)) {
		vpnalg_load_refuse(translator, load, record);
		return VPNALG_STATE_MORE;
	}
	if (!vpnalg_adopt(translator, record)) {
		vpnalg_binding_give_back(translator, record);
		return give_up(translator, record, VPNALG_STATE_STORE);
	}
	load->records++;
	return VPNALG_STATE_MORE;
}

int vpnalg_load_record(struct vpnalg *translator, struct vpnalg_load *load,
		       struct chunk_reader *reader)
{
	struct saved saved = { 0 };
	struct vpnalg_record *record;

	translator->fault = false;
	if (!find_place(translator, load, (uint8_t)vpnalg_chunk_get(reader, 1),
			&saved))
		return leave_out(translator, load, NULL);
	if (!read(translator, reader, &saved))
		return VPNALG_STATE_UNSOUND;
	if (is_left_out(translator, load, &saved))
		return leave_out(translator, load, NULL);
	record = make(translator, &saved);
	if (record == NULL)
		return VPNALG_STATE_STORE;
	record->keys = saved.keys;
	if (!vpnalg_adopt_is_sound(translator, record)) {
		record->keys = 0;
		vpnalg_record_remove(translator, record);
		return VPNALG_STATE_UNSOUND;
	}
	record->keys = 0;
	return make_session(translator, load, record, saved.keys);
}
