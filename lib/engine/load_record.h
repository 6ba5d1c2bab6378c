/* SPDX-License-Identifier: BSD-2-Clause */
/* Single chunks of a state that is loaded: kinds and records. */
#ifndef VPNALG_ENGINE_LOAD_RECORD_H
#define VPNALG_ENGINE_LOAD_RECORD_H

#include <vpnalg/state.h>

#include "chunk.h"

/* In vpnalg_load.kinds: the translator has no such kind. Else the handler's
 * place times 16 and the kind. */
#define LOAD_NO_KIND 0xff

/* Reads a kind, and finds it among the translator's. Returns VPNALG_STATE_MORE,
 * or the fault. */
int vpnalg_load_kind(struct vpnalg *translator, struct vpnalg_load *load,
		     struct chunk_reader *reader);

/* Reads a session and makes it one of the translator's, or leaves it out.
 * Returns VPNALG_STATE_MORE, or the fault. */
int vpnalg_load_record(struct vpnalg *translator, struct vpnalg_load *load,
		       struct chunk_reader *reader);

#endif
