#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# sh tests/fuzz/run.sh
#
# Builds the library and the fuzz targets with clang, AddressSanitizer and
# UndefinedBehaviorSanitizer, takes the corpus, and then fuzzes each target.
#
#   FUZZ_SECONDS  how long each target; default 60
#   FUZZ_SEED     of libFuzzer; default 0, which is another one each time
#   FUZZ_DIR      what was built, found and learned; default ./fuzz
#   FUZZ_CC       default clang
#
# Ends with 1 where a promise was broken; the input is in FUZZ_DIR then. 77:
# there is no clang with libFuzzer.
set -u

tree=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${FUZZ_SECONDS:-60}
seed=${FUZZ_SEED:-0}
dir=${FUZZ_DIR:-fuzz}
cc=${FUZZ_CC:-clang}
flags='-g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all'
# Freed packets need not be watched for long; they are freed soon and often.
ASAN_OPTIONS=quarantine_size_mb=4${ASAN_OPTIONS:+:$ASAN_OPTIONS}
export ASAN_OPTIONS

mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || exit 1

links() {
	printf '%s\n' '#include <stddef.h>' '#include <stdint.h>' \
		'int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n);' \
		'int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n)' \
		'{ return d == NULL && n > 0; }' >"$dir/links.c" &&
		"$cc" -fsanitize=fuzzer,address,undefined -o "$dir/links" \
			"$dir/links.c" 2>"$dir/links.log"
}

# Each source once. Files of lib/ and of tests/fuzz/ may have equal names.
# shellcheck disable=SC2016
compile() {
	rm -rf "$dir/o" && mkdir "$dir/o" || return
	cc_flags="$flags -fsanitize=fuzzer-no-link,address,undefined"
	export cc cc_flags tree
	for source in "$tree"/lib/*/*.c "$tree"/tests/fast_path.c \
		"$tree"/tests/fuzz/*.c; do
		object=$(basename "$(dirname "$source")")-$(basename "$source")
		printf '%s\n' "$source" "$dir/o/${object%.c}.o"
	done | xargs -n 2 -P "${JOBS:-2}" sh -c \
		'"$cc" $cc_flags -I"$tree/include" -c -o "$2" "$1"' sh
}

# link NAME OBJECT SANITIZERS: a program with a main, or a function, of its own.
# shellcheck disable=SC2046
link() {
	"$cc" -fsanitize="$3" -o "$dir/$1" "$dir/o/$2.o" \
		$(find "$dir/o" -name '*.o' ! -name 'fuzz-target_*' \
			! -name 'fuzz-replay.o')
}

# What an input that broke a promise did last.
show() {
	echo "The last that happened:"
	FUZZ_TRACE=1 "$dir/$1" "$2" 2>&1 | grep -v '^ *#' | tail -n 25
	echo "The input is $2, as text:"
	"$dir/replay" --text "$2"
}

# The corpus is text.
make_corpus() {
	mkdir -p "$dir/$1.corpus" &&
		"$dir/replay" "$1" "$tree/tests/fuzz/corpus/$1"/* &&
		"$dir/replay" --to "$dir/$1.corpus" \
			"$tree/tests/fuzz/corpus/$1"/*
}

fuzz() {
	learned=$dir/$1.learned
	mkdir -p "$learned"
	if ! "$dir/$1" -seed="$seed" -max_total_time="$seconds" -max_len=800 \
		-len_control=20 -entropic=0 -artifact_prefix="$dir/$1-" \
		-print_final_stats=1 "$learned" "$dir/$1.corpus" \
		>"$dir/$1.log" 2>&1; then
		grep -e BROKEN -e ERROR -e 'runtime error' "$dir/$1.log" |
			head -n 3
		input=$(sed -n 's/.*Test unit written to //p' "$dir/$1.log")
		[ -z "$input" ] || show "$1" "$input"
		return 1
	fi
	awk -v name="$1" '/number_of_executed_units/ { n = $2 }
		/^#.*cov:/ { c = $4 }
		END { print name ": " n " inputs, " c " places covered" }' \
		"$dir/$1.log"
}

if ! links; then
	echo "SKIP: there is no $cc with libFuzzer here"
	exit 77
fi
compile && link replay fuzz-replay address,undefined || exit 1
status=0
for target in conversation witness; do
	link "$target" "fuzz-target_$target" fuzzer,address,undefined &&
		make_corpus "$target" && fuzz "$target" || status=1
done
exit $status
