/* query.c: what other layers ask of a checked file: what stands at a position, what a call calls, what a
 * function is called in the symbol table. */
#include "syntax/print.h"
#include "types/check.h"

/* ---- positions ---- */

/* A statement's own position may be in its middle (an assignment's is its operator's), and the compiler's ends
 * leave out parentheses: what a node spans is what its parts do. */
struct query_extent {
    const struct ast *f;
    u32 from, to;
};

static bool query_widen(void *ctx, node n)
{
    struct query_extent *e = ctx;
    u32 from = ast_start(e->f, n), to = ast_end(e->f, n);
    e->from = from < e->from ? from : e->from;
    e->to = to > e->to ? to : e->to;
    return true;
}

static bool query_spans(const struct ast *f, node n, u32 at)
{
    struct query_extent e = {.f = f, .from = UINT32_MAX};
    ast_walk(f, n, query_widen, &e);
    return at >= e.from && at < e.to;
}

/* From the declaration down to the innermost node around a position; also the innermost function. */
static node query_descend(const struct ast *f, u32 at, node *func)
{
    node found = 0;
    *func = 0;
    const u32 *decls = ast_list(f, f->decls);
    for (u32 i = 0; i < ast_list_len(f, f->decls) && !found; i++) {
        if (query_spans(f, decls[i], at)) {
            found = decls[i];
        }
    }
    ast_nodes v = {0};
    for (node n = found; n;) {
        found = n;
        if (ast_kind(f, n) == AST_FUNC_DECL || ast_kind(f, n) == AST_FUNC_LIT) {
            *func = n;
        }
        vec_reset(&v);
        ast_children(f, n, &v);
        n = 0;
        for (size_t i = 0; i < v.n && !n; i++) {
            if (v.v[i] && query_spans(f, v.v[i], at)) {
                n = v.v[i];
            }
        }
    }
    vec_release(&v);
    return found;
}

node query_node_at(const struct file_info *f, u32 at)
{
    node func;
    return query_descend(f->ast, at, &func);
}

node query_func_at(const struct file_info *f, u32 at)
{
    node func;
    query_descend(f->ast, at, &func);
    return func;
}

/* ---- calls ---- */

struct obj *query_callee(const struct file_info *f, node call, bool *dynamic)
{
    bool dummy;
    dynamic = dynamic ? dynamic : &dummy;
    *dynamic = false;
    const struct ast *ast = f->ast;
    node fun = ast_unparen(ast, ast_at(ast, call)->a);
    if (ast_kind(ast, fun) == AST_INDEX && f->mode[fun] != MODE_TYPE) {
        node x = ast_unparen(ast, ast_at(ast, fun)->a);
        const struct obj *o = ast_kind(ast, x) == AST_NAME || ast_kind(ast, x) == AST_SELECTOR
                                  ? info_obj(f, ast_kind(ast, x) == AST_NAME ? x : ast_at(ast, x)->b)
                                  : NULL;
        if (o && o->kind == OBJ_FUNC) {
            fun = x; /* type arguments, not an element */
        }
    }
    if (f->mode[fun] == MODE_TYPE || f->mode[fun] == MODE_BUILTIN || ast_kind(ast, fun) == AST_FUNC_LIT) {
        return NULL;
    }
    struct obj *o = NULL;
    if (ast_kind(ast, fun) == AST_NAME) {
        o = info_obj(f, fun);
    } else if (ast_kind(ast, fun) == AST_SELECTOR) {
        o = info_obj(f, ast_at(ast, fun)->b);
        const struct selection *s = f->at[fun].sel;
        if (o && s && s->kind != SELECT_QUALIFIED && o->kind == OBJ_FUNC && o->type) {
            /* A method that an interface declares, however it was reached. */
            const struct type_signature *sig = is_signature(o->type);
            if (sig && sig->recv && type_is_interface(sig->recv->type)) {
                o = NULL;
            }
        }
    }
    if (o && o->kind == OBJ_FUNC) {
        return o;
    }
    *dynamic = true;
    return NULL;
}

/* ---- paths ---- */

