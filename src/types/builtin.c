/* Calls of builtin functions, unsafe's included.
 *
 * No signature is recorded for a builtin's name: the types of the call and of its arguments say it all.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/builtins.go. */
#include "types/builtin.h"

const struct builtin_info builtin_table[BUILTIN_COUNT] = {
#define X(id, text, n, variadic, kind) [BUILTIN_##id] = {text, n, variadic, kind},
    CHECK_BUILTINS(X)
#undef X
};

/* interface{}, where it is no any.  Complete, so that nobody ever writes to it. */
static struct type_set all_types = {.all_terms = true};
static struct type_interface empty_iface = {
    .t = {.kind = TYPE_INTERFACE}, .complete = true, .set = &all_types};

/* ---- arguments ---- */

/* Evaluates the arguments into few (room for n) or memory of c->tmp; false after an error. */
static bool eval_args(struct checker *c, struct builtin_call *k, struct operand *few, u32 room)
{
    u32 n = k->n_exprs;
    k->v = n <= room ? few : ARENA_ARRAY(c->tmp, struct operand, n);
    k->len = n;
    bool ok = true;
    if (n == 1) {
        struct operand *x = &k->v[0];
        check_raw_expr(c, NULL, x, k->exprs[0], NULL, false);
        check_exclude(c, x, 1u << MODE_NOVALUE | 1u << MODE_BUILTIN | 1u << MODE_TYPE);
        if (x->mode == MODE_NONE) {
            return false;
        }
        struct type_tuple *t = is_tuple(x->type);
        if (!t) {
            return true;
        }
        k->len = t->n;
        k->v = ARENA_ARRAY(c->tmp, struct operand, t->n);
        for (u32 i = 0; i < t->n; i++) {
            k->v[i] =
                (struct operand){.mode = MODE_VALUE, .expr = k->exprs[0], .type = t->vars[i]->type};
        }
        return true;
    }
    for (u32 i = 0; i < n; i++) {
        check_expr(c, NULL, &k->v[i], k->exprs[i]);
        ok &= k->v[i].mode != MODE_NONE;
    }
    return ok;
}

/* ---- append, copy ---- */

struct slices {
    struct checker *c;
    const struct operand *x;
    struct type *elem;
    const char *why;
};

static bool slice_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct slices *s = ctx;
    struct checker *c = s->c;
    struct type_slice *slice = u ? is_slice(u) : NULL;
    if (!slice) {
        s->why = s->x->mode == MODE_NIL
                     ? "argument must be a slice; have untyped nil"
                     : str_fmt(c->tmp, "argument must be a slice; have %s", s_operand(c, s->x)).p;
        return false;
    }
    if (!s->elem) {
        s->elem = slice->elem;
    } else if (!type_identical(s->elem, slice->elem)) {
        s->why = str_fmt(c->tmp, "mismatched slice element types %s and %s in %s",
                         s_type(c, s->elem), s_type(c, slice->elem), s_operand(c, s->x))
                     .p;
        return false;
    }
    return true;
}

/* The element of all slice types of x; NULL and the reason if it is none. */
static struct type *slice_elem(struct checker *c, const struct operand *x, const char **why)
{
    struct slices s = {.c = c, .x = x};
    bool ok = type_each(x->type, slice_each, &s);
    *why = s.why;
    return ok ? s.elem : NULL;
}

/* *ctx: has there been a string? */
static bool bytes_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    if (u && u->kind == TYPE_SLICE) {
        return type_identical(as_slice(u)->elem, TYPE_OF(BYTE));
    }
    if (u && u->kind == TYPE_BASIC && (u->info & INFO_STRING)) {
        *(bool *)ctx = true;
        return true;
    }
    return false;
}

/* Is x assignable to []byte, and y []byte or a string? */
static bool bytes_and_string(struct checker *c, struct operand *x, struct operand *y, bool *string)
{
    *string = false;
    if (!type_each(y->type, bytes_each, string)) {
        return false;
    }
    struct type_slice bytes = {.t = {.kind = TYPE_SLICE}, .elem = TYPE_OF(BYTE)};
    return operand_assignable(c, x, &bytes.t, NULL);
}

