/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file vpnalg.h
 * @brief For those who embed the library: set up a translator, give it packets.
 *
 * A translator stands between inside hosts and the rest of the world and
 * shares a few outside addresses among them. It carries the protocols whose
 * handlers it was given and leaves everything else alone.
 *
 *     inside hosts                   translator                     remotes
 *     192.168.77.11  --- OUT --->  +------------+  ------------->
 *     192.168.77.12                | 203.0.113.1|                203.0.113.10
 *                    <----------   +------------+  <--- IN ----
 *
 * The library allocates nothing, reads no clock, takes no lock and holds no
 * global state: memory, time, randomness and the session store are given by
 * the caller. One translator belongs to one thread at a time.
 *
 * Each subject has a header of its own. They are included below in the order in
 * which to read them.
 */
#ifndef VPNALG_VPNALG_H
#define VPNALG_VPNALG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/types.h>

/* Packets, and what becomes of them. */
#include <vpnalg/packet.h>
#include <vpnalg/result.h>
#include <vpnalg/process.h>

/* What the settings consist of: protocols, times, ports, memory, and what
 * callbacks get. */
#include <vpnalg/protocol.h>
#include <vpnalg/timers.h>
#include <vpnalg/ports.h>
#include <vpnalg/extra_port.h>
#include <vpnalg/fragments.h>
#include <vpnalg/binding.h>
#include <vpnalg/event.h>

/* The settings, and a translator that has them. */
#include <vpnalg/config.h>
#include <vpnalg/init.h>

/* What else it is asked to do. */
#include <vpnalg/expire.h>
#include <vpnalg/address_list.h>
#include <vpnalg/service.h>
#include <vpnalg/counters.h>

/* What not everybody needs. */
#include <vpnalg/steer.h>
#include <vpnalg/version.h>

#endif
