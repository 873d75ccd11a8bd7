/* path.c: Go's filepath, for systems that separate with '/'. */
#include "base/path.h"

#include <string.h>

bool path_is_abs(str p)
{
    return p.n > 0 && p.p[0] == '/';
}

str path_clean(struct arena *a, str p)
{
    bool rooted = path_is_abs(p);
    char *out = arena_alloc_aligned(a, p.n + 2, 1);
    size_t n = 0, floor; /* .. does not go back beyond floor */
    str rest = p, part;

    if (rooted) {
        out[n++] = '/';
    }
    floor = n;
    while (str_next_sep(&rest, '/', &part)) {
        if (part.n == 0 || str_eq(part, STR("."))) {
            continue;
        }
        if (str_eq(part, STR(".."))) {
            if (n > floor) {
                while (n > floor && out[n - 1] != '/') {
                    n--;
                }
                if (n > floor) {
                    n--; /* the separator */
                }
                continue;
            }
            if (rooted) {
                continue; /* /.. is / */
            }
        }
        if (n > (rooted ? 1u : 0u)) {
            out[n++] = '/';
        }
        memcpy(out + n, part.p, part.n);
        n += part.n;
        if (str_eq(part, STR(".."))) {
            floor = n;
        }
    }
    if (n == 0) {
        out[n++] = '.';
    }
    out[n] = '\0';
    return (str){out, n};
}

str path_join(struct arena *a, str dir, str name)
{
    struct arena_scratch s = arena_scratch_begin(a);
    str joined;

    if (dir.n == 0) {
        joined = name.n ? path_clean(a, name) : STR("");
    } else {
        joined = path_clean(a, str_fmt(s.arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(name)));
    }
    arena_scratch_end(s);
    return joined;
}

str path_base(str p)
{
    if (p.n == 0) {
        return STR(".");
    }
    while (p.n > 1 && p.p[p.n - 1] == '/') {
        p.n--;
    }
    if (p.n == 1) {
        return p;
    }
    return str_from(p, (size_t)(str_find_last_byte(p, '/') + 1));
}

str path_dir(struct arena *a, str p)
{
    return path_clean(a, str_slice(p, 0, (size_t)(str_find_last_byte(p, '/') + 1)));
}

str path_ext(str p)
{
    str base = str_from(p, (size_t)(str_find_last_byte(p, '/') + 1));
    i64 dot = str_find_last_byte(base, '.');

    return dot < 0 ? STR("") : str_from(base, (size_t)dot);
}

str path_under(struct arena *a, str dir, str p)
{
    return path_is_abs(p) ? path_clean(a, p) : path_join(a, dir, p);
}

bool path_is_below(str p, str dir)
{
    if (!str_has_prefix(p, dir)) {
        return false;
    }
    return p.n == dir.n || dir.n == 0 || dir.p[dir.n - 1] == '/' || p.p[dir.n] == '/';
}

/* Length of the longest directory that both are in, with its separator. */
static size_t common(str a, str b)
{
    size_t i = 0, last = 0;

    for (; i < a.n && i < b.n && a.p[i] == b.p[i]; i++) {
        if (a.p[i] == '/') {
            last = i + 1;
        }
    }
    if ((i == a.n && (i == b.n || b.p[i] == '/')) || (i == b.n && a.p[i] == '/')) {
        return i;
    }
    return last;
}

str path_rel(struct arena *a, str dir, str p)
{
    struct strbuf b = {0};
    size_t same = common(dir, p);
    str up = str_from(dir, same), down = str_from(p, same), part;

    while (str_next_sep(&up, '/', &part)) {
        if (part.n) {
            strbuf_puts(&b, b.n ? "/.." : "..");
        }
    }
    str_cut_prefix(&down, STR("/"));
    if (down.n) {
        if (b.n) {
            strbuf_putc(&b, '/');
        }
        strbuf_put(&b, down);
    }
    p = str_dup(a, b.n ? strbuf_str(&b) : STR("."));
    strbuf_release(&b);
    return p;
}

str path_short(struct arena *a, str dir, str p)
{
    str rel;

    if (!path_is_abs(p) || !path_is_abs(dir)) {
        return p;
    }
    rel = path_rel(a, dir, p);
    return rel.n < p.n ? rel : p;
}
