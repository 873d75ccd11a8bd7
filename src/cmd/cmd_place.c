#include "cmd/cmd_place.h"

#include <stdlib.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "syntax/print.h"
#include "types/types.h"

struct place {
    struct arena *a;
    struct load *load;
    struct program *prog;
    struct package *pkg;
    const struct file_info *file;
    struct strbuf out;
};

/* A line of the answer; false if there is nothing to say of n. */
static bool place_node(struct place *p, node n)
{
    const struct ast *f = p->file->ast;
    struct strbuf what = {0};
    if (!query_describe(&what, p->a, p->pkg, p->file, n)) {
        return false;
    }
    struct span s = sources_span_raw(p->prog->sources, ast_start(f, n));
    str text = print_expr_str(p->a, f, p->prog->names, n);
    strbuf_printf(&p->out, "  :%u:%u  %.*s  ", s.line, s.col, STR_ARG(text));
    strbuf_put(&p->out, strbuf_str(&what));
    strbuf_release(&what);
    strbuf_putc(&p->out, '\n');
    return true;
}

struct place_hit {
    u32 start, end;
    node n;
};

static int place_order(const void *x, const void *y)
{
    const struct place_hit *a = x, *b = y;
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->end > b->end ? -1 : a->end < b->end; /* the whole before its parts */
}

/* Names that are no part of a selector, and selectors: of the line [from, to), or around `at` (0: none), and then
 * other expressions too. */
static void place_nodes(struct place *p, u32 from, u32 to, u32 at)
{
    const struct ast *f = p->file->ast;
    VEC(struct place_hit) hits = {0};
    u8 *part = ARENA_ARRAY(p->a, u8, f->n_nodes);
    for (node n = 1; n < f->n_nodes; n++) {
        if (ast_kind(f, n) == AST_SELECTOR) {
            part[ast_at(f, n)->b] = 1;
        }
    }
    for (node n = 1; n < f->n_nodes; n++) {
        u32 kind = ast_kind(f, n);
        bool name = (kind == AST_NAME && !part[n]) || kind == AST_SELECTOR || kind == AST_CALL;
        if (part[n] || (!name && (at == 0 || kind == AST_KEY_VALUE || kind == AST_LIST)) ||
            (!name && !p->file->at[n].type) || kind >= AST_IMPORT_DECL || kind == AST_FIELD) {
            continue;
        }
        struct place_hit h = {ast_start(f, n), ast_end(f, n), n};
        if (at ? h.start <= at && at < h.end : h.start >= from && h.start < to) {
            vec_push_in(p->a, &hits, h);
        }
    }
    if (hits.n > 1) {
        qsort(hits.v, hits.n, sizeof *hits.v, place_order);
    }
    size_t said = 0;
    for (size_t i = 0; i < hits.n; i++) {
        said += place_node(p, hits.v[i].n);
    }
    if (said == 0) {
        strbuf_puts(&p->out, at ? "  nothing stands here that has a type\n"
                                : "  nothing in this line has a name or a type\n");
    }
}

/* ---- finding the place ---- */

static bool place_find(struct place *p, str file)
{
    for (u32 i = 0; i < p->prog->n_pkgs; i++) {
        struct package *k = p->prog->pkgs[i];
        for (u32 j = 0; k && j < k->n_files; j++) {
            if (str_eq(k->files[j].ast->src->path, file)) {
                p->pkg = k;
                p->file = &k->files[j];
                return true;
            }
        }
    }
    return false;
}

static int place_answer(struct place *p, str shown, u32 line, u32 col)
{
    const struct source *src = p->file->ast->src;
    u32 from = sources_pos(p->prog->sources, src, line, 1);
    if (from == 0) {
        return cmd_fail("%.*s has no line %u", STR_ARG(shown), line);
    }
    str text = sources_line(p->prog->sources, from);
    u32 at = col ? from + col - 1 : 0;
    if (col > text.n + 1) {
        return cmd_fail("line %u of %.*s has no column %u", line, STR_ARG(shown), col);
    }
    strbuf_printf(&p->out, "%.*s:%u", STR_ARG(shown), line);
    if (col) {
        strbuf_printf(&p->out, ":%u", col);
    }
    node func = query_func_at(p->file, at ? at : from);
    for (u32 i = 1; !func && i < text.n; i++) { /* the line of the func keyword itself */
        func = query_func_at(p->file, from + i);
    }
    if (func) {
        strbuf_puts(&p->out, "  in ");
        strbuf_put(&p->out, query_symbol(p->a, p->pkg, p->file, func));
    } else {
        strbuf_printf(&p->out, "  in package %.*s", STR_ARG(p->pkg->path));
    }
    str trimmed = str_trim(text);
    strbuf_printf(&p->out, "\n    %.*s\n", STR_ARG(trimmed));
    place_nodes(p, from, from + (u32)text.n + 1, at);
    for (u32 i = 0; i < p->pkg->n_errors; i++) {
        struct span s = sources_span_raw(p->prog->sources, p->pkg->errors[i].pos);
        if (s.line == line && str_eq(s.file, src->path)) {
            strbuf_printf(&p->out, "  error: %.*s\n", STR_ARG(p->pkg->errors[i].text));
        }
    }
    return cmd_print(strbuf_str(&p->out)) ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}

int cmd_place(str file, u32 line, u32 col)
{
    struct arena a = {0};
    struct place p = {.a = &a};
    struct err e;
    str cwd;
    if (!io_cwd(&a, &cwd, &e)) {
        return cmd_fail_err(&e);
    }
    str path = path_under(&a, cwd, file);
    if (!io_is_file(str_cstr(&a, path))) {
        return cmd_fail("open %.*s: no such file or directory", STR_ARG(file));
    }
    str pattern = STR(".");
    struct load_config c = {.dir = path_dir(&a, path),
                            .tests = str_has_suffix(file, STR("_test.go"))};
    struct pool *pool = pool_new(0);
    int status;
    p.load = load_packages(&c, &pattern, 1, pool, &e);
    if (!p.load) {
        pool_free(pool);
        return cmd_fail_err(&e);
    }
    p.prog = check_load(p.load, pool, CHECK_FAKE_C, CHECK_FAKE_C | CHECK_NO_BODIES | CHECK_NO_INFO);
    pool_free(pool);
    if (place_find(&p, path)) {
        status = place_answer(&p, file, line, col);
    } else if (p.load->n_errors > 0) {
        status = cmd_fail("%.*s", STR_ARG(p.load->errors[0].text));
    } else {
        status =
            cmd_fail("%.*s is no Go file of the package in its directory as it is built here "
                     "(build constraints, "
                     "GOOS=%.*s, GOARCH=%.*s)",
                     STR_ARG(file), STR_ARG(p.load->config.goos), STR_ARG(p.load->config.goarch));
    }
    strbuf_release(&p.out);
    program_free(p.prog);
    load_free(p.load);
    arena_release(&a);
    return status;
}
