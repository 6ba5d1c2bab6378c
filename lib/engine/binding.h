/* SPDX-License-Identifier: BSD-2-Clause */
/* Bindings: the outside addresses and IDs that the caller reserves and
 * releases. */
#ifndef VPNALG_ENGINE_BINDING_H
#define VPNALG_ENGINE_BINDING_H

#include "translator.h"

/* Returns the only outside address that the session may have, or NULL. */
const uint8_t *vpnalg_binding_address(struct vpnalg *translator,
				      const struct vpnalg_opening *opening);

/* Makes the outside key that the session would have. */
void vpnalg_binding_key(const struct vpnalg_opening *opening,
			const struct vpnalg_binding *binding,
			struct vpnalg_tuple *tuple);

/* Fills in all of a binding but its outside ID. */
void vpnalg_binding_propose(struct vpnalg *translator,
			    const struct vpnalg_opening *opening,
			    struct vpnalg_binding *binding);

/* Gives back the binding of a session that was not opened. */
void vpnalg_binding_give_up(struct vpnalg *translator,
			    const struct vpnalg_opening *opening,
			    struct vpnalg_binding *binding);

/* Calls the release callback, if there is one. */
void vpnalg_binding_release(struct vpnalg *translator,
			    struct vpnalg_binding *binding);

/* Describes a session by its keys. */
void vpnalg_binding_describe(struct vpnalg *translator,
			     struct vpnalg_record *record,
			     struct vpnalg_binding *binding);

/* Asks the choose callback about the binding of a session that was opened
 * elsewhere. Returns false if the callback refuses. */
bool vpnalg_binding_reserve(struct vpnalg *translator,
			    struct vpnalg_record *record);

/* Gives back the binding of a session that ends. */
void vpnalg_binding_give_back(struct vpnalg *translator,
			      struct vpnalg_record *record);

#endif
