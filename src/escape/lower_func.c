/* lower_func.c: functions, their variables and closures; bodies of functions and of inlined calls.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder/reader.go (funcBody, declareParams, unifiedInlineCall, funcLit,
 * pkgInit), noder/writer.go (useLocal, funcExt), ir/func.go (closureName, DeclareParams). */
#include <stdlib.h>
#include <string.h>

#include "escape/escape_cache.h"
#include "escape/inline.h"
#include "escape/lower_expr.h"

/* ---- functions that are declared ---- */

static const struct {
    const char *verb;
    u32 pragma;
} lower_pragmas[] = {
    {"//go:noinline", IR_PRAGMA_NOINLINE},
    {"//go:noescape", IR_PRAGMA_NOESCAPE},
    {"//go:norace", IR_PRAGMA_NORACE},
    {"//go:nosplit", IR_PRAGMA_NOSPLIT},
    {"//go:nocheckptr", IR_PRAGMA_NOCHECKPTR},
    {"//go:systemstack", IR_PRAGMA_SYSTEMSTACK},
    {"//go:yeswritebarrierrec", IR_PRAGMA_YESWRITEBARRIERREC},
    {"//go:cgo_unsafe_args", IR_PRAGMA_CGO_UNSAFE_ARGS | IR_PRAGMA_NOCHECKPTR},
    {"//go:uintptrkeepalive", IR_PRAGMA_UINTPTR_KEEPALIVE},
    {"//go:uintptrescapes", IR_PRAGMA_UINTPTR_ESCAPES | IR_PRAGMA_UINTPTR_KEEPALIVE},
};

static u32 lower_pragma(const struct ast *f, node decl)
{
    u32 list = ast_rec(f, decl, FUNC_PRAGMAS), bits = 0;
    const u32 *v = ast_list(f, list);

    for (u32 i = 0; i < ast_list_len(f, list); i++) {
        const struct ast_directive *d = &f->directives[v[i]];
        str text = {f->src->text.p + (d->pos - f->src->base), d->len};
        i64 space = str_find_byte(text, ' ');
        if (space >= 0) {
            text.n = (size_t)space;
        }
        for (size_t k = 0; k < ARRAY_LEN(lower_pragmas); k++) {
            if (str_is(text, lower_pragmas[k].verb)) {
                bits |= lower_pragmas[k].pragma;
            }
        }
    }
    return bits;
}

/* "T.M" or "(*T).M" of a method, else the name (ir.MethodSym); init functions are numbered. */
static str lower_symbol(struct escape *e, struct obj *o)
{
    str name = intern_str(e->prog->names, o->name);
    struct obj *recv = as_signature(o->type)->recv;

    if (!recv || o->name == e->prog->blank) { /* methods called _ are no methods of the type (only Go 1.19 has them) */
        return name;
    }
    bool ptr;
    struct type *t = type_deref(recv->type, &ptr);
    struct type_named *n = type_named_of(t);
    str base = n ? intern_str(e->prog->names, named_obj(n)->name) : STR("?");
    str parts[] = {ptr ? STR("(*") : (str){0}, base, ptr ? STR(").") : STR("."), name};
    return str_join(e->arena, parts, ARRAY_LEN(parts), (str){0});
}

struct lower_fake {
    const struct package *pkg;
    u32 at; /* the file's index */
    const struct file_info *file;
    bool found;
};

/* Does the name stand for a generic function whose type arguments are not known, and not for its declaration? */
static bool lower_is_open(const struct lower_fake *s, node name)
{
    node x = name;
    const struct obj *o = lower_generic(s->file, &x);

    return o && o->pos != ast_at(s->file->ast, name)->pos && !map_get(&s->pkg->instances, (u64)s->at << 32 | x);
}

static bool lower_see_fake(void *ctx, node n)
{
    struct lower_fake *s = ctx;
    u32 kind = ast_kind(s->file->ast, n);
    struct type *t = s->file->at[n].type;
    if (kind == AST_NAME) {
        const struct obj *o = info_obj(s->file, n);
        s->found = s->found || (o && o->kind == OBJ_PKG && o->imported->fake);
        t = o && (o->kind == OBJ_VAR || o->kind == OBJ_CONST || o->kind == OBJ_TYPE) ? o->type : NULL;
    }
    s->found = s->found || (t && type_unalias(t) == TYPE_BAD) ||
               ((kind == AST_SELECTOR || kind == AST_CALL) && s->file->mode[n] == MODE_NONE) ||
               (kind == AST_NAME && lower_is_open(s, n));
    return !s->found;
}

