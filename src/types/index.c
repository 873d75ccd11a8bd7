/* x[i] and x[i:j:k].  Behaviour and words: GOROOT/src/cmd/compile/internal/types2/index.go. */
#include "types/check.h"

/* ---- indices ---- */

bool check_valid_index(struct checker *c, struct operand *x, const char *what, bool allow_negative)
{
    if (x->mode == MODE_NONE) {
        return false;
    }
    untyped_convert(c, x, TYPE_OF(INT));
    if (x->mode == MODE_NONE) {
        return false;
    }
    if (!type_all(x->type, INFO_INTEGER)) {
        check_error(c, at_operand(c, x), "invalid argument: %s %s must be integer", what,
                    s_operand(c, x));
        return false;
    }
    if (x->mode != MODE_CONST) {
        return true;
    }
    if (!allow_negative && constant_sign(x->val) < 0) {
        check_error(c, at_operand(c, x), "invalid argument: %s %s must not be negative", what,
                    s_operand(c, x));
        return false;
    }
    if (!const_representable(c, x->val, TYPE_OF(INT), &x->val)) {
        check_error(c, at_operand(c, x), "invalid argument: %s %s overflows int", what,
                    s_operand(c, x));
        return false;
    }
    return true;
}

i64 check_index(struct checker *c, node n, i64 max, struct type **t)
{
    struct operand x;
    *t = TYPE_BAD;
    check_expr(c, NULL, &x, n);
    if (!check_valid_index(c, &x, "index", false)) {
        return -1;
    }
    if (x.mode != MODE_CONST) {
        *t = x.type;
        return -1;
    }
    i64 v;
    if (!constant_i64(x.val, &v)) {
        return -1; /* not known because of an error */
    }
    if (max >= 0 && v >= max) {
        check_error(c, at_operand(c, &x), "invalid argument: index %s out of bounds [0:%lld]",
                    s_const(c, x.val), (long long)max);
        return -1;
    }
    *t = x.type;
    return v;
}

static void use(struct checker *c, node n)
{
    const node *v;
    u32 len = ast_exprs(c->ast, &n, &v);
    check_use(c, v, len);
}

/* The index of x[i]; 0 after an error. */
static node single_index(struct checker *c, node n)
{
    node i = check_at(c, n)->b;
    const node *v;
    u32 len = ast_exprs(c->ast, &i, &v);
    if (len == 0) {
        check_error(c, at_node(c, n), "invalid syntax tree: missing index for %s",
                    s_expr(c, check_at(c, n)->a));
        return 0;
    }
    if (len > 1) {
        check_error(c, at_node(c, v[1]), "invalid operation: more than one index");
    }
    return v[0];
}

/* ---- index expressions ---- */

/* What indexing a type gives. */
struct indexed {
    struct type *key;  /* of maps */
    struct type *elem; /* NULL: it cannot be indexed */
    i64 length;        /* below 0: unknown */
    u32 mode;
    bool seen;
};

static void index_type(struct indexed *r, struct type *u, u32 mode)
{
    r->length = -1;
    r->key = r->elem = NULL;
    r->mode = MODE_VAR;
    switch (u->kind) {
    case TYPE_BASIC:
        if (u->info & INFO_STRING) {
            r->elem = TYPE_OF(BYTE);
            r->mode = MODE_VALUE;
        }
        break;
    case TYPE_POINTER:
        u = type_under(as_pointer(u)->elem);
        if (u->kind == TYPE_ARRAY) {
            r->elem = as_array(u)->elem;
            r->length = as_array(u)->len;
        }
        break;
    case TYPE_ARRAY:
        r->elem = as_array(u)->elem;
        r->length = as_array(u)->len;
        r->mode = mode == MODE_VAR ? MODE_VAR : MODE_VALUE;
        break;
    case TYPE_SLICE: r->elem = as_slice(u)->elem; break;
    case TYPE_MAP:
        r->key = as_map(u)->key;
        r->elem = as_map(u)->elem;
        r->mode = MODE_MAPINDEX;
        break;
    default: break;
    }
}

struct index_all {
    struct indexed r;
    u32 mode; /* of what is indexed */
};

