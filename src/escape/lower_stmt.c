/* lower_stmt.c: statements.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder/writer.go (stmts … switchStmt, staticBool, terminates),
 * noder/reader.go (stmt1 …), typecheck/stmt.go (tcAssign, tcSelect, tcSwitch). */
#include "escape/lower_expr.h"

/* ---- conditions that are known ---- */

static int static_bool(struct lower *l, node *x);

/* The compiler changes its tree: also where the whole is not known, operands are simpler from now on. */
static int static_operand(struct lower *l, node *x)
{
    node was = *x;
    int v = static_bool(l, x);

    if (*x != was) {
        map_put(&l->operands, was, NULL)->u = *x;
    }
    return v;
}

/* writer.staticBool: 1 true, -1 false, 0 unknown; *x loses operands that decide nothing. */
static int static_bool(struct lower *l, node *x)
{
    const struct constant *v = info_const(l->file, *x);
    if (v && constant_kind(v) == CONST_BOOL) {
        return constant_bool_val(v) ? 1 : -1;
    }
    const struct ast_node *n = ast_at(l->ast, *x);
    if (n->kind != AST_OPERATION || !l->u->profile->unified) {
        return 0;
    }
    node a = n->a, b = n->b;
    int s, t;
    switch (n->op) {
    case OP_NOT: return b == 0 ? static_operand(l, &a) : 0; /* of what is in parentheses nothing is known */
    case OP_AND_AND:
        s = static_operand(l, &a);
        if (s < 0) {
            *x = a;
            return s;
        }
        t = static_operand(l, &b);
        if (s > 0 || t < 0) {
            if (info_const(l->file, a)) {
                *x = b;
            }
            return t;
        }
        return 0;
    case OP_OR_OR:
        s = static_operand(l, &a);
        if (s > 0) {
            *x = a;
            return s;
        }
        t = static_operand(l, &b);
        if (s < 0 || t > 0) {
            if (info_const(l->file, a)) {
                *x = b;
            }
            return t;
        }
        return 0;
    default: return 0;
    }
}

static bool is_panic(struct lower *l, node call)
{
    node fun = ast_unparen(l->ast, ast_at(l->ast, call)->a);
    return ast_kind(l->ast, fun) == AST_NAME && l->file->mode[fun] == MODE_BUILTIN &&
           str_is(intern_str(l->u->prog->names, ast_at(l->ast, fun)->a), "panic");
}

static node last_non_empty(struct lower *l, u32 list)
{
    const u32 *v = ast_list(l->ast, list);
    for (u32 i = ast_list_len(l->ast, list); i > 0; i--) {
        if (ast_kind(l->ast, v[i - 1]) != AST_EMPTY) {
            return v[i - 1];
        }
    }
    return 0;
}

/* writer.terminates: nothing behind it in its list is reached. */
static bool terminates(struct lower *l, node s)
{
    if (s == 0) {
        return false;
    }
    const struct ast_node *n = ast_at(l->ast, s);
    switch (n->kind) {
    case AST_BRANCH: return n->op == TOK_GOTO;
    case AST_RETURN: return true;
    case AST_EXPR_STMT: {
        node x = ast_unparen(l->ast, n->a);
        return ast_kind(l->ast, x) == AST_CALL && is_panic(l, x);
    }
    case AST_IF: {
        node cond = n->a;
        int c = static_bool(l, &cond);
        return (c < 0 || terminates(l, ast_rec(l->ast, s, IF_THEN))) &&
               (c > 0 || terminates(l, ast_rec(l->ast, s, IF_ELSE)));
    }
    case AST_BLOCK: return terminates(l, last_non_empty(l, n->a));
    default: return false;
    }
}

/* ---- small parts ---- */

static struct ir *stmt_new(struct lower *l, enum ir_op op, node at)
{
    return ir_new(l->u, op, lower_pos(l, at), l->inl, NULL);
}

/* reader.block: no statement, the only one, or a block of them. */
static struct ir *as_block(struct lower *l, struct ir_list *v)
{
    if (v->n <= 1) {
        return v->n ? v->v[0] : NULL;
    }
    struct ir *b = ir_new(l->u, IR_BLOCK, v->v[0]->pos, v->v[0]->inl, NULL);
    b->list = *v;
    return b;
}

static struct ir *one_stmt(struct lower *l, node s)
{
    struct ir_list v = {0};
    if (s) {
        lower_stmt(l, s, &v);
    }
    return as_block(l, &v);
}

static struct ir *blank(struct lower *l)
{
    struct ir_name *n = ARENA_NEW(l->u->arena, struct ir_name);
    n->n.op = IR_NAME;
    n->text = STR("_");
    n->flags = IR_NAME_BLANK;
    return &n->n;
}

static void push_dcl(struct lower *l, struct ir_list *init, pos at, struct ir_name *n)
{
    struct ir *d = ir_new(l->u, IR_DCL, at, l->inl, NULL);
    d->x = &n->n;
    ir_push(l->u, init, d);
}