/* Are there things in the package of which nothing is known? */
static bool lower_has_fakes(const struct package *p)
{
    bool fake = p->n_errors > 0;
    for (u32 i = 0; p->tainted && i < p->n_imports; i++) {
        fake = fake || (p->imports[i] && p->imports[i]->fake);
    }
    return fake;
}

/* Does it speak of C, or of another package that is not there, or of a declaration that is wrong, or of what is made of
 * such?  Nobody knows what that means, and the checker is silent on purpose. */
static bool lower_is_fake(const struct package *p, const struct ast *f, node decl)
{
    struct lower_fake s = {.pkg = p};
    if (!lower_has_fakes(p)) {
        return false;
    }
    for (u32 i = 0; i < p->n_files; i++) {
        if (p->files[i].ast == f) {
            s.file = &p->files[i];
            s.at = i;
        }
    }
    if (s.file) {
        ast_walk(f, decl, lower_see_fake, &s);
    }
    return s.found;
}

static bool lower_is_within(const struct ast *f, node decl, pos at)
{
    return at >= ast_start(f, decl) && at <= ast_end(f, decl); /* the end: the closing brace */
}

/* Does an error of the checker lie in the function, told or not?  Then its types cannot be relied on. */
static bool lower_is_wrong(const struct package *p, const struct ast *f, node decl)
{
    bool wrong = lower_is_fake(p, f, decl);

    for (u32 i = 0; !wrong && i < p->n_errors; i++) {
        wrong = lower_is_within(f, decl, p->errors[i].pos);
    }
    for (u32 i = 0; !wrong && i < p->n_hushed; i++) {
        wrong = lower_is_within(f, decl, p->hushed[i]);
    }
    return wrong;
}

static struct ir_func *lower_new_func(struct arena *a, struct type_signature *sig)
{
    struct ir_func *fn = ARENA_NEW(a, struct ir_func);
    struct ir_name *n = ARENA_NEW(a, struct ir_name);

    n->n.op = IR_NAME;
    n->class = IR_FUNC;
    n->func = fn;
    fn->name = n;
    fn->sig = sig;
    n->n.type = (struct type *)sig;
    fn->n_recv = sig->recv != NULL;
    fn->n_params = sig->params->n;
    fn->n_results = sig->results->n;
    return fn;
}

struct ir_func *lower_made_func(struct ir_unit *u, struct type_signature *sig, str sym)
{
    struct ir_func *fn = lower_new_func(u->arena, sig);

    fn->pkg = u->pkg;
    fn->sym = sym;
    fn->name->text = sym;
    return fn;
}

static void lower_set_source(struct ir_unit *u, struct ir_func *fn, struct package *p, struct decl_place at)
{
    struct file_info *file = &rangefunc_files(u, p)[at.file];
    const struct ast *f = file->ast;

    fn->src = (struct ir_source){.pkg = p, .file = file, .decl = at.decl};
    fn->src.type = ast_rec(f, at.decl, FUNC_TYPE);
    fn->src.body = ast_rec(f, at.decl, FUNC_BODY);
    fn->pos = ast_at(f, at.decl)->pos;
    fn->pragma = lower_pragma(f, at.decl);
    /* lower_is_fake looks into it. */
    bool holds = !fn->src.body || !lower_has_fakes(p) || check_body(u->prog, fn->obj);
    if (fn->src.body && holds && !lower_is_wrong(p, f, at.decl)) {
        fn->flags |= IR_FUNC_HAS_BODY;
    }
}

struct ir_func *lower_func_known(const struct escape *e, const struct obj *o)
{
    return o->func < e->funcs.n && e->funcs.v[o->func]->obj == o ? e->funcs.v[o->func] : NULL;
}

struct ir_func *lower_func_of(struct ir_unit *u, struct obj *o)
{
    struct escape *e = u->all;
    struct ir_func *fn = lower_func_known(e, o);

    if (fn) {
        return fn;
    }
    struct decl_place at;
    struct type *t = o->type;
    if (o->kind != OBJ_FUNC || !t || t->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    fn = lower_new_func(e->arena, as_signature(t));
    o->func = base_u32(e->funcs.n);
    vec_push(&e->funcs, fn);
    fn->obj = o;
    fn->pkg = o->pkg;
    fn->pos = o->pos;
    fn->sym = lower_symbol(e, o);
    fn->name->text = fn->sym;
    fn->name->obj = o;
    fn->name->n.pos = o->pos;
    if (o->pkg && o->pkg->n_files && obj_decl_place(o, &at) && o->pkg->files[at.file].at) {
        lower_set_source(u, fn, o->pkg, at);
        escape_cache_func(e, fn);
    }
    return fn;
}

struct ir_name *lower_global(struct ir_unit *u, struct obj *o)
{
    bool fresh;
    union map_val *v = map_put(&u->globals, (u64)(uintptr_t)o, &fresh);

