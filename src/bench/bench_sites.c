/* bench_sites.c: differences of profiles. */
#include "bench/bench_sites.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"

/* ---- names ---- */

static int sites_hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The linker escapes dots of the last element and unusual bytes as %xx (cmd/internal/objabi/path.go). */
str bench_func_package(struct arena *a, str func)
{
    size_t bracket = func.n, start = 0;
    i64 at = str_find_byte(func, '[');

    bracket = at >= 0 ? (size_t)at : bracket; /* type arguments have paths of their own */
    str head = str_slice(func, 0, bracket);
    at = str_find_byte(head, '(');
    head = at >= 0 ? str_slice(head, 0, (size_t)at) : head;
    at = str_find_last_byte(head, '/');
    start = at >= 0 ? (size_t)at + 1 : 0;
    at = str_find_byte(str_from(head, start), '.');
    str path = at >= 0 ? str_slice(head, 0, start + (size_t)at) : head;
    if (str_find_byte(path, '%') < 0) {
        return path;
    }
    struct strbuf b = {0};
    for (size_t i = 0; i < path.n; i++) {
        int hi = path.p[i] == '%' && i + 2 < path.n ? sites_hex(path.p[i + 1]) : -1, lo = hi >= 0 ? sites_hex(path.p[i + 2]) : -1;
        strbuf_putc(&b, lo >= 0 ? (char)(hi * 16 + lo) : path.p[i]);
        i += lo >= 0 ? 2 : 0;
    }
    path = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return path;
}

bool bench_package_is_below(str package, str path)
{
    str rest = package;

    if (path.n == 0 || !str_cut_prefix(&rest, path)) {
        return false;
    }
    return rest.n == 0 || rest.p[0] == '/' || str_is(rest, "_test");
}

/* ---- sites ---- */

struct sites {
    struct arena *a;
    const str *own;
    u32 n_own;
    struct strmap by_key;
    VEC(struct bench_site) v;
};

static bool sites_is_own(struct sites *s, str func)
{
    str package = bench_func_package(s->a, func);

    for (u32 i = 0; i < s->n_own; i++) {
        if (bench_package_is_below(package, s->own[i])) {
            return true;
        }
    }
    return false;
}

/* Frames of the runtime at the leaf say nothing of the user's code.  pprof leaves out those named runtime.x
 * (runtime/pprof/protomem.go); others are linked to names of packages that use them. */
static bool sites_is_runtime(const struct bench_frame *f)
{
    return str_has_prefix(f->func, STR("runtime.")) || str_has_prefix(f->func, STR("internal/runtime/")) ||
           str_contains(f->file, STR("/src/runtime/")) || str_has_prefix(f->file, STR("runtime/"));
}

static void sites_key(struct strbuf *b, const struct bench_frame *f)
{
    strbuf_put(b, f->func);
    strbuf_putc(b, 0);
    strbuf_put(b, f->file);
    strbuf_printf(b, ":%u;", f->line);
}

static void sites_sample(struct sites *s, const struct pprof *p, u32 index, int bytes, int allocs, double sign)
{
    const struct pprof_sample *m = &p->samples.v[index];
    VEC(struct bench_frame) stack = {0};
    struct strbuf key = {0};
    bool is_own = false, fresh;
    size_t n_leaf = 0; /* frames of the innermost function with what was inlined into it */
    str by = {0};

    for (u32 i = 0; i < m->n_locations && !is_own; i++) {
        const struct pprof_location *l = &p->locations.v[m->locations[i]];
        size_t n_last = 0;
        for (u32 k = 0; k < l->n_lines; k++) {
            const struct pprof_function *f = &p->functions.v[l->lines[k].function];
            struct bench_frame frame = {f->name, f->file, (u32)l->lines[k].line, k + 1 < l->n_lines};
            if (stack.n == 0 && sites_is_runtime(&frame) && (i + 1 < m->n_locations || k + 1 < l->n_lines)) {
                by = f->name;
                continue;
            }
            vec_push(&stack, frame);
            n_last++;
        }
        /* All of one place in the machine code is told: where it is inlined belongs to the site. */
        for (size_t k = stack.n - n_last; k < stack.n && !is_own; k++) {
            is_own = sites_is_own(s, stack.v[k].func);
        }
        n_leaf = n_leaf > 0 ? n_leaf : n_last;
    }
    size_t own = 0;
    while (own < stack.n && !sites_is_own(s, stack.v[own].func)) {
        own++;
    }
    if (!is_own) { /* nobody's: the function that allocates */
        stack.n = n_leaf;
        own = stack.n;
    }
    /* One site for each place that allocates and each place in the user's code that leads there. */
    for (size_t i = 0; i < stack.n; i++) {
        if (i < n_leaf || i == own) {
            sites_key(&key, &stack.v[i]);
        }
    }
    strbuf_put(&key, by);
    union map_val *at = strmap_put(&s->by_key, strbuf_str(&key), &fresh);
    if (fresh) {
        at->u = s->v.n;
        struct bench_site site = {.n_stack = (u32)stack.n, .own = (u32)own, .by = by, .first = index};
        site.stack = ARENA_ARRAY(s->a, struct bench_frame, stack.n);
        for (size_t i = 0; i < stack.n; i++) {
            site.stack[i] = stack.v[i];
        }
        vec_push(&s->v, site);
    }
    s->v.v[at->u].bytes += sign * (double)m->values[bytes];
    s->v.v[at->u].allocs += sign * (double)m->values[allocs];
    if (sign > 0) {
        s->v.v[at->u].first = index;
    }
    vec_release(&stack);
    strbuf_release(&key);
}

