/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments in one call: as if each had come in a call of its own. */
#include "cases.h"
#include "fragments.h"

#include <string.h>

#define BURST 6

/* A datagram in three fragments; the letters in the rows. Another one has the
 * same Identification. */
enum { PARTS = 3 };

static struct world w;

/* What a world makes of a burst. */
struct outcome {
	unsigned results[BURST];
	struct collected out;
};

static struct bytes udp(uint16_t port)
{
	struct bytes whole = udp_packet(CLIENT_A, port, SERVER, 9000, "", 0);

	grow(&whole, 120);
	return whole;
}

/* The checksum lies in the second fragment, so it is translated whole. */
static struct bytes tcp(uint16_t port)
{
	struct bytes whole = tcp_packet(CLIENT_A, port, SERVER, 80, 7, 0, SYN,
					"", 0);

	grow(&whole, 120);
	return whole;
}

static struct bytes (*const datagrams[])(uint16_t port) = { udp, tcp };

/* A, B, C are the fragments of a datagram, a is its first one but longer, x, y,
 * z are those of another one, in order; . ends the burst. */
static const char *const bursts[] = {
	"ABC.",   "CBA.",   "BCA.",   "ABCA.",  "BCAA.", "CABA.",
	"CBAABC", "ABCABC", "BCAa.",  "BCaA.",  "BaA.",  "BAax.",
	"BAxC.",  "BCAxyz", "yxBCA.", "BxAyCz",
};

static struct bytes make_part(unsigned datagram, char letter)
{
	static const uint32_t cuts[PARTS + 1] = { 0, 16, 56, 100 };
	bool other = letter >= 'x';
	struct bytes whole = datagrams[datagram](other ? 6000 : 5000);
	unsigned part = other	      ? (unsigned)(letter - 'x')
			: letter == 'a' ? 0
					: (unsigned)(letter - 'A');

	set_ip_id(&whole, 0x5000);
	return fragment_of(&whole, cuts[part],
			   letter == 'a' ? 24 : cuts[part + 1]);
}

static void send_one_by_one(const struct bytes *parts, unsigned count,
			    struct outcome *outcome)
{
	unsigned i;

	for (i = 0; i < count; i++)
		outcome->results[i] = send_fragment(&w, VPNALG_OUT, &parts[i],
						    &outcome->out);
}

static void send_burst(struct bytes *parts, unsigned count,
		       struct outcome *outcome)
{
	struct vpnalg_packet packets[BURST] = { 0 };
	struct bytes *to;
	unsigned i;

	for (i = 0; i < count; i++)
		packets[i] = (struct vpnalg_packet){
			.data = parts[i].data,
			.len = parts[i].length,
			.caplen = parts[i].length,
			.direction = VPNALG_OUT,
			.zone = ZONE,
			.user = &w,
		};
	vpnalg_process(w.alg, packets, count, w.now);
	for (i = 0; i < count; i++) {
		outcome->results[i] = packets[i].result;
		outcome->out.dropped += packets[i].result >= VPNALG_DROP_FIRST;
		if (packets[i].result != VPNALG_TRANSLATED)
			continue;
		to = &outcome->out.packets[outcome->out.count++];
		memcpy(to->data, packets[i].data, packets[i].len);
		to->length = packets[i].len;
	}
	take_held(&w, &outcome->out);
}

static bool equals(const struct bytes *a, const struct bytes *b)
{
	return a->length == b->length &&
	       memcmp(a->data, b->data, a->length) == 0;
}

/* A burst gives back what it held behind all that it has not held. */
static void check_same(const struct collected *a, const struct collected *b,
		       const char *burst)
{
	bool taken[BURST] = { false };
	unsigned i, k;

	ck_assert_msg(a->count == b->count, "%s: %u and %u", burst, a->count,
		      b->count);
	ck_assert_uint_eq(a->given, b->given);
	ck_assert_uint_eq(a->dropped, b->dropped);
	for (i = 0; i < a->count; i++) {
		for (k = 0; k < b->count; k++)
			if (!taken[k] &&
			    equals(&a->packets[i], &b->packets[k]))
				break;
		ck_assert_msg(k < b->count, "%s: another packet %u", burst, i);
		taken[k] = true;
	}
}

START_TEST(a_burst_of_fragments_is_as_if_they_came_one_by_one)
{
	static struct outcome alone, together;
	struct bytes parts[BURST];
	const char *burst = bursts[(unsigned)_i / 2];
	unsigned count, i;

	for (count = 0; count < BURST && burst[count] != '.'; count++)
		parts[count] = make_part((unsigned)_i % 2, burst[count]);
	memset(&alone, 0, sizeof(alone));
	memset(&together, 0, sizeof(together));
	fragment_world(&w, (struct world_options){ 0 });
	send_one_by_one(parts, count, &alone);
	world_end(&w);
	fragment_world(&w, (struct world_options){ 0 });
	send_burst(parts, count, &together);
	world_end(&w);
	for (i = 0; i < count; i++)
		ck_assert_msg(alone.results[i] == together.results[i],
			      "%s, %u: %s, together %s", burst, i,
			      vpnalg_result_text(alone.results[i]),
			      vpnalg_result_text(together.results[i]));
	check_same(&alone.out, &together.out, burst);
}
END_TEST

TCase *fragment_burst_case(void)
{
	TCase *t = tcase_create("in one call");

	tcase_add_loop_test(t,
			    a_burst_of_fragments_is_as_if_they_came_one_by_one,
			    0, 2 * ROWS(bursts));
	return t;
}
