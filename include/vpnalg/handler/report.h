/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/report.h
 * @brief What a handler reports to the caller: events and counts.
 */
#ifndef VPNALG_HANDLER_REPORT_H
#define VPNALG_HANDLER_REPORT_H

#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Counts a session of which the control messages are not read any more.
 *
 * @param translator the translator
 * @param record the session
 */
VPNALG_API void
vpnalg_session_count_unparsed(struct vpnalg *translator,
			      const struct vpnalg_record *record);

/**
 * Notifies the caller's event callback, if there is one.
 *
 * @param translator the translator
 * @param record the session that it is about
 * @param type enum vpnalg_event_type; VPNALG_EVENT_OWN and more are the
 *             handler's own
 * @param evidence enum vpnalg_evidence
 */
VPNALG_API void vpnalg_session_notify(struct vpnalg *translator,
				      struct vpnalg_record *record,
				      uint8_t type, uint8_t evidence);

/**
 * Counts one more in a counter of the handler's own.
 *
 * @param translator the translator
 * @param handler the handler: vpnalg_step.handler or vpnalg_record.handler
 * @param counter the place in vpnalg_handler.own_counters
 */
VPNALG_API void vpnalg_session_count(struct vpnalg *translator,
				     unsigned handler, unsigned counter);

#ifdef __cplusplus
}
#endif

#endif
