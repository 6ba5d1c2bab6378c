/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies of packets, for the translator alone. */
#include "sent.h"

#include <stdlib.h>
#include <string.h>

void lend(struct lent *l, const struct sent *s)
{
	static uintptr_t number;

	l->block = malloc(s->align + s->bytes.length);
	l->p = (struct vpnalg_packet){ .data = l->block + s->align,
				       .caplen = s->bytes.length,
				       .len = s->len,
				       .direction = s->direction,
				       .checksum = s->checksum,
				       .zone = s->zone,
				       .uplink = s->uplink,
				       .user = (void *)++number };
	memcpy(l->p.data, s->bytes.data, s->bytes.length);
}

void take_back(struct lent *l, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(l[i].block);
}

void sent_becomes(struct sent *s, const struct vpnalg_packet *p)
{
	s->result = p->result;
	s->flags = p->flags;
	if (p->result != VPNALG_TRANSLATED)
		return;
	memcpy(s->bytes.data, p->data, p->caplen);
	s->bytes.length = p->caplen;
	s->len = p->len;
	s->zone = p->zone;
}
