#include "types/check.h"

#include <stdlib.h>

/* Which branch statements may stand here, and what surrounds them (Go spec, "Statements"). */
enum {
    BREAK_OK = 1,
    CONTINUE_OK = 2,
    FALLTHROUGH_OK = 4,
    FINAL_CASE = 8,      /* last statement of the last clause of a switch */
    IN_TYPE_SWITCH = 16, /* which is what a break would leave */
};

/* Of statements in a block and of those of a list but the last; of those in what a break leaves. */
static u32 ctx_inner(u32 ctx)
{
    return ctx & ~(u32)(FALLTHROUGH_OK | FINAL_CASE);
}

static u32 ctx_breakable(u32 ctx)
{
    return (ctx_inner(ctx) & ~(u32)IN_TYPE_SWITCH) | BREAK_OK;
}

static void stmt(struct checker *c, u32 ctx, node s);

static void open_scope(struct checker *c, node n)
{
    struct scope *s = scope_new(c->a, c->env.scope, check_at(c, n)->pos, ast_end(c->ast, n));

    record_scope(c, n, s);
    c->env.scope = s;
}

static void close_scope(struct checker *c)
{
    c->env.scope = c->env.scope->parent;
}

/* The statements of a list; a fallthrough may only be the last that is not empty. */
static void stmt_list(struct checker *c, u32 ctx, u32 list)
{
    const node *v = ast_list(c->ast, list);
    u32 n = ast_list_len(c->ast, list);

    while (n > 0 && check_kind(c, v[n - 1]) == AST_EMPTY) {
        n--;
    }
    for (u32 i = 0; i < n; i++) {
        stmt(c, i + 1 == n ? ctx : ctx_inner(ctx), v[i]);
    }
}

/* At most one default among the clauses of a switch or select. */
static void one_default(struct checker *c, u32 list)
{
    const node *v = ast_list(c->ast, list);
    node first = 0;

    for (u32 i = 0, n = ast_list_len(c->ast, list); i < n; i++) {
        if (check_at(c, v[i])->a != 0) {
            continue;
        }
        if (first) {
            check_error(c, at_node(c, v[i]), "multiple defaults (first at %s)",
                        s_pos(c, check_at(c, first)->pos));
        } else {
            first = v[i];
        }
    }
}

static void condition(struct checker *c, node cond, const char *what)
{
    struct operand x = {0};

    check_expr(c, NULL, &x, cond);
    if (x.mode != MODE_NONE && !type_all(x.type, INFO_BOOLEAN)) {
        check_error(c, at_node(c, cond), "non-boolean condition in %s statement", what);
    }
}

static void go_or_defer(struct checker *c, node s)
{
    const char *word = token_text((enum token)check_at(c, s)->op);
    node call = check_at(c, s)->a;
    struct operand x = {0};

    if (check_kind(c, call) != AST_CALL) {
        check_error(c, at_node(c, call), "expression in %s must be function call", word);
        check_use(c, &call, 1);
        return;
    }
    switch (check_raw_expr(c, NULL, &x, call, NULL, false)) {
    case EXPR_CONVERSION:
        check_error(c, at_operand(c, &x), "%s requires function call, not conversion %s", word, s_operand(c, &x));
        break;
    case EXPR_EXPRESSION:
        check_error(c, at_operand(c, &x), "%s discards result of %s", word, s_operand(c, &x));
        break;
    case EXPR_STATEMENT: break;
    }
}

static void expr_stmt(struct checker *c, node s)
{
    struct operand x = {0};
    enum expr_kind kind = check_raw_expr(c, NULL, &x, check_at(c, s)->a, NULL, false);

    switch (x.mode) {
    case MODE_BUILTIN:
        check_error(c, at_operand(c, &x), "%s must be called", s_operand(c, &x));
        break;
    case MODE_TYPE:
        check_error(c, at_operand(c, &x), "%s is not an expression", s_operand(c, &x));
        break;
    default:
        if (kind != EXPR_STATEMENT) {
            check_error(c, at_operand(c, &x), "%s is not used", s_operand(c, &x));
        }
    }
}

