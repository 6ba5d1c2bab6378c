/* SPDX-License-Identifier: BSD-2-Clause */
/* The output of --why: one answer for each client. */
#ifndef PCAP_WHY_REPORT_H
#define PCAP_WHY_REPORT_H

#include <stdio.h>

#include "options.h"
#include "why_cause.h"
#include "why_step.h"

/* The attempts of one client with one server, of which the last one counts. */
struct why_answer {
	const struct why_attempt *attempt;
	uint32_t attempts;
	const struct why_cause *cause;  /* NULL if it works */
	const struct why_cause *remark; /* or NULL */
	/* The cause of the last attempt before it that failed, or NULL. */
	const struct why_cause *earlier;
	char detail[WHY_DETAIL];        /* "" if there is none */
	char remark_detail[WHY_DETAIL];
	struct why_step steps[WHY_STEPS_MOST];
	unsigned count, stopped;
};

/* The input. */
struct why_input {
	const char *name;
	uint64_t packets;
	bool complete; /* to the end of the file */
};

struct why_report {
	struct why_input input;
	const struct why_facts *facts;
	struct why_answer *answers;
	size_t count;
	size_t failed; /* of them */
};

/* The most characters of a client or server. */
#define WHY_ADDRESS 22

/* Writes an address, with its port if it has one. */
void why_write_address(uint32_t address, uint16_t port,
		       char text[WHY_ADDRESS]);

/* Returns the name of an attempt's protocol. */
const char *why_protocol_name(const struct why_attempt *attempt);

/* Returns whether NAT-T is in use: "no", "offered", "agreed" or "yes". */
const char *why_nat_t(const struct why_attempt *attempt);

/* Returns what a step's state is called. */
const char *why_step_state(const struct why_answer *answer, unsigned step);

/* Prints the report to standard output. */
void why_write_text(const struct why_report *report);

/* Writes it to a page that is begun. */
void why_write_page(const struct why_report *report, FILE *page);

/* Prints it as one JSON object. Returns false when there was no memory. */
bool why_write_json(const struct why_report *report);

#endif
