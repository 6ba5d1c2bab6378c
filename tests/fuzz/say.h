/* SPDX-License-Identifier: BSD-2-Clause */
/* What the flows say: each makes a packet of its protocol. */
#ifndef TESTS_FUZZ_SAY_H
#define TESTS_FUZZ_SAY_H

#include "flow.h"

speaker say_pptp, say_call, say_tcp;                   /* say_tcp.c */
speaker say_ike, say_nat_t, say_esp;                   /* say_ipsec.c */
speaker say_l2tp2, say_l2tp2_data;                     /* say_l2tp.c */
speaker say_l2tp3, say_l2tp3_data, say_l2tp3_ip, say_l2tp3_ip_data;
speaker say_gre, say_udp, say_icmp, say_other;         /* say_plain.c */

#endif
