#include "lsp/lsp_view.h"

#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "escape/escape_cache.h"
#include "syntax/parse.h"
#include "syntax/source.h"

/* ---- loading and analysing ---- */

/* Documents that differ from what is on disk; of the others what is known of files stays true (escape_cache.h). */
static const struct load_text *view_texts(struct arena *a, const struct lsp_server *s, u32 *n)
{
    VEC(struct load_text) v = {0};

    for (size_t i = 0; i < s->docs.n; i++) {
        const struct lsp_doc *d = s->docs.v[i];
        struct arena_scratch t = arena_scratch_begin(a);
        str disk, text = strbuf_str(&d->text);
        bool same = io_read_file(t.arena, str_cstr(t.arena, d->path), &disk, NULL) && str_eq(disk, text);
        arena_scratch_end(t);
        if (!same) {
            vec_push_in(a, &v, (struct load_text){d->path, text});
        }
    }
    *n = base_u32(v.n);
    return v.v;
}

static bool view_has_tests(const struct lsp_server *s, str dir)
{
    for (size_t i = 0; i < s->docs.n; i++) {
        const struct lsp_doc *d = s->docs.v[i];
        if (d->unit && str_eq(d->unit->dir, dir) && str_has_suffix(d->path, STR("_test.go"))) {
            return true;
        }
    }
    return false;
}

/* A package with its tests has all that it has without them: once is enough. */
static void view_plan(void *ctx, struct load *l)
{
    for (u32 i = 0; i < l->n_pkgs; i++) {
        struct load_package *p = l->pkgs[i];
        if (p->matched && p->variant == LOAD_TEST && p->plain && p->for_test == p->plain) {
            p->plain->matched = false;
        }
    }
    if (ctx) {
        escape_cache_plan(ctx, l);
    }
}

static void view_sites(struct lsp_view *v)
{
    for (u32 i = 0; i < v->load->n_pkgs; i++) {
        struct lsp_view_sites s = {.u = v->escape->results[i].unit};
        if (v->load->pkgs[i]->matched && s.u) {
            escape_sites(v->escape, s.u, v->arena, &s.v, &s.n);
            vec_push_in(v->arena, &v->sites, s);
        }
    }
}

static struct lsp_view *view_open(struct arena *a, const struct lsp_server *s, str dir, str pattern, struct err *e)
{
    struct lsp_view *v = ARENA_NEW(a, struct lsp_view);
    struct escape_config analysis = {.keep_units = true, .keep_flows = true};
    struct load_config loading = {
        .dir = dir, .tags = s->config->tags, .tests = view_has_tests(s, dir), .bodies_of_deps = true};
    struct pool *pool = pool_new(0);
    u64 start = base_now_ns();

    loading.texts = view_texts(a, s, &loading.n_texts);
    analysis.cache = escape_cache_new(&analysis, (str){0});
    loading.plan = view_plan;
    loading.plan_ctx = analysis.cache;
    *v = (struct lsp_view){.arena = a, .dir = dir, .server = s};
    v->load = load_packages(&loading, &pattern, 1, pool, e);
    if (v->load) {
        v->ns_load = base_now_ns() - start;
        v->prog = check_load(v->load, pool, 0, 0);
        v->lines.keys = v->prog->arena;
        v->escape = escape_new(v->load, v->prog, &analysis);
        start = base_now_ns();
        escape_run(v->escape);
        view_sites(v);
        v->ns_escape = base_now_ns() - start;
        v->ns_check = v->prog->ns_check;
    }
    pool_free(pool);
    return v->load ? v : NULL;
}

/* Of a file that this build has no use for only the syntax can be wrong. */
static struct lsp_view *view_syntax(struct arena *a, const struct lsp_server *s, const struct lsp_doc *d)
{
    struct lsp_view *v = ARENA_NEW(a, struct lsp_view);
    struct load *l = ARENA_NEW(a, struct load);
    struct load_package *p = ARENA_NEW(a, struct load_package);

