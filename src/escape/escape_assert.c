/* escape_assert.c: assertions in the source, checked against the decisions. */
#include <string.h>

#include "base/path.h"
#include "escape/escape_assert.h"
#include "syntax/source_comment.h"

/* ---- where an assertion speaks of ---- */

enum assertion { ASSERT_NONE, ASSERT_NOESCAPE, ASSERT_NOALLOC };

struct assertion_at {
    enum assertion kind;
    node func;       /* the FUNC_DECL below it; 0: a line */
    struct span span; /* of the comment */
    u32 line;        /* that it speaks of */
};

static enum assertion assertion_kind(str text)
{
    i64 space = str_find_byte(text, ' ');

    if (space >= 0) {
        text.n = (size_t)space;
    }
    text = str_trim(text);
    return str_is(text, "//gomm:noescape") ? ASSERT_NOESCAPE : str_is(text, "//gomm:noalloc") ? ASSERT_NOALLOC : ASSERT_NONE;
}

static node func_in_line(const struct ast *f, struct sources *sources, u32 line)
{
    const u32 *decls = ast_list(f, f->decls);

    for (u32 i = 0; i < ast_list_len(f, f->decls); i++) {
        if (ast_kind(f, decls[i]) == AST_FUNC_DECL &&
            sources_span_raw(sources, ast_at(f, decls[i])->pos).line == line) {
            return decls[i];
        }
    }
    return 0;
}

static bool assertion_read(struct escape *e, const struct ast *f, u32 i, struct assertion_at *out)
{
    const struct ast_directive *d = &f->directives[i];
    u32 at = d->pos - f->src->base;
    str text = str_slice(f->src->text, at, at + d->len);

    *out = (struct assertion_at){.kind = assertion_kind(text)};
    if (out->kind == ASSERT_NONE) {
        return false;
    }
    out->span = sources_span(e->prog->sources, d->pos);
    size_t code = source_comment_target(f->src->text, at);
    if (code >= f->src->text.n) {
        return true;
    }
    out->line = sources_span_raw(e->prog->sources, (u32)(f->src->base + code)).line;
    /* The line's first declaration, when the comment stands above it. */
    if (sources_span_raw(e->prog->sources, d->pos).line != out->line) {
        out->func = func_in_line(f, e->prog->sources, out->line);
    }
    return true;
}

/* ---- noescape ---- */

static void check_noescape(struct escape *e, struct ir_unit *u, const struct assertion_at *a, struct ir_func *fn,
                           const struct escape_site *v, u32 n, struct finding_list *out)
{
    for (u32 i = 0; i < n; i++) {
        bool mine = fn ? v[i].fn == fn
                       : v[i].span.line == a->line && str_eq(v[i].span.file, a->span.file);
        if (!mine || v[i].free) {
            continue;
        }
        struct finding *f = escape_finding(e, u, &v[i], ESCAPE_SHORT, out);
        f->code = STR(ESCAPE_NOESCAPE_CODE);
        f->identity = str_fmt(out->arena, ESCAPE_NOESCAPE_CODE "%.*s", STR_ARG(str_from(f->identity, strlen("ESC"))));
        f->severity = FINDING_WARNING;
        f->message = str_fmt(out->arena, "%.*s, against //gomm:noescape", STR_ARG(f->message));
        finding_relate(out, f, a->span, "asserted here");
    }
}

/* ---- noalloc ---- */

enum { NOALLOC_REASONS = 8, NOALLOC_DEPTH = 24 };

struct noalloc {
    struct escape *e;
    struct ir_unit *u;      /* whose code is being looked at */
    struct map known;       /* ir_func → 1 being looked at or clean, 2 allocates */
    struct finding_list *out;
    struct finding *f;      /* NULL while nothing was found */
    struct ir_func *fn;     /* asserted of */
    const struct assertion_at *at;
    u32 n;                  /* reasons so far */
    str chain[NOALLOC_DEPTH]; /* calls that led here */
    u32 depth;
};

static void noalloc_found(struct noalloc *c, const struct ir *n, const char *what, str text)
{
    struct arena *a = c->out->arena;

    if (c->n++ >= NOALLOC_REASONS) {
        return;
    }
    if (!c->f) {
        struct span s = sources_span(c->e->prog->sources, c->fn->pos);
        c->f = finding_add(c->out, ESCAPE_NOALLOC_CODE, FINDING_WARNING, s, "%.*s may allocate, against //gomm:noalloc",
                           STR_ARG(ir_func_text(c->u, c->fn)));
        c->f->object = c->fn->sym;
        c->f->package = c->u->pkg->path;
        finding_relate(c->out, c->f, c->at->span, "asserted here");
    }
    struct span where = n->pos && n->pos != IR_POS_NONE ? sources_span(c->e->prog->sources, n->pos) : (struct span){0};
    struct strbuf b = {0};
    for (u32 i = 0; i < c->depth; i++) {
        strbuf_printf(&b, "%s%.*s", i ? " → " : " in ", STR_ARG(c->chain[i]));
    }
    str file = path_base(where.file);
    finding_why(c->out, c->f, where, "%s: %.*s (%.*s:%u:%u)%.*s", what, STR_ARG(str_dup(a, text)), STR_ARG(file), where.line,
                where.col, STR_ARG(strbuf_str(&b)));
    strbuf_release(&b);
}

static bool noalloc_node(void *ctx, struct ir *n);

static void noalloc_list(struct noalloc *c, const struct ir_list *l)
{
    ir_do_list(l, noalloc_node, c);
}

