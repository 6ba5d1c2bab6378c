#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The programs of one file in examples/: each compiles without a warning by the
# public headers alone, is short, and says how to build it. Those that need
# nothing run here and print what is expected; example_pcap.py and
# example_gateways.py run the others.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
built=${builddir:-.}/examples
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0
fail() {
	echo "$@"
	status=1
}

# needs NAME LIBRARY...: where the program was built, its libraries are there.
needs() {
	[ -x "$built/$1" ] || return
	shift
	pkg-config --cflags "$@" 2>/dev/null
	return 0
}

# compiles FILE FLAG...
compiles() {
	file=$1
	shift
	# shellcheck disable=SC2086
	${CC:-cc} ${CFLAGS-} -Wall -Wextra -Wpedantic -Werror -c \
		-I"$src/include" "$@" -o "$work/object.o" "$file" \
		>"$work/log" 2>&1 && return
	fail "$file does not compile:"
	sed 20q "$work/log"
}

says_how_to_build() {
	grep -qE "^ \*     cc $1.c -o $1( |\$)" "$2" &&
		grep -qF '$'"(pkg-config --cflags --libs libvpnalg" "$2"
}

for file in "$src"/examples/*.c; do
	name=$(basename "$file" .c)
	[ "$(wc -l <"$file")" -le 250 ] || fail "$name.c has more than 250 lines"
	flags=
	case $name in
	embed | udplite) ;;
	*) says_how_to_build "$name" "$file" ||
		fail "$name.c does not say how to build it" ;;
	esac
	case $name in
	nfqueue) flags=$(needs nfqueue libnetfilter_queue libmnl) || continue ;;
	pcap_translate) flags=$(needs pcap_translate libpcap) || continue ;;
	raw_sockets) needs raw_sockets || continue ;;
	esac
	# shellcheck disable=SC2086
	compiles "$file" $flags
done

# prints NAME: what is on standard input, and succeeds.
prints() {
	cat >"$work/expected"
	"$built/$1" >"$work/printed" 2>&1 || fail "$1 fails"
	diff "$work/expected" "$work/printed" ||
		fail "$1 prints something else"
}

prints embed <<'END'
before: 192.168.77.11
after:  203.0.113.1
END

prints fast_path <<'END'
IKE session: 500 packets out, 500 in, of which 997 fast
END

prints cores <<'END'
core 0: busy
core 1: busy
core 2: busy
core 3: busy
200 packets translated
END

prints handler <<'END'
O from 203.0.113.1: translated
O from 203.0.113.1: translated
the second host's ID is another
A to 192.168.77.11: translated
ID 5
A to 192.168.77.12: translated
ID 5
D from 203.0.113.1: translated
ID 70
D from 203.0.113.1: translated
ID 71
D to 192.168.77.12: translated
ID 5
E from 203.0.113.1: translated
D from 192.168.77.11: dropped
D from 203.0.113.1: translated
END

prints server <<'END'
the port: 0
another one for the same server: 11
a client outside: 198.51.100.7:40000 to 192.168.77.11:5060
the answer: 203.0.113.1:5060 to 198.51.100.7:40000
a client inside: 203.0.113.1:50000 to 192.168.77.11:5060
the answer: 203.0.113.1:5060 to 192.168.77.12:50000
END

prints share <<'END'
from port 40000: port 40000 outside
from port 50000: another port outside
from port 50002: port 7000 outside
ten minutes later: 1 port in use
END

prints store <<'END'
203.0.113.100: translated
203.0.113.101: translated
203.0.113.102: translated
203.0.113.103: translated
203.0.113.104: translated
203.0.113.105: translated
203.0.113.106: translated
203.0.113.107: translated
203.0.113.108: translated
203.0.113.109: translated
the store is full, it was told of changes
after an hour: 0 records
END

[ $status -eq 0 ] && echo 'the examples are short and do what they say'
exit $status
