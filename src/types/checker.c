/* checker.c: a package from start to end; the environment, delayed actions, results of nodes.
 *
 * The order of the phases is that of GOROOT/src/cmd/compile/internal/types2/check.go, because it
 * decides which of several possible errors is found. */
#include <stdlib.h>

#include "base/mem.h"
#include "types/check.h"

/* ---- environment ---- */

void check_enter_file(struct checker *c, u32 file)
{
    c->f = &c->pkg->files[file];
    c->ast = c->f->ast;
    c->env.file = file;
    c->env.version = c->f->version;
    c->env.scope = c->f->scope;
}

void check_set_env(struct checker *c, const struct env *e)
{
    c->env = *e;
    c->f = &c->pkg->files[e->file];
    c->ast = c->f->ast;
}

void check_later(struct checker *c, void (*fn)(struct checker *c, void *arg), void *arg)
{
    struct action a = {.fn = fn, .arg = arg, .env = c->env};
    /* What is about the moment, not about the place. */
    a.env.errpos = 0;
    a.env.in_tparams = false;
    vec_push_in(c->tmp, &c->delayed, a);
}

void check_run_delayed(struct checker *c, size_t top)
{
    if (top == c->delayed.n) {
        return;
    }
    struct env saved = c->env;
    for (size_t i = top; i < c->delayed.n; i++) {
        struct action a = c->delayed.v[i]; /* the vector may move */
        check_set_env(c, &a.env);
        a.fn(c, a.arg);
    }
    BUG_IF(c->delayed.n < top);
    c->delayed.n = top;
    check_set_env(c, &saved);
}

bool check_allow(const struct checker *c, u32 minor)
{
    return c->env.version == 0 || c->env.version >= minor;
}

/* The minor version of "go1.21", "1.21.3", "go1.21rc1"; 0: none. */
static u16 version_minor(str v)
{
    str_cut_prefix(&v, STR("go"));
    if (!str_cut_prefix(&v, STR("1."))) {
        return 0;
    }
    u32 minor = 0;
    size_t i = 0;
    for (; i < v.n && v.p[i] >= '0' && v.p[i] <= '9' && minor < 1000; i++) {
        minor = minor * 10 + (u32)(v.p[i] - '0');
    }
    return i > 0 ? (u16)minor : 0;
}

bool check_need(struct checker *c, pos at, u32 minor, const char *fmt, ...)
{
    if (check_allow(c, minor)) {
        return true;
    }
    va_list ap;
    va_start(ap, fmt);
    str what = str_vfmt(c->tmp, fmt, ap);
    va_end(ap);
    check_error(c, at, "%.*s requires go1.%u or later", STR_ARG(what), minor);
    return false;
}

/* The remark in parentheses is the command's (cmd/compile/internal/noder/irgen.go). */
const char *check_version_remark(struct checker *c)
{
    str said = c->ast->go_version;
    if (said.n > 0 && version_minor(said) == c->f->version) {
        return str_fmt(c->tmp, " (file declares //go:build go1.%u)", c->f->version).p;
    }
    return str_fmt(c->tmp, " (-lang was set to go1.%u; check go.mod)", c->pkg->version).p;
}

/* ---- results ---- */

void record_typed(struct checker *c, node x, u32 mode, struct type *t, const struct constant *val)
{
    if (mode == MODE_NONE) {
        return;
    }
    struct typed *at = &c->f->at[x];
    c->f->mode[x] = (u8)mode;
    at->type = t;
    if (!val) {
        return;
    }
    u32 kind = check_kind(c, x);
    if (kind == AST_NAME) {
        /* Objects have values of their own, but iota has another one at each use. */
        if (at->obj && at->obj->kind == OBJ_CONST && at->obj->pkg == NULL &&
            at->obj->name == c->prog->iota->name) {
            struct obj *o = ARENA_NEW(c->a, struct obj);
            *o = *c->prog->iota;
            o->val = val;
            at->obj = o;
        }
    } else if (kind != AST_SELECTOR) {
        at->val = val;
    }
}