static struct ir_label *label_of(struct lower *l, node name)
{
    if (name == 0) {
        return NULL;
    }
    union map_val *v = map_put(&l->labels, ast_at(l->ast, name)->a, NULL);
    if (!v->p) {
        struct ir_label *b = ARENA_NEW(l->u->arena, struct ir_label);
        b->name = intern_str(l->u->prog->names, ast_at(l->ast, name)->a);
        v->p = b;
    }
    return v->p;
}

/* ---- assignments ---- */

/* A place that is assigned to; def: one that is declared here. */
static struct ir *assignee(struct lower *l, node x, bool defining, bool *def)
{
    x = ast_unparen(l->ast, x);
    *def = false;
    if (ast_kind(l->ast, x) == AST_NAME) {
        if (ast_at(l->ast, x)->a == l->u->prog->blank) {
            return blank(l);
        }
        struct obj *o = defining ? info_obj(l->file, x) : NULL;
        if (o && o->pos == lower_pos(l, x)) {
            *def = true;
            return &lower_local(l, o)->n;
        }
    }
    return lower_expr(l, x);
}

struct places {
    struct lower *l;
    const node *v;
    u32 n;
};

/* The type to which the i-th right side is converted. */
static struct type *place_type(void *ctx, u32 i)
{
    struct places *p = ctx;
    struct lower *l = p->l;
    node x = ast_unparen(l->ast, p->v[i]);

    if (ast_kind(l->ast, x) == AST_NAME) {
        if (ast_at(l->ast, x)->a == l->u->prog->blank) {
            return NULL;
        }
        struct obj *o = info_obj(l->file, x);
        return o ? o->type : NULL;
    }
    return l->file->at[x].type;
}

/* defn of the names that the statement declares, and their DCLs before it (reader.initDefn). */
static void declare_names(struct lower *l, struct ir *as, const struct ir_list *lhs, const bool *def)
{
    for (u32 i = 0; i < lhs->n; i++) {
        if (def[i]) {
            struct ir_name *n = ir_as_name(lhs->v[i]);
            n->defn = as;
            push_dcl(l, &as->init, n->n.pos, n);
            as->flags |= IR_DEF;
        }
    }
}

enum { FEW = 8 };

/* A call of several results may be assigned to variables of other types: through temporaries
 * (transformAssign of Go 1.19). */
static void old_settle(struct lower *l, struct ir *as)
{
    bool same = true;

    lower_settle_assign(as);
    if (as->op != IR_AS2FUNC || !as->body.v[0]->type || as->body.v[0]->type->kind != TYPE_TUPLE) {
        return;
    }
    const struct type_tuple *t = as_tuple(as->body.v[0]->type);
    for (u32 i = 0; i < as->list.n; i++) {
        struct type *to = as->list.v[i]->type;
        same = same && (!to || shape_identical(to, t->vars[i]->type));
    }
    if (same) {
        return;
    }
    lower_old_split(l, &as->body, &as->init);
    as->op = IR_AS2;
    for (u32 i = 0; i < as->list.n; i++) {
        as->body.v[i] = lower_old_assign(l, as->body.v[i], as->list.v[i]->type);
    }
}

/* The type of a variable called _ that a declaration gives one. */
static struct type *blank_type(struct lower *l, node x)
{
    struct obj *o = ast_kind(l->ast, x) == AST_NAME ? l->file->at[x].obj : NULL;
    return o ? o->type : NULL;
}

/* var a, b = x, y before unified IR: declarations and assignments one by one, unless they have one value. */
static void old_declare(struct lower *l, pos at, const node *lv, u32 n_lhs, struct ir_list *rhs, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    struct ir *as2 = rhs->n && rhs->n != n_lhs ? ir_new(u, IR_AS2, at, l->inl, NULL) : NULL;

    for (u32 i = 0; i < n_lhs; i++) {
        bool def;
        struct ir *name = assignee(l, lv[i], true, &def);
        struct type *t = def ? name->type : blank_type(l, lv[i]);
        push_dcl(l, out, at, ir_as_name(name));
        if (as2) {
            ir_push(u, &as2->list, name);
            ir_as_name(name)->defn = as2;
            continue;
        }
        struct ir *as = ir_new(u, IR_AS, at, l->inl, NULL);
        as->x = name;
        if (rhs->n) {
            ir_as_name(name)->defn = as;
            as->y = lower_old_assign(l, rhs->v[i], lower_subst(l, t));
        }
        ir_push(u, out, as);
    }
    if (as2) {
        as2->body = *rhs;
        old_settle(l, as2);
        ir_push(u, out, as2);
    }
}

