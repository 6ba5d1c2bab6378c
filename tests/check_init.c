/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's beginning: what is accepted, what is refused and how. */
#include "toy.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

/* All that a translator is made of, each part of which may be spoilt. */
struct parts {
	struct vpnalg_config config;
	uint8_t later[16]; /* of a longer struct */
	struct vpnalg_store store;
	struct vpnalg_addr addresses[3];
	struct vpnalg_protocol protocols[16];
	struct vpnalg_handler handlers[16];
	struct vpnalg_kind kinds[16];
	void *table;
	size_t size; /* of the memory that is given; 0: what is asked for */
	unsigned off; /* from where it is aligned */
};

static uint32_t no_random(void *context)
{
	(void)context;
	return 4; /* RFC 1149.5 */
}

/* Functions that return the handlers of the parts that were assembled last. */
static struct parts *the_parts;

#define HANDLER(n)                                          \
	static const struct vpnalg_handler *handler_##n(void) \
	{                                                     \
		return &the_parts->handlers[n];               \
	}
HANDLER(0)
HANDLER(1)
HANDLER(2)
HANDLER(3)
HANDLER(4)
HANDLER(5)
HANDLER(6)
HANDLER(7)
HANDLER(8)
HANDLER(9)
HANDLER(10)
HANDLER(11)
HANDLER(12)
HANDLER(13)
HANDLER(14)
HANDLER(15)

static vpnalg_handler_function *const the_handlers[16] = {
	handler_0,  handler_1,  handler_2,  handler_3,
	handler_4,  handler_5,  handler_6,  handler_7,
	handler_8,  handler_9,  handler_10, handler_11,
	handler_12, handler_13, handler_14, handler_15
};

static const struct vpnalg_handler *no_such_handler(void)
{
	return NULL;
}

static const struct vpnalg_addr all_ones = { VPNALG_IPV4,
					     { 255, 255, 255, 255 } };

static void assemble(struct parts *p)
{
	size_t size = vpnalg_table_size(60), i;

	memset(p, 0, sizeof(*p));
	p->table = malloc(size);
	vpnalg_table_init(p->table, size, VPNALG_KEY_IPV4, &p->store);
	for (i = 0; i < 3; i++)
		p->addresses[i] = (struct vpnalg_addr){
			VPNALG_IPV4, { 203, 0, 113, (uint8_t)(1 + i) }
		};
	for (i = 0; i < 16; i++) {
		p->handlers[i] = spy;
		p->protocols[i].handler = the_handlers[i];
		p->kinds[i] = (struct vpnalg_kind){ .name = "plain",
						    .slots = 2 };
	}
	p->handlers[1].kinds = p->kinds;
	the_parts = p;
	p->config = (struct vpnalg_config){ .size = sizeof(p->config),
					    .protocols = p->protocols,
					    .protocol_count = 2,
					    .addresses = p->addresses,
					    .address_count = 3,
					    .store = &p->store,
					    .random = no_random };
}

/* Initialises, with memory that ends where it may not be written any more. */
static int try_init(struct parts *p)
{
	size_t size = p->size ? p->size : vpnalg_size(&p->config);
	struct vpnalg *alg = (void *)p;
	uint8_t *block = malloc(size + p->off + 1);
	int error;

	memset(block, 0xa5, size + p->off + 1);
	error = vpnalg_init(&alg, block + p->off, size, &p->config);
	ck_assert_int_eq(alg != NULL, error == 0);
	if (error == 0)
		ck_assert_ptr_eq(alg, block + p->off);
	free(block);
	free(p->table);
	return error;
}

/* What may be wrong. */

#define SPOIL(name, what)                     \
	static void name(struct parts *p)     \
	{                                     \
		p->what;                      \
	}

SPOIL(nothing, off = 0)
SPOIL(no_size, config.size = 0)
SPOIL(tiny_size, config.size = sizeof(size_t) - 1)
SPOIL(newer_size, config.size += 16)

