/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_large.h"

#include "why_attempt.h"

/* The least size that an MTU may be in the way of, and the least interval of
 * TCP's repetitions (RFC 6298 2.4, as low as systems go). */
#define LARGE 1000
#define INTERVAL_LEAST 150

/* More than a segment that has no data to speak of. */
#define UNSEEN_LEAST 500

#define TCP_HEADER 20
#define ICMP_ECHO 8
#define ICMP_ECHO_REPLY 0

/* Counts those that come again in growing intervals, as TCP sends what is not
 * acknowledged. */
static void count_backoff(struct why_large *large, uint64_t interval)
{
	if (interval >= INTERVAL_LEAST &&
	    interval * 2 >= large->interval * 3) {
		large->backoff++;
		large->interval = interval;
	} else {
		large->backoff = 0;
		large->interval = 0;
	}
	if (large->backoff > large->backoff_most)
		large->backoff_most = large->backoff;
}

void why_large_count(struct why_flow *flow, enum why_end end,
		     const struct why_packet *packet)
{
	struct why_large *large = &flow->large[end];
	uint64_t interval = packet->time - large->time;
	bool same = packet->size == large->size;

	flow->large[why_other(end)].unanswered = 0;
	if (packet->size < LARGE)
		return;
	if (same)
		count_backoff(large, interval);
	else
		large->backoff = 0;
	if (!same)
		large->interval = 0;
	if (!same || interval >= INTERVAL_LEAST)
		large->unanswered = same ? large->unanswered + 1 : 1;
	if (large->unanswered > large->unanswered_most)
		large->unanswered_most = large->unanswered;
	large->size = packet->size;
	large->time = packet->time;
}

static void count_segment(struct why_large *large, const struct why_bytes *tcp)
{
	uint32_t segment = why_get(tcp, 0, 4) * 31 + why_get(tcp, 4, 4);

	large->again = segment == large->segment ? large->again + 1 : 0;
	large->segment = segment;
	if (large->again > large->again_most)
		large->again_most = large->again;
}

/* Notes how far one end has sent, and whether the other has acknowledged more
 * than was captured. */
static void count_unseen(struct why_flow *flow, enum why_end end,
			 const struct why_bytes *ip,
			 const struct why_bytes *tcp)
{
	struct why_large *sent = &flow->large[end];
	struct why_large *acked = &flow->large[why_other(end)];
	uint32_t header = (why_get(ip, 0, 1) & 15) * 4 +
			  (why_get(tcp, 12, 1) >> 4) * 4;
	uint32_t length = why_get(ip, 2, 2), sequence = why_get(tcp, 4, 4);
	uint32_t ports = why_get(tcp, 0, 2) ^ why_get(tcp, 2, 2) << 16;
	uint32_t ack = why_get(tcp, 8, 4);

	if (length < header || tcp->length < TCP_HEADER)
		return;
	sequence += length - header;
	if (sent->ports != ports || (int32_t)(sequence - sent->next) > 0)
		sent->next = sequence;
	sent->ports = ports;
	if (acked->ports != (ports << 16 | ports >> 16) ||
	    (int32_t)(ack - acked->next) < UNSEEN_LEAST)
		return;
	acked->unseen++;
	acked->next = ack;
}

void why_large_inner(struct why_flow *flow, enum why_end end,
		     const struct why_bytes *ip)
{
	struct why_bytes body =
		why_behind(ip, (why_get(ip, 0, 1) & 15) * 4);
	struct why_large *large = &flow->large[end];
	bool is_large = why_get(ip, 2, 2) >= LARGE;
	uint32_t protocol = why_get(ip, 9, 1);
	uint32_t type = why_get(&body, 0, 1);

	if (body.length < 8)
		return;
	if (protocol == WHY_TCP)
		count_unseen(flow, end, ip, &body);
	if (protocol == WHY_TCP && is_large)
		count_segment(large, &body);
	if (protocol != WHY_ICMP)
		return;
	large->echo += type == ICMP_ECHO && is_large;
	large->echo_reply += type == ICMP_ECHO_REPLY && is_large;
	large->small_reply += type == ICMP_ECHO_REPLY && !is_large;
}
