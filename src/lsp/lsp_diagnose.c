/* lsp_diagnose.c: textDocument/publishDiagnostics. */
#include "base/path.h"
#include "lsp/lsp_view.h"

/* DiagnosticSeverity */
enum { SEVERITY_ERROR = 1, SEVERITY_WARNING, SEVERITY_INFORMATION, SEVERITY_HINT };

struct diagnosis {
    const struct lsp_file *f;
    struct jsonw *w;
    u32 n;
};

static void diagnosis_begin(struct diagnosis *d, struct lsp_range r, u32 severity, str code, str message)
{
    struct jsonw *w = d->w;

    d->n++;
    jsonw_object(w);
    lsp_put_range(w, "range", r);
    jsonw_put_int(w, "severity", severity);
    jsonw_put_str(w, "code", code);
    jsonw_put_str(w, "source", STR("gomm"));
    jsonw_put_str(w, "message", message);
}

static void put_related(struct diagnosis *d, struct span at, str text)
{
    struct lsp_view *v = d->f->view;
    struct lsp_lines lines = str_eq(at.file, d->f->path) ? d->f->lines : lsp_view_lines(v, at.file);
    struct lsp_pos p = lsp_pos_at(&lines, at.line, at.col);

    jsonw_object(d->w);
    jsonw_key(d->w, "location"), jsonw_object(d->w);
    jsonw_put_str(d->w, "uri", lsp_view_uri(v, at.file));
    lsp_put_range(d->w, "range", (struct lsp_range){p, p});
    jsonw_end(d->w);
    jsonw_put_str(d->w, "message", text);
    jsonw_end(d->w);
}

/* ---- what the loader has to complain of ---- */

/* Where to put what has no place: the package clause. */
static struct lsp_range diagnosis_top(const struct lsp_file *f)
{
    return f->ast->package_pos ? lsp_file_word(f, f->ast->package_pos) : (struct lsp_range){0};
}

static bool is_ours(const struct lsp_file *f, u32 place)
{
    return place >= f->src->base && place - f->src->base <= f->src->text.n;
}

static void diagnose_load_error(struct diagnosis *d, const struct load_error *e)
{
    const struct lsp_file *f = d->f;

    if (e->pos ? !is_ours(f, e->pos) : e->file.n > 0 && !str_eq(e->file, f->path)) {
        return;
    }
    str text = e->text;
    if (e->remedy.n > 0 && !str_contains(text, e->remedy)) {
        text = str_fmt(f->view->arena, "%.*s\ntry: %.*s", STR_ARG(text), STR_ARG(e->remedy));
    }
    diagnosis_begin(d, e->pos ? lsp_file_extent(f, e->pos) : diagnosis_top(f),
                    e->warning ? SEVERITY_WARNING : SEVERITY_ERROR, STR("LOAD01"), text);
    jsonw_end(d->w);
}

static void diagnose_loading(struct diagnosis *d)
{
    const struct load *l = d->f->view->load;

    for (u32 i = 0; i < l->n_errors; i++) {
        diagnose_load_error(d, &l->errors[i]);
    }
    for (u32 i = 0; i < d->f->lp->n_errors; i++) {
        diagnose_load_error(d, &d->f->lp->errors[i]);
    }
}

/* ---- errors of the language ---- */

/* "p has errors: the first one", at the import: what is wrong here may follow from it. */
static void diagnose_imports(struct diagnosis *d)
{
    const struct lsp_file *f = d->f;
    const u32 *decls = ast_list(f->ast, f->ast->decls);

    for (u32 i = 0; i < ast_list_len(f->ast, f->ast->decls); i++) {
        node path = ast_kind(f->ast, decls[i]) == AST_IMPORT_DECL ? ast_rec(f->ast, decls[i], IMPORT_PATH) : 0;
        if (!path) {
            continue;
        }
        str lit = ast_lit(f->ast, path);
        const struct load_import *to = lit.n > 2 ? load_find_import(f->lp, str_slice(lit, 1, lit.n - 1)) : NULL;
        const struct package *p = to && to->pkg && to->pkg->id < f->view->prog->n_pkgs ? f->view->prog->pkgs[to->pkg->id] : NULL;
        if (!p || p->n_errors == 0) {
            continue;
        }
        str text = str_fmt(f->view->arena, "package %.*s has errors: %.*s", STR_ARG(p->path), STR_ARG(p->errors[0].text));
        diagnosis_begin(d, lsp_file_extent(f, ast_at(f->ast, path)->pos), SEVERITY_ERROR, STR("TYPE01"), text);
        if (p->errors[0].pos) {
            jsonw_key(d->w, "relatedInformation"), jsonw_array(d->w);
            put_related(d, sources_span_raw(f->view->load->sources, p->errors[0].pos), p->errors[0].text);
            jsonw_end(d->w);
        }
        jsonw_end(d->w);
    }
}

