#include "race/race_variable.h"

#include "race/race_spot.h"

/* ---- the variable ---- */

enum { USES_MAX = 64 };

struct use {
    struct obj *obj;
    node n;
    bool written;
};

struct uses {
    struct race_spot at;
    struct use v[USES_MAX];
    size_t n;
};

static struct obj *obj_of(const struct race_spot *s, node n)
{
    struct obj *o = info_obj(s->file, n);
    return o && o->kind == OBJ_VAR ? (o->origin ? o->origin : o) : NULL;
}

static void use_add(struct uses *u, struct obj *o, node n, bool written)
{
    for (size_t i = 0; i < u->n; i++) {
        if (u->v[i].obj == o) {
            u->v[i].written |= written;
            return;
        }
    }
    if (o && u->n < USES_MAX) {
        u->v[u->n++] = (struct use){o, n, written};
    }
}

/* The variable that an assignment to x changes: of x[i] that is x only if it is an array. */
static struct obj *lvalue_obj(const struct race_spot *s, node x)
{
    const struct ast *f = s->file->ast;
    x = ast_unparen(f, x);
    while (ast_kind(f, x) == AST_INDEX) {
        node base = ast_unparen(f, ast_at(f, x)->a);
        struct type *t = s->file->at[base].type;
        u32 kind = t ? type_under(t)->kind : TYPE_SLICE;
        if (kind != TYPE_ARRAY) {
            return NULL;
        }
        x = base;
    }
    u32 kind = ast_kind(f, x);
    return kind == AST_NAME || kind == AST_SELECTOR ? obj_of(s, x) : NULL;
}

static void uses_written(struct uses *u, node list)
{
    const node *v;
    u32 n = ast_exprs(u->at.file->ast, &list, &v);
    for (u32 i = 0; i < n; i++) {
        use_add(u, lvalue_obj(&u->at, v[i]), v[i], true);
    }
}

static struct type_signature *func_signature(const struct race_spot *s, node func)
{
    const struct ast *f = s->file->ast;
    struct type *t = NULL;
    if (ast_kind(f, func) == AST_FUNC_LIT) {
        t = s->file->at[func].type;
    } else if (ast_kind(f, func) == AST_FUNC_DECL) {
        struct obj *o = info_obj(s->file, ast_at(f, func)->a);
        t = o ? o->type : NULL;
    }
    return t && t->kind == TYPE_SIGNATURE ? as_signature(t) : NULL;
}

/* All variables that the line of acc names. */
static bool uses_of(const struct race_story *s, const struct race_access *acc, struct uses *u)
{
    const struct race_frame *site = race_site(&acc->stack);
    u->n = 0;
    if (!site || !race_spot_at(s->src, site->file, site->line, &u->at)) {
        return false;
    }
    const struct ast *f = u->at.file->ast;
    node at = 1, n;
    while ((n = race_spot_next(&u->at, AST_ASSIGN, &at)) != 0) {
        uses_written(u, ast_at(f, n)->a);
    }
    for (at = 1; (n = race_spot_next(&u->at, AST_RANGE, &at)) != 0;) {
        uses_written(u, ast_at(f, n)->a);
    }
    for (at = 1; (n = race_spot_next(&u->at, AST_RETURN, &at)) != 0;) {
        struct type_signature *sig = func_signature(&u->at, query_func_at(u->at.file, ast_start(f, n)));
        for (u32 i = 0; sig && i < sig->results->n; i++) {
            if (sig->results->vars[i]->name != 0) {
                use_add(u, sig->results->vars[i], n, true);
            }
        }
    }
    for (at = 1; (n = race_spot_next(&u->at, AST_SELECTOR, &at)) != 0;) {
        use_add(u, obj_of(&u->at, n), n, false);
    }
    for (at = 1; (n = race_spot_next(&u->at, AST_NAME, &at)) != 0;) {
        use_add(u, obj_of(&u->at, n), n, false);
    }
    return true;
}

static struct span obj_span(const struct race_spot *s, const struct obj *o)
{
    return sources_span_raw(s->prog->sources, o->pos);
}

static bool obj_is_local(const struct obj *o)
{
    return o->var == VAR_LOCAL || o->var == VAR_PARAM || o->var == VAR_RESULT || o->var == VAR_RECV;
}

