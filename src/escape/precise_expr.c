/* precise_expr.c: expressions to constraints.
 *
 * Every expression is walked once, with the place that its value goes to; words of values go one by one.  The operators'
 * rules are those of flow_expr.c where both engines agree on what is stored where, but places have offsets, and what is
 * behind a pointer is a place like any other.
 */
#include "escape/flow_int.h"
#include "escape/precise_int.h"
#include "escape/shape.h"

/* ---- putting ---- */

void precise_put(struct precise_graph *g, struct precise_place dst, i32 off, u32 src, i32 shift)
{
    switch ((enum precise_place_kind)dst.kind) {
    case PP_NOWHERE: break;
    case PP_DIRECT: precise_copy(g, precise_slot_at(g, dst.at, dst.off + off), src, shift); break;
    case PP_BEHIND:
        if (shift) {
            u32 t = precise_slot_at(g, precise_temp(g), 0);
            precise_copy(g, t, src, shift);
            src = t;
        }
        precise_store(g, dst.at, dst.off + off, src);
        break;
    case PP_HEAP: precise_sink(g, src, dst.cause); break;
    }
}

static void put_addr(struct precise_graph *g, struct precise_place dst, i32 off, u32 obj, i32 obj_off)
{
    if (dst.kind == PP_NOWHERE) {
        return;
    }
    if (dst.kind == PP_DIRECT) {
        precise_add(g, precise_slot_at(g, dst.at, dst.off + off), obj, obj_off);
        return;
    }
    u32 t = precise_slot_at(g, precise_temp(g), 0);
    precise_add(g, t, obj, obj_off);
    precise_put(g, dst, off, t, 0);
}

void precise_put_heap(struct precise_graph *g, struct precise_place dst, struct type *t)
{
    const struct precise_layout *l = precise_layout_of(g->st, t);

    for (u32 i = 0; dst.kind == PP_DIRECT && i < l->n; i++) {
        precise_add_heap(g, precise_slot_at(g, dst.at, dst.off + l->off[i]));
    }
    for (u32 i = 0; dst.kind == PP_BEHIND && i < l->n; i++) {
        precise_store(g, dst.at, dst.off + l->off[i], g->heap_slot);
    }
}

/* An object with more words than are told apart is one slot. */
static void collapse_place(struct precise_graph *g, struct precise_place p)
{
    if (p.kind == PP_DIRECT) {
        precise_collapse_obj(g, p.at);
    } else if (p.kind == PP_BEHIND) {
        precise_collapse(g, p.at);
    }
}

void precise_copy_value(struct precise_graph *g, struct precise_place dst, struct precise_place src, struct type *t)
{
    const struct precise_layout *l = precise_layout_of(g->st, t);

    if (l->whole) {
        collapse_place(g, dst);
        collapse_place(g, src);
    }
    if (src.kind == PP_HEAP) {
        precise_put_heap(g, dst, t);
        return;
    }
    for (u32 i = 0; dst.kind != PP_NOWHERE && src.kind != PP_NOWHERE && i < l->n; i++) {
        i32 o = l->off[i];
        if (src.kind == PP_DIRECT) {
            precise_put(g, dst, o, precise_slot_at(g, src.at, src.off + o), 0);
        } else if (dst.kind == PP_DIRECT) {
            precise_load(g, precise_slot_at(g, dst.at, dst.off + o), src.at, src.off + o);
        } else {
            u32 tmp = precise_slot_at(g, precise_temp(g), 0);
            precise_load(g, tmp, src.at, src.off + o);
            precise_put(g, dst, o, tmp, 0);
        }
    }
}

/* ---- objects ---- */

/* What the stack has no room for is in the heap from the beginning. */
static void too_large(struct precise_graph *g, u32 obj, struct ir *n)
{
    struct flow_batch rules = {.u = g->u, .p = g->u->profile};
    const char *why = flow_heap_reason(&rules, n);

    if (why) {
        precise_escape(g, obj, why[0] == 't' ? PRECISE_LARGE_CAUSE : PRECISE_SIZE_CAUSE, 0, n->pos, n->inl);
    }
}

