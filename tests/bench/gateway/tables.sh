# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What is printed: a median, and in brackets the least and the greatest.

# median FORMAT: of the numbers of standard input.
median() {
	sort -n | awk -v format="$1" '
		$1 + 0 == $1 { n++; v[n] = $1 }
		END {
			if (!n) {
				print "-"
				exit
			}
			m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			printf format " (" format ".." format ")\n",
				m, v[1], v[n]
		}'
}

# of FILE "MATCH" EXPRESSION FORMAT
of() {
	[ -e "$work/$1" ] || return 0
	grep "^$2 " "$work/$1" | awk "{ print $3 }" | median "$4"
}

table_machine() {
	echo "Kernel $(uname -r), $(nproc) processors" \
		"($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo |
			head -n 1)), load average" \
		"$(cut -d ' ' -f 1-3 /proc/loadavg) at the start."
	echo
}

row() {
	printf '| '
	printf '%s | ' "$@"
	echo
}

table_packets() {
	row traffic sessions bytes 'ns a packet' 'library, % (perf)' \
		'program, %' 'kernel, %' 'far end, %' \
		'library, % (clock)' 'library, ns (clock)' 'at once'
	row --- --- --- --- --- --- --- --- --- --- ---
	for cell in $cells; do
		row "${cell%%,*}" "$(echo "$cell" | cut -d , -f 2 |
			sed "s/all/$sessions/")" "${cell##*,}" \
			"$(of packets "$cell perf" '$3' %.0f)" \
			"$(of packets "$cell perf" '$4' %.1f)" \
			"$(of packets "$cell perf" '$5' %.1f)" \
			"$(of packets "$cell perf" '$6' %.1f)" \
			"$(of packets "$cell perf" '$7' %.1f)" \
			"$(of packets "$cell timed" '100 * $4 / $3' %.1f)" \
			"$(of packets "$cell timed" '$4' %.0f)" \
			"$(of packets "$cell timed" '$5' %.0f)"
	done
	echo
}

table_rates() {
	row middle 'offloads off, out' 'off, in' 'on, out' 'on, in'
	row --- --- --- --- ---
	for middle in $middles; do
		row "$middle" "$(of rates "$middle off" '$3' %.0f)" \
			"$(of rates "$middle off" '$4' %.0f)" \
			"$(of rates "$middle on" '$3' %.0f)" \
			"$(of rates "$middle on" '$4' %.0f)"
	done
	echo "(Mbit/s of one TCP connection)"
}

# By the clock, which works everywhere.
judge_share() {
	: >"$run/log"
	for cell in $cells; do
		share=$(of packets "$cell timed" '100 * $4 / $3' %.1f)
		awk -v share="${share%% *}" -v most=$share_most \
			'BEGIN { exit !(share + 0 == share && share <= most) }' ||
			failed "$cell: the library takes $share %"
	done
}