/* Does the memory's allocation fit a local variable that was moved to the heap? */
static bool obj_fits_memory(const struct race_story *s, const struct race_spot *at, const struct obj *o)
{
    const struct race_object *m = &s->ev->object;
    const struct race_frame *site = m->kind == RACE_OBJECT_HEAP ? race_site(&m->stack) : NULL;
    if (m->kind == RACE_OBJECT_GLOBAL) {
        return !obj_is_local(o);
    }
    if (!site || !obj_is_local(o)) {
        return true;
    }
    struct span d = obj_span(at, o);
    if (!str_eq(site->file, d.file)) {
        return false;
    }
    node func = query_func_at(at->file, o->pos);
    u32 line = func ? race_spot_line(at, ast_start(at->file->ast, func)) : d.line;
    return site->line == d.line || (o->var != VAR_LOCAL && site->line == line);
}

struct variable {
    struct obj *obj;
    struct uses use[2]; /* first, second */
};

/* The one variable that both lines name, that is written where there is a write, and that the memory can
 * be; false if there are several or none. */
static bool variable_of(const struct race_story *s, struct variable *v)
{
    v->obj = NULL;
    if (!uses_of(s, s->first, &v->use[0]) || !uses_of(s, s->second, &v->use[1])) {
        return false;
    }
    for (size_t i = 0; i < v->use[0].n; i++) {
        const struct use *x = &v->use[0].v[i];
        for (size_t k = 0; k < v->use[1].n; k++) {
            const struct use *y = &v->use[1].v[k];
            if (x->obj != y->obj || x->written < s->first->write || y->written < s->second->write ||
                !obj_fits_memory(s, &v->use[0].at, x->obj)) {
                continue;
            }
            if (v->obj) {
                return false;
            }
            v->obj = x->obj;
        }
    }
    return v->obj != NULL;
}

static str variable_name(const struct variable *v)
{
    return intern_str(v->use[0].at.prog->names, v->obj->name);
}

str race_variable_text(const struct race_story *s)
{
    struct variable v;
    if (!variable_of(s, &v)) {
        return (str){0};
    }
    for (size_t i = 0; i < v.use[0].n; i++) {
        const struct use *u = &v.use[0].v[i];
        u32 kind = ast_kind(v.use[0].at.file->ast, u->n); /* of a named result it is the return statement */
        if (u->obj == v.obj && (kind == AST_NAME || kind == AST_SELECTOR || kind == AST_INDEX)) {
            return race_spot_text(s->a, &v.use[0].at, u->n);
        }
    }
    return variable_name(&v);
}

/* Is the variable one of a function around the literal in which it is used here? */
static bool is_captured(const struct race_spot *s, const struct obj *o)
{
    const struct ast *f = s->file->ast;
    return obj_is_local(o) && s->func && ast_kind(f, s->func) == AST_FUNC_LIT &&
           !(ast_start(f, s->func) <= o->pos && o->pos < ast_end(f, s->func));
}

static str words_at(const struct race_story *s, struct span sp)
{
    return race_place(s->a, s->cwd, sp, s->first_span);
}

/* "goroutine 8 writes it at :12", of the access i. */
static str words_access(const struct race_story *s, size_t i)
{
    const struct race_access *acc = i ? s->second : s->first;
    str who = race_goroutine(s->a, acc), at = words_at(s, i ? s->second_span : s->first_span);
    return str_fmt(s->a, "%.*s %s it at %.*s", STR_ARG(who), acc->write ? "writes" : "reads", STR_ARG(at));
}

/* ---- calls ---- */

static bool call_is(const struct race_spot *s, node call, const char *pkg, const char *name)
{
    bool dynamic;
    struct obj *o = query_callee(s->file, call, &dynamic);
    return o && o->pkg && str_is(o->pkg->path, pkg) && str_is(intern_str(s->prog->names, o->name), name);
}

/* What x.m() is called on, or a channel expression: the variable, without & and *. */
static struct obj *root_obj(const struct race_spot *s, node x)
{
    const struct ast *f = s->file->ast;
    for (;;) {
        x = ast_unparen(f, x);
        const struct ast_node *n = ast_at(f, x);
        if (n->kind == AST_OPERATION && n->b == 0 && (n->op == OP_AND || n->op == OP_MUL)) {
            x = n->a;
        } else {
            return n->kind == AST_NAME || n->kind == AST_SELECTOR ? obj_of(s, x) : NULL;
        }
    }
}

static struct obj *call_receiver(const struct race_spot *s, node call)
{
    const struct ast *f = s->file->ast;
    node fun = ast_unparen(f, ast_at(f, call)->a);
    return ast_kind(f, fun) == AST_SELECTOR ? root_obj(s, ast_at(f, fun)->a) : NULL;
}

