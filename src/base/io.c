/* io.c: files and directories. */
#define _GNU_SOURCE
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "base/vec.h"

/* open(2), again when a signal came between. */
static int open_file(const char *path, int flags, u32 mode)
{
    int fd;

    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static i64 read_some(int fd, char *p, size_t n)
{
    ssize_t got;

    do {
        got = read(fd, p, n);
    } while (got < 0 && errno == EINTR);
    return got;
}

bool io_read_fd(struct arena *a, int fd, const char *name, str *out, struct err *e)
{
    struct stat st;
    VEC(char) text = {0};

    if (fstat(fd, &st) < 0) {
        return err_os(e, errno, "stat %s", name);
    }
    /* One more than the size, so that the last read sees the end without growing; /proc and
     * pipes say 0 and grow as they come. */
    vec_reserve_in(a, &text, st.st_size > 0 ? (size_t)st.st_size + 2 : 4096);
    for (;;) {
        i64 got;

        if (text.cap - text.n < 2) {
            vec_reserve_in(a, &text, base_max(text.n, 4096));
        }
        got = read_some(fd, text.v + text.n, text.cap - text.n - 1);
        if (got < 0) {
            return err_os(e, errno, "read %s", name);
        }
        if (got == 0) {
            break;
        }
        text.n += (size_t)got;
    }
    text.v[text.n] = '\0';
    *out = (str){text.v, text.n};
    return true;
}

bool io_read_file(struct arena *a, const char *path, str *out, struct err *e)
{
    int fd = open_file(path, O_RDONLY, 0);
    bool ok;

    if (fd < 0) {
        return err_os(e, errno, "open %s", path);
    }
    ok = io_read_fd(a, fd, path, out, e);
    close(fd);
    return ok;
}

bool io_map_file(struct io_map *m, const char *path, struct err *e)
{
    int fd = open_file(path, O_RDONLY, 0);
    struct stat st;
    int os = 0;

    *m = (struct io_map){0};
    if (fd < 0) {
        return err_os(e, errno, "open %s", path);
    }
    if (fstat(fd, &st) < 0) {
        os = errno;
    } else if (S_ISDIR(st.st_mode)) {
        os = EISDIR;
    } else if (st.st_size > 0) {
        m->base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (m->base == MAP_FAILED) {
            os = errno;
            m->base = NULL;
        } else {
            m->size = (size_t)st.st_size;
            m->text = (str){m->base, m->size};
        }
    }
    close(fd);
    return os == 0 ? true : err_os(e, os, "read %s", path);
}

void io_unmap(struct io_map *m)
{
    if (m->base) {
        munmap(m->base, m->size);
    }
    *m = (struct io_map){0};
}

bool io_write_fd(int fd, const char *name, str text, struct err *e)
{
    while (text.n > 0) {
        ssize_t put = write(fd, text.p, text.n);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return err_os(e, errno, "write %s", name);
        }
        text = str_from(text, (size_t)put);
    }
    return true;
}

/* Opens, writes, closes; the last can fail too. */
static bool write_plain(const char *path, int flags, u32 mode, str text, struct err *e)
{
    int fd = open_file(path, O_WRONLY | O_CREAT | flags, mode);
    bool ok;

    if (fd < 0) {
        return err_os(e, errno, "open %s", path);
    }
    ok = io_write_fd(fd, path, text, e);
    if (close(fd) < 0 && ok) {
        ok = err_os(e, errno, "close %s", path);
    }
    return ok;
}

bool io_append_file(const char *path, str text, struct err *e)
{
    return write_plain(path, O_APPEND, 0666, text, e);
}

/* Writes a new file beside `path` and renames it. */
static bool write_beside(const char *path, const struct stat *old, u32 mode, str text,
                         struct err *e)
{
    static _Atomic u32 counter;
    struct arena_scratch s = arena_scratch_begin(NULL);
    const char *tmp = NULL;
    int fd = -1, os;
    bool ok = true;

    for (int tries = 0; fd < 0 && tries < 100; tries++) {
        tmp =
            str_fmt(s.arena, "%s.%d-%u.tmp", path, (int)getpid(), atomic_fetch_add(&counter, 1)).p;
        fd = open_file(tmp, O_WRONLY | O_CREAT | O_EXCL, mode);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    if (fd < 0) {
        ok = err_os(e, errno, "open %s", tmp);
        arena_scratch_end(s);
        return ok;
    }
    if (old) {
        /* Someone else's file stays theirs if we may give it away. */
        if (fchown(fd, old->st_uid, old->st_gid) < 0) {
            /* not ours to change */
        }
        fchmod(fd, old->st_mode & 07777);
    }
    ok = io_write_fd(fd, path, text, e);
    /* When a file is replaced, perhaps a source file, the rename must not reach the disk before
     * the contents. */
    if (ok && old && fsync(fd) < 0 && errno != EINVAL && errno != EROFS) {
        ok = err_os(e, errno, "sync %s", path);
    }
    if (close(fd) < 0 && ok) {
        ok = err_os(e, errno, "close %s", path);
    }
    if (ok && rename(tmp, path) < 0) {
        os = errno;
        ok = err_os(e, os, "rename %s to %s", tmp, path);
    }
    if (!ok) {
        unlink(tmp);
    }
    arena_scratch_end(s);
    return ok;
}

bool io_write_file(const char *path, str text, u32 mode, struct err *e)
{
    struct stat st;
    bool there = stat(path, &st) == 0, ok;
    char *target;

    if (there && S_ISDIR(st.st_mode)) {
        return err_os(e, EISDIR, "open %s", path);
    }
    if (there && !S_ISREG(st.st_mode)) {
        return write_plain(path, 0, mode, text, e); /* /dev/stdout, a pipe */
    }
    if (!there) {
        return write_beside(path, NULL, mode, text, e);
    }
    target = realpath(path, NULL);
    if (!target) {
        return err_os(e, errno, "open %s", path);
    }
    ok = write_beside(target, &st, mode, text, e);
    free(target);
    return ok;
}

bool io_copy_file(const char *from, const char *to, u32 mode, struct err *e)
{
    struct io_map m;
    bool ok;

    if (!io_map_file(&m, from, e)) {
        return false;
    }
    ok = io_write_file(to, m.text, mode, e);
    io_unmap(&m);
    return ok;
}

bool io_stat(const char *path, struct io_stat *out, struct err *e)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        return err_os(e, errno, "stat %s", path);
    }
    *out = (struct io_stat){
        .is_dir = S_ISDIR(st.st_mode),
        .is_file = S_ISREG(st.st_mode),
        .is_exec = S_ISREG(st.st_mode) && access(path, X_OK) == 0,
        .size = (u64)st.st_size,
        .mtime_ns = (u64)st.st_mtim.tv_sec * 1000000000u + (u64)st.st_mtim.tv_nsec,
        .dev = st.st_dev,
        .ino = st.st_ino,
        .mode = st.st_mode & 07777,
    };
    return true;
}

