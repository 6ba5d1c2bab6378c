/* SPDX-License-Identifier: BSD-2-Clause */
/* The settings of general traffic: struct vpnalg_general_settings. */
#ifndef VPNALG_GENERAL_SETTINGS_H
#define VPNALG_GENERAL_SETTINGS_H

#include "general.h"

/* Checks settings and copies them: vpnalg_handler.configure. */
const char *vpnalg_general_configure(const void *given, void *settings);

/* Returns one of the settings: vpnalg_handler.reuse_delay and mss. */
uint32_t vpnalg_general_reuse_delay(const void *settings);
uint16_t vpnalg_general_mss(const void *settings);

#endif
