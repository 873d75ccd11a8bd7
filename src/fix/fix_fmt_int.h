/* fix_fmt_int.h: what a call of package fmt prints, in pieces: for the rules that write it another way.
 *
 * Threading: as fix_find.h.
 */
#ifndef GOMM_FIX_FMT_INT_H
#define GOMM_FIX_FMT_INT_H

#include "fix/fix_find.h"

/* What a buffer is called: the first of these that is free. */
#define FIX_BUFFER_NAMES "buf text out b"

enum fix_piece_kind { FIX_PIECE_TEXT, FIX_PIECE_VERB };

struct fix_piece {
    enum fix_piece_kind kind;
    str text;          /* of FIX_PIECE_TEXT, with %% as % */
    char verb;
    i32 prec;          /* of %.nf; -1: none */
    node arg;          /* the operand */
    str expr;          /* what is printed: the operand's text, or of a struct a field's, "p.X" */
    struct type *type; /* its type; NULL: unknown */
    bool field;
};
typedef VEC(struct fix_piece) fix_pieces;

struct fix_rewrite {
    const struct fix_find *f;
    const struct fix_tree *t;
    node call;
    const char *callee; /* "fmt.Sprintf" */
    str strconv;        /* the package's name here; empty: cannot be spoken of */
    bool needs_strconv; /* set by what writes pieces */
    fix_pieces v;
};

/* The pieces of a format and its operands, the call's arguments but for the first `skip`; of the operands of Print, of Println
 * with line.  False: they are not all of the kinds whose text is known. */
bool fix_fmt_parse(struct fix_rewrite *r, u32 skip);
bool fix_fmt_operands(struct fix_rewrite *r, u32 skip, bool line);
/* "buf = append(buf, ...)": a piece, at the end of a slice of bytes; false: it cannot be written so. */
bool fix_fmt_append(struct fix_rewrite *r, struct strbuf *b, str buf, const struct fix_piece *p);

#endif
