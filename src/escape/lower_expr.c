/* lower_expr.c: expressions but calls, conversions and literals.
 *
 * The compiler's writer walks the checked tree and its reader builds the IR, typechecking each node again; each
 * function here does for one kind of node what both do, so that operators, implicit nodes and places are theirs.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder (writer.expr, recvExpr, methodExpr, exprType; reader.expr), typecheck
 * (tcArith, tcIndex, tcSlice, tcDot, AddImplicitDots, NewMethodExpr), ir (NewAddrExpr). */
#include "escape/escape.h"
#include "escape/lower_expr.h"

/* x without parentheses, and without what static_bool has found superfluous. */
static node bare(const struct lower *l, node x)
{
    x = ast_unparen(l->ast, x);
    if (l->operands.n) {
        const union map_val *v = map_get(&l->operands, x);
        x = v ? ast_unparen(l->ast, (node)v->u) : x;
    }
    return x;
}

/* ---- types ---- */

struct core {
    struct type *u;
    bool none;
};

static bool core_each(void *ctx, struct type *t, struct type *u)
{
    struct core *c = ctx;

    (void)t;
    if (!u || (c->u && !type_identical(c->u, u) &&
               !(u->kind == TYPE_CHAN && c->u->kind == TYPE_CHAN))) {
        c->none = true;
        return false;
    }
    c->u = u;
    return true;
}

struct type *lower_core(struct type *t)
{
    if (!t) {
        return NULL; /* what came from C, perhaps */
    }
    if (!type_is_param(t)) {
        return type_under(t);
    }
    struct core c = {0};
    type_each(t, core_each, &c);
    return c.none ? NULL : c.u;
}

/* What the checker leaves without a type the compiler gives one: conditions, counts of shifts, strings that are
 * appended or copied (noder.idealType). */
static struct type *ideal_type(const struct lower *l, node x, struct type *t)
{
    switch (t->basic) {
    case BASIC_UNTYPED_BOOL: return TYPE_OF(BOOL);
    case BASIC_UNTYPED_STRING: return TYPE_OF(STRING);
    case BASIC_UNTYPED_RUNE: return TYPE_OF(INT32);
    case BASIC_UNTYPED_INT:
    case BASIC_UNTYPED_FLOAT:
    case BASIC_UNTYPED_COMPLEX: {
        const struct constant *v = info_const(l->file, x);
        return v && constant_sign(v) < 0 ? TYPE_OF(INT) : TYPE_OF(UINT);
    }
    default: return t;
    }
}

struct type *lower_type_of(struct lower *l, node x)
{
    struct type *t = lower_type_raw(l, x);

    if (!t) {
        return NULL;
    }
    if (t->kind == TYPE_BASIC && (t->info & INFO_UNTYPED)) {
        return ideal_type(l, x, t);
    }
    return lower_subst(l, t);
}

/* Of x in v, ok = x: that of v. */
static struct type *single_type(struct lower *l, node x)
{
    struct type *t = lower_type_raw(l, x);

    if (t && t->kind == TYPE_TUPLE) {
        return lower_subst(l, as_tuple(t)->vars[0]->type);
    }
    return lower_type_of(l, x);
}

struct ir *lower_type_node(struct lower *l, struct type *t)
{
    return lower_new(l, IR_TYPE, 0, t);
}

/* ---- dictionaries ---- */

/* The dictionary is a pointer to an array of words. */
struct ir *lower_dict_word(struct lower *l, pos at)
{
    BUG_IF(!l->dict);
    if (!l->u->profile->unified) {
        return shape_old_word(l, at);
    }
    struct type *dict = l->dict->n.type, *words = NULL;
    if (dict && type_under(dict)->kind == TYPE_POINTER) {
        words = as_pointer(type_under(dict))->elem;
    }
    struct ir *n = lower_new(l, IR_INDEX, at, TYPE_OF(UINTPTR));
    n->x = lower_new(l, IR_DEREF, at, words);
    n->x->flags |= IR_IMPLICIT;
    n->x->x = &l->dict->n;
    n->y = lower_int(l, at, 0);
    n->y->type = TYPE_OF(INT);
    return n;
}

