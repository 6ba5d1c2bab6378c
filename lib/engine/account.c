/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include <vpnalg/translation.h>

#include "record.h"

struct account *vpnalg_account_of(const struct vpnalg *translator,
				  struct vpnalg_record *record)
{
	const struct vpnalg_kind *kind = record_kind(translator, record);
	uint8_t *body = record_key(translator, record, record->slots);

	if (!translator->accounts || kind->of_remote)
		return NULL;
	return (struct account *)(void *)(body + kind->body +
					  -(size_t)kind->body %
						  sizeof(uint32_t));
}

static uint32_t now_of(const struct vpnalg *translator)
{
	return (uint32_t)(translator->now >> ACCOUNT_TIME_SHIFT);
}

void vpnalg_account_open(const struct vpnalg *translator,
			 struct vpnalg_record *record)
{
	struct account *account = vpnalg_account_of(translator, record);

	if (account != NULL)
		account->opened = account->used = now_of(translator);
}

/* Both counts carry into their parts of `high`. */
static void add(struct account_way *way, uint32_t bytes)
{
	const uint32_t packets_mask = ((uint32_t)1 << ACCOUNT_PACKETS_BITS) - 1;

	way->packets++;
	if (way->packets == 0)
		way->high = (way->high & ~packets_mask) |
			    ((way->high + 1) & packets_mask);
	way->bytes += bytes;
	if (way->bytes < bytes)
		way->high += packets_mask + 1;
}

void vpnalg_account_count(const struct vpnalg_step *step,
			  enum vpnalg_result result)
{
	struct account *account;

	if (result != VPNALG_TRANSLATED || step->parsed->quoted)
		return;
	account = vpnalg_account_of(step->translator, step->record);
	if (account == NULL)
		return;
	account->used = now_of(step->translator);
	add(&account->ways[step->parsed->inward], step->packet->len);
	vpnalg_session_changed(step->translator, step->record);
}

static void set(struct account_way *way, uint64_t packets, uint64_t bytes)
{
	const uint32_t packets_mask = ((uint32_t)1 << ACCOUNT_PACKETS_BITS) - 1;

	way->packets = (uint32_t)packets;
	way->bytes = (uint32_t)bytes;
	way->high = ((uint32_t)(packets >> 32) & packets_mask) |
		    (uint32_t)(bytes >> 32) << ACCOUNT_PACKETS_BITS;
}

void vpnalg_account_add(const struct vpnalg *translator,
			struct vpnalg_record *record,
			const struct vpnalg_translation *report)
{
	struct account *account = vpnalg_account_of(translator, record);
	uint32_t ago = (uint32_t)(report->idle >> ACCOUNT_TIME_SHIFT);
	struct account_way *way;

	if (account == NULL)
		return;
	way = &account->ways[report->inward];
	set(way, account_packets(way) + report->packets,
	    account_byte_count(way) + report->bytes);
	if (now_of(translator) - account->used > ago)
		account->used = now_of(translator) - ago;
	vpnalg_session_changed(translator, record);
}
