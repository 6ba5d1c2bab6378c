# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# A guest that is a virtual machine, with Debian's own kernel, unpacked and not
# installed: that of User Mode Linux has PPP, but no nftables for IPv4. All else
# is as in other guests (guest.sh): the host's root is its root, read-only, and
# commands come by its console.
#
#   wants_machine                  for install_missing
#   why_not_machine                why it cannot run; fetches the kernel
#   machine_boot NAME TAP...       eth0, eth1, ... are these, of namespace $gw
#   guest_ready NAME, guest_do ... as of all guests

# What it takes to see the host's root.
machine_modules='virtio_pci virtio_net 9pnet_virtio 9p overlay'

has_static_busybox() {
	command -v busybox && ! ldd "$(command -v busybox)"
}

wants_machine() {
	wants busybox-static has_static_busybox
	wants cpio command -v cpio
	wants pppoe command -v pppoe-server
	wants qemu-system-x86 command -v qemu-system-x86_64
}

why_not_machine() {
	command -v qemu-system-x86_64 >/dev/null || {
		echo 'there is no qemu-system-x86_64'
		return
	}
	[ -e "$tools/kernel/initrd" ] ||
		machine_fetch >"$tools/kernel.log" 2>&1 ||
		echo "no kernel with PPP: $(tail -n 1 "$tools/kernel.log")"
}

machine_fetch() {
	rm -rf "$tools/kernel" && mkdir -p "$tools/kernel/early/bin" &&
		cd "$tools/kernel" || return
	package=$(apt-cache depends linux-image-amd64 |
		sed -n 's/.*Depends: //p' | head -n 1)
	apt-get -q download "$package" && dpkg-deb -x ./*.deb . && rm ./*.deb &&
		mv boot/vmlinuz-* vmlinuz && depmod -b . "$(machine_version)" &&
		machine_initrd
	status=$?
	cd "$OLDPWD" || return
	return $status
}

machine_version() {
	ls "$tools/kernel/lib/modules"
}

# In the folder of the kernel.
machine_initrd() {
	for module in $machine_modules; do
		modprobe -d . -S "$(machine_version)" --show-depends "$module"
	done | awk '!seen[$2]++ { print $2 }' >early/list &&
		xargs cp -t early <early/list &&
		sed -i 's|.*/|/|' early/list &&
		cp "$(command -v busybox)" early/bin &&
		install -m 755 "$tools/machine-init.sh" early/init &&
		(cd early && find . | cpio -o -H newc --quiet) >initrd.new &&
		mv initrd.new initrd
}

# Without offload, as the other links.
machine_links() {
	for tap in "$@"; do
		echo "-netdev tap,id=$tap,ifname=$tap,script=no,downscript=no" \
			"-device virtio-net-pci,netdev=$tap,csum=off,gso=off"
	done
}

# Without KVM: where this machine is a virtual one itself, it may hang.
machine_boot() {
	dir=$run/guests/$1
	mkdir -p "$dir"
	mkfifo "$dir/console"
	shift
	words="console=ttyS0 quiet no_timer_check lab_init=$tools/guest.sh"
	words="$words lab_share=$dir lab_modules=$tools/kernel/lib/modules"
	files=local,security_model=none
	root=$files,path=/,mount_tag=root,readonly=on,multidevs=remap
	# shellcheck disable=SC2046
	setsid ip netns exec "$gw" qemu-system-x86_64 -accel tcg -m 256 \
		-nodefaults -no-user-config -display none -serial stdio \
		-virtfs $root \
		-virtfs $files,path="$dir",mount_tag=share \
		$(machine_links "$@") -kernel "$tools/kernel/vmlinuz" \
		-initrd "$tools/kernel/initrd" -append "$words" \
		<>"$dir/console" >>"$dir/kernel.log" 2>&1 &
	echo $! >"$dir/pid"
}