static struct span node_span(const struct race_spot *s, node n)
{
    return sources_span_raw(s->prog->sources, ast_start(s->file->ast, n));
}

/* The function that the goroutine of acc began with, and the line in it on the way to the access. */
static bool entry_of(const struct race_story *s, const struct race_access *acc, struct race_spot *out)
{
    const struct race_stack *st = &acc->stack;
    const struct race_frame *f = st->n > 0 ? &st->frames[st->n - 1] : NULL;
    return f && race_spot_at(s->src, f->file, f->line, out) && out->func;
}

/* ---- locks ---- */

bool race_lock_is_copy(const struct race_story *s, const struct race_frame *site, str text)
{
    struct race_spot at;
    if (!race_spot_at(s->src, site->file, site->line, &at)) {
        return false;
    }
    const struct ast *f = at.file->ast;
    node i = 1, n;
    while ((n = race_spot_next(&at, AST_CALL, &i)) != 0) {
        node fun = ast_unparen(f, ast_at(f, n)->a);
        if (ast_kind(f, fun) != AST_SELECTOR) {
            continue;
        }
        node x = ast_unparen(f, ast_at(f, fun)->a);
        if (!str_eq(race_spot_text(s->a, &at, x), text)) {
            continue;
        }
        while (ast_kind(f, x) == AST_SELECTOR) {
            struct selection *sel = at.file->at[x].sel;
            struct type *t = at.file->at[x].type;
            if (!sel || sel->kind != SELECT_FIELD || !t || type_under(t)->kind != TYPE_STRUCT) {
                return false;
            }
            x = ast_unparen(f, ast_at(f, x)->a);
        }
        struct obj *o = ast_kind(f, x) == AST_NAME ? obj_of(&at, x) : NULL;
        return o && (o->var == VAR_RECV || o->var == VAR_PARAM) && type_under(o->type)->kind == TYPE_STRUCT;
    }
    return false;
}

/* Does an expression name o? */
struct mention {
    const struct race_spot *s;
    const struct obj *o;
    bool found;
};

static bool mention_visit(void *ctx, node n)
{
    struct mention *m = ctx;
    u32 kind = ast_kind(m->s->file->ast, n);
    m->found |= (kind == AST_NAME || kind == AST_SELECTOR) && obj_of(m->s, n) == m->o;
    return !m->found;
}

static bool mentions(const struct race_spot *s, node n, const struct obj *o)
{
    struct mention m = {s, o, false};
    if (n != 0) {
        ast_walk(s->file->ast, n, mention_visit, &m);
    }
    return m.found;
}

/* Calls of a method Lock inside of n, and ifs after it on what `o` stands for. */
struct second_check {
    const struct race_spot *s;
    const struct obj *o;
    bool locked, checked;
};

static bool second_check_visit(void *ctx, node n)
{
    struct second_check *c = ctx;
    const struct ast *f = c->s->file->ast;
    if (ast_kind(f, n) == AST_CALL &&
        (call_is(c->s, n, "sync", "Lock") || call_is(c->s, n, "sync", "RLock"))) {
        c->locked = true;
    }
    if (ast_kind(f, n) == AST_IF && c->locked && mentions(c->s, ast_at(f, n)->a, c->o)) {
        c->checked = true;
    }
    return true;
}

bool race_is_double_checked(const struct race_story *s, const struct race_access *acc)
{
    struct variable v;
    if (acc->write || !variable_of(s, &v)) {
        return false;
    }
    const struct race_spot *at = &v.use[acc == s->second].at;
    const struct ast *f = at->file->ast;
    node i = 1, n;
    while ((n = race_spot_next(at, AST_IF, &i)) != 0) {
        struct second_check c = {.s = at, .o = v.obj};
        if (mentions(at, ast_at(f, n)->a, v.obj)) {
            ast_walk(f, ast_rec(f, n, IF_THEN), second_check_visit, &c);
        }
        if (c.checked) {
            return true;
        }
    }
    return false;
}

/* ---- wait groups ---- */

/* Is there a go statement behind n in the function of s?  Then an Add there is for that one. */
static bool starts_after(const struct race_spot *s, node n)
{
    const struct ast *f = s->file->ast;
    for (node k = 1; k < f->n_nodes; k++) {
        if (ast_kind(f, k) == AST_CALL_STMT && ast_at(f, k)->op == TOK_GO && ast_start(f, k) > ast_start(f, n) &&
            query_func_at(s->file, ast_start(f, k)) == s->func) {
            return true;
        }
    }
    return false;
}

