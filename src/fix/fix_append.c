/* fix_append.c: text goes to memory that the caller has, instead of to a writer that is not known.
 *
 *   func Log(w io.Writer, x int64) {          func AppendLog(buf []byte, x int64) []byte {
 *       p := point{x}                             p := point{x}
 *       fmt.Fprintln(w, "at", &p)       →         buf = append(buf, "at &{"...)
 *   }                                             ...
 *                                                 return buf
 *                                             }
 *   for ... {                                 var buf []byte
 *       Log(w, 3)                             for ... {
 *   }                                             buf = AppendLog(buf[:0], 3)
 *                                                 w.Write(buf)
 *                                             }
 *
 * The last thing that the function does is one call of fmt, which writes once (GOROOT/src/fmt/print.go); now its callers write the
 * same bytes, once, at the same time.  Nothing else is done with the writer, nothing is deferred, and it is not left earlier.
 * A buffer is used again in the next iteration: a writer must not keep what it is given (io.Writer), and did not before, as fmt
 * uses its buffers again too.  The writer is asked for when the text is made: so it is what nobody can change meanwhile.
 *
 * The function has another name and signature: all callers are rewritten with it. */
#include "fix/fix_fmt_int.h"
#include "fix/fix_import.h"
#include "fix/fix_names.h"
#include "fix/fix_whole.h"

enum { APPEND_LOOPS = 64 };

struct append {
    const struct fix_whole *w;
    struct fix_rewrite r; /* of the call of fmt; r.t has the function */
    struct obj *func, *writer;
    node decl;
    str name, buf;
    struct fix_edits edits;
    bool quiet; /* before it writes it calls nothing */
    u32 calls, again;
    struct append_loop {
        const struct fix_tree *t;
        node stmt;
        str buf;
    } loops[APPEND_LOOPS]; /* before which a buffer is declared */
    u32 n_loops;
};

/* ---- the function ---- */

/* fmt.Fprint... as the last statement of the body, to the parameter that is used nowhere else. */
static bool takes_call(struct append *a)
{
    const struct fix_tree *t = a->r.t;
    node body = ast_rec(t->ast, a->decl, FUNC_BODY), type = ast_rec(t->ast, a->decl, FUNC_TYPE);
    u32 list = body ? ast_at(t->ast, body)->a : 0, n = ast_list_len(t->ast, list), params = ast_at(t->ast, type)->a;

    if (n == 0 || ast_rec(t->ast, a->decl, FUNC_RECV) || ast_list_len(t->ast, ast_rec(t->ast, a->decl, FUNC_TPARAMS)) ||
        ast_rec(t->ast, a->decl, FUNC_PRAGMAS) || ast_list_len(t->ast, ast_at(t->ast, type)->b) || !ast_list_len(t->ast, params)) {
        return false;
    }
    node first = ast_list(t->ast, params)[0], last = ast_list(t->ast, list)[n - 1];
    bool shared = ast_list_len(t->ast, params) > 1 && ast_at(t->ast, ast_list(t->ast, params)[1])->b == ast_at(t->ast, first)->b;
    a->writer = ast_at(t->ast, first)->a ? info_obj(t->f, ast_at(t->ast, first)->a) : NULL;
    if (!a->writer || shared || ast_kind(t->ast, ast_at(t->ast, first)->b) == AST_DOTS_TYPE || ast_kind(t->ast, last) != AST_EXPR_STMT) {
        return false;
    }
    a->r.call = ast_at(t->ast, last)->a;
    if (ast_kind(t->ast, a->r.call) != AST_CALL || ast_list_len(t->ast, ast_at(t->ast, a->r.call)->b) < 2) {
        return false;
    }
    node to = ast_list(t->ast, ast_at(t->ast, a->r.call)->b)[0];
    return fix_obj(t, to) == a->writer && fix_uses_of(t, a->writer).n == 2;
}

/* The parameter is an io.Writer, under whatever name: Write is all that fmt asks of it. */
static bool is_writer(const struct append *a)
{
    const struct package *fmt = query_callee(a->r.t->f, a->r.call, NULL)->pkg;
    struct obj *fprint = scope_lookup(fmt->scope, intern_lookup(fmt->prog->names, STR("Fprint")));
    struct type_signature *sig = fprint && fprint->type ? is_signature(fprint->type) : NULL;

    return sig && sig->params->n > 0 && type_identical(type_under(sig->params->vars[0]->type), type_under(a->writer->type));
}

