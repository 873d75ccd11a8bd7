/* escape_cache_store.c: from a unit that has been analysed to its entry. */
#include <stdlib.h>

#include "base/io.h"
#include "escape/escape_cache_int.h"
#include "escape/inline.h"

struct cache_writer {
    struct escape *e;
    struct escape_cache *c;
    const struct package *p;
    struct arena *a; /* scratch */
    const struct file_info *file; /* whose skips are looked for */
    struct escape_entry entry;
    struct map pkg_of; /* load_package.id → index in pkgs */
    VEC(struct hash128) pkgs;
    VEC(struct escape_entry_file) files;
    escape_skips skips;
    VEC(u32) uses;
    VEC(struct escape_entry_func) funcs;
    VEC(struct escape_entry_ref) inlined;
    VEC(struct escape_entry_note) notes;
    struct strbuf tags, text;
    bool failed;
};

static u32 writer_pkg(struct cache_writer *w, u32 id)
{
    bool fresh;
    union map_val *v = map_put(&w->pkg_of, id, &fresh);

    if (fresh) {
        v->u = w->pkgs.n;
        vec_push_in(w->a, &w->pkgs, w->c->v[id].key);
        w->failed |= !w->c->v[id].keyed;
    }
    return (u32)v->u;
}

static int writer_cmp(const void *x, const void *y)
{
    const struct escape_entry_func *a = x, *b = y;

    return a->file != b->file ? (a->file < b->file ? -1 : 1) : (a->decl > b->decl) - (a->decl < b->decl);
}

static void writer_funcs(struct cache_writer *w, const struct ir_unit *u)
{
    struct decl_place at;

    for (size_t i = 0; i < u->funcs.n; i++) {
        const struct ir_func *fn = u->funcs.v[i];
        if (!fn->obj || (fn->flags & (IR_FUNC_INSTANCE | IR_FUNC_WRAPPER)) || fn->closure ||
            !obj_decl_place(fn->obj, &at) || at.file >= w->p->n_files) {
            continue;
        }
        u32 n = fn->tags ? fn->n_recv + fn->n_params : 0;
        vec_push_in(w->a, &w->funcs,
                    (struct escape_entry_func){
                        .file = at.file,
                        .decl = escape_cache_decl(w->p->files[at.file].ast, at.decl),
                        .flags = fn->flags,
                        .pragma = fn->pragma,
                        .cost = fn->inl_cost,
                        .tags = (u32)(w->tags.n / ESCAPE_ENTRY_LEAKS),
                        .n_tags = n,
                    });
        for (u32 k = 0; k < n; k++) {
            strbuf_put(&w->tags, (str){(const char *)fn->tags[k].derefs, ESCAPE_ENTRY_LEAKS});
        }
    }
    if (w->funcs.n) {
        qsort(w->funcs.v, w->funcs.n, sizeof *w->funcs.v, writer_cmp);
    }
    w->entry.funcs = w->funcs.v;
    w->entry.n_funcs = (u32)w->funcs.n;
}

/* Will an importer ask for the body of this function? */
static bool writer_wants_body(const struct cache_writer *w, const struct file_info *f, u32 file, u32 index, node decl)
{
    const struct obj *o = info_obj(f, ast_at(f->ast, decl)->a);

    if (!o || o->kind != OBJ_FUNC || !o->type || o->type->kind != TYPE_SIGNATURE) {
        return true;
    }
    const struct type_signature *s = as_signature(o->type);
    const struct escape_entry_func *fact = escape_entry_find(&w->entry, file, index);
    return s->tparams || s->rparams || (fact && (fact->flags & IR_FUNC_CAN_INLINE));
}

static void writer_skip(struct cache_writer *w, const struct ast *f, pos open, pos close, u32 length)
{
    u32 from = open - f->src->base, to = close - f->src->base;
    str text = f->src->text;

    if (from < to && to < text.n && text.p[from] == '{' && text.p[to] == '}') {
        vec_push_in(w->a, &w->skips, (struct parse_skip){from, to, length});
    }
}

/* What literals in the value of a package variable are made of.  Their types say what the variable's type is, and the
 * length what that of [...]T{} is. */
static bool writer_skip_literal(void *ctx, node n)
{
    struct cache_writer *w = ctx;
    const struct ast *f = w->file->ast;
    const struct ast_node *e = ast_at(f, n);

    if (e->kind == AST_FUNC_LIT) {
        writer_skip(w, f, ast_at(f, e->b)->pos, ast_at(f, e->b)->b, 0);
        return false;
    }
    if (e->kind == AST_COMPOSITE_LIT) {
        bool open = e->a && ast_kind(f, e->a) == AST_ARRAY_TYPE && ast_at(f, e->a)->a == 0;
        struct type *t = open ? w->file->at[n].type : NULL;
        i64 length = t && t->kind == TYPE_ARRAY ? as_array(t)->len : -1;
        if (open && (length < 0 || length > UINT32_MAX)) {
            return true;
        }
        writer_skip(w, f, e->pos, ast_rec(f, n, COMPOSITE_RBRACE), open ? (u32)length : 0);
        return false;
    }
    return true;
}