static void noalloc_func(struct noalloc *c, struct ir_func *fn)
{
    if (fn->flags & IR_FUNC_RUNTIME) {
        return;
    }
    bool fresh;
    union map_val *v = map_put(&c->known, (u64)(uintptr_t)fn, &fresh);
    if (!fresh || c->depth >= NOALLOC_DEPTH) {
        return;
    }
    v->u = 1;
    struct ir_unit *was = c->u;
    if (fn->pkg && fn->pkg->src && c->e->results[fn->pkg->src->id].unit && !(fn->flags & IR_FUNC_INSTANCE)) {
        c->u = c->e->results[fn->pkg->src->id].unit;
    }
    for (struct ir_name *d = fn->dcl; d; d = d->next_dcl) {
        if ((d->n.flags & IR_ESCAPES) && d->class != IR_PARAM && ir_size(c->u, d->n.type) > 0) {
            noalloc_found(c, &d->n, "moves to the heap", d->text);
        }
    }
    noalloc_list(c, &fn->body);
    c->u = was;
}

static void noalloc_call(struct noalloc *c, struct ir *call)
{
    struct ir_func *fn = call->op == IR_CALLFUNC ? ir_static_callee(ir_static_value(call->x)) : NULL;

    if (!fn) {
        noalloc_found(c, call, call->op == IR_CALLINTER ? "calls an interface's method" : "calls a function value",
                      ir_text(c->u, call->x));
        return;
    }
    if (c->depth < NOALLOC_DEPTH) {
        c->chain[c->depth++] = ir_func_text(c->u, fn);
        noalloc_func(c, fn);
        c->depth--;
    }
}

static bool is_map_put(const struct ir *n)
{
    return n && n->op == IR_INDEXMAP;
}

static const char *noalloc_op(const struct ir *n)
{
    switch (n->op) {
    case IR_APPEND: return "append may grow";
    case IR_MAKECHAN: return "makes a channel";
    case IR_GO: return "starts a goroutine";
    case IR_ADDSTR: return "strings are joined";
    case IR_BYTES2STR:
    case IR_RUNES2STR:
    case IR_STR2BYTES:
    case IR_STR2RUNES:
    case IR_RUNESTR: return "a string is converted";
    case IR_AS:
    case IR_ASOP: return is_map_put(n->x) ? "the map may grow" : NULL;
    default: return NULL;
    }
}

static bool noalloc_node(void *ctx, struct ir *n)
{
    struct noalloc *c = ctx;
    i64 count;

    if (n->op == IR_PANIC) {
        return false;
    }
    const char *what = noalloc_op(n);
    if (what) {
        noalloc_found(c, n, what, ir_text(c->u, n));
    } else if ((n->flags & IR_ESCAPES) && n->op != IR_NAME && !escape_site_free(c->u, n)) {
        noalloc_found(c, n, "is allocated in the heap", ir_text(c->u, n));
    } else if (n->op == IR_MAKESLICE && !ir_int_const(n->y ? n->y : n->x, &count)) {
        noalloc_found(c, n, "its size is not constant", ir_text(c->u, n));
    } else if (n->op == IR_CALLFUNC || n->op == IR_CALLINTER) {
        noalloc_call(c, n);
    }
    return ir_do_children(n, noalloc_node, c);
}

static void check_noalloc(struct escape *e, struct ir_unit *u, const struct assertion_at *a, struct ir_func *fn,
                          struct finding_list *out)
{
    struct noalloc c = {.e = e, .u = u, .out = out, .fn = fn, .at = a};

    noalloc_func(&c, fn);
    if (c.n > NOALLOC_REASONS) {
        finding_why(out, c.f, (struct span){0}, "and %u more places", c.n - NOALLOC_REASONS);
    }
    map_release(&c.known);
}

/* ---- all of a package ---- */

static struct ir_func *func_of_decl(const struct ir_unit *u, const struct file_info *f, node decl)
{
    for (size_t i = 0; i < u->funcs.n; i++) {
        const struct ir_source *s = &u->funcs.v[i]->src;
        if (s->decl == decl && s->file && s->file->ast->src == f->ast->src && !u->funcs.v[i]->closure) {
            return u->funcs.v[i];
        }
    }
    return NULL;
}

static void misplaced(const struct assertion_at *a, struct finding_list *out)
{
    finding_add(out, a->kind == ASSERT_NOESCAPE ? ESCAPE_NOESCAPE_CODE : ESCAPE_NOALLOC_CODE, FINDING_WARNING, a->span,
                a->kind == ASSERT_NOESCAPE ? "//gomm:noescape stands before nothing that it could speak of"
                                           : "//gomm:noalloc does not stand above a function that is compiled");
}

void escape_assertions(struct escape *e, struct ir_unit *u, const struct escape_site *sites, u32 n,
                       struct finding_list *out)
{
    const struct package *p = u->pkg;

    for (u32 i = 0; i < p->n_files; i++) {
        const struct ast *f = p->files[i].ast;
        for (u32 k = 0; k < f->n_directives; k++) {
            struct assertion_at a;
            if (!assertion_read(e, f, k, &a)) {
                continue;
            }
            struct ir_func *fn = a.func ? func_of_decl(u, &p->files[i], a.func) : NULL;
            if (a.line == 0 || (a.kind == ASSERT_NOALLOC && !fn)) {
                misplaced(&a, out);
            } else if (a.kind == ASSERT_NOESCAPE) {
                check_noescape(e, u, &a, fn, sites, n, out);
            } else {
                check_noalloc(e, u, &a, fn, out);
            }
        }
    }
}
