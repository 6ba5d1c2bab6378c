/* SPDX-License-Identifier: BSD-2-Clause */
/* An L2TP packet in words, for --explain. */
#ifndef PCAP_L2TP_H
#define PCAP_L2TP_H

#include <stdbool.h>
#include <stdint.h>

#include "explain.h"

#define L2TP_PORT 1701

/*
 * Describes what follows UDP's header or, over protocol 115, IP's:
 *
 *     L2TP SCCRQ     Tunnel ID 0 Session ID 0 Assigned Tunnel ID 7
 *     L2TP data      Tunnel ID 7 Session ID 1
 *
 * Leaves alone what is no L2TP.
 */
void l2tp_explain(const uint8_t *data, uint32_t length, bool udp,
		  struct explained *explained);

#endif
