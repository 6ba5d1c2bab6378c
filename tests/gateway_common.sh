# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the tests of vpnalg-gw and vpnalg-queue share; they source it, and go on
# in a network namespace of their own, which has two pairs of interfaces: in0
# and out0 are the gateway's. It ends with the test, whatever happens.

gw=${VPNALG_GW:-./vpnalg-gw}
queue=${VPNALG_QUEUE:-./vpnalg-queue}
for program in "$gw" "$queue"; do
	[ -x "$program" ] || { echo "SKIP: there is no $program"; exit 77; }
done

# Processes are in one, too, and so none outlives the test.
own='unshare --net --mount-proc --pid --fork --kill-child'
if [ -z "${VPNALG_TEST_NAMESPACE:-}" ]; then
	[ "$(id -u)" -eq 0 ] ||
		{ echo 'SKIP: nobody but root can do it here'; exit 77; }
	$own true || { echo 'SKIP: there are no namespaces here'; exit 77; }
	VPNALG_TEST_NAMESPACE=1 exec $own sh "$0"
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

result() { # NAME, GOOD (0 or not)
	if [ "$2" -eq 0 ]; then
		echo "ok   $1"
	else
		echo "FAIL $1"
		sed 's/^/     /' "$work/err"
		failed=$((failed + 1))
	fi
}

# One line of the program's name, what, where and why, which has this in it;
# a report may follow it.
said() { # PROGRAM TEXT
	[ "$(grep -c "^$1: " "$work/err")" -eq 1 ] &&
		head -n 1 "$work/err" | grep -q "^$1: [^:]*: [^:]*: ." &&
		head -n 1 "$work/err" | grep -qF -- "$2"
}

interfaces() {
	ip link set lo up &&
		ip link add in0 type veth peer name in1 &&
		ip link add out0 type veth peer name out1 &&
		ip addr add 192.168.77.1/24 dev in0 &&
		ip addr add 203.0.113.1/24 dev out0 &&
		for name in in0 in1 out0 out1; do
			ip link set "$name" up || return
		done
}

# soon COMMAND...: it succeeds within ten seconds.
soon() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -le 200 ] || return
		sleep 0.05
	done
}

# What shows that one is at work: vpnalg-gw's table, and the queue.
table_name() {
	echo "vpnalg-gw-$(ip -o link show out0 | cut -d : -f 1)"
}

table() {
	nft list table ip "$(table_name)"
}

no_tables() {
	[ -z "$(nft list tables)" ]
}

queued() {
	grep -q . /proc/net/netfilter/nfnetlink_queue
}

not_queued() {
	! queued
}

# Each begins one, until it works.
begin_gw() { # ARGUMENT...
	"$gw" --inside in0 --outside out0 --address 203.0.113.1 "$@" \
		2>"$work/err" &
	pid=$!
	soon table
}

begin_queue() { # ARGUMENT...
	"$queue" --address 203.0.113.1 "$@" 2>"$work/err" &
	pid=$!
	soon queued
}

# ends STATUS: the one that was begun.
ends() {
	wait "$pid"
	[ $? -eq "$1" ]
}

# A status at the end.
finish() {
	echo "$failed failed"
	[ "$failed" -eq 0 ]
}

interfaces || { echo 'SKIP: no veth here'; exit 77; }
