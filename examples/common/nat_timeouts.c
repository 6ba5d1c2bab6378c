/* SPDX-License-Identifier: BSD-2-Clause */
#include "nat_timeouts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <vpnalg/vpnalg.h>

#define SECONDS_MAX 86400

static const struct timeout {
	const char *name;
	size_t offset;
} timeouts[] = {
	{ "tcp", offsetof(struct vpnalg_timers, tcp_established) },
	{ "tcp-opening", offsetof(struct vpnalg_timers, tcp_transitory) },
	{ "call", offsetof(struct vpnalg_timers, call_idle) },
	{ "call-opening", offsetof(struct vpnalg_timers, call_unanswered) },
	{ "linger", offsetof(struct vpnalg_timers, linger) },
	{ "udp", offsetof(struct vpnalg_timers, udp) },
	{ "esp", offsetof(struct vpnalg_timers, esp_idle) },
	{ "esp-unpaired", offsetof(struct vpnalg_timers, esp_unpaired) },
	{ "gre", offsetof(struct vpnalg_timers, gre) },
	{ "icmp", offsetof(struct vpnalg_timers, icmp_query) },
	{ "other", offsetof(struct vpnalg_timers, other) },
	{ "tcp-half-closed", offsetof(struct vpnalg_timers, tcp_half_closed) },
	{ "tcp-closing", offsetof(struct vpnalg_timers, tcp_closing) },
	{ "tcp-reset", offsetof(struct vpnalg_timers, tcp_reset) },
	{ "ike", offsetof(struct vpnalg_timers, ike) },
	{ "nat-t", offsetof(struct vpnalg_timers, nat_t) },
};

static bool read_seconds(uint32_t *milliseconds, const char *text)
{
	char *end;
	unsigned long seconds = strtoul(text, &end, 10);

	*milliseconds = (uint32_t)seconds * 1000;
	return *text >= '1' && *text <= '9' && !*end && seconds <= SECONDS_MAX;
}

static bool read_word(struct vpnalg_timers *timers, const char *word)
{
	size_t length = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(timeouts) / sizeof(*timeouts); i++) {
		const struct timeout *timeout = &timeouts[i];

		if (word[length] && strlen(timeout->name) == length &&
		    !strncmp(word, timeout->name, length))
			return read_seconds((uint32_t *)((char *)timers +
							 timeout->offset),
					    word + length + 1);
	}
	return false;
}

const char *nat_timeouts_read(void *where, const char *value)
{
	char *copy = strdup(value), *rest = copy, *word;
	bool well = copy != NULL;

	while (well && (word = strsep(&rest, ",")) != NULL)
		well = read_word(where, word);
	free(copy);
	return well ? NULL
		    : "not a list of NAME=SECONDS, 1 to 86400, NAME being one "
		      "of tcp, tcp-opening, tcp-half-closed, tcp-closing, "
		      "tcp-reset, call, call-opening, linger, udp, ike, nat-t, "
		      "esp, esp-unpaired, gre, icmp, other";
}
