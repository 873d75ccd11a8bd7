/* inline.c: the order in which calls are devirtualised and inlined.
 *
 * Sources: GOROOT/src/cmd/compile/internal/inline/interleaved/interleaved.go and inline/inl.go (TryInlineCall, inlCallee,
 * mkinlcall); Go 1.19 inline/inl.go (InlinePackage, inlnode, mkinlcall) and gc/main.go.
 *
 * Interleaved: first all functions are decided on, callees first.  Then every call of every function is resolved once, so
 * that it is known how often each closure is called.  Then, callees first again, the calls of each component are inlined
 * until nothing changes; calls in the inlined bodies join the end of the function's list.
 */
#include <stdlib.h>

#include "escape/escape.h"
#include "escape/inline_int.h"
#include "escape/lower.h"

static void inliner_init(struct inliner *in, struct ir_unit *u)
{
    str arch = u->all && u->all->load ? u->all->load->config.goarch : STR("");

    *in = (struct inliner){.u = u};
    in->arch = inline_arch(arch, u->profile);
    in->merge_loads = inline_can_merge_loads(arch, u->profile);
    inline_devirt_init(in);
}

/* ---- what stands in a function ---- */

struct inline_fn *inline_fn_of(struct inliner *in, struct ir_func *fn)
{
    return inline_note_of(in->u, fn);
}

/* interleaved.go, mark: what is inside comes first; calls that were met before were met with all that is in them. */
static bool scan_node(void *ctx, struct ir *n)
{
    struct inline_scan *s = ctx;

    if (n->flags & IR_CALLSITE) {
        return false;
    }
    if (!n->type && !s->edges) {
        ir_see_assigned(n); /* of a body that was just inlined */
    }
    inline_scan_before(s, n);
    if (n->op == IR_TAILCALL && n->x) {
        n->x->flags |= IR_NOINLINE;
        return ir_each_child(n->x, scan_node, s);
    }
    ir_each_child(n, scan_node, s);
    inline_scan_behind(s, n);
    return false;
}

struct inline_fn *inline_scan(struct inliner *in, struct ir_func *fn)
{
    struct inline_fn *f = inline_fn_of(in, fn);

    if (!f->scanned) {
        struct inline_scan s = inline_scan_begin(in->u, fn);
        ir_do_list(&fn->body, scan_node, &s);
        f->scanned = true;
    }
    return f;
}

/* The calls of a body that was just inlined, and what it assigns. */
static void scan_inlined(struct inliner *in, struct inline_fn *f, struct ir *call)
{
    bool big = f->big;
    struct inline_scan s = {in->u, f, INLINE_BIG_NODES, false};

    ir_do_children(call, scan_node, &s);
    f->big = big; /* as it was before anything was inlined */
}

static void known_callees(void *ctx, struct ir_func *fn, struct arena *a, ir_funcs *out)
{
    struct inline_fn *f = inline_scan(ctx, fn);

    (void)a;
    *out = f->edges;
}

/* ---- callees ---- */

/* The only value of a variable of this function (staticValue1 of Go 1.19), NULL: it has several or none. */
static struct ir *only_value(const struct ir_name *n)
{
    const struct ir *d = n->defn;

    if (n->class != IR_AUTO || (n->flags & IR_NAME_CLOSUREVAR) || !d || (d->op != IR_AS && d->op != IR_AS2) ||
        (n->flags & (IR_NAME_ADDRTAKEN | IR_NAME_REASSIGNED))) {
        return NULL;
    }
    if (d->op == IR_AS) {
        return d->y;
    }
    for (u32 i = 0; i < d->list.n && i < d->body.n; i++) {
        if (d->list.v[i] == &n->n) {
            return d->body.v[i];
        }
    }
    return NULL;
}

struct ir *inline_static_value(const struct ir_unit *u, struct ir *n)
{
    if (u->profile->unified) {
        return ir_static_value(n);
    }
    /* Go 1.19 does not look through closure variables. */
    for (;;) {
        const struct ir_name *name = ir_as_name(n);
        struct ir *next = NULL;
        if (n->op == IR_CONVNOP || n->op == IR_PAREN) {
            next = n->x;
        } else if (n->op == IR_INLCALL && n->list.n == 1) {
            next = n->list.v[0];
        } else if (name) {
            next = only_value(name);
        }
        if (!next) {
            return n;
        }
        n = next;
    }
}

