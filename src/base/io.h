/* io.h: files and directories.
 *
 * Functions return true, or fill *e (err.h; NULL is allowed) and return false.  File names are
 * C strings.  Descriptors that are opened here are close-on-exec.
 *
 * Temporary directories are removed when the tool exits, by whatever way it can still notice:
 * return from main, exit, BUG(), exhausted memory, SIGINT, SIGTERM, SIGHUP, SIGQUIT.
 *
 * Ownership: contents are in the given arena.  Threading: any thread.
 */
#ifndef GOMM_BASE_IO_H
#define GOMM_BASE_IO_H

#include "base/err.h"
#include "base/str.h"

/* The whole file, followed by a NUL that is not counted.  "-" is not special; directories
 * fail; pipes and /proc files work. */
bool io_read_file(struct arena *a, const char *path, str *out, struct err *e);
bool io_read_fd(struct arena *a, int fd, const char *name, str *out, struct err *e);

/* A file mapped for reading: no copy, no NUL.  An empty file gives an empty text. */
struct io_map {
    str text;
    void *base;
    size_t size;
};
bool io_map_file(struct io_map *m, const char *path, struct err *e);
void io_unmap(struct io_map *m);

/* Writes all, or leaves what was there: a new file beside it takes its place.  A symbolic link
 * stays, its target is replaced.  The mode is that of the old file; otherwise `mode` under the
 * umask. */
bool io_write_file(const char *path, str text, u32 mode, struct err *e);
bool io_append_file(const char *path, str text, struct err *e);
bool io_write_fd(int fd, const char *name, str text, struct err *e);
bool io_copy_file(const char *from, const char *to, u32 mode, struct err *e);

struct io_stat {
    bool is_dir, is_file, is_exec;
    u64 size, mtime_ns, dev, ino;
    u32 mode;
};
bool io_stat(const char *path, struct io_stat *st, struct err *e);
bool io_exists(const char *path);
bool io_is_dir(const char *path);
bool io_is_file(const char *path);

bool io_make_dir(const char *path, struct err *e); /* and its parents; fine if it is there */
bool io_remove(const char *path, struct err *e);   /* fine if it is not there */
/* Everything below and the directory itself; does not follow links; read-only directories are
 * no obstacle. */
bool io_remove_all(const char *path, struct err *e);
/* The same with nothing but system calls, for signal handlers: 0 or an errno value. */
int io_remove_tree(const char *path);

/* The names in a directory, sorted by bytes, without . and ..; names are in the arena. */
bool io_list_dir(struct arena *a, const char *path, str **names, size_t *n, struct err *e);

bool io_cwd(struct arena *a, str *out, struct err *e); /* $PWD if that is right */
bool io_real_path(struct arena *a, const char *path, str *out, struct err *e);
/* $XDG_CACHE_HOME/gomm or ~/.cache/gomm, made if it is not there. */
bool io_cache_dir(struct arena *a, str *out, struct err *e);
/* A directory in it for one purpose, made if it is not there; false: there is none, or none is wanted.  GOMM_CACHE is
 * off for none, or an absolute path instead of the above. */
bool io_cache_sub(struct arena *a, str name, str *out);

/* A new directory in $TMPDIR or /tmp, removed at exit.  The name lives until then. */
const char *io_temp_dir(const char *prefix, struct err *e);
void io_temp_remove(const char *dir); /* before the exit */
void io_temp_keep(bool keep);         /* for -work: leave all of them at exit */
/* Removes them now.  Async-signal-safe; in a forked child it does nothing. */
void io_temp_remove_all(void);

#endif
