/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file translation.h
 * @brief How the packets of a session are translated, as data: for a fast path.
 *
 * A kernel's flow table, an XDP program or a router's chip can translate the
 * packets of a session that carry data by itself, if it knows by which fields
 * to recognize them and what to do with them. It reports now and then what it
 * has seen. All other packets, and all that it does not know, go to
 * vpnalg_process().
 *
 * Offered are packets of PPTP calls, of GRE tunnels, of NAT-T, of ESP while the
 * remote has one inside host only, data messages of L2TP, and with
 * vpnalg_general() UDP datagrams, TCP segments without SYN, FIN and RST, and
 * SCTP of established associations.
 *
 * Not offered are, whatever else passes: ESP where several inside hosts have it
 * with a remote, for the time of each packet is evidence for the owner of an
 * SPI; GRE of a tunnel with a remote that sends with another Key than the host,
 * for that Key is the library's guess, which the next packet may correct; ICMP
 * queries, for their checksum covers no addresses and does not follow as said
 * below; and all packets that must be read.
 */
#ifndef VPNALG_TRANSLATION_H
#define VPNALG_TRANSLATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most words that a packet is known by. */
#define VPNALG_WORDS_MAX 4

/** The number of bytes of a packet that the library keeps in a translation. */
#define VPNALG_TRANSLATION_HEADERS 64

/** The longest time between two reports of a fast path while packets go by, in
 * milliseconds. That a session has ended without an event is known as late as
 * that. */
#define VPNALG_TRANSLATION_REPORT_MS 1000

/** Four bytes of a packet. The values are as read with the first byte first. */
struct vpnalg_word {
	/** Their offset behind the IP header; even. */
	uint32_t offset;
	uint32_t mask;   /**< The bits that identify the packet. */
	uint32_t before; /**< Their values; other bits are 0. */
	uint32_t after;  /**< Their new values; often the same. */
};

/**
 * One direction of a session: which packets, and how they are translated.
 *
 * A packet is meant if it is IPv4 without options (RFC 791), no fragment, has
 * these addresses and this protocol, for a packet that travels out comes from
 * this zone, is long enough for all words and the checksum, and has in the
 * words what `before` says.
 * Then its addresses and the words become what `after` says, and the checksums
 * follow (RFC 1624): that of the IP header, and the one at checksum_offset,
 * which covers the addresses in its pseudo-header. A UDP checksum of 0 is none
 * and stays so; one that becomes 0 is sent as 0xffff (RFC 768). A partial one
 * (#VPNALG_CHECKSUM_PARTIAL) is changed by the addresses alone, and it is the
 * sum itself, not its complement.
 *
 * Set size; all but the report is the library's to fill in. A later version's
 * is longer.
 */
struct vpnalg_translation {
	size_t size; /**< sizeof(struct vpnalg_translation). */
	/** The session's: vpnalg_session_info.number. */
	uint64_t number;
	struct vpnalg_addr source;          /**< As packets arrive. */
	struct vpnalg_addr destination;     /**< As packets arrive. */
	struct vpnalg_addr new_source;      /**< Once translated. */
	struct vpnalg_addr new_destination; /**< Once translated. */
	uint16_t zone;                      /**< The inside host's zone. */
	uint8_t ip_protocol;                /**< The number in the IP header. */
	bool inward;                        /**< The packets travel in. */
	/** The offset of the checksum of TCP or UDP, behind the IP header; 0:
	 * there is none to be changed. */
	uint8_t checksum_offset;
	uint8_t word_count;                         /**< The number of words. */
	struct vpnalg_word words[VPNALG_WORDS_MAX]; /**< The words. */

	/** A fast path's report, vpnalg_translation_used(): how many packets it
	 * has translated since the last one. */
	uint64_t packets;
	uint64_t bytes; /**< Their bytes, from the IP header on. */
	/** The time since the last of them went by, in milliseconds. */
	vpnalg_time idle;

	struct vpnalg_packet packet; /**< The library's. */
	/** The library's. */
	uint8_t headers[VPNALG_TRANSLATION_HEADERS];
	/** The library's. */
	uint8_t copy[VPNALG_TRANSLATION_HEADERS];
};

/**
 * Describes the translation of packets like this one, if a fast path may do it.
 * Ask with a packet as it comes, when some of its kind have been translated:
 * the first ones open sessions, and show the library to which host they belong.
 * Nothing of the packet is changed; it must still be given to vpnalg_process(),
 * or be translated as described here and be reported.
 *
 * The translation holds until an event of the session, by its number, says that
 * it was closed, changed or taken back (#VPNALG_EVENT_CLOSED,
 * #VPNALG_EVENT_CHANGED, #VPNALG_EVENT_UNPAIRED, #VPNALG_EVENT_TAKEN_BACK), or
 * vpnalg_translation_used() returns false. Then the fast path forgets it before
 * the next packet. Without an event callback only vpnalg_translation_used()
 * returns this, up to a report later: then a TCP connection may be taken for an
 * open one long after its end.
 *
 * @param translator the translator
 * @param packet the packet, its members set as for vpnalg_process();
 *               #VPNALG_OUT or #VPNALG_IN. If vpnalg_ports_begin() has replaced
 *               its port, the words have the replaced one.
 * @param now the time; an earlier one than before counts as the last
 * @param[out] translation the translation; undefined if false is returned
 * @return whether such packets may be translated elsewhere
 */
VPNALG_API bool vpnalg_translation_of(struct vpnalg *translator,
				      const struct vpnalg_packet *packet,
				      vpnalg_time now,
				      struct vpnalg_translation *translation);

/**
 * Takes a report of packets that were translated elsewhere: the session lives
 * on, its account and the counters grow, as if the library had translated them.
 * It counts as used for the last time `idle` ago, but its deadline does not
 * become earlier by that.
 *
 * @param translator the translator
 * @param[in,out] translation what they were translated by, and how many they
 *                            are: packets, bytes and idle, which become 0.
 *                            Without any this only asks whether it still holds.
 * @param now the time; an earlier one than before counts as the last
 * @return whether the translation still holds; if not, it means nothing any
 *         more, and the packets may not have been counted
 */
VPNALG_API bool vpnalg_translation_used(struct vpnalg *translator,
					struct vpnalg_translation *translation,
					vpnalg_time now);

#ifdef __cplusplus
}
#endif

#endif
