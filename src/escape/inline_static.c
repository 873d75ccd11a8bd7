/* inline_static.c: what of the initialisation of package variables is done at link time.
 *
 * Such assignments are gone before escape analysis, with the literals and closures in them; of a literal that is only
 * partly constant the other parts remain, as assignments to static places.  Nothing is computed here but what remains.
 *
 * Source: GOROOT/src/cmd/compile/internal/staticinit/sched.go; pkginit/init.go, MakeTask; cmd/internal/obj/fips140.go,
 * IsFIPS. */
#include "escape/inline.h"
#include "escape/shape.h"

/* The elements of a literal that are not zero, those of values within it included (initplan). */
struct plan {
    u32 n, cap;
    struct ir **v;
};

struct schedule {
    struct ir_unit *u;
    struct ir_list out;
    struct map plans;   /* literal → struct plan * */
    bool seen_mutation; /* something ran that may have changed variables of the package */
    bool no_addresses;  /* FIPS: no static place holds an address */
    pos at;             /* where what is made stands */
    u32 inl;
};

static bool static_assign(struct schedule *s, struct ir *to, struct ir *r, struct type *t);

/* ---- effects ---- */

static bool is_zero_const(const struct ir *n)
{
    switch (constant_kind(n->val)) {
    case CONST_STRING: return constant_string_len(n->val) == 0;
    case CONST_BOOL: return !constant_bool_val(n->val);
    case CONST_UNKNOWN: return false;
    default: return constant_sign(n->val) == 0;
    }
}

static bool is_effect(void *ctx, struct ir *n)
{
    (void)ctx;
    switch (n->op) {
    case IR_NAME: case IR_TYPE: case IR_LITERAL: case IR_NIL: case IR_ADD: case IR_SUB: case IR_OR: case IR_XOR:
    case IR_ADDSTR: case IR_ADDR: case IR_ANDAND: case IR_BYTES2STR: case IR_RUNES2STR: case IR_STR2BYTES:
    case IR_STR2RUNES: case IR_CAP: case IR_MAPLIT: case IR_STRUCTLIT: case IR_ARRAYLIT: case IR_SLICELIT:
    case IR_PTRLIT: case IR_CONV: case IR_CONVIFACE: case IR_CONVNOP: case IR_DOT: case IR_EQ: case IR_NE: case IR_LT:
    case IR_LE: case IR_GT: case IR_GE: case IR_KEY: case IR_STRUCTKEY: case IR_LEN: case IR_MUL: case IR_LSH:
    case IR_RSH: case IR_AND: case IR_ANDNOT: case IR_NEW: case IR_NOT: case IR_BITNOT: case IR_PLUS: case IR_NEG:
    case IR_OROR: case IR_PAREN: case IR_RUNESTR: case IR_REAL: case IR_IMAG: case IR_COMPLEX: return false;
    case IR_DIV:
    case IR_MOD: return n->y->op != IR_LITERAL || is_zero_const(n->y);
    case IR_MAKECHAN:
    case IR_MAKEMAP: return !n->x || n->x->op != IR_LITERAL || !is_zero_const(n->x);
    default: return true;
    }
}

bool inline_side_effects(struct ir *n)
{
    return ir_any(n, is_effect, NULL);
}

static bool is_own_global(const struct schedule *s, const struct ir_name *n)
{
    return n->class == IR_GLOBAL && (!n->obj || n->obj->pkg == s->u->pkg);
}

/* An assignment that cannot change a variable of the package. */
static bool is_safe_place(const struct schedule *s, struct ir *to)
{
    to = ir_outer_value(to);
    while (to->op == IR_DEREF) {
        to = to->x;
    }
    const struct ir_name *n = ir_as_name(to);
    return n && !is_own_global(s, n);
}

static bool may_mutate(void *ctx, struct ir *n)
{
    const struct schedule *s = ctx;
    switch (n->op) {
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_APPEND:
    case IR_CLEAR:
    case IR_COPY: return true;
    case IR_AS:
    case IR_ASOP: return !is_safe_place(s, n->x);
    case IR_AS2:
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV:
        for (u32 i = 0; i < n->list.n; i++) {
            if (!is_safe_place(s, n->list.v[i])) {
                return true;
            }
        }
        return false;
    default: return false;
    }
}

