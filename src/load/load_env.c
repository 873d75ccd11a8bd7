#include "load/load_env.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/path.h"
#include "base/quoted.h"
#include "load/load_version.h"

#if defined(__x86_64__)
#define HOST_ARCH "amd64"
#elif defined(__aarch64__)
#define HOST_ARCH "arm64"
#elif defined(__i386__)
#define HOST_ARCH "386"
#else
#define HOST_ARCH "unknown"
#endif
#if defined(__linux__)
#define HOST_OS "linux"
#elif defined(__APPLE__)
#define HOST_OS "darwin"
#else
#define HOST_OS "unknown"
#endif

struct lookup {
    struct arena *a;
    char *const *env;
    str user, root; /* texts of go/env and GOROOT/go.env */
};

static str from_process(const struct lookup *l, const char *name)
{
    size_t n = strlen(name);

    if (!l->env) {
        return str_of(getenv(name));
    }
    for (char *const *v = l->env; *v; v++) {
        if (strncmp(*v, name, n) == 0 && (*v)[n] == '=') {
            return str_of(*v + n + 1);
        }
    }
    return (str){0};
}

static str from_file(str text, const char *name)
{
    str line, key, value, found = {0};

    while (str_next_line(&text, &line)) {
        if (str_cut(line, STR("="), &key, &value) && str_is(str_trim(key), name)) {
            found = str_trim(value);
        }
    }
    return found;
}

static str lookup(const struct lookup *l, const char *name)
{
    str v = from_process(l, name);

    if (v.n == 0) {
        v = from_file(l->user, name);
    }
    return v.n > 0 ? v : from_file(l->root, name);
}

static str lookup_or(const struct lookup *l, const char *name, const char *dflt)
{
    str v = lookup(l, name);

    return v.n > 0 ? v : str_of(dflt);
}

static str read_or_empty(struct arena *a, str path)
{
    str text;

    return io_read_file(a, str_cstr(a, path), &text, NULL) ? text : (str){0};
}

static bool is_goroot(struct arena *a, str dir)
{
    return io_is_dir(str_cstr(a, path_join(a, dir, STR("src/runtime"))));
}

static bool find_goroot(const struct lookup *l, str given, str *out, struct err *e)
{
    struct arena *a = l->a;
    str path, go, real;
    struct proc_result r;

    *out = given.n > 0 ? given : from_process(l, "GOROOT");
    if (out->n > 0) {
        *out = path_clean(a, *out);
        if (!is_goroot(a, *out)) {
            return err_set(e, "cannot find GOROOT directory: %.*s", STR_ARG(*out));
        }
        return true;
    }
    path = from_process(l, "PATH");
    if (!proc_find(a, "go", str_cstr(a, path), &go, NULL)) {
        return err_set(e, "no go command on PATH, and no GOROOT is set");
    }
    *out = path_dir(a, path_dir(a, go));
    if (is_goroot(a, *out)) {
        return true;
    }
    if (io_real_path(a, str_cstr(a, go), &real, NULL)) {
        *out = path_dir(a, path_dir(a, real));
        if (is_goroot(a, *out)) {
            return true;
        }
    }
    /* A wrapper of some kind: it has to be asked. */
    char *argv[] = {str_cstr(a, go), (char *)(uintptr_t) "env", (char *)(uintptr_t) "GOROOT", NULL};
    struct proc_opts o = {
        .argv = argv, .env = l->env, .out = PROC_CAPTURE, .err = PROC_CAPTURE, .timeout_ms = 60000};

    if (!proc_run(a, &o, &r, e)) {
        return false;
    }
    *out = str_trim(r.out);
    if (r.status != 0 || !is_goroot(a, *out)) {
        return err_set(e, "%.*s env GOROOT names no Go: %.*s", STR_ARG(go),
                       STR_ARG(r.status != 0 ? str_trim(r.err) : *out));
    }
    return true;
}

