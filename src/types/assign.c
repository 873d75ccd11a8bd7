#include "types/check.h"

/* Assignments and initialisations (Go spec, "Assignability", "Assignment statements", "Variable
 * declarations"); order of checks and texts as in types2/assignments.go. */

/* For the inference of a generic function that is assigned to something of type t. */
static const struct target *target_of(struct target *out, struct type *t, const char *desc)
{
    struct type *under = t ? type_under(t) : NULL;

    if (!under || under->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    *out = (struct target){as_signature(under), desc};
    return out;
}

static bool is_call(const struct checker *c, node n)
{
    return check_kind(c, ast_unparen(c->ast, n)) == AST_CALL;
}

static bool has_value(const struct operand *x)
{
    switch (x->mode) {
    case MODE_NIL:
    case MODE_CONST:
    case MODE_VAR:
    case MODE_MAPINDEX:
    case MODE_VALUE:
    case MODE_COMMAOK:
    case MODE_COMMAERR: return true;
    default: return false;
    }
}

static const char *context_text(struct checker *c, const char *context)
{
    return context == check_arg_context ? str_fmt(c->tmp, "argument to %s", s_expr(c, c->arg_fun)).p : context;
}

/* x, which is untyped, takes the type that t asks for; false after an error. */
static bool give_type(struct checker *c, struct operand *x, struct type *t, const char *context)
{
    struct type *target = t;

    if (operand_is_nil(x)) {
        if (!t) {
            check_error(c, at_operand(c, x), "use of untyped nil in %s", context_text(c, context));
            return false;
        }
    } else if (!t || type_is_iface_not_param(t)) {
        target = type_default(x->type);
    }

    const struct constant *val = NULL;
    enum untyped_fail fail = UNTYPED_OK;
    struct type *now = untyped_implicit(c, x, target, &val, &fail);

    if (fail != UNTYPED_OK) {
        check_error(c, at_operand(c, x), "cannot use %s as %s value in %s%s", s_operand(c, x), s_type(c, target),
                    context_text(c, context),
                    fail == UNTYPED_TRUNCATED  ? " (truncated)"
                    : fail == UNTYPED_OVERFLOW ? " (overflows)"
                                               : "");
        return false;
    }
    if (val) {
        x->val = val;
        untyped_update_val(c, x->expr, val);
    }
    if (now != x->type) {
        x->type = now;
        untyped_update(c, x->expr, now, false);
    }
    return true;
}

void assign_operand(struct checker *c, struct operand *x, struct type *t, const char *context)
{
    check_single_value(c, x);
    if (x->mode == MODE_NONE) {
        return;
    }
    if (!has_value(x)) {
        check_error(c, at_operand(c, x), "cannot assign %s to %s in %s", s_operand(c, x),
                    t ? s_type(c, t) : "_", context_text(c, context));
        x->mode = MODE_NONE;
        return;
    }
    if (type_untyped(x->type) && !give_type(c, x, t, context)) {
        x->mode = MODE_NONE;
        return;
    }

    struct type *under = type_under(x->type);

    if (under->kind == TYPE_SIGNATURE && as_signature(under)->tparams) {
        check_error(c, at_operand(c, x), "cannot use generic function %s without instantiation in %s",
                    s_expr(c, x->expr), context_text(c, context));
        x->mode = MODE_NONE;
        return;
    }
    if (!t || t == x->type) {
        return;
    }

    str why = {0};

    if (operand_assignable(c, x, t, &why)) {
        return;
    }
    if (why.n > 0) {
        check_error(c, at_operand(c, x), "cannot use %s as %s value in %s: %s", s_operand(c, x), s_type(c, t),
                    context_text(c, context), s_str(c, why));
    } else {
        check_error(c, at_operand(c, x), "cannot use %s as %s value in %s", s_operand(c, x), s_type(c, t),
                    context_text(c, context));
    }
    x->mode = MODE_NONE;
}

/* ---- declarations ---- */

static bool known_bad(const struct obj *lhs, const struct operand *x)
{
    return x->mode == MODE_NONE || !type_is_valid(x->type) || (lhs->type && !type_is_valid(lhs->type));
}

void assign_init_const(struct checker *c, struct obj *lhs, struct operand *x)
{
    bool bad = known_bad(lhs, x);

    if (!bad && x->mode != MODE_CONST) {
        check_error(c, at_operand(c, x), "%s is not constant", s_operand(c, x));
        bad = true;
    }
    if (bad) {
        lhs->type = lhs->type ? lhs->type : TYPE_BAD;
        return;
    }
    lhs->type = lhs->type ? lhs->type : x->type;
    assign_operand(c, x, lhs->type, "constant declaration");
    if (x->mode != MODE_NONE) {
        lhs->val = x->val;
    }
}

void assign_init_var(struct checker *c, struct obj *lhs, struct operand *x, const char *context)
{
    if (known_bad(lhs, x)) {
        lhs->type = lhs->type ? lhs->type : TYPE_BAD;
        x->mode = MODE_NONE;
        return;
    }
    if (!lhs->type) {
        if (operand_is_nil(x)) {
            check_error(c, at_operand(c, x), "use of untyped nil in %s", context);
            lhs->type = TYPE_BAD;
            x->mode = MODE_NONE;
            return;
        }
        lhs->type = type_untyped(x->type) ? type_default(x->type) : x->type;
    }
    assign_operand(c, x, lhs->type, context);
}

static const char *measure(struct checker *c, u32 n, const char *unit)
{
    return str_cstr(c->tmp, str_fmt(c->tmp, "%u %s%s", n, unit, n == 1 ? "" : "s"));
}

void assign_error(struct checker *c, const node *rhs, u32 n_rhs, u32 l, u32 r)
{
    const char *vars = measure(c, l, "variable"), *vals = measure(c, r, "value");

    if (n_rhs == 1 && is_call(c, rhs[0])) {
        check_error(c, at_node(c, rhs[0]), "assignment mismatch: %s but %s returns %s", vars,
                    s_expr(c, check_at(c, ast_unparen(c->ast, rhs[0]))->a), vals);
    } else {
        check_error(c, at_node(c, rhs[0]), "assignment mismatch: %s but %s", vars, vals);
    }
}

str assign_summary(struct checker *c, struct type *const *types, u32 n, bool variadic, bool dots)
{
    struct strbuf out = {0};

    strbuf_putc(&out, '(');
    for (u32 i = 0; i < n; i++) {
        struct type *t = types[i];
        bool last = i + 1 == n;

        strbuf_puts(&out, i > 0 ? ", " : "");
        if (last && variadic) {
            strbuf_puts(&out, "...");
        }
        if (last && variadic && t && t->kind == TYPE_SLICE) {
            strbuf_puts(&out, s_type(c, as_slice(t)->elem));
        } else if (!t || !type_is_valid(t)) {
            strbuf_puts(&out, "unknown type");
        } else if (type_untyped(t)) {
            const char *text = s_type(c, t);

            strbuf_puts(&out, (t->info & INFO_NUMERIC) ? "number" : text + sizeof "untyped " - 1);
        } else {
            strbuf_puts(&out, s_type(c, t));
        }
        if (last && dots) {
            strbuf_puts(&out, "...");
        }
    }
    strbuf_putc(&out, ')');

    str text = str_dup(c->tmp, strbuf_str(&out));

    strbuf_release(&out);
    return text;
}

static void return_error(struct checker *c, node ret, struct obj *const *lhs, u32 l, struct operand *const *rhs,
                         u32 r)
{
    pos at = r > l ? at_operand(c, rhs[l]) : r > 0 ? at_operand(c, rhs[r - 1]) : at_node(c, ret);
    struct type **have = ARENA_ARRAY(c->tmp, struct type *, r), **want = ARENA_ARRAY(c->tmp, struct type *, l);
    struct check_msg m = {0};

    for (u32 i = 0; i < r; i++) {
        have[i] = rhs[i]->type;
    }
    for (u32 i = 0; i < l; i++) {
        want[i] = lhs[i]->type;
    }
    check_msg_add(c, &m, at, "%s return values", r > l ? "too many" : "not enough");
    check_msg_add(c, &m, 0, "have %s", s_str(c, assign_summary(c, have, r, false, false)));
    check_msg_add(c, &m, 0, "want %s", s_str(c, assign_summary(c, want, l, false, false)));
    check_msg_report(c, &m);
}

static void all_have_types(struct obj *const *lhs, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        lhs[i]->type = lhs[i]->type ? lhs[i]->type : TYPE_BAD;
    }
}

