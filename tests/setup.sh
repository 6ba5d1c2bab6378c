# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What examples/demo.sh and tests/check.sh have in common; they source it:
#
#   wants PACKAGE COMMAND...   PACKAGE is missing unless COMMAND succeeds
#   wants_build                all that building the library and programs takes
#   install_missing            installs what is missing, or names it and exits 1
#   copy_source TREE DIR       copies TREE, without what was built in it, to DIR
#
# Packages are named as on Debian; probes work on every system, so that nothing
# is installed, and no apt-get needed, where nothing is missing.

missing=

wants() {
	package=$1
	shift
	"$@" >/dev/null 2>&1 </dev/null || missing="$missing $package"
}

has_header() {
	echo "#include <$1>" | "${CC:-cc}" -E -
}

wants_build() {
	wants autoconf command -v autoreconf
	wants automake command -v automake
	wants gcc command -v "${CC:-cc}"
	wants libc6-dev has_header stdio.h
	wants libpcap-dev pkg-config --exists libpcap
	wants libtool command -v libtoolize
	wants make command -v make
	wants pkg-config command -v pkg-config
}

# Runs a command as root; fails where it cannot.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true; }; then
		sudo "$@"
	else
		return 1
	fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o DPkg::Lock::Timeout=600 "$@" >&2
}

# Package lists may be absent (a fresh image) or stale (a second try).
apt_install() {
	if ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
		# shellcheck disable=SC2086
		apt_get install --no-install-recommends $missing && return
	fi
	# shellcheck disable=SC2086
	apt_get update && apt_get install --no-install-recommends $missing
}

install_missing() {
	[ -z "$missing" ] && return
	if command -v apt-get >/dev/null; then
		echo "Installing:$missing" >&2
		apt_install && missing= && return
	fi
	{
		echo "This is missing and could not be installed here:$missing"
		echo "(Debian's names.) Please install it and try again."
	} >&2
	exit 1
}

# A copy is what gets configured: the tree itself may be read-only, or be
# configured already, which would stand in the way of another build.
copy_source() {
	mkdir -p "$2" && (cd "$1" && tar -cf - \
		--exclude='./.git' --exclude='./build*' --exclude='.deps' \
		--exclude='.libs' --exclude='.dirstamp' --exclude='*.[ao]' \
		--exclude='*.l[ao]' --exclude='*.log' --exclude='*.trs' \
		--exclude='./autom4te.cache' --exclude='./config.status' \
		--exclude='./Makefile' --exclude='./libvpnalg-*' .) |
		(cd "$2" && tar -xf -)
}