static void append_count_error(struct checker *c, const struct builtin_call *k, struct type *slice)
{
    struct check_msg m = {.n = 0};
    struct type *have[8], *want[2] = {k->v[0].type, slice};
    u32 n = k->len < ARRAY_LEN(have) ? k->len : (u32)ARRAY_LEN(have);
    for (u32 i = 0; i < n; i++) {
        have[i] = k->v[i].type;
    }
    const struct operand *at = k->len > 2 ? &k->v[2] : &k->v[k->len - 1];
    check_msg_add(c, &m, at_operand(c, at), "%s arguments in call to %s",
                  k->len > 2 ? "too many" : "not enough", s_expr(c, k->fun));
    check_msg_add(c, &m, 0, "have %s", s_str(c, assign_summary(c, have, n, false, true)));
    check_msg_add(c, &m, 0, "want %s", s_str(c, assign_summary(c, want, 2, true, false)));
    check_msg_report(c, &m);
}

static bool call_append(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    const char *why;
    struct type *elem = slice_elem(c, x, &why);
    if (!elem) {
        check_error(c, at_operand(c, x), "invalid append: %s", why);
        return false;
    }
    struct type *t = x->type;
    const char *context = check_kind(c, k->fun) == AST_NAME
                              ? "argument to append"
                              : str_fmt(c->tmp, "argument to %s", s_expr(c, k->fun)).p;
    bool string;
    if (!k->dots) {
        for (u32 i = 1; i < k->len; i++) {
            assign_operand(c, &k->v[i], elem, context);
        }
    } else if (k->len == 2 && bytes_and_string(c, x, &k->v[1], &string) && string) {
        /* append([]byte, string...) */
    } else if (k->n_exprs == 1 && k->len > 1) {
        check_error(c, at_node(c, k->n), "cannot use ... with %u-valued %s", k->len,
                    s_expr(c, k->exprs[0]));
    } else if (k->len != 2) {
        append_count_error(c, k, type_new_slice(c->tmp, elem));
    } else {
        assign_operand(c, &k->v[1], type_new_slice(c->a, elem), context);
    }
    return builtin_value(x, t);
}

static bool call_copy(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    struct operand *y = &k->v[1];
    bool string;
    if (bytes_and_string(c, x, y, &string)) {
        return builtin_value(x, TYPE_OF(INT));
    }
    const char *why;
    struct type *to = slice_elem(c, x, &why);
    if (!to) {
        check_error(c, at_operand(c, x), "invalid copy: %s", why);
        return false;
    }
    struct type *from = slice_elem(c, y, &why);
    if (!from) {
        if (!type_all(y->type, INFO_STRING)) {
            check_error(c, at_operand(c, y), "invalid copy: %s", why);
            return false;
        }
        from = TYPE_OF(BYTE);
    }
    if (!type_identical(to, from)) {
        check_error(c, at_operand(c, x),
                    "invalid copy: arguments %s and %s have different element types %s and %s",
                    s_operand(c, x), s_operand(c, y), s_type(c, to), s_type(c, from));
        return false;
    }
    return builtin_value(x, TYPE_OF(INT));
}

/* ---- len, cap ---- */

/* The array that t is or points to, else t. */
static struct type *array_of(struct type *under)
{
    if (under->kind == TYPE_POINTER) {
        struct type *a = type_under(as_pointer(under)->elem);
        return a->kind == TYPE_ARRAY ? a : under;
    }
    return under;
}

static bool has_len(const struct type *u, bool len)
{
    switch (u->kind) {
    case TYPE_BASIC: return len && (u->info & INFO_STRING);
    case TYPE_ARRAY:
    case TYPE_SLICE:
    case TYPE_CHAN: return true;
    case TYPE_MAP: return len;
    default: return false;
    }
}

static bool len_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    return u && has_len(array_of(u), *(bool *)ctx);
}

static bool call_len(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    bool len = k->id == BUILTIN_LEN;
    struct type *under = type_under(x->type), *u = array_of(under);
    bool param = u->kind == TYPE_INTERFACE && type_is_param(x->type);
    if (param ? !type_each(x->type, len_each, &len) : !has_len(u, len)) {
        if (type_is_valid(under)) {
            check_error(c, at_operand(c, x), "invalid argument: %s for built-in %s",
                        s_operand(c, x), builtin_table[k->id].name);
        }
        return false;
    }
    if (u->kind == TYPE_BASIC && x->mode == MODE_CONST) {
        return builtin_const(c, x, TYPE_OF(INT), (i64)constant_string_len(x->val));
    }
    /* Go spec, "Length and capacity": constant if nothing has to be evaluated. */
    if (u->kind == TYPE_ARRAY && !c->env.has_call) {
        builtin_const(c, x, TYPE_OF(INT), as_array(u)->len);
        if (as_array(u)->len < 0) {
            x->val = constant_unknown();
        }
        return true;
    }
    return builtin_value(x, TYPE_OF(INT));
}