struct query {
    struct arena *a;
    const struct package *p;
    const struct file_info *f;
    struct strbuf out;
};

static void query_index(struct query *q, node index)
{
    const struct constant *v = info_const(q->f, index);
    strbuf_putc(&q->out, '[');
    if (v) {
        strbuf_put(&q->out, constant_text(q->a, v));
    } else {
        print_expr(&q->out, q->f->ast, q->p->prog->names, index);
    }
    strbuf_putc(&q->out, ']');
}

/* The fields that a selector leads through, embedded ones included. */
static void query_fields(struct query *q, const struct selection *s)
{
    struct type *t = s->recv;
    for (u32 i = 0; i < s->n_path; i++) {
        struct type *under = type_under(t);
        if (under->kind == TYPE_POINTER) {
            under = type_under(as_pointer(under)->elem);
        }
        if (under->kind != TYPE_STRUCT || s->path[i] >= as_struct(under)->n) {
            break;
        }
        const struct obj *field = as_struct(under)->fields[s->path[i]];
        strbuf_putc(&q->out, '.');
        strbuf_put(&q->out, intern_str(q->p->prog->names, field->name));
        t = field->type;
    }
    if (s->obj->kind != OBJ_VAR) {
        strbuf_putc(&q->out, '.');
        strbuf_put(&q->out, intern_str(q->p->prog->names, s->obj->name));
    }
}

/* Where a path begins: a package's variable by its name, anything else by its type's, and without one as it
 * was written. */
static void query_root(struct query *q, node x)
{
    const struct ast *ast = q->f->ast;
    node name = ast_kind(ast, x) == AST_SELECTOR ? ast_at(ast, x)->b : x;
    const struct obj *o = ast_kind(ast, name) == AST_NAME ? info_obj(q->f, name) : NULL;
    if (o && o->kind != OBJ_TYPE && o->pkg && o->parent == o->pkg->scope) {
        type_write_pkg(&q->out, o->pkg, NULL, QUAL_NAME);
        strbuf_put(&q->out, intern_str(q->p->prog->names, o->name));
        return;
    }
    struct type *t = q->f->at[x].type;
    if (!t && o) {
        t = o->type;
    }
    if (t) {
        t = type_unalias(t);
        if (t->kind == TYPE_POINTER) {
            t = type_unalias(as_pointer(t)->elem);
        }
        if (t->kind == TYPE_NAMED) {
            type_write(&q->out, t, NULL, QUAL_NAME);
            return;
        }
    }
    print_expr(&q->out, ast, q->p->prog->names, x);
}

static void query_put_path(struct query *q, node x)
{
    const struct ast *ast = q->f->ast;
    x = ast_unparen(ast, x);
    /* Explicit dereferences are like the implicit ones. */
    while (ast_kind(ast, x) == AST_OPERATION && ast_at(ast, x)->op == OP_MUL && ast_at(ast, x)->b == 0) {
        x = ast_unparen(ast, ast_at(ast, x)->a);
    }
    if (ast_kind(ast, x) == AST_SELECTOR) {
        const struct selection *s = q->f->at[x].sel;
        if (s && s->kind != SELECT_QUALIFIED && s->obj) {
            query_put_path(q, ast_at(ast, x)->a);
            query_fields(q, s);
            return;
        }
    } else if (ast_kind(ast, x) == AST_INDEX && q->f->mode[x] != MODE_TYPE &&
               ast_kind(ast, ast_at(ast, x)->b) != AST_LIST) {
        query_put_path(q, ast_at(ast, x)->a);
        query_index(q, ast_at(ast, x)->b);
        return;
    }
    query_root(q, x);
}

str query_path(struct arena *a, const struct package *p, const struct file_info *f, node x, struct type **type)
{
    struct query q = {.a = a, .p = p, .f = f};
    query_put_path(&q, x);
    if (type) {
        *type = f->at[x].type;
    }
    str s = str_dup(a, strbuf_str(&q.out));
    strbuf_release(&q.out);
    return s;
}

/* ---- symbols ---- */