static void send_stmt(struct checker *c, node s)
{
    struct operand ch = {0}, val = {0};

    check_expr(c, NULL, &ch, check_at(c, s)->a);
    check_expr(c, NULL, &val, check_at(c, s)->b);
    if (ch.mode == MODE_NONE || val.mode == MODE_NONE) {
        return;
    }

    struct type *elem = check_chan_elem(c, at_node(c, s), &ch, false);

    if (elem) {
        assign_operand(c, &val, elem, "send");
    }
}

static void return_stmt(struct checker *c, node s)
{
    struct type_tuple *res = c->env.sig->results;
    const node *v;
    u32 n = ast_exprs(c->ast, &check_at(c, s)->a, &v);

    if (n > 0 || res->n == 0 || res->vars[0]->name == 0) {
        assign_init_vars(c, res->vars, res->n, v, n, s);
        return;
    }
    for (u32 i = 0; i < res->n; i++) {
        struct obj *o = res->vars[i], *here = check_lookup(c, o->name, NULL);

        if (here && here != o) {
            struct check_msg m = {0};

            check_msg_add(c, &m, at_node(c, s), "result parameter %s not in scope at return", s_name(c, o));
            check_msg_add(c, &m, here->pos, "inner declaration of %s", s_obj(c, o));
            check_msg_report(c, &m);
        }
    }
}

static void branch_stmt(struct checker *c, u32 ctx, node s)
{
    if (check_at(c, s)->a != 0) { /* label.c looks at it when the whole body is known */
        c->env.has_label = true;
        return;
    }
    if (c->env.broken) { /* what it is in may have been lost */
        return;
    }
    c->in_parser = true;
    switch (check_at(c, s)->op) {
    case TOK_BREAK:
        if (!(ctx & BREAK_OK)) {
            check_error(c, at_node(c, s), "break is not in a loop, switch, or select");
        }
        break;
    case TOK_CONTINUE:
        if (!(ctx & CONTINUE_OK)) {
            check_error(c, at_node(c, s), "continue is not in a loop");
        }
        break;
    case TOK_FALLTHROUGH:
        if (!(ctx & FALLTHROUGH_OK)) {
            check_error(c, at_node(c, s), "%s",
                        ctx & IN_TYPE_SWITCH ? "cannot fallthrough in type switch"
                        : ctx & FINAL_CASE   ? "cannot fallthrough final case in switch"
                                               : "fallthrough statement out of place");
        }
        break;
    default: break; /* a goto without label is a syntax error */
    }
    c->in_parser = false;
}

/* ---- switch and select ---- */

/* Constant cases seen so far, to find duplicates. */
struct seen_value {
    const struct constant *val;
    struct type *type;
    pos at;
};
struct seen_values {
    VEC(struct seen_value) list;
    struct map by_hash; /* constant_hash -> index of the last with that hash + 1 */
    VEC(u32) before;    /* of each: the one with the same hash before it + 1 */
};

/* gc finds duplicates only of integers, floats and strings. */
static bool can_repeat(const struct constant *v)
{
    i64 i;
    u64 u;

    switch (constant_kind(v)) {
    case CONST_INT: return constant_i64(v, &i) || constant_u64(v, &u);
    case CONST_FLOAT:
    case CONST_STRING: return true;
    default: return false;
    }
}

static void note_case(struct checker *c, const struct operand *v, struct seen_values *seen)
{
    union map_val *last = map_put(&seen->by_hash, constant_hash(v->val), NULL);

    for (u64 i = last->u; i != 0; i = seen->before.v[i - 1]) {
        struct seen_value *s = &seen->list.v[i - 1];

        if (constant_same(s->val, v->val) && type_identical(s->type, v->type)) {
            struct check_msg m = {0};

            check_msg_add(c, &m, at_operand(c, v), "duplicate case %s in expression switch", s_operand(c, v));
            check_msg_add(c, &m, s->at, "previous case");
            check_msg_report(c, &m);
            return;
        }
    }
    vec_push_in(c->tmp, &seen->before, (u32)last->u);
    vec_push_in(c->tmp, &seen->list, (struct seen_value){v->val, v->type, check_at(c, v->expr)->pos});
    last->u = seen->list.n;
}

