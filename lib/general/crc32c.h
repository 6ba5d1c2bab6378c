/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC32c, SCTP's checksum (RFC 9260 appendix A). */
#ifndef VPNALG_GENERAL_CRC32C_H
#define VPNALG_GENERAL_CRC32C_H

#include <stdint.h>

/* Returns the bits that change in the CRC32c (RFC 9260 A) of a message in which
 * the bits of `difference` change, in a field of 16 bits with `behind` bytes
 * after it. The lowest byte of the result is the first one in a packet. */
uint32_t vpnalg_general_crc32c_change(uint16_t difference, uint32_t behind);

#endif
