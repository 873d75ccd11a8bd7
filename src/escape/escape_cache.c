/* escape_cache.c: keys, the directory, and between entries and functions. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "escape/escape_cache.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "escape/escape_entry.h"
#include "escape/inline.h"

/* Of one package of the load. */
struct cached {
    struct hash128 key;
    bool keyed;  /* key is set: all that it depends on is there */
    bool hit;
    bool clean;  /* no errors, here and in what it imports: known once it has been analysed */
    struct escape_entry entry;
    u32 *decls;  /* while it is stored */
};

struct escape_cache {
    struct arena arena;
    struct escape_config config;
    str dir;
    struct load *load;
    struct cached *v; /* by load_package.id */
    struct map by_key; /* key.lo → load_package.id */
    struct map by_source; /* source.id → load_package.id << 32 | file, of plain packages */
    struct escape_cache_count count;
};

/* ---- the directory ---- */

bool escape_cache_dir(struct arena *a, str *dir)
{
    const char *said = getenv("GOMM_CACHE");
    str base;

    if (said && strcmp(said, "off") == 0) {
        return false;
    }
    if (said && said[0] == '/') {
        *dir = path_join(a, str_of(said), STR("escape"));
    } else if (io_cache_dir(a, &base, NULL)) {
        *dir = path_join(a, base, STR("escape"));
    } else {
        return false;
    }
    return io_make_dir(dir->p, NULL);
}

struct escape_cache *escape_cache_new(const struct escape_config *config, str dir)
{
    struct escape_cache *c = mem_zalloc(sizeof *c);

    if (dir.n) {
        c->dir = str_dup(&c->arena, dir);
    } else if (!escape_cache_dir(&c->arena, &c->dir)) {
        escape_cache_free(c);
        return NULL;
    }
    c->config = *config;
    return c;
}

void escape_cache_free(struct escape_cache *c)
{
    if (c) {
        map_release(&c->by_key);
        map_release(&c->by_source);
        arena_release(&c->arena);
        mem_free(c);
    }
}

struct escape_cache_count escape_cache_counted(const struct escape_cache *c)
{
    return c->count;
}

static str cache_file(struct escape_cache *c, struct arena *a, struct hash128 key)
{
    return str_fmt(a, "%.*s/%.*s", STR_ARG(c->dir), STR_ARG(hash128_hex(a, key)));
}

/* ---- keys ---- */

/* The linker's hash of this program. */
static int cache_build_id(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    for (u32 i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        const char *at = (const char *)(uintptr_t)(info->dlpi_addr + p->p_vaddr); /* NOLINT */
        for (size_t off = 0; p->p_type == PT_NOTE && off + sizeof(ElfW(Nhdr)) <= p->p_memsz;) {
            ElfW(Nhdr) n;
            memcpy(&n, at + off, sizeof n);
            size_t name = off + sizeof n, desc = name + ((n.n_namesz + 3) & ~3u);
            if (n.n_type == NT_GNU_BUILD_ID && n.n_namesz == 4 && memcmp(at + name, "GNU", 4) == 0) {
                hash_add(ctx, (str){at + desc, n.n_descsz});
                return 2;
            }
            off = desc + ((n.n_descsz + 3) & ~3u);
        }
    }
    return 1; /* the first one is the program: no others */
}

static bool cache_hash_program(struct hash_state *h)
{
    struct io_map m;

    if (dl_iterate_phdr(cache_build_id, h) == 2) {
        return true;
    }
    if (!io_map_file(&m, "/proc/self/exe", NULL)) {
        return false;
    }
    hash_add(h, m.text);
    io_unmap(&m);
    return true;
}

/* What all keys depend on. */
static bool cache_hash_config(struct escape_cache *c, struct hash128 *out)
{
    const struct load *l = c->load;
    struct hash_state *h = hash_begin();
    bool ok = cache_hash_program(h);

    hash_add(h, l->go_version);
    hash_add(h, l->config.goos);
    hash_add(h, l->config.goarch);
    hash_add(h, l->config.tags);
    hash_add_u64(h, (u64)c->config.go_minor << 2 | (u64)l->config.race << 1 | (u64)c->config.no_inline);
    *out = hash_end(h);
    return ok;
}

static bool cache_is_unsafe(const struct load_package *p)
{
    return p->std && str_is(p->path, "unsafe");
}

