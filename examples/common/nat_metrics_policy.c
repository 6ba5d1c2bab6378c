/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_metrics_policy.h"

#include "nat_names.h"

/* Events */

static void write_range(struct metrics *metrics,
			const uint64_t counts[NAT_TALLY_MAX], unsigned from,
			unsigned to, const char *label,
			const char *(*name_of)(unsigned))
{
	for (unsigned i = from; i < to; i++)
		if (name_of(i))
			METRICS_WRITE(metrics, counts[i], label, name_of(i));
}

static void write_tally(struct metrics *metrics,
			const uint64_t counts[NAT_TALLY_MAX], const char *label,
			const char *(*name_of)(unsigned))
{
	write_range(metrics, counts, 0, NAT_TALLY_MAX, label, name_of);
}

static void write_pairs(struct metrics *metrics, const struct nat_tally *tally)
{
	metrics_family(metrics, "vpnalg_esp_paired_total", "counter",
		       "Inbound ESP SPIs paired with their inside host, by the "
		       "evidence.");
	write_range(metrics, tally->evidences, 0, VPNALG_EVIDENCE_OLD_GOES_ON,
		    "evidence", nat_names_evidence);
	metrics_family(metrics, "vpnalg_esp_unpaired_total", "counter",
		       "Pairs taken back, by the evidence against them.");
	write_range(metrics, tally->evidences, VPNALG_EVIDENCE_OLD_GOES_ON,
		    NAT_TALLY_MAX, "evidence", nat_names_evidence);
}

static void write_events(struct metrics *metrics, const struct nat_tally *tally)
{
	metrics_family(metrics, "vpnalg_events_total", "counter",
		       "Events that the translator has told of.");
	write_tally(metrics, tally->events, "event", nat_names_event);
	metrics_one(metrics, "vpnalg_events_suppressed_total", "counter",
		    "Events that were too many to be told of.",
		    tally->suppressed);
	metrics_family(metrics, "vpnalg_session_ends_total", "counter",
		       "Sessions closed, by why.");
	write_tally(metrics, tally->ends, "why", nat_names_why);
	write_pairs(metrics, tally);
}

/* The policy */

static void write_use(struct metrics *metrics, const struct nat *nat)
{
	struct vpnalg_use use = { .size = sizeof(use) };

	vpnalg_policy_use(nat->translator, VPNALG_PER_TRANSLATOR, 0, NULL,
			  &use);
	metrics_family(metrics, "vpnalg_limited_sessions", "gauge",
		       "Open sessions as limits count them.");
	for (size_t i = 0; i < nat->protocol_count; i++)
		METRICS_WRITE(metrics, use.by_protocol[i], "protocol",
			      nat_protocol_name(nat, i));
	metrics_one(metrics, "vpnalg_limited_ids", "gauge",
		    "Outside ports and IDs in use, as limits count them.",
		    use.ids);
	metrics_family(metrics, "vpnalg_protocol_off", "gauge",
		       "Whether a protocol has switched itself off.");
	for (size_t i = 0; i < nat->protocol_count; i++)
		METRICS_WRITE(metrics, vpnalg_is_quiet(nat->translator, i),
			      "protocol", nat_protocol_name(nat, i));
}

/* Limits have numbers in the order in which they were given. */
static void write_limit(struct metrics *metrics,
			const struct nat_policy *policy, size_t place,
			uint64_t value)
{
	static const char *const pers[] = {
		[VPNALG_PER_TRANSLATOR] = "all",
		[VPNALG_PER_HOST] = "host",
		[VPNALG_PER_REMOTE] = "remote",
	};
	const struct vpnalg_limit *limit = &policy->limits[place];
	char number[24], counted[NAT_POLICY_COUNTED];

	snprintf(number, sizeof(number), "%zu", place);
	nat_policy_counted(limit, counted);
	METRICS_WRITE(metrics, value, "limit", number, "of", counted, "per",
		      pers[limit->per]);
}

static void write_limits(struct metrics *metrics, const struct nat *nat)
{
	const struct nat_policy *policy = &nat->policy;
	const struct nat_tally *tally = &nat->tally;

	metrics_family(metrics, "vpnalg_limit_sessions", "gauge",
		       "How many sessions a limit allows.");
	for (size_t i = 0; i < policy->limit_count; i++)
		write_limit(metrics, policy, i, policy->limits[i].most);
	metrics_family(metrics, "vpnalg_limit_exceeded_total", "counter",
		       "Events that tell of a session which a limit has "
		       "refused.");
	for (size_t i = 0; i < policy->limit_count; i++)
		write_limit(metrics, policy, i, tally->limits[i]);
	METRICS_WRITE(metrics, tally->rate, "limit", "host-rate", "of", "any",
		      "per", "host");
	METRICS_WRITE(metrics, tally->room, "limit", "room", "of", "any", "per",
		      "all");
}

void nat_metrics_policy(struct metrics *metrics, const struct nat *nat)
{
	write_events(metrics, &nat->tally);
	write_use(metrics, nat);
	write_limits(metrics, nat);
}
