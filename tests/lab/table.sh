#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/lab/table.sh PAGE WORK...
#
# Writes into PAGE (doc/lab.md) what run.sh has left in the folders WORK: into one
# table what became of each scenario behind each gateway, into another the outages
# of plain ESP. Each table is between its two marks. What was not run stays as it
# is there.
set -eu

page=$1
shift
lab=$(cd "$(dirname "$0")" && pwd)
new=$(mktemp)
trap 'rm -f "$new" "$new.page"' EXIT

# rows NAME: of the table that the page has.
rows() {
	sed -n "/^<!-- $1 -->\$/,/^<!-- end of $1 -->\$/s/^| \([a-z].*\)/\1/p" \
		"$page"
}

# insert NAME FILE: the file's lines are the table from now on.
insert() {
	awk -v begin="<!-- $1 -->" -v end="<!-- end of $1 -->" -v table="$2" '
		$0 == end { skip = 0 }
		!skip { print }
		$0 == begin {
			skip = 1
			while ((getline line <table) > 0)
				print line
		}' "$page" >"$new.page"
	cat "$new.page" >"$page"
}

results() {
	for work in "$@"; do
		find "$work" -mindepth 2 -maxdepth 2 -name results
	done | sort
}

{
	rows 'the table' | sed 's/ *| */\t/g; s/^/row\t/'
	results "$@" | while read -r file; do
		sed "s|^|$file\\t|" "$file"
	done
} | awk -F '\t' '
	BEGIN {
		count = split("none kernel vpnalg-gw vpnalg-queue", gateways, " ")
		print "| Scenario | What | routed | kernel | vpnalg-gw | vpnalg-queue |"
		print "|---|---|---|---|---|---|"
	}
	$1 == "row" {
		about[$2] = $3
		for (i = 1; i <= count; i++)
			before[$2 "\t" gateways[i]] = $(3 + i)
		next
	}
	{
		about[$2] = $4
		at = $2 "\t" $3
		verdict[at] = $6
		runs[at] += $1 != file
		file = $1
		all[at]++
		passed[at] += $6 == "pass"
	}
	function cell(at) {
		if (!(at in all))
			return before[at]
		if (verdict[at] == "SKIP")
			return "skipped"
		if (passed[at] == all[at])
			return runs[at] > 1 ? "pass, " runs[at] " runs" : "pass"
		if (!passed[at])
			return "**fail**"
		return "**" passed[at] " of " all[at] "**"
	}
	END {
		for (scenario in about) {
			line = "| " scenario " | " about[scenario] " |"
			for (i = 1; i <= count; i++)
				line = line " " cell(scenario "\t" gateways[i]) " |"
			print line | "LC_ALL=C sort"
		}
	}' >"$new"
insert 'the table' "$new"

python3 "$lab/outages.py" "$@" >"$new.page"
{
	cat "$new.page"
	rows 'the outages' | sed 's/^/| /'
} | awk -F '|' '
	NR <= 2 { print; next }
	!seen[$2, $3]++ { print | "LC_ALL=C sort" }' >"$new"
insert 'the outages' "$new"
