/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/step.h
 * @brief One packet on its way through a handler, with its session.
 */
#ifndef VPNALG_HANDLER_STEP_H
#define VPNALG_HANDLER_STEP_H

#include <stdint.h>

#include <vpnalg/packet.h>
#include <vpnalg/store.h>
#include <vpnalg/types.h>
#include <vpnalg/handler/parsed.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One packet that a handler translates. */
struct vpnalg_step {
	struct vpnalg *translator;          /**< The translator. */
	struct vpnalg_packet *packet;       /**< The packet. */
	const struct vpnalg_parsed *parsed; /**< The packet, parsed. */
	struct vpnalg_record *record;       /**< Its session, or NULL. */
	unsigned slot;   /**< The slot of the key that found it. */
	uint8_t handler; /**< The handler's place in the array. */
	uint8_t kind;    /**< Kind of the session, or of the match. */
	vpnalg_time now; /**< The time. */
};

#ifdef __cplusplus
}
#endif

#endif
