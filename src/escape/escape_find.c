/* escape_find.c: the cause of a heap decision, out of the flow that led to it.
 *
 * A flow is read from its end: the last step says by what the address got out, the steps before it how it came there. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/path.h"
#include "escape/escape_find.h"
#include "escape/shape.h"

static const struct {
    const char *code, *words;
} causes[] = {
#define X(name, code, words) {code, words},
    ESCAPE_CAUSES(X)
#undef X
};

const char *escape_cause_code(enum escape_cause c)
{
    return causes[c].code;
}

const char *escape_cause_words(enum escape_cause c)
{
    return causes[c].words;
}

struct ir_func *escape_declared(struct ir_func *fn)
{
    while (fn && fn->closure && fn->parent) {
        fn = fn->parent;
    }
    return fn;
}

/* ---- the cause ---- */

static const struct flow_reason *last_reason(const struct flow_step *s)
{
    const struct flow_reason *r = s->reasons;

    while (r && r->next) {
        r = r->next;
    }
    return r;
}

static bool has_reason(const struct flow_why *w, const char *why)
{
    for (u32 i = 0; i < w->n_steps; i++) {
        for (const struct flow_reason *r = w->steps[i].reasons; r; r = r->next) {
            if (str_is(str_of(r->why), why)) {
                return true;
            }
        }
    }
    return false;
}

/* Is it captured by reference by a closure that then gets out? */
static bool is_captured(const struct flow_why *w)
{
    if (w->n_steps == 0 || w->steps[0].derefs >= 0 || w->n->op != IR_NAME) {
        return false;
    }
    for (const struct flow_reason *r = w->steps[0].reasons; r; r = r->next) {
        if (str_is(str_of(r->why), "reference")) {
            return true;
        }
    }
    return false;
}

/* Does it get out because what holds it is in the heap itself? */
static bool held_in_heap(const struct flow_why *w)
{
    return (w->root.kind == FLOW_NAME || w->root.kind == FLOW_STORAGE) && (w->root.n->flags & IR_ESCAPES);
}

static enum escape_cause cause_of_place(const struct ir *place)
{
    if (!place) {
        return ESCAPE_STORED;
    }
    switch (place->op) {
    case IR_INDEXMAP: return ESCAPE_MAP;
    case IR_DOT:
    case IR_PAREN: return cause_of_place(place->x);
    default: return ESCAPE_STORED;
    }
}

static enum escape_cause cause_of_call(const struct flow_why *w, struct ir *call)
{
    switch (call->op) {
    case IR_CALLINTER: return ESCAPE_UNKNOWN;
    case IR_CALLFUNC:
        if (!ir_static_callee(ir_static_value(call->x))) {
            return ESCAPE_UNKNOWN;
        }
        return has_reason(w, "interface-converted") ? ESCAPE_INTERFACE : ESCAPE_KEPT;
    case IR_PANIC: return ESCAPE_PANIC;
    default: return ESCAPE_STORED;
    }
}

static enum escape_cause cause_of_reason(const struct flow_why *w, const struct flow_reason *r)
{
    str why = str_of(r->why);

    if (str_is(why, "call parameter") || str_has_prefix(why, STR("append")) || str_is(why, "copied slice")) {
        return cause_of_call(w, r->where);
    }
    if (str_is(why, "send")) {
        return ESCAPE_CHANNEL;
    }
    if (str_has_prefix(why, STR("map literal")) || str_is(why, "key of map put")) {
        return ESCAPE_MAP;
    }
    if (str_is(why, "too large for stack") || str_is(why, "too aligned for stack")) {
        return ESCAPE_LARGE;
    }
    if (str_is(why, "non-constant size")) {
        return ESCAPE_SIZE;
    }
    if (str_is(why, "return")) {
        return ESCAPE_RETURNED;
    }
    if (str_has_prefix(why, STR("assign")) && r->where->op == IR_AS) {
        return cause_of_place(r->where->x);
    }
    return str_has_prefix(why, STR("assign")) ? ESCAPE_STORED : ESCAPE_OTHER;
}

static enum escape_cause cause_of(struct escape_site *s)
{
    const struct flow_why *w = s->why;

