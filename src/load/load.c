#include "load/load.h"

#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "load/load_int.h"
#include "load/load_version.h"

/* -- reading and parsing ----------------------------------------------------------------------- */

struct job {
    struct load_dir_file *file;
    str path, text;
    u32 mode;
    str trouble;
};

struct jobs {
    struct loader *l;
    VEC(struct job) v;
    size_t n_read, n_parsed; /* the first ones */
    u64 ns_waited;           /* for what cgo makes, and finding it */
};

static bool kind_in(const struct pkg *p, enum load_file_kind k)
{
    switch (p->pub.variant) {
    case LOAD_PLAIN: return k == LOAD_FILE_GO || k == LOAD_FILE_CGO;
    case LOAD_TEST:
        return k == LOAD_FILE_GO || k == LOAD_FILE_CGO ||
               (k == LOAD_FILE_TEST && p->pub.for_test == p->pub.plain);
    case LOAD_XTEST: return k == LOAD_FILE_XTEST;
    }
    return false;
}

static void add_job(struct loader *l, struct jobs *js, const struct pkg *p, struct load_dir_file *f)
{
    struct job job = {.file = f};

    job.path = str_join(&l->arena, (str[]){p->dir->dir, f->name}, 2, STR("/"));
    /* The comment before import "C" is what cgo reads. */
    job.mode = (f->bodies ? PARSE_ALL : PARSE_NO_BODIES) |
               (l->pub.config.comments || f->kind == LOAD_FILE_CGO ? PARSE_COMMENTS : 0u);
    vec_push(&js->v, job);
}

/* Each file once, whatever number of variants it is in. */
static void collect_jobs(struct loader *l, struct jobs *js)
{
    for (size_t i = 0; i < l->out.n; i++) {
        struct pkg *p = l->out.v[i];

        for (size_t j = 0; j < p->dir->files.n; j++) {
            struct load_dir_file *f = &p->dir->files.v[j];

            if (kind_in(p, f->kind)) {
                f->bodies = f->bodies || p->pub.matched || l->pub.config.bodies_of_deps;
                f->wanted = !f->src; /* else it is among the jobs */
            }
        }
    }
    for (size_t i = 0; i < l->out.n; i++) {
        struct pkg *p = l->out.v[i];

        for (size_t j = 0; j < p->dir->files.n; j++) {
            struct load_dir_file *f = &p->dir->files.v[j];

            if (f->wanted) {
                f->wanted = false;
                add_job(l, js, p, f);
            }
        }
    }
}

static void read_one(void *ctx, size_t i, u32 worker)
{
    struct jobs *js = ctx;
    struct job *j = &js->v.v[js->n_read + i];
    struct loader *l = js->l;
    struct arena *a = &l->workers[worker];
    bool over = load_fs_overlaid(&l->fs, j->path);
    struct err e = {0};
    bool ok = true;

    if (j->file->text.p) {
        j->text = j->file->text;
    } else if (over) {
        struct arena_scratch s = arena_scratch_begin(a);
        str text;

        /* It keeps the name that it has for the user. */
        ok = load_fs_read(&l->fs, s.arena, j->path, &text, &e);
        if (ok) {
            j->text = source_copy(a, text);
        }
        arena_scratch_end(s);
    } else {
        ok = source_read(a, j->path, &j->text, &e);
    }
    if (!ok) {
        j->trouble = str_dup(a, str_of(e.text));
    } else if (l->pub.config.plan) {
        struct hash_state *h = hash_begin();

        hash_add(h, j->text);
        j->file->hash = hash_end(h);
    }
}

/* Positions follow the order of the files, whichever was read first. */
static void read_new(struct loader *l, struct jobs *js)
{
    struct err e = {0};

    pool_each(l->pool, js->v.n - js->n_read, read_one, js);
    for (; js->n_read < js->v.n; js->n_read++) {
        struct job *j = &js->v.v[js->n_read];

        if (j->trouble.n == 0) {
            j->file->src = sources_take(l->pub.sources, j->path, j->text, &e);
            if (!j->file->src) {
                j->trouble = str_dup(&l->arena, str_of(e.text));
            }
        }
        if (j->trouble.n > 0) {
            load_error_add(l, j->trouble, (str){0});
        }
    }
}

static void parse_one(void *ctx, size_t i, u32 worker)
{
    struct jobs *js = ctx;
    struct job *j = &js->v.v[js->n_parsed + i];
    struct load_dir_file *f = j->file;
    struct parse_skips skips = {0};

    if (!f->src || (f->users > 0 && f->users == f->idlers)) {
        return;
    }
    if (f->users == f->skippers) {
        skips = f->skips;
    }
    f->ast = parse_file_without(&js->l->workers[worker], js->l->pub.names, f->src, j->mode, skips);
}