/* *byte, which type words and itabs are for the compiler. */
static struct type_pointer word_type = {{.kind = TYPE_POINTER}, TYPE_OF(UINT8)};

struct ir *lower_rtti_word(struct lower *l, pos at)
{
    struct ir *n = lower_new(l, IR_CONVNOP, at, &word_type.t);
    n->x = lower_dict_word(l, at);
    return n;
}

static bool is_derived(struct lower *l, struct type *t)
{
    return l->env && t && shape_is_derived(l->u, t);
}

/* A type's word: out of the dictionary, or a symbol's address. */
static struct ir *rtype(struct lower *l, pos at, struct type *t)
{
    if (is_derived(l, t)) {
        return lower_rtti_word(l, at);
    }
    struct ir *n = lower_new(l, IR_ADDR, at, &word_type.t);
    n->x = lower_new(l, IR_LINKSYMOFFSET, at, TYPE_OF(UINT8));
    return n;
}

/* Of types out of dictionaries there are two words, of which one is there: of a concrete type in a non-empty interface
 * the itab, else the type's. */
struct ir *lower_type_expr(struct lower *l, pos at, struct type *iface, struct type *t)
{
    struct type *to = lower_subst(l, t);
    bool derived = is_derived(l, t), itab = false;

    if (iface && lower_kind(to) != TYPE_INTERFACE) {
        struct type_interface *i = is_interface(type_under(iface));
        itab = i && type_set_of(i)->n_methods > 0;
    }
    if (itab) {
        derived = derived || is_derived(l, iface);
    }
    if (!derived || (!iface && !l->u->profile->unified)) {
        return lower_type_node(l, to);
    }
    shape_need(l, t);
    shape_need(l, iface);
    struct ir *n = lower_new(l, IR_DYNAMICTYPE, at, to);
    *(itab ? &n->y : &n->x) = lower_rtti_word(l, at);
    return n;
}

/* ---- pointers ---- */

struct ir *lower_unary(struct lower *l, enum ir_op op, pos at, struct type *t, struct ir *x)
{
    struct ir *n = lower_new(l, op, at, t);
    n->x = x;
    return n;
}

static bool is_literal(const struct ir *x)
{
    return x->op == IR_ARRAYLIT || x->op == IR_MAPLIT || x->op == IR_SLICELIT ||
           x->op == IR_STRUCTLIT;
}

static struct ir *addr_of_type(struct lower *l, pos at, struct type *t, struct ir *x)
{
    if (is_literal(x)) {
        return lower_unary(l, IR_PTRLIT, at, t, x);
    }
    struct ir_name *v = ir_as_name(ir_outer_value(x));
    if (v) {
        v->flags |= IR_NAME_ADDRTAKEN;
        if ((v->flags & IR_NAME_CLOSUREVAR) && !(v->flags & IR_NAME_BYVAL)) {
            ir_canonical(v)->flags |= IR_NAME_ADDRTAKEN;
        }
    }
    return lower_unary(l, IR_ADDR, at, t, x);
}

struct ir *lower_addr(struct lower *l, pos at, struct ir *x, bool implicit)
{
    struct ir *n = addr_of_type(l, at, type_new_pointer(l->u->arena, x->type), x);
    n->flags |= implicit ? IR_IMPLICIT : 0;
    return n;
}

struct ir *lower_deref(struct lower *l, pos at, struct ir *x, bool implicit)
{
    struct type_pointer *p = is_pointer(type_under(x->type));
    struct ir *n = lower_unary(l, IR_DEREF, at, p ? p->elem : x->type, x);
    n->flags |= implicit ? IR_IMPLICIT : 0;
    return n;
}

/* ---- selectors ---- */

struct ir *lower_field(struct lower *l, pos at, struct ir *x, u32 index, bool implicit)
{
    struct type *u = type_under(x->type);
    enum ir_op op = IR_DOT;

