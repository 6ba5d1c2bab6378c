/* SPDX-License-Identifier: BSD-2-Clause */
/* A handler's own settings, drop reasons, counters and events. */
#include "own_handler.h"

struct own_settings {
	size_t size;
	uint32_t lifetime;
	uint8_t what; /* what translate answers, besides the below */
	uint8_t later;
};

enum { NOTHING, OWN_REASON, COUNT, EVENT };
static const char *const own_reasons[] = { "too blue", "too green" };
static const char *const own_counters[] = { "seen", "counted" };
static const struct vpnalg_server_port own_ports[] = { { UDP, 6000 } };
static uint8_t answer; /* what translate answers, with OWN_REASON */

static enum vpnalg_claim own_match(const struct vpnalg_parsed *parsed,
				   struct vpnalg_match *match)
{
	(void)parsed;
	match->space = PROTOCOL;
	return VPNALG_CLAIM_KEY;
}

static enum vpnalg_result own_open(struct vpnalg_step *step)
{
	const struct own_settings *settings =
		vpnalg_session_settings(step->translator, step->handler);
	const struct vpnalg_opening opening = {
		.space = PROTOCOL,
		.zone = step->parsed->zone,
		.inside = step->parsed->local,
		.remote = step->parsed->remote,
		.keep = true,
		.lifetime = settings->lifetime,
	};

	if (step->parsed->inward || step->parsed->undo)
		return VPNALG_DROP_NO_SESSION;
	return vpnalg_session_open(step, &opening, &step->record);
}

static enum vpnalg_result own_translate(struct vpnalg_step *step)
{
	const struct own_settings *settings =
		vpnalg_session_settings(step->translator, step->handler);
	enum vpnalg_result result = VPNALG_TRANSLATED;

	if (settings->what == OWN_REASON)
		return (enum vpnalg_result)answer;
	if (step->record == NULL)
		result = own_open(step);
	if (result != VPNALG_TRANSLATED)
		return result;
	if (settings->what == COUNT && !step->parsed->undo)
		vpnalg_session_count(step->translator, step->handler, 1);
	if (settings->what == EVENT && !step->parsed->undo)
		vpnalg_session_notify(step->translator, step->record,
				      VPNALG_EVENT_OWN + 3, 7);
	vpnalg_rewrite_ends(step);
	return VPNALG_TRANSLATED;
}

static const char *own_configure(const void *given, void *settings)
{
	struct own_settings read;

	if (!vpnalg_settings_read(&read, sizeof(read), given))
		return "own: settings of another version";
	if (read.lifetime == 0)
		read.lifetime = 1000;
	if (settings != NULL)
		memcpy(settings, &read, sizeof(read));
	return NULL;
}

static const struct vpnalg_handler own = {
	.size = sizeof(own),
	.name = "own",
	.kinds = own_kinds,
	.kind_count = 1,
	.ip_protocol_count = 1,
	.ip_protocols = { PROTOCOL },
	.server_port_count = 1,
	.server_ports = own_ports,
	.own_reason_count = 2,
	.own_reasons = own_reasons,
	.own_counter_count = 2,
	.own_counters = own_counters,
	.settings_size = sizeof(struct own_settings),
	.configure = own_configure,
	.match = own_match,
	.translate = own_translate,
};

static const struct vpnalg_handler *own_handler(void)
{
	return &own;
}

/* Behind PPTP and the toy, so that nothing of its own is the first. */
static void begin_with(const struct own_settings *settings)
{
	const struct vpnalg_protocol protocols[] = {
		{ spy_handler, NULL },
		{ toy_handler, NULL },
		{ own_handler, settings },
	};

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 3,
						 .no_undo = true });
}

static unsigned send(void)
{
	struct bytes p = ip_packet(CLIENT_A, SERVER, PROTOCOL, "own", 3);

	return send_packet(&w, VPNALG_OUT, &p);
}

static void begin_to(uint8_t what)
{
	begin_with(&(struct own_settings){ .size = sizeof(struct own_settings),
					   .what = what });
}

static uint64_t count_of(size_t index)
{
	struct vpnalg_own_counter counter;

	ck_assert(vpnalg_own_counter(w.alg, 2, index, &counter));
	ck_assert_str_eq(counter.name, index < 2 ? own_reasons[index]
						 : own_counters[index - 2]);
	return counter.value;
}

/* The results that a handler may give of its own. */
static const struct reason_row {
	uint8_t given;
	unsigned result;
	unsigned counts[2];
} reason_rows[] = {
	{ VPNALG_DROP_OWN - 1, VPNALG_DROP_FAULT, { 0, 0 } },
	{ VPNALG_DROP_OWN, VPNALG_DROP_OWN, { 1, 0 } },
	{ VPNALG_DROP_OWN + 1, VPNALG_DROP_OWN + 1, { 0, 1 } },
	{ VPNALG_DROP_OWN + 2, VPNALG_DROP_FAULT, { 0, 0 } },
	{ 255, VPNALG_DROP_FAULT, { 0, 0 } },
	{ VPNALG_DROP_FAULT, VPNALG_DROP_FAULT, { 0, 0 } },
};

START_TEST(a_handler_drops_for_reasons_of_its_own)
{
	const struct reason_row *row = &reason_rows[_i];

	answer = row->given;
	begin_to(OWN_REASON);
	ck_assert_uint_eq(send(), row->result);
	ck_assert_uint_eq(w.last.protocol,
			  row->result >= VPNALG_DROP_OWN ? 2 : 0);
	ck_assert_uint_eq(count_of(0), row->counts[0]);
	ck_assert_uint_eq(count_of(1), row->counts[1]);
	ck_assert_uint_eq(count_of(2) + count_of(3), 0);
	world_end(&w);
}
END_TEST

