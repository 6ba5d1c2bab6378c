/* SPDX-License-Identifier: BSD-2-Clause */
/* A build without some of the parts that it may be without, or without all
 * (least.sh): it refuses the settings and calls that want these, by name, and
 * translates packets with all the others turned on. */
#include <stdio.h>
#include <string.h>
#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>
#include <vpnalg/state.h>
#include <vpnalg/store.h>

#include "../lib/engine/built.h"

static int failed;

static void check(bool is, const char *what)
{
	if (is)
		return;
	printf("not so: %s\n", what);
	failed = 1;
}

static uint64_t sessions[8192], memory[32768], held[16384];
static unsigned events;
static struct vpnalg_table *table;
static struct vpnalg_store store;
static const struct vpnalg_addr outside = { VPNALG_IPV4, { 203, 0, 113, 1 } };
static const struct vpnalg_protocol protocols[] = {
	{ vpnalg_pptp, NULL }, { vpnalg_ipsec, NULL },   { vpnalg_l2tp, NULL },
	{ vpnalg_gre, NULL },  { vpnalg_general, NULL },
};

static uint32_t draw(void *context)
{
	(void)context;
	return 4;
}

static void on_event(void *context, const struct vpnalg_event *event)
{
	(void)context;
	(void)event;
	events++;
}

static struct vpnalg_config begin(void)
{
	table = vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4,
				  &store);
	return (struct vpnalg_config){
		.size = sizeof(struct vpnalg_config),
		.store = &store,
		.protocols = protocols,
		.protocol_count = sizeof(protocols) / sizeof(protocols[0]),
		.addresses = &outside,
		.address_count = 1,
		.random = draw,
	};
}

/* Settings */

/* Demands that the setting is refused where the build is without its part. */
static void judge(bool part, const struct vpnalg_config *config,
		  const char *setting)
{
	const char *text = vpnalg_config_error(config, NULL);
	struct vpnalg *translator;

	check((text == NULL) == part, setting);
	if (part)
		return;
	check(text != NULL && strstr(text, setting) != NULL &&
		      strstr(text, ": not part of this build") != NULL,
	      setting);
	check(vpnalg_init(&translator, memory, sizeof(memory), config) ==
		      VPNALG_ERROR_CONFIG,
	      setting);
}

static const uint8_t uplinks[1];
static const struct vpnalg_policy policy = { .size = sizeof(policy) };
static const struct vpnalg_extra_port port = { .protocol = 6,
					       .port = 1724,
					       .standard = 1723,
					       .handler = vpnalg_pptp };
static const struct vpnalg_fragments fragments = {
	.size = sizeof(fragments),
	.memory = held,
	.memory_size = sizeof(held),
};

static void judges_settings(void)
{
	const struct vpnalg_config plain = begin();
	struct vpnalg_config config;

	config = plain, config.fragments = &fragments;
	judge(VPNALG_WITH_FRAGMENTS, &config, "fragments");
	config = plain, config.event = on_event;
	judge(VPNALG_WITH_EVENTS, &config, "event");
	config = plain, config.policy = &policy;
	judge(VPNALG_WITH_POLICY, &config, "policy");
	config = plain, config.count_hosts = true;
	judge(VPNALG_WITH_POLICY, &config, "count_hosts");
	config = plain, config.count_remotes = true;
	judge(VPNALG_WITH_POLICY, &config, "count_remotes");
	config = plain, config.own = true;
	judge(VPNALG_WITH_ROUTER, &config, "own");
	config = plain, config.uplinks = uplinks;
	judge(VPNALG_WITH_UPLINKS, &config, "uplinks");
	config = plain, config.port_set.length = 4;
	judge(VPNALG_WITH_PORT_SETS, &config, "port_set");
	config = plain, config.port_blocks.length = 1024;
	judge(VPNALG_WITH_PORT_SETS, &config, "port_blocks");
	config = plain, config.extra_ports = &port, config.extra_port_count = 1;
	judge(VPNALG_WITH_EXTRA_PORTS, &config, "extra_ports");
}

/* Returns settings that turn on whatever the build has. */
static struct vpnalg_config begin_with_all(void)
{
	struct vpnalg_config config = begin();

	config.fragments = VPNALG_WITH_FRAGMENTS ? &fragments : NULL;
	config.event = VPNALG_WITH_EVENTS ? on_event : NULL;
	config.policy = VPNALG_WITH_POLICY ? &policy : NULL;
	config.count_hosts = config.count_remotes = VPNALG_WITH_POLICY;
	config.own = VPNALG_WITH_ROUTER;
	config.uplinks = VPNALG_WITH_UPLINKS ? uplinks : NULL;
	config.port_blocks.length = VPNALG_WITH_PORT_SETS ? 1024 : 0;
	config.extra_ports = &port;
	config.extra_port_count = VPNALG_WITH_EXTRA_PORTS;
	config.hash_key[0] = 1;
	return config;
}

/* Calls */

