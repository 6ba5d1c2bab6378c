#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The fuzz targets' corpus, with whatever compiler the tests are built with.
set -u

program=./tests/fuzz/replay
if [ ! -x "$program" ]; then
	echo "there is no $program: it was not built"
	exit 77
fi
for target in conversation witness; do
	"$program" $target "$top_srcdir"/tests/fuzz/corpus/$target/* || exit 1
done
