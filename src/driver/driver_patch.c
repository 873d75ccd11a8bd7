#include "driver/driver_patch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/map.h"
#include "base/path.h"
#include "base/proc.h"
#include "driver/driver_ar.h"
#include "driver/driver_asm.h"
#include "driver/driver_elf.h"
#include "driver/driver_link.h"
#include "driver/driver_version.h"
#include "types/types.h"

#define PATCH_MEMBER "race_amd64.o"
#define PATCH_SOURCE "race_amd64.s"
#define PATCH_ENTER  "gomm_race.o"

bool driver_patch_fits(str object)
{
    for (size_t i = 0; driver_asm_entries[i]; i++) {
        if (!driver_elf_defines(object.p, object.n, driver_asm_entries[i])) {
            return false;
        }
    }
    return true;
}

/* ---- archives ---- */

/* The member to replace. */
static bool patch_find(str archive, struct driver_ar_member *old, struct err *e)
{
    struct driver_ar ar;
    struct driver_ar_member m;
    size_t n = 0;
    int r = -1;
    if (driver_ar_open(&ar, archive.p, archive.n) == 0) {
        while ((r = driver_ar_next(&ar, &m)) > 0) {
            if (strcmp(m.name, PATCH_MEMBER) == 0) {
                *old = m;
                n++;
            }
        }
    }
    if (r < 0) {
        return err_set(e, "package runtime's archive is damaged");
    }
    return n == 1 || err_set(e, "package runtime has %zu members " PATCH_MEMBER, n);
}

/* The archive with another member behind all. */
static bool patch_append(struct arena *a, str archive, const char *name, str object, str *out,
                         struct err *e)
{
    struct driver_ar ar;
    struct driver_ar_member m;
    int r = -1;
    if (driver_ar_open(&ar, archive.p, archive.n) == 0) {
        while ((r = driver_ar_next(&ar, &m)) > 0) {}
    }
    if (r < 0) {
        return err_set(e, "package main's archive is damaged");
    }
    struct strbuf b = {0};
    strbuf_reserve(&b, archive.n + object.n + 2 + DRIVER_AR_HEADER_LEN);
    strbuf_put(&b, archive);
    strbuf_put_n(&b, '\0', archive.n % 2);
    strbuf_printf(&b, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", name, 0, 0, 0, 0644u, object.n);
    strbuf_put(&b, object);
    strbuf_put_n(&b, '\0', object.n % 2);
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return true;
}

/* ---- go_asm.h ---- */

static bool patch_offset(struct arena *a, const struct program *prog, const struct package *pkg,
                         const struct driver_asm_offset *want, i64 *out)
{
    struct obj *o = scope_lookup(pkg->scope, intern_lookup(prog->names, want->type));
    if (!o || o->kind != OBJ_TYPE || !o->type || type_is_generic(o->type) ||
        !type_is_valid(o->type)) {
        return false;
    }
    struct type_struct *s = is_struct(type_under(o->type));
    if (!s || s->n == 0) {
        return false;
    }
    i64 *off = ARENA_ARRAY(a, i64, s->n);
    layout_offsets(&prog->sizes, s, off);
    for (u32 i = 0; i < s->n; i++) {
        if (str_eq(intern_str(prog->names, s->fields[i]->name), want->field)) {
            *out = off[i];
            return true;
        }
    }
    return false;
}

static const struct package *patch_runtime(const struct program *prog)
{
    for (u32 i = 0; i < prog->n_pkgs; i++) {
        const struct package *k = prog->pkgs[i];
        if (k && k->src && k->src->variant == LOAD_PLAIN && str_is(k->path, "runtime")) {
            return k;
        }
    }
    return NULL;
}

static bool patch_offsets(struct arena *a, const struct program *prog, str source, str *out,
                          struct err *e)
{
    const struct package *pkg = patch_runtime(prog);
    if (!pkg) {
        return err_set(e, "package runtime cannot be loaded");
    }
    struct driver_asm_offset want;
    struct strbuf b = {0};
    struct strmap done = {0}; /* Go's assembler does not take a name twice */
    bool ok = true;
    while (ok && driver_asm_next_offset(&source, &want)) {
        i64 off;
        bool fresh;
        strmap_put(&done, want.name, &fresh);
        if (!fresh) {
            continue;
        }
        if (!patch_offset(a, prog, pkg, &want, &off)) {
            ok = err_set(e, "no field %.*s of runtime.%.*s", STR_ARG(want.field),
                         STR_ARG(want.type));
        } else {
            strbuf_printf(&b, "#define %.*s %lld\n", STR_ARG(want.name), (long long)off);
        }
    }
    *out = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    strmap_release(&done);
    return ok;
}

/* The #defines of all offsets that the text takes. */
static bool patch_go_asm(struct arena *a, str goroot, str source, str *out, struct err *e)
{
    const str pattern = STR("runtime");
    struct argv env = {0};
    argv_env(&env);
    argv_setenv(&env, "GOFLAGS", "");
    argv_setenv(&env, "GOWORK", "off");
    struct load_config config = {.dir = path_join(a, goroot, STR("src/runtime")),
                                 .goroot = goroot,
                                 .goos = STR(DRIVER_GOOS),
                                 .goarch = STR(DRIVER_GOARCH),
                                 .race = true,
                                 .env = argv_get(&env)};
    struct pool *pool = pool_new(0);
    struct load *l = load_packages(&config, &pattern, 1, pool, e);
    bool ok = false;
    if (l) {
        u32 flags = CHECK_NO_BODIES | CHECK_NO_INFO;
        struct program *prog = check_load(l, pool, flags, flags);
        ok = patch_offsets(a, prog, source, out, e);
        program_free(prog);
        load_free(l);
    }
    pool_free(pool);
    argv_release(&env);
    return ok;
}

/* ---- the assembler ---- */

/* What is the same for all runs of the assembler for one member. */
struct patch_asm {
    str goroot, tool, dir; /* dir: with the text and go_asm.h */
    str member;
    int minor;      /* of Go 1.N */
    str mode;       /* "", "-shared", "-dynlink" */
    bool compiling; /* -compiling-runtime, which went away with Go 1.22 */
};

/* Assembles a text as package runtime's race_amd64.s.  *out is empty if the assembler refuses. */
static bool patch_assemble(struct arena *a, const struct patch_asm *p, str source, str *out,
                           struct err *e)
{
    str file = path_join(a, p->dir, STR(PATCH_SOURCE)), object = path_join(a, p->dir, STR("out.o"));
    if (!io_write_file(str_cstr(a, file), source, 0644, e)) {
        return false;
    }
    /* Under which name the file is known: with -trimpath another. */
    bool trimmed = !str_contains(p->member, STR("$GOROOT/src/runtime/" PATCH_SOURCE));
    const char *goamd64 = getenv("GOAMD64");
    struct argv argv = {0};
    argv_push_str(&argv, p->tool);
    argv_push(&argv, "-p");
    argv_push(&argv, "runtime");
    argv_push(&argv, "-trimpath");
    argv_pushf(&argv, "%.*s=>%s", STR_ARG(p->dir), trimmed ? "runtime" : "$GOROOT/src/runtime");
    argv_push(&argv, "-I");
    argv_push_str(&argv, p->dir);
    argv_push(&argv, "-I");
    argv_push_str(&argv, path_join(a, p->goroot, STR("pkg/include")));
    argv_push(&argv, "-I");
    argv_push_str(&argv, path_join(a, p->goroot, STR("src/runtime")));
    argv_push(&argv, "-D");
    argv_push(&argv, "GOOS_" DRIVER_GOOS);
    argv_push(&argv, "-D");
    argv_push(&argv, "GOARCH_" DRIVER_GOARCH);
    argv_push(&argv, "-D");
    argv_pushf(&argv, "GOAMD64_%s", goamd64 && goamd64[0] ? goamd64 : "v1");
    if (p->compiling) {
        argv_push(&argv, "-compiling-runtime");
    }
    if (p->mode.n > 0) {
        argv_push_str(&argv, p->mode);
    }
    argv_push(&argv, "-o");
    argv_push_str(&argv, object);
    argv_push_str(&argv, file);

