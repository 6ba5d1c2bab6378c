#!/bin/busybox sh
# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=dash
# The first process of a virtual machine, from its initrd: hands over to
# guest.sh in the host's root.

/bin/busybox --install -s /bin
mkdir -p /root
while read -r module; do
	insmod "$module"
done </list
mount -t 9p -o ro,trans=virtio,msize=262144,cache=loose root /root
exec switch_root /root "$lab_init"