    if (u->kind == TYPE_POINTER) {
        op = IR_DOTPTR;
        u = type_under(as_pointer(u)->elem);
    }
    struct type_struct *s = as_struct(u);
    struct ir *n = lower_unary(l, op, at, s->fields[index]->type, x);
    n->num = index;
    n->sel = s->fields[index];
    n->flags |= implicit ? IR_IMPLICIT : 0;
    return n;
}

static struct ir *field_val(struct lower *l, node n, const struct selection *s)
{
    pos at = lower_pos(l, n);
    struct ir *x = lower_expr(l, ast_at(l->ast, n)->a);

    for (u32 i = 0; i < s->n_path; i++) {
        x = lower_field(l, at, x, s->path[i], i + 1 < s->n_path);
    }
    x->type = single_type(l, n);
    return x;
}

static bool is_ptr_to(struct type *from, struct type *to)
{
    struct type_pointer *p = is_pointer(type_unalias(from));

    return p && (p->elem == to || type_identical(p->elem, to));
}

static struct type *method_recv(const struct obj *m)
{
    const struct type_signature *sig = as_signature(m->type);

    return sig->recv ? sig->recv->type : NULL;
}

struct ir *lower_recv(struct lower *l, node n, struct type **recv)
{
    const struct selection *s = l->file->at[n].sel;
    node operand = ast_at(l->ast, n)->a;
    pos at = lower_pos(l, n);
    struct type *t = lower_type_raw(l, operand), *want = method_recv(s->obj);
    struct ir *x = lower_expr(l, operand);

    for (u32 i = 0; i + 1 < s->n_path; i++) {
        bool was_ptr;
        struct type_struct *in = as_struct(type_under(type_deref(type_under(t), &was_ptr)));
        t = in->fields[s->path[i]]->type;
        x = lower_field(l, at, x, s->path[i], true);
    }
    if (want && is_ptr_to(t, want)) {
        t = want;
        x = lower_deref(l, at, x, true);
        x->type = lower_subst(l, want);
    } else if (want && is_ptr_to(want, t)) {
        t = want;
        x = lower_addr(l, at, x, true);
    }
    *recv = t;
    return x;
}

/* Does a method of it take a dictionary? */
static bool is_instance(struct type *recv)
{
    bool was_ptr;
    struct type_named *n = type_named_of(type_deref(type_unalias(recv), &was_ptr));

    return n && n->targs;
}

/* A method's signature with the receiver as first parameter; kept, since methods are called often. */
static struct type *method_type(struct lower *l, struct type *recv, struct obj *m)
{
    struct ir_unit *u = l->u;
    bool fresh;
    union map_val *known = map_put(&u->method_types, (u64)(uintptr_t)m, &fresh);
    struct type_signature *sig = as_signature(m->type);

    if (!fresh) {
        struct type_signature *was = known->p;
        if (was->params->vars[0]->type == recv) {
            return &was->t;
        }
    }
    struct type_tuple *p = sig->params;
    struct obj **vars = ARENA_ARRAY(u->arena, struct obj *, (size_t)p->n + 1);
    vars[0] = obj_new(u->arena, OBJ_VAR, 0, m->pkg, 0, recv, u->prog->names);
    vars[0]->var = VAR_PARAM;
    for (u32 i = 0; i < p->n; i++) {
        vars[i + 1] = p->vars[i];
    }
    struct type_signature *f =
        type_new_signature(u->arena, NULL, type_new_tuple(u->arena, vars, p->n + 1), sig->results,
                           (sig->t.flag & TYPE_FLAG_VARIADIC) != 0);
    known->p = f;
    return &f->t;
}

/* What stands before an instance's method. */
static struct obj *obj_origin(struct obj *o)
{
    return o->origin ? o->origin : o;
}

struct ir *lower_method(struct lower *l, pos at, struct type *recv, struct obj *method,
                        struct ir **dict)
{
    bool iface = type_is_interface(recv);

    *dict = NULL;
    if (type_is_param(recv) || (!iface && is_instance(recv))) {
        return shape_method_expr(l, at, recv, method, dict);
    }
    struct type *t = lower_subst(l, recv);
    struct ir *n = lower_new(l, IR_METHEXPR, at, method_type(l, t, method));
    n->x = lower_type_node(l, t);
    n->sel = method;
    n->func = iface ? NULL : lower_func_of(l->u, obj_origin(method));
    return n;
}

