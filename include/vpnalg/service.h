/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file service.h
 * @brief Services: inside servers that are reached from outside.
 */
#ifndef VPNALG_SERVICE_H
#define VPNALG_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An inside server, and the outside port that leads to it. Zero it, set size,
 * then the rest. */
struct vpnalg_service {
	size_t size; /**< sizeof(struct vpnalg_service). */
	/** IP protocol number: TCP's, UDP's, that of SCTP, DCCP or UDP-Lite,
	 * or of a protocol without ports. No ICMP or AH. */
	uint8_t protocol;
	uint16_t zone;              /**< Zone of the inside host. */
	uint16_t outside_port;      /**< The port outside; 0 without ports. */
	uint16_t inside_port;       /**< The server's port; 0 without ports. */
	struct vpnalg_addr outside; /**< One of the outside addresses. */
	struct vpnalg_addr inside;  /**< The inside host. */
	/** Milliseconds from now until it ends by itself; 0: never. */
	vpnalg_time lifetime;
};

/** The result of adding or removing a service. */
enum vpnalg_service_result {
	VPNALG_SERVICE_DONE = 0, /**< It is there, or it is gone, as asked. */
	/** The struct is of another version, a port is 0 where there are
	 * ports, or not 0 where there are none, the protocol is none that has
	 * services, or an address is not what it must be. */
	VPNALG_SERVICE_INVALID = -1,
	/** The outside port is a mapping's, another service's or one of the
	 * router's own, or is withheld for the host that had it, or the inside
	 * port is reached by another outside port or address already. */
	VPNALG_SERVICE_TAKEN = -2,
	VPNALG_SERVICE_NO_ROOM = -3, /**< The store has no room or failed. */
	/** None of the translator's protocols has services at that inside port,
	 * or of that protocol: all that is no VPN's is vpnalg_general()'s. */
	VPNALG_SERVICE_NO_HANDLER = -4,
	/** There is no such service to be removed. */
	VPNALG_SERVICE_UNKNOWN = -5
};

/**
 * Adds a service: packets from any remote to the outside address and port reach
 * the inside host, and its answers leave from there (RFC 6887 11). Only the
 * router's owner says who may be reached: nothing outside ever adds one. A
 * service with the same addresses and ports as one that is there renews that:
 * its lifetime begins anew.
 *
 * The choose callback is not asked. What the inside host sends from the inside
 * port leaves from the outside port from now on, but for sessions that it has.
 *
 * Where several translators share the work, each of them needs the service.
 *
 * @param translator the translator
 * @param service the service; it is copied
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_SERVICE_DONE, or a negative enum vpnalg_service_result and
 *         nothing has changed
 */
VPNALG_API int vpnalg_service_add(struct vpnalg *translator,
				  const struct vpnalg_service *service,
				  vpnalg_time now);

/**
 * Removes a service. VPN sessions that it has opened go on, unless they are cut
 * (vpnalg_session_cut.service). Its outside port is kept from other hosts for
 * vpnalg_general_settings.reuse_delay.
 *
 * @param translator the translator
 * @param service the service: all but lifetime is compared
 * @param now the time; an earlier one than before counts as the last
 * @return VPNALG_SERVICE_DONE, VPNALG_SERVICE_INVALID or VPNALG_SERVICE_UNKNOWN
 */
VPNALG_API int vpnalg_service_remove(struct vpnalg *translator,
				     const struct vpnalg_service *service,
				     vpnalg_time now);

/**
 * Takes back a service that was added a moment ago, and that no packet has
 * used, as where another one that was to come with it is refused. As
 * vpnalg_service_remove(), but its outside port is kept from other hosts for
 * no longer than it was before.
 *
 * @param translator the translator
 * @param service the service: all but lifetime is compared
 * @param until when the port ceases to be kept, where it was when the service
 *              was added; 0: at once
 * @param now the time; an earlier one than before counts as the last
 * @return as vpnalg_service_remove()
 */
VPNALG_API int vpnalg_service_withdraw(struct vpnalg *translator,
				       const struct vpnalg_service *service,
				       vpnalg_time until, vpnalg_time now);

/**
 * Says the result of adding or removing a service in words. Linked only when
 * used.
 *
 * @param result the result of vpnalg_service_add() or vpnalg_service_remove()
 * @return a static string, never NULL
 */
VPNALG_API const char *vpnalg_service_text(int result);

#ifdef __cplusplus
}
#endif

#endif
