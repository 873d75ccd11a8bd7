#include "report/report_ignore.h"

#include "base/intern.h"
#include "base/io.h"
#include "base/path.h"
#include "syntax/source_comment.h"

#define IGNORE_COMMENT "//gomm:ignore"

/* ---- what a comment says ---- */

/* "RACE01, ESC reason": codes, and what stands behind them. */
static void ignore_read(struct report_ignores *ig, str text, struct report_ignore *out)
{
    str rest = str_trim(str_from(text, STR(IGNORE_COMMENT).n)), field, part;
    bool more = true;
    while (more && str_next_field(&rest, &field)) {
        more = str_has_suffix(field, STR(",")); /* a blank behind a comma */
        while (str_next_sep(&field, ',', &part)) {
            struct report_code_item item;
            if (part.n == 0) {
                continue;
            }
            if (report_code_parse(ig->arena, part, &item, NULL)) {
                vec_push_in(ig->arena, &out->codes, item);
                vec_push_in(ig->arena, &out->used, false);
            } else {
                vec_push_in(ig->arena, &out->unknown, str_dup(ig->arena, part));
            }
        }
    }
    rest = str_trim(rest);
    while (rest.n > 0 && (rest.p[0] == '-' || rest.p[0] == '/' || rest.p[0] == ':')) {
        rest = str_trim(str_from(rest, 1)); /* "// reason", "-- reason" */
    }
    out->reason = str_dup(ig->arena, rest);
}

/* ---- what it speaks of ---- */

static u32 decl_group(const struct ast *f, node n)
{
    switch (ast_kind(f, n)) {
    case AST_CONST_DECL:
    case AST_VAR_DECL: return ast_rec(f, n, VALUE_GROUP);
    case AST_TYPE_DECL: return ast_rec(f, n, TYPE_GROUP);
    default: return 0;
    }
}

/* Where the declaration that begins in [from, to) ends, or the group of them whose keyword does; 0: none does. */
static pos decl_end(const struct ast *f, pos from, pos to)
{
    const u32 *decls = ast_list(f, f->decls);
    u32 n = ast_list_len(f, f->decls);
    str text = f->src->text;
    str line = str_slice(text, from - f->src->base, to - f->src->base), word;
    bool group = str_next_field(&line, &word) && str_has_prefix(str_trim(line), STR("("));
    for (u32 i = 0; i < n; i++) {
        pos at = ast_start(f, decls[i]);
        if (at < from || ast_kind(f, decls[i]) == AST_IMPORT_DECL) {
            continue;
        }
        u32 g = decl_group(f, decls[i]);
        if (at < to && !(group && g)) {
            return ast_end(f, decls[i]);
        }
        if (!group || g == 0) {
            return 0;
        }
        while (i + 1 < n && decl_group(f, decls[i + 1]) == g) {
            i++;
        }
        return ast_end(f, decls[i]);
    }
    return 0;
}

static void ignore_target(struct sources *sources, const struct ast *f, pos at, struct report_ignore *out)
{
    const struct source *src = f->src;
    size_t code = source_comment_target(src->text, at - src->base);
    if (code >= src->text.n) {
        return;
    }
    pos from = base_u32(src->base + code);
    str line = str_from(src->text, code);
    i64 end = str_find_byte(line, '\n');
    pos to = base_u32(from + (end < 0 ? line.n : (size_t)end)), last = 0;
    out->from = out->to = sources_span(sources, from).line;
    if (at >= from) {
        return; /* at the end of the line */
    }
    if (f->package_pos >= from && f->package_pos < to) {
        last = f->eof;
    } else {
        last = decl_end(f, from, to);
    }
    if (last > from) {
        out->to = sources_span(sources, last - 1).line;
    }
}

void report_ignores_parsed(struct report_ignores *ig, struct sources *sources, const struct ast *f)
{
    for (u32 i = 0; i < f->n_directives; i++) {
        const struct ast_directive *d = &f->directives[i];
        str text = str_slice(f->src->text, d->pos - f->src->base, d->pos - f->src->base + d->len);
        str behind = text;
        if (!str_cut_prefix(&behind, STR(IGNORE_COMMENT)) ||
            (behind.n > 0 && behind.p[0] != ' ' && behind.p[0] != '\t')) {
            continue;
        }
        struct report_ignore g = {.text = str_dup(ig->arena, text), .at = sources_span(sources, d->pos)};
        g.at.file = str_dup(ig->arena, g.at.file);
        ignore_read(ig, text, &g);
        ignore_target(sources, f, d->pos, &g);
        vec_push_in(ig->arena, &ig->v, g);
    }
}

