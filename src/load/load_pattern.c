/* load_pattern.c: patterns on the command line → packages (`go help packages`). */
#include "base/io.h"
#include "base/path.h"
#include "load/load_int.h"
#include "load/load_mod_int.h"
#include "load/load_version.h"

/* -- matching ---------------------------------------------------------------------------------- */

/* An element `vendor` that is not the last becomes a NUL, which no "..." crosses. */
static str hide_vendor(struct arena *a, str s)
{
    static const char word[] = "vendor";
    char *p;
    size_t j = 0, start = 0;

    if (!str_contains(s, STR("vendor/"))) {
        return s;
    }
    p = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != '/') {
            continue;
        }
        str elem = str_slice(s, start, i);
        if (i < s.n && str_is(elem, word)) {
            p[j++] = 0;
        } else {
            for (size_t k = 0; k < elem.n; k++) {
                p[j++] = elem.p[k];
            }
        }
        if (i < s.n) {
            p[j++] = '/';
        }
        start = i + 1;
    }
    return (str){p, j};
}

/* "..." is any text without NUL.  The usual two positions to fall back to: since a later "..." can take
 * what an earlier one leaves, only the last one has to be tried again. */
static bool glob(str pat, str s)
{
    size_t p = 0, i = 0, back_p = 0, back_i = 0;
    bool star = false;

    while (i < s.n) {
        if (pat.n - p >= 3 && str_has_prefix(str_from(pat, p), STR("..."))) {
            star = true;
            p += 3;
            back_p = p;
            back_i = i;
        } else if (p < pat.n && pat.p[p] == s.p[i]) {
            p++;
            i++;
        } else if (star && s.p[back_i] != 0) {
            p = back_p;
            i = ++back_i;
        } else {
            return false;
        }
    }
    while (str_has_prefix(str_from(pat, p), STR("..."))) {
        p += 3;
    }
    return p == pat.n;
}

bool load_pattern_matches(str pattern, str name)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    str pat = hide_vendor(s.arena, pattern), n = hide_vendor(s.arena, name), stem = pat;
    bool ok;

    if (str_find_byte(pattern, 0) >= 0 || str_find_byte(name, 0) >= 0) {
        ok = false;
    } else if (str_cut_suffix(&stem, (str){"/\0/...", 6}) || str_eq(pat, (str){"\0/...", 5})) {
        /* x/vendor/... matches x/vendor too. */
        if (str_eq(pat, (str){"\0/...", 5})) {
            stem = (str){0};
        }
        ok = glob(str_fmt(s.arena, "%.*s/vendor", STR_ARG(stem)), n) || glob(pat, n);
    } else if (str_cut_suffix(&stem, STR("/..."))) {
        ok = glob(stem, n) || glob(pat, n);
    } else {
        ok = glob(pat, n);
    }
    arena_scratch_end(s);
    return ok;
}

bool load_pattern_tree(str pattern, str name)
{
    i64 dots = str_find(pattern, STR("..."));

    if (dots >= 0) {
        pattern = str_slice(pattern, 0, (size_t)dots);
        if (str_has_prefix(name, pattern)) {
            return true;
        }
    }
    return name.n <= pattern.n && str_has_prefix(pattern, name) &&
           (pattern.n == name.n || name.n == 0 || pattern.p[name.n] == '/' ||
            name.p[name.n - 1] == '/');
}

static bool is_meta(str s)
{
    return str_is(s, "std") || str_is(s, "cmd") || str_is(s, "all") || str_is(s, "work") ||
           str_is(s, "tool");
}

static bool hidden(str elem)
{
    return elem.n > 0 && (elem.p[0] == '.' || elem.p[0] == '_' || str_is(elem, "testdata"));
}

/* -- walking ----------------------------------------------------------------------------------- */

struct walk {
    struct loader *l;
    str pattern; /* with "...", or a meta pattern */
    bool meta;
    bool stop_at_vendor, stop_at_modules, only_std;
    bool by_name; /* match import paths; else directory names as the pattern is written */
    str root;     /* of the module, for its ignore lines; empty: none */
    struct load_module *mod;
    bool std, resolve; /* resolve: the path of a directory has to be found out */
    struct strmap *have;
    pkgs *found;
};

