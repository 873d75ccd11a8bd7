#include "base/mem.h"
#include "base/path.h"
#include "cmd/cmd_escape_decision.h"

const u8 cmd_escape_groups[ESCAPE_VERDICTS_COUNT] = {
#define X(name, group, words) group,
    ESCAPE_VERDICTS(X)
#undef X
};

const char *const cmd_escape_words[ESCAPE_VERDICTS_COUNT] = {
#define X(name, group, words) words,
    ESCAPE_VERDICTS(X)
#undef X
};

/* ---- messages ---- */

enum escape_verdict cmd_escape_verdict(str text, str *expr)
{
    str rest = text, result;
    *expr = text;
    if (str_cut_prefix(&rest, STR("moved to heap: "))) {
        *expr = rest;
        return ESCAPE_VERDICT_MOVED;
    }
    if (str_cut_prefix(&rest, STR("leaking param content: "))) {
        *expr = rest;
        return ESCAPE_VERDICT_LEAKS_CONTENT;
    }
    if (str_cut_prefix(&rest, STR("leaking param: "))) {
        bool to = str_cut(rest, STR(" to result "), expr, &result);
        return to ? ESCAPE_VERDICT_LEAKS_RESULT : ESCAPE_VERDICT_LEAKS;
    }
    if (str_cut_prefix(&rest, STR("can inline "))) {
        *expr = rest;
        return ESCAPE_VERDICT_CAN_INLINE;
    }
    if (str_cut_prefix(&rest, STR("inlining call to "))) {
        *expr = rest;
        return ESCAPE_VERDICT_INLINING;
    }
    if (str_cut_prefix(&rest, STR("devirtualizing "))) {
        *expr = rest;
        return ESCAPE_VERDICT_DEVIRTUALIZING;
    }
    if (str_cut_suffix(&rest, STR(" escapes to heap"))) {
        *expr = rest;
        return ESCAPE_VERDICT_ESCAPES;
    }
    if (str_cut_suffix(&rest, STR(" does not escape"))) {
        *expr = rest;
        return ESCAPE_VERDICT_STAYS;
    }
    if (str_contains(text, STR(" ignoring self-assignment in "))) {
        return ESCAPE_VERDICT_SELF_ASSIGN;
    }
    if (str_is(text, cmd_escape_words[ESCAPE_VERDICT_ZERO_COPY])) {
        return ESCAPE_VERDICT_ZERO_COPY;
    }
    if (str_has_prefix(text, STR("marking ")) || str_has_prefix(text, STR("assuming "))) {
        return ESCAPE_VERDICT_UINTPTR;
    }
    return ESCAPE_VERDICT_OTHER;
}

/* ---- files ---- */

static u32 decision_file(struct escape_decisions *d, str file)
{
    bool fresh;
    union map_val *v = strmap_put(&d->file_ids, file, &fresh);
    if (fresh) {
        v->u = d->files.n;
        vec_push(&d->files, file);
    }
    return (u32)v->u;
}

/* Code that cgo wrote: the compiler sees it, gomm does not. */
static bool decision_is_cgo(str file)
{
    str base = path_base(file);
    return str_has_prefix(base, STR("_cgo_")) || str_has_suffix(base, STR(".cgo1.go"));
}

/* ---- ours ---- */

static void decision_of_notes(struct escape_decisions *d, const struct load_package *p)
{
    const struct escape_result *r = &d->c->escape->results[p->id];
    str last = {0}, expr;
    u32 file = 0;
    bool skip = false;
    for (u32 i = 0; i < r->n_notes; i++) {
        const struct ir_note *n = &r->notes[i];
        struct span at = escape_note_span(d->c->escape, n);
        if (i == 0 || !str_eq(at.file, last)) {
            last = at.file;
            file = decision_file(d, at.file);
            skip = decision_is_cgo(at.file);
        }
        struct escape_decision k = {
            .pkg = p->id,
            .file = file,
            .line = at.line,
            .col = at.col < CMD_ESCAPE_COLUMNS ? at.col : 0,
            .verdict = (u8)cmd_escape_verdict(n->text, &expr),
            .side = ESCAPE_OURS,
            .text = n->text,
        };
        if (!skip) {
            vec_push(&d->v, k);
        }
    }
}

