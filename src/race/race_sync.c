#include "race/race_sync.h"

#include "base/path.h"
#include "race/race_spot.h"

/* ---- places ---- */

struct span race_span(const struct race_frame *f)
{
    return f ? span_at(f->file, f->line, 0) : (struct span){0};
}

str race_place(struct arena *a, str cwd, struct span s, struct span near)
{
    if (s.line == 0 || s.file.n == 0) {
        return STR("an unknown place");
    }
    if (near.file.n > 0 && str_eq(near.file, s.file)) {
        return str_fmt(a, ":%u", s.line);
    }
    str file = path_is_abs(s.file) && cwd.n > 0 ? path_short(a, cwd, s.file) : s.file;
    return str_fmt(a, "%.*s:%u", STR_ARG(file), s.line);
}

bool race_in_library(str func)
{
    static const str prefixes[] = {
        STR_INIT("runtime."),      STR_INIT("internal/runtime/"), STR_INIT("internal/race."),
        STR_INIT("sync/atomic."),  STR_INIT("sync."),             STR_INIT("internal/sync."),
        STR_INIT("internal/reflectlite."),
    };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        if (str_has_prefix(func, prefixes[i])) {
            return true;
        }
    }
    return false;
}

/* ---- names of operations ---- */

/* "sync.(*Mutex).Unlock" -> "Mutex.Unlock", "sync/atomic.(*Pointer[...]).Store" ->
 * "atomic.Pointer.Store". */
static str deed_call(struct arena *a, str fn)
{
    struct strbuf b = {0};
    if (str_cut_prefix(&fn, STR("sync/"))) {
        /* atomic. stays, since Int64.Add alone says little */
    } else if (!str_cut_prefix(&fn, STR("internal/sync."))) {
        str_cut_prefix(&fn, STR("sync."));
    }
    for (size_t i = 0; i < fn.n; i++) {
        if (fn.p[i] == '[') {
            while (i < fn.n && fn.p[i] != ']') {
                i++;
            }
        } else if (fn.p[i] != '(' && fn.p[i] != ')' && fn.p[i] != '*') {
            strbuf_putc(&b, fn.p[i]);
        }
    }
    str s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static const struct {
    str fn; /* a prefix */
    enum race_verb verb;
    str words; /* empty: deed_call */
} deed_table[] = {
    {STR_INIT("sync.(*Mutex).Lock"), RACE_LOCK, {0}},
    {STR_INIT("sync.(*Mutex).TryLock"), RACE_LOCK, {0}},
    {STR_INIT("sync.(*Mutex).Unlock"), RACE_UNLOCK, {0}},
    {STR_INIT("sync.(*RWMutex).Lock"), RACE_LOCK, {0}},
    {STR_INIT("sync.(*RWMutex).TryLock"), RACE_LOCK, {0}},
    {STR_INIT("sync.(*RWMutex).Unlock"), RACE_UNLOCK, {0}},
    {STR_INIT("sync.(*RWMutex).RLock"), RACE_RLOCK, {0}},
    {STR_INIT("sync.(*RWMutex).TryRLock"), RACE_RLOCK, {0}},
    {STR_INIT("sync.(*RWMutex).RUnlock"), RACE_RUNLOCK, {0}},
    {STR_INIT("sync.(*WaitGroup).Done"), RACE_DONE, {0}},
    {STR_INIT("sync.(*WaitGroup).Add"), RACE_DONE, {0}}, /* with a negative delta: others are silent */
    {STR_INIT("sync.(*WaitGroup).Go"), RACE_DONE, STR_INIT("WaitGroup.Done (by WaitGroup.Go)")},
    {STR_INIT("sync.(*WaitGroup).Wait"), RACE_WAIT, {0}},
    {STR_INIT("sync/atomic."), RACE_ATOMIC, {0}},
    {STR_INIT("runtime.chansend"), RACE_SEND, STR_INIT("channel send")},
    {STR_INIT("runtime.chanrecv"), RACE_RECEIVE, STR_INIT("channel receive")},
    {STR_INIT("runtime.closechan"), RACE_CLOSE, STR_INIT("channel close")},
    {STR_INIT("runtime.selectgo"), RACE_SELECT, STR_INIT("select")},
    {STR_INIT("runtime.selectnbsend"), RACE_SEND, STR_INIT("channel send")},
    {STR_INIT("runtime.selectnbrecv"), RACE_RECEIVE, STR_INIT("channel receive")},
    {STR_INIT("runtime.reflect_chansend"), RACE_SEND, STR_INIT("channel send")},
    {STR_INIT("runtime.reflect_chanrecv"), RACE_RECEIVE, STR_INIT("channel receive")},
};

static bool deed_name(struct arena *a, str fn, struct race_deed *d)
{
    for (size_t i = 0; i < ARRAY_LEN(deed_table); i++) {
        if (str_has_prefix(fn, deed_table[i].fn)) {
            d->verb = deed_table[i].verb;
            d->call = deed_table[i].words.n > 0 ? deed_table[i].words : deed_call(a, fn);
            return true;
        }
    }
    return false;
}

/* Go's own directory of sources, with its slash, if the frame is of a package that only Go has; or empty. */
static str frame_goroot(const struct race_frame *f)
{
    static const str own[] = {STR_INIT("runtime"), STR_INIT("testing"), STR_INIT("sync"), STR_INIT("internal/race")};
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        str fn = f->fn;
        i64 at = str_find(f->file, STR("/src/"));
        if (at >= 0 && str_cut_prefix(&fn, own[i]) && fn.n > 0 && fn.p[0] == '.' &&
            str_has_prefix(str_from(f->file, (size_t)at + 5), own[i])) {
            return str_slice(f->file, 0, (size_t)at + 5);
        }
    }
    return (str){0};
}