static void found(struct walk *w, str dir, str name)
{
    struct loader *l = w->l;
    struct load_trouble t;
    struct pkg *p;
    str path = l->modules || !w->resolve ? name : dir;

    if (!load_fs_dir(&l->fs, dir)->go_files) {
        return;
    }
    if (w->resolve) {
        if (l->modules) {
            if (!load_mods_path_of_dir(&l->mods, dir, &path, &t)) {
                if (!str_has_prefix(t.text, STR("\"builtin\""))) {
                    load_error_add(l, t.text, t.remedy);
                }
                return;
            }
        }
        p = load_resolve(l, path, NULL, &t);
        if (!p) {
            load_error_add(l, t.text, t.remedy);
            return;
        }
    } else {
        p = load_add_package(l, path, dir, w->mod, w->std);
    }
    vec_push(w->found, p);
}

/* dir is clean and absolute; name is its import path, or its name as the pattern would spell it. */
static void walk(struct walk *w, str dir, str name, bool top)
{
    struct loader *l = w->l;
    const struct load_fs_dir *d = load_fs_dir(&l->fs, dir);
    str elem = path_base(dir);
    bool fresh = true;

    if (!d->exists) {
        return;
    }
    if (!top) {
        if (hidden(elem) || (w->root.n > 0 && load_mods_ignores(&l->mods, w->root, dir)) ||
            (w->only_std && str_is(name, "cmd"))) {
            return;
        }
        if (w->by_name && !w->meta && !load_pattern_tree(w->pattern, name)) {
            return;
        }
        if (w->stop_at_modules && d->go_mod) {
            return;
        }
    }
    if (w->have) {
        strmap_put(w->have, str_dup(&l->arena, name), &fresh);
    }
    if (name.n > 0 && fresh && !(w->std && str_is(name, "builtin")) &&
        !(w->std && !l->env.cgo && str_is(name, "runtime/cgo")) &&
        (w->meta || load_pattern_matches(w->pattern, name))) {
        found(w, dir, name);
    }
    if (!top && w->stop_at_vendor && str_is(elem, "vendor")) {
        return;
    }
    for (u32 i = 0; i < d->n; i++) {
        if (d->entries[i].kind == LOAD_FS_DIR) {
            str sub = d->entries[i].name;

            if (hidden(sub)) {
                continue;
            }
            walk(w, path_join(&l->arena, dir, sub),
                 name.n > 0 ? str_fmt(&l->arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(sub)) : sub,
                 false);
        }
    }
}

static void walk_std(struct loader *l, str pattern, pkgs *out, struct strmap *have)
{
    bool cmd = str_is(pattern, "cmd");
    struct walk w = {.l = l,
                     .pattern = pattern,
                     .meta = is_meta(pattern),
                     .by_name = true,
                     .std = true,
                     .found = out,
                     .have = have};
    str cmd_dir = path_join(&l->arena, l->env.goroot_src, STR("cmd"));

    if (w.meta) {
        w.only_std = !cmd;
        if (cmd) {
            walk(&w, cmd_dir, STR("cmd"), true);
        } else {
            walk(&w, l->env.goroot_src, (str){0}, true);
        }
        return;
    }
    w.stop_at_modules = true;
    walk(&w, l->env.goroot_src, (str){0}, true);
    if (load_pattern_tree(pattern, STR("cmd"))) {
        walk(&w, cmd_dir, STR("cmd"), true);
    }
}

/* Packages of modules whose import paths match. */
static void walk_modules(struct loader *l, str pattern, bool only_main, pkgs *out,
                         struct strmap *have)
{
    struct walk w = {.l = l,
                     .pattern = pattern,
                     .meta = is_meta(pattern),
                     .by_name = true,
                     .stop_at_vendor = true,
                     .found = out,
                     .have = have};
    load_modules mods = {0};