/* Before unified IR values come before places, and conversions stand where the compiler looked last. */
static void old_assign_all(struct lower *l, pos at, const node *lv, u32 n_lhs, const node *rv, u32 n_rhs, bool defining,
                           bool decl, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    bool few[FEW] = {false}, *def = n_lhs <= FEW ? few : ARENA_ARRAY(u->arena, bool, n_lhs);
    struct ir_list lhs = {0}, rhs = {0};

    if (decl || l->env) {
        l->base_pos = at;
    }
    if (!l->env || decl) {
        lower_old_exprs(l, rv, n_rhs, &rhs);
    }
    if (decl) {
        old_declare(l, at, lv, n_lhs, &rhs, out);
        return;
    }
    for (u32 i = 0; i < n_lhs; i++) {
        pos was = l->base_pos;
        ir_push(u, &lhs, assignee(l, lv[i], defining, &def[i]));
        l->base_pos = defining ? was : l->base_pos;
    }
    if (l->env) { /* instances are made in the order of the nodes' operands */
        lower_old_exprs(l, rv, n_rhs, &rhs);
    }
    struct ir *as = ir_new(u, n_lhs == 1 && rhs.n == 1 ? IR_AS : IR_AS2, at, l->inl, NULL);
    declare_names(l, as, &lhs, def);
    for (u32 i = 0; n_lhs == rhs.n && i < n_lhs; i++) {
        rhs.v[i] = lower_old_assign(l, rhs.v[i], lhs.v[i]->type);
    }
    if (as->op == IR_AS) {
        as->x = lhs.v[0];
        as->y = rhs.v[0];
    } else {
        as->list = lhs;
        as->body = rhs;
        old_settle(l, as);
    }
    ir_push(u, out, as);
}

static void assign_all(struct lower *l, pos at, const node *lv, u32 n_lhs, const node *rv, u32 n_rhs, bool defining,
                       bool decl, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    if (!u->profile->unified) {
        old_assign_all(l, at, lv, n_lhs, rv, n_rhs, defining, decl, out);
        return;
    }
    bool few[FEW], *def = n_lhs <= FEW ? few : ARENA_ARRAY(u->arena, bool, n_lhs);
    struct ir_list lhs = {0}, rhs = {0};

    for (u32 i = 0; i < n_lhs; i++) {
        ir_push(u, &lhs, assignee(l, lv[i], defining, &def[i]));
    }
    if (n_rhs == 0) { /* var x T */
        for (u32 i = 0; i < n_lhs; i++) {
            if (def[i]) {
                struct ir *as = ir_new(u, IR_AS, at, l->inl, NULL);
                as->x = lhs.v[i];
                push_dcl(l, &as->init, at, ir_as_name(lhs.v[i]));
                ir_push(u, out, as);
            }
        }
        return;
    }
    struct places p = {l, lv, n_lhs};
    lower_multi(l, at, rv, n_rhs, place_type, &p, &rhs);
    struct ir *as = ir_new(u, n_lhs == 1 && rhs.n == 1 ? IR_AS : IR_AS2, at, l->inl, NULL);
    declare_names(l, as, &lhs, def);
    if (as->op == IR_AS) {
        as->x = lhs.v[0];
        as->y = rhs.v[0];
    } else {
        as->list = lhs;
        as->body = rhs;
    }
    ir_push(u, out, as);
}

static const u8 assign_ops[OP_COUNT] = {
    [OP_ADD] = IR_ADD, [OP_SUB] = IR_SUB, [OP_MUL] = IR_MUL, [OP_DIV] = IR_DIV, [OP_REM] = IR_MOD,
    [OP_AND] = IR_AND, [OP_OR] = IR_OR, [OP_XOR] = IR_XOR, [OP_AND_NOT] = IR_ANDNOT, [OP_SHL] = IR_LSH, [OP_SHR] = IR_RSH,
};

static void assign_op(struct lower *l, node s, struct ir_list *out)
{
    const struct ast_node *n = ast_at(l->ast, s);
    struct ir *as = stmt_new(l, IR_ASOP, s);

    as->num = assign_ops[n->op];
    as->x = lower_expr(l, n->a);
    if (n->b == 0) {
        struct type *t = lower_type_of(l, n->a);
        as->flags |= IR_INCDEC;
        as->y = lower_literal(l, as->pos, t, constant_int(l->u->arena, 1));
    } else {
        bool shift = n->op == OP_SHL || n->op == OP_SHR;
        as->y = lower_assignable(l, shift ? NULL : l->file->at[n->a].type, n->b);
    }
    ir_push(l->u, out, as);
}

static void assign_stmt(struct lower *l, node s, struct ir_list *out)
{
    const struct ast_node *n = ast_at(l->ast, s);

    if (n->b == 0 || (n->op != OP_NONE && n->op != OP_DEF)) {
        assign_op(l, s, out);
        return;
    }
    const node *lv, *rv;
    u32 n_lhs = ast_exprs(l->ast, &n->a, &lv), n_rhs = ast_exprs(l->ast, &n->b, &rv);
    assign_all(l, n->pos, lv, n_lhs, rv, n_rhs, n->op == OP_DEF, false, out);
}

