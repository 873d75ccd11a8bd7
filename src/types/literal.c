/* Literals: of basic types, functions, composite types.
 * Behaviour and words: GOROOT/src/cmd/compile/internal/types2/literals.go, errsupport.go. */
#include "types/check.h"

/* ---- basic literals ---- */

enum { LITERAL_MAX = 10000 }; /* bytes of a number */

/* Numbers in a notation that the language version does not know yet. */
static void check_notation(struct checker *c, node n, str s)
{
    if (s.n <= 2 || check_allow(c, 13)) {
        return;
    }
    const char *what = NULL;
    char radix = s.p[0] == '0' ? (char)(s.p[1] | 0x20) : 0;
    if (str_find_byte(s, '_') >= 0) {
        what = "underscore in numeric literal";
    } else if (radix == 'b') {
        what = "binary literal";
    } else if (radix == 'o') {
        what = "0o/0O-style octal literal";
    } else if (radix == 'x' && check_at(c, n)->op != LIT_INT) {
        what = "hexadecimal floating-point literal";
    }
    if (what) {
        check_need(c, at_node(c, n), 13, "%s", what);
    }
}

void check_basic_lit(struct checker *c, struct operand *x, node n)
{
    static const u8 basic[] = {
        [LIT_INT] = BASIC_UNTYPED_INT,       [LIT_FLOAT] = BASIC_UNTYPED_FLOAT,
        [LIT_IMAG] = BASIC_UNTYPED_COMPLEX,  [LIT_RUNE] = BASIC_UNTYPED_RUNE,
        [LIT_STRING] = BASIC_UNTYPED_STRING,
    };
    enum lit kind = check_at(c, n)->op;
    str text = ast_lit(c->ast, n);
    if (kind <= LIT_IMAG) {
        check_notation(c, n, text);
        if (text.n > LITERAL_MAX) {
            check_error(c, at_node(c, n), "excessively long constant: %.10s... (%zu chars)", text.p,
                        text.n);
            x->mode = MODE_NONE;
            return;
        }
    }
    x->val = constant_literal(c->a, text, kind);
    if (constant_kind(x->val) == CONST_UNKNOWN) {
        check_error(c, at_node(c, n), "malformed constant: %.*s", STR_ARG(text));
        x->mode = MODE_NONE;
        return;
    }
    x->mode = MODE_CONST;
    x->type = &basic_types[basic[kind]];
    x->expr = n;
    check_overflow(c, x, check_at(c, n)->pos);
}

/* ---- function literals ---- */

struct func_lit {
    struct decl *decl;
    struct type_signature *sig;
    const struct constant *iota;
    node body;
};

static void func_lit_body(struct checker *c, void *arg)
{
    const struct func_lit *l = arg;
    check_func_body(c, l->decl, STR("<function literal>"), l->sig, l->body, l->iota);
}

void check_func_lit(struct checker *c, struct operand *x, node n)
{
    const struct ast_node *e = check_at(c, n);
    struct type_signature *sig = is_signature(check_type(c, e->a));
    if (!sig) {
        check_error(c, at_node(c, n), "invalid syntax tree: invalid function literal %s",
                    s_expr(c, n));
        x->mode = MODE_NONE;
        return;
    }
    if (sig->scope) {
        sig->scope->pos = e->pos;
        sig->scope->end = ast_end(c->ast, n);
    }
    /* What initialises a package variable is nobody's business then. */
    bool known = (c->flags & CHECK_PARTIAL) && !c->env.sig;
    if (!(c->flags & CHECK_NO_BODIES) && !known && e->b) {
        /* Later, because the body may refer to a type that is being declared around the literal. */
        struct func_lit *l = ARENA_NEW(c->tmp, struct func_lit);
        *l = (struct func_lit){c->env.decl, sig, c->env.iota, e->b};
        check_later(c, func_lit_body, l);
    }
    x->mode = MODE_VALUE;
    x->type = &sig->t;
}

/* ---- structs ---- */

