/* inline_export.c: whose bodies a package can see.
 *
 * The compiler reads the export data of the packages that a file imports, not of those behind them.  A package's export
 * data has the bodies of its own functions, and of functions of other packages that were inlined in it, as far as
 * anything that it exports leads to them.  So a function of a package that is not imported itself may be known to be
 * inlinable, and be called in an inlined body, and still cannot be inlined here.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder/linker.go (relocObj, exportBody), unified.go (readPackage), reader.go
 * (unifiedHaveInlineBody).  Go 1.19 exports what can be reached with all bodies.
 *
 * What a package's exports lead to is found step by step, as far as questions about it need: mostly they are about what
 * the bodies of exported functions call, so these come before types.
 */
#include "base/mem.h"
#include "escape/escape_cache.h"
#include "escape/inline.h"
#include "escape/lower.h"

/* Of one package. */
struct inline_exports {
    struct map inlined; /* functions of other packages (obj) that were inlined in it */
    struct map reached; /* objects that its exports lead to, functions and types */
    VEC(struct obj *) funcs, types; /* of these, whose own references have not been looked at yet */
    struct map asked;   /* functions (obj) → can this package inline them? */
    bool started;
    bool known; /* inlined has what the disk cache knows */
};

static u64 key(const void *p)
{
    return (u64)(uintptr_t)p;
}

void inline_exports_init(struct escape *e)
{
    e->exports = mem_zalloc((e->n_results ? e->n_results : 1) * sizeof *e->exports);
}

void inline_exports_release(struct escape *e)
{
    for (u32 i = 0; e->exports && i < e->n_results; i++) {
        struct inline_exports *x = &e->exports[i];
        map_release(&x->inlined);
        map_release(&x->reached);
        map_release(&x->asked);
        vec_release(&x->funcs);
        vec_release(&x->types);
    }
    mem_free(e->exports);
    e->exports = NULL;
}

static void put_inlined(void *ctx, struct obj *o)
{
    struct inline_exports *x = ctx;

    map_put(&x->inlined, key(o), NULL);
}

static struct inline_exports *exports_of(struct escape *e, const struct package *p)
{
    struct inline_exports *x = p && p->src && e->exports && p->src->id < e->n_results ? &e->exports[p->src->id] : NULL;

    if (x && !x->known) {
        x->known = true;
        escape_cache_inlined(e, p, put_inlined, x);
    }
    return x;
}

/* ---- what exports lead to ---- */

static struct obj *origin(struct obj *o)
{
    return (o->kind == OBJ_VAR || o->kind == OBJ_FUNC) && o->origin ? o->origin : o;
}

static void reach_type(struct inline_exports *x, struct type *t);

static void reach(struct inline_exports *x, struct obj *o)
{
    bool fresh;

    if (!o || !o->pkg) {
        return;
    }
    o = origin(o);
    if (o->kind == OBJ_TYPE || (o->kind == OBJ_FUNC && o->type && o->type->kind == TYPE_SIGNATURE &&
                                !as_signature(o->type)->recv)) {
        map_put(&x->reached, key(o), &fresh);
        if (fresh && o->kind == OBJ_FUNC) {
            vec_push(&x->funcs, o);
        } else if (fresh) {
            vec_push(&x->types, o);
        }
    } else if (o->kind == OBJ_FUNC || (o->kind == OBJ_VAR && o->var == VAR_PACKAGE)) {
        bool fresh_var;
        map_put(&x->reached, key(o), &fresh_var);
        if (fresh_var) {
            reach_type(x, o->type);
        }
    }
}

static void reach_tuple(struct inline_exports *x, const struct type_tuple *t)
{
    for (u32 i = 0; i < t->n; i++) {
        reach_type(x, t->vars[i]->type);
    }
}

static void reach_targs(struct inline_exports *x, const struct type_list *l)
{
    for (u32 i = 0; l && i < l->n; i++) {
        reach_type(x, l->v[i]);
    }
}