/* x.M, not called. */
static struct ir *method_val(struct lower *l, node n, const struct selection *s)
{
    pos at = lower_pos(l, n);
    struct type *recv;
    struct ir *x = lower_recv(l, n, &recv), *dict;
    struct ir *fun = lower_method(l, at, recv, s->obj, &dict);

    if (fun->op != IR_METHEXPR || dict || (l->env && shape_within(x->type))) {
        return shape_method_value(l, at, x, fun, dict);
    }
    struct ir *v = lower_unary(l, IR_METHVALUE, at, lower_type_of(l, n), x);
    v->sel = s->obj;
    v->func = fun->func;
    lower_wrap_value(l, v);
    return v;
}

/* T.M as a value.  The function is the method's own also where T has it by embedding: what is called then is a wrapper of
 * T's, whose receiver is not the function's. */
static struct ir *method_expr(struct lower *l, node n, const struct selection *s)
{
    struct type *recv = lower_type_raw(l, ast_at(l->ast, n)->a), *want = method_recv(s->obj);

    if (type_is_param(recv) || is_derived(l, recv) || (want && is_instance(want))) {
        return shape_method_func(l, lower_pos(l, n), recv, s->obj, s->path, s->n_path);
    }
    struct ir *f = lower_new(l, IR_METHEXPR, lower_pos(l, n), lower_type_of(l, n));
    f->x = lower_type_node(l, recv);
    f->sel = s->obj;
    f->func = want && !type_is_interface(want) ? lower_func_of(l->u, obj_origin(s->obj)) : NULL;
    return f;
}

/* ---- names ---- */

/* Instances are known by file and node; the files that are lowered may be copies (rangefunc_files). */
static u64 file_index(const struct lower *l)
{
    const struct package *p = l->pkg;

    for (u32 i = 0; i < p->n_files; i++) {
        if (&p->files[i] == l->file || p->files[i].ast->src == l->ast->src) {
            return i;
        }
    }
    BUG("a file of no package");
}

struct obj *lower_generic(const struct file_info *file, node *x)
{
    const struct ast *f = file->ast;
    node n = ast_unparen(f, *x);

    n = ast_kind(f, n) == AST_INDEX ? ast_at(f, n)->a : n;
    n = ast_kind(f, n) == AST_SELECTOR ? ast_at(f, n)->b : n;
    struct obj *o = ast_kind(f, n) == AST_NAME ? info_obj(file, n) : NULL;
    if (!o || o->kind != OBJ_FUNC || !o->pkg || !o->type || !as_signature(o->type)->tparams) {
        return NULL;
    }
    *x = n;
    return o;
}

const struct type_list *lower_targs(struct lower *l, node x, struct obj **fun)
{
    struct obj *o = lower_generic(l->file, &x);
    if (!o) {
        return NULL;
    }
    union map_val *v = map_get(&l->pkg->instances, file_index(l) << 32 | x);
    BUG_IF(!v);
    *fun = o;
    return ((const struct instance_info *)v->p)->targs;
}

/* A variable or function; x: where it stands. */
static struct ir *object(struct lower *l, node x, struct obj *o)
{
    pos at = lower_pos(l, x);

    switch ((enum obj_kind)o->kind) {
    case OBJ_NIL: return lower_zero(l, at, lower_type_of(l, x));
    case OBJ_VAR:
        if (o->var == VAR_PACKAGE) {
            return &lower_global(l->u, o)->n;
        }
        return &lower_var(l, o, at)->n;
    case OBJ_FUNC: {
        struct obj *fun;
        if (!o->pkg) {
            return lower_runtime_name(l->u, intern_str(l->u->prog->names, o->name).p);
        }
        const struct type_list *targs = lower_targs(l, x, &fun);
        return targs ? shape_func_value(l, at, fun, targs) : &lower_func_of(l->u, o)->name->n;
    }
    default: return lower_refused(l, x);
    }
}

