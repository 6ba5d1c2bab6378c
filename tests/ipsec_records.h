/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of IPsec records. */
#ifndef TESTS_IPSEC_RECORDS_H
#define TESTS_IPSEC_RECORDS_H

#include "support_records.h"
#include "ipsec/ring.h"
#include "cases.h"

#define HOSTS 9
#define SPIS 3

static struct world w;
static struct esp hosts[HOSTS][SPIS];
static struct ike ikes[HOSTS];

static inline void begin(void)
{
	unsigned i, j;

	ipsec_world(&w,
		    (struct world_options){ .no_undo = true, .units = 2000 });
	for (i = 0; i < HOSTS; i++) {
		ikes[i] = ike_of(CLIENT_A + i, SERVER, i);
		for (j = 0; j < SPIS; j++)
			hosts[i][j] =
				esp_of(CLIENT_A + i, SERVER, 0xa00 + 16 * i + j,
				       0xb00 + 16 * i + j);
	}
}

static inline void end(void)
{
	world_end(&w);
}

#endif
