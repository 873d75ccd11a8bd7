/* eval_info.c: prints what the checker has recorded of the expressions, names, selectors and instances of packages; for
 * info.go, which prints the same of go/types.
 *
 * usage: eval_info PACKAGE...   without cgo, for this machine
 *
 * Lines, in no order; places are FILE:OFFSET of the first byte, as the compiler's StartPos says:
 *   expr PLACE KIND MODE TYPE VALUE
 *   name PLACE OBJECT TYPE
 *   select PLACE KIND recv=TYPE OBJECT TYPE indirect=BOOL path=I,J,…
 *   instance PLACE ARGUMENTS -> TYPE
 *   init I PLACE NAMES   the variables that are initialised as the I-th, by the expression there
 * OBJECT is KIND NAME PLACE. */
#include <stdio.h>

#include "types/types.h"

static struct arena arena;
static struct program *prog;

static const char *const kinds[AST_KIND_COUNT] = {
    [AST_NAME] = "Ident",
    [AST_BASIC_LIT] = "BasicLit",
    [AST_COMPOSITE_LIT] = "CompositeLit",
    [AST_FUNC_LIT] = "FuncLit",
    [AST_PAREN] = "Paren",
    [AST_SELECTOR] = "Selector",
    [AST_INDEX] = "Index",
    [AST_SLICE] = "Slice",
    [AST_ASSERT] = "Assert",
    [AST_OPERATION] = "Operation",
    [AST_CALL] = "Call",
    [AST_ARRAY_TYPE] = "ArrayType",
    [AST_SLICE_TYPE] = "ArrayType",
    [AST_STRUCT_TYPE] = "StructType",
    [AST_INTERFACE_TYPE] = "InterfaceType",
    [AST_MAP_TYPE] = "MapType",
    [AST_CHAN_TYPE] = "ChanType",
};

static const char *const modes[] = {
    [MODE_NOVALUE] = "void",   [MODE_BUILTIN] = "builtin", [MODE_TYPE] = "type",
    [MODE_CONST] = "const",    [MODE_VAR] = "var",         [MODE_MAPINDEX] = "mapindex",
    [MODE_VALUE] = "value",    [MODE_NIL] = "nil",         [MODE_COMMAOK] = "commaok",
    [MODE_COMMAERR] = "value", [MODE_CGOFUNC] = "value",
};

