# SPDX-License-Identifier: BSD-2-Clause
# The tests.

include tests/bench/local.mk
include tests/captures/local.mk
include tests/cost/local.mk
include tests/fuzz/local.mk
include tests/lab/local.mk
include tests/sim/local.mk

# One Check program; tests/check_X.c tests lib/X.c, or an example.
UNIT_TEST_FILES = \
	examples/udplite.c \
	tests/cases.h \
	tests/check_account.c \
	tests/check_attacks.c \
	tests/check_attacks_ipsec.c \
	tests/check_attacks_call.c \
	tests/check_choose.c \
	tests/check_choose_range.c \
	tests/check_choose_callback.c \
	tests/check_choose_release.c \
	tests/check_choose_adopted.c \
	tests/check_choose_pool.c \
	tests/check_counters.c \
	tests/check_cut.c \
	tests/check_cut_during.c \
	tests/check_events.c \
	tests/check_events_refused.c \
	tests/check_events_switch.c \
	tests/check_events_callback.c \
	tests/check_expire.c \
	tests/check_expire_time.c \
	tests/check_extra_port.c \
	tests/check_fault.c \
	tests/check_fault_store.c \
	tests/check_fragment.c \
	tests/check_fragment_control.c \
	tests/check_fragment_bounds.c \
	tests/check_fragment_burst.c \
	tests/check_fragment_error.c \
	tests/check_fragment_error_dropped.c \
	tests/check_fragment_error_parts.c \
	tests/check_fragment_memory.c \
	tests/check_general.c \
	tests/check_general_packet.c \
	tests/check_general_cut.c \
	tests/check_general_mapping.c \
	tests/check_general_beside_vpn.c \
	tests/check_general_binding.c \
	tests/check_general_model.c \
	tests/check_general_mss.c \
	tests/check_general_other.c \
	tests/check_general_connection.c \
	tests/check_general_other_cut.c \
	tests/check_general_ports.c \
	tests/check_general_reuse.c \
	tests/check_general_tcp.c \
	tests/check_general_tcp_begin.c \
	tests/check_gre.c \
	tests/check_gre_learned.c \
	tests/check_gre_hosts.c \
	tests/check_hairpin.c \
	tests/check_icmp_error.c \
	tests/check_icmp_error_edges.c \
	tests/check_icmp_error_general.c \
	tests/check_icmp_error_length.c \
	tests/check_icmp_error_served.c \
	tests/check_icmp_error_session.c \
	tests/check_init.c \
	tests/check_init_default.c \
	tests/check_init_state.c \
	tests/check_init_handler.c \
	tests/check_init_store.c \
	tests/check_ipsec.c \
	tests/check_ipsec_untouched.c \
	tests/check_ipsec_answers.c \
	tests/check_ipsec_bounds.c \
	tests/check_ipsec_probe_bounds.c \
	tests/check_ipsec_probe_answer.c \
	tests/check_ipsec_unclaimed.c \
	tests/check_ipsec_cut.c \
	tests/check_ipsec_edges.c \
	tests/check_ipsec_esp.c \
	tests/check_ipsec_evidence.c \
	tests/check_ipsec_connected.c \
	tests/check_ipsec_exchange.c \
	tests/check_ipsec_fail.c \
	tests/check_ipsec_figures.c \
	tests/check_ipsec_fixed_port.c \
	tests/check_ipsec_fixed_rekey.c \
	tests/check_ipsec_flood.c \
	tests/check_ipsec_heal.c \
	tests/check_ipsec_left.c \
	tests/check_ipsec_hold.c \
	tests/check_ipsec_hold_limit.c \
	tests/check_ipsec_hairpin.c \
	tests/check_ipsec_host.c \
	tests/check_ipsec_ike.c \
	tests/check_ipsec_ike_life.c \
	tests/check_ipsec_judge.c \
	tests/check_ipsec_undecided.c \
	tests/check_ipsec_model.c \
	tests/check_ipsec_outbound.c \
	tests/check_ipsec_owner.c \
	tests/check_ipsec_sa_list.c \
	tests/check_ipsec_pair.c \
	tests/check_ipsec_probe.c \
	tests/check_ipsec_lone_packet.c \
	tests/check_ipsec_rank.c \
	tests/check_ipsec_rival.c \
	tests/check_ipsec_seeker.c \
	tests/check_ipsec_records.c \
	tests/check_ipsec_places.c \
	tests/check_ipsec_repair.c \
	tests/check_ipsec_responder.c \
	tests/check_ipsec_review.c \
	tests/check_ipsec_surplus.c \
	tests/check_ipsec_suspect.c \
	tests/check_ipsec_service.c \
	tests/check_key.c \
	tests/check_key_hash.c \
	tests/check_l2tp.c \
	tests/check_l2tp_life.c \
	tests/check_l2tp_request.c \
	tests/check_l2tp_foreign.c \
	tests/check_l2tp_fail.c \
	tests/check_l2tp_fit.c \
	tests/check_l2tp_mapping.c \
	tests/check_l2tp_message.c \
	tests/check_l2tp_model.c \
	tests/check_l2tp_owner.c \
	tests/check_l2tp_forged.c \
	tests/check_l2tp_any_address.c \
	tests/check_l2tp_any_request.c \
	tests/check_l2tp_shared.c \
	tests/check_l2tp_short_quote.c \
	tests/check_l2tp_hidden.c \
	tests/check_l2tp_data.c \
	tests/check_l2tp_end.c \
	tests/check_l2tp_v3.c \
	tests/check_l2tp_v3_end.c \
	tests/check_lessons.c \
	tests/check_lessons_ipsec.c \
	tests/check_lessons_call.c \
	tests/check_life.c \
	tests/check_limits.c \
	tests/check_limits_room.c \
	tests/check_model.c \
	tests/check_own.c \
	tests/check_own_ports.c \
	tests/check_own_vpn.c \
	tests/check_own_pptp.c \
	tests/check_own_unclaimed.c \
	tests/check_own_esp.c \
	tests/check_own_id.c \
	tests/check_own_id_invalid.c \
	tests/check_own_id_hosts.c \
	tests/check_own_id_shown.c \
	tests/check_packet.c \
	tests/check_packet_cut.c \
	tests/check_packet_owned.c \
	tests/check_policy.c \
	tests/check_policy_life.c \
	tests/check_policy_refused.c \
	tests/check_port_blocks.c \
	tests/check_port_blocks_life.c \
	tests/check_port_set.c \
	tests/check_pptp.c \
	tests/check_pptp_gre.c \
	tests/check_pptp_call.c \
	tests/check_pptp_call_end.c \
	tests/check_pptp_call_fail.c \
	tests/check_pptp_call_id.c \
	tests/check_pptp_peer_id.c \
	tests/check_pptp_control.c \
	tests/check_pptp_control_end.c \
	tests/check_pptp_control_call.c \
	tests/check_pptp_service.c \
	tests/check_pptp_served_end.c \
	tests/check_pptp_stream.c \
	tests/check_pptp_stream_bounds.c \
	tests/check_pptp_stream_order.c \
	tests/check_process.c \
	tests/check_process_attempt.c \
	tests/check_process_result.c \
	tests/check_process_burst.c \
	tests/check_renumber.c \
	tests/check_renumber_bounds.c \
	tests/check_rewrite.c \
	tests/check_rewrite_cut.c \
	tests/check_service.c \
	tests/check_service_end.c \
	tests/check_service_hairpin.c \
	tests/check_service_hairpin_fragment.c \
	tests/check_service_life.c \
	tests/check_service_l2tp.c \
	tests/check_service_protocol.c \
	tests/check_service_protocol_error.c \
	tests/check_service_transport.c \
	tests/check_service_transport_held.c \
	tests/check_service_waiting.c \
	tests/check_session.c \
	tests/check_session_find.c \
	tests/check_session_fail.c \
	tests/check_session_mirror.c \
	tests/check_session_mirror_vpn.c \
	tests/check_session_zone.c \
	tests/check_sessions.c \
	tests/check_sessions_step.c \
	tests/check_state.c \
	tests/check_state_anew.c \
	tests/check_state_damage.c \
	tests/check_state_during.c \
	tests/check_state_forged.c \
	tests/check_state_forged_fragment.c \
	tests/check_state_format.c \
	tests/check_state_fragment.c \
	tests/check_state_fragment_during.c \
	tests/check_state_refused.c \
	tests/check_state_ring.c \
	tests/check_state_store.c \
	tests/check_steer.c \
	tests/check_steer_general.c \
	tests/check_timers.c \
	tests/check_tcp_book.c \
	tests/check_table.c \
	tests/check_table_index.c \
	tests/check_table_model.c \
	tests/check_table_sweep.c \
	tests/check_translation.c \
	tests/check_translation_end.c \
	tests/check_translation_refused.c \
	tests/check_udplite.c \
	tests/check_units.c \
	tests/check_uplink.c \
	tests/check_uplink_mapping.c \
	tests/check_uplink_service.c \
	tests/check_uplink_ports.c \
	tests/check_uplink_list.c \
	tests/check_vpnalg.c \
	tests/attacks.h \
	tests/burst_script.h \
	tests/cut.h \
	tests/cut_packet.h \
	tests/dialog.h \
	tests/events.h \
	tests/expire.h \
	tests/fast_path.c \
	tests/fast_path.h \
	tests/faults.h \
	tests/fragment_bounds.h \
	tests/fragment_error.h \
	tests/fragment_flows.h \
	tests/fragments.h \
	tests/general.h \
	tests/general_mapping.h \
	tests/general_other.h \
	tests/general_ports.h \
	tests/general_tcp.h \
	tests/gre.h \
	tests/icmp_error.h \
	tests/icmp_error_travel.h \
	tests/icmp_error_edges.h \
	tests/init.h \
	tests/init_row.h \
	tests/ipsec.h \
	tests/ipsec_bounds.h \
	tests/ipsec_evidence.h \
	tests/ipsec_fixed_port.h \
	tests/ipsec_flow.h \
	tests/ipsec_heal.h \
	tests/ipsec_hold.h \
	tests/ipsec_ike.h \
	tests/ipsec_judge.h \
	tests/ipsec_model.h \
	tests/ipsec_probe.h \
	tests/ipsec_rank.h \
	tests/ipsec_records.h \
	tests/ipsec_review.h \
	tests/keys.h \
	tests/l2tp.h \
	tests/l2tp_any_address.h \
	tests/l2tp_owner.h \
	tests/l2tp_shared.h \
	tests/l2tp_v3.h \
	tests/lessons.h \
	tests/limits.h \
	tests/listing.h \
	tests/own_handler.h \
	tests/own_id_hosts.h \
	tests/own_id_rows.h \
	tests/own_vpn.h \
	tests/policy_world.h \
	tests/policy.h \
	tests/ipsec_guest.h \
	tests/own_id.h \
	tests/port_blocks.h \
	tests/pptp.h \
	tests/pptp_call.h \
	tests/pptp_call_id.h \
	tests/pptp_control.h \
	tests/pptp_model.h \
	tests/pptp_service.h \
	tests/pptp_stream.h \
	tests/pptp_talk.h \
	tests/process.h \
	tests/renumber.h \
	tests/rewrite_desk.h \
	tests/session_fail.h \
	tests/service_end.h \
	tests/service_hairpin.h \
	tests/service_plain.h \
	tests/service_protocol.h \
	tests/service_transport.h \
	tests/sessions.h \
	tests/support.c \
	tests/state_pair.h \
	tests/state_ring.h \
	tests/state_fragment.h \
	tests/state_damage.h \
	tests/support.h \
	tests/support_bytes.c \
	tests/support_callback.c \
	tests/support_callback.h \
	tests/support_checksum.c \
	tests/support_checksum.h \
	tests/support_control.c \
	tests/support_dialog.c \
	tests/support_fragments.c \
	tests/support_general.c \
	tests/support_ipsec.c \
	tests/support_ipsec.h \
	tests/support_l2tp.c \
	tests/support_l2tp.h \
	tests/support_log.c \
	tests/support_message.c \
	tests/support_mirror.c \
	tests/support_own_id.c \
	tests/support_packet.c \
	tests/support_ports.c \
	tests/support_ports.h \
	tests/support_records.c \
	tests/support_records.h \
	tests/support_send.c \
	tests/support_service.c \
	tests/support_service.h \
	tests/support_sessions.c \
	tests/support_sessions.h \
	tests/support_state.c \
	tests/support_state.h \
	tests/support_store.c \
	tests/support_toy.c \
	tests/table_model.h \
	tests/tables.h \
	tests/toy.c \
	tests/toy.h \
	tests/toy_spy.c \
	tests/translations.h \
	tests/uplinks.h

