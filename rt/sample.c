/* sample.c: see sample.h. */
#include "sample.h"

#include "flags.h"
#include "line.h"
#include "os.h"
#include "text.h"

u32 fast_mode;
struct fast_range sample_ranges[2];
u64 sample_until;
struct sample_given sample_given[SAMPLE_STRIPES];

static struct {
    struct os_lock lock;
    u64 random;
    double burst, pause; /* mean lengths, ns */
    u64 began, began_ticks;
    u64 since, due; /* of the mode: when it began, when it is to end */
    u64 in_bursts;  /* ns, until `since` */
    u64 bursts;
} state;

static u64 ticks_now(void)
{
    u32 lo, hi;

    __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
    return (u64)hi << 32 | lo;
}

/* splitmix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014) */
static u64 random_next(void)
{
    u64 z = state.random += 0x9e3779b97f4a7c15UL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

/* Exponential with mean 1: the negative logarithm of a number that is uniform in (0, 1). */
static double random_length(void)
{
    u64 x = random_next() | 1;
    int zeros = __builtin_clzl(x);
    double m = (double)(x << zeros >> 11) * 0x1p-53; /* [1/2, 1): x is m / 2^zeros */
    double y = (m - 1) / (m + 1), sum = 0;

    /* ln m = 2 artanh y, and |y| is at most 1/3 */
    for (int k = 21; k > 0; k -= 2) {
        sum = sum * y * y + 1.0 / k;
    }
    return zeros * 0.6931471805599453 - 2 * y * sum;
}

/* As good as for ever; sums still fit. */
#define NEVER 0x1p61

static u64 after(u64 t, double mean)
{
    double length = mean < NEVER ? random_length() * mean : NEVER;

    return t + (u64)(length < NEVER ? length : NEVER);
}

/* sample_until, from what of the processor's clock went by so far; at first it is too early, then looked at again. */
static void set_alarm(u64 now, u64 ticks)
{
    double rate = 0.25;

    if (now - state.began > 100000 && ticks > state.began_ticks) {
        rate = (double)(ticks - state.began_ticks) / (double)(now - state.began);
    }

    double left = (double)(state.due - now) * rate;

    atomic_store_relaxed(&sample_until, ticks + (u64)(left < 0x1p62 ? left : 0x1p62));
}

/* It is late; the mode that `due` ends may have been followed by others while nobody looked. */
static void change(u64 now)
{
    u32 mode = atomic_load_relaxed(&fast_mode), next = mode;
    u64 due = state.due;

    for (u32 n = 0; due <= now; n++) {
        if (n == 64) { /* so long ago that it says nothing of now */
            next = (double)(random_next() >> 11) * 0x1p-53 * (state.burst + state.pause) < state.burst
                       ? FAST_BURST
                       : FAST_PAUSE;
            due = now;
        } else if (next == FAST_PAUSE) {
            next = FAST_BURST;
        } else {
            /* A burst may end late, since in bursts everything takes longer: the pause makes up for it. */
            double late = n == 0 ? (double)(now - due) : 0;

            next = FAST_PAUSE;
            due += (u64)((late < state.burst ? late : state.burst) / state.burst * state.pause);
        }
        due = after(due, next == FAST_BURST ? state.burst : state.pause);
    }
    state.due = due;
    if (next != mode) {
        if (mode == FAST_BURST) {
            state.in_bursts += now - state.since;
        } else {
            state.bursts++;
            line_burst();
        }
        state.since = now;
        atomic_store_relaxed(&fast_mode, next);
    }
}

/* What t adds to now. */
static u64 *given(const struct thr *t)
{
    return &sample_given[(uptr)t / 64 % SAMPLE_STRIPES].n[atomic_load_relaxed(&fast_mode)];
}

void sample_tick(struct thr *t)
{
    u64 ticks = ticks_now();

    if (line_on()) {
        line_tick(ticks);
    }
    if (ticks >= atomic_load_relaxed(&sample_until) && os_lock_try(&state.lock)) {
        u64 now = os_time();

        if (now >= state.due) {
            change(now);
        }
        set_alarm(now, ticks);
        os_unlock(&state.lock);
    }
    if (t->ticks < 0) {
        t->ticks += SAMPLE_TICKS;
        atomic_add(given(t), SAMPLE_TICKS);
    }
}

void sample_end(const struct thr *t)
{
    atomic_sub(given(t), (u64)(sptr)t->ticks);
}

void sample_init(void)
{
    double share = (double)flags.sample / SAMPLE_ALL;

    if (flags.sample >= SAMPLE_ALL && flags.share == LINE_OFF) {
        return;
    }
    state.random = flags.sample_seed != 0 ? flags.sample_seed : ticks_now() ^ (u64)os_getpid() << 48;
    state.burst = flags.sample < SAMPLE_ALL ? (double)flags.sample_burst : NEVER;
    state.pause = flags.sample >= SAMPLE_ALL ? 0 : flags.sample != 0 ? state.burst * (1 - share) / share : NEVER;
    state.began = state.since = os_time();
    state.began_ticks = ticks_now();
    fast_mode = (double)(random_next() >> 11) * 0x1p-53 < share ? FAST_BURST : FAST_PAUSE;
    state.bursts = fast_mode == FAST_BURST;
    state.due = after(state.began, fast_mode == FAST_BURST ? state.burst : state.pause);
    set_alarm(state.began, state.began_ticks);
}

/* ---- what was looked at ---- */

static void unused(const struct thr *t, void *arg)
{
    u64 *sum = arg;
    int left = atomic_load_relaxed(&t->ticks);

    *sum += left > 0 ? (u64)left : 0;
}

struct sample_seen sample_seen(void)
{
    struct sample_seen c;
    u64 now = os_time(), left = 0;
    u32 mode;

    thr_each(unused, &left);
    os_lock(&state.lock);
    mode = atomic_load_relaxed(&fast_mode);
    c.ns = now - state.began;
    c.burst_ns = state.in_bursts + (mode == FAST_BURST ? now - state.since : 0);
    c.bursts = state.bursts;
    c.sampled = c.accesses = 0;
    for (u32 i = 0; i < SAMPLE_STRIPES; i++) {
        c.sampled += atomic_load_relaxed(&sample_given[i].n[FAST_BURST]);
        c.accesses += atomic_load_relaxed(&sample_given[i].n[FAST_PAUSE]);
    }
    c.accesses += c.sampled;
    if (mode == FAST_BURST) {
        c.sampled -= left < c.sampled ? left : c.sampled;
    }
    c.accesses -= left < c.accesses ? left : c.accesses;
    os_unlock(&state.lock);
    return c;
}

/* part of all, in percent with two decimals. */
static void percent(struct text *t, u64 part, u64 all)
{
    u64 n = all != 0 ? (u64)((double)part / (double)all * 10000 + 0.5) : 0;

    text_dec(t, n / 100);
    text_char(t, '.');
    text_char(t, (char)('0' + n / 10 % 10));
    text_char(t, (char)('0' + n % 10));
    text_add(t, " %");
}

void sample_text(struct text *t)
{
    if (flags.sample >= SAMPLE_ALL) {
        return;
    }

    struct sample_seen c = sample_seen();

    text_add(t, "gomm: sampled ");
    percent(t, c.burst_ns, c.ns);
    text_add(t, " of ");
    text_dec(t, c.ns / 1000000);
    text_add(t, " ms in ");
    text_dec(t, c.bursts);
    text_add(t, " bursts, ");
    percent(t, c.sampled, c.accesses);
    text_add(t, " of ");
    text_dec(t, c.accesses);
    text_add(t, " accesses\n");
}

void sample_json(struct text *t)
{
    if (flags.sample >= SAMPLE_ALL) {
        return;
    }

    struct sample_seen c = sample_seen();
    const struct {
        const char *name;
        u64 n;
    } members[] = {{",\"sample\":{\"ns\":", c.ns},
                   {",\"burst_ns\":", c.burst_ns},
                   {",\"bursts\":", c.bursts},
                   {",\"accesses\":", c.accesses},
                   {",\"sampled\":", c.sampled}};

    for (u32 i = 0; i < LENGTH(members); i++) {
        text_add(t, members[i].name);
        text_dec(t, members[i].n);
    }
    text_char(t, '}');
}
