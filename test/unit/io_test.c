/* io_test.c: io.h. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/path.h"
#include "base/proc.h"

static struct arena arena;
static const char *dir;

/* A name in the test's directory. */
static const char *in(const char *name)
{
    return path_join(&arena, str_of(dir), str_of(name)).p;
}

static int setup(void **state)
{
    (void)state;
    dir = io_temp_dir("gomm-io-test", NULL);
    return dir ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    io_temp_remove(dir);
    arena_release(&arena);
    return 0;
}

static str slurp(const char *path)
{
    struct err e;
    str s;

    if (!io_read_file(&arena, path, &s, &e)) {
        fail_msg("%s", e.text);
    }
    assert_int_equal(s.p[s.n], '\0');
    return s;
}

static void read_and_write(void **state)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 1000000};
    struct err e;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char *p = arena_alloc(&arena, sizes[i]);
        struct io_map m;
        str text = {p, sizes[i]};

        for (size_t k = 0; k < sizes[i]; k++) {
            p[k] = (char)(k * 31 >> 3);
        }
        assert_true(io_write_file(in("f"), text, 0644, &e));
        assert_true(str_eq(slurp(in("f")), text));
        assert_true(io_map_file(&m, in("f"), &e));
        assert_true(str_eq(m.text, text));
        io_unmap(&m);
    }
    assert_true(io_append_file(in("log"), STR("a\n"), &e));
    assert_true(io_append_file(in("log"), STR("b\n"), &e));
    assert_str(slurp(in("log")), "a\nb\n");
    assert_true(slurp("/proc/self/status").n > 100); /* its size is 0 */
}

static void read_errors(void **state)
{
    struct io_map m;
    struct err e;
    str s;

    (void)state;
    assert_false(io_read_file(&arena, in("none"), &s, &e));
    assert_str(str_of(e.text), str_fmt(&arena, "open %s: no such file or directory", in("none")).p);
    assert_int_equal(e.os, ENOENT);
    assert_false(io_read_file(&arena, dir, &s, &e));
    assert_int_equal(e.os, EISDIR);
    assert_false(io_map_file(&m, dir, &e));
    assert_int_equal(e.os, EISDIR);
    assert_false(io_map_file(&m, in("none"), NULL));
    assert_false(io_write_file(dir, STR("x"), 0644, &e));
    assert_int_equal(e.os, EISDIR);
    assert_false(io_write_file(in("no/dir/f"), STR("x"), 0644, &e));
    assert_int_equal(e.os, ENOENT);
    assert_false(io_write_file("/dev/full", STR("x"), 0644, &e));
    assert_int_equal(e.os, ENOSPC);
}

/* What was there stays if the write cannot be done, and nothing is left beside it. */
static void write_is_atomic(void **state)
{
    struct err e;
    str *names;
    size_t n;

    (void)state;
    assert_true(io_make_dir(in("at"), &e));
    assert_true(io_write_file(in("at/f"), STR("old"), 0600, &e));
    assert_int_equal(chmod(in("at/f"), 0751), 0);
    assert_int_equal(symlink("f", in("at/link")), 0);
    assert_true(io_write_file(in("at/link"), STR("new"), 0600, &e));
    assert_str(slurp(in("at/f")), "new");
    {
        struct stat st;

        assert_int_equal(lstat(in("at/link"), &st), 0);
        assert_true(S_ISLNK(st.st_mode));
        assert_int_equal(stat(in("at/f"), &st), 0);
        assert_int_equal(st.st_mode & 07777, 0751);
    }
    assert_true(io_list_dir(&arena, in("at"), &names, &n, &e));
    assert_int_equal(n, 2);
    assert_str(names[0], "f");
    assert_str(names[1], "link");
}

static void limited_write(void *arg)
{
    struct err e;
    str s = {arg, 1 << 20};

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, 4096});
    exit(io_write_file(in("at2/f"), s, 0600, &e) ? 0 : e.os == EFBIG ? 7 : 8);
}

