/* fix_pad.h: pulling apart variables that share a cache line: padding in the source.
 *
 *   fields of one struct            padding between those that different goroutines use, and after the last written one
 *   elements of an array or slice   padding at the end of the element's struct; an element of another package's type is
 *                                   embedded in a struct with padding
 *   neighbouring heap objects       padding at the end of their struct
 *   package variables               each is embedded in a struct with padding on both sides
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
    bool refused; /* an edit is known, and something forbids it */
    struct fix_edits cold; /* the same padding where it separates nothing: a control for what it does besides; may be empty */
};

/* The edits that cure a finding, into *out (its arena set); line: bytes of a cache line.  False: none, see why. */
bool fix_pad(const struct share_places *p, const struct share_found *f, u32 line, struct fix_edits *out, struct fix_pad *pad);

#endif