    if (fresh) {
        struct ir_name *n = ARENA_NEW(&u->nodes, struct ir_name);
        n->n.op = IR_NAME;
        n->n.pos = o->pos;
        n->n.type = o->type;
        n->class = IR_GLOBAL;
        n->obj = o;
        n->text = intern_str(u->prog->names, o->name);
        v->p = n;
    }
    return v->p;
}

/* ---- variables ---- */

static void lower_bind(struct lower *l, struct obj *o, struct ir_name *n)
{
    n->obj = o;
    if (!l->vars.v) {
        shape_memo_reuse(l->u, &l->vars);
    }
    *shape_memo_put(l->u->arena, &l->vars, o) = n;
}

struct ir_name *lower_local(struct lower *l, struct obj *o)
{
    struct ir_name *n = ir_local(l->u, l->fn, o->pos, l->inl, intern_str(l->u->prog->names, o->name),
                                 shape_subst(l->u, l->env, o->type));
    shape_need(l, o->type);
    lower_bind(l, o, n);
    return n;
}

static void lower_push_cvar(struct ir_unit *u, struct ir_func *fn, struct ir_name *n)
{
    if ((fn->n_cvars & (fn->n_cvars - 1)) == 0) { /* a power of two: full */
        u32 cap = fn->n_cvars ? 2 * fn->n_cvars : 1;
        struct ir_name **v = arena_alloc(u->arena, cap * sizeof *v);
        if (fn->n_cvars) {
            memcpy(v, fn->cvars, fn->n_cvars * sizeof *v);
        }
        fn->cvars = v;
    }
    fn->cvars[fn->n_cvars++] = n;
}

struct ir_name *lower_capture(struct ir_unit *u, struct ir_func *fn, pos at, struct ir_name *outer)
{
    struct ir_name *n = lower_capture_later(u, fn, at, outer);

    lower_push_cvar(u, fn, n);
    return n;
}

struct ir_name *lower_var(struct lower *l, struct obj *o, pos at)
{
    struct ir_name *known = shape_memo_get(&l->vars, o);
    if (known) {
        return known;
    }
    if (l->inl_func) {
        for (u32 i = 0; i < l->inl_func->n_cvars; i++) {
            if (l->inl_func->cvars[i]->obj == o) {
                return l->inl_func->cvars[i]->outer;
            }
        }
    }
    if (!l->outer) { /* its declaration was lost in a syntax error */
        BUG_IF(l->pkg->n_errors == 0);
        struct ir_name *lost = ir_temp(l->u, l->fn, at, l->inl, o->type);
        lower_bind(l, o, lost);
        return lost;
    }
    struct ir_name *n = lower_capture(l->u, l->fn, at, lower_var(l->outer, o, at));
    lower_bind(l, o, n);
    return n;
}

struct ir_name *lower_capture_later(struct ir_unit *u, struct ir_func *fn, pos at, struct ir_name *outer)
{
    struct ir_name *n = ARENA_NEW(&u->nodes, struct ir_name);

    n->n.op = IR_NAME;
    n->n.pos = at;
    n->n.type = outer->n.type;
    n->class = IR_AUTO;
    n->flags = (u16)(IR_NAME_CLOSUREVAR | (outer->flags & IR_NAME_DICT));
    n->text = outer->text;
    n->obj = outer->obj;
    n->curfn = fn;
    n->outer = outer;
    outer->flags |= IR_NAME_CAPTURED;
    return n;
}

/* "~r0": what a parameter or result without a name is called. */
static str lower_unnamed(struct ir_unit *u, const char *prefix, u32 i)
{
    static const char few[][4] = {"~p0", "~p1", "~p2", "~p3", "~p4", "~p5", "~r0", "~r1", "~r2", "~r3", "~r4", "~r5"};
    enum { FEW = ARRAY_LEN(few) / 2 };

    return i < FEW ? (str){few[*prefix == 'r' ? i + FEW : i], 3} : str_fmt(u->arena, "~%s%u", prefix, i);
}

static struct ir_name *lower_param(struct lower *l, struct obj *o, enum ir_class class, const char *prefix, u32 i)
{
    struct ir_unit *u = l->u;
    bool unnamed = o->name == 0 || o->name == u->prog->blank;
    str text = unnamed ? lower_unnamed(u, prefix, i) : intern_str(u->prog->names, o->name);
    struct ir_name *n = ir_local(u, l->fn, o->pos, l->inl, text, shape_subst(u, l->env, o->type));

