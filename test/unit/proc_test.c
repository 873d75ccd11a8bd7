/* proc_test.c: proc.h. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/io.h"
#include "base/proc.h"

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* Runs a shell command with captured output and the options given. */
static struct proc_result shell(const char *command, struct proc_opts o)
{
    char *argv[] = {"sh", "-c", str_cstr(&arena, str_of(command)), NULL};
    struct proc_result r;
    struct err e;

    o.argv = argv;
    if (o.out == PROC_INHERIT) {
        o.out = PROC_CAPTURE;
    }
    if (o.err == PROC_INHERIT) {
        o.err = PROC_CAPTURE;
    }
    if (!proc_run(&arena, &o, &r, &e)) {
        fail_msg("%s: %s", command, e.text);
    }
    return r;
}

/* Whether a process exists that is not a zombie. */
static bool alive(long pid)
{
    str text;
    i64 paren;

    if (!io_read_file(&arena, str_fmt(&arena, "/proc/%ld/stat", pid).p, &text, NULL)) {
        return false;
    }
    paren = str_find_last_byte(text, ')');
    return paren > 0 && text.p[paren + 2] != 'Z';
}

static bool dies_soon(long pid)
{
    for (int i = 0; i < 200 && alive(pid); i++) {
        usleep(10000);
    }
    return !alive(pid);
}

static void status_and_output(void **state)
{
    struct proc_result r = shell("echo out; echo err >&2; exit 3", (struct proc_opts){0});

    (void)state;
    assert_int_equal(r.status, 3);
    assert_int_equal(r.sig, 0);
    assert_str(r.out, "out\n");
    assert_str(r.err, "err\n");
    assert_true(r.wall_ns > 0 && r.max_rss_kb > 0);
    assert_str(proc_status_text(&arena, &r), "exit status 3");

    r = shell("kill -KILL $$", (struct proc_opts){0});
    assert_int_equal(r.status, 128 + SIGKILL);
    assert_int_equal(r.sig, SIGKILL);
    assert_str(proc_status_text(&arena, &r), "signal: killed");

    r = shell("echo out; echo err >&2", (struct proc_opts){.err = PROC_MERGE});
    assert_str(r.out, "out\nerr\n");
    assert_str(r.err, "");
}

/* More on both streams than the pipes hold, and as much input at the same time. */
static void no_deadlock(void **state)
{
    enum { SIZE = 3000000 };
    char *input = arena_alloc(&arena, SIZE);
    struct proc_result r;

    (void)state;
    memset(input, 'i', SIZE);
    r = shell("head -c 2000000 /dev/zero >&2; tee /dev/stderr",
              (struct proc_opts){.in = PROC_CAPTURE, .input = {input, SIZE}});
    assert_int_equal(r.status, 0);
    assert_int_equal(r.out.n, SIZE);
    assert_int_equal(r.err.n, 2000000 + SIZE);
    assert_int_equal(r.out.p[SIZE - 1], 'i');
}

/* A child that does not read its input: no SIGPIPE for us, no hang. */
static void unread_input(void **state)
{
    enum { SIZE = 1000000 };
    struct proc_result r = shell(
        "exec <&-; echo done",
        (struct proc_opts){.in = PROC_CAPTURE, .input = {arena_array(&arena, SIZE, 1, 1), SIZE}});

    (void)state;
    assert_int_equal(r.status, 0);
    assert_str(r.out, "done\n");
}

static void streams(void **state)
{
    struct proc_result r;
    int ends[2];
    char buf[32] = {0};
    FILE *others;

    (void)state;
    r = shell("cat; echo x", (struct proc_opts){.in = PROC_NULL});
    assert_str(r.out, "x\n");
    assert_int_equal(pipe(ends), 0);
    r = shell("echo to-fd; echo to-err >&2", (struct proc_opts){.out = PROC_FD, .out_fd = ends[1]});
    close(ends[1]);
    assert_int_equal(read(ends[0], buf, sizeof(buf) - 1), 6);
    assert_string_equal(buf, "to-fd\n");
    close(ends[0]);
    assert_str(r.out, "");
    assert_str(r.err, "to-err\n");
    /* Our pipes and files do not leak into children: they have what popen's have. */
    others = popen("ls /proc/self/fd | wc -l", "r");
    assert_non_null(others);
    assert_non_null(fgets(buf, sizeof(buf), others));
    pclose(others);
    r = shell("ls /proc/self/fd | wc -l", (struct proc_opts){0});
    assert_str(r.out, buf);
}

