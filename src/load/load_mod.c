#include "load/load_mod.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "load/load_version.h"

struct replacement {
    struct load_modver to; /* version empty: a directory */
    str base;              /* that the directory is relative to */
};

/* A go.mod file of the graph. */
struct node {
    struct load_modver mod;
    struct load_gomod gomod;
    bool loaded, ok;
    bool queued[2]; /* as pruned, as unpruned */
    struct load_trouble trouble;
};

static void trouble(struct load_mods *m, str text, str remedy)
{
    for (size_t i = 0; i < m->errors.n; i++) {
        if (str_eq(m->errors.v[i].text, text)) {
            return;
        }
    }
    vec_push_in(m->a, &m->errors, (struct load_trouble){text, remedy});
}

static str key_of(struct load_mods *m, str path, str version)
{
    return str_fmt(m->a, "%.*s@%.*s", STR_ARG(path), STR_ARG(version));
}

static str mod_text(struct load_mods *m, struct load_modver mod)
{
    return mod.version.n > 0 ? str_fmt(m->a, "%.*s@%.*s", STR_ARG(mod.path), STR_ARG(mod.version))
                             : mod.path;
}

/* How messages call a file: relative to where we are. */
static str shown(struct load_mods *m, str path)
{
    return path_short(m->a, m->env->cwd, path);
}

/* What go.work says of any version goes before what a module says of this one. */
static const struct replacement *replaced(struct load_mods *m, str path, str version)
{
    const struct strmap *maps[] = {&m->work_replace, &m->replace};

    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        union map_val *v;

        if (maps[i]->n == 0) {
            continue;
        }
        v = strmap_get(maps[i], key_of(m, path, version));
        if (!v && version.n > 0) {
            v = strmap_get(maps[i], key_of(m, path, (str){0}));
        }
        if (v) {
            return v->p;
        }
    }
    return NULL;
}

const struct load_main *load_mods_main_of(const struct load_mods *m, str module_path)
{
    for (size_t i = 0; i < m->mains.n; i++) {
        if (str_eq(m->mains.v[i].path, module_path)) {
            return &m->mains.v[i];
        }
    }
    return NULL;
}

static bool too_new(const struct load_mods *m, str go)
{
    /* Older ones do not look at it. */
    return m->env->minor >= 21 && go.n > 0 && str_has_prefix(m->env->go_version, STR("go")) &&
           load_gover_valid(str_from(m->env->go_version, 2)) &&
           load_gover_cmp(go, str_from(m->env->go_version, 2)) > 0;
}

static str too_new_text(struct load_mods *m, str what, str go)
{
    return str_fmt(m->a, "%.*s requires go >= %.*s (running go %.*s)", STR_ARG(what), STR_ARG(go),
                   STR_ARG(str_from(m->env->go_version, 2)));
}

/* -- main modules ------------------------------------------------------------------------------ */

static str find_up(struct load_mods *m, str dir, str name)
{
    for (;;) {
        str file = path_join(m->a, dir, name);

        if (load_fs_is_file(m->fs, file)) {
            return file;
        }
        if (dir.n <= 1) {
            return (str){0};
        }
        dir = path_dir(m->a, dir);
    }
}

static void parse_errors(struct load_mods *m, const struct load_gomod *g, str file)
{
    str all = str_join(m->a, g->errors.v, g->errors.n, STR("\n"));

    trouble(m, str_fmt(m->a, "errors parsing %.*s:\n%.*s", STR_ARG(shown(m, file)), STR_ARG(all)),
            (str){0});
}

