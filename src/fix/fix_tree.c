/* fix_tree.c: questions about trees. */
#include "fix/fix_tree.h"

#include <string.h>

#include "base/io.h"
#include "fix/fix_names.h"
#include "types/types.h"

static bool tree_is_generated(str text)
{
    str line;

    for (int i = 0; i < 60 && str_next_line(&text, &line); i++) {
        if (str_has_prefix(line, STR("// Code generated ")) && str_has_suffix(line, STR(" DO NOT EDIT."))) {
            return true;
        }
        if (str_has_prefix(line, STR("package "))) {
            return false;
        }
    }
    return false;
}

struct fix_tree *fix_tree_new(struct arena *a, const struct package *p, u32 file)
{
    const struct file_info *f = &p->files[file];
    const struct load_file *lf = p->src && file < p->src->n_files ? &p->src->files[file] : NULL;

    if (!lf || lf->cgo || !f->ast || f->ast->n_errors > 0 || !f->at || f->ast->src != lf->src) {
        return NULL;
    }
    struct fix_tree *t = ARENA_NEW(a, struct fix_tree);
    *t = (struct fix_tree){.arena = a, .pkg = p, .f = f, .ast = f->ast, .file = file};
    t->generated = tree_is_generated(f->ast->src->text);
    t->parent = ARENA_ARRAY(a, node, f->ast->n_nodes);
    ast_nodes v = {0};
    for (node n = 1; n < f->ast->n_nodes; n++) {
        vec_reset(&v);
        ast_children(f->ast, n, &v);
        for (size_t i = 0; i < v.n; i++) {
            t->parent[v.v[i]] = n;
        }
    }
    vec_release(&v);
    return t;
}

/* ---- places ---- */

str fix_range(const struct fix_tree *t, pos from, pos to)
{
    u32 base = t->ast->src->base;

    return str_slice(t->ast->src->text, from - base, to - base);
}

static pos skip_comment(str text, u32 at, u32 base)
{
    if (at + 1 < text.n && text.p[at] == '/' && text.p[at + 1] == '/') {
        while (at < text.n && text.p[at] != '\n') {
            at++;
        }
    } else if (at + 1 < text.n && text.p[at] == '/' && text.p[at + 1] == '*') {
        for (at += 2; at + 1 < text.n && !(text.p[at] == '*' && text.p[at + 1] == '/'); at++) {
        }
        at += 2;
    }
    return base + at;
}

/* Behind the next `close`, with nothing but white space, comments, commas, semicolons and dots before it. */
static pos behind(const struct fix_tree *t, pos from, char close)
{
    str text = t->ast->src->text;
    u32 base = t->ast->src->base;

    for (u32 at = from - base; at < text.n; at++) {
        char c = text.p[at];
        if (c == close) {
            return base + at + 1;
        }
        if (c == '/') {
            at = skip_comment(text, at, base) - base - 1;
        } else if (!strchr(" \t\r\n,;.", c)) {
            break;
        }
    }
    return from;
}

pos fix_start(const struct fix_tree *t, node n)
{
    for (;;) {
        const struct ast_node *x = ast_at(t->ast, n);
        switch (x->kind) {
        case AST_SLICE: n = x->a; break;
        case AST_COMPOSITE_LIT:
        case AST_KEY_VALUE:
        case AST_SELECTOR:
        case AST_INDEX:
        case AST_ASSERT:
        case AST_CALL:
        case AST_SEND:
        case AST_ASSIGN:
        case AST_EXPR_STMT:
            if (!x->a) {
                return x->pos;
            }
            n = x->a;
            break;
        case AST_OPERATION:
            if (!x->b) {
                return x->pos;
            }
            n = x->a;
            break;
        case AST_LIST:
            if (!ast_list_len(t->ast, x->b)) {
                return x->pos;
            }
            n = ast_list(t->ast, x->b)[0];
            break;
        case AST_LABELED: n = x->a; break;
        case AST_FUNC_DECL: { /* its place is the one behind "func" */
            str before = fix_range(t, t->ast->src->base, x->pos);
            i64 at = str_find_last(before, STR("func"));
            return at < 0 ? x->pos : t->ast->src->base + (u32)at;
        }
        case AST_FUNC_TYPE: { /* its place is the parenthesis; of a method or a declaration it is all there is */
            str before = str_trim_right(fix_range(t, t->ast->src->base, x->pos));
            bool word = str_cut_suffix(&before, STR("func")) && before.n > 0 && !fix_is_word(before.p[before.n - 1]);
            return word ? t->ast->src->base + (u32)before.n : x->pos;
        }
        case AST_RANGE:
        case AST_TYPE_SWITCH: return ast_start(t->ast, n);
        default: return x->pos;
        }
    }
}