/* ---- clear, close, delete ---- */

struct set_check {
    struct checker *c;
    struct operand *x;
    struct type *key;
};

static bool clear_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct set_check *s = ctx;
    if (u && (u->kind == TYPE_MAP || u->kind == TYPE_SLICE)) {
        return true;
    }
    check_error(
        s->c, at_operand(s->c, s->x),
        "invalid argument: cannot clear %s: argument must be (or constrained by) map or slice",
        s_operand(s->c, s->x));
    return false;
}

static bool close_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct set_check *s = ctx;
    bool chan = u && u->kind == TYPE_CHAN;
    if (chan && u->flag != AST_DIR_RECV) {
        return true;
    }
    check_error(s->c, at_operand(s->c, s->x), "invalid operation: cannot close %s %s",
                chan ? "receive-only channel" : "non-channel", s_operand(s->c, s->x));
    return false;
}

static bool delete_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct set_check *s = ctx;
    struct type_map *m = u ? is_map(u) : NULL;
    if (!m) {
        check_error(s->c, at_operand(s->c, s->x), "invalid argument: %s is not a map",
                    s_operand(s->c, s->x));
        return false;
    }
    if (s->key && !type_identical(m->key, s->key)) {
        check_error(s->c, at_operand(s->c, s->x),
                    "invalid argument: maps of %s must have identical key types",
                    s_operand(s->c, s->x));
        return false;
    }
    s->key = m->key;
    return true;
}

static bool call_on_set(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    struct set_check s = {.c = c, .x = x};
    switch (k->id) {
    case BUILTIN_CLEAR:
        check_need(c, at_node(c, k->fun), 21, "clear");
        return type_each(x->type, clear_each, &s) && builtin_no_value(x);
    case BUILTIN_CLOSE: return type_each(x->type, close_each, &s) && builtin_no_value(x);
    default:
        if (!type_each(x->type, delete_each, &s)) {
            return false;
        }
        *x = k->v[1];
        return builtin_assign(c, x, s.key, "argument to delete") && builtin_no_value(x);
    }
}

/* ---- complex, real, imag ---- */

/* What the builtin makes of a type that is no type parameter; NULL: it does not take it. */
static struct type *complex_result(struct type *t, enum builtin id)
{
    struct type *u = type_under(t);
    if (u->kind != TYPE_BASIC) {
        return NULL;
    }
    if (id == BUILTIN_COMPLEX) {
        switch (u->basic) {
        case BASIC_FLOAT32: return TYPE_OF(COMPLEX64);
        case BASIC_FLOAT64: return TYPE_OF(COMPLEX128);
        case BASIC_UNTYPED_FLOAT: return TYPE_OF(UNTYPED_COMPLEX);
        default: return NULL;
        }
    }
    switch (u->basic) {
    case BASIC_COMPLEX64: return TYPE_OF(FLOAT32);
    case BASIC_COMPLEX128: return TYPE_OF(FLOAT64);
    case BASIC_UNTYPED_COMPLEX: return TYPE_OF(UNTYPED_FLOAT);
    default: return NULL;
    }
}

/* A type parameter gives a new one, whose types are the results for each of its types.  That is
 * an error for the time being (golang/go #50937), but checking goes on. */
static struct type *complex_result_param(struct checker *c, const struct operand *x,
                                         struct type_param *p, enum builtin id)
{
    const struct type_set *set = type_set_of(type_param_iface(p));
    if (!type_set_has_terms(set)) {
        return NULL;
    }
    struct type_term *terms = ARENA_ARRAY(c->a, struct type_term, set->n_terms);
    for (u32 i = 0; i < set->n_terms; i++) {
        terms[i].tilde = set->terms[i].tilde;
        terms[i].type = complex_result(set->terms[i].type, id);
        if (!terms[i].type) {
            return NULL;
        }
    }
    check_error_soft(
        c, at_operand(c, x),
        "%s not supported as argument to built-in %s for go1.18 (see go.dev/issue/50937)",
        s_operand(c, x), builtin_table[id].name);
    struct type_union *u = ARENA_NEW(c->a, struct type_union);
    u->t.kind = TYPE_UNION;
    u->n = set->n_terms;
    u->terms = terms;
    struct type_interface *i = ARENA_NEW(c->a, struct type_interface);
    i->t.kind = TYPE_INTERFACE;
    i->n_embeds = 1;
    i->embeds = ARENA_ARRAY(c->a, struct type *, 1);
    i->embeds[0] = &u->t;
    i->complete = true;
    i->pkg = c->pkg;
    check_cleanup(c, &i->t);
    struct obj *o = obj_new(c->a, OBJ_TYPE, 0, c->pkg, p->obj->name, NULL, c->prog->names);
    struct type_param *result = decl_new_tparam(c, o, &i->t);
    result->index = p->index;
    return &result->t;
}

