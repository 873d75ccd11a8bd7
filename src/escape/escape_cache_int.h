/* escape_cache_int.h: what the files of the cache share. */
#ifndef GOMM_ESCAPE_ESCAPE_CACHE_INT_H
#define GOMM_ESCAPE_ESCAPE_CACHE_INT_H

#include "escape/escape_cache.h"
#include "escape/escape_entry.h"

/* Of one package of the load. */
struct cached {
    struct hash128 key;
    bool keyed;  /* key is set: all that it depends on is there */
    bool hit;
    bool clean;  /* no errors, here and in what it imports: known once it has been analysed */
    struct escape_entry entry;
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

str escape_cache_file(struct escape_cache *c, struct arena *a, struct hash128 key);
/* The number of a declaration in its file. */
u32 escape_cache_decl(const struct ast *f, node decl);
static inline bool escape_cache_is_unsafe(const struct load_package *p)
{
    return p->std && str_is(p->path, "unsafe");
}
static inline bool escape_cache_wants_notes(const struct escape_cache *c, const struct load_package *p)
{
    return p->matched || c->config.deps;
}

typedef VEC(struct parse_skip) escape_skips;

/* Runs of declarations that importers cannot come to, as the parser takes them: runs[file] gets them.
 * skipped: is what stands there in a body or literal that is jumped over? */
void escape_cache_reach(struct arena *a, const struct package *p, bool (*skipped)(void *ctx, u32 file, u32 off),
                        void *ctx, escape_skips *runs);

#endif