/* Keys mostly are in the order of the fields: `next` is the likely one. */
static i64 field_index(struct checker *c, const struct type_struct *s, name_id name, u32 next)
{
    if (next < s->n && s->fields[next]->name == name && s->fields[next]->pkg == c->pkg &&
        !str_is(check_name(c, name), "_")) {
        return next;
    }
    return lookup_field(s, c->pkg, name, false, c->prog->names);
}

struct elems {
    const node *v;
    u32 n, keyed;
};

static void struct_keyed(struct checker *c, struct operand *x, struct elems elems,
                         const struct type_struct *s, struct type *t)
{
    u64 few[4] = {0}, *visited = few;
    if (s->n > 64 * ARRAY_LEN(few)) {
        visited = ARENA_ARRAY(c->tmp, u64, s->n / 64 + 1);
    }
    u32 next = 0;
    for (u32 i = 0; i < elems.n; i++) {
        const struct ast_node *kv = check_at(c, elems.v[i]);
        if (kv->kind != AST_KEY_VALUE) {
            check_error(c, at_node(c, elems.v[i]),
                        "mixture of field:value and value elements in struct literal");
            continue;
        }
        check_expr(c, NULL, x, kv->b);
        if (check_kind(c, kv->a) != AST_NAME) {
            check_error(c, at_node(c, elems.v[i]), "invalid field name %s in struct literal",
                        s_expr(c, kv->a));
            continue;
        }
        name_id name = check_at(c, kv->a)->a;
        i64 at = field_index(c, s, name, next);
        if (at < 0) {
            i32 alt = lookup_field(s, c->pkg, name, true, c->prog->names);
            check_error(c, at_node(c, kv->a), "%s",
                        check_lookup_error(c, t, name, alt >= 0 ? s->fields[alt] : NULL, true));
            continue;
        }
        u32 k = (u32)at;
        next = k + 1 < s->n ? k + 1 : 0;
        record_use(c, kv->a, s->fields[k]);
        assign_operand(c, x, s->fields[k]->type, "struct literal");
        u64 bit = (u64)1 << (k % 64);
        if (visited[k / 64] & bit) {
            check_error(c, at_node(c, elems.v[i]), "duplicate field name %.*s in struct literal",
                        STR_ARG(check_name(c, name)));
        }
        visited[k / 64] |= bit;
    }
}

static void struct_in_order(struct checker *c, struct operand *x, node n, struct elems elems,
                            const struct type_struct *s, struct type *t)
{
    for (u32 i = 0; i < elems.n; i++) {
        if (check_kind(c, elems.v[i]) == AST_KEY_VALUE) {
            check_error(c, at_node(c, elems.v[i]),
                        "mixture of field:value and value elements in struct literal");
            continue;
        }
        check_expr(c, NULL, x, elems.v[i]);
        if (i >= s->n) {
            check_error(c, at_operand(c, x), "too many values in struct literal of type %s",
                        s_type(c, t));
            break;
        }
        const struct obj *f = s->fields[i];
        if (!(f->flags & OBJ_EXPORTED) && f->pkg != c->pkg) {
            check_error(c, at_operand(c, x),
                        "implicit assignment to unexported field %s in struct literal of type %s",
                        s_name(c, f), s_type(c, t));
            continue;
        }
        assign_operand(c, x, f->type, "struct literal");
    }
    if (elems.n < s->n) {
        check_error(c, ast_rec(c->ast, n, COMPOSITE_RBRACE),
                    "too few values in struct literal of type %s", s_type(c, t));
    }
}

/* ---- arrays and slices ---- */

/* Which indices have elements.  As long as they ascend, runs are remembered; a set is made when one does not. */
struct run {
    i64 from, to;
};

struct visited {
    VEC(struct run) runs;
    struct map set;
    bool in_set;
    i64 high; /* all are below */
};