static void case_values(struct checker *c, const struct operand *x, node clause, struct seen_values *seen)
{
    const node *v;
    u32 n = ast_exprs(c->ast, &check_at(c, clause)->a, &v);

    for (u32 i = 0; i < n; i++) {
        struct operand val = {0};

        check_expr(c, NULL, &val, v[i]);
        if (x->mode == MODE_NONE || val.mode == MODE_NONE) {
            continue;
        }
        untyped_convert(c, &val, x->type);
        if (val.mode == MODE_NONE) {
            continue;
        }

        /* the case is the left side, as messages stand there */
        struct operand res = val, tag = *x;

        check_comparison(c, &res, &tag, OP_EQL, true);
        if (res.mode != MODE_NONE && val.mode == MODE_CONST && can_repeat(val.val)) {
            note_case(c, &val, seen);
        }
    }
}

static void expr_switch(struct checker *c, u32 ctx, node s)
{
    u32 body = ast_rec(c->ast, s, SWITCH_BODY);
    const node *v = ast_list(c->ast, body);
    u32 n = ast_list_len(c->ast, body);
    struct seen_values seen = {0};
    struct operand x = {0};

    if (check_at(c, s)->a != 0) {
        check_expr(c, NULL, &x, check_at(c, s)->a);
        /* as assigned to a variable of its own */
        assign_operand(c, &x, NULL, "switch expression");
        if (x.mode != MODE_NONE && !type_comparable(x.type, true, NULL, c->tmp, c->pkg) && !type_has_nil(x.type)) {
            check_error(c, at_operand(c, &x), "cannot switch on %s (%s is not comparable)", s_operand(c, &x),
                        s_type(c, x.type));
            x.mode = MODE_NONE;
        }
    } else { /* true, which stands nowhere */
        x.mode = MODE_CONST;
        x.type = TYPE_OF(BOOL);
        x.val = constant_bool(true);
    }
    one_default(c, body);
    for (u32 i = 0; i < n; i++) {
        case_values(c, &x, v[i], &seen);
        open_scope(c, v[i]);
        stmt_list(c, ctx | (i + 1 < n ? FALLTHROUGH_OK : FINAL_CASE), ast_rec(c->ast, v[i], CLAUSE_BODY));
        close_scope(c);
    }
    map_release(&seen.by_hash);
}

struct seen_type {
    struct type *type; /* NULL: nil */
    node at;
};
typedef VEC(struct seen_type) seen_types;

/* nil can be written in one way only: by its name. */
static bool is_nil_name(struct checker *c, node n)
{
    n = ast_unparen(c->ast, n);
    if (check_kind(c, n) != AST_NAME) {
        return false;
    }

    struct obj *o = check_lookup(c, check_at(c, n)->a, NULL);

    return o && o->kind == OBJ_NIL;
}

/* Was there such a case before?  Reports it. */
static bool repeated_type(struct checker *c, const seen_types *seen, struct type *t, node at)
{
    for (size_t i = 0; i < seen->n; i++) {
        struct type *other = seen->v[i].type;

        if ((t && other) ? type_identical(t, other) : t == other) {
            struct check_msg m = {0};

            check_msg_add(c, &m, at_node(c, at), "duplicate case %s in type switch", t ? s_type(c, t) : "nil");
            check_msg_add(c, &m, at_node(c, seen->v[i].at), "previous case");
            check_msg_report(c, &m);
            return true;
        }
    }
    return false;
}

/* The type of the guard's variable in this clause; x: what is switched on, NULL after an error. */
static struct type *case_types(struct checker *c, struct operand *x, node clause, seen_types *seen)
{
    const node *v;
    u32 n = ast_exprs(c->ast, &check_at(c, clause)->a, &v);
    struct type *t = NULL;

    for (u32 i = 0; i < n; i++) {
        if (is_nil_name(c, v[i])) {
            struct operand nil = {0};

            t = NULL;
            check_expr(c, NULL, &nil, v[i]); /* for its record */
        } else {
            t = check_var_type(c, v[i]);
            if (!type_is_valid(t)) {
                continue;
            }
        }
        if (repeated_type(c, seen, t, v[i])) {
            continue;
        }
        vec_push_in(c->tmp, seen, (struct seen_type){t, v[i]});
        if (x && t) {
            check_type_assertion(c, v[i], x, t, true);
        }
    }
    if (n == 1 && t) {
        return t;
    }
    return x ? x->type : TYPE_BAD;
}

