/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file process.h
 * @brief Translating packets, and whom to notify of a dropped one.
 */
#ifndef VPNALG_PROCESS_H
#define VPNALG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include <vpnalg/packet.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Translates packets. A burst gives the same bytes and results as the same
 * packets one by one; it only spends less time on memory.
 *
 * @param translator the translator
 * @param packets the packets; result and flags of each are set, and the bytes
 *        at data, len, caplen, zone and protocol as struct vpnalg_packet says
 * @param count the number of packets
 * @param now the time; an earlier one than before counts as the last
 */
VPNALG_API void vpnalg_process(struct vpnalg *translator,
			       struct vpnalg_packet *packets, size_t count,
			       vpnalg_time now);

/**
 * Returns whether the sender of a dropped packet should be notified, by ICMP
 * "communication administratively prohibited" (type 3, code 13; RFC 5508
 * REQ-8): it has gone out, and a session could not be opened for it. There was
 * no free ID (#VPNALG_DROP_NO_ID), no room in the store (#VPNALG_DROP_STORE),
 * another host has the protocol or port (#VPNALG_DROP_TAKEN), the choose
 * callback refused (#VPNALG_DROP_REFUSED), or the policy did
 * (#VPNALG_DROP_DENIED, #VPNALG_DROP_LIMIT). RFC 1812 4.3.2 says which senders
 * get no answer, and how often others do.
 *
 * @param packet a packet that vpnalg_process() has decided on
 * @return whether it should be answered so; false of all that came in
 */
VPNALG_API bool vpnalg_wants_prohibited(const struct vpnalg_packet *packet);

#ifdef __cplusplus
}
#endif

#endif