bool race_adds_inside(const struct race_story *s, const struct race_access *acc,
                      const struct race_frame *wait, struct span *add)
{
    struct race_spot at, entry;
    struct obj *group = NULL;
    if (!race_spot_at(s->src, wait->file, wait->line, &at) || !entry_of(s, acc, &entry) ||
        entry.prog != at.prog) {
        return false;
    }
    node i = 1, n;
    while ((n = race_spot_next(&at, AST_CALL, &i)) != 0) {
        if (call_is(&at, n, "sync", "Wait")) {
            group = call_receiver(&at, n);
        }
    }
    const struct ast *f = entry.file->ast;
    for (n = 1; group && n < f->n_nodes; n++) {
        if (ast_kind(f, n) == AST_CALL && query_func_at(entry.file, ast_start(f, n)) == entry.func &&
            call_is(&entry, n, "sync", "Add") && call_receiver(&entry, n) == group && !starts_after(&entry, n)) {
            *add = node_span(&entry, n);
            return true;
        }
    }
    return false;
}

/* ---- variables of loops and closures ---- */

/* The FOR whose clause declares o, 0: none. */
static node loop_of(const struct race_spot *s, const struct obj *o)
{
    const struct ast *f = s->file->ast;
    for (node n = 1; n < f->n_nodes; n++) {
        node init = ast_kind(f, n) == AST_FOR ? ast_at(f, n)->a : 0;
        if (init != 0 && ast_start(f, init) <= o->pos && o->pos < ast_end(f, init)) {
            bool range = ast_kind(f, init) == AST_RANGE;
            bool def = range ? ast_at(f, init)->flags & AST_FLAG_DEF
                             : ast_kind(f, init) == AST_ASSIGN && ast_at(f, init)->op == OP_DEF;
            const node left = ast_at(f, init)->a;
            return def && left != 0 && ast_start(f, left) <= o->pos && o->pos < ast_end(f, left) ? n : 0;
        }
    }
    return 0;
}

bool race_variable_loop(const struct race_story *s, struct race_pattern *out)
{
    enum { PER_ITERATION = 22 };
    struct variable v;
    if (!variable_of(s, &v) || v.obj->var != VAR_LOCAL) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        const struct race_spot *in = &v.use[i].at;
        u16 version = in->file->version;
        node loop = version != 0 && version < PER_ITERATION && is_captured(in, v.obj) ? loop_of(in, v.obj) : 0;
        if (loop == 0 || !race_spot_inside(in, in->func, loop)) {
            continue;
        }
        str name = variable_name(&v), x = words_access(s, 0), y = words_access(s, 1);
        out->id = RACE_LOOP_VARIABLE;
        out->span = obj_span(in, v.obj);
        str at = words_at(s, out->span);
        out->text = str_fmt(s->a, "the loop variable %.*s of %.*s is captured by a closure, and with go 1.%u in go.mod all iterations share it: %.*s, %.*s",
                            STR_ARG(name), STR_ARG(at), version, STR_ARG(x), STR_ARG(y));
        return true;
    }
    return false;
}

static bool closure(const struct race_story *s, struct variable *v, size_t *inside)
{
    if (!variable_of(s, v) || !obj_is_local(v->obj)) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (is_captured(&v->use[i].at, v->obj)) {
            *inside = i;
            return true;
        }
    }
    return false;
}

bool race_variable_closure(const struct race_story *s, struct race_pattern *out)
{
    struct variable v;
    size_t inside;
    if (!closure(s, &v, &inside)) {
        return false;
    }
    const struct race_spot *in = &v.use[inside].at;
    str name = variable_name(&v), x = words_access(s, 0), y = words_access(s, 1);
    out->span = obj_span(in, v.obj);
    str at = words_at(s, out->span);
    if (v.obj->var == VAR_RESULT) {
        out->id = RACE_NAMED_RESULT;
        out->text = str_fmt(s->a, "the named result %.*s (%.*s) is captured by a closure that runs in another goroutine: %.*s, %.*s",
                            STR_ARG(name), STR_ARG(at), STR_ARG(x), STR_ARG(y));
        return true;
    }
    if (s->first->write && s->second->write && v.obj->type &&
        type_identical(v.obj->type, in->prog->error)) {
        out->id = RACE_CAPTURED_ERROR;
        out->text = str_fmt(s->a, "%.*s, declared at %.*s, is captured by a closure that runs in another goroutine: %.*s, %.*s",
                            STR_ARG(name), STR_ARG(at), STR_ARG(x), STR_ARG(y));
        return true;
    }
    return false;
}

