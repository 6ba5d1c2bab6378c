/* SPDX-License-Identifier: BSD-2-Clause */
/* For a Linux kernel, which has no <stddef.h>. */
#include <linux/stddef.h>
#include <linux/types.h>
