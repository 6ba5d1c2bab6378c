# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What strongSwan and libreswan have in common. An inner address of its own for
# each client: behind NAT their outer one is the same.
#
#   ipsec_inner CLIENT            its inner address, 10.9.2.1N
#   ipsec_watch_keys CLIENT       counts SPIs from now on
#   ipsec_rekeyed CLIENT TIMES    since then, at least so often
#   ipsec_gone CLIENT             both sides have no policy for it any more
#   ipsec_is_up CLIENT COMMANDS   runs them; up when the server answers

ipsec_server_inner=10.9.2.1
ipsec_secret=only-for-the-lab
ipsec_modules='modprobe -a xfrm_user af_key esp4 authenc cbc'

# What a scenario may change: the version of IKE, and how many seconds go by from
# one rekeying to the next.
ipsec_defaults() {
	ike=2
	rekey=3600
}

ipsec_inner() {
	echo "10.9.2.1${1#c}"
}

ipsec_watch_keys() {
	guest_start "$1" 'while sleep 1; do
			ip xfrm state | grep -o "spi 0x[0-9a-f]*" >>/run/spis
		done'
}

# An SA is a pair of SPIs.
ipsec_rekeyed() {
	spis=$(guest_do "$1" 10 'sort -u /run/spis | wc -l')
	times=$((${spis:-0} / 2 - 1))
	if [ $times -ge "$2" ]; then
		good "$1" "rekeyed $times times"
	else
		bad "$1" "rekeyed $times times only"
	fi
}

ipsec_gone() {
	policy="ip xfrm policy | grep -w $(ipsec_inner "$1")"
	if gone "$1" "$policy" && gone srv "$policy"; then
		good "$1" 'ended cleanly'
	else
		bad "$1" 'no clean end'
	fi
}

# The answer must come from inside the tunnel, and a moment may pass until it
# does.
ipsec_is_up() {
	guest_do "$1" 65 "$2
		for try in \$(seq 20); do
			ping -q -c 1 -W 1 $inner && exit
			sleep 0.5
		done
		exit 1" >"$run/said.$1" 2>&1 &&
		good "$1" connected && return
	bad "$1" "not connected: $(tail -n 1 "$run/said.$1")"
}