# Another one, for those parts of vpnalg-gw that take no network; so it needs
# nothing that vpnalg-gw needs, but Linux' headers.
GATEWAY_UNIT_TEST_FILES = \
	examples/common/answer.c \
	examples/common/answer.h \
	examples/common/fragment.c \
	examples/common/fragment.h \
	examples/common/ipfix_event.c \
	examples/common/ipfix_event.h \
	examples/common/ipfix_record.h \
	examples/common/metrics.c \
	examples/common/metrics.h \
	examples/common/say.c \
	examples/common/say.h \
	examples/common/wire.h \
	examples/gw/filter.c \
	examples/gw/filter.h \
	examples/gw/held.c \
	examples/gw/held.h \
	examples/gw/impair.c \
	examples/gw/impair.h \
	examples/gw/mirror.c \
	examples/gw/mirror.h \
	examples/gw/port.c \
	examples/gw/port.h \
	examples/gw/served.c \
	examples/gw/served.h \
	examples/gw/served_list.c \
	examples/gw/served_list.h \
	examples/gw/whole.c \
	examples/gw/whole.h \
	tests/check_gateway.c \
	tests/check_gw_answer.c \
	tests/check_gw_fragment.c \
	tests/check_gw_held.c \
	tests/check_gw_impair.c \
	tests/check_gw_ipfix.c \
	tests/check_gw_metrics.c \
	tests/check_gw_mirror.c \
	tests/check_gw_port.c \
	tests/check_gw_served.c \
	tests/check_gw_whole.c \
	tests/check_gw_whole_cut.c \
	tests/gateway.h \
	tests/gw_whole.h

