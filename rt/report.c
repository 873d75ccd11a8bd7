/* report.c: see report.h. */
#include "report.h"

#include <gomm/events.h>

#include "elf.h"
#include "flags.h"
#include "sample.h"
#include "shadow.h"
#include "stack.h"
#include "suppress.h"
#include "text.h"

void (*go_callback)(uptr cmd, void *arg);

/* runtime/race.go: symbolizeCodeContext, symbolizeDataContext. */
struct go_code {
    u64 pc;
    const char *fn, *file;
    u64 line, off, res;
};
struct go_data {
    u64 addr, heap, start, size;
    const char *name, *file;
    u64 line, res;
};
_Static_assert(sizeof(struct go_code) == 48 && sizeof(struct go_data) == 64, "Go's structs");

/* Pairs of stacks already dealt with: a hash set that is read without a lock; it is replaced when
   it grows, and old ones stay readable. */
struct pairs {
    u32 mask;
    u64 slot[];
};

static struct {
    struct os_lock lock; /* one report at a time */
    struct pairs *pairs;
    u32 pair_count;
    u64 races;
    u64 seq;
    int fd; /* of the text; -1 not opened yet */
    int events;
} out = {.fd = -1, .events = -1};

enum { PAIRS_MIN = 256 };

static u64 pair_of(u32 a, u32 b)
{
    return a < b ? (u64)a << 32 | b : (u64)b << 32 | a;
}

static u32 pair_slot(const struct pairs *p, u64 pair)
{
    u32 i = (u32)((pair * 0x9e3779b97f4a7c15UL) >> 40) & p->mask;

    for (;;) {
        u64 v = atomic_load(&p->slot[i]);

        if (v == 0 || v == pair) {
            return i;
        }
        i = (i + 1) & p->mask;
    }
}

int report_known(u32 stack, u32 other)
{
    const struct pairs *p = atomic_load(&out.pairs);
    u64 pair = pair_of(stack, other);

    return p && !flags.equal_stacks && atomic_load(&p->slot[pair_slot(p, pair)]) == pair;
}

/* Under the lock; 0 if the pair was there. */
static int pair_add(u64 pair)
{
    struct pairs *p = out.pairs;

    if (!p || out.pair_count * 2 > p->mask) {
        u32 cap = p ? (p->mask + 1) * 2 : PAIRS_MIN;
        struct pairs *more = mem_alloc(sizeof *more + cap * sizeof(u64));

        if (!more) {
            return 1; /* rather twice than never */
        }
        more->mask = cap - 1;
        for (u32 i = 0; p && i <= p->mask; i++) {
            if (p->slot[i] != 0) {
                more->slot[pair_slot(more, p->slot[i])] = p->slot[i];
            }
        }
        atomic_store(&out.pairs, more);
        p = more;
    }

    u32 i = pair_slot(p, pair);

    if (p->slot[i] == pair) {
        return 0;
    }
    atomic_store(&p->slot[i], pair);
    out.pair_count++;
    return 1;
}

/* What makes a race the same as an earlier one: its pair of stacks, or if these may come again, its
   address (in the same set; stacks have fewer bits), or nothing. */
static int is_new(const struct race *r)
{
    if (!flags.equal_stacks) {
        return pair_add(pair_of(r->now_stack, r->before_stack));
    }
    return flags.equal_addresses || pair_add(r->addr | 1UL << 63);
}

/* ---- stacks ---- */

struct code {
    const char *fn, *file;
    u64 line, off;
};

typedef void emit_fn(void *arg, const struct code *c, u32 index);

/* Emits a stack's frames, innermost first, inlined calls expanded.  The last one always lies in
 * the runtime (runtime.goexit, runtime.main) and is left out, unless it is the only one.  Skips
 * leading frames of the runtime if asked. */
static void frames(u32 stack, int skip_runtime, emit_fn *emit, void *arg)
{
    struct code last;
    u32 n = 0, emitted = 0;

    for (u32 id = stack; id != 0 && id != STACK_CUT; id = stack_at(id)->parent) {
        struct go_code c = {.pc = stack_at(id)->pc - 1};

        for (;;) {
            u64 pc = c.pc;

            c.res = 0;
            go_callback(GO_CODE, &c);
            if (c.res == 0) {
                break;
            }
            if (n > 0 && !(skip_runtime && emitted == 0 && str_has_prefix(last.fn, "runtime."))) {
                emit(arg, &last, emitted++);
            }
            last = (struct code){c.fn, c.file, c.line, c.off};
            n++;
            if (c.pc == pc) {
                break;
            }
        }
    }
    if (n > 0 && emitted == 0) {
        emit(arg, &last, 0);
    }
}

