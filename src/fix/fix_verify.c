/* fix_verify.c: a proposal through all steps. */
#include "fix/fix_verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "fix/fix_verify_int.h"

const char *fix_outcome_name(enum fix_outcome o)
{
    static const char *const names[] = {"confirmed", "no gain", "not measured", "inconclusive", "failed"};

    return names[o];
}

struct fix_verifier *fix_verifier_new(struct arena *a, const struct fix_verify_opts *o)
{
    struct fix_verifier *v = mem_zalloc(sizeof *v);

    v->arena = a;
    v->o = *o;
    v->outcomes.keys = v->binaries.keys = v->vetted.keys = a;
    return v;
}

void fix_verifier_free(struct fix_verifier *v)
{
    if (!v) {
        return;
    }
    if (v->dir) {
        io_temp_remove(v->dir);
    }
    strmap_release(&v->outcomes); /* the maps in it are as long as the process */
    strmap_release(&v->binaries);
    strmap_release(&v->vetted);
    mem_free(v);
}

void fix_verify_say(struct fix_verifier *v, const char *fmt, ...)
{
    char text[200];
    va_list ap;

    if (v->o.progress) {
        va_start(ap, fmt);
        vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        v->o.progress(v->o.ctx, text);
    }
}

void fix_verify_go(struct fix_verifier *v, const char *verb, const struct fix_overlay *o, struct argv *argv)
{
    str overlay = o ? o->json : v->o.overlay;

    argv_push_str(argv, v->o.go->path);
    argv_push(argv, verb);
    if (v->o.tags.n > 0) {
        argv_pushf(argv, "-tags=%.*s", STR_ARG(v->o.tags));
    }
    if (v->o.mod.n > 0) {
        argv_pushf(argv, "-mod=%.*s", STR_ARG(v->o.mod));
    }
    if (overlay.n > 0) {
        argv_pushf(argv, "-overlay=%.*s", STR_ARG(overlay));
    }
}

bool fix_verify_command(struct fix_verifier *v, struct argv *argv, enum proc_stream out, enum proc_stream err,
                        struct proc_result *r, struct err *e)
{
    struct proc_opts po = {
        .argv = argv_get(argv),
        .cwd = str_cstr(v->arena, v->o.cwd),
        .in = PROC_NULL,
        .out = out,
        .err = err,
        .timeout_ms = 600000,
    };
    bool ok = proc_run(v->arena, &po, r, e);

    argv_release(argv);
    return ok;
}

u64 fix_verify_timeout(const struct fix_verifier *v)
{
    return v->o.timeout_ms > 0 ? v->o.timeout_ms : 120000;
}

str fix_verify_first_line(struct arena *a, str said)
{
    str line;

    while (str_next_line(&said, &line)) {
        if (line.n > 0 && line.p[0] != '#') { /* "# package" is no message */
            return str_dup(a, line);
        }
    }
    return STR("no message");
}

bool fix_verify_files(struct fix_verifier *v, const struct fix_edits *e, fix_files *out, str *why)
{
    struct err err = {0};

    if ((!v->gofmt && !fix_find_gofmt(v->arena, v->o.go->goroot, &v->gofmt, &err)) ||
        !fix_edits_apply(e, v->arena, out, &err) || !fix_format(v->arena, v->gofmt, out, &err)) {
        *why = str_dup(v->arena, str_of(err.text));
        return false;
    }
    return true;
}

void fix_verify_commands(struct fix_verifier *v, const struct fix_proposal *p, struct fix_result *out)
{
    struct arena *a = v->arena;

    vec_push_in(a, &out->commands, str_fmt(a, "go vet -overlay=fix.json %.*s", STR_ARG(p->package)));
    vec_push_in(a, &out->commands, str_fmt(a, "gomm test -overlay=fix.json %.*s", STR_ARG(p->package)));
    if (out->benchmark.n > 0) {
        vec_push_in(a, &out->commands,
                    str_fmt(a, "go test -run=^$ -bench='^%.*s$' -benchmem -overlay=fix.json %.*s", STR_ARG(out->benchmark),
                            STR_ARG(p->package)));
    }
}

/* Building, the caller's look and the tests; false: *why says what is wrong. */
static bool verify_holds(struct fix_verifier *v, const struct fix_proposal *p, const struct fix_overlay *o, str *why)
{
    const str *packages = p->packages ? p->packages : &p->package;
    size_t n = p->packages ? p->n_packages : 1;

    return fix_verify_build(v, packages, n, o, why) && (!p->look || p->look(p->ctx, o, why)) &&
           fix_verify_tests(v, packages, n, o, false, why);
}