bool io_exists(const char *path)
{
    struct io_stat st;

    return io_stat(path, &st, NULL);
}

bool io_is_dir(const char *path)
{
    struct io_stat st;

    return io_stat(path, &st, NULL) && st.is_dir;
}

bool io_is_file(const char *path)
{
    struct io_stat st;

    return io_stat(path, &st, NULL) && st.is_file;
}

bool io_make_dir(const char *path, struct err *e)
{
    struct arena_scratch s;
    bool ok = true;
    str parent;

    if (mkdir(path, 0777) == 0 || (errno == EEXIST && io_is_dir(path))) {
        return true;
    }
    if (errno != ENOENT) {
        return err_os(e, errno == EEXIST ? ENOTDIR : errno, "mkdir %s", path);
    }
    s = arena_scratch_begin(NULL);
    parent = path_dir(s.arena, path_clean(s.arena, str_of(path)));
    if (parent.n >= strlen(path) || !io_make_dir(parent.p, e)) {
        ok = parent.n >= strlen(path) ? err_os(e, ENOENT, "mkdir %s", path) : false;
    } else if (mkdir(path, 0777) < 0 && !(errno == EEXIST && io_is_dir(path))) {
        ok = err_os(e, errno, "mkdir %s", path);
    }
    arena_scratch_end(s);
    return ok;
}

bool io_remove(const char *path, struct err *e)
{
    if (unlink(path) < 0 && errno != ENOENT) {
        return err_os(e, errno, "remove %s", path);
    }
    return true;
}

bool io_remove_all(const char *path, struct err *e)
{
    int os = io_remove_tree(path);

    return os == 0 ? true : err_os(e, os, "remove %s", path);
}

static int cmp_names(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

bool io_list_dir(struct arena *a, const char *path, str **names, size_t *n, struct err *e)
{
    DIR *d = opendir(path);
    VEC(str) found = {0};
    struct dirent *de;
    int os;

    if (!d) {
        return err_os(e, errno, "open %s", path);
    }
    while ((errno = 0, de = readdir(d)) != NULL) {
        if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0) {
            vec_push_in(a, &found, str_dup(a, str_of(de->d_name)));
        }
    }
    os = errno;
    closedir(d);
    if (os != 0) {
        return err_os(e, os, "read %s", path);
    }
    if (found.n > 1) {
        qsort(found.v, found.n, sizeof(*found.v), cmp_names);
    }
    *names = found.v;
    *n = found.n;
    return true;
}

bool io_cwd(struct arena *a, str *out, struct err *e)
{
    const char *pwd = getenv("PWD");
    struct stat here, there;
    char *cwd;

    /* $PWD keeps the names of symbolic links, which is how the user knows the place. */
    if (pwd && pwd[0] == '/' && stat(".", &here) == 0 && stat(pwd, &there) == 0 &&
        here.st_dev == there.st_dev && here.st_ino == there.st_ino) {
        *out = path_clean(a, str_of(pwd));
        return true;
    }
    cwd = getcwd(NULL, 0);
    if (!cwd) {
        return err_os(e, errno, "getwd");
    }
    *out = str_dup(a, str_of(cwd));
    free(cwd);
    return true;
}

bool io_real_path(struct arena *a, const char *path, str *out, struct err *e)
{
    char *real = realpath(path, NULL);

    if (!real) {
        return err_os(e, errno, "open %s", path);
    }
    *out = str_dup(a, str_of(real));
    free(real);
    return true;
}

bool io_cache_sub(struct arena *a, str name, str *out)
{
    const char *said = getenv("GOMM_CACHE");
    str base;

    if (said && strcmp(said, "off") == 0) {
        return false;
    }
    if (said && said[0] == '/') {
        base = str_of(said);
    } else if (!io_cache_dir(a, &base, NULL)) {
        return false;
    }
    *out = path_join(a, base, name);
    return io_make_dir(out->p, NULL);
}

bool io_cache_dir(struct arena *a, str *out, struct err *e)
{
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (xdg && xdg[0] == '/') {
        *out = path_join(a, str_of(xdg), STR("gomm"));
    } else if (home && home[0] == '/') {
        *out = path_join(a, str_of(home), STR(".cache/gomm"));
    } else {
        return err_set(e,
                       "no cache directory: neither $XDG_CACHE_HOME nor $HOME is an absolute path");
    }
    return io_make_dir(out->p, e);
}