void record_comma_ok(struct checker *c, node x, struct type *t, struct type *ok)
{
    struct obj **vars = ARENA_ARRAY(c->a, struct obj *, 2);
    vars[0] = obj_new(c->a, OBJ_VAR, check_at(c, x)->pos, c->pkg, 0, t, c->prog->names);
    vars[1] = obj_new(c->a, OBJ_VAR, check_at(c, x)->pos, c->pkg, 0, ok, c->prog->names);
    vars[0]->var = vars[1]->var = VAR_LOCAL;
    struct type_tuple *tuple = type_new_tuple(c->a, vars, 2);
    for (;; x = check_at(c, x)->a) {
        c->f->at[x].type = &tuple->t;
        if (check_kind(c, x) != AST_PAREN) {
            return;
        }
    }
}

void record_def(struct checker *c, node name, struct obj *o)
{
    c->f->at[name].obj = o;
}

void record_use(struct checker *c, node name, struct obj *o)
{
    c->f->at[name].obj = o;
}

void record_implicit(struct checker *c, node n, struct obj *o)
{
    c->f->at[n].obj = o;
}

void record_selection(struct checker *c, node x, enum selection_kind kind, struct type *recv,
                      struct obj *o, const u32 *path, u32 n_path, bool indirect)
{
    record_use(c, check_at(c, x)->b, o);
    struct selection *s = ARENA_NEW(c->a, struct selection);
    s->kind = (u8)kind;
    s->indirect = indirect;
    s->recv = recv;
    s->obj = o;
    s->n_path = n_path;
    s->path = n_path > 0 ? arena_dup(c->a, path, n_path * sizeof *path) : NULL;
    c->f->at[x].sel = s;
}

void record_scope(struct checker *c, node n, struct scope *s)
{
    c->f->at[n].scope = s;
}

void record_instance(struct checker *c, node fun, const struct type_list *targs, struct type *t)
{
    if (check_kind(c, fun) == AST_INDEX) {
        fun = check_at(c, fun)->a;
    }
    if (check_kind(c, fun) == AST_SELECTOR) {
        fun = check_at(c, fun)->b;
    }
    if (check_kind(c, fun) != AST_NAME) {
        return;
    }
    struct instance_info *i = ARENA_NEW(c->a, struct instance_info);
    i->targs = targs;
    i->type = t;
    map_put(&c->pkg->instances, (u64)c->env.file << 32 | fun, NULL)->p = i;
}

const struct constant *info_const(const struct file_info *f, node n)
{
    if (f->mode[n] != MODE_CONST) {
        return NULL;
    }
    u32 kind = ast_kind(f->ast, n);
    if (kind != AST_NAME && kind != AST_SELECTOR) {
        return f->at[n].val;
    }
    struct obj *o = info_obj(f, n);
    return o && o->kind == OBJ_CONST ? o->val : NULL;
}

struct obj *info_obj(const struct file_info *f, node n)
{
    if (ast_kind(f->ast, n) == AST_SELECTOR) {
        n = ast_at(f->ast, n)->b;
    }
    return ast_kind(f->ast, n) == AST_NAME ? f->at[n].obj : NULL;
}

/* ---- a package ---- */

/* Language versions: a file's own one holds, but none before go1.21 (types2/check.go, initFiles;
 * earlier compilers know no versions of files). */
static void check_versions(struct checker *c)
{
    struct package *p = c->pkg;
    u16 newest = c->prog->go_minor;
    if (p->n_files > 0 && newest != 0 && p->version > newest) {
        check_error(c, p->files[0].ast->src->base,
                    "package requires newer Go version go1.%u (application built with go1.%u)",
                    p->version, newest);
    }
    for (u32 i = 0; i < p->n_files; i++) {
        struct file_info *f = &p->files[i];
        f->version = p->version;
        u16 own = version_minor(f->ast->go_version);
        if (own == 0 || (newest != 0 && newest < 21)) {
            continue;
        }
        f->version = own > 21 ? own : 21;
        if (newest != 0 && own > newest) {
            check_error(c, ast_at(f->ast, f->ast->package_name)->pos,
                        "file requires newer Go version go1.%u", own);
        }
    }
}

