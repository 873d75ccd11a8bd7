/* lower_literal.c: constants, zero values and composite literals.
 *
 * Sources: GOROOT/src/cmd/compile/internal/noder (writer.compLit, reader.compLit, FixValue, idealType),
 * typecheck (tcCompLit, typecheckarraylit, stringtoruneslit), ir (NewZero). */
#include "escape/lower_expr.h"

/* ---- constants ---- */

/* The value as one of type t holds it: its kind is the type's (noder.FixValue).  Precision is the checker's affair. */
static const struct constant *fix_value(struct lower *l, const struct type *t,
                                        const struct constant *v)
{
    enum const_kind k = constant_kind(v);

    if (t->kind != TYPE_BASIC) {
        return v;
    }
    if ((t->info & INFO_INTEGER) && k != CONST_INT) {
        return constant_to_int(l->u->arena, v);
    }
    if ((t->info & INFO_FLOAT) && k != CONST_FLOAT) {
        return constant_to_float(l->u->arena, v);
    }
    if ((t->info & INFO_COMPLEX) && k != CONST_COMPLEX) {
        return constant_to_complex(l->u->arena, v);
    }
    return v;
}

struct ir *lower_literal(struct lower *l, pos at, struct type *t, const struct constant *v)
{
    struct ir *n = lower_new(l, IR_LITERAL, at, t);
    n->val = t ? fix_value(l, type_under(t), v) : v; /* no type: wrong code */
    return n;
}

struct ir *lower_int(struct lower *l, pos at, i64 v)
{
    struct ir *n = lower_new(l, IR_LITERAL, at, TYPE_OF(UNTYPED_INT));
    n->val = constant_int(l->u->arena, v);
    return n;
}

struct ir *lower_zero(struct lower *l, pos at, struct type *t)
{
    struct type *u = type_under(t);
    struct arena *a = l->u->arena;

    switch (u->kind) {
    case TYPE_ARRAY: return lower_new(l, IR_ARRAYLIT, at, t);
    case TYPE_STRUCT: return lower_new(l, IR_STRUCTLIT, at, t);
    case TYPE_BASIC:
        if (u->info & INFO_BOOLEAN) {
            return lower_literal(l, at, t, constant_bool(false));
        }
        if (u->info & INFO_STRING) {
            return lower_literal(l, at, t, constant_string(a, (str){0}));
        }
        if (u->info & INFO_NUMERIC) {
            return lower_literal(l, at, t, constant_int(a, 0));
        }
        break;
    default: break;
    }
    return lower_new(l, IR_NIL, at, t);
}

/* The elements are keyed although nobody wrote it. */
struct ir *lower_runes(struct lower *l, pos at, struct type *t, struct ir *text)
{
    struct ir *lit = lower_new(l, IR_SLICELIT, at, t);
    struct type_slice *s = is_slice(type_under(t));
    str rest = constant_string_val(l->u->arena, text->val);
    u32 rune;

    for (size_t n; (n = str_decode_rune(rest, &rune)) > 0; rest = str_from(rest, n)) {
        struct ir *kv = lower_new(l, IR_KEY, at, NULL);
        kv->x = lower_int(l, at, lit->list.n);
        kv->y = lower_literal(l, at, s->elem, constant_int(l->u->arena, rune));
        ir_push(l->u, &lit->list, kv);
    }
    lit->len = lit->list.n;
    return lit;
}

/* ---- composite literals ---- */

/* Keys mostly come in the order of the fields: next is the likely one. s->n: there is none such. */
static u32 field_of_key(const struct lower *l, const struct type_struct *s, node key, u32 next)
{
    const struct obj *f = l->file->at[key].obj;

    if (next < s->n && s->fields[next] == f) {
        return next;
    }
    for (u32 i = 0; i < s->n; i++) {
        if (s->fields[i] == f) {
            return i;
        }
    }
    for (u32 i = 0; i < s->n; i++) {
        if (s->fields[i]->name == ast_at(l->ast, key)->a) {
            return i;
        }
    }
    return s->n;
}

