/* eval_info.c: checks packages and writes what is recorded of each expression; for info.go.
 *
 * usage: eval_info <commands
 *
 * Commands, a line each, their words separated by tabs, dependencies first:
 *   pkg PATH FLAGS FILE...   FLAGS: i writes the package's expressions; - checks declarations only
 *
 * Answers, also with tabs, a line for each expression that has a type or is a name:
 *   FILE START MODE TYPE VALUE OBJECT
 * then a line "end PATH".  FILE is without its folder, START where the compiler says that the expression starts,
 * in bytes; VALUE is for constants that are no names and no selectors.  An error is a line "error TEXT".
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "base/intern.h"
#include "base/vec.h"
#include "types/types.h"

struct eval {
    struct arena arena;
    struct program *prog;
    VEC(struct package *) pkgs;
};

static struct package *find_path(struct eval *ev, str path)
{
    for (size_t i = ev->pkgs.n; i-- > 0;) {
        if (str_eq(ev->pkgs.v[i]->path, path)) {
            return ev->pkgs.v[i];
        }
    }
    return NULL;
}

static struct package *find(void *ctx, str path)
{
    struct eval *ev = ctx;

    if (str_is(path, "unsafe")) {
        return ev->prog->unsafe;
    }
    struct package *p = find_path(ev, path);
    return p ? p : find_path(ev, str_fmt(&ev->arena, "vendor/%.*s", STR_ARG(path)));
}

static void print_line(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        putchar(text.p[i] == '\n' ? ' ' : text.p[i]);
    }
}

static void print_obj(struct eval *ev, const struct package *p, const struct obj *o)
{
    static const char *const kinds[] = {
        [OBJ_PKG] = "PkgName", [OBJ_CONST] = "Const", [OBJ_TYPE] = "TypeName",   [OBJ_VAR] = "Var",
        [OBJ_FUNC] = "Func",   [OBJ_LABEL] = "Label", [OBJ_BUILTIN] = "Builtin", [OBJ_NIL] = "Nil",
    };
    str path = o->pkg ? o->pkg->path : STR("-"), name = intern_str(ev->prog->names, o->name);

    printf("%s %.*s %.*s", kinds[o->kind], STR_ARG(path), STR_ARG(name));
    if (o->pkg == p && o->pos != 0) {
        printf(" %u", o->pos - sources_find(ev->prog->sources, o->pos)->base);
    }
}

static void print_typed(struct eval *ev, const struct package *p, const struct file_info *f, node n,
                        str file)
{
    static const char modes[] = {
        [MODE_NOVALUE] = 'V', [MODE_BUILTIN] = 'B', [MODE_TYPE] = 'T',     [MODE_CONST] = 'C',
        [MODE_VAR] = 'A',     [MODE_MAPINDEX] = 'M', [MODE_VALUE] = 'v',   [MODE_NIL] = 'N',
        [MODE_COMMAOK] = 'O', [MODE_COMMAERR] = 'O', [MODE_CGOFUNC] = 'O',
    };
    const struct ast *a = f->ast;
    const struct typed *t = &f->at[n];
    u32 mode = f->mode[n], kind = ast_kind(a, n);

    if (mode == MODE_NONE && kind != AST_NAME) {
        return;
    }
    printf("%.*s\t%u\t", STR_ARG(file), ast_start(a, n) - a->src->base);
    if (mode == MODE_NONE) {
        printf("\t\t");
    } else {
        printf("%c\t", modes[mode]);
        if (mode == MODE_NOVALUE || mode == MODE_BUILTIN) {
            putchar('-');
        } else {
            struct strbuf b = {0};
            type_write(&b, t->type, NULL, QUAL_PATH);
            print_line(strbuf_str(&b));
            strbuf_release(&b);
        }
        putchar('\t');
        if (mode == MODE_CONST && kind != AST_NAME && kind != AST_SELECTOR) {
            print_line(constant_exact(&ev->arena, t->val));
        }
    }
    putchar('\t');
    if (kind == AST_NAME && t->obj) {
        print_obj(ev, p, t->obj);
    }
    putchar('\n');
}

static void print_info(struct eval *ev, const struct package *p)
{
    for (u32 i = 0; i < p->n_files; i++) {
        const struct file_info *f = &p->files[i];
        str file = f->ast->src->path;
        file = str_from(file, (size_t)(str_find_last_byte(file, '/') + 1));
        for (node n = 1; n < f->ast->n_nodes; n++) {
            u32 kind = ast_kind(f->ast, n);
            if (kind < AST_IMPORT_DECL && kind != AST_KEY_VALUE && kind != AST_FIELD) {
                print_typed(ev, p, f, n, file);
            }
        }
    }
}

static void check(struct eval *ev, str line)
{
    str path, flags, file;
    VEC(struct ast *) files = {0};

    if (!str_cut_prefix(&line, STR("pkg\t")) || !str_next_sep(&line, '\t', &path) ||
        !str_next_sep(&line, '\t', &flags)) {
        fprintf(stderr, "eval_info: not understood: %.*s\n", STR_ARG(line));
        exit(2);
    }
    bool full = str_contains(flags, STR("i"));
    while (str_next_sep(&line, '\t', &file)) {
        struct err e;
        struct source *src = sources_add_file(ev->prog->sources, file, &e);
        if (!src) {
            fprintf(stderr, "eval_info: %s\n", e.text);
            exit(2);
        }
        vec_push(&files, parse_file(&ev->arena, ev->prog->names, src,
                                    full ? PARSE_ALL : PARSE_NO_BODIES));
    }
    struct package *p =
        check_package(ev->prog, path, files.v, (u32)files.n, 0,
                      CHECK_LANGUAGE | (full ? 0 : CHECK_NO_BODIES | CHECK_NO_INFO), find, ev);
    vec_push(&ev->pkgs, p);
    for (u32 i = 0; i < p->n_errors; i++) {
        printf("error\t");
        print_line(p->errors[i].text);
        putchar('\n');
    }
    if (full) {
        print_info(ev, p);
    }
    printf("end\t%.*s\n", STR_ARG(path));
    fflush(stdout);
    vec_release(&files);
}

int main(void)
{
    struct eval ev = {0};
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    ev.prog = program_new(intern_new(), sources_new(), sizes_for(STR("amd64")), 26);
    while ((len = getline(&line, &cap, stdin)) > 0) {
        check(&ev, str_dup(&ev.arena, str_trim_right((str){line, (size_t)len})));
    }
    free(line);
    return 0;
}
