/* inline.h: which calls are inlined, which interface calls have one target.
 *
 * Source: GOROOT/src/cmd/compile/internal/inline/inl.go, inline/interleaved, devirtualize, deadlocals.
 */
#ifndef GOMM_ESCAPE_INLINE_H
#define GOMM_ESCAPE_INLINE_H

#include "escape/ir.h"
#include "escape/profile.h"

/* Decides for all functions of the unit whether they can be inlined (cost, delay of results), gives the messages
 * "can inline", devirtualises and inlines calls, and rewrites the bodies.  With u->no_inline only what -l leaves. */
void inline_unit(struct ir_unit *u);
/* The same for one function that was made later (wrappers). */
void inline_func(struct ir_unit *u, struct ir_func *fn);
/* Loop variables of each iteration that closures capture or whose address is taken (loopvar.ForCapture). */
void inline_loopvars(struct ir_unit *u);
/* Assignments to locals that nobody reads (deadlocals.Funcs). */
void inline_deadlocals(struct ir_unit *u);

#endif
