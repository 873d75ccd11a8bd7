/* fix_names.c: names in a piece of Go, and the universe. */
#include "fix/fix_names.h"

#include "base/io.h"
#include "base/path.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (u8)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool fix_is_word(char c)
{
    return is_letter(c) || is_digit(c);
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

/* ---- names that are looked for ---- */

/* Does a word go on at the end of the text?  Assembly's dot (U+00B7) is no part of one. */
static bool ends_in_word(str text)
{
    char c = text.n > 0 ? text.p[text.n - 1] : ' ';

    return fix_is_word(c) && !str_has_suffix(text, STR("\xc2\xb7"));
}

bool fix_mentions(str text, str name)
{
    for (i64 at; (at = str_find(text, name)) >= 0; text = str_from(text, (size_t)at + name.n)) {
        char after = (size_t)at + name.n < text.n ? text.p[(size_t)at + name.n] : ' ';
        if (!ends_in_word(str_slice(text, 0, (size_t)at)) && !fix_is_word(after)) {
            return true;
        }
    }
    return false;
}

bool fix_mentioned_in(struct arena *a, str dir, str name, bool (*known)(const void *ctx, str path), const void *ctx, str *file)
{
    str *files, text;
    size_t n;
    struct err e;

    *file = dir;
    if (!io_list_dir(a, str_cstr(a, dir), &files, &n, &e)) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        str path = path_join(a, dir, files[i]);
        bool code = str_has_suffix(files[i], STR(".go")) || str_has_suffix(files[i], STR(".s"));
        *file = files[i];
        if (code && !known(ctx, path) && (!io_read_file(a, str_cstr(a, path), &text, &e) || fix_mentions(text, name))) {
            return true;
        }
    }
    return false;
}

/* ---- types ---- */

bool fix_put_type(struct strbuf *b, struct type *t, bool (*put_named)(void *ctx, struct strbuf *b, struct type_named *n), void *ctx)
{
    struct type *u = type_unalias(t);

    switch (u->kind) {
    case TYPE_BASIC:
        type_write(b, u, NULL, QUAL_NAME);
        return u->basic != BASIC_UNSAFE_POINTER && u->basic != BASIC_INVALID && !(u->info & INFO_UNTYPED);
    case TYPE_NAMED: return put_named(ctx, b, as_named(u));
    case TYPE_POINTER: strbuf_puts(b, "*"); return fix_put_type(b, as_pointer(u)->elem, put_named, ctx);
    case TYPE_SLICE: strbuf_puts(b, "[]"); return fix_put_type(b, as_slice(u)->elem, put_named, ctx);
    case TYPE_ARRAY:
        strbuf_printf(b, "[%lld]", (long long)as_array(u)->len);
        return as_array(u)->len >= 0 && fix_put_type(b, as_array(u)->elem, put_named, ctx);
    case TYPE_MAP:
        strbuf_puts(b, "map[");
        if (!fix_put_type(b, as_map(u)->key, put_named, ctx)) {
            return false;
        }
        strbuf_puts(b, "]");
        return fix_put_type(b, as_map(u)->elem, put_named, ctx);
    case TYPE_INTERFACE: strbuf_puts(b, "interface{}"); return as_interface(u)->n_methods == 0 && as_interface(u)->n_embeds == 0;
    default: return false;
    }
}