static void add_replacements(struct load_mods *m, const struct load_gomod *g, str base, bool work)
{
    for (size_t i = 0; i < g->replace.n; i++) {
        const struct load_replace *r = &g->replace.v[i];
        bool fresh;
        union map_val *v = strmap_put(work ? &m->work_replace : &m->replace,
                                      key_of(m, r->old.path, r->old.version), &fresh);
        struct replacement *old = v->p, *to = ARENA_NEW(m->a, struct replacement);
        bool dirs = !fresh && old->to.version.n == 0 && r->new_.version.n == 0;

        *to = (struct replacement){r->new_, base};
        v->p = to;
        /* In a workspace the modules must not disagree, unless go.work decides. */
        if (fresh || m->work_file.n == 0 || work ||
            (dirs ? str_eq(path_under(m->a, old->base, old->to.path),
                           path_under(m->a, base, r->new_.path))
                  : str_eq(old->to.path, r->new_.path) &&
                        str_eq(old->to.version, r->new_.version)) ||
            strmap_get(&m->work_replace, key_of(m, r->old.path, r->old.version)) ||
            strmap_get(&m->work_replace, key_of(m, r->old.path, (str){0}))) {
            continue;
        }
        trouble(
            m,
            str_fmt(m->a,
                    "conflicting replacements for %.*s:\n\t%.*s\n\t%.*s\nuse \"go work edit "
                    "-replace %.*s=[override]\" to resolve",
                    STR_ARG(mod_text(m, r->old)), STR_ARG(mod_text(m, old->to)),
                    STR_ARG(mod_text(m, r->new_)), STR_ARG(mod_text(m, r->old))),
            str_fmt(m->a, "go work edit -replace %.*s=[override]", STR_ARG(mod_text(m, r->old))));
    }
}

static bool add_main(struct load_mods *m, str file, str root)
{
    struct load_main mm = {.root = root, .file = file};
    struct err e;
    str text;

    if (!load_fs_read(m->fs, m->a, file, &text, &e)) {
        trouble(m, str_dup(m->a, str_of(e.text)), (str){0});
        return false;
    }
    load_gomod_parse(m->a, text, shown(m, file), LOAD_GOMOD_MAIN, m->env->minor, &mm.gomod);
    if (mm.gomod.errors.n > 0) {
        parse_errors(m, &mm.gomod, file);
    } else if (mm.gomod.module.n == 0) {
        trouble(m,
                str_fmt(m->a,
                        "no module declaration in %.*s. To specify the module path:\n\tgo mod edit "
                        "-module=example.com/mod",
                        STR_ARG(shown(m, file))),
                STR("go mod edit -module=example.com/mod"));
    }
    if (too_new(m, mm.gomod.go)) {
        trouble(m, too_new_text(m, shown(m, file), mm.gomod.go), (str){0});
    }
    mm.path = mm.gomod.module.n > 0 ? mm.gomod.module : STR("command-line-arguments");
    mm.in_goroot = path_is_below(root, m->env->goroot_src) &&
                   (str_is(mm.path, "std") || str_is(mm.path, "cmd"));
    if (load_mods_main_of(m, mm.path)) {
        trouble(m,
                str_fmt(m->a, "module %.*s appears multiple times in workspace", STR_ARG(mm.path)),
                (str){0});
        return false;
    }
    mm.module = ARENA_NEW(m->a, struct load_module);
    mm.module->path = mm.path;
    mm.module->dir = root;
    mm.module->go_version = mm.gomod.go;
    mm.module->main = true;
    strmap_put(&m->modules, key_of(m, mm.path, (str){0}), NULL)->p = mm.module;
    add_replacements(m, &mm.gomod, root, false);
    for (size_t i = 0; i < mm.gomod.exclude.n; i++) {
        strmap_put(&m->exclude,
                   key_of(m, mm.gomod.exclude.v[i].path, mm.gomod.exclude.v[i].version), NULL)
            ->u = 1;
    }
    vec_push_in(m->a, &m->mains, mm);
    return true;
}

