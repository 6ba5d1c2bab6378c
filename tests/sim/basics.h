/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and faults. */
#ifndef SIM_BASICS_H
#define SIM_BASICS_H

#include <stdbool.h>
#include <stddef.h>

/* As calloc() and realloc(); end the program if there is no memory. */
void *basics_memory(size_t count, size_t size);
void *basics_grow(void *memory, size_t count, size_t size);

/* Says that something was not as it must be. The program goes on and fails in
 * the end. */
void basics_fault(const char *format, ...);
bool basics_had_faults(void);

#endif
