/* source.c: the table of files, and lines and columns of positions.
 *
 * Files are found by their base: pointers to them lie in one array in the order of their bases,
 * which is replaced when it is full; old ones stay until sources_free, so that readers take no
 * lock.  The release stores of array and count pair with the acquire loads in table().
 */
#include "syntax/source.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "syntax/source_lines.h"

struct entry {
    struct source src; /* first: a struct source * is a struct entry * */
    _Atomic(struct source_lines *) lines;
};

struct sources {
    pthread_mutex_t lock; /* for adding */
    struct arena texts; /* and paths */
    _Atomic(struct entry **) files;
    _Atomic u32 n;
    _Atomic u32 last; /* index of the file that was found last: a hint */
    size_t cap;
    u64 next; /* base of the next file */
    VEC(struct entry **) old;
};

struct sources *sources_new(void)
{
    struct sources *s = mem_zalloc(sizeof(*s));

    pthread_mutex_init(&s->lock, NULL);
    s->next = 1;
    return s;
}

void sources_free(struct sources *s)
{
    struct entry **files;

    if (!s) {
        return;
    }
    files = atomic_load(&s->files);
    for (u32 i = 0; i < atomic_load(&s->n); i++) {
        source_lines_free(atomic_load(&files[i]->lines));
        mem_free(files[i]);
    }
    for (size_t i = 0; i < s->old.n; i++) {
        mem_free(s->old.v[i]);
    }
    vec_release(&s->old);
    mem_free(files);
    arena_release(&s->texts);
    pthread_mutex_destroy(&s->lock);
    mem_free(s);
}

struct source *sources_take(struct sources *s, str path, str text, struct err *e)
{
    struct entry *f = NULL, **files;
    u32 n;

    pthread_mutex_lock(&s->lock);
    n = atomic_load_explicit(&s->n, memory_order_relaxed);
    if (s->next + text.n >= UINT32_MAX) {
        err_set(e, "%.*s: more than 4 GiB of source", STR_ARG(path));
        goto out;
    }
    files = atomic_load_explicit(&s->files, memory_order_relaxed);
    if (n == s->cap) {
        struct entry **more;

        s->cap = s->cap ? s->cap * 2 : 64;
        more = mem_array(s->cap, sizeof(*more));
        if (files) {
            memcpy(more, files, n * sizeof(*more));
            vec_push(&s->old, files);
        }
        files = more;
        atomic_store_explicit(&s->files, files, memory_order_release);
    }
    f = mem_zalloc(sizeof(*f));
    f->src = (struct source){str_dup(&s->texts, path), text, (u32)s->next, n};
    s->next += text.n + 1;
    files[n] = f;
    atomic_store_explicit(&s->n, n + 1, memory_order_release);
out:
    pthread_mutex_unlock(&s->lock);
    return f ? &f->src : NULL;
}

str source_copy(struct arena *a, str text)
{
    char *copy = arena_alloc_aligned(a, text.n + SOURCE_PAD, 1);

    if (text.n) {
        memcpy(copy, text.p, text.n);
    }
    memset(copy + text.n, 0, SOURCE_PAD);
    return (str){copy, text.n};
}

struct source *sources_add_text(struct sources *s, str path, str text, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    text = source_copy(&s->texts, text);
    pthread_mutex_unlock(&s->lock);
    return sources_take(s, path, text, e);
}

/* The whole file, or what of it there is now, and the zeros behind it. */
static bool read_all(struct arena *a, int fd, const char *name, str *out, struct err *e)
{
    size_t n = 0, cap;
    struct stat st;
    char *text, *more;

    if (fstat(fd, &st) != 0) {
        return err_os(e, errno, "stat %s", name);
    }
    if (S_ISDIR(st.st_mode)) {
        return err_os(e, EISDIR, "read %s", name);
    }
    cap = st.st_size > 0 ? (size_t)st.st_size + 1 : 4096;
    if (st.st_size > UINT32_MAX) {
        return err_set(e, "%s: more than 4 GiB of source", name);
    }
    text = arena_alloc_aligned(a, cap + SOURCE_PAD, 1);
    for (;;) {
        ssize_t got = read(fd, text + n, cap - n);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return err_os(e, errno, "read %s", name);
        }
        if (got == 0) {
            break;
        }
        n += (size_t)got;
        if (S_ISREG(st.st_mode) && n == (size_t)st.st_size && n < cap) {
            break; /* a byte more had been asked for */
        }
        if (n == cap) {
            if (n > UINT32_MAX) {
                return err_set(e, "%s: more than 4 GiB of source", name);
            }
            cap *= 2;
            more = arena_alloc_aligned(a, cap + SOURCE_PAD, 1);
            text = memcpy(more, text, n);
        }
    }
    memset(text + n, 0, SOURCE_PAD);
    *out = (str){text, n};
    return true;
}

