#include "load/load_fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/jsonr.h"
#include "base/path.h"
#include "base/vec.h"
#include "load/load.h"

void load_fs_init(struct load_fs *fs, struct arena *a)
{
    memset(fs, 0, sizeof(*fs));
    fs->a = a;
}

void load_fs_release(struct load_fs *fs)
{
    const struct strmap_entry *e;

    for (size_t i = 0; strmap_next(&fs->over_dirs, &i, &e);) {
        strmap_release(e->val.p);
    }
    strmap_release(&fs->dirs);
    strmap_release(&fs->overlay);
    strmap_release(&fs->over_dirs);
    strmap_release(&fs->texts);
}

/* path and the directories above it are listed in the overlay's own directories. */
static void overlay_parents(struct load_fs *fs, str path, bool deleted)
{
    bool leaf = true;

    while (path.n > 1) {
        str dir = path_dir(fs->a, path);
        bool fresh;
        union map_val *v = strmap_put(&fs->over_dirs, dir, &fresh);

        if (fresh) {
            v->p = ARENA_NEW(fs->a, struct strmap);
        }
        v = strmap_put(v->p, path_base(path), &fresh);
        if (!fresh && !leaf && v->u) {
            return;
        }
        if (fresh || leaf) {
            v->u = leaf ? !deleted : 2;
        }
        if (deleted) {
            return;
        }
        leaf = false;
        path = dir;
    }
}

bool load_fs_overlay(struct load_fs *fs, str file, str dir, struct err *e)
{
    struct jsonr doc, replace, v;
    void *it = NULL;
    str text, key, to;

    if (!io_read_file(fs->a, str_cstr(fs->a, path_under(fs->a, dir, file)), &text, e)) {
        return err_prefix(e, "reading overlay file: ");
    }
    if (!jsonr_parse(text, &doc, e)) {
        return err_prefix(e, "parsing overlay JSON: ");
    }
    replace = jsonr_get(doc, "Replace");
    while (jsonr_next_member(replace, &it, &key, &v)) {
        str from = str_dup(fs->a, path_under(fs->a, dir, key));

        if (key.n == 0) {
            jsonr_free(doc);
            return err_set(e, "empty string key in overlay map");
        }
        if (!jsonr_str(v, &to)) {
            jsonr_free(doc);
            return err_set(e, "parsing overlay JSON: the replacement of %.*s is no string",
                           STR_ARG(from));
        }
        strmap_put(&fs->overlay, from, NULL)->p =
            to.n > 0 ? str_cstr(fs->a, path_under(fs->a, dir, to)) : str_cstr(fs->a, (str){0});
        overlay_parents(fs, from, to.n == 0);
    }
    jsonr_free(doc);
    return true;
}

/* The file that stands for path; NULL: path itself; "": it is deleted. */
static const char *overlay_file(const struct load_fs *fs, str path)
{
    union map_val *v = fs->overlay.n > 0 ? strmap_get(&fs->overlay, path) : NULL;

    return v ? v->p : NULL;
}

static const str *overlay_text(const struct load_fs *fs, str path)
{
    union map_val *v = fs->texts.n > 0 ? strmap_get(&fs->texts, path) : NULL;

    return v ? v->cp : NULL;
}

bool load_fs_overlaid(const struct load_fs *fs, str path)
{
    return overlay_text(fs, path) || overlay_file(fs, path);
}

bool load_fs_is_text(const struct load_fs *fs, str path)
{
    return overlay_text(fs, path) != NULL;
}

void load_fs_texts(struct load_fs *fs, const struct load_text *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        strmap_put(&fs->texts, v[i].path, NULL)->cp = &v[i].text;
        overlay_parents(fs, v[i].path, false);
    }
}

bool load_fs_read(const struct load_fs *fs, struct arena *a, str path, str *text, struct err *e)
{
    const str *own = overlay_text(fs, path);
    const char *over = overlay_file(fs, path);
    bool ok;
    struct arena_scratch s;

    if (own) {
        *text = str_dup(a, *own);
        return true;
    }
    if (over && over[0] == 0) {
        return err_os(e, ENOENT, "open %.*s", STR_ARG(path));
    }
    if (over) {
        return io_read_file(a, over, text, e);
    }
    s = arena_scratch_begin(a);
    ok = io_read_file(a, str_cstr(s.arena, path), text, e);
    arena_scratch_end(s);
    return ok;
}

typedef VEC(struct load_fs_entry) entries;

static int by_name(const void *a, const void *b)
{
    const struct load_fs_entry *x = a, *y = b;

    return str_cmp(x->name, y->name);
}