static node last_in(const struct fix_tree *t, u32 list)
{
    u32 n = ast_list_len(t->ast, list);

    return n ? ast_list(t->ast, list)[n - 1] : 0;
}

pos fix_end(const struct fix_tree *t, node n)
{
    const struct ast_node *x = ast_at(t->ast, n);

    switch (x->kind) {
    case AST_CALL: {
        node last = last_in(t, x->b);
        pos end = last ? fix_end(t, last) : fix_end(t, x->a);
        if (!last) { /* f( ) */
            pos open = behind(t, end, '(');
            end = open > end ? open : end;
        }
        return behind(t, end, ')');
    }
    case AST_PAREN: return behind(t, fix_end(t, x->a), ')');
    case AST_INDEX: return behind(t, fix_end(t, x->b), ']');
    case AST_ASSERT: return behind(t, fix_end(t, x->b), ')');
    case AST_SLICE: {
        node last = 0;
        for (u32 i = 3; i-- > 0 && !last;) {
            last = ast_rec(t->ast, n, i);
        }
        pos end = last ? fix_end(t, last) : x->pos;
        str text = t->ast->src->text;
        u32 at = end - t->ast->src->base;
        while (at < text.n && text.p[at] != ']') { /* colons stand there too */
            at++;
        }
        return t->ast->src->base + at + 1;
    }
    case AST_COMPOSITE_LIT: return ast_rec(t->ast, n, COMPOSITE_RBRACE) + 1;
    case AST_BLOCK:
    case AST_SELECT: return x->b + 1;
    case AST_SWITCH: return ast_rec(t->ast, n, SWITCH_RBRACE) + 1;
    case AST_STRUCT_TYPE:
    case AST_INTERFACE_TYPE: {
        node last = last_in(t, x->a);
        pos end = last ? fix_end(t, last) : x->pos;
        str text = t->ast->src->text;
        u32 at = end - t->ast->src->base;
        while (at < text.n && text.p[at] != '}') { /* tags and comments of the last field */
            at++;
        }
        return t->ast->src->base + at + 1;
    }
    case AST_KEY_VALUE:
    case AST_FUNC_LIT:
    case AST_SELECTOR:
    case AST_ARRAY_TYPE:
    case AST_MAP_TYPE:
    case AST_LABELED:
    case AST_SEND:
    case AST_RANGE: return fix_end(t, x->b);
    case AST_SLICE_TYPE:
    case AST_DOTS_TYPE:
    case AST_CHAN_TYPE:
    case AST_EXPR_STMT:
    case AST_CALL_STMT: return fix_end(t, x->a);
    case AST_RETURN: return x->a ? fix_end(t, x->a) : x->pos + 6;
    case AST_OPERATION: return fix_end(t, x->b ? x->b : x->a);
    case AST_LIST: return fix_end(t, last_in(t, x->b));
    case AST_FIELD: return fix_end(t, x->b ? x->b : x->a);
    case AST_ASSIGN: return x->b ? fix_end(t, x->b) : fix_end(t, x->a) + 2;
    case AST_FUNC_DECL: {
        node body = ast_rec(t->ast, n, FUNC_BODY);
        return fix_end(t, body ? body : ast_rec(t->ast, n, FUNC_TYPE));
    }
    case AST_IF: {
        node other = ast_rec(t->ast, n, IF_ELSE);
        return fix_end(t, other ? other : ast_rec(t->ast, n, IF_THEN));
    }
    case AST_FOR: return fix_end(t, ast_rec(t->ast, n, FOR_BODY));
    case AST_FUNC_TYPE: {
        node last = last_in(t, x->b);
        if (last) { /* the parentheses of results are optional */
            pos end = fix_end(t, last), closed = behind(t, end, ')');
            return ast_at(t->ast, last)->a || ast_list_len(t->ast, x->b) > 1 ? closed : end;
        }
        last = last_in(t, x->a);
        return behind(t, last ? fix_end(t, last) : x->pos + 1, ')');
    }
    case AST_VAR_DECL:
    case AST_CONST_DECL: {
        node v = ast_rec(t->ast, n, VALUE_VALUES);
        v = v ? v : ast_rec(t->ast, n, VALUE_TYPE);
        return fix_end(t, v ? v : last_in(t, x->a));
    }
    case AST_DECL_STMT: return fix_end(t, last_in(t, x->a));
    default: return ast_end(t->ast, n);
    }
}

