#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/check.sh [--long]
#
# Installs what the tests need, where it can, makes a release of a copy of this
# tree, compiles the library with gcc and clang, builds all with gcc, without and
# with sanitizers, and runs every test; with --long the longest tests with
# sanitizers, too, and all of it with those of clang, which takes an hour more.
# Ends with "N passed, N failed"; exits 1 if anything failed, 2 if the command
# line is wrong. JOBS sets make's -j; twice as many tests run at once.
set -u
umask 022

tree=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/setup.sh
. "$tree/tests/setup.sh"

warnings='-Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror'
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
sanitize="-g -O1 -fno-omit-frame-pointer $sanitize"
everything='--enable-examples --enable-gateway --enable-queue'
everything="$everything --enable-standby --enable-ipfix"
everything="$everything --enable-tests --enable-doc"
jobs=${JOBS:-2}
passed=0
failed=0

has_scapy() {
	"$1" -c 'import scapy'
}

has_prometheus() {
	"$1" -c 'import prometheus_client'
}

links() {
	echo 'int main(void) { return 0; }' >"$work/links.c" &&
		"$@" -o "$work/links" "$work/links.c"
}

wants_tests() {
	wants_build
	wants abigail-tools command -v abidw
	wants check pkg-config --exists check
	wants chromium command -v chromium
	wants chromium-driver command -v chromedriver
	wants clang command -v clang
	wants clang-format command -v clang-format
	wants coturn command -v turnserver
	wants doxygen command -v doxygen
	wants g++ command -v g++
	wants gcc command -v gcc
	wants gcc-arm-none-eabi command -v arm-none-eabi-gcc
	wants git command -v git
	wants graphviz command -v dot
	wants groff-base command -v groff
	wants iproute2 command -v ip
	wants iptables command -v iptables
	wants iputils-ping command -v ping
	wants libclang-rt-dev links clang -fsanitize=address,undefined
	wants libfixbuf-dev pkg-config --exists libfixbuf
	wants libhiredis-dev pkg-config --exists hiredis
	wants libjansson-dev pkg-config --exists jansson
	[ "$(uname -m)" != x86_64 ] || wants linux-headers-amd64 \
		eval 'ls -d /usr/src/linux-headers-*-amd64'
	wants libmnl-dev pkg-config --exists libmnl
	wants libnetfilter-queue-dev pkg-config --exists libnetfilter_queue
	wants libnftables-dev pkg-config --exists libnftables
	wants libnewlib-arm-none-eabi \
		eval "echo '#include <string.h>' | arm-none-eabi-gcc -E -"
	wants nfdump command -v nfcapd
	wants nftables command -v nft
	wants python3 test -x /usr/bin/python3
	wants python3-prometheus-client has_prometheus /usr/bin/python3
	wants python3-scapy has_scapy /usr/bin/python3
	wants python3-selenium /usr/bin/python3 -c 'import selenium'
	wants redis-tools command -v redis-check-rdb
	wants stun-client command -v stun
	wants tcpdump command -v tcpdump
	wants tshark command -v tshark
	wants util-linux command -v setpriv
	wants valgrind command -v valgrind
}

# said NAME PASSED FAILED: one line, and the sums.
said() {
	printf '%-28s %5d passed, %d failed\n' "$1" "$2" "$3"
	passed=$((passed + $2))
	failed=$((failed + $3))
}

# step NAME COMMAND...: one thing that must succeed; its output is shown only
# when it does not.
step() {
	name=$1
	shift
	if ("$@") >"$work/log" 2>&1 </dev/null; then
		said "$name" 1 0
	else
		said "$name" 0 1
		tail -n 60 "$work/log"
		return 1
	fi
}

# The results of "make check" in the current directory: each of Check's tests
# counts, and each script. A skipped script counts as failed when $1 is
# "whole", for everything that it could need was installed; unless it says that
# something cannot be done "here", as where there are no network namespaces.
count_tests() {
	ok=0
	bad=0
	skipped=
	for trs in tests/*.trs; do
		[ -e "$trs" ] || continue
		log=${trs%.trs}.log
		result=$(sed -n 's/^:test-result: *//p' "$trs")
		# "100%: Checks: 12, Failures: 1, Errors: 0"
		# shellcheck disable=SC2046
		set -- "$1" $(sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' "$log" | awk '{ n += $1; f += $2 + $3 } END { if (NR) print n - f, f }')
		case $result in
		SKIP*)
			skipped="$skipped ${log#tests/}"
			[ "$1" != whole ] || grep -q '^SKIP: .* here$' "$log" ||
				bad=$((bad + 1))
			;;
		PASS*)
			ok=$((ok + ${2:-1}))
			bad=$((bad + ${3:-0}))
			;;
		*)
			# A program may also fail after its last test.
			[ "${3:-0}" -eq 0 ] && set -- "$1" "${2:-0}" 1
			ok=$((ok + $2))
			bad=$((bad + $3))
			;;
		esac
		[ "$result" = PASS ] || [ "$result" = SKIP ] || tail -n 60 "$log"
	done
	[ -z "$skipped" ] || echo "skipped:$skipped"
}

