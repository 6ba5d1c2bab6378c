# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# PPTP: pptpd on srv, pptp-linux and pppd on the clients.
#
#   pptp_server [OPTION]...        pppd's options there
#   pptp_up CLIENT [OPTION]...     pppd's options there
#   pptp_down CLIENT               a clean end, seen on both sides
#   pptp_same_call_id CLIENT       its Call ID is not random from now on

pptp_inner=10.9.0.1
pptp_user=lab
pptp_password=only-for-the-lab

pptp_secrets() {
	echo "echo '$pptp_user * $pptp_password *' >/etc/ppp/chap-secrets"
}

pptp_modules='modprobe -a ppp_async ppp_mppe; mkdir -p /run/pptp'

pptp_server() {
	guest_do srv 20 "$(pptp_secrets)
		$pptp_modules
		printf '%s\n' name\ srv auth refuse-pap refuse-chap \
			refuse-mschap require-mschap-v2 nobsdcomp nodeflate \
			novj noipv6 nodefaultroute mtu\ 1400 mru\ 1400 \
			lcp-echo-interval\ 5 lcp-echo-failure\ 12 \
			$* >/run/options
		printf '%s\n' option\ /run/options localip\ $pptp_inner \
			remoteip\ 10.9.0.11-30 >/run/pptpd.conf
		pptpd -c /run/pptpd.conf -o /run/options" || return
	transfer_serve srv
}

# pppd goes to the background when IP is up. The other side may take a moment
# longer until its interface is: what is sent before is lost there.
pptp_up() {
	client=$1
	shift
	guest_do "$client" 65 "$(pptp_secrets)
		$pptp_modules
		timeout 40 pppd pty 'exec pptp 203.0.113.10 --nolaunchpppd \
			--nohostroute --loglevel 0' \
			name $pptp_user remotename srv noauth nobsdcomp \
			nodeflate novj noipv6 nodefaultroute mtu 1400 mru 1400 \
			lcp-echo-interval 5 lcp-echo-failure 12 \
			linkname lab updetach $* &&
		for try in \$(seq 20); do
			ping -q -c 1 -W 1 $pptp_inner && exit
		done" >"$run/said" 2>&1 &&
		good "$client" connected && return
	bad "$client" "not connected: $(tail -n 1 "$run/said")"
}

pptp_is_gone() {
	guest_do "$1" 20 "for try in \$(seq 100); do
			$2 || exit 0
			sleep 0.1
		done
		exit 1"
}

# Both sides take their interface down, and the client's daemons end.
pptp_down() {
	guest_do "$1" 10 'test -e /run/ppp-lab.pid' || return
	inner=$(guest_do "$1" 10 "ip -o -4 addr show dev ppp0 |
		sed -n 's/.*inet \\([0-9.]*\\) .*/\\1/p'")
	guest_do "$1" 10 'kill $(head -n 1 /run/ppp-lab.pid)'
	if pptp_is_gone "$1" 'pgrep -x "pppd|pptp" >/dev/null' &&
		pptp_is_gone srv "ip -o addr | grep -q 'peer $inner/'"; then
		good "$1" 'ended cleanly'
	else
		bad "$1" 'no clean end'
	fi
}

# pptp takes it from /dev/random.
pptp_same_call_id() {
	guest_do "$1" 10 "head -c 4096 /dev/zero | tr '\\000' '\\007' >/run/seven
		mount --bind /run/seven /dev/random"
}

pptp_up_all() {
	for client in $clients; do
		pptp_up "$client" "$@"
	done
}

pptp_down_all() {
	for client in $clients; do
		pptp_down "$client"
	done
}

# Each client alone, then all at once.
pptp_traffic() {
	for client in $clients; do
		traffic alone $pptp_inner "$client"
	done
	# shellcheck disable=SC2086
	[ "$clients" = "${clients#* }" ] ||
		traffic 'all at once' $pptp_inner $clients
}
