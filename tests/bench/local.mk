# SPDX-License-Identifier: BSD-2-Clause
# The benchmarks. The first is built with the library's sources as an embedder
# would build it, whatever CFLAGS are for the rest; "make check" neither builds
# nor runs it (tests/bench_smoke.sh does).

EXTRA_PROGRAMS += tests/bench/bench
CLEANFILES += tests/bench/bench$(EXEEXT)
tests_bench_bench_CFLAGS = $(AM_CFLAGS) -O2
tests_bench_bench_SOURCES = \
	$(lib_libcore_la_SOURCES) \
	tests/bench/basics.c \
	tests/bench/basics.h \
	tests/bench/bench.c \
	tests/bench/bench.h \
	tests/bench/count.c \
	tests/bench/expiry.c \
	tests/bench/flows.c \
	tests/bench/floors.c \
	tests/bench/floors.h \
	tests/bench/frames.c \
	tests/bench/frames.h \
	tests/bench/ipsec.c \
	tests/bench/l2tp.c \
	tests/bench/load.c \
	tests/bench/load.h \
	tests/bench/measure.c \
	tests/bench/measure.h \
	tests/bench/memory.c \
	tests/bench/options.c \
	tests/bench/packets.c \
	tests/bench/report.c \
	tests/bench/report.h \
	tests/bench/setup.c \
	tests/bench/setup.h \
	tests/bench/traffic.c \
	tests/bench/traffic.h \
	tests/bench/world.c \
	tests/bench/world.h

.PHONY: bench
bench: tests/bench/bench$(EXEEXT)
	tests/bench/bench$(EXEEXT) $(BENCH_FLAGS)

EXTRA_DIST += tests/bench/instructions.sh

# The gateways' benchmark builds what it needs.
EXTRA_DIST += \
	tests/bench/gateway.sh \
	tests/bench/gateway/build.sh \
	tests/bench/gateway/flood.c \
	tests/bench/gateway/flood.h \
	tests/bench/gateway/link.c \
	tests/bench/gateway/link.h \
	tests/bench/gateway/network.sh \
	tests/bench/gateway/packets.sh \
	tests/bench/gateway/rates.sh \
	tests/bench/gateway/replay.c \
	tests/bench/gateway/session.c \
	tests/bench/gateway/session.h \
	tests/bench/gateway/tables.sh \
	tests/bench/gateway/timed.c \
	tests/bench/gateway/timed.h
