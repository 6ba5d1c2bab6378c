/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler/fast_path.h
 * @brief Translations as data: what a handler's fast_path fills in.
 *
 * A word that is not in memory, or is one too many, makes that there is no
 * translation.
 */
#ifndef VPNALG_HANDLER_FAST_PATH_H
#define VPNALG_HANDLER_FAST_PATH_H

#include <stdint.h>

#include <vpnalg/types.h>
#include <vpnalg/handler/definition.h>
#include <vpnalg/handler/step.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Adds a word: packets are known by these four bytes, which stay as they are.
 *
 * @param step the packet
 * @param[in,out] translation the translation
 * @param offset their offset from parsed->l4 on
 * @param mask those of their bits that count
 */
VPNALG_API void vpnalg_translation_word(const struct vpnalg_step *step,
					struct vpnalg_translation *translation,
					uint32_t offset, uint32_t mask);

/**
 * Says that bits of the last word become others.
 *
 * @param[in,out] translation the translation
 * @param bits the bits: some of the word's mask
 * @param value the new value
 */
VPNALG_API void
vpnalg_translation_becomes(struct vpnalg_translation *translation,
			   uint32_t bits, uint32_t value);

/**
 * Says that packets are known by both ports, and that the inside host's, or the
 * one that stands for it, becomes another.
 *
 * @param step the packet, of TCP or UDP
 * @param[in,out] translation the translation
 * @param port the new port
 */
VPNALG_API void vpnalg_translation_ports(const struct vpnalg_step *step,
					 struct vpnalg_translation *translation,
					 uint16_t port);

#ifdef __cplusplus
}
#endif

#endif