static void read_work(struct load_mods *m)
{
    str text, dir = path_dir(m->a, m->work_file);
    struct err e;

    if (!load_fs_read(m->fs, m->a, m->work_file, &text, &e)) {
        trouble(m, str_fmt(m->a, "reading go.work: %s", e.text), (str){0});
        return;
    }
    if (!load_gomod_parse(m->a, text, shown(m, m->work_file), LOAD_GOMOD_WORK, m->env->minor,
                          &m->work)) {
        parse_errors(m, &m->work, m->work_file);
    }
    if (too_new(m, m->work.go)) {
        trouble(m, too_new_text(m, shown(m, m->work_file), m->work.go), (str){0});
    }
    add_replacements(m, &m->work, dir, true);
    for (size_t i = 0; i < m->work.use.n; i++) {
        str root = path_under(m->a, dir, m->work.use.v[i]),
            file = path_join(m->a, root, STR("go.mod"));

        if (!load_fs_is_file(m->fs, file)) {
            trouble(
                m,
                str_fmt(m->a,
                        "cannot load module %.*s listed in go.work file: open %.*s: no such file "
                        "or directory",
                        STR_ARG(m->work.use.v[i]), STR_ARG(shown(m, file))),
                (str){0});
            continue;
        }
        add_main(m, file, root);
    }
    if (m->mains.n == 0) {
        trouble(m, STR("no modules were found in the current workspace; see 'go help work'"),
                (str){0});
    }
}

/* The vendor directory is used if it is asked for, or if it is there and the go line says 1.14 or later. */
static void choose_mode(struct load_mods *m)
{
    str want = m->env->mod, go, text, root;
    bool work = m->work_file.n > 0;
    struct err e;

    m->mode = LOAD_MOD_READONLY;
    if (m->mains.n == 0) {
        return;
    }
    root = work ? path_dir(m->a, m->work_file) : m->mains.v[0].root;
    m->vendor_dir = path_join(m->a, root, STR("vendor"));
    if (str_is(want, "mod")) {
        m->mode = LOAD_MOD_MOD;
    } else if (str_is(want, "vendor")) {
        m->mode = LOAD_MOD_VENDOR;
    } else if (want.n > 0 && !str_is(want, "readonly")) {
        trouble(m,
                str_fmt(m->a, "-mod=%.*s not supported (can be '', 'mod', 'readonly', or 'vendor')",
                        STR_ARG(want)),
                (str){0});
    }
    go = work ? m->work.go : m->mains.v[0].gomod.go;
    if (want.n == 0 && (load_gover_cmp(go, STR("1.14")) < 0 || (work && m->env->minor < 22))) {
        return;
    }
    if (m->mode == LOAD_MOD_MOD || str_is(want, "readonly") ||
        (m->mains.v[0].in_goroot && want.n == 0)) {
        return;
    }
    if (!load_fs_is_dir(m->fs, m->vendor_dir)) {
        return;
    }
    if (load_fs_read(m->fs, m->a, path_join(m->a, m->vendor_dir, STR("modules.txt")), &text, &e)) {
        load_vendor_parse(m->a, text, &m->vendor);
    }
    if (want.n == 0 && m->vendor.workspace != work) {
        return;
    }
    m->mode = LOAD_MOD_VENDOR;
    for (size_t i = 0; i < m->vendor.mods.n; i++) {
        struct load_vendored *v = &m->vendor.mods.v[i];

        for (size_t j = 0; j < v->packages.n; j++) {
            strmap_put(&m->vendor_pkgs, v->packages.v[j], NULL)->p = v;
        }
    }
}

static const struct load_vendored *find_vendored(const struct load_mods *m, struct load_modver mod)
{
    for (size_t i = 0; i < m->vendor.mods.n; i++) {
        const struct load_vendored *v = &m->vendor.mods.v[i];

        if (str_eq(v->mod.path, mod.path) && str_eq(v->mod.version, mod.version)) {
            return v;
        }
    }
    return NULL;
}

static bool explicitly_required(const struct load_mods *m, struct load_modver mod)
{
    for (size_t i = 0; i < m->mains.n; i++) {
        const struct load_gomod *g = &m->mains.v[i].gomod;

        for (size_t j = 0; j < g->require.n; j++) {
            if (str_eq(g->require.v[j].mod.path, mod.path) &&
                str_eq(g->require.v[j].mod.version, mod.version)) {
                return true;
            }
        }
    }
    return false;
}

