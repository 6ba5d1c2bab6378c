/* SPDX-License-Identifier: BSD-2-Clause */
#include "service_change.h"

bool service_change_begin(struct service_change *change,
			  const struct reload *reload, vpnalg_time now)
{
	*change = (struct service_change){ .nat = reload->live.nat,
					   .reload = reload,
					   .now = now };
	return service_later_copy(&change->before, &change->nat->later);
}

static struct vpnalg_service at_outside(const struct service_change *change,
					const struct vpnalg_service *given)
{
	struct vpnalg_service service = *given;

	service.outside = change->reload->outside;
	return service;
}

static void tell(const struct service_change *change,
		 const struct vpnalg_service *service, bool is_there)
{
	const struct reload *reload = change->reload;

	if (reload->served)
		reload->served(reload->context, service, is_there);
}

int service_change_add(const struct service_change *change,
		       const struct vpnalg_service *given)
{
	struct vpnalg_service service = at_outside(change, given);
	int result = vpnalg_service_add(change->nat->translator, &service,
					change->now);

	if (result != VPNALG_SERVICE_DONE)
		return result;
	service_later_added(&change->nat->later, &service);
	tell(change, &service, true);
	return result;
}

void service_change_remove(const struct service_change *change,
			   const struct vpnalg_service *given)
{
	struct vpnalg_service service = at_outside(change, given);

	if (vpnalg_service_remove(change->nat->translator, &service,
				  change->now) != VPNALG_SERVICE_DONE)
		return;
	service_later_removed(&change->nat->later, &service, change->now);
	tell(change, &service, false);
}

/* Nothing has used it: its port waits if it did before, and no longer. */
void service_change_withdraw(const struct service_change *change,
			     const struct vpnalg_service *given)
{
	struct vpnalg_service service = at_outside(change, given);
	vpnalg_time until = service_later_until(&change->before, &service,
						change->now);

	vpnalg_service_withdraw(change->nat->translator, &service, until,
				change->now);
	tell(change, &service, false);
}

void service_change_undo(struct service_change *change)
{
	service_later_restore(&change->nat->later, &change->before);
}

void service_change_end(struct service_change *change)
{
	service_later_close(&change->before);
}
