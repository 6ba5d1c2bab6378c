# SPDX-License-Identifier: BSD-2-Clause
# Programs of one file that show how to use the library. The folders hold larger
# programs, each with a man page.

include examples/common/local.mk
include examples/gw/local.mk
include examples/pcap/local.mk
include examples/queue/local.mk

# The library in a Linux kernel; Kbuild builds it, tests/kernel_module.sh tries.
EXTRA_DIST += \
	examples/linux/Kbuild \
	examples/linux/module.c \
	examples/linux/stdbool.h \
	examples/linux/stddef.h \
	examples/linux/stdint.h \
	examples/linux/string.h

# The tests run them; nobody installs them.
if SCRIPT_TESTS
check_PROGRAMS += \
	examples/cores \
	examples/embed \
	examples/fast_path \
	examples/handler \
	examples/server \
	examples/share \
	examples/store
examples_cores_CFLAGS = $(AM_CFLAGS) -pthread
examples_cores_LDADD = lib/libvpnalg.la
examples_cores_LDFLAGS = -pthread
examples_embed_LDADD = lib/libvpnalg.la
examples_fast_path_LDADD = lib/libvpnalg.la
examples_handler_LDADD = lib/libvpnalg.la
examples_server_LDADD = lib/libvpnalg.la
examples_share_LDADD = lib/libvpnalg.la
examples_store_LDADD = lib/libvpnalg.la

if EXAMPLES
check_PROGRAMS += examples/pcap_translate
examples_pcap_translate_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
examples_pcap_translate_LDADD = lib/libvpnalg.la $(PCAP_LIBS)
endif

if LINUX
check_PROGRAMS += examples/raw_sockets
examples_raw_sockets_LDADD = lib/libvpnalg.la
endif

if QUEUE
check_PROGRAMS += examples/nfqueue
examples_nfqueue_CFLAGS = $(AM_CFLAGS) $(QUEUE_CFLAGS)
examples_nfqueue_LDADD = lib/libvpnalg.la $(QUEUE_LIBS)
endif
endif

EXTRA_DIST += \
	examples/demo.sh \
	examples/udplite.c
