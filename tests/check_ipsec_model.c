/* SPDX-License-Identifier: BSD-2-Clause */
/* Hosts, servers and attackers that do anything with IKE and ESP at any time,
 * beside the other protocols, while the store and the caller fail now and then.
 * The model knows what each has sent and what the events said. */
#include "ipsec_model.h"

static void host_sends_esp(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s];
	struct bytes p;

	if (t->esp.out_spi == 0 || roll(12) == 0) {
		/* Now and then another host has the same. To undo that takes
		 * the key back, for which there must be room. */
		t->esp.out_spi = 0x10000 + ++numbers;
		if (row->fails == 0 && roll(8) == 0)
			t->esp.out_spi = 0x10001;
		t->esp.out_sequence = 0;
	}
	p = esp_packet(address_of(n), server_at(s), t->esp.out_spi,
		       ++t->esp.out_sequence);
	t->tried = true;
	if (goes_out(n, &p) != VPNALG_TRANSLATED)
		return;
	t->esp.outside = source(&w);
	t->has_esp = true;
	t->esp_sent = w.now;
}

/* Returns whether no other host that is known has ESP with the server behind
 * that address. */
static bool is_alone(const struct talk *t, unsigned s, uint32_t outside)
{
	unsigned n;

	for (n = 0; n < HOSTS; n++)
		if (&talks[n][s] != t && talks[n][s].has_esp &&
		    talks[n][s].esp.outside == outside &&
		    is_fresh(talks[n][s].esp_sent, ESP_LIFE))
			return false;
	return true;
}

/* A pair's SPI gets to its host; any other SPI gets to a host that is there, as
 * a probe, or since that host is alone. */
static void check_arrival(const struct bytes *p, unsigned result, unsigned s)
{
	uint32_t outside = get32(p->data + 16), spi = get32(p->data + 20);
	struct given *g;
	struct talk *t;

	if (result != VPNALG_TRANSLATED)
		return;
	t = talk_of(destination(&w), w.last.zone, server_at(s));
	ck_assert_msg(t->tried, "%s: to another host", row->what);
	g = given_as(spi, outside, server_at(s));
	if (g == NULL)
		ck_assert_msg(!row->passive || is_alone(t, s, outside),
			      "%s: a probe", row->what);
	else
		ck_assert_ptr_eq(g->owner, t);
}

static void server_sends_esp(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s];
	struct bytes p;
	unsigned result;

	if (!t->has_esp)
		return;
	if (t->esp.in_spi == 0 || roll(12) == 0) {
		t->esp.in_spi = roll(20) ? 0x20000 + ++numbers : 0x20001;
		t->esp.in_sequence = roll(4) ? 0 : 100000;
	}
	p = esp_packet(server_at(s), t->esp.outside, t->esp.in_spi,
		       ++t->esp.in_sequence);
	result = send_packet(&w, VPNALG_IN, &p);
	check_arrival(&p, result, s);
	if (is_fresh(t->esp_sent, ESP_LIFE))
		ck_assert_uint_ne(result, VPNALG_UNTOUCHED);
	if (result == VPNALG_TRANSLATED &&
	    destination(&w) == address_of(n) && w.last.zone == zone_of(n))
		delivered++;
}

/* From the server's address, but not by it. */
static void attacker_sends(unsigned s)
{
	uint32_t to = OUTSIDE + roll((unsigned)row->addresses);
	struct ike k = ike_of(CLIENT_A, server_at(s), 0xdead0000 + ++numbers);
	uint8_t flags, exchange = pick_exchange(&k, &flags);
	struct bytes p;

	k.outside = to;
	k.outside_port = (uint16_t)(roll(2) ? IKE : 2 + 2 * roll(511));
	p = roll(2) ? ike_from_server(&k, exchange, flags, roll(4))
		    : esp_packet(server_at(s), to, 0xdead0000 + ++numbers,
				 1 + roll(2) * 100000);
	if (roll(4) == 0)
		p = ah_packet(server_at(s), to, 7, 1);
	if (p.data[9] == ESP)
		check_arrival(&p, send_packet(&w, VPNALG_IN, &p), s);
	else
		send_packet(&w, VPNALG_IN, &p);
}

