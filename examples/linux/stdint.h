/* SPDX-License-Identifier: BSD-2-Clause */
/* For a Linux kernel, which has no <stdint.h>. */
#include <linux/limits.h>
#include <linux/types.h>
#define UINT8_MAX U8_MAX
#define UINT16_MAX U16_MAX
#define UINT32_MAX U32_MAX
#define UINT64_MAX U64_MAX
