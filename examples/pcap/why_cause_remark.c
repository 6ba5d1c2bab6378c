/* SPDX-License-Identifier: BSD-2-Clause */
/* Remarks: what works, and somebody should know of all the same. */
#include "why_cause_table.h"

static const struct why_cause rows[] = {
	{ WHY_FOR_IPSEC, WHY_REMARK, why_ah_passes, "ah",
	  "AH passes here, so there is no NAT between the ends. Through one it "
	  "cannot: its check covers the addresses.",
	  "Use ESP instead of AH where a NAT may be on the way.", NULL },
	{ WHY_FOR_IPSEC, WHY_REMARK, why_esp_later, "capture-ends",
	  "IKE succeeds, and the capture ends before ESP begins.",
	  "Capture longer to know.", NULL },
	{ WHY_FOR_PPP, WHY_REMARK, why_data_alone, "data-unanswered",
	  "PPP is up, and a little data of the client's was seen, none of the "
	  "server's.",
	  "Capture longer to know.", why_detail_data },
	{ WHY_FOR_ALL, WHY_REMARK, why_too_big_told, "mtu",
	  "A link did not take packets that large (ICMP: fragmentation "
	  "needed), and the sender made them smaller.",
	  "Nothing must be done; a smaller MTU of the VPN interface would "
	  "save the detour.",
	  why_detail_mtu },
	{ WHY_FOR_ALL, WHY_REMARK, why_answer_elsewhere,
	  "answer-other-address",
	  "Some answers came from another address than the client has asked; "
	  "it works all the same.",
	  "A NAT that is strict will not let these pass: let the server answer "
	  "from the address that is asked.",
	  why_detail_elsewhere },
	{ WHY_FOR_ALL, WHY_REMARK, why_client_silent, "client-silent",
	  "The client stopped answering, without an end.",
	  "Nothing must be done if it was turned off.", why_detail_silence },
};

const struct why_cause_table why_causes_remark = WHY_CAUSE_TABLE(rows);
