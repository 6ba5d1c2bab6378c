/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file state.h
 * @brief Sessions saved and loaded, so that they outlive a restart or go on in
 * another machine.
 *
 * A state is a row of chunks: a header, one for each kind of session, one for
 * each session, those of datagrams in fragments, and an end. The bytes are the
 * same on every machine, and described one by one in doc/state.md. Neither the
 * hash key nor the pool key is among them: a state may be loaded into a
 * translator that has others, as another store, other timeouts, another policy
 * and other outside addresses.
 */
#ifndef VPNALG_STATE_H
#define VPNALG_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vpnalg_record; /* A session in a store: vpnalg/store.h. */

/** The longest chunk, in bytes. */
#define VPNALG_STATE_CHUNK_MAX 1024

/** The result of a call. Later versions may add reasons, which are negative. */
enum vpnalg_state_result {
	VPNALG_STATE_DONE = 0, /**< All is saved or loaded. */
	VPNALG_STATE_MORE = 1, /**< There is more to do: call again. */
	/** The struct is of another version, or the room is less than
	 * #VPNALG_STATE_CHUNK_MAX. */
	VPNALG_STATE_INVALID = -1,
	/** The translator has sessions already, or has translated packets. */
	VPNALG_STATE_NOT_EMPTY = -2,
	/** This is no saved state, or a chunk is of another one. */
	VPNALG_STATE_FOREIGN = -3,
	/** A state of another version of the library: of another format, or
	 * with sessions that have other contents. */
	VPNALG_STATE_VERSION = -4,
	VPNALG_STATE_DAMAGED = -5, /**< A checksum is wrong. */
	VPNALG_STATE_ORDER = -6,   /**< A chunk is missing, or out of its place.
				  */
	VPNALG_STATE_CUT = -7,     /**< The end is missing. */
	/** A chunk that was not damaged has a content that cannot be. */
	VPNALG_STATE_UNSOUND = -8,
	VPNALG_STATE_STORE = -9 /**< The store has no room or failed. */
};

/** A saving that is under way. Zero it and set size. */
struct vpnalg_save {
	size_t size; /**< sizeof(struct vpnalg_save). */
	/** A value of the caller's own, given back by the loading: the time of
	 * day, as a rule. */
	uint64_t stamp;
	/** Distinguishes the chunks of this saving from those of others; 0: it
	 * is drawn at random, and set. */
	uint32_t state;
	uint32_t number;      /**< The library's. */
	uint64_t records;     /**< Result: number of sessions saved. */
	uint64_t cursor;      /**< The library's. */
	uint32_t kind;        /**< The library's. */
	uint8_t part;         /**< The library's. */
	uint8_t fate;         /**< The library's. */
	uint16_t offset;      /**< The library's. */
	uint32_t datagram;    /**< The library's. */
	uint16_t done;        /**< The library's. */
	uint8_t reserved[10]; /**< Zero; for later versions. */
};

/**
 * Goes on with saving all sessions, services included, then what is known of
 * datagrams in fragments (vpnalg_config.fragments), and writes a chunk. The
 * chunks in their order are the state. Looks at 32 places of the store at most,
 * or at 32 datagrams. Nothing is changed.
 *
 * Packets may go on between steps. A session that opens or ends meanwhile may
 * be in the state or not. To save the state of one moment make no other call
 * between the steps. Of a datagram that changes meanwhile some fragments may be
 * missing, as if they were lost; none is in it in part, or in a form that is
 * not its datagram's.
 *
 * @param translator the translator
 * @param now the time; an earlier one than before counts as the last
 * @param[in,out] save the same struct until it is done
 * @param[out] buffer room for a chunk
 * @param room how many bytes: at least #VPNALG_STATE_CHUNK_MAX
 * @param[out] length the chunk's length; 0: this step has found nothing
 * @return #VPNALG_STATE_MORE, #VPNALG_STATE_DONE after the last chunk, or
 *         #VPNALG_STATE_INVALID
 */
VPNALG_API int vpnalg_save_next(struct vpnalg *translator, vpnalg_time now,
				struct vpnalg_save *save, void *buffer,
				size_t room, size_t *length);