# Scripts; exit status 77 is "skipped". No two may differ in .sh and .py only.
# These judge the source, whatever it was built with:
SOURCE_TEST_FILES = \
	tests/bench_smoke.sh \
	tests/cost.py \
	tests/house_circles.py \
	tests/house_abi.sh \
	tests/house_cortex.sh \
	tests/house_format.sh \
	tests/house_freestanding.sh \
	tests/house_headers.sh \
	tests/house_includes.py \
	tests/house_stack.py \
	tests/house_symbols.sh \
	tests/least.sh \
	tests/manual.sh \
	tests/kernel_module.sh \
	tests/rfc_tables.py \
	tests/version.sh

# And these what was built.
SCRIPT_TEST_FILES = \
	tests/example_gateways.py \
	tests/examples.sh \
	tests/fuzz_corpus.sh

# All unit tests once more, each record at another address after every call:
# sanitizers see who has kept one.
MEMORY_TEST_FILES = \
	tests/moving_store.sh

# Those that take longest.
LONG_TEST_FILES = \
	tests/other_ports.sh \
	tests/sim_short.sh

# Scripts that run vpnalg-pcap; left out where it is not built.
PCAP_TEST_FILES = \
	tests/capture_fast.sh \
	tests/capture_state.sh \
	tests/capture_undo.sh \
	tests/example_pcap.py \
	tests/pcap_config.py \
	tests/pcap_errors.sh \
	tests/pcap_fragments.py \
	tests/pcap_fuzz.py \
	tests/pcap_general.py \
	tests/pcap_hairpin.py \
	tests/pcap_html.py \
	tests/pcap_icmp.py \
	tests/pcap_ipsec.py \
	tests/pcap_lengths.py \
	tests/pcap_metrics.py \
	tests/pcap_links.py \
	tests/pcap_outside.py \
	tests/pcap_policy.py \
	tests/pcap_ports.py \
	tests/pcap_progress.py \
	tests/pcap_report.py \
	tests/pcap_sessions.py \
	tests/pcap_syslog.py \
	tests/pcap_why.py