str fix_text(const struct fix_tree *t, node n)
{
    return fix_range(t, fix_start(t, n), fix_end(t, n));
}

static bool holds_statements(u32 kind)
{
    return kind == AST_BLOCK || kind == AST_CASE || kind == AST_COMM;
}

static bool is_statement(u32 kind)
{
    return kind >= AST_EMPTY && kind <= AST_SELECT;
}

node fix_stmt(const struct fix_tree *t, node n)
{
    for (; n; n = t->parent[n]) {
        node p = t->parent[n];
        if (p && is_statement(ast_kind(t->ast, n)) && holds_statements(ast_kind(t->ast, p)) &&
            !(ast_kind(t->ast, p) == AST_COMM && ast_at(t->ast, p)->a == n)) {
            return n;
        }
        if (ast_kind(t->ast, n) == AST_FUNC_DECL) {
            return 0;
        }
    }
    return 0;
}

node fix_func(const struct fix_tree *t, node n)
{
    for (n = t->parent[n]; n; n = t->parent[n]) {
        if (ast_kind(t->ast, n) == AST_FUNC_LIT || ast_kind(t->ast, n) == AST_FUNC_DECL) {
            return n;
        }
    }
    return 0;
}

node fix_func_decl(const struct fix_tree *t, node n)
{
    while (n && ast_kind(t->ast, n) != AST_FUNC_DECL) {
        n = t->parent[n];
    }
    return n;
}

node fix_loop(const struct fix_tree *t, node n)
{
    for (node p = t->parent[n]; p; n = p, p = t->parent[p]) {
        u32 k = ast_kind(t->ast, p);
        if (k == AST_FOR && n == ast_rec(t->ast, p, FOR_BODY)) {
            return p;
        }
        if (k == AST_FUNC_LIT || k == AST_FUNC_DECL) {
            return 0;
        }
    }
    return 0;
}

bool fix_within(const struct fix_tree *t, node n, node outer)
{
    while (n && n != outer) {
        n = t->parent[n];
    }
    return n != 0;
}

str fix_indent(const struct fix_tree *t, node stmt)
{
    str text = t->ast->src->text;
    u32 at = fix_start(t, stmt) - t->ast->src->base, from = at, to;

    while (from > 0 && text.p[from - 1] != '\n') {
        from--;
    }
    for (to = from; to < at && (text.p[to] == ' ' || text.p[to] == '\t'); to++) {
    }
    return str_slice(text, from, to);
}

pos fix_comment_start(const struct fix_tree *t, node decl)
{
    const struct source *src = t->ast->src;
    u32 at = fix_start(t, decl) - src->base;

    while (at > 0) {
        u32 line = at - 1;
        while (line > 0 && src->text.p[line - 1] != '\n') {
            line--;
        }
        if (!str_has_prefix(str_slice(src->text, line, at), STR("//"))) {
            break;
        }
        at = line;
    }
    return src->base + at;
}

