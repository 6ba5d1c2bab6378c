/* SPDX-License-Identifier: BSD-2-Clause */
#include "served_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../common/say.h"

static bool same_address(const struct vpnalg_addr *a,
			 const struct vpnalg_addr *b)
{
	return a->family == b->family && !memcmp(a->octets, b->octets, 4);
}

bool served_same_port(const struct vpnalg_binding *a,
		      const struct vpnalg_binding *b)
{
	return a->protocol == b->protocol && a->outside_id == b->outside_id &&
	       same_address(&a->outside, &b->outside);
}

static struct served_remote *find(struct served_list *served,
				  const struct vpnalg_binding *binding)
{
	for (size_t i = 0; i < served->count; i++) {
		struct served_remote *one = &served->list[i];

		if (served_same_port(&one->binding, binding) &&
		    same_address(&one->binding.remote, &binding->remote))
			return one;
	}
	return NULL;
}

/* Returns NULL without memory. */
static struct served_remote *add(struct served_list *served, struct rules *rules,
				 const struct vpnalg_binding *binding)
{
	struct served_remote *list = realloc(
		served->list, (served->count + 1) * sizeof(*served->list));

	if (!list)
		return NULL;
	served->list = list;
	list[served->count] = (struct served_remote){ .binding = *binding };
	return rules_begin(rules, binding) ? &list[served->count++] : NULL;
}

static void forget(struct served_list *served, struct rules *rules,
		   struct served_remote *one)
{
	rules_end(rules, &one->binding);
	free(one->numbers);
	*one = served->list[--served->count];
}

/* Returns the place of a session, which is that behind the last if it was not
 * counted. */
static size_t place_of(const struct served_remote *one, uint64_t number)
{
	size_t i = 0;

	while (i < one->count && one->numbers[i] != number)
		i++;
	return i;
}

/* A session is counted once, whether its event or the look at all of them was
 * first. Returns false without memory. */
static bool note(struct served_remote *one, uint64_t number)
{
	uint64_t *numbers;

	if (place_of(one, number) < one->count)
		return true;
	numbers = realloc(one->numbers, (one->count + 1) * sizeof(*numbers));
	if (!numbers)
		return false;
	numbers[one->count++] = number;
	one->numbers = numbers;
	return true;
}

void served_list_count(struct served_list *served, struct rules *rules,
		       const struct vpnalg_session_info *info)
{
	const struct vpnalg_binding binding = { .outside = info->outside,
						.remote = info->remote,
						.protocol = info->ip_protocol,
						.outside_id = info->outside_id };
	struct served_remote *one = find(served, &binding);

	if (!one)
		one = add(served, rules, &binding);
	if (!one || !note(one, info->number))
		say("rules: memory: %s", strerror(errno));
	if (one && !one->count)
		forget(served, rules, one);
}

static bool end(struct served_list *served, struct rules *rules,
		struct served_remote *one, uint64_t number)
{
	size_t place = place_of(one, number);

	if (place == one->count)
		return false;
	one->numbers[place] = one->numbers[--one->count];
	if (!one->count)
		forget(served, rules, one);
	return true;
}

void served_list_end(struct served_list *served, struct rules *rules,
		     const struct vpnalg_binding *binding, uint64_t number)
{
	struct served_remote *one = find(served, binding);

	if (one)
		end(served, rules, one, number);
}

bool served_list_end_any(struct served_list *served, struct rules *rules,
			 uint64_t number)
{
	for (size_t i = 0; i < served->count; i++)
		if (end(served, rules, &served->list[i], number))
			return true;
	return false;
}

void served_list_close(struct served_list *served)
{
	for (size_t i = 0; i < served->count; i++)
		free(served->list[i].numbers);
	free(served->list);
}
