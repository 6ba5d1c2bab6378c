/* SPDX-License-Identifier: BSD-2-Clause */
#include "standby_redis.h"

#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "../common/child.h"
#include "../common/say.h"
#include "lease.h"

#define NOBODY 65534

/* Takes the answers to that many commands. */
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

static void append_session(const char *key, uint32_t number,
			   const uint8_t *chunk, uint32_t size)
{
	if (size > 0)
		redisAppendCommand(lease_redis, "HSET %s %u %b", key, number,
				   chunk, (size_t)size);
	else
		redisAppendCommand(lease_redis, "HDEL %s %u", key, number);
}

/* Appends the commands of a batch: of each session its ID, a length, and its
 * chunk, which is empty if it has ended; the head's ID is all ones. */
static unsigned append(const uint8_t *at, const struct standby_batch *head)
{
	const char *key = head->what & STANDBY_APART ? LEASE_NEXT_KEY
					     : LEASE_SESSIONS_KEY;
	const uint8_t *end = at + head->length;
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
		else
			append_session(key, number, at, size);
		at += size;
		count++;
	}
	return count;
}

/* Appends what has all sessions take the place of the last ones: at once,
 * however many these are. Where there are none, there is nothing to rename. */
static unsigned append_last(void)
{
	redisAppendCommand(lease_redis, "UNLINK " LEASE_SESSIONS_KEY);
	redisAppendCommand(lease_redis,
			   "RENAME " LEASE_NEXT_KEY " " LEASE_SESSIONS_KEY);
	return 2;
}

/* All of a batch becomes visible at once. */
static bool mirror(const uint8_t *bytes, const struct standby_batch *head)
{
	unsigned count = 2;

	if (!lease_redis)
		return false;
	redisAppendCommand(lease_redis, "MULTI");
	if (head->what & STANDBY_FIRST) {
		redisAppendCommand(lease_redis, "UNLINK " LEASE_NEXT_KEY);
		count++;
	}
	count += append(bytes, head);
	if (head->what & STANDBY_LAST)
		count += append_last();
	redisAppendCommand(lease_redis, "EXEC");
	return answered(count);
}

/* Says once that Redis is gone, and once that it is back. */
static void say_change(bool works)
{
	static bool gone;

	if (works == gone)
		say("standby: Redis %s", works ? "is back"
					       : "is gone; traffic goes on");
	gone = !works;
}

static uint8_t take_batch(const uint8_t *bytes,
			  const struct standby_batch *head)
{
	enum lease lease;

	if (!lease_redis)
		lease_connect();
	lease = lease_renew();
	if (lease == LEASE_ANOTHERS)
		return STANDBY_LOST;
	if (lease == LEASE_MINE && mirror(bytes, head)) {
		say_change(true);
		return STANDBY_MIRRORED;
	}
	lease_disconnect();
	say_change(false);
	return STANDBY_FAILED;
}

void standby_redis_serve(int fd, const void *what)
{
	struct standby_batch head;
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