/* As cmd/internal/objabi.PathToPrefix: what could be taken for something else is written %xx. */
static void symbol_path(struct strbuf *out, str path)
{
    i64 slash = str_find_last_byte(path, '/');
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.p[i];
        if (c <= ' ' || (c == '.' && (i64)i > slash) || c == '%' || c == '"' || c >= 0x7F) {
            strbuf_printf(out, "%%%02x", c);
        } else {
            strbuf_putc(out, (char)c);
        }
    }
}

static void symbol_pkg(struct strbuf *out, const struct package *p)
{
    str path = p->path, rest;
    str_cut(path, STR(" ["), &path, &rest); /* p [p.test] */
    if (str_eq(p->name, STR("main"))) {
        strbuf_puts(out, "main");
    } else {
        symbol_path(out, path);
    }
    strbuf_putc(out, '.');
}

/* The how-many-th init function of the package, from 0. */
static u32 symbol_init(const struct package *p, const struct file_info *f, node func, name_id init)
{
    u32 n = 0;
    for (u32 i = 0; i < p->n_files; i++) {
        const struct ast *ast = p->files[i].ast;
        const u32 *decls = ast_list(ast, ast->decls);
        for (u32 j = 0; j < ast_list_len(ast, ast->decls); j++) {
            if (ast == f->ast && decls[j] == func) {
                return n;
            }
            n += ast_kind(ast, decls[j]) == AST_FUNC_DECL && !ast_rec(ast, decls[j], FUNC_RECV) &&
                 ast_at(ast, ast_at(ast, decls[j])->a)->a == init;
        }
    }
    return n;
}

static void symbol_decl(struct strbuf *out, const struct package *p, const struct file_info *f, node func)
{
    const struct ast *ast = f->ast;
    name_id name = ast_at(ast, ast_at(ast, func)->a)->a;
    str text = intern_str(p->prog->names, name);
    node recv = ast_rec(ast, func, FUNC_RECV);
    symbol_pkg(out, p);
    if (!recv) {
        strbuf_put(out, text);
        if (str_eq(text, STR("init"))) {
            strbuf_printf(out, ".%u", symbol_init(p, f, func, name));
        } else if (ast_list_len(ast, ast_rec(ast, func, FUNC_TPARAMS)) > 0) {
            strbuf_puts(out, "[...]");
        }
        return;
    }
    node t = ast_unparen(ast, ast_at(ast, recv)->b);
    bool ptr = ast_kind(ast, t) == AST_OPERATION && ast_at(ast, t)->op == OP_MUL;
    if (ptr) {
        t = ast_unparen(ast, ast_at(ast, t)->a);
    }
    bool generic = ast_kind(ast, t) == AST_INDEX;
    if (generic) {
        t = ast_unparen(ast, ast_at(ast, t)->a);
    }
    /* The symbol has the declared type, also where the receiver is written with an alias. */
    const struct obj *o = ast_kind(ast, t) == AST_NAME ? info_obj(f, t) : NULL;
    struct type_named *n = o && o->kind == OBJ_TYPE && o->type ? type_named_of(o->type) : NULL;
    strbuf_puts(out, ptr ? "(*" : "");
    if (n) {
        strbuf_put(out, intern_str(p->prog->names, n->orig->obj->name));
        generic = n->orig->tparams && n->orig->tparams->n > 0;
    } else if (ast_kind(ast, t) == AST_NAME) {
        strbuf_put(out, intern_str(p->prog->names, ast_at(ast, t)->a));
    }
    strbuf_puts(out, generic ? "[...]" : "");
    strbuf_puts(out, ptr ? ")." : ".");
    strbuf_put(out, text);
}

/* Counts the function literals directly inside of a function, in the order of the source, up to one. */
struct symbol_count {
    const struct file_info *f;
    bool old; /* before Go 1.20, when literals that cannot be reached were counted too */
    node root, want;
    node inside; /* the literal that want is, or lies in */
    u32 want_at;
    u32 n;
    bool found;
};