struct ir_func *inline_callee(struct inliner *in, struct ir_func *caller, struct ir *fun, bool decide)
{
    fun = inline_static_value(in->u, fun);
    switch (fun->op) {
    case IR_METHEXPR: {
        /* The receiver must be of the method's own type: no promoted methods here. */
        struct ir_func *fn = fun->func;
        struct type_signature *sig = fn ? is_signature(type_under(fn->name->n.type)) : NULL;
        return sig && sig->recv && shape_identical(sig->recv->type, fun->x->type) ? fn : NULL;
    }
    case IR_NAME: {
        const struct ir_name *n = ir_as_name(fun);
        return n->class == IR_FUNC ? n->func : NULL;
    }
    case IR_CLOSURE: {
        struct ir_func *fn = fun->func;
        if (in->u->profile->unified && fn->n_cvars && fn->cvars[0]->outer->curfn != caller) {
            return NULL; /* its variables are not the caller's own */
        }
        if (decide) {
            inline_decide(in, fn);
        }
        return fn;
    }
    default: return NULL;
    }
}

/* internal/abi.EscapeNonString and its like are left to escape analysis. */
static bool is_for_escape_analysis(struct ir *fun)
{
    const struct ir_func *fn = ir_static_callee(fun);

    return fn && (fn->flags & IR_FUNC_INSTANCE) && fn->pkg && str_is(fn->pkg->path, "internal/abi") &&
           str_has_prefix(fn->sym, STR("EscapeNonString["));
}

/* Is the call none that could ever be inlined?  (inlineCallCheck) */
static bool is_excluded(struct inliner *in, const struct ir *call)
{
    return in->u->no_inline || call->op != IR_CALLFUNC || (call->flags & (IR_GODEFER | IR_NOINLINE)) ||
           (in->u->profile->unified && is_for_escape_analysis(call->x)) || inline_is_intrinsic(in, call);
}

/* Does the function position say for good what is called? */
static bool is_direct(const struct ir *call)
{
    if (call->op != IR_CALLFUNC) {
        return false;
    }
    return call->x->op == IR_METHEXPR ||
           (call->x->op == IR_NAME && ((const struct ir_name *)(const void *)call->x)->class == IR_FUNC);
}

/* ---- inlining a call ---- */

void inline_note(struct ir_unit *u, enum ir_note_kind kind, pos at, u32 inl, struct ir *call, struct ir_func *fn)
{
    vec_push(&u->notes, (struct ir_note){.pos = at, .inl = inl, .kind = kind, .node = call, .func = fn});
}

/* Writes callee's body over the call (mkinlcall); inline_worth has said yes. */
static void inline_call(struct inliner *in, struct ir_func *caller, struct ir *call, struct ir_func *callee)
{
    struct ir_unit *u = in->u;
    u32 index = (u32)u->inl.n;
    vec_push(&u->inl, (struct ir_inl){call->inl, call->pos, callee, caller});
    inline_note(u, NOTE_INLINING, call->pos, call->inl, call, caller);
    inline_was_inlined(u, callee);
    struct ir *res = lower_inline(u, caller, call, callee, index);
    *call = *res;
    call->flags |= IR_CALLSITE;
}

/* ---- in turns ---- */

/* What a site calls, and how many calls of that are known; NULL: that is not known, or nothing can come of it. */
static struct ir_func *resolve(struct inliner *in, struct ir_func *fn, struct inline_site *s, u32 *uses)
{
    struct ir *call = s->call;

