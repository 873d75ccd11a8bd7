/* escape_cache.c: keys, the directory, what entries say. */
#define _GNU_SOURCE /* dl_iterate_phdr, memmem */
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
#include "escape/escape_cache_int.h"

/* ---- the directory ---- */

bool escape_cache_dir(struct arena *a, str *dir)
{
    return io_cache_sub(a, STR("escape"), dir);
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

str escape_cache_file(struct escape_cache *c, struct arena *a, struct hash128 key)
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

static void cache_look(struct escape_cache *c, struct load_package *p)
{
    struct cached *k = &c->v[p->id];
    struct arena_scratch s = arena_scratch_begin(&c->arena);
    str file = escape_cache_file(c, s.arena, k->key), bytes;
    struct stat st;

    if (p->matched && c->config.keep_units) {
        k->hit = false; /* the unit itself is wanted */
    } else if (io_read_file(&c->arena, file.p, &bytes, NULL)) {
        k->hit = escape_entry_read(bytes, k->key, &k->entry) && k->entry.n_files == p->n_files &&
                 (k->entry.has_notes || !escape_cache_wants_notes(c, p));
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
        p->files[i].skips = (struct parse_skips){.v = k->entry.skips + first,
                                                 .n = k->entry.files[i + 1].skip - first};
    }
}

/* Assertions look into bodies of callees, wherever these are. */
static bool cache_asserts(const struct load *l)
{
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *p = l->pkgs[i];
        for (u32 k = 0; p->matched && k < p->n_files; k++) {
            str text = p->files[k].src->text;
            if (memmem(text.p, text.n, "//gomm:", 7)) {
                return true;
            }
        }
    }
    return false;
}

/* What is known need not be read, unless a package that is to be analysed may ask for it: that one's imports, and of
 * those that are known the imports that they speak of. */
static void cache_mark_unneeded(struct escape_cache *c)
{
    struct load *l = c->load;
    bool *needed = ARENA_ARRAY(&c->arena, bool, l->n_pkgs);

    for (u32 i = l->n_pkgs; i-- > 0;) {
        struct load_package *p = l->pkgs[i];
        const struct cached *k = &c->v[i];
        p->unneeded = k->hit && !needed[i];
        c->count.unneeded += p->unneeded;
        u32 n = p->unneeded ? 0 : k->hit ? k->entry.n_uses : p->n_imports;
        for (u32 m = 0; m < n; m++) {
            u32 at = k->hit ? k->entry.uses[m] : m;
            if (at < p->n_imports && p->imports[at].pkg) {
                needed[p->imports[at].pkg->id] = true;
            }
        }
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
    if (!cache_hash_config(c, &config) || (c->config.keep_units && cache_asserts(l))) {
        return;
    }
    for (u32 i = 0; i < l->n_pkgs; i++) {
        struct load_package *p = l->pkgs[i];
        c->v[i].keyed = escape_cache_is_unsafe(p) || cache_key(c, p, config);
        cache_note_sources(c, p);
        if (c->v[i].keyed && !escape_cache_is_unsafe(p)) {
            cache_look(c, p);
        }
    }
    cache_mark_unneeded(c);
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

u32 escape_cache_decl(const struct ast *f, node decl)
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
    return escape_entry_find(&k->entry, at.file, escape_cache_decl(o->pkg->files[at.file].ast, at.decl));
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

    if (!k || !escape_cache_wants_notes(c, p)) {
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
                                       .derefs = (i16)n->derefs,
                                       .result = (i16)n->result,
                                       .text = {k->entry.text + n->text, n->n_text}};
    }
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
