/* anoncycle.c: interfaces without names that contain themselves, by way of an alias or of the named
 * type that they define: type I interface { M() interface { I } }.  The compiler cannot represent
 * them (GOROOT/src/cmd/compile/internal/noder/irgen.go, go.dev/issue/56103). */
#include "types/check.h"

struct anon {
    struct checker *c;
    struct map seen; /* interface -> enum anon_state */
    u32 depth;
};

enum anon_state { ANON_DONE = 1, ANON_BUSY };

static bool anon_visit(struct anon *a, struct type *t);

static bool anon_methods(struct anon *a, struct type_interface *i)
{
    struct type_set *s = type_set_of(i);
    for (u32 k = 0; k < s->n_methods; k++) {
        if (anon_visit(a, s->methods[k]->type)) {
            return true;
        }
    }
    return false;
}

static bool anon_interface(struct anon *a, struct type_interface *i)
{
    if (i->n_methods == 0 && i->n_embeds == 0) {
        return false;
    }
    bool fresh;
    union map_val *v = map_put(&a->seen, (uintptr_t)i, &fresh);
    if (!fresh) {
        return v->u == ANON_BUSY;
    }
    v->u = ANON_BUSY;
    if (anon_methods(a, i)) {
        return true;
    }
    map_put(&a->seen, (uintptr_t)i, NULL)->u = ANON_DONE;
    return false;
}

static bool anon_vars(struct anon *a, struct obj *const *v, u32 n)
{
    for (u32 i = 0; i < n; i++) {
        if (anon_visit(a, v[i]->type)) {
            return true;
        }
    }
    return false;
}

static bool anon_type(struct anon *a, struct type *t)
{
    for (;;) {
        t = type_unalias(t);
        switch ((enum type_kind)t->kind) {
        case TYPE_POINTER: t = as_pointer(t)->elem; break;
        case TYPE_ARRAY: t = as_array(t)->elem; break;
        case TYPE_SLICE: t = as_slice(t)->elem; break;
        case TYPE_CHAN: t = as_chan(t)->elem; break;
        case TYPE_MAP:
            if (anon_visit(a, as_map(t)->key)) {
                return true;
            }
            t = as_map(t)->elem;
            break;
        case TYPE_STRUCT: return anon_vars(a, as_struct(t)->fields, as_struct(t)->n);
        case TYPE_TUPLE: return anon_vars(a, as_tuple(t)->vars, as_tuple(t)->n);
        case TYPE_SIGNATURE:
            return anon_visit(a, &as_signature(t)->params->t) ||
                   anon_visit(a, &as_signature(t)->results->t);
        case TYPE_INTERFACE: return anon_interface(a, as_interface(t));
        default: return false; /* a name ends it */
        }
    }
}

static bool anon_visit(struct anon *a, struct type *t)
{
    if (a->depth >= CHECK_DEPTH) {
        return false;
    }
    a->depth++;
    bool found = anon_type(a, t);
    a->depth--;
    return found;
}

static bool anon_literal(struct anon *a, node n)
{
    struct type *t = a->c->f->at[n].type;
    struct type_interface *i = t ? is_interface(type_unalias(t)) : NULL;
    return i && anon_methods(a, i);
}

/* Reports the outermost of literals within each other. */
static bool anon_report(void *ctx, node n)
{
    struct anon *a = ctx;
    if (check_kind(a->c, n) != AST_INTERFACE_TYPE) {
        return true;
    }
    if (anon_literal(a, n)) {
        check_error(a->c, check_at(a->c, n)->pos,
                    "invalid recursive type: anonymous interface refers to itself (see "
                    "https://go.dev/issue/56103)");
        for (size_t i = 0; i < a->seen.n_entries; i++) { /* once each */
            a->seen.entries[i].val.u = ANON_DONE;
        }
    }
    return false;
}

void check_anonymous_cycles(struct checker *c)
{
    struct anon a = {.c = c};
    bool found = false;
    for (u32 i = 0; i < c->pkg->n_files && !found; i++) {
        check_enter_file(c, i);
        for (node n = 1; n < c->ast->n_nodes && !found; n++) {
            found = check_kind(c, n) == AST_INTERFACE_TYPE && anon_literal(&a, n);
        }
    }
    if (found) {
        map_reset(&a.seen);
        for (u32 i = 0; i < c->pkg->n_files; i++) {
            check_enter_file(c, i);
            for (u32 k = 0; k < ast_list_len(c->ast, c->ast->decls); k++) {
                ast_walk(c->ast, ast_list(c->ast, c->ast->decls)[k], anon_report, &a);
            }
        }
    }
    map_release(&a.seen);
}
