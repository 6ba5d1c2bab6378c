# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
about='AH, which no translation can carry: refused, and the report says why'
clients=c1

# Both ends' keys are set by hand; the packets keep their addresses.
ah_start() {
	guest_do "$1" 20 "modprobe -a xfrm_user ah4
		ip xfrm state add src 192.168.77.11 dst 203.0.113.10 proto ah \\
			spi 0x1001 mode transport auth 'hmac(sha256)' \\
			0x$(printf '%064d' 1)
		ip xfrm state add src 203.0.113.10 dst 192.168.77.11 proto ah \\
			spi 0x1002 mode transport auth 'hmac(sha256)' \\
			0x$(printf '%064d' 2)
		ip xfrm policy add src $2 dst $3 dir out tmpl proto ah \\
			mode transport
		ip xfrm policy add src $3 dst $2 dir in tmpl proto ah \\
			mode transport" >"$run/said.$1" 2>&1
}

scenario() {
	ah_start srv 203.0.113.10 192.168.77.11
	ah_start c1 192.168.77.11 203.0.113.10
	transfer_serve srv
	case $gateway in
	vpnalg-*)
		guest_do c1 20 "ping -n -q -c 5 -i 0.1 -W 1 $server_address" >/dev/null
		reported c1 'AH cannot be translated'
		;;
	*) beside 'under AH' c1 ;;
	esac
}
