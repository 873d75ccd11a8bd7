/* cmd_escape_compare.c: `gomm escape -compare`: our decisions beside those of the compiler. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/proc.h"
#include "cmd/cmd.h"
#include "cmd/cmd_escape_decision.h"
#include "driver/driver_go.h"

struct compare_count {
    u64 both, either;
};

struct compare {
    struct cmd_escape *c;
    struct escape_decisions d;
    struct compare_count total[ESCAPE_GROUPS];
    struct compare_count *by_pkg; /* of decisions, by load_package.id */
    struct strmap classes;        /* of disagreements: how many */
    struct arena arena;
};

/* ---- the compiler ---- */

/* What the go command builds, and with which flags of the load. */
static void compare_command(struct cmd_escape *c, const struct driver_go *go, struct argv *argv)
{
    bool pgo = c->escape->profile->minor >= 20; /* the flag exists; profiles change inlining */
    argv_push_str(argv, go->path);
    argv_push(argv, c->test ? "test" : "build");
    argv_pushf(argv, "-gcflags=%s-m%s", c->deps ? "all=" : "", c->no_inline ? " -l" : "");
    if (c->test) {
        argv_push(argv, "-run=^$");
        argv_push(argv, "-vet=off");
        argv_push(argv, "-exec=true");
    } else {
        argv_push(argv, "-o=/dev/null");
    }
    if (pgo) {
        argv_push(argv, "-pgo=off");
    }
    if (c->tags) {
        argv_pushf(argv, "-tags=%s", c->tags);
    }
    if (c->mod) {
        argv_pushf(argv, "-mod=%s", c->mod);
    }
    if (c->overlay) {
        argv_pushf(argv, "-overlay=%s", c->overlay);
    }
    if (!c->test) {
        argv_push(argv, "--"); /* to go test it would end the packages */
    }
    for (size_t i = 0; i < c->n_asked; i++) {
        argv_push_str(argv, c->patterns.v[i]);
    }
}

static bool compare_heard(const struct compare *k)
{
    for (u32 i = 0; i < k->c->load->n_pkgs; i++) {
        if (k->d.heard[i]) {
            return true;
        }
    }
    return false;
}

/* Runs the compiler and takes what it says.  False: nothing can be compared. */
static bool compare_run(struct compare *k, struct err *e)
{
    struct driver_go go;
    struct argv argv = {0};
    struct proc_result r;
    if (!driver_go_find(&k->arena, NULL, &go, e)) {
        return false;
    }
    compare_command(k->c, &go, &argv);
    struct proc_opts o = {.argv = argv_get(&argv), .out = PROC_NULL, .err = PROC_CAPTURE};
    bool ok = proc_run(&k->arena, &o, &r, e);
    argv_release(&argv);
    if (!ok) {
        return false;
    }
    cmd_escape_decisions_parse(&k->d, r.err);
    if (r.status == 0) {
        return true;
    }
    /* Packages with errors are left out on both sides; errors that only the compiler sees are worth a look. */
    fprintf(stderr, "gomm: go %s: %.*s\n", k->c->test ? "test" : "build",
            STR_ARG(proc_status_text(&k->arena, &r)));
    if (k->c->bad_packages == 0) {
        str rest = r.err, line;
        while (str_next_line(&rest, &line)) {
            str expr;
            i64 text = str_find(line, STR(": "));
            str said = text > 0 ? str_from(line, (size_t)text + 2) : line;
            if (cmd_escape_verdict(said, &expr) == ESCAPE_VERDICT_OTHER) {
                fprintf(stderr, "%.*s\n", STR_ARG(line));
            }
        }
        if (!compare_heard(k)) {
            return err_set(e, "the go command compiled nothing: there is nothing to compare with");
        }
    }
    return true;
}

static bool compare_listen(struct compare *k, struct err *e)
{
    str text;
    if (!k->c->against) {
        return compare_run(k, e);
    }
    if (!io_read_file(&k->arena, k->c->against, &text, e)) {
        return false;
    }
    cmd_escape_decisions_parse(&k->d, text);
    return true;
}

/* ---- order ---- */