static const char *type_text(struct type *t)
{
    struct strbuf b = {0};

    if (!t) {
        return "-";
    }
    type_write(&b, t, NULL, QUAL_PATH);
    const char *s = str_cstr(&arena, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}

static const char *place(pos at)
{
    const struct source *s = sources_find(prog->sources, at);

    if (!s) {
        return "-";
    }
    str name = str_from(s->path, (size_t)(str_find_last_byte(s->path, '/') + 1));
    return str_fmt(&arena, "%.*s:%u", STR_ARG(name), at - s->base).p;
}

static const char *obj_text(const struct obj *o)
{
    static const char *const names[] = {"pkg",  "const", "type",    "var",
                                        "func", "label", "builtin", "nil"};
    str name = intern_str(prog->names, o->name);

    return str_fmt(&arena, "%s %.*s %s", names[o->kind], STR_ARG(name), place(o->pos)).p;
}

static void print_name(const char *at, const struct obj *o)
{
    bool typed =
        o->kind == OBJ_CONST || o->kind == OBJ_TYPE || o->kind == OBJ_VAR || o->kind == OBJ_FUNC;
    printf("name %s %s %s\n", at, obj_text(o), typed ? type_text(o->type) : "");
}

static void print_selection(const char *at, const struct selection *s)
{
    static const char *const names[] = {"field", "method", "expr"};

    printf("select %s %s recv=%s %s %s indirect=%s path=", at, names[s->kind], type_text(s->recv),
           obj_text(s->obj), type_text(s->obj->type), s->indirect ? "true" : "false");
    for (u32 i = 0; i < s->n_path; i++) {
        printf("%u,", s->path[i]);
    }
    putchar('\n');
}

static void print_expr(const struct file_info *f, node n, const char *at)
{
    u32 mode = f->mode[n];
    const struct constant *c = info_const(f, n);
    const char *type = "";
    str value = c ? constant_exact(&arena, c) : (str){0};

    if (mode != MODE_NOVALUE && mode != MODE_NIL && mode != MODE_BUILTIN) {
        type = type_text(f->at[n].type);
    }
    printf("expr %s %s %s %s %.*s\n", at, kinds[ast_kind(f->ast, n)], modes[mode], type,
           STR_ARG(str_slice(value, 0, 60)));
}

static void print_file(const struct package *p, u32 index)
{
    const struct file_info *f = &p->files[index];
    bool *ranged = ARENA_ARRAY(&arena, bool, f->ast->n_nodes);

    for (node n = 1; n < f->ast->n_nodes; n++) {
        /* len of an array that is ranged over without its elements is what the compiler records of it. */
        for (node x = ast_kind(f->ast, n) == AST_RANGE ? ast_at(f->ast, n)->b : 0; x;
             x = ast_kind(f->ast, x) == AST_PAREN ? ast_at(f->ast, x)->a : 0) {
            ranged[x] = true;
        }
    }
    for (node n = 1; n < f->ast->n_nodes; n++) {
        u32 kind = ast_kind(f->ast, n);
        const char *at = place(ast_start(f->ast, n));
        if (kind == AST_NAME && f->at[n].obj) {
            print_name(at, f->at[n].obj);
        }
        if (kind == AST_SELECTOR && f->at[n].sel && f->at[n].sel->kind != SELECT_QUALIFIED) {
            print_selection(at, f->at[n].sel);
        }
        if (kinds[kind] && f->mode[n] != MODE_NONE && !ranged[n]) {
            print_expr(f, n, at);
        }
        const union map_val *v =
            kind == AST_NAME ? map_get(&p->instances, (u64)index << 32 | n) : NULL;
        if (v) {
            const struct instance_info *i = v->p;
            printf("instance %s", at);
            for (u32 k = 0; k < i->targs->n; k++) {
                printf(" %s", type_text(i->targs->v[k]));
            }
            printf(" -> %s\n", type_text(i->type));
        }
    }
}

static void print_init(const struct package *p)
{
    for (u32 i = 0; i < p->n_init; i++) {
        const struct init_step *s = &p->init[i];

        printf("init %u %s", i, place(ast_start(p->files[s->file].ast, s->rhs)));
        for (u32 k = 0; k < s->n_lhs; k++) {
            str name = intern_str(prog->names, s->lhs[k]->name);

            printf(" %.*s", STR_ARG(name));
        }
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    struct load_config config = {.cgo_off = true};
    struct err e;
    VEC(str) patterns = {0};
    struct pool *pool = pool_new(0);
    int status = 0;

    for (int i = 1; i < argc; i++) {
        vec_push(&patterns, str_of(argv[i]));
    }
    struct load *l = load_packages(&config, patterns.v, patterns.n, pool, &e);
    if (!l) {
        fprintf(stderr, "eval_info: %s\n", e.text);
        return 2;
    }
    prog = check_load(l, pool, 0, CHECK_NO_BODIES | CHECK_NO_INFO);
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct package *p = prog->pkgs[l->pkgs[i]->id];
        for (u32 k = 0; k < p->n_errors; k++) {
            fprintf(stderr, "eval_info: %s: %.*s\n", place(p->errors[k].pos),
                    STR_ARG(p->errors[k].text));
            status = 1;
        }
        for (u32 k = 0; l->pkgs[i]->matched && k < p->n_files; k++) {
            print_file(p, k);
        }
        if (l->pkgs[i]->matched) {
            print_init(p);
        }
    }
    program_free(prog);
    load_free(l);
    pool_free(pool);
    vec_release(&patterns);
    arena_release(&arena);
    return status;
}
