/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of suites that have a file of their own. */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include <check.h>

/* How many rows a table of tests has, for tcase_add_loop_test(). */
#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

TCase *counters_case(void);     /* check_counters.c */
TCase *translation_case(void);  /* check_translation.c */
TCase *extra_port_case(void);   /* check_extra_port.c */
TCase *packet_cut_case(void);   /* check_packet_cut.c */
TCase *packet_owned_case(void); /* check_packet_owned.c */
TCase *table_model_case(void);  /* check_table_model.c */
TCase *choose_adopted_case(void); /* check_choose_adopted.c */
TCase *choose_pool_case(void);  /* check_choose_pool.c */
TCase *process_burst_case(void); /* check_process_burst.c */
TCase *session_zone_case(void); /* check_session_zone.c */
TCase *session_life_case(void); /* check_life.c */
TCase *session_fail_case(void); /* check_session_fail.c */
TCase *icmp_error_rows_case(void); /* check_icmp_error_edges.c */
TCase *icmp_error_edges_case(void); /* check_icmp_error_edges.c */
TCase *l2tp_message_case(void); /* check_l2tp_message.c */
TCase *l2tp_fit_case(void);     /* check_l2tp_fit.c */
TCase *l2tp_shared_case(void);  /* check_l2tp_shared.c */
TCase *l2tp_v3_case(void);      /* check_l2tp_v3.c */
TCase *l2tp_fail_case(void);    /* check_l2tp_fail.c */
TCase *l2tp_model_case(void);   /* check_l2tp_model.c */
TCase *l2tp_owner_case(void);    /* check_l2tp_owner.c */
TCase *l2tp_request_case(void);      /* check_l2tp_request.c */
TCase *l2tp_mapping_case(void);  /* check_l2tp_mapping.c */
TCase *l2tp_any_address_case(void); /* check_l2tp_any_address.c */
TCase *l2tp_policy_case(void);   /* check_l2tp_any_address.c */
TCase *fragment_bounds_case(void); /* check_fragment_bounds.c */
TCase *fragment_burst_case(void);  /* check_fragment_burst.c */
TCase *fragment_error_case(void);  /* check_fragment_error.c */
TCase *pptp_call_id_case(void); /* check_pptp_call_id.c */
TCase *units_case(void);         /* check_units.c */
TCase *ipsec_bounds_case(void); /* check_ipsec_bounds.c */
TCase *ipsec_cut_case(void);    /* check_ipsec_cut.c */
TCase *ipsec_edges_case(void);  /* check_ipsec_edges.c */
TCase *ipsec_worlds_case(void); /* check_ipsec_edges.c */
TCase *ipsec_esp_case(void);    /* check_ipsec_esp.c */
TCase *ipsec_evidence_case(void); /* check_ipsec_evidence.c */
TCase *ipsec_exchange_case(void); /* check_ipsec_exchange.c */
TCase *ipsec_fail_case(void);   /* check_ipsec_fail.c */
TCase *ipsec_figures_case(void); /* check_ipsec_figures.c */
TCase *ipsec_flood_case(void);  /* check_ipsec_flood.c */
TCase *ipsec_host_case(void);   /* check_ipsec_host.c */
TCase *ipsec_ike_case(void);    /* check_ipsec_ike.c */
TCase *ipsec_fixed_port_case(void); /* check_ipsec_fixed_port.c */
TCase *ipsec_judge_case(void);  /* check_ipsec_judge.c */
TCase *ipsec_records_case(void); /* check_ipsec_records.c */
TCase *ipsec_model_case(void);  /* check_ipsec_model.c */
TCase *ipsec_outbound_case(void); /* check_ipsec_outbound.c */
TCase *ipsec_pair_case(void);   /* check_ipsec_pair.c */
TCase *ipsec_rank_case(void);   /* check_ipsec_rank.c */
TCase *ipsec_answers_case(void); /* check_ipsec_answers.c */
TCase *ipsec_owner_case(void); /* check_ipsec_owner.c */
TCase *ipsec_repair_case(void); /* check_ipsec_repair.c */
TCase *ipsec_review_case(void); /* check_ipsec_review.c */
TCase *ipsec_heal_case(void);   /* check_ipsec_heal.c */
TCase *ipsec_probe_case(void);  /* check_ipsec_probe.c */
TCase *ipsec_hold_case(void);  /* check_ipsec_hold.c */
TCase *state_damage_case(void);  /* check_state_damage.c */
TCase *state_refused_case(void); /* check_state_refused.c */
TCase *state_store_case(void);   /* check_state_store.c */
TCase *timers_case(void);          /* check_timers.c */
TCase *steer_general_case(void);   /* check_steer_general.c */
TCase *general_mapping_case(void); /* check_general_mapping.c */
TCase *general_model_case(void);  /* check_general_model.c */
TCase *general_mss_case(void);     /* check_general_mss.c */
TCase *own_esp_case(void);          /* check_own_esp.c */
TCase *own_id_case(void);           /* check_own_id.c */
TCase *own_id_hosts_case(void);     /* check_own_id_hosts.c */
TCase *general_other_case(void);   /* check_general_other.c */
TCase *general_beside_case(void);  /* check_general_other.c */
TCase *port_blocks_case(void); /* check_port_blocks.c */
TCase *port_set_case(void);        /* check_port_set.c */
TCase *general_ports_case(void);  /* check_general_ports.c */
TCase *general_tcp_case(void);    /* check_general_tcp.c */
TCase *tcp_book_case(void);       /* check_tcp_book.c */
TCase *uplink_mapping_case(void); /* check_uplink_mapping.c */
TCase *uplink_service_case(void); /* check_uplink_service.c */
TCase *uplink_ports_case(void); /* check_uplink_ports.c */
TCase *uplink_list_case(void); /* check_uplink_list.c */
TCase *translation_end_case(void); /* check_translation_end.c */
TCase *translation_refused_case(void); /* check_translation_refused.c */
TCase *ipsec_probe_bounds_case(void); /* check_ipsec_probe_bounds.c */
TCase *ipsec_probe_answer_case(void); /* check_ipsec_probe_answer.c */
TCase *ipsec_unclaimed_case(void); /* check_ipsec_unclaimed.c */
TCase *choose_range_case(void); /* check_choose_range.c */
TCase *choose_callback_case(void); /* check_choose_callback.c */
TCase *choose_release_case(void); /* check_choose_release.c */
TCase *general_packet_case(void); /* check_general_packet.c */
TCase *general_cut_case(void); /* check_general_cut.c */
TCase *own_pptp_case(void); /* check_own_pptp.c */
TCase *own_unclaimed_case(void); /* check_own_unclaimed.c */

#endif
