/* SPDX-License-Identifier: BSD-2-Clause */
/* Linked into a gateway with -Wl,--wrap=vpnalg_process this measures the time
 * that the library takes there. */
#include "timed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sys/mman.h>

#include <vpnalg/vpnalg.h>

void __real_vpnalg_process(struct vpnalg *translator,
			   struct vpnalg_packet *packets, size_t count,
			   vpnalg_time now);
void __wrap_vpnalg_process(struct vpnalg *translator,
			   struct vpnalg_packet *packets, size_t count,
			   vpnalg_time now);

static struct timed *timed;
static uint64_t cost; /* of the clock itself */

static uint64_t thread_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* What two readings differ by when nothing is between them. */
static uint64_t cost_of_clock(void)
{
	uint64_t begin, sum = 0;

	for (int i = 0; i < 10000; i++) {
		begin = thread_time();
		sum += thread_time() - begin;
	}
	return sum / 10000;
}

__attribute__((constructor)) static void open_timed(void)
{
	const char *name = getenv(TIMED_FILE);
	int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;

	timed = mmap(NULL, sizeof(*timed), PROT_READ | PROT_WRITE, MAP_SHARED,
		     fd, 0);
	if (timed == MAP_FAILED) {
		perror(TIMED_FILE);
		exit(EXIT_FAILURE);
	}
	cost = cost_of_clock();
}

void __wrap_vpnalg_process(struct vpnalg *translator,
			   struct vpnalg_packet *packets, size_t count,
			   vpnalg_time now)
{
	uint64_t begin = thread_time(), ns;

	__real_vpnalg_process(translator, packets, count, now);
	ns = thread_time() - begin;
	timed->ns += ns > cost ? ns - cost : 0;
	timed->calls++;
	timed->packets += count;
}
