# SPDX-License-Identifier: BSD-2-Clause
# The library.

# All of lib/ as a private library: what is installed is made of it, and the
# unit tests link with it because they reach what the shared library hides.
noinst_LTLIBRARIES = lib/libcore.la
lib_libcore_la_CFLAGS = $(AM_CFLAGS) $(VISIBILITY_CFLAGS)
lib_libcore_la_SOURCES = \
	lib/binding.c \
	lib/choose.c \
	lib/expire.c \
	lib/general.c \
	lib/general.h \
	lib/general_mapping.c \
	lib/general_tcp.c \
	lib/gre.c \
	lib/gre.h \
	lib/gre_remote.c \
	lib/internal.h \
	lib/ipsec.c \
	lib/ipsec.h \
	lib/ipsec_candidate.c \
	lib/ipsec_esp.c \
	lib/ipsec_evidence.c \
	lib/ipsec_exchange.c \
	lib/ipsec_hold.c \
	lib/ipsec_host.c \
	lib/ipsec_ike.c \
	lib/ipsec_ike_port.c \
	lib/ipsec_ike_sa.c \
	lib/ipsec_judge.c \
	lib/ipsec_outbound.c \
	lib/ipsec_pair.c \
	lib/ipsec_probe.c \
	lib/ipsec_remote.c \
	lib/ipsec_repair.c \
	lib/ipsec_unclaimed.c \
	lib/key.c \
	lib/key.h \
	lib/l2tp.c \
	lib/l2tp.h \
	lib/l2tp_answer.c \
	lib/l2tp_ask.c \
	lib/l2tp_control.c \
	lib/l2tp_flow.c \
	lib/l2tp_in.c \
	lib/l2tp_life.c \
	lib/l2tp_message.c \
	lib/l2tp_out.c \
	lib/l2tp_peer.c \
	lib/l2tp_port.c \
	lib/l2tp_question.c \
	lib/l2tp_server.c \
	lib/l2tp_tunnel.c \
	lib/l2tp_unknown.c \
	lib/packet.c \
	lib/packet.h \
	lib/pool.c \
	lib/port.c \
	lib/pptp.c \
	lib/pptp.h \
	lib/pptp_call.c \
	lib/pptp_control.c \
	lib/pptp_id.c \
	lib/pptp_stream.c \
	lib/process.c \
	lib/record.c \
	lib/record.h \
	lib/refuse.c \
	lib/refuse.h \
	lib/result.c \
	lib/rewrite.c \
	lib/search.c \
	lib/session.c \
	lib/steer.c \
	lib/table.c \
	lib/table.h \
	lib/table_index.c \
	lib/usage.c \
	lib/vpnalg.c \
	lib/wire_gre.h \
	lib/wire_ip.h \
	lib/wire_ipsec.h \
	lib/wire_l2tp.h \
	lib/wire_pptp.h \
	lib/wire_tcp.h \
	lib/wire_udp.h

# The interface's number, CURRENT:REVISION:AGE; it is not the release's. Before
# a release, compared with the last one:
#   sources changed, no interface did       C:R+1:A
#   interfaces were added, none changed     C+1:0:A+1
#   an interface was changed or removed     C+1:0:0     (programs must be rebuilt)
VERSION_INFO = 0:0:0

lib_LTLIBRARIES = lib/libvpnalg.la
lib_libvpnalg_la_SOURCES =
lib_libvpnalg_la_LIBADD = lib/libcore.la
lib_libvpnalg_la_LDFLAGS = -no-undefined -version-info $(VERSION_INFO)
