#include "share/share_events.h"

#include "base/io.h"
#include "gomm/events.h"

/* More of anything than the runtime keeps: only keeps a damaged file from asking for the memory. */
enum { EVENTS_MAX = 65536 };

static const char *const kind_names[SHARE_KINDS] = {"read", "write", "load", "store", "rmw", "lock"};

const char *share_kind_name(enum share_kind k)
{
    return kind_names[k];
}

static u64 line_u64(struct jsonr obj, const char *key)
{
    i64 v = jsonr_int_or(obj, key, 0);
    return v > 0 ? (u64)v : 0;
}

/* The elements of a member that is an array; false if there are absurdly many. */
static bool line_array(struct jsonr v, const char *key, struct jsonr *arr, u32 *n, struct err *e)
{
    *arr = jsonr_get(v, key);
    size_t len = jsonr_len(*arr);
    *n = (u32)len;
    return len <= EVENTS_MAX || err_set(e, "%s: %zu entries", key, len);
}

static bool line_words(struct arena *a, struct jsonr v, struct share_line *l, struct err *e)
{
    struct jsonr arr;
    if (!line_array(v, "words", &arr, &l->n_words, e)) {
        return false;
    }
    l->words = ARENA_ARRAY(a, struct share_word, l->n_words);
    for (u32 i = 0; i < l->n_words; i++) {
        struct jsonr w = jsonr_at(arr, i);
        u64 at = line_u64(w, "offset");
        if (at >= l->size) {
            return err_set(e, "words[%u].offset: %llu is beyond the line", i, (unsigned long long)at);
        }
        l->words[i].offset = (u32)at;
        l->words[i].goroutine = line_u64(w, "goroutine");
        l->words[i].transfers = line_u64(w, "transfers");
        for (u32 k = 0; k < SHARE_KINDS; k++) {
            l->words[i].n[k] = line_u64(w, kind_names[k]);
        }
    }
    return true;
}

static bool line_site(struct arena *a, struct jsonr v, const struct share_line *l, struct share_site *s, struct err *e)
{
    str kind = jsonr_str_or(v, "kind", (str){0});
    struct jsonr arr;
    u32 k = 0;
    while (k < SHARE_KINDS && !str_is(kind, kind_names[k])) {
        k++;
    }
    if (k == SHARE_KINDS) {
        return err_set(e, "sites[].kind: unknown: %.*s", STR_ARG(kind));
    }
    s->kind = (enum share_kind)k;
    s->accesses = line_u64(v, "accesses");
    s->transfers = line_u64(v, "transfers");
    if (!line_array(v, "goroutines", &arr, &s->n_goroutines, e)) {
        return false;
    }
    s->goroutines = ARENA_ARRAY(a, u64, s->n_goroutines);
    for (u32 i = 0; i < s->n_goroutines; i++) {
        i64 g = jsonr_int(jsonr_at(arr, i), 0);
        s->goroutines[i] = g > 0 ? (u64)g : 0;
    }
    if (!line_array(v, "spans", &arr, &s->n_spans, e)) {
        return false;
    }
    s->spans = ARENA_ARRAY(a, struct share_span, s->n_spans);
    for (u32 i = 0; i < s->n_spans; i++) {
        struct jsonr p = jsonr_at(arr, i);
        i64 at = jsonr_int(jsonr_at(p, 0), -1), size = jsonr_int(jsonr_at(p, 1), -1);
        if (at < 0 || size < 0 || at + size > (i64)l->size || at > (i64)l->size) {
            return err_set(e, "sites[].spans: beyond the line");
        }
        s->spans[i] = (struct share_span){(u32)at, (u32)size};
    }
    if (!line_array(v, "locks", &arr, &s->n_locks, e)) {
        return false;
    }
    s->locks = ARENA_ARRAY(a, u64, s->n_locks);
    for (u32 i = 0; i < s->n_locks; i++) {
        str t;
        if (!jsonr_str(jsonr_at(arr, i), &t) || !str_hex(t, &s->locks[i])) {
            return err_set(e, "sites[].locks: want a hexadecimal number");
        }
    }
    return race_events_stack(a, jsonr_get(v, "stack"), &s->stack, e);
}

static bool line_sites(struct arena *a, struct jsonr v, struct share_line *l, struct err *e)
{
    struct jsonr arr;
    if (!line_array(v, "sites", &arr, &l->n_sites, e)) {
        return false;
    }
    l->sites = ARENA_ARRAY(a, struct share_site, l->n_sites);
    for (u32 i = 0; i < l->n_sites; i++) {
        if (!line_site(a, jsonr_at(arr, i), l, &l->sites[i], e)) {
            return false;
        }
    }
    return true;
}

static bool line_goroutines(struct arena *a, struct jsonr v, struct share_line *l, struct err *e)
{
    struct jsonr arr;
    if (!line_array(v, "goroutines", &arr, &l->n_goroutines, e)) {
        return false;
    }
    l->goroutines = ARENA_ARRAY(a, struct share_goroutine, l->n_goroutines);
    for (u32 i = 0; i < l->n_goroutines; i++) {
        struct jsonr g = jsonr_at(arr, i);
        l->goroutines[i] = (struct share_goroutine){
            .goroutine = line_u64(g, "goroutine"),
            .main = jsonr_bool_or(g, "main", false),
            .first_ns = line_u64(g, "first_ns"),
            .last_ns = line_u64(g, "last_ns"),
            .accesses = line_u64(g, "accesses"),
            .transfers = line_u64(g, "transfers"),
            .created_by = line_u64(g, "created_by"),
        };
        if (!race_events_stack(a, jsonr_get(g, "created"), &l->goroutines[i].created, e)) {
            return false;
        }
    }
    return true;
}

