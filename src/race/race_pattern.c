/* race_pattern.c: see race_pattern.h.  Locks and other synchronisation; race_variable.c has what is in the source
 * alone. */
#include "race/race_pattern.h"

#include "race/race_variable.h"

static const struct race_pattern_info infos[RACE_PATTERNS] = {
    [RACE_NO_PATTERN] = {"RACE01", "of two accesses to a variable, one of them a write, one must happen before the other", ""},
    [RACE_LOCKS_DIFFER] =
        {"RACE11", "the Unlock of a sync.Mutex happens before a later Lock of the same Mutex returns; different mutexes order nothing",
         "guard the variable with one of the two mutexes, on both sides"},
    [RACE_LOCK_MISSING] =
        {"RACE12", "the Unlock of a sync.Mutex happens before a later Lock of it returns; who does not lock is ordered with nobody",
         "take the same lock around the access that has none"},
    [RACE_WRITE_UNDER_RLOCK] =
        {"RACE13", "readers of a sync.RWMutex hold it together: nothing orders one RLock with another",
         "use Lock and Unlock where the variable is written"},
    [RACE_LOCK_COPIED] =
        {"RACE14", "the Unlock of a sync.Mutex happens before a later Lock of the same Mutex returns; a copy is another Mutex",
         "pass a pointer to what holds the mutex: a pointer receiver, a *T parameter (go vet, copylocks, finds such copies)"},
    [RACE_DOUBLE_CHECKED] =
        {"RACE15", "a check without the lock is ordered with nothing, and what it saw tells nothing of what was written before",
         "use sync.Once or sync.OnceValue, take the lock before the first check, or make the variable an atomic.Pointer or atomic.Bool"},
    [RACE_MIXED_ATOMIC] =
        {"RACE16", "an atomic operation is ordered with the atomic operations that observe it, not with plain reads and writes",
         "use atomic operations for every access, best by a type of sync/atomic (atomic.Int64, atomic.Pointer) that allows no others"},
    [RACE_ADD_INSIDE] =
        {"RACE17", "Wait waits for what was added before it is called; an Add inside of the goroutine may come later",
         "call Add before the go statement (or use WaitGroup.Go, from Go 1.25)"},
    [RACE_RELEASED_EARLY] =
        {"RACE18", "a send happens before the corresponding receive completes, a Done before the Wait that it ends: what comes after the send or Done is not ordered",
         "do it before the send, close or Done (defer wg.Done() runs last)"},
    [RACE_ACQUIRED_LATE] =
        {"RACE19", "a send happens before the corresponding receive completes, a Done before the Wait that it ends: what comes before the receive or Wait is not ordered",
         "receive, or Wait, before the access"},
    [RACE_LOOP_VARIABLE] =
        {"RACE20", "before Go 1.22 all iterations of a loop share one variable, and the go statement orders only what came before it",
         "pass the variable as an argument, copy it (i := i), or say go 1.22 or newer in go.mod"},
    [RACE_CAPTURED_ERROR] =
        {"RACE21", "a closure shares the variables of the function around it; the go statement orders only what came before it",
         "declare an err of its own inside of the goroutine (err :=), and send it over a channel or use golang.org/x/sync/errgroup"},
    [RACE_NAMED_RESULT] =
        {"RACE22", "a named result is a variable that closures share, and every return statement writes it",
         "let the goroutine use a variable of its own, or wait for the goroutine before returning"},
    [RACE_CAPTURED] =
        {"RACE23", "a closure shares the variables of the function around it; the go statement orders only what came before it",
         "pass the value as an argument, or wait for the goroutine (channel, WaitGroup) before the other access, or guard both with a mutex"},
    [RACE_APPEND] =
        {"RACE24", "append reads and writes the slice's header; two goroutines that append at once lose elements",
         "guard the slice with a mutex, or let each goroutine fill a slice or an element of its own and join them after Wait"},
    [RACE_MAP] =
        {"RACE25", "a map is one variable: a write conflicts with every other access, also of other keys, and with ranging over it",
         "guard the map with a mutex (for the whole range loop too), use a sync.Map, or range over a copy"},
    [RACE_STRUCT_COPY] =
        {"RACE26", "copying a struct reads all of its fields",
         "copy under the lock that its writers hold, or pass a pointer"},
    [RACE_BUSY_WAIT] =
        {"RACE27", "a plain read that sees a value orders nothing; the loop may even never see it (go.dev/ref/mem, \"Incorrect synchronization\")",
         "receive from a channel that is closed when it is done, or use an atomic.Bool"},
    [RACE_SLEEP] =
        {"RACE28", "time.Sleep is not synchronisation: no time is long enough, and it orders nothing",
         "wait for the goroutine itself: a channel, a WaitGroup"},
};

