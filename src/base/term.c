/* term.c: colours, widths, and text made fit for a terminal. */
#include "base/term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static enum term_color color_mode = TERM_COLOR_AUTO;

bool term_parse_color(str s, enum term_color *out)
{
    static const char *const names[] = {"auto", "always", "never"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_is(s, names[i])) {
            *out = (enum term_color)i;
            return true;
        }
    }
    return false;
}

void term_set_color(enum term_color c)
{
    color_mode = c;
}

bool term_is_tty(int fd)
{
    return isatty(fd) == 1;
}

bool term_is_smart(int fd)
{
    const char *term = getenv("TERM");

    return term_is_tty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool term_has_color(int fd)
{
    const char *no = getenv("NO_COLOR");

    if (color_mode != TERM_COLOR_AUTO) {
        return color_mode == TERM_COLOR_ALWAYS;
    }
    return !(no && *no) && term_is_smart(fd);
}

u32 term_width(int fd)
{
    struct winsize ws;
    u64 columns;

    if (str_u64(str_of(getenv("COLUMNS")), &columns) && columns >= 20 && columns <= 10000) {
        return (u32)columns;
    }
    if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20) {
        return ws.ws_col;
    }
    return 80;
}

const char *term_style(bool color, enum term_style s)
{
    static const char *const codes[] = {
        [TERM_PLAIN] = "\033[0m", [TERM_BOLD] = "\033[1m",     [TERM_DIM] = "\033[2m",
        [TERM_RED] = "\033[31m",  [TERM_GREEN] = "\033[32m",   [TERM_YELLOW] = "\033[33m",
        [TERM_BLUE] = "\033[34m", [TERM_MAGENTA] = "\033[35m", [TERM_CYAN] = "\033[36m",
    };

    BUG_IF((size_t)s >= ARRAY_LEN(codes));
    return color ? codes[s] : "";
}

struct range {
    u32 from, to;
};

static bool in_ranges(const struct range *r, size_t n, u32 rune)
{
    for (size_t i = 0; i < n; i++) {
        if (rune >= r[i].from && rune <= r[i].to) {
            return true;
        }
    }
    return false;
}

/* Blocks only, after Unicode's EastAsianWidth and general category Mn: enough to line up what
 * stands in Go identifiers and messages. */
static u32 rune_columns(u32 rune)
{
    static const struct range none[] = {{0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},
                                        {0x610, 0x61A},   {0x64B, 0x65F},   {0x200B, 0x200F},
                                        {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
    static const struct range two[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                                       {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
                                       {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

    if (rune < 0x300) {
        return 1;
    }
    if (in_ranges(none, ARRAY_LEN(none), rune)) {
        return 0;
    }
    return in_ranges(two, ARRAY_LEN(two), rune) ? 2 : 1;
}

u32 term_columns(str s)
{
    u32 columns = 0;

    while (s.n > 0) {
        u32 rune;

        s = str_from(s, str_decode_rune(s, &rune));
        columns += rune_columns(rune);
    }
    return columns;
}

str term_safe(struct arena *a, str s)
{
    struct strbuf b = {0};

    while (s.n > 0) {
        u32 rune;

        s = str_from(s, str_decode_rune(s, &rune));
        if (rune < ' ' && rune != '\n' && rune != '\t') {
            strbuf_putc(&b, '^');
            strbuf_putc(&b, (char)(rune + '@'));
        } else if (rune == 0x7F) {
            strbuf_puts(&b, "^?");
        } else if ((rune >= 0x80 && rune < 0xA0) || (rune >= 0x202A && rune <= 0x202E) ||
                   (rune >= 0x2066 && rune <= 0x2069)) {
            /* C1 controls, and marks that reorder text: both can make a line lie */
            strbuf_printf(&b, "<U+%04X>", rune);
        } else {
            strbuf_put_rune(&b, rune);
        }
    }
    s = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return s;
}
