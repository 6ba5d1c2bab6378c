/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside hosts that have GRE tunnels with a remote: a packet with a Key
 * that no host sends with must be for one of them. */
#include "far_end.h"

#include <string.h>

#include "gre.h"

static struct gre_remote *body(struct vpnalg_step *step,
			       struct vpnalg_record *remote)
{
	return vpnalg_session_body(step->translator, remote);
}

static void describe(struct vpnalg_step *step, struct vpnalg_record *tunnel,
		     struct gre_host *host)
{
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, tunnel, VPNALG_INSIDE_OWN,
			     &inside);
	memset(host, 0, sizeof(*host));
	memcpy(host->address, inside.local, step->parsed->addr_len);
	host->zone = inside.zone;
	host->id = inside.id;
	host->port = inside.port;
}

/* Returns the tunnel that a host is known by, if it still has it. */
static struct vpnalg_record *tunnel_of(struct vpnalg_step *step,
				       const struct gre_host *host)
{
	struct vpnalg_tuple inside = { .role = VPNALG_INSIDE_OWN,
				       .space = PLAIN_GRE_PROTOCOL,
				       .zone = host->zone,
				       .id = host->id,
				       .port = host->port,
				       .local = host->address,
				       .remote = step->parsed->remote };
	struct vpnalg_record *tunnel;

	tunnel = vpnalg_session_find(step->translator, &inside);
	return tunnel != NULL && tunnel->kind == GRE_KIND_TUNNEL ? tunnel
								 : NULL;
}

static enum vpnalg_result find_or_open(struct vpnalg_step *step,
				       struct vpnalg_record *tunnel,
				       struct vpnalg_record **remote)
{
	struct vpnalg_tuple outside;
	struct vpnalg_opening opening = {
		.kind = GRE_KIND_REMOTE,
		.space = PLAIN_GRE_PROTOCOL,
		.inside_port = GRE_REMOTE,
		.outside_port = GRE_REMOTE,
		.peer = true,
		.lifetime = vpnalg_session_timers(step->translator)->gre,
	};

	vpnalg_session_tuple(step->translator, tunnel, VPNALG_OUTSIDE_OWN,
			     &outside);
	outside.role = VPNALG_OUTSIDE_PEER;
	outside.id = 0;
	outside.port = GRE_REMOTE;
	*remote = vpnalg_session_find(step->translator, &outside);
	if (*remote != NULL)
		return VPNALG_TRANSLATED;
	vpnalg_session_hosts(step->translator, tunnel, &opening);
	return vpnalg_session_open(step, &opening, remote);
}

/* Returns the host's place, a free one, or NULL. */
static struct gre_host *place_for(struct vpnalg_step *step,
				  struct gre_remote *r,
				  const struct gre_host *host)
{
	struct gre_host *place = NULL;
	unsigned i;

	for (i = 0; i < GRE_HOSTS; i++) {
		struct gre_host *h = &r->hosts[i];

		if (h->port != 0 && h->zone == host->zone &&
		    memcmp(h->address, host->address, sizeof(h->address)) == 0)
			return h;
		if (place == NULL && tunnel_of(step, h) == NULL)
			place = h;
	}
	return place;
}

enum vpnalg_result vpnalg_gre_remote_note(struct vpnalg_step *step,
					  struct vpnalg_record *tunnel)
{
	uint32_t life = vpnalg_session_timers(step->translator)->gre;
	struct vpnalg_record *remote;
	enum vpnalg_result result = find_or_open(step, tunnel, &remote);
	struct gre_host host, *place;

	if (result != VPNALG_TRANSLATED)
		return result;
	describe(step, tunnel, &host);
	place = place_for(step, body(step, remote), &host);
	if (place == NULL)
		body(step, remote)->more_until = (uint32_t)tunnel->deadline;
	else if (tunnel_of(step, place) == NULL)
		*place = host;
	/* Tunnels with a longer time, of earlier timers, need it as well. */
	if (remote->deadline - step->now < life)
		vpnalg_session_set_lifetime(step->translator, remote, life);
	vpnalg_session_changed(step->translator, remote);
	return VPNALG_TRANSLATED;
}

static bool is_heard(struct vpnalg_step *step, struct vpnalg_record *tunnel)
{
	return gre_tunnel(step, tunnel)->port & GRE_TUNNEL_HEARD;
}

/* Returns whether the remote may have more hosts than there are places. */
static bool has_more(const struct vpnalg_step *step, const struct gre_remote *r)
{
	return r->more_until != 0 &&
	       (int32_t)(r->more_until - (uint32_t)step->now) > 0;
}

/* Returns a tunnel of the only host that has any with the remote; NULL if there
 * are several hosts. */
static struct vpnalg_record *lone_tunnel(struct vpnalg_step *step,
					 struct vpnalg_record *remote)
{
	const struct gre_remote *r = body(step, remote);
	struct vpnalg_record *a = tunnel_of(step, &r->hosts[0]);
	struct vpnalg_record *b = tunnel_of(step, &r->hosts[1]);

	if (has_more(step, r) || (a != NULL && b != NULL))
		return NULL;
	return a != NULL ? a : b;
}

/* Returns the tunnel to which a Key may belong that no host sends with. */
static struct vpnalg_record *fit(struct vpnalg_step *step,
				 struct vpnalg_record *remote)
{
	const struct gre_remote *r = body(step, remote);
	struct vpnalg_record *a, *b;

	if (has_more(step, r))
		return NULL;
	a = tunnel_of(step, &r->hosts[0]);
	b = tunnel_of(step, &r->hosts[1]);
	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	if (is_heard(step, a) == is_heard(step, b))
		return NULL;
	return is_heard(step, a) ? b : a;
}

/* A Key of the router's own tunnel is learned for no host. */
struct vpnalg_record *vpnalg_gre_remote_fit(struct vpnalg_step *step,
					    struct vpnalg_record *remote)
{
	struct vpnalg_record *tunnel = fit(step, remote);

	return tunnel != NULL && !vpnalg_record_is_routers(tunnel) ? tunnel
								   : NULL;
}

/* In the inside form the remote is found by the host that had the first tunnel
 * with it: it must be this one. */
enum vpnalg_result vpnalg_gre_remote_quote(struct vpnalg_step *step)
{
	struct vpnalg_record *tunnel = lone_tunnel(step, step->record);
	struct vpnalg_tuple first, lone;

	if (tunnel == NULL)
		return VPNALG_DROP_QUOTE_SHORT;
	if (vpnalg_record_is_routers(tunnel))
		return VPNALG_UNTOUCHED;
	vpnalg_session_tuple(step->translator, step->record, VPNALG_INSIDE_OWN,
			     &first);
	vpnalg_session_tuple(step->translator, tunnel, VPNALG_INSIDE_OWN,
			     &lone);
	if (first.zone != lone.zone ||
	    memcmp(first.local, lone.local, step->parsed->addr_len) != 0)
		return VPNALG_DROP_QUOTE_SHORT;
	step->record = tunnel;
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}
