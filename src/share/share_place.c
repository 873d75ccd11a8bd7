#include "share/share_place.h"

#include "race/race_find.h"
#include "syntax/print.h"

/* Frames of an allocation that are looked at, from the innermost outside the Go runtime on. */
enum { PLACE_FRAMES = 6, PLACE_DEPTH = 32 };

static str place_name(const struct share_places *p, const struct obj *o)
{
    return intern_str(p->prog->names, o->name);
}

/* ---- files ---- */

void share_places_init(struct share_places *p, struct arena *a, struct program *prog)
{
    *p = (struct share_places){.arena = a, .prog = prog};
    for (u32 i = 0; i < prog->n_pkgs; i++) {
        struct package *k = prog->pkgs[i];
        for (u32 j = 0; k && j < k->n_files; j++) {
            bool fresh;
            union map_val *at = strmap_put(&p->files, k->files[j].ast->src->path, &fresh);
            /* Of p and "p [p.test]" the latter has all of it, and is what tests run. */
            if (fresh) {
                at->u = p->where.n;
                vec_push_in(a, &p->where, (struct share_file){k, &k->files[j]});
            } else if (k->src && k->src->variant == LOAD_TEST && k->src->for_test == k->src->plain) {
                p->where.v[at->u] = (struct share_file){k, &k->files[j]};
            }
        }
    }
}

void share_places_release(struct share_places *p)
{
    strmap_release(&p->files);
}

const struct share_file *share_places_file(const struct share_places *p, str path)
{
    const union map_val *at = strmap_get(&p->files, path);
    return at ? &p->where.v[at->u] : NULL;
}

/* The nodes of a line whose own position is in it. */
typedef VEC(node) place_nodes;
static void place_line(const struct share_places *p, const struct share_file *f, u32 line, place_nodes *out)
{
    const struct ast *ast = f->info->ast;
    u32 from = sources_pos(p->prog->sources, ast->src, line, 1);
    if (from == 0 || !f->info->at) {
        return;
    }
    u32 to = from + (u32)sources_line(p->prog->sources, from).n;
    for (node n = 1; n < ast->n_nodes; n++) {
        u32 at = ast_at(ast, n)->pos;
        if (at >= from && at <= to) {
            vec_push_in(p->arena, out, n);
        }
    }
}

/* ---- from a type and an offset to a leaf ---- */

/* A type whose inside is nobody's business: of std, or of no struct or array. */
static bool place_is_leaf(struct type *t)
{
    const struct type_named *n = type_named_of(t);
    if (n) {
        const struct obj *o = named_obj(n);
        if (!o->pkg || !o->pkg->src || o->pkg->src->std) {
            return true;
        }
    }
    u8 k = type_under(t)->kind;
    return k != TYPE_STRUCT && k != TYPE_ARRAY;
}

/* One step from t into what lies at *off: a field, or an element (then field is NULL and *index set).  NULL at the end. */
static struct type *place_step(const struct share_places *p, struct type *t, i64 *off, struct obj **field, i64 *index)
{
    const struct sizes *s = &p->prog->sizes;
    struct type *u = type_under(t);
    if (place_is_leaf(t)) {
        return NULL;
    }
    if (u->kind == TYPE_ARRAY) {
        i64 size = layout_size(s, as_array(u)->elem);
        if (size <= 0 || *off >= layout_size(s, t)) {
            return NULL;
        }
        *index = *off / size;
        *off %= size;
        *field = NULL;
        return as_array(u)->elem;
    }
    struct type_struct *st = as_struct(u);
    struct arena_scratch sc = arena_scratch_begin(p->arena);
    i64 *offs = ARENA_ARRAY(sc.arena, i64, st->n);
    layout_offsets(s, st, offs);
    struct type *to = NULL;
    for (u32 i = 0; i < st->n && !to; i++) {
        i64 size = layout_size(s, st->fields[i]->type);
        if (*off >= offs[i] && *off < offs[i] + size) {
            *off -= offs[i];
            *field = st->fields[i];
            to = st->fields[i]->type;
        }
    }
    arena_scratch_end(sc);
    return to;
}

