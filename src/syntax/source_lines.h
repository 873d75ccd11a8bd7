/* source_lines.h: where the lines of one file begin, and its line directives.
 *
 * Ownership: the caller frees; names of files in directives are slices of the file's text.
 * Threading: made by one thread, then read by any.
 */
#ifndef GOMM_SYNTAX_SOURCE_LINES_H
#define GOMM_SYNTAX_SOURCE_LINES_H

#include "syntax/source.h"

/* From line, col of the file on, positions are said to be in `file` from to_line, to_col on. */
struct source_directive {
    u32 line, col;
    str file;
    u32 to_line, to_col; /* to_col 0: columns are unknown */
};

struct source_lines {
    u32 *starts; /* offset of each line's first byte; line i (from 1) is at i - 1 */
    u32 n;
    struct source_directive *directives;
    u32 n_directives;
};

struct source_lines *source_lines_new(const struct source *f);
void source_lines_free(struct source_lines *l);
/* The line (from 1) of an offset. */
u32 source_line(const struct source_lines *l, u32 offset);
/* From where span stands in the file to where the directives say that it is. */
void source_apply_directives(const struct source_lines *l, struct span *span);

/* What the text behind "//line " says.  *at: offset in text from where on it is bad.  *keep_file:
 * the file is that of the directive before (only a line and a column are given). */
enum source_line_error {
    SOURCE_LINE_OK,
    SOURCE_LINE_NONE, /* it is an ordinary comment */
    SOURCE_LINE_BAD,  /* a line number that is none */
    SOURCE_LINE_BAD_COL,
};
enum source_line_error source_parse_line(str text, struct source_directive *d, bool *keep_file,
                                         size_t *at);

#endif