struct leaves {
    struct append *a;
    bool wrong;
};

/* Nothing leaves it earlier, is done later, or is done by others. */
static bool leaves_visit(void *ctx, node n)
{
    struct leaves *l = ctx;
    const struct fix_tree *t = l->a->r.t;
    const struct ast_node *x = ast_at(t->ast, n);
    struct obj *o = x->kind == AST_NAME ? info_obj(t->f, n) : NULL;

    l->wrong |= x->kind == AST_RETURN || x->kind == AST_CALL_STMT || x->kind == AST_FUNC_LIT ||
                (x->kind == AST_BRANCH && x->op == TOK_GOTO) || (o && o->kind == OBJ_FUNC && o->pkg && str_is(o->pkg->path, "runtime"));
    return !l->wrong;
}

static bool body_fits(struct append *a)
{
    const struct fix_tree *t = a->r.t;
    node body = ast_rec(t->ast, a->decl, FUNC_BODY);
    u32 list = ast_at(t->ast, body)->a;
    struct leaves l = {a, false};

    ast_walk(t->ast, body, leaves_visit, &l);
    a->quiet = true;
    for (u32 i = 0; i + 1 < ast_list_len(t->ast, list); i++) {
        a->quiet &= !fix_has_calls(t, ast_list(t->ast, list)[i]);
    }
    u32 args = ast_at(t->ast, a->r.call)->b;
    for (u32 i = 1; i < ast_list_len(t->ast, args); i++) {
        a->quiet &= !fix_has_calls(t, ast_list(t->ast, args)[i]);
    }
    return !l.wrong;
}

static bool takes_pieces(struct append *a)
{
    const struct fix_tree *t = a->r.t;

    a->r.strconv = fix_import_name(t->arena, t->pkg, t->f, STR("strconv"));
    if (fix_is_call(t, a->r.call, "fmt", "Fprintf")) {
        return fix_fmt_parse(&a->r, 1) && a->r.v.n > 0;
    }
    bool line = fix_is_call(t, a->r.call, "fmt", "Fprintln");
    return (line || fix_is_call(t, a->r.call, "fmt", "Fprint")) && fix_fmt_operands(&a->r, 1, line) && a->r.v.n > 0;
}

/* Log → AppendLog, writeLog → appendLog. */
static bool give_names(struct append *a)
{
    static const char *const verbs[] = {"Write", "Print", "Fprint", "write", "print", "fprint"};
    const struct fix_tree *t = a->r.t;
    str name = intern_str(t->pkg->prog->names, a->func->name), rest = name;
    bool exported = a->func->flags & OBJ_EXPORTED;

    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        str after = name;
        if (str_cut_prefix(&after, str_of(verbs[i])) && after.n > 0 && after.p[0] >= 'A' && after.p[0] <= 'Z') {
            rest = after;
        }
    }
    char head = rest.p[0] >= 'a' && rest.p[0] <= 'z' ? (char)(rest.p[0] - 'a' + 'A') : rest.p[0];
    a->name = fix_new_name(t, str_fmt(t->arena, "%s%c%.*s", exported ? "Append" : "append", head, STR_ARG(str_from(rest, 1))));
    a->buf = fix_free_name(t, a->decl, STR(FIX_BUFFER_NAMES));
    return a->name.n > 0 && a->buf.n > 0;
}

/* The comment before the function: its first word is the function's name, and a line says what is new. */
static void write_comment(struct append *a)
{
    const struct fix_tree *t = a->r.t;
    const struct source *src = t->ast->src;
    u32 start = fix_start(t, a->decl) - src->base, at = fix_comment_start(t, a->decl) - src->base;
    str name = intern_str(t->pkg->prog->names, a->func->name), comment = str_slice(src->text, at, start);
    str head = str_fmt(t->arena, "// %.*s ", STR_ARG(name)), more = STR("// The text is appended to the buffer, and the longer one returned.\n");

    if (str_cut_prefix(&comment, head)) {
        fix_edit_replace(&a->edits, src, src->base + at, src->base + at + (u32)head.n, str_fmt(t->arena, "// %.*s ", STR_ARG(a->name)));
    }
    if (start > at) {
        fix_edit_insert(&a->edits, src, src->base + start, more);
    }
}

