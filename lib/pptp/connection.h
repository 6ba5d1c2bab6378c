/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection: TCP to port 1723. */
#ifndef VPNALG_PPTP_CONNECTION_H
#define VPNALG_PPTP_CONNECTION_H

#include <vpnalg/handler.h>

/* Translates a segment of a control connection; opens the session with a
 * SYN. */
enum vpnalg_result vpnalg_pptp_connection(struct vpnalg_step *step);

#endif
