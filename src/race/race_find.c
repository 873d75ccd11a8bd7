#include "race/race_find.h"

#include "race/race_pattern.h"
#include "race/race_variable.h"

/* ---- names ---- */

str race_package_of(struct arena *a, str func)
{
    i64 slash = str_find_last_byte(func, '/');
    size_t from = slash < 0 ? 0 : (size_t)slash + 1;
    i64 dot = str_find_byte(str_from(func, from), '.');
    if (dot < 0) {
        return (str){0};
    }
    str path = str_slice(func, 0, from + (size_t)dot);
    /* In symbols a dot of the last element is written %2e (cmd/internal/objabi, PathToPrefix). */
    struct strbuf b = {0};
    for (size_t i = 0; i < path.n; i++) {
        u64 c;
        if (path.p[i] == '%' && i + 2 < path.n && str_hex(str_slice(path, i + 1, i + 3), &c)) {
            strbuf_putc(&b, (char)c);
            i += 2;
        } else {
            strbuf_putc(&b, path.p[i]);
        }
    }
    path = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return path;
}

static bool race_in_go_runtime(str func)
{
    static const str prefixes[] = {
        STR_INIT("runtime."),
        STR_INIT("internal/runtime/"),
        STR_INIT("internal/race."),
        STR_INIT("sync/atomic."),
    };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        if (str_has_prefix(func, prefixes[i])) {
            return true;
        }
    }
    return false;
}

const struct race_frame *race_site(const struct race_stack *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!race_in_go_runtime(s->frames[i].fn)) {
            return &s->frames[i];
        }
    }
    return s->n > 0 ? &s->frames[0] : NULL;
}

str race_operation(const struct race_stack *s)
{
    /* The functions that pass their own pc to racereadpc and racewritepc (runtime/map*.go,
     * chan.go, in 1.19 and 1.26). */
    static const struct {
        str prefix, operation;
    } table[] = {
        {STR_INIT("runtime.mapassign"), STR_INIT("map write")},
        {STR_INIT("runtime.mapdelete"), STR_INIT("map delete")},
        {STR_INIT("runtime.mapclear"), STR_INIT("map clear")},
        {STR_INIT("runtime.mapaccess"), STR_INIT("map read")},
        {STR_INIT("runtime.mapiter"), STR_INIT("map iteration")},
        {STR_INIT("runtime.mapIter"), STR_INIT("map iteration")},
        {STR_INIT("runtime.chansend"), STR_INIT("channel send")},
        {STR_INIT("runtime.closechan"), STR_INIT("channel close")},
    };
    if (s->n > 0) {
        for (size_t i = 0; i < ARRAY_LEN(table); i++) {
            if (str_has_prefix(s->frames[0].fn, table[i].prefix)) {
                return table[i].operation;
            }
        }
    }
    return (str){0};
}

str race_goroutine_n(struct arena *a, u64 n, bool is_main)
{
    return is_main ? STR("the main goroutine")
                   : str_fmt(a, "goroutine %llu", (unsigned long long)n);
}

str race_goroutine(struct arena *a, const struct race_access *acc)
{
    return race_goroutine_n(a, acc->goroutine, acc->main);
}

/* ---- one finding ---- */

static struct span story_span(const struct race_access *acc)
{
    return race_span(race_site(&acc->stack));
}

static int span_order(struct span a, struct span b)
{
    int c = str_cmp(a.file, b.file);
    return c != 0 ? c : (a.line > b.line) - (a.line < b.line);
}

/* A write goes before a read; of two writes the one that stands first in the source. */
static struct race_story story_of(struct arena *a, str cwd, struct race_source *src,
                                  const struct race_event *ev)
{
    const struct race_access *x = &ev->access[0], *y = &ev->access[1];
    bool swap = x->write == y->write ? span_order(story_span(x), story_span(y)) > 0 : y->write;
    struct race_story s = {.a = a, .cwd = cwd, .ev = ev, .src = src};
    s.first = swap ? y : x;
    s.second = swap ? x : y;
    s.first_span = story_span(s.first);
    s.second_span = story_span(s.second);
    for (size_t i = 0; i < 2; i++) {
        s.deeds[i] = race_deeds_of(a, &ev->sync[i]);
    }
    return s;
}

/* The variable's name as the code at that place writes it: of a package variable without its package if that is the
 * place's own. */
static str story_variable(const struct race_story *s)
{
    const struct race_object *o = &s->ev->object;
    if (o->kind != RACE_OBJECT_GLOBAL) {
        return race_variable_text(s);
    }
    const struct race_frame *site = race_site(&s->first->stack);
    str name = o->name, own = site ? race_package_of(s->a, site->fn) : (str){0};
    str prefix = str_fmt(s->a, "%.*s.", STR_ARG(own));
    if (own.n > 0) {
        str_cut_prefix(&name, prefix);
    }
    return name;
}

