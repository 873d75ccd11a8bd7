/* err.c: messages for failures, in the manner of the go command. */
#define _GNU_SOURCE /* strsignal */
#include "base/err.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* Linux's errno texts as Go prints them differ from libc's in their first letter and nothing
 * else for the ones that users meet, so libc's are used with that letter changed. */
const char *err_text(int os)
{
    static _Thread_local char text[128];
    const char *s = strerror(os);

    snprintf(text, sizeof(text), "%s", s);
    /* "No such file" but not "RPC version wrong" or ".lib section". */
    if (isupper((unsigned char)text[0]) && !isupper((unsigned char)text[1])) {
        text[0] = (char)tolower((unsigned char)text[0]);
    }
    return text;
}

const char *err_signal_text(int sig)
{
    static _Thread_local char text[64];
    const char *s = strsignal(sig);

    snprintf(text, sizeof(text), "%s", s ? s : "unknown signal");
    text[0] = (char)tolower((unsigned char)text[0]);
    return text;
}

/* Cuts a text that filled the buffer before the last whole character. */
static void cut(struct err *e, size_t wanted)
{
    size_t n = sizeof(e->text) - 4;

    if (wanted < sizeof(e->text)) {
        return;
    }
    while (n > 0 && ((unsigned char)e->text[n] & 0xC0) == 0x80) {
        n--;
    }
    memcpy(e->text + n, "...", 4);
}

static void vset(struct err *e, const char *fmt, va_list ap) BASE_PRINTF(2, 0);
static void vset(struct err *e, const char *fmt, va_list ap)
{
    int n = vsnprintf(e->text, sizeof(e->text), fmt, ap);

    if (n < 0) {
        snprintf(e->text, sizeof(e->text), "unprintable error (%s)", fmt);
    } else {
        cut(e, (size_t)n);
    }
}

void err_fill_os(struct err *e, int os, const char *fmt, ...)
{
    va_list ap;
    size_t n;
    int more;

    if (!e) {
        return;
    }
    va_start(ap, fmt);
    vset(e, fmt, ap);
    va_end(ap);
    e->os = os;
    n = strlen(e->text);
    more = snprintf(e->text + n, sizeof(e->text) - n, ": %s", err_text(os));
    cut(e, n + (size_t)(more > 0 ? more : 0));
}

void err_fill(struct err *e, const char *fmt, ...)
{
    va_list ap;

    if (!e) {
        return;
    }
    va_start(ap, fmt);
    vset(e, fmt, ap);
    va_end(ap);
    e->os = 0;
}

void err_fill_prefix(struct err *e, const char *fmt, ...)
{
    va_list ap;
    char old[sizeof(e->text)];
    size_t n;
    int more;

    if (!e) {
        return;
    }
    memcpy(old, e->text, sizeof(old));
    va_start(ap, fmt);
    vset(e, fmt, ap);
    va_end(ap);
    n = strlen(e->text);
    more = snprintf(e->text + n, sizeof(e->text) - n, "%s", old);
    cut(e, n + (size_t)(more > 0 ? more : 0));
}
