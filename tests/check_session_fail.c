/* SPDX-License-Identifier: BSD-2-Clause */
/* A store that fails at any point costs the packet at hand and nothing else;
 * and one that is mirrored elsewhere hears of every change. */
#include "support_ipsec.h"
#include "support_l2tp.h"
#include "toy.h"
#include "cases.h"

#include <vpnalg/general.h>
#include <vpnalg/pptp.h>

#include <stdlib.h>
#include <string.h>

static const uint32_t two_addresses[] = { OUTSIDE, OUTSIDE_2 };

/* How many addresses there are, and whose kind of session it is: each makes the
 * engine keep other records beside it. */
static const struct open_row {
	const char *name;
	size_t addresses;
	uint8_t handler, kind;
	long operations; /* adds and gives */
} open_rows[] = {
	{ "session alone", 1, 1, 0, 3 },
	{ "and a guard", 1, 0, TOY_CONTROL, 5 },
	{ "four slots and a guard", 1, 0, TOY_DATA, 5 },
	{ "and the pair", 2, 1, 0, 7 },
	{ "and all of them", 2, 0, TOY_DATA, 9 },
};

static void open_world(struct world *w, const struct open_row *row)
{
	static const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL }, { spy_handler, NULL },
	};
	struct world_options options = { .addresses = two_addresses,
					 .address_count = row->addresses,
					 .protocols = protocols,
					 .protocol_count = 2,
					 .choosing = CHOOSE_TAKE };

	world_begin(w, &options);
	memset(&toy_log, 0, sizeof(toy_log));
}

static unsigned try_open(struct world *w, const struct open_row *row)
{
	static const uint8_t host[] = { 192, 168, 77, 11 };
	static const uint8_t remote[] = { 198, 51, 100, 1 };
	struct vpnalg_opening opening = { .kind = row->kind,
					  .space = TOY_SPACE,
					  .inside = host,
					  .remote = remote,
					  .id = 7,
					  .keep = true,
					  .lifetime = 1000 };
	struct vpnalg_step step = toy_step(w);
	struct vpnalg_record *record;

	step.handler = row->handler;
	return vpnalg_session_open(&step, &opening, &record);
}

START_TEST(a_session_that_cannot_be_opened_leaves_nothing)
{
	const struct open_row *row = &open_rows[_i];
	size_t kind = row->handler * 2U + row->kind;
	struct world w;
	long n;

	open_world(&w, row);
	for (n = 1; n <= row->operations; n++) {
		w.fail_in = n;
		ck_assert_msg(try_open(&w, row) == VPNALG_DROP_STORE,
			      "%s: %ld", row->name, n);
		ck_assert_int_eq(w.fail_in, 0);
		ck_assert_int_eq(w.records, 0);
		ck_assert_int_eq(w.bindings, 0);
		ck_assert_uint_eq(opened(&w, kind), 0);
		ck_assert_uint_eq(closed(&w, kind), 0);
		ck_assert_uint_eq(refused(&w, kind), (uint64_t)n);
		ck_assert_int_eq(toy_log.closed, 0);
	}
	w.operations = 0;
	ck_assert_uint_eq(try_open(&w, row), VPNALG_TRANSLATED);
	ck_assert_int_eq(w.operations, row->operations);
	ck_assert_uint_eq(opened(&w, kind), 1);
	world_end(&w);
}
END_TEST

/* A second session of the same host needs no more guard nor pair. */
START_TEST(guards_and_pairs_are_counted_not_repeated)
{
	struct world w;

	toy_world(&w, (struct world_options){ .addresses = two_addresses,
					      .address_count = 2 });
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 4);
	toy_say(&w, CLIENT_A, 5001, SERVER, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 5);
	toy_say(&w, CLIENT_A, 5001, SERVER_2, TOY_HELLO, 0, 0);
	ck_assert_int_eq(w.records, 9);
	world_end(&w);
}
END_TEST

/* A whole conversation, and its nth operation fails: the packet is dropped, is
 * sent again and all goes on. */
static void insist(struct world *w, const struct bytes *p, unsigned *drops)
{
	if (send_packet(w, VPNALG_OUT, p) == VPNALG_TRANSLATED)
		return;
	ck_assert_uint_eq(w->last.result, VPNALG_DROP_STORE);
	++*drops;
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, p), VPNALG_TRANSLATED);
}