static void decl_stmt(struct lower *l, node s, struct ir_list *out)
{
    u32 list = ast_at(l->ast, s)->a;
    const u32 *v = ast_list(l->ast, list);

    for (u32 i = 0; i < ast_list_len(l->ast, list); i++) {
        if (ast_kind(l->ast, v[i]) == AST_TYPE_DECL && !l->u->profile->unified) {
            ir_push(l->u, out, stmt_new(l, IR_DCLTYPE, v[i]));
        }
        if (ast_kind(l->ast, v[i]) != AST_VAR_DECL) {
            continue;
        }
        u32 names = ast_at(l->ast, v[i])->a;
        node values = ast_rec(l->ast, v[i], VALUE_VALUES);
        const node *rv;
        u32 n_rhs = ast_exprs(l->ast, &values, &rv);
        assign_all(l, lower_pos(l, v[i]), ast_list(l->ast, names), ast_list_len(l->ast, names), rv, n_rhs, true, true, out);
    }
}

void lower_init_step(struct lower *l, const struct init_step *s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    struct ir_list lhs = {0};
    pos at = s->n_lhs ? s->lhs[0]->pos : 0;

    for (u32 i = 0; i < s->n_lhs; i++) {
        ir_push(u, &lhs, s->lhs[i]->name == u->prog->blank ? blank(l) : &lower_global(u, s->lhs[i])->n);
    }
    struct ir *rhs = lower_expr(l, s->rhs);
    struct ir *as = ir_new(u, s->n_lhs == 1 ? IR_AS : IR_AS2, at, l->inl, NULL);
    if (s->n_lhs == 1) {
        as->x = lhs.v[0];
        /* The writer converts nothing here; the statement's type check does, at the variable. */
        as->y = !u->profile->unified ? lower_old_assign(l, rhs, s->lhs[0]->type)
                : rhs->type && !type_identical(rhs->type, s->lhs[0]->type) ? lower_convert(l, at, s->lhs[0]->type, rhs, true)
                                                                         : rhs;
    } else {
        as->list = lhs;
        ir_push(u, &as->body, rhs);
        lower_settle_assign(as);
    }
    for (u32 i = 0; i < lhs.n; i++) {
        ir_as_name(lhs.v[i])->defn = as;
    }
    ir_push(u, out, as);
}

/* typecheck/stmt.go, assign: v, ok = … and calls of several results have operators of their own. */
void lower_settle_assign(struct ir *as)
{
    if (as->op != IR_AS2 || as->body.n != 1) {
        return;
    }
    struct ir *r = as->body.v[0];
    if (as->list.n == 2) {
        switch (r->op) {
        case IR_INDEXMAP: as->op = IR_AS2MAPR; return;
        case IR_RECV: as->op = IR_AS2RECV; return;
        case IR_DOTTYPE:
            r->op = IR_DOTTYPE2;
            as->op = IR_AS2DOTTYPE;
            return;
        case IR_DYNAMICDOTTYPE:
            r->op = IR_DYNAMICDOTTYPE2;
            as->op = IR_AS2DOTTYPE;
            return;
        default: break;
        }
    }
    if (as->list.n > 1) {
        as->op = IR_AS2FUNC;
    }
}

/* ---- control ---- */

void lower_block(struct lower *l, node block, struct ir_list *out)
{
    if (block) {
        lower_stmts(l, ast_at(l->ast, block)->a, out);
    }
}

static bool distinct_vars(const struct lower *l)
{
    return l->u->profile->loopvar && (l->file->version == 0 || l->file->version >= 22);
}

static bool is_held(struct ir *n)
{
    const struct ir_name *v = ir_as_name(n);
    return v && (v->flags & (IR_NAME_ADDRTAKEN | IR_NAME_CAPTURED));
}

/* Could anybody tell whether a loop's variables, all of it having been lowered, are new in each iteration? */
static bool vars_are_held(const struct ir *loop)
{
    bool held = false;
    if (loop->op == IR_RANGE) {
        return (loop->flags & IR_DEF) && (is_held(loop->y) || is_held(loop->z));
    }
    for (u32 i = 0; i < loop->init.n; i++) {
        const struct ir *s = loop->init.v[i];
        if (s->op == IR_AS) {
            held = held || is_held(s->x);
        } else if (ir_children[s->op] == IR_LB_ && (s->flags & IR_DEF)) { /* one of the AS2 */
            for (u32 k = 0; k < s->list.n; k++) {
                held = held || is_held(s->list.v[k]);
            }
        }
    }
    return held;
}

/* The label in front of a loop is its own (reader.stmt1); see inline_loopvar.c. */
static void loop_flags(struct lower *l, struct ir *loop, const struct ir_list *out)
{
    if (out->n && out->v[out->n - 1]->op == IR_LABEL) {
        loop->label = out->v[out->n - 1]->label;
    }
    if (distinct_vars(l)) {
        loop->flags |= IR_DISTINCT;
        if (vars_are_held(loop)) {
            ir_has_loopvars(l->inl_caller ? l->inl_caller : l->fn);
        }
    }
}

