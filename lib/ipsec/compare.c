/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare.h"

#include "host.h"
#include "sa_list.h"

/* A host that is compared, and the list of its older SAs; NULL: it has none. */
struct compared {
	uint32_t id;
	struct vpnalg_record *host; /* NULL: it is gone */
	struct vpnalg_record *list;
};

/* Finds the host of that ID, unless it is that one already. */
static void find_host(struct vpnalg *translator,
		      const struct ipsec_others *others, uint32_t id,
		      struct compared *compared)
{
	if (id == compared->id)
		return;
	compared->id = id;
	compared->host =
		vpnalg_ipsec_host_alive(translator, others->session, id);
	compared->list = compared->host != NULL
				 ? ipsec_host_list(translator, compared->host)
				 : NULL;
}

/* Turns to the next SA of the host. Returns false if that was the last one. */
static bool turn_sa(struct vpnalg *translator, const struct compared *compared,
		    struct ipsec_answers *answers)
{
	unsigned number = answers->number;

	if (compared->list == NULL ||
	    ipsec_sa_list_spi(translator, compared->list, number) == 0)
		return false;
	ipsec_answers_begin(answers, answers->id, (uint8_t)(number + 1));
	return true;
}

/* What was seen of the packet stays where there is only one SA. */
void vpnalg_ipsec_compare_turn(struct vpnalg *translator,
			       const struct ipsec_others *others,
			       struct ipsec_answers *answers,
			       struct vpnalg_record *host)
{
	uint32_t next = others->first;

	if (host != NULL)
		next = ipsec_host_body(translator, host)->next;
	if (next == others->except)
		next = others->first;
	if (next != answers->id || answers->number != 0)
		ipsec_answers_begin(answers, next, 0);
}

/* Returns the SA at a place of the list; NULL if it has ended or is silent. */
static struct vpnalg_record *find_older(struct vpnalg *translator,
					const struct compared *compared,
					unsigned place)
{
	uint32_t spi = ipsec_sa_list_spi(translator, compared->list, place);
	struct vpnalg_record *sa;
	const struct ipsec_out *out;

	sa = vpnalg_session_beside(translator, compared->host,
				   VPNALG_INSIDE_PEER, ESP_PROTOCOL, spi, 0);
	if (sa == NULL)
		return NULL;
	out = vpnalg_session_body(translator, sa);
	return ipsec_now(translator) - out->seen <= IPSEC_SA_LIST_MS ? sa
								     : NULL;
}

/* Returns the SA that it is the turn of, or NULL. One that is found to be of no
 * use is taken off the list, and the turn is back at the one before. */
static struct vpnalg_record *find_sa(struct vpnalg *translator,
				     const struct compared *compared,
				     struct ipsec_answers *answers)
{
	unsigned number = answers->number;
	struct vpnalg_record *sa;

	if (compared->host == NULL)
		return NULL;
	if (number == 0)
		return vpnalg_ipsec_host_outbound(translator, compared->host);
	if (compared->list == NULL ||
	    ipsec_sa_list_spi(translator, compared->list, number - 1) == 0)
		return NULL;
	sa = find_older(translator, compared, number - 1);
	if (sa == NULL) {
		vpnalg_ipsec_sa_list_drop(translator, compared->list,
					  number - 1);
		ipsec_answers_begin(answers, answers->id,
				    (uint8_t)(number - 1));
	}
	return sa;
}

/* Compares a packet with the SA that it is the turn of. Returns whether it may
 * answer that one. */
static bool may_answer(struct vpnalg *translator,
		       const struct compared *compared,
		       struct ipsec_answers *answers, uint32_t gap)
{
	return vpnalg_ipsec_answers(translator,
				    find_sa(translator, compared, answers),
				    answers, gap);
}

struct vpnalg_record *
vpnalg_ipsec_compare_others(struct vpnalg *translator,
			    const struct ipsec_others *others,
			    struct ipsec_answers *answers, uint32_t gap)
{
	struct compared compared = { 0, NULL, NULL };
	unsigned tries;

	if (answers->id == 0)
		ipsec_answers_begin(answers, others->first, 0);
	for (tries = 0; tries < others->tries; tries++) {
		find_host(translator, others, answers->id, &compared);
		if ((compared.host == NULL ||
		     compared.host != others->sender) &&
		    may_answer(translator, &compared, answers, gap))
			return answers->score >= IPSEC_ANSWERS_SHOWN
				       ? compared.host
				       : NULL;
		if (!turn_sa(translator, &compared, answers))
			vpnalg_ipsec_compare_turn(translator, others, answers,
						  compared.host);
	}
	return NULL;
}

void vpnalg_ipsec_compare_own(struct vpnalg *translator,
			      struct vpnalg_record *host,
			      struct vpnalg_record *list,
			      struct ipsec_answers *answers, uint32_t gap)
{
	const struct compared own = { 0, host, list };

	if (!may_answer(translator, &own, answers, gap) &&
	    !turn_sa(translator, &own, answers) && answers->number != 0)
		ipsec_answers_begin(answers, 0, 0);
}
