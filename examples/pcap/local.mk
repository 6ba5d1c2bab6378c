# SPDX-License-Identifier: BSD-2-Clause
# vpnalg-pcap, for capture files.

PCAP_FILES = \
	examples/pcap/both.c \
	examples/pcap/both.h \
	examples/pcap/comment.c \
	examples/pcap/comment.h \
	examples/pcap/data.c \
	examples/pcap/data.h \
	examples/pcap/decide.c \
	examples/pcap/decide.h \
	examples/pcap/event.c \
	examples/pcap/event.h \
	examples/pcap/explain.c \
	examples/pcap/explain.h \
	examples/pcap/fate.c \
	examples/pcap/fate.h \
	examples/pcap/file.c \
	examples/pcap/file.h \
	examples/pcap/form.c \
	examples/pcap/form.h \
	examples/pcap/held.c \
	examples/pcap/held.h \
	examples/pcap/html.c \
	examples/pcap/html.h \
	examples/pcap/ipsec.c \
	examples/pcap/ipsec.h \
	examples/pcap/job.c \
	examples/pcap/job.h \
	examples/pcap/json.c \
	examples/pcap/kinds.c \
	examples/pcap/kinds.h \
	examples/pcap/l2tp.c \
	examples/pcap/l2tp.h \
	examples/pcap/ladder.c \
	examples/pcap/ladder.h \
	examples/pcap/ladder_page.c \
	examples/pcap/length.c \
	examples/pcap/length.h \
	examples/pcap/link.c \
	examples/pcap/link.h \
	examples/pcap/main.c \
	examples/pcap/options.c \
	examples/pcap/options.h \
	examples/pcap/output.c \
	examples/pcap/output.h \
	examples/pcap/pair.c \
	examples/pcap/pair.h \
	examples/pcap/pcapng.c \
	examples/pcap/pcapng.h \
	examples/pcap/report.c \
	examples/pcap/report.h \
	examples/pcap/seen_port.c \
	examples/pcap/seen_port.h \
	examples/pcap/session_table.c \
	examples/pcap/session_table.h \
	examples/pcap/side.c \
	examples/pcap/side.h \
	examples/pcap/tap.c \
	examples/pcap/tap.h \
	examples/pcap/translator.c \
	examples/pcap/translator.h \
	examples/pcap/why.c \
	examples/pcap/why.h \
	examples/pcap/why_attempt.c \
	examples/pcap/why_attempt.h \
	examples/pcap/why_cause.c \
	examples/pcap/why_cause.h \
	examples/pcap/why_cause_ipsec.c \
	examples/pcap/why_cause_l2tp.c \
	examples/pcap/why_cause_later.c \
	examples/pcap/why_cause_nat.c \
	examples/pcap/why_cause_ppp.c \
	examples/pcap/why_cause_pptp.c \
	examples/pcap/why_cause_refused.c \
	examples/pcap/why_cause_remark.c \
	examples/pcap/why_cause_size.c \
	examples/pcap/why_cause_table.h \
	examples/pcap/why_compare.c \
	examples/pcap/why_detail.c \
	examples/pcap/why_esp.c \
	examples/pcap/why_facts.h \
	examples/pcap/why_fragment.c \
	examples/pcap/why_fragment.h \
	examples/pcap/why_gre.c \
	examples/pcap/why_icmp.c \
	examples/pcap/why_icmp.h \
	examples/pcap/why_ike.c \
	examples/pcap/why_ike.h \
	examples/pcap/why_ike_payload.c \
	examples/pcap/why_json.c \
	examples/pcap/why_l2tp.c \
	examples/pcap/why_l2tp.h \
	examples/pcap/why_large.c \
	examples/pcap/why_large.h \
	examples/pcap/why_order.c \
	examples/pcap/why_order.h \
	examples/pcap/why_packet.c \
	examples/pcap/why_packet.h \
	examples/pcap/why_page.c \
	examples/pcap/why_ppp.c \
	examples/pcap/why_ppp.h \
	examples/pcap/why_pptp.c \
	examples/pcap/why_pptp.h \
	examples/pcap/why_reach.c \
	examples/pcap/why_read.c \
	examples/pcap/why_read.h \
	examples/pcap/why_report.c \
	examples/pcap/why_report.h \
	examples/pcap/why_step.c \
	examples/pcap/why_step.h \
	examples/pcap/why_symptom.c \
	examples/pcap/why_symptom.h \
	examples/pcap/why_symptom_ipsec.c \
	examples/pcap/why_symptom_l2tp.c \
	examples/pcap/why_symptom_later.c \
	examples/pcap/why_symptom_pptp.c \
	examples/pcap/why_text.c \
	examples/pcap/why_twice.c \
	examples/pcap/why_twice.h

if EXAMPLES
bin_PROGRAMS += examples/pcap/vpnalg-pcap
man1_MANS += doc/vpnalg-pcap.1
examples_pcap_vpnalg_pcap_CPPFLAGS = \
	$(AM_CPPFLAGS) -D_GNU_SOURCE $(JANSSON_CPPFLAGS)
examples_pcap_vpnalg_pcap_CFLAGS = \
	$(AM_CFLAGS) $(PCAP_CFLAGS) $(JANSSON_CFLAGS) $(FIXBUF_CFLAGS)
examples_pcap_vpnalg_pcap_LDADD = \
	lib/libvpnalg.la $(PCAP_LIBS) $(JANSSON_LIBS) $(FIXBUF_LIBS)
examples_pcap_vpnalg_pcap_SOURCES = $(COMMON_FILES) $(PCAP_FILES) \
	$(IPFIX_FILES) $(IPFIX_CHILD_FILES)
endif

EXTRA_DIST += doc/vpnalg-pcap.1
