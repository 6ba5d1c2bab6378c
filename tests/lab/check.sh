# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The checks of a client. Each client has a file in $run/clients with a line for
# each finding: "ok WHAT" or "bad WHAT".
#
#   good CLIENT WHAT, bad CLIENT WHAT
#   each VERB [ARGUMENT]...      VERB CLIENT [ARGUMENT]... for all of $clients
#   together VERB [ARGUMENT]...  the same, all at once
#   gone GUEST COMMANDS          waits until they fail, 10 s at most
#   traffic WHEN CLIENT...       20 pings through the tunnel and 1,000,000 bytes
#                                each way, all these clients at once
#   traffic_all                  each client alone, then all at once
#   beside WHEN CLIENT...        as traffic, to the server's own address
#   steady CLIENT                a ping through the tunnel each second from now on
#   heard CLIENT SECONDS         ends them: at no time was the client longer without
#                                an answer
#   reported CLIENT PATTERN      the gateway's report has such a line

bytes=1000000
transfer_port=9000

# The settings that a scenario may change, as they are before each scenario.
check_defaults() {
	pings=20
	pings_lost=0 # percent, that may be lost
	transfer_seconds=60
	arguments= # of the gateway
	guest_link=
	loses=
	drops_none=
	dials=1
	only_for='none kernel vpnalg-gw vpnalg-queue'
	why_not_scenario=:
	router=
	router_outside=ppp0 # the interface of a router that is a guest
	network_defaults
	unable= # why nothing can be said of the gateway
	servers=srv
	beside=
	at srv
}

# at SERVER: from now on clients connect to this one. It has the address
# $server_own, and is known by $server_address.
at() {
	server=$1
	server_own=$(place "$1" | cut -d ' ' -f 2)
	server_address=$server_own
	[ -z "$services" ] || [ "$gateway" = none ] ||
		server_address=203.0.113.1
}

# connect CLIENT COMMANDS: the commands succeed if $inner answers through the
# tunnel.
connect() {
	rm -f "$run/clients/$1.inner"
	if guest_do "$1" 65 "$2" >"$run/said.$1" 2>&1; then
		echo "$inner" >"$run/clients/$1.inner"
		good "$1" connected
	else
		bad "$1" "not connected: $(tail -n 1 "$run/said.$1")"
	fi
}

# A client that is not connected is neither checked further nor disconnected.
is_up() {
	[ -e "$run/clients/$1.inner" ]
}

# disconnect CLIENT CLIENT_COMMANDS SERVER_COMMANDS: the end was clean if both
# fail soon after it.
disconnect() {
	rm -f "$run/clients/$1.inner"
	if gone "$1" "$2" && gone "$server" "$3"; then
		good "$1" 'ended cleanly'
	else
		bad "$1" 'no clean end'
	fi
}

# Makes a scenario lossy: vpnalg-gw, or else the guests as they send, lose and
# reorder some packets on purpose. A ping takes two packets, and in PPTP one that
# was overtaken is lost, too: 4 to 8 pings of 100 fail.
lossy() {
	case $gateway in
	vpnalg-gw) arguments='--impair loss=2,reorder=2' ;;
	*)
		guest_link='modprobe sch_netem
			tc qdisc add dev eth0 root netem \
				loss 2% delay 10ms reorder 2%'
		;;
	esac
	loses=yes
	pings=60
	pings_lost=25
	drops_none=
	transfer_seconds=240
	about="$about, 2 % loss and 2 % reordering"
}

good() {
	echo "ok $2" >>"$run/clients/$1"
}

bad() {
	echo "bad $2" >>"$run/clients/$1"
}

each() {
	verb=$1
	shift
	for one in $clients; do
		"$verb" "$one" "$@"
	done
}

together() {
	verb=$1
	shift
	started_jobs=
	for one in $clients; do
		"$verb" "$one" "$@" &
		started_jobs="$started_jobs $!"
	done
	# shellcheck disable=SC2086
	wait $started_jobs
}

