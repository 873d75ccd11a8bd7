/* fix_pad.h: pulling apart variables that share a cache line: padding in the source, or another order of fields.
 *
 *   fields of one struct            padding between those that different goroutines use, and after the last written one; or
 *                                   fields of the same users together, and those that are seldom used between (fix_pad_order)
 *   elements of an array or slice   padding at the end of the element's struct; what is no struct of the module's own gets one
 *                                   around it, and what speaks of the elements is rewritten
 *   neighbouring heap objects       padding at the end of their struct
 *   package variables               each gets a struct around it, with padding on both sides
 *
 * A pad is as long as a line less its last word: then no line holds a part of what is before it and of what is behind
 * it, wherever the object lies and whatever fields are added.  Where the file imports golang.org/x/sys/cpu, it is a
 * cpu.CacheLinePad.
 *
 * Ownership: texts are in the arena.  Threading: one thread at a time.
 */
#ifndef GOMM_FIX_PAD_H
#define GOMM_FIX_PAD_H

#include "fix/fix_edit.h"
#include "share/share_find.h"

struct fix_pad {
    str title;   /* "56 bytes of padding after A"; empty: there is no edit, why says what hinders or what to do instead */
    str why;
    str bytes;   /* "Stats grows from 16 to 128 bytes" */
    str package; /* import path of the code that changes */
    i64 added;    /* bytes more: of the struct, of each element of a slice, of all of an array or of the variables */
    bool refused; /* an edit is known, and something forbids it */
    bool front;   /* the struct's first byte comes apart too */
    bool moved;   /* fields change their places: other ones may share a line now */
    struct fix_edits cold; /* the same padding where it separates nothing: a control for what it does besides; may be empty */
};

/* The edits that cure a finding, into *out (its arena set); line: bytes of a cache line.  False: none, see why.
 *
 * Who goes to a field by way of a pointer may read the struct's first byte too: the compiler's check for nil is a load from
 * there, before each &s.f (GOROOT/src/cmd/compile/internal/amd64/ssa.go, OpAMD64LoweredNilCheck).  No hook tells of it.  With
 * front, nothing that is written lies on the line of that byte; false and an empty why if that is so anyway. */
bool fix_pad(const struct share_places *p, const struct share_found *f, u32 line, bool front, struct fix_edits *out,
             struct fix_pad *pad);

/* The same by another order of the struct's fields, with less padding than `padded` has, the outcome of fix_pad; false and
 * an empty why: there is none. */
bool fix_pad_order(const struct share_places *p, const struct share_found *f, u32 line, bool front, const struct fix_pad *padded,
                   struct fix_edits *out, struct fix_pad *pad);

#endif
