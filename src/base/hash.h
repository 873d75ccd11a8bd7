/* hash.h: xxHash (XXH3) for tables and cache keys.  Not for use against an adversary.
 *
 * The values are the same on every machine and in every run.
 */
#ifndef GOMM_BASE_HASH_H
#define GOMM_BASE_HASH_H

#include "base/str.h"

u64 hash_str(str s);
u64 hash_u64(u64 v);

/* A 128-bit hash over several pieces, for keys of files and results.  Each piece is hashed
 * with its length, so that ("ab","c") and ("a","bc") differ. */
struct hash128 {
    u64 hi, lo;
};

struct hash_state;
struct hash_state *hash_begin(void);
void hash_add(struct hash_state *s, str piece);
void hash_add_u64(struct hash_state *s, u64 v);
struct hash128 hash_end(struct hash_state *s);      /* frees the state */
str hash128_hex(struct arena *a, struct hash128 h); /* 32 hexadecimal digits */

#endif
