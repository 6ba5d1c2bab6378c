#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The first process of a guest: a Linux kernel of its own, most often User Mode
# Linux, whose root is the host's, read-only. Everything that is written goes to
# memory, but for the folder $lab_share, which is the host's. Then it runs the
# files that are named on the console, all at the same time:
#
#     FILE.out   what the file's commands said
#     FILE.rc    their exit status, once they have ended
#
# The kernel hands lab_share, from its command line, on to this script, and
# lab_modules if its modules are not those of User Mode Linux.

export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
modules=${lab_modules:-/usr/lib/uml/modules}

overlay_root() {
	mount -t proc proc /proc
	grep -q overlay /proc/filesystems ||
		insmod "$modules/$(uname -r)/kernel/fs/overlayfs/overlay.ko"
	mount -t tmpfs tmpfs /mnt
	mkdir /mnt/upper /mnt/work /mnt/root
	mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work \
		overlay /mnt/root
}

# This machine's own devices, not the host's.
fill_root() {
	cd /mnt/root || return
	mount -t proc proc proc
	mount -t sysfs sysfs sys
	mount -t devtmpfs devtmpfs dev
	mkdir -p dev/pts dev/shm usr/lib/modules
	mount -t devpts devpts dev/pts
	mount -t tmpfs tmpfs run
	mount -t tmpfs tmpfs tmp
	mkdir -p run/lock var/lock
	mount --bind "$modules" usr/lib/modules
	mount_share "/mnt/root$lab_share"
}

# Only User Mode Linux has the first.
mount_share() {
	if grep -q hostfs /proc/filesystems; then
		mount -t hostfs -o "$lab_share" none "$1"
	else
		mount -t 9p -o trans=virtio,msize=262144 share "$1"
	fi
}

run_files() {
	while read -r file; do
		(
			sh "$file" >"$file.out" 2>&1 </dev/null
			echo $? >"$file.rc.new"
			mv "$file.rc.new" "$file.rc"
		) &
	done
}

if [ "$1" = inside ]; then
	ip link set lo up
	modprobe ipv6 disable_ipv6=1
	touch "$lab_share/ready"
	exec 3<&0
	run_files <&3 &
	# Without this process there is no guest, and nobody to take notice of
	# daemons that have ended.
	while :; do sleep 1000; done
fi
overlay_root && fill_root && exec chroot /mnt/root "$0" inside
