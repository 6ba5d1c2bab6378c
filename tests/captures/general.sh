#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# general.sh OUTPUT: makes general-inside.pcap anew, as root. Two clients and a
# server, each in a network namespace, a router without NAT between them, and
# real programs: ping, TCP and UDP by Python, OpenVPN, and WireGuard in user
# space.
set -eu
output=$1
work=$(mktemp -d)
me=general-$$
stop=
clean() {
	for pid in $stop; do
		kill "$pid" 2>/dev/null || :
	done
	for name in c1 c2 r s; do
		ip netns del "$me-$name" 2>/dev/null || :
	done
	rm -rf "$work" /var/run/wireguard/wgg[12s].sock
}
trap clean EXIT

in_ns() {
	name=$1
	shift
	ip netns exec "$me-$name" "$@"
}
# run NAMESPACE COMMAND: in the background, until the end.
run() {
	name=$1
	shift
	ip netns exec "$me-$name" "$@" >>"$work/log" 2>&1 &
	stop="$stop $!"
}

umask 077
for name in c1 c2 r s; do
	ip netns add "$me-$name"
	in_ns $name ip link set lo up
	in_ns $name sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done
# join NAMESPACE ADDRESS GATEWAY ROUTER-INTERFACE
join() {
	ip link add eth0 netns "$me-$1" type veth peer name "$4" netns "$me-r"
	in_ns "$1" ip addr add "$2/24" dev eth0
	in_ns "$1" ip link set eth0 up
	in_ns "$1" ethtool -K eth0 tx off tso off gso off gro off >/dev/null
	in_ns r ip link set "$4" up
	in_ns r ethtool -K "$4" tx off tso off gso off gro off >/dev/null
	in_ns "$1" ip route add default via "$3"
}
join c1 192.168.77.11 192.168.77.1 v1
join c2 192.168.77.12 192.168.77.1 v2
join s 198.51.100.10 198.51.100.1 v3
in_ns s ip addr add 198.51.100.11/24 dev eth0
in_ns r ip link add in0 type bridge
in_ns r ip link set v1 master in0
in_ns r ip link set v2 master in0
in_ns r ip link set in0 up
in_ns r ip addr add 192.168.77.1/24 dev in0
in_ns r ip addr add 198.51.100.1/24 dev v3
in_ns r sysctl -qw net.ipv4.ip_forward=1

run r tcpdump -i in0 -s 0 -U -w "$output" ip
sleep 1

# TCP with an end, TCP to nobody, UDP from one socket to two remotes.
cat >"$work/server.py" <<'END'
import socket, threading
def echo(c):
    with c:
        while data := c.recv(4096):
            c.sendall(data.upper())
tcp = socket.create_server(("198.51.100.10", 8080))
def udp(address):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 3478))
    while True:
        data, peer = s.recvfrom(2048)
        s.sendto(repr(peer).encode(), peer)
for address in ("198.51.100.10", "198.51.100.11"):
    threading.Thread(target=udp, args=(address,)).start()
while True:
    threading.Thread(target=echo, args=(tcp.accept()[0],)).start()
END
cat >"$work/client.py" <<'END'
import socket
tcp = socket.create_connection(("198.51.100.10", 8080),
                               source_address=("0.0.0.0", 40000))
for i in range(4):
    tcp.sendall(b"abc" * 400)
    got = b""
    while len(got) < 1200:
        got += tcp.recv(4096)
tcp.shutdown(socket.SHUT_WR)
tcp.recv(1)
tcp.close()
try:
    socket.create_connection(("198.51.100.10", 8081))
except ConnectionRefusedError:
    pass
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("0.0.0.0", 40000))
udp.settimeout(3)
for i in range(3):
    for address in ("198.51.100.10", "198.51.100.11"):
        udp.sendto(b"who am I?", (address, 3478))
        udp.recv(2048)
END
run s python3 "$work/server.py"
sleep 1
for client in c1 c2; do
	in_ns $client ping -q -c 3 -i 0.2 -e 4242 198.51.100.10 >/dev/null
	in_ns $client python3 "$work/client.py"
done

# OpenVPN with a key that both know, two clients with equal ports.
openvpn --genkey secret "$work/key"
old='--allow-deprecated-insecure-static-crypto'
openvpn --help | grep -q -- "$old" || old=
n=1
for client in c1 c2; do
	# shellcheck disable=SC2086
	run s openvpn --dev tun$n --proto udp --secret "$work/key" $old \
		--cipher AES-256-CBC --port $((1193 + n)) --ifconfig 10.9.$n.1 10.9.$n.2
	# shellcheck disable=SC2086
	run $client openvpn --dev tun0 --proto udp --secret "$work/key" $old \
		--cipher AES-256-CBC --remote 198.51.100.10 $((1193 + n)) \
		--lport 1194 --ifconfig 10.9.$n.2 10.9.$n.1
	n=$((n + 1))
done
sleep 3
in_ns c1 ping -q -c 3 -i 0.2 10.9.1.1 >/dev/null
in_ns c2 ping -q -c 3 -i 0.2 10.9.2.1 >/dev/null

# WireGuard, two clients of one server, both from port 51820.
for who in s 1 2; do
	wg genkey >"$work/$who.key"
	wg pubkey <"$work/$who.key" >"$work/$who.pub"
done
# wireguard NAMESPACE INTERFACE ADDRESS KEY
wireguard() {
	run "$1" env WG_PROCESS_FOREGROUND=1 wireguard-go -f "$2"
	sleep 1
	in_ns "$1" ip addr add "$3/24" dev "$2"
	in_ns "$1" wg set "$2" private-key "$work/$4.key" listen-port 51820
	in_ns "$1" ip link set "$2" up
}
wireguard s wggs 10.8.0.1 s
for n in 1 2; do
	in_ns s wg set wggs peer "$(cat "$work/$n.pub")" \
		allowed-ips 10.8.0.$((n + 1))/32
	wireguard c$n wgg$n 10.8.0.$((n + 1)) $n
	in_ns c$n wg set wgg$n peer "$(cat "$work/s.pub")" \
		endpoint 198.51.100.10:51820 allowed-ips 10.8.0.0/24
	in_ns c$n ping -q -c 3 -i 0.2 10.8.0.1 >/dev/null
done
sleep 1