static void mismatch(struct checker *c, struct obj *const *lhs, u32 l, const node *v, u32 n,
                     struct operand *const *rhs, u32 r, node ret)
{
    if (ret) {
        return_error(c, ret, lhs, l, rhs, r);
    } else {
        assign_error(c, v, n, l, r);
    }
}

void assign_init_vars(struct checker *c, struct obj *const *lhs, u32 l, const node *rhs, u32 r, node ret)
{
    const char *context = ret ? "return statement" : "assignment";

    if (l == r && !(r == 1 && is_call(c, rhs[0]))) {
        for (u32 i = 0; i < l; i++) {
            struct operand x = {0};
            struct target t;
            struct type *want = lhs[i]->type;
            /* the text of a target is needed only for functions */
            const char *desc = !want || type_under(want)->kind != TYPE_SIGNATURE ? NULL
                               : ret && lhs[i]->name == 0                        ? "result variable"
                                                                                 : s_name(c, lhs[i]);

            check_expr(c, target_of(&t, want, desc), &x, rhs[i]);
            assign_init_var(c, lhs[i], &x, context);
        }
        return;
    }
    if (r != 1) {
        /* the number is wrong; that is said if nothing else is */
        if (check_use(c, rhs, r)) {
            u32 n = r;
            struct operand **v = ret ? check_expr_list(c, rhs, r, &n) : NULL;

            mismatch(c, lhs, l, rhs, r, v, n, ret);
        }
        all_have_types(lhs, l);
        return;
    }

    u32 n;
    bool comma_ok;
    struct operand **v = check_multi_expr(c, rhs[0], l == 2 && !ret, &n, &comma_ok);

    if (n != l) {
        if (v[0]->mode != MODE_NONE) {
            mismatch(c, lhs, l, rhs, r, v, n, ret);
        }
        all_have_types(lhs, l);
        return;
    }
    for (u32 i = 0; i < l; i++) {
        assign_init_var(c, lhs[i], v[i], context);
    }
    if (comma_ok && v[0]->mode != MODE_NONE && v[1]->mode != MODE_NONE) {
        record_comma_ok(c, rhs[0], v[0]->type, v[1]->type);
    }
}