/* vendor/modules.txt must say what go.mod says (go.dev/ref/mod#vendoring). */
static void check_vendor(struct load_mods *m)
{
    struct strbuf b = {0};
    bool work = m->work_file.n > 0;

    if (!work && load_gover_cmp(m->mains.v[0].gomod.go, STR("1.14")) < 0) {
        return;
    }
    for (size_t i = 0; i < m->mains.n; i++) {
        const struct load_gomod *g = &m->mains.v[i].gomod;

        for (size_t j = 0; j < g->require.n; j++) {
            const struct load_vendored *v = find_vendored(m, g->require.v[j].mod);

            if (!v || !v->is_explicit) {
                strbuf_printf(
                    &b,
                    "\n\t%.*s: is explicitly required in go.mod, but not marked as explicit "
                    "in vendor/modules.txt",
                    STR_ARG(mod_text(m, g->require.v[j].mod)));
            }
        }
    }
    for (size_t i = 0; i <= m->mains.n; i++) {
        const struct load_gomod *g = i < m->mains.n ? &m->mains.v[i].gomod : &m->work;

        for (size_t j = 0; j < g->replace.n; j++) {
            const struct load_replace *r = &g->replace.v[j];
            const struct load_vendored *v = find_vendored(m, r->old);
            str where = i < m->mains.n ? m->mains.v[i].file : m->work_file;

            if (load_mods_main_of(m, r->old.path)) {
                continue;
            }
            if (!v || !v->replaced) {
                strbuf_printf(&b,
                              "\n\t%.*s: is replaced in %.*s, but not marked as replaced in "
                              "vendor/modules.txt",
                              STR_ARG(mod_text(m, r->old)), STR_ARG(shown(m, where)));
            } else if (!work && (!str_eq(v->replacement.path, r->new_.path) ||
                                 !str_eq(v->replacement.version, r->new_.version))) {
                strbuf_printf(
                    &b,
                    "\n\t%.*s: is replaced by %.*s in %.*s, but marked as replaced by %.*s "
                    "in vendor/modules.txt",
                    STR_ARG(mod_text(m, r->old)), STR_ARG(mod_text(m, r->new_)),
                    STR_ARG(shown(m, where)), STR_ARG(mod_text(m, v->replacement)));
            }
        }
    }
    for (size_t i = 0; i < m->vendor.mods.n; i++) {
        const struct load_vendored *v = &m->vendor.mods.v[i];

        if (v->used && v->is_explicit && !explicitly_required(m, v->mod)) {
            strbuf_printf(
                &b,
                "\n\t%.*s: is marked as explicit in vendor/modules.txt, but not explicitly "
                "required in %sgo.mod",
                STR_ARG(mod_text(m, v->mod)), work ? "a " : "");
        }
        if (v->replaced && !replaced(m, v->mod.path, v->mod.version)) {
            strbuf_printf(
                &b,
                "\n\t%.*s: is marked as replaced in vendor/modules.txt, but not replaced in "
                "%s",
                STR_ARG(mod_text(m, v->mod)), work ? "the workspace" : "go.mod");
        }
    }
    if (b.n > 0) {
        str cmd = str_fmt(m->a, "go %s vendor", work ? "work" : "mod");

        trouble(
            m,
            str_fmt(m->a,
                    "inconsistent vendoring in %.*s:%.*s\n\n\tTo ignore the vendor directory, use "
                    "-mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\t%.*s",
                    STR_ARG(path_dir(m->a, m->vendor_dir)), STR_ARG(strbuf_str(&b)), STR_ARG(cmd)),
            cmd);
    }
    strbuf_release(&b);
}

void load_mods_init(struct load_mods *m, struct arena *a, const struct load_env *env,
                    struct load_fs *fs)
{
    str file;

