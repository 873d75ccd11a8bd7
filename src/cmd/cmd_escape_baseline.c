/* gomm escape -baseline, -new-from-rev: only what is new.
 *
 * A baseline is a text file, a line for each thing that goes to the heap: package, function, expression and how often,
 * between tabs, sorted.  There are no line numbers in it, so that moving code changes nothing. */
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd_escape.h"
#include "escape/escape_find.h"

static const char baseline_head[] =
    "# gomm escape baseline 1: package, function, expression, count; made by gomm escape -baseline FILE -update\n";

/* "package\tfunction\texpression" */
static str baseline_key(struct cmd_escape *c, struct ir_unit *u, const struct escape_site *s)
{
    str path = u->pkg->path, fn = s->fn ? ir_func_text(u, s->fn) : STR("?");
    struct strbuf b = {0};

    strbuf_printf(&b, "%.*s\t%.*s\t", STR_ARG(path), STR_ARG(fn));
    for (size_t i = 0; i < s->what.n; i++) {
        char ch = s->what.p[i];
        strbuf_putc(&b, ch == '\t' || ch == '\n' || ch == '\r' ? ' ' : ch);
    }
    str key = str_dup(&c->arena, strbuf_str(&b));
    strbuf_release(&b);
    return key;
}

static int baseline_cmp(const void *x, const void *y)
{
    const str *a = x, *b = y;
    return str_cmp(*a, *b);
}

/* Calls f for each site that is allocated, in the order of the source. */
static void baseline_each(struct cmd_escape *c, void (*f)(void *ctx, struct ir_unit *u, const struct escape_site *s),
                          void *ctx)
{
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        struct ir_unit *u = c->escape->results[i].unit;
        struct escape_site *v;
        u32 n;
        if (!u || !cmd_escape_wanted(c, c->load->pkgs[i])) {
            continue;
        }
        escape_sites(c->escape, u, &c->arena, &v, &n);
        for (u32 k = 0; k < n; k++) {
            if (!v[k].free) {
                f(ctx, u, &v[k]);
            }
        }
    }
}

struct baseline {
    struct cmd_escape *c;
    struct strmap left; /* key → how many of the known ones were not met yet */
    VEC(str) keys;
    struct finding_list *out;
};

static void baseline_collect(void *ctx, struct ir_unit *u, const struct escape_site *s)
{
    struct baseline *b = ctx;
    vec_push_in(&b->c->arena, &b->keys, baseline_key(b->c, u, s));
}

bool cmd_escape_baseline_write(struct cmd_escape *c, struct err *e)
{
    struct baseline b = {.c = c};
    struct strbuf out = {0};

    baseline_each(c, baseline_collect, &b);
    if (b.keys.n) {
        qsort(b.keys.v, b.keys.n, sizeof *b.keys.v, baseline_cmp);
    }
    strbuf_puts(&out, baseline_head);
    for (size_t i = 0, j; i < b.keys.n; i = j) {
        for (j = i + 1; j < b.keys.n && str_eq(b.keys.v[i], b.keys.v[j]); j++) {
        }
        strbuf_printf(&out, "%.*s\t%zu\n", STR_ARG(b.keys.v[i]), j - i);
    }
    bool ok = io_write_file(c->baseline, strbuf_str(&out), 0644, e);
    strbuf_release(&out);
    return ok;
}

static bool baseline_read(struct baseline *b, const char *file, struct err *e)
{
    str text, line;
    u32 n = 0;

    if (!io_read_file(&b->c->arena, file, &text, e)) {
        return false;
    }
    while (str_next_line(&text, &line)) {
        n++;
        if (str_trim(line).n == 0 || line.p[0] == '#') {
            continue;
        }
        i64 tab = str_find_last_byte(line, '\t');
        u64 count;
        if (tab < 0 || !str_u64(str_trim(str_from(line, (size_t)tab + 1)), &count)) {
            return err_set(e, "%s:%u: not a line of a baseline; make it anew with -update", file, n);
        }
        strmap_put(&b->left, str_slice(line, 0, (size_t)tab), NULL)->u += count;
    }
    return true;
}

static void baseline_check(void *ctx, struct ir_unit *u, const struct escape_site *s)
{
    struct baseline *b = ctx;
    union map_val *v = strmap_get(&b->left, baseline_key(b->c, u, s));

    if (v && v->u > 0) {
        v->u--;
        return;
    }
    struct finding *f = escape_finding(b->c->escape, u, s, b->c->why ? ESCAPE_WHOLE : ESCAPE_SHORT, b->out);
    f->severity = FINDING_WARNING;
    f->message = str_fmt(b->out->arena, "new: %.*s", STR_ARG(f->message));
}

