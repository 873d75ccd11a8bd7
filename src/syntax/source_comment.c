#include "syntax/source_comment.h"

/* The text of the line in which at lies, from its first character; *next: where the next line begins. */
static str line_around(str text, size_t at, size_t *next)
{
    size_t from = at, to = at;

    while (from > 0 && text.p[from - 1] != '\n') {
        from--;
    }
    while (to < text.n && text.p[to] != '\n') {
        to++;
    }
    *next = to < text.n ? to + 1 : text.n;
    return str_slice(text, from, to);
}

size_t source_comment_target(str text, size_t at)
{
    size_t next;
    str line = line_around(text, at, &next);

    if (!str_has_prefix(str_trim(line), STR("//"))) {
        return (size_t)(line.p - text.p);
    }
    while (next < text.n) {
        size_t from = next;
        line = str_trim(line_around(text, from, &next));
        if (line.n > 0 && !str_has_prefix(line, STR("//"))) {
            return from;
        }
        if (line.n == 0) {
            break; /* an empty line ends what a comment belongs to */
        }
    }
    return text.n;
}