    memset(m, 0, sizeof(*m));
    m->a = a;
    m->env = env;
    m->fs = fs;
    if (!str_is(env->gowork, "off")) {
        m->work_file = env->gowork.n > 0 ? path_under(a, env->cwd, env->gowork)
                                         : find_up(m, env->cwd, STR("go.work"));
    }
    if (m->work_file.n > 0) {
        read_work(m);
    } else {
        file = find_up(m, env->cwd, STR("go.mod"));
        if (file.n > 0) {
            str root = path_dir(a, file);

            if (env->modfile.n > 0) {
                file = path_under(a, env->cwd, env->modfile);
            }
            add_main(m, file, root);
        }
    }
    m->pruned = m->work_file.n > 0 ||
                (m->mains.n == 1 && load_gover_cmp(m->mains.v[0].gomod.go, STR("1.17")) >= 0);
    choose_mode(m);
    if (m->mode == LOAD_MOD_VENDOR) {
        check_vendor(m);
    }
    for (size_t i = 0; m->work_file.n == 0 && i < m->mains.n; i++) {
        const struct load_gomod *g = &m->mains.v[i].gomod;

        for (size_t j = 0; j < g->require.n; j++) {
            const struct load_modver *r = &g->require.v[j].mod;
            bool fresh;
            union map_val *v;

            if (strmap_get(&m->exclude, key_of(m, r->path, r->version))) {
                continue;
            }
            v = strmap_put(&m->roots, r->path, &fresh);
            if (fresh ||
                load_semver_cmp(((const struct load_modver *)v->cp)->version, r->version) < 0) {
                v->cp = r;
            }
        }
    }
}

void load_mods_release(struct load_mods *m)
{
    strmap_release(&m->replace);
    strmap_release(&m->work_replace);
    strmap_release(&m->exclude);
    strmap_release(&m->roots);
    strmap_release(&m->nodes);
    strmap_release(&m->selected);
    strmap_release(&m->modules);
    strmap_release(&m->vendor_pkgs);
    strmap_release(&m->ignored);
}

/* -- the graph --------------------------------------------------------------------------------- */

static str cache_dir(struct load_mods *m, struct load_modver v)
{
    return str_fmt(m->a, "%.*s/%.*s@%.*s", STR_ARG(m->env->modcache),
                   STR_ARG(load_escape(m->a, v.path)), STR_ARG(load_escape(m->a, v.version)));
}

static struct load_trouble not_in_cache(struct load_mods *m, struct load_modver v, const char *what)
{
    struct load_trouble t;

    if (str_is(m->env->proxy, "off")) {
        t.text =
            str_fmt(m->a, "%.*s: module lookup disabled by GOPROXY=off", STR_ARG(mod_text(m, v)));
    } else {
        t.text = str_fmt(m->a, "%.*s: %s is not in the module cache (%.*s)",
                         STR_ARG(mod_text(m, v)), what, STR_ARG(m->env->modcache));
    }
    t.remedy = str_fmt(m->a, "go mod download %.*s", STR_ARG(mod_text(m, v)));
    return t;
}

static bool read_gomod(struct load_mods *m, struct load_modver mod, str *text, str *file,
                       struct load_trouble *t)
{
    const struct replacement *r = replaced(m, mod.path, mod.version);
    struct load_modver actual = r ? r->to : mod;
    struct err e;

    if (r && actual.version.n == 0) {
        str dir = path_under(m->a, r->base, actual.path);

        *file = path_join(m->a, dir, STR("go.mod"));
        if (load_fs_read(m->fs, m->a, *file, text, &e)) {
            return true;
        }
        t->text =
            str_fmt(m->a, "%.*s (replaced by %.*s): reading %.*s: %s", STR_ARG(mod_text(m, mod)),
                    STR_ARG(actual.path), STR_ARG(shown(m, *file)), e.text);
        return false;
    }
    *file = str_fmt(m->a, "%.*s/cache/download/%.*s/@v/%.*s.mod", STR_ARG(m->env->modcache),
                    STR_ARG(load_escape(m->a, actual.path)),
                    STR_ARG(load_escape(m->a, actual.version)));
    if (load_fs_read(m->fs, m->a, *file, text, NULL)) {
        return true;
    }
    /* A cache without its download part, as some build systems keep it. */
    *file = path_join(m->a, cache_dir(m, actual), STR("go.mod"));
    if (load_fs_read(m->fs, m->a, *file, text, NULL)) {
        return true;
    }
    *t = not_in_cache(m, actual, "its go.mod file");
    return false;
}

static struct node *node_of(struct load_mods *m, struct load_modver mod)
{
    bool fresh;
    union map_val *v = strmap_put(&m->nodes, key_of(m, mod.path, mod.version), &fresh);

    if (fresh) {
        struct node *n = ARENA_NEW(m->a, struct node);

        n->mod = mod;
        v->p = n;
    }
    return v->p;
}

