/* load_mod.c: go.work, go.mod and the vendor directory: what the main modules say. */
#include <string.h>

#include "base/path.h"
#include "load/load_mod_int.h"
#include "load/load_version.h"

void load_mods_trouble(struct load_mods *m, str text, str remedy)
{
    for (size_t i = 0; i < m->errors.n; i++) {
        if (str_eq(m->errors.v[i].text, text)) {
            return;
        }
    }
    vec_push_in(m->a, &m->errors, (struct load_trouble){text, remedy});
}

str load_mods_key(struct load_mods *m, str path, str version)
{
    return str_fmt(m->a, "%.*s@%.*s", STR_ARG(path), STR_ARG(version));
}

str load_mods_text(struct load_mods *m, struct load_modver mod)
{
    return mod.version.n > 0 ? str_fmt(m->a, "%.*s@%.*s", STR_ARG(mod.path), STR_ARG(mod.version))
                             : mod.path;
}

str load_mods_shown(struct load_mods *m, str path)
{
    return path_short(m->a, m->env->cwd, path);
}

/* What go.work says of any version goes before what a module says of this one. */
const struct load_mod_replacement *load_mods_replaced(struct load_mods *m, str path, str version)
{
    const struct strmap *maps[] = {&m->work_replace, &m->replace};

    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        union map_val *v;

        if (maps[i]->n == 0) {
            continue;
        }
        v = strmap_get(maps[i], load_mods_key(m, path, version));
        if (!v && version.n > 0) {
            v = strmap_get(maps[i], load_mods_key(m, path, (str){0}));
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

bool load_mods_too_new(const struct load_mods *m, str go)
{
    /* Older ones do not look at it. */
    return m->env->minor >= 21 && go.n > 0 && str_has_prefix(m->env->go_version, STR("go")) &&
           load_gover_valid(str_from(m->env->go_version, 2)) &&
           load_gover_cmp(go, str_from(m->env->go_version, 2)) > 0;
}

str load_mods_too_new_text(struct load_mods *m, str what, str go)
{
    return str_fmt(m->a, "%.*s requires go >= %.*s (running go %.*s)", STR_ARG(what), STR_ARG(go),
                   STR_ARG(str_from(m->env->go_version, 2)));
}

/* -- main modules ------------------------------------------------------------------------------ */

str load_mods_up(struct load_mods *m, str dir, str name)
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

    load_mods_trouble(m,
                      str_fmt(m->a, "errors parsing %.*s:\n%.*s", STR_ARG(load_mods_shown(m, file)),
                              STR_ARG(all)),
                      (str){0});
}

static void add_replacements(struct load_mods *m, const struct load_gomod *g, str base, bool work)
{
    for (size_t i = 0; i < g->replace.n; i++) {
        const struct load_replace *r = &g->replace.v[i];
        bool fresh;
        union map_val *v = strmap_put(work ? &m->work_replace : &m->replace,
                                      load_mods_key(m, r->old.path, r->old.version), &fresh);
        struct load_mod_replacement *old = v->p, *to = ARENA_NEW(m->a, struct load_mod_replacement);
        bool dirs = !fresh && old->to.version.n == 0 && r->new_.version.n == 0;

        *to = (struct load_mod_replacement){r->new_, base};
        v->p = to;
        /* In a workspace the modules must not disagree, unless go.work decides. */
        if (fresh || m->work_file.n == 0 || work ||
            (dirs ? str_eq(path_under(m->a, old->base, old->to.path),
                           path_under(m->a, base, r->new_.path))
                  : str_eq(old->to.path, r->new_.path) &&
                        str_eq(old->to.version, r->new_.version)) ||
            strmap_get(&m->work_replace, load_mods_key(m, r->old.path, r->old.version)) ||
            strmap_get(&m->work_replace, load_mods_key(m, r->old.path, (str){0}))) {
            continue;
        }
        load_mods_trouble(
            m,
            str_fmt(m->a,
                    "conflicting replacements for %.*s:\n\t%.*s\n\t%.*s\nuse \"go work edit "
                    "-replace %.*s=[override]\" to resolve",
                    STR_ARG(load_mods_text(m, r->old)), STR_ARG(load_mods_text(m, old->to)),
                    STR_ARG(load_mods_text(m, r->new_)), STR_ARG(load_mods_text(m, r->old))),
            str_fmt(m->a, "go work edit -replace %.*s=[override]",
                    STR_ARG(load_mods_text(m, r->old))));
    }
}

static bool add_main(struct load_mods *m, str file, str root)
{
    struct load_main mm = {.root = root, .file = file};
    struct err e;
    str text;

    if (!load_fs_read(m->fs, m->a, file, &text, &e)) {
        load_mods_trouble(m, str_dup(m->a, str_of(e.text)), (str){0});
        return false;
    }
    load_gomod_parse(m->a, text, load_mods_shown(m, file), LOAD_GOMOD_MAIN, m->env->minor,
                     &mm.gomod);
    if (mm.gomod.errors.n > 0) {
        parse_errors(m, &mm.gomod, file);
    } else if (mm.gomod.module.n == 0) {
        load_mods_trouble(
            m,
            str_fmt(m->a,
                    "error reading %.*s: missing module declaration. To specify the module "
                    "path:\n\tgo mod edit "
                    "-module=example.com/mod",
                    STR_ARG(load_mods_shown(m, file))),
            STR("go mod edit -module=example.com/mod"));
    }
    if (load_mods_too_new(m, mm.gomod.go)) {
        load_mods_trouble(m, load_mods_too_new_text(m, load_mods_shown(m, file), mm.gomod.go),
                          (str){0});
    }
    mm.path = mm.gomod.module.n > 0 ? mm.gomod.module : STR("command-line-arguments");
    mm.in_goroot = path_is_below(root, m->env->goroot_src) &&
                   (str_is(mm.path, "std") || str_is(mm.path, "cmd"));
    if (load_mods_main_of(m, mm.path)) {
        load_mods_trouble(
            m, str_fmt(m->a, "module %.*s appears multiple times in workspace", STR_ARG(mm.path)),
            (str){0});
        return false;
    }
    mm.module = ARENA_NEW(m->a, struct load_module);
    mm.module->path = mm.path;
    mm.module->dir = root;
    /* Without a go line, and not in a workspace: go's DefaultGoModVersion (cmd/go/internal/gover). */
    mm.module->go_version = mm.gomod.go.n > 0 || m->work_file.n > 0 ? mm.gomod.go : STR("1.16");
    mm.module->main = true;
    strmap_put(&m->modules, load_mods_key(m, mm.path, (str){0}), NULL)->p = mm.module;
    add_replacements(m, &mm.gomod, root, false);
    for (size_t i = 0; i < mm.gomod.exclude.n; i++) {
        strmap_put(&m->exclude,
                   load_mods_key(m, mm.gomod.exclude.v[i].path, mm.gomod.exclude.v[i].version),
                   NULL)
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
        load_mods_trouble(m, str_fmt(m->a, "reading go.work: %s", e.text), (str){0});
        return;
    }
    if (!load_gomod_parse(m->a, text, load_mods_shown(m, m->work_file), LOAD_GOMOD_WORK,
                          m->env->minor, &m->work)) {
        parse_errors(m, &m->work, m->work_file);
    }
    if (load_mods_too_new(m, m->work.go)) {
        load_mods_trouble(
            m, load_mods_too_new_text(m, load_mods_shown(m, m->work_file), m->work.go), (str){0});
    }
    add_replacements(m, &m->work, dir, true);
    for (size_t i = 0; i < m->work.use.n; i++) {
        str root = path_under(m->a, dir, m->work.use.v[i]),
            file = path_join(m->a, root, STR("go.mod"));

        if (!load_fs_is_file(m->fs, file)) {
            load_mods_trouble(
                m,
                str_fmt(m->a,
                        "cannot load module %.*s listed in go.work file: open %.*s: no such file "
                        "or directory",
                        STR_ARG(load_mods_shown(m, root)), STR_ARG(load_mods_shown(m, file))),
                (str){0});
            continue;
        }
        add_main(m, file, root);
    }
    if (m->mains.n == 0) {
        load_mods_trouble(
            m, STR("no modules were found in the current workspace; see 'go help work'"), (str){0});
    }
}

/* The vendor directory is used if it is asked for, or if it is there and the go line says 1.14 or later. */
static void choose_mode(struct load_mods *m)
{
    str want = m->env->mod, go, text, root;
    bool work = m->work_file.n > 0;
    const char *file = work ? "go.work" : "go.mod";
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
        load_mods_trouble(
            m,
            str_fmt(m->a, "-mod=%.*s not supported (can be '', 'mod', 'readonly', or 'vendor')",
                    STR_ARG(want)),
            (str){0});
    }
    if (m->mode == LOAD_MOD_MOD || str_is(want, "readonly") ||
        (want.n == 0 && (m->mains.v[0].in_goroot || (work && m->env->minor < 22))) ||
        !load_fs_is_dir(m->fs, m->vendor_dir)) {
        return;
    }
    go = work ? m->work.go : m->mains.v[0].gomod.go;
    if (want.n == 0 && load_gover_cmp(go, STR("1.14")) < 0) {
        m->mode_why = str_fmt(m->a, "Go version in %s is %.*s, so vendor directory was not used.",
                              file, STR_ARG(go.n > 0 ? go : STR("unspecified")));
        return;
    }
    if (load_fs_read(m->fs, m->a, path_join(m->a, m->vendor_dir, STR("modules.txt")), &text, &e)) {
        load_vendor_parse(m->a, text, &m->vendor);
    }
    if (want.n == 0 && m->vendor.workspace != work) {
        m->mode_why = work
                          ? STR("In workspace mode, but vendor directory is not for a workspace")
                          : STR("Outside workspace mode, but vendor directory is for a workspace.");
        return;
    }
    if (want.n == 0) {
        m->mode_why =
            str_fmt(m->a, "Go version in %s is at least 1.14 and vendor directory exists.", file);
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
                    STR_ARG(load_mods_text(m, g->require.v[j].mod)));
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
                              STR_ARG(load_mods_text(m, r->old)),
                              STR_ARG(load_mods_shown(m, where)));
            } else if (!work && (!str_eq(v->replacement.path, r->new_.path) ||
                                 !str_eq(v->replacement.version, r->new_.version))) {
                strbuf_printf(
                    &b,
                    "\n\t%.*s: is replaced by %.*s in %.*s, but marked as replaced by %.*s "
                    "in vendor/modules.txt",
                    STR_ARG(load_mods_text(m, r->old)), STR_ARG(load_mods_text(m, r->new_)),
                    STR_ARG(load_mods_shown(m, where)), STR_ARG(load_mods_text(m, v->replacement)));
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
                STR_ARG(load_mods_text(m, v->mod)), work ? "a " : "");
        }
        if (v->replaced && !load_mods_replaced(m, v->mod.path, v->mod.version)) {
            strbuf_printf(
                &b,
                "\n\t%.*s: is marked as replaced in vendor/modules.txt, but not replaced in "
                "%s",
                STR_ARG(load_mods_text(m, v->mod)), work ? "the workspace" : "go.mod");
        }
    }
    if (b.n > 0) {
        str cmd = str_fmt(m->a, "go %s vendor", work ? "work" : "mod");

        load_mods_trouble(
            m,
            str_fmt(m->a,
                    "inconsistent vendoring in %.*s:%.*s\n\n\tTo ignore the vendor directory, use "
                    "-mod=readonly or -mod=mod.\n\tTo sync the vendor directory, run:\n\t\t%.*s",
                    STR_ARG(path_dir(m->a, m->vendor_dir)), STR_ARG(strbuf_str(&b)), STR_ARG(cmd)),
            cmd);
    }
    strbuf_release(&b);
}