/* Takes the files that belong to the package; its name is the first one's. */
static void check_files(struct checker *c, struct ast **files, u32 n)
{
    struct package *p = c->pkg;
    struct arena *info = c->flags & CHECK_NO_INFO ? c->tmp : c->a;
    p->files = ARENA_ARRAY(c->a, struct file_info, n);
    for (u32 i = 0; i < n; i++) {
        struct ast *f = files[i];
        str name = {0};
        if (f->package_name) {
            const struct ast_node *at = ast_at(f, f->package_name);
            name = check_name(c, at->a);
            if (p->name.n == 0 && at->a == c->prog->blank) {
                check_error(c, at->pos, "invalid package name _");
            } else if (p->name.n == 0) {
                p->name = name;
            }
        }
        if (name.n > 0 && p->name.n > 0 && !str_eq(name, p->name)) {
            check_error(c, f->src->base, "package %.*s; expected package %.*s", STR_ARG(name),
                        STR_ARG(p->name));
            continue;
        }
        p->files[p->n_files++] = (struct file_info){
            .ast = f,
            .scope = scope_new(c->a, p->scope, f->src->base, f->eof),
            .at = ARENA_ARRAY(info, struct typed, f->n_nodes),
            .mode = ARENA_ARRAY(info, u8, f->n_nodes),
        };
    }
}

static u32 check_file_of(const struct package *p, u32 at)
{
    for (u32 i = 0; i < p->n_files; i++) {
        const struct source *s = p->files[i].ast->src;
        if (at >= s->base && at - s->base <= s->text.n) {
            return i;
        }
    }
    return p->n_files;
}

struct check_sort {
    u64 key; /* file and position */
    u32 index;
    struct type_error e;
};

static int check_sort_cmp(const void *x, const void *y)
{
    const struct check_sort *a = x, *b = y;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    return a->index < b->index ? -1 : a->index > b->index;
}

/* The package's errors: by position, the files in the order in which the first error was found in each: that is
 * how the compiler numbers files (its noder/posmap.go). */
static void check_sort_errors(struct checker *c, struct ast **files, u32 n)
{
    struct package *p = c->pkg;
    size_t total = c->errors.n;
    for (u32 i = 0; i < n; i++) {
        total += files[i]->n_errors;
    }
    if (total == 0) {
        return;
    }
    struct check_sort *v = ARENA_ARRAY(c->tmp, struct check_sort, total);
    u32 at = 0;
    for (u32 i = 0; i < n; i++) {
        for (u32 j = 0; j < files[i]->n_errors; j++, at++) {
            v[at].e = (struct type_error){.pos = files[i]->errors[j].pos,
                                          .text = files[i]->errors[j].text,
                                          .syntax = true,
                                          .order = at};
        }
    }
    for (size_t i = 0; i < c->errors.n; i++, at++) {
        v[at].e = c->errors.v[i];
        v[at].e.order = at;
    }
    u32 *rank = ARENA_ARRAY(c->tmp, u32, p->n_files + 1), ranks = 0;
    for (u32 i = 0; i < at; i++) {
        u32 file = check_file_of(p, v[i].e.pos);
        if (rank[file] == 0) {
            rank[file] = ++ranks;
        }
        v[i].index = i;
        v[i].key = (u64)rank[file] << 32 | v[i].e.pos;
    }
    qsort(v, at, sizeof *v, check_sort_cmp);
    p->errors = ARENA_ARRAY(c->a, struct type_error, at);
    for (u32 i = 0; i < at; i++) {
        p->errors[p->n_errors++] = v[i].e;
    }
}

/* All phases.  Nothing returns early: what can be typed is typed. */
static void check_all(struct checker *c)
{
    u32 partial = c->flags & (CHECK_NO_BODIES | CHECK_PARTIAL);
    if (!partial && !(c->flags & CHECK_LANGUAGE)) {
        check_directive_syntax(c);
    }
    resolve_collect(c);
    check_direct_cycles(c);
    resolve_objects(c);
    check_run_delayed(c, 0);
    types_finish(c);
    if (c->flags & CHECK_PARTIAL) {
        return;
    }
    init_order(c);
    if (!partial) {
        resolve_unused_imports(c);
    }
    /* The compiler does the rest only for what has no error up to there. */
    if (c->errors.n == 0) {
        mono_report(c);
    }
    if (c->errors.n == 0 && !partial && !(c->flags & CHECK_LANGUAGE)) {
        check_anonymous_cycles(c);
        check_not_in_heap(c);
    }
    if (c->errors.n == 0 && !partial && !(c->flags & CHECK_LANGUAGE)) {
        check_directives(c);
    }
}

