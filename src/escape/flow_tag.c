/* flow_tag.c: what parameters leak, and how -m words the decisions (escape/leaks.go; paramTag, reportLeaks, finish of
 * escape/escape.go). */
#include "escape/escape.h"
#include "escape/flow_int.h"

#define NONE {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
const struct ir_leaks flow_no_leaks = {NONE};
const struct ir_leaks flow_leaks_heap = {{0, -1, -1, -1, -1, -1, -1, -1, -1, -1}};
_Static_assert(sizeof flow_no_leaks.derefs == 10, "as many as the initialisers above");

void flow_leak_add(struct ir_leaks *l, u32 what, i32 derefs)
{
    i8 *old = &l->derefs[what];
    if (*old < 0 || derefs < *old) {
        *old = (i8)(derefs > INT8_MAX ? INT8_MAX : derefs);
    }
}

/* A way to the heap makes all others as long or longer pointless (leaks.Optimize). */
static void optimize(struct ir_leaks *l)
{
    i8 heap = l->derefs[LEAK_HEAP];
    for (size_t i = LEAK_HEAP + 1; heap >= 0 && i < ARRAY_LEN(l->derefs); i++) {
        if (l->derefs[i] >= heap) {
            l->derefs[i] = -1;
        }
    }
}

/* ---- notes without text ---- */

void flow_note(struct ir_unit *u, enum ir_note_kind kind, struct ir *n, struct ir_func *fn)
{
    struct ir_note note = {.pos = n->pos, .inl = n->inl, .kind = kind, .node = n, .func = fn};
    vec_push(&u->notes, note);
}

static void note_result(struct ir_unit *u, struct ir_name *n, struct ir_func *fn, u32 result, i32 derefs)
{
    flow_note(u, NOTE_LEAKING_RESULT, &n->n, fn);
    struct ir_note *note = &u->notes.v[u->notes.n - 1];
    note->result = (i16)result;
    note->derefs = (i16)derefs;
}

/* ---- tags ---- */

static bool is_uintptr(struct type *t)
{
    if (!t) {
        return false;
    }
    struct type *u = type_under(t);
    return u->kind == TYPE_BASIC && u->basic == BASIC_UINTPTR;
}

/* Has it no name at all?  (_ is one.) */
static bool is_unnamed(const struct ir_name *n)
{
    return n->obj && n->obj->name == 0;
}

static bool is_nameless(struct flow_batch *b, const struct ir_name *n)
{
    return (n->flags & IR_NAME_BLANK) || (n->obj && (n->obj->name == 0 || n->obj->name == b->u->prog->blank));
}

static str param_text(struct flow_batch *b, const struct ir_func *fn, u32 i)
{
    const struct ir_name *n = fn->params[i];

    if (!is_nameless(b, n)) {
        return n->text;
    }
    if (b->p->unified) {
        return str_fmt(b->u->arena, "~p%u", i);
    }
    return is_unnamed(n) ? str_fmt(b->u->arena, "arg#%u", i + 1) : STR("_");
}

static void note_uintptr(struct flow_batch *b, struct ir_func *fn, u32 i, const char *fmt)
{
    struct ir_name *n = fn->params[i];
    str name = param_text(b, fn, i);

    flow_note(b->u, NOTE_UINTPTR, &n->n, fn);
    b->u->notes.v[b->u->notes.n - 1].text = str_replace(b->u->arena, str_of(fmt), STR("%"), name);
}

/* Of a function without body: nothing is known but what its directives say.  Instances that came up while something was
 * inlined have none any more (unified.go, readBodies). */
static struct ir_leaks tag_external(struct flow_batch *b, struct ir_func *fn, u32 i, bool diagnose)
{
    struct ir_name *n = fn->params[i];

    fn->pragma |= IR_PRAGMA_UINTPTR_KEEPALIVE;
    if (is_uintptr(n->n.type)) {
        if (diagnose) {
            note_uintptr(b, fn, i, "assuming % is unsafe uintptr");
        }
        return flow_leaks_heap;
    }
    if (!flow_has_pointers(b, n->n.type)) {
        return flow_leaks_heap;
    }
    bool noescape = fn->pragma & IR_PRAGMA_NOESCAPE;
    if (diagnose && !is_unnamed(n)) {
        flow_note(b->u, noescape ? NOTE_PARAM_STAYS : NOTE_LEAKING, &n->n, fn);
        b->u->notes.v[b->u->notes.n - 1].result = (i16)i;
    }
    if (!noescape) {
        return flow_leaks_heap;
    }
    struct ir_leaks l = flow_no_leaks;
    if (b->p->mutator_callee) {
        l.derefs[LEAK_MUTATOR] = l.derefs[LEAK_CALLEE] = 0;
    }
    return l;
}

static void report(struct flow_batch *b, struct ir_func *fn, struct ir_name *n, const struct ir_leaks *l)
{
    bool said = false;

    if (l->derefs[LEAK_HEAP] >= 0) {
        flow_note(b->u, l->derefs[LEAK_HEAP] == 0 ? NOTE_LEAKING : NOTE_LEAKING_CONTENT, &n->n, fn);
        said = true;
    }
    for (u32 i = 0; i < b->p->leak_results; i++) {
        if (l->derefs[LEAK_RESULT0 + i] >= 0) {
            note_result(b->u, n, fn, i, l->derefs[LEAK_RESULT0 + i]);
            said = true;
        }
    }
    if (!said) {
        flow_note(b->u, NOTE_PARAM_STAYS, &n->n, fn);
    }
}

