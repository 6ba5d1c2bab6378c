# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What is measured, and what measures, built from the sources into $work:
#
#   gw, queue   the gateways
#   gw-timed    the first of them, with a clock around the library
#   replay      who sends the packets
#
# Frame pointers, so that perf can tell who has called.

flags="${CFLAGS:--O2} -g -fno-omit-frame-pointer"

compile() {
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 $flags -D_GNU_SOURCE -I"$tree/include" "$@"
}

# objects DIR SOURCE...: all of them into a folder of their own.
objects() {
	mkdir "$work/$1" && cd "$work/$1" || return
	shift
	compile -c "$@"
}

# shellcheck disable=SC2086
build() (
	examples=$tree/examples
	nft=$(pkg-config --libs libnftables)
	queue=$(pkg-config --libs libnetfilter_queue libmnl)
	objects lib "$tree"/lib/*.c &&
		objects both "$examples"/nat*.c "$examples/rights.c" \
			"$examples/system.c" &&
		objects gw.o "$examples"/gw_*.c "$examples/vpnalg-gw.c" &&
		objects queue.o "$examples"/queue_*.c \
			"$examples/vpnalg-queue.c" &&
		cd "$work" &&
		compile -o gw gw.o/*.o both/*.o lib/*.o $nft &&
		compile -o gw-timed gw.o/*.o both/*.o lib/*.o \
			"$bench/gateway/timed.c" \
			-Wl,--wrap=vpnalg_process $nft &&
		compile -o queue queue.o/*.o both/*.o lib/*.o $queue &&
		compile -o replay "$bench"/basics.c "$bench"/frames.c \
			"$bench"/traffic.c "$bench"/gateway/flood.c \
			"$bench"/gateway/link.c "$bench"/gateway/replay.c \
			"$bench"/gateway/session.c
)