struct package *check_package(struct program *p, str path, struct ast **files, u32 n, u16 version,
                              u32 flags, struct package *(*find)(void *ctx, str path), void *ctx)
{
    struct arena *a = mem_zalloc(sizeof *a);
    struct arena tmp = {0};
    struct package *pkg = ARENA_NEW(a, struct package);
    struct checker c = {
        .prog = p, .pkg = pkg, .a = a, .tmp = &tmp, .find = find, .find_ctx = ctx, .flags = flags};
    pkg->prog = p;
    pkg->path = str_dup(a, path);
    pkg->arena = a;
    pkg->check = &c;
    pkg->version = version;
    pkg->scope = scope_new(a, p->universe, 0, 0);
    check_files(&c, files, n);
    check_versions(&c);
    if (pkg->n_files > 0) {
        check_enter_file(&c, 0);
        check_all(&c);
    }
    check_sort_errors(&c, files, n);
    pkg->hushed = c.hushed.v;
    pkg->n_hushed = (u32)c.hushed.n;
    pkg->tainted = c.has_fake || pkg->n_errors > 0;

    for (size_t i = 0; i < c.objs.n; i++) { /* what pointed to tmp */
        struct decl *d = c.objs.v[i]->decl;
        d->deps.v = NULL;
        d->deps.n = d->deps.cap = 0;
        d->last_user = NULL;
    }
    if (flags & CHECK_NO_INFO) {
        for (u32 i = 0; i < pkg->n_files; i++) {
            pkg->files[i].at = NULL;
            pkg->files[i].mode = NULL;
        }
        map_release(&pkg->instances);
    }
    map_release(&c.methods);
    map_release(&c.dot_imports);
    map_release(&c.instances);
    arena_release(&tmp);
    pkg->check = NULL;
    pkg->complete = true;
    program_lock(p);
    pkg->next = p->first;
    p->first = pkg;
    program_unlock(p);
    return pkg;
}

static u32 check_package_flags(const struct load_package *l)
{
    return (l->std ? CHECK_STD : 0) | (l->partial ? CHECK_PARTIAL : 0) | (l->uses_cgo ? CHECK_FAKE_C : 0);
}

static void check_later_body(struct program *p, struct obj *o)
{
    struct decl *d = o->decl;
    struct arena tmp = {0};
    struct checker c = {.prog = p, .pkg = o->pkg, .a = o->pkg->arena, .tmp = &tmp,
                        .flags = o->pkg->src ? check_package_flags(o->pkg->src) : CHECK_PARTIAL};

    decl_body(&c, o);
    check_run_delayed(&c, 0);
    types_finish(&c);
    d->body_wrong = c.errors.n > 0 || c.hushed.n > 0;
    map_release(&c.methods);
    map_release(&c.dot_imports);
    map_release(&c.instances);
    arena_release(&tmp);
}

bool check_body(struct program *p, struct obj *o)
{
    struct decl *d = o->decl;

    if (!d) {
        return true;
    }
    if (__atomic_load_n(&d->body_later, __ATOMIC_ACQUIRE)) {
        program_lock(p);
        if (d->body_later) {
            check_later_body(p, o);
            __atomic_store_n(&d->body_later, false, __ATOMIC_RELEASE); /* whoever sees it sees the body checked */
        }
        program_unlock(p);
    }
    return !d->body_wrong;
}

/* ---- all that was loaded ---- */

struct check_job {
    struct program *prog;
    struct load_package *pkg;
    u32 flags;
    struct pool_task *task;
};

/* Of an import that could not be loaded: the loader has said so, nothing more need be said. */
static struct package *check_missing(struct program *p, str path)
{
    program_lock(p);
    struct package *k = resolve_fake_package(p, path);
    program_unlock(p);
    return k;
}

static struct package *check_find(void *ctx, str path)
{
    struct check_job *j = ctx;
    const struct load_import *i = load_find_import(j->pkg, path);
    if (!i) {
        return NULL;
    }
    struct package *k = i->pkg ? j->prog->pkgs[i->pkg->id] : NULL;
    return k ? k : check_missing(j->prog, path);
}

