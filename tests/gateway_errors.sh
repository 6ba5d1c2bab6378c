#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every way in which vpnalg-gw and vpnalg-queue can fail to start: the exit
# status, and one line on standard error that says what, where and why.
set -u

# shellcheck source=tests/gateway_common.sh
. "${srcdir:-.}/tests/gateway_common.sh"

# Expects a status and a line with a text, from a program with the rest.
expect() { # NAME STATUS TEXT PROGRAM ARGUMENT...
	name=$1 status=$2 text=$3
	shift 3
	"$@" >"$work/out" 2>"$work/err" &
	pid=$!
	ends "$status" && said "$said_by" "$text" &&
		[ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/out" ]
	result "$said_by: $name" $?
}

usage() { # TEXT ARGUMENT...
	text=$1
	shift
	expect "usage: $text" 2 "usage: $text; see '$said_by --help'" \
		"$program" "$@"
}

# What both have.
common() {
	usage '--frob: unknown option' "$@" --frob
	usage '--general=1: unknown option' "$@" --general=1
	usage '--l2tp-any-address=1: unknown option' "$@" --l2tp-any-address=1
	usage '--l2tp-port-1701=1: unknown option' "$@" --l2tp-port-1701=1
	usage '-x: unknown option' "$@" -x
	usage '--address: needs a value' "$@" --address
	usage '--address 203.0.113: not an IPv4 address' --address 203.0.113
	usage '--address 203.0.113.1/32: not an IPv4 address' \
		--address 203.0.113.1/32
	usage '--address 203.0.113.1: given twice' "$@" --address 203.0.113.1
	usage '--server-port pptp: not PROTOCOL=PORT' "$@" --server-port pptp
	usage '--server-port gre=1: no protocol that there is: pptp, ike, nat-t or l2tp' \
		"$@" --server-port gre=1
	usage '--server-port pptp=0: the port is not a number from 1 to 65535' \
		"$@" --server-port pptp=0
	usage '--server-port l2tp=500: is the standard one of another protocol' \
		"$@" --server-port l2tp=500
	usage '--server-port ike=1702: given for another protocol, too' "$@" \
		--server-port l2tp=1702 --server-port ike=1702
	usage '--config: needs a value' "$@" --config
	usage 'word: one word too many' "$@" word
	for option in --help --version; do
		"$program" $option >"$work/out" 2>"$work/err" &&
			[ -s "$work/out" ] && [ ! -s "$work/err" ]
		result "$said_by: $option goes to standard output" $?
	done
	"$program" --help | grep -q "^Usage: $said_by " &&
		"$program" --version | head -n 1 |
		grep -q "^$said_by (.*) [0-9]"
	result "$said_by: both have the usual form" $?
	[ -w /dev/full ] || return
	"$program" --help 2>"$work/err" >/dev/full
	[ $? -eq 1 ] && said "$said_by" 'standard output: '
	result "$said_by: full disk: help" $?
}

# Without the rights of root, as a program sees them.
powerless() {
	setpriv --bounding-set=-net_admin,-net_raw "$@"
}

program=$gw said_by=vpnalg-gw
set -- --inside in0 --outside out0 --address 203.0.113.1
common "$@"
usage '--inside: missing' --outside out0 --address 203.0.113.1
usage '--outside: missing' --inside in0 --address 203.0.113.1
usage '--address: missing' --inside in0 --outside out0
usage '--outside in0: is the inside one, too' --inside in0 --outside in0 \
	--address 203.0.113.1
for number in 0 -1 86401 5s 99999999999999999999999 ''; do
	usage "--stats $number: not a number from 1 to 86400" "$@" \
		--stats "$number"
done
for number in 65536 -1 3x ''; do
	usage "--own $number: not a number from 0 to 65535" "$@" --own "$number"
done
usage '--impair: beside --own' "$@" --own 3 --impair loss=1
for spec in loss=101 loss= delay reorder=x frob=1; do
	usage "--impair $spec: not a list of loss=PERCENT, reorder=PERCENT, \
delay=MILLISECONDS, seed=N" "$@" --impair "$spec"
done

expect 'no such inside interface' 1 \
	'cannot start: interface nowhere: No such device' \
	"$gw" --inside nowhere --outside out0 --address 203.0.113.1
expect 'no such outside interface' 1 \
	'cannot start: interface nowhere: No such device' \
	"$gw" --inside in0 --outside nowhere --address 203.0.113.1
expect 'an address that is not ours' 1 \
	'cannot start: address 203.0.113.2: no interface of this host has it' \
	"$gw" "$@" --address 203.0.113.2
expect 'without rights' 1 \
	'cannot start: privileges: it takes root, or CAP_NET_ADMIN and' \
	powerless "$gw" "$@"

no_tables
result 'no table of theirs is there' $?

program=$queue said_by=vpnalg-queue
common --address 203.0.113.1
usage '--address: missing'
for number in -1 65536 5s 0x ''; do
	usage "--queue $number: not a number from 0 to 65535" \
		--address 203.0.113.1 --queue "$number"
done
for number in 0 -1 4294967296 0xg 99999999999999999999999 ''; do
	usage "--mark $number: not a number from 1 to 4294967295" \
		--address 203.0.113.1 --mark "$number"
done
expect 'without rights' 1 'cannot start: queue 7: Operation not permitted' \
	powerless "$queue" --address 203.0.113.1 --queue 7

finish
