# SPDX-License-Identifier: BSD-2-Clause
# vpnalg-gw, a gateway on raw sockets.

GATEWAY_FILES = \
	examples/gw/address.c \
	examples/gw/address.h \
	examples/gw/address_list.c \
	examples/gw/address_list.h \
	examples/gw/arrive.c \
	examples/gw/arrive.h \
	examples/gw/elements.c \
	examples/gw/elements.h \
	examples/gw/filter.c \
	examples/gw/filter.h \
	examples/gw/forward.c \
	examples/gw/forward.h \
	examples/gw/gateway.c \
	examples/gw/gateway.h \
	examples/gw/held.c \
	examples/gw/held.h \
	examples/gw/impair.c \
	examples/gw/impair.h \
	examples/gw/look.c \
	examples/gw/look.h \
	examples/gw/main.c \
	examples/gw/metrics.c \
	examples/gw/metrics.h \
	examples/gw/options.c \
	examples/gw/options.h \
	examples/gw/own.c \
	examples/gw/own.h \
	examples/gw/port.c \
	examples/gw/port.h \
	examples/gw/report.c \
	examples/gw/report.h \
	examples/gw/route.c \
	examples/gw/route.h \
	examples/gw/rules.c \
	examples/gw/rules.h \
	examples/gw/served.c \
	examples/gw/served.h \
	examples/gw/served_list.c \
	examples/gw/served_list.h \
	examples/gw/services.c \
	examples/gw/services.h \
	examples/gw/side.c \
	examples/gw/side.h \
	examples/gw/standby.h \
	examples/gw/table.c \
	examples/gw/table.h \
	examples/gw/translator.c \
	examples/gw/translator.h \
	examples/gw/wait.c \
	examples/gw/wait.h \
	examples/gw/whole.c \
	examples/gw/whole.h

STANDBY_FILES = \
	examples/gw/lease.c \
	examples/gw/lease.h \
	examples/gw/mirror.c \
	examples/gw/mirror.h \
	examples/gw/standby.c \
	examples/gw/standby_fetch.c \
	examples/gw/standby_fetch.h \
	examples/gw/standby_redis.c \
	examples/gw/standby_redis.h
NO_STANDBY_FILES = \
	examples/gw/standby_none.c

if GATEWAY
sbin_PROGRAMS += examples/gw/vpnalg-gw
man1_MANS += doc/vpnalg-gw.1
examples_gw_vpnalg_gw_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE \
	$(JANSSON_CPPFLAGS)
examples_gw_vpnalg_gw_CFLAGS = $(AM_CFLAGS) $(NFTABLES_CFLAGS) \
	$(QUEUE_CFLAGS) $(JANSSON_CFLAGS) $(FIXBUF_CFLAGS)
examples_gw_vpnalg_gw_LDADD = lib/libvpnalg.la $(NFTABLES_LIBS) \
	$(QUEUE_LIBS) $(JANSSON_LIBS) $(FIXBUF_LIBS)
examples_gw_vpnalg_gw_SOURCES = \
	$(COMMON_FILES) $(IPFIX_FILES) $(COMMON_LIVE_FILES) \
	$(COMMON_QUEUE_FILES) $(COMMON_SEND_FILES) $(GATEWAY_FILES)
if STANDBY
examples_gw_vpnalg_gw_CFLAGS += $(HIREDIS_CFLAGS)
examples_gw_vpnalg_gw_LDADD += $(HIREDIS_LIBS)
examples_gw_vpnalg_gw_SOURCES += $(STANDBY_FILES)
else
examples_gw_vpnalg_gw_SOURCES += $(NO_STANDBY_FILES)
endif
endif

EXTRA_DIST += doc/vpnalg-gw.1
