/* inline_cost.c: what a function costs, whether it can be inlined, whether a call is worth it.
 *
 * Source: GOROOT/src/cmd/compile/internal/inline/inl.go: CanInline, InlineImpossible, hairyVisitor, canDelayResults,
 * inlineCostOK, canInlineCallExpr; of Go 1.19 CanInline, hairyVisitor, mkinlcall.
 *
 * A function costs about one for each of its nodes.  The walk ends when the budget is spent, as the compiler's does: what
 * stands behind is not looked at, and closures called there are not decided yet, which shows in the order of messages.
 */
#include "escape/inline_int.h"

struct hairy {
    struct inliner *in;
    struct ir_func *fn;
    i32 budget;
    bool old; /* the model of Go 1.19 */
};

static bool node_is_hairy(void *ctx, struct ir *n);

static bool one_of(str s, const str *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(s, v[i])) {
            return true;
        }
    }
    return false;
}

#define ONE_OF(s, v) one_of((s), (v), sizeof(v) / sizeof(v)[0])

/* ---- calls ---- */

enum call_kind {
    CALL_ORDINARY,
    CALL_CHEAP,  /* one node, like any other */
    CALL_THROWS,
    CALL_NEVER,  /* who calls this is not inlined */
};

static enum call_kind runtime_call(const struct hairy *h, const struct ir_func *fn)
{
    if (h->old) {
        if (str_is(fn->sym, "getcallerpc") || str_is(fn->sym, "getcallersp")) {
            return CALL_NEVER;
        }
        return str_is(fn->sym, "throw") ? CALL_THROWS : CALL_ORDINARY;
    }
    if (str_is(fn->sym, "throw")) {
        return CALL_THROWS;
    }
    if (str_is(fn->sym, "deferrangefunc")) {
        return CALL_NEVER;
    }
    return str_is(fn->sym, "panicrangestate") ? CALL_CHEAP : CALL_ORDINARY;
}

static bool is_runtime(const struct ir_func *fn)
{
    return (fn->flags & IR_FUNC_RUNTIME) || (fn->pkg && str_is(fn->pkg->path, "runtime"));
}

static enum call_kind call_of_function(const struct hairy *h, const struct ir_func *fn)
{
    static const str byteorder[] = {
        STR_INIT("LEUint64"), STR_INIT("LEUint32"), STR_INIT("LEUint16"), STR_INIT("BEUint64"),
        STR_INIT("BEUint32"), STR_INIT("BEUint16"), STR_INIT("LEPutUint64"), STR_INIT("LEPutUint32"),
        STR_INIT("LEPutUint16"), STR_INIT("BEPutUint64"), STR_INIT("BEPutUint32"), STR_INIT("BEPutUint16"),
        STR_INIT("LEAppendUint64"), STR_INIT("LEAppendUint32"), STR_INIT("LEAppendUint16"),
        STR_INIT("BEAppendUint64"), STR_INIT("BEAppendUint32"), STR_INIT("BEAppendUint16"),
    };

    if (h->old) {
        return is_runtime(fn) ? runtime_call(h, fn) : CALL_ORDINARY;
    }
    if (fn->flags & IR_FUNC_RUNTIME) {
        return runtime_call(h, fn);
    }
    str pkg = fn->pkg ? fn->pkg->path : STR("");
    if (!str_has_prefix(pkg, STR("internal/"))) {
        return CALL_ORDINARY;
    }
    if (str_is(pkg, "internal/abi")) {
        return str_is(fn->sym, "NoEscape") || str_has_prefix(fn->sym, STR("EscapeNonString[")) ? CALL_CHEAP
                                                                                               : CALL_ORDINARY;
    }
    if (str_is(pkg, "internal/runtime/sys")) {
        return str_is(fn->sym, "GetCallerPC") || str_is(fn->sym, "GetCallerSP") ? CALL_NEVER : CALL_ORDINARY;
    }
    if (h->in->merge_loads && str_is(pkg, "internal/byteorder")) {
        return ONE_OF(fn->sym, byteorder) ? CALL_CHEAP : CALL_ORDINARY;
    }
    return CALL_ORDINARY;
}

static enum call_kind call_of_method(const struct hairy *h, const struct ir_func *fn)
{
    static const str types[] = {STR_INIT("littleEndian."), STR_INIT("bigEndian.")};
    static const str methods[] = {
        STR_INIT("Uint64"), STR_INIT("Uint32"), STR_INIT("Uint16"),
        STR_INIT("PutUint64"), STR_INIT("PutUint32"), STR_INIT("PutUint16"),
        STR_INIT("AppendUint64"), STR_INIT("AppendUint32"), STR_INIT("AppendUint16"),
    };
    str pkg = fn->pkg ? fn->pkg->path : STR("");