static struct ir *selector(struct lower *l, node n)
{
    const struct selection *s = l->file->at[n].sel;

    BUG_IF(!s);
    switch ((enum selection_kind)s->kind) {
    case SELECT_QUALIFIED: return object(l, n, s->obj);
    case SELECT_FIELD: return field_val(l, n, s);
    case SELECT_METHOD: return method_val(l, n, s);
    case SELECT_METHOD_EXPR: return method_expr(l, n, s);
    }
    return lower_refused(l, n);
}

/* ---- index, slice, assertion ---- */

static struct ir *index_expr(struct lower *l, node n)
{
    const struct ast_node *e = ast_at(l->ast, n);
    pos at = e->pos;
    struct type *raw = lower_type_raw(l, e->a);

    struct obj *fun;
    const struct type_list *targs = lower_targs(l, n, &fun);
    if (targs) {
        return shape_func_value(l, l->u->profile->unified ? at : lower_pos(l, e->a), fun, targs);
    }
    struct type *core = lower_core(raw);
    struct type *key = core && core->kind == TYPE_MAP ? as_map(core)->key : NULL;
    struct ir *x = lower_expr(l, e->a);
    struct type *u = type_under(x->type);
    bool ptr = u->kind == TYPE_POINTER && lower_kind(as_pointer(u)->elem) == TYPE_ARRAY;
    struct ir *i = lower_new(l, lower_kind(x->type) == TYPE_MAP ? IR_INDEXMAP : IR_INDEX, at,
                             single_type(l, n));
    i->y = lower_assignable(l, key, e->b);
    i->x = ptr ? lower_deref(l, lower_is_old(l) ? l->base_pos : at, x, true) : x;
    return i;
}

static struct ir *opt_expr(struct lower *l, node x)
{
    return x ? lower_expr(l, x) : NULL;
}

static struct ir *slice_expr(struct lower *l, node n)
{
    const struct ast_node *e = ast_at(l->ast, n);
    const u32 *part = &l->ast->extra[e->b];
    struct ir *x = lower_expr(l, e->a);
    struct ir *s = lower_new(l, IR_SLICE, e->pos, lower_type_of(l, n));

    s->y = opt_expr(l, part[0]);
    s->z = opt_expr(l, part[1]);
    s->w = opt_expr(l, part[2]);
    if (lower_kind(x->type) == TYPE_ARRAY) {
        x = lower_addr(l, lower_is_old(l) ? l->base_pos : e->pos, x, true);
    }
    s->x = x;
    switch (lower_kind(x->type)) {
    case TYPE_BASIC: s->op = IR_SLICESTR; break;
    case TYPE_POINTER: s->op = s->w ? IR_SLICE3ARR : IR_SLICEARR; break;
    default: s->op = s->w ? IR_SLICE3 : IR_SLICE; break;
    }
    return s;
}

static struct ir *assert_expr(struct lower *l, node n)
{
    const struct ast_node *e = ast_at(l->ast, n);
    struct type *iface = lower_type_raw(l, e->a);
    struct ir *x = lower_expr(l, e->a);
    struct ir *t = lower_type_expr(l, lower_pos(l, e->b), iface, lower_type_raw(l, e->b));
    bool dynamic = t->op == IR_DYNAMICTYPE;
    struct ir *a = lower_unary(l, dynamic ? IR_DYNAMICDOTTYPE : IR_DOTTYPE, e->pos, t->type, x);

    if (dynamic) {
        a->y = rtype(l, e->pos, iface);
        a->z = t->x;
        a->w = t->y;
    }
    return a;
}

/* ---- operators ---- */

static const u8 binary_ops[OP_COUNT] = {
    [OP_OR_OR] = IR_OROR, [OP_AND_AND] = IR_ANDAND, [OP_EQL] = IR_EQ,      [OP_NEQ] = IR_NE,
    [OP_LSS] = IR_LT,     [OP_LEQ] = IR_LE,         [OP_GTR] = IR_GT,      [OP_GEQ] = IR_GE,
    [OP_ADD] = IR_ADD,    [OP_SUB] = IR_SUB,        [OP_OR] = IR_OR,       [OP_XOR] = IR_XOR,
    [OP_MUL] = IR_MUL,    [OP_DIV] = IR_DIV,        [OP_REM] = IR_MOD,     [OP_AND] = IR_AND,
    [OP_AND_NOT] = IR_ANDNOT, [OP_SHL] = IR_LSH,    [OP_SHR] = IR_RSH,
};

