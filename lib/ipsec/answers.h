/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers: whether the packets of an inbound SPI follow those of a host after
 * the same time each. The path takes that time, so no other host can know when
 * the next packet is due. */
#ifndef VPNALG_IPSEC_ANSWERS_H
#define VPNALG_IPSEC_ANSWERS_H

#include "sa.h"

/* The score of an SPI and an outbound SA that it may answer. */
struct ipsec_answers {
	uint32_t id;  /* the host ID; 0: none */
	uint16_t gap; /* between the last two packets that were compared; ms */
	uint8_t delays[IPSEC_SENT]; /* since packets were sent; ms */
	uint8_t score;
	uint8_t number; /* of the host's SA; 0: its newest one */
};

/* An inbound SPI that is compared with SAs of its own host, and of others. */
struct ipsec_comparison {
	uint32_t spi; /* 0: none */
	uint32_t at;  /* when a packet of it came last */
	struct ipsec_answers own, other;
};

#define IPSEC_NO_DELAY UINT8_MAX

/* With this score the host is the one that the SPI answers: by chance that
 * happens once in some ten million times. */
#define IPSEC_ANSWERS_SHOWN 25

/* Returns whether the host may still be the one that the SPI answers. */
static inline bool ipsec_answers_goes_on(const struct ipsec_answers *answers)
{
	unsigned i;

	for (i = 0; i < IPSEC_SENT; i++)
		if (answers->delays[i] != IPSEC_NO_DELAY)
			return true;
	return false;
}

/* A packet that comes sooner after another proves nothing: it would score no
 * points. */
#define IPSEC_ANSWERS_GAP_MS 24

/* A silence of this many gaps is a pause of a quick flow. */
#define IPSEC_PAUSE_GAPS 4

/* Returns whether a quick flow begins again with a packet: flows pause and
 * begin together, whether they answer each other or not. */
static inline bool ipsec_answers_is_pause(const struct ipsec_answers *answers,
					  uint32_t gap)
{
	return gap > IPSEC_SILENCE_MS && answers->gap != 0 &&
	       gap / IPSEC_PAUSE_GAPS >= answers->gap;
}

/* Begins to compare an SPI with an outbound SA of a host. */
static inline void ipsec_answers_begin(struct ipsec_answers *answers,
				       uint32_t id, uint8_t number)
{
	*answers = (struct ipsec_answers){
		.id = id,
		.number = number,
		.delays = { IPSEC_NO_DELAY, IPSEC_NO_DELAY, IPSEC_NO_DELAY },
	};
}

/* Compares a packet, `gap` after the one before, with the packets of a host's
 * outbound SA. Returns whether it may answer these, as the one before did. If
 * not, the comparison begins anew with this packet. `sa` may be NULL. */
bool vpnalg_ipsec_answers(struct vpnalg *translator, struct vpnalg_record *sa,
			  struct ipsec_answers *answers, uint32_t gap);

#endif