static bool place_same(const struct obj *a, const struct obj *b)
{
    return a == b || (a && b && a->name == b->name && a->pos != 0 && a->pos == b->pos);
}

void share_place_leaf(const struct share_places *p, const struct share_thing *t, u64 offset, struct share_leaf *out)
{
    struct strbuf name = {0}, shape = {0};
    *out = (struct share_leaf){.index = -1, .decl = t->made, .type = t->type, .size = 1, .at = (i64)offset};
    strbuf_put(&name, t->name);
    strbuf_put(&shape, t->name);
    i64 off = (i64)offset;
    if (t->type && t->stride > 0) {
        out->index = off / t->stride;
        strbuf_printf(&name, "[%lld]", (long long)out->index);
        strbuf_puts(&shape, "[]");
        off %= t->stride;
    }
    if (t->type && t->tiny > 0) {
        off %= t->tiny;
    }
    struct type *at = t->type;
    for (u32 depth = 0; at && depth < PLACE_DEPTH; depth++) {
        struct obj *field = NULL;
        i64 index = -1;
        struct type *to = place_step(p, at, &off, &field, &index);
        if (!to) {
            break;
        }
        if (out->n_steps < SHARE_STEPS) {
            out->steps[out->n_steps++] = (struct share_step){at, field, index, (i64)offset - off};
        }
        if (field) {
            str f = place_name(p, field);
            strbuf_printf(&name, ".%.*s", STR_ARG(f));
            strbuf_printf(&shape, ".%.*s", STR_ARG(f));
            if (field->pkg && field->pkg->src && !field->pkg->src->std) {
                out->field = field;
                out->owner = at;
                out->decl = sources_span_raw(p->prog->sources, field->pos);
            }
        } else {
            strbuf_printf(&name, "[%lld]", (long long)index);
            strbuf_puts(&shape, "[]");
            out->index = out->index < 0 ? index : out->index;
        }
        at = to;
    }
    if (at) {
        out->type = at;
        i64 size = layout_size(&p->prog->sizes, at);
        out->size = size > 0 ? size : 1;
        out->at = (i64)offset - off;
    } else {
        /* Nothing is known but where it is. */
        strbuf_printf(&name, "%s+%llu", name.n > 0 ? "" : "memory ", (unsigned long long)offset);
        out->size = SHARE_WORD;
        out->at = (i64)(offset / SHARE_WORD * SHARE_WORD);
    }
    out->name = str_dup(p->arena, strbuf_str(&name));
    out->shape = str_dup(p->arena, strbuf_str(&shape));
    strbuf_release(&name);
    strbuf_release(&shape);
}

/* ---- candidates for the type of a heap block ---- */

struct place_candidate {
    struct type *type;
    bool slice; /* type is the element's */
    bool tiny;  /* the block may hold several */
    bool made;  /* by an allocating line, not only spoken of where it is used */
    struct obj *var, *holder;
    str name;
    struct package *pkg;
    struct span at;
};
typedef VEC(struct place_candidate) place_candidates;

/* Objects without pointers below that size come from the tiny allocator, in blocks of it. */
enum { PLACE_TINY = 16 };

static i64 place_tiny(const struct share_places *p, struct type *t)
{
    i64 size = layout_size(&p->prog->sizes, t);
    return size > 4 ? 8 : size > 2 ? 4 : size > 0 ? size : 1;
}

