/* driver_asm.h: an edit of Go's runtime/race_amd64.s, as text.
 *
 * Instrumented code calls runtime.raceread and its like for each access.  In Go's assembly they switch to the g0
 * stack and call the race runtime.  The edited text has them ask the race runtime first, on the stack where they are:
 * gomm_fast_read and so on (rt/fast_amd64.S has the contract).  What is most frequent of that, a scalar in a word whose
 * bytes are all of one access of this goroutine, and functions that are entered and left as usual, stands in the text
 * itself: hooks are so short that a jump counts.  Only what that leaves goes on as before, in
 * gomm_slow_read<> and so on, which are the old bodies under another name.  So do the hooks that Go's runtime itself
 * calls for maps, strings and copies (racereadpc, racereadrangepc1, and racefuncenter in its old ABI0 form).
 *
 * racefuncenter and racefuncexit are ABI0 in Go's assembly; instrumented code reaches them through wrappers that the
 * compiler makes.  A second text has definitions for the register ABI.  Wrappers are "dupok", and of those the linker
 * keeps the first that it loads, or a larger one (cmd/link/internal/loader, addSym): so these are large, and their
 * object must be loaded before the compiler's of package runtime.  In that package's archive it cannot be,
 * since the first object there is what other packages refer to by index (addObj); it goes to the end of the archive
 * of package main, which is loaded before all others.
 *
 * The edit is made only if all that it touches, and all that it relies on, reads word for word as it is known.
 *
 * Ownership: results are in the arena.  Threading: no state.
 */
#ifndef GOMM_DRIVER_ASM_H
#define GOMM_DRIVER_ASM_H

#include "base/err.h"
#include "base/str.h"

/* To be raised when the edit changes; part of cache keys. */
#define DRIVER_ASM_FORMAT 6

/* What the edited text asks of the race runtime, NULL-terminated. */
extern const char *const driver_asm_entries[];

/* False: something is not as expected, and *e says what. */
bool driver_asm_patch(struct arena *a, str source, str *out, struct err *e);

/* The second text, for package runtime too. */
str driver_asm_enter(struct arena *a);

/* The next name such as g_racectx, m_g0 or gobuf_sp off *rest: offsets of fields that the compiler's go_asm.h
 * defines.  Names of structs that the text does not take such offsets of are no such names. */
struct driver_asm_offset {
    str name, type, field;
};
bool driver_asm_next_offset(str *rest, struct driver_asm_offset *out);

/* An object of Go's assembler with directives that make driver_asm_entries known to the linker as names from a C
 * object, as the compiler's output has them for __tsan_read. */
bool driver_asm_import(struct arena *a, str object, str *out, struct err *e);

#endif
