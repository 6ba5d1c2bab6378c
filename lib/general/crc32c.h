/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC32c, SCTP's checksum (RFC 9260 appendix A). */
#ifndef VPNALG_GENERAL_CRC32C_H
#define VPNALG_GENERAL_CRC32C_H

#include <stdint.h>

/* Returns by which bits the CRC of a message changes where 16 of its bits do,
 * in whichever way, with so many bytes behind them. The first byte in a packet
 * is the least one of the result. */
uint32_t vpnalg_general_crc32c_change(uint16_t difference, uint32_t behind);

#endif
