# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# strongSwan at both ends: IKE version $ike (1 or 2), which finds the NAT and
# moves to UDP 4500. A tunnel from each client's inner address to the server's,
# or transport mode for L2TP.
#
#   swan_server
#   swan_up CLIENT                rekeys every $rekey seconds
#   swan_transport_server
#   swan_transport_up CLIENT PORT    the L2TP client's port
#   swan_down CLIENT              a clean end, seen on both sides

# Without kernel-libipsec, which would take the place of the kernel's ESP.
swan_conf='charon {
		load = random nonce openssl aes sha1 sha2 hmac kdf gmp curve25519 kernel-netlink socket-default vici
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

# swan_connections NAME MY_SIDE OTHER_SIDE MODE SETTING REMOTE_SETTING
swan_connections() {
	cat <<-END
		connections {
			lab {
				version = $ike
				proposals = aes128-sha256-ecp256
				rekey_time = $((rekey * 3))
				$5
				local {
					auth = psk
					id = $1.lab
				}
				remote {
					auth = psk
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

# charon is ready when it has loaded the connections.
swan_start() {
	cat <<-END
		$ipsec_modules
		cat >/etc/strongswan.conf <<-'EOF'
			$swan_conf
		EOF
		cat >/etc/swanctl/swanctl.conf <<-'EOF'
			$1
		EOF
		/usr/lib/ipsec/charon &
		until swanctl --list-conns 2>/dev/null | grep -q lab; do
			sleep 0.1
		done
	END
}

# swan_serve MY_SIDE OTHER_SIDE MODE: clients alone change keys. If both ends do
# it at the same time, they do it again and again.
swan_serve() {
	guest_do "$server" 20 "$(rekey=0
		swan_start "$(swan_connections server "$1" "$2" "$3" \
			"local_addrs = $server_address" 'id = %any')")" \
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
			$(swan_start "$connections")
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