enum ir_op lower_binary_op(u32 op)
{
    return (enum ir_op)binary_ops[op];
}

static struct ir *unary_expr(struct lower *l, node n)
{
    const struct ast_node *e = ast_at(l->ast, n);
    struct ir *x = lower_expr(l, e->a);
    struct type *t = single_type(l, n);

    switch (e->op) {
    case OP_AND: return addr_of_type(l, e->pos, t, x);
    case OP_MUL: return lower_unary(l, IR_DEREF, e->pos, t, x);
    case OP_ADD: return lower_unary(l, IR_PLUS, e->pos, t, x);
    case OP_SUB: return lower_unary(l, IR_NEG, e->pos, t, x);
    case OP_XOR: return lower_unary(l, IR_BITNOT, e->pos, t, x);
    case OP_NOT: return lower_unary(l, IR_NOT, e->pos, t, x);
    case OP_RECV: return lower_unary(l, IR_RECV, e->pos, t, x);
    default: return lower_refused(l, n);
    }
}

static bool has_methods_of(struct type *x, struct type *y)
{
    const struct type_set *a = type_set_of(as_interface(x)), *b = type_set_of(as_interface(y));
    u32 i = 0, k = 0;

    for (; k < b->n_methods; k++, i++) {
        while (i < a->n_methods && a->methods[i]->name != b->methods[k]->name) {
            i++;
        }
        if (i == a->n_methods) {
            return false;
        }
    }
    return true;
}

/* Of operands that can be combined: is the first assignable to the type of the second?  Else it is the other way
 * round. */
bool lower_assignable_to(struct type *from, struct type *to)
{
    if (from == to || type_identical(from, to)) {
        return true;
    }
    struct type *fu = type_under(from), *tu = type_under(to);
    if (fu->kind == TYPE_BASIC && (fu->info & INFO_UNTYPED)) {
        return true;
    }
    bool from_iface = fu->kind == TYPE_INTERFACE && !type_is_param(from);
    bool to_iface = tu->kind == TYPE_INTERFACE && !type_is_param(to);
    if (to_iface) {
        return !from_iface || has_methods_of(fu, tu);
    }
    if (from_iface || type_is_param(from) || type_is_param(to)) {
        return false;
    }
    if (tu->kind == TYPE_BASIC && (tu->info & INFO_UNTYPED)) {
        return false;
    }
    if (type_has_name(from) && type_has_name(to)) {
        return false;
    }
    if (type_identical(fu, tu)) {
        return true;
    }
    return fu->kind == TYPE_CHAN && tu->kind == TYPE_CHAN && fu->flag == AST_DIR_BOTH;
}

/* x + y + (z + w) of strings is one node with all of them; its place is the last operator's. */
static struct ir *add_strings(struct lower *l, pos at, struct type *t, struct ir *x, struct ir *y)
{
    struct ir *n = x;

    if (x->op != IR_ADDSTR) {
        n = lower_new(l, IR_ADDSTR, at, t);
        ir_push(l->u, &n->list, x);
    }
    n->pos = at;
    n->type = t;
    if (y->op == IR_ADDSTR) {
        ir_append(l->u, &n->list, &y->list);
    } else {
        ir_push(l->u, &n->list, y);
    }
    return n;
}

/* The type that both operands are given; NULL: their own. */
static struct type *common_type(const struct lower *l, const struct ast_node *e)
{
    if (e->op == OP_SHL || e->op == OP_SHR || lower_is_old(l)) {
        return NULL;
    }
    struct type *x = lower_type_raw(l, e->a), *y = lower_type_raw(l, e->b);
    if (!x || !y || x == y || type_identical(x, y)) {
        return NULL;
    }
    return lower_assignable_to(x, y) ? y : x;
}