/* Is the index there already? */
static bool visit(struct visited *v, i64 index)
{
    if (index >= v->high) {
        v->high = index + 1;
        if (v->in_set) {
            map_put(&v->set, (u64)index, NULL);
        } else if (v->runs.n && vec_last(&v->runs).to == index) {
            vec_last(&v->runs).to++;
        } else {
            vec_push(&v->runs, (struct run){index, index + 1});
        }
        return false;
    }
    for (size_t i = 0; !v->in_set && i < v->runs.n; i++) {
        for (i64 k = v->runs.v[i].from; k < v->runs.v[i].to; k++) {
            map_put(&v->set, (u64)k, NULL);
        }
    }
    v->in_set = true;
    bool fresh;
    map_put(&v->set, (u64)index, &fresh);
    return !fresh;
}

/* The elements of an array (length at least 0) or slice; gives the largest index + 1. */
static i64 indexed_elems(struct checker *c, struct elems elems, struct type *elem, i64 length)
{
    struct visited visited = {0};
    i64 index = 0, max = 0;
    for (u32 i = 0; i < elems.n; i++) {
        node n = elems.v[i], val = n;
        bool valid = false;
        if (check_kind(c, n) == AST_KEY_VALUE) {
            struct type *t;
            node key = check_at(c, n)->a;
            i64 k = check_index(c, key, length, &t);
            if (type_is_valid(t) && k < 0) {
                check_error(c, at_node(c, n), "index %s must be integer constant", s_expr(c, key));
            } else if (type_is_valid(t)) {
                index = k;
                valid = true;
            }
            val = check_at(c, n)->b;
        } else if (length >= 0 && index >= length) {
            check_error(c, at_node(c, n), "index %lld is out of bounds (>= %lld)", (long long)index,
                        (long long)length);
        } else {
            valid = true;
        }
        if (valid && elems.keyed && visit(&visited, index)) {
            check_error(c, at_node(c, n), "duplicate index %lld in array or slice literal",
                        (long long)index);
        }
        if (index < INT64_MAX) {
            index++;
        }
        max = index > max ? index : max;
        struct operand x;
        check_expr_hint(c, &x, val, elem);
        assign_operand(c, &x, elem, "array or slice literal");
    }
    if (elems.keyed) {
        vec_release(&visited.runs);
        map_release(&visited.set);
    }
    return max;
}

/* ---- maps ---- */

struct map_key {
    u64 hash;
    const struct constant *val;
    struct type *type; /* NULL: all keys have one type */
};

/* Constant keys so far: few in order, many also in a table of power of two many numbers + 1. */
struct map_keys {
    struct map_key *v;
    u32 n, *table, mask;
};

enum { KEYS_FEW = 16 };

static bool key_same(const struct map_key *x, const struct map_key *y)
{
    return x->hash == y->hash && constant_same(x->val, y->val) &&
           (!x->type || type_identical(x->type, y->type));
}

static void keys_init(struct checker *c, struct map_keys *k, u32 n)
{
    *k = (struct map_keys){.v = ARENA_ARRAY(c->tmp, struct map_key, n)};
    if (n > KEYS_FEW) {
        size_t size = 64;
        while (size < (size_t)n * 2) {
            size *= 2;
        }
        k->table = ARENA_ARRAY(c->tmp, u32, size);
        k->mask = (u32)(size - 1);
    }
}

/* Is the key there already? */
static bool keys_put(struct map_keys *k, struct map_key key)
{
    if (!k->table) {
        for (u32 i = 0; i < k->n; i++) {
            if (key_same(&k->v[i], &key)) {
                return true;
            }
        }
    } else {
        u32 slot = (u32)key.hash & k->mask;
        for (; k->table[slot]; slot = (slot + 1) & k->mask) {
            if (key_same(&k->v[k->table[slot] - 1], &key)) {
                return true;
            }
        }
        k->table[slot] = k->n + 1;
    }
    k->v[k->n++] = key;
    return false;
}

