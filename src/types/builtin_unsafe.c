/* Package unsafe's functions.  Behaviour and words: GOROOT/src/cmd/compile/internal/types2/builtins.go. */
#include "types/builtin.h"

/* ---- sizes ---- */

bool builtin_sizeof(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    bool align = k->id == BUILTIN_ALIGNOF;
    if (!builtin_assign(c, x, NULL,
                        align ? "argument to unsafe.Alignof" : "argument to unsafe.Sizeof")) {
        return false;
    }
    if (layout_varies(x->type)) {
        return builtin_value(x, TYPE_OF(UINTPTR));
    }
    const struct sizes *s = &c->prog->sizes;
    i64 size = align ? layout_align(s, x->type) : layout_size(s, x->type);
    if (size < 0) {
        check_error(c, at_operand(c, x), "%s is too large", s_operand(c, x));
        return false;
    }
    return builtin_const(c, x, TYPE_OF(UINTPTR), size);
}

/* Offset of the field that the path leads to, through structs only; below 0: too large. */
static i64 path_offset(struct checker *c, struct type *t, const u32 *path, u32 n)
{
    i64 sum = 0;
    for (u32 i = 0; i < n; i++) {
        struct type_struct *s = as_struct(type_under(t));
        i64 *off = ARENA_ARRAY(c->tmp, i64, s->n);
        layout_offsets(&c->prog->sizes, s, off);
        if (off[path[i]] < 0 || __builtin_add_overflow(sum, off[path[i]], &sum)) {
            return -1;
        }
        t = s->fields[path[i]]->type;
    }
    return sum;
}

bool builtin_offsetof(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    node arg = k->exprs[0], sel = ast_unparen(c->ast, arg);
    if (check_kind(c, sel) != AST_SELECTOR) {
        check_error(c, at_node(c, arg), "invalid argument: %s is not a selector expression",
                    s_expr(c, arg));
        check_use(c, &arg, 1);
        return false;
    }
    check_expr(c, NULL, x, check_at(c, sel)->a);
    if (x->mode == MODE_NONE) {
        return false;
    }
    struct type *base = x->type;
    struct type_pointer *p = is_pointer(type_under(base));
    if (p && type_under(p->elem)->kind == TYPE_STRUCT) {
        base = p->elem;
    }
    name_id name = check_at(c, check_at(c, sel)->b)->a;
    str text = check_name(c, name);
    struct lookup l = lookup_find(c->a, base, false, c->pkg, name, false, c->prog->names);
    if (l.result != LOOKUP_FOUND && l.result != LOOKUP_NOT_ADDRESSABLE) {
        check_error(c, at_operand(c, x), "invalid argument: %s has no single field %.*s",
                    s_type(c, base), STR_ARG(text));
        return false;
    }
    if (l.obj && l.obj->kind == OBJ_FUNC) {
        check_error(c, at_node(c, arg), "invalid argument: %s is a method value", s_expr(c, arg));
        return false;
    }
    if (l.indirect) {
        check_error(c, at_operand(c, x),
                    "invalid argument: field %.*s is embedded via a pointer in %s", STR_ARG(text),
                    s_type(c, base));
        return false;
    }
    record_selection(c, sel, SELECT_FIELD, base, l.obj, l.path, l.n_path, false);
    record_typed(c, sel, x->mode == MODE_VAR ? MODE_VAR : MODE_VALUE, l.obj->type, NULL);
    if (layout_varies(base)) {
        return builtin_value(x, TYPE_OF(UINTPTR));
    }
    i64 off = path_offset(c, base, l.path, l.n_path);
    if (off < 0) {
        check_error(c, at_operand(c, x), "%s is too large", s_operand(c, x));
        return false;
    }
    return builtin_const(c, x, TYPE_OF(UINTPTR), off);
}

/* ---- pointers ---- */

bool builtin_unsafe(struct checker *c, struct operand *x, const struct builtin_call *k)
{
    pos fun = at_node(c, k->fun);
    struct operand *y = k->len > 1 ? &k->v[1] : NULL;
    struct type *u;
    switch (k->id) {
    case BUILTIN_ADD:
        check_need(c, fun, 17, "unsafe.Add");
        return builtin_assign(c, x, TYPE_OF(UNSAFE_POINTER), "argument to unsafe.Add") &&
               check_valid_index(c, y, "length", true) && builtin_value(x, TYPE_OF(UNSAFE_POINTER));
    case BUILTIN_SLICE:
        check_need(c, fun, 17, "unsafe.Slice");
        u = type_common(c, x->type, NULL, NULL, NULL);
        if (!u || u->kind != TYPE_POINTER) {
            check_error(c, at_operand(c, x), "invalid argument: %s is not a pointer",
                        s_operand(c, x));
            return false;
        }
        return check_valid_index(c, y, "length", false) &&
               builtin_value(x, type_new_slice(c->a, as_pointer(u)->elem));
    case BUILTIN_SLICE_DATA:
        check_need(c, fun, 20, "unsafe.SliceData");
        u = type_common(c, x->type, NULL, NULL, NULL);
        if (!u || u->kind != TYPE_SLICE) {
            check_error(c, at_operand(c, x), "invalid argument: %s is not a slice",
                        s_operand(c, x));
            return false;
        }
        return builtin_value(x, type_new_pointer(c->a, as_slice(u)->elem));
    case BUILTIN_STRING:
        check_need(c, fun, 20, "unsafe.String");
        return builtin_assign(c, x, type_new_pointer(c->a, TYPE_OF(BYTE)),
                              "argument to unsafe.String") &&
               check_valid_index(c, y, "length", false) && builtin_value(x, TYPE_OF(STRING));
    default:
        check_need(c, fun, 20, "unsafe.StringData");
        return builtin_assign(c, x, TYPE_OF(STRING), "argument to unsafe.StringData") &&
               builtin_value(x, type_new_pointer(c->a, TYPE_OF(BYTE)));
    }
}
