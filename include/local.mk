# SPDX-License-Identifier: BSD-2-Clause
# The public headers.

vpnalgincludedir = $(includedir)/vpnalg
vpnalginclude_HEADERS = \
	include/vpnalg/address_list.h \
	include/vpnalg/binding.h \
	include/vpnalg/config.h \
	include/vpnalg/counters.h \
	include/vpnalg/event.h \
	include/vpnalg/expire.h \
	include/vpnalg/extra_port.h \
	include/vpnalg/fragments.h \
	include/vpnalg/general.h \
	include/vpnalg/gre.h \
	include/vpnalg/handler.h \
	include/vpnalg/init.h \
	include/vpnalg/ipsec.h \
	include/vpnalg/l2tp.h \
	include/vpnalg/own_id.h \
	include/vpnalg/packet.h \
	include/vpnalg/policy.h \
	include/vpnalg/ports.h \
	include/vpnalg/pptp.h \
	include/vpnalg/process.h \
	include/vpnalg/protocol.h \
	include/vpnalg/protocols.h \
	include/vpnalg/result.h \
	include/vpnalg/service.h \
	include/vpnalg/sessions.h \
	include/vpnalg/state.h \
	include/vpnalg/steer.h \
	include/vpnalg/store.h \
	include/vpnalg/timers.h \
	include/vpnalg/translation.h \
	include/vpnalg/types.h \
	include/vpnalg/version.h \
	include/vpnalg/vpnalg.h

vpnalghandlerdir = $(vpnalgincludedir)/handler
vpnalghandler_HEADERS = \
	include/vpnalg/handler/child.h \
	include/vpnalg/handler/definition.h \
	include/vpnalg/handler/fast_path.h \
	include/vpnalg/handler/find.h \
	include/vpnalg/handler/key.h \
	include/vpnalg/handler/kind.h \
	include/vpnalg/handler/life.h \
	include/vpnalg/handler/match.h \
	include/vpnalg/handler/open.h \
	include/vpnalg/handler/parsed.h \
	include/vpnalg/handler/record.h \
	include/vpnalg/handler/report.h \
	include/vpnalg/handler/rewrite.h \
	include/vpnalg/handler/settings.h \
	include/vpnalg/handler/step.h