static u32 own(struct precise_graph *g, enum precise_kind kind, struct ir *n, struct type *t)
{
    if (n->loc && n->loc < g->objs.n && g->objs.v[n->loc].n == n) {
        return n->loc;
    }
    u32 id = precise_new_obj(g, kind, n, t ? ir_size(g->u, t) : -1);
    n->loc = id;
    vec_push(&g->touched, n);
    if (n->flags & IR_ESCAPES) {
        too_large(g, id, n);
    }
    if (t && precise_layout_of(g->st, t)->whole) {
        precise_collapse_obj(g, id);
    }
    return id;
}

/* The storage of an expression, its address put into dst; stored elements are in the heap if content is set. */
static u32 site(struct precise_graph *g, struct precise_place dst, i32 off, struct ir *n, struct type *t,
                enum precise_cause content)
{
    u32 id = own(g, PK_SITE, n, t);

    if (content != PRECISE_NONE_CAUSE) {
        struct precise_obj *o = &g->objs.v[id];
        o->flags |= PO_CONTENT;
        if (!(o->flags & PO_ESCAPED)) {
            o->why = (struct precise_why){.cause = (u8)content, .pos = n->pos, .inl = n->inl};
        }
    }
    put_addr(g, dst, off, id, 0);
    return id;
}

/* ---- variables ---- */

i32 precise_capture_offset(struct precise_graph *g, const struct ir_func *fn, u32 i)
{
    i64 off = 8;

    for (u32 k = 0; k < i && k < fn->n_cvars; k++) {
        struct ir_name *n = ir_canonical(fn->cvars[k]);
        i64 s = n->flags & IR_NAME_BYVAL && n->n.type ? ir_size(g->u, n->n.type) : 8;
        off += s <= 0 ? 8 : (s + 7) / 8 * 8;
    }
    return off > INT32_MAX / 2 ? INT32_MAX / 2 : (i32)off;
}

u32 precise_var(struct precise_graph *g, struct ir_name *n)
{
    return own(g, PK_VAR, &n->n, n->n.type);
}

static struct precise_place captured(struct precise_graph *g, struct ir_name *n)
{
    for (u32 i = 0; i < g->fn->n_cvars; i++) {
        if (g->fn->cvars[i] != n) {
            continue;
        }
        i32 off = precise_capture_offset(g, g->fn, i);
        if (ir_canonical(n)->flags & IR_NAME_BYVAL) {
            return precise_direct(g->context, off);
        }
        return (struct precise_place){.kind = PP_BEHIND, .at = precise_slot_at(g, g->context, off)};
    }
    struct ir_name *c = ir_canonical(n);
    return c->curfn == g->fn ? precise_direct(precise_var(g, c), 0) : precise_heap(PRECISE_HEAP_CAUSE);
}

static struct precise_place variable(struct precise_graph *g, struct ir_name *n)
{
    if (n->flags & IR_NAME_BLANK) {
        return PRECISE_NOWHERE;
    }
    if (n->class == IR_GLOBAL || n->class == IR_FUNC) {
        return precise_heap(PRECISE_GLOBAL_CAUSE);
    }
    if (n->flags & IR_NAME_CLOSUREVAR) {
        return captured(g, n);
    }
    if (n->curfn != g->fn) {
        return precise_heap(PRECISE_HEAP_CAUSE);
    }
    return precise_direct(precise_var(g, n), 0);
}

/* ---- places ---- */

static bool is_place(const struct ir *n)
{
    switch (n->op) {
    case IR_NAME: return ((const struct ir_name *)(const void *)n)->class != IR_FUNC;
    case IR_DOT:
    case IR_DOTPTR:
    case IR_DEREF:
    case IR_INDEX:
    case IR_PAREN:
    case IR_LINKSYMOFFSET: return true;
    default: return false;
    }
}

static bool is_kind(struct type *t, enum type_kind kind)
{
    return t && type_under(t)->kind == kind;
}

static struct precise_place behind(struct precise_graph *g, struct ir *pointer, i32 off)
{
    return (struct precise_place){.kind = PP_BEHIND, .at = precise_value(g, pointer, 0), .off = off};
}