/* "write of ready", "map write", "atomic read of a heap block of 64 bytes". */
static str story_deed(const struct race_story *s, const struct race_access *acc, bool with_object)
{
    str op = race_operation(&acc->stack);
    if (op.n > 0) {
        return op;
    }
    const struct race_object *o = &s->ev->object;
    str verb = str_fmt(s->a, "%s%s", acc->atomic ? "atomic " : "", acc->write ? "write" : "read");
    if (!with_object) {
        return verb;
    }
    if (s->variable.n > 0) {
        return str_fmt(s->a, "%.*s of %.*s", STR_ARG(verb), STR_ARG(s->variable));
    }
    if (o->kind == RACE_OBJECT_HEAP) {
        return str_fmt(s->a, "%.*s %s a heap block of %llu bytes", STR_ARG(verb),
                       acc->write ? "to" : "of", (unsigned long long)o->size);
    }
    return verb;
}

static const char *plural(u64 n)
{
    return n == 1 ? "" : "s";
}

/* The first release after the access that the user's code says, else any; NULL: none is known. */
static const struct race_deed *story_release(const struct race_deeds *d)
{
    const struct race_deed *any = NULL;
    for (size_t i = 0; i < d->n; i++) {
        if (d->v[i].after && d->v[i].releases && d->v[i].own) {
            return &d->v[i];
        }
        any = !any && d->v[i].after && d->v[i].releases ? &d->v[i] : any;
    }
    return any;
}

static const struct race_deed *story_edge(const struct race_deeds *d)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->v[i].edge) {
            return &d->v[i];
        }
    }
    return NULL;
}

/* What the current goroutine knows of the previous one, and by what. */
static void story_known(const struct race_story *s, struct finding_list *l, struct finding *f, str p, str c,
                        str place)
{
    const struct race_deed *acquire = story_edge(&s->deeds[0]), *release = story_edge(&s->deeds[1]);
    if (s->ev->known_epoch == 0) {
        finding_why(l, f, (struct span){0}, "before that %.*s had acquired nothing from it either", STR_ARG(c));
    } else if (acquire && release) {
        str gave = race_deed_words(s->a, s->src, s->cwd, release, s->first_span);
        str took = race_deed_words(s->a, s->src, s->cwd, acquire, s->first_span);
        if (release->verb == RACE_GO && acquire->verb == RACE_START && release->goroutine == acquire->goroutine) {
            str at = race_place(s->a, s->cwd, race_span(release->site), s->first_span);
            finding_why(l, f, race_span(release->site),
                        "the last that %.*s knows of %.*s is the go statement at %.*s, by which it was started",
                        STR_ARG(c), STR_ARG(p), STR_ARG(at));
            return;
        }
        bool direct = acquire->object == release->object && acquire->goroutine == release->goroutine;
        finding_why(l, f, race_span(release->site),
                    "the last that %.*s knows of %.*s is its %.*s, before the access; it came by the %.*s of %.*s%s",
                    STR_ARG(c), STR_ARG(p), STR_ARG(gave), STR_ARG(took), STR_ARG(c),
                    direct ? "" : ", by way of other goroutines");
    } else {
        finding_why(l, f, (struct span){0}, "the last release of %.*s that %.*s acquired was before %.*s",
                    STR_ARG(p), STR_ARG(c), STR_ARG(place));
    }
}

/* What the previous goroutine released since, which nobody took. */
static void story_released(const struct race_story *s, struct finding_list *l, struct finding *f, str p, str c)
{
    const struct race_deeds *d = &s->deeds[1];
    const struct race_deed *first = story_release(d);
    if (!first) {
        finding_why(l, f, (struct span){0}, "%.*s released nothing at all since then", STR_ARG(p));
        return;
    }
    str words = race_deed_words(s->a, s->src, s->cwd, first, s->first_span);
    str object = race_deed_object(s->a, s->src, first), more = {0};
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        n += d->v[i].after && d->v[i].releases;
    }
    if (n > 1) {
        more = str_fmt(s->a, " (and by %zu%s more since)", n - 1, d->counted ? "" : " or");
    }
    finding_why(l, f, race_span(first->site), "since then %.*s released by %.*s%.*s, and %.*s acquired none of it",
                STR_ARG(p), STR_ARG(words), STR_ARG(more), STR_ARG(c));
    /* Who acquires a release that comes after the access is ordered after the access. */
    const char *how = first->verb == RACE_UNLOCK    ? "a Lock of"
                      : first->verb == RACE_RUNLOCK ? "a Lock of"
                      : first->verb == RACE_SEND || first->verb == RACE_CLOSE ? "a receive from"
                      : first->verb == RACE_DONE                              ? "a Wait for"
                      : first->verb == RACE_ATOMIC                            ? "an atomic load of"
                                                                              : NULL;
    if (how && object.n > 0) {
        finding_why(l, f, (struct span){0}, "%s %.*s by %.*s that came after it and before its own access would have ordered the two",
                    how, STR_ARG(object), STR_ARG(c));
    }
}

