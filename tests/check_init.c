/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's beginning: what is accepted, what is refused and how. */
#include "init.h"

static const struct vpnalg_handler *no_such_handler(void)
{
	return NULL;
}

static const struct vpnalg_addr all_ones = { VPNALG_IPV4,
					     { 255, 255, 255, 255 } };

/* Wrong settings. */

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

/* The texts of vpnalg_config_error() for some of them. */
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

Suite *init_suite(void)
{
	Suite *suite = suite_create("init");
	TCase *settings = tcase_create("settings");

	tcase_add_loop_test(settings, every_wrong_setting_has_its_error, 0,
			    ROWS(rows));
	tcase_add_loop_test(settings, a_wrong_setting_is_named, 0,
			    ROWS(text_rows));
	suite_add_tcase(suite, settings);
	suite_add_tcase(suite, counters_case());
	suite_add_tcase(suite, extra_port_case());
	suite_add_tcase(suite, init_default_case());
	suite_add_tcase(suite, init_state_case());
	return suite;
}
