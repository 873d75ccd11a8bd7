#include "race/race_source.h"

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "race/race_spot.h"
#include "syntax/print.h"

/* Races are in few directories; a damaged event file may name any number. */
enum { SOURCE_DIRS = 64 };

struct source_dir {
    str dir;
    struct load *load; /* NULL: it cannot be loaded */
    struct program *prog;
};

struct race_source {
    struct arena arena;
    struct load_config config;
    struct source_dir dirs[SOURCE_DIRS];
    size_t n;
};

struct race_source *race_source_new(const struct load_config *config)
{
    struct race_source *s = mem_zalloc(sizeof *s);
    if (config) {
        s->config.tags = config->tags;
        s->config.mod = config->mod;
        s->config.overlay = config->overlay;
        s->config.goroot = config->goroot;
    }
    s->config.tests = true;
    s->config.race = true;
    return s;
}

void race_source_free(struct race_source *s)
{
    for (size_t i = 0; s && i < s->n; i++) {
        if (s->dirs[i].load) {
            program_free(s->dirs[i].prog);
            load_free(s->dirs[i].load);
        }
    }
    if (s) {
        arena_release(&s->arena);
    }
    mem_free(s);
}

static struct source_dir *source_dir(struct race_source *s, str dir)
{
    for (size_t i = 0; i < s->n; i++) {
        if (str_eq(s->dirs[i].dir, dir)) {
            return &s->dirs[i];
        }
    }
    if (s->n == SOURCE_DIRS) {
        return NULL;
    }
    struct source_dir *d = &s->dirs[s->n++];
    struct load_config c = s->config;
    struct pool *pool = pool_new(0);
    str pattern = STR(".");
    d->dir = str_dup(&s->arena, dir);
    c.dir = d->dir;
    d->load = load_packages(&c, &pattern, 1, pool, NULL);
    if (d->load) {
        d->prog = check_load(d->load, pool, CHECK_FAKE_C,
                             CHECK_FAKE_C | CHECK_NO_BODIES | CHECK_NO_INFO);
    }
    pool_free(pool);
    return d;
}

bool race_spot_at(struct race_source *s, str file, u32 line, struct race_spot *out)
{
    if (!s || !path_is_abs(file) || line == 0 || !io_exists(str_cstr(&s->arena, file))) {
        return false;
    }
    struct source_dir *d = source_dir(s, path_dir(&s->arena, file));
    for (u32 i = 0; d && d->load && i < d->prog->n_pkgs; i++) {
        struct package *k = d->prog->pkgs[i];
        for (u32 j = 0; k && j < k->n_files; j++) {
            const struct source *src = k->files[j].ast->src;
            if (!str_eq(src->path, file) || !k->files[j].at) {
                continue;
            }
            u32 from = sources_pos(d->prog->sources, src, line, 1);
            if (from == 0) {
                return false;
            }
            str text = sources_line(d->prog->sources, from);
            *out = (struct race_spot){.prog = d->prog,
                                      .pkg = k,
                                      .file = &k->files[j],
                                      .line = line,
                                      .from = from,
                                      .to = from + (u32)text.n + 1};
            /* Where the statement begins, not the white space before it. */
            u32 skip = 0;
            while (skip < text.n && (text.p[skip] == ' ' || text.p[skip] == '\t')) {
                skip++;
            }
            out->func = query_func_at(out->file, from + skip);
            return true;
        }
    }
    return false;
}

node race_spot_next(const struct race_spot *s, u32 kind, node *at)
{
    const struct ast *f = s->file->ast;
    for (node n = *at; n < f->n_nodes; n++) {
        if (ast_kind(f, n) != kind) {
            continue;
        }
        pos own = ast_at(f, n)->pos, start = ast_start(f, n);
        if ((start >= s->from && start < s->to) || (own >= s->from && own < s->to)) {
            *at = n + 1;
            return n;
        }
    }
    *at = f->n_nodes;
    return 0;
}

bool race_spot_inside(const struct race_spot *s, node inner, node outer)
{
    const struct ast *f = s->file->ast;
    return ast_start(f, outer) <= ast_start(f, inner) && ast_end(f, inner) <= ast_end(f, outer);
}

str race_spot_text(struct arena *a, const struct race_spot *s, node n)
{
    return print_expr_str(a, s->file->ast, s->prog->names, n);
}

u32 race_spot_line(const struct race_spot *s, pos p)
{
    return sources_span_raw(s->prog->sources, p).line;
}

/* The same text again is no second one. */
static bool spot_only(str *found, str text)
{
    if (found->n > 0 && !str_eq(*found, text)) {
        return false;
    }
    *found = text;
    return true;
}

str race_spot_receiver(struct arena *a, const struct race_spot *s, str method)
{
    const struct ast *f = s->file->ast;
    str found = {0};
    node at = 1, n;
    while ((n = race_spot_next(s, AST_CALL, &at)) != 0) {
        node fun = ast_unparen(f, ast_at(f, n)->a);
        if (ast_kind(f, fun) != AST_SELECTOR) {
            continue;
        }
        const struct ast_node *sel = ast_at(f, fun);
        if (!str_eq(intern_str(s->prog->names, ast_at(f, sel->b)->a), method)) {
            continue;
        }
        struct obj *x = ast_kind(f, sel->a) == AST_NAME ? info_obj(s->file, sel->a) : NULL;
        str text;
        if (x && x->kind == OBJ_PKG) { /* atomic.AddInt64(&x, 1) */
            u32 args = ast_at(f, n)->b;
            if (ast_list_len(f, args) == 0) {
                continue;
            }
            node arg = ast_unparen(f, ast_list(f, args)[0]);
            bool addr = ast_kind(f, arg) == AST_OPERATION && ast_at(f, arg)->op == OP_AND &&
                        ast_at(f, arg)->b == 0;
            text = race_spot_text(a, s, addr ? ast_at(f, arg)->a : arg);
        } else {
            text = race_spot_text(a, s, sel->a);
        }
        if (!spot_only(&found, text)) {
            return (str){0};
        }
    }
    return found;
}

static bool spot_is_channel(const struct race_spot *s, node x)
{
    struct type *t = s->file->at[x].type;
    return t && type_under(t)->kind == TYPE_CHAN;
}

str race_spot_channel(struct arena *a, const struct race_spot *s, bool send, bool close)
{
    const struct ast *f = s->file->ast;
    str found = {0};
    static const u8 kinds[] = {AST_SEND, AST_OPERATION, AST_RANGE, AST_CALL};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        node at = 1, n;
        while ((n = race_spot_next(s, kinds[k], &at)) != 0) {
            const struct ast_node *x = ast_at(f, n);
            node chan = 0;
            if (x->kind == AST_SEND && send) {
                chan = x->a;
            } else if (x->kind == AST_OPERATION && !send && !close && x->op == OP_RECV && !x->b) {
                chan = x->a;
            } else if (x->kind == AST_RANGE && !send && !close && spot_is_channel(s, x->b)) {
                chan = x->b;
            } else if (x->kind == AST_CALL && close && ast_list_len(f, x->b) == 1 &&
                       spot_is_channel(s, ast_list(f, x->b)[0])) {
                chan = ast_list(f, x->b)[0];
            }
            if (chan != 0 && !spot_only(&found, race_spot_text(a, s, chan))) {
                return (str){0};
            }
        }
    }
    return found;
}
