/* SPDX-License-Identifier: BSD-2-Clause */
/* IKE (RFC 7296 3.1, RFC 2408 3.1), ESP (RFC 4303 2) and their encapsulation
 * in UDP (RFC 3948 2) on the wire. */
#ifndef VPNALG_WIRE_IPSEC_H
#define VPNALG_WIRE_IPSEC_H

/* IKE, behind the UDP header on port 500. Version 1 calls the SPIs cookies.
 *
 *   0               1               2               3
 *  +---------------------------------------------------------------+
 *  |                         initiator SPI                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                         responder SPI                         |
 *  |                                                               |
 *  +---------------+-------+-------+---------------+---------------+
 *  | next payload  | major | minor | exchange type |     flags     |
 *  +---------------+-------+-------+---------------+---------------+
 *  |                          message ID                           |
 *  |                            length                             |
 *  +---------------------------------------------------------------+ */
enum {
	IKE_PORT = 500,
	IKE_PORT_NAT_T = 4500,

	IKE_INITIATOR_SPI_OFF = 0,
	IKE_RESPONDER_SPI_OFF = 8,
	IKE_NEXT_PAYLOAD_OFF = 16,
	IKE_VERSION_OFF = 17,
	IKE_EXCHANGE_OFF = 18,
	IKE_FLAGS_OFF = 19,
	IKE_MESSAGE_ID_OFF = 20,
	IKE_HEADER_LEN = 28,
	IKE_MARKER_LEN = 4, /* before it on port 4500, zero: RFC 3948 2.2 */

	IKE_V1_INFORMATIONAL = 5, /* RFC 2408 3.1 */
	IKE_V1_QUICK_MODE = 32,   /* RFC 2409 appendix A */
	IKE_AUTH = 35,            /* RFC 7296 3.1, from here on */
	IKE_CREATE_CHILD_SA = 36,
	IKE_INFORMATIONAL = 37,

	IKE_PAYLOAD_SK = 46,  /* encrypted: RFC 7296 3.14 */
	IKE_PAYLOAD_SKF = 53, /* and in fragments: RFC 7383 2.5 */

	IKE_V1_FLAG_ENCRYPTION = 0x01, /* RFC 2408 3.1 */
	IKE_FLAG_RESPONSE = 0x20
};

/* ESP:
 *
 *  +---------------------------------------------------------------+
 *  |                receiver's SPI, never 0 on the wire            |
 *  |                  sequence number, from 1 on                   |
 *  +---------------------------------------------------------------+ */
enum {
	ESP_PROTOCOL = 50,
	AH_PROTOCOL = 51,

	ESP_SPI_OFF = 0,
	ESP_SEQUENCE_OFF = 4,
	ESP_HEADER_LEN = 8
};

#endif