static void writer_skip_values(struct cache_writer *w, node decl)
{
    node values = ast_rec(w->file->ast, decl, VALUE_VALUES);

    if (values) {
        ast_walk(w->file->ast, values, writer_skip_literal, w);
    }
}

static void writer_skips(struct cache_writer *w)
{
    for (u32 i = 0; i < w->p->n_files; i++) {
        const struct file_info *f = &w->p->files[i];
        const u32 *decls = ast_list(f->ast, f->ast->decls);
        w->file = f;
        struct escape_entry_file file = {(u32)w->skips.n, f->range_func};
        vec_push_in(w->a, &w->files, file);
        for (u32 k = 0; k < ast_list_len(f->ast, f->ast->decls); k++) {
            if (ast_kind(f->ast, decls[k]) == AST_VAR_DECL) {
                writer_skip_values(w, decls[k]);
            }
            node body = ast_kind(f->ast, decls[k]) == AST_FUNC_DECL ? ast_rec(f->ast, decls[k], FUNC_BODY) : 0;
            if (!body || writer_wants_body(w, f, i, k, decls[k])) {
                continue;
            }
            writer_skip(w, f->ast, ast_at(f->ast, body)->pos, ast_at(f->ast, body)->b, 0);
        }
    }
    vec_push_in(w->a, &w->files, (struct escape_entry_file){.skip = (u32)w->skips.n});
}

