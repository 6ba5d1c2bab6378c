/* SPDX-License-Identifier: BSD-2-Clause */
#include "lease.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <sys/random.h>
#include <unistd.h>

#include "../common/say.h"
#include "../common/wall_clock.h"

/* Milliseconds: the lease; how long Redis may take; and how long a gateway that
 * was not connected leaves the lease to another that was not either. */
#define LEASE "1500"
#define PATIENCE 500
#define GRACE 2000

#define LEASE_KEY "vpnalg:lease"

/* The holder keeps it; if there is none, the first to request it gets it. */
#define RENEW                                                             \
	"if redis.call('get',KEYS[1])==ARGV[1] then "                     \
	"return redis.call('pexpire',KEYS[1],ARGV[2]) end "               \
	"return redis.call('set',KEYS[1],ARGV[1],'NX','PX',ARGV[2])"
#define GIVE_UP                                                           \
	"if redis.call('get',KEYS[1])==ARGV[1] then "                     \
	"return redis.call('del',KEYS[1]) end"

static char host[256], id[33];
static int port = 6379;
redisContext *lease_redis;

bool lease_connect(void)
{
	struct timeval patience = { 0, PATIENCE * 1000 };

	lease_disconnect();
	lease_redis = redisConnectWithTimeout(host, port, patience);
	if (lease_redis && !lease_redis->err &&
	    !redisSetTimeout(lease_redis, patience))
		return true;
	lease_disconnect();
	return false;
}

void lease_disconnect(void)
{
	if (lease_redis)
		redisFree(lease_redis);
	lease_redis = NULL;
}

enum lease lease_renew(void)
{
	enum lease lease = LEASE_UNKNOWN;
	redisReply *reply;

	reply = lease_redis
			? redisCommand(lease_redis,
				       "EVAL %s 1 " LEASE_KEY " %s " LEASE,
				     RENEW, id)
			: NULL;
	if (reply && reply->type != REDIS_REPLY_ERROR)
		lease = reply->type == REDIS_REPLY_NIL ? LEASE_ANOTHERS
						       : LEASE_MINE;
	freeReplyObject(reply);
	return lease;
}

void lease_give_up(void)
{
	if (lease_redis)
		freeReplyObject(redisCommand(lease_redis,
					     "EVAL %s 1 " LEASE_KEY " %s",
					     GIVE_UP, id));
}

/* Waiting */

static bool read_url(const char *url)
{
	char rest;
	int count = sscanf(url, "redis://%255[^:/]:%d%c", host, &port, &rest);

	return (count == 1 && strlen(url) == strlen(host) + 8) ||
	       (count == 2 && port > 0 && port < 65536);
}

static bool make_id(void)
{
	uint8_t random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		sprintf(id + 2 * i, "%02x", random[i]);
	return true;
}

static bool is_told_to_end(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGTERM) == 1 ||
				     sigismember(&set, SIGINT) == 1);
}

bool lease_open(const char *url)
{
	return read_url(url) && make_id();
}

/* Returns LEASE_MINE if it is free. */
static enum lease look(void)
{
	redisReply *reply = redisCommand(lease_redis, "EXISTS " LEASE_KEY);
	enum lease lease = LEASE_UNKNOWN;

	if (reply && reply->type == REDIS_REPLY_INTEGER)
		lease = reply->integer ? LEASE_ANOTHERS : LEASE_MINE;
	freeReplyObject(reply);
	if (lease == LEASE_UNKNOWN)
		lease_disconnect();
	return lease;
}

/* A gateway that has just found Redis leaves the lease for a while to one that
 * had it before, unless it has seen that this one is there. */
bool lease_wait(void)
{
	uint64_t since = 0;
	bool seen = false;
	enum lease lease;

	while (!is_told_to_end()) {
		usleep(100000);
		if (!lease_redis) {
			seen = false;
			since = wall_now();
			if (!lease_connect())
				continue;
		}
		lease = look();
		if (lease == LEASE_ANOTHERS && !seen)
			say("standby: another gateway is active");
		seen = seen || lease == LEASE_ANOTHERS;
		if (lease == LEASE_MINE &&
		    (seen || wall_now() - since > GRACE) &&
		    lease_renew() == LEASE_MINE)
			return true;
	}
	return false;
}