/* Why nothing orders the two: what the previous goroutine released since its access, and what
 * the current one had acquired of it (gomm/events.h, "order" and "sync"). */
static void story_order(const struct race_story *s, struct finding_list *l, struct finding *f)
{
    const struct race_event *ev = s->ev;
    const struct race_access *cur = &ev->access[0], *prev = &ev->access[1];
    str p = race_goroutine(s->a, prev), c = race_goroutine(s->a, cur);
    struct span at = story_span(prev);
    str place = race_place(s->a, s->cwd, at, s->first_span);
    if (!ev->has_order) {
        finding_why(l, f, at, "no happens-before: nothing that was seen orders the two accesses");
        return;
    }
    finding_why(l, f, at,
                "no happens-before: since %.*s %.*s released nothing that %.*s has acquired",
                STR_ARG(place), STR_ARG(p), STR_ARG(c));
    if (s->deeds[0].present && s->deeds[1].present) {
        story_released(s, l, f, p, c);
        story_known(s, l, f, p, c, place);
        return;
    }
    u64 since = ev->current_epoch > ev->access_epoch ? ev->current_epoch - ev->access_epoch : 0;
    str released = since == 0 ? str_fmt(s->a, "%.*s released nothing at all since then", STR_ARG(p))
                              : str_fmt(s->a,
                                        "%.*s released %llu time%s since then, and %.*s "
                                        "acquired none of %s",
                                        STR_ARG(p), (unsigned long long)since, plural(since),
                                        STR_ARG(c), since == 1 ? "it" : "them");
    if (ev->known_epoch == 0) {
        finding_why(l, f, (struct span){0},
                    "%.*s; before that %.*s had acquired nothing from it either", STR_ARG(released),
                    STR_ARG(c));
    } else {
        finding_why(l, f, (struct span){0},
                    "%.*s; the last release of %.*s that %.*s acquired was before %.*s",
                    STR_ARG(released), STR_ARG(p), STR_ARG(c), STR_ARG(place));
    }
}

/* What kind of mistake it is, the rule behind it and the usual cure. */
static void story_pattern(struct race_pattern p, struct finding_list *l, struct finding *f)
{
    const struct race_pattern_info *info = race_pattern_info(p.id);
    if (p.id == RACE_NO_PATTERN) {
        return;
    }
    f->pattern = str_of(info->code);
    finding_why(l, f, p.span, "%.*s (%s)", STR_ARG(p.text), info->code);
    finding_why(l, f, (struct span){0}, "rule: %s", info->rule);
    finding_why(l, f, (struct span){0}, "cure: %s", info->cure);
}

/* What and where the memory is. */
static void story_memory(const struct race_story *s, struct finding_list *l, struct finding *f)
{
    const struct race_object *o = &s->ev->object;
    unsigned long long size = o->size, offset = o->offset;
    if (o->kind == RACE_OBJECT_GLOBAL) {
        if (s->first->size < o->size || offset > 0) {
            finding_why(l, f, (struct span){0},
                        "%.*s is a global variable; the race is at byte "
                        "%llu of its %llu",
                        STR_ARG(o->name), offset, size);
        } else {
            finding_why(l, f, (struct span){0}, "%.*s is a global variable of %llu byte%s",
                        STR_ARG(o->name), size, plural(size));
        }
    } else if (o->kind == RACE_OBJECT_HEAP) {
        const struct race_frame *site = race_site(&o->stack);
        if (site) {
            str at = race_place(s->a, s->cwd, race_span(site), s->first_span);
            finding_why(
                l, f, race_span(site),
                "the memory is byte %llu of a heap block of %llu, allocated at %.*s by %.*s",
                offset, size, STR_ARG(at), STR_ARG(site->fn));
            finding_relate(l, f, race_span(site), "allocated here");
        } else {
            finding_why(
                l, f, (struct span){0},
                "the memory is byte %llu of a heap block of %llu; its allocation was not seen",
                offset, size);
        }
    }
}