/* All types of a set must give the same element; maps do not mix with others. */
static bool index_each(void *ctx, struct type *t, struct type *u)
{
    (void)t;
    struct index_all *all = ctx;
    struct indexed r;
    if (!u) {
        return false;
    }
    index_type(&r, u, all->mode);
    if (!r.elem) {
        return false;
    }
    if (!all->r.seen) {
        all->r = r;
        all->r.seen = true;
        return true;
    }
    if (!r.key != !all->r.key || (r.key && !type_identical(r.key, all->r.key)) ||
        !type_identical(r.elem, all->r.elem)) {
        return false;
    }
    if (r.length >= 0 && r.length < all->r.length) {
        all->r.length = r.length;
    }
    if (r.mode == MODE_VALUE) {
        all->r.mode = MODE_VALUE;
    }
    return true;
}

/* x is a map; its index must be one of its keys. */
static void map_index(struct checker *c, struct operand *x, node n, const struct indexed *r)
{
    node i = single_index(c, n);
    if (!i) {
        x->mode = MODE_NONE;
        return;
    }
    struct operand key;
    check_expr(c, NULL, &key, i);
    assign_operand(c, &key, r->key, "map index");
    x->mode = MODE_MAPINDEX;
    x->type = r->elem;
    x->expr = n;
}

static bool is_generic_func(struct type *t)
{
    struct type_signature *s = is_signature(type_under(t));
    return s && s->tparams;
}

/* Can this type be generic?  All others have been looked at: doing it again, as the compiler does, would take
 * twice the time for each level of types that are nested so. */
static bool may_be_generic(struct checker *c, node type)
{
    enum ast_kind kind = check_kind(c, ast_unparen(c->ast, type));
    return kind == AST_NAME || kind == AST_SELECTOR;
}

bool check_index_expr(struct checker *c, struct operand *x, node n)
{
    const struct ast_node *e = check_at(c, n);
    check_expr_or_type(c, x, e->a, true);
    switch (x->mode) {
    case MODE_NONE: use(c, e->b); return false;
    case MODE_TYPE:
        if (!may_be_generic(c, e->a)) {
            check_need(c, at_node(c, n), 18, "type instantiation");
            check_not_generic(c, n,
                              str_fmt(c->tmp, "%s is not a generic type", s_type(c, x->type)));
            x->mode = MODE_NONE;
            return false;
        }
        x->type = check_var_type(c, n);
        x->mode = type_is_valid(x->type) ? MODE_TYPE : MODE_NONE;
        return false;
    case MODE_VALUE:
        if (is_generic_func(x->type)) {
            return true;
        }
        break;
    default: break;
    }
    check_non_generic(c, NULL, x);
    if (x->mode == MODE_NONE) {
        return false;
    }

    struct index_all all = {.mode = x->mode};
    struct type *u = type_under(x->type);
    if (u->kind == TYPE_INTERFACE) {
        if (!type_is_param(x->type) || !type_each(x->type, index_each, &all)) {
            all.r.elem = NULL;
        }
    } else {
        index_type(&all.r, u, x->mode);
        if (u->kind == TYPE_BASIC && x->mode == MODE_CONST && all.r.elem) {
            all.r.length = (i64)constant_string_len(x->val);
        }
    }
    if (!all.r.elem) {
        check_error(c, e->pos, "cannot index %s", s_operand(c, x));
        use(c, e->b);
        x->mode = MODE_NONE;
        return false;
    }
    if (all.r.key) {
        map_index(c, x, n, &all.r);
        return false;
    }
    x->mode = (u8)all.r.mode;
    x->type = all.r.elem;
    node i = single_index(c, n);
    if (!i) {
        x->mode = MODE_NONE;
        return false;
    }
    struct type *t;
    check_index(c, i, all.r.length, &t);
    return false;
}

/* ---- slice expressions ---- */

struct sliced {
    struct checker *c;
    const struct operand *x;
    struct type *type, *under; /* first type; strings count as []byte */
    bool has_string;
    bool failed;
};

static bool slice_each(void *ctx, struct type *t, struct type *u)
{
    struct sliced *s = ctx;
    struct checker *c = s->c;
    if (!u) {
        check_error(c, at_operand(c, s->x), "cannot slice %s: no specific type in %s",
                    s_operand(c, s->x), s_type(c, s->x->type));
        s->failed = true;
        return false;
    }
    if (u->kind == TYPE_BASIC && (u->info & INFO_STRING)) {
        u = type_new_slice(c->a, TYPE_OF(BYTE));
        s->has_string = true;
    }
    if (!s->under) {
        s->type = t;
        s->under = u;
        return true;
    }
    if (!type_identical(s->under, u)) {
        check_error(c, at_operand(c, s->x),
                    "cannot slice %s: %s and %s have different underlying types",
                    s_operand(c, s->x), s_type(c, s->type), s_type(c, t));
        s->failed = true;
        return false;
    }
    return true;
}