static void reach_tparams(struct inline_exports *x, const struct tparam_list *l)
{
    for (u32 i = 0; l && i < l->n; i++) {
        reach_type(x, l->v[i]->bound);
    }
}

/* The declared types in t. */
static void reach_type(struct inline_exports *x, struct type *t)
{
    if (!t) {
        return;
    }
    switch ((enum type_kind)t->kind) {
    case TYPE_BASIC:
    case TYPE_PARAM: break;
    case TYPE_ARRAY: reach_type(x, as_array(t)->elem); break;
    case TYPE_SLICE: reach_type(x, as_slice(t)->elem); break;
    case TYPE_POINTER: reach_type(x, as_pointer(t)->elem); break;
    case TYPE_CHAN: reach_type(x, as_chan(t)->elem); break;
    case TYPE_MAP:
        reach_type(x, as_map(t)->key);
        reach_type(x, as_map(t)->elem);
        break;
    case TYPE_STRUCT:
        for (u32 i = 0; i < as_struct(t)->n; i++) {
            reach_type(x, as_struct(t)->fields[i]->type);
        }
        break;
    case TYPE_TUPLE: reach_tuple(x, as_tuple(t)); break;
    case TYPE_SIGNATURE:
        reach_tuple(x, as_signature(t)->params);
        reach_tuple(x, as_signature(t)->results);
        break;
    case TYPE_UNION:
        for (u32 i = 0; i < as_union(t)->n; i++) {
            reach_type(x, as_union(t)->terms[i].type);
        }
        break;
    case TYPE_INTERFACE:
        for (u32 i = 0; i < as_interface(t)->n_methods; i++) {
            reach_type(x, as_interface(t)->methods[i]->type);
        }
        for (u32 i = 0; i < as_interface(t)->n_embeds; i++) {
            reach_type(x, as_interface(t)->embeds[i]);
        }
        break;
    case TYPE_NAMED:
        reach(x, named_obj(as_named(t)));
        reach_targs(x, as_named(t)->targs);
        break;
    case TYPE_ALIAS:
        reach(x, as_alias(t)->orig ? as_alias(t)->orig->obj : as_alias(t)->obj);
        reach_targs(x, as_alias(t)->targs);
        break;
    }
}

/* What the source of a function refers to: its nodes are those behind the declaration before. */
static void reach_source(struct inline_exports *x, struct obj *o)
{
    struct decl_place at;

    if (!o->pkg || !o->pkg->n_files || !obj_decl_place(o, &at)) {
        return;
    }
    const struct file_info *f = &o->pkg->files[at.file];
    if (!f->at) {
        return;
    }
    check_body(o->pkg->prog, o);
    const u32 *decls = ast_list(f->ast, f->ast->decls);
    u32 lo = 0, hi = ast_list_len(f->ast, f->ast->decls);
    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        if (decls[mid] < at.decl) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    for (node n = lo ? decls[lo - 1] + 1 : 1; n <= at.decl; n++) {
        const struct typed *t = &f->at[n];
        if (t->type && t->type->kind != TYPE_BASIC) {
            reach_type(x, t->type);
        }
        if (ast_kind(f->ast, n) == AST_NAME && t->obj) {
            reach(x, t->obj);
        }
    }
}

/* Is o's body exported where x's package exports o? */
static bool has_exported_body(struct escape *e, struct inline_exports *x, const struct package *p, struct obj *o)
{
    const struct ir_func *fn = lower_func_known(e, o);

    return (fn ? (fn->flags & IR_FUNC_CAN_INLINE) != 0 : escape_cache_can_inline(e, o)) &&
           (o->pkg == p || map_get(&x->inlined, key(o)));
}

static void reach_from_func(struct escape *e, struct inline_exports *x, const struct package *p, struct obj *o)
{
    const struct type_signature *s = as_signature(o->type);

    reach_tuple(x, s->params);
    reach_tuple(x, s->results);
    reach_tparams(x, s->tparams);
    if (s->tparams || has_exported_body(e, x, p, o)) {
        reach_source(x, o);
    }
}

