/* call.c: calls: conversions, built-in functions, function calls with their arguments, and type arguments given
 * or inferred (types2/call.go; Go spec, "Calls", "Instantiations", "Conversions"). */
#include "types/check.h"

const char check_arg_context[] = "argument";

/* The operands of a call's arguments.  A call with several results gives one for each. */
struct call_args {
    struct operand **v;
    const struct type_list **targs; /* of partially instantiated functions; NULL: none is */
    u32 n;
    struct operand first[4];
    struct operand *ptr[4];
};

/* ---- instantiation ---- */

/* A delayed check of constraints. */
struct call_verify {
    pos at;
    const struct tparam_list *tparams;
    const struct type_list *targs;
    const node *exprs; /* of the first type arguments */
    u32 n_exprs;
};

static void call_verify(struct checker *c, void *arg)
{
    const struct call_verify *v = arg;
    str why = {0};
    i32 i = instance_verify(c, v->at, v->tparams, v->targs, &why);

    if (i < 0) {
        mono_record_instance(c, v->at, v->tparams, v->targs, v->exprs, v->n_exprs);
        return;
    }
    check_error_soft(c, (u32)i < v->n_exprs ? at_node(c, v->exprs[i]) : v->at, "%s", s_str(c, why));
}

/* sig, which expr denotes, with type arguments; NULL if that was too large, and reported. */
static struct type_signature *call_instantiate(struct checker *c, pos at, node expr,
                                               struct type_signature *sig,
                                               const struct type_list *targs, const node *exprs,
                                               u32 n_exprs)
{
    struct type *t = instance_make(c, c->prog, at, &sig->t, targs);

    if (t->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    record_instance(c, expr, targs, t);
    /* Later: the constraints may still be incomplete (go.dev/issue/50450). */
    struct call_verify *v = ARENA_NEW(c->tmp, struct call_verify);
    *v = (struct call_verify){at, sig->tparams, targs, exprs, n_exprs};
    check_later(c, call_verify, v);
    return as_signature(t);
}

/* New names for sig's type parameters and for those in *t, where an argument or the given type arguments may mean
 * the same ones, as in a call of the function inside itself. */
static const struct tparam_list *call_rename(struct checker *c, const struct tparam_list *tparams,
                                             const struct type_list *targs,
                                             struct operand *const *args, u32 n_args,
                                             struct type **t)
{
    bool needed = false;

    for (u32 i = 0; targs && i < targs->n && !needed; i++) {
        needed = infer_is_parameterized(tparams, targs->v[i]);
    }
    for (u32 i = 0; i < n_args && !needed; i++) {
        needed = args[i]->mode != MODE_NONE && args[i]->type &&
                 infer_is_parameterized(tparams, args[i]->type);
    }
    return needed ? infer_rename(c, tparams, t) : tparams;
}

static u32 tparam_count(const struct type_signature *sig)
{
    return sig->tparams ? sig->tparams->n : 0;
}

/* Infers what is missing of x's type arguments from what it is assigned to. */
static const struct type_list *infer_from_target(struct checker *c, const struct target *t, pos at,
                                                 struct operand *x, struct type_signature *sig,
                                                 const struct type_list *targs)
{
    /* var v func(…) = x is like a call of func[type parameters of x](x's type) with argument v. */
    struct operand arg = {.mode = MODE_VALUE, .expr = x->expr}, *args[1] = {&arg};
    struct obj *var = NULL;
    u32 n = 0;

    if (t) {
        struct type_signature *plain = type_new_signature(c->a, NULL, sig->params, sig->results,
                                                          (sig->t.flag & TYPE_FLAG_VARIADIC) != 0);
        arg.type = &t->sig->t;
        var = obj_new(c->a, OBJ_VAR, at, c->pkg, 0, &plain->t, c->prog->names);
        var->var = VAR_PARAM;
        n = 1;
    }
    struct obj **vars = ARENA_NEW(c->a, struct obj *);
    vars[0] = var;
    struct type *params = &type_new_tuple(c->a, vars, n)->t;
    const struct tparam_list *tparams = call_rename(c, sig->tparams, targs, args, n, &params);
    struct check_msg m = {.n = 0};
    const struct type_list *l =
        infer_types(c, at, tparams, targs ? targs->v : NULL, targs ? targs->n : 0, as_tuple(params),
                    args, n, t ? t->desc : NULL, &m);
    if (!l) {
        check_msg_report(c, &m);
    }
    return l;
}

const struct type_list *check_func_inst(struct checker *c, const struct target *t, pos at,
                                        struct operand *x, node inst, bool infer)
{
    const node *exprs = NULL;
    u32 n_exprs = 0;
    struct type_list *given = NULL;
    pos err_at = at;

    if (inst) {
        err_at = check_at(c, inst)->pos; /* its bracket */
        x->expr = inst;
        n_exprs = ast_exprs(c->ast, &check_at(c, inst)->b, &exprs);
    }
    bool version_ok = check_need(c, err_at, 18, "function instantiation");
    if (inst) {
        given = ARENA_NEW(c->a, struct type_list);
        *given = check_type_list(c, exprs, n_exprs);
        if (!given->v) {
            x->mode = MODE_NONE;
            return NULL;
        }
    }

    struct type_signature *sig = as_signature(x->type);
    u32 got = n_exprs, want = tparam_count(sig);
    if (got > want) {
        check_error(c, at_node(c, exprs[got - 1]), "got %u type arguments but want %u", got, want);
        x->mode = MODE_NONE;
        return NULL;
    }
    const struct type_list *targs = given;
    if (got < want) {
        if (!infer) {
            return targs;
        }
        if (t && version_ok) {
            check_need(c, err_at, 21,
                       inst ? "partially instantiated function in assignment"
                            : "implicitly instantiated function in assignment");
        }
        targs = infer_from_target(c, t, at, x, sig, given);
        if (!targs) {
            x->mode = MODE_NONE;
            return NULL;
        }
    }
    sig = call_instantiate(c, check_at(c, x->expr)->pos, x->expr, sig, targs, exprs, n_exprs);
    if (!sig) {
        x->mode = MODE_NONE;
        return NULL;
    }
    x->type = &sig->t;
    x->mode = MODE_VALUE;
    return NULL;
}

/* ---- arguments ---- */

static void args_init(struct checker *c, struct call_args *a, u32 n)
{
    a->targs = NULL;
    a->n = n;
    if (n <= ARRAY_LEN(a->first)) {
        a->v = a->ptr;
        for (u32 i = 0; i < n; i++) {
            a->v[i] = &a->first[i];
        }
        return;
    }
    struct operand *x = ARENA_ARRAY(c->tmp, struct operand, n);
    a->v = ARENA_ARRAY(c->tmp, struct operand *, n);
    for (u32 i = 0; i < n; i++) {
        a->v[i] = &x[i];
    }
}

enum { CALL_NO_VALUE = 1 << MODE_NOVALUE | 1 << MODE_BUILTIN | 1 << MODE_TYPE };

/* f[T]: a generic function with type arguments, which may not be all (then they go to *targs), or any other index
 * expression. */
static void arg_index(struct checker *c, struct operand *x, node n, bool infer,
                      const struct type_list **targs)
{
    *x = (struct operand){.expr = n, .type = TYPE_BAD};
    if (check_index_expr(c, x, n)) {
        *targs = check_func_inst(c, NULL, check_at(c, n)->pos, x, n, infer);
        x->expr = n;
        if (!*targs && x->mode != MODE_NONE) {
            record_typed(c, n, x->mode, x->type, NULL);
        }
        return;
    }
    x->expr = n;
    if (x->mode != MODE_NONE) {
        record_typed(c, n, x->mode, x->type, x->mode == MODE_CONST ? x->val : NULL);
        check_exclude(c, x, CALL_NO_VALUE);
    }
}

/* Evaluates arguments.  They may be generic functions, whose type arguments are then inferred with the callee's;
 * before Go 1.21 they may not. */
static void args_eval(struct checker *c, struct call_args *a, const node *v, u32 n)
{
    bool infer = !check_allow(c, 21);

    args_init(c, a, n);
    for (u32 i = 0; i < n; i++) {
        struct operand *x = a->v[i];
        if (check_kind(c, v[i]) == AST_INDEX) {
            const struct type_list *targs = NULL;
            arg_index(c, x, v[i], infer, &targs);
            if (targs) {
                if (!a->targs) {
                    a->targs = ARENA_ARRAY(c->tmp, const struct type_list *, n);
                }
                a->targs[i] = targs;
            }
        } else if (n == 1) {
            check_raw_expr(c, NULL, x, v[i], NULL, true);
            check_exclude(c, x, CALL_NO_VALUE);
        } else {
            check_generic_expr(c, x, v[i]);
        }
    }
    if (n == 1 && a->v[0]->mode == MODE_VALUE && a->v[0]->type->kind == TYPE_TUPLE) {
        struct type_tuple *t = as_tuple(a->v[0]->type);
        args_init(c, a, t->n);
        for (u32 i = 0; i < t->n; i++) {
            *a->v[i] = (struct operand){.mode = MODE_VALUE, .expr = v[0], .type = t->vars[i]->type};
        }
    }
}

/* The type that argument i is assigned to; spread: the last parameter of a variadic function takes many. */
static struct type *param_type(const struct type_signature *sig, u32 i, bool spread)
{
    const struct type_tuple *p = sig->params;

    if (!spread || i + 1 < p->n) {
        return p->vars[i]->type;
    }
    struct type *last = p->vars[p->n - 1]->type;
    return last->kind == TYPE_SLICE ? as_slice(last)->elem : TYPE_BAD;
}

/* A parameter for each of n arguments. */
static struct type_tuple *params_spread(struct checker *c, struct type_signature *sig, u32 n)
{
    u32 fixed = sig->params->n - 1;
    struct obj **vars = ARENA_ARRAY(c->a, struct obj *, n), *last = NULL;

    for (u32 i = 0; i < n; i++) {
        if (i >= fixed && !last) {
            last = obj_clone(c->a, sig->params->vars[fixed], param_type(sig, fixed, true));
        }
        vars[i] = i < fixed ? sig->params->vars[i] : last;
    }
    return type_new_tuple(c->a, vars, n);
}

static void args_count_error(struct checker *c, node call, const struct type_signature *sig,
                             const struct call_args *a, u32 want, bool dots)
{
    node fun = check_at(c, call)->a;
    const struct type_tuple *p = sig->params;
    struct type **have = ARENA_ARRAY(c->tmp, struct type *, a->n),
                **types = ARENA_ARRAY(c->tmp, struct type *, p->n);
    node at = call;

    for (u32 i = 0; i < a->n; i++) {
        have[i] = a->v[i]->type;
    }
    for (u32 i = 0; i < p->n; i++) {
        types[i] = p->vars[i]->type;
    }
    if (a->n > want) {
        at = a->v[want]->expr; /* the first that is too much */
    } else if (a->n > 0) {
        at = a->v[a->n - 1]->expr;
    }
    bool variadic = (sig->t.flag & TYPE_FLAG_VARIADIC) != 0;
    struct check_msg m = {.n = 0};
    check_msg_add(c, &m, at_node(c, at), "%s arguments in call to %s",
                  a->n > want ? "too many" : "not enough", s_expr(c, fun));
    check_msg_add(c, &m, 0, "have %s", s_str(c, assign_summary(c, have, a->n, false, dots)));
    check_msg_add(c, &m, 0, "want %s", s_str(c, assign_summary(c, types, p->n, variadic, false)));
    check_msg_report(c, &m);
}

/* The type parameters of a callee and its generic arguments, and what is known of them. */
struct call_tparams {
    VEC(struct type_param *) v;
    VEC(struct type *) targs; /* as long */
};

static void call_tparams_add(struct checker *c, struct call_tparams *p,
                             const struct tparam_list *tparams, const struct type_list *targs)
{
    for (u32 i = 0; i < tparams->n; i++) {
        vec_push_in(c->tmp, &p->v, tparams->v[i]);
        vec_push_in(c->tmp, &p->targs, targs && i < targs->n ? targs->v[i] : NULL);
    }
}

static struct type_signature *arg_generic(const struct operand *x)
{
    if (x->mode == MODE_NONE || !x->type || x->type->kind != TYPE_SIGNATURE) {
        return NULL;
    }
    struct type_signature *sig = as_signature(x->type);
    return sig->tparams ? sig : NULL;
}

static struct type_list *type_list_part(struct checker *c, const struct type_list *l, u32 from,
                                        u32 n)
{
    struct type_list *part = ARENA_NEW(c->a, struct type_list);

    *part = (struct type_list){n, l->v + from};
    return part;
}

/* Infers the type arguments of sig and of arguments that are generic functions, and instantiates them.  NULL after
 * an error. */
static struct type_signature *call_infer(struct checker *c, node call, struct type_signature *sig,
                                         const struct type_list *targs, const node *exprs,
                                         u32 n_exprs, struct call_args *a, bool spread,
                                         bool any_generic)
{
    const struct ast_node *e = check_at(c, call);
    struct call_tparams all = {0};
    struct type *params = spread ? &params_spread(c, sig, a->n)->t : &sig->params->t;
    u32 n = tparam_count(sig);

    if (n > 0) {
        if (!check_allow(c, 18)) {
            bool inst = check_kind(c, e->a) == AST_INDEX;
            check_need(c, at_node(c, inst ? e->a : call), 18,
                       inst ? "function instantiation" : "implicit function instantiation");
        }
        const struct tparam_list *l = call_rename(c, sig->tparams, targs, a->v, a->n, &params);
        call_tparams_add(c, &all, l, targs);
    }
    for (u32 i = 0, first = 1; any_generic && i < a->n; i++) {
        struct type_signature *arg = arg_generic(a->v[i]);
        if (!arg) {
            continue;
        }
        /* Its parameters get new names in every case: f(g, g) is about two functions. */
        struct type *t = &arg->t;
        const struct tparam_list *l = infer_rename(c, arg->tparams, &t);
        if (t->kind != TYPE_SIGNATURE) {
            return NULL; /* too large, reported */
        }
        arg = arena_dup(c->a, as_signature(t), sizeof *arg);
        arg->tparams = l;
        a->v[i]->type = &arg->t;
        call_tparams_add(c, &all, l, a->targs ? a->targs[i] : NULL);
        if (first) {
            first = 0;
            check_need(c, at_operand(c, a->v[i]), 21,
                       "implicitly instantiated function as argument");
        }
    }

    struct tparam_list list = {(u32)all.v.n, all.v.v};
    struct check_msg m = {.n = 0};
    const struct type_list *found =
        infer_types(c, e->pos, &list, all.targs.v, list.n, as_tuple(params), a->v, a->n, NULL, &m);
    if (!found) {
        if (m.n) {
            check_error(c, m.at[0], "in call to %s, %s", s_expr(c, e->a), s_str(c, m.text[0]));
        }
        return NULL;
    }
    if (n > 0) {
        sig = call_instantiate(c, e->pos, e->a, sig,
                               n == found->n ? found : type_list_part(c, found, 0, n), exprs,
                               n_exprs);
        if (!sig) {
            return NULL;
        }
    }
    for (u32 i = 0, at = n; any_generic && i < a->n; i++) {
        struct type_signature *arg = arg_generic(a->v[i]);
        if (!arg) {
            continue;
        }
        u32 k = tparam_count(arg);
        struct operand *x = a->v[i];
        arg = call_instantiate(c, e->pos, x->expr, arg, type_list_part(c, found, at, k), NULL, 0);
        at += k;
        if (!arg) {
            x->mode = MODE_NONE;
            continue;
        }
        x->type = &arg->t;
        record_typed(c, x->expr, x->mode, x->type, NULL);
    }
    return sig;
}

/* Checks arguments against sig's parameters, inferring type arguments beyond targs.  Gives the signature that the
 * call has then, sig itself after an error. */
static struct type_signature *call_arguments(struct checker *c, node call,
                                             struct type_signature *sig,
                                             const struct type_list *targs, const node *exprs,
                                             u32 n_exprs, struct call_args *a)
{
    const struct ast_node *e = check_at(c, call);
    bool dots = (e->flags & AST_FLAG_DOTS) != 0, spread = false;
    u32 want = sig->params->n;

    if (sig->t.flag & TYPE_FLAG_VARIADIC) {
        if (dots) {
            if (ast_list_len(c->ast, e->b) == 1 && a->n > 1) {
                check_error(c, at_node(c, call), "cannot use ... with %u-valued %s", a->n,
                            s_expr(c, ast_list(c->ast, e->b)[0]));
                return sig;
            }
        } else if (a->n + 1 >= want) {
            spread = true;
            want = a->n;
        } else {
            want--; /* for the message */
        }
    } else if (dots) {
        check_error(c, at_node(c, call), "cannot use ... in call to non-variadic %s",
                    s_expr(c, e->a));
        return sig;
    }
    if (a->n != want) {
        args_count_error(c, call, sig, a, want, dots);
        return sig;
    }

    bool any_generic = false;
    for (u32 i = 0; i < a->n; i++) {
        any_generic = any_generic || arg_generic(a->v[i]);
    }
    if (any_generic || tparam_count(sig) > 0) {
        struct type_signature *found =
            call_infer(c, call, sig, targs, exprs, n_exprs, a, spread, any_generic);
        if (!found) {
            return sig;
        }
        sig = found;
    }
    for (u32 i = 0; i < a->n; i++) {
        c->arg_fun = e->a;
        assign_operand(c, a->v[i], param_type(sig, i, spread), check_arg_context);
    }
    return sig;
}

/* ---- calls ---- */

static enum expr_kind call_conversion(struct checker *c, struct operand *x, node call)
{
    const struct ast_node *e = check_at(c, call);
    u32 n = ast_list_len(c->ast, e->b);
    const node *args = ast_list(c->ast, e->b);

    check_non_generic(c, NULL, x);
    if (x->mode == MODE_NONE) {
        return EXPR_CONVERSION;
    }
    struct type *t = x->type;
    x->mode = MODE_NONE;
    if (n == 0) {
        check_error(c, at_node(c, call), "missing argument in conversion to %s", s_type(c, t));
    } else if (n > 1) {
        check_use(c, args, n);
        check_error(c, at_node(c, args[n - 1]), "too many arguments in conversion to %s",
                    s_type(c, t));
    } else {
        check_expr(c, NULL, x, args[0]);
        if (x->mode == MODE_NONE) {
            return EXPR_CONVERSION;
        }
        struct type *under = type_under(t);
        if (under->kind == TYPE_INTERFACE && !type_is_param(t) &&
            !type_set_is_methods_only(type_set_of(as_interface(under)))) {
            check_error(c, at_node(c, call),
                        "cannot use interface %s in conversion (contains specific type constraints "
                        "or is comparable)",
                        s_type(c, t));
        } else if (e->flags & AST_FLAG_DOTS) {
            check_error(c, at_node(c, args[0]), "invalid use of ... in conversion to %s",
                        s_type(c, t));
        } else {
            check_conversion(c, x, t);
        }
    }
    x->expr = call;
    return EXPR_CONVERSION;
}

static const char *call_is_func(struct checker *c, void *ctx, struct type *t, struct type *under)
{
    (void)ctx;
    return under && under->kind != TYPE_SIGNATURE
               ? str_fmt(c->tmp, "%s is not a function", s_type(c, t)).p
               : NULL;
}

/* The signature of what is called; NULL after an error. */
static struct type_signature *call_signature(struct checker *c, struct operand *x)
{
    if (x->type->kind == TYPE_SIGNATURE) {
        return as_signature(x->type);
    }
    const char *why = NULL;
    struct type *u = type_common(c, x->type, call_is_func, NULL, &why);
    if (u) {
        return as_signature(u);
    }
    check_error(c, at_operand(c, x), "invalid operation: cannot call %s: %s", s_operand(c, x), why);
    return NULL;
}

static enum expr_kind call_failed(struct operand *x, node call)
{
    x->mode = MODE_NONE;
    x->expr = call;
    return EXPR_STATEMENT;
}

/* Type arguments of f[T](…).  All of them: *sig is instantiated; fewer: they are given to *targs, with their
 * expressions.  false after an error. */
static bool call_type_args(struct checker *c, node inst, struct type_signature **sig,
                           const struct type_list **targs, const node **exprs, u32 *n_exprs)
{
    const node *v;
    u32 got = ast_exprs(c->ast, &check_at(c, inst)->b, &v), want = tparam_count(*sig);
    struct type_list *l = ARENA_NEW(c->a, struct type_list);

    *l = check_type_list(c, v, got);
    if (!l->v) {
        return false;
    }
    if (got > want) {
        check_error(c, at_node(c, v[want]), "got %u type arguments but want %u", got, want);
        return false;
    }
    if (got == want && want > 0) {
        check_need(c, at_node(c, inst), 18, "function instantiation");
        *sig = call_instantiate(c, check_at(c, inst)->pos, inst, *sig, l, v, got);
        return *sig != NULL;
    }
    *targs = l;
    *exprs = v;
    *n_exprs = got;
    return true;
}

enum expr_kind check_call(struct checker *c, struct operand *x, node call)
{
    const struct ast_node *e = check_at(c, call);
    const node *arg_exprs = ast_list(c->ast, e->b);
    u32 n_args = ast_list_len(c->ast, e->b);
    node inst = 0;

    if (check_kind(c, e->a) == AST_INDEX) {
        if (check_index_expr(c, x, e->a)) {
            inst = e->a; /* instantiated with what the arguments say */
        }
        x->expr = e->a;
        record_typed(c, e->a, x->mode, x->type, x->mode == MODE_CONST ? x->val : NULL);
    } else {
        check_expr_or_type(c, x, e->a, true);
    }

    switch (x->mode) {
    case MODE_NONE:
        check_use(c, arg_exprs, n_args);
        x->expr = call;
        return EXPR_STATEMENT;
    case MODE_TYPE: {
        enum expr_kind k = call_conversion(c, x, call);
        x->expr = call;
        return k;
    }
    case MODE_BUILTIN: {
        u8 id = x->builtin;
        if (!check_builtin(c, x, call, id)) {
            x->mode = MODE_NONE;
        }
        x->expr = call;
        if (x->mode != MODE_NONE && x->mode != MODE_CONST) {
            c->env.has_call = true;
        }
        return builtin_table[id].kind;
    }
    default: break;
    }

    bool cgo = x->mode == MODE_CGOFUNC;
    struct type_signature *sig = call_signature(c, x);
    if (!sig) {
        return call_failed(x, call);
    }
    bool was_generic = tparam_count(sig) > 0;
    const struct type_list *targs = NULL;
    const node *exprs = NULL;
    u32 n_exprs = 0;
    if (inst && !call_type_args(c, inst, &sig, &targs, &exprs, &n_exprs)) {
        check_use(c, arg_exprs, n_args);
        return call_failed(x, call);
    }

    struct call_args args;
    args_eval(c, &args, arg_exprs, n_args);
    sig = call_arguments(c, call, sig, targs, exprs, n_exprs, &args);
    if (was_generic && !sig->tparams) {
        record_typed(c, e->a, MODE_VALUE, &sig->t, NULL);
    }

    switch (sig->results->n) {
    case 0: x->mode = MODE_NOVALUE; break;
    case 1:
        x->mode = cgo ? MODE_COMMAERR : MODE_VALUE;
        x->type = sig->results->vars[0]->type;
        break;
    default:
        x->mode = MODE_VALUE;
        x->type = &sig->results->t;
        break;
    }
    x->expr = call;
    c->env.has_call = true;
    /* After failed inference a result that depends on type parameters is of no type. */
    if (x->mode == MODE_VALUE && sig->tparams && infer_is_parameterized(sig->tparams, x->type)) {
        x->mode = MODE_NONE;
    }
    return EXPR_STATEMENT;
}

struct operand **check_expr_list(struct checker *c, const node *v, u32 n, u32 *n_out)
{
    *n_out = n;
    if (n == 0) {
        return NULL;
    }
    if (n == 1) {
        bool comma_ok;
        return check_multi_expr(c, v[0], false, n_out, &comma_ok);
    }
    struct operand *x = ARENA_ARRAY(c->tmp, struct operand, n),
                   **out = ARENA_ARRAY(c->tmp, struct operand *, n);
    for (u32 i = 0; i < n; i++) {
        out[i] = &x[i];
        check_expr(c, NULL, out[i], v[i]);
    }
    return out;
}