static void map_elems(struct checker *c, struct operand *x, struct elems elems,
                      const struct type_map *m)
{
    bool by_type = type_is_iface_not_param(m->key);
    struct map_keys keys;
    keys_init(c, &keys, elems.n);
    for (u32 i = 0; i < elems.n; i++) {
        const struct ast_node *kv = check_at(c, elems.v[i]);
        if (kv->kind != AST_KEY_VALUE) {
            check_error(c, at_node(c, elems.v[i]), "missing key in map literal");
            continue;
        }
        check_expr_hint(c, x, kv->a, m->key);
        assign_operand(c, x, m->key, "map literal");
        if (x->mode == MODE_NONE) {
            continue;
        }
        if (x->mode == MODE_CONST) {
            struct map_key key = {constant_hash(x->val), x->val, by_type ? x->type : NULL};
            if (keys_put(&keys, key)) {
                check_error(c, at_operand(c, x), "duplicate key %s in map literal",
                            s_const(c, x->val));
                continue;
            }
        }
        check_expr_hint(c, x, kv->b, m->elem);
        assign_operand(c, x, m->elem, "map literal");
    }
}

/* ---- composite literals ---- */

static bool is_open_array(const struct checker *c, node type)
{
    return check_kind(c, type) == AST_ARRAY_TYPE && !check_at(c, type)->a;
}

static void use_elems(struct checker *c, struct elems elems)
{
    for (u32 i = 0; i < elems.n; i++) {
        node n = elems.v[i];
        if (check_kind(c, n) == AST_KEY_VALUE) {
            n = check_at(c, n)->b; /* the key may be the name of an unknown field */
        }
        check_use(c, &n, 1);
    }
}

void check_composite_lit(struct checker *c, struct operand *x, node n, struct type *hint)
{
    const struct ast_node *e = check_at(c, n);
    u32 list = ast_rec(c->ast, n, COMPOSITE_ELEMS);
    struct elems elems = {ast_list(c->ast, list), ast_list_len(c->ast, list),
                          ast_rec(c->ast, n, COMPOSITE_KEYED)};
    struct type *t, *base, *u;
    if (e->a && is_open_array(c, e->a)) {
        t = base = u = type_new_array(c->a, check_var_type(c, check_at(c, e->a)->b), -1);
    } else if (e->a) {
        t = base = check_type(c, e->a);
        u = type_common(c, base, NULL, NULL, NULL);
    } else if (hint) {
        t = base = hint;
        u = type_common(c, base, NULL, NULL, NULL);
        if (u && u->kind == TYPE_POINTER) {
            base = as_pointer(u)->elem; /* *T stands for &T{} */
            u = type_common(c, base, NULL, NULL, NULL);
        }
    } else {
        check_error(c, at_node(c, n), "missing type in composite literal");
        t = base = u = TYPE_BAD;
    }
    switch (u ? u->kind : TYPE_BASIC) {
    case TYPE_STRUCT:
        if (elems.n == 0) {
            break;
        }
        if (check_kind(c, elems.v[0]) == AST_KEY_VALUE) {
            struct_keyed(c, x, elems, as_struct(u), base);
        } else {
            struct_in_order(c, x, n, elems, as_struct(u), base);
        }
        break;
    case TYPE_ARRAY: {
        struct type_array *a = as_array(u);
        bool skipped = e->flags & AST_FLAG_SKIPPED;
        i64 len = skipped ? (i64)elems.keyed : indexed_elems(c, elems, a->elem, a->len);
        if (a->len < 0) {
            a->len = len; /* [...]T, or a length that was wrong */
            if (e->a) {
                record_typed(c, e->a, MODE_TYPE, u, NULL);
            }
        }
        break;
    }
    case TYPE_SLICE: indexed_elems(c, elems, as_slice(u)->elem, -1); break;
    case TYPE_MAP: map_elems(c, x, elems, as_map(u)); break;
    default:
        use_elems(c, elems);
        if (u != TYPE_BAD) {
            check_error(c, at_node(c, n), "invalid composite literal%s type %s%s",
                        e->a ? "" : " element", s_type(c, t),
                        u ? "" : " (no common underlying type)");
            x->mode = MODE_NONE;
            return;
        }
        break;
    }
    x->mode = MODE_VALUE;
    x->type = t;
}
