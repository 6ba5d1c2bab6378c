/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_packets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *copy(const uint8_t *bytes, size_t length)
{
	uint8_t *to = malloc(length);

	if (to == NULL) {
		perror("a packet");
		exit(1);
	}
	return memcpy(to, bytes, length);
}

int captured_read(struct capture *capture, const char *name,
		  struct captured *captured)
{
	struct capture_packet given = { .number = 0 };
	int count = 0;

	capture_open(capture, name);
	while (capture_next(capture, &given)) {
		if (count == CAPTURED_MAX) {
			fprintf(stderr, "%s: too many packets\n", name);
			exit(1);
		}
		captured[count++] = (struct captured){
			.given = copy(given.ip, given.caplen),
			.out = copy(given.ip, given.caplen),
			.caplen = given.caplen,
			.len = given.len,
			.direction = capture_direction(capture, given.ip),
			.now = given.now,
		};
	}
	return count;
}

struct vpnalg_packet captured_packet(const struct captured *captured,
				     uint8_t *bytes)
{
	memcpy(bytes, captured->given, captured->caplen);
	return (struct vpnalg_packet){ .data = bytes,
				       .caplen = captured->caplen,
				       .len = captured->len,
				       .direction = captured->direction };
}

void captured_free(struct captured *captured, int count)
{
	while (count > 0) {
		free(captured[--count].given);
		free(captured[count].out);
	}
}
