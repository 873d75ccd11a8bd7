/* parse_speed.c: how fast src/syntax parses the files named on standard input.
 *
 *   parse_speed [-keep] [-nobodies] [-lex] rounds
 *
 * Reads all files first; then parses them `rounds` times on one thread and prints for each round
 * "LINES BYTES WALL_NS CPU_NS", and last "peak KB".  -keep: all trees of a round live until its end;
 * otherwise a tree dies with its file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/vec.h"
#include "syntax/parse.h"

static u64 cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

int main(int argc, char **argv)
{
    VEC(struct source *) files = {0};
    struct sources *sources = sources_new();
    u64 bytes = 0, lines = 0;
    u32 mode = PARSE_ALL;
    bool keep = false;
    struct rusage use;
    char name[4096];
    int rounds;

    for (; argc > 2; argc--, argv++) {
        keep |= strcmp(argv[1], "-keep") == 0;
        mode |= strcmp(argv[1], "-nobodies") == 0 ? PARSE_NO_BODIES : 0;
        mode |= strcmp(argv[1], "-comments") == 0 ? PARSE_COMMENTS : 0;
    }
    rounds = argc > 1 ? atoi(argv[1]) : 1;
    while (fgets(name, sizeof(name), stdin)) {
        struct err e;
        struct source *f;

        name[strcspn(name, "\n")] = 0;
        f = sources_add_file(sources, str_of(name), &e);
        if (!f) {
            fprintf(stderr, "%s\n", e.text);
            return 2;
        }
        vec_push(&files, f);
        bytes += f->text.n;
        for (size_t i = 0; i < f->text.n; i++) {
            lines += f->text.p[i] == '\n';
        }
    }
    for (int r = 0; r < rounds; r++) {
        struct intern *names = intern_new();
        struct arena a = {0};
        u64 nodes = 0, errors = 0, wall = base_now_ns(), cpu = cpu_ns();

        for (size_t i = 0; i < files.n; i++) {
            struct ast *f = parse_file(&a, names, files.v[i], mode);

            nodes += f->n_nodes;
            errors += f->n_errors;
            if (!keep) {
                arena_reset(&a);
            }
        }
        arena_release(&a);
        intern_free(names);
        printf("%llu %llu %llu %llu\n", (unsigned long long)lines, (unsigned long long)bytes,
               (unsigned long long)(base_now_ns() - wall), (unsigned long long)(cpu_ns() - cpu));
        if (errors) {
            fprintf(stderr, "%llu errors\n", (unsigned long long)errors);
            return 1;
        }
        if (r == 0) {
            fprintf(stderr, "%llu nodes\n", (unsigned long long)nodes);
        }
    }
    getrusage(RUSAGE_SELF, &use);
    printf("peak %ld\n", use.ru_maxrss);
    vec_release(&files);
    sources_free(sources);
    return 0;
}