static int compare_place(const struct escape_decision *a, const struct escape_decision *b)
{
    const u32 x[] = {a->pkg, a->file, a->line, a->col}, y[] = {b->pkg, b->file, b->line, b->col};
    for (size_t i = 0; i < ARRAY_LEN(x); i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

static int compare_same(const struct escape_decision *a, const struct escape_decision *b)
{
    int r = compare_place(a, b);
    return r != 0 ? r : str_cmp(a->text, b->text);
}

static int compare_order(const void *x, const void *y)
{
    const struct escape_decision *a = x, *b = y;
    int r = compare_same(a, b);
    return r != 0 ? r : (int)a->side - (int)b->side;
}

/* ---- disagreements ---- */

static void compare_put_class(struct compare *k, const char *class)
{
    strmap_put(&k->classes, str_of(class), NULL)->u++;
}

static void compare_put_place(struct compare *k, const struct escape_decision *d)
{
    const struct load_package *p = k->c->load->pkgs[d->pkg];
    str file = k->d.files.v[d->file];
    if (file.n == 0) {
        strbuf_printf(&k->c->out, "%.*s: ", STR_ARG(p->path));
        return;
    }
    strbuf_printf(&k->c->out, "%.*s:%u", STR_ARG(cmd_escape_file(k->c, p, file)), d->line);
    if (d->col != 0) {
        strbuf_printf(&k->c->out, ":%u", d->col);
    }
    strbuf_puts(&k->c->out, ": ");
}

static void compare_put(struct compare *k, const struct escape_decision *ours, const struct escape_decision *go)
{
    const struct escape_decision *any = ours ? ours : go;
    str ours_expr = {0}, go_expr = {0};
    char class[128];
    if (ours && go) {
        cmd_escape_verdict(ours->text, &ours_expr);
        cmd_escape_verdict(go->text, &go_expr);
    }
    if (!ours) {
        snprintf(class, sizeof class, "missing: %s", cmd_escape_words[go->verdict]);
    } else if (!go) {
        snprintf(class, sizeof class, "extra: %s", cmd_escape_words[ours->verdict]);
    } else if (ours->verdict == go->verdict) {
        snprintf(class, sizeof class, "text: %s", cmd_escape_words[go->verdict]);
    } else {
        snprintf(class, sizeof class, "verdict: %s instead of %s", cmd_escape_words[ours->verdict],
                 cmd_escape_words[go->verdict]);
    }
    compare_put_class(k, class);
    compare_put_place(k, any);
    strbuf_printf(&k->c->out, "[%s]%s\n", class,
                  ours && go && ours->verdict != go->verdict && !str_eq(ours_expr, go_expr) ? " (?)" : "");
    strbuf_printf(&k->c->out, "\tgo:   %.*s\n", STR_ARG(go ? go->text : STR("-")));
    strbuf_printf(&k->c->out, "\tgomm: %.*s\n", STR_ARG(ours ? ours->text : STR("-")));
}

typedef VEC(const struct escape_decision *) compare_list;

static bool compare_pairs(const struct escape_decision *a, const struct escape_decision *b, bool loose)
{
    str x, y;
    if (cmd_escape_groups[a->verdict] != cmd_escape_groups[b->verdict]) {
        return false;
    }
    if (a->verdict == b->verdict) {
        return loose;
    }
    cmd_escape_verdict(a->text, &x);
    cmd_escape_verdict(b->text, &y);
    return str_eq(x, y);
}

/* Decisions of one place that only one side has: those of one expression belong together, then those of one
 * verdict. */
static void compare_rest(struct compare *k, compare_list *ours, compare_list *go)
{
    for (int loose = 0; loose < 2; loose++) {
        for (size_t i = 0; i < ours->n; i++) {
            for (size_t j = 0; ours->v[i] && j < go->n; j++) {
                if (go->v[j] && compare_pairs(ours->v[i], go->v[j], loose)) {
                    compare_put(k, ours->v[i], go->v[j]);
                    ours->v[i] = go->v[j] = NULL;
                }
            }
        }
    }
    for (size_t i = 0; i < ours->n; i++) {
        if (ours->v[i]) {
            compare_put(k, ours->v[i], NULL);
        }
    }
    for (size_t i = 0; i < go->n; i++) {
        if (go->v[i]) {
            compare_put(k, NULL, go->v[i]);
        }
    }
}

/* ---- counting ---- */

static void compare_add(struct compare *k, const struct escape_decision *d, bool both)
{
    u32 group = cmd_escape_groups[d->verdict];
    k->total[group].both += both;
    k->total[group].either++;
    if (group == ESCAPE_GROUP_DECISION) {
        k->by_pkg[d->pkg].both += both;
        k->by_pkg[d->pkg].either++;
    }
}

/* The decisions v[0..n) of one place, in order. */
static void compare_group(struct compare *k, const struct escape_decision *v, size_t n, compare_list *ours,
                          compare_list *go)
{
    vec_reset(ours);
    vec_reset(go);
    for (size_t i = 0, end; i < n; i = end) {
        bool side[2] = {false, false};
        for (end = i; end < n && str_eq(v[end].text, v[i].text); end++) {
            side[v[end].side] = true;
        }
        bool both = side[ESCAPE_OURS] && side[ESCAPE_GO];
        compare_add(k, &v[i], both);
        if (!both && cmd_escape_groups[v[i].verdict] != ESCAPE_GROUP_OTHER) {
            vec_push(side[ESCAPE_OURS] ? ours : go, &v[i]);
        }
    }
    compare_rest(k, ours, go);
}

static void compare_all(struct compare *k)
{
    compare_list ours = {0}, go = {0};
    struct escape_decision *v = k->d.v.v;
    size_t n = k->d.v.n;
    if (n > 0) {
        qsort(v, n, sizeof *v, compare_order);
    }
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && compare_place(&v[i], &v[end]) == 0; end++) {
        }
        compare_group(k, v + i, end - i, &ours, &go);
    }
    vec_release(&ours);
    vec_release(&go);
}

