# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What PPTP and L2TP have in common: pppd at both ends.
#
#   ppp_secrets                      commands that write them
#   ppp_options NAME [OPTION]...     pppd's options, one per line
#   ppp_is_up CLIENT COMMANDS        runs them; up when the server answers
#   ppp_down CLIENT DAEMONS COMMANDS a clean end, seen on both sides

ppp_user=lab
ppp_password=only-for-the-lab

ppp_secrets() {
	echo "echo '$ppp_user * $ppp_password *' >/etc/ppp/chap-secrets"
}

ppp_options() {
	echo name "$@" nobsdcomp nodeflate novj noipv6 nodefaultroute \
		mtu\ 1400 mru\ 1400 lcp-echo-interval\ 5 lcp-echo-failure\ 12
}

# The other side may take a moment longer until its interface is there: what is
# sent before is lost.
ppp_is_up() {
	connect "$1" "$(ppp_secrets)
		$2
		for try in \$(seq 40); do
			ping -q -c 1 -W 1 -I ppp0 $inner && exit
			sleep 0.5
		done
		exit 1"
}

# Prints what succeeds on the server while it has the interface of a client. No
# other one ever has its number; the client's address goes to the next that comes.
ppp_server_has() {
	number=$(guest_do "$server" 10 "ip -o -4 addr |
		sed -n 's|^\\([0-9]*\\): .* peer $1/.*|\\1|p'")
	echo "${number:+ip -o link | grep '^$number: '}"
}

# Both sides take their interface down, and the client's daemons end.
ppp_down() {
	is_up "$1" || return
	address=$(guest_do "$1" 10 "ip -o -4 addr show dev ppp0 |
		sed -n 's/.*inet \\([0-9.]*\\) .*/\\1/p'")
	there=$(ppp_server_has "$address")
	guest_do "$1" 10 "$3"
	disconnect "$1" "pgrep -x '$2'" "${there:-true}"
}