static int sites_cmp(const void *x, const void *y)
{
    const struct bench_site *a = x, *b = y;

    return a->bytes != b->bytes ? (a->bytes > b->bytes ? -1 : 1) : a->allocs > b->allocs ? -1 : a->allocs < b->allocs;
}

static bool sites_add(struct sites *s, const struct pprof *p, double sign, struct err *e)
{
    int bytes = bench_pprof_type_index(p, STR("alloc_space")), allocs = bench_pprof_type_index(p, STR("alloc_objects"));

    if (bytes < 0 || allocs < 0) {
        return err_set(e, "not an allocation profile");
    }
    for (size_t i = 0; i < p->samples.n; i++) {
        sites_sample(s, p, (u32)i, bytes, allocs, sign);
    }
    return true;
}

bool bench_sites(struct arena *a, const struct pprof *few, u64 n1, const struct pprof *many, u64 n2, const str *own,
                 u32 n_own, struct bench_sites *out, struct err *e)
{
    struct sites s = {.a = a, .own = own, .n_own = n_own, .by_key.keys = a};
    double n = (double)n2 - (double)n1, peak = 0;

    BUG_IF(n1 >= n2);
    *out = (struct bench_sites){.n1 = n1, .n2 = n2};
    bool ok = sites_add(&s, few, -1, e) && sites_add(&s, many, 1, e);
    if (ok && s.v.n > 0) {
        for (size_t i = 0; i < s.v.n; i++) {
            struct bench_site *v = &s.v.v[i];
            v->bytes /= n;
            v->allocs /= n;
            out->bytes += v->bytes;
            out->allocs += v->allocs;
            peak += fabs(v->bytes);
        }
        qsort(s.v.v, s.v.n, sizeof *s.v.v, sites_cmp);
        out->v = ARENA_ARRAY(a, struct bench_site, s.v.n);
        for (size_t i = 0; i < s.v.n; i++) {
            /* What differs by chance between two runs (a goroutine of the runtime's, a pool) is no site. */
            const struct bench_site *v = &s.v.v[i];
            bool rare = v->allocs < 0.01;
            if (v->n_stack > 0 && v->allocs > 0 && v->bytes > (rare ? peak / 200 : peak / 2000) && !(rare && v->own == v->n_stack)) {
                out->v[out->n++] = s.v.v[i];
            }
        }
    }
    vec_release(&s.v);
    strmap_release(&s.by_key);
    return ok;
}

bool bench_sites_all(struct arena *a, const struct pprof *p, const str *own, u32 n_own, struct bench_sites *out, struct err *e)
{
    struct sites s = {.a = a, .own = own, .n_own = n_own, .by_key.keys = a};
    bool ok = sites_add(&s, p, 1, e);

    *out = (struct bench_sites){0};
    if (ok && s.v.n > 0) {
        qsort(s.v.v, s.v.n, sizeof *s.v.v, sites_cmp);
        out->v = ARENA_ARRAY(a, struct bench_site, s.v.n);
        for (size_t i = 0; i < s.v.n; i++) {
            out->bytes += s.v.v[i].bytes;
            out->allocs += s.v.v[i].allocs;
            if (s.v.v[i].n_stack > 0 && s.v.v[i].bytes > 0) {
                out->v[out->n++] = s.v.v[i];
            }
        }
    }
    vec_release(&s.v);
    strmap_release(&s.by_key);
    return ok;
}