static void type_switch(struct checker *c, u32 ctx, node s)
{
    u32 body = ast_rec(c->ast, s, SWITCH_BODY);
    const node *v = ast_list(c->ast, body);
    u32 n = ast_list_len(c->ast, body);
    node guard = check_at(c, s)->a, lhs = check_at(c, guard)->a;
    seen_types seen = {0};
    struct operand x = {0}, *sx = NULL;

    if (lhs && check_at(c, lhs)->a == c->prog->blank) {
        check_error_soft(c, at_node(c, lhs), "no new variable on left side of :=");
        lhs = 0;
    } else if (lhs) {
        record_def(c, lhs, NULL); /* each clause declares its own */
    }
    check_expr(c, NULL, &x, check_at(c, guard)->b);
    if (x.mode != MODE_NONE) {
        if (type_is_param(x.type)) {
            check_error(c, at_operand(c, &x), "cannot use type switch on type parameter value %s", s_operand(c, &x));
        } else if (type_is_interface(x.type)) {
            sx = &x;
        } else {
            check_error(c, at_operand(c, &x), "%s is not an interface", s_operand(c, &x));
        }
    }
    one_default(c, body);

    VEC(struct obj *) vars = {0};

    for (u32 i = 0; i < n; i++) {
        struct type *t = case_types(c, sx, v[i], &seen);

        open_scope(c, v[i]);
        if (lhs) {
            struct obj *o = obj_new(c->a, OBJ_VAR, check_at(c, lhs)->pos, c->pkg, check_at(c, lhs)->a, t,
                                    c->prog->names);

            o->var = VAR_LOCAL;
            decl_declare(c, c->env.scope, 0, o, ast_rec(c->ast, v[i], CLAUSE_COLON));
            record_implicit(c, v[i], o);
            vec_push_in(c->tmp, &vars, o);
        }
        stmt_list(c, ctx, ast_rec(c->ast, v[i], CLAUSE_BODY));
        close_scope(c);
    }
    if (!lhs) {
        return;
    }

    /* They count as one variable: used if one of them is. */
    bool used = false;

    for (size_t i = 0; i < vars.n; i++) {
        used |= (vars.v[i]->flags & OBJ_USED) != 0;
        vars.v[i]->flags |= OBJ_USED;
    }
    if (!used) {
        check_error_soft(c, at_node(c, lhs), "%s declared and not used",
                         s_str(c, check_name(c, check_at(c, lhs)->a)));
    }
}

/* send, receive, or an assignment or declaration from one receive */
static bool is_communication(struct checker *c, node comm)
{
    node rhs = 0;

    switch (check_kind(c, comm)) {
    case AST_SEND: return true;
    case AST_ASSIGN: rhs = check_at(c, comm)->b; break;
    case AST_EXPR_STMT: rhs = check_at(c, comm)->a; break;
    default: return false;
    }
    if (rhs == 0) {
        return false;
    }
    rhs = ast_unparen(c->ast, rhs);

    const struct ast_node *x = check_at(c, rhs);

    return x->kind == AST_OPERATION && x->op == OP_RECV && x->b == 0;
}

static void jumps(struct checker *c, u32 ctx, node s);

static void jumps_of_list(struct checker *c, u32 ctx, u32 list)
{
    const node *v = ast_list(c->ast, list);
    u32 n = ast_list_len(c->ast, list);

    while (n > 0 && check_kind(c, v[n - 1]) == AST_EMPTY) {
        n--;
    }
    for (u32 i = 0; i < n; i++) {
        jumps(c, i + 1 == n ? ctx : ctx_inner(ctx), v[i]);
    }
}

/* Looks at nothing but the jumps: of what is left out because of an error, the compiler's parser has
 * seen those all the same. */