static void newer_setting(struct parts *p)
{
	p->config.size += 16;
	p->later[15] = 1;
}
SPOIL(no_handlers, config.protocols = NULL)
SPOIL(zero_handlers, config.protocol_count = 0)
SPOIL(sixteen_handlers, config.protocol_count = 16)
SPOIL(no_handler, protocols[1].handler = NULL)
SPOIL(older_handler, handlers[1].size--)
SPOIL(no_kinds, handlers[1].kind_count = 0)
SPOIL(sixteen_kinds, handlers[1].kind_count = 16)
SPOIL(no_first_handler, protocols[0].handler = NULL)
SPOIL(one_slot, kinds[0].slots = 1)
SPOIL(last_kind_of_one_slot, kinds[14].slots = 1)
SPOIL(five_slots, kinds[0].slots = 5)
SPOIL(large_body, kinds[0].body = 137)
SPOIL(no_addresses, config.addresses = NULL)
SPOIL(zero_addresses, config.address_count = 0)
SPOIL(many_addresses, config.address_count = 4097)
SPOIL(no_family, addresses[2].family = 0)
SPOIL(ipv6, addresses[1].family = VPNALG_IPV6)
SPOIL(twice, addresses[2].octets[3] = 1)
SPOIL(no_store, config.store = NULL)
SPOIL(no_chance, config.random = NULL)
SPOIL(long_burst, config.burst = 257)
SPOIL(older_store, store.size--)
SPOIL(long_keys, store.key_length = VPNALG_KEY_MAX)
SPOIL(no_find, store.find = NULL)
SPOIL(no_add, store.add = NULL)
SPOIL(no_remove, store.remove = NULL)
SPOIL(no_link, store.link = NULL)
SPOIL(no_unlink, store.unlink = NULL)
SPOIL(no_relink, store.relink = NULL)
SPOIL(no_next, store.next = NULL)
SPOIL(no_match, handlers[1].match = NULL)
SPOIL(no_translate, handlers[1].translate = NULL)
SPOIL(null_kinds, handlers[1].kinds = NULL)
SPOIL(no_prefetch, store.prefetch = NULL)
SPOIL(longest_burst, config.burst = 256)
SPOIL(shortest_burst, config.burst = 1)
SPOIL(null_handler, protocols[1].handler = no_such_handler)
SPOIL(zero_address, addresses[2].octets[0] = 0)
SPOIL(loopback, addresses[1].octets[0] = 127)
SPOIL(multicast, addresses[2].octets[0] = 224)
SPOIL(broadcast, addresses[2] = all_ones)
SPOIL(last_unicast, addresses[2].octets[0] = 223)
SPOIL(handler_twice, protocols[0] = p->protocols[1])
SPOIL(behind_the_rest, handlers[0].takes_rest = true)
SPOIL(the_rest_last, handlers[1].takes_rest = true)
SPOIL(many_ip_protocols, handlers[1].ip_protocol_count = 8)
SPOIL(no_own_reasons, handlers[1].own_reason_count = 1)
SPOIL(no_own_counters, handlers[1].own_counter_count = 1)
SPOIL(no_server_ports, handlers[1].server_port_count = 1)
SPOIL(no_configure, handlers[1].settings_size = 1)

static const struct vpnalg_server_port many_ports[33];

static void too_many_ports(struct parts *p)
{
	p->handlers[0].server_ports = p->handlers[1].server_ports = many_ports;
	p->handlers[0].server_port_count = 16;
	p->handlers[1].server_port_count = 17;
}

static void as_many_ports(struct parts *p)
{
	too_many_ports(p);
	p->handlers[1].server_port_count = 16;
}

static const char *const reasons[65] = { "one" };

static void too_many_own_reasons(struct parts *p)
{
	p->handlers[1].own_reasons = reasons;
	p->handlers[1].own_reason_count = 65;
}

static const char *refuse_all(const void *given, void *settings)
{
	(void)settings;
	return given != NULL ? "toy: colour: too red" : NULL;
}

static void refused_settings(struct parts *p)
{
	p->handlers[1].configure = refuse_all;
	p->protocols[1].settings = "red";
}

static void too_large_settings(struct parts *p)
{
	p->handlers[1].configure = refuse_all;
	p->handlers[1].settings_size = 4097;
}

