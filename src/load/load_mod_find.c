/* load_mod_find.c: where modules and their packages lie. */
#include <string.h>

#include "base/path.h"
#include "load/load_mod_int.h"
#include "load/load_version.h"

/* -- modules of the build ---------------------------------------------------------------------- */

static struct load_module *module_of(struct load_mods *m, struct load_modver mod)
{
    bool fresh;
    union map_val *v = strmap_put(&m->modules, load_mods_key(m, mod.path, mod.version), &fresh);
    const struct load_mod_replacement *r;
    struct load_module *pub;

    if (!fresh) {
        return v->p;
    }
    pub = ARENA_NEW(m->a, struct load_module);
    v->p = pub;
    pub->path = mod.path;
    pub->version = mod.version;
    r = load_mods_replaced(m, mod.path, mod.version);
    if (r) {
        pub->replace_path = r->to.path;
        pub->replace_version = r->to.version;
    }
    return pub;
}

bool load_mods_fetch(struct load_mods *m, struct load_module *mod, struct load_trouble *t)
{
    struct load_modver v = {mod->path, mod->version};
    const struct load_mod_replacement *r;

    if (mod->main || mod->dir.n > 0) {
        return true;
    }
    r = load_mods_replaced(m, v.path, v.version);
    if (r && r->to.version.n == 0) {
        str dir = path_under(m->a, r->base, r->to.path);

        if (!load_fs_is_dir(m->fs, dir)) {
            t->text = str_fmt(m->a, "%.*s: replacement directory %.*s does not exist",
                              STR_ARG(load_mods_text(m, v)), STR_ARG(r->to.path));
            return false;
        }
        mod->dir = dir;
    } else {
        str dir = load_mods_cache_dir(m, r ? r->to : v);

        if (m->env->modcache.n == 0 || !load_fs_is_dir(m->fs, dir)) {
            *t = load_mods_not_cached(m, r ? r->to : v, "it");
            return false;
        }
        mod->dir = dir;
    }
    return true;
}

static bool set_go_version(struct load_mods *m, struct load_module *mod, struct load_trouble *t)
{
    struct load_mod_node *n;

    if (mod->main || m->mode == LOAD_MOD_VENDOR) {
        return true;
    }
    n = load_mods_node(m, (struct load_modver){mod->path, mod->version});
    mod->go_version = n->gomod.go;
    if (!n->ok) {
        *t = n->trouble;
    }
    return n->ok;
}

void load_mods_list(struct load_mods *m, load_modules *out)
{
    const struct strmap_entry *e;

    for (size_t i = 0; i < m->mains.n; i++) {
        vec_push(out, m->mains.v[i].module);
    }
    if (m->mode == LOAD_MOD_VENDOR) {
        return;
    }
    load_mods_graph(m);
    for (size_t i = 0; strmap_next(&m->selected, &i, &e);) {
        vec_push(out, module_of(m, *(const struct load_modver *)e->val.cp));
    }
}

/* -- packages ---------------------------------------------------------------------------------- */

bool load_is_std_package(struct load_fs *fs, const struct load_env *env, str path, str *dir)
{
    const struct load_fs_dir *d;

    *dir = str_fmt(fs->a, "%.*s/%.*s", STR_ARG(env->goroot_src), STR_ARG(path));
    d = load_fs_dir(fs, *dir);
    return d->exists && d->go_files;
}

/* Whether the module of that path at root has a directory with Go files for the package. */
static bool dir_in_module(struct load_mods *m, str path, str mod_path, str root, bool local,
                          str *dir)
{
    const struct load_fs_dir *d;

    if (!load_path_has_prefix(path, mod_path)) {
        return false;
    }
    *dir = root;
    if (path.n > mod_path.n) {
        str rel = mod_path.n > 0 ? str_from(path, mod_path.n + 1) : path;

        *dir = str_fmt(m->a, "%.*s/%.*s", STR_ARG(root), STR_ARG(rel));
    }
    for (str up = *dir; local && up.n > root.n; up = path_dir(m->a, up)) {
        if (load_fs_dir(m->fs, up)->go_mod) {
            return false;
        }
    }
    d = load_fs_dir(m->fs, *dir);
    return d->exists && d->go_files;
}

struct found {
    struct load_module *mod;
    str dir;
};
typedef VEC(struct found) founds;

