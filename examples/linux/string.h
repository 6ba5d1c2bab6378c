/* SPDX-License-Identifier: BSD-2-Clause */
/* For a Linux kernel, which has no <string.h>. */
#include <linux/string.h>