    if (str_is(fn->sym, "heapBits.nextArena") && str_is(pkg, "runtime")) {
        return CALL_CHEAP;
    }
    if (h->in->merge_loads && str_is(pkg, "encoding/binary")) {
        str rest = fn->sym;
        if (str_cut_prefix(&rest, types[0]) || str_cut_prefix(&rest, types[1])) {
            return one_of(rest, methods, h->old ? 6 : 9) ? CALL_CHEAP : CALL_ORDINARY;
        }
    }
    return CALL_ORDINARY;
}

/* Takes what a call costs beyond its nodes; true: no inlining. */
static bool call_is_hairy(struct hairy *h, const struct ir *n)
{
    enum call_kind kind = CALL_ORDINARY;
    i32 extra = INLINE_CALL_COST;

    if (n->x->op == IR_NAME) {
        const struct ir_name *name = (const struct ir_name *)(const void *)n->x;
        if (name->class == IR_FUNC) {
            kind = call_of_function(h, name->func);
        } else if (!h->old && (name->class == IR_PARAM || (name->flags & IR_NAME_CLOSUREVAR))) {
            extra = h->in->u->profile->param_call_cost; /* it may become a constant function */
        }
    } else if (n->x->op == IR_METHEXPR && n->x->func) {
        kind = call_of_method(h, n->x->func);
    }
    switch (kind) {
    case CALL_NEVER: return true;
    case CALL_THROWS: h->budget -= INLINE_THROW_COST; return false;
    case CALL_CHEAP: return false;
    case CALL_ORDINARY: break;
    }
    if (inline_is_intrinsic(h->in, n)) {
        return false;
    }
    struct ir_func *callee = inline_callee(h->in, h->fn, n->x, true);
    if (callee && (callee->flags & IR_FUNC_CAN_INLINE) &&
        (h->old || inline_worth(h->in, n, callee, inline_scan(h->in, h->fn)->big, false))) {
        h->budget -= callee->inl_cost;
        return false;
    }
    h->budget -= extra;
    return false;
}

/* ---- nodes ---- */

/* &x.f where f is the first of x's fields, x a variable: costs nothing. */
static bool is_first_field_addr(struct hairy *h, const struct ir *n)
{
    const struct ir *dot = n->x;

    if ((dot->op != IR_DOT && dot->op != IR_DOTPTR) || dot->x->op != IR_NAME) {
        return false;
    }
    struct type *t = type_under(dot->x->type);
    if (dot->op == IR_DOTPTR && t->kind == TYPE_POINTER) {
        t = type_under(as_pointer(t)->elem);
    }
    struct type_struct *s = is_struct(t);
    if (!s || dot->num == 0) {
        return s != NULL;
    }
    /* Only fields without size may stand before it. */
    for (u32 i = 0; i < dot->num; i++) {
        if (ir_size(h->in->u, s->fields[i]->type) != 0) {
            return false;
        }
    }
    return true;
}

i32 inline_multi_assign_credit(const struct ir *n)
{
    if (n->body.n == 0 || !n->body.v[0] || n->body.v[0]->init.n != 1) {
        return 0;
    }
    switch (n->body.v[0]->init.v[0]->op) {
    case IR_AS2:
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV:
    case IR_SELRECV2: return 4 * (i32)n->list.n + 1;
    default: return 0;
    }
}

/* The credit for x[0:len(x)]. */
static i32 slice_credit(const struct ir *n)
{
    i64 low;
    i32 credit = n->y && n->y->op == IR_LITERAL && ir_int_const(n->y, &low) && low == 0;

    if (n->z && n->z->op == IR_LEN && n->z->x == n->x) {
        credit += 2;
    }
    return credit;
}

static i32 deref_credit(const struct ir *n)
{
    const struct ir *p = n->x;
    while (p->op == IR_CONVNOP) {
        p = p->x;
    }
    return p->op == IR_ADDR;
}

/* The branch of an if that a constant chooses is all of it; false: it is no such if. */
static bool constant_if(struct hairy *h, struct ir *n, bool *hairy)
{
    bool v;

    if (n->x->op != IR_LITERAL || !ir_bool_const(n->x, &v)) {
        return false;
    }
    *hairy = ir_do_list(&n->init, node_is_hairy, h) || ir_do_list(v ? &n->body : &n->list, node_is_hairy, h);
    return true;
}

