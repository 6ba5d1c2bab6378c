/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file handler.h
 * @brief For those who write a protocol: what a handler is and what it may
 * call.
 *
 * The one rule of translation. A packet that travels out carries IDs owned by
 * the inside host in its own fields (source port, "Call ID"): they become the
 * outside ones. A packet that travels in carries them in its peer fields
 * (destination port, "Peer's Call ID"): they become the inside ones. All else
 * stays. So a handler is a table of where its own and peer fields lie, plus
 * what opens and ends a session.
 *
 * For every packet the translator asks the handlers of its IP protocol in turn
 * to match it. The first that claims it names a key; the translator finds the
 * session by it and calls the handler to translate. From outside, only a
 * session that exists claims a packet.
 *
 * The bundled handlers use no other function of the library than those below.
 *
 * Each subject has a header of its own. They are included below in the order in
 * which to read them.
 */
#ifndef VPNALG_HANDLER_H
#define VPNALG_HANDLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/store.h>
#include <vpnalg/vpnalg.h>

/* What a handler's functions are given, and what it defines. */
#include <vpnalg/handler/parsed.h>
#include <vpnalg/handler/match.h>
#include <vpnalg/handler/step.h>
#include <vpnalg/handler/kind.h>
#include <vpnalg/handler/definition.h>

/* Its sessions. */
#include <vpnalg/handler/key.h>
#include <vpnalg/handler/record.h>
#include <vpnalg/handler/open.h>
#include <vpnalg/handler/find.h>
#include <vpnalg/handler/life.h>
#include <vpnalg/handler/child.h>

/* Packets that it reads and rewrites. */
#include <vpnalg/handler/rewrite.h>
#include <vpnalg/handler/fast_path.h>

/* The translator and its caller. */
#include <vpnalg/handler/settings.h>
#include <vpnalg/handler/report.h>

#endif