/**
 * Writes a single session as a chunk, for a store that is mirrored elsewhere
 * (vpnalg_store.changed). Such a mirror is loaded with vpnalg_load.loose: the
 * header and the kinds, from vpnalg_save_next(), then the latest chunk of each
 * session. Not to be called by an operation of the store.
 *
 * @param translator the translator
 * @param save the saving whose header and kinds the mirror has
 * @param record a record of the store
 * @param[out] buffer room for a chunk
 * @param room how many bytes: at least #VPNALG_STATE_CHUNK_MAX
 * @return the chunk's length; 0: the record is no session's, or the library's
 *         own and made anew by loading, or there is too little room
 */
VPNALG_API size_t vpnalg_save_record(struct vpnalg *translator,
				     const struct vpnalg_save *save,
				     struct vpnalg_record *record, void *buffer,
				     size_t room);

/** A loading that is under way. Zero it, set size, then what is needed. */
struct vpnalg_load {
	size_t size; /**< sizeof(struct vpnalg_load). */
	/** The time that has passed since the state was saved, in milliseconds:
	 * sessions have grown older by that. May be set until
	 * vpnalg_load_end(). */
	vpnalg_time elapsed;
	/** Services are loaded, too; else they are left out, and the caller
	 * adds those that it wants (vpnalg_service_add()). */
	bool services;
	/** The chunks behind those of header and kinds come in any order, and
	 * need no end: vpnalg_save_record(). */
	bool loose;
	uint64_t stamp;   /**< Result: the saving's, once its header is read. */
	uint64_t records; /**< Result: number of sessions loaded. */
	/** Result: how many were not: of an outside address that is not the
	 * translator's any more, of a protocol that it does not carry, of the
	 * router's own without vpnalg_config.own, refused by the choose
	 * callback or belonging to one that was, services, or with a key of one
	 * that was saved later. Datagrams in fragments that were not are
	 * counted, too: of such an address or protocol, or without a place in
	 * vpnalg_config.fragments; and held fragments of others that there is
	 * no room for. */
	uint64_t left_out;
	vpnalg_time clock;    /**< The library's, as all that follows. */
	vpnalg_time before;   /**< The library's. */
	uint64_t seen;        /**< The library's. */
	uint32_t state;       /**< The library's. */
	uint32_t number;      /**< The library's. */
	uint16_t kind_count;  /**< The library's. */
	uint16_t kinds_seen;  /**< The library's. */
	int8_t result;        /**< The library's. */
	uint8_t part;         /**< The library's. */
	uint8_t flags;        /**< The library's. */
	uint8_t kinds[256];   /**< The library's. */
	uint8_t fragment;     /**< The library's. */
	uint16_t datagram;    /**< The library's. */
	uint8_t reserved[14]; /**< Zero; for later versions. */
};

/**
 * Goes on with loading a state into a translator that has no sessions and has
 * translated no packet yet. No other call may come before vpnalg_load_end().
 *
 * A session keeps its outside address and ID; the choose callback is asked,
 * with these, and may refuse it, but may choose no others. Rules and limits of
 * the policy are not asked: they are about new sessions. Accounts go on if both
 * translators have them. Fragments that were held are held on; they have no
 * vpnalg_packet.user any more.
 *
 * Nothing in a state is believed before it is checked. A state is loaded whole
 * or not at all: after a negative result nothing is left of it.
 *
 * @param translator the translator
 * @param[in,out] load the same struct until vpnalg_load_end()
 * @param bytes the next bytes of the state
 * @param count how many bytes
 * @param[out] used the number of bytes taken: those of a chunk, or 0 if there
 *                  is no whole one; the caller gives the others again with more
 * @return #VPNALG_STATE_MORE, #VPNALG_STATE_DONE behind the end of the state,
 *         or why it cannot be loaded
 */
VPNALG_API int vpnalg_load_next(struct vpnalg *translator,
				struct vpnalg_load *load, const void *bytes,
				size_t count, size_t *used);

/**
 * Ends a loading. The sessions live from now on as they would have gone on
 * living where they were saved, load->elapsed later. Time goes in proportion to
 * their number.
 *
 * @param translator the translator
 * @param[in,out] load the struct
 * @param now the time, on whatever clock the translator will have
 * @return #VPNALG_STATE_DONE, or why the state is not loaded:
 *         #VPNALG_STATE_CUT if its end has not come
 */
VPNALG_API int vpnalg_load_end(struct vpnalg *translator,
			       struct vpnalg_load *load, vpnalg_time now);

/**
 * Says a result in words. Linked only when used.
 *
 * @param result an enum vpnalg_state_result
 * @return a static string, never NULL
 */
VPNALG_API const char *vpnalg_state_text(int result);

#ifdef __cplusplus
}
#endif

#endif