static const struct vpnalg_timers no_timers;

SPOIL(sizeless_timers, config.timers = &no_timers)

static void newer_handler(struct parts *p)
{
	p->handlers[1].size++;
	memset(&p->handlers[2], 0, sizeof(p->handlers[2]));
}

/* With something that this library does not know. */
SPOIL(much_newer_handler, handlers[1].size++)
SPOIL(largest_body, kinds[0].body = 136)

static void with_account(struct parts *p, unsigned body, bool of_remote)
{
	p->config.account = true;
	p->kinds[0].body = (uint8_t)body;
	p->kinds[0].of_remote = of_remote;
}

/* An account takes 32 bytes, and begins where a word may. */
static void largest_with_account(struct parts *p)
{
	with_account(p, 104, false);
}

static void too_large_for_account(struct parts *p)
{
	with_account(p, 105, false);
}

static void largest_of_a_remote(struct parts *p)
{
	with_account(p, 136, true);
}

SPOIL(one_address, config.address_count = 1)
SPOIL(odd, off = 1)
SPOIL(off_by_4, off = 4)
SPOIL(off_by_8, off = 8)

static void fifteen_of_all(struct parts *p)
{
	p->config.protocol_count = 15;
	p->handlers[1].kind_count = 15;
}

static void fifteen_kinds_one_wrong(struct parts *p)
{
	p->handlers[1].kind_count = 15;
	last_kind_of_one_slot(p);
}

/* As if a translator were begun anew on the store of the one before. */
static void record_left(struct parts *p)
{
	p->store.add(p->store.context, 1);
}

static void three_units_left(struct parts *p)
{
	p->store.remove(p->store.context, p->store.add(p->store.context, 1));
	p->store.add(p->store.context, 3);
}

static void nothing_left(struct parts *p)
{
	p->store.remove(p->store.context, p->store.add(p->store.context, 2));
}

static void one_byte_less(struct parts *p)
{
	p->size = vpnalg_size(&p->config) - 1;
}

static void more_than_enough(struct parts *p)
{
	p->size = vpnalg_size(&p->config) + 1000;
}

