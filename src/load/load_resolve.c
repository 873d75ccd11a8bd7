/* load_resolve.c: what package an import path means, by where the import stands. */
#include <string.h>

#include "base/path.h"
#include "load/load_int.h"
#include "load/load_version.h"

struct pkg *load_add_package(struct loader *l, str path, str dir, struct load_module *mod, bool std)
{
    bool fresh;
    union map_val *v = strmap_get(&l->by_path, path);
    struct pkg *p;

    if (v && !((struct pkg *)v->p)->missing) {
        return v->p;
    }
    path = str_dup(&l->arena, path);
    p = ARENA_NEW(&l->arena, struct pkg);
    strmap_put(&l->by_path, path, &fresh)->p = p;
    p->pub.path = path;
    p->pub.dir = str_dup(&l->arena, dir);
    p->pub.module = mod;
    p->pub.std = std;
    p->dir = ARENA_NEW(&l->arena, struct load_dir);
    load_fs_dir(&l->fs, p->pub.dir); /* while there is one thread only */
    vec_push(&l->all, p);
    vec_push(&l->fresh, p);
    return p;
}

static struct pkg *known(struct loader *l, str path)
{
    union map_val *v = strmap_get(&l->by_path, path);
    struct pkg *p = v ? v->p : NULL;

    return p && !p->missing ? p : NULL;
}

/* Packages of the standard library import what is in its own vendor directories. */
static str std_vendor(struct loader *l, str path, str from)
{
    struct arena *a = &l->arena;
    str vendored, dir;

    if (load_path_is_std(path)) {
        return path;
    }
    vendored =
        str_fmt(a, "%s/%.*s", load_path_has_prefix(from, STR("cmd")) ? "cmd/vendor" : "vendor",
                STR_ARG(path));
    dir = path_join(a, l->env.goroot_src, vendored);
    return load_fs_is_dir(&l->fs, dir) ? vendored : path;
}

static struct pkg *in_modules(struct loader *l, str path, const struct pkg *from,
                              struct load_trouble *t)
{
    struct load_importer by = {0};
    struct load_place place;
    struct pkg *p;

    if (from && from->pub.std) {
        path = std_vendor(l, path, from->pub.path);
    }
    p = known(l, path);
    if (p) {
        return p;
    }
    if (from) {
        by.path = from->pub.path;
        by.version = from->pub.module ? from->pub.module->version : (str){0};
        by.test = l->in_tests;
    }
    if (!load_mods_find(&l->mods, path, from ? &by : NULL, &place, t)) {
        return NULL;
    }
    if (place.implicit && from && from->pub.module && from->pub.module->main &&
        l->mods.mode == LOAD_MOD_READONLY) {
        /* It is said of the package, which is there nevertheless. */
        t->remedy = str_fmt(&l->arena, "go get %.*s@%.*s", STR_ARG(place.module->path),
                            STR_ARG(place.module->version));
        t->text =
            str_fmt(&l->arena,
                    "package %.*s imports %.*s from implicitly required module; to add missing "
                    "requirements, run:\n\t%.*s",
                    STR_ARG(from->pub.path), STR_ARG(path), STR_ARG(t->remedy));
    }
    return load_add_package(l, path, place.dir, place.module, place.std);
}

/* -- GOPATH mode ------------------------------------------------------------------------------- */

static bool has_go(struct loader *l, str dir)
{
    return load_fs_dir(&l->fs, dir)->go_files;
}

/* The src directory, of GOPATH or GOROOT, that dir is below; empty if none. */
static str src_root(struct loader *l, str dir)
{
    if (path_is_below(dir, l->env.goroot_src)) {
        return l->env.goroot_src;
    }
    for (size_t i = 0; i < l->env.gopath.n; i++) {
        str src = path_join(&l->arena, l->env.gopath.v[i], STR("src"));

        if (path_is_below(dir, src)) {
            return src;
        }
    }
    return (str){0};
}

static struct pkg *add_in_root(struct loader *l, str root, str dir)
{
    bool std = str_eq(root, l->env.goroot_src);
    str path = root.n > 0 && dir.n > root.n ? str_from(dir, root.n + 1)
                                            : str_fmt(&l->arena, "_%.*s", STR_ARG(dir));