    shape_need(l, o->type);
    n->class = (u8)class;
    n->flags |= unnamed ? IR_NAME_UNNAMED : 0;
    lower_bind(l, o, n);
    return n;
}

/* The signature whose objects the body speaks of: of an instance the generic one. */
static struct type_signature *lower_written_sig(const struct ir_func *fn)
{
    return fn->obj && fn->obj->type && fn->obj->type->kind == TYPE_SIGNATURE ? as_signature(fn->obj->type) : fn->sig;
}

struct type_signature *lower_signature(const struct lower *l)
{
    return lower_written_sig(l->inl_func ? l->inl_func : l->fn);
}

void lower_declare(struct lower *l, struct ir_func *fn)
{
    struct ir_unit *u = l->u;
    struct type_signature *sig = lower_written_sig(fn);
    u32 n = 0, n_recv = sig->recv != NULL;

    fn->params = ARENA_ARRAY(u->arena, struct ir_name *, n_recv + sig->params->n + sig->results->n + 1);
    if (sig->recv) {
        fn->params[n++] = lower_param(l, sig->recv, IR_PARAM, "p", 0);
    }
    if (fn->flags & IR_FUNC_SHAPED) {
        struct ir_name *d = ir_local(u, l->fn, fn->pos, l->inl, STR(".dict"), shape_dict_type(u));
        d->class = IR_PARAM;
        d->flags |= IR_NAME_DICT;
        l->dict = d;
        fn->params[n++] = d;
    }
    for (u32 i = 0; i < sig->params->n; i++, n++) {
        fn->params[n] = lower_param(l, sig->params->vars[i], IR_PARAM, "p", n);
    }
    fn->n_recv = n_recv;
    fn->n_params = n - n_recv;
    fn->n_results = sig->results->n;
    for (u32 i = 0; i < sig->results->n; i++) {
        struct ir_name *r = lower_param(l, sig->results->vars[i], IR_RESULT, "r", i);
        r->result = i;
        fn->params[n++] = r;
    }
}

/* ---- bodies ---- */

static struct lower lower_start(struct ir_unit *u, struct ir_func *fn, const struct ir_func *source)
{
    struct lower l = {.u = u, .fn = fn, .pkg = source->src.pkg, .file = source->src.file, .env = source->env};