/* Tests' variants have the paths of others, and packages of the command line none. */
static bool cache_is_kept(const struct load_package *p)
{
    if (p->variant != LOAD_PLAIN || str_is(p->path, "command-line-arguments")) {
        return false;
    }
    for (u32 i = 0; i < p->n_errors; i++) {
        if (!p->errors[i].warning) {
            return false;
        }
    }
    return true;
}

static bool cache_key(struct escape_cache *c, const struct load_package *p, struct hash128 config)
{
    struct cached *k = &c->v[p->id];

    if (!cache_is_kept(p)) {
        return false;
    }
    for (u32 i = 0; i < p->n_imports; i++) {
        const struct load_package *to = p->imports[i].pkg;
        if (to ? to->id >= p->id || !c->v[to->id].keyed
               : !str_is(p->imports[i].path, "unsafe") && !str_is(p->imports[i].path, "C")) {
            return false;
        }
    }
    struct hash_state *h = hash_begin();
    hash_add_u64(h, config.hi);
    hash_add_u64(h, config.lo);
    hash_add(h, p->path);
    hash_add(h, p->go_version);
    hash_add_u64(h, (u64)p->std << 2 | (u64)p->has_asm << 1 | (u64)p->uses_cgo);
    for (u32 i = 0; i < p->n_imports; i++) {
        hash_add(h, p->imports[i].path);
        if (p->imports[i].pkg) {
            hash_add_u64(h, c->v[p->imports[i].pkg->id].key.hi);
            hash_add_u64(h, c->v[p->imports[i].pkg->id].key.lo);
        }
    }
    hash_add_u64(h, p->n_files);
    for (u32 i = 0; i < p->n_files; i++) {
        hash_add(h, path_base(p->files[i].path));
        hash_add_u64(h, p->files[i].hash.hi);
        hash_add_u64(h, p->files[i].hash.lo);
    }
    k->key = hash_end(h);
    map_put(&c->by_key, k->key.lo, NULL)->u = p->id;
    return true;
}

/* ---- looking ---- */

enum { CACHE_USED = 3600 /* seconds after which an entry's use is noted in its time */ };

static bool cache_wants_notes(const struct escape_cache *c, const struct load_package *p)
{
    return p->matched || c->config.deps;
}

static void cache_look(struct escape_cache *c, struct load_package *p)
{
    struct cached *k = &c->v[p->id];
    struct arena_scratch s = arena_scratch_begin(&c->arena);
    str file = cache_file(c, s.arena, k->key), bytes;
    struct stat st;

    if (p->matched && c->config.keep_units) {
        k->hit = false; /* the unit itself is wanted */
    } else if (io_read_file(&c->arena, file.p, &bytes, NULL)) {
        k->hit = escape_entry_read(bytes, k->key, &k->entry) && k->entry.n_files == p->n_files &&
                 (k->entry.has_notes || !cache_wants_notes(c, p));
        if (k->hit && stat(file.p, &st) == 0 && time(NULL) - st.st_mtime > CACHE_USED) {
            (void)utimensat(AT_FDCWD, file.p, NULL, 0);
        }
    }
    arena_scratch_end(s);
    if (!k->hit) {
        return;
    }
    c->count.hits++;
    p->partial = true;
    for (u32 i = 0; i < p->n_files; i++) {
        u32 first = k->entry.files[i].skip;
        p->files[i].skips = (struct parse_skips){k->entry.skips + 2 * (size_t)first, k->entry.files[i + 1].skip - first};
    }
}

static void cache_note_sources(struct escape_cache *c, const struct load_package *p)
{
    for (u32 i = 0; p->variant == LOAD_PLAIN && i < p->n_files; i++) {
        map_put(&c->by_source, p->files[i].src->id, NULL)->u = (u64)p->id << 32 | i;
    }
}

void escape_cache_plan(void *cache, struct load *l)
{
    struct escape_cache *c = cache;
    struct hash128 config;

    c->load = l;
    c->v = ARENA_ARRAY(&c->arena, struct cached, l->n_pkgs);
    c->count = (struct escape_cache_count){.pkgs = l->n_pkgs};
    if (!cache_hash_config(c, &config)) {
        return;
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        struct load_package *p = l->pkgs[i];
        c->v[i].keyed = cache_is_unsafe(p) || cache_key(c, p, config);
        cache_note_sources(c, p);
        if (c->v[i].keyed && !cache_is_unsafe(p)) {
            cache_look(c, p);
        }
    }
}