static struct ir_leaks tag_param(struct flow_batch *b, struct ir_func *fn, u32 i)
{
    struct ir_name *n = fn->params[i];
    bool diagnose = !(fn->flags & (IR_FUNC_WRAPPER | IR_FUNC_DUPOK));

    if (!n || !n->n.type) {
        return flow_leaks_heap;
    }
    if (fn->body.n == 0) {
        return tag_external(b, fn, i, diagnose);
    }
    if (fn->pragma & IR_PRAGMA_UINTPTR_ESCAPES) {
        bool ddd = i + 1 == fn->n_recv + fn->n_params && fn->sig && (fn->sig->t.flag & TYPE_FLAG_VARIADIC);
        struct type_slice *s = ddd ? is_slice(type_under(n->n.type)) : NULL;
        if (is_uintptr(n->n.type) || (s && is_uintptr(s->elem))) {
            if (diagnose) {
                note_uintptr(b, fn, i, s ? "marking % as escaping ...uintptr" : "marking % as escaping uintptr");
            }
            return flow_leaks_heap;
        }
    }
    if (!flow_has_pointers(b, n->n.type)) {
        return flow_leaks_heap;
    }
    if (is_nameless(b, n)) {
        return flow_no_leaks; /* nobody can use it */
    }
    const struct flow_loc *loc = flow_loc_at(b, flow_old_loc(b, n));
    struct ir_leaks l = b->leaks.v[loc->leaks];
    optimize(&l);
    if (diagnose && !(loc->attrs & FLOW_ESCAPES)) {
        report(b, fn, n, &l);
    }
    return l;
}

void flow_tag_params(struct flow_batch *b, struct ir_func *fn)
{
    u32 n = fn->n_recv + fn->n_params;

    if (n == 0 || !fn->params) {
        return;
    }
    if (!fn->tags) {
        fn->tags = ARENA_ARRAY(b->u->arena, struct ir_leaks, n);
    }
    for (u32 i = 0; i < n; i++) {
        fn->tags[i] = tag_param(b, fn, i);
    }
}

/* ---- texts ---- */

static void put_name(struct strbuf *out, struct ir_unit *u, struct ir *n)
{
    const struct ir_name *name = ir_as_name(n);

    if (name && name->text.n) {
        strbuf_put(out, name->text);
    } else {
        ir_write(out, u, n);
    }
}

/* A parameter without body may be _: it goes by its index, kept in note.result. */
static void put_param(struct strbuf *out, struct ir_unit *u, const struct ir_note *n)
{
    const struct ir_name *name = ir_as_name(n->node);

    if (name->flags & IR_NAME_BLANK || (name->obj && name->obj->name == u->prog->blank)) {
        if (u->profile->unified) {
            strbuf_printf(out, "~p%d", n->result);
        } else {
            strbuf_putc(out, '_');
        }
    } else {
        put_name(out, u, n->node);
    }
}

static void put_result(struct strbuf *out, struct ir_unit *u, const struct ir_note *n)
{
    const struct ir_name *r = flow_result(n->func, (u32)n->result);
    bool blank = r && ((r->flags & IR_NAME_BLANK) || (r->obj && r->obj->name == u->prog->blank));

    strbuf_put(out, STR(" to result "));
    if (r && r->text.n && !blank) {
        strbuf_put(out, r->text);
    } else {
        strbuf_printf(out, blank && !u->profile->unified ? "~b%d" : "~r%d", n->result);
    }
    strbuf_printf(out, " level=%d", n->derefs);
}

void flow_note_write(struct strbuf *out, struct ir_unit *u, const struct ir_note *n)
{
    if (n->text.n) {
        strbuf_put(out, n->text);
        return;
    }
    switch ((enum ir_note_kind)n->kind) {
    case NOTE_CAN_INLINE:
        strbuf_put(out, STR("can inline "));
        ir_write_func(out, u, n->func);
        break;
    case NOTE_INLINING:
        strbuf_put(out, STR("inlining call to "));
        ir_write_func(out, u, n->node->func);
        break;
    case NOTE_MOVED:
        strbuf_put(out, STR("moved to heap: "));
        ir_write(out, u, n->node);
        break;
    case NOTE_ESCAPES:
    case NOTE_STAYS:
        if (n->node->op == IR_APPEND) {
            strbuf_put(out, STR("append"));
        } else {
            ir_write(out, u, n->node);
        }
        strbuf_put(out, n->kind == NOTE_ESCAPES ? STR(" escapes to heap") : STR(" does not escape"));
        break;
    case NOTE_LEAKING:
        strbuf_put(out, STR("leaking param: "));
        put_param(out, u, n);
        break;
    case NOTE_LEAKING_CONTENT:
        strbuf_put(out, STR("leaking param content: "));
        put_param(out, u, n);
        break;
    case NOTE_LEAKING_RESULT:
        strbuf_put(out, STR("leaking param: "));
        put_name(out, u, n->node);
        put_result(out, u, n);
        break;
    case NOTE_PARAM_STAYS:
        put_param(out, u, n);
        strbuf_put(out, STR(" does not escape"));
        break;
    case NOTE_SELF_ASSIGN:
        ir_write_func(out, u, n->func);
        strbuf_put(out, STR(" ignoring self-assignment in "));
        ir_write(out, u, n->node);
        break;
    case NOTE_ZERO_COPY: strbuf_put(out, STR("zero-copy string->[]byte conversion")); break;
    default: break;
    }
}
