/* SPDX-License-Identifier: BSD-2-Clause */
/* A translator's beginning: what is accepted, what is refused and how. */
#include "init_row.h"

static const struct vpnalg_addr all_ones = { VPNALG_IPV4,
					     { 255, 255, 255, 255 } };

static const struct vpnalg_timers no_timers;

SPOIL(nothing, off = 0)
SPOIL(no_size, config.size = 0)
SPOIL(tiny_size, config.size = sizeof(size_t) - 1)
SPOIL(newer_size, config.size += 16)
SPOIL(no_addresses, config.addresses = NULL)
SPOIL(zero_addresses, config.address_count = 0)
SPOIL(many_addresses, config.address_count = 4097)
SPOIL(no_family, addresses[2].family = 0)
SPOIL(ipv6, addresses[1].family = VPNALG_IPV6)
SPOIL(twice, addresses[2].octets[3] = 1)
SPOIL(no_store, config.store = NULL)
SPOIL(no_chance, config.random = NULL)
SPOIL(long_burst, config.burst = 257)
SPOIL(longest_burst, config.burst = 256)
SPOIL(shortest_burst, config.burst = 1)
SPOIL(zero_address, addresses[2].octets[0] = 0)
SPOIL(loopback, addresses[1].octets[0] = 127)
SPOIL(multicast, addresses[2].octets[0] = 224)
SPOIL(broadcast, addresses[2] = all_ones)
SPOIL(last_unicast, addresses[2].octets[0] = 223)
SPOIL(sizeless_timers, config.timers = &no_timers)
SPOIL(one_address, config.address_count = 1)

static void newer_setting(struct parts *p)
{
	p->config.size += 16;
	p->later[15] = 1;
}

static const struct init_row rows[] = {
	{ "nothing", nothing, 0, true },
	{ "size 0", no_size, VPNALG_ERROR_CONFIG, false },
	{ "size 7", tiny_size, VPNALG_ERROR_CONFIG, false },
	{ "a newer config", newer_size, 0, true },
	{ "a newer config with more in it", newer_setting, VPNALG_ERROR_CONFIG,
	  false },
	{ "timers without a size", sizeless_timers, VPNALG_ERROR_CONFIG,
	  false },
	{ "0.0.0.0/8", zero_address, VPNALG_ERROR_ADDRESS, true },
	{ "127.0.0.0/8", loopback, VPNALG_ERROR_ADDRESS, true },
	{ "a multicast address", multicast, VPNALG_ERROR_ADDRESS, true },
	{ "a broadcast address", broadcast, VPNALG_ERROR_ADDRESS, true },
	{ "the last unicast network", last_unicast, 0, true },
	{ "no addresses", no_addresses, VPNALG_ERROR_CONFIG, false },
	{ "0 addresses", zero_addresses, VPNALG_ERROR_CONFIG, false },
	{ "4097 addresses", many_addresses, VPNALG_ERROR_CONFIG, false },
	{ "no store", no_store, VPNALG_ERROR_CONFIG, false },
	{ "no random", no_chance, VPNALG_ERROR_CONFIG, false },
	{ "burst 257", long_burst, VPNALG_ERROR_CONFIG, false },
	{ "an address of no family", no_family, VPNALG_ERROR_ADDRESS, true },
	{ "an IPv6 address", ipv6, VPNALG_ERROR_ADDRESS, true },
	{ "an address twice", twice, VPNALG_ERROR_ADDRESS, true },
	{ "burst 256", longest_burst, 0, true },
	{ "burst 1", shortest_burst, 0, true },
	{ "one address", one_address, 0, true },
};

START_TEST(every_wrong_setting_has_its_error)
{
	check_init_row(&rows[_i]);
}
END_TEST

/* The texts of vpnalg_config_error() for some of them. */
static const struct init_text_row text_rows[] = {
	{ nothing, NULL, 0 },
	{ newer_setting, "size: a struct of another version", 0 },
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
	check_init_text(&text_rows[_i]);
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
	suite_add_tcase(suite, init_handler_case());
	suite_add_tcase(suite, init_store_case());
	suite_add_tcase(suite, counters_case());
	suite_add_tcase(suite, extra_port_case());
	suite_add_tcase(suite, init_default_case());
	suite_add_tcase(suite, init_state_case());
	return suite;
}