static const struct row {
	const char *name;
	void (*spoil)(struct parts *p);
	int error;
	bool has_size; /* vpnalg_size() tells one */
} rows[] = {
	{ "nothing", nothing, 0, true },
	{ "size 0", no_size, VPNALG_ERROR_CONFIG, false },
	{ "size 7", tiny_size, VPNALG_ERROR_CONFIG, false },
	{ "a newer config", newer_size, 0, true },
	{ "a newer config with more in it", newer_setting, VPNALG_ERROR_CONFIG,
	  false },
	{ "no handler", null_handler, VPNALG_ERROR_CONFIG, false },
	{ "a handler twice", handler_twice, VPNALG_ERROR_CONFIG, false },
	{ "one behind the rest", behind_the_rest, VPNALG_ERROR_CONFIG, false },
	{ "the rest last", the_rest_last, 0, true },
	{ "8 IP protocols", many_ip_protocols, VPNALG_ERROR_CONFIG, false },
	{ "no names of reasons", no_own_reasons, VPNALG_ERROR_CONFIG, false },
	{ "no names of counters", no_own_counters, VPNALG_ERROR_CONFIG, false },
	{ "65 reasons", too_many_own_reasons, VPNALG_ERROR_CONFIG, false },
	{ "no server ports", no_server_ports, VPNALG_ERROR_CONFIG, false },
	{ "33 server ports", too_many_ports, VPNALG_ERROR_CONFIG, false },
	{ "32 server ports", as_many_ports, 0, true },
	{ "settings without configure", no_configure, VPNALG_ERROR_CONFIG,
	  false },
	{ "settings too large", too_large_settings, VPNALG_ERROR_CONFIG,
	  false },
	{ "settings that the handler refuses", refused_settings,
	  VPNALG_ERROR_CONFIG, false },
	{ "the largest body with an account", largest_with_account, 0, true },
	{ "a body too large for an account", too_large_for_account,
	  VPNALG_ERROR_CONFIG, false },
	{ "what is kept of a remote", largest_of_a_remote, 0, true },
	{ "timers without a size", sizeless_timers, VPNALG_ERROR_CONFIG,
	  false },
	{ "0.0.0.0/8", zero_address, VPNALG_ERROR_ADDRESS, true },
	{ "127.0.0.0/8", loopback, VPNALG_ERROR_ADDRESS, true },
	{ "a multicast address", multicast, VPNALG_ERROR_ADDRESS, true },
	{ "a broadcast address", broadcast, VPNALG_ERROR_ADDRESS, true },
	{ "the last unicast network", last_unicast, 0, true },
	{ "no handlers", no_handlers, VPNALG_ERROR_CONFIG, false },
	{ "0 handlers", zero_handlers, VPNALG_ERROR_CONFIG, false },
	{ "16 handlers", sixteen_handlers, VPNALG_ERROR_CONFIG, false },
	{ "a handler is NULL", no_handler, VPNALG_ERROR_CONFIG, false },
	{ "the first handler is NULL", no_first_handler, VPNALG_ERROR_CONFIG,
	  false },
	{ "an older handler", older_handler, VPNALG_ERROR_CONFIG, false },
	{ "a handler without match", no_match, VPNALG_ERROR_CONFIG, false },
	{ "a handler without translate", no_translate, VPNALG_ERROR_CONFIG,
	  false },
	{ "kinds are NULL", null_kinds, VPNALG_ERROR_CONFIG, false },
	{ "0 kinds", no_kinds, VPNALG_ERROR_CONFIG, false },
	{ "16 kinds", sixteen_kinds, VPNALG_ERROR_CONFIG, false },
	{ "a kind of 1 slot", one_slot, VPNALG_ERROR_CONFIG, false },
	{ "the last kind of 1 slot", fifteen_kinds_one_wrong,
	  VPNALG_ERROR_CONFIG, false },
	{ "a kind of 5 slots", five_slots, VPNALG_ERROR_CONFIG, false },
	{ "a body too large", large_body, VPNALG_ERROR_CONFIG, false },
	{ "no addresses", no_addresses, VPNALG_ERROR_CONFIG, false },
	{ "0 addresses", zero_addresses, VPNALG_ERROR_CONFIG, false },
	{ "4097 addresses", many_addresses, VPNALG_ERROR_CONFIG, false },
	{ "no store", no_store, VPNALG_ERROR_CONFIG, false },
	{ "no random", no_chance, VPNALG_ERROR_CONFIG, false },
	{ "burst 257", long_burst, VPNALG_ERROR_CONFIG, false },
	{ "an address of no family", no_family, VPNALG_ERROR_ADDRESS, true },
	{ "an IPv6 address", ipv6, VPNALG_ERROR_ADDRESS, true },
	{ "an address twice", twice, VPNALG_ERROR_ADDRESS, true },
	{ "an older store", older_store, VPNALG_ERROR_STORE, true },
	{ "longer keys", long_keys, VPNALG_ERROR_STORE, true },
	{ "no find", no_find, VPNALG_ERROR_STORE, true },
	{ "no add", no_add, VPNALG_ERROR_STORE, true },
	{ "no remove", no_remove, VPNALG_ERROR_STORE, true },
	{ "no link", no_link, VPNALG_ERROR_STORE, true },
	{ "no unlink", no_unlink, VPNALG_ERROR_STORE, true },
	{ "no relink", no_relink, VPNALG_ERROR_STORE, true },
	{ "no next", no_next, VPNALG_ERROR_STORE, true },
	{ "one byte less", one_byte_less, VPNALG_ERROR_MEMORY, true },
	{ "odd memory", odd, VPNALG_ERROR_MEMORY, true },
	{ "memory off by 4", off_by_4, VPNALG_ERROR_MEMORY, true },
	{ "a record in the store", record_left, VPNALG_ERROR_NOT_EMPTY, true },
	{ "a long record in the store", three_units_left,
	  VPNALG_ERROR_NOT_EMPTY, true },
	{ "a store emptied again", nothing_left, 0, true },
	{ "memory off by 8", off_by_8, 0, true },
	{ "more memory", more_than_enough, 0, true },
	{ "no prefetch", no_prefetch, 0, true },
	{ "burst 256", longest_burst, 0, true },
	{ "burst 1", shortest_burst, 0, true },
	{ "a newer handler", newer_handler, 0, true },
	{ "a much newer handler", much_newer_handler, VPNALG_ERROR_CONFIG,
	  false },
	{ "15 protocols, 15 kinds", fifteen_of_all, 0, true },
	{ "the largest body", largest_body, 0, true },
	{ "one address", one_address, 0, true },
};

