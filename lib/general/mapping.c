/* SPDX-License-Identifier: BSD-2-Clause */
/* The sessions and permissions under mappings: opened from inside, filtered
 * from outside. own_mapping.c opens the mappings. */
#include <vpnalg/general.h>

#include "mapping.h"

#include "../wire/ip.h"
#include "../wire/ipsec.h"
#include "general.h"
#include "own_mapping.h"
#include "tcp.h"

/* The port in the keys of permissions: no other key has it. */
#define ANY_PORT 0x10000

static const struct vpnalg_general_settings *
settings_of(const struct vpnalg *translator, unsigned handler)
{
	return vpnalg_session_settings(translator, handler);
}

/* ICMP has no ports: filtering by address is filtering by address and port. */
static bool has_permissions(const struct vpnalg *translator, unsigned handler,
			    uint8_t space)
{
	return settings_of(translator, handler)->filtering ==
		       VPNALG_FILTERING_ADDRESS_DEPENDENT &&
	       space != PROTOCOL_ICMP;
}

/* The parent's outside key is the child's without the parts that the parent
 * does not have. The inside key may be a service's by now. */
struct vpnalg_record *vpnalg_general_mapping_of(struct vpnalg *translator,
						struct vpnalg_record *child)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(translator, child, VPNALG_OUTSIDE_OWN, &tuple);
	if (child->kind != GENERAL_PERMISSION &&
	    has_permissions(translator, child->handler, tuple.space)) {
		tuple.port = ANY_PORT;
	} else {
		tuple.port = 0;
		tuple.remote = NULL;
	}
	return vpnalg_session_peek(translator, &tuple);
}

void vpnalg_general_mapping_leave(struct vpnalg *translator,
				  struct vpnalg_record *child)
{
	struct vpnalg_record *parent =
		vpnalg_general_mapping_of(translator, child);
	uint32_t delay = 0;

	if (parent != NULL && parent->kind == GENERAL_MAPPING)
		delay = settings_of(translator, child->handler)->reuse_delay;
	vpnalg_session_leave(translator, parent, delay);
}

/* Opening sessions and permissions */

/* Opens a child of the mapping, of the wanted kind and port, towards the
 * packet's remote. Its parent is the mapping or a permission. */
static enum vpnalg_result open_child(struct vpnalg_step *step,
				     const struct vpnalg_opening *wanted,
				     struct vpnalg_record *mapping,
				     struct vpnalg_record *parent,
				     struct vpnalg_record **child)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_opening opening = *wanted;
	enum vpnalg_result result;

	if (parent->children == UINT16_MAX)
		return VPNALG_DROP_STORE;
	vpnalg_session_hosts(step->translator, mapping, &opening);
	opening.remote = parsed->remote;
	opening.space = parsed->protocol;
	opening.outside_id = vpnalg_session_id(step->translator, mapping,
					       VPNALG_OUTSIDE_OWN);
	opening.id = general_own_id(parsed);
	result = vpnalg_session_open(step, &opening, child);
	if (result == VPNALG_TRANSLATED)
		vpnalg_session_join(step->translator, parent);
	return result;
}

/* Returns the record with the mapping's key but for the packet's remote and the
 * given port; or NULL. */
static struct vpnalg_record *find_beside(struct vpnalg_step *step,
					 struct vpnalg_record *mapping,
					 unsigned role, uint32_t port)
{
	struct vpnalg_tuple tuple;

	vpnalg_session_tuple(step->translator, mapping, role, &tuple);
	tuple.remote = step->parsed->remote;
	tuple.port = port;
	return vpnalg_session_find(step->translator, &tuple);
}

/* The mappings that a host has for one port, on several uplinks, have
 * permissions of their own. */
static uint32_t permission_port(struct vpnalg_step *step,
				struct vpnalg_record *mapping)
{
	return ANY_PORT + vpnalg_session_port(step->translator, mapping,
					      VPNALG_INSIDE_OWN);
}

static enum vpnalg_result permit(struct vpnalg_step *step,
				 struct vpnalg_record *mapping,
				 struct vpnalg_record **permission)
{
	struct vpnalg_opening opening = {
		.kind = GENERAL_PERMISSION,
		.inside_port = permission_port(step, mapping),
		.outside_port = ANY_PORT,
		.lifetime = GENERAL_ALONE_MS,
	};

	*permission = find_beside(step, mapping, VPNALG_INSIDE_OWN,
				  opening.inside_port);
	if (*permission != NULL)
		return VPNALG_TRANSLATED;
	return open_child(step, &opening, mapping, mapping, permission);
}

static enum vpnalg_result open_session(struct vpnalg_step *step,
				       struct vpnalg_record *mapping,
				       struct vpnalg_record *parent,
				       uint32_t lifetime)
{
	struct vpnalg_opening opening = {
		.kind = general_session_kind(step->parsed),
		.inside_port = general_remote_port(step->parsed),
		.outside_port = general_remote_port(step->parsed),
		.lifetime = lifetime,
	};

	step->kind = opening.kind;
	return open_child(step, &opening, mapping, parent, &step->record);
}

/* Returns whether a session of another handler has the mapping's outside port
 * towards this remote: that session would get the answer. */
static bool is_held(struct vpnalg_step *step, struct vpnalg_record *mapping)
{
	return find_beside(step, mapping, VPNALG_OUTSIDE_OWN, 0) != NULL;
}

