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

/* How often sessions are mirrored and the lease is renewed, in milliseconds. */
#define EVERY 300

#define NOBODY 65534

/* The process */

/* Takes the answers to so many commands. */
static bool answered(unsigned count)
{
	redisReply *reply;
	bool well = true;

	while (count-- > 0) {
		reply = NULL;
		if (redisGetReply(lease_redis, (void **)&reply) != REDIS_OK)
			return false;
		well = well && reply->type != REDIS_REPLY_ERROR;
		freeReplyObject(reply);
	}
	return well;
}

/* Appends the commands of a batch: of each session its ID, a length, and its
 * chunk, which is empty if it has ended; the head's ID is all ones. */
static unsigned append(const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;
	unsigned count = 0;
	uint32_t number, size;

	while (end - at >= 8) {
		memcpy(&number, at, 4);
		memcpy(&size, at + 4, 4);
		at += 8;
		if (number == UINT32_MAX)
			redisAppendCommand(lease_redis,
					   "SET " LEASE_HEAD_KEY " %b", at,
					   (size_t)size);
		else if (size > 0)
			redisAppendCommand(lease_redis,
					   "HSET " LEASE_SESSIONS_KEY " %u %b",
					   number, at, (size_t)size);
		else
			redisAppendCommand(lease_redis,
					   "HDEL " LEASE_SESSIONS_KEY " %u",
					   number);
		at += size;
		count++;
	}
	return count;
}

/* All of a batch becomes visible at once. */
static bool mirror(const uint8_t *bytes, size_t length, bool whole)
{
	unsigned count = 2;

	if (!lease_redis)
		return false;
	redisAppendCommand(lease_redis, "MULTI");
	if (whole) {
		redisAppendCommand(lease_redis, "DEL " LEASE_SESSIONS_KEY);
		count++;
	}
	count += append(bytes, length);
	redisAppendCommand(lease_redis, "EXEC");
	return answered(count);
}

struct head {
	uint64_t length;
	uint64_t whole;
};

/* What the process answers to a batch. */
enum { MIRRORED = 1, FAILED = 2, LOST = 3 };

/* Says once that Redis is gone, and once that it is back. */
static void say_change(bool works)
{
	static bool gone;

	if (works == gone)
		say("standby: Redis %s", works ? "is back"
					       : "is gone; traffic goes on");
	gone = !works;
}

static uint8_t take_batch(const uint8_t *bytes, const struct head *head)
{
	enum lease lease;

	if (!lease_redis)
		lease_connect();
	lease = lease_renew();
	if (lease == LEASE_ANOTHERS)
		return LOST;
	if (lease == LEASE_MINE &&
	    mirror(bytes, (size_t)head->length, head->whole)) {
		say_change(true);
		return MIRRORED;
	}
	lease_disconnect();
	say_change(false);
	return FAILED;
}

static void serve(int fd, const void *what)
{
	struct head head;
	uint8_t *bytes, answer;

	(void)what;
	lease_redis = NULL; /* the parent's */
	if (geteuid() == 0 && (setgid(NOBODY) || setuid(NOBODY)))
		return;
	while (child_receive(fd, &head, sizeof(head))) {
		bytes = malloc((size_t)head.length + 1);
		if (!bytes || !child_receive(fd, bytes, (size_t)head.length))
			break;
		answer = take_batch(bytes, &head);
		free(bytes);
		if (!child_send(fd, &answer, 1))
			break;
	}
	lease_give_up();
}

/* Beginning */

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

/* Reads head and sessions, as they were at one moment: nobody writes now. */
static void fetch(struct standby *standby)
{
	redisReply *head = redisCommand(lease_redis, "GET " LEASE_HEAD_KEY);
	redisReply *all =
		redisCommand(lease_redis, "HVALS " LEASE_SESSIONS_KEY);

	if (head && all && head->type == REDIS_REPLY_STRING &&
	    all->type == REDIS_REPLY_ARRAY) {
		add(standby, head->str, head->len);
		for (size_t i = 0; i < all->elements; i++)
			if (all->element[i]->type == REDIS_REPLY_STRING)
				add(standby, all->element[i]->str,
				    all->element[i]->len);
	}
	freeReplyObject(head);
	freeReplyObject(all);
}

bool standby_wait(struct standby *standby, const char *url)
{
	if (!url)
		return true;
	if (!lease_open(url)) {
		say("cannot start: standby: %s: not redis://HOST[:PORT]", url);
		return false;
	}
	if (!lease_wait())
		return false;
	say("standby: active");
	fetch(standby);
	standby->whole = true;
	if (!child_start(&standby->child, serve, NULL)) {
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

static void add_entry(struct standby *standby, uint32_t number,
		      const uint8_t *chunk, size_t length)
{
	uint32_t size = (uint32_t)length;

	add(standby, &number, 4);
	add(standby, &size, 4);
	add(standby, chunk, length);
}

/* Adds the header and the kinds, and sets save up for sessions. */
static void add_head(struct standby *standby, struct nat *nat,
		     struct vpnalg_save *save, vpnalg_time now)
{
	static uint32_t state;
	uint8_t head[65536];
	size_t length = 0, chunk;

	*save = (struct vpnalg_save){ .size = sizeof(*save), .state = state,
				      .stamp = wall_now() };
	while (vpnalg_save_next(nat->translator, now, save, head + length,
				sizeof(head) - length, &chunk) ==
		       VPNALG_STATE_MORE &&
	       save->records == 0 && chunk > 0)
		length += chunk;
	state = save->state;
	add_entry(standby, UINT32_MAX, head, length);
}

static void send_batch(struct standby *standby, struct nat *nat,
		       vpnalg_time now)
{
	uint8_t chunk[VPNALG_STATE_CHUNK_MAX];
	struct child *child = &standby->child;
	struct vpnalg_save save;
	struct vpnalg_record *record;
	struct head head;
	uint32_t number;

	standby->length = 0;
	if (standby->whole)
		mirror_all(nat);
	add_head(standby, nat, &save, now);
	while (mirror_next(&record, &number))
		add_entry(standby, number, chunk,
			  record ? vpnalg_save_record(nat->translator, &save,
						      record, chunk,
						      sizeof(chunk))
				 : 0);
	head = (struct head){ standby->length, standby->whole };
	child->busy = child_send(child->fd, &head, sizeof(head)) &&
		      child_send(child->fd, standby->bytes, standby->length);
	if (!child->busy) { /* nobody renews the lease any more */
		say("cannot go on: standby: its process is gone");
		standby->lost = true;
	}
	standby->whole = false;
}

bool standby_go_on(struct standby *standby, struct nat *nat, vpnalg_time now)
{
	uint8_t answer;
	bool idle;

	if (standby->child.fd < 0)
		return true;
	idle = child_is_idle(&standby->child, &answer);
	standby->whole = standby->whole || answer == FAILED;
	if (answer == LOST) {
		say("cannot go on: standby: another gateway is active");
		standby->lost = true;
	}
	if (now < standby->next)
		return !standby->lost;
	standby->next = now + EVERY;
	if (idle)
		send_batch(standby, nat, now);
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
