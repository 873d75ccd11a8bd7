/* mem_block.h: memory for arenas, in large blocks that are used again.
 *
 * Blocks lie side by side in regions of huge pages, where the system has these and is quick with them: an analysis fills
 * tens of megabytes once, and of 4 KB each page costs a fault, and each look at memory far away a walk through page
 * tables.  Nothing goes back to the system.
 *
 * Ownership: the caller gives a block back, with its size.  Threading: any thread.
 */
#ifndef GOMM_BASE_MEM_BLOCK_H
#define GOMM_BASE_MEM_BLOCK_H

#include "base/base.h"

/* Uninitialised, 16-byte aligned; *size may become larger. */
void *mem_block_alloc(size_t *size) __attribute__((returns_nonnull));
void mem_block_free(void *p, size_t size);

/* From now on a thread makes memory ready before blocks are asked for: for programs that may use more than one. */
void mem_block_ahead(void);

#endif