/* Undo alone, as of a packet that was never seen. */
static void is_undone(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s];
	struct bytes p;

	switch (roll(4)) {
	case 0: /* shown: it takes the SPI from any other host */
		p = esp_packet(server_at(s), address_of(n),
			       roll(2) ? talks[roll(HOSTS)][s].esp.in_spi
				       : ++numbers,
			       5);
		send_in_zone(&w, VPNALG_IN_UNDO, &p, zone_of(n));
		break;
	case 1:
		p = esp_packet(t->esp.outside, server_at(s), t->esp.out_spi, 5);
		send_packet(&w, VPNALG_OUT_UNDO, &p);
		break;
	case 2:
		p = ike_from_server(&t->ike, INFORMATIONAL, 0, 9);
		put32(p.data + 16, address_of(n));
		set_fragment(&p, 0);
		send_in_zone(&w, VPNALG_IN_UNDO, &p, zone_of(n));
		break;
	default: /* an SPI of no host: else it would be for the port's holder */
		p = ike_from_client(&t->ike, INFORMATIONAL, 0, 9);
		put32(p.data + 28, 0xdead0000 + ++numbers);
		put32(p.data + 12, OUTSIDE);
		set_fragment(&p, 0);
		send_packet(&w, VPNALG_OUT_UNDO, &p);
	}
}

/* Whatever else passes the same handlers. */
static void others_speak(unsigned n, unsigned s)
{
	static const uint16_t ports[] = { 53, IKE, NAT_T, 1701, 12345 };
	uint16_t port = ports[roll(ROWS(ports))];
	uint16_t remote = ports[roll(ROWS(ports))];
	uint8_t payload[20];
	struct bytes p;
	unsigned i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)roll(256);
	p = roll(2) ? udp_packet(address_of(n), port, server_at(s), remote,
				 payload, roll(21))
		    : tcp_packet(address_of(n), port, server_at(s), PPTP, 1, 0,
				 SYN, NULL, 0);
	if (port == IKE && remote == IKE)
		return; /* that is IKE, and the model must know of it */
	goes_out(n, &p);
}

static void is_cut(unsigned n, unsigned s)
{
	struct talk *t = &talks[n][s];
	struct bytes p = roll(2) ? ike_from_client(&t->ike, QUICK_MODE, 0, 1)
				 : esp_packet(address_of(n), server_at(s),
					      0x777, 1);

	if (roll(2))
		set_fragment(&p, roll(2) ? 0x2000 : 0x00ff);
	else
		p.length = 20 + roll(7);
	send_captured(&w, VPNALG_OUT, &p, p.length);
}

static void time_passes(void)
{
	static const unsigned spans[] = { 20, 100, 700, 3000, 40000, 130000 };
	unsigned i = roll(40);

	w.now += i < ROWS(spans) ? roll(spans[i]) : roll(200);
	if (roll(400) == 0)
		w.now += 4000000;
	if (roll(10) == 0)
		vpnalg_expire(w.alg, w.now, roll(30));
}

static void step(void)
{
	unsigned n = roll(HOSTS), s = roll(SERVERS);

	switch (roll(24)) {
	case 0:
		attacker_sends(s);
		return;
	case 1:
		is_undone(n, s);
		return;
	case 2:
		others_speak(n, s);
		return;
	case 3:
		if (roll(3) == 0)
			is_cut(n, s);
		return;
	case 4:
	case 5:
		host_speaks(n, s);
		return;
	case 6:
	case 7:
		server_speaks(n, s);
		return;
	default:
		if (roll(2))
			host_sends_esp(n, s);
		else
			server_sends_esp(n, s);
	}
}