static void surroundings(void **state)
{
    struct argv env = {0};
    struct proc_result r;

    (void)state;
    argv_env(&env);
    argv_setenv(&env, "GOMM_T", "one");
    argv_setenv(&env, "GOMM_T", "a=b c");
    assert_string_equal(argv_getenv(&env, "GOMM_T"), "a=b c");
    r = shell("echo \"$GOMM_T\"; pwd; echo \"$PWD\"",
              (struct proc_opts){.env = argv_get(&env), .cwd = "/usr/../usr"});
    assert_str(r.out, "a=b c\n/usr\n/usr\n");
    argv_setenv(&env, "GOMM_T", NULL);
    assert_null(argv_getenv(&env, "GOMM_T"));
    r = shell("echo \"${GOMM_T-unset}\"", (struct proc_opts){.env = argv_get(&env)});
    assert_str(r.out, "unset\n");
    argv_release(&env);
}

static void arguments(void **state)
{
    struct argv a = {0};
    struct proc_result r;
    struct err e;

    (void)state;
    assert_null(argv_get(&a)[0]);
    argv_push(&a, "printf");
    argv_push_str(&a, STR("[%s]"));
    argv_push(&a, "");
    argv_pushf(&a, "%d %s", 7, "$x 'y'");
    argv_pushf(&a, "%s", "");
    assert_true(
        proc_run(&arena, &(struct proc_opts){.argv = argv_get(&a), .out = PROC_CAPTURE}, &r, &e));
    assert_str(r.out, "[][7 $x 'y'][]");
    argv_release(&a);
}

static void cannot_start(void **state)
{
    char *none[] = {"gomm-no-such-program", NULL};
    char *path[] = {"/no/such/program", NULL};
    char *plain[] = {"/etc/passwd", NULL};
    char *empty[] = {"", NULL};
    char *good[] = {"true", NULL};
    struct proc_result r;
    struct err e;

    (void)state;
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = none}, &r, &e));
    assert_string_equal(e.text,
                        "exec: \"gomm-no-such-program\": executable file not found in $PATH");
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = path}, &r, &e));
    assert_int_equal(e.os, ENOENT);
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = plain}, &r, &e));
    assert_int_equal(e.os, EACCES);
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = empty}, &r, &e));
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = good, .cwd = "/no/such"}, &r, &e));
    assert_string_equal(e.text, "chdir /no/such: no such file or directory");
    assert_false(proc_run(&arena, &(struct proc_opts){.argv = good, .cwd = "/etc/passwd"}, &r, &e));
    assert_int_equal(e.os, ENOTDIR);
}

static void timeouts(void **state)
{
    struct proc_result r;
    u64 began = base_now_ns();
    u64 pid;

    (void)state;
    /* The whole group: the shell's child too, and it is its number that is printed. */
    r = shell("sleep 100 & echo $!; wait", (struct proc_opts){.timeout_ms = 200});
    assert_true(r.timed_out);
    assert_int_equal(r.sig, SIGTERM);
    assert_true(str_u64(str_trim(r.out), &pid));
    assert_true(dies_soon((long)pid));

    /* One that ignores the polite signal. */
    r = shell("trap '' TERM; echo ready; while :; do sleep 0.05; done",
              (struct proc_opts){.timeout_ms = 300, .grace_ms = 200});
    assert_true(r.timed_out);
    assert_int_equal(r.sig, SIGKILL);
    assert_str(r.out, "ready\n"); /* nothing that was said is lost */
    assert_true(base_now_ns() - began < 20 * 1000000000ull);

    r = shell("sleep 100", (struct proc_opts){.timeout_ms = 100, .timeout_sig = SIGQUIT});
    assert_int_equal(r.sig, SIGQUIT);
    r = shell("exit 4", (struct proc_opts){.timeout_ms = 60000});
    assert_false(r.timed_out);
    assert_int_equal(r.status, 4);
}

/* A grandchild that keeps the pipe open does not keep us. */
static void pipe_left_open(void **state)
{
    u64 began = base_now_ns();
    struct proc_result r = shell("sleep 30 & echo $!", (struct proc_opts){0});
    u64 pid;

    (void)state;
    assert_int_equal(r.status, 0);
    assert_true(base_now_ns() - began < 10 * 1000000000ull);
    assert_true(str_u64(str_trim(r.out), &pid));
    kill((pid_t)pid, SIGKILL);
}

struct lines {
    size_t bytes[3];
    size_t stop_at;
};

static bool count(void *ctx, int fd, str piece)
{
    struct lines *l = ctx;

    l->bytes[fd] += piece.n;
    return l->stop_at == 0 || l->bytes[1] < l->stop_at;
}

