/* fix_apply.c: overlays, and files that change together. */
#include "fix/fix_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jsonr.h"
#include "base/jsonw.h"
#include "base/path.h"
#include "base/proc_signal.h"

/* ---- overlay ---- */

static bool overlay_replaces(const fix_files *files, const struct fix_extra *extra, size_t n_extra, str path)
{
    bool found = false;

    for (size_t i = 0; i < files->n; i++) {
        found |= str_eq(files->v[i].path, path);
    }
    for (size_t i = 0; i < n_extra; i++) {
        found |= str_eq(extra[i].path, path);
    }
    return found;
}

/* What the user's own overlay says, with absolute names. */
static bool overlay_put_base(struct arena *a, struct jsonw *w, const fix_files *files, const struct fix_extra *extra,
                             size_t n_extra, str base, str dir, struct err *e)
{
    str text, key, to;
    struct jsonr doc, v;
    void *it = NULL;

    if (!io_read_file(a, str_cstr(a, path_under(a, dir, base)), &text, e) || !jsonr_parse(text, &doc, e)) {
        return err_prefix(e, "-overlay %.*s: ", STR_ARG(base));
    }
    struct jsonr replace = jsonr_get(doc, "Replace");
    while (jsonr_next_member(replace, &it, &key, &v)) {
        str path = path_under(a, dir, key);
        if (jsonr_str(v, &to) && !overlay_replaces(files, extra, n_extra, path)) {
            jsonw_key_str(w, path);
            jsonw_str(w, to.n > 0 ? path_under(a, dir, to) : to);
        }
    }
    jsonr_free(doc);
    return true;
}

static bool overlay_put(struct arena *a, struct jsonw *w, const char *dir, size_t number, str path, str text,
                        struct err *e)
{
    /* Its own name stays to be read in messages of tools that see the file itself. */
    str file = str_fmt(a, "%s/%zu/%.*s", dir, number, STR_ARG(path_base(path)));
    bool ok = io_make_dir(str_cstr(a, path_dir(a, file)), e) && io_write_file(str_cstr(a, file), text, 0666, e);

    jsonw_key_str(w, path);
    jsonw_str(w, file);
    return ok;
}

bool fix_overlay_make(struct arena *a, const fix_files *files, const struct fix_extra *extra, size_t n_extra, str base,
                      str dir, struct fix_overlay *out, struct err *e)
{
    struct strbuf b = {0};
    struct jsonw w;
    bool ok = true;

    *out = (struct fix_overlay){.dir = io_temp_dir("gomm-fix", e)};
    if (!out->dir) {
        return false;
    }
    jsonw_init(&w, &b, 2);
    jsonw_object(&w);
    jsonw_key(&w, "Replace");
    jsonw_object(&w);
    for (size_t i = 0; i < files->n && ok; i++) {
        ok = overlay_put(a, &w, out->dir, i, files->v[i].path, files->v[i].after, e);
    }
    for (size_t i = 0; i < n_extra && ok; i++) {
        ok = overlay_put(a, &w, out->dir, files->n + i, extra[i].path, extra[i].text, e);
    }
    if (ok && base.n > 0) {
        ok = overlay_put_base(a, &w, files, extra, n_extra, base, dir, e);
    }
    jsonw_end(&w);
    jsonw_end(&w);
    jsonw_finish(&w);
    out->json = str_fmt(a, "%s/overlay.json", out->dir);
    ok = ok && io_write_file(str_cstr(a, out->json), strbuf_str(&b), 0666, e);
    strbuf_release(&b);
    if (!ok) {
        fix_overlay_remove(out);
    }
    return ok;
}

void fix_overlay_remove(struct fix_overlay *o)
{
    if (o->dir) {
        io_temp_remove(o->dir);
    }
    *o = (struct fix_overlay){0};
}

/* ---- in place ---- */

/* A file's new text, written beside it and waiting to take its place. */
struct staged {
    char *path; /* behind symbolic links */
    char *tmp;  /* NULL: not made */
    bool done;  /* renamed */
};

static bool stage_write(const char *tmp, const char *path, str text, struct err *e)
{
    struct stat st;
    if (stat(path, &st) < 0) {
        return err_os(e, errno, "stat %s", path);
    }
    if (access(path, W_OK) < 0) { /* renaming needs no such right, but who protects a file means it */
        return err_os(e, errno, "open %s", path);
    }
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_os(e, errno, "open %s", tmp);
    }
    bool ok = io_write_fd(fd, tmp, text, e);
    if (ok && fchown(fd, st.st_uid, st.st_gid) < 0) {
        /* not ours to change */
    }
    if (ok && fchmod(fd, st.st_mode & 07777) < 0) {
        ok = err_os(e, errno, "chmod %s", tmp);
    }
    if (ok && fsync(fd) < 0 && errno != EINVAL && errno != EROFS) {
        ok = err_os(e, errno, "sync %s", tmp);
    }
    if (close(fd) < 0 && ok) {
        ok = err_os(e, errno, "close %s", tmp);
    }
    return ok;
}

static bool stage(struct arena *a, const struct fix_file *f, size_t number, struct staged *s, struct err *e)
{
    str now, real;
    const char *name = str_cstr(a, f->path);

    if (!io_real_path(a, name, &real, e) || !io_read_file(a, real.p, &now, e)) {
        return false;
    }
    if (!str_eq(now, f->before)) {
        return err_set(e, "%.*s has changed since it was read", STR_ARG(f->path));
    }
    s->path = str_cstr(a, real);
    s->tmp = str_cstr(a, str_fmt(a, "%.*s.gomm-%d-%zu.tmp", STR_ARG(real), (int)getpid(), number));
    return stage_write(s->tmp, s->path, f->after, e);
}

bool fix_write(const fix_files *files, struct err *e)
{
    struct arena_scratch s = arena_scratch_begin(NULL);
    struct staged *v = ARENA_ARRAY(s.arena, struct staged, files->n);
    bool ok = true;
    sigset_t old;

    proc_signal_block(&old); /* nothing is left half done, and no temporary file is left behind */
    for (size_t i = 0; i < files->n && ok; i++) {
        ok = stage(s.arena, &files->v[i], i, &v[i], e);
    }
    for (size_t i = 0; i < files->n && ok; i++) {
        ok = rename(v[i].tmp, v[i].path) == 0 || err_os(e, errno, "rename %s to %s", v[i].tmp, v[i].path);
        v[i].done = ok;
    }
    for (size_t i = 0; i < files->n && !ok; i++) {
        struct err again;
        if (v[i].done && !io_write_file(v[i].path, files->v[i].before, 0666, &again)) {
            err_prefix(e, "%s could not be put back (%s): ", v[i].path, again.text);
        } else if (!v[i].done && v[i].tmp) {
            unlink(v[i].tmp);
        }
    }
    proc_signal_unblock(&old);
    arena_scratch_end(s);
    return ok;
}
