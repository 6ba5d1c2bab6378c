/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts sessions: for the translator always, for each host and remote if
 * configured. */
#include "tally.h"

#include "policy.h"
#include "record.h"

static const uint8_t nobody[VPNALG_ADDR_MAX];

static void host_key(uint16_t zone, const uint8_t *inside,
		     struct vpnalg_tuple *host)
{
	*host = (struct vpnalg_tuple){ .role = ROLE_HOST,
				       .zone = zone,
				       .local = inside };
}

static void remote_key(const uint8_t *address, struct vpnalg_tuple *remote)
{
	*remote = (struct vpnalg_tuple){ .role = ROLE_REMOTE,
					 .local = nobody,
					 .remote = address };
}

static struct tally *peek(struct vpnalg *translator,
			  const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	return record != NULL ? vpnalg_session_body(translator, record) : NULL;
}

struct tally *vpnalg_tally_of_host(struct vpnalg *translator, uint16_t zone,
				   const uint8_t *inside)
{
	struct vpnalg_tuple host;

	host_key(zone, inside, &host);
	return peek(translator, &host);
}

struct tally *vpnalg_tally_of_remote(struct vpnalg *translator,
				     const uint8_t *remote)
{
	struct vpnalg_tuple tuple;

	remote_key(remote, &tuple);
	return peek(translator, &tuple);
}

/* Milliseconds are counted modulo 2^32: a host that was silent for longer may
 * be given less than it could have, and is given the rest soon. */
uint32_t vpnalg_tally_allowance(const struct vpnalg *translator,
				const struct tally *host)
{
	const struct vpnalg_policy *policy = &translator->policy.set;
	uint64_t most = (uint64_t)policy->host_burst * TALLY_SESSION;
	uint64_t allowance;

	if (host == NULL)
		return (uint32_t)most;
	allowance = host->allowance +
		    (uint64_t)((uint32_t)translator->now - host->filled) *
			    policy->host_rate;
	return (uint32_t)(allowance < most ? allowance : most);
}

static void fill(const struct vpnalg *translator, struct tally *host,
		 uint32_t allowance)
{
	host->allowance = allowance;
	host->filled = (uint32_t)translator->now;
}

/* Returns whether a session has taken an outside ID. */
static bool takes_id(const struct vpnalg *translator,
		     struct vpnalg_record *record)
{
	return !record_kind(translator, record)->inherits_outside &&
	       key_role(record_key(translator, record, VPNALG_OUTSIDE_OWN)) ==
		       VPNALG_OUTSIDE_OWN;
}

/* Adds 1 to a session's counts, or UINT32_MAX, which subtracts 1. */
static void count(const struct vpnalg *translator,
		  struct vpnalg_record *session, uint32_t *counts, uint32_t by)
{
	uint32_t *of_handler = counts + tally_of(session->handler);

	counts[TALLY_ALL] += by;
	*of_handler += by;
	if (!takes_id(translator, session))
		return;
	counts[TALLY_ALL + TALLY_IDS] += by;
	of_handler[TALLY_IDS] += by;
}

/* Makes the key of a session's host or remote. Returns false for the remote of
 * a session that is for all of them. */
static bool key_of(struct vpnalg *translator, struct vpnalg_record *session,
		   unsigned role, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, session, VPNALG_INSIDE_OWN, tuple);
	if (role == ROLE_HOST)
		host_key(tuple->zone, tuple->local, tuple);
	else if (tuple->remote != NULL)
		remote_key(tuple->remote, tuple);
	else
		return false;
	return true;
}

/* Returns the length of a record's body. */
static size_t bytes_of(const struct vpnalg *translator)
{
	return sizeof(struct tally) +
	       TALLIES_OF(translator->handler_count) * sizeof(uint32_t);
}

/* Returns the record of a host or remote, making it if there is none: a new
 * host's allowance is full. */
static struct vpnalg_record *obtain(struct vpnalg *translator,
				    const struct vpnalg_tuple *tuple)
{
	struct vpnalg_record *record = vpnalg_session_peek(translator, tuple);

	if (record != NULL)
		return record;
	record = vpnalg_record_add_own(translator, tuple, bytes_of(translator));
	if (record != NULL)
		fill(translator, vpnalg_session_body(translator, record),
		     vpnalg_tally_allowance(translator, NULL));
	return record;
}

/* Counts a session for its host or remote. */
static bool join(struct vpnalg *translator, struct vpnalg_record *session,
		 unsigned role)
{
	struct vpnalg_tuple *tuple = &translator->tally_key;
	struct vpnalg_record *record;
	struct tally *tally;
	uint32_t allowance;

	if (!key_of(translator, session, role, tuple))
		return true;
	record = obtain(translator, tuple);
	if (record == NULL)
		return false;
	tally = vpnalg_session_body(translator, record);
	allowance = vpnalg_tally_allowance(translator, tally);
	if (!translator->adopting)
		allowance = allowance > TALLY_SESSION
				    ? allowance - TALLY_SESSION
				    : 0;
	fill(translator, tally, allowance);
	count(translator, session, tally->counts, 1);
	vpnalg_session_changed(translator, record);
	return true;
}

/* Takes a session out of the counts of its host or remote. */
static void leave(struct vpnalg *translator, struct vpnalg_record *session,
		  unsigned role)
{
	struct vpnalg_tuple *tuple = &translator->tally_key;
	struct vpnalg_record *record;
	struct tally *tally;

	if (!key_of(translator, session, role, tuple))
		return;
	record = vpnalg_session_peek(translator, tuple);
	if (record == NULL)
		return;
	tally = vpnalg_session_body(translator, record);
	count(translator, session, tally->counts, UINT32_MAX);
	if (tally->counts[TALLY_ALL] > 0) {
		vpnalg_session_changed(translator, record);
		return;
	}
	vpnalg_session_unlink(translator, record, 0);
	vpnalg_record_remove(translator, record);
}

/* Returns whether limits count a session. */
static bool is_counted(const struct vpnalg *translator,
		       const struct vpnalg_record *record)
{
	return VPNALG_WITH_POLICY && !vpnalg_record_is_routers(record) &&
	       !vpnalg_policy_is_exempt(translator, record->handler,
					record->kind);
}

/* A session that could be counted only in part is counted nowhere. */
bool vpnalg_tally_join(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct policy *policy = &translator->policy;

	if (!is_counted(translator, record))
		return true;
	if (policy->count_hosts && !join(translator, record, ROLE_HOST))
		return false;
	if (policy->count_remotes && !join(translator, record, ROLE_REMOTE)) {
		if (policy->count_hosts)
			leave(translator, record, ROLE_HOST);
		return false;
	}
	count(translator, record, policy->counts, 1);
	return true;
}

void vpnalg_tally_leave(struct vpnalg *translator, struct vpnalg_record *record)
{
	struct policy *policy = &translator->policy;

	if (!is_counted(translator, record))
		return;
	if (policy->count_hosts)
		leave(translator, record, ROLE_HOST);
	if (policy->count_remotes)
		leave(translator, record, ROLE_REMOTE);
	count(translator, record, policy->counts, UINT32_MAX);
	policy->last_used[record->handler] = translator->now;
}