    if (!w || w->n_steps == 0) {
        return ESCAPE_OTHER;
    }
    const struct flow_step *end = &w->steps[w->n_steps - 1];
    s->last = last_reason(end);
    if (is_captured(w)) {
        return ESCAPE_CLOSURE;
    }
    struct ir_name *root = w->root.kind == FLOW_NAME ? ir_as_name(w->root.n) : NULL;
    if (root && root->class == IR_RESULT) {
        return ESCAPE_RETURNED;
    }
    if (held_in_heap(w)) {
        return ESCAPE_STORED;
    }
    if (root) {
        return root->curfn == w->fn ? ESCAPE_LOOP : ESCAPE_STORED;
    }
    if (w->root.kind == FLOW_STORAGE || w->root.kind == FLOW_TEMP) {
        return ESCAPE_LOOP;
    }
    /* What a go or defer statement evaluates flows to the heap without a word. */
    if (!s->last || str_is(str_of(s->last->why), "spill")) {
        return end->src.n && end->src.n->op == IR_CLOSURE ? ESCAPE_GOROUTINE : ESCAPE_OTHER;
    }
    return cause_of_reason(w, s->last);
}

/* ---- size, and whether it is allocated at all ---- */

static struct type *elem_of(struct type *t)
{
    struct type *u = type_under(t);

    switch (u->kind) {
    case TYPE_POINTER: return as_pointer(u)->elem;
    case TYPE_SLICE: return as_slice(u)->elem;
    default: return NULL;
    }
}

/* Word of code pointer, then what is captured: values as they are, others by address (typecheck.ClosureType). */
static i64 closure_size(struct ir_unit *u, const struct ir_func *fn)
{
    i64 size = 8;

    for (u32 i = 0; i < fn->n_cvars; i++) {
        struct ir_name *v = fn->cvars[i];
        bool by_value = ir_canonical(v)->flags & IR_NAME_BYVAL;
        i64 align = by_value ? layout_align(&u->prog->sizes, v->n.type) : 8;
        size = (size + align - 1) / align * align;
        size += by_value ? ir_size(u, v->n.type) : 8;
    }
    return (size + 7) / 8 * 8;
}

static i64 site_size(struct ir_unit *u, const struct ir *n)
{
    i64 count;

    switch (n->op) {
    case IR_NAME: return ir_size(u, n->type);
    case IR_NEW:
    case IR_PTRLIT: return ir_size(u, elem_of(n->type));
    case IR_CLOSURE: return n->func && n->func->n_cvars ? closure_size(u, n->func) : 0;
    case IR_CONVIFACE: return n->x->type ? ir_size(u, n->x->type) : -1;
    case IR_SLICELIT: return (i64)n->len * ir_size(u, elem_of(n->type));
    case IR_MAKESLICE:
        if (ir_int_const(n->y ? n->y : n->x, &count) && count >= 0 && count < ((i64)1 << 40)) {
            return count * ir_size(u, elem_of(n->type));
        }
        return -1;
    case IR_METHVALUE: return 8 + ir_size(u, n->x->type);
    default: return -1;
    }
}

/* Of values that escape but cost nothing (runtime/iface.go, walk/convert.go dataWord, walk/closure.go). */
static const char *site_free(const struct ir *n, i64 size)
{
    switch (n->op) {
    case IR_CONVIFACE: {
        if (n->x->op == IR_LITERAL || n->x->op == IR_NIL) {
            return "a constant: its value lies in read-only data";
        }
        struct type *u = n->x->type ? type_under(n->x->type) : NULL;
        if (u && u->kind == TYPE_BASIC && (u->basic == BASIC_BOOL || u->basic == BASIC_INT8 || u->basic == BASIC_UINT8)) {
            return "one byte: the runtime has a table of all values";
        }
        break;
    }
    case IR_CLOSURE:
        if (n->func && n->func->n_cvars == 0) {
            return "it captures nothing: the function lies in read-only data";
        }
        break;
    default: break;
    }
    return size == 0 ? "it has no size" : NULL;
}

const char *escape_site_free(struct ir_unit *u, const struct ir *n)
{
    return site_free(n, site_size(u, n));
}

static bool func_makes_error(const struct ir_func *fn)
{
    str path = fn && fn->pkg ? fn->pkg->path : (str){0};

    return str_is(path, "errors") || (str_is(path, "fmt") && (str_is(fn->sym, "Errorf") || str_is(fn->sym, "errorf")));
}

