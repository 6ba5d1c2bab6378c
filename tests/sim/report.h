/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of scores, and what is asked of the library. */
#ifndef SIM_REPORT_H
#define SIM_REPORT_H

#include "score.h"
#include "settings.h"

void report_begin(const struct settings *settings);
void report_score(const struct settings *settings, const char *name,
		  unsigned clients, const struct score *score);
/* Returns whether the library did with so many clients what is asked of it. */
bool report_check(unsigned clients, const struct score *library,
		  const struct score *baseline);
/* Returns whether no outage was longer than the settings allow. */
bool report_check_outages(const struct settings *settings, unsigned clients,
			  const struct score *library);

#endif
