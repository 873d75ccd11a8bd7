/* size.h: how many bytes does the scalar access behind a race hook touch?
 *
 * Purpose: "go build -race" calls runtime.raceread(addr) or racewrite(addr) before each scalar load
 * or store and passes only the start address.  The width is in the machine code that follows the
 * call; this module finds it there, by carrying out the instructions behind the call on paper with
 * the values that are really in the caller's frame, until one of them accesses addr.
 *
 * What the answer means: the accesses that belong to the hook are those up to the next call (gc
 * gives every load the memory state its hook left, and each call makes a new one).  The answer is
 * the distance from addr to the end of the last byte they touch.  For strings, interfaces and
 * complex numbers, which gc hands to the same hooks, that is up to 16, for slices up to 24; len(s)
 * alone, which loads the second word only, gives 16.  It is never more than the size of the
 * variable that the source accesses, and it is less if gc narrowed the load (byte(x) of an int64).
 *
 * For a variable on the caller's own stack it may be too small, never too large: what the code
 * reaches through RSP beside addr is taken for spilled registers.  (Nothing else can reach it.)
 *
 * Ownership and threading: no state, no allocation, no locks; any thread, any number at once.
 * Cost: about a microsecond, so callers remember the answer by pc.
 */
#ifndef GOMM_RT_SIZE_H
#define GOMM_RT_SIZE_H

#include "rt_types.h"

/* pc: return address of the call of the hook, in the user's code.  addr: what the hook was given.
 * sp: the user's stack pointer just behind the call (in a hook reached by racecall<>, R12 + 8).
 * Returns 1, 2, 4, 8, 16 or 24, or 0 if the code does not show it (the value is not used after all,
 * or is accessed by a runtime call).  The code at pc must be real code; the frame at sp must be
 * live.  Reads instruction bytes that follow pc in execution order, and stack slots they name. */
u32 rt_access_size(uptr pc, uptr addr, uptr sp, int is_write);

#endif
