/* SPDX-License-Identifier: BSD-2-Clause */
/* ESP SAs: what is kept of one in each direction. */
#ifndef VPNALG_IPSEC_SA_H
#define VPNALG_IPSEC_SA_H

#include "ipsec.h"

/* The body of an outbound SA. */
struct ipsec_out {
	uint32_t seen;  /* when its last packet went out */
	uint8_t paired; /* the host has received ESP: the SA lives longer */
	uint8_t old;    /* the host has a younger one */
	uint8_t copied; /* the host is a candidate: it keeps a copy of seen */
};

/* The body of an inbound SA. */
struct ipsec_in {
	uint32_t seen;          /* when its last packet came */
	uint32_t gap : 11;      /* usual time between packets, ms */
	uint32_t spread : 8;    /* usual deviation from that, ms */
	uint32_t evidence : 4;  /* enum vpnalg_evidence */
	uint32_t trust : 4;     /* IPSEC_TRUST_ */
	uint32_t confirmed : 1; /* traffic both ways, for a while */
	uint32_t old : 1;       /* a younger one was paired with its host */
	uint32_t suspect : 1;   /* the host may not have received its packets */
	uint32_t copied : 1;    /* the host is a candidate: it keeps a copy */
};

/* How well a pair agrees with what its host sends. A new pair begins in the
 * middle; at 0 it is taken back, at the top it is not reviewed any more. */
enum { IPSEC_TRUST_INITIAL = 6, IPSEC_TRUST_FULL = 15 };

#endif
