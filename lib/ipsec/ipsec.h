/* SPDX-License-Identifier: BSD-2-Clause */
/* IPsec: the kinds of its records, their keys, and the times that several
 * files reckon with. Each file's own header says what it does. */
#ifndef VPNALG_IPSEC_IPSEC_H
#define VPNALG_IPSEC_IPSEC_H

#include <vpnalg/handler.h>

#include "../wire/ipsec.h"

enum {
	IPSEC_KIND_IKE,        /* IKE and NAT-T: a UDP session */
	IPSEC_KIND_IKE_SA,     /* an initiator SPI of such a session */
	IPSEC_KIND_OUT,        /* an outbound ESP SA */
	IPSEC_KIND_IN,         /* an inbound ESP SA, paired with its host */
	IPSEC_KIND_HOST,       /* an inside host that has ESP with a remote */
	IPSEC_KIND_REMOTE,     /* a remote, with its first candidates */
	IPSEC_KIND_CANDIDATES, /* more candidates of a remote */
	IPSEC_KIND_UNCLAIMED,  /* inbound SPIs from a remote without a host */
	IPSEC_KIND_AH,         /* only counted */
	IPSEC_KIND_SERVICE,    /* a server inside, of the caller's */
	IPSEC_KIND_SA_LIST,    /* the older outbound SAs of a host */
	IPSEC_KINDS
};

/* ID spaces and ports of keys. ESP's keys are in the space of its protocol: an
 * SPI has port 0, the host's inside key has SPI 0, which no packet carries, and
 * the other records have one of these ports. */
enum {
	IPSEC_SPACE_IKE_SA = 253, /* experimental, RFC 3692: no packet's */
	IPSEC_PORT_HOST = 1,
	IPSEC_PORT_REMOTE = 2, /* the ID is the number of the block */
	IPSEC_PORT_UNCLAIMED = 3,
	IPSEC_PORT_SA_LIST = 4 /* the ID is that of the host */
};

/* Deadlines are moved in steps of a sixteenth of the lifetime, so that not
 * every packet writes to records. */
#define IPSEC_SLACK_PART 16

/* A path delays packets by at most this when it reorders them. */
#define IPSEC_REORDERED_MS 50

/* After such a silence a host, or an SPI, counts as beginning anew. */
#define IPSEC_SILENCE_MS 700

/* Two SPIs that began within this time may be taken for one another. */
#define IPSEC_RIVAL_MS 500

/* A new SA counts its packets from 1 (RFC 4303 2.2). An SPI that is first seen
 * with a greater number was in use before, or is forged. */
#define IPSEC_FRESH_SEQUENCE 4096

/* Returns the time as records keep it: the low 32 bits of the clock. Times are
 * compared modulo 2^32; a comparison that is wrong after 49 days of silence
 * costs one wrong guess. */
static inline uint32_t ipsec_now(const struct vpnalg *translator)
{
	return (uint32_t)vpnalg_session_now(translator);
}

/* Returns the same time, of the packet at hand. */
static inline uint32_t ipsec_step_now(const struct vpnalg_step *step)
{
	return (uint32_t)step->now;
}

static inline bool ipsec_is_after(uint32_t time, uint32_t other)
{
	return (int32_t)(time - other) > 0;
}

/* Returns the distance between two times, whichever is later. */
static inline uint32_t ipsec_off_by(uint32_t time, uint32_t usual)
{
	return ipsec_is_after(time, usual) ? time - usual : usual - time;
}

/* Returns whether a session could not be opened for want of room, which may be
 * there when the packet is sent again. */
static inline bool ipsec_is_shortage(enum vpnalg_result result)
{
	return result == VPNALG_DROP_STORE || result == VPNALG_DROP_LIMIT;
}

/* Returns the SPI of an ESP packet. */
static inline uint32_t ipsec_spi(const struct vpnalg_step *step)
{
	return vpnalg_get32(step->parsed->l4 + ESP_SPI_OFF);
}

#endif
