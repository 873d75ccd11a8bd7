/* cmd_escape.h: the parts of `gomm escape`: what was asked for, what was found, one function for each output.
 *
 * Threading: the main thread.
 */
#ifndef GOMM_CMD_ESCAPE_H
#define GOMM_CMD_ESCAPE_H

#include "base/vec.h"
#include "cmd/cmd_gate.h"
#include "cmd/cmd_output.h"
#include "cmd/cmd_show.h"
#include "escape/escape_cache.h"

struct cmd_escape_go;

struct cmd_escape {
    struct arena arena;
    struct load_config config;
    const char *chdir, *tags, *mod, *overlay, *jobs;
    const char *go;      /* -go: whose compiler's decisions, "1.19"; NULL: those of the Go that is there */
    const char *against; /* stored output of the compiler; NULL: it is run */
    struct cmd_gate gate;
    bool why, all;       /* the whole way; also what costs nothing */
    bool precise;        /* what could stay on the stack */
    struct cmd_output output;
    struct report report;
    bool messages, compare, no_inline, deps, test, timing, verbose;
    VEC(str) patterns;
    size_t n_asked; /* of patterns; behind them are files that cgo made */
    str cwd;
    struct cmd_show show;
    struct load *load;
    struct program *prog;
    struct escape *escape;
    struct escape_cache *cache; /* NULL: none */
    struct strbuf out;
    bool cgo_asked;                 /* cgo has run, or is not needed */
    struct cmd_escape_go *cgo_runs; /* the go command that has it run; NULL: none */
    bool *broken; /* by load_package.id: it or what it imports has errors */
    u32 load_errors, bad_packages;
};

/* Further to the right the compiler does not know a column (cmd/internal/src/pos.go). */
enum { CMD_ESCAPE_COLUMNS = 255 };

/* The packages that are spoken of, of load.pkgs. */
bool cmd_escape_wanted(const struct cmd_escape *c, const struct load_package *p);
/* Can the package be compiled: neither it nor what it imports has errors? */
bool cmd_escape_compiles(const struct cmd_escape *c, const struct load_package *p);
/* A file as the go command shows it in what compiling the package p has said. */
str cmd_escape_file(const struct cmd_escape *c, const struct load_package *p, str file);

/* Sets up config so that cgo translates the packages while they are loaded. */
void cmd_escape_cgo_meanwhile(struct cmd_escape *c);
/* Where that could not be: puts what it made into config and patterns: true if they are to be loaded again. */
bool cmd_escape_cgo(struct cmd_escape *c);

/* Each gives the exit status. */
int cmd_escape_text(struct cmd_escape *c);     /* for people */
int cmd_escape_report(struct cmd_escape *c);   /* -json, -sarif, -github, -html, -o; -update */
int cmd_escape_messages(struct cmd_escape *c); /* -m */
int cmd_escape_compare(struct cmd_escape *c);  /* -compare */
int cmd_escape_precise(struct cmd_escape *c);  /* -precise */

#endif