/* The underlying type that x[i:j] works with; NULL after an error. */
static struct type *slice_under(struct checker *c, struct operand *x)
{
    if (!type_is_param(x->type)) {
        return type_under(x->type);
    }
    struct sliced s = {.c = c, .x = x};
    type_each(x->type, slice_each, &s);
    if (s.has_string) {
        /* also after an error: the string type decides */
        return TYPE_OF(STRING);
    }
    return s.failed ? NULL : s.under;
}

/* Reports the first pair of constant indices of which the right one is smaller. */
static void check_order(struct checker *c, const node *nodes, const i64 *ind)
{
    for (u32 i = 0; i < 2; i++) {
        for (u32 j = i + 1; ind[i] > 0 && j < 3; j++) {
            if (ind[j] >= 0 && ind[j] < ind[i]) {
                pos at = nodes[j] ? at_node(c, nodes[j]) : at_node(c, nodes[i]);
                check_error(c, at, "invalid slice indices: %lld < %lld", (long long)ind[j],
                            (long long)ind[i]);
                return;
            }
        }
    }
}

/* x's type and the length that is known of it (or -1); false after an error. */
static bool slice_operand(struct checker *c, struct operand *x, node n, node max, i64 *length)
{
    struct type *u = slice_under(c, x);
    *length = -1;
    if (!u) {
        return false;
    }
    struct type *array = u;
    switch (u->kind) {
    case TYPE_BASIC:
        if (!(u->info & INFO_STRING)) {
            break;
        }
        if (check_at(c, n)->flags & AST_FLAG_FULL) {
            check_error(c, at_node(c, max ? max : n), "invalid operation: 3-index slice of string");
            return false;
        }
        if (x->mode == MODE_CONST) {
            *length = (i64)constant_string_len(x->val);
        }
        if (type_untyped(x->type)) {
            x->type = TYPE_OF(STRING);
        }
        return true;
    case TYPE_POINTER:
        array = type_under(as_pointer(u)->elem);
        if (array->kind != TYPE_ARRAY) {
            break;
        }
        *length = as_array(array)->len;
        x->type = type_new_slice(c->a, as_array(array)->elem);
        return true;
    case TYPE_ARRAY:
        if (x->mode != MODE_VAR) {
            check_error(c, at_operand(c, x), "cannot slice unaddressable value %s",
                        s_operand(c, x));
            return false;
        }
        *length = as_array(array)->len;
        x->type = type_new_slice(c->a, as_array(array)->elem);
        return true;
    case TYPE_SLICE: return true;
    default: break;
    }
    check_error(c, at_operand(c, x), "cannot slice %s", s_operand(c, x));
    return false;
}

void check_slice_expr(struct checker *c, struct operand *x, node n)
{
    const struct ast_node *e = check_at(c, n);
    const node ind_nodes[3] = {ast_rec(c->ast, n, 0), ast_rec(c->ast, n, 1), ast_rec(c->ast, n, 2)};
    bool full = e->flags & AST_FLAG_FULL;
    check_expr(c, NULL, x, e->a);
    if (x->mode == MODE_NONE) {
        for (u32 i = 0; i < 3; i++) {
            use(c, ind_nodes[i]);
        }
        return;
    }
    i64 length;
    if (!slice_operand(c, x, n, ind_nodes[2], &length)) {
        x->mode = MODE_NONE;
        return;
    }
    x->mode = MODE_VALUE;
    if (full && (!ind_nodes[1] || !ind_nodes[2])) {
        check_error(c, at_node(c, n),
                    "invalid syntax tree: 2nd and 3rd index required in 3-index slice");
        x->mode = MODE_NONE;
        return;
    }
    i64 ind[3];
    for (u32 i = 0; i < 3; i++) {
        ind[i] = i == 0 ? 0 : length;
        if (ind_nodes[i]) {
            struct type *t;
            ind[i] = check_index(c, ind_nodes[i], length >= 0 ? length + 1 : -1, &t);
        }
    }
    check_order(c, ind_nodes, ind);
}
