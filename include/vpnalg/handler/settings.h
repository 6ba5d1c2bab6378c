/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/settings.h
 * @brief The settings in force, the time, and random numbers.
 */
#ifndef VPNALG_HANDLER_SETTINGS_H
#define VPNALG_HANDLER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/timers.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Returns a port at which servers listen: the standard one, or one of
 * vpnalg_config.extra_ports that stands for it. Only inside servers need this:
 * the remote's port of a packet is the standard one.
 *
 * @param translator the translator
 * @param protocol IP protocol number: 6 or 17
 * @param standard the standard port
 * @param place 0 for the standard port itself, 1 for the first other one
 * @return the port; 0 if there are no more
 */
VPNALG_API uint16_t vpnalg_listening_port(const struct vpnalg *translator,
					  uint8_t protocol, uint16_t standard,
					  unsigned place);

/**
 * The timeouts in force.
 *
 * @param translator the translator
 * @return all of them, none zero
 */
VPNALG_API const struct vpnalg_timers *
vpnalg_session_timers(const struct vpnalg *translator);

/**
 * Returns whether hosts may be held back, and SPIs probed. In a capture they
 * may not: its hosts do not react.
 *
 * @param translator the translator
 * @return true unless vpnalg_config.passive is set
 */
VPNALG_API bool vpnalg_session_may_hold(const struct vpnalg *translator);

/**
 * The settings of a handler.
 *
 * @param translator the translator
 * @param handler the handler: vpnalg_step.handler or vpnalg_record.handler
 * @return settings_size bytes, as vpnalg_handler.configure has written them
 */
VPNALG_API const void *vpnalg_session_settings(const struct vpnalg *translator,
					       unsigned handler);

/**
 * Copies settings that begin with their size. What a shorter, older struct
 * lacks is zero; a longer, newer one is taken if the rest of it is zero.
 *
 * @param[out] settings the copy
 * @param size its size, that of the struct as the reader knows it
 * @param given the settings, at any alignment; NULL: all are zero
 * @return false when the size is none or the rest not zero
 */
VPNALG_API bool vpnalg_settings_read(void *settings, size_t size,
				     const void *given);

/**
 * The time of the call into the translator.
 *
 * @param translator the translator
 * @return milliseconds; never less than in an earlier call
 */
VPNALG_API vpnalg_time vpnalg_session_now(const struct vpnalg *translator);

/**
 * A random number from the caller's source.
 *
 * @param translator the translator
 * @return 32 random bits
 */
VPNALG_API uint32_t vpnalg_session_random(struct vpnalg *translator);

#ifdef __cplusplus
}
#endif

#endif
