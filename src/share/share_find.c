#include "share/share_find.h"

#include <stdlib.h>

#include "base/path.h"
#include "race/race_find.h"

/* ---- grouping ---- */

static const char *find_code(const struct share_case *c)
{
    static const char *const shapes[] = {
        [SHARE_SHAPE_FIELDS] = SHARE_CODE_FIELDS,         [SHARE_SHAPE_ELEMENTS] = SHARE_CODE_ELEMENTS,
        [SHARE_SHAPE_GLOBALS] = SHARE_CODE_GLOBALS,       [SHARE_SHAPE_NEIGHBOURS] = SHARE_CODE_NEIGHBOURS,
        [SHARE_SHAPE_READ_MOSTLY] = SHARE_CODE_READ_MOSTLY,
    };
    if (c->class == SHARE_CLASS_TRUE) {
        return SHARE_CODE_TRUE;
    }
    if (c->line->kind != SHARE_REAL) {
        return SHARE_CODE_LATENT;
    }
    return c->class == SHARE_CLASS_MIXED ? SHARE_CODE_MIXED : shapes[c->shape];
}

static int find_str_cmp(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

/* What is alike of two lines: their variables, without indices and addresses. */
static str find_key(struct arena *a, const struct share_case *c, const char *code)
{
    VEC(str) names = {0};
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        if (!q->counts) {
            continue;
        }
        /* Elements are alike whichever of their fields lie on this line. */
        str s = c->shape == SHARE_SHAPE_ELEMENTS && q->thing != UINT32_MAX ? c->things[q->thing].name : q->leaf.shape;
        s = str_fmt(a, "%.*s %.*s:%u", STR_ARG(s),
                    STR_ARG(c->shape == SHARE_SHAPE_ELEMENTS ? (str){0} : q->leaf.decl.file),
                    c->shape == SHARE_SHAPE_ELEMENTS ? 0 : q->leaf.decl.line);
        vec_push_in(a, &names, s);
    }
    if (names.n > 1) {
        qsort(names.v, names.n, sizeof *names.v, find_str_cmp);
    }
    struct strbuf b = {0};
    strbuf_puts(&b, code);
    for (size_t i = 0; i < names.n; i++) {
        if (i == 0 || !str_eq(names.v[i], names.v[i - 1])) {
            strbuf_printf(&b, "|%.*s", STR_ARG(names.v[i]));
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static void find_add(struct share_findings *out, struct strmap *by_key, const struct share_seen *seen,
                     const struct share_case *c)
{
    const char *code = find_code(c);
    str key = find_key(out->arena, c, code);
    bool fresh;
    union map_val *at = strmap_put(by_key, key, &fresh);
    if (fresh) {
        at->u = out->v.n;
        vec_push_in(out->arena, &out->v, (struct share_found){.code = code, .key = key});
    }
    struct share_found *f = &out->v.v[at->u];
    if (f->runs.n == 0 || vec_last(&f->runs).seen != seen) {
        vec_push_in(out->arena, &f->runs, (struct share_part_of){.seen = seen});
    }
    vec_push_in(out->arena, &vec_last(&f->runs).cases, *c);
    f->lines++;
    f->transfers += c->line->transfers;
    if (!f->best || c->line->transfers > f->best->line->transfers) {
        f->best = ARENA_NEW(out->arena, struct share_case);
        *f->best = *c;
        u64 ns = c->line->last_ns - c->line->first_ns;
        f->rate = ns > 0 ? (double)c->line->transfers * 1e9 / (double)ns : 0;
    }
}

static int find_cmp(const void *x, const void *y)
{
    const struct share_found *a = x, *b = y;
    if (a->transfers != b->transfers) {
        return a->transfers > b->transfers ? -1 : 1;
    }
    return str_cmp(a->key, b->key);
}

/* Does a finding of a real line speak of one of the things that a latent one is about? */
static bool find_is_known(const struct share_findings *all, const struct share_case *c)
{
    for (size_t i = 0; i < all->v.n; i++) {
        const struct share_case *real = all->v.v[i].best;
        for (u32 k = 0; real->line->kind == SHARE_REAL && k < real->line->n_objects; k++) {
            for (u32 j = 0; j < c->line->n_objects; j++) {
                if (real->things[k].name.n > 0 && str_eq(real->things[k].name, c->things[j].name)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Only what one object holds is bound to share a line somewhere; where two blocks meet there is one such place, and what
 * lies beside what is chance. */
static bool find_is_bound(const struct share_case *c)
{
    u32 thing = UINT32_MAX;
    for (u32 i = 0; i < c->n_parts; i++) {
        if (c->parts[i].counts && (c->parts[i].thing == UINT32_MAX || (thing != UINT32_MAX && c->parts[i].thing != thing))) {
            return false;
        }
        thing = c->parts[i].counts ? c->parts[i].thing : thing;
    }
    return thing != UINT32_MAX && c->things[thing].type;
}

static void find_drop_latent(struct share_findings *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->v.n; i++) {
        const struct share_case *c = out->v.v[i].best;
        if (c->line->kind == SHARE_REAL || (find_is_bound(c) && !find_is_known(out, c))) {
            out->v.v[n++] = out->v.v[i];
        }
    }
    out->v.n = n;
}

void share_find(const struct share_places *p, const struct share_seen *seen, size_t n, struct share_findings *out)
{
    struct strmap by_key = {0};
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < seen[i].log.lines.n; k++) {
            struct share_case c;
            share_case_make(p, &seen[i].log.lines.v[k], &c);
            out->guarded += c.class == SHARE_CLASS_GUARDED && c.line->kind == SHARE_REAL;
            if (c.class == SHARE_CLASS_NONE || c.class == SHARE_CLASS_GUARDED ||
                (c.class == SHARE_CLASS_TRUE && c.line->kind != SHARE_REAL)) {
                continue;
            }
            find_add(out, &by_key, &seen[i], &c);
        }
    }
    strmap_release(&by_key);
    find_drop_latent(out);
    if (out->v.n > 1) {
        qsort(out->v.v, out->v.n, sizeof *out->v.v, find_cmp);
    }
}

bool share_is_own(const struct share_case *c)
{
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        const struct share_thing *g = q->thing != UINT32_MAX ? &c->things[q->thing] : NULL;
        if (q->counts && (!g || !g->pkg || !g->pkg->src || !g->pkg->src->std)) {
            return true;
        }
    }
    return false;
}

/* ---- words ---- */

struct tell {
    struct arena *a;
    str cwd;
    const struct share_case *c;
    struct finding_list *list;
    struct finding *f;
};

static str tell_list(struct arena *a, const str *v, size_t n, u32 most)
{
    struct strbuf b = {0};
    size_t shown = n > most ? most - 1 : n;
    for (size_t i = 0; i < shown; i++) {
        const char *sep = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        strbuf_printf(&b, "%s%.*s", sep, STR_ARG(v[i]));
    }
    if (shown < n) {
        strbuf_printf(&b, " and %zu more", n - shown);
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

typedef VEC(str) tell_names;

static void tell_add_name(struct arena *a, tell_names *v, str s)
{
    for (size_t i = 0; i < v->n; i++) {
        if (str_eq(v->v[i], s)) {
            return;
        }
    }
    vec_push_in(a, v, s);
}

/* Of elements the one part that is used most. */
static bool tell_is_chief(const struct share_case *c, const struct share_part *q)
{
    for (u32 i = 0; c->shape == SHARE_SHAPE_ELEMENTS && i < c->n_parts; i++) {
        const struct share_part *o = &c->parts[i];
        if (o != q && o->counts && o->leaf.index == q->leaf.index &&
            (o->writes > q->writes || (o->writes == q->writes && o < q))) {
            return false;
        }
    }
    return true;
}

/* Is the finding about this part?  True sharing is about those that are shared, whatever else lies there. */
static bool tell_is_about(const struct share_case *c, const struct share_part *q)
{
    return q->counts && (q->shared || c->class != SHARE_CLASS_TRUE);
}

const struct share_part *share_first(const struct share_case *c)
{
    const struct share_part *first = NULL;
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        if (tell_is_about(c, q) && (!first || (first->writes == 0 && q->writes > 0))) {
            first = q;
        }
    }
    return first;
}

str share_names(struct arena *a, const struct share_case *c, u32 most)
{
    tell_names v = {0};
    for (u32 i = 0; i < c->n_parts; i++) {
        if (tell_is_about(c, &c->parts[i]) && tell_is_chief(c, &c->parts[i])) {
            tell_add_name(a, &v, c->parts[i].leaf.name);
        }
    }
    return tell_list(a, v.v, v.n, most);
}

/* Those that pass a test, and the others. */
static str tell_some(struct arena *a, const struct share_case *c, bool shared, bool written, bool by_writing)
{
    tell_names v = {0};
    for (u32 i = 0; i < c->n_parts; i++) {
        const struct share_part *q = &c->parts[i];
        if (q->counts && (by_writing ? (q->writes > 0) == written : q->shared == shared)) {
            tell_add_name(a, &v, q->leaf.name);
        }
    }
    return tell_list(a, v.v, v.n, 4);
}

static str tell_place(const struct tell *t, struct span s)
{
    if (s.line == 0 || s.file.n == 0) {
        return STR("an unknown place");
    }
    if (str_eq(s.file, t->f->span.file)) {
        return str_fmt(t->a, ":%u", s.line);
    }
    str file = path_is_abs(s.file) && t->cwd.n > 0 ? path_short(t->a, t->cwd, s.file) : s.file;
    return str_fmt(t->a, "%.*s:%u", STR_ARG(file), s.line);
}

static str tell_goroutine(const struct tell *t, u64 g)
{
    if (g == 0) {
        return STR("other goroutines");
    }
    for (u32 i = 0; i < t->c->line->n_goroutines; i++) {
        if (t->c->line->goroutines[i].goroutine == g && t->c->line->goroutines[i].main) {
            return STR("the main goroutine");
        }
    }
    return str_fmt(t->a, "goroutine %llu", (unsigned long long)g);
}

static u64 tell_use_total(const struct share_use *u)
{
    u64 n = 0;
    for (u32 k = 0; k < SHARE_KINDS; k++) {
        n += u->n[k];
    }
    return n;
}

/* The uses of a part that count, most accesses first, as indices. */
static u32 tell_uses(struct arena *a, const struct share_part *q, u32 **out)
{
    u32 n = 0, *v = ARENA_ARRAY(a, u32, q->n_uses);
    for (u32 i = 0; i < q->n_uses; i++) {
        if (!q->uses[i].counts) {
            continue;
        }
        u32 k = n++;
        for (; k > 0 && tell_use_total(&q->uses[v[k - 1]]) < tell_use_total(&q->uses[i]); k--) {
            v[k] = v[k - 1];
        }
        v[k] = i;
    }
    *out = v;
    return n;
}

/* "written by goroutine 7", "used by goroutines 7 and 8". */
static str tell_who(const struct tell *t, const struct share_part *q)
{
    u32 *v, n = tell_uses(t->a, q, &v);
    str names[3];
    if (n == 0) {
        return (str){0};
    }
    u32 shown = n > 2 ? 2 : n;
    for (u32 i = 0; i < shown; i++) {
        names[i] = tell_goroutine(t, q->uses[v[i]].goroutine);
    }
    if (n > shown) {
        names[shown++] = str_fmt(t->a, "%u more", n - 2);
    }
    str who = tell_list(t->a, names, shown, 4);
    const char *verb = q->writes == 0 ? "read" : q->reads == 0 || !q->shared ? "written" : "used";
    return str_fmt(t->a, "%s by %.*s", verb, STR_ARG(who));
}

/* "12 times", "1.2 M times". */
static str tell_count(struct arena *a, u64 n)
{
    if (n >= 1000000) {
        return str_fmt(a, "%.1f M", (double)n / 1e6);
    }
    if (n >= 10000) {
        return str_fmt(a, "%.0f k", (double)n / 1e3);
    }
    return str_fmt(a, "%llu", (unsigned long long)n);
}

static const char *tell_verb(const struct share_use *u)
{
    if (u->n[SHARE_LOCK] > 0) {
        return "locks";
    }
    if (u->n[SHARE_RMW] > 0) {
        return "atomically changes";
    }
    if (u->n[SHARE_STORE] > 0) {
        return "atomically stores to";
    }
    if (u->n[SHARE_WRITE] > 0) {
        return u->n[SHARE_READ] > 0 ? "reads and writes" : "writes";
    }
    return u->n[SHARE_LOAD] > 0 ? "atomically reads" : "reads";
}

/* The frame of a site that a person would call its place. */
static const struct race_frame *tell_frame(const struct share_site *s)
{
    for (size_t i = 0; s && i < s->stack.n; i++) {
        str fn = s->stack.frames[i].fn;
        if (!str_has_prefix(fn, STR("sync.")) && !str_has_prefix(fn, STR("sync/atomic.")) &&
            !str_has_prefix(fn, STR("internal/sync.")) && !str_has_prefix(fn, STR("runtime.")) &&
            !str_has_prefix(fn, STR("internal/runtime/"))) {
            return &s->stack.frames[i];
        }
    }
    return s ? race_site(&s->stack) : NULL;
}

/* "ex03.(*Counters).Hammer.func1": without the directories of its package, and as people write it. */
static str tell_func(const struct tell *t, str fn)
{
    i64 slash = str_find_last_byte(fn, '/');
    struct strbuf b = {0};
    for (size_t i = slash < 0 ? 0 : (size_t)slash + 1; i < fn.n; i++) {
        u64 c;
        if (fn.p[i] == '%' && i + 2 < fn.n && str_hex(str_slice(fn, i + 1, i + 3), &c)) {
            strbuf_putc(&b, (char)c);
            i += 2;
        } else {
            strbuf_putc(&b, fn.p[i]);
        }
    }
    str s = str_dup(t->a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static void tell_uses_of(const struct tell *t, const struct share_part *q)
{
    u32 *v, n = tell_uses(t->a, q, &v);
    /* Of goroutines that come one after the other, in rounds, one stands for all. */
    u32 told[2], n_told = 0;
    for (u32 i = 0; i < n && n_told < 2; i++) {
        if (n_told == 1 && !share_case_overlap(t->c->line, q->uses[told[0]].goroutine, q->uses[v[i]].goroutine)) {
            continue;
        }
        told[n_told++] = v[i];
    }
    for (u32 i = 0; i < n_told; i++) {
        const struct share_use *u = &q->uses[told[i]];
        const struct race_frame *fr = tell_frame(share_case_site(t->c, q, u->goroutine));
        struct span at = fr ? span_at(fr->file, fr->line, 0) : (struct span){0};
        str who = tell_goroutine(t, u->goroutine), place = tell_place(t, at);
        str times = tell_count(t->a, u->writes > u->reads ? u->writes : u->reads);
        if (fr) {
            str fn = tell_func(t, fr->fn);
            finding_why(t->list, t->f, at, "%.*s %s %.*s at %.*s, in %.*s: %.*s times", STR_ARG(who), tell_verb(u),
                        STR_ARG(q->leaf.name), STR_ARG(place), STR_ARG(fn), STR_ARG(times));
            finding_relate(t->list, t->f, at, "%.*s %s %.*s", STR_ARG(who), tell_verb(u), STR_ARG(q->leaf.name));
        } else {
            finding_why(t->list, t->f, at, "%.*s %s %.*s: %.*s times", STR_ARG(who), tell_verb(u), STR_ARG(q->leaf.name),
                        STR_ARG(times));
        }
    }
}

static void tell_transfers(const struct tell *t, const struct share_found *found)
{
    const struct share_line *l = t->c->line;
    double seconds = (double)(l->last_ns - l->first_ns) / 1e9;
    str times = tell_count(t->a, l->transfers);
    if (l->kind == SHARE_PAIR) {
        finding_why(t->list, t->f, (struct span){0},
                    "latent: they lie on two lines of 64 bytes, but on one of 128 (arm64, ppc64; x86 processors that fetch "
                    "lines in pairs)");
        return;
    }
    if (l->kind == SHARE_SHIFT) {
        finding_why(t->list, t->f, (struct span){0},
                    "latent: here a line ends between them; where the allocator or the linker puts the object elsewhere, none does");
        return;
    }
    str same = l->same_word == 0          ? STR("never to a word that both sides use")
               : l->same_word < l->transfers ? str_fmt(t->a, "%.0f %% of it to a word that both sides use",
                                                       100 * (double)l->same_word / (double)l->transfers)
                                          : STR("always to a word that both sides use");
    finding_why(t->list, t->f, (struct span){0}, "observed: the line went from processor to processor %.*s times in %.2g s, %.*s",
                STR_ARG(times), seconds, STR_ARG(same));
    if (found->lines > 1) {
        finding_why(t->list, t->f, (struct span){0}, "so it is with %llu lines; this is the busiest",
                    (unsigned long long)found->lines);
    }
}

static void tell_things(const struct tell *t)
{
    for (u32 i = 0; i < t->c->line->n_objects; i++) {
        const struct share_thing *g = &t->c->things[i];
        bool counts = false;
        for (u32 k = 0; k < t->c->n_parts; k++) {
            counts |= tell_is_about(t->c, &t->c->parts[k]) && t->c->parts[k].thing == i;
        }
        if (!counts || g->object->kind != RACE_OBJECT_HEAP) {
            continue;
        }
        const struct race_frame *fr = share_place_made(&g->object->stack);
        struct span at = g->made.line ? g->made : fr ? span_at(fr->file, fr->line, 0) : (struct span){0};
        str place = tell_place(t, at);
        str size = g->object->size ? str_fmt(t->a, " of %llu bytes", (unsigned long long)g->object->size) : (str){0};
        finding_why(t->list, t->f, at, "%.*s is in a heap block%.*s, allocated at %.*s", STR_ARG(g->name), STR_ARG(size),
                    STR_ARG(place));
        if (t->c->shape != SHARE_SHAPE_NEIGHBOURS) {
            return;
        }
    }
}

static void tell_picture(const struct tell *t)
{
    struct finding_line *l = ARENA_NEW(t->a, struct finding_line);
    l->size = t->c->line->size;
    l->cells = ARENA_ARRAY(t->a, struct finding_cell, t->c->n_parts);
    u32 end = 0;
    for (u32 i = 0; i < t->c->n_parts; i++) {
        const struct share_part *q = &t->c->parts[i];
        u32 from = q->from < end ? end : q->from;
        if (from >= q->to) {
            continue;
        }
        l->cells[l->n_cells++] = (struct finding_cell){
            .from = from, .to = q->to, .label = q->leaf.name, .who = tell_who(t, q), .hot = q->counts};
        end = q->to;
    }
    t->f->line = l;
}

static str tell_message(struct arena *a, const struct share_found *f)
{
    const struct share_case *c = f->best;
    str names = share_names(a, c, 4);
    unsigned size = c->line->size;
    if (c->class == SHARE_CLASS_TRUE) {
        return str_fmt(a, "%.*s %s used by several goroutines at once: true sharing, which padding does not help",
                       STR_ARG(names), str_contains(names, STR(" and ")) ? "are" : "is");
    }
    if (c->line->kind != SHARE_REAL) {
        return str_fmt(a, "%.*s would share one %u-byte cache line%s", STR_ARG(names), size,
                       c->line->kind == SHARE_SHIFT ? " if the object lay elsewhere" : "");
    }
    if (c->interleaved) {
        return str_fmt(a, "%.*s share one %u-byte cache line: used by several goroutines, but %.0f %% of the time not the same one",
                       STR_ARG(names), size, 100 * c->avoidable);
    }
    if (c->class == SHARE_CLASS_MIXED) {
        str shared = tell_some(a, c, true, false, false), own = tell_some(a, c, false, false, false);
        return str_fmt(a, "%.*s share%s one %u-byte cache line with %.*s, which several goroutines use", STR_ARG(own),
                       str_contains(own, STR(" and ")) ? "" : "s", size, STR_ARG(shared));
    }
    switch (c->shape) {
    case SHARE_SHAPE_ELEMENTS: {
        const struct share_thing *g = &c->things[c->parts[0].thing];
        i64 each = g->stride;
        for (u32 i = 0; i < c->n_parts && each == 0; i++) {
            for (u32 k = 0; k < i; k++) {
                if (str_eq(c->parts[i].leaf.shape, c->parts[k].leaf.shape)) {
                    i64 d = c->parts[i].leaf.at - c->parts[k].leaf.at, n = c->parts[i].leaf.index - c->parts[k].leaf.index;
                    each = n > 0 ? d / n : each;
                }
            }
        }
        return each > 0 ? str_fmt(a, "%.*s share one %u-byte cache line: elements of %lld bytes, each used by one goroutine",
                                  STR_ARG(names), size, (long long)each)
                        : str_fmt(a, "%.*s share one %u-byte cache line: elements that are each used by one goroutine",
                                  STR_ARG(names), size);
    }
    case SHARE_SHAPE_GLOBALS:
        return str_fmt(a, "the package variables %.*s share one %u-byte cache line", STR_ARG(names), size);
    case SHARE_SHAPE_NEIGHBOURS:
        return str_fmt(a, "%.*s of neighbouring heap objects share one %u-byte cache line", STR_ARG(names), size);
    case SHARE_SHAPE_READ_MOSTLY: {
        str read = tell_some(a, c, false, false, true), written = tell_some(a, c, false, true, true);
        return str_fmt(a, "%.*s, only read, share%s one %u-byte cache line with %.*s, which is written", STR_ARG(read),
                       str_contains(read, STR(" and ")) ? "" : "s", size, STR_ARG(written));
    }
    default: return str_fmt(a, "%.*s share one %u-byte cache line", STR_ARG(names), size);
    }
}

struct finding *share_tell(const struct share_found *f, str cwd, struct finding_list *out)
{
    struct tell t = {.a = out->arena, .cwd = cwd, .c = f->best, .list = out};
    const struct share_part *first = share_first(f->best);
    bool note = f->best->class == SHARE_CLASS_TRUE || f->best->line->kind != SHARE_REAL;
    str message = tell_message(t.a, f);
    t.f = finding_add(out, f->code, note ? FINDING_NOTE : FINDING_WARNING, first ? first->leaf.decl : (struct span){0},
                      "%.*s", STR_ARG(message));
    const struct share_thing *g = first && first->thing != UINT32_MAX ? &f->best->things[first->thing] : NULL;
    t.f->package = g && g->pkg ? g->pkg->path : f->runs.v[0].seen->package;
    t.f->object = share_names(t.a, f->best, UINT32_MAX);
    t.f->count = f->lines;
    if (t.f->span.line == 0 && first && first->n_uses > 0) {
        const struct race_frame *fr = tell_frame(share_case_site(f->best, first, first->uses[0].goroutine));
        t.f->span = fr ? span_at(fr->file, fr->line, 0) : t.f->span;
    }
    for (u32 i = 0, told = 0; i < f->best->n_parts && told < 6; i++) {
        if (tell_is_about(f->best, &f->best->parts[i])) {
            tell_uses_of(&t, &f->best->parts[i]);
            told++;
        }
    }
    tell_transfers(&t, f);
    tell_things(&t);
    tell_picture(&t);
    return t.f;
}
