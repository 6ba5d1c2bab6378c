/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of the gateway's parts. */
#ifndef TESTS_GATEWAY_H
#define TESTS_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <check.h>

Suite *gw_answer_suite(void);   /* check_gw_answer.c */
Suite *gw_fragment_suite(void); /* check_gw_fragment.c */
Suite *gw_held_suite(void);     /* check_gw_held.c */
Suite *gw_impair_suite(void);   /* check_gw_impair.c */
Suite *gw_ipfix_suite(void);   /* check_gw_ipfix.c */
Suite *gw_metrics_suite(void); /* check_gw_metrics.c */
Suite *gw_mirror_suite(void);  /* check_gw_mirror.c */
Suite *gw_port_suite(void);    /* check_gw_port.c */
Suite *gw_served_suite(void);  /* check_gw_served.c */
Suite *gw_whole_suite(void);    /* check_gw_whole.c */
TCase *gw_whole_cut_case(void); /* check_gw_whole_cut.c */

/* The number of rows in a table of tests, for tcase_add_loop_test(). */
#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

/* Big-endian numbers, of that many bytes. */
uint32_t get(const uint8_t *p, size_t length);
void put(uint8_t *p, size_t length, uint32_t value);

/* Is the Internet checksum in these bytes right? They are a multiple of 65535
 * then, read as one number; that is computed here digit by digit. */
bool sum_is_right(const uint8_t *data, size_t length);

/* The same, of what lies behind an IPv4 header with a pseudo header before it
 * (TCP and UDP). */
bool l4_sum_is_right(const uint8_t *ip);

#endif
