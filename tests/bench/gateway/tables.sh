# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What is printed: medians, and in brackets the least and the greatest.
# shellcheck disable=SC2016

# median FORMAT: of the numbers of standard input.
median() {
	sort -n | awk -v f="$1" '
		$1 + 0 == $1 { v[++n] = $1 }
		END {
			if (!n)
				print "-"
			m = n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			if (n == 1)
				printf f "\n", m
			else if (n)
				printf f " (" f ".." f ")\n", m, v[1], v[n]
		}'
}

# of FILE MATCH EXPRESSION FORMAT: of the lines that begin so.
of() {
	sed -n "/^$2 /p" "$work/$1" 2>/dev/null | awk "{ print $3 }" |
		median "$4"
}

row() {
	printf '|'
	printf ' %s |' "$@"
	echo
}

table_machine() {
	echo "Kernel $(uname -r), $(nproc) processors" \
		"($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo |
			head -n 1)), $rounds rounds."
	[ "$perf" = yes ] || echo "perf cannot take samples here."
}

table_load() {
	echo "Load average at the $1: $(cut -d ' ' -f 1-3 /proc/loadavg)."
}

table_packets() {
	echo
	row packets sessions bytes 'a second' 'ns each' 'library, %' \
		'program, %' 'kernel, %' 'far end, %' \
		'library by clock, %' 'and ns' 'at once'
	row --- --- --- --- --- --- --- --- --- --- --- ---
	for cell in $cells; do
		read_cell
		[ "$rate" -ne 0 ] || rate=all
		row "$traffic" "$count" "$bytes" "$rate" \
			"$(of packets "$cell clock" '$3' %.0f)" \
			"$(of packets "$cell perf" '$4' %.1f)" \
			"$(of packets "$cell perf" '$5' %.1f)" \
			"$(of packets "$cell perf" '$6' %.1f)" \
			"$(of packets "$cell perf" '$7' %.1f)" \
			"$(of packets "$cell clock" '100 * $4 / $3' %.1f)" \
			"$(of packets "$cell clock" '$4' %.0f)" \
			"$(of packets "$cell clock" '$5' %.0f)"
	done
}

table_rates() {
	echo
	row 'one TCP connection' offloads 'Mbit/s out' 'Mbit/s in' \
		'ns a packet'
	row --- --- --- --- ---
	for on in $offload; do
		for middle in $middles; do
			row "$middle" "$on" \
				"$(of rates "$middle $on" '$3' %.0f)" \
				"$(of rates "$middle $on" '$4' %.0f)" \
				"$(of rates "$middle $on" '$5' %.0f)"
		done
	done
}

# By the clock, which works everywhere.
judge_share() {
	: >"$run/log"
	for cell in $cells; do
		share=$(of packets "$cell clock" '100 * $4 / $3' %.1f)
		awk -v share="${share%% *}" -v most="$share_most" \
			'BEGIN { exit !(share + 0 == share && share <= most) }' ||
			failed "$cell: the library takes $share %"
	done
}