static struct precise_place place_skip_init(struct precise_graph *g, struct ir *n)
{
    switch (n->op) {
    case IR_NAME:
        if (is_place(n)) {
            return variable(g, ir_as_name(n));
        }
        break;
    case IR_PAREN: return precise_place_of(g, n->x);
    case IR_LINKSYMOFFSET: return precise_heap(PRECISE_GLOBAL_CAUSE);
    case IR_DOT: {
        struct precise_place p = precise_place_of(g, n->x);
        p.off += precise_field_offset(g->st, n->x->type, n->num);
        return p;
    }
    case IR_DOTPTR: {
        struct type *t = type_under(n->x->type);
        bool ptr;
        return behind(g, n->x, precise_field_offset(g->st, type_deref(t, &ptr), n->num));
    }
    case IR_DEREF: return behind(g, n->x, 0);
    case IR_INDEX:
        precise_discard(g, n->y);
        return is_kind(n->x->type, TYPE_ARRAY) ? precise_place_of(g, n->x) : behind(g, n->x, 0);
    default: break;
    }
    u32 t = precise_temp(g);
    precise_eval(g, precise_direct(t, 0), n);
    return precise_direct(t, 0);
}

struct precise_place precise_place_of(struct precise_graph *g, struct ir *n)
{
    if (n->init.n) {
        precise_stmts(g, &n->init);
    }
    if (is_place(n)) {
        return place_skip_init(g, n);
    }
    struct ir_list init = n->init;
    n->init = (struct ir_list){0}; /* walked */
    struct precise_place p = place_skip_init(g, n);
    n->init = init;
    return p;
}

struct precise_place precise_destination(struct precise_graph *g, struct ir *n)
{
    if (!n || ir_is_blank(n)) {
        return PRECISE_NOWHERE;
    }
    if (n->op == IR_INDEXMAP) {
        precise_discard(g, n->x);
        precise_eval(g, precise_heap(PRECISE_MAP_CAUSE), n->y);
        return precise_heap(PRECISE_MAP_CAUSE);
    }
    if (n->op == IR_NAME && !is_place(n)) {
        return PRECISE_NOWHERE;
    }
    return precise_place_of(g, n);
}

u32 precise_value(struct precise_graph *g, struct ir *n, i32 off)
{
    struct precise_place p = precise_place_of(g, n);

    switch ((enum precise_place_kind)p.kind) {
    case PP_DIRECT: return precise_slot_at(g, p.at, p.off + off);
    case PP_BEHIND: {
        u32 t = precise_slot_at(g, precise_temp(g), 0);
        precise_load(g, t, p.at, p.off + off);
        return t;
    }
    case PP_HEAP: return g->heap_slot;
    case PP_NOWHERE: break;
    }
    return precise_slot_at(g, precise_temp(g), 0);
}

/* ---- unsafe ---- */

static bool is_basic(struct type *t, enum basic basic)
{
    return is_kind(t, TYPE_BASIC) && type_under(t)->basic == basic;
}

/* A pointer of another type to the same: its objects' fields are no longer told apart. */
static void reinterpret(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    u32 s = precise_value(g, n, 0);

    precise_collapse(g, s);
    precise_put(g, dst, 0, s, 0);
}

static bool has_arrays(struct type *t, u32 depth)
{
    struct type *u = type_under(t);

    if (u->kind == TYPE_ARRAY || depth > 20) {
        return true;
    }
    for (u32 i = 0; u->kind == TYPE_STRUCT && i < as_struct(u)->n; i++) {
        if (has_arrays(as_struct(u)->fields[i]->type, depth + 1)) {
            return true;
        }
    }
    return false;
}

/* (*T)(unsafe.Pointer(p)) where T is no larger than what p points to, both without arrays: offsets say all there is to
 * know.  So do the runtime's and reflect's views of interfaces, slices and strings. */
static bool is_view(struct precise_graph *g, const struct ir *n)
{
    const struct ir *x = n->x;

    while (x->op == IR_PAREN) {
        x = x->x;
    }
    if (x->op != IR_CONVNOP || !is_kind(x->x->type, TYPE_POINTER) || !is_kind(n->type, TYPE_POINTER)) {
        return false;
    }
    struct type *a = as_pointer(type_under(x->x->type))->elem, *b = as_pointer(type_under(n->type))->elem;
    i64 size = ir_size(g->u, b);
    return size >= 0 && size <= ir_size(g->u, a) && !has_arrays(a, 0) && !has_arrays(b, 0);
}

