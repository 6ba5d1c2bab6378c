# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What strongSwan and libreswan have in common. Each client has an inner address
# of its own: behind NAT their outer address is the same.
#
#   ipsec_inner CLIENT            its inner address, 10.9.2.1N, or a router's
#   ipsec_inners CLIENT           all of its inner addresses, one or eight
#   ipsec_watch_keys CLIENT       counts SPIs from now on
#   ipsec_rekeyed CLIENT TIMES    keys have changed at least so often since then
#   ipsec_gone CLIENT COMMANDS    no SA is left on the client, nor on the server,
#                                 where the commands fail then
#   ipsec_is_up CLIENT COMMANDS   runs them; up when the server answers, or at
#                                 once if CLIENT is one of $silent
#   ipsec_called CLIENT           20 pings from the server
#   ipsec_call CLIENT SECONDS     the server pings it each second for so long,
#                                 answered or not; does not wait
#   ipsec_receives CLIENT         gets 1,000,000 bytes, and sends nothing
#   ipsec_pings CLIENT WHEN       three pings, a second apart
#   ipsec_use CLIENT              5000 packets each way: its sequence numbers are
#                                 no more those of a new SA
#   ipsec_steady CLIENT           a ping each second from now on
#   ipsec_outage CLIENT SECONDS   ends them: at no time was the client longer
#                                 without an answer, and its SAs are still those
#                                 with which they began
#   ipsec_all_carry CLIENT        20 pings from all of its inner addresses at once

ipsec_server_inner=10.9.2.1
ipsec_secret=only-for-the-lab
ipsec_modules='modprobe -a xfrm_user af_key esp4 authenc cbc'

# Settings that a scenario may change: the version of IKE; the seconds from one
# rekeying to the next; the clients that send nothing through the tunnel of their
# own accord; the clients with eight child SAs, each for an inner address; whether
# strongSwan's ends have chains of certificates; whether each end asks every five
# seconds of silence if the other is alive.
ipsec_defaults() {
	ike=2
	rekey=3600
	silent=
	eightfold=
	swan_chain=
	dpd=
}

ipsec_inner() {
	case $1 in
	router) echo 10.9.2.101 ;;
	*) echo "10.9.2.1${1#c}" ;;
	esac
}

ipsec_inners() {
	ipsec_inner "$1"
	case " $eightfold " in
	*" $1 "*)
		for third in 3 4 5 6 7 8 9; do
			echo "10.9.$third.1${1#c}"
		done
		;;
	esac
}

ipsec_watch_keys() {
	guest_start "$1" 'while sleep 1; do
			ip xfrm state | grep -o "spi 0x[0-9a-f]*" >>/run/spis
		done'
}

# A pair of SPIs is one SA each way.
ipsec_rekeyed() {
	is_up "$1" || return
	spis=$(guest_do "$1" 10 'sort -u /run/spis | wc -l')
	times=$((${spis:-0} / 2 - 1))
	if [ $times -ge "$2" ]; then
		good "$1" "rekeyed $times times"
	else
		bad "$1" "rekeyed $times times only"
	fi
}

# What has no keys is no SA: a request for one (SPI 0), or an SPI that libreswan had
# chosen when the end came, and leaves to the kernel, which forgets it later. That
# an SA ends is told once in IKEv1, and not again if that is lost.
ipsec_gone() {
	[ -z "$loses" ] || [ "$ike" -ne 1 ] || set -- "$1" false
	disconnect "$1" 'ip xfrm state | grep -E "auth|enc|aead"' "$2"
}

# The answer must come through the tunnel, which may take a moment.
ipsec_try() {
	echo "for try in \$(seq 20); do
			ping -q -c 1 -W 1 $1 && exit
			sleep 0.5
		done
		exit 1"
}

ipsec_is_up() {
	case " $silent " in
	*" $1 "*) try='exit' ;;
	*) try=$(ipsec_try $inner) ;;
	esac
	connect "$1" "$2
		$try"
}

