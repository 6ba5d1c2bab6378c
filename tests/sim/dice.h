/* SPDX-License-Identifier: BSD-2-Clause */
/* Chance: many independent sequences, the same in every run of a seed. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

/* The dice of one purpose of one of the world's parts. */
struct dice dice_for(uint64_t seed, uint32_t who, uint32_t what);

/* SplitMix64. */
static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

/* Less than limit, which fits 32 bits. */
static inline uint64_t dice_below(struct dice *dice, uint64_t limit)
{
	return (dice_roll(dice) >> 32) * limit >> 32;
}

static inline uint64_t dice_between(struct dice *dice, uint64_t least,
				    uint64_t most)
{
	return least + dice_below(dice, most - least + 1);
}

static inline bool dice_percent(struct dice *dice, unsigned percent)
{
	return dice_below(dice, 100) < percent;
}

/* Exponential with this mean; never more than 20 times the mean. */
uint64_t dice_waiting(struct dice *dice, uint64_t mean);

#endif
