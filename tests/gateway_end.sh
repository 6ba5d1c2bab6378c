#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# However vpnalg-gw and vpnalg-queue end, nothing of theirs is left in the
# firewall, and the next one starts.
set -u

# shellcheck source=tests/gateway_common.sh
. "${srcdir:-.}/tests/gateway_common.sh"

reported() {
	grep -q "^$1: [0-9.]* s, [0-9.]* s of processor time" "$work/err"
}

owned() {
	table | grep owner
}

# vpnalg-gw

sides='inside in0, outside out0'
for signal in INT TERM HUP; do
	begin_gw && kill -USR1 "$pid" && soon reported "$sides" &&
		kill -0 "$pid" && table >/dev/null
	result "SIGUSR1: vpnalg-gw reports and goes on" $?
	: >"$work/err"
	kill -$signal "$pid" && ends 0 && reported "$sides"
	result "SIG$signal: vpnalg-gw reports and ends well" $?
	no_tables
	result "SIG$signal: vpnalg-gw leaves no table" $?
done

for interface in in0 out0; do
	begin_gw && ip link set $interface down && sleep 1.5 &&
		kill -0 "$pid" && ip link set $interface up
	result "vpnalg-gw goes on when $interface goes down" $?
	ip link del $interface && ends 1 &&
		said vpnalg-gw "cannot go on: interface $interface: it is gone" &&
		reported "$sides"
	result "vpnalg-gw reports and ends when $interface vanishes" $?
	no_tables
	result "vpnalg-gw leaves no table then" $?
	ip link del in0 2>/dev/null
	ip link del out0 2>/dev/null
	interfaces
	result 'new interfaces' $?
done

# These have no handler.
for signal in USR2 KILL; do
	begin_gw && kill -$signal "$pid"
	ends "$([ $signal = USR2 ] && echo 140 || echo 137)"
	result "SIG$signal: vpnalg-gw is killed" $?
	soon no_tables
	result "SIG$signal: the kernel removes its table" $?
	begin_gw && kill -TERM "$pid" && ends 0 && no_tables
	result "SIG$signal: the next vpnalg-gw starts and ends" $?
done

nft -f - <<-END
	table ip $(table_name) {
		chain left { type filter hook prerouting priority -500; drop; }
	}
END
begin_gw && soon owned && ! table | grep 'chain left'
result 'a table of that name that was left is replaced' $?

"$gw" --inside in0 --outside out0 --address 203.0.113.1 2>"$work/err"
[ $? -eq 1 ] && said vpnalg-gw 'cannot start: nftables: '
result 'vpnalg-gw: a second one for the interface does not start' $?
table >/dev/null && kill -TERM "$pid" && ends 0 && no_tables
result 'vpnalg-gw: which does the first no harm' $?

# The reader of its figures is gone.
mkfifo "$work/pipe"
head -n 1 "$work/pipe" >/dev/null &
reader=$!
begin_gw --stats 1 >"$work/pipe" && wait $reader && sleep 2.5 &&
	kill -TERM "$pid"
ends 1 && reported "$sides" &&
	grep -q '^vpnalg-gw: cannot write: standard output: ' \
		"$work/err"
result 'a closed pipe: vpnalg-gw goes on, and says so at the end' $?

# The sessions follow the report, while packets go on.
listed() {
	grep -q '^each session  *inside  *outside  *remote' "$work/err"
}
begin_gw --sessions && kill -USR1 "$pid" && soon listed && kill -0 "$pid"
result '--sessions: vpnalg-gw lists them at SIGUSR1 and goes on' $?
: >"$work/err"
kill -TERM "$pid" && ends 0 && reported "$sides" && listed
result '--sessions: vpnalg-gw lists them at the end' $?

# vpnalg-queue

for signal in INT TERM HUP; do
	begin_queue && kill -USR1 "$pid" && soon reported 'queue 0' &&
		kill -0 "$pid" && queued
	result "SIGUSR1: vpnalg-queue reports and goes on" $?
	: >"$work/err"
	kill -$signal "$pid" && ends 0 && reported 'queue 0' && not_queued
	result "SIG$signal: vpnalg-queue reports and ends well" $?
done
begin_queue --sessions && kill -USR1 "$pid" && soon listed && kill -0 "$pid"
result '--sessions: vpnalg-queue lists them at SIGUSR1 and goes on' $?
: >"$work/err"
kill -TERM "$pid" && ends 0 && reported 'queue 0' && listed
result '--sessions: vpnalg-queue lists them at the end' $?
begin_queue && kill -KILL "$pid"
ends 137 && soon not_queued
result 'SIGKILL: the kernel takes the queue from vpnalg-queue' $?
begin_queue
"$queue" --address 203.0.113.1 2>"$work/err"
[ $? -eq 1 ] && said vpnalg-queue 'cannot start: queue 0: '
result 'vpnalg-queue: a second one for the queue does not start' $?
kill -TERM "$pid" && ends 0 && not_queued
result 'vpnalg-queue: which does the first no harm' $?

finish
