/* steps.c: how many instructions a thread executes from one call of a function to the next, counted in single steps (ptrace(2)).
 *
 *   steps PROGRAM SYMBOL SKIP CALLS [ARG...]
 *
 * PROGRAM runs with ARG... until it has called SYMBOL, a function of its symbol table, SKIP times.  From there on the thread that called
 * it is stepped, and all others stand still, until it has come there CALLS times more.  Prints the mean per call: instructions in all,
 * and how many of them are the race runtime's, hooks in Go's assembly (GOROOT/src/runtime/race_amd64.s) with it.  No other program on
 * the machine disturbs that, so it tells changes apart that times do not; but an instruction may take one cycle or hundreds.
 *
 * Exit status 2: it cannot be done, said on standard error.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEPS_MAX = 2000000 };

struct symbol {
    unsigned long start, end;
    int race; /* of the race runtime */
};

static struct symbol *symbols;
static size_t symbol_count;

static void die(const char *what)
{
    fprintf(stderr, "steps: %s%s%s\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
    exit(2);
}

/* C has no dots in its names but where the compiler has made one function of another; Go's have one behind the package. */
static int is_race(const char *name)
{
    static const char *const hooks[] = {"runtime.race", "racecall", "racefunc", "gomm_", "__tsan", "_ZN6__tsan", "_ZN11__sanitizer",
                                        "runtime/race/internal/"};
    static const char *const made[] = {".constprop", ".isra", ".part", ".cold"};
    const char *dot = strchr(name, '.');
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++) {
        if (strncmp(name, hooks[i], strlen(hooks[i])) == 0) {
            return 1;
        }
    }
    for (size_t i = 0; dot && i < sizeof made / sizeof *made; i++) {
        if (strncmp(dot, made[i], strlen(made[i])) == 0) {
            return 1;
        }
    }
    return !dot && !(n > 4 && strcmp(name + n - 4, "body") == 0); /* memeqbody and the like are Go's */
}

static int by_start(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

/* The functions of a file; returns where `wanted` starts. */
static unsigned long symbols_read(const char *path, const char *wanted)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    unsigned long found = 0;

    if (fd < 0 || fstat(fd, &st) != 0) {
        die(path);
    }

    const char *file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    const Elf64_Ehdr *head = (const void *)file;

    if (file == MAP_FAILED || (size_t)st.st_size < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0) {
        die(path);
    }

    const Elf64_Shdr *section = (const void *)(file + head->e_shoff);

    for (int i = 0; i < head->e_shnum; i++) {
        if (section[i].sh_type != SHT_SYMTAB) {
            continue;
        }

        const Elf64_Sym *sym = (const void *)(file + section[i].sh_offset);
        const char *names = file + section[section[i].sh_link].sh_offset;
        size_t n = section[i].sh_size / sizeof *sym;

        symbols = calloc(n + 1, sizeof *symbols);
        if (!symbols) {
            die("no memory");
        }
        for (size_t k = 0; k < n; k++) {
            if (ELF64_ST_TYPE(sym[k].st_info) == STT_FUNC && sym[k].st_value != 0) {
                const char *name = names + sym[k].st_name;

                symbols[symbol_count++] = (struct symbol){sym[k].st_value, sym[k].st_value + sym[k].st_size, is_race(name)};
                found = strcmp(name, wanted) == 0 ? sym[k].st_value : found;
            }
        }
    }
    if (found == 0) {
        errno = 0;
        die("there is no such function in the program");
    }
    qsort(symbols, symbol_count, sizeof *symbols, by_start);
    return found;
}

