# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# L2TP version 2: xl2tpd and pppd at both ends ($server is one), data in the kernel.
#
#   l2tp_server              port 1701
#   l2tp_up CLIENT [PORT]    from this port, or 1701
#   l2tp_down CLIENT         a clean end, seen on both sides

# A scenario may add a setting of xl2tpd's to those of clients.
l2tp_global=

l2tp_modules='modprobe -a ppp_generic l2tp_ppp; mkdir -p /run/xl2tpd'

l2tp_server() {
	inner=10.9.1.1
	guest_do "$server" 20 "$(ppp_secrets)
		$l2tp_modules
		printf '%s\n' $(ppp_options server) auth >/run/options
		cat >/run/xl2tpd.conf <<-END
			[global]
			port = 1701
			[lns default]
			ip range = 10.9.1.11-10.9.1.30
			local ip = $inner
			require chap = yes
			refuse pap = yes
			length bit = yes
			pppoptfile = /run/options
		END
		xl2tpd -c /run/xl2tpd.conf" || return
	transfer_serve "$server"
}

l2tp_up() {
	ppp_is_up "$1" "$l2tp_modules
		printf '%s\n' $(ppp_options $ppp_user) noauth >/run/options
		cat >/run/xl2tpd.conf <<-END
			[global]
			port = ${2:-1701}
			$l2tp_global
			[lac lab]
			lns = $server_address
			autodial = yes
			length bit = yes
			pppoptfile = /run/options
		END
		xl2tpd -D -c /run/xl2tpd.conf &"
}

# The tunnel ends first, then the daemon: it tells nobody when it is ended.
l2tp_down() {
	ppp_down "$1" 'pppd|xl2tpd' 'echo d lab >/run/xl2tpd/l2tp-control
		for try in $(seq 50); do
			test -e /sys/class/net/ppp0 || break
			sleep 0.1
		done
		sleep 0.5
		pkill -x xl2tpd'
}
