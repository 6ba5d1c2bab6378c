/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file types.h
 * @brief Types that all other headers use: time, zones and addresses.
 */
#ifndef VPNALG_TYPES_H
#define VPNALG_TYPES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Marks what the shared library exports. */
#if defined(__GNUC__)
#define VPNALG_API __attribute__((__visibility__("default")))
#else
#define VPNALG_API
#endif

struct vpnalg; /* A translator, in the caller's memory. */

/** Milliseconds on a clock of the caller's that never runs back. */
typedef uint64_t vpnalg_time;

/** A deadline that never comes. */
#define VPNALG_NEVER UINT64_MAX

/** The zone of packets that are in no particular one. */
#define VPNALG_ZONE_DEFAULT 0

/** Address families. Only IPv4 is translated by this version. */
enum vpnalg_family {
	VPNALG_IPV4 = 4, /**< Four octets are used. */
	VPNALG_IPV6 = 6  /**< Sixteen octets are used. */
};

/** The longest address, in bytes. */
#define VPNALG_ADDR_MAX 16

/** An IP address. This struct will not grow. */
struct vpnalg_addr {
	uint8_t family; /**< enum vpnalg_family. */
	uint8_t octets
		[VPNALG_ADDR_MAX]; /**< Network order, first octet first. */
};

#ifdef __cplusplus
}
#endif

#endif