/* What was found, and which modules could not be looked into, since go.sum does not have them. */
struct search {
    founds f;
    VEC(struct load_modver) unsummed;
};

static bool no_sum(struct load_mods *m, str path, const struct load_importer *by,
                   const struct search *s, struct load_trouble *t)
{
    struct strbuf b = {0}, hint = {0};

    if (by) {
        strbuf_printf(&hint, "go get%s %.*s%s%.*s", by->test ? " -t" : "", STR_ARG(by->path),
                      by->version.n > 0 ? "@" : "", STR_ARG(by->version));
    } else {
        strbuf_puts(&hint, "go mod download");
        for (size_t i = s->unsummed.n; i-- > 0;) {
            strbuf_printf(&hint, " %.*s", STR_ARG(s->unsummed.v[i].path));
        }
    }
    t->remedy = str_dup(m->a, strbuf_str(&hint));
    strbuf_printf(&b,
                  s->f.n > 0 ? "missing go.sum entry needed to verify package %.*s"
                             : "missing go.sum entry for module providing package %.*s",
                  STR_ARG(path));
    if (by) {
        strbuf_printf(&b, " (imported by %.*s)", STR_ARG(by->path));
    }
    strbuf_printf(&b, "%s; to add:\n\t%.*s", s->f.n > 0 ? " is provided by exactly one module" : "",
                  STR_ARG(t->remedy));
    t->text = str_dup(m->a, strbuf_str(&b));
    strbuf_release(&b);
    strbuf_release(&hint);
    return false;
}

static bool is_meta(const struct load_mods *m, str path)
{
    return str_is(path, "std") || str_is(path, "cmd") || str_is(path, "all") ||
           (m->env->minor >= 24 && str_is(path, "tool")) ||
           (m->env->minor >= 25 && str_is(path, "work"));
}

static bool ambiguous(struct load_mods *m, str path, const founds *f, bool modules,
                      struct load_trouble *t)
{
    struct strbuf b = {0};

    strbuf_printf(&b, "ambiguous import: found package %.*s in multiple %s:", STR_ARG(path),
                  modules ? "modules" : "directories");
    for (size_t k = 0; k < f->n; k++) {
        const struct found *x = &f->v[modules ? f->n - 1 - k : k];

        if (modules) {
            strbuf_printf(&b, "\n\t%.*s", STR_ARG(x->mod->path));
            if (x->mod->version.n > 0) {
                strbuf_printf(&b, " %.*s", STR_ARG(x->mod->version));
            }
            strbuf_printf(&b, " (%.*s)", STR_ARG(x->dir));
        } else {
            strbuf_printf(&b, "\n\t%.*s", STR_ARG(x->dir));
        }
    }
    t->text = str_dup(m->a, strbuf_str(&b));
    strbuf_release(&b);
    return false;
}

