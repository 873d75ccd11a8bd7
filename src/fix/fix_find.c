/* fix_find.c: the rules over the files of a package. */
#include "fix/fix_find.h"

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

bool fix_rule_exists(const char *name)
{
    static const char *const rules[] = {"fmt", "prealloc", "capture"};

    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        if (str_is(str_of(name), rules[i])) {
            return true;
        }
    }
    return false;
}

static bool wants(const struct fix_find *f, const char *rule)
{
    return !f->rule || str_is(str_of(f->rule), rule);
}

void fix_find(const struct fix_find *f)
{
    if (f->pkg->n_errors > 0 || f->pkg->tainted) {
        return;
    }
    for (u32 i = 0; i < f->pkg->n_files; i++) {
        struct fix_tree *t = fix_tree_new(f->arena, f->pkg, i);
        if (!t || t->generated || f->pkg->src->files[i].test) {
            continue;
        }
        if (wants(f, "fmt")) {
            fix_fmt(f, t);
        }
        if (wants(f, "prealloc")) {
            fix_prealloc(f, t);
        }
        if (wants(f, "capture")) {
            fix_capture(f, t);
        }
    }
}