void fix_verify(struct fix_verifier *v, const struct fix_proposal *p, struct fix_result *out)
{
    const str *packages = p->packages ? p->packages : &p->package;
    size_t n = p->packages ? p->n_packages : 1;
    struct fix_overlay o = {0};
    struct err e = {0};

    *out = (struct fix_result){.outcome = FIX_FAILED};
    if (!fix_verify_files(v, p->edits, &out->files, &out->text)) {
        return;
    }
    out->diff = fix_files_diff(v->arena, v->o.cwd, &out->files);
    if (!fix_overlay_make(v->arena, &out->files, NULL, 0, v->o.overlay, v->o.cwd, &o, &e)) {
        out->text = str_dup(v->arena, str_of(e.text));
        return;
    }
    if (verify_holds(v, p, &o, &out->text)) {
        fix_verify_measure(v, p, &out->files, out);
        if (out->outcome == FIX_CONFIRMED && !v->o.no_race && !fix_verify_tests(v, packages, n, &o, true, &out->text)) {
            out->outcome = FIX_FAILED;
        }
    }
    if (proc_interrupted()) {
        out->outcome = FIX_INCONCLUSIVE;
        out->text = STR("interrupted");
    }
    fix_overlay_remove(&o);
    fix_verify_commands(v, p, out);
}

void fix_result_finding(const struct fix_proposal *p, const struct fix_result *r, str dir, struct finding_list *list,
                        struct finding *f)
{
    static const enum finding_verdict verdicts[] = {
        [FIX_CONFIRMED] = FINDING_VERIFIED,         [FIX_NO_GAIN] = FINDING_REFUTED,
        [FIX_UNMEASURED] = FINDING_UNVERIFIED,      [FIX_FAILED] = FINDING_REFUTED,
        [FIX_INCONCLUSIVE] = FINDING_INCONCLUSIVE,
    };

    f->fix.title = str_dup(list->arena, p->title);
    fix_edits_finding(p->edits, dir, &r->files, list, f);
    f->check.verdict = verdicts[r->outcome];
    f->check.text = str_dup(list->arena, r->text);
    for (size_t i = 0; i < r->deltas.n; i++) {
        finding_delta(list, f, r->deltas.v[i]);
    }
    for (size_t i = 0; i < r->commands.n; i++) {
        finding_command(list, f, r->commands.v[i]);
    }
}

/* ---- what the compiler says ---- */

static int message_cmp(const void *x, const void *y)
{
    const struct fix_message *a = x, *b = y;
    int c = str_cmp(a->file, b->file);

    if (c == 0) {
        c = str_cmp(a->text, b->text);
    }
    return c != 0 ? c : a->line != b->line ? (a->line < b->line ? -1 : 1) : a->col < b->col ? -1 : a->col > b->col;
}

/* "./x.go:12:3: moved to heap: v"; file names are those of the user's files, overlaid or not. */
static bool message_parse(struct arena *a, str line, struct fix_message *m)
{
    str file, rest, number, text;
    u64 l = 0, c = 0;

    if (!str_has_suffix(line, STR(" escapes to heap")) && !str_contains(line, STR(": moved to heap: "))) {
        return false;
    }
    if (!str_cut(line, STR(".go:"), &file, &rest) || !str_cut(rest, STR(":"), &number, &rest) || !str_u64(number, &l) ||
        !str_cut(rest, STR(": "), &number, &text) || !str_u64(number, &c)) {
        return false;
    }
    *m = (struct fix_message){str_fmt(a, "%.*s.go", STR_ARG(path_base(file))), (u32)l, (u32)c, str_dup(a, text)};
    return true;
}

bool fix_verify_messages(struct fix_verifier *v, str package, const struct fix_overlay *o, struct fix_message **out, u32 *n,
                         str *why)
{
    VEC(struct fix_message) found = {0};
    struct argv argv = {0};
    struct proc_result r;
    struct err e;
    str line;

    fix_verify_go(v, "build", o, &argv);
    argv_push(&argv, "-o=/dev/null");
    argv_push(&argv, "-gcflags=-m");
    argv_push_str(&argv, package);
    bool ok = fix_verify_command(v, &argv, PROC_NULL, PROC_CAPTURE, &r, &e);
    if (!ok || r.status != 0) {
        *why = ok ? str_fmt(v->arena, "go build %.*s: %.*s", STR_ARG(package),
                            STR_ARG(fix_verify_first_line(v->arena, r.err)))
                  : str_dup(v->arena, str_of(e.text));
        return false;
    }
    while (str_next_line(&r.err, &line)) {
        struct fix_message m;
        if (message_parse(v->arena, line, &m)) {
            vec_push_in(v->arena, &found, m);
        }
    }
    if (found.n > 1) {
        qsort(found.v, found.n, sizeof *found.v, message_cmp);
    }
    *out = found.v;
    *n = (u32)found.n;
    return true;
}
