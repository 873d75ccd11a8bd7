/* line_report.c: see line_report.h. */
#include "line_report.h"

#include "clock.h"
#include "event.h"
#include "flags.h"
#include "line_tally.h"
#include "sample.h"
#include "site.h"
#include "stack.h"

enum { EVENTS_MAX = 256, LINE_WORTH = 16, GOROUTINES_MAX = 32, SITES_MAX = 32, ITEMS_MAX = 1024 };

/* Kinds as they are reported; what sync does to look right to a race detector is nothing. */
enum { KIND_LOCK = LINE_KINDS, KIND_NOTHING, KINDS };

static const char *const kind_name[] = {"read", "write", "load", "store", "rmw", "lock"};

/* A row as it appears in the line that is reported. */
struct item {
    const struct row *row;
    u32 g;      /* as reported */
    u16 offset; /* of its word */
    u8 kind;
    u8 done;
};

/* The line that is reported. */
struct out {
    uptr addr;
    u32 size;
    const char *is; /* "pair" or "shift"; NULL: a line of this machine */
    struct line *l, *upper;
    u32 count;
    struct item item[ITEMS_MAX];
};

/* ---- what lies on a line ---- */

/* Go's word for what lies at the word now: the first byte behind it.  Go is asked only of words that are in an object, which
 * are those that were touched or that our own tables know: to ask for a span's rest behind its last object, or a span that is free,
 * ends the program ("found bad pointer in Go heap", runtime.findObject). */
static u8 object_add(struct line *l, u8 at)
{
    u32 site = site_of(l->addr + at);

    if (!(l->touched >> (at / 8) & 1) && site == 0) {
        return (u8)(at + 8);
    }

    struct place p = place_of(l->addr + at, site);

    if (p.kind != PLACE_HEAP) {
        return (u8)(at + 8);
    }

    uptr end = p.base + p.size;
    u8 from = p.base > l->addr ? (u8)(p.base - l->addr) : 0;
    u8 to = end < l->addr + LINE ? (u8)ROUND_UP(end - l->addr, (uptr)8) : LINE;

    to = to > at ? to : (u8)(at + 8);
    l->object[l->object_count++] =
        (struct line_object){.base = p.base, .size = p.size, .site = p.site, .from = from < at ? from : at, .to = to};
    return to;
}

static void resolve(struct line *l)
{
    const struct range *r = shadow_range(l->addr);

    if (l->state != LINE_LIVE || !r || !r->sites) {
        return;
    }

    struct line_object before[LINE_OBJECTS];
    u8 count = l->object_count;

    memcpy(before, l->object, sizeof before);
    l->object_count = 0;
    for (u8 at = 0; at < LINE;) {
        at = object_add(l, at);
    }
    if (l->object_count == 0) { /* then we know better */
        memcpy(l->object, before, sizeof before);
        l->object_count = count;
    }
    l->unresolved = 0;
}

void line_resolve(void)
{
    if (!atomic_xchg(&line_unresolved, 0)) {
        return;
    }
    os_lock(&line_lock);
    for (u32 i = 1; i < line_count(); i++) {
        if (line_at(i)->unresolved) {
            resolve(line_at(i));
        }
    }
    os_unlock(&line_lock);
}

/* ---- kinds ---- */

struct within {
    u32 frames, lock, sync;
};

/* Atomic operations of a lock are in its method, which the compiler may have inlined, below sync/atomic's. */
static void frame_is_lock(void *arg, const struct code *c, u32 index)
{
    static const char *const locks[] = {"sync.(*Mutex).", "sync.(*RWMutex).",
                                        "internal/sync.(*Mutex)."};
    struct within *w = arg;

    w->frames++;
    for (u32 i = 0; index < 4 && i < LENGTH(locks); i++) {
        w->lock |= (u32)str_has_prefix(c->fn, locks[i]);
    }
    w->sync |= index == 0 &&
               (str_has_prefix(c->fn, "sync.") || str_has_prefix(c->fn, "internal/sync.") ||
                str_has_prefix(c->fn, "internal/race.") || str_has_prefix(c->fn, "runtime.race"));
}

static u32 site_stack(const struct row *r)
{
    return r->pc != 0 ? stack_push(r->stack, r->pc) : 0;
}

static u8 kind_of(const struct row *r)
{
    struct within w = {0};

    if (r->pc == 0) {
        return r->kind;
    }
    code_frames(site_stack(r), 0, frame_is_lock, &w);
    if (r->kind <= LINE_WRITE) {
        return w.sync ? KIND_NOTHING
                      : r->kind; /* race.Read and so on: sync itself is not instrumented */
    }
    return w.lock ? KIND_LOCK : r->kind;
}