static const struct vpnalg_service service = {
	.size = sizeof(service),
	.protocol = 17,
	.inside = { VPNALG_IPV4, { 10, 0, 0, 1 } },
	.outside = { VPNALG_IPV4, { 203, 0, 113, 1 } },
	.inside_port = 22,
	.outside_port = 22,
};

static void judges_calls(struct vpnalg *translator)
{
	struct vpnalg_load load = { .size = sizeof(load) };
	size_t used;

	check(vpnalg_set_policy(translator, &policy, 0) ==
		      (VPNALG_WITH_POLICY ? 0 : VPNALG_ERROR_CONFIG),
	      "a policy can be set");
	check((vpnalg_policy_error(translator, &policy, NULL) == NULL) ==
		      VPNALG_WITH_POLICY,
	      "a policy is no fault");
	check(vpnalg_set_policy(translator, NULL, 0) == 0, "none can be set");
	check(vpnalg_service_add(translator, &service, 0) ==
		      (VPNALG_WITH_SERVICES ? 0 : VPNALG_SERVICE_INVALID),
	      "a service can be added");
	check(vpnalg_load_next(translator, &load, "", 0, &used) ==
		      (VPNALG_WITH_STATES ? VPNALG_STATE_MORE
					  : VPNALG_STATE_INVALID),
	      "a state can be loaded");
}

/* Packets */

/* Gives a packet between the host and the remote, or a fragment of one. Returns
 * its result; *port is the port of the host's or of its server's, as the remote
 * sees it. */
static uint8_t process(struct vpnalg *translator, unsigned direction,
		       uint8_t port[2], bool fragment)
{
	static const uint8_t host[] = { 10, 0, 0, 1 }, far[] = { 192, 0, 2, 1 };
	uint8_t udp[] = { 69, 0, 0, 36, 0, 1, 0, 0, 64, 17, 0, 0,
			  0,  0, 0, 0,  0, 0, 0, 0, 4,  1,  4, 1,
			  0,  16, 0, 0, 1, 2, 3, 4, 5,  6,  7, 8 };
	struct vpnalg_packet packet = { .data = udp,
					.caplen = sizeof(udp),
					.len = sizeof(udp),
					.direction = (uint8_t)direction };
	bool out = direction == VPNALG_OUT;

	memcpy(udp + 12, out ? host : far, 4);
	memcpy(udp + 16, out ? far : outside.octets, 4);
	udp[6] = fragment ? 0x20 : 0; /* more fragments */
	if (!out)
		memcpy(udp + 22, port, 2);
	vpnalg_process(translator, &packet, 1, 0);
	if (out)
		memcpy(port, udp + 20, 2);
	return packet.result;
}

static void translates(struct vpnalg *translator)
{
	uint8_t port[2], server[2] = { 0, 22 };

	events = 0;
	check(process(translator, VPNALG_OUT, port, false) == VPNALG_TRANSLATED,
	      "a packet goes out");
	check(process(translator, VPNALG_IN, port, false) == VPNALG_TRANSLATED,
	      "its answer comes in");
	check((events > 0) == VPNALG_WITH_EVENTS, "its session is an event");
	check(process(translator, VPNALG_OUT, port, true) ==
		      (VPNALG_WITH_FRAGMENTS ? VPNALG_TRANSLATED
					     : VPNALG_DROP_FRAGMENT),
	      "a fragment goes out");
	check((process(translator, VPNALG_IN, server, false) ==
	       VPNALG_TRANSLATED) == VPNALG_WITH_SERVICES,
	      "a packet comes in for a server");
}

/* A build takes a store over if it can remove all that may be there: services,
 * and what is the router's own. */
static void takes_over(const struct vpnalg_config *config)
{
	bool can = VPNALG_WITH_STATES && VPNALG_WITH_SERVICES &&
		   VPNALG_WITH_ROUTER;
	struct vpnalg *translator;

	check(vpnalg_init(&translator, memory, sizeof(memory), config) ==
		      (can ? 0 : VPNALG_ERROR_NOT_EMPTY),
	      "a store that is not empty is taken over");
}

static void ends(struct vpnalg *translator)
{
	struct vpnalg_table_use use;
	vpnalg_time now;

	vpnalg_table_use(table, &use);
	check(use.records > 0, "there are sessions");
	check(vpnalg_service_remove(translator, &service, 0) ==
		      (VPNALG_WITH_SERVICES ? 0 : VPNALG_SERVICE_INVALID),
	      "the service can be removed");
	for (now = 86400000; now < 10 * 86400000ULL; now += 86400000)
		while (vpnalg_expire(translator, now, 8192) <= now)
			;
	vpnalg_table_use(table, &use);
	check(use.records == 0, "nothing is left");
}

int main(void)
{
	struct vpnalg_config config;
	struct vpnalg *translator;

	judges_settings();
	config = begin_with_all();
	if (vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		return 1;
	judges_calls(translator);
	translates(translator);
	takes_over(&config);
	config = begin_with_all();
	if (vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		return 1;
	judges_calls(translator);
	translates(translator);
	ends(translator);
	return failed;
}