/* Bounds */

static uint64_t living(size_t kind)
{
	return live(&w, first_kind + kind);
}

static void check_bounds(void)
{
	uint64_t places = SERVERS * row->addresses * BLOCKS;
	unsigned n, s;

	world_wait(&w, 0);
	ck_assert_uint_le(living(KIND_ESP_REMOTE), places);
	ck_assert_uint_le(living(KIND_ESP_UNKNOWN), places);
	ck_assert_uint_le(living(KIND_ESP_HOST), HOSTS * SERVERS);
	for (n = 0; n < HOSTS; n++)
		for (s = 0; s < SERVERS; s++)
			ck_assert_msg(talks[n][s].pairs <= INBOUND,
				      "%s: %u inbound SPIs", row->what,
				      talks[n][s].pairs);
}

static void begin(void)
{
	static const struct vpnalg_protocol first[] = {
		{ vpnalg_ipsec, NULL }, { vpnalg_pptp, NULL },
		{ vpnalg_l2tp, NULL }, { vpnalg_gre, NULL },
		{ vpnalg_general, NULL },
	};
	static const struct vpnalg_protocol last[] = {
		{ vpnalg_l2tp, NULL }, { vpnalg_pptp, NULL },
		{ vpnalg_gre, NULL }, { vpnalg_ipsec, NULL },
		{ vpnalg_general, NULL },
	};
	static const uint32_t addresses[] = { OUTSIDE, OUTSIDE_2,
					      OUTSIDE_2 + 1 };
	unsigned n, s;

	first_kind = 0;
	for (n = 0; row->last && last[n].handler != vpnalg_ipsec; n++)
		first_kind += last[n].handler()->kind_count;
	given_count = 0;
	numbers = 1;
	world_begin(&w, &(struct world_options){
				.protocols = row->last ? last : first,
				.protocol_count = 5,
				.addresses = addresses,
				.address_count = row->addresses,
				.units = 3000,
				.mirror = true,
				.leaves = row->fails > 0,
				.choose = choose,
				.released = released,
				.heard = heard,
				.passive = row->passive,
				/* Just before 32 bits of time wrap. */
				.from_zero = true,
				.now = roll(2) ? 0 : UINT32_MAX - 400000 });
	for (n = 0; n < HOSTS; n++)
		for (s = 0; s < SERVERS; s++) {
			talks[n][s] = (struct talk){
				.ike = ike_of(address_of(n), server_at(s), n),
				.esp = { .outside = OUTSIDE },
			};
			talks[n][s].ike.fixed_port = s == 0;
		}
}

static void run(uint32_t seed)
{
	unsigned i;

	dice = seed;
	begin();
	for (i = 0; i < STEPS; i++) {
		if (row->fails > 0 && roll(row->fails) == 0)
			w.fail_in = 1 + roll(5);
		step();
		if (roll(3) == 0)
			time_passes();
		if (i % 50 == 0)
			check_bounds();
	}
	world_end(&w);
}

/* VPNALG_TEST_ROUNDS makes it longer. */
START_TEST(hosts_servers_and_attackers_do_anything)
{
	const char *rounds = getenv("VPNALG_TEST_ROUNDS");
	unsigned long i, count = rounds ? strtoul(rounds, NULL, 10) : 3;

	row = &rows[_i];
	delivered = answered = 0;
	for (i = 0; i < count; i++)
		run((uint32_t)(i * 2654435761U + (unsigned)_i));
	ck_assert_msg(delivered > 30, "%s: %u", row->what, delivered);
	ck_assert(row->fails > 0 || row->odd || answered > 30);
}
END_TEST

TCase *ipsec_model_case(void)
{
	TCase *t = tcase_create("model");

	tcase_set_timeout(t, 3600);
	tcase_add_loop_test(t, hosts_servers_and_attackers_do_anything, 0,
			    ROWS(rows));
	return t;
}
