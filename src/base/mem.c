/* mem.c: malloc with one answer to failure. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Atomic u64 requests;
static _Atomic u64 fail_at; /* the number of the request that fails; 0: none */

_Noreturn void mem_exhausted(size_t size)
{
    char text[96];
    int n;

    /* stdio might ask for memory; write(2) does not. */
    if (size == SIZE_MAX) {
        n = snprintf(text, sizeof(text), "gomm: out of memory: a size exceeds the address space\n");
    } else {
        n = snprintf(text, sizeof(text), "gomm: out of memory: could not get %zu bytes\n", size);
    }
    if (write(STDERR_FILENO, text, (size_t)n) < 0) {
        /* nowhere left to say it */
    }
    base_last_rites();
    /* No atexit handlers: they may want memory, and another thread may be at work in them.
     * What was printed so far is worth trying to keep. */
    fflush(stdout);
    _exit(BASE_EXIT_FAILURE);
}

static bool must_fail(void)
{
    u64 number = atomic_fetch_add_explicit(&requests, 1, memory_order_relaxed) + 1;

    return __builtin_expect(number == atomic_load_explicit(&fail_at, memory_order_relaxed), 0);
}

static void *checked(void *p, size_t size)
{
    if (__builtin_expect(p == NULL, 0)) {
        mem_exhausted(size);
    }
    return p;
}

void mem_request(size_t size)
{
    if (must_fail()) {
        mem_exhausted(size);
    }
}

void *mem_alloc(size_t size)
{
    return checked(must_fail() ? NULL : malloc(size ? size : 1), size);
}

void *mem_zalloc(size_t size)
{
    return checked(must_fail() ? NULL : calloc(1, size ? size : 1), size);
}

void *mem_array(size_t n, size_t size)
{
    size_t total;

    if (!base_mul(n, size, &total)) {
        mem_exhausted(SIZE_MAX);
    }
    return mem_alloc(total);
}

void *mem_resize(void *p, size_t n, size_t size)
{
    size_t total;

    if (!base_mul(n, size, &total)) {
        mem_exhausted(SIZE_MAX);
    }
    return checked(must_fail() ? NULL : realloc(p, total ? total : 1), total);
}

void mem_free(void *p)
{
    free(p);
}

void mem_fail_at(u64 n)
{
    atomic_store(&fail_at, n ? atomic_load(&requests) + n : 0);
}

u64 mem_requests(void)
{
    return atomic_load(&requests);
}