static bool write_function(struct append *a)
{
    const struct fix_tree *t = a->r.t;
    const struct source *src = t->ast->src;
    node type = ast_rec(t->ast, a->decl, FUNC_TYPE), stmt = t->parent[a->r.call];
    u32 params = ast_at(t->ast, type)->a, n = ast_list_len(t->ast, params);
    node first = ast_list(t->ast, params)[0], name = ast_at(t->ast, a->decl)->a;
    str indent = fix_indent(t, stmt), buf = a->buf;
    struct strbuf b = {0};
    bool ok = true;

    for (size_t i = 0; i < a->r.v.n && ok; i++) {
        ok = fix_fmt_append(&a->r, &b, buf, &a->r.v.v[i]);
        strbuf_printf(&b, "\n%.*s", STR_ARG(indent));
    }
    strbuf_printf(&b, "return %.*s", STR_ARG(buf));
    if (ok) {
        write_comment(a);
        fix_edit_replace(&a->edits, src, fix_start(t, name), fix_end(t, name), a->name);
        pos end = n > 1 ? fix_start(t, ast_list(t->ast, params)[1]) : fix_end(t, first);
        fix_edit_replace(&a->edits, src, fix_start(t, first), end, str_fmt(t->arena, "%.*s []byte%s", STR_ARG(buf), n > 1 ? ", " : ""));
        fix_edit_insert(&a->edits, src, fix_end(t, type), STR(" []byte"));
        fix_edit_replace(&a->edits, src, fix_start(t, stmt), fix_end(t, stmt), strbuf_str(&b));
        fix_edit_drops(&a->edits, src, STR("fmt"));
        fix_edit_drops(&a->edits, src, STR("io"));
        if (a->r.needs_strconv) {
            fix_edit_needs(&a->edits, src, STR("strconv"));
        }
    }
    strbuf_release(&b);
    return ok;
}

/* ---- its callers ---- */

/* x or x.f.g, all in one variable: its address is the same at any time. */
static bool is_place(const struct fix_tree *t, node x)
{
    while (ast_kind(t->ast, x) == AST_SELECTOR) {
        const struct selection *s = t->f->at[x].sel;
        if (!s || s->kind != SELECT_FIELD || s->indirect) {
            return false;
        }
        x = ast_unparen(t->ast, ast_at(t->ast, x)->a);
    }
    struct obj *o = fix_obj(t, x);
    return o && o->kind == OBJ_VAR;
}

/* What Write is asked of: x of &x, a variable of this function, a variable of another package.  Empty: it may be another one
 * when the text is made. */
static str writer_text(const struct append *a, const struct fix_tree *t, node to, bool quiet)
{
    const struct ast_node *x = ast_at(t->ast, to = ast_unparen(t->ast, to));
    struct obj *o = fix_named(t, to);

    if (x->kind == AST_OPERATION && x->op == OP_AND && !x->b) {
        return is_place(t, x->a) ? fix_text(t, x->a) : (str){0};
    }
    if (!o || o->kind != OBJ_VAR) {
        return (str){0};
    }
    return fix_is_private(t, o) || (x->kind == AST_SELECTOR && o->var == VAR_PACKAGE && quiet && a->quiet) ? fix_text(t, to) : (str){0};
}

/* The outermost loop of the function around a statement; 0: none. */
static node outer_loop(const struct fix_tree *t, node stmt)
{
    node loop = fix_loop(t, stmt);

    for (node more = loop; more; more = fix_loop(t, more)) {
        loop = more;
    }
    return loop;
}

/* A buffer that is declared before the loop around a call; empty: there is none. */
static str loop_buffer(struct append *a, const struct fix_tree *t, node stmt)
{
    node loop = outer_loop(t, stmt), at = loop ? fix_stmt(t, loop) : 0;
    struct append_loop *same = NULL;

    if (!at || fix_func(t, at) != fix_func(t, stmt) || fix_has_stmt(t, fix_func(t, stmt), AST_BRANCH, TOK_GOTO)) {
        return (str){0};
    }
    for (u32 i = 0; i < a->n_loops; i++) {
        if (a->loops[i].t == t && a->loops[i].stmt == at) {
            return a->loops[i].buf;
        }
        if (a->loops[i].t == t && t->parent[a->loops[i].stmt] == t->parent[at]) {
            same = &a->loops[i];
        }
    }
    str name = fix_free_name(t, fix_func_decl(t, stmt), STR(FIX_BUFFER_NAMES));
    if (name.n == 0 || same || a->n_loops == APPEND_LOOPS) {
        return (str){0};
    }
    fix_edit_insert(&a->edits, t->ast->src, fix_start(t, at),
                    str_fmt(t->arena, "var %.*s []byte\n%.*s", STR_ARG(name), STR_ARG(fix_indent(t, at))));
    a->loops[a->n_loops++] = (struct append_loop){t, at, name};
    return name;
}

