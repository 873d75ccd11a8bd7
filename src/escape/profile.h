/* profile.h: in what the compilers of different Go versions differ, as far as escape analysis and inlining can see.
 *
 * A feature is a field; its value for each version is in profile.c, with the place in GOROOT that was read.
 */
#ifndef GOMM_ESCAPE_PROFILE_H
#define GOMM_ESCAPE_PROFILE_H

#include "base/base.h"

struct escape_profile {
    int minor;               /* 19 … 26 */
    bool unified;            /* 1.20: unified IR; 1.19 lowers, stencils and inlines in other ways */
    i64 max_stack_var;       /* bytes of an explicit variable: 10 MB, 128 KB since 1.24 */
    i64 max_implicit_var;    /* of new, &T{}, make, closures: 64 KB */
    u32 leak_results;        /* results that a tag can name: 7, 5 since tags have mutator and callee */
    bool mutator_callee;     /* 1.22: tags have mutator and callee, zero-copy conversions are announced */
    bool godefer_early;      /* 1.22: calls of go and defer are wrapped in closures before inlining, not by escape analysis */
    bool closure_results;    /* 1.22: results of closures stay known while all calls are; before: of those called where they stand */
    bool closure_captures;   /* 1.24: function literals that capture nothing are no closures */
    bool walk_deque;         /* 1.26: work lists of the solver are queues, escaping places first; before: stacks */
    bool loopvar;            /* 1.22: variables of each iteration, where the file's version says so */
    bool append_location;    /* 1.25: append has a location of its own and a message */
    bool variable_make;      /* 1.25: make of no constant size need not escape */
    bool rewrite_literals;   /* 1.25: arguments that are constant after all are seen as such */
    bool range_func;         /* 1.23 */
    bool closure_called_once; /* 1.24: its budget is ten times larger */
    bool concrete_types;     /* 1.26: devirtualisation looks at all assignments of a variable */
    bool deadlocals;         /* 1.23 */
    bool deadcode;           /* 1.19: branches with constant conditions go in a pass of its own, not while lowering */
    bool outline_maps;       /* 1.21: map.init.0 … */
    bool static_inlined;     /* 1.21: package variables initialised by inlined calls can be static */
    bool static_mutation;    /* 1.21 (and 1.20.x): nothing is copied from variables behind a call that may change them */
    bool direct_by_size;     /* 1.26: every type that is one pointer wide and one pointer is an interface's data word */
    bool bloop;              /* 1.24/1.25: testing.B.Loop keeps its arguments alive */
    bool inline_interleaved; /* 1.22: devirtualisation and inlining in turns */
    i32 param_call_cost;     /* extra cost of calling a parameter: 17 since 1.24?, else 57 */
};

/* The profile for go1.<minor>; the nearest known one beyond the ends. */
const struct escape_profile *escape_profile_of(int minor);

#endif