static bool place_fits(const struct share_places *p, const struct place_candidate *c, u64 block)
{
    if (!c->type || !type_is_valid(c->type) || layout_varies(c->type)) {
        return false;
    }
    i64 size = layout_size(&p->prog->sizes, c->type);
    if (block == 0) { /* its size is not known */
        return size > 0 && c->made && !c->slice;
    }
    if (size <= 0 || (u64)size > block) {
        return false;
    }
    if (c->slice) {
        return true;
    }
    /* The smallest class that holds it; the small ones are those of all versions.  Of larger ones, which waste at most an eighth,
     * nothing needs to be known so exactly (GOROOT/src/runtime/sizeclasses.go). */
    static const u8 below[] = {[1] = 0, [2] = 8, [3] = 16, [4] = 24, [6] = 32, [8] = 48};
    if (block == PLACE_TINY && layout_ptrdata(&p->prog->sizes, c->type) == 0) {
        return true;
    }
    if (block <= 64) {
        return (u64)size > below[block / 8];
    }
    return block <= 256 ? (u64)size > block - 16 : block <= (u64)size + (u64)size / 6 + 64;
}

static str place_type_name(const struct share_places *p, struct type *t)
{
    const struct type_named *n = type_named_of(t);
    const struct package *own = n ? named_obj(n)->pkg : NULL;
    bool std = own && own->src && own->src->std;
    return type_str(p->arena, t, std ? NULL : own);
}

/* What the value of x is put into: the left side of its assignment, as written; or nothing.  *var: the variable or field. */
static str place_assigned(const struct share_places *p, const struct share_file *f, const place_nodes *v, node x,
                          struct obj **var)
{
    const struct ast *ast = f->info->ast;
    for (size_t i = 0; i < v->n; i++) {
        node n = v->v[i], left = 0;
        if (ast_kind(ast, n) == AST_ASSIGN && ast_unparen(ast, ast_at(ast, n)->b) == x) {
            left = ast_at(ast, n)->a;
        } else if (ast_kind(ast, n) == AST_VAR_DECL && ast_rec(ast, n, VALUE_VALUES) == x &&
                   ast_list_len(ast, ast_at(ast, n)->a) == 1) {
            left = ast_list(ast, ast_at(ast, n)->a)[0];
        } else if (ast_kind(ast, n) == AST_KEY_VALUE && ast_at(ast, n)->b == x) {
            left = ast_at(ast, n)->a;
        }
        if (!left || ast_kind(ast, left) == AST_LIST) {
            continue;
        }
        node name = ast_kind(ast, left) == AST_SELECTOR ? ast_at(ast, left)->b : left;
        struct obj *o = ast_kind(ast, name) == AST_NAME ? info_obj(f->info, name) : NULL;
        *var = o && o->kind == OBJ_VAR ? o : NULL;
        return print_expr_str(p->arena, ast, p->prog->names, left);
    }
    return (str){0};
}

static void place_add(const struct share_places *p, place_candidates *out, struct place_candidate c)
{
    if (c.name.n == 0 && c.type) {
        str of = place_type_name(p, c.type);
        c.name = c.slice ? str_fmt(p->arena, "[]%.*s", STR_ARG(of)) : of;
    }
    vec_push_in(p->arena, out, c);
}

/* What a call of new, make or append makes. */
static bool place_builtin(const struct share_places *p, const struct share_file *f, const place_nodes *v, node call,
                          place_candidates *out)
{
    const struct ast *ast = f->info->ast;
    node fun = ast_unparen(ast, ast_at(ast, call)->a);
    struct obj *o = ast_kind(ast, fun) == AST_NAME ? info_obj(f->info, fun) : NULL;
    struct type *t = f->info->at[call].type;
    if (!o || o->kind != OBJ_BUILTIN || !t) {
        return false;
    }
    str b = place_name(p, o);
    struct place_candidate c = {
        .made = true, .pkg = f->pkg, .at = sources_span_raw(p->prog->sources, ast_start(ast, call))};
    struct type *u = type_under(t);
    if (str_is(b, "new") && u->kind == TYPE_POINTER) {
        c.type = as_pointer(u)->elem;
    } else if ((str_is(b, "make") || str_is(b, "append")) && u->kind == TYPE_SLICE) {
        c.type = as_slice(u)->elem;
        c.slice = true;
        c.name = place_assigned(p, f, v, call, &c.holder);
    } else {
        return false;
    }
    place_add(p, out, c);
    return true;
}

