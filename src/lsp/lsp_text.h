/* lsp_text.h: texts and places as the protocol has them: URIs, lines and characters counted from 0, changes.
 *
 * Ownership: results are in the arena given.  Threading: none.
 */
#ifndef GOMM_LSP_TEXT_H
#define GOMM_LSP_TEXT_H

#include "base/diag.h"
#include "base/jsonr.h"
#include "base/jsonw.h"

/* What a position's character counts (LSP 3.17, PositionEncodingKind). */
enum lsp_encoding { LSP_UTF16, LSP_UTF8 };

struct lsp_pos {
    u32 line, character;
};

struct lsp_range {
    struct lsp_pos start, end;
};

/* The clean absolute path of a file URI; false: it is another kind of URI. */
bool lsp_uri_path(struct arena *a, str uri, str *path);
str lsp_path_uri(struct arena *a, str path);

/* Where lines begin, for many questions of one text. */
struct lsp_lines {
    str text;
    u32 *starts; /* n of them, the first is 0 */
    u32 n;
    enum lsp_encoding encoding;
};
struct lsp_lines lsp_lines_of(struct arena *a, str text, enum lsp_encoding encoding);
/* Without its end. */
str lsp_line(const struct lsp_lines *l, u32 line);
/* What is beyond the line or the text is its end, as the protocol wants it. */
size_t lsp_offset(const struct lsp_lines *l, struct lsp_pos p);
struct lsp_pos lsp_pos_of(const struct lsp_lines *l, size_t offset);
/* Of a line and column (in bytes) that count from 1. */
struct lsp_pos lsp_pos_at(const struct lsp_lines *l, u32 line, u32 col);

/* A document's text with the changes of textDocument/didChange; false: they make no sense, the text is as far as it came. */
bool lsp_text_change(struct strbuf *text, struct jsonr changes, enum lsp_encoding encoding);

/* Reading and writing; a position that is not there is 0:0. */
struct lsp_pos lsp_read_pos(struct jsonr pos);
struct lsp_range lsp_read_range(struct jsonr range);
void lsp_put_pos(struct jsonw *w, const char *key, struct lsp_pos p);
void lsp_put_range(struct jsonw *w, const char *key, struct lsp_range r);
bool lsp_ranges_meet(struct lsp_range a, struct lsp_range b); /* touching counts */

#endif
