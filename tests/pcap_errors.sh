#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every way in which vpnalg-pcap can fail: its exit status, one line on
# standard error that says what, where and why, and what is left behind.
set -u

program=${VPNALG_PCAP:-./vpnalg-pcap}
srcdir=${srcdir:-.}
capture=$srcdir/tests/captures/pptp-three-inside.pcap
[ -x "$program" ] || { echo "SKIP: there is no $program"; exit 77; }
case $program in /*) ;; *) program=$PWD/$program ;; esac
case $capture in /*) ;; *) capture=$PWD/$capture ;; esac

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cp "$capture" in.pcap
failed=0

result() { # NAME, GOOD (0 or not)
	if [ "$2" -eq 0 ]; then
		echo "ok   $1"
	else
		echo "FAIL $1"
		sed 's/^/     /' err
		failed=$((failed + 1))
	fi
}

# One line of the program's name, what, where and why, which has this in it;
# a report may follow it.
said() { # TEXT
	[ "$(grep -c '^vpnalg-pcap: ' err)" -eq 1 ] &&
		head -n 1 err | grep -q '^vpnalg-pcap: [^:]*: [^:]*: .' &&
		head -n 1 err | grep -qF -- "$1"
}

# Expects a status and a line with a text, from the program with the rest.
expect() { # NAME STATUS TEXT ARGUMENT...
	name=$1 status=$2 text=$3
	shift 3
	"$program" "$@" >out 2>err
	[ $? -eq "$status" ] && said "$text"
	result "$name" $?
}

usage() { # NAME TEXT ARGUMENT...
	case=$1 text=$2
	shift 2
	rm -f never
	expect "usage: $case" 2 "$text" "$@"
	[ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -e never ]
	result "usage: $case: nothing else happens" $?
}

# A file header: pcap, microseconds, little endian, of a link type below 256.
header() { # LINK (octal)
	printf '\324\303\262\241\002\000\004\000'
	printf '\000\000\000\000\000\000\000\000\377\377\000\000'
	printf '%b\000\000\000' "\\0$1"
}

# Usage

usage 'no names' INPUT
usage 'one name' OUTPUT in.pcap
usage 'three names' more in.pcap never more
usage 'unknown option' --frob --frob in.pcap never
usage 'unknown letter' -x -x in.pcap never
usage 'option without value' --seed in.pcap never --seed
usage 'option with a value it does not take' --explain=1 --explain=1 in.pcap \
	never
usage 'inside words' 'not an IPv4 prefix' --inside home in.pcap never
usage 'inside too long' 10.0.0.0/33 --inside 10.0.0.0/33 in.pcap never
usage 'inside without length' 10.1 --inside 10.1 in.pcap never
usage 'inside with five octets' 1.2.3.4.5 --inside 1.2.3.4.5 in.pcap never
usage 'inside with a large octet' 10.256.0.0 --inside 10.256.0.0 in.pcap never
usage 'inside with a tail' 10.0.0.0/8x --inside 10.0.0.0/8x in.pcap never
usage 'inside empty' 'not an IPv4 prefix' --inside '' in.pcap never
usage 'address with a length' 203.0.113.1/32 --address 203.0.113.1/32 \
	in.pcap never
usage 'address twice' 'given twice' --address 203.0.113.1 \
	--address 203.0.113.1 in.pcap never
usage 'address too short' 203.0.113 --address 203.0.113 in.pcap never
for blocks in 63 96 32768 64x '64,' 64,10.0.0.0/33 64,10.0.0.0/0 64,ten; do
	usage "blocks of $blocks" "--port-blocks $blocks" --port-blocks "$blocks" \
		in.pcap never
done
usage 'seed negative' -1 --seed -1 in.pcap never
usage 'seed too large' 4294967296 --seed 4294967296 in.pcap never
usage 'seed enormous' 99999999999999999999999 --seed 99999999999999999999999 \
	in.pcap never
usage 'seed with a tail' 1x --seed 1x in.pcap never
usage 'JSON beside the output' --json --json in.pcap -
usage 'a page that is the output' --html --html never in.pcap never
usage 'a page beside the output' --html --html - in.pcap -
usage 'a page beside the report' --html --html - --json in.pcap never

# Input

set -- --address 203.0.113.1
expect 'input: missing' 1 'missing.pcap' "$@" missing.pcap never
mkdir folder
expect 'input: a folder' 1 folder "$@" folder never
: >empty
expect 'input: empty' 1 empty "$@" empty never
echo 'this is no capture at all, whatever it says' >words
expect 'input: no capture' 1 words "$@" words never
head -c 20 in.pcap >stub
expect 'input: half a file header' 1 stub "$@" stub never
header 377 >alien
expect 'input: unknown link type' 1 'link type 255' "$@" alien never
[ ! -e never ]
result 'input: no output is made where nothing can be read' $?

header 001 >none
expect 'input: unreadable standard input' 1 'standard input' "$@" - never <&-
"$program" "$@" none out.pcap 2>err && cmp -s none out.pcap
result 'input: without packets the output has none' $?

# A capture that ends within a packet, or holds nonsense: the rest is there.
"$program" "$@" in.pcap whole.pcap 2>err || result 'the capture' 1
head -c 5000 in.pcap >short.pcap
expect 'input: ends within a packet' 1 ': packet ' "$@" short.pcap out.pcap
cmp whole.pcap out.pcap 2>&1 | grep -q 'EOF on .*out.pcap'
result 'input: what came before is translated' $?
"$program" "$@" out.pcap again.pcap 2>err
result 'input: and is a valid file' $?
"$program" "$@" - - <short.pcap 2>err | cmp -s - out.pcap && said packet
result 'input: likewise between pipes' $?
grep -q '^[0-9]* packets read .* until the error, ' err
result 'input: the report says so' $?
{ header 001; printf '%032d' 0 | tr 0 '\377'; } >wild
expect 'input: a packet of impossible length' 1 'packet 1' "$@" wild out.pcap
cmp -s none out.pcap
result 'input: which leaves an empty capture' $?

expect 'input: both, ends within a packet' 1 ': packet ' "$@" --both \
	short.pcap out.pcapng
"$program" "$@" --both in.pcap whole.pcapng 2>err &&
	cmp whole.pcapng out.pcapng 2>&1 | grep -q 'EOF on .*out.pcapng'
result 'input: what came before is there, before and after' $?
expect 'input: both, empty' 1 empty "$@" --both empty never
expect 'input: both, unreadable standard input' 1 'standard input' "$@" \
	--both - never <&-
expect 'input: both, a folder' 1 folder "$@" --both folder never

# Output

expect 'output: no such folder' 1 nowhere/x "$@" in.pcap nowhere/x
expect 'output: a folder' 1 folder "$@" in.pcap folder
expect 'output: both, no such folder' 1 nowhere/x "$@" --both in.pcap nowhere/x
expect 'page: no such folder' 1 nowhere/x "$@" --html nowhere/x in.pcap \
	out.pcap
expect 'page: a folder' 1 folder "$@" --html folder in.pcap out.pcap
expect 'page: a broken capture' 1 packet "$@" --html page.html short.pcap \
	out.pcap
grep -q 'The capture is broken' page.html && tail -n 1 page.html |
	grep -qx '</html>'
result 'page: it says so' $?
cp in.pcap same.pcap
expect 'page: the input' 1 'it is the input' "$@" --html same.pcap same.pcap \
	out.pcap
cmp -s in.pcap same.pcap
result 'page: the input is unharmed' $?
: >linked.html
ln linked.html linked.pcap
expect 'page: the output by a link' 1 'it is OUTPUT, too' "$@" --html \
	linked.html in.pcap linked.pcap
expect 'output: the input by name' 1 'it is the input' "$@" same.pcap same.pcap
expect 'output: both, the input by name' 1 'it is the input' "$@" --both \
	same.pcap same.pcap
ln same.pcap link.pcap
expect 'output: the input by a link' 1 'it is the input' "$@" same.pcap \
	link.pcap
# shellcheck disable=SC2094 # that is the point
expect 'output: the input, redirected' 1 'it is the input' "$@" - same.pcap \
	<same.pcap
# shellcheck disable=SC2094
"$program" "$@" same.pcap - 2>err >>same.pcap
[ $? -eq 1 ] && said 'it is the input'
result 'output: the input, appended to' $?
cmp -s in.pcap same.pcap
result 'output: the input is unharmed' $?

if [ -w /dev/full ]; then
	expect 'full disk: output' 1 '/dev/full' "$@" in.pcap /dev/full
	expect 'full disk: a short output' 1 '/dev/full' "$@" none /dev/full
	"$program" "$@" in.pcap - 2>err >/dev/full
	[ $? -eq 1 ] && said 'standard output'
	result 'full disk: standard output' $?
	expect 'full disk: both' 1 '/dev/full' "$@" --both in.pcap /dev/full
	expect 'full disk: a short output of both' 1 '/dev/full' "$@" --both \
		none /dev/full
	"$program" "$@" --both in.pcap - 2>err >/dev/full
	[ $? -eq 1 ] && said 'standard output'
	result 'full disk: standard output, both' $?
	expect 'full disk: page' 1 '/dev/full' "$@" --html /dev/full in.pcap \
		out.pcap
	expect 'full disk: a short page' 1 '/dev/full' "$@" --html /dev/full \
		none out.pcap
	"$program" "$@" --explain in.pcap out.pcap 2>err >/dev/full
	[ $? -eq 1 ] && said 'standard output'
	result 'full disk: explanation' $?
	"$program" "$@" --explain none out.pcap 2>err >/dev/full
	result 'full disk: an empty explanation needs no room' $?
	"$program" --help 2>err >/dev/full
	[ $? -eq 1 ] && said 'standard output'
	result 'full disk: help' $?
	"$program" "$@" in.pcap out.pcap 2>/dev/full
	[ $? -eq 1 ]
	result 'full disk: report' $?
fi

# The reader ends at once; the writer must not end as if all were well.
{ "$program" "$@" in.pcap - 2>err; echo $? >status; } | :
sleep 1
[ "$(cat status)" -eq 1 ] && said 'standard output'
result 'closed pipe: output' $?
{ "$program" "$@" --both in.pcap - 2>err; echo $? >status; } | :
sleep 1
[ "$(cat status)" -eq 1 ] && said 'standard output'
result 'closed pipe: both' $?
{ "$program" "$@" --html - in.pcap out.pcap 2>err; echo $? >status; } | :
sleep 1
[ "$(cat status)" -eq 1 ] && said 'standard output'
result 'closed pipe: page' $?
{ "$program" "$@" --explain in.pcap out.pcap 2>err; echo $? >status; } | :
sleep 1
[ "$(cat status)" -eq 1 ] && said 'standard output'
result 'closed pipe: explanation' $?
"$program" "$@" in.pcap - 2>err >&-
[ $? -eq 1 ] && said 'standard output'
result 'closed standard output' $?
"$program" "$@" --both in.pcap - 2>err >&-
[ $? -eq 1 ] && said 'standard output'
result 'closed standard output: both' $?
"$program" "$@" --explain in.pcap out.pcap 2>err >&-
[ $? -eq 1 ] && said 'standard output'
result 'closed standard output: explanation' $?
cmp -s whole.pcap out.pcap || [ "$(head -c 4 out.pcap)" = "$(head -c 4 none)" ]
result 'closed standard output: the capture has no words in it' $?

# What is not an error

for option in --help --version; do
	"$program" "$option" >out 2>err && [ -s out ] && [ ! -s err ]
	result "$option goes to standard output" $?
done
"$program" --help | grep -q '^Usage: vpnalg-pcap ' &&
	"$program" --version | head -n 1 | grep -q '^vpnalg-pcap (.*) [0-9]'
result 'both have the usual form' $?
"$program" in.pcap out.pcap 2>err && grep -q '203\.0\.113\.1.*default' err
result 'the default address is said' $?
"$program" "$@" --explain in.pcap out.pcap >lines 2>err &&
	[ "$(wc -l <lines)" -eq 177 ] && ! grep -qv '^[0-9]* [a-z]' lines &&
	grep -q 'PPTP Outgoing-Call-Request .*Call ID.* -> .*Call ID' lines
result '--explain has a line per packet' $?
"$program" "$@" --explain in.pcap - 2>err >out && cmp -s whole.pcap out &&
	[ "$(grep -c '^[0-9]* [a-z]*: ' err)" -eq 177 ]
result '--explain goes to standard error when the capture does not' $?
"$program" "$@" - - <in.pcap 2>err | cmp -s - whole.pcap
result 'between pipes the output is the same' $?
"$program" "$@" /dev/null /dev/null 2>err
[ $? -eq 1 ] && said 'cannot read input'
result 'a device may be named twice' $?

if "$program" "$@" --json in.pcap out.pcap >json 2>err; then
	[ ! -s err ] && grep -q '"complete": true' json &&
		grep -q '"read": 177' json
	result '--json puts the report on standard output only' $?
	expect '--json with a broken input' 1 'packet' "$@" --json short.pcap \
		out.pcap
	grep -q '"complete": false' out
	result '--json says that it was broken' $?
	if [ -w /dev/full ]; then
		"$program" "$@" --json in.pcap out.pcap 2>err >/dev/full
		[ $? -eq 1 ]
		result 'full disk: JSON' $?
	fi
else
	usage '--json without jansson' jansson "$@" --json in.pcap never
fi

echo "$failed failed"
[ "$failed" -eq 0 ]
