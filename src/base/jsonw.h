/* jsonw.h: writing JSON as a stream.
 *
 *   struct jsonw w;
 *   jsonw_init(&w, &buf, 2);
 *   jsonw_object(&w);
 *   jsonw_key(&w, "code"), jsonw_str(&w, f->code);
 *   jsonw_end(&w);
 *
 * The output is valid JSON in valid UTF-8 whatever the texts hold (invalid bytes become
 * U+FFFD), and safe inside an HTML <script> element (<, >, &, U+2028 and U+2029 are escaped).
 * Wrong nesting is a BUG().
 *
 * Ownership: the buffer is the caller's.  With a FILE the buffer is flushed to it as it grows
 * and at jsonw_finish.  Threading: one thread at a time.
 */
#ifndef GOMM_BASE_JSONW_H
#define GOMM_BASE_JSONW_H

#include <stdio.h>

#include "base/str.h"

enum { JSONW_DEPTH = 64 };

struct jsonw {
    struct strbuf *out;
    FILE *file;
    u32 indent; /* spaces a level; 0: everything on one line */
    u32 depth;
    bool key_done; /* a key was written and waits for its value */
    bool failed;   /* a write to the file failed */
    u8 kind[JSONW_DEPTH];
    bool any[JSONW_DEPTH]; /* the level has a member already */
};

void jsonw_init(struct jsonw *w, struct strbuf *out, u32 indent);
/* From now on what is complete goes to f, in pieces. */
void jsonw_to_file(struct jsonw *w, FILE *f);
/* Checks that everything was closed and flushes; false if writing to the file failed. */
bool jsonw_finish(struct jsonw *w);

void jsonw_object(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_end(struct jsonw *w); /* of the innermost object or array */
void jsonw_key(struct jsonw *w, const char *key);
void jsonw_key_str(struct jsonw *w, str key);

void jsonw_str(struct jsonw *w, str s);
void jsonw_int(struct jsonw *w, i64 v);
void jsonw_uint(struct jsonw *w, u64 v);
void jsonw_num(struct jsonw *w, double v); /* shortest text that reads back equal; NaN: null */
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
void jsonw_line(struct jsonw *w); /* ends a line of JSON Lines; at the outermost level only */

/* key and value in one call */
void jsonw_put_str(struct jsonw *w, const char *key, str s);
void jsonw_put_int(struct jsonw *w, const char *key, i64 v);
void jsonw_put_num(struct jsonw *w, const char *key, double v);
void jsonw_put_bool(struct jsonw *w, const char *key, bool v);

#endif