bool source_read(struct arena *a, str path, str *text, struct err *e)
{
    struct arena_scratch t = arena_scratch_begin(a);
    const char *name = str_cstr(t.arena, path);
    bool ok = false;
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        err_os(e, errno, "open %s", name);
    } else {
        ok = read_all(a, fd, name, text, e);
        close(fd);
    }
    arena_scratch_end(t);
    return ok;
}

struct source *sources_add_file(struct sources *s, str path, struct err *e)
{
    str text;
    bool ok;

    pthread_mutex_lock(&s->lock);
    ok = source_read(&s->texts, path, &text, e);
    pthread_mutex_unlock(&s->lock);
    return ok ? sources_take(s, path, text, e) : NULL;
}

/* ---- looking up ---- */

static struct entry **table(const struct sources *s, u32 *n)
{
    *n = atomic_load_explicit(&s->n, memory_order_acquire);
    return atomic_load_explicit(&s->files, memory_order_acquire);
}

u32 sources_count(const struct sources *s)
{
    return atomic_load_explicit(&s->n, memory_order_acquire);
}

struct source *sources_at(const struct sources *s, u32 id)
{
    u32 n;
    struct entry **files = table(s, &n);

    BUG_IF(id >= n);
    return &files[id]->src;
}

static struct entry *find(const struct sources *sources, u32 pos)
{
    struct sources *s = (struct sources *)(uintptr_t)sources; /* for the hint */
    u32 lo = 0, hi, last = atomic_load_explicit(&s->last, memory_order_relaxed);
    struct entry **files = table(s, &hi);

    if (pos == 0) {
        return NULL;
    }
    if (last < hi && pos >= files[last]->src.base && pos - files[last]->src.base <= files[last]->src.text.n) {
        return files[last];
    }
    while (lo < hi) { /* the first that begins behind pos */
        u32 mid = lo + (hi - lo) / 2;

        if (files[mid]->src.base > pos) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    if (lo == 0 || pos - files[lo - 1]->src.base > files[lo - 1]->src.text.n) {
        return NULL;
    }
    atomic_store_explicit(&s->last, lo - 1, memory_order_relaxed);
    return files[lo - 1];
}

struct source *sources_find(const struct sources *s, u32 pos)
{
    struct entry *f = find(s, pos);

    return f ? &f->src : NULL;
}

/* Made by whoever needs them first; of two that make them at once, one throws its own away. */
static const struct source_lines *lines_of(struct entry *f)
{
    struct source_lines *l = atomic_load_explicit(&f->lines, memory_order_acquire), *none = NULL;

    if (l) {
        return l;
    }
    l = source_lines_new(&f->src);
    if (!atomic_compare_exchange_strong_explicit(&f->lines, &none, l, memory_order_acq_rel,
                                                 memory_order_acquire)) {
        source_lines_free(l);
        l = none;
    }
    return l;
}

static struct span span_in(const struct entry *f, const struct source_lines *l, u32 pos)
{
    struct span span = {.file = f->src.path};

    span.line = source_line(l, pos - f->src.base);
    span.col = pos - f->src.base - l->starts[span.line - 1] + 1;
    return span;
}

struct span sources_span_raw(const struct sources *s, u32 pos)
{
    struct entry *f = find(s, pos);

    return f ? span_in(f, lines_of(f), pos) : (struct span){0};
}

struct span sources_span(const struct sources *s, u32 pos)
{
    struct entry *f = find(s, pos);

    if (!f) {
        return (struct span){0};
    }
    const struct source_lines *l = lines_of(f);
    struct span span = span_in(f, l, pos);
    if (l->n_directives) {
        source_apply_directives(l, &span);
    }
    return span;
}

str sources_line(const struct sources *s, u32 pos)
{
    struct entry *f = find(s, pos);
    const struct source_lines *l;
    str line;
    u32 n;

    if (!f) {
        return (str){0};
    }
    l = lines_of(f);
    n = source_line(l, pos - f->src.base);
    line = str_slice(f->src.text, l->starts[n - 1], n < l->n ? l->starts[n] : f->src.text.n);
    if (line.n && line.p[line.n - 1] == '\n') {
        line.n--;
    }
    if (line.n && line.p[line.n - 1] == '\r') {
        line.n--;
    }
    return line;
}

u32 sources_pos(const struct sources *s, const struct source *f, u32 line, u32 col)
{
    const struct source_lines *l;
    size_t end;

    if (!f || sources_find(s, f->base) != f || line == 0 || col == 0) {
        return 0;
    }
    l = lines_of(find(s, f->base));
    if (line > l->n) {
        return 0;
    }
    end = line < l->n ? l->starts[line] : f->text.n + 1;
    return l->starts[line - 1] + (size_t)(col - 1) < end ? f->base + l->starts[line - 1] + col - 1
                                                         : 0;
}
