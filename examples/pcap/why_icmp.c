/* SPDX-License-Identifier: BSD-2-Clause */
#include "why_icmp.h"

#include "why_attempt.h"
#include "why_ike.h"
#include "why_l2tp.h"
#include "why_pptp.h"

#define ANY_CODE 255
#define MTU_OFF 6

/* RFC 792, RFC 1191 4, RFC 1812 5.2.7; the first row that fits is meant. */
static const struct {
	uint8_t type, code;
	uint8_t error;
} rows[] = {
	{ 3, 2, ERROR_PROTOCOL },
	{ 3, 3, ERROR_PORT },
	{ 3, 4, ERROR_TOO_BIG },
	{ 3, 9, ERROR_PROHIBITED },
	{ 3, 10, ERROR_PROHIBITED },
	{ 3, 13, ERROR_PROHIBITED },
	{ 3, ANY_CODE, ERROR_UNREACHABLE },
	{ 11, 1, ERROR_REASSEMBLY },
	{ 11, ANY_CODE, ERROR_EXPIRED },
	{ 12, ANY_CODE, ERROR_OTHER },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static int error_of(const struct why_packet *packet)
{
	uint32_t type = why_get(&packet->body, 0, 1);
	uint32_t code = why_get(&packet->body, 1, 1);

	for (unsigned i = 0; i < ROWS; i++)
		if (rows[i].type == type &&
		    (rows[i].code == code || rows[i].code == ANY_CODE))
			return rows[i].error;
	return -1;
}

/* Returns whether the attempt can be what the quoted packet is of. */
static bool fits(const struct why_attempt *attempt,
		 const struct why_packet *quoted)
{
	uint16_t port = why_end_of(attempt, quoted) == CLIENT
				? quoted->source_port
				: quoted->destination_port;

	switch (quoted->protocol) {
	case WHY_TCP:
		return attempt->protocol == WHY_IS_PPTP &&
		       attempt->client_port == port;
	case WHY_UDP:
		return (attempt->protocol == WHY_IS_IPSEC ||
			attempt->protocol == WHY_IS_L2TP) &&
		       (attempt->client_port == port ||
			attempt->port_4500 == port);
	case WHY_GRE:
		return attempt->protocol == WHY_IS_PPTP ||
		       attempt->protocol == WHY_IS_GRE;
	case WHY_ESP:
	case WHY_AH:
		return attempt->protocol == WHY_IS_IPSEC;
	case WHY_L2TP_IP:
		return attempt->protocol == WHY_IS_L2TP;
	default:
		return false;
	}
}

static struct why_attempt *find(const struct why_facts *facts,
				const struct why_packet *quoted)
{
	struct why_attempt *attempt =
		why_of_pair(facts, quoted->source, quoted->destination);

	while (attempt &&
	       !(why_is_of(attempt, quoted) && fits(attempt, quoted)))
		attempt = attempt->next;
	return attempt;
}

static void note_too_big(struct why_errors *errors,
			 const struct why_packet *packet,
			 const struct why_packet *quoted)
{
	uint32_t mtu = why_get(&packet->body, MTU_OFF, 2);

	/* Old routers do not tell it (RFC 1191 4). */
	if (mtu == 0)
		mtu = quoted->size - 1;
	if (errors->mtu == 0 || mtu < errors->mtu)
		errors->mtu = mtu;
	if (!errors->too_big_packet)
		errors->too_big_packet = packet->number;
}

bool why_icmp(struct why_facts *facts, const struct why_packet *packet)
{
	int error = error_of(packet);
	struct why_attempt *attempt;
	struct why_packet quoted;
	enum why_end end;

	if (packet->later || error < 0 || !why_packet_quoted(packet, &quoted))
		return false;
	attempt = find(facts, &quoted);
	if (!attempt)
		return false;
	end = why_end_of(attempt, &quoted);
	attempt->errors.about[end][error]++;
	attempt->errors.from[end] = packet->source;
	if (error == ERROR_TOO_BIG)
		note_too_big(&attempt->errors, packet, &quoted);
	return true;
}