/* The N of Go 1.N, and how it calls itself. */
static void find_version(struct arena *a, struct load_env *env)
{
    str text =
        read_or_empty(a, path_join(a, env->goroot, STR("src/internal/goversion/goversion.go")));
    str line, version = read_or_empty(a, path_join(a, env->goroot, STR("VERSION")));
    u64 n;

    if (version.n == 0) {
        version = read_or_empty(a, path_join(a, env->goroot, STR("VERSION.cache")));
    }
    str_next_line(&version, &line);
    env->go_version = str_trim(line);
    while (str_next_line(&text, &line)) {
        if (str_cut_prefix(&line, STR("const Version = ")) && str_u64(str_trim(line), &n) &&
            n < 1000) {
            env->minor = (u32)n;
        }
    }
    if (env->minor == 0 && str_has_prefix(env->go_version, STR("go1."))) {
        str lang = str_from(load_gover_lang(str_from(env->go_version, 2)), 2);

        env->minor = str_u64(lang, &n) && n < 1000 ? (u32)n : 0;
    }
    if (env->go_version.n == 0) {
        env->go_version = str_fmt(a, "go1.%u", env->minor);
    }
}

static bool is_flag(str word, const char *name, str *value)
{
    if (!str_cut_prefix(&word, STR("--")) && !str_cut_prefix(&word, STR("-"))) {
        return false;
    }
    if (!str_cut_prefix(&word, str_of(name))) {
        return false;
    }
    if (word.n == 0) {
        *value = STR("true");
        return true;
    }
    *value = str_from(word, 1);
    return word.p[0] == '=';
}

static void read_goflags(struct arena *a, struct load_env *env, str flags)
{
    str *words, v;
    size_t n;

    if (!quoted_split(a, flags, &words, &n, NULL)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_flag(words[i], "mod", &v)) {
            env->mod = v;
        } else if (is_flag(words[i], "tags", &v)) {
            env->tags = v;
        } else if (is_flag(words[i], "overlay", &v)) {
            env->overlay = v;
        } else if (is_flag(words[i], "modfile", &v)) {
            env->modfile = v;
        } else if (is_flag(words[i], "race", &v)) {
            env->race = !str_is(v, "false") && !str_is(v, "0");
        }
    }
}

/* Whether cgo is on if nobody says so: for the machine's own platform, and since Go 1.20 only if there is a C
 * compiler. */
static bool default_cgo(const struct lookup *l, const struct load_env *env)
{
    str cc, found, *words;
    size_t n;

    if (!str_is(env->goos, HOST_OS) || !str_is(env->goarch, HOST_ARCH)) {
        return false;
    }
    if (env->minor < 20) {
        return true;
    }
    cc = lookup_or(l, "CC", str_is(env->goos, "darwin") ? "clang" : "gcc");
    return quoted_split(l->a, cc, &words, &n, NULL) && n > 0 &&
           proc_find(l->a, str_cstr(l->a, words[0]), str_cstr(l->a, from_process(l, "PATH")),
                     &found, NULL);
}

/* -- tool tags --------------------------------------------------------------------------------- */

/* A reader of the boolean expressions in buildcfg's baseline: ||, &&, !, ( ), true, false, names that were
 * set before, goarch == "x", goos != "x". */
struct cond {
    const struct load_tags *t;
    const struct strmap *vars;
    str s;
    u32 depth;
};

static str cond_word(struct cond *c)
{
    size_t i = 0;

    c->s = str_trim(c->s);
    while (i < c->s.n &&
           ((c->s.p[i] >= 'a' && c->s.p[i] <= 'z') || (c->s.p[i] >= 'A' && c->s.p[i] <= 'Z') ||
            (c->s.p[i] >= '0' && c->s.p[i] <= '9') || c->s.p[i] == '_')) {
        i++;
    }
    str w = str_slice(c->s, 0, i);
    c->s = str_from(c->s, i);
    return w;
}

static bool cond_or(struct cond *c);