/* What a line may allocate. */
static void place_allocated(const struct share_places *p, const struct share_file *f, u32 line, place_candidates *out)
{
    const struct ast *ast = f->info->ast;
    place_nodes v = {0};
    place_line(p, f, line, &v);
    for (size_t i = 0; i < v.n; i++) {
        node n = v.v[i];
        struct type *t = f->info->at[n].type;
        struct place_candidate c = {
            .made = true, .pkg = f->pkg, .at = sources_span_raw(p->prog->sources, ast_start(ast, n))};
        switch (ast_kind(ast, n)) {
        case AST_CALL: place_builtin(p, f, &v, n, out); break;
        case AST_COMPOSITE_LIT:
            if (t && type_under(t)->kind == TYPE_SLICE) {
                c.type = as_slice(type_under(t))->elem;
                c.slice = true;
                c.name = place_assigned(p, f, &v, n, &c.holder);
            } else if (t && type_under(t)->kind != TYPE_MAP) {
                c.type = t;
            }
            if (c.type) {
                place_add(p, out, c);
            }
            break;
        case AST_NAME: { /* a variable that is declared here and moved to the heap */
            struct obj *o = info_obj(f->info, n);
            if (o && o->kind == OBJ_VAR && o->var != VAR_FIELD && o->var != VAR_PACKAGE && o->type &&
                o->pos == ast_at(ast, n)->pos) {
                c.type = o->type;
                c.var = o;
                c.name = place_name(p, o);
                place_add(p, out, c);
            }
            break;
        }
        default: break;
        }
    }
}

/* ---- what accessing lines speak of ---- */

/* Whether some expression of the line selects the field, or (field NULL) an element of that type. */
static bool place_speaks(const struct share_file *f, const place_nodes *v, const struct obj *field, struct type *elem)
{
    const struct ast *ast = f->info->ast;
    for (size_t i = 0; i < v->n; i++) {
        node n = v->v[i];
        if (field && ast_kind(ast, n) == AST_SELECTOR) {
            const struct selection *s = f->info->at[n].sel;
            struct obj *o = info_obj(f->info, ast_at(ast, n)->b);
            if (place_same(o, field)) {
                return true;
            }
            /* Through embedded fields. */
            struct type *t = s && s->kind != SELECT_QUALIFIED ? s->recv : NULL;
            for (u32 k = 0; t && k < s->n_path; k++) {
                bool pointer;
                struct type_struct *st = is_struct(type_under(type_deref(t, &pointer)));
                if (!st || s->path[k] >= st->n) {
                    break;
                }
                if (place_same(st->fields[s->path[k]], field)) {
                    return true;
                }
                t = st->fields[s->path[k]]->type;
            }
        } else if (!field && ast_kind(ast, n) == AST_INDEX) {
            struct type *t = f->info->at[n].type;
            if (t && elem && type_identical(t, elem)) {
                return true;
            }
        }
    }
    return false;
}

/* The innermost frame of a stack that is in a file of the program outside std. */
static const struct race_frame *place_user_frame(const struct share_places *p, const struct race_stack *s, size_t from,
                                                 const struct share_file **file)
{
    for (size_t i = from; i < s->n; i++) {
        const struct share_file *f = share_places_file(p, s->frames[i].file);
        if (f && f->pkg->src && !f->pkg->src->std) {
            *file = f;
            return &s->frames[i];
        }
    }
    return NULL;
}

