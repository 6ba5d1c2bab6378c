/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers that are asked by the ports of their servers, and hash keys. */
#include "own_handler.h"

/* A handler that is asked by its servers' ports, and counts how often. */
static unsigned asked;

static enum vpnalg_claim ports_match(const struct vpnalg_parsed *parsed,
				     struct vpnalg_match *match)
{
	(void)parsed, (void)match;
	asked++;
	return VPNALG_CLAIM_NONE;
}

static enum vpnalg_result ports_translate(struct vpnalg_step *step)
{
	(void)step;
	return VPNALG_DROP_NO_SESSION;
}

static const struct vpnalg_server_port two_ports[] = { { UDP, 6000 },
						       { TCP, 6001 } };

static const struct vpnalg_handler ports = {
	.size = sizeof(ports),
	.name = "ports",
	.kinds = own_kinds,
	.kind_count = 1,
	.server_port_count = 2,
	.server_ports = two_ports,
	.server_ports_only = true,
	.match = ports_match,
	.translate = ports_translate,
};

static const struct vpnalg_handler *ports_handler(void)
{
	return &ports;
}

/* The packets that such a handler is asked about: SERVER is the remote, packets
 * are long enough for ports or have caplen bytes in memory. */
static const struct ports_row {
	const char *what;
	uint8_t protocol;
	uint16_t local, remote;
	bool inward, is_asked;
	uint16_t fragment;
	uint8_t caplen; /* 0: all */
} ports_rows[] = {
	{ "UDP to its server", UDP, 7000, 6000, false, true, 0, 0 },
	{ "UDP from its server", UDP, 7000, 6000, true, true, 0, 0 },
	{ "TCP to its server", TCP, 7000, 6001, false, true, 0, 0 },
	{ "TCP from its server", TCP, 7000, 6001, true, true, 0, 0 },
	{ "UDP elsewhere", UDP, 7000, 6002, false, false, 0, 0 },
	{ "UDP from elsewhere", UDP, 7000, 6002, true, false, 0, 0 },
	{ "TCP elsewhere", TCP, 7000, 6002, false, false, 0, 0 },
	{ "TCP from elsewhere", TCP, 7000, 6002, true, false, 0, 0 },
	{ "a server inside", UDP, 6000, 7000, false, false, 0, 0 },
	{ "a server inside, in", UDP, 6000, 7000, true, false, 0, 0 },
	{ "a first fragment", UDP, 7000, 6002, false, false, 0x2000, 0 },
	{ "a later fragment", UDP, 7000, 6002, false, true, 0x0010, 0 },
	{ "ports in memory", UDP, 7000, 6002, false, false, 0, 24 },
	{ "a port not in memory", UDP, 7000, 6002, false, true, 0, 23 },
	{ "no ports", PROTOCOL, 7000, 6002, false, true, 0, 0 },
};

static struct bytes ports_packet(const struct ports_row *row)
{
	uint32_t local = row->inward ? OUTSIDE : CLIENT_A;
	uint16_t from = row->inward ? row->remote : row->local;
	uint16_t to = row->inward ? row->local : row->remote;
	uint8_t payload[20] = { (uint8_t)(from >> 8), (uint8_t)from,
				(uint8_t)(to >> 8), (uint8_t)to };
	struct bytes p = ip_packet(row->inward ? SERVER : local,
				   row->inward ? local : SERVER, row->protocol,
				   payload, sizeof(payload));

	if (row->fragment != 0)
		set_fragment(&p, row->fragment);
	return p;
}

START_TEST(a_handler_is_asked_by_its_servers_ports)
{
	const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL },
		{ ports_handler, NULL },
	};
	const struct ports_row *row = &ports_rows[_i];
	struct bytes p = ports_packet(row);

	world_begin(&w, &(struct world_options){ .protocols = protocols,
						 .protocol_count = 2,
						 .no_undo = true });
	asked = 0;
	send_captured(&w, row->inward ? VPNALG_IN : VPNALG_OUT, &p,
		      row->caplen != 0 ? row->caplen : p.length);
	ck_assert_msg((asked > 0) == row->is_asked, "%s", row->what);
	world_end(&w);
}
END_TEST

/* A hash by a key that is given is the same in every translator; else each has
 * its own. */
static uint64_t hash_seen;

static struct vpnalg_record *find_nothing(void *context, const uint8_t *key,
					  uint64_t hash, unsigned *slot)
{
	(void)context, (void)key, (void)slot;
	hash_seen = hash;
	return NULL;
}

static uint32_t drawn;

static uint32_t draw(void *context)
{
	(void)context;
	return drawn++ * 2654435761U;
}

static uint64_t hash_with(uint64_t high, uint64_t low)
{
	static const struct vpnalg_protocol protocols[] = {
		{ toy_handler, NULL },
	};
	static uint64_t memory[1000];
	uint64_t sessions[1000];
	struct vpnalg_store store;
	struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
	struct vpnalg_config config = { .size = sizeof(config),
					.protocols = protocols,
					.protocol_count = 1,
					.addresses = &outside,
					.address_count = 1,
					.store = &store,
					.random = draw,
					.hash_key = { high, low } };
	const struct vpnalg_tuple tuple = { .local = outside.octets,
					    .remote = outside.octets };
	struct vpnalg *alg;

	vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4, &store);
	store.find = find_nothing;
	config.burst = 1;
	ck_assert_int_eq(vpnalg_init(&alg, memory, sizeof(memory), &config), 0);
	vpnalg_session_find(alg, &tuple);
	return hash_seen;
}

START_TEST(a_hash_key_makes_the_hash)
{
	uint64_t first = hash_with(1, 2);

	ck_assert_uint_eq(hash_with(1, 2), first);
	ck_assert_uint_ne(hash_with(1, 3), first);
	ck_assert_uint_ne(hash_with(2, 2), first);
	ck_assert_uint_ne(hash_with(0, 0), first);
	ck_assert_uint_ne(hash_with(0, 0), hash_with(0, 0));
	ck_assert_uint_eq(hash_with(0, 1), hash_with(0, 1));
}
END_TEST

TCase *own_ports_case(void)
{
	TCase *t = tcase_create("server ports");

	tcase_add_loop_test(t, a_handler_is_asked_by_its_servers_ports, 0,
			    ROWS(ports_rows));
	tcase_add_test(t, a_hash_key_makes_the_hash);
	return t;
}