    l.ast = l.file ? l.file->ast : NULL;
    l.cvars = source->cvars;
    return l;
}

static void lower_end(struct lower *l)
{
    map_release(&l->labels);
    map_release(&l->operands);
    shape_memo_give_back(l->u, &l->vars);
}

/* What stands in the body. */
static void lower_inside(struct lower *l, struct ir_func *fn, struct ir_list *out)
{
    if (fn->synthetic) {
        struct ir *call = l->inl_call;
        fn->synthetic(l, call ? call->pos : fn->pos, call ? call->inl : 0, out);
        return;
    }
    BUG_IF(!fn->src.body); /* what the disk cache left out, nobody may ask for */
    if (fn->obj && !check_body(l->u->prog, fn->obj)) {
        return;
    }
    lower_stmts(l, ast_at(l->ast, fn->src.body)->a, out);
}

/* Does shape_read_func see all of the function, now or when the function around it is there?  What has been inlined it sees
 * once only. */
static bool lower_is_read(const struct lower *l, const struct ir_func *fn)
{
    for (; l->outer; l = l->outer) {
    }
    return !l->inl_caller && (!fn->closure || l->fn != fn);
}

static void lower_fill(struct lower *l, struct ir_func *fn)
{
    lower_inside(l, fn, &fn->body);
    if (fn->body.n == 0 && !fn->synthetic) {
        ir_push(l->u, &fn->body, ir_new(l->u, IR_BLOCK, 0, 0, NULL));
    }
    fn->flags |= IR_FUNC_LOWERED;
    if (lower_is_read(l, fn)) {
        shape_read_func(l->u, fn);
    } else {
        ir_scan_assigned(&fn->body);
    }
}

void lower_body(struct ir_unit *u, struct ir_func *fn)
{
    if (fn->flags & IR_FUNC_LOWERED) {
        return;
    }
    struct lower l = lower_start(u, fn, fn);
    lower_declare(&l, fn);
    if (fn->synthetic || (fn->flags & IR_FUNC_HAS_BODY)) {
        lower_fill(&l, fn);
    }
    fn->flags |= IR_FUNC_LOWERED;
    lower_end(&l);
}

/* ---- closures ---- */

/* ir/func.go, closureName. */
static str lower_closure_symbol(struct lower *l, struct ir_func *outer, enum ir_op why)
{
    struct ir_unit *u = l->u;
    if (outer->closure && outer->range_parent) {
        outer = outer->range_parent;
    }
    const char *suffix = why == IR_RANGE   ? "-range"
                         : why == IR_GO    ? ".gowrap"
                         : why == IR_DEFER ? ".deferwrap"
                         : outer->closure  ? "."
                                           : ".func";
    u32 *gen = why == IR_RANGE ? &outer->n_range : why == IR_CLOSURE ? &outer->n_closures : &outer->n_godefer;
    struct strbuf b = {0};
    if ((outer->flags & IR_FUNC_PKGINIT) && u->profile->minor < 22) {
        strbuf_puts(&b, "glob."); /* there is no function init that they are in */
    } else {
        strbuf_put(&b, outer->sym);
    }
    u32 chain[32], n = 0;
    for (u32 i = u->profile->unified ? l->inl : 0; i && n < ARRAY_LEN(chain); i = u->inl.v[i].parent) {
        chain[n++] = i;
    }
    while (n > 0) {
        strbuf_putc(&b, '.');
        strbuf_put(&b, u->inl.v[chain[--n]].func->sym);
    }
    strbuf_printf(&b, "%s%u", suffix, ++*gen);
    str s = str_dup(u->arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static struct ir_func *lower_new_closure(struct lower *l, enum ir_op why, pos at, struct type_signature *sig)
{
    struct ir_unit *u = l->u;
    struct ir_func *outer = l->inl_caller ? l->inl_caller : l->fn, *fn = lower_new_func(u->arena, sig);

    fn->pkg = l->pkg;
    fn->pos = at;
    fn->parent = outer;
    fn->sym = lower_closure_symbol(l, outer, why);
    fn->name->text = fn->sym;
    fn->name->n.pos = at;
    fn->flags = (u->profile->unified ? outer->flags & IR_FUNC_DUPOK : 0) | IR_FUNC_TOP;
    fn->closure = ir_new(u, IR_CLOSURE, at, l->inl, (struct type *)sig);
    fn->closure->func = fn;
    if (why == IR_RANGE) {
        fn->flags |= IR_FUNC_RANGEBODY;
        fn->range_parent = outer->closure && outer->range_parent ? outer->range_parent : outer;
    }
    vec_push(&u->funcs, fn);
    fn->id = (u32)u->funcs.n;
    return fn;
}

struct ir *lower_func_lit(struct lower *l, node lit)
{
    struct ir_unit *u = l->u;
    struct type *t = l->file->at[lit].type;
    enum ir_op why = ast_at(l->ast, lit)->flags & AST_FLAG_RANGE_BODY ? IR_RANGE : IR_CLOSURE;
    struct ir_func *fn = lower_new_closure(l, why, lower_pos(l, lit), as_signature(t));

    fn->closure->type = shape_subst(u, l->env, t);
    fn->env = l->env;
    fn->src = (struct ir_source){.pkg = l->pkg, .file = l->file, .decl = lit,
                                 .type = ast_at(l->ast, lit)->a, .body = ast_at(l->ast, lit)->b};
    fn->flags |= IR_FUNC_HAS_BODY;
    struct lower in = lower_start(u, fn, fn);
    in.outer = l;
    lower_declare(&in, fn);
    if (l->dict && u->profile->unified) {
        in.dict = lower_capture_later(u, fn, l->dict->n.pos, l->dict);
    } else if (l->dict) { /* first of all, and copied (stencil.go, subster.node) */
        struct ir *as = ir_new(u, IR_AS, fn->pos, l->inl, NULL);
        as->y = &lower_capture(u, fn, l->dict->n.pos, l->dict)->n;
        in.dict = ir_local(u, fn, fn->pos, l->inl, STR(".dict"), l->dict->n.type);
        in.dict->flags |= IR_NAME_DICT;
        in.dict->defn = as;
        as->x = &in.dict->n;
        ir_push(u, &fn->body, as);
    }
    lower_fill(&in, fn);
    if (in.dict && u->profile->unified) {
        lower_push_cvar(u, fn, in.dict);
    }
    lower_end(&in);
    return fn->closure;
}

struct ir_func *lower_closure_func(struct lower *l, enum ir_op why, pos at, struct type_signature *sig)
{
    struct ir_func *fn = lower_new_closure(l, why, at, sig);

    fn->env = l->env;
    fn->src = (struct ir_source){.pkg = l->pkg, .file = l->file};
    struct lower in = lower_start(l->u, fn, fn);
    lower_declare(&in, fn);
    lower_end(&in);
    return fn;
}

void lower_synth_body(struct lower *l, struct ir_func *fn)
{
    struct lower in = lower_start(l->u, fn, fn);

    in.outer = l;
    if (fn->n_cvars && (fn->cvars[fn->n_cvars - 1]->flags & IR_NAME_DICT)) {
        in.dict = fn->cvars[fn->n_cvars - 1];
    }
    struct type_signature *sig = lower_written_sig(fn);
    u32 n = 0;
    if (sig->recv) {
        lower_bind(&in, sig->recv, fn->params[n++]);
    }
    for (u32 i = 0; i < sig->params->n; i++) {
        lower_bind(&in, sig->params->vars[i], fn->params[n++]);
    }
    for (u32 i = 0; i < sig->results->n; i++) {
        lower_bind(&in, sig->results->vars[i], fn->params[n++]);
    }
    lower_fill(&in, fn);
    lower_end(&in);
}

/* ---- inlined calls ---- */

struct inlining {
    struct lower *l;
};

struct ir *lower_return_inlined(struct lower *l, struct ir_list *init, struct ir_list *results)
{
    struct ir_unit *u = l->u;
    pos at = l->inl_call->pos;
    u32 inl = l->inl_call->inl;
    struct ir *b = ir_new(u, IR_BLOCK, at, inl, NULL);

    b->list = *init;
    if (results->n) {
        struct ir *as = ir_new(u, IR_AS2, at, inl, NULL);
        for (u32 i = 0; i < l->inl_func->n_results; i++) {
            ir_push(u, &as->list, &l->retvars[i]->n);
        }
        as->body = *results;
        for (u32 i = 0; l->delay_results && i < l->inl_func->n_results; i++) {
            struct ir *d = ir_new(u, IR_DCL, at, inl, NULL);
            d->x = &l->retvars[i]->n;
            ir_push(u, &b->list, d);
            l->retvars[i]->defn = as;
        }
        ir_push(u, &b->list, as);
    }
    struct ir *g = ir_new(u, IR_GOTO, at, inl, NULL);
    g->label = l->retlabel;
    ir_push(u, &b->list, g);
    return b;
}

/* Bodies that are made or changed after they were lowered. */
static struct ir *lower_inlined_return(void *ctx, struct ir *n)
{
    if (n->op == IR_RETURN) {
        n = lower_return_inlined(((struct inlining *)ctx)->l, &n->init, &n->list);
    }
    ir_edit_children(n, lower_inlined_return, ctx);
    return n;
}

/* inline.CalleeEffects: what evaluating the callee does, once it is known. */
static void lower_callee_effects(struct ir_unit *u, struct ir_list *init, struct ir *callee)
{
    for (;;) {
        ir_append(u, init, &callee->init);
        callee->init = (struct ir_list){0};
        switch (callee->op) {
        case IR_CONVNOP:
        case IR_PAREN: callee = callee->x; break;
        case IR_INLCALL:
            ir_append(u, init, &callee->body);
            callee = callee->list.v[0];
            break;
        default: return;
        }
    }
}

static struct ir *lower_dcl(struct ir_unit *u, pos at, u32 inl, struct ir_name *n)
{
    struct ir *d = ir_new(u, IR_DCL, at, inl, NULL);
    d->x = &n->n;
    return d;
}

/* The names of the body become the caller's. */
static void lower_adopt(struct ir_func *caller, struct ir_func *body)
{
    if (!body->dcl) {
        return;
    }
    for (struct ir_name *n = body->dcl; n; n = n->next_dcl) {
        n->curfn = caller;
        n->flags |= (u16)(n->class != IR_AUTO ? IR_NAME_INLFORMAL : IR_NAME_INLLOCAL);
        n->class = IR_AUTO;
    }
    if (caller->last_dcl) {
        caller->last_dcl->next_dcl = body->dcl;
    } else {
        caller->dcl = body->dcl;
    }
    caller->last_dcl = body->last_dcl;
    caller->n_dcl += body->n_dcl;
}

struct ir *lower_inline(struct ir_unit *u, struct ir_func *caller, struct ir *call, struct ir_func *callee, u32 inl)
{
    struct ir_func *tmp = ARENA_NEW(u->arena, struct ir_func);
    *tmp = *callee;
    tmp->dcl = tmp->last_dcl = NULL;
    tmp->n_dcl = 0;
    tmp->params = NULL;
    tmp->body = (struct ir_list){0};
    tmp->n_cvars = 0;

    lower_fix_variadic(u, call);
    struct lower l = lower_start(u, tmp, callee);
    l.inl_caller = caller;
    l.inl_func = callee;
    l.inl = inl;
    l.inl_call = call;
    l.delay_results = callee->flags & IR_FUNC_DELAY_RESULTS;
    l.returns_here = !callee->synthetic && !u->profile->deadcode;
    l.retlabel = ARENA_NEW(u->arena, struct ir_label);
    l.retlabel->name = STR(".i");
    if (callee->n_cvars && (callee->cvars[callee->n_cvars - 1]->flags & IR_NAME_DICT)) {
        l.dict = callee->cvars[callee->n_cvars - 1]->outer;
    } else if (callee->n_cvars && (callee->cvars[0]->flags & IR_NAME_DICT)) {
        l.dict = callee->cvars[0]->outer;
    }
    if (callee->n_cvars) {
        l.cvars = ARENA_ARRAY(u->arena, struct ir_name *, callee->n_cvars);
        for (u32 i = 0; i < callee->n_cvars; i++) {
            l.cvars[i] = callee->cvars[i]->outer;
        }
    }
    lower_declare(&l, tmp);
    u32 n_in = tmp->n_recv + tmp->n_params;
    l.retvars = tmp->params + n_in;

    struct ir *res = ir_new(u, IR_INLCALL, call->pos, call->inl, call->type);
    res->func = callee;
    struct ir_list *init = &res->init;
    ir_append(u, init, &call->init);
    call->init = (struct ir_list){0};
    lower_callee_effects(u, init, call->x);
    struct ir *as2 = ir_new(u, IR_AS2, call->pos, call->inl, NULL);
    as2->flags |= IR_DEF;
    for (u32 i = 0; i < n_in; i++) {
        struct ir_name *p = tmp->params[i];
        ir_push(u, &as2->list, &p->n);
        ir_push(u, &as2->init, lower_dcl(u, call->pos, call->inl, p));
        p->defn = as2;
    }
    as2->body = call->list;
    ir_push(u, init, as2);
    for (u32 i = 0; !l.delay_results && i < tmp->n_results; i++) {
        ir_push(u, init, lower_dcl(u, call->pos, call->inl, l.retvars[i]));
        struct ir *zero = ir_new(u, IR_AS, call->pos, call->inl, NULL);
        zero->x = &l.retvars[i]->n;
        ir_push(u, init, zero);
    }
    struct ir *mark = ir_new(u, IR_INLMARK, call->pos, call->inl, NULL);
    mark->num = inl;
    ir_push(u, init, mark);

    u->during_inlining++;
    lower_inside(&l, callee, &tmp->body);
    shape_read_inlined(u, callee, tmp);
    lower_todo(u);
    u->during_inlining--;
    callee->flags |= tmp->flags & IR_FUNC_GOTO;
    inline_deadcode_inlined(u, tmp);
    if (!l.returns_here) {
        struct inlining ctx = {&l};
        ir_edit_list(&tmp->body, lower_inlined_return, &ctx);
    }
    struct ir *label = ir_new(u, IR_LABEL, call->pos, call->inl, NULL);
    label->label = l.retlabel;
    ir_push(u, &tmp->body, label);
    res->body = tmp->body;
    for (u32 i = 0; i < tmp->n_results; i++) {
        ir_push(u, &res->list, &l.retvars[i]->n);
    }
    lower_adopt(caller, tmp);
    lower_end(&l);
    return res;
}

/* ---- packages ---- */

struct lower_step {
    const struct init_step *step;
    struct ir_list body;
    u64 at;
    u32 order;
};

static int lower_step_cmp(const void *x, const void *y)
{
    const struct lower_step *a = *(struct lower_step *const *)x, *b = *(struct lower_step *const *)y;

    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

/* The steps in the order in which the compiler sees them: before unified IR as they are written, which tells in the
 * numbers of function literals. */
static struct lower_step **lower_step_order(struct ir_unit *u, struct lower_step *steps)
{
    const struct package *p = u->pkg;
    struct lower_step **v = ARENA_ARRAY(u->arena, struct lower_step *, p->n_init);

    for (u32 i = 0; i < p->n_init; i++) {
        const struct init_step *s = &p->init[i];
        steps[i] = (struct lower_step){.step = s, .order = i};
        if (!u->profile->unified) {
            steps[i].at = (u64)s->file << 32 | ast_at(p->files[s->file].ast, s->rhs)->pos;
        }
        v[i] = &steps[i];
    }
    qsort(v, p->n_init, sizeof *v, lower_step_cmp);
    return v;
}

/* The function that initialises the package's variables (reader.pkgInitOrder). */
static void lower_package_init(struct ir_unit *u)
{
    struct package *p = u->pkg;
    if (p->n_init == 0) {
        return;
    }
    struct type_signature *sig = type_new_signature(u->arena, NULL, type_new_tuple(u->arena, NULL, 0),
                                                    type_new_tuple(u->arena, NULL, 0), false);
    struct ir_func *fn = lower_new_func(u->arena, sig);
    fn->pkg = p;
    fn->sym = STR("init");
    fn->name->text = fn->sym;
    fn->flags = IR_FUNC_PKGINIT | IR_FUNC_INL_CHECKED | IR_FUNC_TOP | IR_FUNC_HAS_BODY | IR_FUNC_LOWERED;
    vec_push(&u->funcs, fn);
    fn->id = (u32)u->funcs.n;
    vec_push(&u->inits, fn);
    struct lower_step *steps = ARENA_ARRAY(u->arena, struct lower_step, p->n_init);
    struct lower_step **order = lower_step_order(u, steps);
    for (u32 i = 0; i < p->n_init; i++) {
        const struct init_step *s = order[i]->step;
        fn->src = (struct ir_source){.pkg = p, .file = &rangefunc_files(u, p)[s->file]};
        if (lower_is_wrong(p, fn->src.file->ast, s->rhs)) {
            continue;
        }
        struct lower l = lower_start(u, fn, fn);
        lower_init_step(&l, s, &order[i]->body);
        lower_end(&l);
    }
    for (u32 i = 0; i < p->n_init; i++) {
        ir_append(u, &fn->body, &steps[i].body);
    }
    shape_read_list(u, &fn->body);
    lower_outline_map_inits(u, fn);
}

/* A function of the package that is compiled for itself: not generic, not _. */
static struct obj *lower_compiled(struct ir_unit *u, struct file_info *file, node decl)
{
    if (ast_kind(file->ast, decl) != AST_FUNC_DECL) {
        return NULL;
    }
    struct obj *o = info_obj(file, ast_at(file->ast, decl)->a);
    if (!o || o->kind != OBJ_FUNC || (o->name == u->prog->blank && u->profile->unified) || !o->type || o->type->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    struct type_signature *s = as_signature(o->type);
    return s->tparams || s->rparams ? NULL : o;
}

void lower_todo(struct ir_unit *u)
{
    ir_funcs quiet = {0};

    for (;;) {
        while (shape_read_more(u)) {
        }
        if (u->todo.n == 0) {
            break;
        }
        struct ir_func *fn = vec_pop(&u->todo);
        lower_body(u, fn);
        if (u->during_inlining) {
            vec_push(&quiet, fn);
        } else if (!(fn->flags & IR_FUNC_TOP)) {
            fn->flags |= IR_FUNC_TOP;
            vec_push(&u->funcs, fn);
            fn->id = (u32)u->funcs.n;
        }
    }
    if (quiet.n) {
        inline_decide_quietly(u, &quiet);
        for (size_t i = 0; i < quiet.n; i++) {
            quiet.v[i]->body = (struct ir_list){0};
        }
    }
    vec_release(&quiet);
}

void lower_package(struct ir_unit *u)
{
    struct package *p = u->pkg;
    u32 n_inits = 0;
    name_id init = intern_id(u->prog->names, STR("init"));

    lower_package_init(u);
    size_t first = u->funcs.n;
    for (u32 i = 0; i < p->n_files; i++) {
        struct file_info *file = &rangefunc_files(u, p)[i];
        const u32 *decls = file->at ? ast_list(file->ast, file->ast->decls) : NULL;
        for (u32 j = 0; decls && j < ast_list_len(file->ast, file->ast->decls); j++) {
            struct obj *o = lower_compiled(u, file, decls[j]);
            struct ir_func *fn = o ? lower_func_of(u, o) : NULL;
            if (!fn || fn->src.decl == 0) {
                continue;
            }
            if (o->name == init && fn->n_recv == 0) {
                fn->sym = str_fmt(u->all->arena, "init.%u", n_inits++);
                fn->name->text = fn->sym;
            }
            fn->flags |= IR_FUNC_TOP;
            vec_push(&u->funcs, fn);
            fn->id = (u32)u->funcs.n;
        }
    }
    shape_read_package(u);
    /* The last one is read first, with what it brings (unified.go, readBodies). */
    for (size_t i = first, end = u->funcs.n; i < end; i++) {
        shape_queue_func(u, u->funcs.v[i]);
    }
    lower_todo(u);
}