/* Evaluated twice it would be two things, or be seen. */
static bool is_once(void *ctx, struct ir *n)
{
    switch (n->op) {
    case IR_MAKECHAN:
    case IR_MAKEMAP:
    case IR_MAKESLICE:
    case IR_MAPLIT:
    case IR_NEW:
    case IR_PTRLIT:
    case IR_SLICELIT:
    case IR_STR2BYTES:
    case IR_STR2RUNES: return true;
    default: return is_effect(ctx, n);
    }
}

/* ---- what remains ---- */

/* A static place of that type: some variable, or part of one. */
static struct ir *place(struct schedule *s, struct type *t)
{
    return ir_new(s->u, IR_LINKSYMOFFSET, s->at, s->inl, t);
}

static void remain(struct schedule *s, struct ir *to, struct ir *what)
{
    struct ir *as = ir_new(s->u, IR_AS, s->at, s->inl, NULL);
    as->x = to;
    as->y = what;
    ir_push(s->u, &s->out, as);
}

static void set_pos(struct schedule *s, const struct ir *n)
{
    s->at = n->pos;
    s->inl = n->inl;
}

/* Part of a static place: done, or left to be done. */
static void assign_part(struct schedule *s, struct ir *to, struct ir *v)
{
    if (!static_assign(s, to, v, v->type)) {
        remain(s, ir_is_blank(to) ? to : place(s, v->type), v);
    }
}

/* ---- literals ---- */

static bool is_value_lit(const struct ir *n)
{
    return n->op == IR_ARRAYLIT || n->op == IR_STRUCTLIT;
}

static bool is_zero(const struct ir *n)
{
    switch (n->op) {
    case IR_NIL: return true;
    case IR_LITERAL: return is_zero_const(n);
    case IR_ARRAYLIT:
    case IR_STRUCTLIT:
        for (u32 i = 0; i < n->list.n; i++) {
            const struct ir *e = n->list.v[i];
            if (!is_zero(e->op == IR_KEY ? e->y : e->op == IR_STRUCTKEY ? e->x : e)) {
                return false;
            }
        }
        return true;
    default: return false;
    }
}

static void plan_push(struct schedule *s, struct plan *p, struct ir *n)
{
    if (p->n == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 8;
        struct ir **v = ARENA_ARRAY(s->u->arena, struct ir *, p->cap);
        for (u32 i = 0; i < p->n; i++) {
            v[i] = p->v[i];
        }
        p->v = v;
    }
    p->v[p->n++] = n;
}

static struct plan *plan_of(struct schedule *s, struct ir *lit)
{
    bool fresh;
    union map_val *at = map_put(&s->plans, (u64)(uintptr_t)lit, &fresh);
    if (!fresh) {
        return at->p;
    }
    struct plan *p = ARENA_NEW(s->u->arena, struct plan);
    at->p = p;
    for (u32 i = 0; i < lit->list.n; i++) {
        struct ir *e = lit->list.v[i];
        if (e->op == IR_STRUCTKEY && e->sel && e->sel->name == s->u->prog->blank) {
            continue;
        }
        e = e->op == IR_KEY ? e->y : e->op == IR_STRUCTKEY ? e->x : e;
        if (is_zero(e)) {
            continue;
        }
        if (!is_value_lit(e)) {
            plan_push(s, p, e);
            continue;
        }
        const struct plan *in = plan_of(s, e);
        for (u32 k = 0; k < in->n; k++) {
            plan_push(s, p, in->v[k]);
        }
    }
    return p;
}

static bool is_lit(const struct ir *n)
{
    return is_value_lit(n) || n->op == IR_SLICELIT || n->op == IR_MAPLIT;
}

/* ---- copies of other variables ---- */

static struct ir *func_name(struct ir *n)
{
    return n->op == IR_METHEXPR && n->func ? &n->func->name->n : n;
}

