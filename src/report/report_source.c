/* report_source.c: source lines for excerpts. */
#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "report/report.h"

struct source_file {
    str text;
    VEC(u32) starts; /* offset of each line */
};

struct report_source {
    struct arena *a;
    u64 not_after; /* mtime; 0: any */
    struct strmap files;
};

struct report_source *report_source_new(struct arena *a, const struct report *r)
{
    struct report_source *s = mem_zalloc(sizeof *s);
    s->a = a;
    s->not_after = r->time_ns;
    return s;
}

/* Big files are generated code at best; and offsets have 32 bits. */
#define SOURCE_MAX (64u << 20)

static struct source_file *source_open(struct report_source *s, str file)
{
    bool fresh;
    union map_val *at = strmap_put(&s->files, file, &fresh);
    if (!fresh) {
        return at->p;
    }
    struct io_stat st;
    const char *path = str_cstr(s->a, file);
    str text;
    if (!io_stat(path, &st, NULL) || !st.is_file || st.size > SOURCE_MAX ||
        (s->not_after != 0 && st.mtime_ns > s->not_after) ||
        !io_read_file(s->a, path, &text, NULL)) {
        return NULL;
    }
    struct source_file *f = ARENA_NEW(s->a, struct source_file);
    f->text = text;
    vec_push_in(s->a, &f->starts, 0);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n') {
            vec_push_in(s->a, &f->starts, base_u32(i + 1));
        }
    }
    at->p = f;
    return f;
}

bool report_source_line(struct report_source *s, str file, u32 line, str *out)
{
    if (file.n == 0 || line == 0) {
        return false;
    }
    struct source_file *f = source_open(s, file);
    if (!f || line > f->starts.n) {
        return false;
    }
    str rest = str_from(f->text, f->starts.v[line - 1]);
    return str_next_line(&rest, out);
}

void report_source_free(struct report_source *s)
{
    strmap_release(&s->files);
    mem_free(s);
}
