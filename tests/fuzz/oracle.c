/* SPDX-License-Identifier: BSD-2-Clause */
/* Sends packets and holds what comes out to the promises. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "../fast_path.h"

/* What one packet may cost: lookups, and records that a packet from outside
 * adds. Far more than any needs, far less than a table. */
#define FINDS_MAX 8192
#define RECORDS_FROM_OUTSIDE 8

/* The flags that a packet keeps when it is turned round or undone. */
#define HAIRPIN_FLAGS (VPNALG_PACKET_HAIRPIN | VPNALG_PACKET_TO_SERVICE)

/* A packet in a block of its own that ends where it ends, so that
 * AddressSanitizer sees the first byte read behind it. */
struct held {
	struct vpnalg_packet p;
	uint8_t *block;
};

static void hold(struct held *h, const struct sent *s)
{
	static uintptr_t number;

	h->block = malloc(s->align + s->bytes.length);
	h->p = (struct vpnalg_packet){ .data = h->block + s->align,
				       .caplen = s->bytes.length,
				       .len = s->len,
				       .direction = s->direction,
				       .checksum = s->checksum,
				       .zone = s->zone,
				       .uplink = s->uplink,
				       .user = (void *)++number };
	memcpy(h->p.data, s->bytes.data, s->bytes.length);
}

static void drop(struct held *h, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		free(h[i].block);
}

/* --- Promise 1. */

static void check_left_alone(const struct sent *s,
			     const struct vpnalg_packet *p)
{
	if (p->caplen != s->bytes.length || p->len != s->len ||
	    p->zone != s->zone || p->flags != 0)
		broken("1 (not translated, not changed)", "%s",
		       vpnalg_result_text(p->result));
	if (memcmp(p->data, s->bytes.data, p->caplen) != 0)
		broken("1 (not translated, not changed)", "bytes: %s",
		       vpnalg_result_text(p->result));
}

/* --- Promise 2. */

/* What must stay the same, valid or not: the sum over all that is covered and
 * in memory; of a partial checksum what it differs by from its true value. */
static uint32_t residue(const uint8_t *ip, uint32_t caplen, bool partial)
{
	uint32_t header = header_length(ip), total = get16(ip + 2);
	int off = checksum_offset(ip);
	const uint8_t *l4 = ip + header;

	if (total > caplen)
		total = caplen;
	if (off < 0 || total < header + (uint32_t)off + 2)
		return 0;
	if (partial && ip[9] != ICMP)
		return (pseudo_sum(ip) + (~get16(l4 + off) & 0xffffU)) % 0xffff;
	return sum(l4, total - header,
		   ip[9] == ICMP ? 0 : pseudo_sum(ip)) % 0xffff;
}

static bool is_later(const uint8_t *ip)
{
	return (get16(ip + 6) & 0x1fff) != 0;
}

static bool has_no_checksum(const uint8_t *ip, uint32_t caplen)
{
	uint32_t header = header_length(ip);

	return ip[9] == UDP && caplen >= header + 8 &&
	       get16(ip + header + 6) == 0;
}

static void check_checksums(const struct sent *s, const struct vpnalg_packet *p)
{
	const uint8_t *before = s->bytes.data, *after = p->data;
	bool partial = p->checksum == VPNALG_CHECKSUM_PARTIAL;
	bool none = has_no_checksum(before, s->bytes.length);

	if (sum(before, header_length(before), 0) % 0xffff !=
	    sum(after, header_length(after), 0) % 0xffff)
		broken("2 (checksums)", "of the IP header");
	if (is_later(before))
		return;
	if (none != has_no_checksum(after, p->caplen))
		broken("2 (checksums)", "none became one, or one none");
	if (!none && residue(before, s->bytes.length, partial) !=
			     residue(after, p->caplen, partial))
		broken("2 (checksums)", "behind the IP header, %s",
		       partial ? "partial" : "complete");
	if (is_icmp_error(s))
		check_quoted_checksums(s, after);
}

/* --- Promise 5, and that the far end stays who it is. */

