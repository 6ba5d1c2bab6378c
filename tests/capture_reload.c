/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_reload.h"

#include <stdio.h>
#include <stdlib.h>

#include <vpnalg/state.h>

/* The longest state of a capture. */
#define ROOM 4000000

static struct capture_place places[2];
static unsigned at;
static uint8_t state[ROOM];

static _Noreturn void fail(const char *what, int result)
{
	fprintf(stderr, "%s: %s\n", what, vpnalg_state_text(result));
	exit(1);
}

static struct vpnalg *make(const struct capture *capture)
{
	static uint64_t key;

	places[at].hash_key[0] = ++key;
	places[at].hash_key[1] = ~key;
	return capture_translator_at(capture, &places[at]);
}

struct vpnalg *capture_reload_begin(const struct capture *capture)
{
	capture_chance();
	return make(capture);
}

/* Returns how long the state is. */
static size_t save(struct vpnalg *translator, vpnalg_time now)
{
	struct vpnalg_save saving = { .size = sizeof(saving), .state = 1 };
	size_t length, all = 0;
	int result;

	do {
		result = vpnalg_save_next(translator, now, &saving,
					  state + all, ROOM - all, &length);
		all += length;
	} while (result == VPNALG_STATE_MORE);
	if (result != VPNALG_STATE_DONE)
		fail("save", result);
	return all;
}

static void load(struct vpnalg *translator, size_t length, vpnalg_time now)
{
	struct vpnalg_load loading = { .size = sizeof(loading),
				       .services = true };
	size_t used, all = 0;
	int result;

	do {
		result = vpnalg_load_next(translator, &loading, state + all,
					  length - all, &used);
		all += used;
	} while (result == VPNALG_STATE_MORE && used > 0);
	if (result == VPNALG_STATE_DONE)
		result = vpnalg_load_end(translator, &loading, now);
	if (result != VPNALG_STATE_DONE)
		fail("load", result);
	if (loading.left_out > 0)
		fail("load", VPNALG_STATE_UNSOUND);
}

struct vpnalg *capture_reload(const struct capture *capture,
			      struct vpnalg *translator, vpnalg_time now)
{
	size_t length = save(translator, now);
	struct vpnalg *another;

	at = !at;
	another = make(capture);
	load(another, length, now);
	return another;
}
