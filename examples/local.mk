# SPDX-License-Identifier: BSD-2-Clause
# Programs of one file that show how to use the library; the folders hold larger
# programs, each with a man page.

include examples/common/local.mk
include examples/gw/local.mk
include examples/pcap/local.mk
include examples/queue/local.mk

EXTRA_DIST += \
	examples/demo.sh \
	examples/embed.c \
	examples/udplite.c