static void talk(struct world *w, uint32_t host, unsigned *drops)
{
	static const char said[] = { TOY_HELLO, TOY_OPEN, TOY_ATTACH,
				     TOY_DETACH, TOY_ATTACH };
	struct bytes p;
	uint16_t id;
	size_t i;

	for (i = 0; i < sizeof(said); i++) {
		p = toy_control(host, 5000, SERVER, TOY_CONTROL_PORT, said[i],
				7, 9);
		insist(w, &p, drops);
	}
	id = get16(l4(w) + 10);
	p = toy_data(host, SERVER, 9);
	ck_assert_uint_eq(send_packet(w, VPNALG_OUT, &p), VPNALG_TRANSLATED);
	p = toy_data(SERVER, source(w), id);
	ck_assert_uint_eq(send_packet(w, VPNALG_IN, &p), VPNALG_TRANSLATED);
	ck_assert_uint_eq(destination(w), host);
}

START_TEST(a_store_that_fails_costs_one_packet)
{
	unsigned drops = 1;
	struct world w;
	long n;

	for (n = 1; drops == 1; n++) {
		drops = 0;
		toy_world(&w, (struct world_options){
				      .addresses = two_addresses,
				      .address_count = (size_t)_i,
				      .choosing = CHOOSE_DIFFERENT });
		w.fail_in = n;
		talk(&w, CLIENT_A, &drops);
		talk(&w, CLIENT_B, &drops);
		ck_assert_uint_le(drops, 1);
		ck_assert_uint_eq(opened(&w, TOY_DATA), 2);
		world_end(&w);
	}
	ck_assert_int_ge(n, 20);
}
END_TEST

START_TEST(a_key_that_cannot_be_given_changes_nothing)
{
	uint8_t keys;
	struct vpnalg_record *record;
	struct vpnalg_tuple tuple;
	struct world w;

	toy_world(&w, (struct world_options){ 0 });
	toy_say(&w, CLIENT_A, 5000, SERVER, TOY_OPEN, 7, 0);
	tuple = (struct vpnalg_tuple){
		.role = VPNALG_OUTSIDE_OWN, .space = TOY_SPACE, .id = 7,
		.local = (const uint8_t *)"\xcb\x00\x71\x01",
		.remote = (const uint8_t *)"\xc6\x33\x64\x01"
	};
	record = vpnalg_session_peek(w.alg, &tuple);
	ck_assert_ptr_nonnull(record);
	keys = record->keys;
	tuple.role = VPNALG_OUTSIDE_PEER;
	w.fail_in = 1;
	ck_assert(!vpnalg_session_link(w.alg, record, &tuple));
	ck_assert_uint_eq(record->keys, keys);
	ck_assert_ptr_null(vpnalg_session_peek(w.alg, &tuple));
	ck_assert(vpnalg_session_link(w.alg, record, &tuple));
	world_end(&w);
}
END_TEST

/* A mirror of the store elsewhere, kept up by what the store is told: a record
 * is added or removed, and changed. Keys it follows by give, take and point. */
enum { MIRRORED = 64 };
static struct mirrored {
	struct vpnalg_record *record;
	uint8_t bytes[VPNALG_UNIT * VPNALG_UNITS_MAX];
} mirror[MIRRORED];
static struct vpnalg_store plain;

static struct mirrored *mirror_of(struct vpnalg_record *record)
{
	unsigned i;

	for (i = 0; i < MIRRORED; i++)
		if (mirror[i].record == record)
			return &mirror[i];
	ck_abort_msg("no such record");
	return NULL;
}

static void mirror_change(void *context, struct vpnalg_record *record)
{
	plain.changed(context, record);
	memcpy(mirror_of(record)->bytes, record,
	       (size_t)record->units * VPNALG_UNIT);
}

static struct vpnalg_record *mirror_add(void *context, unsigned units)
{
	struct vpnalg_record *record = plain.add(context, units);

	if (record != NULL) {
		mirror_of(NULL)->record = record;
		mirror_change(context, record);
	}
	return record;
}

static void mirror_remove(void *context, struct vpnalg_record *record)
{
	mirror_of(record)->record = NULL;
	plain.remove(context, record);
}