static struct type *complex_type(struct checker *c, const struct operand *x, enum builtin id)
{
    struct type_param *p = is_param(type_unalias(x->type));
    return p ? complex_result_param(c, x, p, id) : complex_result(x->type, id);
}

static void to_untyped_float(struct checker *c, struct operand *x)
{
    if (type_is(x->type, INFO_NUMERIC) && constant_sign(constant_imag(c->a, x->val)) == 0) {
        x->type = TYPE_OF(UNTYPED_FLOAT);
    }
}

static bool call_complex(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    struct operand *y = &k->v[1];
    bool x_untyped = type_untyped(x->type), y_untyped = type_untyped(y->type);
    bool both_const = x->mode == MODE_CONST && y->mode == MODE_CONST;
    if (x_untyped && y_untyped) {
        if (both_const) {
            to_untyped_float(c, x);
            to_untyped_float(c, y);
        } else {
            /* One is a shift whose type is not known yet: an error follows, as floats cannot be shifted. */
            untyped_convert(c, x, TYPE_OF(FLOAT64));
            untyped_convert(c, y, TYPE_OF(FLOAT64));
        }
    } else if (x_untyped) {
        untyped_convert(c, x, y->type);
    } else if (y_untyped) {
        untyped_convert(c, y, x->type);
    }
    if (x->mode == MODE_NONE || y->mode == MODE_NONE) {
        return false;
    }
    if (!type_identical(x->type, y->type)) {
        check_error(c, at_operand(c, x), "invalid operation: %s (mismatched types %s and %s)",
                    s_expr(c, k->n), s_type(c, x->type), s_type(c, y->type));
        return false;
    }
    struct type *t = complex_type(c, x, k->id);
    if (!t) {
        check_error(c, at_operand(c, x),
                    "invalid argument: arguments have type %s, expected floating-point",
                    s_type(c, x->type));
        return false;
    }
    if (x->mode == MODE_CONST && y->mode == MODE_CONST) {
        const struct constant *im = constant_make_imag(c->a, constant_to_float(c->a, y->val));
        x->val = constant_binary(c->a, OP_ADD, constant_to_float(c->a, x->val), im, false);
    } else {
        x->mode = MODE_VALUE;
    }
    x->type = t;
    return true;
}

static bool call_real_imag(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    if (type_untyped(x->type)) {
        if (x->mode != MODE_CONST) {
            untyped_convert(c, x, TYPE_OF(COMPLEX128));
            if (x->mode == MODE_NONE) {
                return false;
            }
        } else if (type_is(x->type, INFO_NUMERIC)) {
            x->type = TYPE_OF(UNTYPED_COMPLEX);
        }
    }
    struct type *t = complex_type(c, x, k->id);
    if (!t) {
        check_error(c, at_operand(c, x),
                    "invalid argument: argument has type %s, expected complex type",
                    s_type(c, x->type));
        return false;
    }
    if (x->mode == MODE_CONST) {
        x->val = k->id == BUILTIN_REAL ? constant_real(c->a, x->val) : constant_imag(c->a, x->val);
    } else {
        x->mode = MODE_VALUE;
    }
    x->type = t;
    return true;
}

/* ---- make, new ---- */

static const char *make_cond(struct checker *c, void *ctx, struct type *t, struct type *u)
{
    (void)c;
    (void)ctx;
    (void)t;
    if (!u) {
        return "no specific type";
    }
    return u->kind == TYPE_SLICE || u->kind == TYPE_MAP || u->kind == TYPE_CHAN
               ? NULL
               : "type must be slice, map, or channel";
}

