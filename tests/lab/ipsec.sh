# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What strongSwan and libreswan have in common. An inner address of its own for
# each client: behind NAT their outer one is the same.
#
#   ipsec_inner CLIENT            its inner address, 10.9.2.1N
#   ipsec_watch_keys CLIENT       counts SPIs from now on
#   ipsec_rekeyed CLIENT TIMES    since then, at least so often
#   ipsec_gone CLIENT COMMANDS    no SA is left, nor on the server, where the
#                                 commands fail then
#   ipsec_is_up CLIENT COMMANDS   runs them; up when the server answers, or at
#                                 once if CLIENT is one of $silent
#   ipsec_called CLIENT           20 pings from the server
#   ipsec_receives CLIENT         1,000,000 bytes from the server, and sends none

ipsec_server_inner=10.9.2.1
ipsec_secret=only-for-the-lab
ipsec_modules='modprobe -a xfrm_user af_key esp4 authenc cbc'

# What a scenario may change: the version of IKE; how many seconds go by from one
# rekeying to the next; clients that send nothing through the tunnel of their
# own accord.
ipsec_defaults() {
	ike=2
	rekey=3600
	silent=
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
	is_up "$1" || return
	spis=$(guest_do "$1" 10 'sort -u /run/spis | wc -l')
	times=$((${spis:-0} / 2 - 1))
	if [ $times -ge "$2" ]; then
		good "$1" "rekeyed $times times"
	else
		bad "$1" "rekeyed $times times only"
	fi
}

# What has no keys is no SA: a wish for one (SPI 0), or an SPI that libreswan had
# chosen when the end came, and leaves to the kernel, which forgets it later. That
# an SA ends is told once in IKEv1, and not again if that is lost.
ipsec_gone() {
	[ -z "$loses" ] || [ "$ike" -ne 1 ] || set -- "$1" false
	disconnect "$1" 'ip xfrm state | grep -E "auth|enc|aead"' "$2"
}

# The answer must come from inside the tunnel, and a moment may pass until it
# does.
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

# Of 1020 datagrams with 1000 bytes each some may be lost: nobody sends them
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