static void diagnose_types(struct diagnosis *d)
{
    const struct package *p = d->f->pkg;
    const bool *again = errors_repeated(d->f->view->arena, p);
    bool syntax = false;

    for (u32 i = 0; i < p->n_errors; i++) { /* the compiler says no more if there are such */
        syntax = syntax || (p->errors[i].syntax && str_has_prefix(p->errors[i].text, STR("syntax error")));
    }
    for (u32 i = 0; i < p->n_errors; i++) {
        const struct type_error *e = &p->errors[i];
        if (again[i] || (syntax && !e->syntax) || !is_ours(d->f, e->pos)) {
            continue;
        }
        diagnosis_begin(d, lsp_file_word(d->f, e->pos), SEVERITY_ERROR, e->syntax ? STR("SYNTAX01") : STR("TYPE01"), e->text);
        jsonw_end(d->w);
    }
    diagnose_imports(d);
}

static void diagnose_syntax(struct diagnosis *d)
{
    const struct lsp_file *f = d->f;

    for (u32 i = 0; i < f->ast->n_errors; i++) {
        diagnosis_begin(d, lsp_file_word(f, f->ast->errors[i].pos), SEVERITY_ERROR, STR("SYNTAX01"), f->ast->errors[i].text);
        jsonw_end(d->w);
    }
    diagnosis_begin(d, diagnosis_top(f), SEVERITY_INFORMATION, STR("LOAD01"),
                    STR("this file is no part of the build here (build constraints): only its syntax is checked"));
    jsonw_end(d->w);
}

/* ---- findings ---- */

static void diagnose_finding(struct diagnosis *d, const struct lsp_found *x)
{
    struct arena *a = d->f->view->arena;
    const struct finding *f = x->f;
    u32 severity = x->site                            ? d->f->view->server->options.escapes
                   : f->severity == FINDING_ERROR     ? SEVERITY_ERROR
                   : f->severity == FINDING_WARNING   ? SEVERITY_WARNING
                                                      : SEVERITY_INFORMATION;
    str text = f->message;

    /* The cause in a word or two; the way there is in what is related. */
    if (f->n_why > 0) {
        text = str_fmt(a, "%.*s: %.*s", STR_ARG(text), STR_ARG(f->why[0].text));
    }
    for (size_t i = 0; i < f->n_costs && f->costs[i].text.n > 0; i++) {
        text = str_fmt(a, "%.*s\ncost: %.*s", STR_ARG(text), STR_ARG(f->costs[i].text));
    }
    if (f->fix.title.n > 0 && f->check.verdict == FINDING_VERIFIED) {
        text = str_fmt(a, "%.*s\nfix: %.*s, verified", STR_ARG(text), STR_ARG(f->fix.title));
    }
    diagnosis_begin(d, x->range, severity, f->code, text);
    jsonw_key(d->w, "relatedInformation"), jsonw_array(d->w);
    for (size_t i = 0; i < f->n_why; i++) {
        if (f->why[i].span.line) {
            put_related(d, f->why[i].span, f->why[i].text);
        }
    }
    for (size_t i = 0; i < f->n_related; i++) {
        if (f->related[i].span.line) {
            put_related(d, f->related[i].span, f->related[i].label);
        }
    }
    for (size_t i = 0; i < f->n_stacks; i++) {
        const struct finding_stack *s = &f->stacks[i];
        if (s->n_frames > 0 && s->frames[0].span.line) {
            put_related(d, s->frames[0].span, str_fmt(a, "%.*s: %.*s", STR_ARG(s->title), STR_ARG(s->frames[0].func)));
        }
    }
    jsonw_end(d->w);
    jsonw_end(d->w);
}

static bool is_open(const struct lsp_file *f)
{
    for (size_t i = 0; i < f->view->server->docs.n; i++) {
        if (str_eq(f->view->server->docs.v[i]->path, f->path)) {
            return true;
        }
    }
    return false;
}

/* Declarations that only say what the language has, for readers: the go command takes them for no package. */
static bool is_documentation(const struct lsp_file *f)
{
    struct arena *a = f->view->arena;

    return str_eq(path_dir(a, f->path), path_join(a, f->view->load->config.goroot, STR("src/builtin")));
}

u32 lsp_diagnose(const struct lsp_file *f, struct jsonw *w)
{
    struct diagnosis d = {f, w, 0};
    lsp_founds found = {0};

    if (f->view->syntax_only) {
        diagnose_syntax(&d);
        return d.n;
    }
    if (f->view->server->options.types && !is_documentation(f)) {
        if (is_open(f)) {
            diagnose_loading(&d);
        }
        if (f->pkg) {
            diagnose_types(&d);
        }
    }
    if (is_open(f)) {
        lsp_find(f, NULL, &found);
        for (size_t i = 0; i < found.n; i++) {
            diagnose_finding(&d, &found.v[i]);
        }
    }
    return d.n;
}