void cmd_escape_decisions_ours(struct escape_decisions *d, bool all)
{
    for (u32 i = 0; i < d->c->load->n_pkgs; i++) {
        const struct load_package *p = d->c->load->pkgs[i];
        if (cmd_escape_wanted(d->c, p) && cmd_escape_compiles(d->c, p) && (all || d->heard[p->id])) {
            decision_of_notes(d, p);
        }
    }
}

/* ---- the compiler's ---- */

/* ":12" or ":12:3" at the end of *s, and what is before it. */
static bool decision_cut_number(str *s, u32 *n)
{
    u64 v;
    i64 colon = str_find_last_byte(*s, ':');
    if (colon <= 0 || !str_u64(str_from(*s, (size_t)colon + 1), &v) || v > UINT32_MAX) {
        return false;
    }
    *n = (u32)v;
    s->n = (size_t)colon;
    return true;
}

/* "file:line[:col]: text".  False: the line has no place in front. */
static bool decision_place(str line, str *file, u32 *n_line, u32 *n_col, str *text)
{
    /* No name of a file that Go compiles has ": " in it. */
    if (!str_cut(line, STR(": "), file, text) || !decision_cut_number(file, n_line)) {
        return false;
    }
    u32 first = *n_line;
    *n_col = 0;
    if (decision_cut_number(file, n_line)) {
        *n_col = first;
    }
    return true;
}

static void decision_add(struct escape_decisions *d, u32 pkg, str file, u32 line, u32 col, str text)
{
    str expr;
    str rest = file;
    if (str_cut_prefix(&rest, STR("$GOROOT/"))) {
        file = path_join(d->c->show.arena, d->c->load->config.goroot, rest);
    } else if (file.n > 0 && !path_is_abs(file) && file.p[0] != '<') {
        file = path_under(d->c->show.arena, d->c->cwd, file);
    }
    struct escape_decision k = {
        .pkg = pkg,
        .file = decision_file(d, file),
        .line = line,
        .col = col,
        .verdict = (u8)cmd_escape_verdict(text, &expr),
        .side = ESCAPE_GO,
        .text = text,
    };
    if (!decision_is_cgo(file)) {
        vec_push(&d->v, k);
    }
}

void cmd_escape_decisions_parse(struct escape_decisions *d, str output)
{
    u32 pkg = UINT32_MAX;
    str line, file, text, prev = {0};
    u32 n_line, n_col;
    for (str rest = output; str_next_line(&rest, &line);) {
        if (str_has_prefix(line, STR("# "))) {
            const union map_val *v = strmap_get(&d->packages, str_from(line, 2));
            pkg = v && v->u > 0 ? (u32)v->u - 1 : UINT32_MAX;
            prev = (str){0};
            if (pkg != UINT32_MAX) {
                d->heard[pkg] = true;
            }
            continue;
        }
        if (pkg == UINT32_MAX) {
            continue;
        }
        if (decision_place(line, &file, &n_line, &n_col, &text)) {
            decision_add(d, pkg, file, n_line, n_col, text);
            prev = text;
        } else if (d->v.n > 0 && str_find_byte(prev, '`') >= 0 &&
                   vec_last(&d->v).verdict == ESCAPE_VERDICT_OTHER) {
            /* Go 1.19 writes string constants as they stand in the source, over several lines. */
            str expr;
            struct escape_decision *k = &vec_last(&d->v);
            k->text = (str){k->text.p, (size_t)(line.p + line.n - k->text.p)};
            k->verdict = (u8)cmd_escape_verdict(k->text, &expr);
        } else {
            decision_add(d, pkg, (str){0}, 0, 0, line); /* of code without a position */
            prev = (str){0};
        }
    }
}

/* ---- both ---- */

void cmd_escape_decisions_init(struct escape_decisions *d, struct cmd_escape *c)
{
    *d = (struct escape_decisions){.c = c};
    d->heard = ARENA_ARRAY(&c->arena, bool, c->load->n_pkgs + 1);
    decision_file(d, (str){0});
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *p = c->load->pkgs[i];
        if (cmd_escape_wanted(c, p) && cmd_escape_compiles(c, p)) {
            strmap_put(&d->packages, cmd_show_title(&c->show, p), NULL)->u = i + 1u;
        }
    }
}

void cmd_escape_decisions_release(struct escape_decisions *d)
{
    strmap_release(&d->file_ids);
    strmap_release(&d->packages);
    vec_release(&d->files);
    vec_release(&d->v);
}