    if (!s->callee) {
        if (call->op == IR_CALLINTER && inline_devirt_call(in, fn, call)) {
            inline_fn_of(in, fn)->stale = true;
        }
        if (is_excluded(in, call)) {
            s->settled = in->u->no_inline || is_direct(call);
            return NULL;
        }
        s->callee = inline_callee(in, fn, call->x, false);
        if (!s->callee) {
            s->settled = is_direct(call);
            return NULL;
        }
        if (s->callee->closure) {
            inline_fn_of(in, s->callee)->uses++;
        }
    }
    *uses = s->callee->closure ? inline_fn_of(in, s->callee)->uses : 1;
    return s->callee;
}

/* Inlines the call of a site if that can be done (edit); true: it was done. */
static bool try_site(struct inliner *in, struct ir_func *fn, u32 i)
{
    struct inline_fn *f = inline_fn_of(in, fn);
    u32 uses;

    if (f->sites.v[i].settled) {
        return false;
    }
    struct ir *call = f->sites.v[i].call;
    struct ir_func *target = resolve(in, fn, &f->sites.v[i], &uses);
    if (!target || is_excluded(in, call)) {
        return false;
    }
    struct ir_func *callee = inline_callee(in, fn, call->x, true);
    if (!callee || !inline_worth(in, call, callee, f->big, uses == 1 && target->closure)) {
        f->sites.v[i].settled = is_direct(call);
        return false;
    }
    f->sites.v[i].settled = true;
    inline_call(in, fn, call, callee);
    scan_inlined(in, f, call);
    inline_devirt_inlined(in, fn, call);
    return true;
}

/* One round over a function's calls and those that come with them; true: something was inlined.  Calls that come are
 * resolved together before the first of them is inlined, so that a closure's calls are counted. */
static bool inline_round(struct inliner *in, struct ir_func *fn)
{
    struct inline_fn *f = inline_scan(in, fn);
    bool changed = false;
    size_t from = 0, to = f->sites.n;

    while (from < to) {
        for (size_t i = from; i < to; i++) {
            changed |= try_site(in, fn, (u32)i);
        }
        from = to;
        to = f->sites.n;
        for (size_t i = from; i < to; i++) {
            u32 uses;
            resolve(in, fn, &f->sites.v[i], &uses);
        }
    }
    return changed;
}

static void inline_component(void *ctx, struct ir_func **v, u32 n, bool recursive)
{
    bool changed = true;

    (void)recursive;
    while (changed) {
        changed = false;
        for (u32 i = 0; i < n; i++) {
            changed |= inline_round(ctx, v[i]);
        }
    }
    for (u32 i = 0; i < n; i++) {
        inline_deadlocals_early(((struct inliner *)ctx)->u, v[i]);
    }
}

static void decide_component(void *ctx, struct ir_func **v, u32 n, bool recursive)
{
    (void)recursive;
    for (u32 i = 0; i < n; i++) {
        inline_decide(ctx, v[i]);
    }
}

/* Edges of functions whose calls were devirtualised have changed. */
static void rescan_edges(struct inliner *in, struct ir_func *fn)
{
    struct inline_fn *f = inline_fn_of(in, fn);

    if (f->stale) {
        f->edges = (ir_funcs){0};
        ir_find_callees(fn, in->u->arena, &f->edges);
        f->stale = false;
    }
}

static void interleave(struct inliner *in, const ir_funcs *funcs)
{
    if (!in->u->no_inline) {
        ir_visit_components(in->u, funcs, known_callees, in, decide_component, in);
    }
    for (size_t i = 0; i < funcs->n; i++) {
        struct ir_func *fn = funcs->v[i];
        struct inline_fn *f = inline_scan(in, fn);
        for (size_t j = 0; j < f->sites.n; j++) {
            u32 uses;
            resolve(in, fn, &f->sites.v[j], &uses);
        }
    }
    if (in->u->no_inline) {
        return;
    }
    for (size_t i = 0; i < funcs->n; i++) {
        rescan_edges(in, funcs->v[i]);
    }
    ir_visit_components(in->u, funcs, known_callees, in, inline_component, in);
}

/* ---- Go 1.19: inlining first ---- */

struct inline_path {
    struct inline_path *up;
    struct ir_func *fn;
};

struct inline_first {
    struct inliner *in;
    struct ir_func *fn;
    i32 max_cost;
    struct inline_path *path; /* functions whose bodies the walk is in */
};

