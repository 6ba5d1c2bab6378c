/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file store.h
 * @brief For those who write a session store, and the bundled one.
 *
 * A store maps keys to records. A record is one to three units of 64 bytes,
 * and one to four keys lead to it:
 *
 *      0               8                                16
 *     +---------------+-------------------------------+-----------+- - -
 *     | deadline      | units, slots, keys, ...       | key 0     | key 1
 *     +---------------+-------------------------------+-----------+- - -
 *
 * The library writes the bytes of a key into its numbered slot in the record
 * and computes its hash; the store only remembers that this hash and these
 * bytes mean this record and slot. A living record gains keys and loses them.
 */
#ifndef VPNALG_STORE_H
#define VPNALG_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vpnalg/vpnalg.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The unit in which records are measured, in bytes. */
#define VPNALG_UNIT 64

/** The most units that a record has. */
#define VPNALG_UNITS_MAX 3

/** The most keys that lead to a record. */
#define VPNALG_SLOTS_MAX 4

/** The length of a key where addresses are IPv4, in bytes. */
#define VPNALG_KEY_IPV4 20

/** The length of the longest key, in bytes. */
#define VPNALG_KEY_MAX 44

/**
 * The head of a record. The store sets units; all else is the library's, and
 * zero in a new record. The keys follow at once, then the handler's own.
 */
struct vpnalg_record {
	/** The session is dead from then on, unless children keep it alive. */
	vpnalg_time deadline;
	uint8_t units;     /**< The number of its units of 64 bytes. */
	uint8_t slots;     /**< The number of its key slots. */
	uint8_t keys;      /**< Bit n is set while slot n is in the store. */
	uint8_t handler;   /**< Its handler's place, and a flag. */
	uint8_t kind;      /**< The kind, among that handler's. */
	uint8_t flags;     /**< VPNALG_SESSION_ENDED and so on. */
	uint16_t children; /**< Sessions that keep this one alive. */
};

/**
 * The bytes of a key.
 *
 * @param record the record
 * @param slot 0 to 3
 * @param key_length the store's
 * @return their place in the record
 */
static inline uint8_t *vpnalg_record_key(struct vpnalg_record *record,
					 unsigned slot, size_t key_length)
{
	return (uint8_t *)(record + 1) + slot * key_length;
}

/**
 * A session store: its operations and what they work on. An operation is
 * called only from within calls to the one translator that has the store.
 *
 * A record stays where it is until it is removed or the call into the
 * translator ends; between calls a store may move records. Only add and link
 * can fail. Then the library goes on without the record or the key: as a rule
 * the packet at hand is dropped as VPNALG_DROP_STORE, and living sessions
 * stay. An answer that cannot be right costs the packet at hand as well
 * (VPNALG_DROP_FAULT). No operation may call the translator.
 */
struct vpnalg_store {
	size_t size;       /**< sizeof(struct vpnalg_store). */
	size_t key_length; /**< The length of every key: VPNALG_KEY_IPV4. */
	void *context;     /**< The first parameter of each operation. */