bool fix_has_comment(const struct fix_tree *t, pos from, pos to)
{
    str s = fix_range(t, from, to);

    return str_contains(s, STR("//")) || str_contains(s, STR("/*"));
}

/* ---- objects ---- */

struct obj *fix_obj(const struct fix_tree *t, node x)
{
    x = x ? ast_unparen(t->ast, x) : 0;
    return x && ast_kind(t->ast, x) == AST_NAME ? info_obj(t->f, x) : NULL;
}

struct type *fix_type(const struct fix_tree *t, node x)
{
    return t->f->at[x].type;
}

bool fix_name_is(const struct fix_tree *t, name_id id, const char *text)
{
    return str_is(intern_str(t->pkg->prog->names, id), text);
}

bool fix_is_func(const struct fix_tree *t, const struct obj *o, const char *path, const char *name)
{
    return o && o->kind == OBJ_FUNC && o->pkg && str_is(o->pkg->path, path) && fix_name_is(t, o->name, name) && o->type &&
           !(is_signature(o->type) && is_signature(o->type)->recv);
}

bool fix_is_call(const struct fix_tree *t, node n, const char *path, const char *name)
{
    return ast_kind(t->ast, n) == AST_CALL && fix_is_func(t, query_callee(t->f, n, NULL), path, name);
}

bool fix_is_builtin(const struct fix_tree *t, node call, const char *name)
{
    if (ast_kind(t->ast, call) != AST_CALL) {
        return false;
    }
    struct obj *o = fix_obj(t, ast_at(t->ast, call)->a);
    return o && o->kind == OBJ_BUILTIN && fix_name_is(t, o->name, name);
}

bool fix_is_unsafe_call(const struct fix_tree *t, node call)
{
    struct obj *o = info_obj(t->f, ast_unparen(t->ast, ast_at(t->ast, call)->a));

    return o && o->pkg && str_is(o->pkg->path, "unsafe");
}

bool fix_is_appended_to(const struct fix_tree *t, node x, node call)
{
    return fix_is_builtin(t, call, "append") && ast_list(t->ast, ast_at(t->ast, call)->b)[0] == x;
}

bool fix_is_given_to(const struct fix_tree *t, node call, const struct obj *v)
{
    node assign = t->parent[call];

    return ast_kind(t->ast, assign) == AST_ASSIGN && fix_obj(t, ast_at(t->ast, assign)->a) == v;
}

struct fix_uses fix_uses_of(const struct fix_tree *t, const struct obj *o)
{
    VEC(node) v = {0};

    for (node n = 1; n < t->ast->n_nodes; n++) {
        if (ast_kind(t->ast, n) == AST_NAME && ast_at(t->ast, n)->a == o->name && info_obj(t->f, n) == o) {
            vec_push_in(t->arena, &v, n);
        }
    }
    return (struct fix_uses){v.v, (u32)v.n};
}

/* Is x on the left side of an assignment, as a whole? */
static bool is_left(const struct fix_tree *t, node x, node assign)
{
    node left = ast_at(t->ast, assign)->a;
    const node *v;
    u32 n = ast_exprs(t->ast, &left, &v);

    for (u32 i = 0; i < n; i++) {
        if (v[i] == x) {
            return true;
        }
    }
    return false;
}

static bool is_value_part(const struct fix_tree *t, node n, node p)
{
    const struct ast_node *x = ast_at(t->ast, p);
    struct type *u = fix_type(t, n) ? type_under(fix_type(t, n)) : NULL;

    if (!u || x->a != n) {
        return false;
    }
    if (x->kind == AST_SELECTOR) {
        const struct selection *s = t->f->at[p].sel;
        return u->kind == TYPE_STRUCT && s && s->kind == SELECT_FIELD && !s->indirect;
    }
    return (x->kind == AST_INDEX || x->kind == AST_SLICE) && u->kind == TYPE_ARRAY;
}

