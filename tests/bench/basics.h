/* SPDX-License-Identifier: BSD-2-Clause */
/* What every part of the benchmark needs: time, memory, chance, bytes. */
#ifndef BENCH_BASICS_H
#define BENCH_BASICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Not inlined, so that it can be seen in a profile, and so that the compiler
 * knows nothing of the caller. */
#if defined(__GNUC__)
#define BENCH_NOINLINE __attribute__((noinline))
#else
#define BENCH_NOINLINE
#endif

/* CPU time of this thread, in nanoseconds. */
double basics_cpu_time(void);

/* Memory that is there, zeroed, all pages of it; ends the program if there is
 * none. From here on in huge pages if they were asked for and exist. */
void *basics_memory(size_t size);
void basics_huge_pages(bool wanted);
void basics_free(void *memory);

/* Numbers by chance, the same in every run. */
struct dice {
	uint64_t state;
};
uint32_t dice_roll(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t limit);

/* Says that a packet or session was not what it must be. The measurement goes
 * on; the program fails in the end. */
void basics_fault(const char *format, ...);
bool basics_had_faults(void);

static inline void bench_put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static inline void bench_put32(uint8_t *p, uint32_t value)
{
	bench_put16(p, value >> 16);
	bench_put16(p + 2, value & 0xffff);
}

static inline uint16_t bench_get16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}

#endif