    load_mods_list(&l->mods, &mods);
    for (size_t i = 0; i < mods.n; i++) {
        struct load_module *m = mods.v[i];
        const struct load_main *mm = m->main ? load_mods_main_of(&l->mods, m->path) : NULL;
        struct load_trouble t;

        if ((only_main && !m->main) || (!w.meta && !load_pattern_tree(pattern, m->path)) ||
            (mm && mm->in_goroot)) {
            continue;
        }
        if (!load_mods_fetch(&l->mods, m, &t)) {
            load_error_add(l, t.text, t.remedy);
            continue;
        }
        w.mod = m;
        w.root = m->dir;
        w.stop_at_modules = m->main || (m->replace_path.n > 0 && m->replace_version.n == 0);
        /* A dependency's language version is known only once its go.mod is read: by way of finding. */
        w.resolve = !m->main;
        walk(&w, m->dir, m->path, true);
    }
    vec_release(&mods);
    if (l->mods.mode == LOAD_MOD_VENDOR && !only_main) {
        w.resolve = true;
        w.root = (str){0};
        w.stop_at_modules = false;
        walk(&w, l->mods.vendor_dir, (str){0}, true);
    }
}

static void walk_gopath(struct loader *l, str pattern, pkgs *out, struct strmap *have)
{
    struct walk w = {.l = l,
                     .pattern = pattern,
                     .meta = is_meta(pattern),
                     .by_name = true,
                     .resolve = true,
                     .found = out,
                     .have = have};

    for (size_t i = 0; i < l->env.gopath.n; i++) {
        walk(&w, path_join(&l->arena, l->env.gopath.v[i], STR("src")), (str){0}, true);
    }
}

/* Whether the packages below dir can have import paths: go walks nowhere else.  The module's root goes into
 * w->root. */
static bool may_walk(struct loader *l, struct walk *w, str pattern, str dir)
{
    struct arena *a = &l->arena;
    str mod = load_mods_up(&l->mods, dir, STR("go.mod")), text;
    load_modules mods = {0};
    struct strbuf roots = {0};
    bool cached = false, std = path_is_below(dir, l->env.goroot_src);

    mod = mod.n > 0 ? path_dir(a, mod) : mod;
    for (size_t i = 0; i < l->mods.mains.n; i++) {
        str root = l->mods.mains.v[i].root;

        strbuf_printf(&roots, "%s%.*s", i > 0 ? ", " : "", STR_ARG(root));
        if (str_eq(mod, root)) {
            w->root = root;
        }
    }
    if (w->root.n > 0 || (std && (l->mods.mains.n == 0 || l->env.minor < 24))) {
        strbuf_release(&roots);
        return true;
    }
    if (!std && l->mods.mains.n > 0) {
        load_mods_list(&l->mods, &mods);
        for (size_t i = 0; i < mods.n; i++) {
            struct load_trouble t;

            cached = cached || (load_mods_fetch(&l->mods, mods.v[i], &t) && !mods.v[i]->main &&
                                path_is_below(dir, mods.v[i]->dir));
        }
        vec_release(&mods);
    }
    if (cached && l->env.minor < 24) {
        strbuf_release(&roots);
        return true;
    }
    if (std || cached) {
        text = str_fmt(a, "pattern %.*s: directory %.*s is outside module root%s (%.*s)",
                       STR_ARG(pattern), STR_ARG(dir), l->mods.mains.n > 1 ? "s" : "",
                       STR_ARG(strbuf_str(&roots)));
    } else {
        text = str_fmt(
            a,
            "pattern %.*s: directory prefix %.*s does not contain %s or %s selected dependencies",
            STR_ARG(pattern), STR_ARG(path_short(a, l->env.cwd, dir)),
            l->mods.work_file.n > 0 ? "modules listed in go.work" : "main module",
            l->mods.work_file.n > 0 ? "their" : "its");
    }
    load_error_add(l, text, l->mods.mains.n == 0 ? STR("go mod init") : (str){0});
    strbuf_release(&roots);
    return false;
}

