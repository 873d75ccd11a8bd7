#include "race/race_events.h"

#include "base/io.h"
#include "base/jsonr.h"
#include "gomm/events.h"

/* A stack is printed and walked by people; deeper ones come from recursion and are cut where
 * the runtime cuts them.  This only keeps a damaged file from asking for the memory. */
#define EVENTS_MAX_FRAMES 65536
#define EVENTS_MAX_OPS    4096

static bool events_u64(struct jsonr obj, const char *key, u64 *out, struct err *e)
{
    i64 v;
    if (!jsonr_need_int(obj, key, &v, e)) {
        return false;
    }
    if (v < 0) {
        return err_set(e, "%s: want no negative number", key);
    }
    *out = (u64)v;
    return true;
}

/* "0x…", a string since JSON numbers lose digits above 2^53. */
static bool events_addr(struct jsonr obj, const char *key, u64 *out, struct err *e)
{
    str s;
    if (!jsonr_need_str(obj, key, &s, e)) {
        return false;
    }
    return str_hex(s, out) || err_set(e, "%s: want a hexadecimal number", key);
}

bool race_events_stack(struct arena *a, struct jsonr arr, struct race_stack *out, struct err *e)
{
    size_t n = jsonr_len(arr);
    if (n > EVENTS_MAX_FRAMES) {
        return err_set(e, "a stack of %zu frames", n);
    }
    out->frames = ARENA_ARRAY(a, struct race_frame, n);
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        struct jsonr f = jsonr_at(arr, i);
        i64 line = jsonr_int_or(f, "line", 0);
        out->frames[i] = (struct race_frame){
            .fn = str_dup(a, jsonr_str_or(f, "fn", (str){0})),
            .file = str_dup(a, jsonr_str_or(f, "file", (str){0})),
            .line = line > 0 && line <= INT32_MAX ? (u32)line : 0,
        };
    }
    return true;
}

static bool events_access(struct arena *a, struct jsonr v, struct race_access *out, struct err *e)
{
    str kind;
    struct jsonr stack, created;
    if (!jsonr_need_str(v, "kind", &kind, e) || !events_addr(v, "addr", &out->addr, e) ||
        !events_u64(v, "size", &out->size, e) || !events_u64(v, "goroutine", &out->goroutine, e) ||
        !jsonr_need_array(v, "stack", &stack, e) || !race_events_stack(a, stack, &out->stack, e)) {
        return false;
    }
    if (!str_is(kind, "read") && !str_is(kind, "write")) {
        return err_set(e, "kind: want read or write, got %.*s", STR_ARG(kind));
    }
    out->write = str_is(kind, "write");
    out->atomic = jsonr_bool_or(v, "atomic", false);
    out->main = jsonr_bool_or(v, "main", false);
    out->running = jsonr_bool_or(v, "running", false);
    i64 by = jsonr_int_or(v, "created_by", 0);
    out->created_by = by > 0 ? (u64)by : 0;
    created = jsonr_get(v, "created");
    return race_events_stack(a, created, &out->created, e);
}

bool race_events_object(struct arena *a, struct jsonr v, struct race_object *out, struct err *e)
{
    if (jsonr_kind(v) != JSONR_OBJECT) {
        return true; /* null: the runtime does not know */
    }
    str kind = jsonr_str_or(v, "kind", (str){0});
    if (str_is(kind, "heap")) {
        out->kind = RACE_OBJECT_HEAP;
    } else if (str_is(kind, "global")) {
        out->kind = RACE_OBJECT_GLOBAL;
        out->name = str_dup(a, jsonr_str_or(v, "name", (str){0}));
    } else {
        return true; /* a kind of a newer runtime */
    }
    return events_addr(v, "base", &out->base, e) && events_u64(v, "size", &out->size, e) &&
           events_u64(v, "offset", &out->offset, e) &&
           race_events_stack(a, jsonr_get(v, "stack"), &out->stack, e);
}

static bool events_op(struct arena *a, struct jsonr v, struct race_op *out, struct err *e)
{
    static const struct {
        const char *kind;
        bool acquires, releases;
    } kinds[] = {
        {"acquire", true, false}, {"release", false, true}, {"merge", false, true},
        {"exchange", true, true}, {"load", true, false},    {"store", false, true},
        {"rmw", true, true},      {"go", false, true},      {"start", true, false},
    };
    str kind;
    if (!jsonr_need_str(v, "kind", &kind, e) || !events_u64(v, "epoch", &out->epoch, e)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_is(kind, kinds[i].kind)) {
            out->kind = str_of(kinds[i].kind);
            out->acquires = kinds[i].acquires;
            out->releases = kinds[i].releases;
        }
    }
    if (out->kind.n == 0) {
        return err_set(e, "an operation of kind %.*s", STR_ARG(kind));
    }
    if (str_is(kind, "go") || str_is(kind, "start")) {
        if (!events_u64(v, "goroutine", &out->goroutine, e)) {
            return false;
        }
    } else if (!events_addr(v, "addr", &out->addr, e)) {
        return false;
    }
    i64 from = jsonr_int_or(v, "from", 0);
    out->from = from > 0 ? (u64)from : 0;
    out->after = jsonr_bool_or(v, "after", false);
    out->edge = jsonr_bool_or(v, "edge", false);
    return race_events_stack(a, jsonr_get(v, "stack"), &out->stack, e);
}

