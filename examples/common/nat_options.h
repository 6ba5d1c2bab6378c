/* SPDX-License-Identifier: BSD-2-Clause */
/* The options that every program here has for its translator. */
#ifndef COMMON_NAT_OPTIONS_H
#define COMMON_NAT_OPTIONS_H

#include "nat.h"
#include "nat_timeouts.h"
#include "options.h"

/* The rows of these options in a program's table. */
#define NAT_OPTIONS_ROWS(nat)                                        \
	{ "--address", nat_options_address, (nat), 0, 0, OPTION_LIST }, \
	OPTIONS_CONFIG_ROW(&(nat)->given),                          \
	{ "--event-remotes", options_flag, &(nat)->event_remotes, 0, 0, \
	  OPTION_LIVE },                                             \
	{ "--events", nat_events_name, &(nat)->events, 0, 0, OPTION_LIVE }, \
	{ "--filtering", nat_options_filtering, &(nat)->filtering, 0, 0, 0 }, \
	{ "--general", options_flag, &(nat)->general, 0, 0, 0 },     \
	{ "--ipfix", nat_ipfix_name, &(nat)->ipfix, 0, 0, 0 },       \
	{ "--ipfix-templates", NULL, &(nat)->ipfix_templates, 1, 86400, 0 }, \
	{ "--l2tp-any-address", options_flag,                        \
	  &(nat)->l2tp_any_address, 0, 0, 0 },                       \
	{ "--l2tp-port-1701", options_flag,                          \
	  &(nat)->l2tp_port_1701, 0, 0, 0 },                         \
	NAT_POLICY_ROWS(&(nat)->policy),                             \
	{ "--metrics", nat_options_metrics, &(nat)->metrics, 0, 0,   \
	  OPTION_LIVE },                                             \
	{ "--mss", NULL, &(nat)->mss, 536, 65535, 0 },               \
	{ "--port-blocks", nat_options_port_blocks,                  \
	  &(nat)->port_blocks, 0, 0, 0 },                            \
	{ "--port-set", nat_options_port_set, &(nat)->port_set, 0, 0, 0 }, \
	{ "--reuse-delay", NULL, &(nat)->reuse_delay, 1, 86400, 0 }, \
	{ "--server-port", server_ports_read,                        \
	  &(nat)->server_ports, 0, 0, OPTION_LIST },                 \
	{ "--service", nat_options_service, (nat), 0, 0,             \
	  OPTION_LIST | OPTION_LIVE },                               \
	{ "--sessions", options_flag, &(nat)->sessions, 0, 0,        \
	  OPTION_LIVE },                                             \
	{ "--timeouts", nat_timeouts_read, &(nat)->timers, 0, 0,     \
	  OPTION_LIVE }

/* The help on those of them that mean the same in every program. */
#define NAT_OPTIONS_HELP \
	"  --events FILE       log sessions as lines of JSON; syslog: to syslog\n" \
	"  --event-remotes     with their remotes\n" \
	"  --filtering WHAT    with --general: who may send to a port that an inside\n" \
	"                      host has opened: endpoint-independent (anybody, the\n" \
	"                      default), address or address-and-port (whom it has\n" \
	"                      sent to)\n" \
	"  --ipfix [tcp:]HOST:PORT\n" \
	"                      export sessions to a collector, by UDP or TCP; only\n" \
	"                      where it is built in\n" \
	"  --ipfix-templates SEC\n" \
	"                      by UDP, templates are sent again so often; default 600\n" \
	"  --l2tp-any-address  L2TP servers may answer from another address\n" \
	"  --l2tp-port-1701    L2TP servers know their clients by source port 1701\n" \
	"  --metrics FILE      write figures for Prometheus to FILE at the end\n" \
	"  --mss N             with --general: no SYN announces a greater MSS\n" \
	"  --port-blocks N[,PREFIX]\n" \
	"                      all ports of an inside host are in a block of N; with\n" \
	"                      the prefix of all hosts it can be computed (RFC 7422)\n" \
	"  --port-set O,L,P    only the ports of a set (RFC 7597 5.1): offset and\n" \
	"                      length in bits, and PSID\n" \
	"  --reuse-delay SEC   with --general: a port waits so long before another\n" \
	"                      inside host gets it\n" \
	"  --server-port PROTOCOL=PORT\n" \
	"                      servers of pptp, ike, nat-t or l2tp are at that port,\n" \
	"                      too; may be repeated\n" \
	"  --service PROTOCOL:OUTSIDE_PORT=INSIDE:PORT\n" \
	"                      a server inside that is reached at that port of the\n" \
	"                      first address; PROTOCOL is tcp, udp, sctp, dccp or\n" \
	"                      udplite; may be repeated; needs --general\n" \
	"  --service NUMBER=INSIDE\n" \
	"                      a whole IP protocol without ports\n" \
	"  --sessions          list each session in the report, with its age,\n" \
	"                      packets and bytes\n" \
	"  --timeouts LIST     how long sessions live that nothing uses: a list of\n" \
	"                      NAME=SECONDS, NAME being one of " \
	"tcp, tcp-opening,\n" \
	"                      tcp-half-closed, tcp-closing, tcp-reset, " \
	"call,\n" \
	"                      call-opening, linger, udp, ike, nat-t, esp,\n" \
	"                      esp-unpaired, gre, icmp and other\n"

/* read() of an outside address; where is a struct nat_options. */
const char *nat_options_address(void *where, const char *value);

/* read() of the filtering (RFC 4787 5); where is its uint8_t. */
const char *nat_options_filtering(void *where, const char *value);

/* read() of the name of --metrics; where is a const char *. */
const char *nat_options_metrics(void *where, const char *value);

/* read() of blocks of ports; where is a struct vpnalg_port_blocks. */
const char *nat_options_port_blocks(void *where, const char *value);

/* read() of a set of ports; where is a struct vpnalg_port_set. */
const char *nat_options_port_set(void *where, const char *value);

/* read() of a service; where is a struct nat_options. */
const char *nat_options_service(void *where, const char *value);

/* Returns OPTIONS_RUN if there is an outside address, else an exit status. */
int nat_options_check(const struct nat_options *options);

void nat_options_free(struct nat_options *options);

#endif
