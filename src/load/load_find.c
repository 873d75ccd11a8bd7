/* load_find.c: from the packages that are wanted to all that they import. */
#include <string.h>

#include "base/path.h"
#include "load/load_int.h"
#include "load/load_version.h"

void load_error_add(struct loader *l, str text, str remedy)
{
    for (size_t i = 0; i < l->errors.n; i++) {
        if (str_eq(l->errors.v[i].text, text)) {
            return;
        }
    }
    vec_push_in(&l->arena, &l->errors, (struct load_trouble){text, remedy});
}

void load_complain(struct loader *l, struct pkg *p, const struct load_dir_import *at, str text,
                   str remedy)
{
    struct mistake m = {.text = text, .remedy = remedy};

    if (at) {
        m.file = &p->dir->files.v[at->file];
        m.off = at->off;
    }
    vec_push_in(&l->arena, &p->mistakes, m);
}

/* -- scanning ---------------------------------------------------------------------------------- */

struct wave {
    struct loader *l;
    size_t from;
    const struct load_fs_dir **listings;
};

static void scan_one(void *ctx, size_t i, u32 worker)
{
    struct wave *w = ctx;
    struct pkg *p = w->l->fresh.v[w->from + i];
    /* Of std it is known that nothing is wrong with tests; the go command does not read these either, but an index. */
    bool tests = w->l->pub.config.tests || !p->pub.std;

    load_dir_scan(&w->l->workers[worker], &w->l->fs, &w->l->env.build, w->l->env.cgo, tests,
                  w->listings[i], NULL, 0, p->dir);
}

void load_scan_fresh(struct loader *l)
{
    struct wave w = {.l = l};
    size_t n = 0;

    /* Those that were scanned already stay in the list until their imports are resolved. */
    while (w.from < l->fresh.n && l->fresh.v[w.from]->dir->scanned) {
        w.from++;
    }
    n = l->fresh.n - w.from;
    if (n == 0) {
        return;
    }
    w.listings = ARENA_ARRAY(&l->arena, const struct load_fs_dir *, n);
    for (size_t i = 0; i < n; i++) {
        w.listings[i] = load_fs_dir(&l->fs, l->fresh.v[w.from + i]->pub.dir);
    }
    pool_each(l->pool, n, scan_one, &w);
}

/* -- what an import must keep to --------------------------------------------------------------- */

/* The start of the last element `internal` of a path; -1 if there is none. */
static i64 find_internal(str path)
{
    i64 at = -1;
    size_t start = 0;

    for (size_t i = 0; i <= path.n; i++) {
        if (i == path.n || path.p[i] == '/') {
            if (str_is(str_slice(path, start, i), "internal")) {
                at = (i64)start;
            }
            start = i + 1;
        }
    }
    return at;
}

/* GOROOT/src/cmd/go/internal/load/pkg.go, disallowInternal. */
static bool internal_allowed(struct loader *l, const struct pkg *from, const struct pkg *to)
{
    str path = to->pub.path, parent, dir, importer = from->pub.path;
    i64 at = find_internal(path);
    struct load_trouble t;

    if (at < 0) {
        return true;
    }
    at -= at > 0;
    if (!to->pub.module) {
        str d = to->pub.dir;

        parent = str_slice(d, 0, d.n - (path.n - (size_t)at));
        str_cut_suffix(&parent, STR("/"));
        return path_is_below(from->pub.dir, parent);
    }
    if (from->cmdline) {
        if (!load_mods_path_of_dir(&l->mods, from->pub.dir, &dir, &t)) {
            return false;
        }
        importer = dir;
    }
    return load_path_has_prefix(importer, str_slice(path, 0, (size_t)at));
}

/* vendor/ in the import itself, or a vendor directory beside the importer's tree (same file,
 * disallowVendor). */
