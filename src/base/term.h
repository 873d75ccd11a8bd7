/* term.h: what the terminal can do.
 *
 * Threading: term_set_color before other threads start; the rest from any.
 */
#ifndef GOMM_BASE_TERM_H
#define GOMM_BASE_TERM_H

#include "base/str.h"

enum term_color { TERM_COLOR_AUTO, TERM_COLOR_ALWAYS, TERM_COLOR_NEVER };

/* "auto", "always" or "never"; false for anything else. */
bool term_parse_color(str s, enum term_color *out);
void term_set_color(enum term_color c);
/* Whether to colour what goes to fd: -color first; then not if NO_COLOR is set and not empty,
 * if TERM is dumb, or if fd is no terminal. */
bool term_has_color(int fd);
bool term_is_tty(int fd);
/* A terminal on which a line can be redrawn: for progress. */
bool term_is_smart(int fd);
u32 term_width(int fd); /* columns; COLUMNS, then the terminal's, then 80 */

enum term_style {
    TERM_PLAIN,
    TERM_BOLD,
    TERM_DIM,
    TERM_RED,
    TERM_GREEN,
    TERM_YELLOW,
    TERM_BLUE,
    TERM_MAGENTA,
    TERM_CYAN,
};
/* The escape sequence that switches a style on (TERM_PLAIN: all off), or "" without colour. */
const char *term_style(bool color, enum term_style s);

/* Columns that a text takes: wide and combining characters counted as terminals show them. */
u32 term_columns(str s);
/* Text of others made fit for a terminal: control characters except tab and newline become
 * visible (^[ and so on). */
str term_safe(struct arena *a, str s);

#endif
