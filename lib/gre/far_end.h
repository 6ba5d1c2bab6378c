/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside hosts that have GRE tunnels with a remote. */
#ifndef VPNALG_GRE_FAR_END_H
#define VPNALG_GRE_FAR_END_H

#include <vpnalg/handler.h>

/* Notes that the host of a tunnel has sent. */
enum vpnalg_result vpnalg_gre_remote_note(struct vpnalg_step *step,
					  struct vpnalg_record *tunnel);

/* Returns the tunnel of the one host that a packet with an unknown Key can be
 * for: the only host, or of two the one that receives nothing with its own Key.
 * NULL if there is no such host. */
struct vpnalg_record *vpnalg_gre_remote_fit(struct vpnalg_step *step,
					    struct vpnalg_record *remote);

/* Rewrites a packet that an ICMP error quotes without its Key, if only one host
 * can be its sender or its receiver. step->record is the remote. */
enum vpnalg_result vpnalg_gre_remote_quote(struct vpnalg_step *step);

#endif