/* Closes the mapping and permission that were opened for a session, which could
 * not be opened. */
static void close_alone(struct vpnalg_step *step, struct vpnalg_record *mapping,
			struct vpnalg_record *parent)
{
	if (parent != NULL && parent != mapping && parent->children == 0)
		vpnalg_session_close(step->translator, parent);
	if (mapping->children == 0)
		vpnalg_session_close(step->translator, mapping);
}

/* Returns whether another handler has a session of the mapping's host between
 * its port and that port of the packet's remote: by the ports that it began
 * with, or by those that have answered it since. */
static bool has_other(struct vpnalg_step *step, struct vpnalg_record *mapping,
		      unsigned role, unsigned port)
{
	struct vpnalg_record *session;
	struct vpnalg_tuple inside;

	vpnalg_session_tuple(step->translator, mapping, VPNALG_INSIDE_OWN,
			     &inside);
	inside.role = (uint8_t)role;
	inside.port = port;
	inside.remote = step->parsed->remote;
	session = vpnalg_session_find(step->translator, &inside);
	return session != NULL && session->handler != mapping->handler;
}

/* Returns whether the packet goes to a port that has answered such a session.
 * Outside, it would look like that session's. */
static bool is_answers(struct vpnalg_step *step, struct vpnalg_record *mapping)
{
	return step->parsed->protocol != PROTOCOL_ICMP &&
	       has_other(step, mapping, VPNALG_INSIDE_PEER,
			 general_remote_port(step->parsed));
}

static enum vpnalg_result attach(struct vpnalg_step *step,
				 struct vpnalg_record *mapping,
				 uint32_t lifetime)
{
	struct vpnalg_record *parent = mapping;
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (is_held(step, mapping) || is_answers(step, mapping))
		result = VPNALG_DROP_PORT_HELD;
	else if (has_permissions(step->translator, step->handler,
				 step->parsed->protocol))
		result = permit(step, mapping, &parent);
	if (result == VPNALG_TRANSLATED)
		result = open_session(step, mapping, parent, lifetime);
	if (result != VPNALG_TRANSLATED)
		close_alone(step, mapping, parent);
	return result;
}

enum vpnalg_result vpnalg_general_mapping_extend(struct vpnalg_step *step,
						 uint32_t lifetime)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_record *mapping = vpnalg_general_own_mapping_select(step);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (parsed->protocol == PROTOCOL_TCP &&
	    !vpnalg_general_tcp_may_open(parsed, mapping != NULL))
		return VPNALG_DROP_NO_CONNECTION;
	if (mapping == NULL)
		result = vpnalg_general_own_mapping_open(step, &mapping);
	if (result != VPNALG_TRANSLATED)
		return result;
	return attach(step, mapping, lifetime);
}

/* From outside */

/* Returns whether another handler has a session between these ports. The inside
 * host would take the packet for that session's, which has another outside
 * port. Both ports of IKE count as one, for it answers from either (RFC 3947
 * 4). */
static bool is_anothers(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;
	struct vpnalg_record *mapping = step->record;
	unsigned port;

	if (parsed->inside || parsed->protocol == PROTOCOL_ICMP)
		return false;
	port = vpnalg_remote_port(parsed);
	return has_other(step, mapping, VPNALG_INSIDE_OWN, port) ||
	       has_other(step, mapping, VPNALG_INSIDE_PEER, port) ||
	       ((port == IKE_PORT || port == IKE_PORT_NAT_T) &&
		parsed->protocol == PROTOCOL_UDP &&
		has_other(step, mapping, VPNALG_INSIDE_OWN,
			  IKE_PORT + IKE_PORT_NAT_T - port));
}

enum vpnalg_result vpnalg_general_mapping_serve(struct vpnalg_step *step)
{
	struct vpnalg_record *service = step->record;
	bool other = step->parsed->inward ? is_anothers(step)
					  : is_answers(step, service);

	return other || is_held(step, service) ? VPNALG_DROP_PORT_HELD
					       : VPNALG_TRANSLATED;
}

/* RFC 4787 REQ-8, RFC 5382 REQ-3. A packet from outside opens no session: only
 * the inside host's answer does, so that outsiders cannot fill the store. */
enum vpnalg_result vpnalg_general_mapping_admit(struct vpnalg_step *step)
{
	const struct vpnalg_parsed *parsed = step->parsed;

	if (parsed->inside)
		vpnalg_general_own_mapping_select(step);
	if (step->record == NULL)
		return VPNALG_DROP_NO_SESSION;
	if (step->record->children == 0) /* only its port is kept */
		return VPNALG_DROP_FILTERED;
	if (is_held(step, step->record) || is_anothers(step))
		return VPNALG_DROP_PORT_HELD;
	if (parsed->protocol == PROTOCOL_TCP &&
	    !vpnalg_general_tcp_is_syn(parsed))
		return VPNALG_DROP_FILTERED;
	switch (settings_of(step->translator, step->handler)->filtering) {
	case VPNALG_FILTERING_ENDPOINT_INDEPENDENT:
		return VPNALG_TRANSLATED;
	case VPNALG_FILTERING_ADDRESS_DEPENDENT:
		if (find_beside(step, step->record, VPNALG_INSIDE_OWN,
				permission_port(step, step->record)) != NULL)
			return VPNALG_TRANSLATED;
		break;
	}
	return VPNALG_DROP_FILTERED;
}
