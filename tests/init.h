/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the tests of vpnalg_init(). */
#ifndef TESTS_INIT_H
#define TESTS_INIT_H

#include "toy.h"
#include "cases.h"

#include <vpnalg/protocols.h>

#include <stdlib.h>
#include <string.h>

/* All that a translator is made of, each part of which may be spoilt. */
struct parts {
	struct vpnalg_config config;
	uint8_t later[16]; /* of a longer struct */
	struct vpnalg_store store;
	struct vpnalg_addr addresses[3];
	struct vpnalg_protocol protocols[16];
	struct vpnalg_handler handlers[16];
	struct vpnalg_kind kinds[16];
	void *table;
	size_t size; /* of the memory that is given; 0: what is asked for */
	unsigned off; /* from where it is aligned */
};

static inline uint32_t no_random(void *context)
{
	(void)context;
	return 4; /* RFC 1149.5 */
}

/* Functions that return the handlers of the parts that were assembled last. */
static struct parts *the_parts;

#define HANDLER(n)                                          \
	static const struct vpnalg_handler *handler_##n(void) \
	{                                                     \
		return &the_parts->handlers[n];               \
	}
HANDLER(0)
HANDLER(1)
HANDLER(2)
HANDLER(3)
HANDLER(4)
HANDLER(5)
HANDLER(6)
HANDLER(7)
HANDLER(8)
HANDLER(9)
HANDLER(10)
HANDLER(11)
HANDLER(12)
HANDLER(13)
HANDLER(14)
HANDLER(15)

static vpnalg_handler_function *const the_handlers[16] = {
	handler_0,  handler_1,  handler_2,  handler_3,
	handler_4,  handler_5,  handler_6,  handler_7,
	handler_8,  handler_9,  handler_10, handler_11,
	handler_12, handler_13, handler_14, handler_15
};

static inline void assemble(struct parts *p)
{
	size_t size = vpnalg_table_size(60), i;

	memset(p, 0, sizeof(*p));
	p->table = malloc(size);
	vpnalg_table_init(p->table, size, VPNALG_KEY_IPV4, &p->store);
	for (i = 0; i < 3; i++)
		p->addresses[i] = (struct vpnalg_addr){
			VPNALG_IPV4, { 203, 0, 113, (uint8_t)(1 + i) }
		};
	for (i = 0; i < 16; i++) {
		p->handlers[i] = spy;
		p->protocols[i].handler = the_handlers[i];
		p->kinds[i] =
			(struct vpnalg_kind){ .name = "plain", .slots = 2 };
	}
	p->handlers[1].kinds = p->kinds;
	the_parts = p;
	p->config = (struct vpnalg_config){ .size = sizeof(p->config),
					    .protocols = p->protocols,
					    .protocol_count = 2,
					    .addresses = p->addresses,
					    .address_count = 3,
					    .store = &p->store,
					    .random = no_random };
}

/* Initialises, with memory that ends where it may not be written any more. */
static inline int try_init(struct parts *p)
{
	size_t size = p->size ? p->size : vpnalg_size(&p->config);
	struct vpnalg *alg = (void *)p;
	uint8_t *block = malloc(size + p->off + 1);
	int error;

	memset(block, 0xa5, size + p->off + 1);
	error = vpnalg_init(&alg, block + p->off, size, &p->config);
	ck_assert_int_eq(alg != NULL, error == 0);
	if (error == 0)
		ck_assert_ptr_eq(alg, block + p->off);
	free(block);
	free(p->table);
	return error;
}

#endif
