# SPDX-License-Identifier: BSD-2-Clause
# vpnalg-queue, a gateway behind NFQUEUE.

QUEUE_FILES = \
	examples/queue/main.c \
	examples/queue/options.c \
	examples/queue/options.h \
	examples/queue/report.c \
	examples/queue/report.h \
	examples/queue/run.h \
	examples/queue/translate.c \
	examples/queue/translate.h

if QUEUE
sbin_PROGRAMS += examples/queue/vpnalg-queue
man1_MANS += doc/vpnalg-queue.1
examples_queue_vpnalg_queue_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE \
	$(JANSSON_CPPFLAGS)
examples_queue_vpnalg_queue_CFLAGS = $(AM_CFLAGS) $(QUEUE_CFLAGS) \
	$(JANSSON_CFLAGS) $(FIXBUF_CFLAGS)
examples_queue_vpnalg_queue_LDADD = lib/libvpnalg.la $(QUEUE_LIBS) \
	$(JANSSON_LIBS) $(FIXBUF_LIBS)
examples_queue_vpnalg_queue_SOURCES = \
	$(COMMON_FILES) $(IPFIX_FILES) $(COMMON_LIVE_FILES) \
	$(COMMON_QUEUE_FILES) $(COMMON_SEND_FILES) $(QUEUE_FILES)
endif

EXTRA_DIST += doc/vpnalg-queue.1
