/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of data, of which only their number is of interest. */
#ifndef PCAP_DATA_H
#define PCAP_DATA_H

#include <stddef.h>

/* Returns how much of a packet's name (struct explained) is that of its sort,
 * if it is one of data; or 0. */
size_t data_name(const char *what);

#endif