# Those of them in which others read all that it writes: they take long, and the
# program little of that.
JUDGE_TEST_FILES = \
	tests/pcap_both.py \
	tests/pcap_events.py \
	tests/pcap_html_browser.py \
	tests/pcap_ipfix.py \
	tests/pcap_judge.py

# Scripts that run vpnalg-gw and vpnalg-queue; left out unless both are built.
GATEWAY_TEST_FILES = \
	tests/gateway_end.sh \
	tests/gateway_config.py \
	tests/gateway_reload.py \
	tests/gateway_service_end.py \
	tests/gateway_errors.sh \
	tests/gateway_fragments.py \
	tests/gateway_hairpins.py \
	tests/gateway_ipfix.py \
	tests/gateway_l2tp.py \
	tests/gateway_metrics.py \
	tests/gateway_own.py \
	tests/gateway_ports.py \
	tests/gateway_renumber.py \
	tests/gateway_services.py \
	tests/gateway_standby.py \
	tests/gateway_state.py \
	tests/gateway_stun.py \
	tests/gateway_uplinks.py

if UNIT_TESTS
check_PROGRAMS += tests/check_vpnalg
TESTS += tests/check_vpnalg
tests_check_vpnalg_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/lib
tests_check_vpnalg_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_vpnalg_LDADD = lib/libcore.la $(CHECK_LIBS) -lm
tests_check_vpnalg_SOURCES = $(UNIT_TEST_FILES) $(SIM_WORLD_FILES)