/* Is something of the block touched that lies behind the candidate? */
static bool place_contradicted(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                               const struct place_candidate *c)
{
    i64 size = layout_size(&p->prog->sizes, c->type);
    for (u32 i = 0; i < l->n_sites && !c->slice && !c->tiny; i++) {
        for (u32 k = 0; k < l->sites[i].n_spans; k++) {
            u32 from = l->sites[i].spans[k].offset, to = from + l->sites[i].spans[k].size;
            to = to > of->to ? of->to : to;
            if (from >= of->from && from < to && (i64)(of->object.offset + (to - of->from)) > size) {
                return true;
            }
        }
    }
    return false;
}

/* How many sites a candidate explains. */
static u32 place_score(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                       const struct place_candidate *c)
{
    i64 size = layout_size(&p->prog->sizes, c->type);
    u32 score = 0;
    for (u32 i = 0; i < l->n_sites && size > 0; i++) {
        const struct share_site *s = &l->sites[i];
        const struct share_file *f;
        const struct race_frame *fr = place_user_frame(p, &s->stack, 0, &f);
        if (!fr) {
            continue;
        }
        place_nodes v = {0};
        bool found = false;
        for (u32 k = 0; k < s->n_spans && !found; k++) {
            if (s->spans[k].offset < of->from || s->spans[k].offset >= of->to) {
                continue;
            }
            if (v.n == 0) {
                place_line(p, f, fr->line, &v);
            }
            i64 off = (i64)(of->object.offset + (s->spans[k].offset - of->from));
            off = c->tiny ? off % place_tiny(p, c->type) : off;
            if (!c->slice && off >= size) {
                continue;
            }
            off = c->slice ? off % size : off;
            struct type *t = c->type;
            found = c->slice && place_is_leaf(t) && place_speaks(f, &v, NULL, t);
            for (u32 depth = 0; depth < PLACE_DEPTH && !found; depth++) {
                struct obj *field = NULL;
                i64 index;
                struct type *to = place_step(p, t, &off, &field, &index);
                if (!to) {
                    break;
                }
                found = place_speaks(f, &v, field, to);
                t = to;
            }
        }
        score += found;
    }
    return score;
}

/* The structs that accessing lines look into, as candidates of the second choice. */
static void place_used(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                       place_candidates *out)
{
    for (u32 i = 0; i < l->n_sites; i++) {
        const struct share_file *f;
        const struct race_frame *fr = place_user_frame(p, &l->sites[i].stack, 0, &f);
        if (!fr) {
            continue;
        }
        place_nodes v = {0};
        place_line(p, f, fr->line, &v);
        for (size_t k = 0; k < v.n; k++) {
            const struct selection *s =
                ast_kind(f->info->ast, v.v[k]) == AST_SELECTOR ? f->info->at[v.v[k]].sel : NULL;
            if (!s || s->kind == SELECT_QUALIFIED) {
                continue;
            }
            bool pointer;
            struct type *t = type_deref(s->recv, &pointer);
            if (type_under(t)->kind == TYPE_STRUCT) {
                struct place_candidate c = {.type = t, .pkg = f->pkg,
                                            .at = sources_span_raw(p->prog->sources, ast_at(f->info->ast, v.v[k])->pos)};
                place_add(p, out, c);
                i64 size = layout_varies(t) ? 0 : layout_size(&p->prog->sizes, t);
                if (size > 0 && of->object.size >= 2 * (u64)size) {
                    c.slice = true;
                    c.name = (str){0};
                    place_add(p, out, c);
                }
            }
        }
    }
}

