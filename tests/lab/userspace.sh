# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# VPNs that need no more of a NAT than any UDP does: OpenVPN, and WireGuard in
# user space.
#
#   openvpn_server, openvpn_up CLIENT, openvpn_down CLIENT      one client
#   wireguard_server CLIENT, wireguard_up CLIENT, wireguard_down CLIENT

userspace_is_up() {
	connect "$1" "$2
		for try in \$(seq 20); do
			ping -q -c 1 -W 1 $inner && exit
			sleep 0.5
		done
		exit 1"
}

# userspace_down CLIENT DAEMON: neither tells the server.
userspace_down() {
	is_up "$1" || return
	guest_do "$1" 10 "pkill -x $2"
	disconnect "$1" "pgrep -x $2" false
}

# OpenVPN with a key that both ends have.
openvpn_options="--dev tun --secret /run/key --cipher AES-256-CBC --proto udp4 \
--daemon --log /run/openvpn.log --keepalive 5 30"

openvpn_key() {
	[ -e "$run/openvpn.key" ] ||
		(umask 077; openvpn --genkey secret "$run/openvpn.key" >/dev/null 2>&1)
	echo "modprobe tun; cp $run/openvpn.key /run/key"
}

openvpn_server() {
	inner=10.9.4.1
	guest_do "$server" 20 "$(openvpn_key)
		openvpn $openvpn_options --port 1194 --ifconfig $inner 10.9.4.2" \
		>"$run/said.$server" 2>&1
	transfer_serve "$server"
}

openvpn_up() {
	userspace_is_up "$1" "$(openvpn_key)
		openvpn $openvpn_options --nobind --ifconfig 10.9.4.2 $inner \\
			--remote $server_address 1194"
}

openvpn_down() {
	userspace_down "$1" openvpn
}

# wireguard_start MY_KEY MY_ADDRESS OTHER_KEY PEER_SETTING...: commands.
wireguard_start() {
	key=$1
	mine=$2
	other=$(wg pubkey <"$run/$3.key")
	shift 3
	cat <<-END
		modprobe tun
		mkdir -p /dev/net
		wireguard-go -f wg0 >/dev/null 2>&1 &
		until wg show wg0 >/dev/null 2>&1; do
			sleep 0.1
		done
		wg set wg0 listen-port 51820 private-key $run/$key.key \\
			peer $other $*
		ip addr add $mine/24 dev wg0
		ip link set wg0 mtu 1400 up
	END
}

wireguard_server() {
	inner=10.9.5.1
	for name in "$1" server; do
		(umask 077; wg genkey >"$run/$name.key")
	done
	guest_do "$server" 20 "$(wireguard_start server $inner "$1" \
		allowed-ips 10.9.5.2/32)" >"$run/said.$server" 2>&1
	transfer_serve "$server"
}

wireguard_up() {
	userspace_is_up "$1" "$(wireguard_start "$1" 10.9.5.2 server \
		allowed-ips $inner/32 endpoint $server_address:51820)"
}

wireguard_down() {
	userspace_down "$1" wireguard-go
}
