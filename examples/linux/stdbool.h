/* SPDX-License-Identifier: BSD-2-Clause */
/* For a Linux kernel, which has no <stdbool.h>. */
#include <linux/types.h>
