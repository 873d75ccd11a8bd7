/* fix_names.c: names in a piece of Go, and the universe. */
#include "fix/fix_names.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (u8)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Behind the literal or comment that begins at `at`; at: none does. */
static size_t skip_text(str text, size_t at)
{
    char q = text.p[at];

    if (q == '"' || q == '\'' || q == '`') {
        for (at++; at < text.n && text.p[at] != q; at++) {
            at += text.p[at] == '\\' && q != '`';
        }
        return at + 1;
    }
    if (q == '/' && at + 1 < text.n && (text.p[at + 1] == '/' || text.p[at + 1] == '*')) {
        str end = text.p[at + 1] == '/' ? STR("\n") : STR("*/");
        i64 n = str_find(str_from(text, at + 2), end);
        return n < 0 ? text.n : at + 2 + (size_t)n + end.n;
    }
    return at;
}

/* The next name that is not selected from something; *at behind it.  Empty: there is none. */
static str next_name(str text, size_t *at)
{
    bool selected = false;

    while (*at < text.n) {
        size_t from = *at, next = skip_text(text, from);
        char c = text.p[from];
        if (next > from) {
            *at = next;
            continue;
        }
        for (; *at < text.n && (is_letter(text.p[*at]) || (is_digit(text.p[*at]) && *at > from)); (*at)++) {
        }
        if (*at > from && !selected) {
            return str_slice(text, from, *at);
        }
        if (*at == from) {
            for (; *at < text.n && (is_digit(text.p[*at]) || (is_digit(c) && is_letter(text.p[*at]))); (*at)++) { /* 0x1f */
            }
            *at += *at == from;
        }
        bool dots = c == '.' && from > 0 && text.p[from - 1] == '.'; /* f(xs...) */
        selected = c == '.' ? !dots : selected && (c == ' ' || c == '\t' || c == '\n');
    }
    return (str){0};
}

/* A field or method is only spoken of behind a dot, or as the key of a literal. */
static bool is_member(const struct obj *o)
{
    return (o->kind == OBJ_VAR && o->var == VAR_FIELD) ||
           (o->kind == OBJ_FUNC && o->type && is_signature(o->type) && is_signature(o->type)->recv);
}

static bool means_itself(const struct package *p, const struct file_info *f, name_id id)
{
    if (scope_lookup(p->scope, id) || (f->scope && scope_lookup(f->scope, id))) {
        return false;
    }
    for (node n = 1; n < f->ast->n_nodes; n++) {
        const struct ast_node *x = ast_at(f->ast, n);
        const struct obj *o = x->kind == AST_NAME && x->a == id ? info_obj(f, n) : NULL;
        if (o && !is_member(o) && o != scope_lookup(p->prog->universe, id)) {
            return false;
        }
    }
    return true;
}

str fix_names_hidden(const struct package *p, const struct file_info *f, str text)
{
    size_t at = 0;

    for (str name; (name = next_name(text, &at)).n > 0;) {
        name_id id = intern_lookup(p->prog->names, name);
        if (id && scope_lookup(p->prog->universe, id) && !means_itself(p, f, id)) {
            return name;
        }
    }
    return (str){0};
}