static void jumps(struct checker *c, u32 ctx, node s)
{
    u32 inner = ctx_inner(ctx);
    const struct ast_node *n = check_at(c, s);
    u32 list = 0;

    if (c->depth >= CHECK_DEPTH) {
        return;
    }
    c->depth++;
    switch (n->kind) {
    case AST_BRANCH: branch_stmt(c, ctx, s); break;
    case AST_LABELED:
        c->env.has_label = true;
        jumps(c, ctx, n->b);
        break;
    case AST_BLOCK: jumps_of_list(c, inner, n->a); break;
    case AST_IF:
        jumps(c, inner, ast_rec(c->ast, s, IF_THEN));
        if (ast_rec(c->ast, s, IF_ELSE)) {
            jumps(c, inner, ast_rec(c->ast, s, IF_ELSE));
        }
        break;
    case AST_FOR: jumps(c, ctx_breakable(ctx) | CONTINUE_OK, ast_rec(c->ast, s, FOR_BODY)); break;
    case AST_SWITCH: list = ast_rec(c->ast, s, SWITCH_BODY); break;
    case AST_SELECT: list = n->a; break;
    default: break;
    }
    for (u32 i = 0, len = ast_list_len(c->ast, list); i < len; i++) {
        u32 clause = ctx_breakable(ctx);
        if (n->kind == AST_SWITCH) {
            clause |= n->a && check_kind(c, n->a) == AST_TYPE_SWITCH ? IN_TYPE_SWITCH
                      : i + 1 < len                                  ? FALLTHROUGH_OK
                                                                     : FINAL_CASE;
        }
        jumps_of_list(c, clause, ast_rec(c->ast, ast_list(c->ast, list)[i], CLAUSE_BODY));
    }
    c->depth--;
}

static void select_stmt(struct checker *c, u32 ctx, node s)
{
    u32 body = check_at(c, s)->a;
    const node *v = ast_list(c->ast, body);

    one_default(c, body);
    for (u32 i = 0, n = ast_list_len(c->ast, body); i < n; i++) {
        node comm = check_at(c, v[i])->a;

        if (comm && !is_communication(c, comm)) {
            check_error(c, at_node(c, comm), "select case must be send or receive (possibly with assignment)");
            jumps_of_list(c, ctx, ast_rec(c->ast, v[i], CLAUSE_BODY));
            continue;
        }
        open_scope(c, v[i]);
        if (comm) {
            stmt(c, ctx, comm);
        }
        stmt_list(c, ctx, ast_rec(c->ast, v[i], CLAUSE_BODY));
        close_scope(c);
    }
}

/* ---- the rest ---- */

static void for_stmt(struct checker *c, u32 ctx, node s)
{
    node init = check_at(c, s)->a, cond = ast_rec(c->ast, s, FOR_COND), post = ast_rec(c->ast, s, FOR_POST);

    if (init && check_kind(c, init) == AST_RANGE) {
        check_range(c, s, ctx);
        return;
    }
    open_scope(c, s);
    if (init) {
        stmt(c, 0, init);
    }
    if (cond) {
        condition(c, cond, "for");
    }
    if (post) {
        stmt(c, 0, post);
        if (check_kind(c, post) == AST_ASSIGN && check_at(c, post)->op == OP_DEF) {
            const node *v; /* a syntax error already; this one is to be the only one */
            u32 n = ast_exprs(c->ast, &check_at(c, post)->a, &v);

            check_use(c, v, n);
        }
    }
    stmt(c, ctx, ast_rec(c->ast, s, FOR_BODY));
    close_scope(c);
}