static bool writer_skipped(void *ctx, u32 file, u32 off)
{
    const struct cache_writer *w = ctx;
    u32 lo = w->files.v[file].skip, hi = w->files.v[file + 1].skip;

    while (lo < hi) { /* the last one that begins before */
        u32 mid = lo + (hi - lo) / 2;
        if (w->skips.v[mid].open < off) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo > w->files.v[file].skip && off < w->skips.v[lo - 1].close;
}

/* Leaves out whole declarations, and then not what is in them. */
static void writer_runs(struct cache_writer *w)
{
    escape_skips *runs = ARENA_ARRAY(w->a, escape_skips, w->p->n_files), all = {0};

    escape_cache_reach(w->a, w->p, writer_skipped, w, runs);
    for (u32 i = 0; i < w->p->n_files; i++) {
        u32 at = w->files.v[i].skip, end = w->files.v[i + 1].skip;
        w->files.v[i].skip = (u32)all.n;
        for (size_t k = 0; k <= runs[i].n; k++) {
            bool run = k < runs[i].n;
            for (; at < end && (!run || w->skips.v[at].open < runs[i].v[k].open); at++) {
                vec_push_in(w->a, &all, w->skips.v[at]);
            }
            if (!run) {
                break;
            }
            vec_push_in(w->a, &all, runs[i].v[k]);
            while (at < end && w->skips.v[at].open < runs[i].v[k].close) {
                at++;
            }
        }
    }
    w->files.v[w->p->n_files].skip = (u32)all.n;
    w->skips = all;
}

static void writer_use(struct cache_writer *w, const struct package *imported)
{
    const struct load_package *lp = w->p->src;
    u32 i = 0;

    while (i < lp->n_imports && (!lp->imports[i].pkg || lp->imports[i].pkg != imported->src)) {
        i++;
    }
    for (size_t k = 0; k < w->uses.n; k++) {
        if (w->uses.v[k] == i) {
            return;
        }
    }
    if (i < lp->n_imports) {
        vec_push_in(w->a, &w->uses, i);
    }
}

/* Imports that are spoken of where nothing is skipped; those with a dot always. */
static void writer_uses(struct cache_writer *w)
{
    for (u32 i = 0; i < w->p->n_files; i++) {
        const struct file_info *f = &w->p->files[i];
        const struct package *last = NULL;
        for (node n = 1; n < f->ast->n_nodes; n++) {
            const struct ast_node *e = ast_at(f->ast, n);
            const struct obj *o = e->kind == AST_NAME ? f->at[n].obj : NULL;
            if (!o || o->kind != OBJ_PKG || o->imported == last || writer_skipped(w, i, e->pos - f->ast->src->base)) {
                continue;
            }
            /* A name in an import declaration is no use. */
            if (e->pos != o->pos || str_is(intern_str(w->e->prog->names, o->name), ".")) {
                last = o->imported;
                writer_use(w, last);
            }
        }
    }
}

static void writer_inlined(void *ctx, struct obj *o)
{
    struct cache_writer *w = ctx;
    struct decl_place at;

    if (!o->pkg || !o->pkg->src || !obj_decl_place(o, &at) || at.file >= o->pkg->n_files) {
        w->failed = true;
        return;
    }
    struct escape_entry_ref r = {writer_pkg(w, o->pkg->src->id), at.file,
                                 escape_cache_decl(o->pkg->files[at.file].ast, at.decl)};
    vec_push_in(w->a, &w->inlined, r);
}

static void writer_note(struct cache_writer *w, const struct ir_note *m)
{
    struct escape_entry_note n = {
        .kind = m->kind,
        .derefs = m->derefs,
        .result = m->result,
        .text = (u32)w->text.n,
        .n_text = (u32)m->text.n,
        .pkg = m->shown == 0 ? ESCAPE_ENTRY_AUTO : ESCAPE_ENTRY_NONE,
    };

    strbuf_put(&w->text, m->text);
    if (m->shown != 0 && m->shown != IR_POS_NONE) {
        const struct source *s = sources_find(w->e->prog->sources, m->shown);
        const union map_val *v = s ? map_get(&w->c->by_source, s->id) : NULL;
        if (!v) {
            w->failed = true;
            return;
        }
        u32 id = (u32)(v->u >> 32);
        n.pkg = id == w->p->src->id ? ESCAPE_ENTRY_OWN : writer_pkg(w, id);
        n.file = (u32)v->u;
        n.off = m->shown - s->base;
    }
    vec_push_in(w->a, &w->notes, n);
}

static void writer_finish(struct cache_writer *w)
{
    struct strbuf b = {0};
    struct escape_entry *e = &w->entry;

    e->n_files = w->p->n_files;
    e->n_skips = (u32)w->skips.n;
    e->n_tags = (u32)(w->tags.n / ESCAPE_ENTRY_LEAKS);
    e->n_pkgs = (u32)w->pkgs.n;
    e->n_inlined = (u32)w->inlined.n;
    e->n_notes = (u32)w->notes.n;
    e->n_text = (u32)w->text.n;
    e->n_uses = (u32)w->uses.n;
    e->uses = w->uses.v;
    e->pkgs = w->pkgs.v;
    e->files = w->files.v;
    e->skips = w->skips.v;
    e->inlined = w->inlined.v;
    e->notes = w->notes.v;
    e->tags = (const i8 *)strbuf_str(&w->tags).p;
    e->text = strbuf_str(&w->text).p;
    escape_entry_write(e, &b);
    if (io_write_file(escape_cache_file(w->c, w->a, e->key).p, strbuf_str(&b), 0666, NULL)) {
        w->c->count.written++;
    }
    strbuf_release(&b);
}

/* What an editor has not saved is gone with the next key. */
static bool cache_is_passing(const struct load_package *lp)
{
    for (u32 i = 0; i < lp->n_files; i++) {
        if (lp->files[i].unsaved) {
            return true;
        }
    }
    return false;
}

/* Neither it nor what it imports has errors: of a package that has an entry that is known. */
static bool cache_is_clean(struct escape_cache *c, const struct package *p)
{
    struct cached *k = &c->v[p->src->id];
    const struct load_package *lp = p->src;

    k->clean = k->keyed && p->n_errors == 0 && p->complete;
    for (u32 i = 0; i < lp->n_imports && k->clean; i++) {
        const struct load_package *to = lp->imports[i].pkg;
        k->clean = !to || escape_cache_is_unsafe(to) || c->v[to->id].hit || c->v[to->id].clean;
    }
    return k->clean;
}

void escape_cache_store(struct escape *e, const struct ir_unit *u, const struct escape_result *r)
{
    struct escape_cache *c = e->config.cache;

    if (!c || !c->v || !u->pkg->src || !cache_is_clean(c, u->pkg) || u->pkg->n_files != u->pkg->src->n_files ||
        cache_is_passing(u->pkg->src)) {
        return;
    }
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct cache_writer w = {.e = e, .c = c, .p = u->pkg, .a = s.arena};
    w.entry.key = c->v[u->pkg->src->id].key;
    w.entry.has_notes = escape_cache_wants_notes(c, u->pkg->src);
    writer_funcs(&w, u);
    writer_skips(&w);
    writer_runs(&w);
    writer_uses(&w);
    inline_each_inlined(e, u->pkg, writer_inlined, &w);
    for (u32 i = 0; i < r->n_notes; i++) {
        writer_note(&w, &r->notes[i]);
    }
    if (!w.failed) {
        writer_finish(&w);
    }
    map_release(&w.pkg_of);
    strbuf_release(&w.tags);
    strbuf_release(&w.text);
    arena_scratch_end(s);
}
