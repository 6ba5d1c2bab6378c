# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the lab needs of the host: packages, programs, a folder to work in. Sourced
# after tests/setup.sh; $tree is the source tree, $lab this folder.
#
#   wants_lab, wants_programs    for install_missing
#   why_not                      prints why nothing can run here, if so
#   skip_all_if WHY              ends with that, if it is not empty
#   make_work                    sets $work and $tools; prepares guests
#   prepare_programs             sets $VPNALG_GW and $VPNALG_QUEUE

has_library() {
	ldconfig -p | grep -q "$1"
}

# libcurl3-nss to libunbound8 are for libreswan, which itself cannot be installed
# beside strongSwan.
wants_lab() {
	wants ethtool command -v ethtool
	wants fping command -v fping
	wants iproute2 command -v ip
	wants iptables command -v iptables
	wants iputils-ping command -v ping
	wants kmod command -v modprobe
	wants libcurl3-nss has_library libcurl-nss.so.4
	wants libevent-core-2.1-7 has_library libevent_core-2.1
	wants libevent-pthreads-2.1-7 has_library libevent_pthreads-2.1
	wants libldns3 has_library libldns.so.3
	wants libnss3-tools command -v certutil
	wants libunbound8 has_library libunbound.so.8
	wants nftables command -v nft
	wants openssl command -v openssl
	wants openvpn command -v openvpn
	wants perl-base command -v perl
	wants ppp command -v pppd
	wants pptp-linux command -v pptp
	wants pptpd command -v pptpd
	wants procps command -v sysctl
	wants redis-tools command -v redis-check-rdb
	wants strongswan-charon test -x /usr/lib/ipsec/charon
	wants strongswan-swanctl command -v swanctl
	wants libstrongswan-standard-plugins \
		test -e /usr/lib/ipsec/plugins/libstrongswan-openssl.so
	wants tcpdump command -v tcpdump
	wants wireguard-go command -v wireguard-go
	wants wireguard-tools command -v wg
	wants xl2tpd command -v xl2tpd
	wants user-mode-linux command -v linux.uml
}

are_built() {
	[ -n "${VPNALG_GW:-}" ] && [ -n "${VPNALG_QUEUE:-}" ]
}

wants_programs() {
	if are_built; then
		wants gcc command -v "${CC:-cc}"
		wants libc6-dev has_header stdio.h
		return
	fi
	wants_build
	wants libhiredis-dev pkg-config --exists hiredis
	wants libmnl-dev pkg-config --exists libmnl
	wants libnetfilter-queue-dev pkg-config --exists libnetfilter_queue
	wants libnftables-dev pkg-config --exists libnftables
}

build_programs() {
	copy_source "$tree" "$work/source" &&
		"$work/source/autogen.sh" &&
		mkdir "$work/build" && cd "$work/build" &&
		../source/configure --disable-shared --disable-examples \
			--disable-tests --disable-doc --enable-gateway \
			--enable-queue --enable-standby &&
		make -j2
}

why_not() {
	if [ "$(id -u)" -ne 0 ]; then
		echo 'it takes root'
	elif ! [ -c /dev/net/tun ]; then
		echo 'there is no /dev/net/tun'
	elif ! unshare --net true 2>/dev/null; then
		echo 'there are no network namespaces'
	elif ! command -v linux.uml >/dev/null; then
		echo 'there is no User Mode Linux'
	fi
}

skip_all_if() {
	[ -n "$1" ] || return 0
	echo "skipped: $1"
	exit 77
}

make_work() {
	work=${LAB_WORK:-$(mktemp -d /var/tmp/vpnalg-lab.XXXXXX)}
	mkdir -p "$work"
	work=$(cd "$work" && pwd)
	case $work in
	/tmp/*)
		echo "$0: $work: guests do not see what is under /tmp" >&2
		exit 2
		;;
	esac
	tools=$work/tools
	mkdir -p "$tools" && cp "$lab/guest.sh" "$lab/machine-init.sh" \
		"$lab/transfer.pl" "$tools"
	guests_prepare
}

prepare_programs() {
	! are_built || return 0
	if ! (build_programs) >"$work/build.log" 2>&1 </dev/null; then
		tail -n 30 "$work/build.log"
		echo "$0: the build failed" >&2
		exit 1
	fi
	VPNALG_GW=$work/build/examples/gw/vpnalg-gw
	VPNALG_QUEUE=$work/build/examples/queue/vpnalg-queue
}
