#include "share/share_static.h"

#include "share/share_find.h"

enum { STATIC_FIELDS = 64, STATIC_FUNCS = 512, STATIC_DEPTH = 3 };

/* A field that is made for concurrent use. */
struct static_field {
    const struct obj *field;
    str name;
    i64 at, size;
    i64 elem; /* bytes of an element of an array of such; 0: no array */
    u64 funcs[STATIC_FUNCS / 64]; /* functions that speak of it */
    bool atomic;                  /* by its type, or by how it is used */
};

struct statics {
    const struct share_places *p;
    struct package *pkg;
    u32 line;
    struct static_field v[STATIC_FIELDS];
    u32 n;
    u32 n_funcs;
    struct finding_list *list;
};

static str static_name(const struct statics *s, const struct obj *o)
{
    return intern_str(s->p->prog->names, o->name);
}

static bool static_concurrent(const struct statics *s, struct type *t)
{
    const struct type_named *n = type_named_of(t);
    const struct obj *o = n ? named_obj(n) : NULL;
    if (!o || !o->pkg || !o->pkg->src || !o->pkg->src->std) {
        return false;
    }
    str name = static_name(s, o);
    return str_is(o->pkg->path, "sync/atomic") ||
           (str_is(o->pkg->path, "sync") && (str_is(name, "Mutex") || str_is(name, "RWMutex")));
}

static void static_collect(struct statics *s, struct type *t, i64 base, str prefix, u32 depth)
{
    struct type_struct *st = is_struct(type_under(t));
    if (!st || layout_varies(t) || depth > STATIC_DEPTH) {
        return;
    }
    i64 *off = ARENA_ARRAY(s->p->arena, i64, st->n);
    layout_offsets(&s->p->prog->sizes, st, off);
    for (u32 i = 0; i < st->n && s->n < STATIC_FIELDS; i++) {
        struct type *ft = st->fields[i]->type, *elem = ft;
        struct type_array *arr = is_array(type_under(ft));
        elem = arr ? arr->elem : ft;
        str name = static_name(s, st->fields[i]);
        name = prefix.n ? str_fmt(s->p->arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name)) : name;
        bool word = !arr && type_under(ft)->kind == TYPE_BASIC && (type_under(ft)->info & INFO_INTEGER);
        if (static_concurrent(s, elem) || word) {
            s->v[s->n++] = (struct static_field){.field = st->fields[i],
                                                 .name = name,
                                                 .at = base + off[i],
                                                 .size = layout_size(&s->p->prog->sizes, ft),
                                                 .elem = arr && arr->len > 1 ? layout_size(&s->p->prog->sizes, elem) : 0,
                                                 .atomic = !word};
        } else if (!type_named_of(ft)) {
            static_collect(s, ft, base + off[i], name, depth + 1);
        }
    }
}

/* ---- who speaks of a field ---- */

struct static_walk {
    struct statics *s;
    const struct file_info *f;
    u32 func;
    bool in_atomic; /* below a call of sync/atomic's functions */
};

static bool static_visit(void *ctx, node n)
{
    struct static_walk *w = ctx;
    const struct ast *ast = w->f->ast;
    u32 kind = ast_kind(ast, n);
    if (kind == AST_CALL && !w->in_atomic) {
        const struct obj *o = query_callee(w->f, n, NULL);
        if (o && o->pkg && str_is(o->pkg->path, "sync/atomic") && !as_signature(o->type)->recv) {
            w->in_atomic = true;
            u32 list = ast_at(ast, n)->b;
            for (u32 i = 0; i < ast_list_len(ast, list); i++) {
                ast_walk(ast, ast_list(ast, list)[i], static_visit, w);
            }
            w->in_atomic = false;
            return false;
        }
    }
    if (kind == AST_SELECTOR) {
        const struct obj *o = info_obj(w->f, ast_at(ast, n)->b);
        for (u32 i = 0; o && i < w->s->n; i++) {
            struct static_field *v = &w->s->v[i];
            if (v->field == o || (v->field->pos == o->pos && v->field->name == o->name && o->pos)) {
                v->funcs[w->func / 64 % (STATIC_FUNCS / 64)] |= (u64)1 << w->func % 64;
                v->atomic |= w->in_atomic;
            }
        }
    }
    return true;
}