static void range_stmt(struct lower *l, node s, node r, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    const struct ast_node *n = ast_at(l->ast, r);
    struct ir *rang = stmt_new(l, IR_RANGE, r);
    const node *lv;
    u32 n_lhs = ast_exprs(l->ast, &n->a, &lv);
    bool def[2] = {false, false};
    struct ir_list lhs = {0};
    for (u32 i = 0; i < n_lhs && i < 2; i++) {
        ir_push(u, &lhs, assignee(l, lv[i], n->flags & AST_FLAG_DEF, &def[i]));
    }
    rang->y = lhs.n > 0 ? lhs.v[0] : NULL;
    rang->z = lhs.n > 1 ? lhs.v[1] : NULL;
    declare_names(l, rang, &lhs, def);
    rang->x = lower_expr(l, n->b);
    lower_block(l, ast_rec(l->ast, s, FOR_BODY), &rang->body);
    loop_flags(l, rang, out);
    ir_push(u, out, rang);
}

static void for_stmt(struct lower *l, node s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    const struct ast_node *n = ast_at(l->ast, s);

    if (n->a && ast_kind(l->ast, n->a) == AST_RANGE) {
        range_stmt(l, s, n->a, out);
        return;
    }
    node cond = ast_rec(l->ast, s, FOR_COND);
    bool never = cond && static_bool(l, &cond) < 0;
    struct ir *f = stmt_new(l, IR_FOR, s);
    struct ir *init = one_stmt(l, n->a);
    f->x = cond ? lower_expr(l, cond) : NULL;
    f->y = never ? NULL : one_stmt(l, ast_rec(l->ast, s, FOR_POST));
    if (!never) {
        lower_block(l, ast_rec(l->ast, s, FOR_BODY), &f->body);
    }
    bool b;
    if (ir_bool_const(f->x, &b) && !b) {
        if (init) {
            ir_push(u, out, init);
        }
        return;
    }
    if (init) {
        ir_push(u, &f->init, init);
    }
    loop_flags(l, f, out);
    ir_push(u, out, f);
}

static void if_stmt(struct lower *l, node s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    node cond = ast_at(l->ast, s)->a, init = ast_rec(l->ast, s, IF_INIT);
    int c = static_bool(l, &cond);
    struct ir_list before = {0}, then = {0}, other = {0};

    if (init) {
        lower_stmt(l, init, &before);
    }
    struct ir *x = lower_expr(l, cond);
    if (c >= 0) {
        lower_block(l, ast_rec(l->ast, s, IF_THEN), &then);
    }
    node els = ast_rec(l->ast, s, IF_ELSE);
    if (c <= 0 && els) {
        lower_stmt(l, els, &other);
    }
    if (c != 0 && l->u->profile->unified) {
        if (x->op != IR_LITERAL) {
            struct ir *as = stmt_new(l, IR_AS, s);
            as->x = blank(l);
            as->y = x;
            ir_push(u, &before, as);
        }
        ir_append(u, &before, &then);
        ir_append(u, &before, &other);
        struct ir *b = as_block(l, &before);
        if (b) {
            ir_push(u, out, b);
        }
        return;
    }
    struct ir *n = stmt_new(l, IR_IF, s);
    n->init = before;
    n->x = x;
    n->body = then;
    n->list = other;
    ir_push(u, out, n);
}

/* ---- select ---- */

/* typecheck.tcSelect's oselrecv2. */
static struct ir *select_recv(struct lower *l, struct ir *from, struct ir *dst, struct ir *recv, bool def)
{
    struct ir *s = ir_new(l->u, IR_SELRECV2, from->pos, from->inl, NULL);
    ir_push(l->u, &s->list, dst);
    ir_push(l->u, &s->list, blank(l));
    ir_push(l->u, &s->body, recv);
    s->flags |= def ? IR_DEF : 0;
    s->init = from->init;
    struct ir_name *n = ir_as_name(dst);
    if (n && n->defn == from) {
        n->defn = s;
    }
    return s;
}

static struct ir *select_comm(struct lower *l, struct ir *comm, struct ir_list *body)
{
    struct ir_unit *u = l->u;
    struct ir_list first = {0};

