/* mem.h: the one place where the tool asks for memory.
 *
 * A request that cannot be met (or whose size overflows) ends the tool with a message and exit
 * status 2 after the temporary files are removed; so no caller checks for NULL.  Most code
 * wants an arena (arena.h) or a vector (vec.h) rather than these functions.
 *
 * Ownership: the caller frees with mem_free.  Threading: all functions from any thread.
 */
#ifndef GOMM_BASE_MEM_H
#define GOMM_BASE_MEM_H

#include "base/base.h"

/* At least 16-byte aligned, uninitialised.  A size of 0 gives a unique pointer too. */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_zalloc(size_t size) __attribute__((malloc, returns_nonnull));
/* n elements of `size` bytes, uninitialised; an overflow is treated as memory exhausted. */
void *mem_array(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* Grows or shrinks p (NULL: allocates) to n elements of `size` bytes. */
void *mem_resize(void *p, size_t n, size_t size) __attribute__((returns_nonnull));
void mem_free(void *p);

/* Counts a request that is met elsewhere, or lets it fail for a test (mem_fail_at). */
void mem_request(size_t size);

/* The end of every failed request: message, clean-up, exit 2. */
_Noreturn void mem_exhausted(size_t size);

/* Tests: the nth request from now on (1 is the next) fails; 0 switches this off. */
void mem_fail_at(u64 n);
/* Tests: how many requests were made since the start of the program. */
u64 mem_requests(void);

#endif