    *v = (struct lsp_view){.arena = a, .server = s, .load = l, .syntax_only = true};
    *l = (struct load){.arena = a, .names = intern_new(), .sources = sources_new()};
    p->files = ARENA_NEW(a, struct load_file);
    p->files->path = d->path;
    p->files->src = sources_add_text(l->sources, d->path, strbuf_str(&d->text), NULL);
    if (!p->files->src) {
        return NULL;
    }
    p->files->ast = parse_file(a, l->names, p->files->src, PARSE_ALL);
    p->n_files = 1;
    p->matched = true;
    l->pkgs = ARENA_NEW(a, struct load_package *);
    l->pkgs[0] = p;
    l->n_pkgs = 1;
    return v;
}

/* Is the directory a package of a module, of GOPATH or std, whatever may be wrong with it? */
static bool view_is_package(const struct lsp_view *v)
{
    for (u32 i = 0; i < v->load->n_pkgs; i++) {
        const struct load_package *p = v->load->pkgs[i];
        if (p->matched && str_eq(p->dir, v->dir)) {
            return true;
        }
    }
    return false;
}

bool lsp_views_open(struct arena *a, const struct lsp_server *s, str dir, lsp_views *out, struct err *e)
{
    struct lsp_view *v = view_open(a, s, dir, STR("."), e);
    struct lsp_file f;

    if (!v) {
        return false;
    }
    bool package = view_is_package(v);
    vec_push_in(a, out, v);
    for (size_t i = 0; i < s->docs.n; i++) {
        const struct lsp_doc *d = s->docs.v[i];
        if (!d->unit || !str_eq(d->unit->dir, dir) || lsp_view_file(out, d->path, &f)) {
            continue;
        }
        /* Outside of modules a file is a program of its own, as for `go run`. */
        v = package ? NULL : view_open(a, s, dir, d->path, NULL);
        if (v) {
            vec_push_in(a, out, v);
        }
        if (!v || !lsp_view_file(out, d->path, &f)) {
            v = view_syntax(a, s, d);
            if (v) {
                vec_push_in(a, out, v);
            }
        }
    }
    return true;
}

/* ---- files ---- */

str lsp_view_uri(struct lsp_view *v, str path)
{
    for (size_t i = 0; i < v->server->docs.n; i++) {
        if (str_eq(v->server->docs.v[i]->path, path)) {
            return v->server->docs.v[i]->uri;
        }
    }
    return lsp_path_uri(v->arena, path);
}

static bool file_in(struct lsp_view *v, const struct load_package *p, str path, struct lsp_file *out)
{
    for (u32 i = 0; i < p->n_files; i++) {
        if (!p->files[i].ast || !str_eq(p->files[i].path, path)) {
            continue;
        }
        *out = (struct lsp_file){.view = v, .path = path, .src = p->files[i].src, .ast = p->files[i].ast};
        out->uri = lsp_view_uri(v, path);
        out->lines = lsp_lines_of(v->arena, out->src->text, v->server->client.encoding);
        if (v->syntax_only) {
            return true;
        }
        out->lp = p;
        out->pkg = v->prog->pkgs[p->id];
        for (u32 k = 0; out->pkg && k < out->pkg->n_files; k++) {
            if (out->pkg->files[k].ast->src == out->src && out->pkg->files[k].at) {
                out->info = &out->pkg->files[k];
                out->ast = out->info->ast;
            }
        }
        return true;
    }
    return false;
}

bool lsp_view_file(const lsp_views *v, str path, struct lsp_file *out)
{
    for (size_t i = 0; i < v->n; i++) {
        for (u32 k = 0; k < v->v[i]->load->n_pkgs; k++) {
            const struct load_package *p = v->v[i]->load->pkgs[k];
            if (p->matched && file_in(v->v[i], p, path, out)) {
                return true;
            }
        }
    }
    return false;
}

static struct lsp_lines view_lines(struct lsp_view *v, struct arena *a, str path)
{
    str text = {0};

    for (u32 i = 0; i < sources_count(v->load->sources); i++) {
        const struct source *src = sources_at(v->load->sources, i);
        if (str_eq(src->path, path)) {
            return lsp_lines_of(a, src->text, v->server->client.encoding);
        }
    }
    if (path_is_abs(path)) {
        io_read_file(a, str_cstr(a, path), &text, NULL);
    }
    return lsp_lines_of(a, text, v->server->client.encoding);
}

