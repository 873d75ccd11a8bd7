/* inline_loopvar.c: loops whose variables are new in each iteration, where somebody could tell.
 *
 * Only loops with a variable whose address is taken, or that a closure captures, are rewritten: it becomes one of the
 * body, and another takes it from one iteration to the next.  What stands in a return statement leaves the loops around
 * it, so what happens there does not count for them.
 *
 *   for k, v := range x { body }    for k', v' := range x { v := v'; k := k'; body }
 *
 *   for z := a; cond; post          for z', first := a, true; ; {
 *   { body }                            z := z'
 *                                       if first { first = false } else { post }
 *                                       if !cond { break }
 *                                       body, where continue is goto next
 *                                   next:
 *                                       z' = z
 *                                   }
 *
 * Source: GOROOT/src/cmd/compile/internal/loopvar/loopvar.go, ForCapture. */
#include "escape/inline.h"

struct loopvars {
    struct ir_unit *u;
    struct ir_func *fn;
    u32 depth;        /* of loops with variables of each iteration */
    u32 return_depth; /* of the loops around the return statement that we are in */
};

static bool scan(void *ctx, struct ir *n);

/* ---- which variables ---- */

static void candidate(struct ir *n)
{
    struct ir_name *v = n ? ir_as_name(n) : NULL;
    if (v && !(v->flags & IR_NAME_BLANK)) {
        v->flags = (u16)((v->flags | IR_NAME_LOOPVAR) & ~IR_NAME_LOOPVAR_LEAKS);
    }
}

static void leaks(const struct loopvars *l, struct ir_name *v)
{
    if (l->return_depth < l->depth && (v->flags & IR_NAME_LOOPVAR)) {
        v->flags |= IR_NAME_LOOPVAR_LEAKS;
    }
}

static bool does_leak(struct ir *n)
{
    struct ir_name *v = n ? ir_as_name(n) : NULL;
    return v && (v->flags & IR_NAME_LOOPVAR) && (v->flags & IR_NAME_LOOPVAR_LEAKS);
}

/* Places that the init of a loop declares and assigns: calls f with each. */
static void each_def(struct ir *loop, void (*f)(void *ctx, struct ir **place), void *ctx)
{
    for (u32 i = 0; i < loop->init.n; i++) {
        struct ir *s = loop->init.v[i];
        if (!(s->flags & IR_DEF)) {
            continue;
        }
        if (s->op == IR_AS) {
            f(ctx, &s->x);
        } else if (s->op == IR_AS2 || s->op == IR_AS2FUNC || s->op == IR_AS2MAPR || s->op == IR_AS2RECV ||
                   s->op == IR_AS2DOTTYPE) {
            for (u32 k = 0; k < s->list.n; k++) {
                f(ctx, &s->list.v[k]);
            }
        }
    }
}

/* ---- rewriting ---- */

static struct ir *stmt(struct loopvars *l, const struct ir *loop, enum ir_op op)
{
    return ir_new(l->u, op, loop->pos, loop->inl, NULL);
}

static struct ir *assign(struct loopvars *l, const struct ir *loop, struct ir *to, struct ir *what)
{
    struct ir *as = stmt(l, loop, IR_AS);
    as->x = to;
    as->y = what;
    return as;
}

static bool take_dcl(struct ir_list *list, const struct ir *v, struct ir **dcl)
{
    for (u32 i = 0; i < list->n; i++) {
        struct ir *n = list->v[i];
        if (n->op == IR_DCL && n->x == v) {
            *dcl = n;
            for (; i + 1 < list->n; i++) {
                list->v[i] = list->v[i + 1];
            }
            list->n--;
            return true;
        }
        if (n->op != IR_DCL && take_dcl(&n->init, v, dcl)) {
            return true;
        }
    }
    return false;
}

/* The declaration of v, which stands in the loop's init, moves to the assignment in the body. */
static void move_dcl(struct loopvars *l, struct ir *loop, struct ir *v, struct ir *as)
{
    struct ir *dcl;
    if (take_dcl(&loop->init, v, &dcl)) {
        ir_prepend(l->u, &as->init, &(struct ir_list){.n = 1, .v = &dcl});
    }
}

static struct ir *carrier(struct loopvars *l, const struct ir *loop, const struct ir *v)
{
    return &ir_temp(l->u, l->fn, loop->pos, loop->inl, v->type)->n;
}

/* A variable of a range loop. */
static struct ir *replace_range(struct loopvars *l, struct ir *loop, struct ir *v)
{
    if (!does_leak(v)) {
        return v;
    }
    struct ir *t = carrier(l, loop, v), *as = assign(l, loop, v, t);
    as->flags |= IR_DEF;
    ir_prepend(l->u, &loop->body, &(struct ir_list){.n = 1, .v = &as});
    move_dcl(l, loop, v, as);
    return t;
}

struct for_loop {
    struct loopvars *l;
    struct ir *loop;
    struct ir_list before, behind; /* of the body */
    u32 n;
};

static void replace_for(void *ctx, struct ir **place)
{
    struct for_loop *f = ctx;
    struct ir *v = *place;
    if (!does_leak(v)) {
        return;
    }
    struct ir *t = carrier(f->l, f->loop, v), *as = assign(f->l, f->loop, v, t);
    as->flags |= IR_DEF;
    ir_as_name(v)->defn = as;
    ir_push(f->l->u, &f->before, as);
    ir_push(f->l->u, &f->behind, assign(f->l, f->loop, t, v));
    move_dcl(f->l, f->loop, v, as);
    *place = t;
    f->n++;
}

