/* gomm escape -precise: which of the values that the compiler puts in the heap could stay on the stack, and what keeps the
 * compiler from seeing it. */
#include <stdlib.h>

#include "base/term.h"
#include "cmd/cmd_escape.h"
#include "escape/ir_print.h"
#include "escape/precise.h"

static struct span at_of(const struct cmd_escape *c, const struct ir_unit *u, pos at, u32 inl)
{
    return sources_span(c->load->sources, u ? ir_outermost_pos(u, at, inl) : at);
}

static void put_at(struct cmd_escape *c, const struct ir_unit *u, pos at, u32 inl)
{
    struct span s = at_of(c, u, at, inl);
    strbuf_printf(&c->out, "%.*s:%u:%u", STR_ARG(cmd_show_file(&c->show, s.file)), s.line, s.col);
}

static const char *kind_of(const struct ir *n)
{
    return n->op == IR_NAME ? "variable " : "";
}

static void put_steps(struct cmd_escape *c, const struct precise_site *s)
{
    for (u32 i = 0; i < s->n_steps; i++) {
        strbuf_puts(&c->out, "         ");
        put_at(c, s->unit, s->steps[i].pos, s->steps[i].inl);
        if (s->steps[i].holder) {
            strbuf_printf(&c->out, "  into %.*s", STR_ARG(term_safe(&c->arena, ir_text(s->unit, s->steps[i].holder))));
        }
        strbuf_putc(&c->out, '\n');
    }
}

static void put_site(struct cmd_escape *c, const struct precise_site *s)
{
    static const char *const verdicts[] = {"STAYS", "MUST", "UNKNOWN"};
    struct strbuf *out = &c->out;
    str text = ir_text(s->unit, s->n);

    put_at(c, s->unit, s->n->pos, s->n->inl);
    if (s->n->inl) {
        struct span own = sources_span(c->load->sources, s->n->pos);
        strbuf_printf(out, " (%.*s:%u:%u)", STR_ARG(cmd_show_file(&c->show, own.file)), own.line, own.col);
    }
    strbuf_printf(out, ": %s%.*s: ", kind_of(s->n), STR_ARG(term_safe(&c->arena, text)));
    if (s->verdict == PRECISE_STAYS) {
        strbuf_printf(out, "could stay on the stack: %s", precise_block_words[s->block]);
    } else {
        strbuf_printf(out, "%s: %s", verdicts[s->verdict], precise_cause_words[s->cause]);
    }
    if (s->at) {
        strbuf_puts(out, " at ");
        put_at(c, s->verdict == PRECISE_STAYS || s->inl ? s->unit : NULL, s->at, s->inl);
    }
    if (s->holder) {
        strbuf_printf(out, ", held by %.*s", STR_ARG(term_safe(&c->arena, ir_text(s->unit, s->holder))));
    }
    strbuf_printf(out, "%s  [%.*s]\n", s->closed_world ? " (if no other type implements the interface)" : "",
                  STR_ARG(ir_func_text(s->unit, s->fn)));
    if (c->why) {
        put_steps(c, s);
    }
}

static double share(u32 n, u32 of)
{
    return of ? 100.0 * n / of : 0;
}

static void add(struct precise_totals *t, const struct precise_totals *more)
{
    t->sites += more->sites;
    t->stays += more->stays;
    t->must += more->must;
    t->unknown += more->unknown;
    t->closed_world += more->closed_world;
    for (u32 i = 0; i < PRECISE_CAUSE_COUNT; i++) {
        t->by_cause[i] += more->by_cause[i];
    }
    for (u32 i = 0; i < PRECISE_BLOCK_COUNT; i++) {
        t->by_block[i] += more->by_block[i];
    }
}

static void put_totals(struct cmd_escape *c, const struct precise_totals *t)
{
    static const char *const titles[] = {"could stay", "must be in the heap", "not known"};
    const u32 counts[] = {t->stays, t->must, t->unknown};
    struct strbuf *out = &c->out;

    strbuf_printf(out, "%s%u values in the heap\n", out->n ? "\n" : "", t->sites);
    for (u32 v = 0; v < ARRAY_LEN(counts); v++) {
        strbuf_printf(out, "%7u  %5.1f %%  %s\n", counts[v], share(counts[v], t->sites), titles[v]);
        for (u32 i = 0; v == PRECISE_STAYS && i < PRECISE_BLOCK_COUNT; i++) {
            if (t->by_block[i]) {
                strbuf_printf(out, "         %5.1f %%  %6u  the compiler: %s\n", share(t->by_block[i], t->sites),
                              t->by_block[i], precise_block_words[i]);
            }
        }
        for (u32 i = 1; v != PRECISE_STAYS && i < PRECISE_CAUSE_COUNT; i++) {
            if (t->by_cause[i] && precise_cause_verdict[i] == v) {
                strbuf_printf(out, "         %5.1f %%  %6u  %s\n", share(t->by_cause[i], t->sites), t->by_cause[i],
                              precise_cause_words[i]);
            }
        }
    }
    if (t->closed_world) {
        strbuf_printf(out, "%u of those that could stay rest on the interfaces' implementations in this program\n",
                      t->closed_world);
    }
}

int cmd_escape_precise(struct cmd_escape *c)
{
    struct precise *p = precise_run(c->escape);
    struct precise_totals t = {0};

    if (c->timing) {
        cmd_show_time(&c->show, "precise", (double)p->stats.ns / 1e6);
    }
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *lp = c->load->pkgs[i];
        const struct package *pkg = c->prog->pkgs[lp->id];
        if (!pkg || !c->escape->results[lp->id].unit || !cmd_escape_wanted(c, lp)) {
            continue;
        }
        struct precise_totals own = precise_count(p, pkg);
        add(&t, &own);
        if (own.stays || c->all) {
            strbuf_printf(&c->out, "# %.*s\n", STR_ARG(cmd_show_title(&c->show, lp)));
        }
        for (u32 k = 0; k < p->n_sites; k++) {
            const struct precise_site *s = &p->sites[k];
            if (s->unit->pkg == pkg && !s->free && (s->verdict == PRECISE_STAYS || c->all)) {
                put_site(c, s);
            }
        }
    }
    put_totals(c, &t);
    if (c->verbose) {
        strbuf_printf(&c->out, "%u functions, %u graphs, at most %u rounds, %u given up, %.0f ms\n", p->stats.functions,
                      p->stats.graphs, p->stats.rounds, p->stats.limits, (double)p->stats.ns / 1e6);
    }
    precise_free(p);
    return BASE_EXIT_CLEAN;
}