static bool missing(struct load_mods *m, str path, struct load_trouble *t)
{
    const struct strmap_entry *e;

    if (load_path_is_std(path)) {
        t->text = str_fmt(m->a,
                          m->env->minor >= 21 ? "package %.*s is not in std (%.*s/%.*s)"
                                              : "package %.*s is not in GOROOT (%.*s/%.*s)",
                          STR_ARG(path), STR_ARG(m->env->goroot_src), STR_ARG(path));
        return false;
    }
    if (m->mains.n == 0) {
        t->text =
            str_fmt(m->a,
                    "no required module provides package %.*s: go.mod file not found in current "
                    "directory or any parent directory; see 'go help modules'",
                    STR_ARG(path));
        t->remedy = STR("go mod init");
        return false;
    }
    t->remedy = str_fmt(m->a, "go get %.*s", STR_ARG(path));
    if (m->mode == LOAD_MOD_MOD) {
        t->text = str_fmt(m->a, "cannot find module providing package %.*s", STR_ARG(path));
        return false;
    }
    for (size_t i = 0; m->mode == LOAD_MOD_READONLY && strmap_next(&m->replace, &i, &e);) {
        const struct load_mod_replacement *r = e->val.p;
        str old, version, dir;

        str_cut(e->key, STR("@"), &old, &version);
        if (!load_path_has_prefix(path, old) || strmap_get(&m->selected, old)) {
            continue;
        }
        dir = r->to.version.n == 0 ? path_under(m->a, r->base, r->to.path)
                                   : load_mods_cache_dir(m, r->to);
        if (dir_in_module(m, path, old, dir, r->to.version.n == 0, &dir)) {
            struct load_modver v = {old, version};

            t->remedy = str_fmt(m->a, "go get %.*s", STR_ARG(load_mods_text(m, v)));
            t->text =
                str_fmt(m->a,
                        "module %.*s provides package %.*s and is replaced but not required; to "
                        "add it:\n\t%.*s",
                        STR_ARG(old), STR_ARG(path), STR_ARG(t->remedy));
            return false;
        }
    }
    if (m->mode_why.n > 0 || m->env->mod.n > 0) {
        bool vendor = m->mode == LOAD_MOD_VENDOR, why = m->mode_why.n > 0;

        t->text = str_fmt(m->a,
                          "cannot find module providing package %.*s: import lookup disabled by "
                          "-mod=%s%s%.*s%s",
                          STR_ARG(path), vendor ? "vendor" : "readonly", why ? "\n\t(" : "",
                          STR_ARG(m->mode_why), why ? ")" : "");
        if (vendor) {
            t->remedy = str_fmt(m->a, "%.*s && go mod vendor", STR_ARG(t->remedy));
        }
        return false;
    }
    t->text = str_fmt(m->a, "no required module provides package %.*s; to add it:\n\t%.*s",
                      STR_ARG(path), STR_ARG(t->remedy));
    return false;
}

static bool find_vendor_package(struct load_mods *m, str path, struct load_place *p,
                                struct load_trouble *t)
{
    founds f = {0};
    str dir;

    for (size_t i = 0; i < m->mains.n; i++) {
        const struct load_main *mm = &m->mains.v[i];

        if (dir_in_module(m, path, mm->path, mm->root, true, &dir)) {
            vec_push_in(m->a, &f, (struct found){mm->module, dir});
        }
    }
    if (dir_in_module(m, path, (str){0}, m->vendor_dir, false, &dir)) {
        union map_val *v = strmap_get(&m->vendor_pkgs, path);

        if (v) {
            const struct load_vendored *d = v->p;
            struct load_module *mod = module_of(m, d->mod);

            mod->go_version = d->go_version;
            mod->dir = str_fmt(m->a, "%.*s/%.*s", STR_ARG(m->vendor_dir), STR_ARG(mod->path));
            vec_push_in(m->a, &f, (struct found){mod, dir});
        }
    }
    if (f.n > 1) {
        return ambiguous(m, path, &f, false, t);
    }
    if (f.n == 0) {
        return missing(m, path, t);
    }
    p->module = f.v[0].mod;
    p->dir = f.v[0].dir;
    return true;
}

/* The version of a module that the build has, by the requirements of the main module alone or by the
 * graph. */
static struct load_module *selected(struct load_mods *m, str path, bool graph)
{
    const struct load_main *mm = load_mods_main_of(m, path);
    const union map_val *v;

    if (mm) {
        return mm->module;
    }
    v = strmap_get(graph ? &m->selected : &m->roots, path);
    return v ? module_of(m, *(const struct load_modver *)v->cp) : NULL;
}

static bool find_in_modules(struct load_mods *m, str path, bool graph, struct search *s,
                            struct load_trouble *t)
{
    for (str prefix = path; prefix.n > 0;) {
        struct load_module *mod = selected(m, prefix, graph);
        i64 slash = str_find_last_byte(prefix, '/');
        str dir;

        if (mod) {
            const struct load_mod_replacement *r = load_mods_replaced(m, mod->path, mod->version);
            bool local = mod->main || (r && r->to.version.n == 0);
            struct load_modver actual = r ? r->to : (struct load_modver){mod->path, mod->version};

            if (!local && !load_mods_has_sum(m, actual, "")) {
                vec_push_in(m->a, &s->unsummed, (struct load_modver){mod->path, mod->version});
            } else if (!load_mods_fetch(m, mod, t)) {
                return false;
            } else if (dir_in_module(m, path, mod->path, mod->dir, local, &dir)) {
                vec_push_in(m->a, &s->f, (struct found){mod, dir});
            }
        }
        prefix = slash < 0 ? (str){0} : str_slice(prefix, 0, (size_t)slash);
    }
    return true;
}