static str stack_goroot(const struct race_stack *s)
{
    str found = {0};
    for (size_t i = 0; i < s->n && found.n == 0; i++) {
        found = frame_goroot(&s->frames[i]);
    }
    return found;
}

static void deed_read(struct arena *a, const struct race_op *op, str goroot, struct race_deed *d)
{
    const struct race_frame *api = NULL;
    str fn = {0};

    *d = (struct race_deed){.after = op->after,
                            .edge = op->edge,
                            .object = op->addr,
                            .goroutine = op->goroutine,
                            .from = op->from,
                            .acquires = op->acquires,
                            .releases = op->releases};
    if (str_is(op->kind, "go") || str_is(op->kind, "start")) {
        d->verb = op->releases ? RACE_GO : RACE_START;
        d->call = op->releases ? STR("go statement") : STR("start");
    }
    for (size_t i = 0; i < op->stack.n && !d->site; i++) {
        const struct race_frame *f = &op->stack.frames[i];
        if (race_in_library(f->fn)) {
            api = f;
        } else {
            d->site = f;
        }
    }
    if (d->verb == RACE_OTHER) {
        /* The outermost function of the library gives the name; what it is by itself may stand deeper
         * (Cond.Wait locks a Mutex). */
        fn = api ? api->fn : (str){0};
        if (!deed_name(a, fn, d)) {
            for (size_t i = 0; i < op->stack.n && d->verb == RACE_OTHER; i++) {
                deed_name(a, op->stack.frames[i].fn, d);
            }
            d->call = fn.n > 0 && !str_has_prefix(fn, STR("runtime.")) ? deed_call(a, fn)
                      : d->call.n > 0                                  ? d->call
                                                                       : STR("synchronisation");
        }
    }
    d->own = d->site && !(goroot.n > 0 && str_has_prefix(d->site->file, goroot));
}

/* ---- operations ---- */

static bool same_site(const struct race_deed *x, const struct race_deed *y)
{
    return x->site == y->site ||
           (x->site && y->site && x->site->line == y->site->line &&
            str_eq(x->site->file, y->site->file) && str_eq(x->site->fn, y->site->fn));
}

/* A mutex of its own is told of at its address; a RWMutex {w Mutex; writerSem, readerSem uint32; …} at
 * those of its two semaphores (sync/rwmutex.go): Lock acquires both, readerSem first. */
