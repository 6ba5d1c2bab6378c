/* SPDX-License-Identifier: BSD-2-Clause */
/* How the engine is built: which parts it has, and directives to the compiler.
 *
 * Each part below does nothing until a setting of the caller's turns it on,
 * which is tested by a function of has.h, or by the part's own. A build may be
 * without the part: with -DVPNALG_WITH_FRAGMENTS=0 that test is a constant, so
 * the compiler drops what depends on it, and the linker, with --gc-sections,
 * what nothing calls any more. A setting that wants a part that is not there is
 * a fault of the configuration (config.c). */
#ifndef VPNALG_ENGINE_BUILT_H
#define VPNALG_ENGINE_BUILT_H

#ifndef VPNALG_WITH_FRAGMENTS /* vpnalg_config.fragments */
#define VPNALG_WITH_FRAGMENTS 1
#endif
#ifndef VPNALG_WITH_EVENTS /* vpnalg_config.event */
#define VPNALG_WITH_EVENTS 1
#endif
#ifndef VPNALG_WITH_POLICY /* vpnalg_config.policy, count_hosts and _remotes */
#define VPNALG_WITH_POLICY 1
#endif
#ifndef VPNALG_WITH_ROUTER /* vpnalg_config.own */
#define VPNALG_WITH_ROUTER 1
#endif
#ifndef VPNALG_WITH_SERVICES /* vpnalg_service_add() */
#define VPNALG_WITH_SERVICES 1
#endif
#ifndef VPNALG_WITH_UPLINKS /* vpnalg_config.uplinks */
#define VPNALG_WITH_UPLINKS 1
#endif
#ifndef VPNALG_WITH_PORT_SETS /* vpnalg_config.port_set, port_blocks */
#define VPNALG_WITH_PORT_SETS 1
#endif
#ifndef VPNALG_WITH_EXTRA_PORTS /* vpnalg_config.extra_ports */
#define VPNALG_WITH_EXTRA_PORTS 1
#endif
#ifndef VPNALG_WITH_STATES /* vpnalg_load_next(); stores that are not empty */
#define VPNALG_WITH_STATES 1
#endif

/* With -Os size counts for more than calls do. */
#if defined(__OPTIMIZE_SIZE__)
#define FOR_SIZE 1
#else
#define FOR_SIZE 0
#endif

/* ALWAYS_INLINE is for the path of every packet, where calls cost too much;
 * with -Os the compiler decides. SPARES_STACK is for what is expanded with -Os,
 * too, since it is in the deepest chain of calls. NEVER_INLINE is for the path
 * of few packets, which would cost the others registers. */
#if defined(__GNUC__)
#define SPARES_STACK static inline __attribute__((__always_inline__))
#define NEVER_INLINE static __attribute__((__noinline__))
#define COLD __attribute__((__cold__))
#else
#define SPARES_STACK static inline
#define NEVER_INLINE static
#define COLD
#endif
#if FOR_SIZE
#define ALWAYS_INLINE static inline
#else
#define ALWAYS_INLINE SPARES_STACK
#endif

/* With -ffreestanding these would be calls, those of four bytes, too. */
#if defined(__GNUC__) && !__STDC_HOSTED__ && !defined(memcpy)
#define memcpy __builtin_memcpy
#define memcmp __builtin_memcmp
#endif

#endif