bool load_mods_find(struct load_mods *m, str path, const struct load_importer *by,
                    struct load_place *p, struct load_trouble *t)
{
    struct search s = {0};
    bool graph = !m->pruned || m->graph_done || m->work_file.n > 0;
    struct err e;

    memset(p, 0, sizeof(*p));
    memset(t, 0, sizeof(*t));
    if (str_find_byte(path, '@') >= 0) {
        t->text = STR("can only use path@version syntax with 'go get' and 'go install' in "
                      "module-aware mode");
        return false;
    }
    if (load_path_is_local(path)) {
        t->text =
            str_fmt(m->a,
                    "\"%.*s\" is relative, but relative import paths are not supported in module "
                    "mode",
                    STR_ARG(path));
        return false;
    }
    if (path_is_abs(path)) {
        t->text =
            str_fmt(m->a, "\"%.*s\" is not a package path; see 'go help packages'", STR_ARG(path));
        return false;
    }
    if (is_meta(m, path)) {
        t->text = str_fmt(m->a, "\"%.*s\" is not an importable package; see 'go help packages'",
                          STR_ARG(path));
        return false;
    }
    if (!load_check_import_path(path, &e)) {
        t->text = str_dup(m->a, str_of(e.text));
        return false;
    }
    if (load_path_is_std(path) && load_is_std_package(m->fs, m->env, path, &p->dir)) {
        p->std = true;
        return true;
    }
    if (m->mode == LOAD_MOD_VENDOR) {
        return find_vendor_package(m, path, p, t);
    }
    for (;;) {
        if (graph) {
            load_mods_graph(m);
        }
        /* What the main module requires itself is looked at first even if the graph is known. */
        if ((m->pruned && m->work_file.n == 0 && !find_in_modules(m, path, false, &s, t)) ||
            (s.f.n + s.unsummed.n == 0 && graph && !find_in_modules(m, path, true, &s, t))) {
            return false;
        }
        if (s.f.n > 1) {
            return ambiguous(m, path, &s.f, true, t);
        }
        if (s.unsummed.n > 0) {
            return no_sum(m, path, by, &s, t);
        }
        if (s.f.n == 1) {
            p->module = s.f.v[0].mod;
            p->dir = s.f.v[0].dir;
            p->implicit = m->work_file.n == 0 && m->pruned && !p->module->main &&
                          !strmap_get(&m->roots, p->module->path);
            return set_go_version(m, p->module, t);
        }
        if (graph) {
            return missing(m, path, t);
        }
        graph = true;
    }
}

/* -- directories ------------------------------------------------------------------------------- */

