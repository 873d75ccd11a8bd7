/* load_mod_graph.c: the graph of module requirements, and the versions that it selects. */
#include <string.h>

#include "base/path.h"
#include "load/load_mod_int.h"
#include "load/load_version.h"

str load_mods_cache_dir(struct load_mods *m, struct load_modver v)
{
    return str_fmt(m->a, "%.*s/%.*s@%.*s", STR_ARG(m->env->modcache),
                   STR_ARG(load_escape(m->a, v.path)), STR_ARG(load_escape(m->a, v.version)));
}

struct load_trouble load_mods_not_cached(struct load_mods *m, struct load_modver v,
                                         const char *what)
{
    struct load_trouble t;

    t.remedy = str_fmt(m->a, "go mod download %.*s", STR_ARG(load_mods_text(m, v)));
    if (str_is(m->env->proxy, "off")) {
        t.text = str_fmt(m->a, "%.*s: module lookup disabled by GOPROXY=off",
                         STR_ARG(load_mods_text(m, v)));
    } else {
        t.text = str_fmt(m->a, "%.*s: %s is not in the module cache (%.*s); to fetch it:\n\t%.*s",
                         STR_ARG(load_mods_text(m, v)), what, STR_ARG(m->env->modcache),
                         STR_ARG(t.remedy));
    }
    return t;
}

static bool read_gomod(struct load_mods *m, struct load_modver mod, str *text, str *file,
                       struct load_trouble *t)
{
    const struct load_mod_replacement *r = load_mods_replaced(m, mod.path, mod.version);
    struct load_modver actual = r ? r->to : mod;
    struct err e;

    if (r && actual.version.n == 0) {
        str dir = path_under(m->a, r->base, actual.path);

        *file = path_join(m->a, dir, STR("go.mod"));
        if (load_fs_read(m->fs, m->a, *file, text, &e)) {
            return true;
        }
        t->text = str_fmt(m->a, "module %.*s: reading %.*s: %s", STR_ARG(actual.path),
                          STR_ARG(load_mods_shown(m, *file)), e.text);
        return false;
    }
    if (!load_mods_has_sum(m, actual, "/go.mod")) {
        t->remedy = str_fmt(m->a, "go mod download %.*s", STR_ARG(mod.path));
        t->text = str_fmt(m->a, "%.*s: missing go.sum entry for go.mod file; to add it:\n\t%.*s",
                          STR_ARG(load_mods_text(m, actual)), STR_ARG(t->remedy));
        return false;
    }
    *file = str_fmt(m->a, "%.*s/cache/download/%.*s/@v/%.*s.mod", STR_ARG(m->env->modcache),
                    STR_ARG(load_escape(m->a, actual.path)),
                    STR_ARG(load_escape(m->a, actual.version)));
    if (load_fs_read(m->fs, m->a, *file, text, NULL)) {
        return true;
    }
    /* A cache without its download part, as some build systems keep it. */
    *file = path_join(m->a, load_mods_cache_dir(m, actual), STR("go.mod"));
    if (load_fs_read(m->fs, m->a, *file, text, NULL)) {
        return true;
    }
    *t = load_mods_not_cached(m, actual, "its go.mod file");
    return false;
}

static struct load_mod_node *node_of(struct load_mods *m, struct load_modver mod)
{
    bool fresh;
    union map_val *v = strmap_put(&m->nodes, load_mods_key(m, mod.path, mod.version), &fresh);

    if (fresh) {
        struct load_mod_node *n = ARENA_NEW(m->a, struct load_mod_node);

        n->mod = mod;
        v->p = n;
    }
    return v->p;
}

/* The go.mod file of a module version, read once. */
struct load_mod_node *load_mods_node(struct load_mods *m, struct load_modver mod)
{
    struct load_mod_node *n = node_of(m, mod);
    const struct load_main *mm = load_mods_main_of(m, mod.path);
    const struct load_mod_replacement *r;
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
        n->trouble.text =
            str_fmt(m->a, "%.*s: parsing %.*s: %.*s", STR_ARG(load_mods_text(m, mod)),
                    STR_ARG(load_mods_shown(m, file)),
                    STR_ARG(str_join(m->a, n->gomod.errors.v, n->gomod.errors.n, STR("\n"))));
        return n;
    }
    r = load_mods_replaced(m, mod.path, mod.version);
    if (!(r && r->to.version.n == 0) && n->gomod.module.n > 0 &&
        !str_eq(n->gomod.module, mod.path) && !(r && str_eq(n->gomod.module, r->to.path))) {
        n->trouble.text =
            str_fmt(m->a,
                    "%.*s: parsing go.mod:\n\tmodule declares its path as: %.*s\n\t        "
                    "but was required as: %.*s",
                    STR_ARG(load_mods_text(m, r ? r->to : mod)), STR_ARG(n->gomod.module),
                    STR_ARG(mod.path));
        return n;
    }
    if (load_mods_too_new(m, n->gomod.go)) {
        n->trouble.text = load_mods_too_new_text(m, load_mods_text(m, mod), n->gomod.go);
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
        struct load_mod_node *n = load_mods_node(m, v.mod);
        bool unpruned;

        if (n->queued[v.unpruned]) {
            continue;
        }
        n->queued[v.unpruned] = true;
        if (n->trouble.text.n > 0) {
            load_mods_trouble(m, n->trouble.text, n->trouble.remedy);
        }
        unpruned = v.unpruned || !is_pruned(&n->gomod);
        for (size_t j = 0; j < n->gomod.require.n; j++) {
            const struct load_modver *r = &n->gomod.require.v[j].mod;

            if (m->exclude.n > 0 &&
                strmap_get(&m->exclude, load_mods_key(m, r->path, r->version))) {
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
            struct load_mod_node *n;
            bool fresh;

            if (!load_mods_main_of(m, e->key)) {
                if (!sel) {
                    continue;
                }
                mod = *(const struct load_modver *)sel->cp;
            }
            strmap_put(&seen, load_mods_key(m, mod.path, mod.version), &fresh);
            if (fresh) {
                vec_push(&queue, (struct visit){mod, false});
                continue;
            }
            n = load_mods_node(m, mod);
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
            struct load_mod_node *n = load_mods_node(m, queue.v[i].mod);

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

void load_mods_graph(struct load_mods *m)
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
            load_mods_trouble(m, STR("updates to go.mod needed; to update it:\n\tgo mod tidy"),
                              STR("go mod tidy"));
            return;
        }
    }
}