static void parse_new(struct loader *l, struct jobs *js)
{
    pool_each(l->pool, js->v.n - js->n_parsed, parse_one, js);
    js->n_parsed = js->v.n;
}

/* -- what cgo makes ---------------------------------------------------------------------------- */

/* What there is to know before files are read. */
static void show_found(struct loader *l)
{
    struct load *pub = &l->pub;

    pub->pkgs = ARENA_ARRAY(&l->arena, struct load_package *, l->all.n);
    pub->n_pkgs = 0;
    for (size_t i = 0; i < l->all.n; i++) {
        struct pkg *p = l->all.v[i];

        p->pub.uses_cgo = load_uses_cgo(p);
        if (!p->missing) {
            pub->pkgs[pub->n_pkgs++] = &p->pub;
        }
    }
}

/* The files that packages have whatever cgo makes. */
static void collect_sure_jobs(struct loader *l, struct jobs *js)
{
    for (size_t i = 0; i < l->all.n; i++) {
        struct pkg *p = l->all.v[i];

        for (size_t j = 0; !load_uses_cgo(p) && !p->missing && j < p->dir->files.n; j++) {
            struct load_dir_file *f = &p->dir->files.v[j];

            if (f->kind == LOAD_FILE_GO) {
                f->bodies = p->pub.matched || l->pub.config.bodies_of_deps;
                add_job(l, js, p, f);
            }
        }
    }
}

/* The other program works while we read. */
static bool use_cgo(struct loader *l, struct jobs *js, struct err *e)
{
    const struct load_config *c = &l->pub.config;
    bool ok = true;
    str overlay;
    u64 start;

    if (!c->cgo_begin || l->all_pattern) {
        return true;
    }
    show_found(l);
    if (!c->cgo_begin(c->cgo_ctx, &l->pub)) {
        return true;
    }
    collect_sure_jobs(l, js);
    read_new(l, js);
    if (!c->plan) {
        parse_new(l, js);
    }
    start = base_now_ns();
    overlay = c->cgo_end(c->cgo_ctx);
    if (overlay.n > 0) {
        ok = load_fs_overlay(&l->fs, overlay, l->env.cwd, e);
        load_find_again(l);
    }
    js->ns_waited = base_now_ns() - start;
    return ok;
}

/* -- results ----------------------------------------------------------------------------------- */

static void set_files(struct loader *l, struct pkg *p)
{
    static const enum load_file_kind order[] = {LOAD_FILE_GO, LOAD_FILE_TEST, LOAD_FILE_XTEST,
                                                LOAD_FILE_CGO};
    struct load_package *pub = &p->pub;

    pub->n_files = 0;
    pub->uses_cgo = false;
    pub->files = ARENA_ARRAY(&l->arena, struct load_file, p->dir->files.n);
    for (size_t k = 0; k < ARRAY_LEN(order); k++) {
        for (size_t j = 0; j < p->dir->files.n; j++) {
            struct load_dir_file *f = &p->dir->files.v[j];
            struct load_file *to = &pub->files[pub->n_files];

            if (f->kind != order[k] || !kind_in(p, f->kind) || !f->src) {
                continue;
            }
            to->path = f->src->path;
            to->src = f->src;
            to->hash = f->hash;
            to->cgo = f->kind == LOAD_FILE_CGO;
            to->unsaved = load_fs_is_text(&l->fs, to->path);
            to->test = f->kind == LOAD_FILE_TEST || f->kind == LOAD_FILE_XTEST;
            pub->uses_cgo = pub->uses_cgo || to->cgo;
            pub->n_files++;
        }
    }
}

static struct load_dir_file *dir_file(struct pkg *p, const struct load_file *pub)
{
    for (size_t j = 0; j < p->dir->files.n; j++) {
        if (p->dir->files.v[j].src == pub->src) {
            return &p->dir->files.v[j];
        }
    }
    return NULL;
}

/* A body is left out if all packages that the file is in say so. */
static void make_plan(struct loader *l)
{
    l->pub.config.plan(l->pub.config.plan_ctx, &l->pub);
    for (size_t i = 0; i < l->out.n; i++) {
        struct pkg *p = l->out.v[i];

        for (u32 k = 0; k < p->pub.n_files; k++) {
            const struct load_file *pub = &p->pub.files[k];
            struct load_dir_file *f = dir_file(p, pub);

            if (f->users++ == 0) {
                f->skips = pub->skips;
            }
            f->idlers += p->pub.unneeded;
            f->skippers += p->pub.partial && f->skips.v == pub->skips.v;
        }
    }
}

