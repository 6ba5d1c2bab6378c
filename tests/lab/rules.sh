# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Rules of the kernel's packet filter in $gw.
#
#   kernel_rules OUTSIDE                 prints the kernel's NAT
#   queue_rules OUTSIDE [ARGUMENT]...    sets those of vpnalg-queue
#   inside_rule, outside_rule            print a router's own rules, for the time
#                                        in which no gateway runs

# kernel_rules OUTSIDE: the kernel's NAT. Its PPTP helper must be assigned to
# connections.
kernel_rules() {
	cat <<-END
		table ip lab {
			ct helper pptp { type "pptp" protocol tcp; }
			chain before {
				type filter hook prerouting priority -150;
				tcp dport 1723 ct helper set "pptp"
			}
			chain after {
				type nat hook postrouting priority srcnat;
				oifname $1 masquerade
			}
			chain services {
				type nat hook prerouting priority dstnat;
				$(service_rules "$1")
			}
		}
	END
}

# queue_matches [ARGUMENT]...: prints iptables matches for what passes through
# vpnalg-queue. With --general that is everything.
queue_matches() {
	[ "$1" != --general ] || { echo && return; }
	cat <<-END
		-p tcp -m multiport --ports 1723
		-p udp -m multiport --ports 500,1701,4500
		-p gre
		-p esp
		-p ah
		-p 115
		-p icmp --icmp-type destination-unreachable
		-p icmp --icmp-type time-exceeded
		-p icmp --icmp-type parameter-problem
	END
}

# queue_rules OUTSIDE [ARGUMENT]...: what vpnalg-queue has translated bypasses the
# kernel's NAT; see vpnalg-queue(1). Some kernels have the queue for iptables only.
queue_rules() {
	outside=$1
	shift
	queue_matches "$@" | while read -r match; do
		# shellcheck disable=SC2086
		iptables -t raw -A PREROUTING -i "$outside" $match -j NFQUEUE &&
			iptables -t mangle -A POSTROUTING -o "$outside" $match \
				-j NFQUEUE || exit
	done || return
	iptables -t nat -A POSTROUTING -m mark --mark 0x56504e41 -j ACCEPT &&
		iptables -t nat -A POSTROUTING -o "$outside" -j MASQUERADE
}

# When the gateway ends, its rules go, and the kernel forwards what inside hosts
# send, untranslated. A router's own rule, as vpnalg-gw(1) has it, keeps that
# inside.
inside_rule() {
	cat <<-END
		table ip inside {
			chain after {
				type filter hook postrouting priority 300;
				oifname out0 ip saddr $inside_net drop
			}
		}
	END
}

# While the gateway does not run, the kernel would answer for it. A router's own
# rule, as vpnalg-gw(1) has it, keeps the kernel from that.
outside_rule() {
	cat <<-END
		table ip outside {
			chain before {
				type filter hook prerouting priority -450;
				iifname out0 drop
			}
		}
	END
}
