# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# strongSwan at both ends: IKE version $ike (1 or 2), which finds the NAT and
# moves to UDP 4500. A tunnel from each client's inner address to the server's.
#
#   swan_server
#   swan_up CLIENT      rekeys every $rekey seconds
#   swan_down CLIENT    a clean end, seen on both sides

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

# swan_connections NAME LOCAL_TS REMOTE_TS MODE SETTING REMOTE_SETTING
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

swan_server() {
	inner=$ipsec_server_inner
	guest_do srv 20 "ip addr add $inner/32 dev lo
		$(swan_start "$(swan_connections srv "$inner/32" 10.9.2.0/24 \
			tunnel 'local_addrs = 203.0.113.10' 'id = %any')")" \
		>"$run/said.srv" 2>&1 || return
	transfer_serve srv
}

swan_up() {
	mine=$(ipsec_inner "$1")
	ipsec_is_up "$1" "ip addr add $mine/32 dev lo
		pgrep -x charon >/dev/null || {
			$(swan_start "$(swan_connections "$1" "$mine/32" \
				"$inner/32" tunnel \
				'remote_addrs = 203.0.113.10' 'id = srv.lab')")
		}
		swanctl --initiate --child lab --timeout 40 || exit"
}

swan_down() {
	guest_do "$1" 20 'swanctl --terminate --ike lab' >"$run/said.$1" 2>&1
	ipsec_gone "$1" "swanctl --list-sas | grep $1.lab"
}