static void stmt_kind(struct checker *c, u32 ctx, node s)
{
    u32 inner = ctx_inner(ctx);
    const struct ast_node *n = check_at(c, s);

    switch (n->kind) {
    case AST_EMPTY: break;
    case AST_DECL_STMT: decl_stmt(c, n->a); break;
    case AST_LABELED:
        c->env.has_label = true;
        stmt(c, ctx, n->b);
        break;
    case AST_EXPR_STMT: expr_stmt(c, s); break;
    case AST_SEND: send_stmt(c, s); break;
    case AST_ASSIGN: assign_stmt(c, s); break;
    case AST_CALL_STMT: go_or_defer(c, s); break;
    case AST_RETURN: return_stmt(c, s); break;
    case AST_BRANCH: branch_stmt(c, ctx, s); break;
    case AST_BLOCK:
        open_scope(c, s);
        stmt_list(c, inner, n->a);
        close_scope(c);
        break;
    case AST_IF:
        open_scope(c, s);
        if (ast_rec(c->ast, s, IF_INIT)) {
            stmt(c, 0, ast_rec(c->ast, s, IF_INIT));
        }
        if (n->a) {
            condition(c, n->a, "if");
        }
        stmt(c, inner, ast_rec(c->ast, s, IF_THEN));
        if (ast_rec(c->ast, s, IF_ELSE)) {
            stmt(c, inner, ast_rec(c->ast, s, IF_ELSE));
        }
        close_scope(c);
        break;
    case AST_SWITCH:
        inner = ctx_breakable(ctx);
        open_scope(c, s);
        if (ast_rec(c->ast, s, SWITCH_INIT)) {
            stmt(c, 0, ast_rec(c->ast, s, SWITCH_INIT));
        }
        if (n->a && check_kind(c, n->a) == AST_TYPE_SWITCH) {
            type_switch(c, inner | IN_TYPE_SWITCH, s);
        } else {
            expr_switch(c, inner, s);
        }
        close_scope(c);
        break;
    case AST_SELECT: select_stmt(c, ctx_breakable(ctx), s); break;
    case AST_FOR: for_stmt(c, ctx_breakable(ctx) | CONTINUE_OK, s); break;
    default: break; /* a syntax error has been reported */
    }
}

static void stmt(struct checker *c, u32 ctx, node s)
{
    size_t top = c->delayed.n;

    if (c->depth >= CHECK_DEPTH) {
        check_error(c, at_node(c, s), "statements nested too deeply");
        return;
    }
    c->depth++;
    stmt_kind(c, ctx, s);
    /* Function literals, while the scope is still that of the statement. */
    check_run_delayed(c, top);
    c->depth--;
}

void check_stmt(struct checker *c, u32 ctx, node s)
{
    stmt(c, ctx, s);
}

static int by_pos(const void *a, const void *b)
{
    u32 x = (*(struct obj *const *)a)->pos, y = (*(struct obj *const *)b)->pos;

    return x < y ? -1 : x > y;
}

/* Spec, "Variable declarations": an implementation may reject variables that are never used. */
void check_usage(struct checker *c, struct scope *s)
{
    VEC(struct obj *) unused = {0};

    for (u32 i = 0; i < s->n; i++) {
        struct obj *o = s->slots[i].obj;

        if (o->kind == OBJ_VAR && o->var == VAR_LOCAL && !(o->flags & OBJ_USED)) {
            vec_push_in(c->tmp, &unused, o);
        }
    }
    if (unused.n > 1) {
        qsort(unused.v, unused.n, sizeof *unused.v, by_pos);
    }
    for (size_t i = 0; i < unused.n; i++) {
        check_error_soft(c, unused.v[i]->pos, "declared and not used: %s", s_name(c, unused.v[i]));
    }
    for (struct scope *in = s->child; in; in = in->next) {
        if (!in->is_func) { /* function literals are checked by themselves */
            check_usage(c, in);
        }
    }
}

void check_func_body(struct checker *c, struct decl *d, str name, struct type_signature *sig, node body,
                     const struct constant *iota)
{
    struct env saved = c->env;
    struct map panics = {0};

    (void)name;
    c->env = (struct env){
        .decl = d,
        .scope = sig->scope,
        .file = saved.file,
        .version = saved.version,
        .iota = iota,
        .sig = sig,
        .panics = &panics,
        .broken = check_body_broken(c, body),
    };
    stmt_list(c, 0, check_at(c, body)->a);
    if (c->env.has_label && !c->env.broken) {
        check_labels(c, body);
    }
    if (sig->results->n > 0 && !stmt_terminates(c, body)) {
        check_error(c, check_at(c, body)->b, "missing return");
    }
    check_usage(c, sig->scope);
    map_release(&panics);
    c->env = saved;
}