static void set_asts(struct pkg *p)
{
    for (u32 k = 0; k < p->pub.n_files; k++) {
        p->pub.files[k].ast = dir_file(p, &p->pub.files[k])->ast;
    }
}

typedef VEC(str) strs;

/* The patterns of a //go:embed line, as the compiler splits them: words, or quoted strings. */
static void embed_line(struct loader *l, str args, strs *out)
{
    for (args = str_trim(args); args.n > 0; args = str_trim(args)) {
        char quote = args.p[0];
        str one;

        if (quote == '"' || quote == '`') {
            size_t i = 1;

            while (i < args.n && args.p[i] != quote) {
                i += quote == '"' && args.p[i] == '\\' ? 2 : 1;
            }
            if (i >= args.n || !load_unquote(&l->arena, str_slice(args, 0, i + 1), &one)) {
                return;
            }
            args = str_from(args, i + 1);
        } else {
            str_next_field(&args, &one);
        }
        vec_push_in(&l->arena, out, one);
    }
}

static void set_embeds(struct loader *l, struct load_package *pub)
{
    strs all = {0};

    for (u32 i = 0; i < pub->n_files; i++) {
        const struct ast *f = pub->files[i].ast;

        for (u32 j = 0; f && j < f->n_directives; j++) {
            const struct ast_directive *d = &f->directives[j];
            str line =
                str_slice(f->src->text, d->pos - f->src->base, d->pos - f->src->base + d->len);

            if (str_cut_prefix(&line, STR("//go:embed")) && line.n > 0 &&
                (line.p[0] == ' ' || line.p[0] == '\t')) {
                embed_line(l, line, &all);
            }
        }
    }
    pub->embeds = all.v;
    pub->n_embeds = base_u32(all.n);
}

static void set_imports(struct loader *l, struct pkg *p)
{
    struct load_package *pub = &p->pub;

    pub->imports = ARENA_ARRAY(&l->arena, struct load_import, p->imports.n);
    pub->n_imports = base_u32(p->imports.n);
    for (size_t i = 0; i < p->imports.n; i++) {
        pub->imports[i].path = p->imports.v[i].at->path;
        pub->imports[i].pkg = p->imports.v[i].to ? &p->imports.v[i].to->pub : NULL;
    }
}

static void set_errors(struct loader *l, struct pkg *p)
{
    struct load_package *pub = &p->pub;

    pub->errors = ARENA_ARRAY(&l->arena, struct load_error, p->mistakes.n);
    pub->n_errors = base_u32(p->mistakes.n);
    for (size_t i = 0; i < p->mistakes.n; i++) {
        const struct mistake *m = &p->mistakes.v[i];
        struct load_error *to = &pub->errors[i];

        to->text = m->text;
        to->remedy = m->remedy;
        if (m->file && m->file->src) {
            to->pos = m->file->src->base + m->off;
        } else if (m->file) {
            to->file =
                str_fmt(&l->arena, "%.*s/%.*s", STR_ARG(p->dir->dir), STR_ARG(m->file->name));
        }
    }
}

static str language(struct loader *l, const struct load_package *pub)
{
    str v;

    if (!pub->module) {
        return str_fmt(&l->arena, "go1.%u", l->env.minor);
    }
    v = load_gover_lang(pub->module->go_version);
    return str_fmt(&l->arena, "go%.*s", STR_ARG(v.n > 0 ? v : STR("1.16")));
}

static void set_packages(struct loader *l)
{
    struct load *pub = &l->pub;
    struct strmap versions = {0};

    pub->pkgs = ARENA_ARRAY(&l->arena, struct load_package *, l->out.n);
    pub->n_pkgs = base_u32(l->out.n);
    for (size_t i = 0; i < l->out.n; i++) {
        struct pkg *p = l->out.v[i];
        str key = p->pub.module ? p->pub.module->go_version : STR("-");
        bool fresh;
        union map_val *v = strmap_put(&versions, key, &fresh);

        if (fresh) {
            str *s = ARENA_NEW(&l->arena, str);

            *s = language(l, &p->pub);
            v->p = s;
        }
        p->pub.go_version = *(str *)v->p;
        p->pub.id = base_u32(i);
        p->pub.has_asm = p->dir->has_asm;
        pub->pkgs[i] = &p->pub;
        set_files(l, p);
        set_imports(l, p);
        set_errors(l, p);
    }
    strmap_release(&versions);
}

