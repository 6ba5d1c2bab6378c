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
static void add(struct account_counts *counts, uint32_t bytes)
{
	const uint32_t packets_mask = ((uint32_t)1 << ACCOUNT_PACKETS_BITS) - 1;

	counts->packets++;
	if (counts->packets == 0)
		counts->high = (counts->high & ~packets_mask) |
			       ((counts->high + 1) & packets_mask);
	counts->bytes += bytes;
	if (counts->bytes < bytes)
		counts->high += packets_mask + 1;
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
	add(&account->directions[step->parsed->inward], step->packet->len);
	vpnalg_session_changed(step->translator, step->record);
}

static void set(struct account_counts *counts, uint64_t packets, uint64_t bytes)
{
	const uint32_t packets_mask = ((uint32_t)1 << ACCOUNT_PACKETS_BITS) - 1;

	counts->packets = (uint32_t)packets;
	counts->bytes = (uint32_t)bytes;
	counts->high = ((uint32_t)(packets >> 32) & packets_mask) |
		       (uint32_t)(bytes >> 32) << ACCOUNT_PACKETS_BITS;
}

void vpnalg_account_add(const struct vpnalg *translator,
			struct vpnalg_record *record,
			const struct vpnalg_translation *report)
{
	struct account *account = vpnalg_account_of(translator, record);
	uint32_t ago = (uint32_t)(report->idle >> ACCOUNT_TIME_SHIFT);
	struct account_counts *counts;

	if (account == NULL)
		return;
	counts = &account->directions[report->inward];
	set(counts, account_packets(counts) + report->packets,
	    account_byte_count(counts) + report->bytes);
	if (now_of(translator) - account->used > ago)
		account->used = now_of(translator) - ago;
	vpnalg_session_changed(translator, record);
}