static bool calls_by_address(const struct fix_tree *t, node n, node p)
{
    if (ast_kind(t->ast, p) != AST_SELECTOR || ast_at(t->ast, p)->a != n) {
        return false;
    }
    const struct selection *s = t->f->at[p].sel;
    if (!s || s->kind != SELECT_METHOD || !s->obj->type || !is_signature(s->obj->type)) {
        return false;
    }
    struct obj *recv = is_signature(s->obj->type)->recv;
    bool want = recv && type_under(recv->type)->kind == TYPE_POINTER;
    return want && fix_type(t, n) && type_under(fix_type(t, n))->kind != TYPE_POINTER;
}

/* What an expression, or a part of it that lies within it, is used by. */
struct place {
    node in, by;  /* by 0: a declaration */
    bool part;
    bool address; /* is taken */
};

static struct place place_of(const struct fix_tree *t, node n)
{
    struct place p = {.in = n};

    for (;; p.in = p.by) {
        p.by = t->parent[p.in];
        if (!p.by) {
            return p;
        }
        const struct ast_node *x = ast_at(t->ast, p.by);
        if (x->kind == AST_PAREN || x->kind == AST_LIST) {
            continue;
        }
        if (x->kind == AST_SLICE && is_value_part(t, p.in, p.by)) {
            p.part = false;
            p.address = true;
            return p;
        }
        if (is_value_part(t, p.in, p.by)) {
            p.part = true;
            continue;
        }
        p.address = calls_by_address(t, p.in, p.by) || (x->kind == AST_OPERATION && x->op == OP_AND && !x->b);
        return p;
    }
}

bool fix_is_addressed(const struct fix_tree *t, node x)
{
    return place_of(t, x).address;
}

enum fix_use fix_use_of(const struct fix_tree *t, node n)
{
    struct place place = place_of(t, n);
    node p = place.by, in = place.in;
    bool part = place.part;

    if (!p) {
        return FIX_USE_DECLARE;
    }
    if (place.address) {
        return part ? FIX_USE_PART : FIX_USE_ADDRESS;
    }
    const struct ast_node *x = ast_at(t->ast, p);
    switch (x->kind) {
    case AST_FIELD:
    case AST_VAR_DECL: return in == n && x->kind == AST_FIELD && x->a != n ? FIX_USE_READ
                              : x->kind == AST_VAR_DECL && ast_rec(t->ast, p, VALUE_VALUES) &&
                                      fix_within(t, n, ast_rec(t->ast, p, VALUE_VALUES))
                                  ? FIX_USE_READ
                                  : FIX_USE_DECLARE;
    case AST_ASSIGN:
        if (x->b && fix_within(t, n, x->b) && !fix_within(t, n, x->a)) {
            return FIX_USE_READ;
        }
        if (part) {
            return FIX_USE_PART;
        }
        if (x->op == OP_DEF) {
            struct obj *o = info_obj(t->f, n);
            return o && o->pos == ast_at(t->ast, n)->pos ? FIX_USE_DECLARE : FIX_USE_ASSIGN;
        }
        return is_left(t, in, p) || ast_kind(t->ast, x->a) == AST_LIST ? FIX_USE_ASSIGN : FIX_USE_READ;
    case AST_RANGE:
        if (x->a && fix_within(t, n, x->a)) {
            return part ? FIX_USE_PART : (x->flags & AST_FLAG_DEF) ? FIX_USE_DECLARE : FIX_USE_ASSIGN;
        }
        /* Ranging over an array that is addressed copies it; over its elements by index too. */
        return FIX_USE_READ;
    case AST_TYPE_SWITCH: return x->a == n ? FIX_USE_DECLARE : FIX_USE_READ;
    default: return FIX_USE_READ;
    }
}