static void check_addresses(const struct world *w, const struct sent *s,
			    const struct vpnalg_packet *p)
{
	bool inward = p->direction & VPNALG_IN;
	bool outside = p->direction == VPNALG_OUT ||
		       p->direction == VPNALG_IN_UNDO;
	uint32_t local = get32(p->data + (inward ? 16 : 12));
	uint32_t far = inward ? 12 : 16;

	if (is_outside(w->settings, local) != outside)
		broken("5 (no inside address leaves)", "%08x", (unsigned)local);
	if (get32(p->data + far) != get32(s->bytes.data + far))
		broken("the far end", "its address was changed");
	if (is_icmp_error(s))
		check_quoted_address(w->settings, s, p->data);
}

static bool is_error(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* Returns whether a handler owns what an inside host sends, so that it may not
 * pass as it is. What has no remote that can be one is left to the router. */
static bool is_owned(const struct settings *settings, const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	uint32_t header, remote, port;

	if (s->direction != VPNALG_OUT || s->bytes.length < 20 ||
	    ip[0] >> 4 != 4)
		return false;
	header = header_length(ip);
	remote = get32(ip + 16);
	if (header < 20 || s->bytes.length < header + 8 ||
	    get16(ip + 2) < header + 8 || get16(ip + 6) & 0x3fff ||
	    is_outside(settings, get32(ip + 12)) ||
	    is_outside(settings, remote) || remote >> 24 == 0 ||
	    remote >> 24 == 127 || remote >= 0xe0000000U)
		return false;
	port = get16(ip + header + 2);
	switch (ip[9]) {
	case TCP:
		return settings->has_general || port == PORT_PPTP;
	case UDP:
		return settings->has_general || port == PORT_IKE ||
		       port == PORT_NAT_T;
	case ESP:
	case AH:
		return true;
	case L2TP_IP:
		return settings->has_l2tp || settings->has_general;
	case ICMP:
		return settings->has_general && !is_error(ip[header]);
	default:
		return settings->has_general;
	}
}

static bool has_rogue_port(const uint8_t *ip, uint32_t length)
{
	uint32_t l4;

	if (length < 24 || ip[9] != UDP)
		return false;
	l4 = header_length(ip);
	return length < l4 + 4 || get16(ip + l4) == ROGUE_PORT ||
	       get16(ip + l4 + 2) == ROGUE_PORT;
}

/* Returns whether it is the rogue handler's, which keeps no promise but that it
 * does no harm; or an ICMP error about that, or about such an error. */
static bool is_rogue(const struct settings *settings, const struct sent *s)
{
	const uint8_t *ip = s->bytes.data;
	uint32_t length = s->bytes.length, quote;

	if (!settings->has_rogue)
		return false;
	while (length >= 24 && ip[9] == ICMP &&
	       length > header_length(ip) + 8) {
		quote = header_length(ip) + 8;
		ip += quote;
		length -= quote;
	}
	return length >= 24 && has_rogue_port(ip, length);
}

/* --- Promise 3. */

static bool same_checksum(unsigned before, unsigned after, bool partial)
{
	return before == after || (before == 0xffff && after == 0) ||
	       (partial && before == 0 && after == 0xffff);
}

/* Returns whether two packets are the same, but for a checksum of 0xffff that
 * has become 0: both are zero in ones' complement. A partial one of TCP or
 * DCCP, which is never 0 if it is the sum of a pseudo header, may become
 * 0xffff. */
static bool same_packet(const uint8_t *a, const uint8_t *b, uint32_t length,
			bool partial)
{
	int off = checksum_offset(a);
	uint32_t l4 = header_length(a), i;

	partial = partial && (a[9] == TCP || a[9] == DCCP);
	for (i = 0; i < length; i++) {
		bool checksum =
			i == 10 || (off >= 0 && i == l4 + (uint32_t)off);

		if (checksum && i + 1 < length &&
		    same_checksum(get16(a + i), get16(b + i), partial))
			i++;
		else if (a[i] != b[i])
			return false;
	}
	return true;
}

static void check_undone(const struct watched_store *store,
			 const struct sent *s, const struct vpnalg_packet *sent,
			 const struct vpnalg_packet *undo)
{
	struct bytes expected = s->bytes;

	/* What carries the receiver's ID alone, and two hosts have the same. */
	if (undo->result == VPNALG_DROP_AMBIGUOUS &&
	    (s->bytes.data[9] == GRE || s->bytes.data[9] == ESP))
		return;
	if (undo->result == VPNALG_DROP_STORE && store->failed)
		return;
	if (undo->result != VPNALG_TRANSLATED)
		broken("3 (undo)", "%s: %s", s->direction ? "in" : "out",
		       vpnalg_result_text(undo->result));
	if (sent->flags & VPNALG_PACKET_CUT)
		return;
	if ((undo->flags & ~HAIRPIN_FLAGS) != 0 ||
	    undo->caplen != s->bytes.length ||
	    undo->len != s->len)
		broken("3 (undo)", "another length");
	if (is_icmp_error(s))
		allow_in_undone(&expected, undo);
	if (!same_packet(expected.data, undo->data, undo->caplen,
			 s->checksum == VPNALG_CHECKSUM_PARTIAL))
		broken("3 (undo)", "%s: gives another packet",
		       s->direction ? "in" : "out");
	if (s->direction == VPNALG_OUT && undo->zone != s->zone)
		broken("3 (undo)", "another zone");
}

/* --- What several translators would do. */

#define TRANSLATORS 5

static uint32_t steer(const struct settings *settings,
		      const struct vpnalg_packet *p)
{
	struct vpnalg_addr addresses[4] = { { 0 } };
	struct vpnalg_steer s = { .size = sizeof(s),
				  .key = { 1, 2 },
				  .addresses = addresses,
				  .address_count = settings->address_count };
	bool fragment;
	unsigned i;

	for (i = 0; i < settings->address_count; i++) {
		addresses[i].family = VPNALG_IPV4;
		put32(addresses[i].octets, outside_address(i));
	}
	return vpnalg_steer(&s, p, TRANSLATORS, &fragment);
}

/* Both forms of a packet meet in one translator. */
static void check_steer(const struct settings *settings, const struct held *h,
			const struct sent *s)
{
	struct vpnalg_packet before = h->p;
	uint8_t bytes[PACKET_MAX];
	uint32_t to;

	memcpy(bytes, s->bytes.data, s->bytes.length);
	before.data = bytes;
	before.caplen = s->bytes.length;
	before.len = s->len;
	before.zone = s->zone;
	to = steer(settings, &before);
	if (to >= TRANSLATORS)
		broken("steer", "to %u", (unsigned)to);
	if (h->p.result == VPNALG_TRANSLATED) {
		before = h->p;
		before.direction ^= VPNALG_OUT_UNDO;
		if (steer(settings, &before) != to)
			broken("steer", "both forms of a packet do not meet");
	}
}

/* --- Fragments that are held, and given back. */

/* All of it must be in memory; what stands behind it need not be. */
static bool may_be_held(const struct world *w, const struct sent *s,
			unsigned result)
{
	return w->settings->fragments && result == VPNALG_HELD &&
	       s->bytes.length >= 20 &&
	       s->bytes.length >= get16(s->bytes.data + 2) &&
	       (get16(s->bytes.data + 6) & 0x3fff) != 0;
}

static void count_fragment(struct world *w, const struct sent *s,
			   const struct vpnalg_packet *p)
{
	struct kept *kept = &w->kept[(uintptr_t)p->user % KEPT_MAX];

	w->fragments.held += p->result == VPNALG_HELD;
	w->fragments.dropped += p->result == VPNALG_DROP_FRAGMENT;
	w->fragments.dropped_options += p->result == VPNALG_DROP_OPTIONS;
	if (p->result == VPNALG_HELD)
		*kept = (struct kept){ (uintptr_t)p->user, *s };
}

/* Promises 1, 2 and 5 of one that is given back. The header of a datagram that
 * was put together may have become shorter, and its bytes others. */
static void check_given(const struct world *w, const struct vpnalg_packet *p)
{
	const struct kept *kept = &w->kept[(uintptr_t)p->user % KEPT_MAX];
	const struct sent *s = &kept->sent;
	uint32_t header;

	trace("  given back: %s\n", vpnalg_result_text(p->result));
	trace_packet("=>", p->data, p->caplen);
	if (p->result > VPNALG_UNTOUCHED || p->caplen != p->len)
		broken("fragments", "result %u", p->result);
	if (p->user == NULL || kept->number != (uintptr_t)p->user)
		return; /* it was loaded, or is not kept any more */
	header = header_length(s->bytes.data);
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

static void take_held(struct world *w)
{
	struct vpnalg_packet p;

	while (vpnalg_next_held(w->alg, &p)) {
		w->fragments.given++;
		check_given(w, &p);
	}
	if (w->settings->fragments)
		world_check_fragments(w, false);
}

/* --- One packet through one world. */

static void check_result(const struct world *w, const struct sent *s,
			 const struct vpnalg_packet *p)
{
	trace("  -> %s%s\n", vpnalg_result_text(p->result),
	      p->flags & VPNALG_PACKET_CUT ? ", cut" : "");
	if (p->result >= VPNALG_RESULTS ||
	    (p->result > VPNALG_UNTOUCHED && p->result < VPNALG_DROP_FIRST &&
	     !may_be_held(w, s, p->result)))
		broken("11 (wrong answers)", "result %u", p->result);
	if (p->result == VPNALG_DROP_FAULT) {
		if (!is_rogue(w->settings, s))
			broken("11 (wrong answers)", "nobody gave one");
		return;
	}
	if (p->result != VPNALG_TRANSLATED) {
		check_left_alone(s, p);
		if (p->result == VPNALG_UNTOUCHED && is_owned(w->settings, s) &&
		    !is_rogue(w->settings, s))
			broken("5 (no inside address leaves)",
			       "a handler's packet is untouched");
		return;
	}
	trace_packet("=>", p->data, p->caplen);
	if (p->len > s->len || p->caplen > s->bytes.length)
		broken("length", "it grew");
	if (!(p->flags & VPNALG_PACKET_CUT))
		check_checksums(s, p);
	check_addresses(w, s, p);
}

/* An ICMP error changes no session. One that is past its deadline may have been
 * closed. */
static void check_unchanged(const struct world *w, const struct sent *s,
			    long records, uint64_t before)
{
	if (w->store.records > records ||
	    (w->store.records == records && store_sum(&w->store) != before))
		broken("ICMP errors", "%s: a session has changed",
		       s->direction & VPNALG_IN ? "in" : "out");
}

/* Returns whether it is an ICMP error about a fragment. */
static bool quotes_fragment(const struct sent *s)
{
	return is_icmp_error(s) &&
	       get16(s->bytes.data + header_length(s->bytes.data) + 8 + 6) &
		       0x3fff;
}

/* What one packet has done to the store. */
static void check_records(const struct world *w, const struct sent *s,
			  unsigned result, long before)
{
	long after = w->store.records;

	if (is_rogue(w->settings, s))
		return;
	/* It may have made a datagram whole. Others behind the first open
	 * nothing. */
	if (result == VPNALG_HELD)
		return;
	if (s->bytes.length >= 20 && is_later(s->bytes.data) && after > before)
		broken("fragments", "%s, and %ld records more",
		       vpnalg_result_text(result), after - before);
	if (result > VPNALG_UNTOUCHED && result != VPNALG_DROP_HELD &&
	    after > before && s->bytes.data[9] != ESP)
		broken("8 (given back)", "%s, and %ld records more",
		       vpnalg_result_text(result), after - before);
	if (s->direction != VPNALG_IN)
		return;
	if (before == 0 ? after != 0 : after > before + RECORDS_FROM_OUTSIDE)
		broken("6 (outside opens nothing)", "%ld records, then %ld",
		       before, after);
	/* What is remembered of a datagram outlives its session. */
	if (before == 0 && result != VPNALG_UNTOUCHED &&
	    !(w->settings->fragments &&
	      (result == VPNALG_DROP_FRAGMENT || quotes_fragment(s))))
		broken("6 (outside opens nothing)", "%s, and nobody is there",
		       vpnalg_result_text(result));
}

/* Asks how packets like this one are translated. */
static bool ask(struct world *w, const struct sent *s,
		const struct vpnalg_packet *p, struct vpnalg_translation *offer)
{
	*offer = (struct vpnalg_translation){ .size = sizeof(*offer) };
	if (is_rogue(w->settings, s) ||
	    !vpnalg_translation_of(w->alg, p, w->now, offer))
		return false;
	if (!fast_path_knows(offer, p))
		broken("fast path", "it does not know the packet itself");
	if (memcmp(p->data, s->bytes.data, p->caplen) != 0)
		broken("fast path", "changed by asking");
	return true;
}

/* What was offered for a packet is what has become of it; it holds, unless it
 * was over with this packet. */
static void check_offer(struct world *w, const struct sent *s,
		       const struct vpnalg_packet *p,
		       struct vpnalg_translation *offer)
{
	struct bytes bytes = s->bytes;

	if (w->store.struck && p->result != VPNALG_TRANSLATED)
		return;
	fast_path_rewrite(offer, bytes.data);
	if (p->result != VPNALG_TRANSLATED)
		broken("fast path", "%s: offered, and not translated",
		       vpnalg_result_text(p->result));
	if (p->flags & VPNALG_PACKET_CUT ||
	    (s->checksum == VPNALG_CHECKSUM_FULL &&
	     !same_packet(bytes.data, p->data, p->caplen, false)))
		broken("fast path", "other bytes");
	vpnalg_translation_used(w->alg, offer, w->now);
}

static void process(struct world *w, struct held *h, const struct sent *s,
		    size_t count)
{
	struct vpnalg_packet packets[16];
	struct vpnalg_translation offer;
	bool offered;
	long records = w->store.records;
	unsigned long added = w->store.added;
	bool error = count == 1 && is_icmp_error(s) &&
		     !is_rogue(w->settings, s);
	uint64_t before = error ? store_sum(&w->store) : 0;
	size_t i;

	for (i = 0; i < count; i++)
		packets[i] = h[i].p;
	offered = count == 1 && ask(w, s, packets, &offer);
	w->store.finds = 0;
	w->store.failed = false;
	w->store.struck = false;
	vpnalg_process(w->alg, packets, count, w->now);
	w->store.fail_in = 0;
	for (i = 0; i < count; i++) {
		h[i].p = packets[i];
		count_fragment(w, &s[i], &packets[i]);
		check_result(w, &s[i], &packets[i]);
	}
	take_held(w);
	w->opened = w->store.added > added;
	store_check(&w->store);
	told_check(w);
	if (w->store.finds > FINDS_MAX * count)
		broken("6 (time)", "%u lookups", w->store.finds);
	if (count == 1)
		check_records(w, s, packets[0].result, records);
	if (error)
		check_unchanged(w, s, records, before);
	if (offered)
		check_offer(w, s, packets, &offer);
}

/* The uplink by which the answer to a packet leaves. */
static uint8_t uplink_back(const struct settings *settings,
			   const struct sent *s, const struct vpnalg_packet *p)
{
	if (s->direction != VPNALG_IN)
		return p->uplink;
	return uplink_of(settings, get32(s->bytes.data + 16));
}

/* A store that fails then costs this try. */
static void undo(struct world *w, const struct held *h, const struct sent *s,
		 long fail)
{
	struct sent back = { .len = h->p.len,
			     .direction = h->p.direction ^ VPNALG_OUT_UNDO,
			     .checksum = h->p.checksum,
			     .align = s->align,
			     .zone = h->p.zone,
			     .uplink = uplink_back(w->settings, s, &h->p) };
	struct held u;

	back.bytes.length = h->p.caplen;
	memcpy(back.bytes.data, h->p.data, h->p.caplen);
	hold(&u, &back);
	u.p.flags = h->p.flags & HAIRPIN_FLAGS;
	trace(" undo\n");
	w->store.fail_in = fail;
	process(w, &u, &back, 1);
	if (w->store.struck && u.p.result == VPNALG_DROP_STORE) {
		drop(&u, 1);
		hold(&u, &back);
		process(w, &u, &back, 1);
	}
	check_undone(&w->store, s, &h->p, &u.p);
	drop(&u, 1);
}

/* --- And through the other world. */

static void check_same(const char *promise, const struct held *a,
		       const struct held *b)
{
	if (a->p.result != b->p.result)
		broken(promise, "%s, and the other: %s",
		       vpnalg_result_text(a->p.result),
		       vpnalg_result_text(b->p.result));
	if (a->p.caplen != b->p.caplen || a->p.zone != b->p.zone ||
	    memcmp(a->p.data, b->p.data, a->p.caplen) != 0)
		broken(promise, "other bytes");
}

/* From where on the two worlds need not be the same: the other store is full; a
 * segment was cut where this one failed; what the router itself sends has
 * passed, and was not remembered; or the search for an ID went on where it was,
 * so that the second try, or that for a later session, has found another one,
 * or, with a callback that refuses many, none. */
static bool part_ways(const struct worlds *w, const struct held *a,
		      const struct held *b)
{
	bool searched =
		w->tried_again && w->first.opened && w->second.opened;

	if (w->second.store.failed ||
	    (w->first.store.struck && a->p.flags & VPNALG_PACKET_CUT) ||
	    (w->first.store.struck && w->settings.own &&
	     a->p.result == VPNALG_UNTOUCHED))
		return true;
	if (!w->tried_again || b->p.result != VPNALG_TRANSLATED)
		return false;
	return a->p.result == VPNALG_DROP_NO_ID ||
	       a->p.result == VPNALG_DROP_REFUSED ||
	       (searched && a->p.result == VPNALG_TRANSLATED &&
		memcmp(a->p.data, b->p.data, a->p.caplen) != 0);
}

static void send_again(struct worlds *w, struct held *h, const struct sent *s,
		       size_t count)
{
	struct held other[16];
	size_t i;

	for (i = 0; i < count; i++)
		hold(&other[i], &s[i]);
	trace(" in the other world\n");
	if (w->one_by_one)
		for (i = 0; i < count; i++)
			process(&w->second, &other[i], &s[i], 1);
	else
		process(&w->second, other, s, count);
	w->failed = w->failed || w->first.store.struck;
	if (w->heals && w->first.store.struck &&
	    h->p.result == VPNALG_DROP_STORE) {
		drop(h, 1);
		hold(h, s);
		w->first.random = w->settings.random ^ w->calls;
		trace(" once more\n");
		process(&w->first, h, s, 1);
		w->tried_again = true;
	}
	if (w->heals && part_ways(w, h, other))
		w->heals = false;
	for (i = 0; i < count && (w->heals || w->one_by_one); i++)
		check_same(w->one_by_one ? "4 (same bytes)"
					 : "7 (a store that fails)",
			   &h[i], &other[i]);
	drop(other, count);
}

static void give_result(struct sent *s, const struct vpnalg_packet *p)
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

void worlds_send(struct worlds *w, struct sent *packets, size_t count)
{
	static const char *const ways[] = { "out", "in", "out, undone",
					    "in, undone" };
	struct held h[16];
	size_t i;

	for (i = 0; i < count; i++) {
		trace("%s, zone %u, %u of %u bytes%s\n",
		      ways[packets[i].direction], packets[i].zone,
		      packets[i].bytes.length, packets[i].len,
		      packets[i].checksum ? ", checksum partial or verified"
					  : "");
		trace_packet("  ", packets[i].bytes.data,
			     packets[i].bytes.length);
		hold(&h[i], &packets[i]);
	}
	w->calls++;
	/* A store that has failed has its records in another order: the sweep
	 * would meet the dead ones, which keep their remotes in use, at other
	 * times. */
	if (w->heals && w->failed) {
		world_sweep_all(&w->first);
		world_sweep_all(&w->second);
	}
	if (w->heals)
		w->first.random = w->second.random =
			w->settings.random ^ w->calls;
	if (!w->one_by_one)
		w->first.store.fail_in = w->fail_next;
	w->fail_next = 0;
	process(&w->first, h, packets, count);
	for (i = 0; i < count; i++)
		check_steer(&w->settings, &h[i], &packets[i]);
	if (w->one_by_one || w->heals)
		send_again(w, h, packets, count);
	if (count == 1 && h->p.result == VPNALG_TRANSLATED &&
	    h->p.direction < VPNALG_OUT_UNDO && !packets->no_undo &&
	    !is_rogue(&w->settings, packets)) {
		undo(&w->first, h, packets, w->one_by_one ? 0 : w->fail_undo);
		if (w->one_by_one || w->heals)
			undo(&w->second, h, packets, 0);
		w->fail_undo = 0;
	}
	for (i = 0; i < count; i++)
		give_result(&packets[i], &h[i].p);
	drop(h, count);
}