static int same_site(const struct item *a, const struct item *b)
{
    return a->row->pc == b->row->pc && a->row->stack == b->row->stack &&
           a->row->kind == b->row->kind;
}

/* The rows of l whose words lie at `add` and more, in the line that is reported. */
static void items_add(struct out *o, const struct line *l, int add)
{
    for (u32 i = l->rows; i != 0 && o->count < ITEMS_MAX; i = row_at(i)->next) {
        struct item *x = &o->item[o->count];
        int offset = row_at(i)->word * 8 + add;

        if (offset < 0 || offset >= (int)o->size) {
            continue;
        }
        *x = (struct item){
            .row = row_at(i), .g = row_at(i)->g, .offset = (u16)offset, .kind = KINDS};
        for (u32 k = 0; k < o->count && x->kind == KINDS; k++) {
            x->kind = same_site(&o->item[k], x) ? o->item[k].kind : KINDS;
        }
        x->kind = x->kind == KINDS ? kind_of(x->row) : x->kind;
        o->count += x->kind != KIND_NOTHING;
    }
}

/* ---- parts of the event ---- */

static void clear_done(struct out *o)
{
    for (u32 i = 0; i < o->count; i++) {
        o->item[i].done = 0;
    }
}

static u64 transfers_of(const struct out *o, const struct item *x)
{
    return o->is ? 0 : x->row->transfers;
}

/* The groups that items fall into, those with most accesses first; NULL: no more.  All of a group are done then. */
typedef int same_fn(const struct item *a, const struct item *b);

struct group {
    struct item *first;
    u64 accesses, transfers;
    u32 from, to; /* 2^20 ns */
};

static void group_sum(const struct out *o, struct item *x, same_fn *same, struct group *g)
{
    *g = (struct group){.first = x, .from = ~0u};
    for (u32 i = 0; i < o->count; i++) {
        const struct item *y = &o->item[i];

        if (same(x, y)) {
            g->accesses += y->row->count;
            g->transfers += transfers_of(o, y);
            g->from = y->row->first < g->from ? y->row->first : g->from;
            g->to = y->row->last > g->to ? y->row->last : g->to;
        }
    }
}

static int group_next(struct out *o, same_fn *same, struct group *best)
{
    best->first = NULL;
    for (u32 i = 0; i < o->count; i++) {
        struct group g;

        if (o->item[i].done) {
            continue;
        }
        group_sum(o, &o->item[i], same, &g);
        if (!best->first || g.accesses > best->accesses) {
            *best = g;
        }
        for (u32 k = i; k < o->count; k++) { /* looked at, in this round */
            o->item[k].done |= same(&o->item[i], &o->item[k]) ? 2 : 0;
        }
    }
    for (u32 i = 0; i < o->count; i++) {
        o->item[i].done &= 1;
        o->item[i].done |= best->first && same(best->first, &o->item[i]);
    }
    return best->first != NULL;
}

static int same_g(const struct item *a, const struct item *b)
{
    return a->g == b->g;
}

static int same_word(const struct item *a, const struct item *b)
{
    return a->g == b->g && a->offset == b->offset;
}

/* All that have no place of their own fall together. */
static void fold_goroutines(struct out *o)
{
    struct group g;
    u32 n = 0;

    clear_done(o);
    while (group_next(o, same_g, &g)) {
        u32 who = g.first->g;

        if (who != ROW_OTHERS && n++ >= GOROUTINES_MAX) {
            for (u32 i = 0; i < o->count; i++) {
                o->item[i].g = o->item[i].g == who ? ROW_OTHERS : o->item[i].g;
                o->item[i].done = o->item[i].g == ROW_OTHERS ? 1 : o->item[i].done;
            }
        }
    }
}

static u32 name_of(u32 g)
{
    return g == ROW_OTHERS ? 0 : thr_name(g);
}

static int is_main(u32 g)
{
    return g != ROW_OTHERS && thr_name(g) <= 1;
}

static void json_open(struct text *t, const char *name)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":[");
}

/* The next element of an array, an object that begins with this member. */
static void json_element(struct text *t, u32 *n, const char *name, u64 v)
{
    text_add(t, (*n)++ > 0 ? ",{" : "{");
    text_json(t, name);
    text_char(t, ':');
    text_dec(t, v);
}

