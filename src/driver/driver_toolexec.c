#include "driver/driver_toolexec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/quoted.h"
#include "driver/driver_link.h"

static int toolexec_fail(const char *text)
{
    fprintf(stderr, "gomm: %s\n", text);
    return BASE_EXIT_FAILURE;
}

static int toolexec_become(char *const *argv)
{
    execvp(argv[0], argv);
    fprintf(stderr, "gomm: %s: %s\n", argv[0], err_text(errno));
    return BASE_EXIT_FAILURE;
}

/* Runs `link -V=full` and answers with our id in the line. */
static int toolexec_version(struct arena *a, const struct driver_runtime *rt,
                            const struct driver_link *how, char *const *argv)
{
    struct proc_opts o = {.argv = argv, .out = PROC_CAPTURE};
    struct proc_result r;
    struct err e;
    if (!proc_run(a, &o, &r, &e)) {
        return toolexec_fail(e.text);
    }
    if (r.status != 0) {
        return r.status;
    }
    str line;
    if (!driver_link_version(a, rt, how, r.out, &line, &e)) {
        return toolexec_fail(e.text);
    }
    if (!io_write_fd(STDOUT_FILENO, "standard output", line, &e)) {
        return toolexec_fail(e.text);
    }
    return 0;
}

/* The link step: argv is the chain and the tool, args what follows the tool's name. */
static int toolexec_link(const char *runtime, const struct driver_link *how, char *const *argv,
                         size_t n_words)
{
    struct arena a = {0};
    struct driver_runtime rt;
    struct err e;
    if (!driver_runtime_load(&a, runtime, &rt, &e)) {
        return toolexec_fail(e.text);
    }
    char *const *args = argv + n_words;
    if (args[0] && strcmp(args[0], "-V=full") == 0 && !args[1]) {
        return toolexec_version(&a, &rt, how, argv);
    }
    struct argv out = {0};
    for (size_t i = 0; i < n_words; i++) {
        argv_push(&out, argv[i]);
    }
    if (!driver_link_rewrite(&a, &rt, how, args, &out, &e)) {
        return toolexec_fail(e.text);
    }
    return toolexec_become(argv_get(&out));
}

int driver_toolexec(char *const *args)
{
    const char *runtime = NULL;
    struct driver_link how = {.patch = true};
    size_t chain = 0, n = 0;
    for (; *args && (*args)[0] == '-'; args++) {
        if (strncmp(*args, "-runtime=", 9) == 0) {
            runtime = *args + 9;
        } else if (strcmp(*args, "-patch=off") == 0) {
            how.patch = false;
        } else if (strcmp(*args, "-v") == 0) {
            how.verbose = true;
        } else if (strncmp(*args, "-chain=", 7) == 0) {
            chain = strtoul(*args + 7, NULL, 10);
        } else {
            fprintf(stderr, "gomm: toolexec: unknown flag %s\n", *args);
            return BASE_EXIT_FAILURE;
        }
    }
    while (args[n]) {
        n++;
    }
    if (n <= chain) {
        return toolexec_fail("toolexec: no tool to run; this is for the go command's -toolexec");
    }
    const char *slash = strrchr(args[chain], '/');
    const char *tool = slash ? slash + 1 : args[chain];
    if (strcmp(tool, "link") != 0) {
        return toolexec_become(args);
    }
    how.tool = args[chain];
    return toolexec_link(runtime, &how, args, chain + 1);
}

int driver_toolexec_inherited(char *const *args)
{
    struct arena a = {0};
    struct argv all = {0};
    struct err e;
    str *words;
    size_t n;
    if (!quoted_split(&a, str_of(getenv(DRIVER_TOOLEXEC_ENV)), &words, &n, &e)) {
        return toolexec_fail(e.text);
    }
    for (size_t i = 0; i < n; i++) {
        argv_push_str(&all, words[i]);
    }
    argv_push_all(&all, args);
    return driver_toolexec(argv_get(&all));
}