/* The go.mod file of a module version, read once. */
static struct node *load_node(struct load_mods *m, struct load_modver mod)
{
    struct node *n = node_of(m, mod);
    const struct load_main *mm = load_mods_main_of(m, mod.path);
    const struct replacement *r;
    str text, file;

    if (n->loaded) {
        return n;
    }
    n->loaded = true;
    if (mm && mod.version.n == 0) {
        n->gomod = mm->gomod;
        n->ok = true;
        return n;
    }
    if (!read_gomod(m, mod, &text, &file, &n->trouble)) {
        return n;
    }
    if (!load_gomod_parse(m->a, text, str_of("go.mod"), LOAD_GOMOD_DEPENDENCY, m->env->minor,
                          &n->gomod)) {
        n->trouble.text = str_fmt(
            m->a, "%.*s: parsing %.*s: %.*s", STR_ARG(mod_text(m, mod)), STR_ARG(shown(m, file)),
            STR_ARG(str_join(m->a, n->gomod.errors.v, n->gomod.errors.n, STR("\n"))));
        return n;
    }
    r = replaced(m, mod.path, mod.version);
    if (!(r && r->to.version.n == 0) && n->gomod.module.n > 0 &&
        !str_eq(n->gomod.module, mod.path) && !(r && str_eq(n->gomod.module, r->to.path))) {
        n->trouble.text = str_fmt(
            m->a,
            "%.*s: parsing go.mod:\n\tmodule declares its path as: %.*s\n\t        "
            "but was required as: %.*s",
            STR_ARG(mod_text(m, r ? r->to : mod)), STR_ARG(n->gomod.module), STR_ARG(mod.path));
        return n;
    }
    if (too_new(m, n->gomod.go)) {
        n->trouble.text = too_new_text(m, mod_text(m, mod), n->gomod.go);
        /* What it says is understood all the same. */
    }
    n->ok = n->trouble.text.n == 0;
    return n;
}

static bool is_pruned(const struct load_gomod *g)
{
    return load_gover_cmp(g->go, STR("1.17")) >= 0;
}

/* Takes path@version into account; true if it is a higher one than before. */
static void select_version(struct load_mods *m, const struct load_modver *mod)
{
    bool fresh;
    union map_val *v = strmap_put(&m->selected, mod->path, &fresh);

    if (fresh || load_semver_cmp(((const struct load_modver *)v->cp)->version, mod->version) < 0) {
        v->cp = mod;
    }
}

struct visit {
    struct load_modver mod;
    bool unpruned;
};
typedef VEC(struct visit) visits;

/* Reads the go.mod files that count, breadth first.  A module whose requirements are pruned gives those it
 * names itself, no further ones. */
static void walk(struct load_mods *m, visits *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        struct visit v = queue->v[i];
        struct node *n = load_node(m, v.mod);
        bool unpruned;

        if (n->queued[v.unpruned]) {
            continue;
        }
        n->queued[v.unpruned] = true;
        if (n->trouble.text.n > 0) {
            trouble(m, n->trouble.text, n->trouble.remedy);
        }
        unpruned = v.unpruned || !is_pruned(&n->gomod);
        for (size_t j = 0; j < n->gomod.require.n; j++) {
            const struct load_modver *r = &n->gomod.require.v[j].mod;

            if (m->exclude.n > 0 && strmap_get(&m->exclude, key_of(m, r->path, r->version))) {
                continue;
            }
            if (load_mods_main_of(m, r->path)) {
                continue;
            }
            select_version(m, r);
            if (unpruned || v.mod.version.n == 0) {
                vec_push(queue, (struct visit){*r, unpruned});
            }
        }
    }
}

/* In a workspace the modules that the main ones need are looked at in the version that was selected in the
 * end, until nothing changes (GOROOT/src/cmd/go/internal/modload/buildlist.go, readModGraph). */