static bool static_copy(struct schedule *s, struct ir *to, struct ir_name *from, struct type *t);

static bool copy_lit(struct schedule *s, struct ir *to, struct ir *lit)
{
    const struct plan *p = plan_of(s, lit);
    for (u32 i = 0; i < p->n; i++) {
        struct ir *e = p->v[i], *x = func_name(e);
        if (e->op == IR_LITERAL || e->op == IR_NIL || (x->op == IR_NAME && static_copy(s, to, ir_as_name(x), e->type))) {
            continue;
        }
        set_pos(s, e);
        remain(s, place(s, e->type), place(s, e->type));
    }
    return true;
}

static bool copy_value(struct schedule *s, struct ir *to, struct ir *r, struct type *t)
{
    while (r->op == IR_CONVNOP && !type_identical(r->type, t)) {
        r = r->x;
    }
    switch (r->op) {
    case IR_METHEXPR:
    case IR_NAME: {
        struct ir_name *n = ir_as_name(func_name(r));
        if (!n || !static_copy(s, to, n, t)) {
            remain(s, to, n ? &n->n : r);
        }
        return true;
    }
    case IR_NIL:
    case IR_LITERAL:
    case IR_SLICELIT: return true;
    case IR_ADDR: {
        const struct ir_name *n = ir_as_name(r->x);
        return n && n->class == IR_GLOBAL;
    }
    case IR_PTRLIT: return is_lit(r->x);
    case IR_ARRAYLIT:
    case IR_STRUCTLIT: return copy_lit(s, to, r);
    default: return false;
    }
}

static bool static_copy(struct schedule *s, struct ir *to, struct ir_name *from, struct type *t)
{
    if (from->class == IR_FUNC) {
        return true;
    }
    if (!is_own_global(s, from) || !from->defn || from->defn->op != IR_AS || !from->defn->y ||
        type_is(from->n.type, INFO_STRING) || (s->seen_mutation && s->u->profile->static_mutation)) {
        return false;
    }
    return copy_value(s, to, from->defn->y, t);
}

/* ---- inlined calls ---- */


/* Is v used more than once? */
struct uses {
    const struct ir *v;
    u32 n;
};

static bool count_uses(void *ctx, struct ir *n)
{
    struct uses *c = ctx;
    c->n += n == c->v;
    return c->n > 1;
}

static bool captures(void *ctx, struct ir *n)
{
    (void)ctx;
    return n->op == IR_CLOSURE && n->func->n_cvars > 0;
}

struct subst {
    struct ir_unit *u;
    const struct ir *args; /* AS2 of parameters */
    bool wrong;
};

static struct ir *deep_copy(void *ctx, struct ir *n)
{
    if (n->op == IR_NAME || n->op == IR_TYPE || n->op == IR_LITERAL || n->op == IR_NIL) {
        return n;
    }
    struct ir *c = ir_copy(ctx, n);
    ir_edit_children(c, deep_copy, ctx);
    return c;
}

/* A constant converted to t at run time; false: it cannot be said (truncate). */
static bool truncated(struct ir_unit *u, struct ir **n, struct type *t)
{
    struct type *from = type_under((*n)->type), *to = type_under(t);
    if (from->kind != TYPE_BASIC || to->kind != TYPE_BASIC ||
        (from->basic != to->basic && (!(from->info & INFO_INTEGER) || !(to->info & INFO_INTEGER)))) {
        return false;
    }
    struct ir *c = ir_copy(u, *n);
    c->type = t;
    *n = c;
    return true;
}

/* Constant strings that are joined are one. */
static struct ir *joined(struct ir_unit *u, struct ir *n)
{
    const struct constant *all = NULL;
    for (u32 i = 0; i < n->list.n; i++) {
        const struct ir *e = n->list.v[i];
        if (e->op != IR_LITERAL || constant_kind(e->val) != CONST_STRING) {
            return n;
        }
        all = all ? constant_binary(u->arena, OP_ADD, all, e->val, false) : e->val;
    }
    struct ir *c = ir_new(u, IR_LITERAL, n->pos, n->inl, n->type);
    c->val = all;
    return all ? c : n;
}