void report_ignores_file(struct report_ignores *ig, str file)
{
    struct io_map map;
    if (!io_map_file(&map, str_cstr(ig->arena, file), NULL)) {
        return;
    }
    bool some = str_contains(map.text, STR(IGNORE_COMMENT));
    io_unmap(&map);
    if (!some) {
        return;
    }
    struct arena tree = {0};
    struct sources *sources = sources_new();
    struct intern *names = intern_new();
    struct source *src = sources_add_file(sources, file, NULL);
    if (src) {
        report_ignores_parsed(ig, sources, parse_file(&tree, names, src, PARSE_ALL));
    }
    intern_free(names);
    sources_free(sources);
    arena_release(&tree);
}

/* ---- applying ---- */

static bool ignore_speaks(const struct report_ignore *ig, str dir, struct arena *a, struct span s)
{
    if (s.line < ig->from || s.line > ig->to || !str_eq(path_base(s.file), path_base(ig->at.file))) {
        return false;
    }
    return str_eq(path_under(a, dir, s.file), path_under(a, dir, ig->at.file));
}

/* Of a race also the other access, which is the first of what is related to it. */
static bool ignore_is_place(const struct report_ignore *ig, str dir, struct arena *a, const struct finding *f)
{
    return ignore_speaks(ig, dir, a, f->span) ||
           (f->n_stacks > 1 && f->n_related > 0 && ignore_speaks(ig, dir, a, f->related[0].span));
}

void report_ignores_finding(struct report_ignores *ig, str dir, struct finding *f)
{
    for (size_t i = 0; i < ig->v.n; i++) {
        struct report_ignore *g = &ig->v.v[i];
        if (g->from == 0 || !ignore_is_place(g, dir, ig->arena, f)) {
            continue;
        }
        for (size_t c = 0; c < g->codes.n; c++) {
            if (report_code_covers(&g->codes.v[c], f->code) ||
                (f->pattern.n > 0 && report_code_covers(&g->codes.v[c], f->pattern))) {
                g->used.v[c] = true;
                f->suppressed = FINDING_IGNORED;
                f->reason = g->reason;
            }
        }
    }
}

static struct finding *ignore_complain(const struct report_ignore *ig, struct finding_list *l, const char *code,
                                       enum finding_severity severity, str message)
{
    struct finding *f = finding_add(l, code, severity, ig->at, "%.*s", STR_ARG(message));
    f->identity = finding_identity(l->arena, f->code, (str[]){path_base(ig->at.file), ig->text, message}, 3);
    return f;
}

void report_ignores_check(const struct report_ignores *ig, struct finding_list *l,
                          enum report_looked (*looked)(void *ctx, str file, const struct report_code_item *code), void *ctx)
{
    struct arena *a = ig->arena;
    for (size_t i = 0; i < ig->v.n; i++) {
        const struct report_ignore *g = &ig->v.v[i];
        for (size_t k = 0; k < g->unknown.n; k++) {
            struct finding *f = ignore_complain(
                g, l, "IGN02", FINDING_WARNING,
                str_fmt(a, IGNORE_COMMENT " names %.*s, and there is no such code", STR_ARG(g->unknown.v[k])));
            finding_why(l, f, (struct span){0}, "gomm explain lists the codes; a beginning such as RACE stands for all of a kind");
        }
        if (g->codes.n == 0 && g->unknown.n == 0) {
            ignore_complain(g, l, "IGN02", FINDING_WARNING, STR(IGNORE_COMMENT " names no code: " IGNORE_COMMENT " RACE01 reason"));
            continue;
        }
        if (g->reason.n == 0) {
            ignore_complain(g, l, "IGN01", FINDING_WARNING,
                            STR(IGNORE_COMMENT " without a reason: say behind the codes why this is as it should be"));
        }
        for (size_t k = 0; k < g->codes.n; k++) {
            const struct report_code_item *c = &g->codes.v[k];
            enum report_looked how = g->used.v[k] ? REPORT_NOT_LOOKED : looked(ctx, g->at.file, c);
            if (how != REPORT_NOT_LOOKED) {
                ignore_complain(g, l, "IGN03", how == REPORT_LOOKED ? FINDING_WARNING : FINDING_NOTE,
                                str_fmt(a, IGNORE_COMMENT " %.*s has no effect: %s%s", STR_ARG(c->code),
                                        g->from == 0 ? "no code stands below it" : "nothing of the kind was found there",
                                        how == REPORT_LOOKED ? "" : " in this run"));
            }
        }
    }
}
