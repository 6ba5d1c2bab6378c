/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments that are held, and given back. */
#include "fragments.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "result.h"
#include "world.h"

/* Few places, so that they are wanted. */
static struct vpnalg_fragments fragment_settings(const struct settings *s)
{
	return (struct vpnalg_fragments){
		.size = sizeof(struct vpnalg_fragments),
		.datagrams = s->roomy ? 128 : 4,
		.held = s->roomy ? KEPT_MAX : 5,
		.whole = s->random & 2 ? 150 : 0,
	};
}

void fragments_begin(struct world *w, struct vpnalg_config *config,
		     struct vpnalg_fragments *fragments)
{
	w->fragments = (struct fragment_counts){ 0 };
	w->fragment_memory = NULL;
	memset(w->kept, 0, sizeof(w->kept));
	if (!w->settings->fragments)
		return;
	*fragments = fragment_settings(w->settings);
	fragments->memory_size = vpnalg_fragments_size(fragments);
	w->fragment_memory = malloc(fragments->memory_size);
	fragments->memory = w->fragment_memory;
	config->fragments = fragments;
}

/* All of the fragment must be in memory; what stands behind it need not be. */
bool fragments_may_hold(const struct world *w, const struct sent *s,
			unsigned result)
{
	return w->settings->fragments && result == VPNALG_HELD &&
	       s->bytes.length >= 20 &&
	       s->bytes.length >= get16(s->bytes.data + 2) &&
	       (get16(s->bytes.data + 6) & 0x3fff) != 0;
}

void fragments_count(struct world *w, const struct sent *s,
		     const struct vpnalg_packet *p)
{
	struct kept *kept = &w->kept[(uintptr_t)p->user % KEPT_MAX];

	w->fragments.held += p->result == VPNALG_HELD;
	w->fragments.dropped += p->result == VPNALG_DROP_FRAGMENT;
	w->fragments.dropped_options += p->result == VPNALG_DROP_OPTIONS;
	if (p->result == VPNALG_HELD)
		*kept = (struct kept){ (uintptr_t)p->user, *s };
}

/* The header of a datagram that was put together may have become shorter, and
 * its bytes others. */
static void check_against(const struct world *w, const struct sent *s,
			  const struct vpnalg_packet *p)
{
	uint32_t header = header_length(s->bytes.data);

	if (p->len > s->len || p->direction != s->direction)
		broken("fragments", "longer, or another direction");
	if (p->result == VPNALG_UNTOUCHED &&
	    memcmp(p->data, s->bytes.data, p->len) != 0)
		broken("1 (not translated, not changed)", "held, then left");
	if (p->result == VPNALG_UNTOUCHED)
		return;
	if (sum(p->data, header, 0) % 0xffff !=
	    sum(s->bytes.data, header, 0) % 0xffff)
		broken("2 (checksums)", "of the IP header of a fragment");
	check_addresses(w, s, p);
}

static void check_given(const struct world *w, const struct vpnalg_packet *p)
{
	const struct kept *kept = &w->kept[(uintptr_t)p->user % KEPT_MAX];

	trace("  given back: %s\n", vpnalg_result_text(p->result));
	trace_packet("=>", p->data, p->caplen);
	if (p->result > VPNALG_UNTOUCHED || p->caplen != p->len)
		broken("fragments", "result %u", p->result);
	/* One that was loaded, or is not kept any more, is not known. */
	if (p->user != NULL && kept->number == (uintptr_t)p->user)
		check_against(w, &kept->sent, p);
}

void fragments_take(struct world *w)
{
	struct vpnalg_packet p;

	while (vpnalg_next_held(w->alg, &p)) {
		w->fragments.given++;
		check_given(w, &p);
	}
	if (w->settings->fragments)
		fragments_check(w, false);
}

/* A fragment that was neither given back nor counted as dropped is still held.
 * Datagrams that were put together may have been dropped for their options,
 * which is counted with other packets of that kind. */
void fragments_check(const struct world *w, bool at_end)
{
	struct vpnalg_fragments settings = fragment_settings(w->settings);
	const struct fragment_counts *f = &w->fragments;
	struct vpnalg_counters c;
	int64_t held, options;

	vpnalg_counters(w->alg, &c, sizeof(c));
	held = (int64_t)(f->held - f->given -
			 (c.results[VPNALG_DROP_FRAGMENT] - f->dropped));
	options = (int64_t)(c.results[VPNALG_DROP_OPTIONS] -
			    f->dropped_options);
	if (held < 0 || held > options + (at_end ? 0 : settings.held))
		broken("8 (given back)", "%lld fragments are held",
		       (long long)held);
}
