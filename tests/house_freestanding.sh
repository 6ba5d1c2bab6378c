#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library needs nothing of its host: it compiles by "cc -Iinclude -c
# lib/*/*.c", wants four functions, and has nothing that can be written to.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
status=0

# What compilers add by themselves for a host that has it (none of it with
# -ffreestanding): clang makes a memcmp that is only compared with 0 a bcmp; some
# distributions guard stack frames by default; on some processors
# position-independent code wants a table of addresses.
added='bcmp|__stack_chk_(fail|fail_local|guard)|_GLOBAL_OFFSET_TABLE_'
wanted="mem(cpy|move|set|cmp)|$added"

say() {
	[ -s "$2" ] || return
	echo "$1:"
	sed 's/^/  /' "$2"
	status=1
}

# Sections that are in memory and writable, and not empty. Constant tables of
# pointers are in .data.rel.ro, which is read-only once the library is loaded.
writable_sections() {
	${OBJDUMP:-objdump} -h "$@" | awk '
		/file format/ { file = $1 }
		$1 ~ /^[0-9]+$/ { name = $2; size = $3; next }
		/ALLOC/ && !/READONLY/ && size !~ /^0+$/ &&
			name !~ /^\.data\.rel\.ro/ {
				print file, name, "0x" size }'
}

# shellcheck disable=SC2086
compile() {
	rm -f ./* && ${CC:-cc} $options -I"$src/include" -c "$src"/lib/*/*.c &&
		${CC:-cc} -nostdlib -r -o whole ./*.o && return
	echo "cc $options -Iinclude -c lib/*/*.c fails"
	exit 1
}

# One command compiles all of them to objects in one folder.
twice=$(basename -a "$src"/lib/*/*.c | sort | uniq -d)
if [ -n "$twice" ]; then
	printf 'two files of one name in folders of lib/: %s\n' "$twice"
	status=1
fi

# Without optimization a static that is written and never read is still there.
cd "$work" || exit 1
for options in '' -O2; do
	compile
	${NM:-nm} whole >symbols || exit 1
	awk 'NF == 2 { print $2 }' symbols | grep -vxE "$wanted" >undefined
	{
		writable_sections ./*.o
		awk '$2 == "C" { print "common", $3 }' symbols
	} >writable
	awk '$2 ~ /^[A-Z]$/ && NF == 3 { print $3 }' symbols |
		grep -vE '^(vpnalg|__x86\.)' >foreign
	say "cc $options: wants more than memcpy, memmove, memset, memcmp" \
		undefined
	say "cc $options: can be written to" writable
	say "cc $options: has global names that do not begin with vpnalg" \
		foreign
	if ! grep -q ' T vpnalg_process$' symbols; then
		echo "nm shows no vpnalg_process"
		status=1
	fi
done
[ $status -eq 0 ] && echo 'lib/*/*.c wants mem* only and has no writable data'
exit $status
