/* lsp_action.c: textDocument/codeAction: fixes that were verified, and what a code means. */
#include "lsp/lsp_view.h"

static bool action_is_wanted(struct jsonr context)
{
    struct jsonr only = jsonr_get(context, "only");
    str kind;

    for (size_t i = 0; i < jsonr_len(only); i++) {
        if (jsonr_str(jsonr_at(only, i), &kind) && (kind.n == 0 || str_is(kind, "quickfix"))) {
            return true;
        }
    }
    return jsonr_len(only) == 0;
}

/* What was measured before and after, in a few words. */
static str action_title(struct arena *a, const struct finding *x)
{
    struct strbuf b = {0};

    strbuf_put(&b, x->fix.title);
    strbuf_puts(&b, " (verified");
    for (size_t i = 0; i < x->check.n_deltas && i < 3; i++) {
        const struct finding_delta *d = &x->check.deltas[i];
        strbuf_printf(&b, "%s %.*s %.4g → %.4g", i ? "," : ":", STR_ARG(d->name), d->before, d->after);
    }
    strbuf_putc(&b, ')');
    str title = str_dup(a, strbuf_str(&b));
    strbuf_release(&b);
    return title;
}

static void action_fix(const struct lsp_file *f, const struct lsp_found *x, struct jsonw *w)
{
    struct strbuf b = {0};
    struct jsonw trial;

    /* Whether it can be written is seen by writing it. */
    jsonw_init(&trial, &b, 0);
    jsonw_object(&trial);
    bool can = lsp_put_fix(f, x, "edit", &trial);
    strbuf_release(&b);
    if (!can) {
        return;
    }
    jsonw_object(w);
    jsonw_put_str(w, "title", action_title(f->view->arena, x->f));
    jsonw_put_str(w, "kind", STR("quickfix"));
    jsonw_put_bool(w, "isPreferred", true);
    lsp_put_fix(f, x, "edit", w);
    jsonw_end(w);
}

static void action_explain(const struct lsp_file *f, str code, struct jsonw *w)
{
    const struct report_rule *r = report_rule(code);

    if (!r) {
        return;
    }
    str title = str_fmt(f->view->arena, "Explain %s: %s", r->code, r->summary);
    jsonw_object(w);
    jsonw_put_str(w, "title", title);
    jsonw_put_str(w, "kind", STR("quickfix"));
    jsonw_key(w, "command"), jsonw_object(w);
    jsonw_put_str(w, "title", title);
    jsonw_put_str(w, "command", STR("gomm.explain"));
    jsonw_key(w, "arguments"), jsonw_array(w), jsonw_str(w, code), jsonw_end(w);
    jsonw_end(w);
    jsonw_end(w);
}

void lsp_actions(const struct lsp_file *f, struct lsp_range r, struct jsonr context, struct jsonw *w)
{
    lsp_founds found = {0};
    struct strmap told = {0};
    bool fresh;

    jsonw_array(w);
    if (f->lp && action_is_wanted(context)) {
        lsp_find(f, &r, &found);
    }
    for (size_t i = 0; i < found.n; i++) {
        const struct finding *x = found.v[i].f;
        if (x->fix.title.n > 0 && x->check.verdict == FINDING_VERIFIED) {
            action_fix(f, &found.v[i], w);
        }
    }
    for (size_t i = 0; i < found.n; i++) {
        strmap_put(&told, found.v[i].f->code, &fresh);
        if (fresh) {
            action_explain(f, found.v[i].f->code, w);
        }
    }
    jsonw_end(w);
    strmap_release(&told);
}