bool race_variable_captured(const struct race_story *s, struct race_pattern *out)
{
    struct variable v;
    size_t inside;
    if (!closure(s, &v, &inside)) {
        return false;
    }
    str name = variable_name(&v), x = words_access(s, 0), y = words_access(s, 1);
    out->span = obj_span(&v.use[inside].at, v.obj);
    str at = words_at(s, out->span);
    out->id = RACE_CAPTURED;
    out->text = str_fmt(s->a, "%.*s, declared at %.*s, is captured by a closure that runs in another goroutine: %.*s, %.*s",
                        STR_ARG(name), STR_ARG(at), STR_ARG(x), STR_ARG(y));
    return true;
}

/* ---- slices, structs ---- */

/* Does the line say o = append(o, …)? */
static bool line_appends(const struct race_spot *s, const struct obj *o)
{
    const struct ast *f = s->file->ast;
    node i = 1, n;
    while ((n = race_spot_next(s, AST_CALL, &i)) != 0) {
        node fun = ast_unparen(f, ast_at(f, n)->a);
        struct obj *callee = ast_kind(f, fun) == AST_NAME ? info_obj(s->file, fun) : NULL;
        u32 args = ast_at(f, n)->b;
        if (callee && callee->kind == OBJ_BUILTIN &&
            str_is(intern_str(s->prog->names, callee->name), "append") && ast_list_len(f, args) > 0 &&
            root_obj(s, ast_list(f, args)[0]) == o) {
            return true;
        }
    }
    return false;
}

/* Is the memory an array that one of the two lines made? */
static bool is_grown(const struct race_story *s)
{
    const struct race_object *m = &s->ev->object;
    const struct race_frame *site = m->kind == RACE_OBJECT_HEAP ? race_site(&m->stack) : NULL;
    return site && ((site->line == s->first_span.line && str_eq(site->file, s->first_span.file)) ||
                    (site->line == s->second_span.line && str_eq(site->file, s->second_span.file)));
}

bool race_variable_append(const struct race_story *s, struct race_pattern *out)
{
    struct uses x, y;
    if (!uses_of(s, s->first, &x) || !uses_of(s, s->second, &y)) {
        return false;
    }
    for (size_t i = 0; i < x.n; i++) {
        const struct obj *o = x.v[i].obj;
        if (!x.v[i].written || !line_appends(&x.at, o) || !line_appends(&y.at, o) ||
            !(obj_fits_memory(s, &x.at, o) || is_grown(s))) {
            continue;
        }
        str name = intern_str(x.at.prog->names, o->name), a1 = words_access(s, 0), a2 = words_access(s, 1);
        out->id = RACE_APPEND;
        out->span = s->first_span;
        out->text = str_fmt(s->a, "goroutines append to the slice %.*s at once: %.*s, %.*s", STR_ARG(name),
                            STR_ARG(a1), STR_ARG(a2));
        return true;
    }
    return false;
}

/* The maps that the line changes (write), or reads, ranges over and changes. */
static void line_maps(struct uses *u, bool write)
{
    const struct race_spot *s = &u->at;
    const struct ast *f = s->file->ast;
    static const u8 kinds[] = {AST_INDEX, AST_RANGE, AST_CALL, AST_ASSIGN};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        node i = 1, n;
        while ((n = race_spot_next(s, kinds[k], &i)) != 0) {
            const struct ast_node *x = ast_at(f, n);
            node map = 0, left = x->kind == AST_ASSIGN ? ast_unparen(f, x->a) : 0;
            if (left != 0 && ast_kind(f, left) == AST_INDEX) {
                map = ast_at(f, left)->a;
            } else if (x->kind == AST_CALL) {
                node fun = ast_unparen(f, x->a);
                struct obj *o = ast_kind(f, fun) == AST_NAME ? info_obj(s->file, fun) : NULL;
                str name = o && o->kind == OBJ_BUILTIN ? intern_str(s->prog->names, o->name) : (str){0};
                bool changes = str_is(name, "delete") || str_is(name, "clear");
                map = changes && ast_list_len(f, x->b) > 0 ? ast_list(f, x->b)[0] : 0;
            } else if (!write && (x->kind == AST_INDEX || x->kind == AST_RANGE)) {
                map = x->kind == AST_INDEX ? x->a : x->b;
            }
            struct type *t = map ? s->file->at[map].type : NULL;
            if (t && type_under(t)->kind == TYPE_MAP) {
                use_add(u, root_obj(s, map), n, x->kind == AST_RANGE);
            }
        }
    }
}