    if (comm->op == IR_AS && !(comm->flags & IR_DEF) && comm->y && comm->y->op == IR_CONVIFACE && u->profile->unified) {
        struct ir *conv = comm->y, *recv = conv->x;
        struct ir_name *tmp = ir_temp(u, l->fn, comm->pos, l->inl, recv->type);
        struct ir *as = ir_new(u, IR_AS, comm->pos, l->inl, NULL);
        as->x = &tmp->n;
        as->y = recv;
        as->flags |= IR_DEF;
        push_dcl(l, &as->init, comm->pos, tmp);
        conv->x = &tmp->n;
        ir_push(u, &first, comm);
        comm = as;
    } else if (comm->op == IR_AS2 && comm->body.n && comm->body.v[0]->init.n == 1 &&
               comm->body.v[0]->init.v[0]->op == IR_AS2RECV) {
        struct ir *recv = comm->body.v[0]->init.v[0];
        comm->body.v[0]->init = (struct ir_list){0};
        ir_push(u, &first, comm);
        comm = recv;
    }
    ir_prepend(u, body, &first);
    switch (comm->op) {
    case IR_AS:
        if (comm->y && (comm->y->op == IR_CONVNOP || comm->y->op == IR_CONVIFACE) && (comm->y->flags & IR_IMPLICIT)) {
            comm->y = comm->y->x;
        }
        return select_recv(l, comm, comm->x, comm->y, comm->flags & IR_DEF);
    case IR_AS2RECV: comm->op = IR_SELRECV2; return comm;
    case IR_RECV: return select_recv(l, comm, blank(l), comm, false);
    default: return comm;
    }
}

static void select_stmt(struct lower *l, node s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    u32 list = ast_at(l->ast, s)->a;
    const u32 *v = ast_list(l->ast, list);
    struct ir *n = stmt_new(l, IR_SELECT, s);

    for (u32 i = 0; i < ast_list_len(l->ast, list); i++) {
        struct ir *c = stmt_new(l, IR_COMM, v[i]);
        struct ir *comm = one_stmt(l, ast_at(l->ast, v[i])->a);
        lower_stmts(l, ast_rec(l->ast, v[i], CLAUSE_BODY), &c->body);
        if (comm) {
            c->x = select_comm(l, comm, &c->body);
        }
        ir_push(u, &n->list, c);
    }
    ir_push(u, out, n);
}

/* ---- switch ---- */

static bool has_fallthrough(struct lower *l, u32 list)
{
    node s = last_non_empty(l, list);
    while (s && ast_kind(l->ast, s) == AST_LABELED) {
        s = ast_at(l->ast, s)->b;
    }
    return s && ast_kind(l->ast, s) == AST_BRANCH && ast_at(l->ast, s)->op == TOK_FALLTHROUGH;
}

/* quirks.go, typeExprEndPos. */
static pos type_end(const struct lower *l, node x)
{
    const struct ast *f = l->ast;
    for (;;) {
        const struct ast_node *n = ast_at(f, x);
        u32 list;
        switch (n->kind) {
        case AST_SELECTOR: return lower_pos(l, n->a);
        case AST_PAREN:
        case AST_OPERATION:
        case AST_SLICE_TYPE:
        case AST_DOTS_TYPE:
        case AST_CHAN_TYPE: x = n->a; break;
        case AST_ARRAY_TYPE:
        case AST_MAP_TYPE: x = n->b; break;
        case AST_INTERFACE_TYPE:
            if (ast_list_len(f, n->a) == 0) {
                return n->pos;
            }
            x = ast_at(f, ast_list(f, n->a)[ast_list_len(f, n->a) - 1])->b;
            break;
        case AST_FUNC_TYPE:
            list = ast_list_len(f, n->b) ? n->b : n->a;
            if (ast_list_len(f, list) == 0) {
                return n->pos;
            }
            x = ast_at(f, ast_list(f, list)[ast_list_len(f, list) - 1])->b;
            break;
        case AST_INDEX: {
            const node *v;
            u32 k = ast_exprs(f, &n->b, &v);
            x = v[k - 1];
            break;
        }
        default: return n->pos;
        }
    }
}

/* Of a switch over a constant with constant cases, the clause that is taken: its place, n if none is; below 0: it cannot
 * be said (writer.switchStmt). */
static i64 constant_case(struct lower *l, const struct constant *tag, const u32 *v, u32 n)
{
    i64 target = n;
    for (u32 i = 0; i < n; i++) {
        node list = ast_at(l->ast, v[i])->a;
        if (list == 0) {
            target = i;
        }
        const node *cv;
        u32 k = ast_exprs(l->ast, &list, &cv);
        for (u32 j = 0; j < k; j++) {
            const struct constant *c = info_const(l->file, cv[j]);
            if (!c) {
                return -1;
            }
            if (constant_same(tag, c)) {
                return has_fallthrough(l, ast_rec(l->ast, v[i], CLAUSE_BODY)) ? -1 : (i64)i;
            }
        }
    }
    return target < (i64)n && has_fallthrough(l, ast_rec(l->ast, v[target], CLAUSE_BODY)) ? -1 : target;
}

/* A type in a case of a type switch. */
static struct ir *case_type(struct lower *l, struct type *iface, node x)
{
    struct ir_unit *u = l->u;
    if (l->file->mode[ast_unparen(l->ast, x)] == MODE_NIL) {
        return ir_new(u, IR_NIL, lower_pos(l, x), l->inl, TYPE_OF(UNTYPED_NIL));
    }
    struct type *t = l->file->at[ast_unparen(l->ast, x)].type;
    return lower_type_expr(l, lower_pos(l, x), iface, t);
}