bool escape_site_is_error(const struct escape_site *s)
{
    const struct ir *call = s->last ? s->last->where : NULL;

    return func_makes_error(s->inlined) ||
           (call && call->op == IR_CALLFUNC && func_makes_error(ir_static_callee(ir_static_value(call->x))));
}

/* ---- all sites ---- */

static int site_cmp(const void *x, const void *y)
{
    const struct escape_site *a = x, *b = y;

    if (a->note->shown != b->note->shown) {
        return a->note->shown < b->note->shown ? -1 : 1;
    }
    return a->note < b->note ? -1 : a->note > b->note;
}

void escape_sites(struct escape *e, struct ir_unit *u, struct arena *a, struct escape_site **v, u32 *n)
{
    const struct escape_result *r = &e->results[u->pkg->src->id];
    VEC(struct escape_site) sites = {0};

    for (u32 i = 0; i < r->n_notes; i++) {
        const struct ir_note *note = &r->notes[i];
        if ((note->kind != NOTE_MOVED && note->kind != NOTE_ESCAPES) || !note->node || note->shown == 0 ||
            note->shown == IR_POS_NONE) {
            continue;
        }
        struct escape_site s = {.note = note, .n = note->node, .fn = escape_declared(note->func)};
        s.span = escape_note_span(e, note);
        s.variable = s.n->op == IR_NAME;
        s.what = str_dup(a, ir_text(u, s.n));
        s.why = flow_why_heap(u, s.n);
        s.cause = cause_of(&s);
        s.size = site_size(u, s.n);
        s.free = site_free(s.n, s.size);
        s.inlined = s.n->inl ? u->inl.v[s.n->inl].func : NULL;
        vec_push_in(a, &sites, s);
    }
    if (sites.n) {
        qsort(sites.v, sites.n, sizeof *sites.v, site_cmp);
    }
    *v = sites.v;
    *n = (u32)sites.n;
}

/* ---- in words ---- */

struct words {
    struct escape *e;
    struct ir_unit *u;
    const struct escape_site *s;
    struct finding_list *list;
    struct finding *f;
};

/* ":15:9" in the finding's own file, "dir/file.go:15:9" in others. */
static str place(struct words *w, struct span at)
{
    struct arena *a = w->list->arena;
    if (at.line == 0) {
        return STR("(made by the compiler)");
    }
    if (str_eq(at.file, w->s->span.file)) {
        return str_fmt(a, ":%u:%u", at.line, at.col);
    }
    str dir = path_base(path_dir(a, at.file)), base = path_base(at.file);
    return str_fmt(a, "%.*s/%.*s:%u:%u", STR_ARG(dir), STR_ARG(base), at.line, at.col);
}

static struct span span_of(struct words *w, const struct ir *n)
{
    if (n->pos == 0 || n->pos == IR_POS_NONE) {
        return (struct span){0};
    }
    return sources_span(w->e->prog->sources, n->pos);
}

static const struct {
    const char *why, *words;
} phrases[] = {
    {"address-of", "its address is taken"},
    {"assign", "it is assigned"},
    {"assign-pair", "it is assigned"},
    {"assign-pair-dot-type", "it is assigned"},
    {"assign-pair-mapr", "it is assigned"},
    {"assign-pair-receive", "it is assigned"},
    {"return", "it is returned"},
    {"call parameter", "it is passed in the call"},
    {"interface-converted", "it becomes an interface value"},
    {"captured by a closure", "a function literal captures it"},
    {"reference", "by reference, since it changes after that or is too large to be copied"},
    {"spill", "room is needed for it"},
    {"slice-literal-element", "it is an element of the slice literal"},
    {"array literal element", "it is an element of the array literal"},
    {"struct literal element", "it is a field of the struct literal"},
    {"map literal key", "it is a key of the map literal"},
    {"map literal value", "it is a value of the map literal"},
    {"key of map put", "it is a key of the map"},
    {"send", "it is sent on a channel"},
    {"slice", "it is sliced"},
    {"dot", "a part of it is taken"},
    {"dot of pointer", "what is read through the pointer"},
    {"indirection", "what the pointer points to"},
    {"range", "the loop goes over it"},
    {"range-deref", "the loop goes over what it points to"},
    {"switch case", "the type switch takes it"},
    {"appendee slice", "append copies its elements"},
    {"appended slice...", "append copies its elements"},
    {"copied slice", "copy takes its elements"},
    {"too large for stack", "it is too large for the stack"},
    {"non-constant size", "its size is not constant"},
    {"callee operand", "it is called"},
};

