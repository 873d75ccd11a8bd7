#include "types/check.h"

/* Range clauses (Go spec, "For statements with range clause"). */

/* What the iteration variables get; NULL: there is no such variable. */
struct key_val {
    struct type *key, *val;
    const char *why; /* with !ok, perhaps a reason */
    bool ok;
};

static struct key_val not_ok(const char *why)
{
    return (struct key_val){TYPE_BAD, TYPE_BAD, why, false};
}

static struct key_val with(struct type *key, struct type *val)
{
    return (struct key_val){key, val, NULL, true};
}

static const char *must_receive(struct checker *c, void *ctx, struct type *t, struct type *under)
{
    (void)ctx;
    if (under && under->kind == TYPE_CHAN && under->flag == AST_DIR_SEND) {
        return str_cstr(c->tmp, str_fmt(c->tmp, "receive from send-only channel %s", s_type(c, t)));
    }
    return NULL;
}

#define ITERATOR "func must be func(yield func(...) bool): "

static struct key_val over_func(struct checker *c, struct type_signature *f)
{
    const char *why = NULL;

    if (!check_allow(c, 23)) {
        return not_ok("requires go1.23 or later");
    }
    if (f->params->n != 1) {
        return not_ok(ITERATOR "wrong argument count");
    }
    if (f->results->n != 0) {
        return not_ok(ITERATOR "unexpected results");
    }

    struct type *t = type_common(c, f->params->vars[0]->type, NULL, NULL, &why);
    struct type_signature *yield = t ? is_signature(t) : NULL;

    if (!yield) {
        return not_ok(why ? str_cstr(c->tmp, str_fmt(c->tmp, ITERATOR "in yield type, %s", why))
                          : ITERATOR "argument is not func");
    }
    if (yield->params->n > 2) {
        return not_ok(ITERATOR "yield func has too many parameters");
    }

    struct type *result = yield->results->n == 1 ? yield->results->vars[0]->type : NULL;

    if (!result || !type_identical(result, TYPE_OF(BOOL))) {
        return not_ok(result && type_is(result, INFO_BOOLEAN)
                          ? ITERATOR "yield func returns user-defined boolean, not bool"
                          : ITERATOR "yield func does not return bool");
    }
    c->f->range_func = true;
    return with(yield->params->n >= 1 ? yield->params->vars[0]->type : NULL,
                yield->params->n >= 2 ? yield->params->vars[1]->type : NULL);
}

/* The array of a pointer to one, or t. */
static struct type *array_behind(struct type *t)
{
    if (t->kind == TYPE_POINTER) {
        struct type *elem = type_under(as_pointer(t)->elem);

        return elem->kind == TYPE_ARRAY ? elem : t;
    }
    return t;
}

static struct key_val iteration_types(struct checker *c, struct type *x)
{
    const char *why = NULL;
    struct type *t = type_common(c, x, must_receive, NULL, &why);

    if (!t) {
        return not_ok(why);
    }
    t = array_behind(t);
    switch (t->kind) {
    case TYPE_BASIC:
        if (t->info & INFO_STRING) {
            return with(TYPE_OF(INT), TYPE_OF(RUNE));
        }
        if (t->info & INFO_INTEGER) {
            return check_allow(c, 22) ? with(x, NULL) : not_ok("requires go1.22 or later");
        }
        break;
    case TYPE_ARRAY: return with(TYPE_OF(INT), as_array(t)->elem);
    case TYPE_SLICE: return with(TYPE_OF(INT), as_slice(t)->elem);
    case TYPE_MAP: return with(as_map(t)->key, as_map(t)->elem);
    case TYPE_CHAN: return with(as_chan(t)->elem, NULL);
    case TYPE_SIGNATURE: return over_func(c, as_signature(t));
    default: break;
    }
    return (struct key_val){0};
}

struct range {
    node key, val, extra; /* 0: not there */
    node x;
    bool def;
};

static struct range parts(const struct checker *c, node clause)
{
    const struct ast_node *n = check_at(c, clause);
    const node *v;
    u32 k = ast_exprs(c->ast, &n->a, &v);

    return (struct range){
        .key = k > 0 ? v[0] : 0,
        .val = k > 1 ? v[1] : 0,
        .extra = k > 2 ? v[2] : 0,
        .x = n->b,
        .def = n->flags & AST_FLAG_DEF,
    };
}

/* Reports what is wrong with x or the number of variables. */
static struct key_val examine(struct checker *c, const struct range *r, struct operand *x)
{
    struct key_val kv = iteration_types(c, x->type);

    if (!kv.ok) {
        check_error_soft(c, at_operand(c, x), kv.why ? "cannot range over %s: %s" : "cannot range over %s",
                         s_operand(c, x), kv.why);
    } else if (!kv.key && r->key) {
        check_error_soft(c, at_node(c, r->key), "range over %s permits no iteration variables", s_operand(c, x));
    } else if (!kv.val && r->val) {
        check_error_soft(c, at_node(c, r->val), "range over %s permits only one iteration variable",
                         s_operand(c, x));
    } else if (r->extra) {
        check_error_soft(c, at_node(c, r->extra), "range clause permits at most two iteration variables");
    }
    return kv;
}

