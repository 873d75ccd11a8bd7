#include "cmd/cmd_progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/term.h"

void cmd_progress_erase(struct cmd_progress *p)
{
    if (p->drawn_ns != 0) {
        fputs("\r\033[K", stderr);
        p->drawn_ns = 0;
    }
}

void cmd_progress_show(struct cmd_progress *p, const char *fmt, ...)
{
    u64 now = base_now_ns();
    if (!p->on || (p->drawn_ns != 0 && now - p->drawn_ns < p->every_ns)) {
        return;
    }
    struct strbuf b = {0};
    va_list ap;
    strbuf_puts(&b, "gomm: ");
    va_start(ap, fmt);
    strbuf_vprintf(&b, fmt, ap);
    va_end(ap);
    u32 width = term_width(STDERR_FILENO);
    size_t n = b.n;
    while (n > 0 && (term_columns((str){b.p, n}) >= width || (n < b.n && ((u8)b.p[n] & 0xC0) == 0x80))) {
        n--; /* not inside a character */
    }
    fprintf(stderr, "\r\033[K%.*s", (int)n, b.p);
    fflush(stderr);
    strbuf_release(&b);
    p->drawn_ns = now;
}

str cmd_progress_left(struct arena *a, u64 elapsed_ns, size_t done, size_t total)
{
    enum { STEP = 5, MINUTE = 60 };
    const u64 second = 1000000000;
    if (done == 0 || done >= total || elapsed_ns < second) {
        return (str){0};
    }
    u64 left = elapsed_ns / done * (total - done) / second;
    if (left >= 2 * MINUTE) {
        return str_fmt(a, " · about %llu min left", (unsigned long long)((left + MINUTE / 2) / MINUTE));
    }
    return str_fmt(a, " · about %llu s left", (unsigned long long)((left + STEP) / STEP * STEP));
}