struct continues {
    struct ir_label *of, *to;
    u32 depth;
};

/* continue of the loop itself becomes goto. */
static bool edit_continues(void *ctx, struct ir *n)
{
    struct continues *c = ctx;
    if (n->op == IR_CONTINUE && (n->label ? n->label == c->of : c->depth == 0)) {
        n->op = IR_GOTO;
        n->label = c->to;
    }
    bool loop = n->op == IR_FOR || n->op == IR_RANGE;
    c->depth += loop;
    ir_do_children(n, edit_continues, c);
    c->depth -= loop;
    return false;
}

static struct ir *boolean(struct loopvars *l, const struct ir *loop, bool b)
{
    struct ir *n = ir_new(l->u, IR_LITERAL, loop->pos, loop->inl, TYPE_OF(BOOL));
    n->val = constant_bool(b);
    return n;
}

/* if first { first = false } else { post }; gives first = true, to stand in front of the loop. */
static struct ir *post_but_first(struct for_loop *f)
{
    struct loopvars *l = f->l;
    struct ir *first = &ir_temp(l->u, l->fn, f->loop->pos, f->loop->inl, TYPE_OF(BOOL))->n;
    struct ir *n = stmt(l, f->loop, IR_IF), *dcl = stmt(l, f->loop, IR_DCL);
    dcl->x = first;
    ir_push(l->u, &n->init, dcl);
    n->x = first;
    ir_push(l->u, &n->body, assign(l, f->loop, first, boolean(l, f->loop, false)));
    ir_push(l->u, &n->list, f->loop->y);
    ir_push(l->u, &f->before, n);
    return assign(l, f->loop, first, boolean(l, f->loop, true));
}

static void break_unless(struct for_loop *f)
{
    struct loopvars *l = f->l;
    struct ir *cond = f->loop->x;
    struct ir *not = ir_new(l->u, IR_NOT, cond->pos, cond->inl, cond->type), *n = stmt(l, f->loop, IR_IF);
    not->x = cond;
    n->x = not;
    ir_push(l->u, &n->body, stmt(l, f->loop, IR_BREAK));
    ir_push(l->u, &f->before, n);
}

static void rewrite_for(struct loopvars *l, struct ir *loop)
{
    struct for_loop f = {.l = l, .loop = loop};
    each_def(loop, replace_for, &f);
    if (f.n == 0) {
        return;
    }
    struct ir_label *next = ARENA_NEW(l->u->arena, struct ir_label);
    next->name = STR(".3clNext");
    struct continues c = {.of = loop->label, .to = next};
    ir_do_list(&loop->body, edit_continues, &c);

    struct ir *first = loop->y ? post_but_first(&f) : NULL;
    if (loop->x) {
        break_unless(&f);
    }
    if (first) {
        ir_push(l->u, &loop->init, first);
    }
    struct ir *label = stmt(l, loop, IR_LABEL);
    label->label = next;
    ir_append(l->u, &f.before, &loop->body);
    ir_push(l->u, &f.before, label);
    ir_append(l->u, &f.before, &f.behind);
    loop->body = f.before;
    loop->x = loop->y = NULL;
}

/* ---- the walk ---- */

static void candidate_def(void *ctx, struct ir **place)
{
    (void)ctx;
    candidate(*place);
}

static void scan_loop(struct loopvars *l, struct ir *n)
{
    if (n->op == IR_RANGE) {
        candidate(n->y);
        candidate(n->z);
    } else {
        each_def(n, candidate_def, NULL);
    }
    l->depth++;
    ir_do_children(n, scan, l);
    l->depth--;
    if (n->op == IR_RANGE) {
        n->y = replace_range(l, n, n->y);
        n->z = replace_range(l, n, n->z);
    } else {
        rewrite_for(l, n);
    }
    n->flags &= (u16)~IR_DISTINCT;
}

static void scan_closure(struct loopvars *l, const struct ir *n)
{
    for (u32 i = 0; i < n->func->n_cvars; i++) {
        leaks(l, ir_canonical(n->func->cvars[i]));
    }
}

static void scan_addr(struct loopvars *l, const struct ir *n)
{
    struct ir_name *v = ir_as_name(ir_outer_value(n->x));
    if (v && v->class != IR_GLOBAL && v->class != IR_FUNC) {
        leaks(l, v);
    }
}

static bool scan(void *ctx, struct ir *n)
{
    struct loopvars *l = ctx;
    u32 saved = l->return_depth;
    switch (n->op) {
    case IR_CLOSURE: scan_closure(l, n); break;
    case IR_ADDR: scan_addr(l, n); break;
    case IR_RETURN: l->return_depth = l->depth; break;
    case IR_RANGE:
    case IR_FOR:
        if ((n->flags & IR_DISTINCT) && (n->op == IR_FOR || (n->flags & IR_DEF))) {
            scan_loop(l, n);
            return false;
        }
        n->flags &= (u16)~IR_DISTINCT;
        break;
    default: break;
    }
    ir_do_children(n, scan, l);
    l->return_depth = saved;
    return false;
}

void inline_loopvars(struct ir_unit *u)
{
    if (!u->profile->loopvar) {
        return;
    }
    for (size_t i = 0; i < u->funcs.n; i++) {
        struct ir_func *fn = u->funcs.v[i];
        if (fn->flags & IR_FUNC_LOOPVARS) {
            struct loopvars l = {.u = u, .fn = fn};
            ir_do_list(&fn->body, scan, &l);
        }
    }
}