static void settle_workspace(struct load_mods *m)
{
    struct strmap seen = {0}, paths = {0};
    bool again = true;

    for (size_t i = 0; i < m->mains.n; i++) {
        strmap_put(&paths, m->mains.v[i].path, NULL)->u = 1;
    }
    while (again) {
        visits queue = {0};
        struct strmap add = {0};
        const struct strmap_entry *e;

        again = false;
        for (size_t i = 0; strmap_next(&paths, &i, &e);) {
            const union map_val *sel = strmap_get(&m->selected, e->key);
            struct load_modver mod = {e->key, {0}};
            struct node *n;
            bool fresh;

            if (!load_mods_main_of(m, e->key)) {
                if (!sel) {
                    continue;
                }
                mod = *(const struct load_modver *)sel->cp;
            }
            strmap_put(&seen, key_of(m, mod.path, mod.version), &fresh);
            if (fresh) {
                vec_push(&queue, (struct visit){mod, false});
                continue;
            }
            n = load_node(m, mod);
            for (size_t j = 0; j < n->gomod.require.n; j++) {
                const struct load_modver *r = &n->gomod.require.v[j].mod;
                const union map_val *rs = strmap_get(&m->selected, r->path);

                if (rs && load_semver_cmp(((const struct load_modver *)rs->cp)->version,
                                          r->version) > 0) {
                    strmap_put(&add, r->path, NULL)->u = 1;
                }
            }
        }
        for (size_t i = 0; strmap_next(&add, &i, &e);) {
            bool fresh;

            strmap_put(&paths, e->key, &fresh);
            again = again || fresh;
        }
        again = again || queue.n > 0;
        for (size_t i = 0, fresh_ones = queue.n; i < fresh_ones; i++) {
            /* As a root: what it requires is read too. */
            struct node *n = load_node(m, queue.v[i].mod);

            for (size_t j = 0; j < n->gomod.require.n && queue.v[i].mod.version.n > 0; j++) {
                const struct load_modver *r = &n->gomod.require.v[j].mod;

                if (!load_mods_main_of(m, r->path)) {
                    select_version(m, r);
                    vec_push(&queue, (struct visit){*r, !is_pruned(&n->gomod)});
                }
            }
        }
        walk(m, &queue);
        vec_release(&queue);
        strmap_release(&add);
    }
    strmap_release(&seen);
    strmap_release(&paths);
}

static void load_graph(struct load_mods *m)
{
    visits queue = {0};
    const struct strmap_entry *e;

    if (m->graph_done) {
        return;
    }
    m->graph_done = true;
    for (size_t i = 0; i < m->mains.n; i++) {
        vec_push(&queue, (struct visit){{m->mains.v[i].path, {0}}, !m->pruned});
    }
    walk(m, &queue);
    vec_release(&queue);
    if (m->work_file.n > 0) {
        settle_workspace(m);
    }
    for (size_t i = 0;
         m->work_file.n == 0 && m->mode == LOAD_MOD_READONLY && strmap_next(&m->roots, &i, &e);) {
        const struct load_modver *root = e->val.cp;
        const union map_val *v = strmap_get(&m->selected, e->key);

        if (v && load_semver_cmp(((const struct load_modver *)v->cp)->version, root->version) > 0) {
            trouble(m, STR("updates to go.mod needed; to update it:\n\tgo mod tidy"),
                    STR("go mod tidy"));
            return;
        }
    }
}

/* -- modules of the build ---------------------------------------------------------------------- */

static struct load_module *module_of(struct load_mods *m, struct load_modver mod)
{
    bool fresh;
    union map_val *v = strmap_put(&m->modules, key_of(m, mod.path, mod.version), &fresh);
    const struct replacement *r;
    struct load_module *pub;

    if (!fresh) {
        return v->p;
    }
    pub = ARENA_NEW(m->a, struct load_module);
    v->p = pub;
    pub->path = mod.path;
    pub->version = mod.version;
    r = replaced(m, mod.path, mod.version);
    if (r) {
        pub->replace_path = r->to.path;
        pub->replace_version = r->to.version;
    }
    return pub;
}

