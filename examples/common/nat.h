/* SPDX-License-Identifier: BSD-2-Clause */
/* The translator as all programs here set it up: which protocols it knows, its
 * memory, and when it removes dead sessions. Begin to read here. */
#ifndef COMMON_NAT_H
#define COMMON_NAT_H

#include <stdbool.h>
#include <stddef.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

#include "nat_events.h"
#include "nat_ipfix.h"
#include "nat_policy.h"
#include "nat_tally.h"
#include "options.h"
#include "server_ports.h"
#include "service_cut.h"
#include "service_later.h"

/* The user's options. */
struct nat_options {
	struct vpnalg_addr *addresses; /* the outside ones */
	size_t address_count;
	const uint8_t *uplinks; /* of each address; NULL: there is one */
	size_t address_max;  /* the most there may be; 0: address_count */
	bool may_follow;     /* the program can follow an interface: auto */
	bool follow;         /* it shall */
	struct vpnalg_ports ports; /* of general traffic; zero: the default */
	bool general;          /* all other traffic, too */
	uint32_t mss;          /* of TCP, at most; 0: any */
	uint32_t reuse_delay;  /* of its ports, in seconds */
	uint8_t filtering;     /* of what comes in: enum vpnalg_filtering */
	struct vpnalg_port_set port_set; /* length 0: all ports */
	struct vpnalg_port_blocks port_blocks; /* length 0: none */
	bool l2tp_any_address; /* servers may answer from another address */
	bool l2tp_port_1701;   /* servers answer to port 1701 only */
	bool own;              /* the router has VPNs, too */
	bool serves_later;     /* services are added by nat_serve() */
	bool sessions;         /* each one is listed in the report */
	const char *state;     /* a file that sessions outlive this in; or NULL */
	uint32_t state_every;  /* seconds from one save to the next */
	const char *events;    /* the log of --events, or NULL */
	bool event_remotes;    /* has remotes, too */
	const char *ipfix;     /* the collector of --ipfix, or NULL */
	uint32_t ipfix_templates; /* seconds between two; 0: 600 */
	const char *metrics;   /* the file of --metrics, or NULL */
	uint32_t metrics_every; /* seconds from one time to the next */
	bool captured;         /* time is a capture's, and the log a new one */
	bool fragments;        /* fragments are not put together before */
	struct vpnalg_service *services; /* inside, reached from outside; at the
					  * first address */
	size_t service_count;
	bool service_cut; /* one that is removed ends its sessions */
	struct server_ports server_ports;
	struct nat_policy policy;
	struct vpnalg_timers timers; /* zero where none was given */
	struct options_given given;
};

struct nat {
	struct vpnalg *translator;
	struct nat_policy policy; /* whose arrays the translator reads */
	struct nat_events events;
	struct nat_ipfix ipfix;
	struct nat_tally tally;
	struct service_later later;
	struct service_cut cut;
	struct vpnalg_store store;
	struct vpnalg_table *table;
	size_t protocol_count;
	size_t table_size;
	void *memory[3]; /* of the translator, of the table, for fragments */
	uint64_t start;  /* in milliseconds since 1970 */
	vpnalg_time due; /* when nat_sweep() has something to do again */
};

/* Makes a translator. config holds what differs from program to program: the
 * callbacks, and the length of a burst. Returns false when that failed, which
 * was said; nat_close() follows in any case. */
bool nat_open(struct nat *nat, struct vpnalg_config *config,
	      const struct nat_options *options);

/* Adds all services at an outside address: none waits any more. Returns false
 * when that failed, which was said, as what cannot be done. */
bool nat_serve(struct nat *nat, const struct nat_options *options,
	       const struct vpnalg_addr *outside, vpnalg_time now,
	       const char *what);

/* Says what is wrong with a policy, and sets *at to its place in its list;
 * returns NULL if nothing is. */
const char *nat_policy_fault(const struct nat *nat,
			     const struct nat_policy *policy, size_t *at);

/* Gives the translator another policy, of which nothing is wrong. */
void nat_set_policy(struct nat *nat, const struct nat_policy *policy,
		    vpnalg_time now);

/* And other timers. */
void nat_set_timers(struct nat *nat, const struct vpnalg_timers *timers);

/* Translates packets, as vpnalg_process() does, those of servers at further
 * ports as well. */
void nat_process(struct nat *nat, struct vpnalg_packet *packets, size_t count,
		 vpnalg_time now);

/* Names the protocol of that place among the translator's; "none" stands for
 * the packets that none of them has claimed, NULL behind that. */
const char *nat_protocol_name(const struct nat *nat, size_t place);

/* Returns whether sessions of a kind have the outside port of another one, as
 * of a service. */
bool nat_inherits(const struct nat *nat, size_t place, size_t kind);

/* Names the protocol of a kind of session: vpnalg_kind_counters(). */
const char *nat_kind_protocol(const struct nat *nat, size_t kind);

/* Returns whether events are written or exported, or may be later; then the
 * event callback calls nat_tell(). */
bool nat_is_told(const struct nat_options *options);
void nat_tell(struct nat *nat, const struct vpnalg_event *event);

/* Removes some dead sessions and those of services that have gone, if it is time
 * to, adds services that have waited, and hands over what is exported. Returns
 * whether there was anything to remove. */
bool nat_sweep(struct nat *nat, vpnalg_time now);

void nat_close(struct nat *nat);

#endif