START_TEST(every_wrong_setting_has_its_error)
{
	const struct row *row = &rows[_i];
	struct parts p;

	assemble(&p);
	row->spoil(&p);
	ck_assert_msg((vpnalg_size(&p.config) != 0) == row->has_size, "%s",
		      row->name);
	if (!row->has_size)
		p.size = 100000;
	ck_assert_msg(try_init(&p) == row->error, "%s", row->name);
}
END_TEST

/* What vpnalg_config_error() says of some of them. */
static const struct text_row {
	void (*spoil)(struct parts *p);
	const char *text;
	size_t index;
} text_rows[] = {
	{ nothing, NULL, 0 },
	{ newer_setting, "size: a struct of another version", 0 },
	{ no_handlers, "protocols: none", 0 },
	{ sixteen_handlers, "protocols: more than 15", 0 },
	{ no_handler, "protocols: no handler", 1 },
	{ null_handler, "protocols: no handler", 1 },
	{ handler_twice, "protocols: this one stands there twice", 1 },
	{ behind_the_rest, "protocols: the one before takes the rest", 1 },
	{ refused_settings, "toy: colour: too red", 1 },
	{ too_large_for_account,
	  "account: a handler's kind of session is too large", 1 },
	{ too_many_ports, "protocols: more than 32 server ports in all", 1 },
	{ no_addresses, "addresses: none", 0 },
	{ multicast, "addresses: no IPv4 unicast address", 2 },
	{ loopback, "addresses: no IPv4 unicast address", 1 },
	{ twice, "addresses: this one stands there twice", 2 },
	{ no_store, "store: none", 0 },
	{ no_chance, "random: none", 0 },
	{ long_burst, "burst: greater than 256", 0 },
	{ sizeless_timers, "timers: a struct of another version", 0 },
};

START_TEST(a_wrong_setting_is_named)
{
	const struct text_row *row = &text_rows[_i];
	const char *text;
	struct parts p;
	size_t index = 99;

	assemble(&p);
	row->spoil(&p);
	text = vpnalg_config_error(&p.config, &index);
	if (row->text == NULL)
		ck_assert_ptr_null(text);
	else
		ck_assert_str_eq(text, row->text);
	ck_assert_uint_eq(index, row->index);
	ck_assert(vpnalg_config_error(&p.config, NULL) == text);
	free(p.table);
}
END_TEST

/* With all protocols, and with few. */
static vpnalg_handler_function *const bundled[] = {
	vpnalg_ipsec, vpnalg_pptp, vpnalg_l2tp, vpnalg_gre, vpnalg_general
};

START_TEST(the_compile_time_bound_holds_and_is_near)
{
	static const uint16_t bursts[] = { 1, 32, 256 };
	static struct vpnalg_addr addresses[4096];
	static const uint8_t uplinks[4096];
	struct vpnalg_protocol protocols[5] = { { NULL, NULL } };
	struct vpnalg_config config;
	size_t count, n, b, size, bound;
	struct parts p;

	assemble(&p);
	config = p.config;
	config.protocols = protocols;
	config.addresses = addresses;
	for (count = 1; count <= 5; count++) {
		protocols[count - 1].handler = bundled[count - 1];
		config.protocol_count = count;
		for (b = 0; b < 3; b++)
			for (n = 1; n <= 4096; n *= 2) {
				config.burst = bursts[b];
				config.address_count = n;
				size = vpnalg_size(&config);
				bound = VPNALG_BYTES(count, n, bursts[b]);
				ck_assert_uint_ge(bound, size);
				ck_assert_uint_le(bound, size + size / 2);
				config.own = true;
				size = vpnalg_size(&config);
				config.own = false;
				ck_assert_uint_ge(bound + VPNALG_OWN_BYTES,
						  size);
				config.uplinks = uplinks;
				size = vpnalg_size(&config);
				config.uplinks = NULL;
				ck_assert_uint_ge(
					bound + VPNALG_UPLINKS_BYTES(n), size);
			}
	}
	free(p.table);
}
END_TEST

