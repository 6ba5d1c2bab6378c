/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the translator has what most have not, first of all parts of the
 * engine that a build may be without (built.h). */
#ifndef VPNALG_ENGINE_HAS_H
#define VPNALG_ENGINE_HAS_H

#include "translator.h"

/* Returns whether there is memory for fragments. */
static inline bool has_fragments(const struct vpnalg *translator)
{
	return VPNALG_WITH_FRAGMENTS && translator->fragments != NULL;
}

/* Returns whether there is a callback for events. */
static inline bool has_event(const struct vpnalg *translator)
{
	return VPNALG_WITH_EVENTS && translator->event != NULL;
}

/* Returns whether the router's own packets have sessions. */
static inline bool has_routers(const struct vpnalg *translator)
{
	return VPNALG_WITH_ROUTER && translator->routers != NULL;
}

/* Returns whether some IDs are given to no host: listed ones of the router's
 * own, and ports that services had. */
static inline bool has_withheld(const struct vpnalg *translator)
{
	return (VPNALG_WITH_ROUTER || VPNALG_WITH_SERVICES) &&
	       translator->withheld != 0;
}

/* Returns whether sessions for all remotes were opened in a space: mappings, or
 * services with ports. */
static inline bool has_mapped(const struct vpnalg *translator, uint8_t space)
{
	return translator->mapped[space / 8] & 1U << space % 8;
}

/* Returns whether there are several uplinks. */
static inline bool has_uplinks(const struct vpnalg *translator)
{
	return VPNALG_WITH_UPLINKS && translator->uplinks != NULL;
}

/* Returns whether servers have further ports. */
static inline bool has_aliases(const struct vpnalg *translator)
{
	return VPNALG_WITH_EXTRA_PORTS && translator->aliases != NULL;
}

#endif