static bool mention(void *ctx, const struct fix_tree *t, node name)
{
    struct append *a = ctx;
    node e = fix_spoken(t, name), p = t->parent[e], stmt = t->parent[p];
    bool quiet = true;

    if (t == a->r.t && name == ast_at(t->ast, a->decl)->a) {
        return true;
    }
    if (ast_kind(t->ast, p) != AST_CALL || ast_at(t->ast, p)->a != e || ast_kind(t->ast, stmt) != AST_EXPR_STMT ||
        fix_stmt(t, stmt) != stmt || fix_within(t, name, a->decl)) {
        return false;
    }
    u32 list = ast_at(t->ast, p)->b, n = ast_list_len(t->ast, list);
    const node *args = ast_list(t->ast, list);
    if (n == 0 || n < is_signature(a->func->type)->params->n) {
        return false; /* f(g()) */
    }
    for (u32 i = 1; i < n; i++) {
        quiet &= !fix_has_calls(t, args[i]);
    }
    str to = writer_text(a, t, args[0], quiet), buf = loop_buffer(a, t, stmt), indent = fix_indent(t, stmt);
    if (to.n == 0) {
        return false;
    }
    str call = str_fmt(t->arena, "%.*s%.*s", STR_ARG(fix_range(t, fix_start(t, p), fix_start(t, name))), STR_ARG(a->name));
    str head = buf.n > 0 ? str_fmt(t->arena, "%.*s = %.*s(%.*s[:0]", STR_ARG(buf), STR_ARG(call), STR_ARG(buf))
                         : str_fmt(t->arena, "%.*s.Write(%.*s(nil", STR_ARG(to), STR_ARG(call));
    fix_edit_replace(&a->edits, t->ast->src, fix_start(t, p), fix_end(t, args[0]), head);
    str tail = buf.n > 0 ? str_fmt(t->arena, "\n%.*s%.*s.Write(%.*s)", STR_ARG(indent), STR_ARG(to), STR_ARG(buf)) : STR(")");
    fix_edit_insert(&a->edits, t->ast->src, fix_end(t, p), tail);
    a->calls++;
    a->again += buf.n > 0;
    return true;
}

static void look_at(const struct fix_whole *w, const struct fix_tree *t, node decl)
{
    struct append a = {.w = w, .decl = decl, .func = info_obj(t->f, ast_at(t->ast, decl)->a), .edits = {.arena = w->f->arena}};
    bool api = a.func && fix_is_seen_outside(a.func);

    a.r = (struct fix_rewrite){.f = w->f, .t = t, .callee = "fmt.Fprint"};
    if (!a.func || (api && !w->f->api) || !takes_call(&a) || !takes_pieces(&a) || !is_writer(&a) || !body_fits(&a) ||
        fix_whole_is_hidden(w, a.func) || !give_names(&a) || !write_function(&a) || !fix_whole_each(w, a.func, mention, &a) ||
        a.again == 0) {
        return;
    }
    struct fix_candidate *k = fix_propose(w->f, t, "append", a.r.call);
    k->title = str_fmt(t->arena, "%.*s: the text goes to a buffer of the caller's, which writes it", STR_ARG(a.name));
    k->argument = STR("the same bytes in one Write at the same time; writers do not keep what they are given");
    k->api = api;
    k->edits = a.edits;
    k->func = 0;
    k->from = fix_start(t, decl);
    k->to = fix_end(t, decl);
    k->brings = (u32)a.r.v.n + a.calls; /* the buffer grows where it is appended to */
    k->keeps = true;
}

void fix_append(const struct fix_whole *w)
{
    fix_whole_funcs(w, look_at);
}
