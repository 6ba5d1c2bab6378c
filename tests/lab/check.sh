# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What is checked of a client. Each client has a file in $run/clients with a
# line for all that was found: "ok WHAT" or "bad WHAT".
#
#   good CLIENT WHAT, bad CLIENT WHAT
#   traffic WHEN ADDRESS CLIENT...   20 pings and 1,000,000 bytes each way, all
#                                    these clients at once

pings=20
pings_needed=20
bytes=1000000
transfer_seconds=60
transfer_port=9000

good() {
	echo "ok $2" >>"$run/clients/$1"
}

bad() {
	echo "bad $2" >>"$run/clients/$1"
}

transfer_serve() {
	guest_start "$1" "exec perl $tools/transfer.pl serve $transfer_port"
}

# All in one job of the guest; its output is three lines: pings, seconds,
# seconds.
traffic_job() {
	cat <<-END
		ping -n -q -c $pings -i 0.1 -W 2 $1 |
			sed -n 's/.* \\([0-9]*\\) received.*/\\1/p'
		for verb in fetch store; do
			perl $tools/transfer.pl \$verb $1 $transfer_port $bytes \
				$transfer_seconds 2>&1
		done
	END
}

# traffic_judge WHEN CLIENT: the job's output is on standard input.
traffic_judge() {
	read -r received || received=0
	read -r fetched || fetched=nothing
	read -r stored || stored=nothing
	what="$1: $received/$pings pings, fetched in $fetched s, stored in"
	what="$what $stored s"
	case $received$fetched$stored in
	*[!0-9]*) bad "$2" "$what" ;;
	*)
		if [ "$received" -ge $pings_needed ]; then
			good "$2" "$what"
		else
			bad "$2" "$what"
		fi
		;;
	esac
}

traffic() {
	when=$1
	to=$2
	shift 2
	jobs=
	for client in "$@"; do
		guest_start "$client" "$(traffic_job "$to")"
		jobs="$jobs $client $job"
	done
	# shellcheck disable=SC2086
	set -- $jobs
	while [ $# -gt 0 ]; do
		guest_wait "$2" $((transfer_seconds * 2 + 20)) >"$run/said"
		traffic_judge "$when" "$1" <"$run/said"
		shift 2
	done
}