/* Generic functions and their arguments must agree on shapes: conversions to interfaces within are known by them. */
static bool shapes_agree(const struct ir *call, const struct ir_func *callee)
{
    const struct type *type = callee->closure ? callee->closure->type : callee->name->n.type;
    const struct type_tuple *params = ((const struct type_signature *)(const void *)type)->params;
    bool shaped = false;

    for (u32 i = 0; i < params->n && !shaped; i++) {
        shaped = shape_within(params->vars[i]->type);
    }
    if (shaped && call->list.n == 0) {
        return true;
    }
    bool args = false;
    for (u32 i = 0; i < call->list.n && !args; i++) {
        args = call->list.v[i]->type && shape_within(call->list.v[i]->type);
    }
    return shaped == args;
}

static bool inline_first_visit(void *ctx, struct ir *n)
{
    struct inline_first *w = ctx;
    struct inliner *in = w->in;

    if (n->op == IR_CLOSURE || (n->flags & IR_CALLSITE)) {
        return false;
    }
    if ((n->op == IR_DEFER || n->op == IR_GO || n->op == IR_TAILCALL) && n->x) {
        n->x->flags |= IR_NOINLINE;
    }
    ir_do_children(n, inline_first_visit, w);
    if (n->op != IR_CALLFUNC) {
        return false;
    }
    n->flags |= IR_CALLSITE;
    if (is_excluded(in, n)) {
        return false;
    }
    struct ir_func *callee = inline_callee(in, w->fn, n->x, true);
    if (!callee || !(callee->flags & IR_FUNC_CAN_INLINE) || callee->inl_cost > w->max_cost || callee == w->fn ||
        !shapes_agree(n, callee)) {
        return false;
    }
    for (const struct inline_path *p = w->path; p; p = p->up) {
        if (p->fn == callee) {
            return false;
        }
    }
    struct inline_path path = {w->path, callee};
    w->path = &path;
    inline_call(in, w->fn, n, callee);
    ir_scan_assigned(&n->init);
    ir_scan_assigned(&n->body);
    ir_do_children(n, inline_first_visit, w);
    w->path = path.up;
    return false;
}

static bool count_nodes(void *ctx, struct ir *n)
{
    i32 *left = ctx;

    *left += inline_multi_assign_extra(n) - 1 - (i32)inline_hidden_nodes(n);
    return *left <= 0;
}

static void inline_calls_first(struct inliner *in, struct ir_func *fn)
{
    i32 left = INLINE_BIG_NODES - 1;
    bool big = ir_any_list(&fn->body, count_nodes, &left);
    struct inline_first w = {in, fn, big ? INLINE_BIG_MAX_COST : INLINE_BUDGET, NULL};

    ir_do_list(&fn->body, inline_first_visit, &w);
}

static void inline_component_first(void *ctx, struct ir_func **v, u32 n, bool recursive)
{
    u32 declared = 0;

    for (u32 i = 0; i < n; i++) {
        declared += !v[i]->closure;
    }
    for (u32 i = 0; i < n; i++) {
        if (!recursive || declared > 1) {
            inline_decide(ctx, v[i]);
        }
        inline_calls_first(ctx, v[i]);
    }
}

static bool devirt_visit(void *ctx, struct ir *n)
{
    struct inline_first *w = ctx;

    if (n->op == IR_CALLINTER) {
        inline_devirt_call(w->in, w->fn, n);
    }
    return ir_do_children(n, devirt_visit, w);
}

static void devirt_func(struct inliner *in, struct ir_func *fn)
{
    struct inline_first w = {.in = in, .fn = fn};
    ir_do_list(&fn->body, devirt_visit, &w);
}

/* ---- entries ---- */

/* What was known of functions is void once others work on them. */
static void forget(const struct ir_unit *u, size_t first)
{
    for (size_t i = first; i < u->funcs.n; i++) {
        u->funcs.v[i]->note = NULL;
    }
}

struct old_func {
    u64 at; /* its place in the package; what has none comes behind: see old_order */
    u32 order;
    struct ir_func *fn;
};