START_TEST(no_memory_is_too_little)
{
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	ck_assert_int_eq(vpnalg_init(&alg, NULL, 1000000, &p.config),
			 VPNALG_ERROR_MEMORY);
	ck_assert_ptr_null(alg);
	free(p.table);
}
END_TEST

/* A program that was built when the settings were fewer. */
static const size_t old_sizes[] = {
	offsetof(struct vpnalg_config, choose),
	offsetof(struct vpnalg_config, release),
	offsetof(struct vpnalg_config, event),
	offsetof(struct vpnalg_config, pool_key),
	offsetof(struct vpnalg_config, hash_key),
	offsetof(struct vpnalg_config, burst),
	offsetof(struct vpnalg_config, passive),
	offsetof(struct vpnalg_config, uplinks),
};

START_TEST(what_an_older_caller_does_not_know_has_its_default)
{
	size_t size = old_sizes[_i];
	uint8_t memory[20000];
	uint8_t *at = memory + (-(uintptr_t)memory & 7);
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	/* What lies behind must not be read. */
	memset((uint8_t *)&p.config + size, 0xa5, sizeof(p.config) - size);
	p.config.size = size;
	ck_assert_int_eq(vpnalg_init(&alg, at, 19990, &p.config), 0);
	ck_assert_uint_eq(vpnalg_session_timers(alg)->linger, 100000);
	ck_assert(vpnalg_session_may_hold(alg));
	free(p.table);
}
END_TEST

START_TEST(settings_too_few_to_hold_what_is_required_are_refused)
{
	struct parts p;
	size_t size;

	for (size = 0; size < offsetof(struct vpnalg_config, random); size++) {
		assemble(&p);
		p.config.size = size;
		p.size = 100000;
		ck_assert_int_eq(try_init(&p), VPNALG_ERROR_CONFIG);
	}
}
END_TEST

/* Timers: zero is the default, all else is taken. */
START_TEST(timers_are_the_defaults_or_as_given)
{
	const struct vpnalg_timers given = {
		sizeof(given), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		15, 16
	};
	const struct vpnalg_timers *t;
	struct world w;

	world_begin(&w, NULL);
	t = vpnalg_session_timers(w.alg);
	ck_assert_uint_eq(t->tcp_established, 7440000);
	ck_assert_uint_eq(t->tcp_transitory, 240000);
	ck_assert_uint_eq(t->call_unanswered, 60000);
	ck_assert_uint_eq(t->call_idle, 7440000);
	ck_assert_uint_eq(t->linger, 100000);
	ck_assert_uint_eq(t->udp, 300000);
	ck_assert_uint_eq(t->esp_unpaired, 120000);
	ck_assert_uint_eq(t->esp_idle, 3600000);
	ck_assert_uint_eq(t->gre, 600000);
	ck_assert_uint_eq(t->icmp_query, 60000);
	ck_assert_uint_eq(t->other, 600000);
	ck_assert_uint_eq(t->tcp_half_closed, 7440000);
	ck_assert_uint_eq(t->tcp_closing, 240000);
	ck_assert_uint_eq(t->tcp_reset, 240000);
	ck_assert_uint_eq(t->ike, 300000);
	ck_assert_uint_eq(t->nat_t, 300000);
	world_end(&w);
	world_begin(&w, &(struct world_options){ .timers = given });
	t = vpnalg_session_timers(w.alg);
	ck_assert_mem_eq(t, &given, sizeof(given));
	world_end(&w);
}
END_TEST

