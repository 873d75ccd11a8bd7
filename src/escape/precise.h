/* precise.h: the second opinion: which of the values that the compiler puts in the heap could stay on the stack.
 *
 * The gc engine (flow.h) decides as the compiler does.  This one looks closer: it tells fields apart, follows stores
 * through pointers to what they point to, looks into every callee at each call, also those called through function values
 * and interfaces whose targets can be known.  Of each site in the heap it says
 *
 *   STAYS    no pointer to it outlives the frame (and the loop iteration) that made it, and nothing in the heap points to it
 *   MUST     it is seen to flow to where it must be in the heap: a result, a global, another goroutine, a map …
 *   UNKNOWN  neither: the flow goes where this engine cannot look (assembly, an interface's unknown method, …)
 *
 * What STAYS rests on, rule by rule, is in doc/escape-precise.md.
 * Sources: Choi et al., "Escape Analysis for Java", OOPSLA 1999 (connection graphs, phantom objects); Whaley and Rinard,
 * "Compositional Pointer and Escape Analysis for Java Programs", OOPSLA 1999; Ding et al., "MEA2", OOPSLA 2024 (Go).
 *
 *   escape_run with keep_units (and keep_flows, for what blocks the compiler) → precise_run → sites → precise_free
 *
 * Ownership: the result owns all that it points to, but for IR.  Threading: one thread.
 */
#ifndef GOMM_ESCAPE_PRECISE_H
#define GOMM_ESCAPE_PRECISE_H

#include "escape/escape.h"

enum precise_verdict { PRECISE_STAYS, PRECISE_MUST, PRECISE_UNKNOWN };

/* Why it must be in the heap, or why nobody knows: name, verdict, words. */
#define PRECISE_CAUSES(X)                                                                          \
    X(NONE, STAYS, "stays")                                                                        \
    X(RETURNED, MUST, "returned to the caller")                                                    \
    X(CALLER, MUST, "stored in what a parameter or captured variable leads to")                    \
    X(GLOBAL, MUST, "stored in a package variable")                                                \
    X(HEAP, MUST, "stored in something that comes from the heap")                                  \
    X(GOROUTINE, MUST, "used by another goroutine")                                                \
    X(CHANNEL, MUST, "sent to a channel")                                                          \
    X(MAP, MUST, "key or element of a map")                                                        \
    X(APPEND, MUST, "element of a slice that append may move to the heap")                         \
    X(ELEMENT, MUST, "element of an array whose size is known only when it runs")                  \
    X(PANIC, MUST, "value of a panic")                                                             \
    X(LARGE, MUST, "too large for the stack")                                                      \
    X(SIZE, MUST, "its size is known only when it runs")                                           \
    X(LOOP, MUST, "outlives the iteration of the loop that made it")                               \
    X(DEFER, MUST, "deferred in a loop")                                                           \
    X(NO_BODY, UNKNOWN, "passed to a function without a Go body")                                  \
    X(RUNTIME, UNKNOWN, "passed to the runtime")                                                   \
    X(INTERFACE, UNKNOWN, "passed to an interface method whose targets are not known")             \
    X(FUNC_VALUE, UNKNOWN, "passed to a function value that is not known")                         \
    X(UNSAFE, UNKNOWN, "converted to a number by //go:uintptrescapes")                             \
    X(RECURSION, UNKNOWN, "passed to a function whose summary is too large or did not come to rest") \
    X(LIMIT, UNKNOWN, "in a function too complicated to follow")                                   \
    X(OPAQUE, UNKNOWN, "in the runtime itself")

enum precise_cause {
#define X(name, verdict, words) PRECISE_##name##_CAUSE,
    PRECISE_CAUSES(X)
#undef X
        PRECISE_CAUSE_COUNT
};

extern const char *const precise_cause_words[PRECISE_CAUSE_COUNT];
extern const u8 precise_cause_verdict[PRECISE_CAUSE_COUNT];

/* What of a site that STAYS kept the compiler from seeing it: name, words. */
#define PRECISE_BLOCKS(X)                                                            \
    X(NONE, "nothing")                                                               \
    X(STORE, "it takes a store through a pointer for a store in the heap")           \
    X(CALLEE, "it reads the callee's summary, which has no fields and no callers")   \
    X(METHOD, "the call goes through an interface")                                  \
    X(FUNC, "the call goes through a function value")                                \
    X(FIELDS, "it does not tell fields or levels of indirection apart")              \
    X(LOOP, "it does not tell what outlives an iteration")                           \
    X(COPY, "it takes what copy moves for stored in the heap")                       \
    X(CLOSURE, "it takes the closure that captures it for one that escapes")         \
    X(HOLDER, "it is held by something that it puts in the heap")                    \
    X(OTHER, "another rule of its own")

enum precise_block {
#define X(name, words) PRECISE_BLOCK_##name,
    PRECISE_BLOCKS(X)
#undef X
        PRECISE_BLOCK_COUNT
};

extern const char *const precise_block_words[PRECISE_BLOCK_COUNT];

/* A step on the way from the site to where it must be in the heap. */
struct precise_step {
    pos pos;          /* 0: nowhere in particular */
    u32 inl;
    struct ir *holder; /* the variable or object that it gets into; NULL: a value on its way */
};

struct precise_site {
    struct ir_unit *unit;
    struct ir_func *fn;
    struct ir *n;        /* a name, or an expression that allocates; IR_ESCAPES */
    u8 verdict;          /* enum precise_verdict */
    u8 cause;            /* enum precise_cause */
    u8 block;            /* enum precise_block, of STAYS */
    bool free;           /* nothing is allocated for it anyway (escape_site_free): not counted */
    bool closed_world;   /* STAYS if no type outside of the program implements the interfaces that it is passed to */
    pos at;              /* where it happens: the store, the call …; of STAYS where the compiler stumbles; 0 */
    u32 inl;
    struct ir *holder;   /* what holds it, where that must be in the heap for the cause; NULL */
    struct precise_step *steps;
    u32 n_steps;
};

struct precise_totals {
    u32 sites, stays, must, unknown, closed_world;
    u32 by_cause[PRECISE_CAUSE_COUNT], by_block[PRECISE_BLOCK_COUNT];
};

struct precise_stats {
    u32 functions, graphs, rounds, limits; /* analysed; with repetitions; most repetitions; given up */
    u64 ns;
};

struct precise {
    struct escape *escape;
    struct arena *arena;
    struct precise_site *sites; /* by package, function; all packages of the program */
    u32 n_sites;
    struct precise_stats stats;
    struct precise_state *state; /* the work's own */
};

struct precise *precise_run(struct escape *e);
void precise_free(struct precise *p);
/* Of those of one package; NULL: of all. */
struct precise_totals precise_count(const struct precise *p, const struct package *pkg);

#endif