static void failed_write_keeps_the_old(void **state)
{
    struct err e;
    str *names;
    size_t n;

    (void)state;
    assert_true(io_make_dir(in("at2"), &e));
    assert_true(io_write_file(in("at2/f"), STR("old"), 0600, &e));
    assert_int_equal(unit_fork(limited_write, arena_array(&arena, 1 << 20, 1, 1)).status, 7);
    assert_str(slurp(in("at2/f")), "old");
    assert_true(io_list_dir(&arena, in("at2"), &names, &n, &e));
    assert_int_equal(n, 1);
}

static void directories(void **state)
{
    struct io_stat st;
    struct err e;
    str *names, real;
    size_t n;

    (void)state;
    assert_true(io_make_dir(in("a/b/c"), &e));
    assert_true(io_make_dir(in("a/b/c"), &e));
    assert_true(io_make_dir(in("a/b/d/"), &e));
    assert_true(io_is_dir(in("a/b/c")));
    assert_true(io_write_file(in("a/b/f"), STR("x"), 0644, &e));
    assert_false(io_make_dir(in("a/b/f"), &e));
    assert_false(io_make_dir(in("a/b/f/g"), &e));
    assert_int_equal(e.os, ENOTDIR);
    assert_false(io_make_dir("", &e));
    assert_true(io_list_dir(&arena, in("a/b"), &names, &n, &e));
    assert_int_equal(n, 3);
    assert_str(names[0], "c");
    assert_str(names[2], "f");
    assert_false(io_list_dir(&arena, in("a/b/f"), &names, &n, &e));
    assert_true(io_stat(in("a/b/f"), &st, &e));
    assert_true(st.is_file && !st.is_dir && !st.is_exec && st.size == 1);
    assert_true(io_real_path(&arena, in("a/../a/b"), &real, &e));
    assert_true(str_has_suffix(real, STR("/a/b")));
    assert_true(io_copy_file(in("a/b/f"), in("copy"), 0755, &e));
    assert_true(io_stat(in("copy"), &st, &e) && st.is_exec);
    assert_true(io_remove(in("copy"), &e));
    assert_true(io_remove(in("copy"), &e));
    assert_false(io_exists(in("copy")));
}

static void remove_tree(void **state)
{
    struct err e;
    char path[2048];
    size_t len;

    (void)state;
    /* A tree such as Go's module cache: read-only, with a link that leads out. */
    assert_true(io_make_dir(in("outside"), &e));
    assert_true(io_write_file(in("outside/keep"), STR("x"), 0644, &e));
    assert_true(io_make_dir(in("t/mod/x@v1"), &e));
    for (int i = 0; i < 500; i++) {
        assert_true(
            io_write_file(str_fmt(&arena, "%s/t/mod/x@v1/file%d", dir, i).p, STR("x"), 0444, &e));
    }
    assert_int_equal(symlink(in("outside"), in("t/mod/x@v1/out")), 0);
    assert_int_equal(symlink("/nonexistent", in("t/dangling")), 0);
    assert_int_equal(chmod(in("t/mod/x@v1"), 0555), 0);
    assert_int_equal(chmod(in("t/mod"), 0), 0);
    assert_true(io_remove_all(in("t"), &e));
    assert_false(io_exists(in("t")));
    assert_str(slurp(in("outside/keep")), "x");
    assert_true(io_remove_all(in("t"), &e)); /* fine if it is not there */
    assert_true(io_remove_all(in("outside/keep"), &e));

    /* Two hundred levels. */
    len = (size_t)snprintf(path, sizeof(path), "%s/deep", in(""));
    for (int i = 0; i < 200; i++) {
        len += (size_t)snprintf(path + len, sizeof(path) - len, "/d%d", i % 10);
    }
    assert_true(io_make_dir(path, &e));
    assert_true(io_remove_all(in("deep"), &e));
    assert_false(io_exists(in("deep")));
}

struct temp_case {
    char path[256];
    int how;
};

enum { BY_RETURN, BY_SIGNAL, BY_FORK, BY_KEEP };