static void conversion(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    bool from = is_basic(n->x->type, BASIC_UNSAFE_POINTER), to = is_basic(n->type, BASIC_UNSAFE_POINTER);

    if (to && is_basic(n->x->type, BASIC_UINTPTR)) {
        precise_unsafe_value(g, dst, n->x);
    } else if (is_basic(n->type, BASIC_UINTPTR)) {
        precise_discard(g, n->x);
    } else if (from && !to && !is_view(g, n)) {
        reinterpret(g, dst, n->x);
    } else {
        precise_eval(g, dst, n->x);
    }
}

void precise_unsafe_value(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    if (!n) {
        return;
    }
    if (n->init.n) {
        precise_stmts(g, &n->init);
    }
    switch (n->op) {
    case IR_CONV:
    case IR_CONVNOP:
        if (is_basic(n->x->type, BASIC_UNSAFE_POINTER)) {
            reinterpret(g, dst, n->x);
        } else {
            precise_discard(g, n->x);
        }
        break;
    case IR_DOTPTR: {
        u32 s = precise_value(g, n->x, 0), t = precise_slot_at(g, precise_temp(g), 0);
        precise_collapse(g, s); /* perhaps reflect.SliceHeader.Data */
        precise_load(g, t, s, 0);
        precise_put(g, dst, 0, t, 0);
        break;
    }
    case IR_PLUS:
    case IR_NEG:
    case IR_BITNOT: precise_unsafe_value(g, dst, n->x); break;
    case IR_ADD:
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_MUL:
    case IR_DIV:
    case IR_MOD:
    case IR_AND:
    case IR_ANDNOT:
        precise_unsafe_value(g, dst, n->x);
        precise_unsafe_value(g, dst, n->y);
        break;
    case IR_LSH:
    case IR_RSH:
        precise_unsafe_value(g, dst, n->x);
        precise_discard(g, n->y);
        break;
    default: precise_discard(g, n);
    }
}

/* ---- interfaces ---- */

static void to_interface(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    struct type *t = n->x->type;

    if (ir_is_interface(t)) {
        precise_eval(g, dst, n->x);
        return;
    }
    if (shape_within(t)) { /* the dictionary knows */
        precise_put(g, dst, 0, g->heap_slot, 0);
    } else {
        put_addr(g, dst, 0, precise_const_type(g, precise_type_of(g->st, t)), 0);
    }
    i32 data = g->st->e->prog->sizes.ptr;
    if (ir_is_direct_iface(g->u, t)) {
        const struct precise_layout *l = precise_layout_of(g->st, t);
        u32 s = precise_value(g, n->x, l->n ? l->off[0] : 0);
        precise_put(g, dst, data, s, 0);
    } else {
        precise_eval(g, precise_direct(site(g, dst, data, n, t, PRECISE_NONE_CAUSE), 0), n->x);
    }
}

void precise_from_interface(struct precise_graph *g, struct precise_place dst, struct ir *x, struct type *t)
{
    if (ir_is_interface(t)) {
        precise_eval(g, dst, x);
        return;
    }
    u32 data = precise_value(g, x, g->st->e->prog->sizes.ptr);
    if (ir_is_direct_iface(g->u, t)) {
        const struct precise_layout *l = precise_layout_of(g->st, t);
        precise_put(g, dst, l->n ? l->off[0] : 0, data, 0);
    } else {
        precise_copy_value(g, dst, (struct precise_place){.kind = PP_BEHIND, .at = data}, t);
    }
}

/* ---- literals ---- */

static struct precise_place offset(struct precise_place p, i32 off)
{
    p.off += off;
    return p;
}

static void struct_literal(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *f = n->list.v[i];
        if (f->op == IR_STRUCTKEY) {
            precise_eval(g, offset(dst, precise_field_offset(g->st, n->type, f->num)), f->x);
        } else {
            precise_eval(g, offset(dst, precise_field_offset(g->st, n->type, i)), f);
        }
    }
}

static void elements(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    for (u32 i = 0; i < n->list.n; i++) {
        struct ir *el = n->list.v[i];
        precise_eval(g, dst, el->op == IR_KEY ? el->y : el);
    }
}

