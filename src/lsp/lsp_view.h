/* lsp_view.h: a package as a worker sees it: loaded, checked, analysed.
 *
 * Ownership: all of it lives until the process ends.  Threading: one thread.
 */
#ifndef GOMM_LSP_VIEW_H
#define GOMM_LSP_VIEW_H

#include "escape/escape_find.h"
#include "lsp/lsp_int.h"

struct lsp_view_sites {
    struct ir_unit *u;
    struct escape_site *v;
    u32 n;
};

struct lsp_file;

/* Expressions by their positions: the outermost one of each. */
struct lsp_nodes {
    const struct ast *ast;
    struct map by_pos;
};

struct lsp_view {
    struct arena *arena;
    str dir;
    struct load *load;
    struct program *prog;
    struct escape *escape;
    VEC(struct lsp_view_sites) sites; /* of the packages that match */
    VEC(struct lsp_nodes) nodes; /* of files that were asked about */
    struct strmap lines; /* path → struct lsp_lines, of other files that something was related to */
    u64 ns_load, ns_check, ns_escape;
    bool syntax_only;   /* of a file that is no part of the build: nothing else is known */
    const struct lsp_server *server;
};
typedef VEC(struct lsp_view *) lsp_views;

/* A file of a view. */
struct lsp_file {
    struct lsp_view *view;
    str uri, path;
    struct lsp_lines lines;
    const struct source *src;
    const struct load_package *lp; /* NULL of syntax_only */
    struct package *pkg;
    struct file_info *info;
    const struct ast *ast;
};

/* All that is to be known of a unit: the package of the directory, and views of documents that are not in it.  False: no Go
 * is there, or it cannot be used; *e says why. */
bool lsp_views_open(struct arena *a, const struct lsp_server *s, str dir, lsp_views *out, struct err *e);

/* A file by its path; false: no view has it. */
bool lsp_view_file(const lsp_views *v, str path, struct lsp_file *out);
/* The lines of any file: of a view, else from disk. */
struct lsp_lines lsp_view_lines(struct lsp_view *v, str path);

/* A position in the protocol's terms; a position of another file is 0:0. */
struct lsp_pos lsp_file_pos(const struct lsp_file *f, u32 place);
/* From a position to the end of the word, literal or operator that stands there. */
struct lsp_range lsp_file_word(const struct lsp_file *f, u32 place);
/* The expression that the compiler's messages mean by a position: 0: none. */
node lsp_file_node(const struct lsp_file *f, u32 place);
/* What to underline for a position: the expression, as far as it is in the line; else the word. */
struct lsp_range lsp_file_extent(const struct lsp_file *f, u32 place);
/* The URI under which the client knows a path. */
str lsp_view_uri(struct lsp_view *v, str path);
/* Is the type one whose layout can be told? */
bool lsp_sized(const struct lsp_file *f, struct type *t);

/* ---- answers: members of params, written as the protocol wants the result ---- */

/* publishDiagnostics' array for a file; the number of its elements. */
u32 lsp_diagnose(const struct lsp_file *f, struct jsonw *w);
void lsp_hover(const struct lsp_file *f, struct lsp_pos at, struct jsonw *w);
void lsp_hints(const struct lsp_file *f, struct lsp_range r, struct jsonw *w);
void lsp_actions(const struct lsp_file *f, struct lsp_range r, struct jsonr context, struct jsonw *w);

/* ---- findings ---- */

/* What is found in a file now, and what the stored result says of it, in places of today's text. */
struct lsp_found {
    struct finding *f;
    struct lsp_range range;
    bool stored;                   /* a finding of the stored result; others may have their fix and cost from there */
    struct ir_unit *u;             /* not stored: the site that it comes from, or NULL */
    const struct escape_site *site;
};
typedef VEC(struct lsp_found) lsp_founds;
/* range: NULL for all. */
void lsp_find(const struct lsp_file *f, const struct lsp_range *range, lsp_founds *out);
/* The edits of a finding's fix as a WorkspaceEdit, a member of that key; false, and nothing is written, if a text has changed where they are. */
bool lsp_put_fix(const struct lsp_file *f, const struct lsp_found *found, const char *key, struct jsonw *w);
/* The disk's text of a file that has not been saved since the result was stored; false: it has. */
bool lsp_stored_text(struct lsp_view *v, str path, str *text);

#endif
