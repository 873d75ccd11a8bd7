/* io_remove.c: removing trees, with nothing but system calls.
 *
 * A signal handler cleans up with this, so it may neither allocate nor take a lock: no
 * opendir, but getdents64 into a buffer on the stack.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"

/* Each level holds a descriptor and a buffer; trees that Go tools make are some 20 deep. */
enum { DEPTH_MAX = 256, BUFFER = 2048 };

/* What the kernel fills in: getdents(2). */
struct entry {
    u64 ino;
    i64 off;
    u16 len;
    u8 type;
    char name[];
};

static int remove_at(int dir, const char *name, int depth);

/* One pass over an open directory: removes what it can, *left tells if anything was there. */
static int empty_dir(int fd, int depth, bool *left)
{
    _Alignas(8) char buf[BUFFER];
    int first = 0;

    *left = false;
    for (;;) {
        long n = syscall(SYS_getdents64, fd, buf, sizeof(buf));

        if (n < 0) {
            return errno;
        }
        if (n == 0) {
            return first;
        }
        for (long at = 0; at < n;) {
            const struct entry *e = (const struct entry *)(const void *)(buf + at);
            int r;

            at += e->len;
            if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0) {
                continue;
            }
            *left = true;
            r = remove_at(fd, e->name, depth + 1);
            if (r != 0 && first == 0) {
                first = r;
            }
        }
    }
}

static int remove_at(int dir, const char *name, int depth)
{
    int fd, r = 0;
    bool left = true;

    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT) {
        return 0;
    }
    /* Linux says EISDIR for a directory, POSIX EPERM; EACCES is a read-only parent. */
    if (errno != EISDIR && errno != EPERM) {
        return errno;
    }
    if (unlinkat(dir, name, AT_REMOVEDIR) == 0) {
        return 0;
    }
    if (depth >= DEPTH_MAX) {
        return ELOOP;
    }
    /* Go's module cache is read-only, and tests leave such trees behind. */
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == EACCES && fchmodat(dir, name, 0700, 0) == 0) {
        fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    fchmod(fd, 0700);
    /* Removing while reading may skip entries: go over it again until it is empty. */
    while (r == 0 && left) {
        r = empty_dir(fd, depth, &left);
        if (lseek(fd, 0, SEEK_SET) < 0) {
            break;
        }
    }
    close(fd);
    if (r == 0 && unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT) {
        r = errno;
    }
    return r;
}

int io_remove_tree(const char *path)
{
    return remove_at(AT_FDCWD, path, 0);
}