bool cmd_escape_baseline_compare(struct cmd_escape *c, struct finding_list *out, struct err *e)
{
    struct baseline b = {.c = c, .out = out};
    bool ok = baseline_read(&b, c->baseline, e);

    if (ok) {
        baseline_each(c, baseline_check, &b);
    }
    strmap_release(&b.left);
    return ok;
}

/* ---- a revision as the baseline ---- */

static bool run(struct cmd_escape *c, struct argv *argv, const char *cwd, str input, struct proc_result *r, struct err *e)
{
    struct proc_opts o = {.argv = argv_get(argv), .cwd = cwd, .out = PROC_CAPTURE, .err = PROC_CAPTURE,
                          .in = input.n ? PROC_CAPTURE : PROC_NULL, .input = input};
    bool ok = proc_run(&c->arena, &o, r, e);

    argv_release(argv);
    if (ok && r->status != 0) {
        str said = str_trim(r->err);
        return err_set(e, "%.*s", STR_ARG(said.n ? said : STR("it failed without a word")));
    }
    return ok;
}

static bool git(struct cmd_escape *c, const char *dir, struct proc_result *r, struct err *e, const char *a, const char *b,
                const char *d)
{
    struct argv argv = {0};

    argv_push(&argv, "git");
    argv_push(&argv, a);
    argv_push(&argv, b);
    if (d) {
        argv_push(&argv, d);
    }
    if (run(c, &argv, dir, (str){0}, r, e)) {
        return true;
    }
    struct err why = *e;
    return err_set(e, "-new-from-rev: git %s: %s", a, why.text);
}

/* The tree of the revision goes to a directory of its own, and we analyse it there. */
bool cmd_escape_baseline_of_revision(struct cmd_escape *c, struct err *e)
{
    struct proc_result r;
    const char *dir = str_cstr(&c->arena, c->cwd);
    struct argv argv = {0};

    if (!git(c, dir, &r, e, "rev-parse", "--show-toplevel", NULL)) {
        return false;
    }
    str top = str_dup(&c->arena, str_trim(r.out));
    const char *tmp = io_temp_dir("gomm-escape-", e);
    if (!tmp || !git(c, str_cstr(&c->arena, top), &r, e, "archive", "--format=tar", c->new_from_rev)) {
        return false;
    }
    str tree = path_join(&c->arena, str_of(tmp), STR("tree"));
    if (!io_make_dir(str_cstr(&c->arena, tree), e)) {
        return false;
    }
    argv_push(&argv, "tar");
    argv_push(&argv, "-x");
    if (!run(c, &argv, str_cstr(&c->arena, tree), r.out, &r, e)) {
        return false;
    }
    str real = c->cwd;
    io_real_path(&c->arena, dir, &real, NULL);
    str inside = path_is_below(real, top) && real.n > top.n ? str_from(real, top.n + 1) : (str){0};
    str file = path_join(&c->arena, str_of(tmp), STR("baseline"));
    struct argv self = {0};
    argv_push(&self, "/proc/self/exe");
    argv_push(&self, "escape");
    argv_push(&self, "-C");
    argv_push_str(&self, inside.n ? path_join(&c->arena, tree, inside) : tree);
    argv_push(&self, "-baseline");
    argv_push_str(&self, file);
    argv_push(&self, "-update");
    if (c->no_inline) {
        argv_push(&self, "-l");
    }
    if (c->tags) {
        argv_pushf(&self, "-tags=%s", c->tags);
    }
    if (c->mod) {
        argv_pushf(&self, "-mod=%s", c->mod);
    }
    if (c->test) {
        argv_push(&self, "-test");
    }
    for (size_t i = 0; i < c->patterns.n; i++) {
        argv_push_str(&self, c->patterns.v[i]);
    }
    struct proc_opts o = {.argv = argv_get(&self), .out = PROC_CAPTURE, .err = PROC_CAPTURE, .in = PROC_NULL};
    bool ok = proc_run(&c->arena, &o, &r, e);
    argv_release(&self);
    if (ok && !io_exists(str_cstr(&c->arena, file))) {
        str said = str_trim(r.err);
        ok = err_set(e, "-new-from-rev %s: that revision cannot be analysed: %.*s", c->new_from_rev, STR_ARG(said));
    }
    c->baseline = ok ? str_cstr(&c->arena, file) : NULL;
    return ok;
}
