/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP dialogs of one host with one server, a letter for a segment. */
#ifndef TESTS_DIALOG_H
#define TESTS_DIALOG_H

#include "support.h"

/* A host at CLIENT_A, port 40000, and SERVER at that port. Letters are segments
 * out, or in after '<':
 *
 *   S Y A F R  SYN, SYN-ACK, ACK, FIN, RST
 *   T V        SYN-ACK and FIN with the sequence number of the SYN or FIN that
 *              was sent last, in that direction
 *   D G        five bytes of data, and with a FIN
 *   N          out: a SYN of another connection, with a sequence number of its
 *              own; what comes in goes on after it once it is answered
 *   a d        out: as A and D, but nothing new is acknowledged
 *   f r q      in: FIN, RST in the window but not at the next byte; RST out of
 *              the window
 *   o          in: the SYN-ACK of an earlier connection
 *   c          in: an ACK of the connection before N
 *   x          out: the RST that answers o or c
 *   0..9 h     seconds that pass, an hour
 *   -          first: the dialog before goes on
 *
 * The sequence numbers of both ends are counted. Returns how many segments were
 * not translated. */
unsigned dialog_play(struct world *w, uint16_t server_port, const char *dialog);

#endif