static bool symbol_visit(void *ctx, node n)
{
    struct symbol_count *c = ctx;
    const struct ast *ast = c->f->ast;
    if (c->found) {
        return false;
    }
    if (ast_kind(ast, n) == AST_FUNC_LIT && n != c->root) {
        c->n++;
        if (n == c->want || query_spans(ast, n, c->want_at)) {
            c->inside = n;
            c->found = true;
        }
        return false;
    }
    if (ast_kind(ast, n) == AST_IF && !c->old) {
        /* A branch that cannot be taken does not get as far as to have its literals named. */
        const struct constant *v = info_const(c->f, ast_at(ast, n)->a);
        node dead = 0;
        if (v && constant_kind(v) == CONST_BOOL) {
            dead = ast_rec(ast, n, constant_bool_val(v) ? IF_ELSE : IF_THEN);
        }
        if (dead && !query_spans(ast, dead, c->want_at)) {
            node alive = ast_rec(ast, n, constant_bool_val(v) ? IF_THEN : IF_ELSE);
            if (ast_rec(ast, n, IF_INIT)) {
                ast_walk(ast, ast_rec(ast, n, IF_INIT), symbol_visit, ctx);
            }
            if (alive) {
                ast_walk(ast, alive, symbol_visit, ctx);
            }
            return false;
        }
    }
    return true;
}

/* Counts in one initialiser; here: of the file in which the literal lies. */
static bool symbol_in(struct symbol_count *c, node rhs, bool here)
{
    node want = c->want;
    u32 at = c->want_at;
    if (!here) {
        c->want = 0;
        c->want_at = 0;
    }
    ast_walk(c->f->ast, rhs, symbol_visit, c);
    c->want = want;
    c->want_at = at;
    return c->found;
}

/* Literals of package variables are numbered in the order of initialisation; formerly of the source. */
static bool symbol_var(const struct package *p, struct symbol_count *c)
{
    const struct file_info *f = c->f;
    if (!c->old) {
        for (u32 i = 0; i < p->n_init && !c->found; i++) {
            c->f = &p->files[p->init[i].file];
            symbol_in(c, p->init[i].rhs, c->f == f);
        }
        c->f = f;
        return c->found;
    }
    for (u32 i = 0; i < p->n_files && !c->found; i++) {
        c->f = &p->files[i];
        const struct ast *ast = c->f->ast;
        const u32 *decls = ast_list(ast, ast->decls);
        for (u32 j = 0; j < ast_list_len(ast, ast->decls) && !c->found; j++) {
            if (ast_kind(ast, decls[j]) == AST_VAR_DECL) {
                symbol_in(c, decls[j], c->f == f);
            }
        }
    }
    c->f = f;
    return c->found;
}

str query_symbol(struct arena *a, const struct package *p, const struct file_info *f, node func)
{
    struct strbuf b = {0};
    const struct ast *ast = f->ast;
    node outer = func;
    bool in_lit = false;
    u32 minor = p->prog->go_minor ? p->prog->go_minor : UINT32_MAX;
    struct symbol_count c = {
        .f = f, .old = minor < 20, .want = func, .want_at = ast_at(ast, func)->pos};
    if (ast_kind(ast, func) != AST_FUNC_DECL) {
        const u32 *decls = ast_list(ast, ast->decls);
        outer = 0;
        for (u32 i = 0; i < ast_list_len(ast, ast->decls) && !outer; i++) {
            outer = query_spans(ast, decls[i], c.want_at) ? decls[i] : 0;
        }
    }
    if (outer && ast_kind(ast, outer) == AST_FUNC_DECL) {
        symbol_decl(&b, p, f, outer);
    } else if (symbol_var(p, &c)) {
        symbol_pkg(&b, p);
        /* Go 1.22 put initialisers into a function called init. */
        strbuf_printf(&b, minor < 22 ? "glob..func%u" : "init.func%u", c.n);
        outer = c.inside;
        in_lit = true;
    }
    while (outer && outer != func) {
        c.root = outer;
        c.n = 0;
        c.found = false;
        ast_walk(ast, outer, symbol_visit, &c);
        if (!c.found) {
            break;
        }
        strbuf_printf(&b, in_lit ? ".%u" : ".func%u", c.n);
        in_lit = true;
        outer = c.inside;
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}
