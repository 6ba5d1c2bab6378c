/* SPDX-License-Identifier: BSD-2-Clause */
/* The router's own VPN.
 *
 * The router's packets have an outside address as their source. Its remote
 * cannot distinguish its sessions from those of inside hosts: an ID that the
 * router uses must not be given to a host, and an ESP SPI that comes in may be
 * the router's. So the router is treated as one more inside host, with the
 * outside address as its inside address and with IDs that stay what they are.
 * Handlers translate a copy of its packets: the packets themselves are never
 * changed, held or dropped.
 *
 * The router's sessions are marked in record->handler. The first look for a
 * packet's session skips them, so that packets of inside hosts need no further
 * check. A session of the router's is opened with the ID that the router has
 * chosen, or not at all: the first owner of an ID keeps it. */
#include "routers.h"

#include <string.h>

#include "account.h"
#include "has.h"
#include "key.h"
#include "packet.h"
#include "record.h"
#include "refuse.h"
#include "session.h"
#include "withheld.h"

bool vpnalg_routers_opens(const struct vpnalg *translator, unsigned handler,
			  const struct vpnalg_opening *opening)
{
	return routers_has(translator, opening->inside) &&
	       !session_kind(translator, handler, opening->kind)->of_remote &&
	       (opening->outside == NULL ||
		same_address(opening->outside, opening->inside,
			     addr_len_of(translator)));
}

/* Copies the head of the packet into the step: to handlers it is a packet with
 * only its head in memory. */
static void copy(struct routers *routers, struct vpnalg_step *step,
		 struct vpnalg_parsed *parsed)
{
	const struct vpnalg_packet *packet = step->packet;

	routers->given = step->packet;
	routers->given_parsed = step->parsed;
	routers->packet = *packet;
	routers->packet.data = routers->bytes;
	if (packet->caplen > ROUTERS_COPY)
		routers->packet.caplen = ROUTERS_COPY;
	memcpy(routers->bytes, packet->data, routers->packet.caplen);
	vpnalg_packet_parse(&routers->packet, parsed);
	step->packet = &routers->packet;
	step->parsed = parsed;
}

/* Returns whether a packet is sent by the router to a far host. */
static bool is_sent(const struct vpnalg *translator, const struct slot *slot)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;

	return slot->claim == CLAIM_ROUTERS && !parsed->inward &&
	       !parsed->undo && !parsed->quoted &&
	       pool_is_remote(translator, parsed->remote);
}

struct slot *vpnalg_routers_begin(struct vpnalg *translator, struct slot *slot,
				  struct vpnalg_step *step)
{
	struct routers *routers = translator->routers;
	struct slot *own = &routers->slot;

	if (!is_sent(translator, slot))
		return slot;
	*own = *slot;
	own->claim = VPNALG_CLAIM_KEY;
	own->ours = true;
	copy(routers, step, &own->parsed);
	translator->routers_sends = true;
	return own;
}

/* Finds the session, if it lives. */
static bool find(struct vpnalg *translator, const struct slot *slot,
		 struct vpnalg_step *step)
{
	struct vpnalg_record *record =
		vpnalg_record_find(translator, slot->key, slot->hash);
	unsigned at = translator->found;

	if (record != NULL)
		translator->fault = false; /* this is no fault */
	record = vpnalg_session_alive_or_close(translator, record);
	if (record == NULL)
		return false;
	step->record = record;
	step->slot = at;
	step->handler = vpnalg_record_handler(record);
	step->kind = record->kind;
	return true;
}

/* Claims a packet for the router, without a handler. */
static void claim_for_good(struct vpnalg *translator, struct slot *slot,
			   struct vpnalg_step *step)
{
	step->record = NULL;
	slot->match.more = true; /* so no other handler is asked */
	slot->ours = false;
	translator->routers->claimed = true;
}

void vpnalg_routers_claim(struct vpnalg *translator, struct slot *slot,
			  struct vpnalg_step *step)
{
	struct routers *routers = translator->routers;
	const struct vpnalg_record *withheld =
		vpnalg_withheld_at(translator, slot->key, slot->hash);

	if (withheld != NULL && withheld->kind == ENGINE_OWN_ID) {
		claim_for_good(translator, slot, step);
		return;
	}
	if (!has_routers(translator))
		return;
	if (!find(translator, slot, step) || slot == &routers->slot)
		return;
	if (!slot->parsed.quoted &&
	    vpnalg_refuse_header(translator, slot) == VPNALG_TRANSLATED) {
		copy(routers, step, &routers->parsed);
		translator->routers_follow = true;
		return;
	}
	claim_for_good(translator, slot, step);
}

/* Counts the copy in its session's account, if it was translated, and puts the
 * packet itself back into the step. */
static void put_back(const struct routers *routers, struct vpnalg_step *step,
		     enum vpnalg_result result)
{
	if (step->translator->accounts)
		vpnalg_account_count(step, result);
	step->packet = routers->given;
	step->parsed = routers->given_parsed;
}

enum vpnalg_result vpnalg_routers_follow(struct vpnalg *translator,
					 struct slot *slot,
					 struct vpnalg_step *step,
					 enum vpnalg_result result)
{
	translator->routers_follow = false;
	put_back(translator->routers, step, result);
	/* The remote's ID in it may belong to a host's session, too. */
	if (slot->parsed.undo && result == VPNALG_DROP_AMBIGUOUS)
		return result;
	slot->ours = result == VPNALG_UNTOUCHED;
	translator->routers->claimed = !slot->ours;
	return VPNALG_UNTOUCHED;
}

/* Returns whether the packet's owner is unknown. */
static bool is_nobodys(const struct vpnalg_step *step,
		       enum vpnalg_result result)
{
	return result == VPNALG_DROP_UNPAIRED ||
	       result == VPNALG_DROP_GUARDED || result == VPNALG_DROP_STORE ||
	       (step->record == NULL && result != VPNALG_DROP_FAULT);
}

enum vpnalg_result vpnalg_routers_end(struct vpnalg *translator,
				      struct slot *slot,
				      struct vpnalg_step *step,
				      enum vpnalg_result result)
{
	const struct vpnalg_parsed *parsed = &slot->parsed;

	if (translator->routers_sends) {
		put_back(translator->routers, step, result);
		translator->routers_sends = false;
		return VPNALG_UNTOUCHED;
	}
	if (translator->routers->claimed) {
		translator->routers->claimed = false;
		slot->ours = true;
	}
	return is_drop(result) && is_arriving(parsed) &&
			       is_nobodys(step, result) &&
			       (vpnalg_refuse_is_routers(translator, parsed,
							 parsed->protocol) ||
				vpnalg_refuse_is_routers(translator, parsed,
							 slot->match.space))
		       ? VPNALG_UNTOUCHED
		       : result;
}