    struct argv env = {0};
    argv_env(&env);
    argv_setenv(&env, "GOROOT", str_cstr(a, p->goroot));
    struct proc_opts o = {
        .argv = argv_get(&argv), .env = argv_get(&env), .out = PROC_NULL, .err = PROC_NULL};
    struct proc_result r;
    bool ok = proc_run(a, &o, &r, e);
    argv_release(&argv);
    argv_release(&env);
    *out = (str){0};
    if (ok && r.sig != 0) {
        return err_os(e, EINTR, "%.*s", STR_ARG(p->tool));
    }
    return ok && (r.status != 0 || io_read_file(a, str_cstr(a, object), out, e));
}

/* Finds how the member was assembled. */
static bool patch_reproduce(struct arena *a, struct patch_asm *p, str source, struct err *e)
{
    static const char *const modes[] = {"", "-shared", "-dynlink"};
    for (size_t i = 0; i < 2 * ARRAY_LEN(modes); i++) {
        str object;
        p->compiling = (p->minor < 22) == (i < ARRAY_LEN(modes));
        p->mode = str_of(modes[i % ARRAY_LEN(modes)]);
        if (!patch_assemble(a, p, source, &object, e)) {
            return false;
        }
        if (object.n > 0 && str_eq(object, p->member)) {
            return true;
        }
    }
    return err_set(e, "assembled, GOROOT's " PATCH_SOURCE " is not what is in package runtime");
}

/* The two objects: for package runtime, and for package main. */
struct patch_objects {
    str race, enter;
};

static bool patch_make(struct arena *a, struct patch_asm *p, str source, struct patch_objects *out,
                       struct err *e)
{
    str edited, go_asm, object;
    if (!driver_asm_patch(a, source, &edited, e)) {
        return err_prefix(e, PATCH_SOURCE ": ");
    }
    if (!patch_go_asm(a, p->goroot, source, &go_asm, e) || !io_make_dir(p->dir.p, e) ||
        !io_write_file(str_cstr(a, path_join(a, p->dir, STR("go_asm.h"))), go_asm, 0644, e) ||
        !patch_reproduce(a, p, source, e) || !patch_assemble(a, p, edited, &object, e) ||
        !patch_assemble(a, p, driver_asm_enter(a), &out->enter, e)) {
        return false;
    }
    if (object.n == 0 || out->enter.n == 0) {
        return err_set(e, "the assembler does not take the edited " PATCH_SOURCE);
    }
    return driver_asm_import(a, object, &out->race, e);
}

/* ---- the cache ---- */

/* An entry is a line "gomm patch HASH", with the hash of the rest; then a line with the reason why there is no patch,
 * or a line "objects N" and two objects, of which the first has N bytes. */

static bool patch_cache_file(struct arena *a, str member, str source, str *file)
{
    str dir;
    if (!io_cache_sub(a, STR("patch"), &dir)) {
        return false;
    }
    struct hash_state *h = hash_begin();
    hash_add_u64(h, DRIVER_ASM_FORMAT);
    hash_add(h, driver_asm_enter(a)); /* has the numbers of gomm/fast.h */
    hash_add(h, member);
    hash_add(h, source);
    *file = path_join(a, dir, hash128_hex(a, hash_end(h)));
    return true;
}

static str patch_hash(struct arena *a, str text)
{
    struct hash_state *h = hash_begin();
    hash_add(h, text);
    return hash128_hex(a, hash_end(h));
}

/* *why is empty if there are objects. */
static bool patch_cache_get(struct arena *a, str file, str *why, struct patch_objects *out)
{
    str text, head;
    u64 n;
    if (!io_read_file(a, str_cstr(a, file), &text, NULL) ||
        !str_cut(text, STR("\n"), &head, &text) || !str_cut_prefix(&head, STR("gomm patch ")) ||
        !str_eq(head, patch_hash(a, text)) || !str_cut(text, STR("\n"), why, &text)) {
        return false;
    }
    if (str_cut_prefix(why, STR("objects "))) {
        if (!str_u64(*why, &n) || n > text.n) {
            return false;
        }
        *why = (str){0};
        *out = (struct patch_objects){str_slice(text, 0, n), str_from(text, n)};
    }
    return true;
}

static void patch_cache_put(struct arena *a, str file, const char *why,
                            const struct patch_objects *o)
{
    struct strbuf b = {0};
    if (why) {
        strbuf_printf(&b, "%s\n", why);
    } else {
        strbuf_printf(&b, "objects %zu\n", o->race.n);
        strbuf_put(&b, o->race);
        strbuf_put(&b, o->enter);
    }
    str head = patch_hash(a, strbuf_str(&b));
    struct strbuf all = {0};
    strbuf_printf(&all, "gomm patch %.*s\n", STR_ARG(head));
    strbuf_put(&all, strbuf_str(&b));
    io_write_file(str_cstr(a, file), strbuf_str(&all), 0644, NULL);
    strbuf_release(&all);
    strbuf_release(&b);
}

/* ---- all together ---- */

/* GOROOT as the go command tells its tools; else three directories above the linker: pkg/tool/linux_amd64. */
static str patch_goroot(struct arena *a, const char *linker)
{
    const char *env = getenv("GOROOT");
    if (env && env[0]) {
        return str_of(env);
    }
    return path_join(a, path_dir(a, str_of(linker)), STR("../../.."));
}

static bool patch_objects(struct arena *a, const struct driver_patch *p, str member,
                          struct patch_objects *out, struct err *e)
{
    str source, file = {0}, why, rest = member, head = {0};
    str_next_line(&rest, &head); /* go object linux amd64 go1.26.8 ... */
    struct patch_asm s = {.goroot = patch_goroot(a, p->linker),
                          .tool = path_join(a, path_dir(a, str_of(p->linker)), STR("asm")),
                          .dir = path_join(a, p->dir, STR("gomm.asm")),
                          .member = member,
                          .minor = driver_version_minor(head)};
    str name = path_join(a, s.goroot, STR("src/runtime/" PATCH_SOURCE));
    if (!io_read_file(a, str_cstr(a, name), &source, e)) {
        return false;
    }
    if (patch_cache_file(a, member, source, &file) && patch_cache_get(a, file, &why, out)) {
        return why.n == 0 || err_set(e, "%.*s", STR_ARG(why));
    }
    e->os = 0;
    bool ok = patch_make(a, &s, source, out, e);
    /* A failure of the system may pass. */
    if (file.n > 0 && (ok || e->os == 0)) {
        patch_cache_put(a, file, ok ? NULL : e->text, out);
    }
    return ok;
}

bool driver_patch_archives(struct arena *a, const struct driver_patch *p, str *runtime, str *main,
                           struct err *e)
{
    struct driver_ar_member old = {0};
    struct patch_objects o = {0};
    return patch_find(p->runtime, &old, e) &&
           patch_objects(a, p, (str){(const char *)old.data, old.size}, &o, e) &&
           driver_link_replace(a, p->runtime, &old, o.race, runtime, e) &&
           patch_append(a, p->main, PATCH_ENTER, o.enter, main, e);
}
