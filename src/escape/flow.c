/* flow.c: batches: the functions of one component of the call graph are analysed together (escape/escape.go). */
#include "escape/flow_int.h"

/* Places of a function's variables, parameters and results first (batch.initFunc). */
static void init_func(struct flow_batch *b, struct ir_func *fn)
{
    fn->esc_state = IR_ESC_PLANNED;
    for (struct ir_name *n = fn->dcl; n; n = n->next_dcl) {
        flow_new_loc(b, fn, 1, &n->n, true);
    }
    if (!fn->closure) { /* hidden parameters: the receiver in the wrapper of a method value */
        for (u32 i = 0; i < fn->n_cvars; i++) {
            flow_new_loc(b, fn, 1, &ir_canonical(fn->cvars[i])->n, true);
        }
    }
    for (u32 i = 0; i < fn->n_results; i++) {
        struct ir_name *r = flow_result(fn, i);
        if (r) {
            flow_loc_at(b, flow_old_loc(b, r))->result = (u16)(i + 1);
        }
    }
}

void flow_walk_func(struct flow_batch *b, struct ir_func *fn)
{
    struct flow_fn e = {b, fn, 1};

    fn->esc_state = IR_ESC_STARTED;
    if (fn->flags & IR_FUNC_GOTO) {
        flow_scan_labels(&fn->body);
    }
    flow_block(&e, &fn->body);
}

/* What is captured is decided when all of the batch has been seen: by value what is small and assigned once; by
 * reference else, and then its address is in the closure (batch.flowClosure). */
static void flow_closure(struct flow_batch *b, const struct flow_closure *c)
{
    const struct ir_func *fn = c->n->func;

    for (u32 i = 0; i < fn->n_cvars; i++) {
        struct ir_name *cv = fn->cvars[i], *n = ir_canonical(cv);
        u32 loc = flow_old_loc(b, cv);
        struct flow_hole k = c->k;

        if (flow_loc_at(b, loc)->flags & (FLOW_ADDRTAKEN | FLOW_REASSIGNED) || ir_size(b->u, n->n.type) > 128) {
            n->flags &= (u16)~IR_NAME_BYVAL;
            n->flags |= IR_NAME_ADDRTAKEN;
            k = flow_hole_addr(b, k, &cv->n, "reference");
        } else {
            n->flags |= IR_NAME_BYVAL;
        }
        flow_add(b, flow_hole_note(b, k, &cv->n, "captured by a closure"), loc);
    }
}

static void finish_loc(struct flow_batch *b, struct flow_loc *l)
{
    struct ir *n = l->n;

    if (!n) {
        return;
    }
    /* Wrappers of go and defer are not spoken of. */
    bool silent = n->op == IR_CLOSURE && (n->func->flags & IR_FUNC_WRAPPER);

    n->flags |= IR_ANALYSED;
    if (n->op == IR_NAME) {
        n->loc = 0;
        if (l->attrs & FLOW_ESCAPES) {
            n->flags |= IR_ESCAPES;
            flow_note(b->u, NOTE_MOVED, n, l->fn);
        }
        return;
    }
    if (l->attrs & FLOW_ESCAPES) {
        n->flags |= IR_ESCAPES;
    }
    if (!silent) {
        flow_note(b->u, l->attrs & FLOW_ESCAPES ? NOTE_ESCAPES : NOTE_STAYS, n, l->fn);
    }
    if (n->op == IR_STR2BYTES && b->p->mutator_callee && !(l->attrs & FLOW_MUTATES)) {
        flow_note(b->u, NOTE_ZERO_COPY, n, l->fn); /* the string's own bytes will do */
    }
}

static void batch_reset(struct flow_batch *b)
{
    struct flow_loc fixed[FLOW_FIRST_LOC] = {{0}};

    if (b->p->mutator_callee) {
        fixed[FLOW_HEAP_LOC].attrs = FLOW_ALL_ATTRS;
        fixed[FLOW_MUTATOR_LOC].attrs = FLOW_MUTATES;
        fixed[FLOW_CALLEE_LOC].attrs = FLOW_CALLS;
    } else {
        fixed[FLOW_HEAP_LOC].attrs = FLOW_ESCAPES | FLOW_PERSISTS;
    }
    vec_reset(&b->locs);
    vec_reset(&b->arcs);
    vec_reset(&b->arc_reasons);
    vec_reset(&b->closures);
    vec_reset(&b->leaks);
    for (size_t i = 0; i < FLOW_FIRST_LOC; i++) {
        vec_push(&b->locs, fixed[i]);
    }
}

static void analyse(void *ctx, struct ir_func **v, u32 n, bool recursive)
{
    struct flow_batch *b = ctx;
    (void)recursive;

    batch_reset(b);
    for (u32 i = 0; i < n; i++) {
        init_func(b, v[i]);
    }
    for (u32 i = 0; i < n; i++) {
        if (!ir_is_closure(b->u, v[i])) {
            flow_walk_func(b, v[i]); /* closures: where they stand */
        }
    }
    for (size_t i = 0; i < b->closures.n; i++) {
        flow_closure(b, &b->closures.v[i]);
    }
    for (size_t i = FLOW_FIRST_LOC; i < b->locs.n; i++) {
        struct ir *n_i = b->locs.v[i].n;
        if (b->p->rewrite_literals) {
            flow_rewrite_literals(b, n_i, b->locs.v[i].fn);
        }
        const char *why = flow_heap_reason(b, n_i);
        if (why) {
            flow_add(b, flow_hole_addr(b, flow_hole_of(FLOW_HEAP_LOC), n_i, why), (u32)i);
        }
    }
    flow_solve(b);
    for (u32 i = 0; i < n; i++) {
        v[i]->esc_state = IR_ESC_TAGGED;
        flow_tag_params(b, v[i]);
    }
    for (size_t i = FLOW_FIRST_LOC; i < b->locs.n; i++) {
        finish_loc(b, &b->locs.v[i]);
    }
}

static void batch_release(struct flow_batch *b)
{
    vec_release(&b->locs);
    vec_release(&b->arcs);
    vec_release(&b->arc_reasons);
    vec_release(&b->closures);
    vec_release(&b->leaks);
    vec_release(&b->outer_stack);
    vec_release(&b->inner_stack);
}

void flow_unit(struct ir_unit *u)
{
    struct flow_batch b = {.u = u, .p = u->profile, .keep = u->keep_flows};

    ir_visit_bottom_up(u, &u->funcs, analyse, &b);
    for (size_t i = 0; i < u->funcs.n; i++) {
        u->funcs.v[i]->edges = NULL;
    }
    batch_release(&b);
}

void flow_func(struct ir_unit *u, struct ir_func *fn)
{
    struct flow_batch b = {.u = u, .p = u->profile, .keep = u->keep_flows};

    analyse(&b, &fn, 1, false);
    batch_release(&b);
}
