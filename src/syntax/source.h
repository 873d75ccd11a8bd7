/* source.h: the files of a program, and what a position (a u32) says of them.
 *
 * Each file takes a range of positions: base .. base+size, base+size being its end; bases start
 * at 1. At most 4 GiB of source in a program; more is an error when a file is added.
 *
 * Ownership: the table owns the files' texts (mapped or copied) until sources_free.  Threading:
 * adding from any number of threads; reading from any.  Line tables are made when first asked for.
 */
#ifndef GOMM_SYNTAX_SOURCE_H
#define GOMM_SYNTAX_SOURCE_H

#include "base/diag.h"
#include "base/err.h"
#include "base/str.h"

struct sources;

/* Bytes behind a text (zeros) that may be read, for scanning by words. */
enum { SOURCE_PAD = 64 };

struct source {
    str path; /* absolute, or what the caller named it */
    str text; /* followed by SOURCE_PAD zero bytes, which are no part of it */
    u32 base; /* position of its first byte */
    u32 id;   /* 0 .. sources_count()-1 */
};

struct sources *sources_new(void);
void sources_free(struct sources *s);

/* Reads a file, or takes a copy of text.  NULL on an error. */
struct source *sources_add_file(struct sources *s, str path, struct err *e);
struct source *sources_add_text(struct sources *s, str path, str text, struct err *e);
/* The two halves of sources_add_file, for callers who read in parallel and add in an order of their own.  The text is in
 * the given arena, which is to outlive the table. */
bool source_read(struct arena *a, str path, str *text, struct err *e);
struct source *sources_take(struct sources *s, str path, str text, struct err *e);
/* A copy of text as source_read would give it. */
str source_copy(struct arena *a, str text);
u32 sources_count(const struct sources *s);
struct source *sources_at(const struct sources *s, u32 id);

/* The file that a position lies in; NULL for 0 or a position of no file. */
struct source *sources_find(const struct sources *s, u32 pos);

/* Line and column (in bytes, from 1) of a position in the file itself, and by its line directives
 * as the compiler shows it (Go compiler directives, "//line"): file and line by the last directive,
 * column 0 if the directive gives none. */
struct span sources_span(const struct sources *s, u32 pos);
struct span sources_span_raw(const struct sources *s, u32 pos);
/* The line's text, without its newline. */
str sources_line(const struct sources *s, u32 pos);
/* The position of a line and column of a file; 0 if there is none. */
u32 sources_pos(const struct sources *s, const struct source *f, u32 line, u32 col);

#endif