static struct ir *binary(struct lower *l, node n, struct ir *x, struct type *common)
{
    const struct ast_node *e = ast_at(l->ast, n);
    struct ir *y = lower_assignable(l, common, e->b);
    struct type *t = lower_type_of(l, n);

    if (e->op == OP_ADD && lower_kind(t) == TYPE_BASIC && (type_under(t)->info & INFO_STRING)) {
        return add_strings(l, e->pos, t, x, y);
    }
    struct ir *b = lower_new(l, lower_binary_op(e->op), e->pos, t);
    b->x = x;
    b->y = y;
    if (lower_is_old(l)) {
        lower_old_compare(l, b);
    }
    return b;
}

/* Chains lean to the left and may be long: they are walked without recursion. */
static struct ir *binary_chain(struct lower *l, node n)
{
    struct arena_scratch s = arena_scratch_begin(l->u->arena);
    VEC(node) chain = {0};
    struct type *common;
    node x = n;

    for (;;) {
        vec_push_in(s.arena, &chain, x);
        l->base_pos = lower_pos(l, x);
        const struct ast_node *e = ast_at(l->ast, x);
        common = common_type(l, e);
        node left = bare(l, e->a);
        const struct ast_node *le = ast_at(l->ast, left);
        if (common || le->kind != AST_OPERATION || !le->b || l->file->mode[left] == MODE_CONST) {
            x = e->a;
            break;
        }
        x = left;
    }
    struct ir *v = lower_assignable(l, common, x);
    for (size_t i = chain.n; i-- > 0;) {
        v = binary(l, chain.v[i], v, common);
        common = NULL; /* only the innermost can have one */
    }
    arena_scratch_end(s);
    return v;
}

/* ---- all expressions ---- */

/* What was not understood, mostly because it depends on C: it has no type, flows nowhere, and its operands are lost. */
struct ir *lower_unknown(struct lower *l, node x)
{
    return lower_new(l, IR_NIL, lower_pos(l, x), TYPE_BAD);
}

struct ir *lower_refused(struct lower *l, node x)
{
    BUG_IF(!l->pkg->tainted);
    return lower_unknown(l, x);
}

struct ir *lower_expr(struct lower *l, node x)
{
    x = bare(l, x);
    const struct ast_node *e = ast_at(l->ast, x);

    /* In instances before unified IR, which are made of generic bodies node by node, constants have a place of their
     * own, but names have none (noder/stencil.go of Go 1.19, subst.node). */
    if (e->kind != AST_NAME || !l->env) {
        l->base_pos = l->env || l->file->mode[x] != MODE_CONST ? e->pos : l->base_pos;
    }
    switch ((enum typed_mode)l->file->mode[x]) {
    case MODE_CONST: {
        const struct constant *v = info_const(l->file, x);
        if (!v) {
            return lower_unknown(l, x);
        }
        struct ir *n = lower_literal(l, e->pos, lower_type_of(l, x), v);
        n->num = lower_is_old(l) ? x : 0; /* how it was written shows in messages (ir_print.c) */
        return n;
    }
    case MODE_NONE: {
        /* Variables on the left of := have no mode. */
        const struct obj *o = e->kind == AST_NAME ? l->file->at[x].obj : NULL;
        if (!o || o->kind != OBJ_VAR) {
            return lower_unknown(l, x);
        }
        break;
    }
    default: break;
    }
    switch ((enum ast_kind)e->kind) {
    case AST_NAME: return object(l, x, l->file->at[x].obj);
    case AST_COMPOSITE_LIT: return lower_composite(l, x);
    case AST_FUNC_LIT: return lower_func_lit(l, x);
    case AST_SELECTOR: return selector(l, x);
    case AST_INDEX: return index_expr(l, x);
    case AST_SLICE: return slice_expr(l, x);
    case AST_ASSERT: return assert_expr(l, x);
    case AST_OPERATION: return e->b ? binary_chain(l, x) : unary_expr(l, x);
    case AST_CALL: return lower_call(l, x);
    default: return lower_refused(l, x);
    }
}