/* Is what stands at pc of the race runtime?  Its assembly may have code behind the end that its symbols have. */
static int race_at(unsigned long pc)
{
    static size_t last;
    size_t low = 0, high = symbol_count - 1;

    if (symbols[last].start <= pc && pc < symbols[last].end) {
        return symbols[last].race;
    }
    while (low < high) {
        size_t middle = (low + high + 1) / 2;

        if (symbols[middle].start <= pc) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    last = low;
    return symbols[low].race;
}

static void trap_set(pid_t thread, unsigned long at, long code)
{
    if (ptrace(PTRACE_POKETEXT, thread, at, code) != 0) {
        die("the program's code cannot be changed");
    }
}

static void others_stop(pid_t process, pid_t thread)
{
    char path[64];
    struct dirent *e;

    snprintf(path, sizeof path, "/proc/%d/task", (int)process);

    DIR *tasks = opendir(path);

    while (tasks && (e = readdir(tasks))) {
        pid_t other = (pid_t)atoi(e->d_name);

        if (other != 0 && other != thread) {
            syscall(SYS_tgkill, process, other, SIGSTOP);
            waitpid(other, NULL, __WALL);
        }
    }
    if (tasks) {
        closedir(tasks);
    }
}

/* Runs until a thread comes to the trap for the (skip + 1)th time, which stays in the code no longer; returns the thread. */
static pid_t run_to(pid_t process, unsigned long at, long skip)
{
    errno = 0;

    long code = ptrace(PTRACE_PEEKTEXT, process, at, NULL), trap = (code & ~0xffL) | 0xcc;

    if (errno != 0) {
        die("the program's code cannot be read");
    }
    trap_set(process, at, trap);
    ptrace(PTRACE_CONT, process, NULL, NULL);
    for (;;) {
        int status;
        pid_t thread = waitpid(-1, &status, __WALL);
        struct user_regs_struct regs;

        if (thread < 0 || (thread == process && (WIFEXITED(status) || WIFSIGNALED(status)))) {
            errno = 0;
            die("the program has ended before it had called the function so often");
        }
        if (!WIFSTOPPED(status)) {
            continue;
        }

        int sig = WSTOPSIG(status);

        if (sig == SIGTRAP && status >> 16 == 0 && ptrace(PTRACE_GETREGS, thread, NULL, &regs) == 0 && regs.rip == at + 1) {
            regs.rip = at;
            ptrace(PTRACE_SETREGS, thread, NULL, &regs);
            trap_set(thread, at, code);
            if (skip-- == 0) {
                return thread;
            }
            ptrace(PTRACE_SINGLESTEP, thread, NULL, NULL);
            waitpid(thread, &status, __WALL);
            trap_set(thread, at, trap);
            sig = 0;
        } else if (sig == SIGTRAP || sig == SIGSTOP || sig == SIGURG) { /* new threads; and Go's preemption, which may wait */
            sig = 0;
        }
        ptrace(PTRACE_CONT, thread, NULL, (long)sig);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: steps PROGRAM SYMBOL SKIP CALLS [ARG...]\n");
        return 2;
    }

    unsigned long at = symbols_read(argv[1], argv[2]), all = 0, race = 0;
    long skip = atol(argv[3]), calls = atol(argv[4]);
    pid_t process = fork();
    int status;

    if (process == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(null, 1);
        dup2(null, 2);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        argv[4] = argv[1];
        execv(argv[1], argv + 4);
        _exit(127);
    }
    if (process < 0 || waitpid(process, &status, 0) != process || !WIFSTOPPED(status)) {
        die("the program cannot be started");
    }
    ptrace(PTRACE_SETOPTIONS, process, NULL, PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);

    pid_t thread = run_to(process, at, skip);
    struct user_regs_struct regs;

    others_stop(process, thread);
    for (long left = calls; all < STEPS_MAX; all++) {
        if (ptrace(PTRACE_GETREGS, thread, NULL, &regs) != 0) {
            die("the thread has ended");
        }
        if (regs.rip == at && all != 0 && --left == 0) {
            break;
        }
        race += (unsigned long)race_at(regs.rip);
        if (ptrace(PTRACE_SINGLESTEP, thread, NULL, NULL) != 0 || waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) {
            die("the thread has ended");
        }
    }
    kill(process, SIGKILL);
    if (all >= STEPS_MAX) {
        errno = 0;
        die("the thread does not come there so often");
    }
    printf("%.0f %.0f\n", (double)all / (double)calls, (double)race / (double)calls);
    return 0;
}