static void reach_from_type(struct escape *e, struct inline_exports *x, const struct package *p, struct obj *o)
{
    if (o->type->kind == TYPE_ALIAS) {
        reach_type(x, as_alias(o->type)->rhs);
        reach_tparams(x, as_alias(o->type)->tparams);
        return;
    }
    struct type_named *n = is_named(o->type);
    if (!n) {
        return;
    }
    const struct tparam_list *tparams = named_tparams(n);
    reach_type(x, type_under(o->type));
    reach_tparams(x, tparams);
    for (u32 i = 0; i < named_n_methods(n); i++) {
        struct obj *m = named_method(n, i);
        reach_type(x, m->type);
        if (tparams || has_exported_body(e, x, p, m)) {
            reach_source(x, m);
        }
    }
}

static void start(struct inline_exports *x, const struct package *p)
{
    x->started = true;
    for (u32 i = 0; i < p->scope->n; i++) {
        struct obj *o = p->scope->slots[i].obj;
        if ((o->flags & OBJ_EXPORTED) && o->pkg == p) {
            reach(x, o);
        }
    }
}

/* Do p's exports lead to what o's body is exported with: the function, or the method's type? */
static bool leads_to(struct escape *e, struct inline_exports *x, const struct package *p, struct obj *o)
{
    const struct obj *recv = as_signature(o->type)->recv;
    const struct obj *target = o;

    if (recv) {
        bool pointer;
        struct type_named *n = type_named_of(type_deref(type_unalias(recv->type), &pointer));
        if (!n) {
            return false;
        }
        target = named_obj(n);
    }
    if (!x->started) {
        start(x, p);
    }
    while (!map_get(&x->reached, key(target))) {
        if (x->funcs.n) {
            reach_from_func(e, x, p, vec_pop(&x->funcs));
        } else if (x->types.n) {
            reach_from_type(e, x, p, vec_pop(&x->types));
        } else {
            return false;
        }
    }
    return true;
}

/* ---- questions ---- */

static bool is_seen(struct escape *e, const struct package *p, struct obj *o)
{
    for (u32 i = 0; i < p->n_imports; i++) {
        if (p->imports[i] == o->pkg) {
            return true;
        }
    }
    for (u32 i = 0; i < p->n_imports; i++) {
        struct inline_exports *x = exports_of(e, p->imports[i]);
        if (x && map_get(&x->inlined, key(o)) && leads_to(e, x, p->imports[i], o)) {
            return true;
        }
    }
    return false;
}

bool inline_has_body(struct ir_unit *u, const struct ir_func *fn)
{
    if (!(fn->flags & IR_FUNC_CAN_INLINE)) {
        return false;
    }
    struct inline_exports *x = exports_of(u->all, u->pkg);
    if (!(fn->flags & IR_FUNC_IMPORTED) || !u->profile->unified || !fn->obj || !x || fn->pkg == u->pkg) {
        return true;
    }
    bool fresh;
    union map_val *v = map_put(&x->asked, key(fn->obj), &fresh);
    if (fresh) {
        program_lock(u->prog);
        bool seen = is_seen(u->all, u->pkg, fn->obj);
        program_unlock(u->prog);
        v->u = seen;
    }
    return v->u;
}

void inline_was_inlined(struct ir_unit *u, const struct ir_func *fn)
{
    struct inline_exports *x = exports_of(u->all, u->pkg);

    if (x && (fn->flags & IR_FUNC_IMPORTED) && fn->obj) {
        map_put(&x->inlined, key(fn->obj), NULL);
    }
}

void inline_each_inlined(struct escape *e, const struct package *p, void (*f)(void *ctx, struct obj *o), void *ctx)
{
    const struct inline_exports *x = exports_of(e, p);
    const struct map_entry *m;

    for (size_t i = 0; x && map_next(&x->inlined, &i, &m);) {
        f(ctx, (struct obj *)(uintptr_t)m->key);
    }
}