static str phrase(const char *why)
{
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
        if (str_is(str_of(why), phrases[i].why)) {
            return str_of(phrases[i].words);
        }
    }
    return str_of(why);
}

str escape_plain(struct arena *a, str text)
{
    struct strbuf b = {0};

    for (size_t i = 0; i < text.n;) {
        size_t end = i + 2;
        while (end < text.n && text.p[end] >= '0' && text.p[end] <= '9') {
            end++;
        }
        u64 number;
        if (str_has_prefix(str_from(text, i), STR("~r")) && str_u64(str_slice(text, i + 2, end), &number)) {
            strbuf_printf(&b, number == 0 ? "the result" : "result %llu", (unsigned long long)number + 1);
            i = end;
        } else {
            strbuf_putc(&b, text.p[i++]);
        }
    }
    str plain = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return plain;
}

static str words_text(struct words *w, struct ir *n)
{
    return escape_plain(w->list->arena, ir_text(w->u, n));
}

static str callee_text(struct words *w, struct ir *call)
{
    struct arena *a = w->list->arena;
    switch (call->op) {
    case IR_CALLINTER:
    case IR_CALLFUNC: {
        struct ir_func *fn = call->op == IR_CALLFUNC ? ir_static_callee(ir_static_value(call->x)) : NULL;
        return fn ? str_dup(a, ir_func_text(w->u, fn)) : words_text(w, call->x);
    }
    default: return str_of(ir_texts[call->op]);
    }
}

/* The first line: how it gets out. */
static void tell_cause(struct words *w)
{
    const struct escape_site *s = w->s;
    const struct flow_reason *r = s->last;
    struct span at = r ? span_of(w, r->where) : (struct span){0};
    str p = at.line ? place(w, at) : (str){0};
    str text = r ? words_text(w, r->where) : (str){0};
    const char *open = p.n ? " (" : "", *close = p.n ? ")" : "";

    switch (s->cause) {
    case ESCAPE_RETURNED:
        finding_why(w->list, w->f, at, "%s%s%.*s%s", s->variable ? "a pointer to it is returned" : "it is returned", open,
                    STR_ARG(p), close);
        break;
    case ESCAPE_INTERFACE:
        finding_why(w->list, w->f, at, "it is passed as an interface to %.*s%s%.*s%s, which lets it get out",
                    STR_ARG(callee_text(w, r->where)), open, STR_ARG(p), close);
        break;
    case ESCAPE_KEPT:
        finding_why(w->list, w->f, at, "%.*s, to which it is passed%s%.*s%s, lets it get out",
                    STR_ARG(callee_text(w, r->where)), open, STR_ARG(p), close);
        break;
    case ESCAPE_UNKNOWN:
        finding_why(w->list, w->f, at, "it is passed to %.*s%s%.*s%s, and which function that is only shows when it runs",
                    STR_ARG(callee_text(w, r->where)), open, STR_ARG(p), close);
        break;
    case ESCAPE_CLOSURE:
        finding_why(w->list, w->f, at, "a function literal captures it by reference, and gets out itself%s%.*s%s", open,
                    STR_ARG(p), close);
        break;
    case ESCAPE_STORED:
        if (s->why && held_in_heap(s->why)) {
            finding_why(w->list, w->f, at, "%.*s holds it%s%.*s%s, and is in the heap itself",
                        STR_ARG(words_text(w, s->why->root.n)), open, STR_ARG(p), close);
            break;
        }
        finding_why(w->list, w->f, at, "it is stored in something that lives longer: %.*s%s%.*s%s", STR_ARG(text), open,
                    STR_ARG(p), close);
        break;
    case ESCAPE_LOOP:
        finding_why(w->list, w->f, at,
                    "it is made in a loop and something from before the loop holds it%s%.*s%s: each iteration needs its own",
                    open, STR_ARG(p), close);
        break;
    case ESCAPE_LARGE:
        finding_why(w->list, w->f, at, "it is too large for the stack (the compiler's limit is %lld bytes)",
                    (long long)(s->variable ? w->u->profile->max_stack_var : w->u->profile->max_implicit_var));
        break;
    default:
        finding_why(w->list, w->f, at, "%s%s%.*s%s", escape_cause_words(s->cause), open, STR_ARG(p), close);
        break;
    }
}

