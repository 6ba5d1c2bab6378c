/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the PPTP handler: the bodies of its records. pptp.c
 * begins with an overview. */
#ifndef VPNALG_PPTP_PPTP_H
#define VPNALG_PPTP_PPTP_H

#include <vpnalg/handler.h>

#include "../wire/pptp.h"

enum {
	PPTP_KIND_CONTROL,
	PPTP_KIND_CALL,
	PPTP_KIND_SERVED,  /* the control connection of a server inside */
	PPTP_KIND_SERVICE, /* that server */
	PPTP_KINDS
};

/* Bounds the rewritten IDs of each direction that are remembered until they are
 * acknowledged. */
#define PPTP_FIELDS 2

/* An ID in the stream that differs inside and outside, by its position. The
 * place is unused while both are equal. */
struct pptp_field {
	uint32_t position;
	uint16_t inside, outside;
};

/* The state of the framing of a stream. */
enum pptp_mode {
	PPTP_MODE_START,  /* before the first message */
	PPTP_MODE_FRAMED, /* message by message */
	PPTP_MODE_PLAIN   /* not read any more, or never was */
};

/* One direction of a control connection. Positions are sequence numbers. */
struct pptp_stream {
	uint32_t cursor;       /* the next byte that was not seen yet */
	uint32_t acknowledged; /* all bytes before it are */
	uint16_t length;       /* Length of the current message */
	uint16_t offset;       /* how much of it lies before the cursor */
	uint16_t ids[2];       /* at 12 and 14, as far as seen, as received */
	struct pptp_field fields[PPTP_FIELDS];
};

/* TCP's progress, in pptp_control.flags. */
#define PPTP_TCP_SYNCED 0x01      /* the SYN-ACK was seen */
#define PPTP_TCP_ESTABLISHED 0x02 /* and acknowledged */
#define PPTP_TCP_FIN_OUT 0x04
#define PPTP_TCP_FIN_IN 0x08
#define PPTP_TCP_FINAL 0x10 /* both, or a RST from inside: it is final */
/* Some call's outside ID differs from its inside one in the first byte. */
#define PPTP_MIXED 0x20
/* The inside host has sent a SYN that is not this connection's. */
#define PPTP_TCP_NEW_SYN 0x40
/* The server inside has not shown that it knows the connection. */
#define PPTP_UNCONFIRMED 0x80

/* The body of a control connection. */
struct pptp_control {
	struct pptp_stream streams[2]; /* out, in */
	/* enum pptp_mode << 5 and the type of the current message */
	uint8_t at[2];
	uint8_t flags;
	uint8_t failures;    /* of the store, for the ID at hand */
	uint16_t generation; /* distinguishes connections on these ports */
	uint16_t new_syn;    /* folded sequence number of that SYN */
};

/* The body of the control connection step->record. */
static inline struct pptp_control *pptp_control(const struct vpnalg_step *step)
{
	return (struct pptp_control *)vpnalg_session_body(step->translator,
							  step->record);
}

/* Returns a generation: it distinguishes one initial sequence number from
 * another. */
static inline uint16_t pptp_generation(uint32_t sequence)
{
	return (uint16_t)(sequence ^ sequence >> 16);
}

/* A control message type that the handler does not know. */
#define PPTP_TYPE_UNKNOWN 16

static inline uint8_t pptp_type(const struct pptp_control *control,
				unsigned direction)
{
	return control->at[direction] & 31;
}

static inline uint8_t pptp_mode(const struct pptp_control *control,
				unsigned direction)
{
	return control->at[direction] >> 5;
}

#define PPTP_CALL_ANSWERED 0x01  /* the remote has named its ID */
#define PPTP_CALL_CLEARING 0x02  /* the inside host wants it to end */
#define PPTP_CALL_ATTACHED 0x04  /* the peer's ID is known */
#define PPTP_CALL_LINGERING 0x08 /* its end was announced */
#define PPTP_CALL_ORPHANED 0x10  /* by its control connection's */
#define PPTP_CALL_REPLACED 0x20  /* its inside ID is a newer call's */

/* The body of a call. The ports of its control connection name it: the hosts
 * are the same. */
struct pptp_call {
	uint16_t inside_port, remote_port;
	uint16_t generation;
	uint16_t flags;
};

#endif