START_TEST(a_handler_counts_for_itself)
{
	struct vpnalg_own_counter counter;
	unsigned i;

	begin_to(COUNT);
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(send(), VPNALG_TRANSLATED);
	ck_assert_uint_eq(count_of(3), 3);
	ck_assert_uint_eq(count_of(0) + count_of(1) + count_of(2), 0);
	ck_assert(!vpnalg_own_counter(w.alg, 2, 4, &counter));
	ck_assert(!vpnalg_own_counter(w.alg, 0, 0, &counter));
	ck_assert(!vpnalg_own_counter(w.alg, 3, 0, &counter));
	/* What it does not have is not counted. */
	vpnalg_session_count(w.alg, 2, 2);
	ck_assert_uint_eq(count_of(2) + count_of(3), 3);
	world_end(&w);
}
END_TEST

static struct vpnalg_event seen;

static void see(struct world *world, const struct vpnalg_event *event)
{
	(void)world;
	seen = *event;
}

START_TEST(an_event_of_its_own_says_whose_it_is)
{
	const struct own_settings settings = { .size = sizeof(settings),
					       .what = EVENT };
	const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL },
		{ own_handler, &settings },
	};

	memset(&seen, 0, sizeof(seen));
	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .heard = see,
						 .no_undo = true });
	ck_assert_uint_eq(send(), VPNALG_TRANSLATED);
	ck_assert_uint_eq(seen.type, VPNALG_EVENT_OWN + 3);
	ck_assert_uint_eq(seen.evidence, 7);
	ck_assert_uint_eq(seen.protocol, 1);
	ck_assert_uint_eq(seen.session.protocol, PROTOCOL);
	world_end(&w);
}
END_TEST

/* The handler's kind stands behind those of the spy and the toy. */
static uint64_t living(void)
{
	size_t kind = spy.kind_count + (size_t)toy.kind_count;

	return opened(&w, kind) - closed(&w, kind);
}

/* How long a session lives by its handler's settings. */
static const struct lifetime_row {
	bool given;
	uint32_t set, lifetime;
} lifetime_rows[] = {
	{ false, 0, 1000 },
	{ true, 0, 1000 },
	{ true, 5000, 5000 },
};

START_TEST(settings_reach_their_handler)
{
	const struct lifetime_row *row = &lifetime_rows[_i];
	const struct own_settings settings = { .size = sizeof(settings),
					       .lifetime = row->set };

	begin_with(row->given ? &settings : NULL);
	ck_assert_uint_eq(send(), VPNALG_TRANSLATED);
	world_wait(&w, row->lifetime - 1);
	ck_assert_uint_eq(living(), 1);
	world_wait(&w, 1);
	ck_assert_uint_eq(living(), 0);
	world_end(&w);
}
END_TEST

/* Settings by an older and by a newer header. */
static const struct read_row {
	const char *what;
	size_t size, set; /* the byte that is set, counted from 0; 0: none */
	bool taken;
} read_rows[] = {
	{ "no size", 0, 0, false },
	{ "a part of the size", sizeof(size_t) - 1, 0, false },
	{ "nothing but the size", sizeof(size_t), 0, true },
	{ "one byte more", sizeof(size_t) + 1, sizeof(size_t), true },
	{ "all", sizeof(struct own_settings), sizeof(struct own_settings) - 1,
	  true },
	{ "more, all zero", 64, 0, true },
	{ "more, the first set", 64, sizeof(struct own_settings), false },
	{ "more, the last set", 64, 63, false },
	{ "more, set behind the end", 63, 63, true },
};

START_TEST(settings_are_read_by_their_size)
{
	const struct read_row *row = &read_rows[_i];
	uint8_t given[1 + 64] = { 0 }, copy[sizeof(struct own_settings)];
	size_t size = sizeof(copy), i;

	memcpy(given + 1, &row->size, sizeof(row->size));
	if (row->set != 0)
		given[1 + row->set] = 0x5a;
	memset(copy, 0xa5, sizeof(copy));
	ck_assert_msg(vpnalg_settings_read(copy, size, given + 1) ==
			      row->taken, "%s", row->what);
	if (!row->taken)
		return;
	ck_assert_mem_eq(copy, &size, sizeof(size));
	for (i = sizeof(size_t); i < size; i++)
		ck_assert_msg(copy[i] == (row->set == i && row->size > i
						  ? 0x5a : 0),
			      "%s: byte %zu", row->what, i);
}
END_TEST

START_TEST(without_settings_all_are_zero)
{
	struct own_settings read = { .lifetime = 9, .what = 9, .later = 9 };

	ck_assert(vpnalg_settings_read(&read, sizeof(read), NULL));
	ck_assert_uint_eq(read.size, sizeof(read));
	ck_assert_uint_eq(read.lifetime + read.what + read.later, 0);
}
END_TEST

Suite *own_suite(void)
{
	Suite *suite = suite_create("a handler's own");
	TCase *own_case = tcase_create("own");

	tcase_add_loop_test(own_case, a_handler_drops_for_reasons_of_its_own, 0,
			    ROWS(reason_rows));
	tcase_add_test(own_case, a_handler_counts_for_itself);
	tcase_add_test(own_case, an_event_of_its_own_says_whose_it_is);
	tcase_add_loop_test(own_case, settings_reach_their_handler, 0,
			    ROWS(lifetime_rows));
	tcase_add_loop_test(own_case, settings_are_read_by_their_size, 0,
			    ROWS(read_rows));
	tcase_add_test(own_case, without_settings_all_are_zero);
	suite_add_tcase(suite, own_case);
	suite_add_tcase(suite, own_ports_case());
	return suite;
}
