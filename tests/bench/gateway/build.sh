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

# sources_of LIST: what the make fragments of the examples have in it.
sources_of() {
	awk -v list="$1" -v tree="$tree/" '
		$1 == list && $2 == "=" { inside = 1; next }
		inside && $1 ~ /\.c$/ { print tree $1 }
		!/\\$/ { inside = 0 }' "$tree"/examples/*/local.mk
}

# shellcheck disable=SC2046,SC2086
build() (
	queue=$(pkg-config --libs libnetfilter_queue libmnl)
	both="$(pkg-config --libs libnftables) $queue"
	objects lib "$tree"/lib/*/*.c &&
		objects common.o $(sources_of COMMON_FILES) \
			$(sources_of COMMON_LIVE_FILES) \
			$(sources_of COMMON_QUEUE_FILES) \
			$(sources_of COMMON_SEND_FILES) \
			$(sources_of NO_IPFIX_FILES) &&
		objects gw.o $(sources_of GATEWAY_FILES) \
			$(sources_of NO_STANDBY_FILES) &&
		objects queue.o $(sources_of QUEUE_FILES) &&
		cd "$work" &&
		compile -o gw gw.o/*.o common.o/*.o lib/*.o $both &&
		compile -o gw-timed gw.o/*.o common.o/*.o lib/*.o \
			"$bench/gateway/timed.c" \
			-Wl,--wrap=vpnalg_process $both &&
		compile -o queue queue.o/*.o common.o/*.o lib/*.o \
			$queue &&
		compile -o replay "$bench"/basics.c "$bench"/frames.c \
			"$bench"/traffic.c "$bench"/gateway/flood.c \
			"$bench"/gateway/link.c "$bench"/gateway/replay.c \
			"$bench"/gateway/session.c
)