static bool cond_operand(struct cond *c)
{
    bool v, ne;
    str w, lit;
    i64 end;
    const union map_val *var;

    c->s = str_trim(c->s);
    if (++c->depth > 100) {
        c->s = (str){0};
        return false;
    }
    if (str_cut_prefix(&c->s, STR("!"))) {
        v = !cond_operand(c);
    } else if (str_cut_prefix(&c->s, STR("("))) {
        v = cond_or(c);
        c->s = str_trim(c->s);
        str_cut_prefix(&c->s, STR(")"));
    } else {
        w = cond_word(c);
        c->s = str_trim(c->s);
        ne = str_cut_prefix(&c->s, STR("!= \""));
        if (ne || str_cut_prefix(&c->s, STR("== \""))) {
            end = str_find_byte(c->s, '"');
            lit = str_slice(c->s, 0, end < 0 ? c->s.n : (size_t)end);
            c->s = str_from(c->s, lit.n + 1);
            v = str_eq(str_is(w, "goarch") || str_is(w, "GOARCH") ? c->t->goarch : c->t->goos,
                       lit) != ne;
        } else {
            var = strmap_get(c->vars, w);
            v = str_is(w, "true") || (var && var->u);
        }
    }
    c->depth--;
    return v;
}

static bool cond_or(struct cond *c)
{
    bool any = false, all;

    do {
        all = cond_operand(c);
        while (c->s = str_trim(c->s), str_cut_prefix(&c->s, STR("&&"))) {
            bool w = cond_operand(c);

            all = all && w;
        }
        any = any || all;
    } while (str_cut_prefix(&c->s, STR("||")));
    return any;
}

static str lower(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++) {
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
    }
    return (str){p, s.n};
}

/* Whether a `case "x", "y":` names the architecture. */
static bool case_names(str line, str goarch)
{
    str part;

    while (str_next_sep(&line, ',', &part)) {
        part = str_trim(part);
        str_cut_suffix(&part, STR(":"));
        if (str_cut_prefix(&part, STR("\"")) && str_cut_suffix(&part, STR("\"")) &&
            str_eq(part, goarch)) {
            return true;
        }
    }
    return false;
}

void load_env_experiments(struct arena *a, struct load_tags *t, str source, str goexperiment)
{
    struct strmap vars = {0}, flags = {0};
    const struct strmap_entry *f;
    bool in_switch = false, in_case = false, in_baseline = false;
    str line, name, value, part;

    while (str_next_line(&source, &line)) {
        i64 comment = str_find(line, STR("//"));

        line = str_trim(comment >= 0 ? str_slice(line, 0, (size_t)comment) : line);
        if (in_baseline) {
            if (str_has_prefix(line, STR("}"))) {
                break;
            }
            str_cut_suffix(&line, STR(","));
            if (str_cut(line, STR(":"), &name, &value)) {
                struct cond c = {.t = t, .vars = &vars, .s = value};

                strmap_put(&flags, lower(a, name), NULL)->u = cond_or(&c);
            }
        } else if (str_has_prefix(line, STR("baseline := "))) {
            in_baseline = true;
        } else if (str_is(line, "switch goarch {")) {
            in_switch = true;
            in_case = false;
        } else if (in_switch && str_cut_prefix(&line, STR("case "))) {
            in_case = case_names(line, t->goarch);
        } else if (in_switch && str_is(line, "}")) {
            in_switch = false;
        } else if ((!in_switch || in_case) && (str_cut(line, STR(":="), &name, &value) ||
                                               str_cut(line, STR(" = "), &name, &value))) {
            struct cond c = {.t = t, .vars = &vars, .s = value};
            bool v = cond_or(&c);

            strmap_put(&vars, str_trim(name), NULL)->u = v;
        }
    }
    while (str_next_sep(&goexperiment, ',', &part)) {
        bool on = true;

        if (str_is(part, "none")) {
            strmap_reset(&flags);
            continue;
        }
        if (str_has_prefix(part, STR("no"))) {
            on = false;
            part = str_from(part, 2);
        }
        if (str_is(part, "regabi")) {
            strmap_put(&flags, STR("regabiwrappers"), NULL)->u = on;
            strmap_put(&flags, STR("regabiargs"), NULL)->u = on;
        } else if (part.n > 0) {
            strmap_put(&flags, part, NULL)->u = on;
        }
    }
    for (size_t i = 0; strmap_next(&flags, &i, &f);) {
        if (f->val.u) {
            load_tags_add(t, str_fmt(a, "goexperiment.%.*s", STR_ARG(f->key)));
        }
    }
    strmap_release(&vars);
    strmap_release(&flags);
}

