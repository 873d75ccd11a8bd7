/* code.h: what Go and the symbol table say of code and of memory: the frames of stacks, the object at an address.
 *
 * Calls Go, so no lock of a word or line may be held.
 */
#ifndef GOMM_RT_CODE_H
#define GOMM_RT_CODE_H

#include "rt_types.h"

/* Go's callback (runtime·racecallbackthunk), set by __tsan_init. */
extern void (*go_callback)(uptr cmd, void *arg);
enum { GO_GET_PROC = 0, GO_CODE = 1, GO_DATA = 2 };

struct code {
    const char *fn, *file;
    u64 line, off;
};

typedef void emit_fn(void *arg, const struct code *c, u32 index);

/* Emits a stack's frames, innermost first, inlined calls expanded.  The last one always lies in
 * the runtime (runtime.goexit, runtime.main) and is left out, unless it is the only one.  Skips
 * leading frames of the runtime if asked. */
void code_frames(u32 stack, int skip_runtime, emit_fn *emit, void *arg);

/* The object that holds an address. */
struct place {
    enum { PLACE_UNKNOWN, PLACE_HEAP, PLACE_GLOBAL } kind;
    const char *name; /* of a global variable */
    uptr base, size, offset;
    u32 site; /* stack of the allocation, 0 unknown */
};

/* site: that of the allocation, 0 if it is not known to be a small one's. */
struct place place_of(uptr addr, u32 site);

#endif
