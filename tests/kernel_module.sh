#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The library compiles into a Linux kernel module, with the four headers of
# examples/linux: without a warning, and wanting nothing that a kernel lacks.
set -u
src=$(cd "${srcdir:-.}" && pwd) || exit 1

kernel=
for folder in /usr/src/linux-headers-*[a-z0-9] "/lib/modules/$(uname -r)/build"; do
	case $folder in
	*-common) continue ;;
	esac
	[ -e "$folder/Module.symvers" ] && kernel=$folder && break
done
if [ -z "$kernel" ]; then
	echo 'skipped: there are no headers of a kernel'
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Kbuild writes beside the sources.
cp -r "$src/lib" "$src/include" "$work" && mkdir "$work/examples" &&
	cp -r "$src/examples/linux" "$work/examples" || exit 1
MAKEFLAGS= make -C "$kernel" M="$work/examples/linux" modules >"$work/log" 2>&1
if [ $? -ne 0 ] || [ ! -e "$work/examples/linux/vpnalg.ko" ]; then
	tail -n 20 "$work/log"
	exit 1
fi
if grep -v 'BTF' "$work/log" | grep -iE 'warning|undefined'; then
	echo 'the module does not compile cleanly'
	exit 1
fi
echo "a module for $(basename "$kernel")"
