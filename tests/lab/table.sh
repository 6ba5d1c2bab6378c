#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/lab/table.sh PAGE WORK...
#
# Writes into PAGE (doc/lab.md), between its two marks, what became of each
# scenario behind each gateway, from what run.sh has left in the folders WORK.
set -eu

page=$1
shift
new=$(mktemp)
trap 'rm -f "$new" "$new.page"' EXIT

for work in "$@"; do
	find "$work" -mindepth 2 -maxdepth 2 -name results
done | sort | xargs awk -F '\t' '
	BEGIN {
		count = split("none kernel vpnalg-gw vpnalg-queue", gateways, " ")
		print "| Scenario | What | routed | kernel | vpnalg-gw | vpnalg-queue |"
		print "|---|---|---|---|---|---|"
	}
	{
		about[$1] = $3
		at = $1 "\t" $2
		verdict[at] = $5
		runs[at] += FILENAME != file
		file = FILENAME
		all[at]++
		passed[at] += $5 == "pass"
	}
	function cell(at) {
		if (!(at in all))
			return ""
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

awk -v table="$new" '
	/^<!-- end of the table -->$/ { skip = 0 }
	!skip { print }
	/^<!-- the table -->$/ {
		skip = 1
		while ((getline line <table) > 0)
			print line
	}' "$page" >"$new.page"
cat "$new.page" >"$page"