	/**
	 * Finds the record to which a key leads.
	 *
	 * @param key key_length bytes
	 * @param hash their hash
	 * @param[out] slot the slot in which the record holds the key; not read
	 *             where there is none
	 * @return the record, its session dead or alive, or NULL
	 */
	struct vpnalg_record *(*find)(void *context, const uint8_t *key,
				      uint64_t hash, unsigned *slot);
	/**
	 * Adds a record without keys, all bytes zero but its units.
	 *
	 * @param units 1 to 3
	 * @return the record, aligned for uint64_t, or NULL without room
	 */
	struct vpnalg_record *(*add)(void *context, unsigned units);
	/** Removes a record. Its keys were unlinked before. */
	void (*remove)(void *context, struct vpnalg_record *record);
	/**
	 * Links the key in a slot: it leads to its record from now on. Its
	 * bytes are there already, and stay until it is unlinked. No other
	 * record holds an equal key.
	 *
	 * @return false without room, and nothing has changed
	 */
	bool (*link)(void *context, struct vpnalg_record *record, unsigned slot,
		     uint64_t hash);
	/** Unlinks the key in a slot: it leads nowhere from now on. It was
	 * linked before. */
	void (*unlink)(void *context, struct vpnalg_record *record,
		       unsigned slot, uint64_t hash);
	/** Relinks a key that two records hold: it led to the first, and leads
	 * to the second from now on. Cannot fail. */
	void (*relink)(void *context, struct vpnalg_record *from,
		       unsigned from_slot, struct vpnalg_record *to,
		       unsigned to_slot, uint64_t hash);
	/**
	 * Walks over all records, a bounded step at a time. Records may come
	 * and go between steps, the one just visited too; one that stays is
	 * visited once in a round.
	 *
	 * @param cursor 0 at first; the store's between steps. With the cursor
	 *               that a step began with, the step can be made again
	 * @param[out] record the record visited, or NULL if the step has
	 * visited none
	 * @return false at the end of the round, *record is not set then
	 */
	bool (*next)(void *context, uint64_t *cursor,
		     struct vpnalg_record **record);
	/**
	 * Optional: a key with this hash, if there is one, will be looked for
	 * soon. Called for bursts of two packets or more.
	 *
	 * @param step 0: fetch where the key's record is written down,
	 *             1: fetch the record; step 0 was some time ago
	 */
	void (*prefetch)(void *context, uint64_t hash, unsigned step);
	/** Optional: the record's content has changed, for stores that are
	 * mirrored elsewhere. Not called for remove. */
	void (*changed)(void *context, struct vpnalg_record *record);
};

/** The bundled store: hash table and records in one array. */
struct vpnalg_table;

/**
 * Returns the memory that the bundled store needs.
 *
 * @param units the number of units of 64 bytes that records may fill. A PPTP
 *              control connection needs 2, a call 2; an IKE session 2, each of
 *              its IKE SAs 1, an ESP SA 1, an inside host with ESP 3; an L2TP
 *              flow 2, each L2TP server 1, each tunnel or session of a flow 1,
 *              or 2 if it is distinguished by ID; a GRE tunnel 1, and two more
 *              where the remote has another Key, each remote of GRE 2; a
 *              session of general traffic 1, its mapping 1 (and each remote of
 *              one 1 where filtering is address-dependent); each pair of a
 *              remote and an outside address in use 1, with ESP 3 more, and of
 *              its first 26 hosts 7 of each four more. With several outside
 *              addresses each such pair needs 1 more, and each pair of an
 *              inside host and a remote 1. With vpnalg_config.account each of
 *              these needs 1 more but IKE sessions, inside hosts with ESP, and
 *              what is kept of remotes, servers and pairs. A record of two or
 *              three units needs as many beside each other, in a block of six.
 * @return bytes, about 80 a unit; 0 if the machine cannot address as many
 */
VPNALG_API size_t vpnalg_table_size(uint32_t units);

/** An upper bound of vpnalg_table_size(), for memory that is set aside at
 * compile time. */
#define VPNALG_TABLE_BYTES(units) (((size_t)(units) + 5) / 6 * 480 + 512)

/**
 * Makes an empty bundled store in the caller's memory.
 *
 * @param memory the memory, at any alignment; it stays in use
 * @param size the number of bytes; all of them are used
 * @param key_length VPNALG_KEY_IPV4
 * @param[out] store the operations and the context
 * @return the table, or NULL when the memory is too small for anything
 */
VPNALG_API struct vpnalg_table *vpnalg_table_init(void *memory, size_t size,
						  size_t key_length,
						  struct vpnalg_store *store);

/** The use of a bundled store. */
struct vpnalg_table_use {
	uint32_t units;      /**< Units of 64 bytes there are. */
	uint32_t units_used; /**< Units that records fill. */
	uint32_t records;    /**< Records there are. */
	uint32_t keys;       /**< Keys that lead to them. */
};

/**
 * Reads the use of the bundled store.
 *
 * @param table the store
 * @param[out] use the figures
 */
VPNALG_API void vpnalg_table_use(const struct vpnalg_table *table,
				 struct vpnalg_table_use *use);

#ifdef __cplusplus
}
#endif

#endif
