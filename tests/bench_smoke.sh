#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the benchmark and runs a little of all its parts: every packet must be
# right. No time is judged.
set -eu

top=${top_srcdir:-$(dirname "$0")/..}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2086
${CC:-cc} ${CFLAGS:--O2} -I"$top/include" -o "$work/bench" \
	"$top"/lib/*/*.c "$top"/tests/bench/*.c
"$work/bench" --quick
"$work/bench" --quick --json >"$work/json"
if [ -n "${PYTHON:-}" ]; then
	"$PYTHON" -m json.tool "$work/json" >"$work/log"
fi
for what in out in udp-out udp-in esp-out esp-in nat-t-out nat-t-in flood-1 \
	flood-3 setup expire; do
	"$work/bench" --callgrind 256 --what $what --calls 100 --burst 8
done
if "$work/bench" --what nothing --callgrind 1 2>"$work/log"; then
	echo 'bench took a --what that there is not'
	exit 1
fi
