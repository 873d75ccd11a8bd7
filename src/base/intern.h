/* intern.h: each distinct string once, known by a 32-bit id.
 *
 * Id 0 is the empty string.  Ids are given out in the order of first use; with several threads
 * that order is not the same in each run, so compare ids for equality and sort by text.
 *
 * Ownership: the interner copies each new string into its own memory, which lives until
 * intern_free.  Threading: all but intern_free from any number of threads at once; finding a
 * string that is there already takes no lock.
 */
#ifndef GOMM_BASE_INTERN_H
#define GOMM_BASE_INTERN_H

#include <string.h>

#include "base/str.h"

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *in);
u32 intern_id(struct intern *in, str s);
/* The string of an id that this interner gave out, followed by a NUL. */
str intern_str(const struct intern *in, u32 id);
/* The id of s if it is interned already, otherwise 0. */
u32 intern_lookup(struct intern *in, str s);
u32 intern_count(const struct intern *in); /* ids 0 .. count-1 exist */
/* A number that no other interner of this process has or had, never 0: for caches of ids. */
u64 intern_serial(const struct intern *in);

/* ---- for lexers: strings as words ---- */

/* A string of up to 16 bytes without a NUL is its key (zeros behind its end); of a longer one `head` is
 * the first 8 bytes and `tail` a hash of all others, so that equal keys do not mean equal strings. */
struct intern_key {
    u64 head, tail;
};

static inline u64 intern_load(const void *p)
{
    u64 w;

    memcpy(&w, p, 8);
    return w;
}

/* Of n > 0 bytes at p, which 8 readable bytes follow. */
static inline struct intern_key intern_key(const char *p, size_t n)
{
    struct intern_key k = {intern_load(p), 0};

    if (n <= 8) {
        k.head &= ~(u64)0 >> (64 - 8 * n);
        return k;
    }
    if (n > 16) {
        k.tail = n;
        for (const char *s = p + 8; s + 8 < p + n; s += 8) {
            k.tail = (k.tail ^ intern_load(s)) * 0x9FB21C651E98DF25u;
            k.tail ^= k.tail >> 29;
        }
        k.tail = (k.tail ^ intern_load(p + n - 8)) * 0x9FB21C651E98DF25u;
        return k;
    }
    k.tail = intern_load(p + n - 8) >> 8 * (16 - n);
    return k;
}

static inline u64 intern_hash(struct intern_key k)
{
    u64 h = (k.head ^ k.tail * 0xD6E8FEB86659FD93u) * 0x9E3779B97F4A7C15u;

    return h ^ h >> 32;
}

/* As intern_id, with intern_key(s.p, s.n). */
u32 intern_id_of_key(struct intern *in, str s, struct intern_key key);

#endif
