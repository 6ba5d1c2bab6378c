/* SPDX-License-Identifier: BSD-2-Clause */
#include "reload_services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static bool has(const struct nat_options *options,
		const struct vpnalg_service *service)
{
	for (size_t i = 0; i < options->service_count; i++)
		if (service_is_same(&options->services[i], service))
			return true;
	return false;
}

/* A change of the services that can be taken back. */
struct change {
	struct nat *nat;
	const struct reload *reload;
	vpnalg_time now;
	bool *added; /* by its place among the next ones */
	bool removed;
	struct service_waiting *waiting; /* those of the next ones that wait */
	size_t waiting_count;
};

static int serve(const struct change *change,
		 const struct vpnalg_service *given, bool is_there)
{
	const struct reload *reload = change->reload;
	struct vpnalg *translator = change->nat->translator;
	struct vpnalg_service service = *given;
	int result;

	service.outside = reload->outside;
	result = is_there ? vpnalg_service_add(translator, &service,
					       change->now)
			  : vpnalg_service_remove(translator, &service,
						  change->now);
	if (result != VPNALG_SERVICE_DONE)
		return result;
	if (is_there) {
		service_later_added(&change->nat->later, &service);
		service_cut_forget(&change->nat->cut, &service);
	} else {
		service_later_removed(&change->nat->later, &service,
				      change->now);
	}
	if (reload->served)
		reload->served(reload->context, &service, is_there);
	return result;
}

static void let_wait(struct change *change,
		     const struct vpnalg_service *service)
{
	change->waiting[change->waiting_count++] =
		(struct service_waiting){ .service = *service };
}

static bool has_another_at(const struct nat_options *options,
			   const struct vpnalg_service *service)
{
	const struct vpnalg_service *other;

	for (size_t i = 0; i < options->service_count; i++) {
		other = &options->services[i];
		if (other != service && other->protocol == service->protocol &&
		    other->outside_port == service->outside_port)
			return true;
	}
	return false;
}

/* Returns whether the service may wait: all that it lacks is its port, which
 * was another host's. */
static bool may_wait_for_port(const struct change *change,
			      const struct vpnalg_service *service, int result)
{
	return result == VPNALG_SERVICE_TAKEN &&
	       !has_another_at(change->reload->next, service) &&
	       service_later_until(&change->nat->later, service, change->now);
}

static void say_service(const char *what, const struct vpnalg_service *service,
			int result)
{
	say("cannot %s: service of protocol %u at port %u: %s", what,
	    service->protocol, service->outside_port,
	    vpnalg_service_text(result));
}

/* Adds the new ones that are not there yet. One whose port or host is taken may
 * wait, if it shall, until others have gone. */
static bool add(struct change *change, bool may_wait)
{
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++) {
		if (change->added[i] ||
		    has(change->reload->last, &next->services[i]))
			continue;
		result = serve(change, &next->services[i], true);
		change->added[i] = result == VPNALG_SERVICE_DONE;
		if (change->added[i] ||
		    (may_wait && result == VPNALG_SERVICE_TAKEN))
			continue;
		if (may_wait_for_port(change, &next->services[i], result)) {
			let_wait(change, &next->services[i]);
			continue;
		}
		say_service("change settings", &next->services[i], result);
		return false;
	}
	return true;
}

/* One that had gone already, with its address, is no fault. */
static void remove_old(struct change *change)
{
	const struct nat_options *last = change->reload->last;

	for (size_t i = 0; i < last->service_count; i++)
		if (!has(change->reload->next, &last->services[i]))
			serve(change, &last->services[i], false);
	change->removed = true;
}

static void take_back(const struct change *change)
{
	const struct nat_options *last = change->reload->last;
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++)
		if (change->added[i])
			serve(change, &next->services[i], false);
	for (size_t i = 0; change->removed && i < last->service_count; i++) {
		if (has(next, &last->services[i]) ||
		    service_later_has(&change->nat->later, &last->services[i]))
			continue;
		result = serve(change, &last->services[i], true);
		if (result != VPNALG_SERVICE_DONE)
			say_service("restore", &last->services[i], result);
	}
}

static void say_waiting(const struct change *change,
			const struct vpnalg_service *service)
{
	vpnalg_time until = service_later_until(&change->nat->later, service,
						change->now);

	say("settings: %s: service of protocol %u at port %u comes in %u s: "
	    "until then the port is another host's (--reuse-delay)",
	    change->reload->first->given.config, service->protocol,
	    service->outside_port,
	    (unsigned)((until - change->now + 999) / 1000));
}

/* Those that waited before wait on. */
static void keep_waiting(struct change *change)
{
	const struct nat_options *next = change->reload->next;
	struct service_later *later = &change->nat->later;

	for (size_t i = 0; i < change->waiting_count; i++)
		say_waiting(change, &change->waiting[i].service);
	for (size_t i = 0; i < next->service_count; i++)
		if (service_later_has(later, &next->services[i]))
			let_wait(change, &next->services[i]);
	for (size_t i = 0; i < change->waiting_count; i++)
		change->waiting[i].service.outside = change->reload->outside;
	service_later_set(later, change->waiting, change->waiting_count);
	later->served = change->reload->served;
	later->context = change->reload->context;
	change->waiting = NULL;
}

/* One that has only waited has opened nothing. */
static void cut_old(const struct change *change)
{
	const struct nat_options *last = change->reload->last;
	struct vpnalg_service service;

	for (size_t i = 0; i < last->service_count; i++) {
		if (has(change->reload->next, &last->services[i]) ||
		    service_later_has(&change->nat->later, &last->services[i]))
			continue;
		service = last->services[i];
		service.outside = change->reload->outside;
		service_cut_add(&change->nat->cut, &service);
	}
	change->nat->due = change->now;
}

static bool get_memory(struct change *change)
{
	size_t count = change->reload->next->service_count + 1;

	change->added = calloc(count, sizeof(*change->added));
	change->waiting = calloc(count, sizeof(*change->waiting));
	if (change->added && change->waiting)
		return true;
	say("cannot change settings: memory: %s", strerror(errno));
	return false;
}

/* What can be added beside the old ones is, so that a refusal takes none of
 * these away. */
static bool change_all(struct change *change)
{
	if (!add(change, true))
		return false;
	remove_old(change);
	return add(change, false);
}

bool reload_services(const struct reload *reload, vpnalg_time now)
{
	struct change change = { .nat = reload->live.nat,
				 .reload = reload,
				 .now = now };
	bool well = get_memory(&change);

	if (well) {
		well = change_all(&change);
		if (!well)
			take_back(&change);
	}
	if (well && reload->next->service_cut)
		cut_old(&change);
	if (well)
		keep_waiting(&change);
	free(change.waiting);
	free(change.added);
	return well;
}
