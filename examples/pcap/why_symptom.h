/* SPDX-License-Identifier: BSD-2-Clause */
/* The symptoms of causes: each checks the facts of one attempt. */
#ifndef PCAP_WHY_SYMPTOM_H
#define PCAP_WHY_SYMPTOM_H

#include "why_facts.h"

typedef bool why_symptom(const struct why_attempt *attempt);

/* Any protocol */
why_symptom why_ah_lost, why_ah_passes, why_answer_misled,
	why_answer_elsewhere, why_answer_other_port, why_is_prohibited,
	why_client_refuses, why_protocol_refused, why_port_refused,
	why_is_unreachable, why_has_expired, why_fragments_lost,
	why_checksum_wrong, why_too_big_ignored, why_large_lost,
	why_too_big_told, why_silent_after_pause, why_server_silent,
	why_client_silent, why_anything;

/* Symptoms after the connection (why_symptom_later.c) */
why_symptom why_was_ended, why_end_only, why_gone, why_keepalives_lost,
	why_client_unheard, why_later_prohibited, why_later_unreachable,
	why_sa_unknown, why_esp_mixed, why_other_uplink, why_one_direction,
	why_esp_later;

/* PPTP */
why_symptom why_connection_refused, why_connection_unanswered,
	why_connection_one_way, why_control_refused, why_control_unanswered,
	why_call_refused, why_call_unanswered, why_call_id_wrong,
	why_call_id_twice, why_gre_none, why_gre_not_in, why_gre_not_out,
	why_call_ended, why_connection_reset, why_session_reset,
	why_connection_closed;

/* PPP */
why_symptom why_auth_failed, why_auth_unanswered, why_encryption_refused,
	why_ppp_ended, why_link_disagrees, why_addresses_disagree,
	why_data_unanswered, why_data_alone;

/* IPsec */
why_symptom why_ike_misled, why_proposal_refused, why_group_refused,
	why_version_refused, why_ike_auth_failed, why_ike_refused,
	why_cookie_again, why_port_frozen, why_ike_unanswered,
	why_ike_answer_lost, why_ike_init_stopped, why_4500_blocked,
	why_ike_auth_unanswered, why_child_refused, why_child_unanswered,
	why_esp_second, why_esp_taken, why_esp_udp_second,
	why_esp_not_in, why_esp_not_out,
	why_esp_none, why_port_changed;

/* L2TP */
why_symptom why_l2tp_to_1701, why_l2tp_second, why_tunnel_acknowledged,
	why_tunnel_refused, why_tunnel_unanswered, why_tunnel_answer_lost,
	why_session_refused, why_session_unanswered, why_data_none, why_data_not_in,
	why_data_not_out;

#endif