/* ---- assignments ---- */

struct type *assign_lhs(struct checker *c, node lhs)
{
    node name = ast_unparen(c->ast, lhs);
    struct obj *var = NULL;
    bool was_used = false;

    if (check_kind(c, name) == AST_NAME) {
        if (check_at(c, name)->a == c->prog->blank) {
            record_def(c, name, NULL);
            return NULL;
        }
        /* To assign to a variable is not to use it.  Those of other packages are never written. */
        struct obj *o = check_lookup(c, check_at(c, name)->a, NULL);

        if (o && o->kind == OBJ_VAR && o->pkg == c->pkg) {
            var = o;
            was_used = (o->flags & OBJ_USED) != 0;
        }
    }

    struct operand x = {0};

    check_expr(c, NULL, &x, lhs);
    if (var && !was_used) {
        var->flags &= (u8)~OBJ_USED;
    }
    if (x.mode == MODE_NONE || !type_is_valid(x.type)) {
        return TYPE_BAD;
    }
    if (x.mode == MODE_VAR || x.mode == MODE_MAPINDEX) {
        return x.type;
    }
    if (check_kind(c, x.expr) == AST_SELECTOR) {
        struct operand of = {0};

        check_expr(c, NULL, &of, check_at(c, x.expr)->a);
        if (of.mode == MODE_MAPINDEX) {
            check_error(c, at_operand(c, &x), "cannot assign to struct field %s in map", s_expr(c, x.expr));
            return TYPE_BAD;
        }
    }
    check_error(c, at_operand(c, &x), "cannot assign to %s (neither addressable nor a map index expression)",
                s_expr(c, x.expr));
    return TYPE_BAD;
}

void assign_var(struct checker *c, node lhs, node rhs, struct operand *x, const char *context)
{
    struct type *t = assign_lhs(c, lhs);
    struct operand own = {0};

    if (t && !type_is_valid(t)) {
        if (x) {
            x->mode = MODE_NONE;
        } else {
            check_use(c, &rhs, 1);
        }
        return;
    }
    if (!x) {
        struct target target;
        const char *desc = t && type_under(t)->kind == TYPE_SIGNATURE ? s_expr(c, lhs) : NULL;

        x = &own;
        check_expr(c, target_of(&target, t, desc), x, rhs);
    }
    assign_operand(c, x, t, !t && str_is(str_of(context), "assignment") ? "assignment to _ identifier" : context);
}

static void assign_vars(struct checker *c, const node *lhs, u32 l, const node *rhs, u32 r)
{
    if (l == r && !(r == 1 && is_call(c, rhs[0]))) {
        for (u32 i = 0; i < l; i++) {
            assign_var(c, lhs[i], rhs[i], NULL, "assignment");
        }
        return;
    }
    if (r != 1) {
        bool left = check_use_lhs(c, lhs, l), right = check_use(c, rhs, r);

        if (left && right) {
            assign_error(c, rhs, r, l, r);
        }
        return;
    }

    u32 n;
    bool comma_ok;
    struct operand **v = check_multi_expr(c, rhs[0], l == 2, &n, &comma_ok);

    if (n != l) {
        if (v[0]->mode != MODE_NONE) {
            assign_error(c, rhs, r, l, n);
        }
        check_use_lhs(c, lhs, l);
        return;
    }
    for (u32 i = 0; i < l; i++) {
        assign_var(c, lhs[i], 0, v[i], "assignment");
    }
    if (comma_ok && v[0]->mode != MODE_NONE && v[1]->mode != MODE_NONE) {
        record_comma_ok(c, rhs[0], v[0]->type, v[1]->type);
    }
}

