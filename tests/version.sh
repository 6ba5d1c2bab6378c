#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# VPNALG_VERSION of the public headers is the version that configure.ac names.
set -u
header=${srcdir:?}/include/vpnalg/version.h
number=$(sed -n 's/^#define VPNALG_VERSION \([0-9][0-9]*\)$/\1/p' "$header")
version=$((${number:?} / 10000)).$((number / 100 % 100)).$((number % 100))
if [ "$version" != "${PACKAGE_VERSION:?}" ]; then
	echo "version.h says $version ($number), configure.ac $PACKAGE_VERSION"
	exit 1
fi