const struct race_pattern_info *race_pattern_info(enum race_pattern_id id)
{
    return &infos[id];
}

const struct race_deeds *race_story_deeds(const struct race_story *s, const struct race_access *acc)
{
    return &s->deeds[acc == &s->ev->access[1]];
}

/* ---- words ---- */

static str pattern_at(const struct race_story *s, const struct race_frame *f)
{
    return race_place(s->a, s->cwd, race_span(f), s->first_span);
}

static str pattern_verb(const struct race_access *acc)
{
    return acc->write ? STR("writes") : STR("reads");
}

/* "c.mu", or "a mutex". */
static str pattern_lock(const struct race_story *s, const struct race_held *h)
{
    str object = race_deed_object(s->a, s->src, h->by);
    bool rw = str_has_prefix(h->by->call, STR("RWMutex"));
    return object.n > 0 ? object : rw ? STR("a RWMutex") : STR("a mutex");
}

/* ---- locks ---- */

enum { HELD_MAX = 32 };

struct pattern_side {
    const struct race_access *acc;
    const struct race_deeds *deeds;
    struct race_held held[HELD_MAX];
    size_t n;
};

static void pattern_sides(const struct race_story *s, struct pattern_side side[2])
{
    const struct race_access *acc[2] = {s->first, s->second};
    for (size_t i = 0; i < 2; i++) {
        side[i].acc = acc[i];
        side[i].deeds = race_story_deeds(s, acc[i]);
        side[i].n = race_held(side[i].deeds, side[i].held, HELD_MAX);
    }
}

/* The innermost lock that the user's code took; NULL: none. */
static const struct race_held *pattern_own(const struct pattern_side *x)
{
    for (size_t i = x->n; i-- > 0;) {
        if (x->held[i].by->own) {
            return &x->held[i];
        }
    }
    return NULL;
}

static const struct race_held *pattern_common(const struct pattern_side side[2], size_t of)
{
    for (size_t i = 0; i < side[0].n; i++) {
        for (size_t k = 0; k < side[1].n; k++) {
            if (side[0].held[i].by->object == side[1].held[k].by->object) {
                return of == 0 ? &side[0].held[i] : &side[1].held[k];
            }
        }
    }
    return NULL;
}

static bool pattern_locks_both(const struct race_story *s, const struct pattern_side side[2],
                               struct race_pattern *out)
{
    const struct race_held *x = pattern_common(side, 0), *y = pattern_common(side, 1);
    str g1 = race_goroutine(s->a, s->first), g2 = race_goroutine(s->a, s->second);
    if (x && x->shared && y->shared) {
        const struct race_access *writer = s->first->write ? s->first : s->second;
        str w = race_goroutine(s->a, writer), lock = pattern_lock(s, x);
        str at1 = pattern_at(s, x->by->site), at2 = pattern_at(s, y->by->site);
        out->id = RACE_WRITE_UNDER_RLOCK;
        out->span = race_span((writer == s->first ? x : y)->by->site);
        out->text = str_fmt(s->a, "%.*s writes while it holds %.*s for reading (RLock), and so does the other: %.*s, %.*s",
                            STR_ARG(w), STR_ARG(lock), STR_ARG(at1), STR_ARG(at2));
        return true;
    }
    x = pattern_own(&side[0]);
    y = pattern_own(&side[1]);
    if (!x || !y || pattern_common(side, 0)) {
        return false;
    }
    str l1 = pattern_lock(s, x), l2 = pattern_lock(s, y);
    str at1 = pattern_at(s, x->by->site), at2 = pattern_at(s, y->by->site);
    bool same_name = str_eq(l1, l2) && x->by->site->line == y->by->site->line &&
                     str_eq(x->by->site->file, y->by->site->file);
    out->span = race_span(x->by->site);
    if (same_name && race_lock_is_copy(s, x->by->site, l1)) {
        out->id = RACE_LOCK_COPIED;
        out->text = str_fmt(s->a, "both lock %.*s at %.*s, but it is not the same mutex: each call has a copy of its own",
                            STR_ARG(l1), STR_ARG(at1));
        return true;
    }
    out->id = RACE_LOCKS_DIFFER;
    out->text = str_eq(l1, l2)
                    ? str_fmt(s->a, "both hold a lock, but not the same one: %.*s has locked %.*s at %.*s, and %.*s has locked another one at %.*s",
                              STR_ARG(g1), STR_ARG(l1), STR_ARG(at1), STR_ARG(g2), STR_ARG(at2))
                    : str_fmt(s->a, "both hold a lock, but not the same one: %.*s holds %.*s (locked at %.*s), %.*s holds %.*s (locked at %.*s)",
                              STR_ARG(g1), STR_ARG(l1), STR_ARG(at1), STR_ARG(g2), STR_ARG(l2), STR_ARG(at2));
    return true;
}

