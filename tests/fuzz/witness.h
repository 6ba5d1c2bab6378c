/* SPDX-License-Identifier: BSD-2-Clause */
/* The target in which a host goes on with its VPN, whatever others do. */
#ifndef TESTS_FUZZ_WITNESS_H
#define TESTS_FUZZ_WITNESS_H

#include <stddef.h>
#include <stdint.h>

void witness(const uint8_t *data, size_t size);

#endif
