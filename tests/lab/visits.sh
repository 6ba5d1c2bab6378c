# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The clients of soak.sh: who they are, and how they come and go.
#
#   visits_plan                  a line for each: CLIENT KIND SERVER
#   visit_until_over CLIENT      until there is the file $run/over; it leaves
#                                cleanly then
#   visits_table                 what became of them, by kind
#
# Whatever happens goes to $run/events, a line each, with its time.

# The first digit of an inner address' last part is 1: no c11. The two servers of
# plain ESP know their clients by name.
visits_plan() {
	cat <<-END
		c1 esp-ike2 srv2
		c2 esp-ike2 srv2
		c3 esp-ike1 srv3
		c4 esp-ike1 srv3
		c5 pptp srv
		c6 pptp srv
		c7 l2tp srv
		c8 l2tp srv
		c9 ikev2-natt srv
		c10 ikev1-natt srv
	END
}

good() {
	echo "$(clock) $1 $kind ok $2" >>"$run/events"
}

bad() {
	echo "$(clock) $1 $kind bad $2" | tee -a "$run/events"
	was_bad=yes
}

# draw FROM TO: sets $drawn. Each client has random numbers of its own.
draw() {
	state=$(((state * 1103515245 + 12345) & 2147483647))
	drawn=$(($1 + (state >> 16) % ($2 - $1 + 1)))
}

pause() {
	draw "$1" "$2"
	sleep "$drawn"
}

# How a kind is spoken to, and how many of 20 pings it may lose. On a busy machine
# that is two: pptpd loses some. Of ESP it is four: a client may be held back
# for three packets, and one may come with a new SPI before its receiver has it.
visit_kind() {
	inner=$ipsec_server_inner
	pings_lost=10
	case $kind in
	pptp) verb=pptp inner=10.9.0.1 ;;
	l2tp) verb=l2tp inner=10.9.1.1 ;;
	ikev1-natt) verb=swan ike=1 ;;
	ikev2-natt) verb=swan ike=2 ;;
	esp-ike1) verb=libreswan ike=1 pings_lost=20 ;;
	esp-ike2) verb=libreswan ike=2 pings_lost=20 ;;
	esac
}

has_keys() {
	[ "$verb" = swan ] || [ "$verb" = libreswan ]
}

# The daemon knows from its start how often keys change.
visit_boot() {
	guest_kill "$1"
	rm -f "$run/clients/$1.inner"
	draw 20 60
	rekey=$drawn
	boot_client "$1" || bad "$1" 'did not start'
	! has_keys || ipsec_watch_keys "$1"
}

visit_begin() {
	! has_keys || guest_do "$1" 10 'rm -f /run/spis'
	"${verb}_up" "$1"
	connected=$(date +%s)
	is_up "$1"
}

visit_stay() {
	draw 1 4
	rounds=$drawn
	while [ "$rounds" -gt 0 ]; do
		pause 10 40
		traffic 'traffic' "$1"
		rounds=$((rounds - 1))
		! [ -e "$run/over" ] || rounds=0
	done
}

# Where it was there for long enough, keys have changed: in no more than twice
# the time that was set.
visit_keys() {
	times=$((($(date +%s) - connected) / (rekey * 2)))
	ipsec_rekeyed "$1" $times
}

visit_end() {
	! has_keys || visit_keys "$1"
	draw 1 3
	if [ "$drawn" -eq 1 ] && ! [ -e "$run/over" ]; then
		guest_kill "$1"
		good "$1" killed
		pause 0 20
		visit_boot "$1"
	else
		was_bad=
		"${verb}_down" "$1"
		[ -z "$was_bad" ] || visit_boot "$1"
		pause 0 20
	fi
}

visit_until_over() {
	state=$((seed * 1000 + ${1#c}))
	read -r kind from <"$run/clients/$1.plan"
	at "$from"
	visit_kind
	visit_boot "$1"
	until [ -e "$run/over" ]; do
		if visit_begin "$1"; then
			visit_stay "$1"
			visit_end "$1"
		else
			visit_boot "$1"
		fi
	done
}

# By kind: how many connections, checks of traffic with pings that were lost,
# clean ends, kills and changes of keys; behind a stroke those that failed.
visits_table() {
	awk '
		function add(what) {
			count[$3, what, $4]++
			kinds[$3]
		}
		/connected/ { add("connections") }
		/ traffic: / {
			add("traffic")
			match($0, /[0-9]+\/[0-9]+ pings/)
			split(substr($0, RSTART, RLENGTH), part, /[\/ ]/)
			lost[$3] += part[2] - part[1]
		}
		/ended cleanly|no clean end/ { add("ends") }
		/ killed$/ { add("killed") }
		/rekeyed/ { rekeyed[$3] += $6 }
		function cell(kind, what) {
			return sprintf("%d/%d", count[kind, what, "ok"],
				count[kind, what, "bad"])
		}
		END {
			row = "%-11s %12s %8s %10s %9s %7s %11s\n"
			printf row, "kind", "connections", "traffic",
				"pings lost", "ends", "killed", "key changes"
			for (kind in kinds)
				printf row, kind, cell(kind, "connections"),
					cell(kind, "traffic"), lost[kind] + 0,
					cell(kind, "ends"),
					count[kind, "killed", "ok"] + 0,
					rekeyed[kind] + 0 | "LC_ALL=C sort"
		}' "$run/events"
}