static struct ir *substitute(void *ctx, struct ir *n)
{
    struct subst *s = ctx;
    switch (n->op) {
    case IR_NAME:
        for (u32 i = 0; i < s->args->list.n; i++) {
            if (s->args->list.v[i] == n) {
                return deep_copy(s->u, s->args->body.v[i]);
            }
        }
        return n;
    case IR_LITERAL:
    case IR_NIL:
    case IR_TYPE: return n;
    default: break;
    }
    n = ir_copy(s->u, n);
    ir_edit_children(n, substitute, s);
    if (n->op == IR_CONV && n->x->op == IR_LITERAL) {
        struct ir *c = n->x;
        s->wrong |= !truncated(s->u, &c, n->type);
        return s->wrong ? n : c;
    }
    return n->op == IR_ADDSTR ? joined(s->u, n) : n;
}

/* The value of an inlined body that is one return statement, and the AS2 of its parameters; NULL: it is another one. */
static struct ir *only_result(struct ir *call, struct ir **args)
{
    if (call->init.n != 2 || call->init.v[0]->op != IR_AS2 || call->init.v[1]->op != IR_INLMARK || call->body.n != 2 ||
        call->body.v[0]->op != IR_BLOCK || call->body.v[1]->op != IR_LABEL) {
        return NULL;
    }
    const struct ir_list *l = &call->body.v[0]->list;
    if (l->n != 3 || l->v[0]->op != IR_DCL || l->v[1]->op != IR_AS2 || l->v[2]->op != IR_GOTO ||
        l->v[2]->label != call->body.v[1]->label || l->v[1]->list.n != 1 || l->v[1]->list.v[0] != l->v[0]->x) {
        return NULL;
    }
    *args = call->init.v[0];
    return l->v[1]->body.v[0];
}

static bool static_inlined(struct schedule *s, struct ir *to, struct ir *call, struct type *t)
{
    struct ir *args, *r = only_result(call, &args);
    if (!r || !s->u->profile->static_inlined) {
        return false;
    }
    for (u32 i = 0; i < args->list.n; i++) {
        const struct ir_name *v = ir_as_name(args->list.v[i]);
        if (!v || (v->flags & IR_NAME_ADDRTAKEN) || inline_side_effects(args->body.v[i])) {
            return false;
        }
    }
    if (ir_any(r, captures, NULL)) {
        return false;
    }
    for (u32 i = 0; i < args->list.n; i++) {
        struct uses c = {.v = args->list.v[i]};
        ir_any(r, count_uses, &c);
        if (c.n > 1 && ir_any(args->body.v[i], is_once, NULL)) {
            return false;
        }
    }
    struct subst sub = {.u = s->u, .args = args};
    r = substitute(&sub, r);
    return !sub.wrong && static_assign(s, to, r, t);
}

/* ---- one assignment ---- */

/* Does the address of n belong to the program's image? (StaticLoc) */
static bool is_static_loc(struct ir *n)
{
    i64 i;
    for (;;) {
        switch (n->op) {
        case IR_NAME: return ir_as_name(n)->class == IR_GLOBAL;
        case IR_DOT: n = n->x; continue;
        case IR_INDEX:
            if (type_under(n->x->type)->kind == TYPE_SLICE || !ir_int_const(n->y, &i) || i < 0 || i > INT32_MAX) {
                return false;
            }
            n = n->x;
            continue;
        default: return false;
        }
    }
}

static bool assign_iface(struct schedule *s, struct ir *to, struct ir *r)
{
    struct ir *v = r;
    while (v->op == IR_CONVIFACE) {
        v = v->x;
    }
    if (ir_is_interface(v->type)) {
        return v->op == IR_NIL;
    }
    if (shape_within(v->type)) {
        return false;
    }
    if (!ir_is_direct_iface(s->u, v->type)) {
        assign_part(s, place(s, v->type), v);
    } else if (v->op != IR_NIL) {
        set_pos(s, v);
        assign_part(s, to, v);
    }
    return true;
}