static void place_heap(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                       struct share_thing *out)
{
    place_candidates v = {0};
    const struct race_stack *s = &of->object.stack;
    u32 looked = 0;
    for (size_t i = 0; i < s->n && looked < PLACE_FRAMES; i++) {
        const struct share_file *f = share_places_file(p, s->frames[i].file);
        if (f) {
            looked++;
            place_allocated(p, f, s->frames[i].line, &v);
        }
    }
    place_used(p, l, of, &v);
    const struct place_candidate *best = NULL;
    u32 best_score = 0;
    for (size_t i = 0; i < v.n; i++) {
        if (!place_fits(p, &v.v[i], of->object.size)) {
            continue;
        }
        v.v[i].tiny = !v.v[i].slice && of->object.size == PLACE_TINY &&
                      layout_size(&p->prog->sizes, v.v[i].type) <= PLACE_TINY / 2 &&
                      layout_ptrdata(&p->prog->sizes, v.v[i].type) == 0;
        if (place_contradicted(p, l, of, &v.v[i])) {
            continue;
        }
        /* An allocating line's word counts for more, one value of just that size for more than many. */
        u32 score = 4 * place_score(p, l, of, &v.v[i]) + (v.v[i].made ? 2 : 0) + (v.v[i].slice ? 0 : 1);
        if (!best || score > best_score) {
            best = &v.v[i];
            best_score = score;
        }
    }
    /* What nothing speaks for but that it would fit is no knowledge. */
    if (best && (best->made || best_score >= 4)) {
        out->type = best->type;
        out->var = best->var;
        out->holder = best->holder;
        out->name = best->name;
        out->pkg = best->pkg;
        out->made = best->at;
        out->stride = best->slice ? layout_size(&p->prog->sizes, best->type) : 0;
        out->tiny = best->tiny ? place_tiny(p, best->type) : 0;
    }
}

/* The package variable of a symbol "example.org/p.v". */
static void place_global(const struct share_places *p, struct share_thing *out)
{
    str name = out->object->name, path = race_package_of(p->arena, name);
    i64 slash = str_find_last_byte(name, '/');
    i64 dot = str_find_byte(str_from(name, slash < 0 ? 0 : (size_t)slash), '.');
    str var = dot < 0 ? name : str_from(name, (slash < 0 ? 0 : (size_t)slash) + (size_t)dot + 1);
    out->name = var;
    name_id id = intern_id(p->prog->names, var);
    for (u32 i = 0; i < p->prog->n_pkgs; i++) {
        struct package *k = p->prog->pkgs[i];
        str own, rest;
        if (!k) {
            continue;
        }
        str_cut(k->path, STR(" ["), &own, &rest);
        if (!str_eq(own, path) && !(str_is(path, "main") && str_is(k->name, "main"))) {
            continue;
        }
        struct obj *o = scope_lookup(k->scope, id);
        if (o && o->kind == OBJ_VAR && o->type && type_is_valid(o->type) && !layout_varies(o->type)) {
            out->var = o;
            out->type = o->type;
            out->pkg = k;
            out->made = sources_span_raw(p->prog->sources, o->pos);
        }
    }
}

const struct race_frame *share_place_made(const struct race_stack *s)
{
    const struct race_frame *site = race_site(s);
    for (size_t i = site ? (size_t)(site - s->frames) : s->n; i < s->n; i++) {
        if (!str_has_prefix(s->frames[i].fn, STR("reflect.")) && !str_has_prefix(s->frames[i].fn, STR("internal/reflectlite."))) {
            return &s->frames[i];
        }
    }
    return site;
}

void share_place_thing(const struct share_places *p, const struct share_line *l, const struct share_object *of,
                       struct share_thing *out)
{
    *out = (struct share_thing){.object = &of->object};
    if (of->object.kind == RACE_OBJECT_GLOBAL) {
        place_global(p, out);
        return;
    }
    if (of->object.kind != RACE_OBJECT_HEAP) {
        return;
    }
    place_heap(p, l, of, out);
    if (!out->type) {
        const struct race_frame *site = share_place_made(&of->object.stack);
        out->name = of->object.size ? str_fmt(p->arena, "a heap block of %llu bytes", (unsigned long long)of->object.size)
                                    : STR("a heap block");
        out->made = site ? span_at(site->file, site->line, 0) : (struct span){0};
    }
}
