/* quoted.c: see the header for the rules. */
#include "base/quoted.h"

#include <string.h>

#include "base/vec.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool quoted_split(struct arena *a, str s, str **words, size_t *n, struct err *e)
{
    VEC(str) found = {0};

    for (size_t i = 0; i < s.n;) {
        size_t from, to;

        if (is_space(s.p[i])) {
            i++;
            continue;
        }
        from = i;
        if (s.p[i] == '"' || s.p[i] == '\'') {
            i64 len = str_find_byte(str_from(s, i + 1), s.p[i]);

            if (len < 0) {
                return err_set(e, "unterminated %c string", s.p[i]);
            }
            from++;
            to = from + (size_t)len;
            i = to + 1;
        } else {
            while (i < s.n && !is_space(s.p[i])) {
                i++;
            }
            to = i;
        }
        vec_push_in(a, &found, str_slice(s, from, to));
    }
    *words = found.v;
    *n = found.n;
    return true;
}

bool quoted_join(struct arena *a, const str *words, size_t n, str *out, struct err *e)
{
    struct strbuf b = {0};

    for (size_t i = 0; i < n; i++) {
        bool space = words[i].n == 0; /* an empty word must be quoted to be there at all */
        bool one = str_find_byte(words[i], '\'') >= 0;
        bool two = str_find_byte(words[i], '"') >= 0;

        for (size_t k = 0; k < words[i].n && !space; k++) {
            space = is_space(words[i].p[k]);
        }
        if (one && two) {
            strbuf_release(&b);
            return err_set(e, "argument %.*s holds both ' and \" and cannot be quoted",
                           STR_ARG(words[i]));
        }
        if (i > 0) {
            strbuf_putc(&b, ' ');
        }
        if (!space && !one && !two) {
            strbuf_put(&b, words[i]);
        } else {
            strbuf_putc(&b, one ? '"' : '\'');
            strbuf_put(&b, words[i]);
            strbuf_putc(&b, one ? '"' : '\'');
        }
    }
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return true;
}
