/* check_speed.c: how fast src/syntax and src/types parse and check the packages of a list (bench/golist) on
 * standard input, on one thread, with everything recorded for every expression.
 *
 * Reads all files first.  Prints "LINES PARSE_NS CHECK_NS CPU_NS" and "peak KB", as bench/gocheck does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "syntax/parse.h"
#include "types/types.h"

struct unit {
    str path;
    VEC(struct source *) files;
    struct strmap imports; /* as written -> struct unit * */
    struct ast **trees;
    struct package *pkg;
};

static u64 cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

static u64 count_lines(str text)
{
    u64 n = 0;

    for (const char *p = text.p; (p = memchr(p, '\n', (size_t)(text.p + text.n - p))); p++) {
        n++;
    }
    return n;
}

static struct package *find(void *ctx, str path)
{
    struct unit *u = ctx;
    union map_val *v = strmap_get(&u->imports, path);

    return v ? ((struct unit *)v->p)->pkg : NULL;
}

int main(void)
{
    struct sources *sources = sources_new();
    struct intern *names = intern_new();
    struct strmap by_path = {0};
    struct arena a = {0};
    VEC(struct unit *) units = {0};
    u64 lines = 0, errors = 0;
    char line[8192];
    struct rusage use;

    while (fgets(line, sizeof line, stdin)) {
        str rest = str_of(line), word[3] = {0};
        struct unit *u = units.n ? units.v[units.n - 1] : NULL;

        for (u32 i = 0; i < 3 && str_next_field(&rest, &word[i]); i++) {
            word[i] = str_dup(&a, word[i]);
        }
        if (str_is(word[0], "P")) {
            u = ARENA_NEW(&a, struct unit);
            u->path = word[1];
            strmap_put(&by_path, word[1], NULL)->p = u;
            vec_push(&units, u);
        } else if (u && str_is(word[0], "F")) {
            struct err e;
            struct source *f = sources_add_file(sources, word[1], &e);

            if (!f) {
                fprintf(stderr, "%s\n", e.text);
                return 2;
            }
            vec_push(&u->files, f);
            lines += count_lines(f->text);
        } else if (u && str_is(word[0], "I")) {
            union map_val *to = strmap_get(&by_path, word[2]);

            if (to) {
                strmap_put(&u->imports, word[1], NULL)->p = to->p;
            }
        }
    }

    u64 cpu = cpu_ns(), begin = base_now_ns();

    for (size_t i = 0; i < units.n; i++) {
        struct unit *u = units.v[i];

        u->trees = ARENA_ARRAY(&a, struct ast *, u->files.n);
        for (size_t k = 0; k < u->files.n; k++) {
            u->trees[k] = parse_file(&a, names, u->files.v[k], PARSE_ALL);
        }
    }

    u64 parsed = base_now_ns();
    struct program *p = program_new(names, sources, sizes_for(STR("amd64")), 0);

    for (size_t i = 0; i < units.n; i++) {
        struct unit *u = units.v[i];

        u->pkg = check_package(p, u->path, u->trees, (u32)u->files.n, 0, CHECK_STD, find, u);
        for (u32 k = 0; k < u->pkg->n_errors && errors++ < 10; k++) {
            struct span at = sources_span(sources, u->pkg->errors[k].pos);

            fprintf(stderr, "%.*s:%u:%u: %.*s\n", STR_ARG(at.file), at.line, at.col,
                    STR_ARG(u->pkg->errors[k].text));
        }
    }
    printf("%llu %llu %llu %llu\n", (unsigned long long)lines, (unsigned long long)(parsed - begin),
           (unsigned long long)(base_now_ns() - parsed), (unsigned long long)(cpu_ns() - cpu));
    getrusage(RUSAGE_SELF, &use);
    printf("peak %ld\n", use.ru_maxrss);
    if (errors) {
        fprintf(stderr, "%llu errors\n", (unsigned long long)errors);
        return 1;
    }
    return 0;
}