# The server's policies are for packets from its inner address.
ipsec_called() {
	to=$(ipsec_inner "$1")
	is_up "$1" || return
	guest_do "$server" 30 "$(ipsec_try "-I $inner $to")" >/dev/null
	received=$(guest_do "$server" 30 "$(ping_job 20 "$to" -S "$inner")")
	if [ "${received:-0}" -eq 20 ]; then
		good "$1" "called: $received/20 pings"
	else
		bad "$1" "called: ${received:-0}/20 pings"
		rm "$run/clients/$1.inner"
	fi
}

ipsec_call() {
	! is_up "$1" || guest_start "$server" \
		"ping -n -i 1 -w $2 -I $inner $(ipsec_inner "$1")"
}

# Of 1020 datagrams with 1000 bytes each twenty may be lost: nobody sends them
# again.
ipsec_receives() {
	is_up "$1" || return
	guest_start "$1" "perl $tools/transfer.pl catch $transfer_port 1000 20"
	caught=$job
	guest_do "$server" 30 "sleep 0.5
		perl $tools/transfer.pl throw $inner $(ipsec_inner "$1") \
			$transfer_port 1020" >/dev/null
	datagrams=$(guest_wait "$caught" 30)
	if [ "${datagrams:-0}" -eq 1000 ]; then
		good "$1" 'received 1,000,000 bytes'
	else
		bad "$1" "received ${datagrams:-0} datagrams of 1000"
	fi
}

ipsec_pings() {
	is_up "$1" || return
	received=$(guest_do "$1" 10 "fping -q -c 3 -p 1000 -t 2000 $inner 2>&1 |
		sed -n 's|^[^=]* = [0-9]*/\([0-9]*\)/.*|\1|p'")
	if [ "${received:-0}" -eq 3 ]; then
		good "$1" "$2: 3/3 pings"
	else
		bad "$1" "$2: ${received:-0}/3 pings"
		rm "$run/clients/$1.inner"
	fi
}

ipsec_use() {
	is_up "$1" || return
	guest_do "$1" 60 "ping -q -f -c 5000 $inner" >"$run/said.$1" 2>&1 ||
		bad "$1" "in use: $(tail -n 1 "$run/said.$1")"
}

ipsec_spis() {
	guest_do "$1" 10 'ip xfrm state | grep -o "spi 0x[0-9a-f]*" | sort'
}

ipsec_steady() {
	is_up "$1" || return
	ipsec_spis "$1" >"$run/clients/$1.spis"
	steady "$1"
}

ipsec_outage() {
	is_up "$1" || return
	heard "$1" "$2"
	[ "$(ipsec_spis "$1")" = "$(cat "$run/clients/$1.spis")" ] ||
		bad "$1" 'has changed its keys'
}

# ipsec_carry_job ADDRESS...: commands that print a line for each address: how
# many of 20 pings were answered.
ipsec_carry_job() {
	for from in "$@"; do
		cat <<-END
			{
				($(ipsec_try "-I $from $inner")) >/dev/null
				$(ping_job 20 "$inner" -S "$from")
			} &
		END
	done
	echo wait
}

# ipsec_carried CLIENT ADDRESS...: the same lines, as one.
ipsec_carried() {
	guest=$1
	shift
	guest_do "$guest" 90 "$(ipsec_carry_job "$@")" | paste -s -d ' '
}

# If not all SAs carry traffic, a second look tells which have healed; the verdict
# stays.
ipsec_all_carry() {
	is_up "$1" || return
	# shellcheck disable=SC2046
	set -- "$1" $(ipsec_inners "$1")
	received=$(ipsec_carried "$@")
	if [ "$(echo "$received" | tr ' ' '\n' | grep -cx 20)" -eq $(($# - 1)) ]; then
		good "$1" "SAs: $received of 20 pings"
	else
		bad "$1" "SAs: $received of 20 pings, then $(ipsec_carried "$@")"
		rm "$run/clients/$1.inner"
	fi
}
