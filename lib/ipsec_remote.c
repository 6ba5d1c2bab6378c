/* SPDX-License-Identifier: BSD-2-Clause */
/* A remote and the hosts behind one outside address that have ESP with it: how
 * many, and which of them are expected to receive with a new SPI. */
#include "ipsec.h"

struct ipsec_remote *vpnalg_ipsec_remote_body(struct vpnalg *translator,
					      struct vpnalg_record *remote)
{
	return vpnalg_session_body(translator, remote);
}

static void key_of(struct vpnalg *translator, struct vpnalg_record *session,
		   uint32_t port, struct vpnalg_tuple *tuple)
{
	vpnalg_session_tuple(translator, session, VPNALG_OUTSIDE_OWN, tuple);
	tuple->role = VPNALG_OUTSIDE_PEER;
	tuple->id = 0;
	tuple->port = port;
}

/* Of any session towards that remote. */
struct vpnalg_record *vpnalg_ipsec_remote_of(struct vpnalg *translator,
					     struct vpnalg_record *session)
{
	struct vpnalg_tuple tuple;

	key_of(translator, session, IPSEC_PORT_REMOTE, &tuple);
	return vpnalg_session_find(translator, &tuple);
}

struct vpnalg_record *vpnalg_ipsec_remote_unknown(struct vpnalg *translator,
						  struct vpnalg_record *session)
{
	struct vpnalg_tuple tuple;

	key_of(translator, session, IPSEC_PORT_UNKNOWN, &tuple);
	return vpnalg_session_find(translator, &tuple);
}

/* A record of no host's: its inside key is a repetition of the outside one. */
static struct vpnalg_record *open_record(struct vpnalg_step *step,
					 const struct vpnalg_tuple *host,
					 uint8_t kind, uint32_t port)
{
	struct vpnalg_opening opening = { .kind = kind,
					  .space = ESP_PROTOCOL,
					  .inside = host->local,
					  .remote = host->remote,
					  .outside = host->local,
					  .inside_port = port,
					  .outside_port = port,
					  .peer = true,
					  .lifetime = 1 };
	struct vpnalg_record *record;

	if (vpnalg_session_open(step, &opening, &record) != VPNALG_TRANSLATED)
		return NULL;
	return record;
}

/* Both live as long as they have hosts. With the first host there is nothing
 * to be told apart. */
static bool has_unknown(struct vpnalg_step *step, struct vpnalg_record *remote,
			const struct vpnalg_tuple *outside)
{
	struct vpnalg_record *unknown;

	if (remote->children == 0)
		return true;
	unknown = vpnalg_ipsec_remote_unknown(step->translator, remote);
	if (unknown == NULL) {
		unknown = open_record(step, outside, IPSEC_KIND_UNKNOWN,
				      IPSEC_PORT_UNKNOWN);
		if (unknown == NULL)
			return false;
		unknown->children = 1;
		vpnalg_session_changed(step->translator, unknown);
	}
	return true;
}

/* False if the store has no room. */
bool vpnalg_ipsec_remote_join(struct vpnalg_step *step,
			      struct vpnalg_record *host)
{
	struct vpnalg *translator = step->translator;
	struct vpnalg_record *remote = vpnalg_ipsec_remote_of(translator, host);
	struct vpnalg_tuple outside;

	vpnalg_session_tuple(translator, host, VPNALG_OUTSIDE_OWN, &outside);
	if (remote == NULL)
		remote = open_record(step, &outside, IPSEC_KIND_REMOTE,
				     IPSEC_PORT_REMOTE);
	if (remote == NULL || remote->children == UINT16_MAX ||
	    !has_unknown(step, remote, &outside))
		return false;
	remote->children++;
	vpnalg_ipsec_remote_body(translator, remote)->handles ^= outside.id;
	vpnalg_session_changed(translator, remote);
	return true;
}

/* When the last host has left, both records die. */
void vpnalg_ipsec_remote_leave(struct vpnalg *translator,
			       struct vpnalg_record *host)
{
	uint32_t handle = vpnalg_ipsec_host_handle(translator, host);
	struct vpnalg_record *remote, *unknown;
	struct vpnalg_tuple tuple;

	key_of(translator, host, IPSEC_PORT_REMOTE, &tuple);
	remote = vpnalg_session_peek(translator, &tuple);
	if (remote == NULL)
		return;
	vpnalg_ipsec_remote_body(translator, remote)->handles ^= handle;
	vpnalg_ipsec_remote_forget(translator, remote, handle);
	if (--remote->children > 0)
		return;
	key_of(translator, host, IPSEC_PORT_UNKNOWN, &tuple);
	unknown = vpnalg_session_peek(translator, &tuple);
	if (unknown == NULL)
		return;
	unknown->children = 0;
	vpnalg_session_changed(translator, unknown);
}

/* Expecting */

/* The host may receive with a new SPI from now on. Where there is no room the
 * one that is expected for the longest time gives way. */
void vpnalg_ipsec_remote_expect(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t handle)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	struct ipsec_expecting *e, *place = &r->expecting[0];

	for (e = r->expecting; e < r->expecting + IPSEC_EXPECTING; e++) {
		if (e->handle == handle) {
			place = e;
			break;
		}
		if (place->handle != 0 &&
		    (e->handle == 0 || ipsec_is_after(place->since, e->since)))
			place = e;
	}
	place->handle = handle;
	place->since = ipsec_now(translator);
	vpnalg_session_changed(translator, remote);
}

struct ipsec_expecting *
vpnalg_ipsec_remote_expected(struct vpnalg *translator,
			     struct vpnalg_record *remote, uint32_t handle)
{
	struct ipsec_remote *r = vpnalg_ipsec_remote_body(translator, remote);
	unsigned i;

	for (i = 0; i < IPSEC_EXPECTING; i++)
		if (r->expecting[i].handle == handle)
			return &r->expecting[i];
	return NULL;
}

void vpnalg_ipsec_remote_forget(struct vpnalg *translator,
				struct vpnalg_record *remote, uint32_t handle)
{
	struct ipsec_expecting *e =
		vpnalg_ipsec_remote_expected(translator, remote, handle);

	if (e != NULL)
		e->handle = 0;
	vpnalg_session_changed(translator, remote);
}