static bool call_make(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    node arg0 = k->exprs[0];
    struct type *t = check_var_type(c, arg0);
    if (!type_is_valid(t)) {
        return false;
    }
    const char *why;
    struct type *u = type_common(c, t, make_cond, NULL, &why);
    if (!u) {
        check_error(c, at_node(c, arg0), "invalid argument: cannot make %s: %s", s_expr(c, arg0),
                    why);
        return false;
    }
    u32 min = u->kind == TYPE_SLICE ? 2 : 1;
    if (k->n_exprs < min || k->n_exprs > min + 1) {
        check_error(c, at_node(c, k->n),
                    "invalid operation: %s expects %u or %u arguments; found %u", s_expr(c, k->n),
                    min, min + 1, k->n_exprs);
        return false;
    }
    i64 size[2] = {-1, -1};
    for (u32 i = 1; i < k->n_exprs; i++) {
        struct type *index;
        size[i - 1] = check_index(c, k->exprs[i], -1, &index);
    }
    if (size[0] >= 0 && size[1] >= 0 && size[0] > size[1]) {
        check_error(c, at_node(c, k->exprs[1]), "invalid argument: length and capacity swapped");
    }
    return builtin_value(x, t);
}

static bool call_new(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    node arg = k->exprs[0];
    check_expr_or_type(c, x, arg, false);
    check_exclude(c, x, 1u << MODE_NOVALUE | 1u << MODE_BUILTIN);
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (x->mode == MODE_TYPE) {
        check_no_constraint(c, arg, x->type);
    } else {
        if (type_untyped(x->type) && !builtin_assign(c, x, NULL, "argument to new")) {
            return false;
        }
        if (!check_allow(c, 26)) {
            check_need(c, at_node(c, k->fun), 26, "new(%s)", s_expr(c, arg));
        }
    }
    return builtin_value(x, type_new_pointer(c->a, x->type));
}

/* ---- min, max ---- */

static bool call_min_max(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    const char *name = builtin_table[k->id].name;
    check_need(c, at_node(c, k->fun), 21, "built-in %s", name);
    enum op op = k->id == BUILTIN_MAX ? OP_GTR : OP_LSS;
    for (u32 i = 0; i < k->len; i++) {
        struct operand *y = &k->v[i];
        if (!type_all(y->type, INFO_ORDERED)) {
            check_error(c, at_operand(c, y), "invalid argument: %s cannot be ordered",
                        s_operand(c, y));
            return false;
        }
        if (i == 0) {
            continue;
        }
        check_match_types(c, x, y);
        if (x->mode == MODE_NONE) {
            return false;
        }
        if (!type_identical(x->type, y->type)) {
            check_error(
                c, at_operand(c, y),
                "invalid argument: mismatched types %s (previous argument) and %s (type of %s)",
                s_type(c, x->type), s_type(c, y->type), s_expr(c, y->expr));
            return false;
        }
        if (x->mode != MODE_CONST || y->mode != MODE_CONST) {
            x->mode = MODE_VALUE;
        } else if (constant_kind(x->val) == CONST_UNKNOWN ||
                   constant_kind(y->val) == CONST_UNKNOWN) {
            x->val = constant_unknown();
        } else if (constant_compare(c->a, op, y->val, x->val)) {
            *x = *y;
        }
    }
    if (x->mode != MODE_CONST) {
        x->mode = MODE_VALUE;
        const char *context =
            k->id == BUILTIN_MAX ? "argument to built-in max" : "argument to built-in min";
        if (!builtin_assign(c, x, &empty_iface.t, context)) {
            return false;
        }
    }
    for (u32 i = 0; i < k->len; i++) {
        untyped_update(c, k->v[i].expr, x->type, true);
    }
    return true;
}

/* ---- panic, print ---- */

static bool call_panic(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    if (c->env.panics && c->env.sig && c->env.sig->results->n > 0) {
        map_put(c->env.panics, k->n, NULL); /* whether the function terminates depends on it */
    }
    return builtin_assign(c, x, &empty_iface.t, "argument to panic") && builtin_no_value(x);
}

static bool call_print(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    const char *context =
        k->id == BUILTIN_PRINT ? "argument to built-in print" : "argument to built-in println";
    for (u32 i = 0; i < k->len; i++) {
        if (!builtin_assign(c, &k->v[i], NULL, context)) {
            return false;
        }
    }
    return builtin_no_value(x);
}

/* ---- for tests of the checker ---- */

static bool call_assert(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    if (x->mode != MODE_CONST || !type_is(x->type, INFO_BOOLEAN)) {
        check_error(c, at_operand(c, x), "invalid argument: %s is not a boolean constant",
                    s_operand(c, x));
        return false;
    }
    if (constant_kind(x->val) != CONST_BOOL) {
        check_error(c, at_operand(c, x), "internal error: value of %s should be a boolean constant",
                    s_operand(c, x));
        return false;
    }
    if (!constant_bool_val(x->val)) {
        check_error(c, at_node(c, k->n), "%s failed", s_expr(c, k->n));
    }
    return true;
}

