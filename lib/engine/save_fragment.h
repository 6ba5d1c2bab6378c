/* SPDX-License-Identifier: BSD-2-Clause */
/* Saving what is known of datagrams that come in fragments. */
#ifndef VPNALG_ENGINE_SAVE_FRAGMENT_H
#define VPNALG_ENGINE_SAVE_FRAGMENT_H

#include <vpnalg/state.h>

/* Goes on with it, from save->cursor = 0 and save->fate = 0 on. Returns how
 * long the chunk is that it has written, or 0; sets *over when there is no
 * more. */
size_t vpnalg_save_fragments(struct vpnalg *translator,
			     struct vpnalg_save *save, void *buffer,
			     bool *over);

#endif