static u64 digits_after(str s, str prefix, u64 dflt)
{
    u64 n;

    return str_cut_prefix(&s, prefix) && str_u64(s, &n) && n < 100 ? n : dflt;
}

/* The feature tags of the architecture, by its GOAMD64, GOARM, ... (GOROOT/src/internal/buildcfg/cfg.go,
 * gogoarchTags). */
static void arch_tags(const struct lookup *l, struct load_tags *t)
{
    str arch = t->goarch, v;
    struct arena *a = l->a;

    if (str_is(arch, "386")) {
        v = lookup_or(l, "GO386", "sse2");
        load_tags_add(t, str_fmt(a, "386.%.*s", STR_ARG(v)));
    } else if (str_is(arch, "amd64")) {
        u64 n = digits_after(lookup_or(l, "GOAMD64", "v1"), STR("v"), 1);

        for (u64 i = 1; i <= n; i++) {
            load_tags_add(t, str_fmt(a, "amd64.v%llu", (unsigned long long)i));
        }
    } else if (str_is(arch, "arm")) {
        str first, rest;
        u64 n;

        str_cut(lookup_or(l, "GOARM", "7"), STR(","), &first, &rest);
        n = digits_after(first, (str){0}, 7);
        for (u64 i = 5; i <= n; i++) {
            load_tags_add(t, str_fmt(a, "arm.%llu", (unsigned long long)i));
        }
    } else if (str_is(arch, "arm64")) {
        u64 major, minor;

        v = lookup_or(l, "GOARM64", "v8.0");
        str first, rest;
        str_cut(v, STR(","), &first, &rest);
        major = digits_after(str_slice(first, 0, 2), STR("v"), 8);
        minor = digits_after(str_from(first, 3), (str){0}, 0);
        for (u64 i = 0; i <= minor; i++) {
            load_tags_add(t, str_fmt(a, "arm64.v%llu.%llu", (unsigned long long)major,
                                     (unsigned long long)i));
        }
        for (u64 i = 0; major == 9 && i <= minor + 5 && i <= 9; i++) {
            load_tags_add(t, str_fmt(a, "arm64.v8.%llu", (unsigned long long)i));
        }
    } else if (str_is(arch, "mips") || str_is(arch, "mipsle")) {
        load_tags_add(t, str_fmt(a, "%.*s.%.*s", STR_ARG(arch),
                                 STR_ARG(lookup_or(l, "GOMIPS", "hardfloat"))));
    } else if (str_is(arch, "mips64") || str_is(arch, "mips64le")) {
        load_tags_add(t, str_fmt(a, "%.*s.%.*s", STR_ARG(arch),
                                 STR_ARG(lookup_or(l, "GOMIPS64", "hardfloat"))));
    } else if (str_is(arch, "ppc64") || str_is(arch, "ppc64le")) {
        u64 n = digits_after(lookup_or(l, "GOPPC64", "power8"), STR("power"), 8);

        for (u64 i = 8; i <= n; i++) {
            load_tags_add(t, str_fmt(a, "%.*s.power%llu", STR_ARG(arch), (unsigned long long)i));
        }
    } else if (str_is(arch, "riscv64")) {
        v = lookup_or(l, "GORISCV64", "rva20u64");
        load_tags_add(t, STR("riscv64.rva20u64"));
        if (!str_is(v, "rva20u64")) {
            load_tags_add(t, STR("riscv64.rva22u64"));
        }
        if (str_is(v, "rva23u64")) {
            load_tags_add(t, STR("riscv64.rva23u64"));
        }
    } else if (str_is(arch, "wasm")) {
        load_tags_add(t, STR("wasm.satconv"));
        load_tags_add(t, STR("wasm.signext"));
    }
}

/* ---------------------------------------------------------------------------------------------- */

