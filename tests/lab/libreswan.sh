# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# libreswan at both ends, told to do without NAT-T: IKE version $ike (1 or 2) on
# UDP 500 and plain ESP. A tunnel from each client's inner address to the
# server's. Debian cannot have it beside strongSwan: guests unpack it.
#
#   why_not_libreswan        why it cannot run; fetches it
#   libreswan_server         knows all $clients
#   libreswan_client CLIENT  commands that start its daemon
#   libreswan_up CLIENT      rekeys every $rekey seconds
#   libreswan_down CLIENT    a clean end, seen on both sides

why_not_libreswan() {
	[ -e "$tools/libreswan.tar" ] && return
	mkdir -p "$tools/download" && (
		cd "$tools/download" && apt-get -q download libreswan &&
			dpkg-deb --fsys-tarfile libreswan_*.deb >../new.tar
	) >"$tools/download.log" 2>&1 &&
		mv "$tools/new.tar" "$tools/libreswan.tar" ||
		echo 'libreswan cannot be fetched by apt-get'
}

libreswan_versions() {
	case $ike in
	1) echo 'ikev2=no nat-ikev1-method=none' ;;
	2) echo 'ikev2=insist' ;;
	esac
}

# libreswan_connection NAME SETTING...
libreswan_connection() {
	echo "conn $1"
	shift
	printf ' %s\n' "$@" authby=secret encapsulation=no auto=add \
		$(libreswan_versions) ike=aes128-sha2_256-dh19 \
		esp=aes128-sha2_256 pfs=no
}

# Rekeyed by the client, "rekeymargin" before its SA's life ends.
libreswan_life() {
	echo "salifetime=$((rekey * 3))s rekeymargin=$((rekey * 2))s" \
		rekeyfuzz=0% ikelifetime=8h
}

# libreswan_dpd ACTION: each end asks whether the other is alive, if $dpd is set.
libreswan_dpd() {
	[ -z "$dpd" ] || echo dpddelay=5 dpdtimeout=20 retransmit-timeout=20s \
		dpdaction="$1"
}

# libreswan_subnets SIDE CLIENT: the client is on that side, left or right.
libreswan_subnets() {
	case " $eightfold " in
	*" $2 "*)
		echo "${1}subnets={$(ipsec_inners "$2" | sed 's|$|/32|' |
			paste -s -d ,)}"
		;;
	*) echo "${1}subnet=$(ipsec_inner "$2")/32" ;;
	esac
}

# libreswan_start CONNECTIONS GUEST: commands that start the daemon and wait until
# it has loaded the connections and, last, the secrets.
libreswan_start() {
	cat <<-END
		$ipsec_modules
		tar -C / --keep-directory-symlink -xf $tools/libreswan.tar
		rm -f $run/guests/$2/pluto.log
		printf '%s\n' 'config setup' \
			' logfile=$run/guests/$2/pluto.log' \
			' ikev1-policy=accept' ' dnssec-enable=no' \
			>/etc/ipsec.conf
		cat >>/etc/ipsec.conf <<-'EOF'
		$1
		EOF
		echo ': PSK "$ipsec_secret"' >/etc/ipsec.secrets
		mkdir -p /run/pluto
		ipsec initnss >/dev/null
		ipsec pluto --config /etc/ipsec.conf
		until grep -q 'loading secrets' $run/guests/$2/pluto.log; do
			sleep 0.1
		done
	END
}

# Until a client has said its name, libreswan takes it for the client of the first
# or the last connection, and forgets it when that client comes. So these two
# connections, c0 and c9, are nobody's.
libreswan_server() {
	inner=$ipsec_server_inner
	connections=$(for client in c0 $clients c9; do
		libreswan_connection "lab-$client" left=$server_own \
			leftid=@server leftsubnet=$inner/32 right=%any \
			rightid=@"$client" \
			"$(libreswan_subnets right "$client")" rekey=no \
			$(libreswan_dpd clear)
	done)
	guest_do "$server" 60 "ip addr add $inner/32 dev lo
		$(libreswan_start "$connections" "$server")" >"$run/said.$server" 2>&1 ||
		return
	transfer_serve "$server"
}

# libreswan_client CLIENT: commands that start the daemon there, if it does not run.
libreswan_client() {
	connection=$(libreswan_connection lab left=%defaultroute leftid=@"$1" \
		"$(libreswan_subnets left "$1")" leftsourceip="$(ipsec_inner "$1")" \
		right=$server_address rightid=@server rightsubnet=$inner/32 \
		initial-contact=yes $(libreswan_life) $(libreswan_dpd restart))
	echo "pgrep -x pluto >/dev/null || {
			for address in $(ipsec_inners "$1" | paste -s -d " "); do
				ip addr add \$address/32 dev lo
			done
			$(libreswan_start "$connection" "$1")
		}"
}

libreswan_up() {
	date +%s >"$run/clients/$1.since"
	ipsec_is_up "$1" "$(libreswan_client "$1")
		timeout 40 ipsec whack --name lab --initiate || exit"
}

# The server keeps SAs of a client that was killed just after its keys changed for
# hours: they are older than this connection. (An add_time of 0 is an SA without
# traffic.) libreswan 4.10 tells the end of an SA once, with IKEv2 too, and never
# again: if that packet is lost, the server keeps the SA.
libreswan_down() {
	is_up "$1" || return
	guest_do "$1" 20 'ipsec whack --name lab --terminate' \
		>"$run/said.$1" 2>&1
	if [ -n "$loses" ]; then
		ipsec_gone "$1" false
		return
	fi
	ipsec_gone "$1" "ipsec whack --trafficstatus | grep \"'@$1'\" |
		sed 's/.*add_time=//; s/,.*//' |
		awk '\$1 == 0 || \$1 >= $(cat "$run/clients/$1.since") { found = 1 }
			END { exit !found }'"
}
