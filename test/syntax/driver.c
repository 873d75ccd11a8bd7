/* driver.c: what the scripts here ask of the parser, for the files named on standard input.
 *
 *   driver roundtrip   each parses without error, and what print_file writes parses to the same
 * tree driver errors      prints every error as FILE:LINE:COL: TEXT driver accept      prints "FILE
 * ok", or "FILE error LINE:COL: TEXT" of the first driver dump        prints the tree of each
 */
#include <stdio.h>
#include <string.h>

#include "syntax/ast_dump.h"
#include "syntax/parse.h"
#include "syntax/print.h"
#include "syntax/unicode.h"

static struct sources *sources;
static struct intern *names;

static void show(const struct ast_error *e)
{
    struct span at = sources_span_raw(sources, e->pos);

    printf("%.*s:%u:%u: ", STR_ARG(at.file), at.line, at.col);
    fwrite(e->text.p, 1, e->text.n, stdout); /* with NULs */
    putchar('\n');
}

/* Trees without what depends on the layout of the text. */
static str tree(struct arena *a, const struct ast *f)
{
    struct strbuf b = {0};
    str s;

    ast_dump(&b, f, names, false);
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static bool roundtrip(struct arena *a, const struct ast *f)
{
    struct strbuf out = {0};
    struct source *src;
    struct ast *g;
    bool ok = true;

    if (f->n_errors) {
        show(&f->errors[0]);
        return false;
    }
    print_file(&out, f, names);
    src = sources_add_text(sources, STR("printed"), strbuf_str(&out), NULL);
    g = parse_file(a, names, src, PARSE_ALL);
    if (g->n_errors) {
        printf("%.*s: printed and read again: ", STR_ARG(f->src->path));
        show(&g->errors[0]);
        ok = false;
    } else if (!str_eq(tree(a, f), tree(a, g))) {
        printf("%.*s: printed and read again, it is another tree\n", STR_ARG(f->src->path));
        ok = false;
    }
    strbuf_release(&out);
    return ok;
}

static bool print_short(void *ctx, node n)
{
    const struct ast *f = ctx;
    u32 kind = ast_kind(f, n);
    struct strbuf out = {0};

    if (kind < AST_IMPORT_DECL && kind != AST_FIELD) {
        print_expr(&out, f, names, n);
        for (size_t i = 0; i < out.n; i++) {
            if (out.p[i] == '\n') {
                printf("\\n");
            } else {
                putchar(out.p[i]);
            }
        }
        putchar('\n');
        strbuf_release(&out);
    }
    return true;
}

static bool print_place(void *ctx, node n)
{
    const struct ast *f = ctx;

    if (ast_kind(f, n) == AST_NAME) {
        struct span at = sources_span(sources, ast_at(f, n)->pos);

        printf("%.*s %.*s:%u:%u\n", STR_ARG(intern_str(names, ast_at(f, n)->a)), STR_ARG(at.file),
               at.line, at.col);
    }
    return true;
}

static void print_unicode(void)
{
    u32 last = 0;

    for (u32 r = 0; r <= STR_RUNE_MAX; r++) {
        u32 is = (u32)unicode_is_letter(r) | (u32)unicode_is_digit(r) << 1 |
                 (u32)unicode_is_print(r) << 2;

        if (is != last) {
            printf("%u %u\n", r, is);
            last = is;
        }
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    u32 mode = strcmp(what, "errors") == 0 ? PARSE_EVERY_ERROR : PARSE_ALL;
    u64 files = 0, bad = 0, lines = 0;
    char name[4096];

    if (strcmp(what, "unicode") == 0) {
        print_unicode();
        return 0;
    }
    names = intern_new();
    while (fgets(name, sizeof(name), stdin)) {
        struct arena a = {0};
        struct strbuf out = {0};
        struct err e;
        struct source *src;
        struct ast *f;

        /* A table for each file: thousands of them would fill one. */
        sources = sources_new();
        name[strcspn(name, "\n")] = 0;
        src = sources_add_file(sources, str_of(name), &e);
        if (!src) {
            printf("%s\n", e.text);
            bad++;
            continue;
        }
        f = parse_file(&a, names, src, mode);
        files++;
        lines += sources_span_raw(sources, f->eof).line;
        if (strcmp(what, "roundtrip") == 0) {
            bad += !roundtrip(&a, f);
        } else if (strcmp(what, "errors") == 0) {
            for (u32 i = 0; i < f->n_errors; i++) {
                show(&f->errors[i]);
            }
        } else if (strcmp(what, "accept") == 0) {
            printf("%s %s\n", name, f->n_errors ? "error" : "ok");
        } else if (strcmp(what, "dump") == 0) {
            if (f->decls || !f->n_errors) { /* the compiler has no tree where the clause is bad */
                ast_dump(&out, f, names, true);
            }
            fwrite(out.p, 1, out.n, stdout);
        } else if (strcmp(what, "places") == 0) {
            for (u32 i = 0; !f->n_errors && i < ast_list_len(f, f->decls); i++) {
                ast_walk(f, ast_list(f, f->decls)[i], print_place, f);
            }
        } else if (strcmp(what, "strings") == 0) {
            print_short(f, f->package_name);
            for (u32 i = 0; i < ast_list_len(f, f->decls); i++) {
                ast_walk(f, ast_list(f, f->decls)[i], print_short, f);
            }
        } else {
            fprintf(stderr,
                    "usage: driver roundtrip|errors|accept|dump|strings|places < list of files\n");
            return 2;
        }
        strbuf_release(&out);
        arena_release(&a);
        sources_free(sources);
    }
    intern_free(names);
    arena_scratch_release();
    if (strcmp(what, "roundtrip") == 0) {
        printf("%llu files, %llu lines, %llu bad\n", (unsigned long long)files,
               (unsigned long long)lines, (unsigned long long)bad);
    }
    return bad ? 1 : 0;
}
