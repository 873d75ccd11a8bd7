#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/path.h"
#include "cmd/cmd_show.h"

str cmd_show_file(const struct cmd_show *s, str file)
{
    if (!path_is_abs(file)) {
        return file;
    }
    str dir = path_short(s->arena, s->cwd, path_dir(s->arena, file));
    return str_fmt(s->arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(path_base(file)));
}

void cmd_show_span(const struct cmd_show *s, struct strbuf *out, struct span at)
{
    str name = cmd_show_file(s, at.file);
    strbuf_printf(out, "%.*s:%u", STR_ARG(name), at.line);
    /* Further to the right the compiler does not know it (cmd/internal/src/pos.go). */
    enum { COLUMNS = 255 };
    if (at.col != 0 && at.col < COLUMNS) {
        strbuf_printf(out, ":%u", at.col);
    }
    strbuf_puts(out, ": ");
}

str cmd_show_title(const struct cmd_show *s, const struct load_package *p)
{
    if (p->variant == LOAD_PLAIN || !p->for_test) {
        return p->path;
    }
    return str_fmt(s->arena, "%.*s [%.*s.test]", STR_ARG(p->path), STR_ARG(p->for_test->path));
}

bool cmd_show_repeated(const struct cmd_show *s, const struct load_package *p)
{
    for (u32 i = 0; p->variant == LOAD_PLAIN && p->matched && i < s->load->n_pkgs; i++) {
        const struct load_package *k = s->load->pkgs[i];
        if (k->variant == LOAD_TEST && k->plain == p && k->for_test == p && k->matched) {
            return true;
        }
    }
    return false;
}

void cmd_show_time(const struct cmd_show *s, const char *phase, double ms)
{
    struct rusage u;
    double mb = getrusage(RUSAGE_SELF, &u) == 0 ? (double)u.ru_maxrss / 1024 : 0;
    fprintf(stderr, "%-6s %9.1f ms", phase, ms);
    if (strcmp(phase, "find") != 0) {
        u64 lines = 0;
        for (u32 i = 0; i < sources_count(s->load->sources); i++) {
            str text = sources_at(s->load->sources, i)->text;
            for (const char *p = text.p, *e = p + text.n;
                 p < e && (p = memchr(p, '\n', (size_t)(e - p))) != NULL; p++) {
                lines++;
            }
        }
        fprintf(stderr, "  %8.0f lines  %6.2f M lines/s", (double)lines,
                ms > 0 ? (double)lines / ms / 1e3 : 0);
    }
    fprintf(stderr, "  peak memory %.0f MB\n", mb);
}
