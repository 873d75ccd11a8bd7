/* report.c: see report.h. */
#include "report.h"

#include "edge.h"
#include "event.h"
#include "flags.h"
#include "sample.h"
#include "shadow.h"
#include "stack.h"
#include "suppress.h"
#include "text.h"

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
} out = {.fd = -1};

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

static void suppress_frame(void *arg, const struct code *c, u32 index)
{
    u32 *hit = arg;

    *hit |= (u32)suppress_matches(c->fn, c->file, index == 0);
}

static int suppressed(const struct race *r)
{
    u32 hit = 0;

    if (suppress_any()) {
        code_frames(r->now_stack, 0, suppress_frame, &hit);
        code_frames(r->before_stack, 0, suppress_frame, &hit);
    }
    return hit != 0;
}

/* ---- text ---- */

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
            code_frames(p->site, 1, text_frame, t);
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

static uptr first_byte(uptr word, u8 mask)
{
    return word + (uptr)__builtin_ctz(mask);
}

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
    code_frames(stack, 0, text_frame, t);
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
    text_add(t, goroutine_finished(g) ? " (finished) created at:\n" : " (running) created at:\n");
    code_frames(thr_created(g), 0, text_frame, t);
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
    json_bool(t, "running", !goroutine_finished(e->g));
    json_stack(t, "stack", stack, 0);
    json_number(t, "created_by", is_main(e->g) ? 0 : thr_name(thr_parent(e->g)));
    json_stack(t, "created", is_main(e->g) ? 0 : thr_created(e->g), 0);
    text_char(t, '}');
}

static void event_race(const struct thr *thr, const struct race *r, const struct place *p)
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
    edge_json(&t, thr, r);
    event_write(&t);
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

    text_init(&t);
    text_race(&t, r, &p);
    text_flush(&t, text_fd());
    text_free(&t);
    atomic_store(&out.races, out.races + 1);
    out.seq++;
    if (event_fd >= 0) {
        event_race(thr, r, &p);
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
    if (event_fd >= 0) {
        struct text t;

        text_init(&t);
        json_start(&t, "exit");
        json_number(&t, "races", races);
        json_number(&t, "status", (u64)(u32)status);
        sample_json(&t);
        event_write(&t);
    }
    /* C's exit handlers come after this, and may have threads call Go: what they find is reported
       too. */
    os_unlock(&out.lock);
    return status;
}

void report_init(void)
{
    suppress_init(flags.suppressions);
    make_parents(flags.log_path);
    event_init();
}