static void case_clause(struct lower *l, node clause, bool no_cases, struct ir *tag, struct type *tag_type, bool types,
                        struct ir *sw)
{
    struct ir_unit *u = l->u;
    struct ir *c = stmt_new(l, IR_CASE, clause);
    node list = no_cases ? 0 : ast_at(l->ast, clause)->a;
    const node *v;
    u32 n = ast_exprs(l->ast, &list, &v);

    for (u32 i = 0; i < n; i++) {
        ir_push(u, &c->list, types ? case_type(l, tag_type, v[i]) : lower_assignable(l, tag_type, v[i]));
    }
    if (types && tag && (tag->flags & IR_DEF)) {
        struct obj *o = l->file->at[clause].obj;
        if (o) {
            struct ir_name *name = lower_local(l, o);
            name->n.pos = !u->profile->unified ? ast_rec(l->ast, clause, CLAUSE_COLON)
                          : n                  ? type_end(l, v[n - 1])
                                               : lower_pos(l, clause);
            name->defn = tag;
            c->name = name;
        }
    }
    lower_stmts(l, ast_rec(l->ast, clause, CLAUSE_BODY), &c->body);
    ir_push(u, &sw->list, c);
}

/* Can a case's value be assigned to the tag's type?  Since the two can be compared, otherwise the tag's can be to its. */
static bool is_case_assignable(struct type *c, struct type *t)
{
    if (type_is_untyped(c) || !type_is_iface_not_param(c) || type_identical(c, t)) {
        return true;
    }
    if (!type_is_iface_not_param(t)) {
        return false;
    }
    const struct type_set *have = type_set_of(as_interface(type_under(c))), *want = type_set_of(as_interface(type_under(t)));
    u32 found = 0;
    for (u32 i = 0; i < want->n_methods; i++) {
        for (u32 k = 0; k < have->n_methods; k++) {
            if (have->methods[k]->name == want->methods[i]->name) {
                found++;
                break;
            }
        }
    }
    return found == want->n_methods;
}

/* The type at which cases are compared: any where a case or the tag is an interface and the other is not. */
static struct type *switch_type(struct lower *l, struct type *t, const u32 *v, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        node list = ast_at(l->ast, v[i])->a;
        const node *cv;
        u32 k = ast_exprs(l->ast, &list, &cv);
        for (u32 j = 0; j < k; j++) {
            struct type *c = l->file->at[ast_unparen(l->ast, cv[j])].type;
            if (c && t && l->file->mode[ast_unparen(l->ast, cv[j])] != MODE_NIL && !is_case_assignable(c, t)) {
                return type_unalias(l->u->prog->any);
            }
        }
    }
    return t;
}

static void type_switch(struct lower *l, node s, node guard, struct ir *sw)
{
    const struct ast_node *g = ast_at(l->ast, guard);
    struct ir *tag = stmt_new(l, IR_TYPESW, guard);

    tag->flags |= g->a ? IR_DEF : 0;
    if (g->a) {
        tag->p = NULL;
        tag->num = ast_at(l->ast, g->a)->a; /* the variable's name */
    }
    tag->x = lower_expr(l, g->b);
    sw->x = tag;
    u32 list = ast_rec(l->ast, s, SWITCH_BODY);
    const u32 *v = ast_list(l->ast, list);
    for (u32 i = 0; i < ast_list_len(l->ast, list); i++) {
        case_clause(l, v[i], false, tag, lower_type_raw(l, g->b), true, sw);
    }
}

static void switch_stmt(struct lower *l, node s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    node tag = ast_at(l->ast, s)->a, init = ast_rec(l->ast, s, SWITCH_INIT);
    struct ir *sw = stmt_new(l, IR_SWITCH, s);
    struct ir *before = one_stmt(l, init);

    if (before) {
        ir_push(u, &sw->init, before);
    }
    ir_push(u, out, sw);
    if (tag && ast_kind(l->ast, tag) == AST_TYPE_SWITCH) {
        type_switch(l, s, tag, sw);
        return;
    }
    u32 list = ast_rec(l->ast, s, SWITCH_BODY), n = ast_list_len(l->ast, list), only = 0;
    const u32 *v = ast_list(l->ast, list);
    struct type *t = tag ? l->file->at[ast_unparen(l->ast, tag)].type : TYPE_OF(BOOL);
    const struct constant *value = tag ? info_const(l->file, tag) : constant_bool(true);
    bool chosen = false;

    if (value && u->profile->unified) {
        i64 c = constant_case(l, value, v, n);
        if (c >= 0) {
            chosen = true;
            only = (u32)c;
            tag = 0;
            t = TYPE_OF(BOOL);
        }
    }
    if (tag && t && type_is_untyped(t)) {
        t = type_default(t);
    }
    bool chan = !u->profile->unified || (t && type_under(t)->kind == TYPE_CHAN);
    if (!chan && !chosen) {
        t = switch_type(l, t, v, n);
    }
    if (tag) {
        sw->x = lower_assignable(l, u->profile->unified ? t : NULL, tag);
    }
    for (u32 i = 0; i < n; i++) {
        if (!chosen || i == only) {
            case_clause(l, v[i], chosen, NULL, chan ? NULL : t, false, sw);
        }
    }
}