/* A setting of an earlier version, which had no timers of these states. */
START_TEST(a_state_without_a_timer_of_its_own_has_that_of_its_protocol)
{
	const struct vpnalg_timers given = { .size = sizeof(given),
					     .tcp_established = 5,
					     .tcp_transitory = 6,
					     .udp = 7 };
	const struct vpnalg_timers *t;
	struct world w;

	world_begin(&w, &(struct world_options){ .timers = given });
	t = vpnalg_session_timers(w.alg);
	ck_assert_uint_eq(t->tcp_half_closed, 5);
	ck_assert_uint_eq(t->tcp_closing, 6);
	ck_assert_uint_eq(t->tcp_reset, 6);
	ck_assert_uint_eq(t->ike, 7);
	ck_assert_uint_eq(t->nat_t, 7);
	world_end(&w);
}
END_TEST

/* The settings are copied: who gave them may forget them. */
START_TEST(what_was_given_for_the_beginning_is_not_needed_later)
{
	uint8_t memory[20000];
	uint8_t *at = memory + (-(uintptr_t)memory & 7);
	struct bytes b = gre_packet(SERVER, OUTSIDE_2, 1, 1);
	struct vpnalg_packet packet = { .data = b.data, .caplen = b.length,
					.len = b.length,
					.direction = VPNALG_IN };
	struct vpnalg *alg;
	struct parts p;

	assemble(&p);
	p.protocols[0].handler = spy_handler;
	ck_assert_int_eq(vpnalg_init(&alg, at, 19990, &p.config), 0);
	memset(&p.config, 0xa5, sizeof(p.config));
	memset(p.addresses, 0xa5, sizeof(p.addresses));
	spied_count = 0;
	vpnalg_process(alg, &packet, 1, 0);
	ck_assert_uint_eq(packet.result, VPNALG_UNTOUCHED);
	ck_assert_uint_eq(spied_count, 2); /* the address is still ours */
	free(p.table);
}
END_TEST

START_TEST(a_new_translator_has_counted_nothing)
{
	static const char *const names[] = { "PPTP control connection",
					     "PPTP call",
					     "PPTP server's connection",
					     "PPTP service", "toy control",
					     "toy data" };
	struct vpnalg_kind_counters kind;
	struct vpnalg_counters all;
	struct world w;
	size_t i;

	mixed_world(&w, (struct world_options){ 0 });
	vpnalg_counters(w.alg, &all, sizeof(all));
	for (i = 0; i < VPNALG_RESULTS; i++)
		ck_assert_uint_eq(all.results[i], 0);
	for (i = 0; i < 6; i++) {
		ck_assert(vpnalg_kind_counters(w.alg, i, &kind,
					       sizeof(kind)));
		ck_assert_str_eq(kind.name, names[i]);
		ck_assert_uint_eq(kind.opened + kind.closed + kind.unparsed, 0);
		ck_assert_uint_eq(kind.translated[0] + kind.translated[1], 0);
		ck_assert_uint_eq(kind.dropped[0] + kind.dropped[1], 0);
	}
	ck_assert(!vpnalg_kind_counters(w.alg, 6, &kind, sizeof(kind)));
	ck_assert(!vpnalg_kind_counters(w.alg, SIZE_MAX, &kind,
					sizeof(kind)));
	world_end(&w);
}
END_TEST

/* Older callers get what they know of, newer ones zeros behind it. */
START_TEST(counters_are_copied_as_far_as_the_caller_knows_them)
{
	struct vpnalg_kind_counters kind;
	struct {
		struct vpnalg_counters counters;
		uint64_t later;
	} newer;
	struct world w;
	struct bytes p = gre_packet(CLIENT_A, SERVER, 9, 1);

	world_begin(&w, NULL);
	send_packet(&w, VPNALG_OUT, &p);
	memset(&newer, 0xa5, sizeof(newer));
	vpnalg_counters(w.alg, &newer.counters, 8);
	ck_assert_uint_eq(newer.counters.results[0], 0);
	ck_assert_uint_eq(newer.counters.results[1], 0xa5a5a5a5a5a5a5a5);
	vpnalg_counters(w.alg, (void *)&newer, sizeof(newer));
	ck_assert_uint_eq(newer.later, 0);
	ck_assert_uint_eq(newer.counters.results[VPNALG_DROP_NO_SESSION], 1);
	memset(&kind, 0xa5, sizeof(kind));
	ck_assert(vpnalg_kind_counters(w.alg, CALL, &kind,
				       offsetof(struct vpnalg_kind_counters,
						opened)));
	ck_assert_str_eq(kind.name, "PPTP call");
	ck_assert_uint_eq(kind.opened, 0xa5a5a5a5a5a5a5a5);
	world_end(&w);
}
END_TEST