static void sites_sum_below(const struct pprof *p, str file, u32 from, u32 to, double sign, double *bytes, double *allocs)
{
    int b = bench_pprof_type_index(p, STR("alloc_space")), o = bench_pprof_type_index(p, STR("alloc_objects"));

    for (size_t i = 0; i < p->samples.n && b >= 0 && o >= 0; i++) {
        const struct pprof_sample *m = &p->samples.v[i];
        bool below = false;
        for (u32 k = 0; k < m->n_locations && !below; k++) {
            const struct pprof_location *l = &p->locations.v[m->locations[k]];
            for (u32 j = 0; j < l->n_lines && !below; j++) {
                below = l->lines[j].line >= from && l->lines[j].line <= to &&
                        str_eq(p->functions.v[l->lines[j].function].file, file);
            }
        }
        *bytes += below ? sign * (double)m->values[b] : 0;
        *allocs += below ? sign * (double)m->values[o] : 0;
    }
}

void bench_sites_below(const struct pprof *few, u64 n1, const struct pprof *many, u64 n2, str file, u32 from, u32 to,
                       double *bytes, double *allocs)
{
    BUG_IF(n1 >= n2);
    *bytes = *allocs = 0;
    sites_sum_below(few, file, from, to, -1, bytes, allocs);
    sites_sum_below(many, file, from, to, 1, bytes, allocs);
    *bytes /= (double)(n2 - n1);
    *allocs /= (double)(n2 - n1);
}

/* ---- processor time ---- */

enum time_kind { TIME_OTHER, TIME_ALLOCATION, TIME_COLLECTION };

static enum time_kind time_of(const struct pprof *p, const struct pprof_sample *m)
{
    enum time_kind kind = TIME_OTHER;

    for (u32 i = 0; i < m->n_locations; i++) {
        const struct pprof_location *l = &p->locations.v[m->locations[i]];
        for (u32 k = 0; k < l->n_lines; k++) {
            str name = p->functions.v[l->lines[k].function].name;
            if (!str_cut_prefix(&name, STR("runtime."))) {
                continue;
            }
            /* mallocgc, mallocgcTiny, mallocgcSmallNoscan ... */
            if (str_has_prefix(name, STR("mallocgc"))) {
                kind = TIME_ALLOCATION;
            } else if (str_is(name, "gcBgMarkWorker") || str_is(name, "bgsweep") || str_is(name, "bgscavenge")) {
                return TIME_COLLECTION;
            }
        }
    }
    return kind;
}

bool bench_time(const struct pprof *cpu, struct bench_time *out)
{
    int count = bench_pprof_type_index(cpu, STR("samples"));

    *out = (struct bench_time){0};
    if (count < 0) {
        return false;
    }
    for (size_t i = 0; i < cpu->samples.n; i++) {
        const struct pprof_sample *m = &cpu->samples.v[i];
        u64 n = m->values[count] > 0 ? (u64)m->values[count] : 0;
        enum time_kind kind = time_of(cpu, m);
        out->samples += n;
        out->allocation += kind == TIME_ALLOCATION ? n : 0;
        out->collection += kind == TIME_COLLECTION ? n : 0;
    }
    return true;
}

/* ---- gctrace ---- */

/* "0.018+1.2+0.003" or "0.036+0.45/0.8/0+0.006": the parts, slashes as plus signs; how many. */
static u32 gc_parts(str s, double part[5])
{
    u32 n = 0;

    while (n < 5 && s.n > 0) {
        size_t i = 0;
        while (i < s.n && s.p[i] != '+' && s.p[i] != '/') {
            i++;
        }
        if (!str_f64(str_slice(s, 0, i), &part[n++])) {
            return 0;
        }
        s = str_from(s, i + 1);
    }
    return n;
}

/* gc 1 @0.012s 2%: 0.018+1.2+0.003 ms clock, 0.036+0.45/0.8/0+0.006 ms cpu, 4->4->1 MB, ... */
static bool gc_line(str line, struct bench_gc *out)
{
    str head, rest, clock, cpu;
    double c[5], t[5];

    if (!str_has_prefix(line, STR("gc ")) || !str_cut(line, STR("%: "), &head, &rest) ||
        !str_cut(rest, STR(" ms clock, "), &clock, &rest) || !str_cut(rest, STR(" ms cpu, "), &cpu, &rest)) {
        return false;
    }
    if (gc_parts(clock, c) != 3 || gc_parts(cpu, t) != 5) {
        return false;
    }
    if (str_contains(rest, STR("(forced)"))) {
        out->forced++;
        return true;
    }
    out->cycles++;
    out->pause_ms += c[0] + c[2];
    out->pause_max_ms = fmax(out->pause_max_ms, c[0] + c[2]);
    out->cpu_ms += t[0] + t[1] + t[2] + t[4]; /* t[3]: by workers that had nothing else to do */
    return true;
}

void bench_gc_read(str text, struct bench_gc *out)
{
    str line;

    *out = (struct bench_gc){0};
    while (str_next_line(&text, &line)) {
        gc_line(line, out);
    }
}