    return load_add_package(l, path, dir, NULL, std);
}

static struct pkg *not_in_gopath(struct loader *l, str path, struct load_trouble *t)
{
    struct strbuf b = {0};
    str first = path, rest;

    str_cut(path, STR("/"), &first, &rest);
    strbuf_printf(&b, "cannot find package \"%.*s\" in any of:\n\t%.*s/%.*s (from $GOROOT)",
                  STR_ARG(path), STR_ARG(l->env.goroot_src), STR_ARG(path));
    for (size_t i = 0; i < l->env.gopath.n; i++) {
        strbuf_printf(&b, "\n\t%.*s/src/%.*s%s", STR_ARG(l->env.gopath.v[i]), STR_ARG(path),
                      i == 0 ? " (from $GOPATH)" : "");
    }
    t->text = str_dup(&l->arena, strbuf_str(&b));
    strbuf_release(&b);
    if (str_find_byte(first, '.') >= 0) {
        t->remedy = STR("put its source below GOPATH/src, or use modules (GO111MODULE=on)");
    }
    return NULL;
}

static struct pkg *in_gopath(struct loader *l, str path, const struct pkg *from,
                             struct load_trouble *t)
{
    struct arena *a = &l->arena;
    struct err e;
    str dir, root;

    if (path_is_abs(path) && !from) {
        const struct load_fs_dir *d = load_fs_dir(&l->fs, path);

        if (!d->exists || !d->go_files) {
            t->text = d->exists ? str_fmt(a, "no Go files in %.*s", STR_ARG(path))
                                : str_fmt(a, "cannot find package \"%.*s\" in:\n\t%.*s",
                                          STR_ARG(path_short(a, l->env.cwd, path)), STR_ARG(path));
            return NULL;
        }
        return add_in_root(l, src_root(l, path), path);
    }
    if (load_path_is_local(path) && from) {
        dir = path_join(a, from->pub.dir, path);
        if (src_root(l, from->pub.dir).n > 0 && !from->cmdline) {
            t->text = str_fmt(a, "local import \"%.*s\" in non-local package", STR_ARG(path));
            return NULL;
        }
        if (!load_fs_is_dir(&l->fs, dir)) {
            t->text =
                str_fmt(a, "cannot find package \"%.*s\" in:\n\t%.*s", STR_ARG(path), STR_ARG(dir));
            return NULL;
        }
        return add_in_root(l, src_root(l, dir), dir);
    }
    if (!load_check_import_path(path, &e)) {
        t->text = str_dup(a, str_of(e.text));
        return NULL;
    }
    if (from) {
        root = src_root(l, from->pub.dir);
        for (str up = from->pub.dir; root.n > 0 && up.n >= root.n; up = path_dir(a, up)) {
            dir = str_fmt(a, "%.*s/vendor/%.*s", STR_ARG(up), STR_ARG(path));
            if (load_fs_is_dir(&l->fs, str_fmt(a, "%.*s/vendor", STR_ARG(up))) && has_go(l, dir)) {
                return add_in_root(l, root, dir);
            }
        }
    }
    dir = str_fmt(a, "%.*s/%.*s", STR_ARG(l->env.goroot_src), STR_ARG(path));
    if (has_go(l, dir)) {
        return add_in_root(l, l->env.goroot_src, dir);
    }
    for (size_t i = 0; i < l->env.gopath.n; i++) {
        root = path_join(a, l->env.gopath.v[i], STR("src"));
        dir = str_fmt(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(path));
        if (has_go(l, dir)) {
            return add_in_root(l, root, dir);
        }
    }
    return not_in_gopath(l, path, t);
}

struct pkg *load_resolve(struct loader *l, str path, const struct pkg *from, struct load_trouble *t)
{
    memset(t, 0, sizeof(*t));
    if (from && path_is_abs(path)) {
        t->text = l->modules
                      ? str_fmt(&l->arena, "\"%.*s\" is not a package path; see 'go help packages'",
                                STR_ARG(path))
                      : STR("cannot import absolute path");
        return NULL;
    }
    return l->modules ? in_modules(l, path, from, t) : in_gopath(l, path, from, t);
}
