/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/rewrite.h
 * @brief Reading and rewriting the bytes of a packet.
 *
 * Checksums are updated by the difference (RFC 1624), so a valid one stays
 * valid and a broken one broken, and bytes that are not in memory do not
 * matter. None of these fails: check before the first is called.
 */
#ifndef VPNALG_HANDLER_REWRITE_H
#define VPNALG_HANDLER_REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include <vpnalg/result.h>
#include <vpnalg/types.h>
#include <vpnalg/handler/parsed.h>
#include <vpnalg/handler/step.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @return 16 bits at p, big-endian, at any alignment. */
static inline uint16_t vpnalg_get16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

/** @return 32 bits at p, big-endian, at any alignment. */
static inline uint32_t vpnalg_get32(const uint8_t *p)
{
	return (uint32_t)vpnalg_get16(p) << 16 | vpnalg_get16(p + 2);
}

/** @return the TCP or UDP port of the inside host's end, in the packet's form;
 *          four bytes of l4 are in memory. */
static inline uint16_t vpnalg_local_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + (parsed->inward ? 2 : 0));
}

/** @return the TCP or UDP port of the far end; as vpnalg_local_port(). */
static inline uint16_t vpnalg_remote_port(const struct vpnalg_parsed *parsed)
{
	return vpnalg_get16(parsed->l4 + (parsed->inward ? 0 : 2));
}

/** Writes 16 bits at p, big-endian, at any alignment. */
static inline void vpnalg_put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/**
 * Returns whether the checksum of TCP, UDP or ICMP is in memory, or is not
 * there to be updated.
 *
 * @param parsed the packet
 * @return false when the packet cannot be rewritten
 */
VPNALG_API bool vpnalg_rewrite_possible(const struct vpnalg_parsed *parsed);

/**
 * Replaces the local address in the IP header, and corrects the checksums of
 * IP, TCP and UDP.
 *
 * @param step the packet
 * @param address parsed->addr_len bytes
 */
VPNALG_API void vpnalg_rewrite_local(struct vpnalg_step *step,
				     const uint8_t *address);

/**
 * Replaces the local address, and for TCP and UDP the local port, for ICMP the
 * identifier, by those of the session's own keys.
 *
 * @param step the packet and its session
 */
VPNALG_API void vpnalg_rewrite_ends(struct vpnalg_step *step);

/**
 * The same with another port or identifier than the one of the session's key.
 *
 * @param step the packet and its session
 * @param id the new port, or for ICMP the new identifier
 */
VPNALG_API void vpnalg_rewrite_ends_to(struct vpnalg_step *step, uint16_t id);

/**
 * Replaces one byte behind the IP header.
 *
 * @param step the packet
 * @param offset its offset from parsed->l4 on, less than parsed->l4_caplen
 * @param value the new value
 */
VPNALG_API void vpnalg_rewrite_byte(struct vpnalg_step *step, uint32_t offset,
				    uint8_t value);

/**
 * Replaces two bytes behind the IP header.
 *
 * @param step the packet
 * @param offset their offset from parsed->l4 on
 * @param value the new value
 */
VPNALG_API void vpnalg_rewrite_16(struct vpnalg_step *step, uint32_t offset,
				  uint16_t value);

/**
 * Returns whether vpnalg_rewrite_mss() can do what it does: whether the options
 * of a SYN are in memory, where an MSS is not to be too great
 * (vpnalg_general_settings.mss). Asked before anything is changed.
 *
 * @param step the packet, of TCP; its header without options is in memory
 * @return VPNALG_TRANSLATED, VPNALG_DROP_TRUNCATED or VPNALG_DROP_MALFORMED
 */
VPNALG_API enum vpnalg_result vpnalg_mss_check(const struct vpnalg_step *step);

/**
 * Lowers the MSS that a SYN announces to the greatest one that it may announce.
 * Nothing else is changed, nor any other segment, nor what is undone.
 *
 * @param step the packet, of which vpnalg_mss_check() has said that it can be
 */
VPNALG_API void vpnalg_rewrite_mss(struct vpnalg_step *step);

/**
 * Shortens a packet and sets VPNALG_PACKET_CUT. step->parsed keeps the
 * old lengths. The packet must be wholly in memory.
 *
 * @param step the packet
 * @param l4_len its new length behind the IP header, less than the old
 */
VPNALG_API void vpnalg_rewrite_cut(struct vpnalg_step *step, uint32_t l4_len);

#ifdef __cplusplus
}
#endif

#endif
