# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Guests; $net is the namespace of their bridges, $run the folder of this run,
# $tools that of the files that guests read (they do not see /tmp).
#
#   guest_boot NAME BRIDGE ADDRESS ROUTER
#   guest_ready NAME                        waits until it is there, or dead
#   guest_await NAME                        the same, and gives it its address
#   guest_do NAME SECONDS COMMANDS          waits, prints what was said
#   guest_start NAME COMMANDS               does not wait; sets $job
#   guest_wait JOB SECONDS                  waits for it, prints what was said
#   guest_kill NAME                         at once, without a word
#   guest_last_words NAME                   why it has not come, on one line
#   guests_prepare                          builds what they are run with
#   why_not_guests                          tries one: prints why none can run
#
# Exit status 124: it took too long.

guest_memory=192M

# Commands for a guest's eth0 when it is up.
guest_link=

# ptrace.c goes with guests on every processor: where the host refuses nothing it
# changes nothing, and what runs is the same everywhere. Without a compiler they
# run without it, as far as they do.
guests_prepare() {
	preload=$tools/ptrace.so
	"${CC:-cc}" -O2 -shared -fPIC -o "$preload" "$lab/ptrace.c" -ldl \
		>"$work/ptrace.log" 2>&1 || preload=
}

# guest_mac ADDRESS: made from the IP address, so that a guest that boots again is
# the same one to its neighbours.
guest_mac() {
	echo "$1" | awk -F. '{ printf "02:00:%02x:%02x:%02x:%02x", $1, $2, $3, $4 }'
}

guest_boot() {
	dir=$run/guests/$1
	mkdir -p "$dir"
	rm -f "$dir/ready" "$dir/console"
	mkfifo "$dir/console"
	if ! ip -n "$net" link show "$1" >/dev/null 2>&1; then
		ip netns exec "$net" ip tuntap add mode tap name "$1" &&
			ip -n "$net" link set "$1" master "$2" up || return
	fi
	# The console is open both ways, so that it never ends.
	TMPDIR=$run setsid ip netns exec "$net" \
		env ${preload:+LD_PRELOAD="$preload"} linux.uml \
		rootfstype=hostfs rootflags=/ ro init="$tools/guest.sh" \
		lab_share="$dir" mem=$guest_memory \
		uml_dir="$dir/" umid="$1" \
		eth0=tuntap,"$1","$(guest_mac "$3")" \
		con=null con0=fd:0,fd:1 quiet \
		<>"$dir/console" >>"$dir/kernel.log" 2>&1 &
	echo $! >"$dir/pid"
	printf '%s\n' "$3/24" "$4" >"$dir/address"
}

guest_ready() {
	tries=0
	until [ -e "$run/guests/$1/ready" ]; do
		tries=$((tries + 1))
		kill -s 0 "$(cat "$run/guests/$1/pid")" 2>/dev/null &&
			[ $tries -le 1200 ] || return 124
		sleep 0.1
	done
}

guest_await() {
	guest_ready "$1" || return
	# shellcheck disable=SC2046
	set -- "$1" $(cat "$run/guests/$1/address")
	guest_do "$1" 20 "hostname $1
		ip link set eth0 up
		ip addr add $2 dev eth0
		ip route add default via $3
		$guest_link"
}

guest_start() {
	job=$(mktemp "$run/guests/$1/job.XXXXXX")
	printf '%s\n' "$2" >"$job"
	echo "$job" >"$run/guests/$1/console"
}

guest_wait() {
	tries=0
	until [ -e "$1.rc" ]; do
		tries=$((tries + 1))
		[ $tries -le $(($2 * 20)) ] || return 124
		sleep 0.05
	done
	cat "$1.out"
	return "$(cat "$1.rc")"
}

guest_do() {
	guest_start "$1" "$3"
	guest_wait "$job" "$2"
}

# A guest is a group of processes.
guest_kill() {
	pid=$(cat "$run/guests/$1/pid" 2>/dev/null) || return
	rm -f "$run/guests/$1/pid"
	kill -s KILL -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	tries=0
	while kill -s 0 -- "-$pid" 2>/dev/null && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

guests_kill() {
	for dir in "$run"/guests/*; do
		[ -e "$dir/pid" ] && guest_kill "${dir##*/}"
	done
}

# Prints the last line of its console, or a panic with the line before.
guest_last_words() {
	sed '/Kernel panic/q' "$run/guests/$1/kernel.log" | tail -n 2 |
		paste -s -d ';' | sed 's/;/; /g'
}

# Boots a guest as all others are booted: with ptrace.c and a network.
why_not_guests() (
	run=$work/trial
	net=vpnalg-lab-$$-trial-net
	gw=vpnalg-lab-$$-trial-gw
	trap 'clean_up; exit 1' INT TERM HUP
	rm -rf "$run" && mkdir -p "$run/guests"
	if ! network_open >"$run/network.log" 2>&1; then
		echo "there is no network: $(tail -n 1 "$run/network.log")"
	elif ! boot_client c1 >"$run/said.c1" 2>&1; then
		why=$(tail -n 1 "$run/said.c1")
		echo "no guest boots: ${why:-$(guest_last_words c1)}"
	fi
	clean_up >/dev/null 2>&1
)
