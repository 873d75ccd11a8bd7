/* escape.h: escape analysis of packages: decisions as the installed compiler takes them.
 *
 *   load_packages → check_load → escape_new → escape_run → escape.results
 */
#ifndef GOMM_ESCAPE_ESCAPE_H
#define GOMM_ESCAPE_ESCAPE_H

#include "escape/ir.h"
#include "escape/profile.h"

struct escape_cache;

struct escape_config {
    int go_minor;    /* whose compiler's decisions: 26 */
    bool no_inline;  /* -l */
    bool deps;       /* notes of packages that were not asked for too */
    bool keep_units; /* all of struct ir_unit stays for readers (reports, flows); else only notes and tags */
    bool keep_flows; /* edges remember why */
    struct escape_cache *cache; /* escape_cache.h; NULL: none.  With keep_units there are no units of what it knows */
};

/* One package's result. */
struct escape_result {
    struct package *pkg;
    struct ir_note *notes; /* in the order in which the compiler prints them */
    u32 n_notes;
    struct ir_unit *unit;  /* keep_units; else NULL */
    struct file_info *files; /* rangefunc_files; NULL: nobody asked */
};

struct escape {
    struct arena *arena;
    struct program *prog;
    struct load *load;
    struct escape_config config;
    const struct escape_profile *profile;
    struct escape_result *results; /* by load_package.id */
    u32 n_results;
    struct shape_registry *shapes; /* of all units, under program_lock (shape.c) */
    struct inline_exports *exports; /* by load_package.id (inline_export.c) */
    ir_funcs funcs;                /* declared functions, all packages: see lower_func_known */
};

struct escape *escape_new(struct load *l, struct program *p, const struct escape_config *c);
/* Analyses all packages, dependencies first; those with errors too, without their wrong functions. */
void escape_run(struct escape *e);
void escape_free(struct escape *e);

/* A note's file:line:col as -m prints it. */
struct span escape_note_span(const struct escape *e, const struct ir_note *n);

#endif