static void map_literal(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    site(g, dst, 0, n, NULL, PRECISE_MAP_CAUSE);
    for (u32 i = 0; i < n->list.n; i++) {
        precise_eval(g, precise_heap(PRECISE_MAP_CAUSE), n->list.v[i]->x);
        precise_eval(g, precise_heap(PRECISE_MAP_CAUSE), n->list.v[i]->y);
    }
}

static void closure(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    struct ir_func *fn = n->func;
    u32 c = site(g, dst, 0, n, NULL, PRECISE_NONE_CAUSE);

    g->objs.v[c].p = fn;
    for (u32 i = 0; i < fn->n_cvars; i++) {
        struct ir_name *outer = fn->cvars[i]->outer, *n0 = ir_canonical(fn->cvars[i]);
        i32 off = precise_capture_offset(g, fn, i);
        struct precise_place p = outer ? precise_place_of(g, &outer->n) : PRECISE_NOWHERE;
        if (n0->flags & IR_NAME_BYVAL) {
            precise_copy_value(g, precise_direct(c, off), p, n0->n.type);
        } else if (p.kind == PP_DIRECT) {
            precise_add(g, precise_slot_at(g, c, off), p.at, p.off);
        } else if (p.kind == PP_BEHIND) {
            precise_copy(g, precise_slot_at(g, c, off), p.at, p.off);
        } else {
            precise_add_heap(g, precise_slot_at(g, c, off));
        }
    }
}

static void method_value(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    u32 c = site(g, dst, 0, n, NULL, PRECISE_NONE_CAUSE);

    g->objs.v[c].p = n->func;
    precise_eval(g, precise_direct(c, 8), n->x);
}

/* ---- append, copy ---- */

static struct type *elem_of(struct type *slice)
{
    struct type *t = slice ? type_under(slice) : NULL;
    return t && t->kind == TYPE_SLICE ? as_slice(t)->elem : NULL;
}

/* The old array may be the new one; or a new one, in the heap as far as anybody knows, gets all elements. */
static void append(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    const struct ir_list *args = &n->list;
    struct type *elem = elem_of(n->type ? n->type : args->v[0]->type);
    u32 old = precise_value(g, args->v[0], 0);
    struct precise_place array = {.kind = PP_BEHIND, .at = old}, heap = precise_heap(PRECISE_APPEND_CAUSE);
    bool pointers = elem && precise_has_pointers(g->st, elem);

    precise_put(g, dst, 0, old, 0);
    if (pointers) {
        precise_copy_value(g, heap, array, elem);
    }
    for (u32 i = 1; i < args->n; i++) {
        if (!pointers) {
            precise_discard(g, args->v[i]);
            continue;
        }
        struct precise_place value;
        if ((n->flags & IR_DDD) && i == 1) {
            value = (struct precise_place){.kind = PP_BEHIND, .at = precise_value(g, args->v[i], 0)};
        } else {
            value = precise_place_of(g, args->v[i]);
        }
        precise_copy_value(g, heap, value, elem);
        precise_copy_value(g, array, value, elem);
    }
    if (g->u->profile->append_location) {
        site(g, dst, 0, n, elem, PRECISE_APPEND_CAUSE);
    } else {
        precise_put(g, dst, 0, g->heap_slot, 0);
    }
}

static void copy(struct precise_graph *g, struct ir *n)
{
    struct type *elem = elem_of(n->y->type), *to = elem_of(n->x->type);

    if (!elem || !to || !precise_has_pointers(g->st, to)) {
        precise_discard(g, n->x);
        precise_discard(g, n->y);
        return;
    }
    struct precise_place dst = {.kind = PP_BEHIND, .at = precise_value(g, n->x, 0)};
    struct precise_place src = {.kind = PP_BEHIND, .at = precise_value(g, n->y, 0)};
    precise_copy_value(g, dst, src, to);
}

/* ---- all of them ---- */

void precise_discard(struct precise_graph *g, struct ir *n)
{
    if (n) {
        precise_eval(g, PRECISE_NOWHERE, n);
    }
}

static void discards(struct precise_graph *g, const struct ir_list *l)
{
    for (u32 i = 0; i < l->n; i++) {
        precise_discard(g, l->v[i]);
    }
}