static bool line_objects(struct arena *a, struct jsonr v, struct share_line *l, struct err *e)
{
    struct jsonr arr;
    if (!line_array(v, "objects", &arr, &l->n_objects, e)) {
        return false;
    }
    l->objects = ARENA_ARRAY(a, struct share_object, l->n_objects);
    for (u32 i = 0; i < l->n_objects; i++) {
        struct jsonr o = jsonr_at(arr, i);
        u64 from = line_u64(o, "from"), to = line_u64(o, "to");
        if (from > to || to > l->size) {
            return err_set(e, "objects[%u]: beyond the line", i);
        }
        l->objects[i].from = (u32)from;
        l->objects[i].to = (u32)to;
        if (!race_events_object(a, jsonr_get(o, "object"), &l->objects[i].object, e)) {
            return false;
        }
    }
    return true;
}

static bool line_read(struct share_log *log, struct jsonr v, u64 pid, struct err *e)
{
    struct share_line l = {.pid = pid};
    str addr, kind;
    if (!jsonr_need_str(v, "addr", &addr, e) || !jsonr_need_u32(v, "size", &l.size, e)) {
        return false;
    }
    if (!str_hex(addr, &l.addr)) {
        return err_set(e, "addr: want a hexadecimal number");
    }
    if (l.size == 0 || l.size > SHARE_LINE_MAX || l.size % SHARE_WORD != 0) {
        return err_set(e, "size: a line of %u bytes", l.size);
    }
    kind = jsonr_str_or(v, "virtual", (str){0});
    l.kind = str_is(kind, "pair") ? SHARE_PAIR : kind.n > 0 ? SHARE_SHIFT : SHARE_REAL;
    l.lives = line_u64(v, "lives");
    l.first_ns = line_u64(v, "first_ns");
    l.last_ns = line_u64(v, "last_ns");
    l.windows = line_u64(v, "windows");
    l.shared_windows = line_u64(v, "shared_windows");
    l.accesses = line_u64(v, "accesses");
    l.transfers = line_u64(v, "transfers");
    l.same_word = line_u64(v, "same_word");
    l.moves = line_u64(v, "moves");
    l.folded = line_u64(v, "folded");
    if (!line_goroutines(log->arena, v, &l, e) || !line_words(log->arena, v, &l, e) ||
        !line_sites(log->arena, v, &l, e) || !line_objects(log->arena, v, &l, e)) {
        return false;
    }
    vec_push_in(log->arena, &log->lines, l);
    return true;
}

static void process_read(struct share_log *log, struct jsonr v, u64 pid)
{
    struct share_process p = {
        .pid = pid,
        .ns = line_u64(v, "ns"),
        .observed_ns = line_u64(v, "observed_ns"),
        .accesses = line_u64(v, "accesses"),
        .observed = line_u64(v, "observed"),
        .window_ns = line_u64(v, "window_ns"),
        .windows = line_u64(v, "windows"),
        .processors = line_u64(v, "processors"),
        .goroutines = line_u64(v, "goroutines"),
        .lines = line_u64(v, "lines"),
        .reported = line_u64(v, "reported"),
        .dropped = line_u64(v, "dropped"),
    };
    vec_push_in(log->arena, &log->processes, p);
}

static bool log_line(struct share_log *log, struct jsonr v, struct err *e)
{
    str event;
    u32 version;
    if (!jsonr_need_u32(v, "v", &version, e) || !jsonr_need_str(v, "event", &event, e)) {
        return false;
    }
    if (version != GOMM_EVENTS_VERSION) {
        return err_set(e, "event of version %u, this gomm reads version %d", version, GOMM_EVENTS_VERSION);
    }
    if (str_is(event, "line")) {
        return line_read(log, v, line_u64(v, "pid"), e);
    }
    if (str_is(event, "share")) {
        process_read(log, v, line_u64(v, "pid"));
    }
    return true;
}

void share_log_text(struct share_log *l, str text)
{
    str line;
    while (str_next_line(&text, &line)) {
        struct jsonr doc;
        struct err e;
        if (str_trim(line).n == 0) {
            continue;
        }
        bool ok = jsonr_parse(line, &doc, &e);
        if (ok) {
            ok = log_line(l, doc, &e);
            jsonr_free(doc);
        }
        if (!ok && l->bad_lines++ == 0) {
            l->first_bad = str_dup(l->arena, str_of(e.text));
        }
    }
}

bool share_log_file(struct share_log *l, const char *path, struct err *e)
{
    struct io_map m;
    if (!io_map_file(&m, path, e)) {
        return false;
    }
    share_log_text(l, m.text);
    io_unmap(&m);
    return true;
}

double share_log_scale(const struct share_log *l, u64 pid)
{
    for (size_t i = 0; i < l->processes.n; i++) {
        const struct share_process *p = &l->processes.v[i];
        if (p->pid == pid && p->observed > 0 && p->accesses > p->observed) {
            return (double)p->accesses / (double)p->observed;
        }
    }
    return 1;
}