/* ---- what an entry says ---- */

static struct cached *cached_of(const struct escape_cache *c, const struct load_package *p)
{
    return c && c->v && p && p->id < c->load->n_pkgs && c->v[p->id].hit ? &c->v[p->id] : NULL;
}

bool escape_cache_has(const struct escape_cache *c, const struct load_package *p)
{
    return cached_of(c, p) != NULL;
}

/* The number of a declaration in its file. */
static u32 cache_decl_index(const struct ast *f, node decl)
{
    const u32 *v = ast_list(f, f->decls);
    u32 lo = 0, hi = ast_list_len(f, f->decls);

    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        if (v[mid] < decl) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static const struct escape_entry_func *cache_find(const struct escape *e, const struct obj *o, struct cached **of)
{
    struct decl_place at;
    struct cached *k = o->pkg ? cached_of(e->config.cache, o->pkg->src) : NULL;

    if (!k || !obj_decl_place(o, &at) || at.file >= o->pkg->n_files) {
        return NULL;
    }
    *of = k;
    return escape_entry_find(&k->entry, at.file, cache_decl_index(o->pkg->files[at.file].ast, at.decl));
}

void escape_cache_func(struct escape *e, struct ir_func *fn)
{
    struct cached *k;
    const struct escape_entry_func *f = cache_find(e, fn->obj, &k);
    u32 n = fn->n_recv + fn->n_params;

    if (!f) {
        return;
    }
    fn->flags = f->flags | IR_FUNC_IMPORTED;
    fn->pragma = f->pragma;
    fn->inl_cost = f->cost;
    fn->esc_state = IR_ESC_TAGGED;
    if (f->n_tags == 0 || f->n_tags != n) {
        return;
    }
    fn->tags = ARENA_ARRAY(e->arena, struct ir_leaks, n);
    for (u32 i = 0; i < n; i++) {
        memcpy(fn->tags[i].derefs, k->entry.tags + (size_t)ESCAPE_ENTRY_LEAKS * (f->tags + i), ESCAPE_ENTRY_LEAKS);
    }
}

bool escape_cache_can_inline(struct escape *e, const struct obj *o)
{
    struct cached *k;
    const struct escape_entry_func *f = cache_find(e, o, &k);

    return f && (f->flags & IR_FUNC_CAN_INLINE);
}

void escape_cache_bodies(struct escape *e, struct package *p)
{
    const struct cached *k = cached_of(e->config.cache, p->src);

    for (u32 i = 0; k && i < p->n_files && i < k->entry.n_files; i++) {
        const struct file_info *f = &p->files[i];
        const u32 *decls = ast_list(f->ast, f->ast->decls);
        for (u32 j = 0; k->entry.files[i].range_func && j < ast_list_len(f->ast, f->ast->decls); j++) {
            if (ast_kind(f->ast, decls[j]) == AST_FUNC_DECL) {
                struct obj *o = info_obj(f, ast_at(f->ast, decls[j])->a);
                if (o) {
                    check_body(e->prog, o);
                }
            }
        }
    }
}

static const struct load_package *cache_by_key(const struct escape_cache *c, struct hash128 key)
{
    const union map_val *v = map_get(&c->by_key, key.lo);

    return v && c->v[v->u].key.hi == key.hi ? c->load->pkgs[v->u] : NULL;
}

static struct obj *cache_ref(const struct escape *e, const struct escape_entry *of, const struct escape_entry_ref *r)
{
    const struct load_package *lp = cache_by_key(e->config.cache, of->pkgs[r->pkg]);
    const struct package *p = lp ? e->prog->pkgs[lp->id] : NULL;

    if (!p || r->file >= p->n_files) {
        return NULL;
    }
    const struct file_info *f = &p->files[r->file];
    if (!f->at || r->decl >= ast_list_len(f->ast, f->ast->decls)) {
        return NULL;
    }
    node d = ast_list(f->ast, f->ast->decls)[r->decl];
    return ast_kind(f->ast, d) == AST_FUNC_DECL ? info_obj(f, ast_at(f->ast, d)->a) : NULL;
}

void escape_cache_inlined(struct escape *e, const struct package *p, void (*f)(void *ctx, struct obj *o), void *ctx)
{
    const struct cached *k = cached_of(e->config.cache, p->src);

    for (u32 i = 0; k && i < k->entry.n_inlined; i++) {
        struct obj *o = cache_ref(e, &k->entry, &k->entry.inlined[i]);
        if (o) {
            f(ctx, o);
        }
    }
}

static u32 cache_note_pos(const struct escape_cache *c, const struct load_package *p, const struct escape_entry *of,
                          const struct escape_entry_note *n)
{
    if (n->pkg == ESCAPE_ENTRY_AUTO || n->pkg == ESCAPE_ENTRY_NONE) {
        return n->pkg == ESCAPE_ENTRY_AUTO ? 0 : IR_POS_NONE;
    }
    if (n->pkg != ESCAPE_ENTRY_OWN) {
        p = cache_by_key(c, of->pkgs[n->pkg]);
    }
    return p && n->file < p->n_files && n->off <= p->files[n->file].src->text.n ? p->files[n->file].src->base + n->off
                                                                                : IR_POS_NONE;
}

void escape_cache_result(struct escape *e, struct escape_result *r)
{
    const struct escape_cache *c = e->config.cache;
    const struct load_package *p = r->pkg->src;
    const struct cached *k = cached_of(c, p);

    if (!k || !cache_wants_notes(c, p)) {
        return;
    }
    r->notes = ARENA_ARRAY(e->arena, struct ir_note, k->entry.n_notes);
    r->n_notes = k->entry.n_notes;
    for (u32 i = 0; i < r->n_notes; i++) {
        const struct escape_entry_note *n = &k->entry.notes[i];
        u32 at = cache_note_pos(c, p, &k->entry, n);
        r->notes[i] = (struct ir_note){.pos = at,
                                       .shown = at,
                                       .kind = n->kind,
                                       .sorted = n->sorted != 0,
                                       .derefs = (i16)n->derefs,
                                       .result = (i16)n->result,
                                       .text = {k->entry.text + n->text, n->n_text}};
    }
}

/* ---- storing ---- */

struct cache_writer {
    struct escape *e;
    struct escape_cache *c;
    const struct package *p;
    struct arena *a; /* scratch */
    struct escape_entry entry;
    struct map pkg_of; /* load_package.id → index in pkgs */
    VEC(struct hash128) pkgs;
    VEC(struct escape_entry_file) files;
    VEC(u32) skips;
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
                        .decl = cache_decl_index(w->p->files[at.file].ast, at.decl),
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

static void writer_skips(struct cache_writer *w)
{
    for (u32 i = 0; i < w->p->n_files; i++) {
        const struct file_info *f = &w->p->files[i];
        const u32 *decls = ast_list(f->ast, f->ast->decls);
        struct escape_entry_file file = {(u32)w->skips.n / 2, f->range_func};
        vec_push_in(w->a, &w->files, file);
        for (u32 k = 0; k < ast_list_len(f->ast, f->ast->decls); k++) {
            node body = ast_kind(f->ast, decls[k]) == AST_FUNC_DECL ? ast_rec(f->ast, decls[k], FUNC_BODY) : 0;
            if (!body || writer_wants_body(w, f, i, k, decls[k])) {
                continue;
            }
            u32 open = ast_at(f->ast, body)->pos - f->ast->src->base, end = ast_end(f->ast, body) - f->ast->src->base;
            str text = f->ast->src->text;
            if (open < end && end <= text.n && text.p[open] == '{' && text.p[end - 1] == '}') {
                vec_push_in(w->a, &w->skips, open);
                vec_push_in(w->a, &w->skips, end - 1);
            }
        }
    }
    vec_push_in(w->a, &w->files, (struct escape_entry_file){.skip = (u32)w->skips.n / 2});
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
                                 cache_decl_index(o->pkg->files[at.file].ast, at.decl)};
    vec_push_in(w->a, &w->inlined, r);
}

static void writer_note(struct cache_writer *w, const struct ir_note *m)
{
    struct escape_entry_note n = {
        .kind = m->kind,
        .derefs = m->derefs,
        .result = m->result,
        .sorted = m->sorted,
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
    e->n_skips = (u32)w->skips.n / 2;
    e->n_tags = (u32)(w->tags.n / ESCAPE_ENTRY_LEAKS);
    e->n_pkgs = (u32)w->pkgs.n;
    e->n_inlined = (u32)w->inlined.n;
    e->n_notes = (u32)w->notes.n;
    e->n_text = (u32)w->text.n;
    e->pkgs = w->pkgs.v;
    e->files = w->files.v;
    e->skips = w->skips.v;
    e->inlined = w->inlined.v;
    e->notes = w->notes.v;
    e->tags = (const i8 *)strbuf_str(&w->tags).p;
    e->text = strbuf_str(&w->text).p;
    escape_entry_write(e, &b);
    if (io_write_file(cache_file(w->c, w->a, e->key).p, strbuf_str(&b), 0666, NULL)) {
        w->c->count.written++;
    }
    strbuf_release(&b);
}

/* Neither it nor what it imports has errors: of a package that has an entry that is known. */
static bool cache_is_clean(struct escape_cache *c, const struct package *p)
{
    struct cached *k = &c->v[p->src->id];
    const struct load_package *lp = p->src;

    k->clean = k->keyed && p->n_errors == 0 && p->complete;
    for (u32 i = 0; i < lp->n_imports && k->clean; i++) {
        const struct load_package *to = lp->imports[i].pkg;
        k->clean = !to || cache_is_unsafe(to) || c->v[to->id].hit || c->v[to->id].clean;
    }
    return k->clean;
}

void escape_cache_store(struct escape *e, const struct ir_unit *u, const struct escape_result *r)
{
    struct escape_cache *c = e->config.cache;

    if (!c || !c->v || !u->pkg->src || !cache_is_clean(c, u->pkg) || u->pkg->n_files != u->pkg->src->n_files) {
        return;
    }
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct cache_writer w = {.e = e, .c = c, .p = u->pkg, .a = s.arena};
    w.entry.key = c->v[u->pkg->src->id].key;
    w.entry.has_notes = cache_wants_notes(c, u->pkg->src);
    writer_funcs(&w, u);
    writer_skips(&w);
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

/* ---- size ---- */

enum {
    TRIM_EVERY = 3600,           /* seconds */
    TRIM_AGE = 14 * 24 * 3600,   /* seconds without use */
    TRIM_SIZE = 256 * 1024 * 1024, /* bytes; when there are more the oldest go, down to three quarters */
};

struct trim_file {
    str path;
    u64 time, size;
};

static int trim_cmp(const void *x, const void *y)
{
    const struct trim_file *a = x, *b = y;

    return (a->time > b->time) - (a->time < b->time);
}

static bool trim_due(struct escape_cache *c, struct arena *a, u64 now)
{
    str stamp = path_join(a, c->dir, STR("trimmed"));
    struct io_stat st;

    if (io_stat(stamp.p, &st, NULL) && st.mtime_ns / 1000000000 + TRIM_EVERY > now) {
        return false;
    }
    return io_write_file(stamp.p, STR(""), 0666, NULL);
}

void escape_cache_trim(struct escape_cache *c)
{
    struct arena_scratch s;
    u64 now = (u64)time(NULL), total = 0;
    str *names;
    size_t n, kept = 0;

    if (!c || c->count.written == 0) {
        return;
    }
    s = arena_scratch_begin(NULL);
    if (trim_due(c, s.arena, now) && io_list_dir(s.arena, c->dir.p, &names, &n, NULL)) {
        struct trim_file *v = ARENA_ARRAY(s.arena, struct trim_file, n + 1);
        for (size_t i = 0; i < n; i++) {
            struct io_stat st;
            str path = path_join(s.arena, c->dir, names[i]);
            if (!io_stat(path.p, &st, NULL) || !st.is_file || str_is(names[i], "trimmed")) {
                continue;
            }
            v[kept++] = (struct trim_file){path, st.mtime_ns / 1000000000, st.size};
            total += st.size;
        }
        qsort(v, kept, sizeof *v, trim_cmp);
        bool large = total > TRIM_SIZE;
        for (size_t i = 0; i < kept && (v[i].time + TRIM_AGE < now || (large && total > TRIM_SIZE / 4 * 3)); i++) {
            io_remove(v[i].path.p, NULL);
            total -= v[i].size;
        }
    }
    arena_scratch_end(s);
}