/* What is not understood of it is left out: a race is a race without. */
static void events_side(struct arena *a, struct jsonr v, struct race_side *out)
{
    struct jsonr ops = jsonr_get(v, "ops");
    size_t n = jsonr_kind(ops) == JSONR_ARRAY ? jsonr_len(ops) : 0;
    u64 releases;
    if (n == 0 || n > EVENTS_MAX_OPS || !events_u64(v, "releases", &releases, NULL)) {
        return;
    }
    out->present = true;
    out->complete = jsonr_bool_or(v, "complete", false);
    out->counted = jsonr_bool_or(v, "counted", false);
    out->releases = releases;
    out->ops = ARENA_ARRAY(a, struct race_op, n);
    for (size_t i = 0; i < n; i++) {
        struct race_op op = {0};
        if (events_op(a, jsonr_at(ops, i), &op, NULL)) {
            out->ops[out->n++] = op;
        } else {
            out->complete = false;
        }
    }
}

static struct race_process *events_process(struct race_log *l, u64 pid)
{
    bool fresh;
    union map_val *at = map_put(&l->by_pid, pid, &fresh);
    if (fresh) {
        vec_push_in(l->arena, &l->processes, (struct race_process){.pid = pid});
        at->u = l->processes.n - 1;
    }
    return &vec_at(&l->processes, at->u);
}

static bool events_race(struct race_log *l, struct jsonr v, u64 pid, struct err *e)
{
    struct race_event ev = {.pid = pid};
    struct jsonr accesses;
    if (!events_u64(v, "seq", &ev.seq, e) || !events_addr(v, "addr", &ev.addr, e) ||
        !jsonr_need_array(v, "accesses", &accesses, e)) {
        return false;
    }
    if (jsonr_len(accesses) != 2) {
        return err_set(e, "accesses: want two, got %zu", jsonr_len(accesses));
    }
    for (size_t i = 0; i < 2; i++) {
        if (!events_access(l->arena, jsonr_at(accesses, i), &ev.access[i], e)) {
            return false;
        }
    }
    if (!race_events_object(l->arena, jsonr_get(v, "object"), &ev.object, e)) {
        return false;
    }
    struct jsonr order = jsonr_get(v, "order");
    ev.has_order = events_u64(order, "access_epoch", &ev.access_epoch, NULL) &&
                   events_u64(order, "known_epoch", &ev.known_epoch, NULL) &&
                   events_u64(order, "current_epoch", &ev.current_epoch, NULL);
    struct jsonr sync = jsonr_get(v, "sync");
    for (size_t i = 0; i < 2 && jsonr_len(sync) == 2; i++) {
        events_side(l->arena, jsonr_at(sync, i), &ev.sync[i]);
    }
    vec_push_in(l->arena, &l->events, ev);
    events_process(l, pid)->races_seen++;
    return true;
}

static bool events_dispatch(struct race_log *l, struct jsonr v, struct err *e)
{
    str event;
    u64 pid = 0;
    i64 version = 0;
    if (!jsonr_need_int(v, "v", &version, e) || !jsonr_need_str(v, "event", &event, e) ||
        !events_u64(v, "pid", &pid, e)) {
        return false;
    }
    if (version != GOMM_EVENTS_VERSION) {
        return err_set(e, "event of version %lld, this gomm reads version %d", (long long)version,
                       GOMM_EVENTS_VERSION);
    }
    if (str_is(event, "race")) {
        return events_race(l, v, pid, e);
    }
    struct race_process *p = events_process(l, pid);
    if (str_is(event, "start")) {
        /* A process that execs another program, or a pid that comes again. */
        p->started = true;
        p->exe = str_dup(l->arena, jsonr_str_or(v, "exe", (str){0}));
    } else if (str_is(event, "exit")) {
        i64 n = jsonr_int_or(v, "races", 0);
        p->exited = true;
        p->races_told += n > 0 ? (u64)n : 0;
    }
    return true; /* events that a newer runtime may add are no error */
}

bool race_log_line(struct race_log *l, str line)
{
    struct jsonr doc;
    struct err e;
    bool ok = jsonr_parse(line, &doc, &e);
    if (ok) {
        ok = events_dispatch(l, doc, &e);
        jsonr_free(doc);
    }
    if (!ok && l->bad_lines++ == 0) {
        l->first_bad = str_dup(l->arena, str_of(e.text));
    }
    return ok;
}

void race_log_text(struct race_log *l, str text)
{
    str line;
    if (text.n > 0 && text.p[text.n - 1] != '\n') {
        l->cut_off = true;
    }
    while (str_next_line(&text, &line)) {
        if (str_trim(line).n > 0) {
            race_log_line(l, line);
        }
    }
}

bool race_log_file(struct race_log *l, const char *path, struct err *e)
{
    struct io_map m;
    if (!io_map_file(&m, path, e)) {
        return false;
    }
    race_log_text(l, m.text);
    io_unmap(&m);
    return true;
}

void race_log_release(struct race_log *l)
{
    map_release(&l->by_pid); /* the rest is the arena's */
}

u64 race_log_lost(const struct race_log *l)
{
    u64 lost = 0;
    for (size_t i = 0; i < l->processes.n; i++) {
        const struct race_process *p = &l->processes.v[i];
        lost += p->races_told > p->races_seen ? p->races_told - p->races_seen : 0;
    }
    return lost;
}

bool race_log_is_events(str text)
{
    str line;
    struct jsonr doc;
    if (!str_next_line(&text, &line) || !jsonr_parse(line, &doc, NULL)) {
        return false;
    }
    bool yes = jsonr_kind(jsonr_get(doc, "v")) == JSONR_NUMBER &&
               jsonr_kind(jsonr_get(doc, "event")) == JSONR_STRING;
    jsonr_free(doc);
    return yes;
}