/* ---- all of them ---- */

struct results {
    struct lower *l;
    struct type_signature *sig;
};

static struct type *result_type(void *ctx, u32 i)
{
    struct results *r = ctx;
    return r->sig->results->vars[i]->type;
}

static void return_stmt(struct lower *l, node s, struct ir_list *out)
{
    const struct ast_node *n = ast_at(l->ast, s);
    const node *v;
    u32 k = ast_exprs(l->ast, &n->a, &v);
    struct ir_list init = {0}, list = {0};

    if (k) {
        struct results c = {l, lower_signature(l)};
        lower_multi(l, n->pos, v, k, result_type, &c, &list);
        init = l->before;
        l->before = (struct ir_list){0};
    }
    struct ir *r;
    if (l->returns_here) {
        r = lower_return_inlined(l, &init, &list);
    } else {
        r = stmt_new(l, IR_RETURN, s);
        r->init = init;
        r->list = list;
    }
    ir_push(l->u, out, r);
}

static void call_stmt(struct lower *l, node s, struct ir_list *out)
{
    const struct ast_node *n = ast_at(l->ast, s);
    enum ir_op op = n->op == TOK_GO ? IR_GO : IR_DEFER;
    struct ir *call = lower_expr(l, n->a), *g = stmt_new(l, op, s);

    g->x = lower_go_defer(l, op, n->pos, call, &g->init);
    if (n->b) {
        g->y = lower_expr(l, n->b); /* where a loop over a function defers to (rangefunc.c) */
    }
    ir_push(l->u, out, g);
}

static enum ir_op branch_op(u32 tok)
{
    switch (tok) {
    case TOK_BREAK: return IR_BREAK;
    case TOK_CONTINUE: return IR_CONTINUE;
    case TOK_GOTO: return IR_GOTO;
    default: return IR_FALL;
    }
}

void lower_stmt(struct lower *l, node s, struct ir_list *out)
{
    struct ir_unit *u = l->u;
    const struct ast_node *n = ast_at(l->ast, s);
    struct ir *r;

    switch (n->kind) {
    case AST_EMPTY: return;
    case AST_ASSIGN: assign_stmt(l, s, out); return;
    case AST_BLOCK: lower_block(l, s, out); return;
    case AST_DECL_STMT: decl_stmt(l, s, out); return;
    case AST_EXPR_STMT:
        r = lower_expr(l, n->a);
        ir_push(u, out, r);
        return;
    case AST_BRANCH:
        r = stmt_new(l, branch_op(n->op), s);
        l->fn->flags |= r->op == IR_GOTO ? IR_FUNC_GOTO : 0;
        r->label = label_of(l, n->a);
        ir_push(u, out, r);
        return;
    case AST_CALL_STMT: call_stmt(l, s, out); return;
    case AST_FOR: for_stmt(l, s, out); return;
    case AST_IF: if_stmt(l, s, out); return;
    case AST_LABELED:
        r = stmt_new(l, IR_LABEL, s);
        r->label = label_of(l, n->a);
        ir_push(u, out, r);
        lower_stmt(l, n->b, out);
        return;
    case AST_RETURN: return_stmt(l, s, out); return;
    case AST_SELECT: select_stmt(l, s, out); return;
    case AST_SEND: {
        struct type *ct = lower_core(lower_type_raw(l, ast_unparen(l->ast, n->a)));
        struct type *elem = ct && ct->kind == TYPE_CHAN ? as_chan(ct)->elem : NULL;
        r = stmt_new(l, IR_SEND, s);
        r->x = lower_expr(l, n->a);
        r->y = lower_assignable(l, elem, n->b);
        ir_push(u, out, r);
        return;
    }
    case AST_SWITCH: switch_stmt(l, s, out); return;
    default: BUG_IF(!l->pkg->tainted); /* else wrong code, and nobody asks about its function */
    }
}

/* writer.stmts: what follows a statement that ends the list is left out, up to the last label. */
void lower_stmts(struct lower *l, u32 list, struct ir_list *out)
{
    const u32 *v = ast_list(l->ast, list);
    u32 n = ast_list_len(l->ast, list), last_label = 0;

    if (!l->u->profile->unified) {
        for (u32 i = 0; i < n; i++) {
            lower_stmt(l, v[i], out);
        }
        return;
    }
    for (u32 i = 0; i < n; i++) {
        if (ast_kind(l->ast, v[i]) == AST_LABELED) {
            last_label = i + 1;
        }
    }
    bool dead = false;
    for (u32 i = 0; i < n; i++) {
        if (dead && i + 1 > last_label && ast_kind(l->ast, v[i]) != AST_LABELED) {
            continue;
        }
        lower_stmt(l, v[i], out);
        dead = terminates(l, v[i]);
    }
}