static void streaming(void **state)
{
    struct lines l = {0};
    struct proc_result r;

    (void)state;
    r = shell("head -c 500000 /dev/zero; echo e >&2",
              (struct proc_opts){.on_output = count, .ctx = &l});
    assert_int_equal(l.bytes[1], 500000);
    assert_int_equal(l.bytes[2], 2);
    assert_int_equal(r.out.n, 0);
    l = (struct lines){.stop_at = 1000};
    r = shell("cat /dev/zero",
              (struct proc_opts){.on_output = count, .ctx = &l, .own_group = true});
    assert_true(r.stopped);
    assert_true(r.sig == SIGTERM || r.sig == SIGPIPE);
    r = shell("head -c 100000 /dev/zero", (struct proc_opts){.max_output = 1000});
    assert_true(r.truncated);
    assert_int_equal(r.out.n, 1000);
    assert_int_equal(r.status, 0);
}

static void *run_many(void *arg)
{
    size_t *good = arg;
    struct arena mine = {0};

    for (int i = 0; i < 20; i++) {
        char *argv[] = {"sh", "-c", "echo $PPID; exit 5", NULL};
        struct proc_result r;

        if (proc_run(&mine, &(struct proc_opts){.argv = argv, .out = PROC_CAPTURE}, &r, NULL) &&
            r.status == 5 && r.out.n > 0) {
            ++*good;
        }
    }
    arena_release(&mine);
    arena_scratch_release();
    return NULL;
}

static void from_threads(void **state)
{
    pthread_t threads[4];
    size_t good[4] = {0};

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_many, &good[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(good[i], 20);
    }
}

/* Shared with a forked gomm-like process that is then sent signals. */
struct scene {
    _Atomic int child; /* number of its child, once that is ready */
    char temp[256];
    int interrupted;
    struct proc_result result;
    bool refused;
};

static bool note_child(void *ctx, int fd, str piece)
{
    struct scene *s = ctx;
    u64 pid;

    (void)fd;
    if (str_u64(str_trim(piece), &pid)) {
        s->child = (int)pid;
    }
    return true;
}

static void play(struct scene *s, const char *command, bool own_group)
{
    char *argv[] = {"sh", "-c", str_cstr(&arena, str_of(command)), NULL};
    struct proc_opts o = {.argv = argv,
                          .out = PROC_CAPTURE,
                          .on_output = note_child,
                          .ctx = s,
                          .own_group = own_group};
    struct err e;

    snprintf(s->temp, sizeof(s->temp), "%s", io_temp_dir("gomm-proc-test", NULL));
    proc_run(&arena, &o, &s->result, &e);
    s->interrupted = proc_interrupted();
    s->refused = !proc_run(&arena, &o, &s->result, &e) && strstr(e.text, "interrupted") != NULL;
    if (s->interrupted) {
        proc_die(s->interrupted);
    }
}

static void obedient(void *arg)
{
    play(arg, "trap 'exit 9' TERM; echo $$; while :; do sleep 0.05; done", false);
}

static void obedient_group(void *arg)
{
    play(arg, "trap 'exit 9' TERM; echo $$; while :; do sleep 0.05; done", true);
}

static void stubborn(void *arg)
{
    play(arg, "trap '' TERM INT; echo $$; while :; do sleep 0.05; done", true);
}

/* With results and no child: the first signal is noted, the third ends it. */
static void holding(void *arg)
{
    struct scene *s = arg;

    proc_hold();
    snprintf(s->temp, sizeof(s->temp), "%s", io_temp_dir("gomm-proc-test", NULL));
    s->child = getpid();
    while (!proc_interrupted()) {
        usleep(1000);
    }
    s->interrupted = proc_interrupted();
    for (;;) {
        usleep(1000);
    }
}