bool race_variable_map(const struct race_story *s, struct race_pattern *out)
{
    struct uses x, y;
    if (!uses_of(s, s->first, &x) || !uses_of(s, s->second, &y)) {
        return false;
    }
    x.n = y.n = 0;
    line_maps(&x, s->first->write);
    line_maps(&y, s->second->write);
    for (size_t i = 0; i < x.n; i++) {
        for (size_t k = 0; k < y.n; k++) {
            if (x.v[i].obj != y.v[k].obj) {
                continue;
            }
            str name = intern_str(x.at.prog->names, x.v[i].obj->name);
            str a1 = words_access(s, 0), a2 = words_access(s, 1);
            out->id = RACE_MAP;
            out->span = s->first_span;
            out->text = str_fmt(s->a, "the map %.*s is written while another goroutine %s it: %.*s, %.*s", STR_ARG(name),
                                x.v[i].written || y.v[k].written ? "ranges over" : "uses", STR_ARG(a1), STR_ARG(a2));
            return true;
        }
    }
    return false;
}

/* A value of the struct type t that the line copies; 0: none.  Operands of selectors, of & and of index
 * expressions are not copied, nor is what is assigned to. */
static node line_copies(const struct race_spot *s, struct type *t)
{
    const struct ast *f = s->file->ast;
    static const u8 kinds[] = {AST_NAME, AST_SELECTOR, AST_OPERATION, AST_INDEX};
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        node i = 1, n;
        while ((n = race_spot_next(s, kinds[k], &i)) != 0) {
            const struct ast_node *x = ast_at(f, n);
            struct type *own = s->file->mode[n] == MODE_VAR ? s->file->at[n].type : NULL;
            bool copied = own && type_identical(own, t) &&
                          (x->kind != AST_OPERATION || (x->op == OP_MUL && x->b == 0));
            for (node p = n + 1; copied && p < f->n_nodes; p++) {
                const struct ast_node *parent = ast_at(f, p);
                bool operand = parent->a == n &&
                               (parent->kind == AST_SELECTOR || parent->kind == AST_INDEX ||
                                parent->kind == AST_PAREN || parent->kind == AST_ASSIGN ||
                                parent->kind == AST_RANGE || parent->kind == AST_FIELD ||
                                (parent->kind == AST_OPERATION && parent->op == OP_AND && parent->b == 0));
                copied = !operand && !(parent->kind == AST_SELECTOR && parent->b == n);
            }
            if (copied && info_obj(s->file, n) && ast_at(f, n)->pos == info_obj(s->file, n)->pos) {
                copied = false; /* its declaration */
            }
            if (copied) {
                return n;
            }
        }
    }
    return 0;
}

bool race_variable_copy(const struct race_story *s, struct race_pattern *out)
{
    struct uses x;
    struct race_spot at;
    const struct race_frame *site = race_site(&s->second->stack);
    if (s->second->write || !s->first->write || !uses_of(s, s->first, &x) || !site ||
        !race_spot_at(s->src, site->file, site->line, &at) || at.prog != x.at.prog) {
        return false;
    }
    for (size_t i = 0; i < x.n; i++) {
        node n = x.v[i].n;
        struct selection *sel = x.v[i].written && ast_kind(x.at.file->ast, n) == AST_SELECTOR ? x.at.file->at[n].sel : NULL;
        if (!sel || sel->kind != SELECT_FIELD || sel->n_path != 1) {
            continue;
        }
        bool pointer;
        node copy = line_copies(&at, type_deref(sel->recv, &pointer));
        if (copy == 0) {
            continue;
        }
        str text = race_spot_text(s->a, &at, copy), field = race_spot_text(s->a, &x.at, n);
        str where1 = words_at(s, s->first_span), where2 = words_at(s, s->second_span);
        str g1 = race_goroutine(s->a, s->first), g2 = race_goroutine(s->a, s->second);
        out->id = RACE_STRUCT_COPY;
        out->span = s->second_span;
        out->text = str_fmt(s->a, "%.*s copies the whole struct %.*s at %.*s while %.*s writes %.*s at %.*s", STR_ARG(g2),
                            STR_ARG(text), STR_ARG(where2), STR_ARG(g1), STR_ARG(field), STR_ARG(where1));
        return true;
    }
    return false;
}

/* ---- waiting ---- */

