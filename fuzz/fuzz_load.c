/* fuzz_load.c: a home directory of any files: module m, module cache, GOPATH, GOROOT, go/env.  The first
 * line has the patterns; each file stands behind its name, "-- m/go.mod --". */
#include "base/io.h"
#include "base/path.h"
#include "load/load.h"

static void put(struct arena *a, str home, str text)
{
    for (str file, name, next; str_cut(text, STR("-- "), &file, &text);) {
        str_cut(text, STR(" --\n"), &name, &text);
        str_cut(text, STR("-- "), &file, &next);
        name = path_join(a, home, name);
        if (path_is_below(name, home) && io_make_dir(path_dir(a, name).p, NULL)) {
            io_write_file(name.p, file, 0644, NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *dir;
    dir = dir ? dir : io_temp_dir("load", NULL);
    struct arena a = {0};
    struct pool *pool = pool_new(1);
    str text = {(const char *)data, size}, line, patterns[3] = {{0}}, home = str_of(dir);
    char *env[] = {str_cstr(&a, str_fmt(&a, "HOME=%s", dir)), NULL};
    struct load_config c = {.tests = true, .env = env, .goroot = path_join(&a, home, STR("go1"))};
    size_t n = 0;

    c.dir = path_join(&a, home, STR("m"));
    io_remove_all(dir, NULL);
    put(&a, home,
        STR("-- go1/VERSION --\ngo1.26.8\n-- go1/src/runtime/r.go --\npackage runtime\n"));
    put(&a, home, text);
    for (str_next_line(&text, &line); n < 3 && str_next_field(&line, &patterns[n]);) {
        /* Not through the whole disk; a \ is a / in a pattern. */
        n += !path_is_abs(patterns[n]) && !str_contains(patterns[n], STR("../")) &&
             !str_contains(patterns[n], STR("\\"));
    }
    load_free(load_packages(&c, patterns, n, pool, NULL));
    pool_free(pool), arena_release(&a);
    return 0;
}