static void leave_temp(void *arg)
{
    struct temp_case *c = arg;
    struct err e;

    snprintf(c->path, sizeof(c->path), "%s", io_temp_dir("gomm-temp", &e));
    if (!io_make_dir(str_fmt(&arena, "%s/a/b", c->path).p, &e)) {
        _exit(9);
    }
    if (c->how == BY_SIGNAL) {
        raise(SIGTERM);
        _exit(9);
    }
    if (c->how == BY_FORK) {
        pid_t pid = fork();

        if (pid == 0) {
            exit(0); /* a child's exit must not remove its parent's directory */
        }
        waitpid(pid, NULL, 0);
        _exit(io_is_dir(c->path) ? 0 : 9);
    }
    io_temp_keep(c->how == BY_KEEP);
}

static void temp_dirs_go(void **state)
{
    struct temp_case *c =
        mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct err e;

    (void)state;
    c->how = BY_RETURN;
    assert_int_equal(unit_fork(leave_temp, c).status, 0);
    assert_true(c->path[0] == '/' && !io_exists(c->path));
    c->how = BY_SIGNAL;
    assert_int_equal(unit_fork(leave_temp, c).status, 128 + SIGTERM);
    assert_false(io_exists(c->path));
    c->how = BY_FORK;
    assert_int_equal(unit_fork(leave_temp, c).status, 0);
    assert_true(io_remove_all(c->path, &e));
    c->how = BY_KEEP;
    assert_int_equal(unit_fork(leave_temp, c).status, 0);
    assert_true(io_is_dir(c->path));
    assert_true(io_remove_all(c->path, &e));
    munmap(c, sizeof(*c));
}

static void no_temp_root(void *arg)
{
    struct err e;

    (void)arg;
    setenv("TMPDIR", in("nowhere"), 1);
    exit(io_temp_dir("x", &e) == NULL && strstr(e.text, in("nowhere")) ? 5 : 6);
}

static void temp_errors(void **state)
{
    (void)state;
    assert_int_equal(unit_fork(no_temp_root, NULL).status, 5);
}

static void cache_home(void *arg)
{
    struct err e;
    str c;

    (void)arg;
    setenv("XDG_CACHE_HOME", in("xdg"), 1);
    if (!io_cache_dir(&arena, &c, &e) || !str_is(c, in("xdg/gomm")) || !io_is_dir(c.p)) {
        exit(3);
    }
    unsetenv("XDG_CACHE_HOME");
    setenv("HOME", in("home"), 1);
    if (!io_cache_dir(&arena, &c, &e) || !str_is(c, in("home/.cache/gomm")) || !io_is_dir(c.p)) {
        exit(4);
    }
    unsetenv("HOME");
    exit(io_cache_dir(&arena, &c, &e) ? 5 : 0);
}

static void cwd_by_name(void *arg)
{
    struct err e;
    str c;

    (void)arg;
    if (mkdir(in("real"), 0777) < 0 || symlink("real", in("alias")) < 0 || chdir(in("alias")) < 0) {
        exit(3);
    }
    setenv("PWD", in("alias"), 1);
    if (!io_cwd(&arena, &c, &e) || !str_is(c, in("alias"))) {
        exit(4);
    }
    setenv("PWD", in("home"), 1); /* not true */
    exit(io_cwd(&arena, &c, &e) && str_has_suffix(c, STR("/real")) ? 0 : 5);
}

static void known_places(void **state)
{
    (void)state;
    assert_int_equal(unit_fork(cache_home, NULL).status, 0);
    assert_int_equal(unit_fork(cwd_by_name, NULL).status, 0);
}

static void everything(void *arg)
{
    struct arena a = {0};
    const char *f = arg;
    str s, *names;
    size_t n;

    if (!io_write_file(f, STR("text"), 0644, NULL) || !io_read_file(&a, f, &s, NULL) ||
        !io_list_dir(&a, dir, &names, &n, NULL) || !io_temp_dir("gomm-sweep", NULL)) {
        exit(3);
    }
    arena_release(&a);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, str_cstr(&arena, str_of(in("sweep")))) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_and_write),  cmocka_unit_test(read_errors),
        cmocka_unit_test(write_is_atomic), cmocka_unit_test(failed_write_keeps_the_old),
        cmocka_unit_test(directories),     cmocka_unit_test(remove_tree),
        cmocka_unit_test(temp_dirs_go),    cmocka_unit_test(temp_errors),
        cmocka_unit_test(known_places),    cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("io", tests, setup, teardown);
}
