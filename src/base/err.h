/* err.h: a failure of the operating system, or of parsing, as a value.
 *
 * Functions that can fail return true on success and otherwise fill *e, which may be NULL if
 * the caller does not care.  The text is a whole message in the manner of the go command,
 * without the program's name: "open x.go: no such file or directory".
 *
 * Ownership: a plain value without pointers.  Threading: none shared.
 */
#ifndef GOMM_BASE_ERR_H
#define GOMM_BASE_ERR_H

#include "base/base.h"

struct err {
    int os;         /* errno, or 0 if the failure is not the operating system's */
    char text[508]; /* NUL-terminated; too long a message is cut at a character, with "..." */
};

/* Fill *e (if there is one) and return false, so that `return err_os(e, ...)` reads well.
 * err_os appends ": " and the description of the errno value; err_prefix puts text before the
 * message that is already there. */
#define err_os(...)     (err_fill_os(__VA_ARGS__), err_false())
#define err_set(...)    (err_fill(__VA_ARGS__), err_false())
#define err_prefix(...) (err_fill_prefix(__VA_ARGS__), err_false())

/* What the macros call; they are macros so that the compiler sees the false, and knows that
 * what a failing function did not set is not used. */
void err_fill_os(struct err *e, int os, const char *fmt, ...) BASE_PRINTF(3, 4) BASE_COLD;
void err_fill(struct err *e, const char *fmt, ...) BASE_PRINTF(2, 3) BASE_COLD;
void err_fill_prefix(struct err *e, const char *fmt, ...) BASE_PRINTF(2, 3) BASE_COLD;

static inline bool err_false(void)
{
    return false;
}

/* The description of an errno value as Go spells it (lower case): "no such file or directory". */
const char *err_text(int os);
/* And of a signal: "killed", "interrupt". */
const char *err_signal_text(int sig);

#endif
