/* eval_symbols.c: prints what query_symbol calls the functions and function literals of a program and all that it
 * imports: "NAME FILE LINE" lines.
 *
 * usage: eval_symbols PACKAGE   without cgo, for this machine */
#include <stdio.h>

#include "types/types.h"

static void print_file(struct arena *a, const struct sources *s, const struct package *k,
                       const struct file_info *f)
{
    for (node n = 1; n < f->ast->n_nodes; n++) {
        u32 kind = ast_kind(f->ast, n);
        if (kind == AST_FUNC_DECL || kind == AST_FUNC_LIT) {
            str name = query_symbol(a, k, f, n);
            struct span at = sources_span(s, ast_start(f->ast, n));
            printf("%.*s %.*s %u\n", STR_ARG(name), STR_ARG(f->ast->src->path), at.line);
        }
    }
}

int main(int argc, char **argv)
{
    struct arena a = {0};
    struct err e;
    if (argc != 2) {
        fprintf(stderr, "usage: eval_symbols PACKAGE\n");
        return 2;
    }
    str pattern = str_of(argv[1]);
    struct load_config c = {.bodies_of_deps = true, .cgo_off = true};
    struct pool *pool = pool_new(0);
    struct load *l = load_packages(&c, &pattern, 1, pool, &e);
    if (!l) {
        fprintf(stderr, "%s\n", e.text);
        return 2;
    }
    struct program *p = check_load(l, pool, 0, 0);
    for (u32 i = 0; i < p->n_pkgs; i++) {
        for (u32 j = 0; p->pkgs[i] && j < p->pkgs[i]->n_files; j++) {
            print_file(&a, p->sources, p->pkgs[i], &p->pkgs[i]->files[j]);
        }
    }
    program_free(p);
    load_free(l);
    pool_free(pool);
    arena_release(&a);
    return 0;
}