static void text_frame(void *arg, const struct code *c, u32 index)
{
    struct text *t = arg;
    const char *file = c->file;

    (void)index;
    if (flags.strip_prefix[0]) {
        /* as the sanitizers do: from the prefix's first place in the name on */
        for (const char *s = file; *s; s++) {
            if (str_has_prefix(s, flags.strip_prefix)) {
                file = s + str_len(flags.strip_prefix);
                break;
            }
        }
    }
    text_add(t, "  ");
    text_add(t, c->fn);
    text_add(t, "()\n      ");
    text_add(t, file);
    text_char(t, ':');
    text_dec(t, c->line);
    text_add(t, " +0x");
    text_hex(t, c->off, 1);
    text_char(t, '\n');
}

static void json_frame(void *arg, const struct code *c, u32 index)
{
    struct text *t = arg;

    if (index > 0) {
        text_char(t, ',');
    }
    text_add(t, "{\"fn\":");
    text_json(t, c->fn);
    text_add(t, ",\"file\":");
    text_json(t, c->file);
    text_add(t, ",\"line\":");
    text_dec(t, c->line);
    text_add(t, ",\"off\":");
    text_dec(t, c->off);
    text_char(t, '}');
}

static void suppress_frame(void *arg, const struct code *c, u32 index)
{
    u32 *hit = arg;

    *hit |= (u32)suppress_matches(c->fn, c->file, index == 0);
}

static int suppressed(const struct race *r)
{
    u32 hit = 0;

    if (suppress_any()) {
        frames(r->now_stack, 0, suppress_frame, &hit);
        frames(r->before_stack, 0, suppress_frame, &hit);
    }
    return hit != 0;
}

/* ---- where the memory comes from ---- */

struct place {
    enum { PLACE_UNKNOWN, PLACE_HEAP, PLACE_GLOBAL } kind;
    const char *name;
    uptr base, size, offset;
    u32 site;
};

static uptr first_byte(uptr word, u8 mask)
{
    return word + (uptr)__builtin_ctz(mask);
}

static struct place place_of(uptr addr, u32 site)
{
    struct go_data d = {.addr = addr};
    const struct range *range = shadow_range(addr);
    struct place p = {.kind = PLACE_UNKNOWN};

    go_callback(GO_DATA, &d);
    if (d.res != 0 && d.heap != 0) {
        p.kind = PLACE_HEAP;
        p.base = d.start;
        p.size = d.size;
        p.site = site;
        if (site == 0 && range) {
            p.site = atomic_load_relaxed(shadow_page(range, addr)) & PAGE_SITE;
        }
    } else {
        struct elf_symbol s = elf_find(addr, ELF_OBJECT);

        if (s.name) {
            p.kind = PLACE_GLOBAL;
            p.name = s.name;
            p.base = s.addr;
            p.size = s.size;
        }
    }
    p.offset = addr - p.base;
    return p;
}

static void text_place(struct text *t, const struct place *p)
{
    if (p->kind == PLACE_HEAP) {
        text_add(t, "Heap block of size ");
        text_dec(t, p->size);
        text_add(t, " at 0x");
        text_hex(t, p->base, 12);
        text_add(t, ", accessed at byte ");
        text_dec(t, p->offset);
        if (p->site != 0) {
            text_add(t, ", allocated at:\n");
            frames(p->site, 1, text_frame, t);
        } else {
            text_char(t, '\n');
        }
    } else if (p->kind == PLACE_GLOBAL) {
        text_add(t, "Global variable ");
        text_add(t, p->name);
        text_add(t, " of size ");
        text_dec(t, p->size);
        text_add(t, " at 0x");
        text_hex(t, p->base, 12);
        text_add(t, ", accessed at byte ");
        text_dec(t, p->offset);
        text_char(t, '\n');
    }
}

/* ---- text ---- */

static int is_main(u32 g)
{
    return thr_name(g) <= 1;
}

static void text_goroutine(struct text *t, u32 g)
{
    if (is_main(g)) {
        text_add(t, "main goroutine");
    } else {
        text_add(t, "goroutine ");
        text_dec(t, thr_name(g));
    }
}