static void mirror_stand_between(struct world *w)
{
	memset(mirror, 0, sizeof(mirror));
	plain = w->store;
	w->store.add = mirror_add;
	w->store.remove = mirror_remove;
	w->store.changed = mirror_change;
}

static void mirror_begin(struct world *w)
{
	static const struct vpnalg_protocol protocols[] = {
		{ vpnalg_pptp, NULL }, { toy_handler, NULL },
		{ vpnalg_general, NULL },
	};
	struct world_options options = {
		.addresses = two_addresses,
		.address_count = 2,
		.protocols = protocols,
		.protocol_count = 3,
		.general.filtering = VPNALG_FILTERING_ADDRESS_DEPENDENT
	};

	world_begin(w, &options);
	mirror_stand_between(w);
}

static void mirror_end(struct world *w)
{
	w->bytes = NULL; /* the test's own */
	w->store = plain;
	world_end(w);
}

static void check_mirror(void)
{
	unsigned i;

	for (i = 0; i < MIRRORED; i++) {
		struct vpnalg_record *record = mirror[i].record, copy;

		if (record == NULL)
			continue;
		memcpy(&copy, mirror[i].bytes, sizeof(copy));
		copy.keys = record->keys;
		ck_assert_msg(memcmp(&copy, record, sizeof(copy)) == 0,
			      "head of a record of handler %u, kind %u",
			      record->handler, record->kind);
		ck_assert_msg(memcmp(mirror[i].bytes + sizeof(copy),
				     record + 1,
				     (size_t)record->units * VPNALG_UNIT -
					     sizeof(copy)) == 0,
			      "body of a record of handler %u, kind %u",
			      record->handler, record->kind);
	}
}

/* Not through send_packet(), which lets a moving store move. */
static void process(struct world *w, uint8_t direction, struct bytes p)
{
	struct vpnalg_packet packet = { .data = p.data, .caplen = p.length,
					.len = p.length,
					.direction = direction };

	vpnalg_process(w->alg, &packet, 1, w->now);
	ck_assert_uint_eq(packet.result, VPNALG_TRANSLATED);
	memcpy(w->bytes, packet.data, packet.caplen);
	check_mirror();
}

/* What the engine itself writes it tells, also if the handler writes
 * nothing. */
START_TEST(a_mirrored_store_hears_of_an_opened_session)
{
	static const struct open_row row = { .handler = 1, .kind = TOY_DATA };
	struct world w;

	mirror_begin(&w);
	ck_assert_uint_eq(try_open(&w, &row), VPNALG_TRANSLATED);
	check_mirror();
	mirror_end(&w);
}
END_TEST

START_TEST(a_mirrored_store_hears_of_every_change_of_a_toy_session)
{
	static const char said[] = "HOADAE";
	uint8_t bytes[2048];
	const char *op;
	struct world w;
	unsigned host;

	mirror_begin(&w);
	w.bytes = bytes;
	for (host = 0; host < 3; host++)
		for (op = said; *op != '\0'; op++)
			process(&w, VPNALG_OUT,
				toy_control(CLIENT_A + host, 5000, SERVER,
					    TOY_CONTROL_PORT, *op, 7, 9));
	vpnalg_expire(w.alg, BEGINNING + 100, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

START_TEST(a_mirrored_store_hears_of_every_change_of_a_pptp_session)
{
	struct bytes start = message(1, 0, 0, 0), ask = message(7, 5, 1, 0);
	struct bytes both = join(&start, &ask);
	uint8_t bytes[2048];
	struct world w;

	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 99, 0,
					   SYN, NULL, 0));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 199, 100,
			   SYN | ACK, NULL, 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 100,
					   200, ACK, both.data, both.length));
	process(&w, VPNALG_IN, gre_packet(SERVER, source(&w), 5, 1));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP,
					   100 + both.length, 200, FIN | ACK,
					   NULL, 0));
	vpnalg_expire(w.alg, BEGINNING + 1000, 1000);
	check_mirror();
	vpnalg_expire(w.alg, BEGINNING + 70000, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

/* The end of a call is told too, and what its connection loses by it. */
START_TEST(a_mirrored_store_hears_of_the_end_of_a_pptp_call)
{
	struct bytes start = message(1, 0, 0, 0), ask = message(7, 5, 1, 0);
	struct bytes back = message(2, 0, 0, 0), reply = message(8, 9, 5, 1);
	struct bytes bye = message(13, 9, 1, 0);
	uint8_t bytes[2048];
	struct world w;

	start = join(&start, &ask);
	back = join(&back, &reply);
	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 99, 0,
					   SYN, NULL, 0));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 199, 100,
			   SYN | ACK, NULL, 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 3000, SERVER, PPTP, 100,
					   200, ACK, start.data, start.length));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000, 200, 424, ACK,
			   back.data, back.length));
	process(&w, VPNALG_OUT, gre_packet(CLIENT_A, SERVER, 9, 1));
	process(&w, VPNALG_IN,
		tcp_packet(SERVER, PPTP, source(&w), 3000,
			   200 + back.length, 424, ACK, bye.data, bye.length));
	vpnalg_expire(w.alg, w.now + 100000, 1000);
	check_mirror();
	ck_assert_uint_eq(closed(&w, CALL), 1);
	ck_assert_uint_eq(closed(&w, CONTROL), 0);
	mirror_end(&w);
}
END_TEST