static int old_func_cmp(const void *x, const void *y)
{
    const struct old_func *a = x, *b = y;

    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return a->order < b->order ? -1 : a->order > b->order;
}

static u64 old_place(struct ir_unit *u, const struct ir_func *fn)
{
    struct decl_place at;

    if (fn->flags & IR_FUNC_PKGINIT) {
        return UINT64_MAX;
    }
    if (fn->closure && fn->parent && (fn->parent->flags & IR_FUNC_PKGINIT) && fn->src.file) {
        return (u64)(fn->src.file - rangefunc_files(u, u->pkg)) << 32 | fn->pos;
    }
    if (!fn->closure && !(fn->flags & IR_FUNC_INSTANCE) && fn->obj && obj_decl_place(fn->obj, &at)) {
        return (u64)at.file << 32 | fn->pos;
    }
    return UINT64_MAX - 1;
}

/* Before unified IR, declared functions and the literals that package variables are initialised with come first, as they
 * are written, then what bodies bring, and the initialisation of the package last (noder/irgen.go, generate;
 * pkginit.MakeInit). */
static void old_order(struct ir_unit *u)
{
    struct old_func *v = ARENA_ARRAY(u->arena, struct old_func, u->funcs.n);

    for (size_t i = 0; i < u->funcs.n; i++) {
        v[i] = (struct old_func){old_place(u, u->funcs.v[i]), (u32)i, u->funcs.v[i]};
    }
    qsort(v, u->funcs.n, sizeof *v, old_func_cmp);
    for (size_t i = 0; i < u->funcs.n; i++) {
        u->funcs.v[i] = v[i].fn;
    }
}

void inline_unit(struct ir_unit *u)
{
    struct inliner in;
    ir_funcs funcs = {0}; /* closures that inlining brings are not looked into */

    inliner_init(&in, u);
    if (!u->profile->unified) {
        old_order(u);
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        vec_push_in(u->arena, &funcs, u->funcs.v[i]);
    }
    if (u->profile->inline_interleaved) {
        interleave(&in, &funcs);
    } else {
        if (!u->no_inline) {
            ir_visit_bottom_up(u, &funcs, inline_component_first, &in);
        }
        for (size_t i = 0; i < u->funcs.n; i++) {
            devirt_func(&in, u->funcs.v[i]);
        }
    }
    inline_devirt_release(&in);
    forget(u, 0);
}

void inline_func(struct ir_unit *u, struct ir_func *fn)
{
    struct inliner in;
    size_t n = u->funcs.n;

    inliner_init(&in, u);
    if (u->profile->inline_interleaved) {
        /* Here the compiler takes one call after the other (fixpoint). */
        struct inline_fn *f = inline_scan(&in, fn);
        bool changed = true;
        while (changed) {
            changed = false;
            for (u32 i = 0; i < f->sites.n; i++) {
                changed |= try_site(&in, fn, i);
            }
        }
    } else {
        if (!u->no_inline) {
            inline_calls_first(&in, fn);
        }
        devirt_func(&in, fn);
    }
    inline_devirt_release(&in);
    fn->note = NULL;
    forget(u, n);
}

/* All others have been decided on, with what they call. */
static void undecided_callees(void *ctx, struct ir_func *fn, struct arena *a, ir_funcs *out)
{
    size_t n = 0;

    (void)ctx;
    ir_find_callees(fn, a, out);
    for (size_t i = 0; i < out->n; i++) {
        if (!(out->v[i]->flags & IR_FUNC_INL_CHECKED)) {
            out->v[n++] = out->v[i];
        }
    }
    out->n = n;
}

void inline_decide_quietly(struct ir_unit *u, const ir_funcs *funcs)
{
    struct inliner in;

    if (u->no_inline) {
        return;
    }
    inliner_init(&in, u);
    in.quiet = true;
    ir_visit_components(u, funcs, undecided_callees, NULL, decide_component, &in);
    for (size_t i = 0; i < funcs->n; i++) {
        funcs->v[i]->note = NULL; /* their bodies go: they have no edges any more */
    }
    inline_devirt_release(&in);
}
