/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_state.h"

#include <vpnalg/state.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "wall_clock.h"

/* Between two bursts: each step is a session, or a look at 32 places. */
#define STEPS 64

/* Most sessions take less in a state, and so do all fragments that are held. */
#define RECORD 200
#define FRAGMENTS (256 * 1024)

/* Loading */

/* A clock on the wall may have been set back meanwhile. */
static vpnalg_time since(uint64_t then)
{
	uint64_t now = wall_now();

	return now > then ? now - then : 0;
}

int nat_state_load(struct nat *nat, struct vpnalg_load *load,
		   const uint8_t *bytes, size_t length, vpnalg_time now)
{
	size_t used;
	int result;

	do {
		result = vpnalg_load_next(nat->translator, load, bytes, length,
					  &used);
		bytes += used;
		length -= used;
	} while (result == VPNALG_STATE_MORE && used > 0);
	if (result == VPNALG_STATE_DONE && length > 0)
		return VPNALG_STATE_ORDER; /* something follows the end */
	load->elapsed = since(load->stamp);
	return result < 0 ? result
			  : vpnalg_load_end(nat->translator, load, now);
}

static void load_file(struct nat *nat, const char *name, vpnalg_time now)
{
	struct vpnalg_load loading = { .size = sizeof(loading) };
	uint8_t *bytes;
	size_t length;
	int result;

	if (!state_file_read(name, &bytes, &length)) {
		say("state: %s: %s; beginning without it", name,
		    strerror(errno));
	} else if (bytes) {
		result = nat_state_load(nat, &loading, bytes, length, now);
		if (result == VPNALG_STATE_DONE)
			say("state: %s: %" PRIu64 " sessions loaded, %" PRIu64
			    " left out", name, loading.records,
			    loading.left_out);
		else
			say("state: %s: %s; beginning without it", name,
			    vpnalg_state_text(result));
	}
	free(bytes);
}

bool nat_state_open(struct nat_state *state, struct nat *nat,
		    const struct nat_options *options, vpnalg_time now)
{
	*state = (struct nat_state){
		.interval = options->state_every * 1000,
		.file.child = CHILD_NONE,
	};
	state->next = now + state->interval;
	if (!options->state)
		return true;
	load_file(nat, options->state, now);
	if (state_file_open(&state->file, options->state, REPLACE_FOR_SELF))
		return true;
	say("cannot start: state: %s: %s", options->state, strerror(errno));
	return false;
}

/* Saving */

static bool make_room(struct nat_state *state)
{
	size_t room = state->room * 2 + 65536;
	uint8_t *bytes;

	if (state->room - state->length >= VPNALG_STATE_CHUNK_MAX)
		return true;
	bytes = realloc(state->bytes, room);
	if (!bytes)
		return false;
	state->bytes = bytes;
	state->room = room;
	return true;
}

/* Makes room for all at once: memory that grows is copied, and packets would
 * wait for that. */
static void make_all_room(struct nat_state *state, const struct nat *nat)
{
	struct vpnalg_table_use use;
	size_t room;

	vpnalg_table_use(nat->table, &use);
	room = (use.records + use.records / 4) * (size_t)RECORD + FRAGMENTS +
	       65536;
	if (state->room >= room)
		return;
	free(state->bytes);
	state->bytes = malloc(room);
	state->room = state->bytes ? room : 0;
}

static void begin(struct nat_state *state, const struct nat *nat)
{
	make_all_room(state, nat);
	state->saving = (struct vpnalg_save){ .size = sizeof(state->saving),
					      .stamp = wall_now() };
	state->length = state->sent = 0;
}

/* Goes on with saving, by that many steps at most. Returns the result of the
 * last one; MORE, too, without memory. */
static int save(struct nat_state *state, const struct nat *nat,
		vpnalg_time now, unsigned steps)
{
	int result = VPNALG_STATE_MORE;
	size_t length;

	while (result == VPNALG_STATE_MORE && steps-- > 0 && make_room(state)) {
		result = vpnalg_save_next(nat->translator, now, &state->saving,
					  state->bytes + state->length,
					  state->room - state->length,
					  &length);
		state->length += length;
	}
	return result;
}

/* Says the first failure of a row of them. */
static void end(struct nat_state *state, bool well)
{
	if (!well && !state->failed)
		say("cannot save: %s: %s", state->file.name, strerror(errno));
	state->failed = !well;
	state->work = NAT_STATE_RESTS;
}

static void go_on_saving(struct nat_state *state, const struct nat *nat,
			 vpnalg_time now)
{
	if (!make_room(state))
		end(state, false);
	else if (save(state, nat, now, STEPS) == VPNALG_STATE_DONE)
		state->work = NAT_STATE_SENDS;
}

static void go_on_sending(struct nat_state *state)
{
	if (!state_file_send(&state->file, state->bytes, state->length,
			     &state->sent))
		end(state, false);
	else if (state->file.child.busy)
		end(state, true);
}

void nat_state_go_on(struct nat_state *state, const struct nat *nat,
		     vpnalg_time now)
{
	if (state->work == NAT_STATE_SAVES)
		go_on_saving(state, nat, now);
	else if (state->work == NAT_STATE_SENDS)
		go_on_sending(state);
	if (!state->file.name || now < state->next ||
	    state->work != NAT_STATE_RESTS)
		return;
	state->next = now + state->interval;
	if (!state_file_is_idle(&state->file))
		return;
	begin(state, nat);
	state->work = NAT_STATE_SAVES;
}

vpnalg_time nat_state_due(const struct nat_state *state, vpnalg_time now)
{
	if (state->work == NAT_STATE_SAVES)
		return now;
	return state->work == NAT_STATE_SENDS ? now + 1 : VPNALG_NEVER;
}

/* In one go, so that it is of one moment. What is on its way goes first. */
static bool save_at_once(struct nat_state *state, const struct nat *nat,
			 vpnalg_time now)
{
	if (state->work == NAT_STATE_SENDS &&
	    !state_file_finish(&state->file, state->bytes, state->length,
			       &state->sent))
		return false;
	begin(state, nat);
	return save(state, nat, now, UINT_MAX) == VPNALG_STATE_DONE &&
	       state_file_write(&state->file, state->bytes, state->length);
}

void nat_state_change(struct nat_state *state, const struct nat_options *next,
		      vpnalg_time now)
{
	unsigned interval = next->state_every * 1000;

	if (interval != state->interval)
		state->next = now + interval;
	state->interval = interval;
}

void nat_state_close(struct nat_state *state, const struct nat *nat,
		     vpnalg_time now)
{
	if (state->file.child.pid > 0)
		end(state, save_at_once(state, nat, now));
	state_file_close(&state->file);
	free(state->bytes);
	*state = (struct nat_state){ .file.child = CHILD_NONE };
}