static void mirrored_tunnel(struct world *w, struct tunnel *t)
{
	struct bytes m;

	tunnel_requests(w, t);
	check_mirror();
	if (tunnel_is_answered(w, t) != VPNALG_TRANSLATED) {
		check_mirror();
		tunnel_requests(w, t);
		check_mirror();
		tunnel_is_answered(w, t);
	}
	check_mirror();
	ck_assert_uint_eq(tunnel_confirms(w, t), VPNALG_TRANSLATED);
	check_mirror();
	if (t->version == 3) {
		m = l2tp_control(3, t->peer, 1, ICRQ);
		l2tp_avp(&m, 63, 4, t->session);
		tunnel_says(w, t, &m);
		check_mirror();
		t->outside_session = get32(l2tp(w) + 26);
		m = l2tp_control(3, t->outside_own, 1, ICRP);
		l2tp_avp(&m, 63, 4, t->peer_session);
		l2tp_avp(&m, 64, 4, t->outside_session);
		tunnel_hears(w, t, &m);
		check_mirror();
	}
	w->now += 60000;
	tunnel_carries(w, t, 1);
	check_mirror();
	if (t->client == CLIENT_A)
		client_tells(w, t, STOPCCN);
	else
		server_tells(w, t, STOPCCN);
	check_mirror();
	vpnalg_expire(w->alg, w->now + 1, 1000);
	check_mirror();
}

/* With what a moving store moves between calls the mirror could not keep up;
 * the store that is mirrored is the bundled one. */
START_TEST(a_mirrored_store_hears_of_every_change_of_an_l2tp_tunnel)
{
	static const struct tunnel rows[] = {
		{ .port = 40000, .version = 2, .answer_port = 5000 },
		{ .port = L2TP, .version = 2, .fixed_port = true },
		{ .port = L2TP,
		  .version = 2,
		  .fixed_port = true,
		  .hides = true },
		{ .version = 3 },
	};
	struct tunnel t = rows[_i];
	struct world w;

	if (getenv("VPNALG_TEST_STORE") != NULL &&
	    strcmp(getenv("VPNALG_TEST_STORE"), "moving") == 0)
		return;
	l2tp_world(&w, (struct world_options){ .no_undo = true });
	mirror_stand_between(&w);
	for (t.client = CLIENT_A; t.client <= CLIENT_C; t.client++) {
		t.server = SERVER;
		t.own = t.hides ? t.client & 0xffff : 7;
		t.peer = 100 + (t.client & 0xff);
		t.session = 8;
		t.peer_session = t.peer;
		mirrored_tunnel(&w, &t);
	}
	w.store = plain;
	world_end(&w);
}
END_TEST

