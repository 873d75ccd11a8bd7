/* escape_cache_reach.c: which declarations of a package importers can come to.
 *
 * They come to what is exported, to what these declarations and the bodies that are kept speak of, and to the methods of
 * types that they come to.  All others need not even be parsed.
 *
 * The specs of a group go together, because those of constants refer to each other.
 */
#include "base/mem.h"
#include "escape/escape_cache_int.h"

/* A declaration, or the group that it is in. */
struct reach_chunk {
    u32 file, first, n; /* declarations of the file */
    u32 start;          /* byte of its keyword */
    bool kept;
    u32 methods, next;  /* chunks + 1: of a type's first method, and of the next one of that type */
};

struct reach {
    struct arena *a; /* the result's */
    const struct package *p;
    bool (*skipped)(void *ctx, u32 file, u32 off);
    void *ctx;
    struct map chunk_of; /* object → index */
    VEC(struct reach_chunk) chunks;
    VEC(u32) todo;
};

static u32 reach_group(const struct ast *f, node d)
{
    switch (ast_kind(f, d)) {
    case AST_CONST_DECL:
    case AST_VAR_DECL: return ast_rec(f, d, VALUE_GROUP);
    case AST_TYPE_DECL: return ast_rec(f, d, TYPE_GROUP);
    default: return 0;
    }
}

/* The byte at which the declaration's keyword stands; false: it is not where it is expected. */
static bool reach_start(const struct ast *f, node d, u32 *start)
{
    static const char *const words[AST_KIND_COUNT] = {
        [AST_CONST_DECL] = "const", [AST_VAR_DECL] = "var", [AST_TYPE_DECL] = "type", [AST_FUNC_DECL] = "func"};
    const char *word = words[ast_kind(f, d)];
    u32 group = reach_group(f, d), end = (group ? group : ast_at(f, d)->pos) - f->src->base;
    str before = str_slice(f->src->text, 0, end);

    if (!word) {
        return false;
    }
    before = str_trim_right(before);
    if (!str_has_suffix(before, str_of(word))) {
        return false;
    }
    *start = (u32)(before.n - str_of(word).n);
    return true;
}

static void reach_keep(struct reach *r, u32 chunk)
{
    if (!r->chunks.v[chunk].kept) {
        r->chunks.v[chunk].kept = true;
        vec_push_in(r->a, &r->todo, chunk);
    }
}

static void reach_keep_obj(struct reach *r, const struct obj *o)
{
    const union map_val *v = o ? map_get(&r->chunk_of, (uintptr_t)o) : NULL;
    if (v) {
        reach_keep(r, (u32)v->u);
    }
}

/* What a name stands for, or, where that is something within a declaration, what it would stand for in the package:
 * embedded fields are named like their types. */
static void reach_name(struct reach *r, const struct file_info *f, node n)
{
    const struct obj *o = f->at[n].obj;

    if (!o || (o->kind == OBJ_VAR && o->var == VAR_FIELD)) {
        o = scope_lookup(r->p->scope, ast_at(f->ast, n)->a);
    }
    reach_keep_obj(r, o);
}

/* ---- chunks ---- */

static void reach_declares(struct reach *r, const struct file_info *f, node name, u32 chunk)
{
    const struct obj *o = info_obj(f, name);

    if (!o) {
        return;
    }
    map_put(&r->chunk_of, (uintptr_t)o, NULL)->u = chunk;
    if ((o->flags & OBJ_EXPORTED) && scope_lookup(r->p->scope, o->name) == o) { /* no method */
        reach_keep(r, chunk);
    }
}

static void reach_add(struct reach *r, const struct file_info *f, node d, u32 chunk)
{
    switch (ast_kind(f->ast, d)) {
    case AST_CONST_DECL:
    case AST_VAR_DECL: {
        const node *names = ast_list(f->ast, ast_at(f->ast, d)->a);
        for (u32 i = 0; i < ast_list_len(f->ast, ast_at(f->ast, d)->a); i++) {
            reach_declares(r, f, names[i], chunk);
        }
        break;
    }
    case AST_TYPE_DECL:
    case AST_FUNC_DECL: reach_declares(r, f, ast_at(f->ast, d)->a, chunk); break;
    default: break;
    }
}

