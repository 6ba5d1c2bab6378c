/* SPDX-License-Identifier: BSD-2-Clause */
#include "reload_services.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "service_change.h"

static bool has(const struct nat_options *options,
		const struct vpnalg_service *service)
{
	for (size_t i = 0; i < options->service_count; i++)
		if (service_is_same(&options->services[i], service))
			return true;
	return false;
}

struct change {
	struct service_change made;
	const struct reload *reload;
	struct service_later *later; /* the ports that wait, and who waits */
	bool *added; /* by its place among the next ones */
	bool removed;
	struct service_waiting *waiting; /* those of the next ones that wait */
	size_t waiting_count;
};

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
	       service_later_until(change->later, service,
				   change->made.now);
}

static void say_service(const char *what, const struct vpnalg_service *service,
			int result)
{
	say("cannot %s: service of protocol %u at port %u: %s", what,
	    service->protocol, service->outside_port,
	    vpnalg_service_text(result));
}

/* Adds the new ones that are not there yet. One with a port or host that is
 * taken waits until others have gone, if may_wait. */
static bool add(struct change *change, bool may_wait)
{
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++) {
		if (change->added[i] ||
		    has(change->reload->last, &next->services[i]))
			continue;
		result = service_change_add(&change->made, &next->services[i]);
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

static void remove_old(struct change *change)
{
	const struct nat_options *last = change->reload->last;

	for (size_t i = 0; i < last->service_count; i++)
		if (!has(change->reload->next, &last->services[i]))
			service_change_remove(&change->made,
					      &last->services[i]);
	change->removed = true;
}

/* Nothing is left of the change, and no port waits for it. */
static void take_back(struct change *change)
{
	const struct nat_options *last = change->reload->last;
	const struct nat_options *next = change->reload->next;
	int result;

	for (size_t i = 0; i < next->service_count; i++)
		if (change->added[i])
			service_change_withdraw(&change->made,
						&next->services[i]);
	for (size_t i = 0; change->removed && i < last->service_count; i++) {
		if (has(next, &last->services[i]) ||
		    service_later_has(change->later, &last->services[i]))
			continue;
		result = service_change_add(&change->made, &last->services[i]);
		if (result != VPNALG_SERVICE_DONE)
			say_service("restore", &last->services[i], result);
	}
	service_change_undo(&change->made);
}

static void say_waiting(const struct change *change,
			const struct vpnalg_service *service)
{
	vpnalg_time until = service_later_until(change->later, service,
						change->made.now);

	say("settings: %s: service of protocol %u at port %u comes in %u s: "
	    "until then the port is another host's (--reuse-delay)",
	    change->reload->first->given.config, service->protocol,
	    service->outside_port,
	    (unsigned)((until - change->made.now + 999) / 1000));
}

/* Keeps the services that waited before waiting. */
static void keep_waiting(struct change *change)
{
	const struct nat_options *next = change->reload->next;
	struct service_later *later = change->later;

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

/* Those that are there again end nothing. */
static void keep_added(const struct change *change)
{
	const struct nat_options *next = change->reload->next;

	for (size_t i = 0; i < next->service_count; i++)
		if (change->added[i])
			service_cut_forget(&change->made.nat->cut,
					   &next->services[i]);
}

/* One that has only waited has opened nothing. */
static void cut_old(const struct change *change)
{
	const struct nat_options *last = change->reload->last;
	struct vpnalg_service service;

	for (size_t i = 0; i < last->service_count; i++) {
		if (has(change->reload->next, &last->services[i]) ||
		    service_later_has(change->later, &last->services[i]))
			continue;
		service = last->services[i];
		service.outside = change->reload->outside;
		service_cut_add(&change->made.nat->cut, &service);
	}
	change->made.nat->due = change->made.now;
}

static bool begin(struct change *change, vpnalg_time now)
{
	size_t count = change->reload->next->service_count + 1;

	change->added = calloc(count, sizeof(*change->added));
	change->waiting = calloc(count, sizeof(*change->waiting));
	if (change->added && change->waiting &&
	    service_change_begin(&change->made, change->reload, now))
		return true;
	say("cannot change settings: memory: %s", strerror(errno));
	return false;
}

/* Adds new services beside the old ones first, so that a refusal takes none of
 * these away. */
static bool change_all(struct change *change)
{
	if (!add(change, true))
		return false;
	remove_old(change);
	return add(change, false);
}

/* What cannot fail any more. */
static void finish(struct change *change)
{
	keep_added(change);
	if (change->reload->next->service_cut)
		cut_old(change);
	keep_waiting(change);
}

bool reload_services(const struct reload *reload, vpnalg_time now)
{
	struct change change = { .reload = reload,
				 .later = &reload->live.nat->later };
	bool begun = begin(&change, now);
	bool well = begun && change_all(&change);

	if (well)
		finish(&change);
	else if (begun)
		take_back(&change);
	service_change_end(&change.made);
	free(change.waiting);
	free(change.added);
	return well;
}