/* An operand of the type that a variable gets, for which no expression stands anywhere. */
static struct operand element(node lhs, struct type *t)
{
    return (struct operand){.mode = MODE_VALUE, .expr = lhs, .type = t};
}

static void declare_vars(struct checker *c, node s, const struct range *r, struct operand *x,
                         const struct key_val *kv, bool over_int)
{
    const node lhs[2] = {r->key, r->val};
    struct type *const types[2] = {kv->key, kv->val};
    struct obj *fresh[2];
    u32 n_fresh = 0;

    for (u32 i = 0; i < 2; i++) {
        if (!lhs[i]) {
            continue;
        }

        const struct ast_node *n = check_at(c, lhs[i]);
        bool is_name = n->kind == AST_NAME;
        struct obj *o =
            obj_new(c->a, OBJ_VAR, n->pos, c->pkg, is_name ? n->a : c->prog->blank, NULL, c->prog->names);

        o->var = VAR_LOCAL;
        if (is_name) {
            record_def(c, lhs[i], o);
            if (n->a != c->prog->blank) {
                fresh[n_fresh++] = o;
            }
        } else {
            check_error(c, at_node(c, lhs[i]), "invalid syntax tree: cannot declare %s", s_expr(c, lhs[i]));
        }
        if (!types[i] || types[i] == TYPE_BAD) {
            o->type = TYPE_BAD;
            o->flags |= OBJ_USED; /* no second error about it */
        } else if (over_int) {
            assign_init_var(c, o, x, "range clause");
        } else {
            struct operand y = element(lhs[i], types[i]);

            assign_init_var(c, o, &y, "assignment");
        }
    }
    for (u32 i = 0; i < n_fresh; i++) {
        decl_declare(c, c->env.scope, 0, fresh[i], check_at(c, ast_rec(c->ast, s, FOR_BODY))->pos);
    }
    if (n_fresh == 0) {
        check_error(c, at_node(c, s), "no new variables on left side of :=");
    }
}

static void assign_to(struct checker *c, const struct range *r, struct operand *x, const struct key_val *kv,
                      bool over_int)
{
    const node lhs[2] = {r->key, r->val};
    struct type *const types[2] = {kv->key, kv->val};

    for (u32 i = 0; i < 2; i++) {
        if (!lhs[i] || !types[i] || types[i] == TYPE_BAD) {
            continue;
        }
        if (!over_int) {
            struct operand y = element(lhs[i], types[i]);

            assign_var(c, lhs[i], 0, &y, "assignment");
            continue;
        }
        assign_var(c, lhs[i], 0, x, "range clause");
        if (x->mode != MODE_NONE && !type_is(x->type, INFO_INTEGER)) {
            check_error_soft(c, at_node(c, lhs[i]), "cannot use iteration variable of type %s",
                             s_type(c, x->type));
        }
    }
}

/* len(x) of an array is constant, and x is not evaluated if nothing in it must be
 * (spec, "Length and capacity"); so the compiler of Go 1.25 and later records a constant for it. */
static void record_length(struct checker *c, const struct range *r, const struct operand *x)
{
    struct type *t = array_behind(type_under(x->type));

    if (c->prog->go_minor != 0 && c->prog->go_minor < 25) {
        return;
    }
    if (!r->val && !c->env.has_call && t->kind == TYPE_ARRAY) {
        record_typed(c, ast_unparen(c->ast, r->x), MODE_CONST, TYPE_OF(INT), constant_int(c->a, as_array(t)->len));
    }
}

void check_range(struct checker *c, node s, u32 ctx)
{
    struct range r = parts(c, check_at(c, s)->a);
    struct operand x = {0};
    struct key_val kv = {0};

    c->env.has_call = false;
    check_expr(c, NULL, &x, r.x);
    if (x.mode != MODE_NONE) {
        record_length(c, &r, &x);
        kv = examine(c, &r, &x);
    }

    struct scope *scope = scope_new(c->a, c->env.scope, check_at(c, s)->pos, ast_end(c->ast, s));
    bool over_int = x.mode != MODE_NONE && type_is(x.type, INFO_INTEGER);

    record_scope(c, s, scope);
    c->env.scope = scope;
    if (r.def) {
        declare_vars(c, s, &r, &x, &kv, over_int);
    } else if (r.key) {
        assign_to(c, &r, &x, &kv, over_int);
    } else if (over_int) {
        assign_operand(c, &x, NULL, "range clause"); /* an untyped one takes its default type */
    }
    check_stmt(c, ctx, ast_rec(c->ast, s, FOR_BODY));
    c->env.scope = scope->parent;
}