bool fix_is_private(const struct fix_tree *t, const struct obj *o)
{
    if (!o || o->kind != OBJ_VAR || o->var == VAR_PACKAGE || o->var == VAR_FIELD) {
        return false;
    }
    struct fix_uses u = fix_uses_of(t, o);
    node func = 0;
    for (u32 i = 0; i < u.n; i++) {
        enum fix_use use = fix_use_of(t, u.v[i]);
        node around = fix_func(t, u.v[i]);
        func = func ? func : around;
        if (use == FIX_USE_ADDRESS || use == FIX_USE_PART || (use == FIX_USE_ASSIGN && around != func)) {
            return false;
        }
    }
    return true;
}

bool fix_is_plain(const struct fix_tree *t, node x)
{
    const struct ast_node *n = ast_at(t->ast, x);

    if (info_const(t->f, x)) {
        return true;
    }
    switch (n->kind) {
    case AST_NAME: return fix_is_private(t, info_obj(t->f, x));
    case AST_PAREN: return fix_is_plain(t, n->a);
    case AST_SELECTOR: {
        const struct selection *s = t->f->at[x].sel;
        return s && s->kind == SELECT_FIELD && !s->indirect && fix_is_plain(t, n->a);
    }
    case AST_OPERATION:
        return (n->op == OP_ADD || n->op == OP_SUB || n->op == OP_MUL) && n->b && fix_is_plain(t, n->a) &&
               fix_is_plain(t, n->b);
    case AST_CALL:
        return (t->f->mode[n->a] == MODE_TYPE || fix_is_builtin(t, x, "len") || fix_is_builtin(t, x, "cap")) &&
               ast_list_len(t->ast, n->b) == 1 && fix_is_plain(t, ast_list(t->ast, n->b)[0]);
    default: return false;
    }
}

struct has_calls {
    const struct fix_tree *t;
    bool found;
};

static bool calls_visit(void *ctx, node n)
{
    struct has_calls *h = ctx;
    const struct ast_node *x = ast_at(h->t->ast, n);

    if (x->kind == AST_FUNC_LIT || (x->kind == AST_OPERATION && x->op == OP_RECV)) {
        h->found = true;
    } else if (x->kind == AST_CALL && h->t->f->mode[ast_unparen(h->t->ast, x->a)] != MODE_TYPE) {
        h->found |= !fix_is_builtin(h->t, n, "len") && !fix_is_builtin(h->t, n, "cap");
    }
    return !h->found;
}

bool fix_has_calls(const struct fix_tree *t, node x)
{
    struct has_calls h = {t, false};

    ast_walk(t->ast, x, calls_visit, &h);
    return h.found;
}

struct has_stmt {
    const struct fix_tree *t;
    u32 kind, op;
    bool found;
};

static bool stmt_visit(void *ctx, node n)
{
    struct has_stmt *h = ctx;
    const struct ast_node *x = ast_at(h->t->ast, n);

    h->found |= x->kind == h->kind && x->op == h->op;
    return !h->found;
}

bool fix_has_stmt(const struct fix_tree *t, node x, u32 kind, u32 op)
{
    struct has_stmt h = {t, kind, op, false};

    ast_walk(t->ast, x, stmt_visit, &h);
    return h.found;
}

str fix_free_name(const struct fix_tree *t, node decl, str names)
{
    str whole = decl ? fix_text(t, decl) : (str){0}, name;

    while (decl && names.n > 0) {
        str_cut(names, STR(" "), &name, &names);
        name_id id = intern_lookup(t->pkg->prog->names, name);
        if (!fix_mentions(whole, name) && (!id || !scope_lookup(t->pkg->scope, id))) {
            return name;
        }
    }
    return (str){0};
}

str fix_new_name(const struct fix_tree *t, str base)
{
    for (int k = 1; k < 100; k++) {
        str name = k == 1 ? base : str_fmt(t->arena, "%.*s%d", STR_ARG(base), k);
        if (intern_lookup(t->pkg->prog->names, name) == 0) { /* never seen by the interner */
            return name;
        }
    }
    return (str){0};
}