/* Kept apart from what a single question needs. */
struct lsp_lines lsp_view_lines(struct lsp_view *v, str path)
{
    bool fresh;
    union map_val *l = strmap_put(&v->lines, path, &fresh);

    if (fresh) {
        struct lsp_lines *lines = ARENA_NEW(v->prog->arena, struct lsp_lines);
        *lines = view_lines(v, v->prog->arena, path);
        l->p = lines;
    }
    return *(const struct lsp_lines *)l->p;
}

/* ---- positions ---- */

static bool file_has(const struct lsp_file *f, u32 place)
{
    return place >= f->src->base && place - f->src->base <= f->src->text.n;
}

struct lsp_pos lsp_file_pos(const struct lsp_file *f, u32 place)
{
    return file_has(f, place) ? lsp_pos_of(&f->lines, place - f->src->base) : (struct lsp_pos){0};
}

static bool word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

struct lsp_range lsp_file_word(const struct lsp_file *f, u32 place)
{
    if (!file_has(f, place)) {
        return (struct lsp_range){0};
    }
    str text = f->src->text;
    size_t from = place - f->src->base, to = from;

    while (to < text.n && word_byte(text.p[to])) {
        to++;
    }
    if (to == from && to < text.n && text.p[to] != '\n' && text.p[to] != '\r') {
        to++;
    }
    return (struct lsp_range){lsp_pos_of(&f->lines, from), lsp_pos_of(&f->lines, to)};
}

static bool node_is_value(u32 kind)
{
    switch (kind) {
    case AST_NAME:
    case AST_BASIC_LIT:
    case AST_COMPOSITE_LIT:
    case AST_FUNC_LIT:
    case AST_PAREN:
    case AST_SELECTOR:
    case AST_INDEX:
    case AST_SLICE:
    case AST_ASSERT:
    case AST_OPERATION:
    case AST_CALL: return true;
    default: return false;
    }
}

static const struct map *file_nodes(const struct lsp_file *f)
{
    struct lsp_view *v = f->view;

    for (size_t i = 0; i < v->nodes.n; i++) {
        if (v->nodes.v[i].ast == f->ast) {
            return &v->nodes.v[i].by_pos;
        }
    }
    vec_push(&v->nodes, (struct lsp_nodes){.ast = f->ast});
    struct map *m = &vec_last(&v->nodes).by_pos;
    for (node n = 1; n < f->ast->n_nodes; n++) {
        if (node_is_value(ast_kind(f->ast, n))) {
            map_put(m, ast_at(f->ast, n)->pos, NULL)->u = n; /* the outermost has the highest id */
        }
    }
    return m;
}

node lsp_file_node(const struct lsp_file *f, u32 place)
{
    const union map_val *v = map_get(file_nodes(f), place);

    return v ? (node)v->u : 0;
}

struct lsp_range lsp_file_extent(const struct lsp_file *f, u32 place)
{
    struct lsp_range r = lsp_file_word(f, place);
    node n = lsp_file_node(f, place);

    if (!n || ast_kind(f->ast, n) == AST_FUNC_LIT) {
        return r;
    }
    struct lsp_pos from = lsp_file_pos(f, ast_start(f->ast, n)), to = lsp_file_pos(f, ast_end(f->ast, n));
    if (from.line != r.start.line) {
        from = r.start;
    }
    if (to.line != from.line) { /* as far as the line goes */
        to = lsp_pos_of(&f->lines, f->lines.starts[from.line] + lsp_line(&f->lines, from.line).n);
    }
    return (struct lsp_range){from, to};
}

bool lsp_sized(const struct lsp_file *f, struct type *t)
{
    return t && type_is_valid(t) && !type_is_untyped(t) && t->kind != TYPE_TUPLE && type_under(t) != TYPE_BAD &&
           !type_is_generic(t) && !layout_varies(t) && layout_size(&f->pkg->prog->sizes, t) >= 0;
}
