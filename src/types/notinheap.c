/* notinheap.c: types that the collector must not know (internal/runtime/sys.NotInHeap, and so
 * runtime/cgo.Incomplete) are no type arguments, map keys or elements, or elements of channels.
 * The compiler asks for that (GOROOT/src/cmd/compile/internal/noder/irgen.go, go.dev/issue/54765). */
#include "types/check.h"

enum { NOTINHEAP_STEPS = 1 << 16 }; /* parts looked at: wrong programs have types that contain themselves */

static bool is_nih(const struct obj *o)
{
    return o->pkg && str_is(o->pkg->path, "internal/runtime/sys") &&
           str_is(intern_str(o->pkg->prog->names, o->name), "nih");
}

static bool is_said(const struct obj *o)
{
    return obj_has_pragma(o, STR("//go:notinheap"));
}

static bool notinheap_within(struct type *t, bool (*is)(const struct obj *o), u32 depth, u32 *steps)
{
    t = type_unalias(t);
    if (t->kind == TYPE_NAMED) {
        if (is(named_obj(as_named(t)))) {
            return true;
        }
        t = type_under(t);
    }
    if (depth == CHECK_DEPTH || *steps == 0) {
        return false;
    }
    --*steps;
    if (t->kind == TYPE_ARRAY) {
        return notinheap_within(as_array(t)->elem, is, depth + 1, steps);
    }
    for (u32 i = 0; t->kind == TYPE_STRUCT && i < as_struct(t)->n; i++) {
        if (notinheap_within(as_struct(t)->fields[i]->type, is, depth + 1, steps)) {
            return true;
        }
    }
    return false;
}

bool type_is_not_in_heap(struct type *t)
{
    u32 steps = NOTINHEAP_STEPS;
    return notinheap_within(t, is_nih, 0, &steps);
}

bool type_is_said_not_in_heap(struct type *t)
{
    u32 steps = NOTINHEAP_STEPS;
    return notinheap_within(t, is_said, 0, &steps);
}

static void notinheap_args(struct checker *c)
{
    const struct map_entry *e;
    for (size_t i = 0; map_next(&c->pkg->instances, &i, &e);) {
        const struct instance_info *info = e->val.cp;
        check_enter_file(c, (u32)(e->key >> 32));
        for (u32 k = 0; k < info->targs->n; k++) {
            if (type_is_not_in_heap(info->targs->v[k])) {
                struct strbuf b = {0};
                type_write(&b, info->targs->v[k], NULL, QUAL_PATH);
                check_error(c, check_at(c, (node)e->key)->pos,
                            "cannot use incomplete (or unallocatable) type as a type argument: %s",
                            strbuf_cstr(&b));
                strbuf_release(&b);
            }
        }
    }
}

static void notinheap_decl(struct checker *c, node n)
{
    node x = ast_rec(c->ast, n, TYPE_TYPE);
    struct type *t = c->f->at[x].type;
    pos at = check_at(c, x)->pos;
    t = t ? type_under(t) : NULL;
    if (t && check_kind(c, x) == AST_MAP_TYPE && t->kind == TYPE_MAP) {
        if (type_is_not_in_heap(as_map(t)->key)) {
            check_error(c, at, "incomplete (or unallocatable) map key not allowed");
        }
        if (type_is_not_in_heap(as_map(t)->elem)) {
            check_error(c, at, "incomplete (or unallocatable) map value not allowed");
        }
    } else if (t && check_kind(c, x) == AST_CHAN_TYPE && t->kind == TYPE_CHAN &&
               type_is_not_in_heap(as_chan(t)->elem)) {
        check_error(c, at, "chan of incomplete (or unallocatable) type not allowed");
    }
}

void check_not_in_heap(struct checker *c)
{
    /* Nobody else can name such a type: those of package runtime are not exported. */
    bool possible = false;
    for (u32 i = 0; i < c->pkg->n_imports; i++) {
        str path = c->pkg->imports[i]->path;
        possible = possible || str_is(path, "runtime/cgo") || str_is(path, "internal/runtime/sys");
    }
    if (!possible) {
        return;
    }
    notinheap_args(c);
    if (c->errors.n > 0) {
        return;
    }
    for (u32 i = 0; i < c->pkg->n_files; i++) {
        check_enter_file(c, i);
        for (node n = 1; n < c->ast->n_nodes; n++) {
            if (check_kind(c, n) == AST_TYPE_DECL) {
                notinheap_decl(c, n);
            }
        }
    }
}