static enum load_fs_kind kind_of(int fd, const struct dirent *d)
{
    struct stat st;

    switch (d->d_type) {
    case DT_REG: return LOAD_FS_FILE;
    case DT_DIR: return LOAD_FS_DIR;
    case DT_LNK:
    case DT_UNKNOWN: break;
    default: return LOAD_FS_OTHER;
    }
    if (d->d_type == DT_UNKNOWN && fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISDIR(st.st_mode)) {
        return LOAD_FS_DIR;
    }
    if (fstatat(fd, d->d_name, &st, 0) != 0) {
        return LOAD_FS_FILE; /* opening it will say what is wrong */
    }
    return S_ISDIR(st.st_mode)   ? LOAD_FS_LINK_DIR
           : S_ISREG(st.st_mode) ? LOAD_FS_FILE
                                 : LOAD_FS_OTHER;
}

static void read_disk(struct load_fs *fs, struct load_fs_dir *d, entries *v)
{
    struct arena_scratch s = arena_scratch_begin(fs->a);
    DIR *dir = opendir(str_cstr(s.arena, d->path));
    struct dirent *de;

    arena_scratch_end(s);
    if (!dir) {
        return;
    }
    d->exists = true;
    while ((de = readdir(dir)) != NULL) {
        const char *n = de->d_name;

        if (n[0] == '.' && (n[1] == 0 || (n[1] == '.' && n[2] == 0))) {
            continue;
        }
        vec_push(v, (struct load_fs_entry){str_dup(fs->a, str_of(n)), kind_of(dirfd(dir), de)});
    }
    closedir(dir);
}

static void lay_over(struct load_fs_dir *d, entries *v, const struct strmap *over)
{
    const struct strmap_entry *e;

    for (size_t i = 0; strmap_next(over, &i, &e);) {
        size_t k = 0;

        while (k < v->n && !str_eq(v->v[k].name, e->key)) {
            k++;
        }
        if (e->val.u == 0) {
            if (k < v->n) {
                v->v[k] = v->v[--v->n];
            }
            continue;
        }
        d->exists = true;
        if (k == v->n) {
            vec_push(v, (struct load_fs_entry){e->key, e->val.u == 2 ? LOAD_FS_DIR : LOAD_FS_FILE});
        } else if (e->val.u == 1) {
            v->v[k].kind = LOAD_FS_FILE;
        }
    }
}

const struct load_fs_dir *load_fs_dir(struct load_fs *fs, str path)
{
    union map_val *known = strmap_get(&fs->dirs, path), *over;
    struct load_fs_dir *d;
    entries v = {0};

    if (known && known->p) {
        return known->p;
    }
    d = ARENA_NEW(fs->a, struct load_fs_dir);
    d->path = str_dup(fs->a, path);
    strmap_put(&fs->dirs, d->path, NULL)->p = d;
    read_disk(fs, d, &v);
    over = fs->over_dirs.n > 0 ? strmap_get(&fs->over_dirs, path) : NULL;
    if (over) {
        lay_over(d, &v, over->p);
    }
    if (v.n > 0) {
        qsort(v.v, v.n, sizeof(*v.v), by_name);
        d->entries = arena_dup(fs->a, v.v, v.n * sizeof(*v.v));
        d->n = base_u32(v.n);
    }
    for (u32 i = 0; i < d->n; i++) {
        if (d->entries[i].kind == LOAD_FS_FILE) {
            d->go_files = d->go_files || str_has_suffix(d->entries[i].name, STR(".go"));
            d->go_mod = d->go_mod || str_is(d->entries[i].name, "go.mod");
        }
    }
    vec_release(&v);
    return d;
}

void load_fs_forget(struct load_fs *fs, str path)
{
    union map_val *known = strmap_get(&fs->dirs, path);

    if (known) {
        known->p = NULL;
    }
}

const struct load_fs_entry *load_fs_find(const struct load_fs_dir *d, str name)
{
    struct load_fs_entry key = {.name = name};

    return d->n == 0 ? NULL : bsearch(&key, d->entries, d->n, sizeof(*d->entries), by_name);
}

bool load_fs_is_dir(struct load_fs *fs, str path)
{
    return load_fs_dir(fs, path)->exists;
}

bool load_fs_is_file(struct load_fs *fs, str path)
{
    const char *over = overlay_file(fs, path);
    struct arena_scratch s;
    bool is;

    if (overlay_text(fs, path)) {
        return true;
    }
    if (over) {
        return over[0] != 0;
    }
    s = arena_scratch_begin(fs->a);
    is = io_is_file(str_cstr(s.arena, path));
    arena_scratch_end(s);
    return is;
}