/* The channel or WaitGroup on which n sends, closes, is Done (give), or receives, waits. */
static struct obj *gate_of(const struct race_spot *s, node n, bool give)
{
    const struct ast *f = s->file->ast;
    const struct ast_node *x = ast_at(f, n);
    if (x->kind == AST_SEND) {
        return give ? root_obj(s, x->a) : NULL;
    }
    if (x->kind == AST_OPERATION && x->op == OP_RECV && x->b == 0) {
        return give ? NULL : root_obj(s, x->a);
    }
    if (x->kind != AST_CALL) {
        return NULL;
    }
    if (call_is(s, n, "sync", give ? "Done" : "Wait")) {
        return call_receiver(s, n);
    }
    node fun = ast_unparen(f, x->a);
    struct obj *callee = ast_kind(f, fun) == AST_NAME ? info_obj(s->file, fun) : NULL;
    return give && callee && callee->kind == OBJ_BUILTIN &&
                   str_is(intern_str(s->prog->names, callee->name), "close") && ast_list_len(f, x->b) == 1
               ? root_obj(s, ast_list(f, x->b)[0])
               : NULL;
}

/* Started by the other one, in the function that the other's access is in and before it. */
static bool started_by(const struct race_story *s, const struct race_access *x, const struct race_access *y,
                       struct race_spot *access, u32 *go_line)
{
    const struct race_frame *site = race_site(&y->stack), *go = race_site(&x->created);
    if (!site || !go || x->created_by != y->goroutine || !str_eq(site->file, go->file) ||
        !str_eq(site->fn, go->fn) || go->line >= site->line ||
        !race_spot_at(s->src, site->file, site->line, access)) {
        return false;
    }
    *go_line = go->line;
    return access->func != 0;
}

/* Is n, in the function of s, later in the source than s's line, and not in a loop with it? */
static bool is_later(const struct race_spot *s, node n)
{
    const struct ast *f = s->file->ast;
    if (ast_start(f, n) < s->to || query_func_at(s->file, ast_start(f, n)) != s->func) {
        return false;
    }
    for (node k = 1; k < f->n_nodes; k++) {
        if (ast_kind(f, k) == AST_FOR && ast_start(f, k) < s->from && ast_end(f, k) > ast_start(f, n) &&
            race_spot_inside(s, k, s->func)) {
            return false;
        }
    }
    return true;
}

/* Does n, in the function of s, surely come before s's line: above it, in no loop with it, not deferred? */
static bool is_earlier(const struct race_spot *s, node n)
{
    const struct ast *f = s->file->ast;
    if (ast_start(f, n) >= s->from) {
        return false;
    }
    for (node k = 1; k < f->n_nodes; k++) {
        u32 kind = ast_kind(f, k);
        if ((kind == AST_CALL_STMT && ast_at(f, k)->op == TOK_DEFER && ast_at(f, k)->a == n) ||
            (kind == AST_FOR && ast_start(f, k) <= ast_start(f, n) && ast_end(f, k) > s->from &&
             race_spot_inside(s, k, s->func))) {
            return false;
        }
    }
    return true;
}

bool race_variable_late(const struct race_story *s, struct race_pattern *out)
{
    const struct race_access *both[2] = {s->first, s->second};
    for (size_t i = 0; i < 2; i++) {
        const struct race_access *x = both[i], *y = both[1 - i]; /* y started x, and is too early */
        struct race_spot access, entry;
        u32 go_line;
        if (!started_by(s, x, y, &access, &go_line) || !entry_of(s, x, &entry) || entry.prog != access.prog) {
            continue;
        }
        const struct ast *f = access.file->ast, *g = entry.file->ast;
        for (node n = 1; n < f->n_nodes; n++) {
            struct obj *gate = gate_of(&access, n, false);
            if (!gate || !is_later(&access, n)) {
                continue;
            }
            for (node k = 1; k < g->n_nodes; k++) {
                if (gate_of(&entry, k, true) != gate ||
                    query_func_at(entry.file, ast_start(g, k)) != entry.func || is_earlier(&entry, k)) {
                    continue;
                }
                str who = race_goroutine(s->a, y), other = race_goroutine(s->a, x);
                str name = intern_str(access.prog->names, gate->name);
                str at = words_at(s, i ? s->first_span : s->second_span);
                str waits = words_at(s, node_span(&access, n)), gives = words_at(s, node_span(&entry, k));
                bool group = ast_kind(f, n) == AST_CALL;
                out->id = RACE_ACQUIRED_LATE;
                out->span = node_span(&access, n);
                out->text = str_fmt(s->a, "%.*s %s at %.*s, before it %s %.*s at %.*s; only after that is it sure that %.*s has come to %.*s",
                                    STR_ARG(who), y->write ? "writes" : "reads", STR_ARG(at),
                                    group ? "waits for" : "receives from", STR_ARG(name), STR_ARG(waits),
                                    STR_ARG(other), STR_ARG(gives));
                return true;
            }
        }
    }
    return false;
}

