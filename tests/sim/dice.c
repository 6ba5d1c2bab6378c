/* SPDX-License-Identifier: BSD-2-Clause */
#include "dice.h"

#include <math.h>

struct dice dice_for(uint64_t seed, uint32_t who, uint32_t what)
{
	struct dice dice = { seed };

	dice.state = dice_roll(&dice) + who;
	dice.state = dice_roll(&dice) + what;
	dice.state = dice_roll(&dice);
	return dice;
}

uint64_t dice_waiting(struct dice *dice, uint64_t mean)
{
	/* 53 bits, never 0. */
	double u = ((double)(dice_roll(dice) >> 11) + 1) * 0x1p-53;
	double waiting = -log(u);

	return (uint64_t)((waiting < 20 ? waiting : 20) * (double)mean);
}
