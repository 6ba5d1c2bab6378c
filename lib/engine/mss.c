/* SPDX-License-Identifier: BSD-2-Clause */
/* Lowers the MSS that both ends announce in their SYNs, so that no segment is
 * longer than the MTU of a link that sends no ICMP errors about it (RFC 2923
 * 2.1). An option is never added: the length of a packet stays. */
#include "translator.h"

#include "../wire/tcp.h"

static bool is_syn(const struct vpnalg_parsed *parsed)
{
	return parsed->l4[TCP_FLAGS_OFF] & TCP_SYN;
}

static uint32_t header_len(const struct vpnalg_parsed *parsed)
{
	return (parsed->l4[TCP_DATA_OFF] >> 4) * 4U;
}

/* Returns the greatest MSS that the segment may announce, or 0 where it may
 * announce any. What is undone has been lowered already. */
static uint16_t greatest(const struct vpnalg_step *step)
{
	const struct vpnalg *translator = step->translator;
	const unsigned last = translator->handler_count - 1U;
	const struct vpnalg_handler *rest = translator->handlers[last];

	if (!is_syn(step->parsed) || step->parsed->undo || rest->mss == NULL)
		return 0;
	return rest->mss(translator->settings[last]);
}

enum vpnalg_result vpnalg_mss_check(const struct vpnalg_step *step)
{
	return greatest(step) != 0 ? vpnalg_has_header(step->parsed,
						       header_len(step->parsed))
				   : VPNALG_TRANSLATED;
}

/* Returns the offset of the MSS, or 0 if there is none, or if options before it
 * are malformed. */
static uint32_t find_mss(const struct vpnalg_parsed *parsed)
{
	const uint8_t *tcp = parsed->l4;
	uint32_t at = TCP_HEADER_LEN, end = header_len(parsed);

	while (at < end && tcp[at] != TCP_OPTION_END) {
		if (tcp[at] == TCP_OPTION_NOTHING) {
			at++;
			continue;
		}
		if (end - at < 2 || tcp[at + 1] < 2 || tcp[at + 1] > end - at)
			return 0;
		if (tcp[at] == TCP_OPTION_MSS)
			return tcp[at + 1] == TCP_MSS_LEN ? at + 2 : 0;
		at += tcp[at + 1];
	}
	return 0;
}

void vpnalg_rewrite_mss(struct vpnalg_step *step)
{
	uint16_t mss = greatest(step);
	uint32_t at = mss != 0 ? find_mss(step->parsed) : 0;

	if (at != 0 && vpnalg_get16(step->parsed->l4 + at) > mss)
		vpnalg_rewrite_16(step, at, mss);
}