if LINUX
check_PROGRAMS += tests/check_gateway
TESTS += tests/check_gateway
tests_check_gateway_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
tests_check_gateway_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_check_gateway_LDADD = $(CHECK_LIBS)
tests_check_gateway_SOURCES = $(GATEWAY_UNIT_TEST_FILES)
endif
endif

# How long packets wait for --state.
if LINUX
check_PROGRAMS += tests/state_pause
TESTS += tests/state_pause
tests_state_pause_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
tests_state_pause_LDADD = lib/libvpnalg.la
tests_state_pause_SOURCES = \
	$(COMMON_FILES) $(NO_IPFIX_FILES) \
	examples/common/child.c \
	examples/common/child.h \
	examples/common/nat_state.c \
	examples/common/nat_state.h \
	examples/common/state_file.c \
	examples/common/state_file.h \
	tests/state_pause.c
endif

# Runs of real daemons; these captures are read with libpcap.
if UNIT_TESTS
if EXAMPLES
check_PROGRAMS += tests/check_captures
TESTS += tests/check_captures
tests_check_captures_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(PCAP_CFLAGS)
tests_check_captures_LDADD = lib/libcore.la $(CHECK_LIBS) $(PCAP_LIBS)
tests_check_captures_SOURCES = \
	tests/capture.c \
	tests/capture.h \
	tests/capture_ids.c \
	tests/capture_ids.h \
	tests/capture_reload.c \
	tests/capture_reload.h \
	tests/capture_run.c \
	tests/capture_run.h \
	tests/check_captures.c
endif
endif

