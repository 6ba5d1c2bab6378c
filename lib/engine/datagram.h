/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagrams that come in fragments: what is known of each, and the fragments
 * that are held, in memory of the caller's that does not grow. Nothing here
 * decides on a packet.
 *
 * A datagram is known by two keys, as a session is: as inside hosts see it and
 * as the world does. The ID in them is the IP Identification, the port says
 * whether it travels in. All is for IPv4: IPv6's fragments have a header of
 * their own. */
#ifndef VPNALG_ENGINE_DATAGRAM_H
#define VPNALG_ENGINE_DATAGRAM_H

#include "key.h"

#include "../wire/ip.h"

/* The two forms of a datagram: places of its keys. */
enum { FORM_INSIDE = 0, FORM_OUTSIDE = 1, FORMS = 2 };

/* No held fragment. */
#define NOT_HELD 0xffff

/* No handler. */
#define NO_HANDLER 0xff

enum datagram_state {
	DATAGRAM_FREE,       /* the place is free */
	DATAGRAM_AWAITED,    /* its first fragment has not come */
	DATAGRAM_GATHERED,   /* it will be translated whole */
	DATAGRAM_WHOLE,      /* it was: the held fragments have their other
				form but for their IP header */
	DATAGRAM_TRANSLATED, /* all follow the first */
	DATAGRAM_UNTOUCHED,  /* all are left alone, as the first */
	DATAGRAM_DROPPED     /* all are dropped, as the first */
};

struct datagram {
	vpnalg_time deadline;
	_Alignas(uint32_t) uint8_t keys[FORMS][VPNALG_KEY_IPV4];
	bool has_key[FORMS];
	uint8_t state;     /* enum datagram_state */
	uint8_t handler;   /* the handler that counts its fragments */
	uint8_t kind;      /* and its kind */
	uint8_t hosts;     /* a hash of its hosts */
	uint16_t held;     /* the first held fragment, by offset */
	uint16_t count;    /* the number of held fragments */
	uint8_t form;      /* in which it came first */
	uint32_t number;   /* counts up with each one that is made */
	uint32_t first;    /* length of the first fragment, behind IP */
	uint32_t total;    /* length of all, once the last has come; or 0 */
	uint32_t end;      /* end of the furthest fragment held */
	uint32_t gathered; /* bytes held */
};

/* A held fragment; its bytes follow. */
struct held {
	struct vpnalg_packet packet;
	uint32_t offset; /* in the datagram */
	uint32_t length; /* behind the IP header */
	uint16_t next;   /* of the same datagram, or of the free ones */
};

/* All fragments of a translator. */
struct fragments {
	struct datagram *datagrams;
	uint8_t *held;  /* all of them, held_size bytes each */
	uint8_t *whole; /* where a datagram is put together */
	size_t held_size;
	uint32_t held_time, first_time;
	uint32_t made;                       /* datagrams so far */
	uint16_t datagram_count, held_count; /* the places for them */
	uint16_t length_max;                 /* of a held fragment */
	uint16_t whole_max;  /* of a datagram that is put together */
	uint16_t free_held;  /* the first one that is not in use */
	uint16_t given_back; /* the one that the caller reads now, or that is
				being loaded */
	bool ready;          /* some may be given back */
	bool complete;       /* a datagram is there that is translated whole */
	/* The handler that has translated the first fragment that is undone
	 * now, or NO_HANDLER. */
	uint8_t translated_by;
	struct datagram *translated; /* translated now, as packet: */
	struct vpnalg_packet packet;
	size_t behind; /* packets of the burst behind its last fragment */
	size_t rest_count;
	struct vpnalg_packet *rest; /* those that wait for it */
	/* The key of the packet at hand, in the form in which it came. */
	_Alignas(uint32_t) uint8_t key[VPNALG_KEY_IPV4];
	/* The same, of an ICMP error that is a fragment: key is that of the
	 * quoted one. */
	_Alignas(uint32_t) uint8_t error_key[VPNALG_KEY_IPV4];
	uint8_t form;
};