/* Packages of std whose functions without bodies are found in others
 * (cmd/go/internal/work/gc.go). */
static bool check_std_incomplete(str path)
{
    static const char *const v[] = {
        "bytes",         "internal/poll", "net",  "os",      "runtime/metrics",
        "runtime/pprof", "runtime/trace", "sync", "syscall", "time",
    };
    for (size_t i = 0; i < ARRAY_LEN(v); i++) {
        if (str_is(path, v[i])) {
            return true;
        }
    }
    return false;
}

/* Of a package that nobody asks for: its name, and what it imports, which messages count. */
static void check_unneeded(struct check_job *j)
{
    const struct load_package *l = j->pkg;
    struct package *k = check_package(j->prog, l->path, NULL, 0, 0, CHECK_PARTIAL, NULL, NULL);

    k->src = j->pkg;
    k->name = l->name;
    k->tainted = l->uses_cgo;
    k->imports = ARENA_ARRAY(k->arena, struct package *, l->n_imports);
    for (u32 i = 0; i < l->n_imports; i++) {
        struct package *to = l->imports[i].pkg ? j->prog->pkgs[l->imports[i].pkg->id] : NULL;
        if (to) {
            k->imports[k->n_imports++] = to;
            k->tainted = k->tainted || to->tainted;
        }
    }
    j->prog->pkgs[l->id] = k;
}

static void check_task(void *arg, u32 worker)
{
    (void)worker;
    struct check_job *j = arg;
    struct load_package *l = j->pkg;
    if (l->std && str_is(l->path, "unsafe")) { /* its files are documentation */
        j->prog->unsafe->src = l;
        j->prog->pkgs[l->id] = j->prog->unsafe;
        return;
    }
    if (l->unneeded) {
        check_unneeded(j);
        return;
    }
    struct ast **files = mem_array(l->n_files ? l->n_files : 1, sizeof(struct ast *));
    u32 n = 0;
    for (u32 i = 0; i < l->n_files; i++) {
        if (l->files[i].ast) {
            files[n++] = l->files[i].ast;
        }
    }
    u32 flags = j->flags | check_package_flags(l);
    if (!l->uses_cgo && !l->has_asm && !(flags & (CHECK_NO_BODIES | CHECK_PARTIAL)) &&
               !(l->std && check_std_incomplete(l->path))) {
        flags |= CHECK_COMPLETE;
    }
    /* A module that wants a newer Go is the loader's error; the compiler gets its own version then
       (cmd/go/internal/work/gc.go). */
    u16 version = version_minor(l->go_version), newest = j->prog->go_minor;
    if (newest != 0 && version > newest) {
        version = newest;
    }
    struct package *k = check_package(j->prog, l->path, files, n, version, flags, check_find, j);
    k->src = l;
    if (k->name.n == 0) {
        k->name = l->name;
    }
    j->prog->pkgs[l->id] = k;
    mem_free(files);
}

struct program *check_load(struct load *l, struct pool *pool, u32 flags, u32 deps_flags)
{
    u64 start = base_now_ns();
    struct program *p = program_new(l->names, l->sources, sizes_for(l->config.goarch),
                                    version_minor(l->go_version));
    p->n_pkgs = l->n_pkgs;
    p->pkgs = ARENA_ARRAY(p->arena, struct package *, l->n_pkgs);
    struct check_job *jobs = mem_array(l->n_pkgs ? l->n_pkgs : 1, sizeof *jobs);
    for (u32 i = 0; i < l->n_pkgs; i++) {
        struct load_package *k = l->pkgs[i];
        struct check_job *j = &jobs[k->id];
        *j = (struct check_job){.prog = p, .pkg = k, .flags = k->matched ? flags : deps_flags};
        j->task = pool_task(pool, check_task, j);
        for (u32 m = 0; m < k->n_imports; m++) {
            struct load_package *dep = k->imports[m].pkg;
            if (dep && dep->id < k->id) { /* a cycle is the loader's error */
                pool_after(j->task, jobs[dep->id].task);
            }
        }
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        pool_submit(jobs[i].task);
    }
    bool done = pool_wait(pool);
    BUG_IF(!done);
    mem_free(jobs);
    p->ns_check = base_now_ns() - start;
    return p;
}