static void finish(struct loader *l)
{
    struct load *pub = &l->pub;

    for (size_t i = 0; i < l->out.n; i++) {
        set_asts(l->out.v[i]);
        set_embeds(l, &l->out.v[i]->pub);
    }
    for (size_t i = 0; i < l->mods.errors.n; i++) {
        load_error_add(l, l->mods.errors.v[i].text, l->mods.errors.v[i].remedy);
    }
    pub->errors = ARENA_ARRAY(&l->arena, struct load_error, l->errors.n);
    pub->n_errors = base_u32(l->errors.n);
    for (size_t i = 0; i < l->errors.n; i++) {
        pub->errors[i].text = l->errors.v[i].text;
        pub->errors[i].remedy = l->errors.v[i].remedy;
        pub->errors[i].warning = str_has_prefix(l->errors.v[i].text, STR("warning: "));
    }
}

static void fill_config(struct loader *l)
{
    struct load_config *c = &l->pub.config;

    c->dir = l->env.cwd;
    c->goroot = l->env.goroot;
    c->goos = l->env.goos;
    c->goarch = l->env.goarch;
    c->tags = l->env.tags;
    c->overlay = l->env.overlay;
    c->race = l->env.race;
    c->cgo_off = !l->env.cgo;
    c->mod = l->mods.mode == LOAD_MOD_VENDOR ? STR("vendor")
             : l->mods.mode == LOAD_MOD_MOD  ? STR("mod")
                                             : STR("readonly");
    l->pub.go_version = l->env.go_version;
}

/* Which Go, which modules.  A second round is for a Go that these ask for. */
static bool set_up(struct loader *l, struct err *e)
{
    struct load_config *c = &l->pub.config;
    bool chosen = c->goroot.n > 0;
    str goroot;

    for (;;) {
        load_fs_init(&l->fs, &l->arena);
        if (!load_env_init(&l->arena, c, &l->env, e) ||
            (l->env.overlay.n > 0 && !load_fs_overlay(&l->fs, l->env.overlay, l->env.cwd, e))) {
            return false;
        }
        load_fs_texts(&l->fs, c->texts, c->n_texts);
        l->modules = l->env.modules;
        if (l->modules) {
            load_mods_init(&l->mods, &l->arena, &l->env, &l->fs);
            if (l->env.auto_modules && l->mods.mains.n == 0) {
                l->modules = false;
            }
        }
        if (chosen || !l->modules || !load_toolchain_find(l, &goroot)) {
            return true;
        }
        chosen = true;
        c->goroot = goroot;
        load_mods_release(&l->mods);
        load_env_release(&l->env);
        load_fs_release(&l->fs);
    }
}

struct load *load_packages(const struct load_config *c, const str *patterns, size_t n,
                           struct pool *pool, struct err *e)
{
    struct loader *l = mem_zalloc(sizeof(*l));
    struct jobs jobs = {.l = l};
    u64 start = base_now_ns(), found;

    l->pub.arena = &l->arena;
    l->pub.config = *c;
    l->pool = pool;
    l->n_workers = pool_threads(pool);
    l->workers = mem_zalloc(l->n_workers * sizeof(*l->workers));
    l->by_path.keys = &l->arena;
    if (!set_up(l, e)) {
        load_free(&l->pub);
        return NULL;
    }
    l->pub.names = intern_new();
    l->pub.sources = sources_new();
    fill_config(l);
    load_expand(l, patterns, n);
    load_find_all(l);
    found = base_now_ns();
    if (!use_cgo(l, &jobs, e)) {
        vec_release(&jobs.v);
        load_free(&l->pub);
        return NULL;
    }
    load_find_mistakes(l);
    load_order(l);
    collect_jobs(l, &jobs);
    read_new(l, &jobs);
    set_packages(l);
    if (c->plan) {
        make_plan(l);
    }
    parse_new(l, &jobs);
    vec_release(&jobs.v);
    finish(l);
    found += jobs.ns_waited;
    l->pub.ns_find = found - start;
    l->pub.ns_parse = base_now_ns() - found;
    return &l->pub;
}

void load_free(struct load *pub)
{
    struct loader *l = (struct loader *)pub;

    if (!pub) {
        return;
    }
    if (pub->sources) {
        sources_free(pub->sources);
    }
    if (pub->names) {
        intern_free(pub->names);
    }
    load_mods_release(&l->mods);
    load_env_release(&l->env);
    load_fs_release(&l->fs);
    strmap_release(&l->by_path);
    vec_release(&l->all);
    vec_release(&l->fresh);
    for (u32 i = 0; i < l->n_workers; i++) {
        arena_release(&l->workers[i]);
    }
    mem_free(l->workers);
    arena_release(&l->arena);
    mem_free(l);
}

const struct load_import *load_find_import(const struct load_package *p, str path)
{
    u32 lo = 0, hi = p->n_imports;

    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        int c = str_cmp(p->imports[mid].path, path);

        if (c == 0) {
            return &p->imports[mid];
        }
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}