static void deed_rwmutex(struct race_deed *d, const struct race_deed *last)
{
    enum { WRITER_SEM = 8, READER_SEM = 12 };
    if (!str_has_prefix(d->call, STR("RWMutex."))) {
        return;
    }
    bool second = d->verb == RACE_LOCK && last && last->verb == RACE_LOCK &&
                  last->object == d->object - WRITER_SEM && same_site(d, last);
    d->object -= d->verb == RACE_RUNLOCK || second ? WRITER_SEM : READER_SEM;
}

struct race_deeds race_deeds_of(struct arena *a, const struct race_side *s)
{
    struct race_deeds out = {.present = s->present,
                             .complete = s->complete,
                             .counted = s->counted,
                             .releases = s->releases};
    VEC(struct race_deed) all = {0};
    str goroot = {0};

    /* Go's own directory, as any of the stacks shows it. */
    for (size_t i = 0; i < s->n && goroot.n == 0; i++) {
        goroot = stack_goroot(&s->ops[i].stack);
    }
    for (size_t i = 0; i < s->n; i++) {
        struct race_deed d;
        struct race_deed *last = all.n > 0 ? &all.v[all.n - 1] : NULL;

        deed_read(a, &s->ops[i], goroot, &d);
        deed_rwmutex(&d, last);
        /* One call often is several operations. */
        if (last && last->verb == d.verb && same_site(last, &d) && str_eq(last->call, d.call) &&
            (d.verb == RACE_SELECT || last->object == d.object) && d.site &&
            d.verb != RACE_GO && d.verb != RACE_ATOMIC && last->after == d.after) {
            last->acquires |= d.acquires;
            last->releases |= d.releases;
            last->edge |= d.edge;
            last->from = d.from ? d.from : last->from;
            continue;
        }
        vec_push_in(a, &all, d);
    }
    out.v = all.v;
    out.n = all.n;
    return out;
}

size_t race_held(const struct race_deeds *d, struct race_held *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++) {
        const struct race_deed *x = &d->v[i];
        bool lock = x->verb == RACE_LOCK || x->verb == RACE_RLOCK;
        bool unlock = x->verb == RACE_UNLOCK || x->verb == RACE_RUNLOCK;
        if (x->after) {
            break;
        }
        if (lock && n < max) {
            out[n++] = (struct race_held){x, x->verb == RACE_RLOCK};
        }
        for (size_t k = n; unlock && k-- > 0;) {
            if (out[k].by->object == x->object &&
                out[k].shared == (x->verb == RACE_RUNLOCK)) {
                memmove(&out[k], &out[k + 1], (n - k - 1) * sizeof *out);
                n--;
                break;
            }
        }
    }
    return n;
}

/* ---- words ---- */

str race_deed_object(struct arena *a, struct race_source *src, const struct race_deed *d)
{
    struct race_spot at;
    i64 dot = str_find_last_byte(d->call, '.');
    str method = dot < 0 ? (str){0} : str_from(d->call, (size_t)dot + 1);

    if (!d->site || !race_spot_at(src, d->site->file, d->site->line, &at)) {
        return (str){0};
    }
    switch (d->verb) {
    case RACE_SEND:
    case RACE_RECEIVE:
    case RACE_CLOSE: return race_spot_channel(a, &at, d->verb == RACE_SEND, d->verb == RACE_CLOSE);
    case RACE_LOCK:
    case RACE_UNLOCK:
    case RACE_RLOCK:
    case RACE_RUNLOCK:
    case RACE_DONE:
    case RACE_WAIT:
    case RACE_ATOMIC: return race_spot_receiver(a, &at, method);
    default: return (str){0};
    }
}

str race_deed_words(struct arena *a, struct race_source *src, str cwd, const struct race_deed *d,
                    struct span near)
{
    str object = race_deed_object(a, src, d), at = race_place(a, cwd, race_span(d->site), near);
    const char *prep = d->verb == RACE_SEND ? "on" : d->verb == RACE_RECEIVE ? "from" : "of";
    str words = object.n > 0
                    ? str_fmt(a, "%.*s %s %.*s", STR_ARG(d->call), prep, STR_ARG(object))
                    : d->call;
    return d->site ? str_fmt(a, "%.*s at %.*s", STR_ARG(words), STR_ARG(at)) : words;
}
