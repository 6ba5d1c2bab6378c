/* SPDX-License-Identifier: BSD-2-Clause */
#include "data.h"

#include <stdbool.h>
#include <string.h>

/* Packets of data, and what is sent now and then to keep something up. */
static const struct {
	const char *name;
	bool alone; /* nothing may follow */
} names[] = {
	{ "ESP in UDP", false }, { "ESP", false },
	{ "AH", false },         { "GRE of PPTP", false },
	{ "GRE", false },        { "L2TP data", false },
	{ "L2TP ZLB", false },   { "NAT-keepalive", false },
	{ "TCP", true },         { "UDP", false },
	{ "ICMP type 0 code 0", false }, { "ICMP type 8 code 0", false },
};

size_t data_name(const char *what)
{
	size_t length;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]);
	     i++) {
		length = strlen(names[i].name);
		if (!strncmp(what, names[i].name, length) &&
		    (!what[length] ||
		     (what[length] == ' ' && !names[i].alone)))
			return length;
	}
	return 0;
}