gone() {
	guest_do "$1" 20 "for try in \$(seq 100); do
			{ $2; } >/dev/null 2>&1 || exit 0
			sleep 0.1
		done
		exit 1"
}

transfer_serve() {
	guest_start "$1" "exec perl $tools/transfer.pl serve $transfer_port"
}

# ping_job COUNT ADDRESS [OPTION]...: commands that print how many pings were
# answered within two seconds each. (ping waits for the last answers only twice as
# long as the slowest one took, which is too short on a busy machine.)
ping_job() {
	count=$1
	shift
	cat <<-END
		fping -q -c $count -p 100 -t 2000 $* 2>&1 |
			sed -n 's|^[^=]* = [0-9]*/\\([0-9]*\\)/.*|\\1|p'
	END
}

# Commands for one job of the guest. It prints three lines: pings answered,
# seconds to fetch, seconds to store.
traffic_job() {
	ping_job "$pings" "$1"
	cat <<-END
		for verb in fetch store; do
			perl $tools/transfer.pl \$verb $1 $transfer_port $bytes \
				$transfer_seconds 2>&1
		done
	END
}

# traffic_judge WHEN CLIENT: reads the job's output from standard input.
traffic_judge() {
	read -r received || received=0
	read -r fetched || fetched=nothing
	read -r stored || stored=nothing
	what="$1: $received/$pings pings, fetched in $fetched s, stored in"
	what="$what $stored s"
	case $received$fetched$stored in
	*[!0-9]*) bad "$2" "$what" ;;
	*)
		if [ "$received" -ge $((pings - pings * pings_lost / 100)) ]; then
			good "$2" "$what"
		else
			bad "$2" "$what"
		fi
		;;
	esac
}

traffic() {
	when=$1
	shift
	jobs=
	for client in "$@"; do
		[ -n "$beside" ] || is_up "$client" || continue
		to=${beside:-$(cat "$run/clients/$client.inner")}
		guest_start "$client" "$(traffic_job "$to")"
		jobs="$jobs $client $job"
	done
	# shellcheck disable=SC2086
	set -- $jobs
	while [ $# -gt 0 ]; do
		guest_wait "$2" $((transfer_seconds * 2 + pings)) >"$run/said.$1"
		traffic_judge "$when" "$1" <"$run/said.$1"
		shift 2
	done
}

traffic_all() {
	for client in $clients; do
		traffic alone "$client"
	done
	# shellcheck disable=SC2086
	[ "$clients" = "${clients#* }" ] || traffic 'all at once' $clients
}

beside() {
	beside=$server_address
	traffic "$@"
	beside=
}

steady() {
	is_up "$1" || return
	guest_start "$1" "exec ping -n -i 1 -W 2 $inner"
	echo "$job" >"$run/clients/$1.steady"
}

# The longest run of pings without an answer, from the numbers of those with one
# and of those sent, which come last; nothing if none was answered.
longest_gap() {
	awk '
		function gap(next_one) {
			if (next_one - last - 1 > longest)
				longest = next_one - last - 1
			last = next_one
		}
		/icmp_seq=/ && /time=/ {
			sub(/.*icmp_seq=/, "")
			gap($1 + 0)
			answered++
		}
		/packets transmitted/ { gap($1 + 1) }
		END { if (answered) print longest + 0 }'
}

heard() {
	is_up "$1" || return
	guest_do "$1" 10 'pkill -INT -x ping' >/dev/null
	longest=$(guest_wait "$(cat "$run/clients/$1.steady")" 10 | longest_gap)
	if [ "${longest:-999}" -le "$2" ]; then
		good "$1" "heard again after $longest s"
	else
		bad "$1" "heard nothing for ${longest:-all} s"
		rm "$run/clients/$1.inner"
	fi
}

reported() {
	kill -s USR1 "$(cat "$run/gateway.pid")"
	sleep 1
	line=$(grep "$2" "$run/gateway.log" | tail -n 1 | sed 's/  */ /g')
	if [ -n "$line" ]; then
		good "$1" "reported:$line"
	else
		bad "$1" 'not in the report'
	fi
}