static bool assign_lit(struct schedule *s, struct ir *to, struct ir *lit)
{
    const struct plan *p = plan_of(s, lit);
    for (u32 i = 0; i < p->n; i++) {
        struct ir *e = p->v[i];
        if ((e->op == IR_LITERAL && !s->no_addresses) || e->op == IR_NIL) {
            continue;
        }
        set_pos(s, e);
        assign_part(s, to, e);
    }
    return true;
}

/* Nothing is left to be done for to = r, or it is in s->out; false: all of it is left. */
static bool static_assign(struct schedule *s, struct ir *to, struct ir *r, struct type *t)
{
    while (r->op == IR_CONVNOP) {
        r = r->x;
    }
    switch (r->op) {
    case IR_NIL: return true;
    case IR_LITERAL: return is_zero_const(r) || !s->no_addresses || !type_is(r->type, INFO_STRING);
    case IR_ARRAYLIT:
    case IR_STRUCTLIT: return assign_lit(s, to, r);
    default: break;
    }
    if (s->no_addresses) {
        return false;
    }
    switch (r->op) {
    case IR_NAME: return static_copy(s, to, ir_as_name(r), t);
    case IR_METHEXPR: return true;
    case IR_ADDR: return is_static_loc(r->x);
    case IR_PTRLIT:
        if (!is_lit(r->x)) {
            return false;
        }
        assign_part(s, place(s, r->x->type), r->x);
        return true;
    case IR_STR2BYTES: return !ir_is_blank(to) && r->x->op == IR_LITERAL;
    case IR_SLICELIT: return assign_lit(s, place(s, r->type), r);
    case IR_CLOSURE: return r->func->n_cvars == 0;
    case IR_CONVIFACE: return assign_iface(s, to, r);
    case IR_INLCALL: return static_inlined(s, to, r, t);
    default: return false;
    }
}

/* ---- the init function ---- */

static bool all_blank(const struct ir *n)
{
    if (n->op == IR_AS) {
        return ir_is_blank(n->x);
    }
    for (u32 i = 0; i < n->list.n; i++) {
        if (!ir_is_blank(n->list.v[i])) {
            return false;
        }
    }
    return true;
}

static bool static_stmt(struct schedule *s, struct ir *n)
{
    struct ir *r;
    switch (n->op) {
    case IR_AS: r = n->y; break;
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV: r = n->body.v[0]; break;
    default: return false;
    }
    if (!r) {
        return true;
    }
    if (!s->u->profile->static_mutation) {
        if (n->op != IR_AS) {
            return false;
        }
    } else if (!s->seen_mutation) {
        s->seen_mutation = ir_any(r, may_mutate, s);
    }
    if (all_blank(n) && !inline_side_effects(r)) {
        return true;
    }
    if (n->op != IR_AS) {
        return false;
    }
    set_pos(s, n);
    return static_assign(s, n->x, r, n->x->type ? n->x->type : r->type);
}

static bool is_fips(str path)
{
    return !str_has_suffix(path, STR("_test")) && (str_is(path, "crypto/internal/fips140") ||
                                                   str_has_prefix(path, STR("crypto/internal/fips140/")));
}

void inline_static_init(struct ir_unit *u)
{
    if (u->pkg->n_errors > 0) {
        return; /* variables may be initialised with themselves: the compiler does not come here with such a package */
    }
    for (size_t i = 0; i < u->inits.n; i++) {
        struct ir_func *fn = u->inits.v[i];
        if (!(fn->flags & IR_FUNC_PKGINIT)) {
            continue;
        }
        struct schedule s = {.u = u, .no_addresses = u->profile->static_inlined && is_fips(u->pkg->path)};
        for (u32 k = 0; k < fn->body.n; k++) {
            if (!static_stmt(&s, fn->body.v[k])) {
                ir_push(u, &s.out, fn->body.v[k]);
            }
        }
        if (s.out.n == 0) {
            ir_push(u, &s.out, ir_new(u, IR_BLOCK, 0, 0, NULL));
        }
        fn->body = s.out;
        map_release(&s.plans);
    }
}
