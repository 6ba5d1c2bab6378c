/* SPDX-License-Identifier: BSD-2-Clause */
#include "sa_list.h"

/* A list lies beside its host: the host ID is its ID, too. */
static uint32_t list_id(struct vpnalg *translator, struct vpnalg_record *host)
{
	return vpnalg_session_id(translator, host, VPNALG_OUTSIDE_OWN);
}

static struct vpnalg_record *peek(struct vpnalg *translator,
				  struct vpnalg_record *host)
{
	return vpnalg_session_peek_beside(
		translator, host, VPNALG_INSIDE_PEER, ESP_PROTOCOL,
		list_id(translator, host), IPSEC_PORT_SA_LIST);
}

struct vpnalg_record *vpnalg_ipsec_sa_list_find(struct vpnalg *translator,
						struct vpnalg_record *host)
{
	return vpnalg_session_beside(translator, host, VPNALG_INSIDE_PEER,
				     ESP_PROTOCOL, list_id(translator, host),
				     IPSEC_PORT_SA_LIST);
}

/* Opens a list; NULL without room. Its deadline does not matter, for it has
 * children as long as its host lives. */
static struct vpnalg_record *open(struct vpnalg_step *step,
				  struct vpnalg_record *host)
{
	struct vpnalg_opening opening = {
		.kind = IPSEC_KIND_SA_LIST,
		.space = ESP_PROTOCOL,
		.id = list_id(step->translator, host),
		.inside_port = IPSEC_PORT_SA_LIST,
		.outside_port = IPSEC_PORT_SA_LIST,
		.peer = true,
		.lifetime = 1,
	};
	struct vpnalg_record *list;

	vpnalg_session_hosts(step->translator, host, &opening);
	if (vpnalg_session_open(step, &opening, &list) != VPNALG_TRANSLATED)
		return NULL;
	list->children = 1;
	vpnalg_session_changed(step->translator, list);
	return list;
}

bool vpnalg_ipsec_sa_list_add(struct vpnalg_step *step,
			      struct vpnalg_record *host)
{
	struct vpnalg_record *list =
		vpnalg_ipsec_sa_list_find(step->translator, host);
	uint32_t spi = ipsec_spi(step);
	struct ipsec_sa_list *l;
	unsigned i = 0;

	if (list == NULL)
		list = open(step, host);
	if (list == NULL)
		return false;
	l = vpnalg_session_body(step->translator, list);
	while (i < IPSEC_SA_LIST && l->spis[i] != 0 && l->spis[i] != spi)
		i++;
	if (i < IPSEC_SA_LIST && l->spis[i] == 0) {
		l->spis[i] = spi;
		vpnalg_session_changed(step->translator, list);
	}
	return true;
}

void vpnalg_ipsec_sa_list_drop(struct vpnalg *translator,
			       struct vpnalg_record *list, unsigned place)
{
	struct ipsec_sa_list *l = vpnalg_session_body(translator, list);
	unsigned last = place;

	while (last + 1 < IPSEC_SA_LIST && l->spis[last + 1] != 0)
		last++;
	l->spis[place] = l->spis[last];
	l->spis[last] = 0;
	vpnalg_session_changed(translator, list);
}

void vpnalg_ipsec_sa_list_remove(struct vpnalg *translator,
				 struct vpnalg_record *host, uint32_t spi)
{
	struct vpnalg_record *list = peek(translator, host);
	const struct ipsec_sa_list *l;
	unsigned i = 0;

	if (list == NULL)
		return;
	l = vpnalg_session_body(translator, list);
	while (i < IPSEC_SA_LIST && l->spis[i] != spi)
		i++;
	if (i < IPSEC_SA_LIST)
		vpnalg_ipsec_sa_list_drop(translator, list, i);
}

void vpnalg_ipsec_sa_list_release(struct vpnalg *translator,
				  struct vpnalg_record *host)
{
	struct vpnalg_record *list = peek(translator, host);

	if (list == NULL)
		return;
	list->children = 0;
	vpnalg_session_changed(translator, list);
}