static bool vendor_allowed(struct loader *l, const struct pkg *from, const struct pkg *to,
                           str written, str *why)
{
    i64 at = str_find_last(written, STR("/vendor/"));
    str path = to->pub.path, dir = to->pub.dir;

    at = at >= 0 ? at + 1 : str_has_prefix(written, STR("vendor/")) ? 0 : -1;
    if (at >= 0) {
        *why = str_fmt(&l->arena, "%.*s must be imported as %.*s", STR_ARG(written),
                       STR_ARG(str_from(written, (size_t)at + 7)));
        return false;
    }
    if (l->modules && !to->pub.std) {
        return true;
    }
    at = str_find_last(path, STR("/vendor/"));
    at = at >= 0 ? at : str_has_prefix(path, STR("vendor/")) ? 0 : -1;
    if (at < 0 || dir.n < path.n) {
        return true;
    }
    dir = str_slice(dir, 0, dir.n - (path.n - (size_t)at));
    str_cut_suffix(&dir, STR("/"));
    *why = STR("use of vendored package not allowed");
    return path_is_below(from->pub.dir, dir);
}

/* Only what was scanned can be judged. */
static void check_import(struct loader *l, struct pkg *from, struct edge *e)
{
    struct pkg *to = e->to;
    str why = {0};

    if (!to || to == from) {
        return;
    }
    if (to->dir->n[LOAD_FILE_GO] + to->dir->n[LOAD_FILE_CGO] == 0) {
        if (to->dir->error.n == 0) {
            load_complain(l, from, e->at, load_dir_no_go(&l->arena, to->dir), (str){0});
        }
        e->to = to->dir->error.n == 0 ? NULL : to;
        return;
    }
    if (str_is(to->dir->package, "main") && !str_eq(to->pub.dir, from->pub.dir)) {
        load_complain(l, from, e->at,
                      str_fmt(&l->arena, "import \"%.*s\" is a program, not an importable package",
                              STR_ARG(e->at->path)),
                      (str){0});
        return;
    }
    if (!internal_allowed(l, from, to)) {
        load_complain(
            l, from, e->at,
            str_fmt(&l->arena, "use of internal package %.*s not allowed", STR_ARG(to->pub.path)),
            (str){0});
    } else if (!vendor_allowed(l, from, to, e->at->path, &why)) {
        load_complain(l, from, e->at, why, (str){0});
    }
}

/* -- resolving --------------------------------------------------------------------------------- */

static void resolve_list(struct loader *l, struct pkg *p, const load_dir_imports *from, edges *to)
{
    vec_reserve_in(&l->arena, to, from->n);
    for (size_t i = 0; i < from->n; i++) {
        const struct load_dir_import *at = &from->v[i];
        struct edge e = {.at = at};
        struct load_trouble t;

        if (!str_is(at->path, "C")) {
            e.to = load_resolve(l, at->path, p, &t);
            if (t.text.n > 0) {
                load_complain(l, p, at, t.text, t.remedy);
            }
        }
        vec_push_in(&l->arena, to, e);
    }
}

static void own_mistakes(struct loader *l, struct pkg *p)
{
    struct load_dir *d = p->dir;
    struct arena *a = &l->arena;
    static const char *const kinds[] = {"C", "C++", "Objective-C", "Fortran"};
    const str lists[] = {d->c_files, d->cxx_files, d->m_files, d->f_files};
    bool swig = false;

    if (d->error.n > 0) {
        struct load_dir_import at = {.file = d->error_file, .off = d->error_off};

        load_complain(l, p, d->error_placed ? &at : NULL, d->error, (str){0});
        return;
    }
    if (load_dir_empty(d) && p->pub.matched) {
        load_complain(l, p, NULL, load_dir_no_go(a, d), (str){0});
        return;
    }
    for (size_t i = 0; i < d->files.n; i++) {
        swig = swig || str_has_suffix(d->files.v[i].name, STR(".swig")) ||
               str_has_suffix(d->files.v[i].name, STR(".swigcxx"));
    }
    if (d->n[LOAD_FILE_CGO] > 0 || swig || load_dir_empty(d)) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        if (lists[i].n > 0) {
            load_complain(l, p, NULL,
                          str_fmt(a, "%s source files not allowed when not using cgo or SWIG: %.*s",
                                  kinds[i], STR_ARG(lists[i])),
                          (str){0});
            return;
        }
    }
}

