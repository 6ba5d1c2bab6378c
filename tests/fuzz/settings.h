/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of a translator and of its surroundings. */
#ifndef TESTS_FUZZ_SETTINGS_H
#define TESTS_FUZZ_SETTINGS_H

#include <vpnalg/general.h>
#include <vpnalg/l2tp.h>
#include <vpnalg/vpnalg.h>

/* The behaviour of the choose callback. */
enum choosing {
	CHOOSES_NOT, /* there is no callback */
	CHOOSES_TAKE,
	CHOOSES_OTHER, /* refuses every other proposal */
	CHOOSES_REFUSE, /* sometimes refuses all */
	CHOOSES_ITSELF,
	CHOOSES_WRONGLY, /* answers out of range */
	CHOOSINGS
};

struct settings {
	const struct vpnalg_protocol *protocols;
	size_t protocol_count;
	bool has_general, has_l2tp, has_rogue;
	unsigned address_count;
	enum choosing choosing;
	bool bundled; /* the store, or one that can move its records */
	unsigned record_max;
	uint16_t burst;
	uint8_t filtering;
	struct vpnalg_ports ports;
	struct vpnalg_port_set port_set;
	struct vpnalg_port_blocks port_blocks;
	bool services; /* inside, of several protocols */
	bool any_address, passive;
	bool uplinks;   /* the addresses are of several */
	bool own;       /* what has an outside address leaves sessions */
	bool fragments; /* there is memory for them */
	bool roomy;     /* no fragment is dropped to make room for another */
	bool owned;     /* its owner sets policies, and restarts it */
	uint32_t random;
	vpnalg_time now;
};

/* Returns the outside address of a number, from 0. */
uint32_t outside_address(unsigned n);
bool is_outside(const struct settings *s, uint32_t address);

/* The uplink of each outside address, by its number. */
extern const uint8_t outside_uplinks[4];
/* Returns the uplink of an outside address, or 0 if the address is none or
 * there is one uplink only. */
uint8_t uplink_of(const struct settings *s, uint32_t address);

/* How long a port is not given to another host. */
uint32_t reuse_delay(const struct settings *s);

/* The protocols with their settings. */
struct protocol_settings {
	struct vpnalg_protocol protocols[15];
	struct vpnalg_general_settings general;
	struct vpnalg_l2tp_settings l2tp;
};

const struct vpnalg_protocol *set_protocols(const struct settings *s,
					    struct protocol_settings *to);

#endif
