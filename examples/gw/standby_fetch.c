/* SPDX-License-Identifier: BSD-2-Clause */
#include "standby_fetch.h"

#include <stdlib.h>
#include <string.h>

#include "../common/say.h"
#include "../common/wall_clock.h"
#include "lease.h"

/* So many sessions or so are a step: half a megabyte, for which Redis takes a
 * millisecond or two. */
#define STEP "2000"

/* The lease is renewed so often, in milliseconds. */
#define RENEW_EVERY 300

/* Room for a cursor of 64 bits. */
#define CURSOR_MAX 24

struct fetching {
	struct standby_fetched *fetched;
	char cursor[CURSOR_MAX];
	uint64_t renewed;
};

static void add(struct standby_fetched *fetched, const redisReply *bytes)
{
	uint8_t *more;

	if (fetched->length + bytes->len > fetched->room) {
		fetched->room = (fetched->length + bytes->len) * 2;
		more = realloc(fetched->bytes, fetched->room);
		if (!more) {
			say("standby: no memory");
			exit(EXIT_FAILURE);
		}
		fetched->bytes = more;
	}
	memcpy(fetched->bytes + fetched->length, bytes->str, bytes->len);
	fetched->length += bytes->len;
}

/* Takes pairs of an ID and a chunk. A scan may come to a session twice, while
 * Redis moves what it has: the loader has the later one take its own place. */
static void take(struct fetching *fetching, const redisReply *pairs)
{
	for (size_t i = 1; i < pairs->elements; i += 2)
		if (pairs->element[i]->type == REDIS_REPLY_STRING)
			add(fetching->fetched, pairs->element[i]);
}

static void say_missing(void)
{
	say("standby: Redis does not give all sessions");
}

static bool is_step(const redisReply *reply)
{
	return reply && reply->type == REDIS_REPLY_ARRAY &&
	       reply->elements == 2 &&
	       reply->element[0]->type == REDIS_REPLY_STRING &&
	       reply->element[0]->len < CURSOR_MAX &&
	       reply->element[1]->type == REDIS_REPLY_ARRAY;
}

/* Returns false if Redis does not answer as it must. */
static bool go_on(struct fetching *fetching)
{
	redisReply *reply = redisCommand(
		lease_redis, "HSCAN " LEASE_SESSIONS_KEY " %s COUNT " STEP,
		fetching->cursor);
	bool well = is_step(reply);

	if (well) {
		take(fetching, reply->element[1]);
		strcpy(fetching->cursor, reply->element[0]->str);
	} else {
		say_missing();
	}
	freeReplyObject(reply);
	return well;
}

/* Returns false if another gateway has the lease. */
static bool keep_lease(struct fetching *fetching)
{
	uint64_t now = wall_now();

	if (now - fetching->renewed < RENEW_EVERY)
		return true;
	fetching->renewed = now;
	return lease_renew() != LEASE_ANOTHERS;
}

static bool fetch_sessions(struct fetching *fetching)
{
	strcpy(fetching->cursor, "0");
	do {
		if (!go_on(fetching))
			return true;
		if (!keep_lease(fetching))
			return false;
	} while (strcmp(fetching->cursor, "0") != 0);
	return true;
}

bool standby_fetch(struct standby_fetched *fetched)
{
	struct fetching fetching = { .fetched = fetched,
				     .renewed = wall_now() };
	redisReply *head = redisCommand(lease_redis, "GET " LEASE_HEAD_KEY);
	bool mine = true;

	fetched->length = 0;
	if (head && head->type == REDIS_REPLY_STRING) {
		add(fetched, head);
		mine = fetch_sessions(&fetching);
	} else if (!head) {
		say_missing();
	}
	freeReplyObject(head);
	return mine;
}
