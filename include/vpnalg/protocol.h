/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file protocol.h
 * @brief A protocol as a translator is given it, be it one of protocols.h or
 * your own.
 */
#ifndef VPNALG_PROTOCOL_H
#define VPNALG_PROTOCOL_H

#ifdef __cplusplus
extern "C" {
#endif

struct vpnalg_handler; /* Translates one protocol: vpnalg/handler.h. */

/**
 * A function that returns a handler, always the same one: vpnalg_pptp(),
 * vpnalg_ipsec(), vpnalg_l2tp(), vpnalg_gre(), vpnalg_general(), or one for a
 * protocol of your own. Thus the size of a handler is not part of programs.
 */
typedef const struct vpnalg_handler *vpnalg_handler_function(void);

/** A protocol that a translator carries. This struct will not grow. */
struct vpnalg_protocol {
	/** The handler: vpnalg_pptp and so on. */
	vpnalg_handler_function *handler;
	/** The settings that the handler's header defines, such as struct
	 * vpnalg_l2tp_settings, which vpnalg_init() copies; NULL for the
	 * defaults. */
	const void *settings;
};

#ifdef __cplusplus
}
#endif

#endif
