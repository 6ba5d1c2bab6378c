/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a queued packet: the hook that it comes from says where it
 * travels. */
#ifndef QUEUE_TRANSLATE_H
#define QUEUE_TRANSLATE_H

#include "run.h"

/* Translates a packet and gives the verdict on it. */
void translate(struct run *run, struct queued *queued, vpnalg_time now);

#endif