static void text_access(struct text *t, uptr word, const struct entry *e, u32 stack, int before)
{
    int write = e->kind & ACCESS_WRITE;

    text_add(t, before ? (write ? "Previous write" : "Previous read") : (write ? "Write" : "Read"));
    text_add(t, " at 0x");
    text_hex(t, first_byte(word, e->mask), 12);
    text_add(t, " by ");
    text_goroutine(t, e->g);
    text_add(t, ":\n");
    frames(stack, 0, text_frame, t);
    text_char(t, '\n');
}

static void text_created(struct text *t, u32 g, int blank)
{
    if (is_main(g)) {
        return;
    }
    if (blank) {
        text_char(t, '\n');
    }
    text_add(t, "Goroutine ");
    text_dec(t, thr_name(g));
    text_add(t, clock_finished(g) ? " (finished) created at:\n" : " (running) created at:\n");
    frames(thr_created(g), 0, text_frame, t);
}

static void text_race(struct text *t, const struct race *r, const struct place *p)
{
    text_place(t, p);
    text_add(t, "==================\nWARNING: DATA RACE\n");
    text_access(t, r->addr, &r->now, r->now_stack, 0);
    text_access(t, r->addr, &r->before, r->before_stack, 1);
    text_created(t, r->now.g, 0);
    text_created(t, r->before.g, !is_main(r->now.g));
    text_add(t, "==================\n");
}

/* Directories on the way to GORACE's log_path that are missing, as the stock runtime makes them
   when the program starts.  Whether that was enough shows when the file is opened. */
static void make_parents(const char *path)
{
    struct text t;

    if (!path || str_eq(path, "stdout") || str_eq(path, "stderr")) {
        return;
    }
    text_init(&t);
    for (const char *s = path; *s; s++) {
        if (*s == '/' && s > path) {
            text_char(&t, 0);
            if (t.truncated) {
                break;
            }
            os_mkdir(t.p, 0755);
            t.n--;
        }
        text_char(&t, *s);
    }
    text_free(&t);
}

static int text_fd(void)
{
    const char *path = flags.log_path;

    if (out.fd >= 0) {
        return out.fd;
    }
    out.fd = 2;
    if (path && str_eq(path, "stdout")) {
        out.fd = 1;
    } else if (path && !str_eq(path, "stderr")) {
        struct text name;

        text_init(&name);
        text_add(&name, path);
        text_char(&name, '.');
        text_dec(&name, (u64)os_getpid());
        text_char(&name, 0);

        int fd = os_open(name.p, OS_O_WRONLY | OS_O_CREAT | OS_O_APPEND | OS_O_CLOEXEC, 0660);

        if (fd >= 0) {
            out.fd = fd;
        } else {
            struct text t;

            text_init(&t);
            text_add(&t, "gomm: cannot open GORACE log_path ");
            text_add(&t, name.p);
            text_add(&t, "; reports go to standard error\n");
            text_flush(&t, 2);
            text_free(&t);
        }
        text_free(&name);
    }
    return out.fd;
}

/* ---- events ---- */

static void json_start(struct text *t, const char *event)
{
    text_add(t, "{\"v\":");
    text_dec(t, GOMM_EVENTS_VERSION);
    text_add(t, ",\"event\":");
    text_json(t, event);
    text_add(t, ",\"pid\":");
    text_dec(t, (u64)os_getpid());
}

static void json_number(struct text *t, const char *name, u64 v)
{
    text_char(t, ',');
    text_json(t, name);
    text_char(t, ':');
    text_dec(t, v);
}

static void json_bool(struct text *t, const char *name, int v)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, v ? ":true" : ":false");
}

static void json_addr(struct text *t, const char *name, uptr v)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":\"0x");
    text_hex(t, v, 12);
    text_char(t, '"');
}

static void json_stack(struct text *t, const char *name, u32 stack, int skip_runtime)
{
    text_char(t, ',');
    text_json(t, name);
    text_add(t, ":[");
    frames(stack, skip_runtime, json_frame, t);
    text_char(t, ']');
}

static u64 byte_count(u8 mask)
{
    u64 n = 0;

    for (; mask != 0; mask &= (u8)(mask - 1)) {
        n++;
    }
    return n;
}

static void json_access(struct text *t, uptr word, const struct entry *e, u32 stack)
{
    text_add(t, e->kind & ACCESS_WRITE ? "{\"kind\":\"write\"" : "{\"kind\":\"read\"");
    json_bool(t, "atomic", e->kind & ACCESS_ATOMIC);
    json_addr(t, "addr", first_byte(word, e->mask));
    json_number(t, "size", byte_count(e->mask));
    json_number(t, "goroutine", thr_name(e->g));
    json_bool(t, "main", is_main(e->g));
    json_bool(t, "running", !clock_finished(e->g));
    json_stack(t, "stack", stack, 0);
    json_number(t, "created_by", is_main(e->g) ? 0 : thr_name(thr_parent(e->g)));
    json_stack(t, "created", is_main(e->g) ? 0 : thr_created(e->g), 0);
    text_char(t, '}');
}