# build NAME CONFIGURE_ARGUMENT...: in a directory of its own.
# shellcheck disable=SC2086
build() {
	mkdir "$work/$1" && cd "$work/$1" || return
	shift
	../source/configure $everything "$@" && make -j"$jobs" all &&
		make -j"$jobs" check TESTS=
}

# run_tests NAME whole|part [GROUP=]...: all tests but those of the groups, in
# what build() made. A process of its own for each unit test is slow under a
# sanitizer, whose leak check would run in all of them; there the first fault
# ends the program. The programs' tests wait for most of their time: twice as
# many run as compilers do.
run_tests() {
	name=$1 extent=$2
	shift 2
	cd "$work/$name" || exit 1
	fork=yes
	[ "$extent" = whole ] || fork=no
	CK_FORK=$fork make -j"$((2 * jobs))" check "$@" >"$work/log" 2>&1 </dev/null
	status=$?
	count_tests "$extent"
	if [ $status -ne 0 ] && [ $bad -eq 0 ] || [ $((ok + bad)) -eq 0 ]; then
		tail -n 60 "$work/log"
		bad=$((bad + 1))
	fi
	said "tests, $name" $ok $bad
}

# sanitized CC [GROUP=]...: what judges the source, and what takes long for
# others than our programs, has been run before.
sanitized() {
	cc=$1
	shift
	step "build, $cc, sanitizers" build "$cc-sanitizers" CC="$cc" \
		CFLAGS="$sanitize" --disable-shared --enable-werror &&
		run_tests "$cc-sanitizers" part SOURCE_TEST_FILES= \
			JUDGE_TEST_FILES= "$@"
}

# lib/*/*.c compile with one -I, without configure, as strict C11.
compile_plainly() {
	mkdir -p "$work/plain" && cd "$work/plain" || return
	# shellcheck disable=SC2086
	"$1" -std=c11 -O2 $warnings -I../source/include -c ../source/lib/*/*.c
}

make_in() {
	cd "$work/$1" || return
	shift
	make -j"$jobs" "$@"
}

# groff tells faults on stderr and succeeds all the same.
man_page_is_clean() {
	groff -ww -mandoc -Tutf8 -z "$work"/source/doc/*.1 2>&1 | tee "$work/man"
	[ ! -s "$work/man" ]
}

# All that is built and tested comes out of the archive of a release, so that
# nothing can be missing in it.
release() {
	"$work/copy/autogen.sh" && mkdir "$work/release" &&
		cd "$work/release" && ../copy/configure &&
		make distdir distdir="$work/source"
}

# What a release must do besides: its tree may be read-only, and all that make
# installs and builds is removed again. One test suffices here.
distcheck() {
	make_in gcc distcheck DISTCHECK_CONFIGURE_FLAGS="$everything" \
		check_PROGRAMS= TESTS=tests/version.sh
}

main() {
	step 'a release is made' release || return
	for cc in gcc clang; do
		step "lib/*/*.c alone, $cc" compile_plainly $cc
	done
	step 'build, gcc' build gcc CC=gcc --enable-werror &&
		run_tests gcc whole MEMORY_TEST_FILES=
	if [ "$long" = yes ]; then
		sanitized gcc
		sanitized clang
	else
		sanitized gcc LONG_TEST_FILES=
	fi
	step 'make doc' make_in gcc doc
	step 'man page' man_page_is_clean
	step 'make distcheck' distcheck
}

case $# in
0) long=no ;;
*) long=yes ;;
esac
if [ $# -gt 1 ] || [ "${1:---long}" != --long ]; then
	echo "usage: sh tests/check.sh [--long]" >&2
	exit 2
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/vpnalg-check.XXXXXX")
wants_tests
install_missing
copy_source "$tree" "$work/copy"
# The default of 4 seconds a test is short for a busy machine and sanitizers.
export CK_TIMEOUT_MULTIPLIER=10
main
if [ $failed -eq 0 ]; then
	chmod -R u+w "$work" && rm -rf "$work"
else
	echo "All that was built is in $work"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
