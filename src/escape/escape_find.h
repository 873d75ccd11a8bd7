/* escape_find.h: what goes to the heap, for people: each variable and value with its size, the cause in words, and
 * the way on which its address gets out.
 *
 *   escape_run with keep_units and keep_flows → escape_sites of each unit → escape_finding
 *
 * Ownership: sites and texts are in the arena given.  Threading: a unit at a time.
 */
#ifndef GOMM_ESCAPE_FIND_H
#define GOMM_ESCAPE_FIND_H

#include "base/diag.h"
#include "escape/escape.h"
#include "escape/flow.h"

/* code, in words */
#define ESCAPE_CAUSES(X)                                                                            \
    X(RETURNED, "ESC01", "a pointer to it is returned")                         \
    X(STORED, "ESC02", "it is stored in something that lives longer")                     \
    X(INTERFACE, "ESC03", "it is passed as an interface")                              \
    X(CLOSURE, "ESC04", "a function literal that gets out captures it by reference")     \
    X(UNKNOWN, "ESC05", "it is passed to a function that is not known here")      \
    X(KEPT, "ESC06", "the function that it is passed to keeps it")                \
    X(LARGE, "ESC07", "it is too large for the stack")                                 \
    X(SIZE, "ESC08", "its size is not constant")                               \
    X(GOROUTINE, "ESC09", "a goroutine uses it")                                       \
    X(LOOP, "ESC10", "it outlives the iteration of the loop that makes it")                 \
    X(CHANNEL, "ESC11", "it is sent on a channel")                                       \
    X(MAP, "ESC12", "it is put into a map")                                                  \
    X(PANIC, "ESC13", "panic takes it")                                                    \
    X(OTHER, "ESC14", "the compiler cannot show that it stays")

enum escape_cause {
#define X(name, code, words) ESCAPE_##name,
    ESCAPE_CAUSES(X)
#undef X
        ESCAPE_CAUSE_COUNT
};

const char *escape_cause_code(enum escape_cause c);
const char *escape_cause_words(enum escape_cause c);

struct escape_site {
    const struct ir_note *note;
    struct ir *n;            /* variable or expression */
    struct ir_func *fn;      /* the declared function that it is seen in: of closures the one around */
    struct span span;        /* where -m says it: at the outermost call if it was inlined */
    str what;                /* "u", "&User{...}", "func literal" */
    bool variable;
    enum escape_cause cause;
    const struct flow_reason *last; /* the step with which it gets out; NULL: none is known */
    const struct flow_why *why;     /* NULL: none is known */
    i64 size;                /* bytes; below 0: known only when it runs */
    const char *free;        /* why nothing is allocated for it after all ("a constant: its value is in read-only data");
                              * NULL: it is allocated */
    struct ir_func *inlined; /* the function in whose source it stands, if that was inlined here */
};

/* The unit's heap decisions, in the order of the source. */
void escape_sites(struct escape *e, struct ir_unit *u, struct arena *a, struct escape_site **v, u32 *n);
/* A text of the compiler's for people: what an inlined call gives has a name there that is no word, "~r0". */
str escape_plain(struct arena *a, str text);
/* Why nothing is allocated for an expression that escapes; NULL: it is allocated. */
const char *escape_site_free(struct ir_unit *u, const struct ir *n);
/* Is it a part of an error that is made there, by errors.New or fmt.Errorf? */
bool escape_site_is_error(const struct escape_site *s);
/* The declared function around fn. */
struct ir_func *escape_declared(struct ir_func *fn);

/* How many lines of the way are told. */
enum escape_detail { ESCAPE_SHORT, ESCAPE_WHOLE };
/* A finding for a site, its steps with their places.  base: the file relative to whose names places are told. */
struct finding *escape_finding(struct escape *e, struct ir_unit *u, const struct escape_site *s, enum escape_detail d,
                               struct finding_list *out);

#endif
