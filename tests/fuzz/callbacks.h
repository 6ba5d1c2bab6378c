/* SPDX-License-Identifier: BSD-2-Clause */
/* What a translator calls back: chance, the owner of the addresses, and whoever
 * is interested in events. The context of each is the world. */
#ifndef TESTS_FUZZ_CALLBACKS_H
#define TESTS_FUZZ_CALLBACKS_H

#include <vpnalg/vpnalg.h>

uint32_t callback_random(void *context);
enum vpnalg_choice callback_choose(void *context,
				   struct vpnalg_binding *binding);
void callback_release(void *context, const struct vpnalg_binding *binding);
void callback_event(void *context, const struct vpnalg_event *event);

#endif
