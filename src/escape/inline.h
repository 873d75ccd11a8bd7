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
/* Go 1.19 (deadcode.Func): branches and cases that constants decide, before inlining. */
void inline_deadcode(struct ir_unit *u);
/* The same for a body that is about to be inlined: Go 1.19 copies it from where that has been done. */
void inline_deadcode_inlined(struct ir_unit *u, struct ir_func *fn);
/* Keeps what loops over testing.B.Loop compute alive, before inlining (bloop.BloopWalk). */
void inline_bloop(struct ir_unit *u);
bool inline_has_bloop(const struct ir_unit *u); /* can it have such loops? */
/* Can fn be inlined, and is its body known in this unit?  (inline_export.c) */
bool inline_has_body(struct ir_unit *u, const struct ir_func *fn);
/* fn was inlined in this unit: its body goes into the unit's export data. */
void inline_was_inlined(struct ir_unit *u, const struct ir_func *fn);
/* Calls f for each of them. */
void inline_each_inlined(struct escape *e, const struct package *p, void (*f)(void *ctx, struct obj *o), void *ctx);
void inline_exports_init(struct escape *e);
void inline_exports_release(struct escape *e);
/* Can these be inlined?  Without messages: instances that came up while something was inlined (unified.go, readBodies). */
void inline_decide_quietly(struct ir_unit *u, const ir_funcs *funcs);
/* Loop variables of each iteration that closures capture or whose address is taken, after inlining (loopvar.ForCapture). */
void inline_loopvars(struct ir_unit *u);
/* Drops what the initialisation of package variables can do at link time, after inline_loopvars (pkginit.MakeTask,
 * staticinit.Schedule.StaticInit). */
void inline_static_init(struct ir_unit *u);
/* Can evaluating n be observed, as far as static initialisation knows? (staticinit.AnySideEffects) */
bool inline_side_effects(struct ir *n);
/* Assignments to locals that nobody reads, after that (deadlocals.Funcs). */
void inline_deadlocals(struct ir_unit *u);
/* The same for one function, if nothing will change in it until then: its nodes are still at hand. */
void inline_deadlocals_early(struct ir_unit *u, struct ir_func *fn);

#endif
