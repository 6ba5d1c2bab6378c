/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters: read by the caller, counted up by handlers. */
#include "counters.h"

#include <string.h>

/* Copies counters to a caller that may have been built with another header, and
 * know fewer of them, or more, which are zero. */
static void copy_out(void *to, size_t to_size, const void *from, size_t size)
{
	memset(to, 0, to_size);
	memcpy(to, from, to_size < size ? to_size : size);
}

void vpnalg_counters(const struct vpnalg *translator,
		     struct vpnalg_counters *counters, size_t size)
{
	copy_out(counters, size, &translator->counters,
		 sizeof(translator->counters));
}

bool vpnalg_kind_counters(const struct vpnalg *translator, size_t index,
			  struct vpnalg_kind_counters *counters, size_t size)
{
	if (index >= translator->kind_count)
		return false;
	copy_out(counters, size, &translator->kinds[index],
		 sizeof(translator->kinds[index]));
	return true;
}

bool vpnalg_own_counter(const struct vpnalg *translator, size_t protocol,
			size_t index, struct vpnalg_own_counter *counter)
{
	const struct vpnalg_handler *handler;

	if (protocol >= translator->handler_count)
		return false;
	handler = translator->handlers[protocol];
	if (index < handler->own_reason_count)
		counter->name = handler->own_reasons[index];
	else if (index - handler->own_reason_count < handler->own_counter_count)
		counter->name =
			handler->own_counters[index -
					      handler->own_reason_count];
	else
		return false;
	counter->value = translator->own[protocol][index];
	return true;
}

uint64_t vpnalg_drop_counter(const struct vpnalg *translator, size_t protocol,
			     enum vpnalg_direction direction, unsigned reason)
{
	if (protocol > counters_nobody(translator) || !is_drop(reason))
		return 0;
	return translator
		->drops[protocol][direction % 2][reason - VPNALG_DROP_FIRST];
}

void vpnalg_session_count(struct vpnalg *translator, unsigned handler,
			  unsigned counter)
{
	const struct vpnalg_handler *h = translator->handlers[handler];

	if (counter < h->own_counter_count)
		translator->own[handler & (VPNALG_HANDLER_ROUTER - 1)]
			       [h->own_reason_count + counter]++;
}
