/* lower_init.c: large initialisers of map variables become functions of their own, so that the linker can drop them.
 *
 *   func init() { m = map[…]…{…}; … }    func init() { map.init.0(); … }    func map.init.0() { m = map[…]…{…} }
 *
 * Source: GOROOT/src/cmd/compile/internal/staticinit/sched.go, OutlineMapInits. */
#include "escape/inline.h"
#include "escape/lower.h"

enum { LARGE = 20 /* nodes */ };

static bool count_node(void *ctx, struct ir *n)
{
    (void)n;
    return ++*(u32 *)ctx >= LARGE;
}

static bool is_outlined(struct ir *s)
{
    struct ir_name *v = s->op == IR_AS ? ir_as_name(s->x) : NULL;
    u32 n = 0;
    return v && !(v->flags & IR_NAME_BLANK) && s->y && v->n.type && type_under(v->n.type)->kind == TYPE_MAP &&
           ir_any(s->y, count_node, &n) && !inline_side_effects(s->y);
}

static struct ir_func *outlined(struct ir_unit *u, const struct ir_func *init, struct ir *s, u32 number)
{
    struct ir_func *fn = ARENA_NEW(u->arena, struct ir_func);
    struct ir_name *n = ARENA_NEW(u->arena, struct ir_name);

    fn->name = n;
    fn->pkg = init->pkg;
    fn->src = init->src;
    fn->sym = str_fmt(u->arena, "map.init.%u", number);
    fn->pos = s->pos;
    fn->flags = IR_FUNC_INL_CHECKED | IR_FUNC_TOP | IR_FUNC_HAS_BODY | IR_FUNC_LOWERED;
    fn->sig = init->sig;
    n->n.op = IR_NAME;
    n->n.pos = s->pos;
    n->n.type = &init->sig->t;
    n->class = IR_FUNC;
    n->text = fn->sym;
    n->func = fn;
    ir_push(u, &fn->body, s);
    vec_push(&u->funcs, fn);
    fn->id = (u32)u->funcs.n;
    return fn;
}

void lower_outline_map_inits(struct ir_unit *u, struct ir_func *init)
{
    u32 n = 0;
    for (u32 i = 0; u->profile->outline_maps && i < init->body.n; i++) {
        struct ir *s = init->body.v[i];
        if (is_outlined(s)) {
            struct ir *call = ir_new(u, IR_CALLFUNC, s->pos, s->inl, NULL);
            call->x = &outlined(u, init, s, n++)->name->n;
            init->body.v[i] = call;
        }
    }
}