/* Its mappings and permissions count what hangs from them. */
START_TEST(a_mirrored_store_hears_of_every_change_of_general_traffic)
{
	uint8_t bytes[2048];
	uint32_t outside;
	struct world w;

	mirror_begin(&w);
	w.bytes = bytes;
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 53, "", 0));
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 54, "", 0));
	process(&w, VPNALG_OUT, tcp_packet(CLIENT_A, 4000, SERVER, 80, 1, 0,
					   SYN, NULL, 0));
	outside = source(&w);
	process(&w, VPNALG_IN, tcp_packet(SERVER, 80, outside, 4000, 1, 2,
					  SYN | ACK, NULL, 0));
	process(&w, VPNALG_IN, tcp_packet(SERVER, 80, outside, 4000, 2, 2, RST,
					  NULL, 0));
	w.now += 299000;
	process(&w, VPNALG_OUT, udp_packet(CLIENT_A, 4000, SERVER, 54, "", 0));
	vpnalg_expire(w.alg, BEGINNING + 300001, 1000);
	check_mirror();
	vpnalg_expire(w.alg, BEGINNING + 900000, 1000);
	check_mirror();
	mirror_end(&w);
}
END_TEST

static void mirrored_exchange(struct world *w, struct ike *k, uint8_t type)
{
	uint32_t id = k->message++;

	ck_assert_uint_eq(ike_out(w, k, type, INITIATOR, id),
			  VPNALG_TRANSLATED);
	check_mirror();
	ck_assert_uint_eq(ike_in(w, k, type, RESPONSE, id),
			  VPNALG_TRANSLATED);
	check_mirror();
}

static void mirrored_packets(struct world *w, struct esp *e, unsigned count)
{
	for (; count > 0; count--) {
		w->now += 900;
		ck_assert_uint_eq(esp_sends(w, e), VPNALG_TRANSLATED);
		check_mirror();
		ck_assert(esp_arrives(w, e));
		check_mirror();
	}
}

/* A host alone with its server. */
START_TEST(a_mirrored_store_hears_of_every_change_of_an_ipsec_session)
{
	struct esp e = esp_of(CLIENT_A, SERVER, 0xaa, 0xbb);
	struct ike k = ike_of(CLIENT_A, SERVER, 0);
	struct world w;

	if (getenv("VPNALG_TEST_STORE") != NULL &&
	    strcmp(getenv("VPNALG_TEST_STORE"), "moving") == 0)
		return;
	ipsec_world(&w, (struct world_options){ .no_undo = true });
	mirror_stand_between(&w);
	for (; e.out_spi < 0xaa + 6; e.out_spi++, e.in_spi++) {
		mirrored_exchange(&w, &k, IKE_SA_INIT);
		k.spi[1][0] = 7;
		mirrored_exchange(&w, &k, IKE_AUTH);
		mirrored_packets(&w, &e, 12);
		mirrored_exchange(&w, &k, CREATE_CHILD_SA);
		mirrored_exchange(&w, &k, INFORMATIONAL);
		k.spi[1][0] = 0;
		k.spi[0][1]++;
	}
	vpnalg_expire(w.alg, w.now + 1, 1000);
	check_mirror();
	w.store = plain;
	world_end(&w);
}
END_TEST

TCase *session_fail_case(void)
{
	TCase *fail = tcase_create("failing store");

	tcase_add_loop_test(fail,
			    a_session_that_cannot_be_opened_leaves_nothing, 0,
			    ROWS(open_rows));
	tcase_add_test(fail, guards_and_pairs_are_counted_not_repeated);
	tcase_add_loop_test(fail, a_store_that_fails_costs_one_packet, 1, 3);
	tcase_add_test(fail, a_key_that_cannot_be_given_changes_nothing);
	tcase_add_test(fail, a_mirrored_store_hears_of_an_opened_session);
	tcase_add_test(
		fail,
		a_mirrored_store_hears_of_every_change_of_a_toy_session);
	tcase_add_test(
		fail,
		a_mirrored_store_hears_of_every_change_of_a_pptp_session);
	tcase_add_test(fail,
		       a_mirrored_store_hears_of_the_end_of_a_pptp_call);
	tcase_add_loop_test(
		fail,
		a_mirrored_store_hears_of_every_change_of_an_l2tp_tunnel, 0,
		4);
	tcase_add_test(
		fail,
		a_mirrored_store_hears_of_every_change_of_an_ipsec_session);
	tcase_add_test(
		fail,
		a_mirrored_store_hears_of_every_change_of_general_traffic);
	return fail;
}