/* ./x/..., ../..., /abs/... */
static void walk_local(struct loader *l, str pattern, pkgs *out)
{
    struct arena *a = &l->arena;
    bool dotted = str_has_prefix(pattern, STR("./"));
    str clean = path_clean(a, pattern), stem, dir, name, abs;
    struct walk w = {.l = l, .resolve = true, .found = out};
    i64 dots;

    if (dotted && !str_is(clean, ".")) {
        clean = str_fmt(a, "./%.*s", STR_ARG(clean));
    }
    dots = str_find(clean, STR("..."));
    stem = str_slice(clean, 0, (size_t)dots);
    dots = str_find_last_byte(stem, '/');
    dir = dots < 0 ? STR(".") : dots == 0 ? STR("/") : str_slice(stem, 0, (size_t)dots);
    abs = path_under(a, l->env.cwd, dir);
    /* The name of the top as the pattern spells it: "." for ./..., "./x" for ./x/... */
    name = path_clean(a, dir);
    if (dotted && !str_is(name, ".")) {
        name = str_fmt(a, "./%.*s", STR_ARG(name));
    } else if (dotted) {
        name = STR(".");
    }
    w.pattern = clean;
    w.stop_at_modules = l->modules;
    if (!load_fs_is_dir(&l->fs, abs)) {
        load_error_add(l,
                       str_fmt(a, "pattern %.*s: lstat %.*s/: no such file or directory",
                               STR_ARG(pattern), STR_ARG(dir)),
                       (str){0});
        return;
    }
    if (l->modules && !may_walk(l, &w, pattern, abs)) {
        return;
    }
    walk(&w, abs, name, true);
}

/* -- patterns ---------------------------------------------------------------------------------- */

static str clean_pattern(struct arena *a, str p)
{
    bool dotted;

    if (path_is_abs(p)) {
        return path_clean(a, p);
    }
    p = str_replace(a, p, STR("\\"), STR("/"));
    dotted = str_has_prefix(p, STR("./"));
    p = path_clean(a, p);
    return dotted && !str_is(p, ".") ? str_fmt(a, "./%.*s", STR_ARG(p)) : p;
}

/* A package that was named and is not there is an entry with an error. */
static void not_found(struct loader *l, str path, const struct load_trouble *t)
{
    bool fresh;
    union map_val *v = strmap_put(&l->by_path, path, &fresh);
    struct pkg *p = fresh ? ARENA_NEW(&l->arena, struct pkg) : v->p;

    if (fresh) {
        v->p = p;
        p->pub.path = path;
        p->missing = true;
        p->resolved = true;
        p->dir = ARENA_NEW(&l->arena, struct load_dir);
        vec_push(&l->all, p);
    }
    p->pub.matched = true;
    load_complain(l, p, NULL, t->text, t->remedy);
}

static void literal(struct loader *l, str pattern)
{
    struct load_trouble t = {0};
    str path = pattern, dir;
    struct pkg *p;

    if (load_path_is_local(pattern) || path_is_abs(pattern)) {
        dir = path_under(&l->arena, l->env.cwd, pattern);
        path = dir;
        if (l->modules && !load_mods_path_of_dir(&l->mods, dir, &path, &t)) {
            not_found(l, pattern, &t);
            return;
        }
    } else {
        i64 at = str_find_byte(pattern, '@');

        if (at >= 0) {
            t.text = STR("can only use path@version syntax with 'go get' and 'go install' in "
                         "module-aware mode");
            not_found(l, pattern, &t);
            return;
        }
    }
    p = load_resolve(l, path, NULL, &t);
    if (!p) {
        not_found(l, path, &t);
        return;
    }
    p->pub.matched = true;
}

/* Packages that a wildcard found count if a file of theirs is for this build. */
static void take_found(struct loader *l, str pattern, pkgs *found, size_t n_errors)
{
    bool any = l->errors.n > n_errors; /* enough has been said then */

    load_scan_fresh(l);
    for (size_t i = 0; i < found->n; i++) {
        struct pkg *p = found->v[i];

        if (load_dir_empty(p->dir) && p->dir->error.n == 0) {
            continue;
        }
        /* The vendored pprof is a command, but none of Go's. */
        if (str_is(pattern, "cmd") && load_path_has_prefix(p->pub.path, STR("cmd/vendor")) &&
            str_is(p->dir->package, "main")) {
            continue;
        }
        p->pub.matched = true;
        any = true;
        p->in_all = p->in_all || str_is(pattern, "all");
    }
    if (!any && !str_is(pattern, "tool") && !str_is(pattern, "all")) {
        load_error_add(
            l, str_fmt(&l->arena, "warning: \"%.*s\" matched no packages", STR_ARG(pattern)),
            (str){0});
    }
}

