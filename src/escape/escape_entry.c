/* escape_entry.c: entries of the disk cache to bytes and back. */
#include "escape/escape_entry.h"

#include <string.h>

/* The digit changes with the format; what changes in the meaning of the contents changes the keys (escape_cache.c). */
static const char entry_magic[8] = "gommesc4";

struct entry_header {
    char magic[8];
    u64 sum; /* of all that follows */
    struct hash128 key;
    u32 n_files, n_skips, n_funcs, n_tags, n_pkgs, n_inlined, n_notes, n_text;
    u32 n_uses, has_notes;
};
_Static_assert(sizeof(struct entry_header) % 8 == 0, "arrays of u64 follow");

enum { SUMMED = offsetof(struct entry_header, key) };

/* ---- parts in the order in which they are stored ---- */

struct entry_part {
    size_t size;   /* of one element */
    u64 n;
    size_t at; /* of the pointer in struct escape_entry */
};
enum { PARTS = 9 };

static void entry_parts(const struct escape_entry *e, struct entry_part v[PARTS])
{
    const struct entry_part parts[PARTS] = {
        {sizeof *e->pkgs, e->n_pkgs, offsetof(struct escape_entry, pkgs)},
        {sizeof *e->files, (u64)e->n_files + 1, offsetof(struct escape_entry, files)},
        {sizeof *e->skips, e->n_skips, offsetof(struct escape_entry, skips)},
        {sizeof *e->uses, e->n_uses, offsetof(struct escape_entry, uses)},
        {sizeof *e->funcs, e->n_funcs, offsetof(struct escape_entry, funcs)},
        {sizeof *e->inlined, e->n_inlined, offsetof(struct escape_entry, inlined)},
        {sizeof *e->notes, e->n_notes, offsetof(struct escape_entry, notes)},
        {ESCAPE_ENTRY_LEAKS, e->n_tags, offsetof(struct escape_entry, tags)},
        {1, e->n_text, offsetof(struct escape_entry, text)},
    };
    memcpy(v, parts, sizeof parts);
}

/* ---- writing ---- */

bool escape_entry_seal(char *bytes, size_t n)
{
    if (n < sizeof(struct entry_header)) {
        return false;
    }
    u64 sum = hash_str((str){bytes + SUMMED, n - SUMMED});
    memcpy(bytes + offsetof(struct entry_header, sum), &sum, sizeof sum);
    return true;
}

void escape_entry_write(const struct escape_entry *e, struct strbuf *out)
{
    struct entry_header h = {
        .key = e->key, .n_files = e->n_files, .n_skips = e->n_skips, .n_funcs = e->n_funcs, .n_tags = e->n_tags,
        .n_pkgs = e->n_pkgs, .n_inlined = e->n_inlined, .n_notes = e->n_notes, .n_text = e->n_text,
        .n_uses = e->n_uses, .has_notes = e->has_notes,
    };
    struct entry_part parts[PARTS];

    memcpy(h.magic, entry_magic, sizeof h.magic);
    strbuf_reset(out);
    strbuf_put(out, (str){(const char *)&h, sizeof h});
    entry_parts(e, parts);
    for (size_t i = 0; i < PARTS; i++) {
        const char *p;
        memcpy(&p, (const char *)e + parts[i].at, sizeof p);
        if (parts[i].n) {
            strbuf_put(out, (str){p, (size_t)parts[i].n * parts[i].size});
        }
    }
    str s = strbuf_str(out);
    escape_entry_seal((char *)(uintptr_t)s.p, s.n);
}

/* ---- reading ---- */

static bool entry_files_fit(const struct escape_entry *e)
{
    for (u32 i = 0; i < e->n_files; i++) {
        if (e->files[i].skip > e->files[i + 1].skip) {
            return false;
        }
    }
    return e->files[0].skip == 0 && e->files[e->n_files].skip == e->n_skips;
}

static bool entry_funcs_fit(const struct escape_entry *e)
{
    for (u32 i = 0; i < e->n_funcs; i++) {
        const struct escape_entry_func *f = &e->funcs[i], *before = f - 1;
        if (f->file >= e->n_files || f->tags > e->n_tags || f->n_tags > e->n_tags - f->tags ||
            (i > 0 && (f->file < before->file || (f->file == before->file && f->decl <= before->decl)))) {
            return false;
        }
    }
    return true;
}

static bool entry_notes_fit(const struct escape_entry *e)
{
    for (u32 i = 0; i < e->n_notes; i++) {
        const struct escape_entry_note *n = &e->notes[i];
        if (n->text > e->n_text || n->n_text > e->n_text - n->text ||
            (n->pkg == ESCAPE_ENTRY_OWN && n->file >= e->n_files) ||
            (n->pkg < ESCAPE_ENTRY_NONE && n->pkg >= e->n_pkgs)) {
            return false;
        }
    }
    return true;
}

static bool entry_fits(const struct escape_entry *e)
{
    for (u32 i = 0; i < e->n_inlined; i++) {
        if (e->inlined[i].pkg >= e->n_pkgs) {
            return false;
        }
    }
    return entry_files_fit(e) && entry_funcs_fit(e) && entry_notes_fit(e);
}

bool escape_entry_read(str bytes, struct hash128 key, struct escape_entry *out)
{
    struct entry_header h;
    struct entry_part parts[PARTS];

    if (bytes.n < sizeof h) {
        return false;
    }
    memcpy(&h, bytes.p, sizeof h);
    if (memcmp(h.magic, entry_magic, sizeof h.magic) != 0 || h.key.hi != key.hi || h.key.lo != key.lo) {
        return false;
    }
    *out = (struct escape_entry){
        .key = h.key, .n_files = h.n_files, .n_skips = h.n_skips, .n_funcs = h.n_funcs, .n_tags = h.n_tags,
        .n_pkgs = h.n_pkgs, .n_inlined = h.n_inlined, .n_notes = h.n_notes, .n_text = h.n_text,
        .n_uses = h.n_uses, .has_notes = h.has_notes != 0,
    };
    entry_parts(out, parts);
    size_t at = sizeof h;
    for (size_t i = 0; i < PARTS; i++) {
        if (parts[i].n > (bytes.n - at) / parts[i].size) {
            return false;
        }
        const char *p = bytes.p + at;
        memcpy((char *)out + parts[i].at, &p, sizeof p);
        at += (size_t)parts[i].n * parts[i].size;
    }
    return at == bytes.n && h.sum == hash_str(str_from(bytes, SUMMED)) && entry_fits(out);
}

const struct escape_entry_func *escape_entry_find(const struct escape_entry *e, u32 file, u32 decl)
{
    u32 lo = 0, hi = e->n_funcs;

    while (lo < hi) {
        u32 mid = lo + (hi - lo) / 2;
        const struct escape_entry_func *f = &e->funcs[mid];
        if (f->file == file && f->decl == decl) {
            return f;
        }
        if (f->file < file || (f->file == file && f->decl < decl)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return NULL;
}