static void put_processors(struct text *t, const struct out *o)
{
    u32 n = 0;

    json_open(t, "processors");
    for (u32 i = 0; i < LINE_PAIRS && !o->is && o->l->pair[i].count != 0; i++) {
        json_element(t, &n, "from", o->l->pair[i].from);
        json_number(t, "to", o->l->pair[i].to);
        json_number(t, "transfers", o->l->pair[i].count);
        text_char(t, '}');
    }
    text_char(t, ']');
}

static void put_goroutines(struct text *t, struct out *o)
{
    struct group g;
    u32 n = 0;

    json_open(t, "goroutines");
    clear_done(o);
    while (group_next(o, same_g, &g)) {
        u32 who = g.first->g;
        int made = who != ROW_OTHERS && !is_main(who);

        json_element(t, &n, "goroutine", name_of(who));
        json_bool(t, "main", is_main(who));
        json_number(t, "first_ns", (u64)g.from << 20);
        json_number(t, "last_ns", (u64)g.to << 20);
        json_number(t, "accesses", g.accesses);
        json_number(t, "transfers", g.transfers);
        json_number(t, "created_by", made ? thr_name(thr_parent(who)) : 0);
        json_stack(t, "created", made ? thr_created(who) : 0, 0);
        text_char(t, '}');
    }
    text_char(t, ']');
}

static void put_words(struct text *t, struct out *o)
{
    struct group g;
    u32 n = 0;

    json_open(t, "words");
    clear_done(o);
    while (group_next(o, same_word, &g)) {
        u64 count[KINDS] = {0};

        for (u32 i = 0; i < o->count; i++) {
            if (same_word(g.first, &o->item[i])) {
                count[o->item[i].kind] += o->item[i].row->count;
            }
        }
        json_element(t, &n, "offset", g.first->offset);
        json_number(t, "goroutine", name_of(g.first->g));
        for (u32 k = 0; k < LENGTH(kind_name); k++) {
            json_number(t, kind_name[k], count[k]);
        }
        json_number(t, "transfers", g.transfers);
        text_char(t, '}');
    }
    text_char(t, ']');
}

static void put_number(struct text *t, int comma, u64 v)
{
    if (comma) {
        text_char(t, ',');
    }
    text_dec(t, v);
}

/* The bytes that a site touches, as [offset,size]. */
static void put_spans(struct text *t, const struct out *o, const struct item *x)
{
    u64 bytes[2] = {0, 0};
    u32 n = 0, size;

    for (u32 i = 0; i < o->count; i++) {
        const struct item *y = &o->item[i];

        if (same_site(x, y)) {
            bytes[y->offset / 64] |= (u64)y->row->bytes << y->offset % 64;
        }
    }
    json_open(t, "spans");
    for (u32 at = 0; at < o->size; at += size) {
        for (size = 0; at + size < o->size && bytes[(at + size) / 64] >> (at + size) % 64 & 1;) {
            size++;
        }
        if (size == 0) {
            size = 1;
            continue;
        }
        text_add(t, n++ > 0 ? ",[" : "[");
        put_number(t, 0, at);
        put_number(t, 1, size);
        text_char(t, ']');
    }
    text_char(t, ']');
}

static int has_lock(u16 set, uptr lock)
{
    const uptr *l = held_at(set);

    for (u32 i = 0; i < HELD_MAX; i++) {
        if (l[i] == lock) {
            return 1;
        }
    }
    return 0;
}

/* Those held at all accesses of the site. */
static void put_locks(struct text *t, const struct out *o, const struct item *x)
{
    const uptr *lock = held_at(x->row->locks);
    u32 n = 0;

    json_open(t, "locks");
    for (u32 i = 0; i < HELD_MAX && lock[i] != 0; i++) {
        int always = 1;

        for (u32 k = 0; k < o->count; k++) {
            always &= !same_site(x, &o->item[k]) || has_lock(o->item[k].row->locks, lock[i]);
        }
        if (always) {
            text_add(t, n++ > 0 ? ",\"0x" : "\"0x");
            text_hex(t, lock[i] & ~1UL, 12);
            text_char(t, '"');
        }
    }
    text_char(t, ']');
}