static void story_kinds(const struct race_story *s, enum race_pattern_id told, struct finding_list *l,
                        struct finding *f)
{
    const struct race_access *x = s->first, *y = s->second;
    if (x->atomic != y->atomic && told != RACE_MIXED_ATOMIC) {
        finding_why(l, f, (struct span){0},
                    "one of the accesses is atomic, the other is not; atomics order only atomics");
    }
    if (x->size > 0 && y->size > 0 && (x->addr != y->addr || x->size != y->size) &&
        race_operation(&x->stack).n == 0 && race_operation(&y->stack).n == 0) {
        u64 from = x->addr > y->addr ? x->addr : y->addr;
        u64 to_x = x->addr + x->size, to_y = y->addr + y->size;
        u64 to = to_x < to_y ? to_x : to_y;
        if (from < to) {
            finding_why(l, f, (struct span){0},
                        "the accesses are of %llu and %llu bytes and have %llu byte%s in common",
                        (unsigned long long)x->size, (unsigned long long)y->size,
                        (unsigned long long)(to - from), plural(to - from));
        }
    }
}

static void story_stack(struct finding_list *l, struct finding *f, str title,
                        const struct race_stack *s)
{
    struct finding_stack *st = finding_stack(l, f, title);
    for (size_t i = 0; i < s->n; i++) {
        finding_frame(l, st, s->frames[i].fn, race_span(&s->frames[i]));
    }
}

static void story_stacks(const struct race_story *s, struct finding_list *l, struct finding *f)
{
    const struct race_access *both[2] = {s->first, s->second};
    for (size_t i = 0; i < 2; i++) {
        str deed = story_deed(s, both[i], true), who = race_goroutine(s->a, both[i]);
        story_stack(l, f, str_fmt(s->a, "%.*s by %.*s", STR_ARG(deed), STR_ARG(who)),
                    &both[i]->stack);
    }
    for (size_t i = 0; i < 2; i++) {
        if (both[i]->created.n == 0 || (i == 1 && both[0]->goroutine == both[1]->goroutine)) {
            continue;
        }
        str who = race_goroutine(s->a, both[i]), by = {0};
        if (both[i]->created_by > 0) {
            by = race_goroutine_n(s->a, both[i]->created_by, both[i]->created_by == 1);
            by = str_fmt(s->a, " by %.*s", STR_ARG(by));
        }
        story_stack(l, f,
                    str_fmt(s->a, "%.*s (%s) was created%.*s", STR_ARG(who),
                            both[i]->running ? "running" : "finished", STR_ARG(by)),
                    &both[i]->created);
    }
    const struct race_object *o = &s->ev->object;
    if (o->kind == RACE_OBJECT_HEAP && o->stack.n > 0) {
        story_stack(l, f,
                    str_fmt(s->a, "the heap block of %llu bytes was allocated",
                            (unsigned long long)o->size),
                    &o->stack);
    }
}

/* The two functions, whichever is told first, and what they access: lines and goroutines differ from run to run. */
static str story_identity(const struct race_story *s)
{
    const struct race_frame *x = race_site(&s->first->stack), *y = race_site(&s->second->stack);
    str fx = x ? x->fn : (str){0}, fy = y ? y->fn : (str){0};
    str what = s->ev->object.kind == RACE_OBJECT_GLOBAL ? s->ev->object.name : s->variable;
    bool swap = str_cmp(fx, fy) > 0;
    return finding_identity(s->a, STR(RACE_CODE), (str[]){swap ? fy : fx, swap ? fx : fy, what}, 3);
}

static void race_tell(str cwd, struct race_source *src, const struct race_event *ev,
                      struct finding_list *l)
{
    struct race_story s = story_of(l->arena, cwd, src, ev);
    s.variable = story_variable(&s);
    str g1 = race_goroutine(s.a, s.first), g2 = race_goroutine(s.a, s.second);
    str deed1 = story_deed(&s, s.first, true), deed2 = story_deed(&s, s.second, false);
    str place2 = race_place(s.a, cwd, s.second_span, s.first_span);
    struct finding *f =
        finding_add(l, RACE_CODE, FINDING_ERROR, s.first_span, "%.*s by %.*s, %.*s at %.*s by %.*s",
                    STR_ARG(deed1), STR_ARG(g1), STR_ARG(deed2), STR_ARG(place2), STR_ARG(g2));
    const struct race_frame *site = race_site(&s.first->stack);
    f->package = site ? race_package_of(s.a, site->fn) : (str){0};
    f->object = ev->object.kind == RACE_OBJECT_GLOBAL ? ev->object.name : s.variable;
    f->identity = story_identity(&s);
    f->count = 1;
    finding_relate(l, f, s.second_span, "%.*s by %.*s", STR_ARG(deed2), STR_ARG(g2));
    struct race_pattern pattern = race_pattern_of(&s);
    story_pattern(pattern, l, f);
    story_order(&s, l, f);
    story_memory(&s, l, f);
    story_kinds(&s, pattern.id, l, f);
    story_stacks(&s, l, f);
    f->picture = race_picture(&s);
}