static struct obj *new_local(struct checker *c, pos at, name_id name)
{
    struct obj *o = obj_new(c->a, OBJ_VAR, at, c->pkg, name, NULL, c->prog->names);

    o->var = VAR_LOCAL;
    return o;
}

/* The variable that lhs[i] names in lhs := …; *fresh: declared here.  NULL after an error. */
static struct obj *short_var(struct checker *c, const node *lhs, u32 i, bool *fresh)
{
    const struct ast_node *n = check_at(c, lhs[i]);

    *fresh = false;
    if (n->kind != AST_NAME) {
        check_use_lhs(c, &lhs[i], 1);
        check_error(c, at_node(c, lhs[i]), "non-name %s on left side of :=", s_expr(c, lhs[i]));
        return NULL;
    }
    if (n->a != c->prog->blank) {
        for (u32 k = 0; k < i; k++) {
            if (check_kind(c, lhs[k]) == AST_NAME && check_at(c, lhs[k])->a == n->a) {
                check_error(c, at_node(c, lhs[i]), "%s repeated on left side of :=", s_expr(c, lhs[i]));
                return NULL;
            }
        }
    }

    struct obj *old = scope_lookup(c->env.scope, n->a);

    if (old) {
        record_use(c, lhs[i], old);
        if (old->kind == OBJ_VAR) {
            return old;
        }
        check_error(c, at_node(c, lhs[i]), "cannot assign to %s", s_expr(c, lhs[i]));
        return NULL;
    }

    struct obj *o = new_local(c, n->pos, n->a);

    *fresh = n->a != c->prog->blank;
    record_def(c, lhs[i], o);
    return o;
}

/* Spec, "Short variable declarations". */
static void short_vars(struct checker *c, node s, const node *lhs, u32 l, const node *rhs, u32 r)
{
    size_t top = c->delayed.n;
    struct obj **vars = ARENA_ARRAY(c->tmp, struct obj *, l), **fresh = ARENA_ARRAY(c->tmp, struct obj *, l);
    u32 n_fresh = 0;
    bool failed = false;

    for (u32 i = 0; i < l; i++) {
        bool is_new;

        vars[i] = short_var(c, lhs, i, &is_new);
        if (is_new) {
            fresh[n_fresh++] = vars[i];
        }
        if (!vars[i]) {
            failed = true;
            vars[i] = new_local(c, check_at(c, lhs[i])->pos, c->prog->blank);
        }
    }
    assign_init_vars(c, vars, l, rhs, r, 0);
    /* function literals on the right do not see the new variables */
    check_run_delayed(c, top);
    if (n_fresh == 0 && !failed) {
        check_error_soft(c, check_at(c, s)->pos, "no new variables on left side of :=");
        return;
    }

    pos from = r > 0 ? ast_end(c->ast, rhs[r - 1]) : 0;

    for (u32 i = 0; i < n_fresh; i++) {
        decl_declare(c, c->env.scope, 0, fresh[i], from);
    }
}

void assign_stmt(struct checker *c, node s)
{
    const struct ast_node *n = check_at(c, s);
    const char *op = op_text((enum op)n->op);
    struct operand x = {0};

    if (n->b == 0) { /* x++, x-- */
        check_expr(c, NULL, &x, n->a);
        if (x.mode == MODE_NONE) {
            return;
        }
        if (!type_all(x.type, INFO_NUMERIC)) {
            check_error(c, at_node(c, n->a), "invalid operation: %s%s%s (non-numeric type %s)", s_expr(c, n->a), op,
                        op, s_type(c, x.type));
            return;
        }
        assign_var(c, n->a, 0, &x, "assignment");
        return;
    }

    const node *lhs, *rhs;
    u32 l = ast_exprs(c->ast, &n->a, &lhs), r = ast_exprs(c->ast, &n->b, &rhs);

    switch (n->op) {
    case OP_NONE: assign_vars(c, lhs, l, rhs, r); return;
    case OP_DEF: short_vars(c, s, lhs, l, rhs, r); return;
    default: break;
    }
    if (l != 1 || r != 1) {
        check_error(c, at_node(c, s), "assignment operation %s requires single-valued expressions", op);
        return;
    }
    check_binary(c, &x, 0, lhs[0], rhs[0], (enum op)n->op);
    assign_var(c, lhs[0], 0, &x, "assignment");
}
