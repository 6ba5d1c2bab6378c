# SPDX-License-Identifier: BSD-2-Clause
# The library.

# All of lib/ as a private library: what is installed is made of it, and the
# unit tests link with it because they reach what the shared library hides.
noinst_LTLIBRARIES = lib/libcore.la
lib_libcore_la_CFLAGS = $(AM_CFLAGS) $(VISIBILITY_CFLAGS)
lib_libcore_la_SOURCES = \
	lib/engine/address.c \
	lib/engine/address.h \
	lib/engine/allot.c \
	lib/engine/allot.h \
	lib/engine/binding.c \
	lib/engine/binding.h \
	lib/engine/block.c \
	lib/engine/block.h \
	lib/engine/choose.c \
	lib/engine/choose.h \
	lib/engine/claim.h \
	lib/engine/config.c \
	lib/engine/config.h \
	lib/engine/counters.c \
	lib/engine/datagram.c \
	lib/engine/datagram.h \
	lib/engine/expire.c \
	lib/engine/fragment.c \
	lib/engine/fragment.h \
	lib/engine/fragment_memory.c \
	lib/engine/fragment_memory.h \
	lib/engine/fragment_quote.c \
	lib/engine/fragment_quote.h \
	lib/engine/hairpin.c \
	lib/engine/hairpin.h \
	lib/engine/handler.c \
	lib/engine/held.c \
	lib/engine/icmp_error.c \
	lib/engine/icmp_error.h \
	lib/engine/init.c \
	lib/engine/key.c \
	lib/engine/key.h \
	lib/engine/life.c \
	lib/engine/open.c \
	lib/engine/packet.c \
	lib/engine/packet.h \
	lib/engine/pool.c \
	lib/engine/pool.h \
	lib/engine/port.c \
	lib/engine/port.h \
	lib/engine/port_set.c \
	lib/engine/port_set.h \
	lib/engine/process.c \
	lib/engine/record.c \
	lib/engine/record.h \
	lib/engine/refuse.c \
	lib/engine/refuse.h \
	lib/engine/renumber.c \
	lib/engine/result.c \
	lib/engine/rewrite.c \
	lib/engine/rewrite.h \
	lib/engine/routers.c \
	lib/engine/routers.h \
	lib/engine/search.c \
	lib/engine/search.h \
	lib/engine/service.c \
	lib/engine/service.h \
	lib/engine/service_kind.c \
	lib/engine/service_kind.h \
	lib/engine/session.c \
	lib/engine/session.h \
	lib/engine/settings.c \
	lib/engine/settings.h \
	lib/engine/steer.c \
	lib/engine/translate.h \
	lib/engine/translator.h \
	lib/engine/usage.c \
	lib/engine/usage.h \
	lib/engine/whole.c \
	lib/engine/whole.h \
	lib/general/general.c \
	lib/general/general.h \
	lib/general/mapping.c \
	lib/general/mapping.h \
	lib/general/mss.c \
	lib/general/mss.h \
	lib/general/other.c \
	lib/general/other.h \
	lib/general/tcp.c \
	lib/general/tcp.h \
	lib/gre/far_end.c \
	lib/gre/far_end.h \
	lib/gre/gre.c \
	lib/gre/gre.h \
	lib/ipsec/answers.c \
	lib/ipsec/answers.h \
	lib/ipsec/blocks.c \
	lib/ipsec/blocks.h \
	lib/ipsec/candidate.c \
	lib/ipsec/candidate.h \
	lib/ipsec/esp.c \
	lib/ipsec/esp.h \
	lib/ipsec/esp_hairpin.c \
	lib/ipsec/esp_hairpin.h \
	lib/ipsec/evidence.c \
	lib/ipsec/evidence.h \
	lib/ipsec/exchange.c \
	lib/ipsec/exchange.h \
	lib/ipsec/hold.c \
	lib/ipsec/hold.h \
	lib/ipsec/host.c \
	lib/ipsec/host.h \
	lib/ipsec/ike.c \
	lib/ipsec/ike.h \
	lib/ipsec/ike_port.c \
	lib/ipsec/ike_port.h \
	lib/ipsec/ike_quote.c \
	lib/ipsec/ike_quote.h \
	lib/ipsec/ike_sa.c \
	lib/ipsec/ike_sa.h \
	lib/ipsec/ike_service.c \
	lib/ipsec/ike_service.h \
	lib/ipsec/inbound.c \
	lib/ipsec/inbound.h \
	lib/ipsec/ipsec.c \
	lib/ipsec/ipsec.h \
	lib/ipsec/judge.c \
	lib/ipsec/judge.h \
	lib/ipsec/outbound.c \
	lib/ipsec/outbound.h \
	lib/ipsec/owner.c \
	lib/ipsec/owner.h \
	lib/ipsec/pair.c \
	lib/ipsec/pair.h \
	lib/ipsec/probe.c \
	lib/ipsec/probe.h \
	lib/ipsec/remote.c \
	lib/ipsec/remote.h \
	lib/ipsec/repair.c \
	lib/ipsec/repair.h \
	lib/ipsec/responder.c \
	lib/ipsec/responder.h \
	lib/ipsec/review.c \
	lib/ipsec/review.h \
	lib/ipsec/ring.c \
	lib/ipsec/ring.h \
	lib/ipsec/sa.h \
	lib/ipsec/suspect.c \
	lib/ipsec/suspect.h \
	lib/ipsec/unclaimed.c \
	lib/ipsec/unclaimed.h \
	lib/l2tp/answer.c \
	lib/l2tp/answer.h \
	lib/l2tp/any_address.c \
	lib/l2tp/any_address.h \
	lib/l2tp/control.c \
	lib/l2tp/control.h \
	lib/l2tp/flow.c \
	lib/l2tp/flow.h \
	lib/l2tp/in.c \
	lib/l2tp/in.h \
	lib/l2tp/l2tp.c \
	lib/l2tp/l2tp.h \
	lib/l2tp/lifetime.c \
	lib/l2tp/lifetime.h \
	lib/l2tp/lookup.c \
	lib/l2tp/lookup.h \
	lib/l2tp/message.c \
	lib/l2tp/message.h \
	lib/l2tp/out.c \
	lib/l2tp/out.h \
	lib/l2tp/peer.c \
	lib/l2tp/peer.h \
	lib/l2tp/quote.c \
	lib/l2tp/quote.h \
	lib/l2tp/remote_port.c \
	lib/l2tp/remote_port.h \
	lib/l2tp/request.c \
	lib/l2tp/request.h \
	lib/l2tp/server.c \
	lib/l2tp/server.h \
	lib/l2tp/tunnel.c \
	lib/l2tp/tunnel.h \
	lib/l2tp/unmatched.c \
	lib/l2tp/unmatched.h \
	lib/pptp/call.c \
	lib/pptp/call.h \
	lib/pptp/call_id.c \
	lib/pptp/call_id.h \
	lib/pptp/call_message.c \
	lib/pptp/call_message.h \
	lib/pptp/connection.c \
	lib/pptp/connection.h \
	lib/pptp/field.c \
	lib/pptp/field.h \
	lib/pptp/learn_id.c \
	lib/pptp/learn_id.h \
	lib/pptp/learner.c \
	lib/pptp/learner.h \
	lib/pptp/pptp.c \
	lib/pptp/pptp.h \
	lib/pptp/served.c \
	lib/pptp/served.h \
	lib/pptp/stream.c \
	lib/pptp/stream.h \
	lib/pptp/window.c \
	lib/pptp/window.h \
	lib/store/bucket.h \
	lib/store/index.c \
	lib/store/index.h \
	lib/store/table.c \
	lib/store/table.h \
	lib/wire/gre.h \
	lib/wire/ip.h \
	lib/wire/ipsec.h \
	lib/wire/l2tp.h \
	lib/wire/pptp.h \
	lib/wire/tcp.h \
	lib/wire/transport.h \
	lib/wire/udp.h

# The interface's number, CURRENT:REVISION:AGE; it is not the release's. Before
# a release, compared with the last one:
#   sources changed, no interface did       C:R+1:A
#   interfaces were added, none changed     C+1:0:A+1
#   an interface was changed or removed     C+1:0:0     (programs must be rebuilt)
VERSION_INFO = 0:0:0

lib_LTLIBRARIES = lib/libvpnalg.la
lib_libvpnalg_la_SOURCES =
lib_libvpnalg_la_LIBADD = lib/libcore.la
lib_libvpnalg_la_LDFLAGS = -no-undefined -version-info $(VERSION_INFO) \
	$(VERSION_SCRIPT)
EXTRA_lib_libvpnalg_la_DEPENDENCIES = $(top_srcdir)/lib/libvpnalg.map
EXTRA_DIST += lib/libvpnalg.map