static void reach_file(struct reach *r, u32 file)
{
    const struct file_info *f = &r->p->files[file];
    const node *decls = ast_list(f->ast, f->ast->decls);
    u32 n = ast_list_len(f->ast, f->ast->decls), group = 0;

    for (u32 k = 0; k < n; k++) {
        u32 own = reach_group(f->ast, decls[k]), start = 0;
        if (own && own == group) {
            r->chunks.v[r->chunks.n - 1].n++;
        } else {
            bool known = reach_start(f->ast, decls[k], &start);
            vec_push_in(r->a, &r->chunks, (struct reach_chunk){.file = file, .first = k, .n = 1, .start = start});
            if (!known || f->range_func) { /* rangefunc.c changes such a file as a whole */
                reach_keep(r, (u32)r->chunks.n - 1);
            }
        }
        group = own;
        reach_add(r, f, decls[k], (u32)r->chunks.n - 1);
    }
}

/* Methods are found by their receivers' types. */
static void reach_methods(struct reach *r)
{
    for (u32 i = 0; i < r->chunks.n; i++) {
        struct reach_chunk *k = &r->chunks.v[i];
        const struct file_info *f = &r->p->files[k->file];
        node d = ast_list(f->ast, f->ast->decls)[k->first];
        if (ast_kind(f->ast, d) != AST_FUNC_DECL || !ast_rec(f->ast, d, FUNC_RECV)) {
            continue;
        }
        const struct obj *o = info_obj(f, ast_at(f->ast, d)->a);
        struct type_signature *s = o && o->type ? is_signature(o->type) : NULL;
        struct type_named *base = s && s->recv ? type_named_of(type_deref(s->recv->type, NULL)) : NULL;
        const union map_val *v = base ? map_get(&r->chunk_of, (uintptr_t)named_obj(base)) : NULL;
        if (!v) {
            reach_keep(r, i);
            continue;
        }
        struct reach_chunk *of = &r->chunks.v[v->u];
        k->next = of->methods;
        of->methods = i + 1;
    }
}

/* ---- the way ---- */

static void reach_scan(struct reach *r, const struct reach_chunk *k)
{
    const struct file_info *f = &r->p->files[k->file];
    const node *decls = ast_list(f->ast, f->ast->decls);
    node from = k->first ? decls[k->first - 1] + 1 : 1, to = decls[k->first + k->n - 1];

    for (node n = from; n <= to; n++) {
        const struct ast_node *e = ast_at(f->ast, n);
        if (e->kind == AST_NAME && !r->skipped(r->ctx, k->file, e->pos - f->ast->src->base)) {
            reach_name(r, f, n);
        }
    }
    for (u32 m = k->methods; m; m = r->chunks.v[m - 1].next) {
        reach_keep(r, m - 1);
    }
}

/* Where what belongs to a declaration begins: lines of comments above it are its directives. */
static u32 reach_above(str text, u32 start)
{
    for (;;) {
        str before = str_slice(text, 0, start);
        i64 end = str_find_last_byte(before, '\n');
        if (end < 0 || str_trim(str_from(before, (size_t)end + 1)).n > 0) {
            return start;
        }
        i64 line = str_find_last_byte(str_slice(text, 0, (size_t)end), '\n') + 1;
        if (!str_has_prefix(str_trim(str_slice(text, (size_t)line, (size_t)end)), STR("//"))) {
            return start;
        }
        start = (u32)line;
    }
}

static void reach_runs(struct reach *r, u32 *at, u32 file, escape_skips *out)
{
    str text = r->p->files[file].ast->src->text;

    while (*at < r->chunks.n && r->chunks.v[*at].file == file) {
        const struct reach_chunk *first = &r->chunks.v[*at], *k = first;
        struct parse_skip run = {.open = first->start};
        for (; *at < r->chunks.n && r->chunks.v[*at].file == file && !r->chunks.v[*at].kept; ++*at) {
            run.length += r->chunks.v[*at].n;
            k = &r->chunks.v[*at];
        }
        bool last = *at == r->chunks.n || r->chunks.v[*at].file != file;
        run.close = last ? (u32)text.n : reach_above(text, r->chunks.v[*at].start);
        if (run.length > 0 && run.close > k->start) {
            vec_push_in(r->a, out, run);
        }
        *at += run.length == 0;
    }
}

void escape_cache_reach(struct arena *a, const struct package *p, bool (*skipped)(void *ctx, u32 file, u32 off),
                        void *ctx, escape_skips *runs)
{
    struct reach r = {.a = a, .p = p, .skipped = skipped, .ctx = ctx};
    u32 at = 0;

    for (u32 i = 0; i < p->n_files; i++) {
        reach_file(&r, i);
    }
    reach_methods(&r);
    while (r.todo.n) {
        struct reach_chunk k = r.chunks.v[vec_pop(&r.todo)];
        reach_scan(&r, &k);
    }
    for (u32 i = 0; i < p->n_files; i++) {
        reach_runs(&r, &at, i, &runs[i]);
    }
    map_release(&r.chunk_of);
}
