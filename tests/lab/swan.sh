# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# strongSwan at both ends: IKE version $ike (1 or 2), which finds the NAT and
# moves to UDP 4500. A tunnel from each client's inner address to the server's,
# or transport mode for L2TP.
#
# With $swan_chain set, both ends have certificates, and a chain of them, so large
# that IKE_AUTH comes in IP fragments: IKE's own fragments (RFC 7383) are off.
#
#   swan_certificates             makes them, for $server and all $clients
#   swan_fragmented CLIENT        its IKE_AUTH came in fragments, both ways
#   swan_server
#   swan_up CLIENT                rekeys every $rekey seconds
#   swan_transport_server
#   swan_transport_up CLIENT PORT    the L2TP client's port
#   swan_down CLIENT              a clean end, seen on both sides

# Without kernel-libipsec, which would take the place of the kernel's ESP.
swan_conf='charon {
		load = random nonce openssl aes sha1 sha2 hmac kdf gmp pem pkcs1 pkcs8 x509 constraints curve25519 kernel-netlink socket-default vici
		filelog {
			log {
				path = /run/charon.log
				default = 1
				flush_line = yes
			}
		}
		start-scripts {
			load = /usr/sbin/swanctl --load-all
		}
	}'

# swan_certificate NAME ISSUER [EXTENSION]: in $run/certificates; the root is its
# own issuer.
swan_certificate() {
	set -- "$1" "$2" "${3:-subjectAltName=DNS:$1.lab}"
	openssl req -new -newkey rsa:4096 -nodes -subj "/O=lab/CN=$1.lab" \
		-keyout "$1.key" -out "$1.csr" &&
		printf '%s\n' "$3" >"$1.ext" || return
	if [ "$1" = "$2" ]; then
		set -- "$1" -signkey "$1.key"
	else
		set -- "$1" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial
	fi
	name=$1
	shift
	openssl x509 -req -days 30 -sha256 -in "$name.csr" "$@" \
		-extfile "$name.ext" -out "$name.pem"
}

swan_certificates() (
	mkdir -p "$run/certificates" && cd "$run/certificates" || exit
	authority='basicConstraints=critical,CA:TRUE'
	swan_certificate root root "$authority" &&
		swan_certificate issuer root "$authority" || exit
	for name in server $clients; do
		swan_certificate "$name" issuer || exit
	done
) >"$run/certificates.log" 2>&1

# swan_install NAME: commands that give it its certificates.
swan_install() {
	[ -n "$swan_chain" ] || return 0
	cat <<-END
		cd $run/certificates
		cp $1.pem /etc/swanctl/x509
		cp $1.key /etc/swanctl/private
		cp root.pem issuer.pem /etc/swanctl/x509ca
		cd /
	END
}

# swan_auth [NAME]: what an end says, with its name, or what it asks of the other.
swan_auth() {
	if [ -z "$swan_chain" ]; then
		echo 'auth = psk'
	elif [ $# -gt 0 ]; then
		echo "auth = pubkey; certs = $1.pem"
	else
		echo 'auth = pubkey; cacerts = root.pem'
	fi | tr ';' '\n'
}

swan_fragments() {
	count_packets "$run/in.pcap" "ip[6:2] & 0x3fff != 0 and ip[9] = 17 and
		$1 host $(place "$2" | cut -d ' ' -f 2)"
}

swan_fragmented() {
	count="$(swan_fragments src "$1") out, $(swan_fragments dst "$1") in"
	case $count in
	[01]' out'* | *' '[01]' in') bad "$1" "fragments: $count" ;;
	*) good "$1" "fragments: $count" ;;
	esac
}

# swan_connections NAME MY_SIDE OTHER_SIDE MODE SETTING REMOTE_SETTING
swan_connections() {
	cat <<-END
		connections {
			lab {
				version = $ike
				proposals = aes128-sha256-ecp256
				rekey_time = $((rekey * 3))
				${swan_chain:+fragmentation = no}
				${dpd:+dpd_delay = 5s}
				$5
				local {
					$(swan_auth "$1")
					id = $1.lab
				}
				remote {
					$(swan_auth)
					$6
				}
				children {
					lab {
						local_ts = $2
						remote_ts = $3
						mode = $4
						esp_proposals = aes128-sha256
						rekey_time = $rekey
						rand_time = 0
						life_time = $((rekey * 3))
					}
				}
			}
		}
		secrets {
			ike-lab {
				secret = $ipsec_secret
			}
		}
	END
}

# swan_start CONNECTIONS NAME: charon is ready when it has loaded them.
swan_start() {
	cat <<-END
		$ipsec_modules
		cat >/etc/strongswan.conf <<-'EOF'
			$swan_conf
		EOF
		cat >/etc/swanctl/swanctl.conf <<-'EOF'
			$1
		EOF
		$(swan_install "$2")
		/usr/lib/ipsec/charon &
		until swanctl --list-conns 2>/dev/null | grep -q lab; do
			sleep 0.1
		done
	END
}

# swan_serve MY_SIDE OTHER_SIDE MODE: clients alone change keys. If both ends do
# it at the same time, they do it again and again. They alone ask whether the other
# end is alive, too: a client that is always asked first does not look at how it is
# seen, and does not notice when that changes.
swan_serve() {
	guest_do "$server" 20 "$(rekey=0 dpd=
		swan_start "$(swan_connections server "$1" "$2" "$3" \
			"local_addrs = $server_own" 'id = %any')" server)" \
		>"$run/said.$server" 2>&1
}

swan_server() {
	inner=$ipsec_server_inner
	guest_do "$server" 10 "ip addr add $inner/32 dev lo"
	swan_serve $inner/32 10.9.2.0/24 tunnel || return
	transfer_serve "$server"
}

swan_transport_server() {
	swan_serve 'dynamic[udp/1701]' 'dynamic[udp]' transport
}

# swan_initiate CLIENT MY_SIDE OTHER_SIDE MODE: commands.
swan_initiate() {
	connections=$(swan_connections "$@" \
		"remote_addrs = $server_address" 'id = server.lab')
	cat <<-END
		pgrep -x charon >/dev/null || {
			$(swan_start "$connections" "$1")
		}
		swanctl --initiate --child lab --timeout 40 || exit
	END
}

swan_up() {
	mine=$(ipsec_inner "$1")
	ipsec_is_up "$1" "ip addr add $mine/32 dev lo
		$(swan_initiate "$1" "$mine/32" $inner/32 tunnel)"
}

swan_transport_up() {
	guest_do "$1" 60 "$(swan_initiate "$1" "dynamic[udp/$2]" \
		'dynamic[udp/1701]' transport)" >"$run/said.$1" 2>&1 && return
	bad "$1" "no SA: $(tail -n 1 "$run/said.$1")"
}

swan_down() {
	guest_do "$1" 20 'swanctl --terminate --ike lab' >"$run/said.$1" 2>&1
	ipsec_gone "$1" "swanctl --list-sas | grep $1.lab"
}