static bool call_trace(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    if (k->n_exprs == 0) {
        return builtin_no_value(x);
    }
    struct operand other;
    for (u32 i = 0; i < k->n_exprs; i++) {
        check_raw_expr(c, NULL, i == 0 ? x : &other, k->exprs[i], NULL, false);
    }
    return x->mode != MODE_NONE;
}

/* ---- dispatch ---- */

static bool dispatch(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    switch (k->id) {
    case BUILTIN_APPEND: return call_append(c, x, k);
    case BUILTIN_CAP:
    case BUILTIN_LEN: return call_len(c, x, k);
    case BUILTIN_CLEAR:
    case BUILTIN_CLOSE:
    case BUILTIN_DELETE: return call_on_set(c, x, k);
    case BUILTIN_COMPLEX: return call_complex(c, x, k);
    case BUILTIN_COPY: return call_copy(c, x, k);
    case BUILTIN_IMAG:
    case BUILTIN_REAL: return call_real_imag(c, x, k);
    case BUILTIN_MAKE: return call_make(c, x, k);
    case BUILTIN_MAX:
    case BUILTIN_MIN: return call_min_max(c, x, k);
    case BUILTIN_NEW: return call_new(c, x, k);
    case BUILTIN_PANIC: return call_panic(c, x, k);
    case BUILTIN_PRINT:
    case BUILTIN_PRINTLN: return call_print(c, x, k);
    case BUILTIN_RECOVER: return builtin_value(x, &empty_iface.t);
    case BUILTIN_ALIGNOF:
    case BUILTIN_SIZEOF: return builtin_sizeof(c, x, k);
    case BUILTIN_OFFSETOF: return builtin_offsetof(c, x, k);
    case BUILTIN_ADD:
    case BUILTIN_SLICE:
    case BUILTIN_SLICE_DATA:
    case BUILTIN_STRING:
    case BUILTIN_STRING_DATA: return builtin_unsafe(c, x, k);
    case BUILTIN_ASSERT: return call_assert(c, x, k);
    case BUILTIN_TRACE: return call_trace(c, x, k);
    default: BUG("builtin %d", (int)k->id);
    }
}

/* Evaluates their arguments themselves, as some are types. */
static bool is_special(enum builtin id)
{
    return id == BUILTIN_MAKE || id == BUILTIN_NEW || id == BUILTIN_OFFSETOF || id == BUILTIN_TRACE;
}

static bool count_ok(struct checker *c, const struct builtin_call *k)
{
    const struct builtin_info *b = &builtin_table[k->id];
    if (k->len >= b->n_args && (b->variadic || k->len <= b->n_args)) {
        return true;
    }
    check_error(c, at_node(c, k->n),
                "invalid operation: %s arguments for %s (expected %u, found %u)",
                k->len < b->n_args ? "not enough" : "too many", s_expr(c, k->n), b->n_args, k->len);
    return false;
}

bool check_builtin(struct checker *c, struct operand *x, node n, enum builtin id)
{
    const struct ast_node *e = check_at(c, n);
    struct operand few[4];
    struct builtin_call k = {
        .n = n,
        .fun = e->a,
        .exprs = ast_list(c->ast, e->b),
        .n_exprs = ast_list_len(c->ast, e->b),
        .dots = e->flags & AST_FLAG_DOTS,
        .id = id,
    };
    x->mode = MODE_NONE;
    if (k.dots && id != BUILTIN_APPEND) {
        check_error(c, at_node(c, n), "invalid operation: invalid use of ... with built-in %s",
                    builtin_table[id].name);
        check_use(c, k.exprs, k.n_exprs);
        return false;
    }
    bool has_call = c->env.has_call, measures = id == BUILTIN_LEN || id == BUILTIN_CAP;
    if (measures) {
        c->env.has_call = false; /* len and cap look at their own argument only */
    }
    bool ok = true;
    if (is_special(id)) {
        k.len = k.n_exprs;
    } else {
        ok = eval_args(c, &k, few, ARRAY_LEN(few));
        if (ok && k.len > 0) {
            *x = k.v[0];
        }
    }
    ok = ok && count_ok(c, &k) && dispatch(c, x, &k);
    if (measures) {
        c->env.has_call = has_call;
    }
    if (!ok) {
        x->mode = MODE_NONE;
    }
    return ok;
}