/* Anything but sleeping and yielding. */
struct idle {
    const struct race_spot *s;
    bool busy;
};

static bool idle_visit(void *ctx, node n)
{
    struct idle *i = ctx;
    u32 kind = ast_kind(i->s->file->ast, n);
    if (kind == AST_CALL && (call_is(i->s, n, "runtime", "Gosched") || call_is(i->s, n, "time", "Sleep"))) {
        return false;
    }
    i->busy |= kind != AST_BLOCK && kind != AST_EXPR_STMT && kind != AST_EMPTY;
    return true;
}

bool race_variable_wait(const struct race_story *s, struct race_pattern *out)
{
    struct variable v;
    if (s->second->write || !variable_of(s, &v)) {
        return false;
    }
    const struct race_spot *at = &v.use[1].at;
    const struct ast *f = at->file->ast;
    node i = 1, n;
    while ((n = race_spot_next(at, AST_FOR, &i)) != 0) {
        if (ast_kind(f, ast_at(f, n)->a) == AST_RANGE || !mentions(at, ast_rec(f, n, FOR_COND), v.obj)) {
            continue;
        }
        struct idle idle = {.s = at};
        ast_walk(f, ast_rec(f, n, FOR_BODY), idle_visit, &idle);
        if (idle.busy) {
            continue;
        }
        str who = race_goroutine(s->a, s->second), name = variable_name(&v), where = words_at(s, s->second_span);
        str other = race_goroutine(s->a, s->first), there = words_at(s, s->first_span);
        out->id = RACE_BUSY_WAIT;
        out->span = s->second_span;
        out->text = str_fmt(s->a, "%.*s waits in a loop at %.*s until it sees %.*s change, which %.*s writes plainly at %.*s",
                            STR_ARG(who), STR_ARG(where), STR_ARG(name), STR_ARG(other), STR_ARG(there));
        return true;
    }
    return false;
}

/* Does a branch have n in it, and not s's line: may n have been left out on the way there? */
static bool is_optional(const struct race_spot *s, node n)
{
    const struct ast *f = s->file->ast;
    for (node k = 1; k < f->n_nodes; k++) {
        u32 kind = ast_kind(f, k);
        node branch[2] = {kind == AST_CASE || kind == AST_COMM ? k : kind == AST_IF ? ast_rec(f, k, IF_THEN) : 0,
                          kind == AST_IF ? ast_rec(f, k, IF_ELSE) : 0};
        for (size_t i = 0; i < 2; i++) {
            if (branch[i] != 0 && race_spot_inside(s, n, branch[i]) && ast_end(f, branch[i]) <= s->from) {
                return true;
            }
        }
    }
    return false;
}

/* A call of time.Sleep in the function of s, on a line in (from, to) and on every way to s. */
static node sleep_between(const struct race_spot *s, u32 from, u32 to)
{
    const struct ast *f = s->file->ast;
    for (node n = 1; n < f->n_nodes; n++) {
        if (ast_kind(f, n) == AST_CALL && call_is(s, n, "time", "Sleep") &&
            query_func_at(s->file, ast_start(f, n)) == s->func) {
            u32 line = race_spot_line(s, ast_start(f, n));
            if (line > from && line < to && !is_optional(s, n)) {
                return n;
            }
        }
    }
    return 0;
}

bool race_variable_sleep(const struct race_story *s, struct race_pattern *out)
{
    const struct race_access *both[2] = {s->first, s->second};
    for (size_t i = 0; i < 2; i++) {
        const struct race_access *x = both[i], *y = both[1 - i];
        struct race_spot at;
        u32 go_line;
        node n = started_by(s, x, y, &at, &go_line) ? sleep_between(&at, go_line, at.line) : 0;
        if (n == 0) {
            continue;
        }
        str who = race_goroutine(s->a, y), other = race_goroutine(s->a, x);
        out->id = RACE_SLEEP;
        out->span = node_span(&at, n);
        str where = words_at(s, out->span);
        out->text = str_fmt(s->a, "%.*s sleeps at %.*s after it started %.*s, and goes on as if that were done",
                            STR_ARG(who), STR_ARG(where), STR_ARG(other));
        return true;
    }
    return false;
}
