/* SPDX-License-Identifier: BSD-2-Clause */
/* A build without the parts that it may be without (least.sh): it refuses the
 * settings that want them, by name, and translates packets without them. */
#include <stdio.h>
#include <string.h>
#include <vpnalg/policy.h>
#include <vpnalg/protocols.h>
#include <vpnalg/state.h>
#include <vpnalg/store.h>

static int failed;

static void check(bool is, const char *what)
{
	if (is)
		return;
	printf("not so: %s\n", what);
	failed = 1;
}

static uint64_t sessions[8192], memory[8192];
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
	failed = 1;
}

static struct vpnalg_config begin(void)
{
	vpnalg_table_init(sessions, sizeof(sessions), VPNALG_KEY_IPV4, &store);
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

static void refused(const struct vpnalg_config *config, const char *setting)
{
	const char *text = vpnalg_config_error(config, NULL);
	struct vpnalg *translator;

	check(text != NULL && strstr(text, setting) != NULL &&
		      strstr(text, ": not part of this build") != NULL,
	      setting);
	check(vpnalg_init(&translator, memory, sizeof(memory), config) ==
		      VPNALG_ERROR_CONFIG,
	      setting);
}

static void refuses_settings(void)
{
	static const uint8_t uplinks[1];
	struct vpnalg_fragments fragments = { .size = sizeof(fragments) };
	struct vpnalg_policy policy = { .size = sizeof(policy) };
	struct vpnalg_extra_port port = { .protocol = 6,
					  .port = 1724,
					  .standard = 1723,
					  .handler = vpnalg_pptp };
	const struct vpnalg_config plain = begin();
	struct vpnalg_config config;

	config = plain, config.fragments = &fragments;
	refused(&config, "fragments");
	config = plain, config.event = on_event;
	refused(&config, "event");
	config = plain, config.policy = &policy;
	refused(&config, "policy");
	config = plain, config.count_hosts = true;
	refused(&config, "count_hosts");
	config = plain, config.count_remotes = true;
	refused(&config, "count_remotes");
	config = plain, config.own = true;
	refused(&config, "own");
	config = plain, config.uplinks = uplinks;
	refused(&config, "uplinks");
	config = plain, config.port_set.length = 4;
	refused(&config, "port_set");
	config = plain, config.port_blocks.length = 1024;
	refused(&config, "port_blocks");
	config = plain, config.extra_ports = &port, config.extra_port_count = 1;
	refused(&config, "extra_ports");
}

/* Calls */

static void refuses_calls(struct vpnalg *translator)
{
	struct vpnalg_policy policy = { .size = sizeof(policy) };
	struct vpnalg_service service = { .size = sizeof(service),
					  .protocol = 6,
					  .inside = { VPNALG_IPV4,
						      { 10, 0, 0, 1 } },
					  .outside = outside,
					  .inside_port = 22,
					  .outside_port = 22 };
	struct vpnalg_load load = { .size = sizeof(load) };
	size_t used;

	check(vpnalg_set_policy(translator, &policy, 0) == VPNALG_ERROR_CONFIG,
	      "no policy can be set");
	check(vpnalg_policy_error(translator, &policy, NULL) != NULL,
	      "a policy is a fault");
	check(vpnalg_set_policy(translator, NULL, 0) == 0, "none can be set");
	check(vpnalg_service_add(translator, &service, 0) ==
		      VPNALG_SERVICE_INVALID,
	      "no service can be added");
	check(vpnalg_load_next(translator, &load, "", 0, &used) ==
		      VPNALG_STATE_INVALID,
	      "no state can be loaded");
}

/* Packets */

static uint8_t process(struct vpnalg *translator, unsigned direction,
		       const uint8_t *from, const uint8_t *to, bool fragment)
{
	uint8_t udp[] = { 69, 0, 0, 32, 0, 1, 0, 0, 64, 17,  0, 0, 0, 0, 0, 0,
			  0,  0, 0, 0,  4, 1, 4, 1, 0,  12, 0, 0, 1, 2, 3, 4 };
	struct vpnalg_packet packet = { .data = udp,
					.caplen = sizeof(udp),
					.len = sizeof(udp),
					.direction = (uint8_t)direction };

	memcpy(udp + 12, from, 4);
	memcpy(udp + 16, to, 4);
	udp[6] = fragment ? 0x20 : 0; /* more fragments */
	vpnalg_process(translator, &packet, 1, 0);
	return packet.result;
}

static void translates(struct vpnalg *translator)
{
	static const uint8_t host[] = { 10, 0, 0, 1 }, far[] = { 192, 0, 2, 1 };

	check(process(translator, VPNALG_OUT, host, far, false) ==
		      VPNALG_TRANSLATED,
	      "a packet goes out");
	check(process(translator, VPNALG_IN, far, outside.octets, false) ==
		      VPNALG_TRANSLATED,
	      "its answer comes in");
	check(process(translator, VPNALG_OUT, host, far, true) ==
		      VPNALG_DROP_FRAGMENT,
	      "a fragment is dropped");
	while (vpnalg_expire(translator, 86400000, 32) != VPNALG_NEVER)
		;
}

int main(void)
{
	struct vpnalg_config config = begin();
	struct vpnalg *translator;

	refuses_settings();
	if (vpnalg_init(&translator, memory, sizeof(memory), &config) != 0)
		return 1;
	refuses_calls(translator);
	translates(translator);
	/* The records of a store are not taken over: what they are is not
	 * checked. */
	config.hash_key[0] = 1;
	check(vpnalg_init(&translator, memory, sizeof(memory), &config) == 0,
	      "an empty store is taken");
	translates(translator);
	process(translator, VPNALG_OUT, (const uint8_t[]){ 10, 0, 0, 1 },
		(const uint8_t[]){ 192, 0, 2, 1 }, false);
	check(vpnalg_init(&translator, memory, sizeof(memory), &config) ==
		      VPNALG_ERROR_NOT_EMPTY,
	      "a store that is not empty is refused");
	return failed;
}
