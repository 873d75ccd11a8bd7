/* proc_argv.c: argument vectors and environments. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/proc.h"
#include "base/vec.h"

extern char **environ;

void argv_init(struct argv *a)
{
    *a = (struct argv){0};
}

void argv_release(struct argv *a)
{
    for (size_t i = 0; i < a->n; i++) {
        mem_free(a->v[i]);
    }
    vec_release(a);
}

/* Takes over a string from mem_alloc; v[n] stays NULL. */
static void take(struct argv *a, char *s)
{
    vec_reserve(a, 2);
    a->v[a->n++] = s;
    a->v[a->n] = NULL;
}

static char *copy(str s)
{
    char *p = mem_alloc(s.n + 1);

    if (s.n) {
        memcpy(p, s.p, s.n);
    }
    p[s.n] = '\0';
    return p;
}

void argv_push_str(struct argv *a, str s)
{
    take(a, copy(s));
}

void argv_push(struct argv *a, const char *s)
{
    take(a, copy(str_of(s)));
}

void argv_pushf(struct argv *a, const char *fmt, ...)
{
    struct strbuf b = {0};
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(&b, fmt, ap);
    va_end(ap);
    take(a, b.p); /* formatting always allocates, even for an empty text */
}

void argv_push_all(struct argv *a, char *const *v)
{
    for (; v && *v; v++) {
        argv_push(a, *v);
    }
}

char **argv_get(struct argv *a)
{
    vec_reserve(a, 1);
    a->v[a->n] = NULL;
    return a->v;
}

void argv_env(struct argv *env)
{
    argv_push_all(env, environ);
}

/* The index of a variable, or n. */
static size_t find(const struct argv *env, const char *name)
{
    size_t len = strlen(name), i;

    for (i = 0; i < env->n; i++) {
        if (strncmp(env->v[i], name, len) == 0 && env->v[i][len] == '=') {
            break;
        }
    }
    return i;
}

void argv_setenv(struct argv *env, const char *name, const char *value)
{
    size_t i;

    BUG_IF(*name == '\0' || strchr(name, '=') != NULL);
    /* Every one of that name goes: programs disagree on which of two counts. */
    while ((i = find(env, name)) < env->n) {
        mem_free(env->v[i]);
        memmove(&env->v[i], &env->v[i + 1], (env->n - i) * sizeof(*env->v)); /* with the NULL */
        env->n--;
    }
    if (value) {
        argv_pushf(env, "%s=%s", name, value);
    }
}

const char *argv_getenv(const struct argv *env, const char *name)
{
    size_t i = find(env, name);

    return i < env->n ? env->v[i] + strlen(name) + 1 : NULL;
}