if SCRIPT_TESTS
TESTS += $(SOURCE_TEST_FILES) $(SCRIPT_TEST_FILES)
TESTS += $(MEMORY_TEST_FILES) $(LONG_TEST_FILES)
if EXAMPLES
check_PROGRAMS += tests/capture_state
tests_capture_state_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_capture_state_LDADD = lib/libcore.la $(PCAP_LIBS)
tests_capture_state_SOURCES = \
	tests/capture.c \
	tests/capture.h \
	tests/capture_packets.c \
	tests/capture_packets.h \
	tests/capture_reload.c \
	tests/capture_reload.h \
	tests/capture_state.c

check_PROGRAMS += tests/capture_fast
tests_capture_fast_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_capture_fast_LDADD = lib/libcore.la $(PCAP_LIBS)
tests_capture_fast_SOURCES = \
	tests/capture.c \
	tests/capture.h \
	tests/capture_fast.c \
	tests/capture_packets.c \
	tests/capture_packets.h \
	tests/fast_path.c \
	tests/fast_path.h

check_PROGRAMS += tests/capture_undo
tests_capture_undo_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
tests_capture_undo_LDADD = lib/libcore.la $(PCAP_LIBS)
tests_capture_undo_SOURCES = \
	tests/capture.c \
	tests/capture.h \
	tests/capture_undo.c
TESTS += $(PCAP_TEST_FILES) $(JUDGE_TEST_FILES)
endif
if GATEWAY
if QUEUE
TESTS += $(GATEWAY_TEST_FILES)
endif
endif
endif

TEST_EXTENSIONS = .py .sh
PY_LOG_COMPILER = $(PYTHON)
SH_LOG_COMPILER = $(SHELL)

# What a script may use beside srcdir, which automake exports.
AM_TESTS_ENVIRONMENT = \
	builddir='$(abs_builddir)'; export builddir; \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	CC='$(CC)'; export CC; \
	CFLAGS='$(CFLAGS)'; export CFLAGS; \
	NM='$(NM)'; export NM; \
	PACKAGE_VERSION='$(PACKAGE_VERSION)'; export PACKAGE_VERSION; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	VPNALG_GW='$(abs_builddir)/examples/gw/vpnalg-gw$(EXEEXT)'; \
	export VPNALG_GW; \
	VPNALG_PCAP='$(abs_builddir)/examples/pcap/vpnalg-pcap$(EXEEXT)'; \
	export VPNALG_PCAP; \
	VPNALG_QUEUE='$(abs_builddir)/examples/queue/vpnalg-queue$(EXEEXT)'; \
	export VPNALG_QUEUE;

EXTRA_DIST += \
	$(GATEWAY_TEST_FILES) \
	$(PCAP_TEST_FILES) \
	$(SCRIPT_TEST_FILES) \
	$(MEMORY_TEST_FILES) \
	$(LONG_TEST_FILES) \
	$(JUDGE_TEST_FILES) \
	$(SOURCE_TEST_FILES) \
	tests/cortex.c \
	tests/gateway_call.py \
	tests/gateway_common.py \
	tests/gateway_common.sh \
	tests/gateway_flows.py \
	tests/gateway_links.py \
	tests/gateway_redis.py \
	tests/house_includes.txt \
	tests/ipfix.py \
	tests/least.c \
	tests/least_state.c \
	tests/libvpnalg.abi \
	tests/metrics.py \
	tests/pcap_both_lines.py \
	tests/pcap_both_pcapng.py \
	tests/pcap_common.py \
	tests/pcap_judge_l2tp.py \
	tests/pcap_judge_packets.py \
	tests/pcap_why_ipsec.py \
	tests/pcap_why_l2tp.py \
	tests/pcap_why_packet.py \
	tests/pcap_why_pptp.py \
	tests/pcap_why_ways.py \
	tests/rebuild_sessions.py \
	tests/check.sh \
	tests/mutate.py \
	tests/setup.sh