/* Imports of the packages from index *done on; the next ones are put into l->fresh meanwhile. */
static void resolve_new(struct loader *l)
{
    pkgs now = l->fresh;

    l->fresh = (pkgs){0};
    for (size_t i = 0; i < now.n; i++) {
        struct pkg *p = now.v[i];

        if (!p->resolved) {
            p->resolved = true;
            p->pub.name = p->dir->package;
            resolve_list(l, p, &p->dir->imports, &p->imports);
        }
    }
    vec_release(&now);
}

static bool resolve_tests(struct loader *l, struct pkg *p)
{
    if (p->tests_resolved || p->missing) {
        return false;
    }
    p->tests_resolved = true;
    l->in_tests = true;
    resolve_list(l, p, &p->dir->test_imports, &p->tests);
    resolve_list(l, p, &p->dir->xtest_imports, &p->xtests);
    l->in_tests = false;
    return true;
}

static void run_waves(struct loader *l)
{
    while (l->fresh.n > 0) {
        load_scan_fresh(l);
        resolve_new(l);
    }
}

/* What "all" means beyond the main module's own packages: what they and their tests import, and for go
 * lines before 1.16 the tests of those too. */
static void mark_all(struct loader *l, struct pkg *p, u32 mark, bool old)
{
    if (!p || p->mark == mark || p->missing) {
        return;
    }
    p->mark = mark;
    p->pub.matched = true;
    if (p->in_all || (old && !p->pub.std)) {
        resolve_tests(l, p);
        run_waves(l);
        for (size_t i = 0; i < p->tests.n; i++) {
            mark_all(l, p->tests.v[i].to, mark, old);
        }
        for (size_t i = 0; i < p->xtests.n; i++) {
            mark_all(l, p->xtests.v[i].to, mark, old);
        }
    }
    for (size_t i = 0; i < p->imports.n; i++) {
        mark_all(l, p->imports.v[i].to, mark, old);
    }
}

void load_find_all(struct loader *l)
{
    run_waves(l);
    if (l->all_pattern) {
        bool old = l->mods.mains.n == 1 && l->mods.work_file.n == 0 &&
                   load_gover_cmp(l->mods.mains.v[0].gomod.go, STR("1.16")) < 0;
        u32 mark = ++l->mark;

        for (size_t i = 0; i < l->all.n; i++) {
            if (l->all.v[i]->in_all) {
                mark_all(l, l->all.v[i], mark, old);
            }
        }
    }
    for (size_t i = 0; l->pub.config.tests && i < l->all.n; i++) {
        struct pkg *p = l->all.v[i];

        if (p->pub.matched && !p->missing) {
            p->want_tests = true;
            resolve_tests(l, p);
        }
    }
    run_waves(l);
}

void load_find_again(struct loader *l)
{
    size_t n = l->all.n;

    for (size_t i = 0; i < n; i++) {
        struct pkg *p = l->all.v[i];

        if (load_uses_cgo(p)) {
            load_fs_forget(&l->fs, p->dir->dir);
            *p->dir = (struct load_dir){0};
            p->resolved = p->tests_resolved = false;
            p->imports = p->tests = p->xtests = (edges){0};
            p->mistakes.n = 0;
            vec_push(&l->fresh, p);
        }
    }
    run_waves(l);
    for (size_t i = 0; i < n; i++) {
        if (l->all.v[i]->want_tests) {
            resolve_tests(l, l->all.v[i]);
        }
    }
    run_waves(l);
}

void load_find_mistakes(struct loader *l)
{
    for (size_t i = 0; i < l->all.n; i++) {
        struct pkg *p = l->all.v[i];

        if (p->missing) {
            continue;
        }
        own_mistakes(l, p);
        for (size_t j = 0; j < p->imports.n; j++) {
            check_import(l, p, &p->imports.v[j]);
        }
        for (size_t j = 0; p->want_tests && j < p->tests.n; j++) {
            check_import(l, p, &p->tests.v[j]);
        }
        for (size_t j = 0; p->want_tests && j < p->xtests.n; j++) {
            check_import(l, p, &p->xtests.v[j]);
        }
    }
}