/* Steps that only say that the compiler went on. */
static bool is_dull(const struct flow_reason *r)
{
    return str_is(str_of(r->why), "spill") || str_is(str_of(r->why), "reference");
}

/* The way from the value to where it gets out, a line for each change of place. */
static void tell_way(struct words *w, enum escape_detail d)
{
    const struct flow_why *why = w->s->why;
    struct arena *a = w->list->arena;
    struct finding_flow *flow = finding_flow(w->list, w->f);
    struct strbuf b = {0};

    strbuf_put(&b, STR("flow: "));
    str what = escape_plain(a, w->s->what);
    strbuf_put(&b, what);
    finding_flow_step(w->list, flow, span_of(w, w->s->n), what);
    for (u32 i = 0; i < why->n_steps; i++) {
        for (const struct flow_reason *r = why->steps[i].reasons; r; r = r->next) {
            struct span at = span_of(w, r->where);
            str text = words_text(w, r->where), does = phrase(r->why);
            if (!is_dull(r)) {
                finding_flow_step(w->list, flow, at, str_fmt(a, "%.*s: %.*s", STR_ARG(text), STR_ARG(does)));
            }
            if (d == ESCAPE_WHOLE) {
                finding_why(w->list, w->f, at, "%.*s: %.*s (%.*s)", STR_ARG(does), STR_ARG(text), STR_ARG(place(w, at)));
            } else if (!is_dull(r)) {
                strbuf_printf(&b, " → %.*s (%.*s)", STR_ARG(text), STR_ARG(place(w, at)));
            }
        }
    }
    if (d == ESCAPE_SHORT) {
        finding_why(w->list, w->f, (struct span){0}, "%.*s", STR_ARG(str_dup(a, strbuf_str(&b))));
    }
    strbuf_release(&b);
}

/* What holds it is in the heap itself: its way follows, and so on. */
static void tell_ways(struct words *w, enum escape_detail d)
{
    const struct escape_site *s = w->s;
    struct escape_site holder = *s;

    tell_way(w, d);
    for (u32 i = 0; i < 4 && holder.why && held_in_heap(holder.why); i++) {
        holder.n = holder.why->root.n;
        holder.why = flow_why_heap(w->u, holder.n);
        holder.what = ir_text(w->u, holder.n);
        if (!holder.why || holder.why->n_steps == 0) {
            break;
        }
        w->s = &holder;
        tell_way(w, d);
    }
    w->s = s;
}

struct finding *escape_finding(struct escape *e, struct ir_unit *u, const struct escape_site *s, enum escape_detail d,
                               struct finding_list *out)
{
    struct arena *a = out->arena;
    str size = s->size >= 0 ? str_fmt(a, ": %lld B", (long long)s->size) : s->n->op == IR_APPEND ? (str){0} : STR(": size known when it runs");
    str fn = s->fn ? ir_func_text(u, s->fn) : STR("?"), what = escape_plain(a, s->what);
    struct finding *f;

    if (s->free) {
        f = finding_add(out, escape_cause_code(s->cause), FINDING_NOTE, s->span, "%.*s escapes but costs nothing (%s)",
                        STR_ARG(what), s->free);
    } else {
        f = finding_add(out, escape_cause_code(s->cause), FINDING_NOTE, s->span, "%.*s %s%.*s, in %.*s", STR_ARG(what),
                        s->variable            ? "moves to the heap"
                        : s->n->op == IR_APPEND ? "grows in the heap"
                                                : "is allocated in the heap",
                        STR_ARG(size), STR_ARG(fn));
    }
    f->package = u->pkg->path;
    f->object = s->what;
    f->identity = finding_identity(a, STR("ESC"), (str[]){u->pkg->path, fn, s->what}, 3);
    struct words w = {e, u, s, out, f};
    tell_cause(&w);
    if (s->inlined) {
        finding_why(out, f, span_of(&w, s->n), "it stands in %.*s (%.*s), which is inlined here",
                    STR_ARG(ir_func_text(u, s->inlined)), STR_ARG(place(&w, span_of(&w, s->n))));
    }
    if (s->why && s->why->n_steps) {
        tell_ways(&w, d);
    }
    return f;
}