static void put_site(struct text *t, const struct out *o, const struct group *g, u32 n)
{
    const struct item *x = g->first;
    u32 gs = 0;

    text_add(t, n > 0 ? ",{\"kind\":" : "{\"kind\":");
    text_json(t, kind_name[x->kind]);
    json_open(t, "goroutines");
    for (u32 i = 0; i < o->count; i++) {
        int known = !same_site(x, &o->item[i]);

        for (u32 k = 0; k < i && !known; k++) {
            known = same_site(x, &o->item[k]) && o->item[k].g == o->item[i].g;
        }
        if (!known) {
            put_number(t, gs++ > 0, name_of(o->item[i].g));
        }
    }
    text_char(t, ']');
    json_number(t, "accesses", g->accesses);
    json_number(t, "transfers", g->transfers);
    put_spans(t, o, x);
    put_locks(t, o, x);
    json_stack(t, "stack", site_stack(x->row), 0);
    text_char(t, '}');
}

/* Returns how many accesses are of no site that is listed. */
static u64 put_sites(struct text *t, struct out *o)
{
    struct group g;
    u64 folded = 0;
    u32 n = 0;

    json_open(t, "sites");
    clear_done(o);
    while (group_next(o, same_site, &g)) {
        if (g.first->row->pc == 0 || n == SITES_MAX) {
            folded += g.accesses;
        } else {
            put_site(t, o, &g, n++);
        }
    }
    text_char(t, ']');
    return folded;
}

static void put_object(struct text *t, u32 *n, u32 from, u32 to, const struct place *p)
{
    json_element(t, n, "from", from);
    json_number(t, "to", to);
    json_place(t, p);
    text_char(t, '}');
}

static void put_globals(struct text *t, u32 *n, const struct out *o)
{
    for (uptr at = o->addr, end = o->addr + o->size, to; at < end; at = to) {
        struct place p = place_of(at, 0);

        to = at + 1;
        if (p.kind == PLACE_GLOBAL) {
            to = p.base + p.size < end ? p.base + p.size : end;
            put_object(t, n, (u32)(at - o->addr), (u32)(to - o->addr), &p);
        }
    }
}

/* What lies on one of the machine's lines, as far as it is in the line that is reported. */
static void put_heap(struct text *t, u32 *n, const struct out *o, const struct line *l)
{
    for (u32 i = 0; i < l->object_count; i++) {
        const struct line_object *x = &l->object[i];
        uptr from = l->addr + x->from, to = l->addr + x->to;
        struct place p = {.kind = PLACE_HEAP, .base = x->base, .size = x->size, .site = x->site};

        from = from < o->addr ? o->addr : from;
        to = to > o->addr + o->size ? o->addr + o->size : to;
        if (from < to) {
            p.offset = from - p.base;
            put_object(t, n, (u32)(from - o->addr), (u32)(to - o->addr), &p);
        }
    }
}

static void put_objects(struct text *t, const struct out *o)
{
    const struct range *r = shadow_range(o->addr);
    u32 n = 0;

    json_open(t, "objects");
    if (r && !r->sites) {
        put_globals(t, &n, o);
    } else {
        put_heap(t, &n, o, o->l);
        if (o->upper) {
            put_heap(t, &n, o, o->upper);
        }
    }
    text_char(t, ']');
}

static void put_line(struct out *o)
{
    const struct line *l = o->l;
    u64 accesses = 0;
    struct text t;

    fold_goroutines(o);
    for (u32 i = 0; i < o->count; i++) {
        accesses += o->item[i].row->count;
    }
    text_init(&t);
    json_start(&t, "line");
    json_addr(&t, "addr", o->addr);
    json_number(&t, "size", o->size);
    text_add(&t, ",\"virtual\":");
    if (o->is) {
        text_json(&t, o->is);
    } else {
        text_add(&t, "null");
    }
    json_number(&t, "lives", l->lives);
    json_number(&t, "first_ns", l->first);
    json_number(&t, "last_ns", l->last_seen);
    json_number(&t, "windows", l->windows);
    json_number(&t, "shared_windows", o->is ? 0 : l->shared_windows);
    json_number(&t, "accesses", accesses);
    json_number(&t, "transfers",
                !o->is            ? l->transfers
                : o->size == LINE ? l->edge_close
                                  : l->edge_transfers);
    json_number(&t, "same_word", o->is ? 0 : l->same);
    json_number(&t, "moves", o->is ? 0 : l->moves);
    put_processors(&t, o);
    put_goroutines(&t, o);
    put_words(&t, o);

    u64 folded = put_sites(&t, o);

    put_objects(&t, o);
    json_number(&t, "folded", folded);
    event_write(&t);
}

/* ---- which lines ---- */

