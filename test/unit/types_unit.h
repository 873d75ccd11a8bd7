/* types_unit.h: a package checked from a text, for the unit tests of src/types.
 *
 *   struct unit_types u;
 *   unit_types_check(&u, "package p; type T struct{}");
 *   struct type *t = unit_type(&u, "T");
 *   unit_types_free(&u);
 *
 * A package that does not check is a failure of the test.
 */
#ifndef GOMM_TEST_TYPES_UNIT_H
#define GOMM_TEST_TYPES_UNIT_H

#include "types/types.h"
#include "unit.h"

struct unit_types {
    struct arena a;
    struct intern *names;
    struct sources *sources;
    struct program *prog;
    struct package *pkg;  /* of the last text */
    struct package *pkgs[8]; /* all of them, to be imported */
    u32 n;
};

static inline struct package *unit_types_find(void *ctx, str path)
{
    struct unit_types *u = ctx;
    for (u32 i = 0; i < u->n; i++) {
        if (str_eq(u->pkgs[i]->path, path)) {
            return u->pkgs[i];
        }
    }
    return NULL;
}

/* Checks one more package under a path; it can import those before it. */
static inline struct package *unit_types_add(struct unit_types *u, const char *path, const char *text)
{
    struct err e;
    struct source *src = sources_add_text(u->sources, str_fmt(&u->a, "%s.go", path), str_of(text), &e);
    assert_non_null(src);
    struct ast *f = parse_file(&u->a, u->names, src, PARSE_ALL);
    for (u32 i = 0; i < f->n_errors; i++) {
        fail_msg("%.*s", STR_ARG(f->errors[i].text));
    }
    struct ast **files = ARENA_ARRAY(&u->a, struct ast *, 1);
    files[0] = f;
    u->pkg = check_package(u->prog, str_of(path), files, 1, 0, 0, unit_types_find, u);
    for (u32 i = 0; i < u->pkg->n_errors; i++) {
        struct span at = sources_span(u->sources, u->pkg->errors[i].pos);
        fail_msg("%u:%u: %.*s", at.line, at.col, STR_ARG(u->pkg->errors[i].text));
    }
    assert_true(u->n < ARRAY_LEN(u->pkgs));
    u->pkgs[u->n++] = u->pkg;
    return u->pkg;
}

static inline void unit_types_init(struct unit_types *u, const char *goarch)
{
    *u = (struct unit_types){0};
    u->names = intern_new();
    u->sources = sources_new();
    u->prog = program_new(u->names, u->sources, sizes_for(str_of(goarch)), 26);
}

static inline void unit_types_check(struct unit_types *u, const char *text)
{
    unit_types_init(u, "amd64");
    unit_types_add(u, "p", text);
}

static inline void unit_types_free(struct unit_types *u)
{
    program_free(u->prog);
    sources_free(u->sources);
    intern_free(u->names);
    arena_release(&u->a);
}

static inline struct obj *unit_obj(const struct unit_types *u, const char *name)
{
    struct obj *o = scope_lookup(u->pkg->scope, intern_lookup(u->names, str_of(name)));
    if (!o) {
        fail_msg("no %s", name);
    }
    return o;
}

/* The type of a type name, variable or function. */
static inline struct type *unit_type(const struct unit_types *u, const char *name)
{
    return unit_obj(u, name)->type;
}

#endif
