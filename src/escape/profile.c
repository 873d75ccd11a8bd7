/* profile.c: what each version of the compiler does (see profile.h for what the fields mean).
 *
 * Read: GOROOT/src/cmd/compile/internal of Go 1.19.8 and 1.26.8.  What lies between is from Go's history: the commit or
 * release notes that introduced a feature.
 */
#include "escape/profile.h"

enum { OLDEST = 19, NEWEST = 26, KB = 1024, MB = 1024 * KB };

/* In the order of the versions; each names what it brought. */
#define V19                                                                                       \
    .max_stack_var = 10 * MB, .max_implicit_var = 64 * KB, .leak_results = 7, \
    .param_call_cost = 57
/* unified IR (release notes of 1.20: cmd/compile, "front-end") */
#define V20 .max_stack_var = 10 * MB, .max_implicit_var = 64 * KB, .leak_results = 7, \
    .param_call_cost = 57, .unified = true
#define V21 V20, .outline_maps = true, .static_inlined = true, .static_mutation = true
/* loop variables of each iteration; escape/leaks.go has mutator and callee; typecheck/stmt.go wraps go and defer;
 * inline/interleaved */
#define V22 .max_stack_var = 10 * MB, .max_implicit_var = 64 * KB, .leak_results = 5, \
    .param_call_cost = 57, .unified = true, .outline_maps = true, .static_inlined = true, .static_mutation = true, \
    .mutator_callee = true, .godefer_early = true, .closure_results = true, .loopvar = true, .inline_interleaved = true
/* range over functions; package deadlocals */
#define V23 V22, .range_func = true, .deadlocals = true
/* ir/cfg.go: golang.org/issue/73536; ir/func.go, IsClosure; testing.B.Loop */
#define V24_COMMON .max_implicit_var = 64 * KB, .leak_results = 5, .unified = true, \
    .outline_maps = true, .static_inlined = true, .static_mutation = true, .mutator_callee = true, \
    .godefer_early = true, .closure_results = true, .loopvar = true, .inline_interleaved = true, .range_func = true, \
    .deadlocals = true, .max_stack_var = 128 * KB, .closure_called_once = true, .closure_captures = true, .bloop = true, \
    .param_call_cost = 17
/* escape.go: rewriteWithLiterals; make and append of sizes that are not constant (release notes of 1.25: "Slices") */
#define V25 V24_COMMON, .append_location = true, .variable_make = true, .rewrite_literals = true
/* escape/solve.go has a deque; devirtualize follows assignments */
#define V26 V25, .concrete_types = true, .walk_deque = true, .direct_by_size = true

static const struct escape_profile profiles[NEWEST - OLDEST + 1] = {
    {.minor = 19, V19, .deadcode = true},
    {.minor = 20, V20},
    {.minor = 21, V21},
    {.minor = 22, V22},
    {.minor = 23, V23},
    {.minor = 24, V24_COMMON},
    {.minor = 25, V25},
    {.minor = 26, V26},
};

const struct escape_profile *escape_profile_of(int minor)
{
    minor = minor < OLDEST ? OLDEST : minor > NEWEST ? NEWEST : minor;
    return &profiles[minor - OLDEST];
}