START_TEST(a_burst_costs_what_the_manual_says)
{
	size_t one, two;
	struct parts p;

	assemble(&p);
	p.config.burst = 1;
	one = vpnalg_size(&p.config);
	p.config.burst = 2;
	two = vpnalg_size(&p.config);
	ck_assert_uint_le(two - one, 170);
	p.config.burst = 0;
	ck_assert_uint_eq(vpnalg_size(&p.config), one + 31 * (two - one));
	free(p.table);
}
END_TEST

START_TEST(the_version_is_the_headers)
{
	ck_assert_uint_eq(vpnalg_version(), VPNALG_VERSION);
}
END_TEST

/* Each result has words of its own, and whatever is none has some too. */
START_TEST(every_result_has_its_text)
{
	static const bool gap[VPNALG_RESULTS] = { [3] = true, [4] = true,
						  [5] = true,
						  [6] = true, [7] = true };
	unsigned i, k;

	for (i = 0; i < VPNALG_RESULTS; i++) {
		const char *text = vpnalg_result_text(i);

		ck_assert_ptr_nonnull(text);
		ck_assert_uint_gt(strlen(text), 0);
		ck_assert_int_eq(strcmp(text, "unknown") == 0, gap[i]);
		for (k = 0; k < i; k++)
			ck_assert(gap[i] ||
				  strcmp(text, vpnalg_result_text(k)) != 0);
	}
	ck_assert_str_eq(vpnalg_result_text(VPNALG_TRANSLATED), "translated");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_NO_ID),
			 "no free outside ID");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_RESULTS), "unknown");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_OWN - 1), "unknown");
	ck_assert_str_eq(vpnalg_result_text(VPNALG_DROP_OWN),
			 "a reason of the handler's own");
}
END_TEST

Suite *init_suite(void)
{
	Suite *suite = suite_create("init");
	TCase *settings = tcase_create("settings"), *state;

	tcase_add_loop_test(settings, every_wrong_setting_has_its_error, 0,
			    ROWS(rows));
	tcase_add_loop_test(settings, a_wrong_setting_is_named, 0,
			    ROWS(text_rows));
	tcase_add_test(settings, no_memory_is_too_little);
	tcase_add_test(settings, the_compile_time_bound_holds_and_is_near);
	tcase_add_loop_test(settings,
			    what_an_older_caller_does_not_know_has_its_default,
			    0, ROWS(old_sizes));
	tcase_add_test(settings,
		       settings_too_few_to_hold_what_is_required_are_refused);
	tcase_add_test(settings, timers_are_the_defaults_or_as_given);
	tcase_add_test(
		settings,
		a_state_without_a_timer_of_its_own_has_that_of_its_protocol);
	tcase_add_test(settings,
		       what_was_given_for_the_beginning_is_not_needed_later);
	tcase_add_test(settings, a_burst_costs_what_the_manual_says);
	state = tcase_create("state");
	tcase_add_test(state, a_new_translator_has_counted_nothing);
	tcase_add_test(state,
		       counters_are_copied_as_far_as_the_caller_knows_them);
	tcase_add_test(state, the_version_is_the_headers);
	tcase_add_test(state, every_result_has_its_text);
	suite_add_tcase(suite, settings);
	suite_add_tcase(suite, state);
	suite_add_tcase(suite, counters_case());
	suite_add_tcase(suite, extra_port_case());
	return suite;
}
