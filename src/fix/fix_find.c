/* fix_find.c: the rules over the files of a package. */
#include "fix/fix_find.h"

#include "fix/fix_names.h"
#include "fix/fix_whole.h"

struct fix_candidate *fix_propose(const struct fix_find *f, const struct fix_tree *t, const char *rule, node n)
{
    struct fix_candidate c = {
        .rule = rule,
        .pkg = t->pkg,
        .file = t->file,
        .at = ast_at(t->ast, n)->pos,
        .from = fix_start(t, n),
        .to = fix_end(t, n),
        .func = fix_func_decl(t, n),
        .edits = {.arena = f->arena},
    };

    vec_push_in(f->arena, f->out, c);
    return &vec_last(f->out);
}

/* Those that look at one file at a time. */
static const struct {
    const char *name;
    void (*find)(const struct fix_find *f, const struct fix_tree *t);
} rules[] = {
    {"fmt", fix_fmt}, {"prealloc", fix_prealloc}, {"hoist", fix_hoist}, {"buffer", fix_buffer}, {"outline", fix_outline},
};

/* Those that look at the package as a whole. */
static const struct {
    const char *name;
    void (*find)(const struct fix_whole *w);
} whole_rules[] = {
    {"value", fix_value}, {"closure", fix_closure}, {"append", fix_append}, {"dst", fix_dst}, {"param", fix_param},
};

bool fix_rule_exists(const char *name)
{
    bool found = false;

    for (size_t i = 0; i < ARRAY_LEN(whole_rules); i++) {
        found |= str_is(str_of(name), whole_rules[i].name);
    }
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        found |= str_is(str_of(name), rules[i].name);
    }
    return found;
}

static bool wants(const struct fix_find *f, const char *rule)
{
    return !f->rule || str_is(str_of(f->rule), rule);
}

/* The package with its tests, and the external ones; false if any file cannot be looked into. */
static bool all_trees(const struct fix_find *f, struct fix_tree ***out, u32 *n)
{
    const struct package *v[] = {f->test ? f->test : f->pkg, f->xtest};
    u32 files = v[0]->n_files + (v[1] ? v[1]->n_files : 0);

    *out = ARENA_ARRAY(f->arena, struct fix_tree *, files);
    *n = 0;
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        for (u32 k = 0; v[i] && k < v[i]->n_files; k++) {
            struct fix_tree *t = v[i]->n_errors == 0 ? fix_tree_new(f->arena, v[i], k) : NULL;
            if (!t) {
                return false;
            }
            (*out)[(*n)++] = t;
        }
    }
    return *n > 0;
}

/* Do the predeclared names in what a candidate writes mean what they say, in the package alone and with its tests? */
static bool names_hold(const struct fix_find *f, const struct fix_candidate *c)
{
    const struct package *v[] = {f->pkg, f->test, f->xtest};

    for (size_t i = 0; i < c->edits.v.n; i++) {
        const struct fix_edit *e = &c->edits.v.v[i];
        for (size_t k = 0; k < ARRAY_LEN(v); k++) {
            for (u32 file = 0; v[k] && file < v[k]->n_files; file++) {
                const struct file_info *info = &v[k]->files[file];
                if (info->ast->src == e->src && info->at && fix_names_hidden(v[k], info, e->text).n > 0) {
                    return false;
                }
            }
        }
    }
    return true;
}

static bool wants_whole(const struct fix_find *f)
{
    bool any = false;

    for (size_t k = 0; k < ARRAY_LEN(whole_rules); k++) {
        any |= wants(f, whole_rules[k].name);
    }
    return any;
}

/* The function declared at a place of the file; 0: none. */
static node func_at(const struct ast *ast, pos at)
{
    u32 n = ast_list_len(ast, ast->decls);

    for (u32 i = 0; i < n; i++) {
        node d = ast_list(ast, ast->decls)[i];
        if (ast_kind(ast, d) == AST_FUNC_DECL && ast_at(ast, d)->pos == at) {
            return d;
        }
    }
    return 0;
}

/* What was found in the package with its tests becomes one of the package itself, which has the same files with other nodes. */
static void to_plain(const struct fix_find *f, struct fix_candidate *c)
{
    const struct ast *found = c->pkg->files[c->file].ast;
    pos func = c->func ? ast_at(found, c->func)->pos : 0;

    c->func = 0;
    for (u32 i = 0; i < f->pkg->n_files; i++) {
        if (f->pkg->files[i].ast->src == found->src) {
            c->file = i;
            c->func = func ? func_at(f->pkg->files[i].ast, func) : 0;
        }
    }
    c->pkg = f->pkg;
}

static bool imports(const struct package *p, const struct package *what)
{
    for (u32 i = 0; p && i < p->n_imports; i++) {
        if (p->imports[i] == what || imports(p->imports[i], what)) {
            return true;
        }
    }
    return false;
}

/* Is it package runtime, or one that that is made of (GOROOT/src/cmd/internal/objabi/pkgspecial.go)?  Their functions may run on
 * stacks of a fixed size, with no allocation and no write barrier allowed, which no source says. */
static bool is_runtime(const struct package *p)
{
    for (u32 i = 0; p->src && p->src->std && i < p->prog->n_pkgs; i++) {
        const struct package *q = p->prog->pkgs[i];
        if (q && str_is(q->path, "runtime") && (q == p || imports(q, p))) {
            return true;
        }
    }
    return false;
}

static void find_all(const struct fix_find *f)
{
    struct fix_tree **trees = NULL;
    u32 n = 0;

    if (f->pkg->n_errors > 0 || is_runtime(f->pkg)) {
        return;
    }
    for (u32 i = 0; i < f->pkg->n_files; i++) {
        struct fix_tree *t = fix_tree_new(f->arena, f->pkg, i);
        if (!t || t->generated || f->pkg->src->files[i].test) {
            continue;
        }
        for (size_t k = 0; k < ARRAY_LEN(rules); k++) {
            if (wants(f, rules[k].name)) {
                rules[k].find(f, t);
            }
        }
    }
    if (wants_whole(f) && all_trees(f, &trees, &n)) {
        struct fix_whole w = {f, trees, n};
        size_t first = f->out->n;
        for (size_t k = 0; k < ARRAY_LEN(whole_rules); k++) {
            if (wants(f, whole_rules[k].name)) {
                whole_rules[k].find(&w);
            }
        }
        for (size_t i = first; i < f->out->n; i++) {
            to_plain(f, &f->out->v[i]);
        }
    }
}

void fix_find(const struct fix_find *f)
{
    fix_candidates *out = f->out;
    size_t n = out->n;

    find_all(f);
    for (size_t i = n; i < out->n; i++) {
        if (names_hold(f, &out->v[i])) {
            out->v[n++] = out->v[i];
        }
    }
    out->n = n;
}