/* Does the function that took the lock still run at the access?  Then the lock is about this access
 * rather than about what a caller far away does. */
static bool pattern_near(const struct race_access *acc, const struct race_held *h)
{
    for (size_t i = 0; i < acc->stack.n; i++) {
        if (str_eq(acc->stack.frames[i].fn, h->by->site->fn)) {
            return true;
        }
    }
    return false;
}

static bool pattern_lock_one(const struct race_story *s, const struct pattern_side side[2],
                             struct race_pattern *out)
{
    for (size_t i = 0; i < 2; i++) {
        const struct pattern_side *has = &side[i], *none = &side[1 - i];
        const struct race_held *h = pattern_own(has);
        if (!h || none->n > 0 || !none->deeds->present || !none->deeds->complete ||
            !pattern_near(has->acc, h)) {
            continue;
        }
        str lock = pattern_lock(s, h), at = pattern_at(s, h->by->site);
        str g1 = race_goroutine(s->a, has->acc), g2 = race_goroutine(s->a, none->acc);
        str v1 = pattern_verb(has->acc), v2 = pattern_verb(none->acc);
        str mode = h->shared ? STR(" for reading") : STR("");
        out->span = race_span(race_site(&none->acc->stack));
        if (race_is_double_checked(s, none->acc)) {
            out->id = RACE_DOUBLE_CHECKED;
            out->text = str_fmt(s->a, "double-checked locking without atomics: %.*s %.*s under %.*s (locked at %.*s), %.*s checks before it locks",
                                STR_ARG(g1), STR_ARG(v1), STR_ARG(lock), STR_ARG(at), STR_ARG(g2));
            return true;
        }
        out->id = RACE_LOCK_MISSING;
        out->text = str_fmt(s->a, "%.*s %.*s holding %.*s%.*s (locked at %.*s), %.*s %.*s without any lock",
                            STR_ARG(g1), STR_ARG(v1), STR_ARG(lock), STR_ARG(mode), STR_ARG(at), STR_ARG(g2), STR_ARG(v2));
        /* Had it the lock until shortly before? */
        for (size_t k = none->deeds->n; k-- > 0;) {
            const struct race_deed *d = &none->deeds->v[k];
            if (!d->after && d->object == h->by->object &&
                (d->verb == RACE_UNLOCK || d->verb == RACE_RUNLOCK)) {
                str gone = pattern_at(s, d->site);
                out->text = str_fmt(s->a, "%.*s: it unlocked %.*s before, at %.*s", STR_ARG(out->text),
                                    STR_ARG(lock), STR_ARG(gone));
                break;
            }
        }
        return true;
    }
    return false;
}

/* ---- other synchronisation ---- */

static bool pattern_atomic(const struct race_story *s, struct race_pattern *out)
{
    if (s->first->atomic == s->second->atomic) {
        return false;
    }
    const struct race_access *atomic = s->first->atomic ? s->first : s->second;
    const struct race_access *plain = s->first->atomic ? s->second : s->first;
    str g1 = race_goroutine(s->a, atomic), g2 = race_goroutine(s->a, plain);
    str at = pattern_at(s, race_site(&plain->stack));
    out->id = RACE_MIXED_ATOMIC;
    out->span = race_span(race_site(&plain->stack));
    out->text = str_fmt(s->a, "%.*s %.*s atomically, but %.*s %.*s plainly, at %.*s", STR_ARG(g1),
                        atomic->write ? 6 : 5, atomic->write ? "writes" : "reads", STR_ARG(g2),
                        plain->write ? 6 : 5, plain->write ? "writes" : "reads", STR_ARG(at));
    return true;
}

/* x sends, closes or is done, and accesses after that, further down in the same function; y has received
 * or waited there, and accesses after that. */