/* ---- merging ---- */

static void key_access(struct strbuf *b, const struct race_access *acc, bool exact)
{
    /* The top frame, and the place that people see if the top is inside the Go runtime. */
    const struct race_frame *top = acc->stack.n > 0 ? &acc->stack.frames[0] : NULL;
    const struct race_frame *site = race_site(&acc->stack);
    const struct race_frame *both[2] = {site, exact ? top : NULL};
    if (exact) {
        strbuf_printf(b, "%d%d", acc->write, acc->atomic);
    }
    for (size_t i = 0; i < 2; i++) {
        if (both[i]) {
            strbuf_printf(b, "|%.*s|%.*s:%u", STR_ARG(both[i]->fn), STR_ARG(both[i]->file),
                          both[i]->line);
        }
    }
}

/* The same memory, in whichever run: a global, or a byte of what a place allocates. */
static void key_object(struct strbuf *b, const struct race_event *ev)
{
    const struct race_object *o = &ev->object;
    const struct race_frame *made = race_site(&o->stack);
    if (o->kind == RACE_OBJECT_GLOBAL) {
        strbuf_printf(b, "\n%.*s", STR_ARG(o->name));
    } else if (o->kind == RACE_OBJECT_HEAP && made) {
        strbuf_printf(b, "\n%.*s:%u+%llu", STR_ARG(made->file), made->line, (unsigned long long)o->offset);
    } else {
        strbuf_printf(b, "\n%llu@%llx", (unsigned long long)ev->pid, (unsigned long long)ev->addr);
    }
}

/* The same for either order of the two accesses.  exact: the same kinds of accesses by the same instructions; otherwise
 * the same memory from the same two lines, of which n++ may read or write. */
static str race_key(struct arena *a, const struct race_event *ev, bool exact)
{
    struct strbuf x = {0}, y = {0}, o = {0};
    key_access(&x, &ev->access[0], exact);
    key_access(&y, &ev->access[1], exact);
    if (!exact) {
        key_object(&o, ev);
    }
    bool swap = str_cmp(strbuf_str(&x), strbuf_str(&y)) > 0;
    str p = strbuf_str(swap ? &y : &x), q = strbuf_str(swap ? &x : &y);
    str key = str_fmt(a, "%.*s\n%.*s%.*s", STR_ARG(p), STR_ARG(q), STR_ARG(strbuf_str(&o)));
    strbuf_release(&x);
    strbuf_release(&y);
    strbuf_release(&o);
    return key;
}

/* Races that are one finding. */
struct race_group {
    const struct race_event *best; /* which is told: of two writes rather than of a write and a read */
    u64 count;                     /* of the kind that was seen most */
};

static size_t race_writes(const struct race_event *ev)
{
    return (size_t)ev->access[0].write + ev->access[1].write;
}

void race_find(const struct race_log *log, str cwd, struct race_source *src,
               struct finding_list *out)
{
    struct strmap kinds = {0}, places = {0}; /* keys → group, times; and → group */
    struct arena_scratch s = arena_scratch_begin(out->arena);
    VEC(struct race_group) groups = {0};
    for (size_t i = 0; i < log->events.n; i++) {
        const struct race_event *ev = &log->events.v[i];
        bool fresh, new_place;
        union map_val *kind = strmap_put(&kinds, race_key(s.arena, ev, true), &fresh);
        if (fresh) {
            union map_val *place = strmap_put(&places, race_key(s.arena, ev, false), &new_place);
            place->u = new_place ? groups.n : place->u;
            kind->u = place->u << 32;
            if (new_place) {
                vec_push_in(s.arena, &groups, (struct race_group){.best = ev});
            }
        }
        struct race_group *g = &groups.v[kind->u >> 32];
        u64 times = ++kind->u & UINT32_MAX;
        g->count = times > g->count ? times : g->count;
        if (race_writes(ev) > race_writes(g->best)) {
            g->best = ev;
        }
    }
    for (size_t i = 0; i < groups.n; i++) {
        race_tell(cwd, src, groups.v[i].best, out);
        out->v[out->n - 1].count = groups.v[i].count;
    }
    arena_scratch_end(s);
    strmap_release(&kinds);
    strmap_release(&places);
    finding_sort(out);
}