static void json_place(struct text *t, const struct place *p)
{
    text_add(t, ",\"object\":");
    if (p->kind == PLACE_UNKNOWN) {
        text_add(t, "null");
        return;
    }
    text_add(t, p->kind == PLACE_HEAP ? "{\"kind\":\"heap\"" : "{\"kind\":\"global\",\"name\":");
    if (p->kind == PLACE_GLOBAL) {
        text_json(t, p->name);
    }
    json_addr(t, "base", p->base);
    json_number(t, "size", p->size);
    json_number(t, "offset", p->offset);
    if (p->kind == PLACE_HEAP) {
        json_stack(t, "stack", p->site, 1);
    }
    text_char(t, '}');
}

static void event(struct text *t)
{
    text_add(t, "}\n");
    if (!t->truncated) {
        text_flush(t, out.events);
    }
    text_free(t);
}

static void event_race(const struct race *r, const struct place *p)
{
    struct text t;

    text_init(&t);
    json_start(&t, "race");
    json_number(&t, "seq", out.seq);
    json_addr(&t, "addr", r->addr);
    text_add(&t, ",\"accesses\":[");
    json_access(&t, r->addr, &r->now, r->now_stack);
    text_char(&t, ',');
    json_access(&t, r->addr, &r->before, r->before_stack);
    text_char(&t, ']');
    json_place(&t, p);
    text_add(&t, ",\"order\":{\"access_epoch\":");
    text_dec(&t, r->before.epoch);
    json_number(&t, "known_epoch", r->known);
    json_number(&t, "current_epoch", thr_epoch_of(r->before.g));
    text_char(&t, '}');
    event(&t);
}

/* ---- interface ---- */

void report_race(struct thr *thr, const struct race *r)
{
    struct text t;

    os_lock(&out.lock);
    if (rt_off || !is_new(r) || suppressed(r)) {
        os_unlock(&out.lock);
        return;
    }

    struct place p = place_of(first_byte(r->addr, r->now.mask), r->site);

    (void)thr;
    text_init(&t);
    text_race(&t, r, &p);
    text_flush(&t, text_fd());
    text_free(&t);
    atomic_store(&out.races, out.races + 1);
    out.seq++;
    if (out.events >= 0) {
        event_race(r, &p);
    }
    if (flags.halt_on_error) {
        os_exit(flags.exitcode);
    }
    os_unlock(&out.lock);
}

u64 report_count(void)
{
    return atomic_load(&out.races);
}

int report_fini(void)
{
    u64 races;
    int status;

    os_lock(&out.lock);
    races = out.races;
    status = races != 0 ? flags.exitcode : 0;
    if (races != 0) {
        struct text t;

        text_init(&t);
        text_add(&t, "Found ");
        text_dec(&t, races);
        text_add(&t, " data race(s)\n");
        text_flush(&t, text_fd());
        text_free(&t);
    }
    if (sample_on()) {
        struct text t;

        text_init(&t);
        sample_text(&t);
        text_flush(&t, text_fd());
        text_free(&t);
    }
    if (out.events >= 0) {
        struct text t;

        text_init(&t);
        json_start(&t, "exit");
        json_number(&t, "races", races);
        json_number(&t, "status", (u64)(u32)status);
        sample_json(&t);
        event(&t);
    }
    /* C's exit handlers come after this, and may have threads call Go: what they find is reported
       too. */
    os_unlock(&out.lock);
    return status;
}

void report_init(void)
{
    char exe[4096];
    sptr n;
    struct text t;

    suppress_init(flags.suppressions);
    make_parents(flags.log_path);
    if (!flags.events || !flags.events[0]) {
        return;
    }
    out.events = os_open(flags.events, OS_O_WRONLY | OS_O_CREAT | OS_O_APPEND | OS_O_CLOEXEC, 0644);
    if (out.events < 0) {
        return;
    }
    n = os_readlink("/proc/self/exe", exe, sizeof exe - 1);
    exe[n > 0 ? n : 0] = 0;
    text_init(&t);
    json_start(&t, "start");
    text_add(&t, ",\"exe\":");
    text_json(&t, exe);
    event(&t);
}