static void wildcard(struct loader *l, str pattern)
{
    struct strmap have = {0};
    pkgs found = {0};
    bool tool = str_is(pattern, "tool"), all = str_is(pattern, "all");
    size_t n_errors = l->errors.n;

    if (load_path_is_local(pattern) || path_is_abs(pattern)) {
        walk_local(l, pattern, &found);
    } else if (str_is(pattern, "std") || str_is(pattern, "cmd")) {
        walk_std(l, pattern, &found, &have);
    } else if (!l->modules) {
        walk_std(l, pattern, &found, &have);
        if (all) {
            walk_std(l, STR("cmd"), &found, &have);
        }
        walk_gopath(l, pattern, &found, &have);
    } else if (!is_meta(pattern)) {
        walk_std(l, pattern, &found, &have);
        walk_modules(l, pattern, false, &found, &have);
    } else if (!tool) {
        l->all_pattern = l->all_pattern || all;
        walk_modules(l, pattern, true, &found, &have);
    }
    take_found(l, pattern, &found, n_errors);
    for (size_t i = 0; (tool || all) && l->modules && i < l->mods.mains.n; i++) {
        const struct load_gomod *g = &l->mods.mains.v[i].gomod;

        for (size_t j = 0; j < g->tool.n; j++) {
            literal(l, g->tool.v[j]);
            if (all) {
                union map_val *v = strmap_get(&l->by_path, g->tool.v[j]);

                if (v) {
                    ((struct pkg *)v->p)->in_all = true;
                }
            }
        }
    }
    strmap_release(&have);
    vec_release(&found);
}

/* x.go y.go: a package of its own. */
static void command_line_files(struct loader *l, const str *patterns, size_t n)
{
    struct arena *a = &l->arena;
    str *names = ARENA_ARRAY(a, str, n), dir = {0};
    struct pkg *p;

    for (size_t i = 0; i < n; i++) {
        str path = path_under(a, l->env.cwd, patterns[i]), d = path_dir(a, path);

        if (!str_has_suffix(patterns[i], STR(".go"))) {
            load_error_add(l,
                           str_fmt(a, "named files must be .go files: %.*s", STR_ARG(patterns[i])),
                           (str){0});
            return;
        }
        if (i > 0 && !str_eq(d, dir)) {
            load_error_add(l,
                           str_fmt(a,
                                   "named files must all be in one directory; have %.*s and %.*s",
                                   STR_ARG(path_short(a, l->env.cwd, dir)),
                                   STR_ARG(path_short(a, l->env.cwd, d))),
                           (str){0});
            return;
        }
        if (!load_fs_is_file(&l->fs, path)) {
            load_error_add(
                l,
                str_fmt(a, "no required module provides package %.*s; to add it:\n\tgo get %.*s",
                        STR_ARG(patterns[i]), STR_ARG(patterns[i])),
                (str){0});
            return;
        }
        dir = d;
        names[i] = path_base(path);
    }
    p = load_add_package(l, STR("command-line-arguments"), dir, NULL, false);
    p->cmdline = true;
    load_dir_scan(a, &l->fs, &l->env.build, l->env.cgo, true, load_fs_dir(&l->fs, dir), names, n, p->dir);
    p->pub.matched = true;
}

void load_expand(struct loader *l, const str *patterns, size_t n)
{
    static const str dot[] = {STR_INIT(".")};

    if (n == 0) {
        patterns = dot;
        n = 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (str_has_suffix(patterns[i], STR(".go")) &&
            load_fs_is_file(&l->fs, path_under(&l->arena, l->env.cwd, patterns[i]))) {
            command_line_files(l, patterns, n);
            return;
        }
    }
    for (size_t i = 0; i < n; i++) {
        str p = clean_pattern(&l->arena, patterns[i]);

        if (str_contains(p, STR("...")) || is_meta(p)) {
            wildcard(l, p);
        } else {
            literal(l, p);
        }
    }
}
