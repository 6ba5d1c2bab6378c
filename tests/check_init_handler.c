/* SPDX-License-Identifier: BSD-2-Clause */
/* The handlers that a translator is given: their tables, kinds of sessions and
 * settings. */
#include "init_row.h"

static const struct vpnalg_handler *no_such_handler(void)
{
	return NULL;
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
SPOIL(five_slots, kinds[0].slots = 5)
SPOIL(large_body, kinds[0].body = 137)
SPOIL(no_match, handlers[1].match = NULL)
SPOIL(no_translate, handlers[1].translate = NULL)
SPOIL(null_kinds, handlers[1].kinds = NULL)
SPOIL(null_handler, protocols[1].handler = no_such_handler)
SPOIL(handler_twice, protocols[0] = p->protocols[1])
SPOIL(behind_the_rest, handlers[0].takes_rest = true)
SPOIL(many_ip_protocols, handlers[1].ip_protocol_count = 8)
SPOIL(no_own_reasons, handlers[1].own_reason_count = 1)
SPOIL(no_own_counters, handlers[1].own_counter_count = 1)
SPOIL(no_server_ports, handlers[1].server_port_count = 1)
SPOIL(no_configure, handlers[1].settings_size = 1)
SPOIL(the_rest_last, handlers[1].takes_rest = true)
SPOIL(last_kind_of_one_slot, kinds[14].slots = 1)
SPOIL(largest_body, kinds[0].body = 136)

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

static void newer_handler(struct parts *p)
{
	p->handlers[1].size++;
	memset(&p->handlers[2], 0, sizeof(p->handlers[2]));
}

/* With something that this library does not know. */
SPOIL(much_newer_handler, handlers[1].size++)

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

static const struct init_row rows[] = {
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
	{ "a newer handler", newer_handler, 0, true },
	{ "a much newer handler", much_newer_handler, VPNALG_ERROR_CONFIG,
	  false },
	{ "15 protocols, 15 kinds", fifteen_of_all, 0, true },
	{ "the largest body", largest_body, 0, true },
};

START_TEST(every_wrong_handler_has_its_error)
{
	check_init_row(&rows[_i]);
}
END_TEST

/* The texts of vpnalg_config_error() for some of them. */
static const struct init_text_row text_rows[] = {
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
};

START_TEST(a_wrong_handler_is_named)
{
	check_init_text(&text_rows[_i]);
}
END_TEST

TCase *init_handler_case(void)
{
	TCase *t = tcase_create("handlers of init");

	tcase_add_loop_test(t, every_wrong_handler_has_its_error, 0,
			    ROWS(rows));
	tcase_add_loop_test(t, a_wrong_handler_is_named, 0, ROWS(text_rows));
	return t;
}