static inline struct held *datagram_held(const struct fragments *fragments,
					 unsigned at)
{
	return (struct held *)(void *)(fragments->held +
				       at * fragments->held_size);
}

/* Makes the room of a held fragment free. */
static inline void datagram_free_held(struct fragments *fragments, unsigned at)
{
	datagram_held(fragments, at)->next = fragments->free_held;
	fragments->free_held = (uint16_t)at;
}

/* Returns whether fragments of a datagram may be given back. */
static inline bool datagram_is_ready(const struct datagram *datagram)
{
	return datagram->count > 0 && datagram->state != DATAGRAM_AWAITED &&
	       datagram->state != DATAGRAM_GATHERED;
}

/* Notes that fragments of a datagram may be given back, or that all are there
 * of one that is translated whole. */
static inline void datagram_note_ready(struct fragments *fragments,
				       const struct datagram *datagram)
{
	if (datagram->count == 0 || datagram->state == DATAGRAM_AWAITED)
		return;
	if (datagram->state != DATAGRAM_GATHERED)
		fragments->ready = true;
	else if (datagram->total != 0 && datagram->gathered == datagram->total)
		fragments->complete = true;
}

/* Returns the datagram with the key, of that form, or NULL. */
struct datagram *vpnalg_datagram_find(const struct vpnalg *translator,
				      const uint8_t *key, unsigned form);

/* Makes a datagram for the packet at hand; another one may be evicted for it.
 */
struct datagram *vpnalg_datagram_make(struct vpnalg *translator);

/* Replaces a datagram by a new one with the same keys, which is returned. The
 * old one gets no more fragments; the decision on those that it holds stays. */
struct datagram *vpnalg_datagram_renew(struct vpnalg *translator,
				       struct datagram *datagram);

/* Gives a datagram a key. Another datagram that has it loses it, and keeps the
 * fragments that it holds. */
void vpnalg_datagram_set_key(struct vpnalg *translator,
			     struct datagram *datagram, unsigned form,
			     const uint8_t *key);

/* Takes the first held fragment out of its datagram. The caller reads it until
 * the next one is taken. */
struct held *vpnalg_datagram_take(struct fragments *fragments,
				  struct datagram *datagram);

/* Gives back the room of the fragment that was taken. */
void vpnalg_datagram_forget_taken(struct fragments *fragments);

/* Drops the held fragments of a datagram, and counts them. */
void vpnalg_datagram_drop_held(struct vpnalg *translator,
			       struct datagram *datagram);

/* Makes room for a held fragment, if that can be: drops what is held of another
 * datagram. */
void vpnalg_datagram_make_room(struct vpnalg *translator);

/* Makes one known that was saved, at that place if it is free. Returns NULL if
 * there is no place for it. */
struct datagram *vpnalg_datagram_adopt(struct vpnalg *translator,
				       const struct datagram *saved,
				       unsigned place);

/* Drops datagrams past their deadline. Returns the earliest deadline of the
 * rest. */
vpnalg_time vpnalg_datagram_expire(struct vpnalg *translator);

/* Forgets datagrams of outside addresses that have gone. */
void vpnalg_datagram_forget_stale(struct vpnalg *translator);

/* Returns the offset of a fragment in its datagram, in bytes. */
static inline uint32_t datagram_offset(const uint8_t *ip)
{
	return (vpnalg_get16(ip + IPV4_FRAGMENT_OFF) &
		(uint32_t)IPV4_FRAGMENT_MASK) *
	       8;
}

/* Returns whether a fragment is the last of its datagram. */
static inline bool datagram_ends(const uint8_t *ip)
{
	return (vpnalg_get16(ip + IPV4_FRAGMENT_OFF) & IPV4_MORE_FRAGMENTS) ==
	       0;
}

#endif