/* How far up a line would have to be moved for the most of what both sides do to be in one; 0: not at all. */
static u32 best_shift(const struct line *l, const struct line *upper)
{
    u64 most = 0;
    u32 best = 0;

    for (u32 shift = 8; shift < LINE; shift += 8) {
        u64 below = 0, above = 0;

        for (u32 i = l->rows; i != 0; i = row_at(i)->next) {
            below += row_at(i)->word * 8U >= shift ? row_at(i)->count : 0;
        }
        for (u32 i = upper->rows; i != 0; i = row_at(i)->next) {
            above += row_at(i)->word * 8U < shift ? row_at(i)->count : 0;
        }
        below = below < above ? below : above;
        if (below > most) {
            most = below;
            best = shift;
        }
    }
    return best;
}

/* The lines that were not there, but could be, of this one and the one above. */
static u32 put_virtual(struct out *o, struct line *l)
{
    struct line *upper = l->edge_transfers >= LINE_WORTH ? line_whole(l->upper, l->upper_id) : NULL;
    u32 n = 0, shift;

    if (!upper || upper->addr != l->addr + LINE) {
        return 0;
    }
    o->l = l;
    o->upper = upper;
    if ((l->addr & LINE) == 0) {
        o->addr = l->addr;
        o->size = 2 * LINE;
        o->is = "pair";
        o->count = 0;
        items_add(o, l, 0);
        items_add(o, upper, LINE);
        put_line(o);
        n++;
    }
    shift = l->edge_close >= LINE_WORTH ? best_shift(l, upper) : 0;
    if (shift != 0) {
        o->addr = l->addr + shift;
        o->size = LINE;
        o->is = "shift";
        o->count = 0;
        items_add(o, l, -(int)shift);
        items_add(o, upper, LINE - (int)shift);
        put_line(o);
        n++;
    }
    return n;
}

static u64 transfers(const struct line *l)
{
    return l->transfers > l->edge_transfers ? l->transfers : l->edge_transfers;
}

/* The next line to be reported, after those with `marked`. */
static struct line *next_line(const u8 *marked)
{
    struct line *best = NULL;

    for (u32 i = 1; i < line_count(); i++) {
        struct line *l = line_at(i);

        if (!marked[i] && (l->state == LINE_LIVE || l->state == LINE_KEPT) &&
            transfers(l) >= LINE_WORTH && (!best || transfers(l) > transfers(best))) {
            best = l;
        }
    }
    return best;
}

static u32 put_lines(struct out *o, u8 *marked)
{
    u32 n = 0;

    for (struct line *l; n < EVENTS_MAX && (l = next_line(marked)) != NULL;) {
        marked[l - line_at(0)] = 1;
        if (l->state == LINE_LIVE) {
            resolve(l);
        }
        if (l->transfers >= LINE_WORTH) {
            o->l = l;
            o->upper = NULL;
            o->addr = l->addr;
            o->size = LINE;
            o->is = NULL;
            o->count = 0;
            items_add(o, l, 0);
            put_line(o);
            n++;
        }
        n += put_virtual(o, l);
    }
    return n;
}

static void put_share(u32 reported)
{
    struct line_stats s = line_stats();
    struct sample_seen seen = sample_seen();
    struct text t;

    text_init(&t);
    json_start(&t, "share");
    json_bool(&t, "check", line_mode == LINE_CHECK);
    json_number(&t, "ns", seen.ns);
    json_number(&t, "observed_ns", seen.burst_ns);
    json_number(&t, "bursts", seen.bursts);
    json_number(&t, "accesses", seen.accesses);
    json_number(&t, "observed", seen.sampled);
    json_number(&t, "window_ns", flags.share_window);
    json_number(&t, "windows", s.windows);
    json_number(&t, "processors", tally_procs());
    json_number(&t, "goroutines", thr_count());
    json_number(&t, "line", LINE);
    json_number(&t, "lines", s.tracked);
    json_number(&t, "reported", reported);
    json_number(&t, "dropped", s.dropped);
    event_write(&t);
}

void line_report(void)
{
    static u32 once;
    u32 reported = 0;

    if (event_fd < 0 || atomic_xchg(&once, 1)) {
        return;
    }

    struct out *o = mem_alloc(sizeof *o);
    u8 *marked = mem_alloc(LINES);

    tally_settle();
    os_lock(&line_lock); /* lines stay what they are, meanwhile */
    if (o && marked) {
        reported = put_lines(o, marked);
    }
    os_unlock(&line_lock);
    put_share(reported);
    mem_free(o, sizeof *o);
    mem_free(marked, LINES);
}
