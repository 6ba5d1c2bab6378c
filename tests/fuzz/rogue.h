/* SPDX-License-Identifier: BSD-2-Clause */
/* A handler that answers wrongly. */
#ifndef TESTS_FUZZ_ROGUE_H
#define TESTS_FUZZ_ROGUE_H

#include <vpnalg/handler.h>

#define ROGUE_PORT 80

const struct vpnalg_handler *rogue_handler(void);
extern uint8_t rogue_script[4];

#endif