static void read_sums(struct load_mods *m)
{
    str text, line, path, version, hash, name = m->mains.v[0].file;

    m->needs_sums = true;
    str_cut_suffix(&name, STR(".mod"));
    name = str_fmt(m->a, "%.*s.sum", STR_ARG(name));
    if (!load_fs_read(m->fs, m->a, name, &text, NULL)) {
        return;
    }
    while (str_next_line(&text, &line)) {
        if (str_next_field(&line, &path) && str_next_field(&line, &version) &&
            str_next_field(&line, &hash) && str_has_prefix(hash, STR("h1:"))) {
            strmap_put(&m->sums, load_mods_key(m, path, version), NULL)->u = 1;
        }
    }
}

bool load_mods_has_sum(struct load_mods *m, struct load_modver v, const char *suffix)
{
    return !m->needs_sums || strmap_get(&m->sums, str_fmt(m->a, "%.*s@%.*s%s", STR_ARG(v.path),
                                                          STR_ARG(v.version), suffix));
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
                                         : load_mods_up(m, env->cwd, STR("go.work"));
    }
    if (m->work_file.n > 0) {
        read_work(m);
    } else {
        file = load_mods_up(m, env->cwd, STR("go.mod"));
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
    } else if (m->mode == LOAD_MOD_READONLY && m->work_file.n == 0 && m->mains.n > 0) {
        read_sums(m);
    }
    for (size_t i = 0; m->work_file.n == 0 && i < m->mains.n; i++) {
        const struct load_gomod *g = &m->mains.v[i].gomod;

        for (size_t j = 0; j < g->require.n; j++) {
            const struct load_modver *r = &g->require.v[j].mod;
            bool fresh;
            union map_val *v;

            if (strmap_get(&m->exclude, load_mods_key(m, r->path, r->version))) {
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
    strmap_release(&m->sums);
}
