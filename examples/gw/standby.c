/* SPDX-License-Identifier: BSD-2-Clause */
#include "standby.h"

#include <vpnalg/state.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "../common/nat_state.h"
#include "../common/say.h"
#include "../common/wall_clock.h"
#include "lease.h"
#include "mirror.h"
#include "standby_fetch.h"
#include "standby_redis.h"

/* The interval at which sessions are mirrored and the lease is renewed, in
 * milliseconds; and the shorter one while changes are left to be mirrored. */
#define EVERY 300
#define AGAIN 5

/* The bytes of a batch, plus one session at most: a thousand sessions or so. To
 * make it takes a millisecond or so, the socket to the process takes all of it
 * without waiting, and Redis carries it out in a few milliseconds, so that the
 * lease is renewed in time between two. */
#define BATCH_MAX 131072

/* Beginning */

/* Takes the lease, and reads what the gateway before has left. A large table
 * takes so long that another one may have got the lease meanwhile. */
static bool take_over(struct standby *standby)
{
	struct standby_fetched fetched = { 0 };

	do {
		if (!lease_wait()) {
			free(fetched.bytes);
			return false;
		}
	} while (!standby_fetch(&fetched) || lease_renew() == LEASE_ANOTHERS);
	standby->bytes = fetched.bytes;
	standby->length = fetched.length;
	standby->room = fetched.room;
	return true;
}

bool standby_wait(struct standby *standby, const char *url)
{
	if (!url)
		return true;
	if (!lease_open(url)) {
		say("cannot start: standby: %s: not redis://HOST[:PORT]", url);
		return false;
	}
	if (!take_over(standby))
		return false;
	say("standby: active");
	standby->whole = true;
	if (!child_start(&standby->child, standby_redis_serve, NULL)) {
		say("cannot start: standby: %s", strerror(errno));
		return false;
	}
	lease_disconnect();
	return true;
}

bool standby_load(struct standby *standby, struct nat *nat, vpnalg_time now)
{
	struct vpnalg_load load = { .size = sizeof(load), .loose = true };
	int result;

	if (standby->length > 0) {
		result = nat_state_load(nat, &load, standby->bytes,
					standby->length, now);
		say("standby: %s: %llu sessions", vpnalg_state_text(result),
		    (unsigned long long)load.records);
	}
	return mirror_begin(nat);
}

/* Mirroring */

static void add(struct standby *standby, const void *bytes, size_t length)
{
	uint8_t *more;

	if (standby->length + length > standby->room) {
		standby->room = (standby->length + length) * 2;
		more = realloc(standby->bytes, standby->room);
		if (!more) {
			say("standby: no memory");
			exit(EXIT_FAILURE);
		}
		standby->bytes = more;
	}
	memcpy(standby->bytes + standby->length, bytes, length);
	standby->length += length;
}

static void add_entry(struct standby *standby, uint32_t number,
		      const uint8_t *chunk, size_t length)
{
	uint32_t size = (uint32_t)length;

	add(standby, &number, 4);
	add(standby, &size, 4);
	add(standby, chunk, length);
}

/* Makes the header and the kinds, and sets save up for sessions. */
static void make_head(struct standby *standby, struct nat *nat,
		      struct vpnalg_save *save, vpnalg_time now)
{
	static uint32_t state;
	size_t chunk;

	standby->head_length = 0;
	*save = (struct vpnalg_save){ .size = sizeof(*save), .state = state,
				      .stamp = wall_now() };
	while (vpnalg_save_next(nat->translator, now, save,
				standby->head + standby->head_length,
				sizeof(standby->head) - standby->head_length,
				&chunk) == VPNALG_STATE_MORE &&
	       save->records == 0 && chunk > 0)
		standby->head_length += chunk;
	state = save->state;
}

/* Returns what the next batch is. */
static unsigned begin_batch(struct standby *standby, const struct nat *nat)
{
	unsigned first = standby->whole ? STANDBY_FIRST : 0;

	standby->length = 0;
	if (standby->whole)
		mirror_begin_round();
	standby->apart = standby->apart || standby->whole;
	standby->whole = false;
	mirror_go_round(nat);
	return standby->apart ? STANDBY_APART | first : 0;
}

/* Adds what has waited longest; what is too much goes with the next batch. */
static void add_changed(struct standby *standby, struct nat *nat,
			const struct vpnalg_save *save)
{
	uint8_t chunk[VPNALG_STATE_CHUNK_MAX];
	struct vpnalg_record *record;
	uint32_t number;

	while (standby->length < BATCH_MAX && mirror_next(&record, &number))
		add_entry(standby, number, chunk,
			  record ? vpnalg_save_record(nat->translator, save,
						      record, chunk,
						      sizeof(chunk))
				 : 0);
}

/* The head is of the sessions that are to be seen with it. */
static void send_batch(struct standby *standby, struct nat *nat,
		       vpnalg_time now)
{
	struct child *child = &standby->child;
	struct vpnalg_save save;
	struct standby_batch head;
	unsigned what = begin_batch(standby, nat);

	make_head(standby, nat, &save, now);
	add_changed(standby, nat, &save);
	if (standby->apart && mirror_round_is_over()) {
		what |= STANDBY_LAST;
		standby->apart = false;
	}
	if (!standby->apart)
		add_entry(standby, UINT32_MAX, standby->head,
			  standby->head_length);
	head = (struct standby_batch){ standby->length, what };
	child->busy = child_send(child->fd, &head, sizeof(head)) &&
		      child_send(child->fd, standby->bytes, standby->length);
	if (!child->busy) { /* the lease is not renewed any more */
		say("cannot go on: standby: its process is gone");
		standby->lost = true;
	}
}

static vpnalg_time next_time(const struct standby *standby, vpnalg_time now)
{
	bool more = standby->apart || mirror_has_more();

	return now + (more ? AGAIN : EVERY);
}

bool standby_go_on(struct standby *standby, struct nat *nat, vpnalg_time now)
{
	uint8_t answer;
	bool idle;

	if (standby->child.fd < 0)
		return true;
	idle = child_is_idle(&standby->child, &answer);
	if (answer == STANDBY_FAILED) {
		standby->whole = true;
		standby->next = now + EVERY;
	}
	if (answer == STANDBY_LOST) {
		say("cannot go on: standby: another gateway is active");
		standby->lost = true;
	}
	if (now < standby->next)
		return !standby->lost;
	if (idle)
		send_batch(standby, nat, now);
	standby->next = next_time(standby, now);
	return !standby->lost;
}

vpnalg_time standby_due(const struct standby *standby)
{
	return standby->child.fd >= 0 ? standby->next : VPNALG_NEVER;
}

void standby_close(struct standby *standby)
{
	child_end(&standby->child);
	free(standby->bytes);
	*standby = (struct standby){ .child = CHILD_NONE };
}
