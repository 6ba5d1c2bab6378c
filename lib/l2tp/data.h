/* SPDX-License-Identifier: BSD-2-Clause */
/* A short path for plain data of version 2, which nearly all packets of a
 * tunnel are. */
#ifndef VPNALG_L2TP_DATA_H
#define VPNALG_L2TP_DATA_H

#include "l2tp.h"

/* Names the first key of a packet. Returns false if it is not plain data. */
bool vpnalg_l2tp_data_match(const struct vpnalg_parsed *parsed,
			    struct vpnalg_match *match);

/* Translates a packet. Returns false if it is not plain data, or if more than a
 * deadline may have to change: then it is as it was. */
bool vpnalg_l2tp_data_pass(struct vpnalg_step *step);

#endif