static void find_gopath(const struct lookup *l, struct load_env *env)
{
    str all = lookup(l, "GOPATH"), home = from_process(l, "HOME"), part;

    if (all.n == 0 && home.n > 0) {
        all = path_join(l->a, home, STR("go"));
    }
    while (str_next_sep(&all, ':', &part)) {
        if (part.n > 0) {
            vec_push_in(l->a, &env->gopath, path_clean(l->a, part));
        }
    }
    env->modcache = lookup(l, "GOMODCACHE");
    if (env->modcache.n == 0 && env->gopath.n > 0) {
        env->modcache = path_join(l->a, env->gopath.v[0], STR("pkg/mod"));
    }
}

bool load_env_init(struct arena *a, const struct load_config *c, struct load_env *env,
                   struct err *e)
{
    struct lookup l = {.a = a, .env = c->env};
    str v, file, tool_source;

    memset(env, 0, sizeof(*env));
    if (!io_cwd(a, &env->cwd, e)) {
        return false;
    }
    if (c->dir.n > 0) {
        env->cwd = path_under(a, env->cwd, c->dir);
    }
    if (!find_goroot(&l, c->goroot, &env->goroot, e)) {
        return false;
    }
    env->goroot_src = path_join(a, env->goroot, STR("src"));
    /* Some distributions have src elsewhere, behind a link: whoever works there is in GOROOT. */
    if (io_real_path(a, str_cstr(a, env->goroot_src), &v, NULL) && path_is_below(env->cwd, v)) {
        env->cwd =
            str_fmt(a, "%.*s%.*s", STR_ARG(env->goroot_src), STR_ARG(str_from(env->cwd, v.n)));
    }
    find_version(a, env);
    file = from_process(&l, "GOENV");
    if (file.n == 0) {
        v = from_process(&l, "XDG_CONFIG_HOME");
        if (v.n == 0 && (v = from_process(&l, "HOME")).n > 0) {
            v = path_join(a, v, STR(".config"));
        }
        file = v.n > 0 ? path_join(a, v, STR("go/env")) : (str){0};
    }
    if (file.n > 0 && !str_is(file, "off")) {
        l.user = read_or_empty(a, file);
    }
    l.root = read_or_empty(a, path_join(a, env->goroot, STR("go.env")));

    env->goos = c->goos.n > 0 ? c->goos : lookup_or(&l, "GOOS", HOST_OS);
    env->goarch = c->goarch.n > 0 ? c->goarch : lookup_or(&l, "GOARCH", HOST_ARCH);
    find_gopath(&l, env);
    v = lookup(&l, "GO111MODULE");
    env->modules = !str_is(v, "off");
    env->auto_modules = str_is(v, "auto");
    env->gowork = lookup(&l, "GOWORK");
    env->proxy = lookup(&l, "GOPROXY");
    env->toolchain = lookup(&l, "GOTOOLCHAIN");
    env->host_os = STR(HOST_OS);
    env->host_arch = STR(HOST_ARCH);
    read_goflags(a, env, lookup(&l, "GOFLAGS"));
    env->mod = c->mod.n > 0 ? c->mod : env->mod;
    env->tags = c->tags.n > 0 ? c->tags : env->tags;
    env->overlay = c->overlay.n > 0 ? c->overlay : env->overlay;
    env->race = env->race || c->race;

    v = lookup(&l, "CGO_ENABLED");
    env->cgo = str_is(v, "1") || (!str_is(v, "0") && default_cgo(&l, env));
    env->cgo = env->cgo && !c->cgo_off;

    load_tags_init(a, &env->build, env->goos, env->goarch, env->minor, env->cgo, env->tags);
    if (env->race) {
        load_tags_add(&env->build, STR("race"));
    }
    tool_source = read_or_empty(a, path_join(a, env->goroot, STR("src/internal/buildcfg/exp.go")));
    load_env_experiments(a, &env->build, tool_source, lookup(&l, "GOEXPERIMENT"));
    /* Feature tags of architectures came with Go 1.21. */
    if (env->minor >= 21) {
        arch_tags(&l, &env->build);
    }
    return true;
}

void load_env_release(struct load_env *env)
{
    load_tags_release(&env->build);
}