/* hairyVisitor.doNode. */
static bool node_is_hairy(void *ctx, struct ir *n)
{
    struct hairy *h = ctx;
    bool hairy;

    switch (n->op) {
    case IR_CALLFUNC:
        if (call_is_hairy(h, n)) {
            return true;
        }
        break;
    case IR_CALLINTER: h->budget -= INLINE_CALL_COST; break;
    case IR_PANIC:
        if (n->x && n->x->op == IR_CONVIFACE && (n->x->flags & IR_IMPLICIT)) {
            h->budget++;
        }
        h->budget -= INLINE_PANIC_COST;
        break;
    case IR_CLOSURE:
        h->budget -= INLINE_CLOSURE_COST;
        if (h->old && ir_do_list(&n->func->body, node_is_hairy, h)) {
            return true;
        }
        break;
    case IR_RECOVER:
    case IR_DCLTYPE:
    case IR_GO:
    case IR_DEFER:
    case IR_TAILCALL: return true;
    case IR_ADDR:
        if (!h->old && is_first_field_addr(h, n)) {
            h->budget += 2;
        }
        break;
    case IR_DEREF: h->budget += deref_credit(n); break;
    case IR_CONVNOP:
    case IR_BLOCK:
    case IR_METHEXPR: h->budget++; break;
    case IR_METHVALUE:
    case IR_SLICELIT: h->budget--; break;
    case IR_FALL: return false;
    case IR_TYPE:
        if (!h->old) {
            return false;
        }
        break;
    case IR_IF:
        if (constant_if(h, n, &hairy)) {
            return hairy;
        }
        break;
    case IR_AS2: h->budget += inline_multi_assign_extra(n); break;
    case IR_SLICE:
    case IR_SLICEARR:
    case IR_SLICESTR:
    case IR_SLICE3:
    case IR_SLICE3ARR:
        if (!h->old) {
            h->budget += slice_credit(n);
        }
        break;
    default: break;
    }
    h->budget -= 1 + (i32)inline_hidden_nodes(n);
    return h->budget < 0 || ir_each_child(n, node_is_hairy, h);
}

/* ---- functions ---- */

/* InlineImpossible. */
static bool is_impossible(const struct ir_func *fn)
{
    const u32 pragmas = IR_PRAGMA_NOINLINE | IR_PRAGMA_CGO_UNSAFE_ARGS | IR_PRAGMA_UINTPTR_KEEPALIVE |
                        IR_PRAGMA_UINTPTR_ESCAPES | IR_PRAGMA_YESWRITEBARRIERREC;

    return (fn->pragma & pragmas) || fn->body.n == 0;
}

struct returns {
    u32 n;
};

/* They are no part of expressions. */
static bool count_returns(void *ctx, struct ir *n)
{
    struct returns *r = ctx;

    if (n->op == IR_RETURN) {
        r->n += n->list.n ? 1 : 2;
        return r->n > 1;
    }
    return !n->type && ir_each_child(n, count_returns, r);
}

/* Can results be declared where the only return stands?  (canDelayResults) */
static bool can_delay_results(const struct ir_unit *u, const struct ir_func *fn)
{
    struct returns r = {0};
    const struct type_tuple *results = fn->sig->results;

    if (ir_do_list(&fn->body, count_returns, &r) || r.n != 1) {
        return false;
    }
    for (u32 i = 0; i < results->n; i++) {
        if (results->vars[i]->name && results->vars[i]->name != u->prog->blank) {
            return false;
        }
    }
    return true;
}

void inline_decide(struct inliner *in, struct ir_func *fn)
{
    if ((fn->flags & IR_FUNC_INL_CHECKED) || is_impossible(fn)) {
        return;
    }
    i32 budget = fn->closure && in->u->profile->closure_called_once ? INLINE_CALLED_ONCE_COST : INLINE_BUDGET;
    struct hairy h = {in, fn, budget, !in->u->profile->unified};
    bool hairy = ir_do_list(&fn->body, node_is_hairy, &h) || h.budget < 0;

    /* Last: a function that calls itself is not known to be inlinable while it is decided. */
    fn->flags |= IR_FUNC_INL_CHECKED;
    if (hairy) {
        return;
    }
    fn->inl_cost = budget - h.budget;
    fn->flags |= IR_FUNC_CAN_INLINE;
    if (can_delay_results(in->u, fn)) {
        fn->flags |= IR_FUNC_DELAY_RESULTS;
    }
    if (!in->quiet) {
        inline_note(in->u, NOTE_CAN_INLINE, fn->pos, 0, NULL, fn);
    }
}

/* ---- calls that are inlined ---- */

/* Was this very call, or a call of this function, inlined on the way to it? */
static bool is_repeated(const struct ir_unit *u, const struct ir *call, const struct ir_func *callee)
{
    for (u32 i = call->inl; i; i = u->inl.v[i].parent) {
        if (u->inl.v[i].pos == call->pos || u->inl.v[i].func == callee) {
            return true;
        }
    }
    return false;
}

bool inline_worth(const struct inliner *in, const struct ir *call, const struct ir_func *callee, bool big_caller,
                  bool once)
{
    i32 max = big_caller ? INLINE_BIG_MAX_COST : INLINE_BUDGET;

    if (!inline_has_body(in->u, callee)) {
        return false;
    }
    if (callee->closure && in->u->profile->closure_called_once) {
        max *= 2;
        if (once && max < INLINE_CALLED_ONCE_COST) {
            max = INLINE_CALLED_ONCE_COST;
        }
    }
    return callee->inl_cost <= max && !is_repeated(in->u, call, callee);
}