/* A key's place is its own, not that of its colon. */
static void struct_elems(struct lower *l, const node *v, u32 n, struct type_struct *s,
                         struct ir *lit, pos *place)
{
    for (u32 i = 0, at = 0; i < n; i++, at++) {
        node val = v[i];
        struct ir *sk = lower_new(l, IR_STRUCTKEY, lower_pos(l, val), NULL);
        if (ast_kind(l->ast, val) == AST_KEY_VALUE) {
            node key = ast_at(l->ast, val)->a;
            sk->pos = lower_pos(l, lower_is_old(l) ? val : key);
            at = field_of_key(l, s, key, at);
            val = ast_at(l->ast, val)->b;
        }
        if (place) {
            place[i] = sk->pos;
        }
        if (at >= s->n) {
            BUG_IF(!l->pkg->tainted); /* else wrong code, and nobody asks about its function */
            continue;
        }
        sk->num = at;
        sk->sel = s->fields[at];
        if (place) {
            sk->x = lower_expr(l, val);
        } else {
            sk->x = lower_assignable(l, s->fields[at]->type, val);
        }
        ir_push(l->u, &lit->list, sk);
    }
}

/* Elements of arrays, slices and (key: its keys' type) maps.  Gives the largest index + 1. */
static i64 indexed_elems(struct lower *l, const node *v, u32 n, struct type *key,
                         struct type *elem, struct ir *lit, pos *place)
{
    i64 next = 0, len = 0;

    for (u32 i = 0; i < n; i++) {
        node val = v[i];
        struct ir *kv = NULL;
        if (place) { /* all are converted when they are there */
            place[i] = lower_pos(l, ast_kind(l->ast, val) == AST_KEY_VALUE ? val : ast_unparen(l->ast, val));
        }
        if (ast_kind(l->ast, val) == AST_KEY_VALUE) {
            node k = ast_at(l->ast, val)->a;
            kv = lower_new(l, IR_KEY, lower_pos(l, place ? val : k), NULL);
            kv->x = place ? lower_expr(l, k) : lower_assignable(l, key, k);
            if (!key) {
                ir_int_const(kv->x, &next);
            }
            val = ast_at(l->ast, val)->b;
        }
        struct ir *x = place ? lower_expr(l, val) : lower_assignable(l, elem, val);
        if (kv) {
            kv->y = x;
        }
        ir_push(l->u, &lit->list, kv ? kv : x);
        next++;
        len = next > len ? next : len;
    }
    return len;
}

struct ir *lower_composite(struct lower *l, node n)
{
    u32 elems = ast_rec(l->ast, n, COMPOSITE_ELEMS), len = ast_list_len(l->ast, elems);
    const node *v = ast_list(l->ast, elems);
    pos at = lower_pos(l, n);
    struct type *raw = lower_type_raw(l, n), *whole = raw;
    struct type *u = lower_core(raw);
    bool ptr = u && u->kind == TYPE_POINTER; /* {…} where *T is wanted stands for &T{…} */

    if (ptr) {
        raw = as_pointer(u)->elem;
        u = lower_core(raw);
    }
    struct ir *lit = lower_new(l, IR_STRUCTLIT, at, lower_subst(l, raw));
    pos *place = lower_is_old(l) && len ? ARENA_ARRAY(l->u->arena, pos, len) : NULL;
    if (len) {
        lit->list.v = ARENA_ARRAY(l->u->arena, struct ir *, len);
        lit->list.cap = len;
    }
    switch (u ? (enum type_kind)u->kind : TYPE_BASIC) {
    case TYPE_STRUCT: struct_elems(l, v, len, as_struct(u), lit, place); break;
    case TYPE_ARRAY:
        lit->op = IR_ARRAYLIT;
        indexed_elems(l, v, len, NULL, as_array(u)->elem, lit, place);
        break;
    case TYPE_SLICE:
        lit->op = IR_SLICELIT;
        lit->len = (u32)indexed_elems(l, v, len, NULL, as_slice(u)->elem, lit, place);
        break;
    case TYPE_MAP:
        lit->op = IR_MAPLIT;
        indexed_elems(l, v, len, as_map(u)->key, as_map(u)->elem, lit, place);
        break;
    default: return lower_unknown(l, n);
    }
    if (place) {
        lower_old_elems(l, lit, place);
    }
    if (!ptr) {
        return lit;
    }
    struct ir *p = lower_new(l, IR_PTRLIT, at, lower_subst(l, whole));
    p->x = lit;
    return p;
}
