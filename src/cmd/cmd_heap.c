/* cmd_heap.c: heap profiles of running programs. */
#include "cmd/cmd_heap.h"

#include "base/map.h"
#include "base/path.h"
#include "load/load.h"
#include "types/types.h"

struct heap {
    struct arena *a;
    const struct load *load;
    const struct program *prog;
    struct strmap files;  /* absolute */
    struct strmap dirs;   /* import path → directory; "main" only if one program matches */
    struct strmap starts; /* "file:line" of functions of packages that match */
    struct strmap checked; /* files whose functions are in starts */
    VEC(str) own;         /* import paths */
};

static str heap_key(struct arena *a, str file, i64 line)
{
    return str_fmt(a, "%.*s:%lld", STR_ARG(file), (long long)line);
}

static void heap_starts(struct heap *h, const struct file_info *f)
{
    strmap_put(&h->checked, f->ast->src->path, NULL);
    for (node n = 1; n < f->ast->n_nodes; n++) {
        u32 k = ast_kind(f->ast, n);
        if (k == AST_FUNC_DECL || k == AST_FUNC_LIT) {
            struct span at = sources_span(h->load->sources, ast_at(f->ast, n)->pos);
            strmap_put(&h->starts, heap_key(h->a, at.file, at.line), NULL);
        }
    }
}

static void heap_index(struct heap *h)
{
    u32 programs = 0;
    str program = {0};

    for (u32 i = 0; i < h->load->n_pkgs; i++) {
        const struct load_package *l = h->load->pkgs[i];
        const struct package *p = h->prog->pkgs[i];
        if (l->variant != LOAD_PLAIN) {
            continue;
        }
        if (l->matched && str_is(l->name, "main")) {
            programs++;
            program = l->dir;
        } else {
            strmap_put(&h->dirs, l->path, NULL)->p = &h->load->pkgs[i]->dir;
        }
        for (u32 k = 0; k < l->n_files; k++) {
            strmap_put(&h->files, l->files[k].path, NULL);
        }
        if (l->matched) {
            vec_push_in(h->a, &h->own, l->module ? l->module->path : l->path);
        }
        for (u32 k = 0; p && l->matched && k < p->n_files; k++) {
            heap_starts(h, &p->files[k]);
        }
    }
    if (programs == 1) {
        str *dir = ARENA_NEW(h->a, str);
        *dir = program;
        strmap_put(&h->dirs, STR("main"), NULL)->p = dir;
    }
}

/* "example.org/m@v1.2.3/p/f.go", as -trimpath writes it, or any other directory: by the function's package. */
static str heap_file(struct heap *h, const struct pprof_function *f)
{
    if (strmap_get(&h->files, f->file)) {
        return f->file;
    }
    union map_val *dir = strmap_get(&h->dirs, bench_func_package(h->a, f->name));
    str here = dir ? path_join(h->a, *(str *)dir->p, path_base(f->file)) : f->file;
    return dir && strmap_get(&h->files, here) ? here : f->file;
}

static bool heap_is_stale(struct heap *h, const struct pprof_function *f)
{
    return f->start_line > 0 && strmap_get(&h->checked, f->file) && !strmap_get(&h->starts, heap_key(h->a, f->file, f->start_line));
}

/* Is the first function that is the user's, or one that is inlined there, not what it was? */
static bool heap_is_stale_sample(struct heap *h, const struct pprof *p, const struct pprof_sample *s)
{
    bool stale = false, ours = false;

    for (u32 k = 0; k < s->n_locations && !ours; k++) {
        const struct pprof_location *l = &p->locations.v[s->locations[k]];
        for (u32 m = 0; m < l->n_lines; m++) {
            const struct pprof_function *f = &p->functions.v[l->lines[m].function];
            stale |= heap_is_stale(h, f);
            ours |= strmap_get(&h->checked, f->file) != NULL;
        }
    }
    return stale;
}

/* Takes them out; returns their bytes. */
static double heap_drop_stale(struct heap *h, struct pprof *p)
{
    int bytes = bench_pprof_type_index(p, STR("alloc_space"));
    double dropped = 0;
    size_t n = 0;

    for (size_t i = 0; i < p->samples.n; i++) {
        const struct pprof_sample *s = &p->samples.v[i];
        if (heap_is_stale_sample(h, p, s)) {
            dropped += (double)s->values[bytes];
        } else {
            p->samples.v[n++] = *s;
        }
    }
    p->samples.n = n;
    return dropped;
}

static bool heap_open(struct arena *a, const char *path, struct pprof *p, struct err *e)
{
    return bench_pprof_read_file(a, path, p, e) && (bench_pprof_type_index(p, STR("alloc_space")) >= 0 ||
                                                    err_set(e, "%s: not a heap profile: it has no alloc_space", path));
}

bool cmd_heap_check(const char *path, struct err *e)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct pprof p;
    bool ok = heap_open(s.arena, path, &p, e);

    arena_scratch_end(s);
    return ok;
}

bool cmd_heap_read(struct arena *a, const char *path, const struct load *l, const struct program *p, struct cmd_heap *out,
                   struct err *e)
{
    struct heap h = {.a = a, .load = l, .prog = p};
    struct pprof prof;

    *out = (struct cmd_heap){.name = path_base(str_of(path))};
    if (!heap_open(a, path, &prof, e)) {
        return false;
    }
    heap_index(&h);
    for (size_t i = 0; i < prof.functions.n; i++) {
        prof.functions.v[i].file = heap_file(&h, &prof.functions.v[i]);
    }
    out->stale_bytes = heap_drop_stale(&h, &prof);
    bool ok = bench_sites_all(a, &prof, h.own.v, (u32)h.own.n, &out->sites, e);
    out->sites.bytes += out->stale_bytes;
    strmap_release(&h.files);
    strmap_release(&h.dirs);
    strmap_release(&h.starts);
    strmap_release(&h.checked);
    return ok;
}

double cmd_heap_bytes(const struct cmd_heap *h, str file, u32 from, u32 to)
{
    double sum = 0;

    for (u32 i = 0; i < h->sites.n; i++) {
        const struct bench_site *s = &h->sites.v[i];
        bool there = false;
        for (u32 k = 0; k < s->n_stack; k++) {
            there |= s->stack[k].line >= from && s->stack[k].line <= to && str_eq(s->stack[k].file, file);
        }
        sum += there ? s->bytes : 0;
    }
    return sum;
}

str cmd_heap_size(struct arena *a, double bytes)
{
    static const char *const unit[] = {"B", "kB", "MB", "GB", "TB"};
    size_t i = 0;

    while (bytes >= 1000 && i + 1 < ARRAY_LEN(unit)) {
        bytes /= 1000;
        i++;
    }
    return str_fmt(a, bytes < 10 && i > 0 ? "%.1f %s" : "%.0f %s", bytes, unit[i]);
}

void cmd_heap_cost(const struct cmd_heap *h, double bytes, double allocs, struct finding_list *l, struct finding *f)
{
    struct finding_cost *cost = finding_cost(l, f, h->name);
    str size = cmd_heap_size(l->arena, bytes);

    cost->share = h->sites.bytes > 0 ? bytes / h->sites.bytes : 0;
    finding_metric(l, cost, STR("alloc_space"), bytes);
    if (allocs >= 0) {
        finding_metric(l, cost, STR("alloc_objects"), allocs);
        size = str_fmt(l->arena, "%.*s in %.4g objects", STR_ARG(size), allocs);
    }
    cost->text = str_fmt(l->arena, "%.*s (%.*f %% of this profile)", STR_ARG(size), cost->share < 0.01, cost->share * 100);
}