bool load_mods_path_of_dir(struct load_mods *m, str dir, str *path, struct load_trouble *t)
{
    struct load_trouble none = {0};
    const struct load_fs_dir *d = load_fs_dir(m->fs, dir);
    load_modules all = {0};
    str short_dir, why = {0}, rel;

    memset(t, 0, sizeof(*t));
    if (!d->exists) {
        t->text = str_fmt(m->a, "stat %.*s: directory not found", STR_ARG(dir));
        return false;
    }
    if (!d->go_files) {
        t->text = str_fmt(m->a, "no Go files in %.*s", STR_ARG(dir));
        return false;
    }
    for (size_t i = 0; i < m->mains.n; i++) {
        const struct load_main *mm = &m->mains.v[i];
        str sub;

        if (mm->in_goroot || !path_is_below(dir, mm->root)) {
            continue;
        }
        rel = dir.n > mm->root.n ? str_from(dir, mm->root.n + (mm->root.n > 1)) : (str){0};
        if (str_find_byte(rel, '@') >= 0) {
            continue;
        }
        sub = rel;
        if (str_cut_prefix(&sub, STR("vendor/"))) {
            if (m->mode != LOAD_MOD_VENDOR) {
                t->text = str_fmt(m->a, "without -mod=vendor, directory %.*s has no package path",
                                  STR_ARG(dir));
                return false;
            }
            if (!strmap_get(&m->vendor_pkgs, sub)) {
                t->text =
                    str_fmt(m->a, "directory %.*s is not a package listed in vendor/modules.txt",
                            STR_ARG(dir));
                return false;
            }
            *path = sub;
            return true;
        }
        *path = rel.n > 0 ? str_fmt(m->a, "%.*s/%.*s", STR_ARG(mm->path), STR_ARG(rel)) : mm->path;
        if (dir_in_module(m, *path, mm->path, mm->root, true, &sub)) {
            return true;
        }
        why = str_fmt(m->a, "main module (%.*s) does not contain package %.*s", STR_ARG(mm->path),
                      STR_ARG(*path));
    }
    if (path_is_below(dir, m->env->goroot_src) && dir.n > m->env->goroot_src.n) {
        *path = str_from(dir, m->env->goroot_src.n + 1);
        if (str_is(*path, "builtin")) {
            t->text = STR("\"builtin\" is a pseudo-package, not an importable package");
            return false;
        }
        return true;
    }
    if (why.n > 0) {
        t->text = why;
        return false;
    }
    if (m->mains.n == 0) {
        t->text =
            STR("go.mod file not found in current directory or any parent directory; see 'go help "
                "modules'");
        t->remedy = STR("go mod init");
        return false;
    }
    load_mods_list(m, &all);
    for (size_t i = 0; i < all.n; i++) {
        struct load_module *mod = all.v[i];

        if (!mod->main && load_mods_fetch(m, mod, &none) && path_is_below(dir, mod->dir)) {
            rel = dir.n > mod->dir.n ? str_from(dir, mod->dir.n + 1) : (str){0};
            *path = rel.n > 0 ? str_fmt(m->a, "%.*s/%.*s", STR_ARG(mod->path), STR_ARG(rel))
                              : mod->path;
            vec_release(&all);
            return true;
        }
    }
    vec_release(&all);
    short_dir = load_mods_shown(m, dir);
    short_dir = str_is(short_dir, ".") ? STR("current directory")
                                       : str_fmt(m->a, "directory %.*s", STR_ARG(short_dir));
    if (m->work_file.n > 0) {
        str root = load_mods_up(m, dir, STR("go.mod"));

        if (root.n > 0) {
            t->remedy = str_fmt(m->a, "go work use %.*s",
                                STR_ARG(load_mods_shown(m, path_dir(m->a, root))));
            t->text =
                str_fmt(m->a,
                        "%.*s is contained in a module that is not one of the workspace modules "
                        "listed in go.work. You can add the module to the workspace using:\n\t%.*s",
                        STR_ARG(short_dir), STR_ARG(t->remedy));
        } else {
            t->text = str_fmt(
                m->a, "%.*s outside modules listed in go.work or their selected dependencies",
                STR_ARG(short_dir));
        }
    } else {
        t->text = str_fmt(m->a, "%.*s outside main module or its selected dependencies",
                          STR_ARG(short_dir));
    }
    return false;
}

bool load_mods_ignores(struct load_mods *m, str root, str dir)
{
    const struct load_gomod *g = NULL;
    str rel;

    if (dir.n <= root.n) {
        return false;
    }
    for (size_t i = 0; i < m->mains.n; i++) {
        if (str_eq(m->mains.v[i].root, root)) {
            g = &m->mains.v[i].gomod;
        }
    }
    if (!g) {
        bool fresh;
        union map_val *v = strmap_put(&m->ignored, root, &fresh);

        if (fresh) {
            struct load_gomod *own = ARENA_NEW(m->a, struct load_gomod);
            str text;

            if (load_fs_read(m->fs, m->a, path_join(m->a, root, STR("go.mod")), &text, NULL)) {
                load_gomod_parse(m->a, text, STR("go.mod"), LOAD_GOMOD_DEPENDENCY, m->env->minor,
                                 own);
            }
            v->p = own;
        }
        g = v->p;
    }
    if (g->ignore.n == 0) {
        return false;
    }
    rel = str_fmt(m->a, "%.*s/", STR_ARG(str_from(dir, root.n)));
    for (size_t i = 0; i < g->ignore.n; i++) {
        str p = g->ignore.v[i];
        bool anchored = str_cut_prefix(&p, STR("./"));

        str_cut_prefix(&p, STR("/"));
        str_cut_suffix(&p, STR("/"));
        p = str_fmt(m->a, "/%.*s/", STR_ARG(p));
        if (anchored ? str_has_prefix(rel, p) : str_contains(rel, p)) {
            return true;
        }
    }
    return false;
}