static bool pattern_early(const struct race_story *s, const struct pattern_side *x,
                          const struct pattern_side *y, struct race_pattern *out)
{
    const struct race_frame *site = race_site(&x->acc->stack);
    for (size_t i = x->deeds->n; site && i-- > 0;) {
        const struct race_deed *d = &x->deeds->v[i];
        bool gives = d->verb == RACE_SEND || d->verb == RACE_CLOSE || d->verb == RACE_DONE;
        if (d->after || !gives || !d->own || !str_eq(d->site->fn, site->fn) ||
            d->site->line >= site->line) {
            continue;
        }
        for (size_t k = y->deeds->n; k-- > 0;) {
            const struct race_deed *g = &y->deeds->v[k];
            bool takes = g->verb == RACE_RECEIVE || g->verb == RACE_WAIT || g->verb == RACE_SELECT;
            if (g->after || !takes || g->object != d->object || (d->verb == RACE_DONE) != (g->verb == RACE_WAIT)) {
                continue;
            }
            str who = race_goroutine(s->a, x->acc), other = race_goroutine(s->a, y->acc);
            str gave = race_deed_words(s->a, s->src, s->cwd, d, s->first_span);
            str took = race_deed_words(s->a, s->src, s->cwd, g, s->first_span);
            str at = pattern_at(s, site), verb = pattern_verb(x->acc);
            out->id = RACE_RELEASED_EARLY;
            out->span = race_span(d->site);
            out->text = str_fmt(s->a, "%.*s %.*s at %.*s, after its %.*s; %.*s's %.*s orders only what came before that",
                                STR_ARG(who), STR_ARG(verb), STR_ARG(at), STR_ARG(gave), STR_ARG(other), STR_ARG(took));
            return true;
        }
    }
    return false;
}

/* Did the goroutine of d, start that of acc at its k-th deed or later? */
static bool pattern_starts(const struct race_deeds *d, size_t k, const struct race_access *acc)
{
    for (; k < d->n; k++) {
        if (d->v[k].verb == RACE_GO && d->v[k].goroutine == acc->goroutine) {
            return true;
        }
    }
    return false;
}

static bool pattern_wait_group(const struct race_story *s, const struct pattern_side *x,
                               const struct pattern_side *y, struct race_pattern *out)
{
    for (size_t k = y->deeds->n; k-- > 0;) {
        const struct race_deed *w = &y->deeds->v[k];
        struct span add;
        if (w->after || w->verb != RACE_WAIT || !w->own || pattern_starts(y->deeds, k, x->acc) ||
            !race_adds_inside(s, x->acc, w->site, &add)) {
            continue;
        }
        str at = race_place(s->a, s->cwd, add, s->first_span);
        str waits = race_deed_words(s->a, s->src, s->cwd, w, s->first_span);
        str who = race_goroutine(s->a, x->acc), other = race_goroutine(s->a, y->acc);
        out->id = RACE_ADD_INSIDE;
        out->span = add;
        out->text = str_fmt(s->a, "%.*s adds to the WaitGroup itself, at %.*s: the %.*s of %.*s did not wait for it",
                            STR_ARG(who), STR_ARG(at), STR_ARG(waits), STR_ARG(other));
        return true;
    }
    return false;
}

static bool pattern_map(const struct race_story *s, struct race_pattern *out)
{
    str op1 = race_operation(&s->first->stack), op2 = race_operation(&s->second->stack);
    if (!str_has_prefix(op1, STR("map")) || !str_has_prefix(op2, STR("map"))) {
        return false;
    }
    str g1 = race_goroutine(s->a, s->first), g2 = race_goroutine(s->a, s->second);
    bool ranges = str_is(op1, "map iteration") || str_is(op2, "map iteration");
    out->id = RACE_MAP;
    out->span = s->first_span;
    out->text = str_fmt(s->a, "%s: %.*s by %.*s, %.*s by %.*s",
                        ranges ? "the map is written while another goroutine ranges over it"
                               : "the map is written while another goroutine uses it",
                        STR_ARG(op1), STR_ARG(g1), STR_ARG(op2), STR_ARG(g2));
    return true;
}

struct race_pattern race_pattern_of(const struct race_story *s)
{
    struct race_pattern out = {0};
    struct pattern_side side[2];
    pattern_sides(s, side);
    bool known = side[0].deeds->present && side[1].deeds->present;
    if ((known && (pattern_locks_both(s, side, &out) || pattern_lock_one(s, side, &out))) ||
        pattern_atomic(s, &out) || race_variable_loop(s, &out)) {
        return out;
    }
    for (size_t i = 0; known && i < 2; i++) {
        if (pattern_early(s, &side[i], &side[1 - i], &out) ||
            pattern_wait_group(s, &side[i], &side[1 - i], &out)) {
            return out;
        }
    }
    if (race_variable_closure(s, &out) || pattern_map(s, &out) || race_variable_map(s, &out) ||
        race_variable_append(s, &out) || race_variable_wait(s, &out) || race_variable_late(s, &out) || race_variable_sleep(s, &out) ||
        race_variable_copy(s, &out) || race_variable_captured(s, &out)) {
        return out;
    }
    return out;
}
