/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of keys. */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

#include "toy.h"
#include "cases.h"
#include "engine/key.h"

#include <string.h>

enum { KEY = VPNALG_KEY_IPV4 };

static const uint8_t host_a[] = { 192, 168, 77, 11 };
static const uint8_t server_a[] = { 198, 51, 100, 1 };

static const struct vpnalg_tuple plain = { .role = VPNALG_INSIDE_OWN,
					   .space = GRE,
					   .zone = 0x1234,
					   .id = 0xfedcba98,
					   .port = 0x76543210,
					   .local = host_a,
					   .remote = server_a };

#endif
