# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# PPTP: pptpd on $server, pptp-linux and pppd on the clients.
#
#   pptp_server [OPTION]...        pppd's options there
#   pptp_up CLIENT [OPTION]...     pppd's options there
#   pptp_down CLIENT               a clean end, seen on both sides
#   pptp_same_call_id CLIENT       its Call ID is not random from now on

pptp_modules='modprobe -a ppp_async ppp_mppe; mkdir -p /run/pptp'

pptp_server() {
	inner=10.9.0.1
	guest_do "$server" 20 "$(ppp_secrets)
		$pptp_modules
		printf '%s\n' $(ppp_options server) auth refuse-pap refuse-chap \
			refuse-mschap require-mschap-v2 $* >/run/options
		printf '%s\n' option\ /run/options localip\ $inner \
			remoteip\ 10.9.0.11-30 >/run/pptpd.conf
		pptpd -c /run/pptpd.conf -o /run/options" || return
	transfer_serve "$server"
}

# pppd goes to the background when IP is up. It dials $dials times at most.
pptp_up() {
	client=$1
	shift
	ppp_is_up "$client" "$pptp_modules
		dials=$dials
		until timeout 40 pppd pty 'exec pptp $server_address \
			--nolaunchpppd --nohostroute --loglevel 0' \
			$(ppp_options $ppp_user) remotename server noauth \
			linkname lab updetach $*
		do
			dials=\$((dials - 1))
			[ \$dials -gt 0 ] || exit 1
		done"
}

pptp_down() {
	ppp_down "$1" 'pppd|pptp' 'kill $(head -n 1 /run/ppp-lab.pid)'
}

# pptp takes it from /dev/random.
pptp_same_call_id() {
	guest_do "$1" 10 "head -c 4096 /dev/zero | tr '\\000' '\\007' >/run/seven
		mount --bind /run/seven /dev/random"
}