/* ---- results ---- */

static int compare_class_order(const void *x, const void *y)
{
    const struct strmap_entry *const *a = x, *const *b = y;
    u64 p = (*a)->val.u, q = (*b)->val.u;
    return p != q ? (p < q ? 1 : -1) : str_cmp((*a)->key, (*b)->key);
}

static void compare_put_classes(struct compare *k)
{
    VEC(const struct strmap_entry *) v = {0};
    const struct strmap_entry *e;
    for (size_t i = 0; strmap_next(&k->classes, &i, &e);) {
        vec_push(&v, e);
    }
    if (v.n > 0) {
        qsort(v.v, v.n, sizeof(v.v[0]), compare_class_order);
        strbuf_puts(&k->c->out, "\nDisagreements:\n");
    }
    for (size_t i = 0; i < v.n; i++) {
        strbuf_printf(&k->c->out, "%8llu  %.*s\n", (unsigned long long)v.v[i]->val.u, STR_ARG(v.v[i]->key));
    }
    if (v.n > 0) {
        strbuf_putc(&k->c->out, '\n');
    }
    vec_release(&v);
}

static void compare_put_rate(struct compare *k, str what, struct compare_count n)
{
    double p = n.either == 0 ? 100 : 100 * (double)n.both / (double)n.either;
    /* Never 100 if something differs. */
    if (n.both < n.either && p > 99.99) {
        p = 99.99;
    }
    strbuf_printf(&k->c->out, "%.*s: %.2f %% (%llu of %llu)\n", STR_ARG(what), p, (unsigned long long)n.both,
                  (unsigned long long)n.either);
}

static void compare_put_rates(struct compare *k)
{
    const struct cmd_escape *c = k->c;
    for (u32 i = 0; c->verbose && i < c->load->n_pkgs; i++) {
        if (k->by_pkg[i].either > 0) {
            compare_put_rate(k, cmd_show_title(&c->show, c->load->pkgs[i]), k->by_pkg[i]);
        }
    }
    if (!c->no_inline) {
        compare_put_rate(k, STR("inlining"), k->total[ESCAPE_GROUP_INLINING]);
    }
    compare_put_rate(k, STR("notes"), k->total[ESCAPE_GROUP_NOTE]);
    compare_put_rate(k, STR("agreement"), k->total[ESCAPE_GROUP_DECISION]);
}

static u32 compare_unheard(const struct compare *k)
{
    u32 n = 0;
    for (u32 i = 0; i < k->c->load->n_pkgs; i++) {
        const struct load_package *p = k->c->load->pkgs[i];
        n += cmd_escape_wanted(k->c, p) && (!k->d.heard[i] || !cmd_escape_compiles(k->c, p));
    }
    return n;
}

int cmd_escape_compare(struct cmd_escape *c)
{
    struct compare *k = mem_zalloc(sizeof *k);
    struct err e;
    int status;
    k->c = c;
    k->classes.keys = &k->arena;
    k->by_pkg = ARENA_ARRAY(&k->arena, struct compare_count, c->load->n_pkgs + 1);
    cmd_escape_decisions_init(&k->d, c);
    if (!compare_listen(k, &e)) {
        status = cmd_fail_err(&e);
    } else {
        /* A stored output need not be of all packages; from a run, silence is an answer. */
        cmd_escape_decisions_ours(&k->d, c->against == NULL);
        compare_all(k);
        compare_put_classes(k);
        if (c->verbose) {
            fprintf(stderr, "gomm: %u packages of which the compiler said nothing\n", compare_unheard(k));
        }
        compare_put_rates(k);
        const struct compare_count *n = &k->total[ESCAPE_GROUP_DECISION];
        status = n->both == n->either ? BASE_EXIT_CLEAN : BASE_EXIT_FINDINGS;
    }
    cmd_escape_decisions_release(&k->d);
    strmap_release(&k->classes);
    arena_release(&k->arena);
    mem_free(k);
    return status;
}