static void static_users(struct statics *s)
{
    s->n_funcs = 0;
    for (u32 i = 0; i < s->pkg->n_files; i++) {
        const struct file_info *f = &s->pkg->files[i];
        const u32 *decls = ast_list(f->ast, f->ast->decls);
        for (u32 k = 0; f->at && k < ast_list_len(f->ast, f->ast->decls); k++) {
            if (ast_kind(f->ast, decls[k]) == AST_FUNC_DECL && ast_rec(f->ast, decls[k], FUNC_BODY)) {
                struct static_walk w = {s, f, s->n_funcs++ % STATIC_FUNCS, false};
                ast_walk(f->ast, ast_rec(f->ast, decls[k], FUNC_BODY), static_visit, &w);
            }
        }
    }
}

/* Used, both of them, and by no function together. */
static bool static_apart(const struct static_field *a, const struct static_field *b)
{
    u64 x = 0, y = 0, both = 0;
    for (u32 i = 0; i < STATIC_FUNCS / 64; i++) {
        x |= a->funcs[i];
        y |= b->funcs[i];
        both |= a->funcs[i] & b->funcs[i];
    }
    return x && y && !both;
}

/* ---- findings ---- */

/* Has a run something to say of the field? */
static bool static_known(const struct statics *s, size_t n, str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_contains(s->list->v[i].object, name)) {
            return true;
        }
    }
    return false;
}

static void static_type(struct statics *s, struct obj *o, size_t known)
{
    s->n = 0;
    static_collect(s, o->type, 0, (str){0}, 0);
    if (s->n == 0) {
        return;
    }
    static_users(s);
    str of = static_name(s, o);
    for (u32 i = 0; i < s->n; i++) {
        const struct static_field *a = &s->v[i];
        struct span at = sources_span_raw(s->p->prog->sources, a->field->pos);
        str first = str_fmt(s->list->arena, "%.*s.%.*s", STR_ARG(of), STR_ARG(a->name));
        if (!a->atomic || static_known(s, known, first)) {
            continue;
        }
        if (a->elem > 0 && a->elem < s->line) {
            struct finding *f = finding_add(s->list, SHARE_CODE_STATIC, FINDING_NOTE, at,
                                            "unproven: %lld elements of %.*s lie on one %u-byte cache line",
                                            (long long)(s->line / a->elem), STR_ARG(first), s->line);
            f->package = s->pkg->path;
            f->object = first;
            continue;
        }
        for (u32 k = i + 1; k < s->n; k++) {
            const struct static_field *b = &s->v[k];
            if (!b->atomic || b->elem > 0 || a->at / s->line != b->at / s->line || !static_apart(a, b)) {
                continue;
            }
            struct finding *f = finding_add(s->list, SHARE_CODE_STATIC, FINDING_NOTE, at,
                                            "unproven: %.*s and %.*s lie on one %u-byte cache line, and no function uses both",
                                            STR_ARG(first), STR_ARG(b->name), s->line);
            finding_why(s->list, f, (struct span){0},
                        "bytes %lld and %lld of %.*s; no run has shown goroutines that use them at once", (long long)a->at,
                        (long long)b->at, STR_ARG(of));
            f->package = s->pkg->path;
            f->object = first;
            break; /* one word for each field is enough */
        }
    }
}

void share_static(const struct share_places *p, u32 line, struct finding_list *list)
{
    struct statics *s = ARENA_NEW(p->arena, struct statics);
    size_t known = list->n;
    *s = (struct statics){.p = p, .line = line, .list = list};
    for (u32 i = 0; i < p->prog->n_pkgs; i++) {
        struct package *k = p->prog->pkgs[i];
        if (!k || !k->src || !k->src->matched || k->src->variant != LOAD_PLAIN || k->n_files == 0 || !k->files[0].at) {
            continue;
        }
        s->pkg = k;
        for (u32 j = 0; j < k->scope->n; j++) {
            struct obj *o = k->scope->slots[j].obj;
            if (o->kind == OBJ_TYPE && !(o->flags & OBJ_IS_ALIAS) && o->type && o->type->kind == TYPE_NAMED &&
                type_is_valid(o->type) && !type_is_generic(o->type) && type_under(o->type)->kind == TYPE_STRUCT) {
                static_type(s, o, known);
            }
        }
    }
}