bool load_mods_fetch(struct load_mods *m, struct load_module *mod, struct load_trouble *t)
{
    struct load_modver v = {mod->path, mod->version};
    const struct replacement *r;

    if (mod->main || mod->dir.n > 0) {
        return true;
    }
    r = replaced(m, v.path, v.version);
    if (r && r->to.version.n == 0) {
        str dir = path_under(m->a, r->base, r->to.path);

        if (!load_fs_is_dir(m->fs, dir)) {
            t->text = str_fmt(m->a, "%.*s: replacement directory %.*s does not exist",
                              STR_ARG(mod_text(m, v)), STR_ARG(r->to.path));
            return false;
        }
        mod->dir = dir;
    } else {
        str dir = cache_dir(m, r ? r->to : v);

        if (m->env->modcache.n == 0 || !load_fs_is_dir(m->fs, dir)) {
            *t = not_in_cache(m, r ? r->to : v, "it");
            return false;
        }
        mod->dir = dir;
    }
    return true;
}

static bool set_go_version(struct load_mods *m, struct load_module *mod, struct load_trouble *t)
{
    struct node *n;

    if (mod->main || m->mode == LOAD_MOD_VENDOR) {
        return true;
    }
    n = load_node(m, (struct load_modver){mod->path, mod->version});
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
    load_graph(m);
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
        const struct replacement *r = e->val.p;
        str old, version, dir;

        str_cut(e->key, STR("@"), &old, &version);
        if (!load_path_has_prefix(path, old) || strmap_get(&m->selected, old)) {
            continue;
        }
        dir = r->to.version.n == 0 ? path_under(m->a, r->base, r->to.path) : cache_dir(m, r->to);
        if (dir_in_module(m, path, old, dir, r->to.version.n == 0, &dir)) {
            struct load_modver v = {old, version};

            t->remedy = str_fmt(m->a, "go get %.*s", STR_ARG(mod_text(m, v)));
            t->text =
                str_fmt(m->a,
                        "module %.*s provides package %.*s and is replaced but not required; to "
                        "add it:\n\t%.*s",
                        STR_ARG(old), STR_ARG(path), STR_ARG(t->remedy));
            return false;
        }
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

static bool find_in_modules(struct load_mods *m, str path, bool graph, founds *f,
                            struct load_trouble *t)
{
    for (str prefix = path; prefix.n > 0;) {
        struct load_module *mod = selected(m, prefix, graph);
        i64 slash = str_find_last_byte(prefix, '/');
        str dir;

        if (mod) {
            bool local = mod->main || (mod->replace_path.n > 0 && mod->replace_version.n == 0);

            if (!load_mods_fetch(m, mod, t)) {
                return false;
            }
            if (dir_in_module(m, path, mod->path, mod->dir, local, &dir)) {
                vec_push_in(m->a, f, (struct found){mod, dir});
            }
        }
        prefix = slash < 0 ? (str){0} : str_slice(prefix, 0, (size_t)slash);
    }
    return true;
}

bool load_mods_find(struct load_mods *m, str path, struct load_place *p, struct load_trouble *t)
{
    founds f = {0};
    bool graph = !m->pruned || m->graph_done || m->work_file.n > 0;
    struct err e;

    memset(p, 0, sizeof(*p));
    memset(t, 0, sizeof(*t));
    if (str_find_byte(path, '@') >= 0) {
        t->text = str_fmt(m->a, "import path \"%.*s\" should not have @version", STR_ARG(path));
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
            load_graph(m);
        }
        /* What the main module requires itself is looked at first even if the graph is known. */
        if ((m->pruned && m->work_file.n == 0 && !find_in_modules(m, path, false, &f, t)) ||
            (f.n == 0 && graph && !find_in_modules(m, path, true, &f, t))) {
            return false;
        }
        if (f.n > 1) {
            return ambiguous(m, path, &f, true, t);
        }
        if (f.n == 1) {
            p->module = f.v[0].mod;
            p->dir = f.v[0].dir;
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
    short_dir = shown(m, dir);
    short_dir = str_is(short_dir, ".") ? STR("current directory")
                                       : str_fmt(m->a, "directory %.*s", STR_ARG(short_dir));
    if (m->work_file.n > 0) {
        str root = find_up(m, dir, STR("go.mod"));

        if (root.n > 0) {
            t->remedy = str_fmt(m->a, "go work use %.*s", STR_ARG(shown(m, path_dir(m->a, root))));
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
