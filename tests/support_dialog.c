/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP dialogs: what both ends know, and the segments that they send. */
#include "dialog.h"

#define PORT 40000
#define STALE 0x08b11f05 /* of an earlier connection */

static struct dialog {
	struct world *w;
	uint16_t server_port;
	uint32_t sent[2], acknowledged; /* out and in; by the host */
	uint32_t before;                /* what the host had sent before N */
	unsigned dropped;
} d;

static const struct letter {
	char letter;
	uint8_t flags;
	uint8_t data;
} letters[] = {
	{ 'S', SYN, 0 },       { 'N', SYN, 0 },	      { 'Y', SYN | ACK, 0 },
	{ 'A', ACK, 0 },       { 'a', ACK, 0 },	      { 'c', ACK, 0 },
	{ 'D', ACK, 5 },       { 'd', ACK, 5 },	      { 'F', FIN | ACK, 0 },
	{ 'G', FIN | ACK, 5 }, { 'R', RST, 0 },	      { 'f', FIN | ACK, 0 },
	{ 'r', RST, 0 },       { 'q', RST | ACK, 0 }, { 'o', SYN | ACK, 0 },
	{ 'x', RST, 0 },       { 'T', SYN | ACK, 0 }, { 'V', FIN | ACK, 0 },
};

static const struct letter *find_letter(char letter)
{
	size_t i;

	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == letter)
			return &letters[i];
	ck_abort_msg("no letter '%c'", letter);
	return NULL;
}

static uint32_t length_of(const struct letter *l)
{
	return l->data + (l->flags & (SYN | FIN) ? 1U : 0U);
}

/* Goes back to before the SYN or FIN that was sent last. */
static void repeat(const struct letter *l, unsigned direction)
{
	if (l->letter == 'T' || l->letter == 'V')
		d.sent[direction]--;
}

static void send(enum vpnalg_direction direction, const struct bytes *p)
{
	d.dropped += send_packet(d.w, direction, p) != VPNALG_TRANSLATED;
}

static void out(const struct letter *l)
{
	struct bytes p;
	uint32_t sequence;

	repeat(l, 0);
	if (l->letter == 'N') {
		d.before = d.sent[0];
		d.sent[0] += 100000;
	} else if (l->letter != 'a' && l->letter != 'd') {
		d.acknowledged = d.sent[1];
	}
	sequence = l->letter == 'x' ? STALE : d.sent[0];
	p = tcp_packet(CLIENT_A, PORT, SERVER, d.server_port, sequence,
		       l->flags & ACK ? d.acknowledged : 0, l->flags, "abcde",
		       l->data);
	send(VPNALG_OUT, &p);
	if (l->letter != 'x')
		d.sent[0] += length_of(l);
}

static void in(const struct letter *l)
{
	uint32_t sequence, acknowledgment = d.sent[0];
	struct bytes p;

	repeat(l, 1);
	sequence = d.sent[1];
	if (l->letter == 'f' || l->letter == 'r')
		sequence += 42;
	if (l->letter == 'q')
		sequence += 0x40000000;
	if (l->letter == 'o') {
		sequence = 2 * STALE;
		acknowledgment = STALE;
	}
	if (l->letter == 'c')
		acknowledgment = d.before;
	p = tcp_packet(SERVER, d.server_port, OUTSIDE, PORT, sequence,
		       acknowledgment, l->flags, "edcba", l->data);
	send(VPNALG_IN, &p);
	if (sequence == d.sent[1])
		d.sent[1] += length_of(l);
}

static void begin(struct world *w, uint16_t server_port)
{
	d = (struct dialog){ .w = w, .server_port = server_port };
	/* Both wrap soon, one in sign. */
	d.sent[0] = 0xfffffff0;
	d.sent[1] = 0x7ffffff8;
}

unsigned dialog_play(struct world *w, uint16_t server_port, const char *dialog)
{
	if (*dialog == '-')
		dialog++;
	else
		begin(w, server_port);
	d.dropped = 0;
	for (; *dialog != '\0'; dialog++) {
		if (*dialog >= '0' && *dialog <= '9')
			world_wait(w, (vpnalg_time)(*dialog - '0') * 1000);
		else if (*dialog == 'h')
			world_wait(w, 3600000);
		else if (*dialog == '<')
			in(find_letter(*++dialog));
		else
			out(find_letter(*dialog));
	}
	return d.dropped;
}