static void address(struct precise_graph *g, struct precise_place dst, struct ir *x)
{
    struct precise_place p = precise_place_of(g, x);

    switch ((enum precise_place_kind)p.kind) {
    case PP_DIRECT:
        if (g->objs.v[p.at].kind == PK_TEMP || p.at == g->context) {
            precise_put(g, dst, 0, g->heap_slot, 0); /* no variable */
        } else {
            put_addr(g, dst, 0, p.at, p.off);
        }
        break;
    case PP_BEHIND: precise_put(g, dst, 0, p.at, p.off); break;
    case PP_HEAP: precise_put(g, dst, 0, g->heap_slot, 0); break;
    case PP_NOWHERE: break;
    }
}

static enum precise_cause make_content(struct precise_graph *g, struct ir *n)
{
    i64 len;
    (void)g;
    return ir_int_const(n->y ? n->y : n->x, &len) ? PRECISE_NONE_CAUSE : PRECISE_ELEMENT_CAUSE;
}

static void eval_skip_init(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    if (n->type && !type_is_untyped(n->type) && n->type->kind != TYPE_TUPLE && !precise_has_pointers(g->st, n->type)) {
        dst = PRECISE_NOWHERE;
    }
    switch (n->op) {
    case IR_LITERAL:
    case IR_NIL:
    case IR_GETCALLERSP:
    case IR_TYPE: break;
    case IR_GETG:
    case IR_LINKSYMOFFSET:
    case IR_DYNAMICTYPE: precise_put(g, dst, 0, g->heap_slot, 0); break;
    case IR_METHEXPR:
        if (n->func) {
            put_addr(g, dst, 0, precise_const_func(g, n->func), 0);
        } else {
            precise_put(g, dst, 0, g->heap_slot, 0);
        }
        break;
    case IR_NAME: {
        struct ir_name *name = ir_as_name(n);
        if (name->class == IR_FUNC) {
            put_addr(g, dst, 0, precise_const_func(g, name->func), 0);
            break;
        }
        precise_copy_value(g, dst, variable(g, name), n->type);
        break;
    }
    case IR_DOT:
    case IR_DOTPTR:
    case IR_DEREF:
    case IR_INDEX: {
        struct precise_place p = place_skip_init(g, n);
        if (dst.kind != PP_NOWHERE) {
            precise_copy_value(g, dst, p, n->type);
        }
        break;
    }
    case IR_INDEXMAP:
        precise_discard(g, n->x);
        precise_discard(g, n->y);
        precise_put_heap(g, dst, n->type);
        break;
    case IR_RECV:
        precise_discard(g, n->x);
        if (n->type && n->type->kind != TYPE_TUPLE) {
            precise_put_heap(g, dst, n->type);
        }
        break;
    case IR_PLUS:
    case IR_NEG:
    case IR_BITNOT:
    case IR_NOT:
    case IR_LEN:
    case IR_CAP:
    case IR_REAL:
    case IR_IMAG:
    case IR_CLOSE:
    case IR_CLEAR: precise_discard(g, n->x); break;
    case IR_ADD:
        if (dst.kind != PP_NOWHERE && n->type) { /* of strings, before they are an ADDSTR */
            precise_put_heap(g, dst, n->type);
        }
        precise_discard(g, n->x);
        precise_discard(g, n->y);
        break;
    case IR_SUB:
    case IR_OR:
    case IR_XOR:
    case IR_MUL:
    case IR_DIV:
    case IR_MOD:
    case IR_LSH:
    case IR_RSH:
    case IR_AND:
    case IR_ANDNOT:
    case IR_EQ:
    case IR_NE:
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE:
    case IR_ANDAND:
    case IR_OROR:
    case IR_COMPLEX:
        precise_discard(g, n->x);
        precise_discard(g, n->y);
        break;
    case IR_ADDR: address(g, dst, n->x); break;
    case IR_DOTTYPE:
    case IR_DOTTYPE2:
    case IR_DYNAMICDOTTYPE:
    case IR_DYNAMICDOTTYPE2: precise_from_interface(g, dst, n->x, n->type); break;
    case IR_SLICE:
    case IR_SLICEARR:
    case IR_SLICE3:
    case IR_SLICE3ARR:
    case IR_SLICESTR:
        precise_put(g, dst, 0, precise_value(g, n->x, 0), 0);
        precise_discard(g, n->y);
        precise_discard(g, n->z);
        precise_discard(g, n->w);
        break;
    case IR_CONV:
    case IR_CONVNOP: conversion(g, dst, n); break;
    case IR_CONVIFACE: to_interface(g, dst, n); break;
    case IR_MAKEFACE:
        precise_discard(g, n->x);
        precise_put(g, dst, 0, g->heap_slot, 0);
        precise_eval(g, offset(dst, g->st->e->prog->sizes.ptr), n->y);
        break;
    case IR_IDATA: precise_put(g, dst, 0, precise_value(g, n->x, g->st->e->prog->sizes.ptr), 0); break;
    case IR_ITAB: precise_discard(g, n->x); break;
    case IR_PAREN:
    case IR_SPTR:
    case IR_SLICE2ARRPTR:
    case IR_UNSAFESTRINGDATA:
    case IR_UNSAFESLICEDATA: precise_eval(g, dst, n->x); break;
    case IR_SLICE2ARR: precise_copy_value(g, dst, behind(g, n->x, 0), n->type); break;
    case IR_UNSAFEADD:
    case IR_UNSAFESLICE:
    case IR_UNSAFESTRING:
        reinterpret(g, dst, n->x);
        precise_discard(g, n->y);
        break;
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_INLCALL: precise_call(g, &dst, n); break;
    case IR_MIN:
    case IR_MAX:
        for (u32 i = 0; i < n->list.n; i++) {
            precise_eval(g, dst, n->list.v[i]);
        }
        break;
    case IR_APPEND: append(g, dst, n); break;
    case IR_COPY: copy(g, n); break;
    case IR_RECOVER:
        discards(g, &n->list);
        if (n->type) {
            precise_put_heap(g, dst, n->type);
        }
        break;
    case IR_PANIC: precise_eval(g, precise_heap(PRECISE_PANIC_CAUSE), n->x); break;
    case IR_DELETE:
    case IR_PRINT:
    case IR_PRINTLN: discards(g, &n->list); break;
    case IR_NEW: site(g, dst, 0, n, as_pointer(type_under(n->type))->elem, PRECISE_NONE_CAUSE); break;
    case IR_PTRLIT: {
        u32 s = site(g, dst, 0, n, as_pointer(type_under(n->type))->elem, PRECISE_NONE_CAUSE);
        precise_eval(g, precise_direct(s, 0), n->x);
        break;
    }
    case IR_MAKESLICE:
        site(g, dst, 0, n, elem_of(n->type), make_content(g, n));
        precise_discard(g, n->x);
        precise_discard(g, n->y);
        break;
    case IR_MAKECHAN:
        precise_discard(g, n->x);
        precise_put(g, dst, 0, g->heap_slot, 0);
        break;
    case IR_MAKEMAP:
        site(g, dst, 0, n, NULL, PRECISE_MAP_CAUSE);
        precise_discard(g, n->x);
        break;
    case IR_RUNES2STR:
    case IR_BYTES2STR:
    case IR_STR2RUNES:
    case IR_STR2BYTES:
    case IR_RUNESTR:
        site(g, dst, 0, n, NULL, PRECISE_NONE_CAUSE);
        precise_discard(g, n->x);
        break;
    case IR_ADDSTR:
        site(g, dst, 0, n, NULL, PRECISE_NONE_CAUSE);
        discards(g, &n->list);
        break;
    case IR_METHVALUE: method_value(g, dst, n); break;
    case IR_SLICELIT: elements(g, precise_direct(site(g, dst, 0, n, elem_of(n->type), PRECISE_NONE_CAUSE), 0), n); break;
    case IR_ARRAYLIT: elements(g, dst, n); break;
    case IR_STRUCTLIT: struct_literal(g, dst, n); break;
    case IR_MAPLIT: map_literal(g, dst, n); break;
    case IR_CLOSURE: closure(g, dst, n); break;
    default: g->over = true; /* of code with errors: nothing is said of the function */
    }
}

void precise_eval(struct precise_graph *g, struct precise_place dst, struct ir *n)
{
    pos at = g->pos;
    u32 inl = g->inl;

    if (n->init.n) {
        precise_stmts(g, &n->init);
    }
    if (n->pos && n->op != IR_NAME) {
        g->pos = n->pos;
        g->inl = n->inl;
    }
    eval_skip_init(g, dst, n);
    g->pos = at;
    g->inl = inl;
}