/* Forks fn, waits for its child to be ready, sends signals with a pause, returns its status. */
static int signalled(struct scene *s, void (*fn)(void *), int sig, int n)
{
    int status;
    pid_t pid;

    memset(s, 0, sizeof(*s));
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        fn(s);
        exit(0);
    }
    for (int i = 0; i < 1000 && s->child == 0; i++) {
        usleep(5000);
    }
    assert_int_not_equal(s->child, 0);
    for (int i = 0; i < n; i++) {
        usleep(100000);
        kill(pid, sig);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void signals_are_forwarded(void **state)
{
    struct scene *s =
        mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_int_equal(signalled(s, obedient, SIGTERM, 1), 128 + SIGTERM);
    assert_int_equal(s->interrupted, SIGTERM);
    assert_true(s->refused); /* nothing new starts after that */
    assert_true(dies_soon(s->child));
    assert_false(io_exists(s->temp));

    assert_int_equal(signalled(s, obedient_group, SIGTERM, 1), 128 + SIGTERM);
    assert_true(dies_soon(s->child));

    assert_int_equal(signalled(s, holding, SIGTERM, 3), 128 + SIGTERM);
    assert_int_equal(s->interrupted, SIGTERM);
    assert_false(io_exists(s->temp));

    /* The third time means it. */
    assert_int_equal(signalled(s, stubborn, SIGINT, 3), 128 + SIGINT);
    assert_true(dies_soon(s->child));
    assert_false(io_exists(s->temp));
    munmap(s, sizeof(*s));
}

static void start_and_bug(void *arg)
{
    struct scene *s = arg;
    char *argv[] = {"sleep", "100", NULL};
    struct proc p;

    if (proc_start(&(struct proc_opts){.argv = argv}, &p, NULL)) {
        s->child = p.pid;
    }
    BUG("on purpose");
}

static void bug_kills_children(void **state)
{
    struct scene *s =
        mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_int_equal(unit_fork(start_and_bug, s).status, 128 + SIGABRT);
    assert_true(s->child > 0 && dies_soon(s->child));
    munmap(s, sizeof(*s));
}

static void become(void *arg)
{
    char *argv[] = {"sh", "-c", "pwd >&2; exit 6", NULL};
    struct err e;

    (void)arg;
    proc_exec(argv, NULL, "/usr", &e);
    exit(1);
}

static void become_nothing(void *arg)
{
    char *argv[] = {"gomm-no-such-program", NULL};
    struct err e;

    (void)arg;
    exit(proc_exec(argv, NULL, NULL, &e) ? 1 : 7);
}

static void exec_replaces(void **state)
{
    struct unit_child c = unit_fork(become, NULL);

    (void)state;
    assert_int_equal(c.status, 6);
    assert_string_equal(c.err, "/usr\n");
    assert_int_equal(unit_fork(become_nothing, NULL).status, 7);
}

static void finding_programs(void **state)
{
    struct err e;
    str f;

    (void)state;
    assert_true(proc_find(&arena, "sh", NULL, &f, &e));
    assert_true(str_has_suffix(f, STR("/sh")) && f.p[0] == '/');
    assert_true(proc_find(&arena, "sh", "::/nonexistent:/bin", &f, &e));
    assert_str(f, "/bin/sh");
    assert_false(proc_find(&arena, "sh", "", &f, &e));
    assert_false(proc_find(&arena, "sh", ":", &f, &e));
    assert_false(proc_find(&arena, "bin", "/", &f, &e)); /* a directory */
}

static void waited_twice(void **state)
{
    char *argv[] = {"true", NULL};
    struct proc_result r;
    struct proc p;
    struct err e;

    (void)state;
    assert_true(proc_start(&(struct proc_opts){.argv = argv}, &p, &e));
    assert_true(proc_wait(&arena, &p, &r, &e));
    assert_false(proc_wait(&arena, &p, &r, &e));
}

static void everything(void *arg)
{
    char *argv[] = {"sh", "-c", "head -c 300000 /dev/zero; echo e >&2", NULL};
    struct arena a = {0};
    struct proc_result r;

    (void)arg;
    if (!proc_run(
            &a,
            &(struct proc_opts){.argv = argv, .cwd = "/", .out = PROC_CAPTURE, .err = PROC_CAPTURE},
            &r, NULL)) {
        exit(3);
    }
    arena_release(&a);
}

static void allocation_sweep(void **state)
{
    (void)state;
    assert_true(unit_sweep(everything, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(status_and_output),  cmocka_unit_test(no_deadlock),
        cmocka_unit_test(unread_input),       cmocka_unit_test(streams),
        cmocka_unit_test(surroundings),       cmocka_unit_test(arguments),
        cmocka_unit_test(cannot_start),       cmocka_unit_test(timeouts),
        cmocka_unit_test(pipe_left_open),     cmocka_unit_test(streaming),
        cmocka_unit_test(from_threads),       cmocka_unit_test(signals_are_forwarded),
        cmocka_unit_test(bug_kills_children), cmocka_unit_test(exec_replaces),
        cmocka_unit_test(finding_programs),   cmocka_unit_test(waited_twice),
        cmocka_unit_test(allocation_sweep),
    };

    return cmocka_run_group_tests_name("proc", tests, NULL, release);
}
