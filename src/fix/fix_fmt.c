/* fix_fmt.c: strconv and + in place of package fmt, where the two give the same text.
 *
 * fmt takes its operands as interfaces: each number or string is allocated for the call, besides the result.  The verbs
 * that are replaced are those whose text strconv documents or fmt defines by it (GOROOT/src/fmt/print.go, format.go):
 *
 *   %d  %v   integers                  strconv.Itoa, FormatInt, FormatUint, base 10
 *   %x %o %b integers                  the same, base 16, 8, 2
 *   %s  %v   strings; %s of []byte     as they are
 *   %q       strings                   strconv.Quote
 *   %t  %v   booleans                  strconv.FormatBool
 *   %.nf     floats                    strconv.FormatFloat
 *
 * None with flags or width; none of a type that has a method Format, Error, String or GoString, which fmt may call; no
 * interfaces, so no errors.  Operands are evaluated once and in the same order, and nothing is called between them that
 * was not before: see operands_keep_order. */
#include "fix/fix_fmt_int.h"

#include "fix/fix_import.h"
#include "syntax/quote.h"

/* ---- the format ---- */

/* False if a verb has flags, a width or an index, or if there is no verb behind the %. */
static bool format_split(struct arena *a, str format, fix_pieces *out)
{
    struct strbuf text = {0};
    bool ok = true;

    for (size_t i = 0; i < format.n && ok; i++) {
        if (format.p[i] != '%') {
            strbuf_putc(&text, format.p[i]);
            continue;
        }
        struct fix_piece p = {.kind = FIX_PIECE_VERB, .prec = -1};
        if (++i < format.n && format.p[i] == '%') {
            strbuf_putc(&text, '%');
            continue;
        }
        if (i + 2 < format.n && format.p[i] == '.' && format.p[i + 1] >= '0' && format.p[i + 1] <= '9') {
            p.prec = format.p[i + 1] - '0';
            i += 2;
            ok = format.p[i] == 'f';
        }
        ok = ok && i < format.n && str_find_byte(STR("dvsqtxobf"), format.p[i]) >= 0 && (format.p[i] != 'f' || p.prec >= 0);
        if (ok) {
            p.verb = format.p[i];
            if (text.n > 0) {
                vec_push_in(a, out, (struct fix_piece){.kind = FIX_PIECE_TEXT, .text = str_dup(a, strbuf_str(&text))});
                strbuf_reset(&text);
            }
            vec_push_in(a, out, p);
        }
    }
    if (text.n > 0) {
        vec_push_in(a, out, (struct fix_piece){.kind = FIX_PIECE_TEXT, .text = str_dup(a, strbuf_str(&text))});
    }
    strbuf_release(&text);
    return ok;
}

/* ---- operands ---- */

static bool has_method(const struct fix_tree *t, struct type *type, const char *name)
{
    struct arena_scratch s = arena_scratch_begin(t->arena);
    struct selection sel;
    name_id id = intern_lookup(t->pkg->prog->names, str_of(name));
    bool found = id && lookup_field_or_method(s.arena, type, true, t->pkg, id, &sel) != NULL;

    arena_scratch_end(s);
    return found;
}

/* Would fmt ask the operand itself for its text? */
static bool formats_itself(const struct fix_tree *t, struct type *type)
{
    static const char *const methods[] = {"Format", "Error", "String", "GoString"};

    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (has_method(t, type, methods[i])) {
            return true;
        }
    }
    return false;
}

static struct type *operand_type(const struct fix_tree *t, node arg)
{
    struct type *type = fix_type(t, arg);

    return type ? type_default(type) : NULL;
}

static bool is_exactly(struct type *t, enum basic b)
{
    t = type_unalias(t);
    return t->kind == TYPE_BASIC && t->basic == b;
}

/* x, or string(x). */
static void put_converted(struct strbuf *b, str text, const char *to, bool exact)
{
    if (exact) {
        strbuf_put(b, text);
    } else {
        strbuf_printf(b, "%s(%.*s)", to, STR_ARG(text));
    }
}

static bool put_int(struct fix_rewrite *r, struct strbuf *b, str expr, struct type *type, int base)
{
    struct type *u = type_under(type);
    bool uns = u->info & INFO_UNSIGNED;
    str pkg = r->strconv;

    r->needs_strconv = true;
    if (base == 10 && u->basic != BASIC_INT64 && !uns && u->basic != BASIC_INT32) {
        strbuf_printf(b, "%.*s.Itoa(", STR_ARG(pkg));
        put_converted(b, expr, "int", is_exactly(type, BASIC_INT));
        strbuf_putc(b, ')');
        return true;
    }
    strbuf_printf(b, "%.*s.%s(", STR_ARG(pkg), uns ? "FormatUint" : "FormatInt");
    put_converted(b, expr, uns ? "uint64" : "int64", is_exactly(type, uns ? BASIC_UINT64 : BASIC_INT64));
    strbuf_printf(b, ", %d)", base);
    return true;
}

/* One operand as a string expression; false: it is not one of those. */
static bool put_operand(struct fix_rewrite *r, struct strbuf *b, const struct fix_piece *p)
{
    struct type *type = p->type;
    struct type *u = type ? type_under(type) : NULL;
    str pkg = r->strconv;

    if (!u || type_is_param(type) || type_is_interface(type) || formats_itself(r->t, type)) {
        return false;
    }
    if (u->kind == TYPE_SLICE && p->verb == 's') {
        struct type *elem = type_unalias(as_slice(u)->elem);
        bool bytes = elem->kind == TYPE_BASIC && elem->basic == BASIC_UINT8;
        if (bytes) {
            put_converted(b, p->expr, "string", false);
        }
        return bytes;
    }
    if (u->kind != TYPE_BASIC || u->basic == BASIC_UNSAFE_POINTER || u->info & INFO_UNTYPED) {
        return false;
    }
    if (u->info & INFO_STRING && (p->verb == 's' || p->verb == 'v')) {
        bool exact = is_exactly(type, BASIC_STRING);
        bool loose = exact && r->v.n > 1 && !p->field && ast_kind(r->t->ast, p->arg) == AST_OPERATION && ast_at(r->t->ast, p->arg)->b;
        strbuf_puts(b, loose ? "(" : "");
        put_converted(b, p->expr, "string", exact);
        strbuf_puts(b, loose ? ")" : "");
        return true;
    }
    if (pkg.n == 0) {
        return false;
    }
    r->needs_strconv = true;
    if (u->info & INFO_STRING && p->verb == 'q') {
        strbuf_printf(b, "%.*s.Quote(", STR_ARG(pkg));
        put_converted(b, p->expr, "string", is_exactly(type, BASIC_STRING));
        strbuf_putc(b, ')');
        return true;
    }
    if (u->info & INFO_BOOLEAN && (p->verb == 't' || p->verb == 'v')) {
        strbuf_printf(b, "%.*s.FormatBool(", STR_ARG(pkg));
        put_converted(b, p->expr, "bool", is_exactly(type, BASIC_BOOL));
        strbuf_putc(b, ')');
        return true;
    }
    if (u->info & INFO_INTEGER && str_find_byte(STR("dvxob"), p->verb) >= 0) {
        int base = p->verb == 'x' ? 16 : p->verb == 'o' ? 8 : p->verb == 'b' ? 2 : 10;
        return put_int(r, b, p->expr, type, base);
    }
    if (u->info & INFO_FLOAT && p->verb == 'f') {
        strbuf_printf(b, "%.*s.FormatFloat(", STR_ARG(pkg));
        put_converted(b, p->expr, "float64", is_exactly(type, BASIC_FLOAT64));
        strbuf_printf(b, ", 'f', %d, %d)", p->prec, u->basic == BASIC_FLOAT32 ? 32 : 64);
        return true;
    }
    return false;
}

/* ---- structs ---- */

/* Texts that follow each other are one. */
static void put_text(struct fix_rewrite *r, str text)
{
    struct fix_piece *last = r->v.n > 0 ? &vec_last(&r->v) : NULL;

    if (last && last->kind == FIX_PIECE_TEXT) {
        last->text = str_fmt(r->t->arena, "%.*s%.*s", STR_ARG(last->text), STR_ARG(text));
    } else {
        vec_push_in(r->t->arena, &r->v, (struct fix_piece){.kind = FIX_PIECE_TEXT, .text = text});
    }
}

/* A variable of this function that no other knows, and whose address is taken in the call alone. */
static bool is_lent_only(const struct fix_tree *t, const struct obj *o, node call)
{
    struct fix_uses u = fix_uses_of(t, o);

    for (u32 i = 0; i < u.n; i++) {
        if (fix_func(t, u.v[i]) != fix_func(t, call) || (fix_is_addressed(t, u.v[i]) && !fix_within(t, u.v[i], call))) {
            return false;
        }
    }
    return true;
}

/* {f g {h}}: %v of a struct whose fields can be spoken of and print themselves no other way, as put_operand asks of each
 * (GOROOT/src/fmt/print.go, printValue). */
static bool split_struct(struct fix_rewrite *r, node arg, str path, struct type *type)
{
    const struct fix_tree *t = r->t;
    struct type_struct *s = is_struct(type_under(type));

    if (!s) {
        vec_push_in(t->arena, &r->v, (struct fix_piece){.kind = FIX_PIECE_VERB, .verb = 'v', .prec = -1, .arg = arg, .expr = path,
                                                        .type = type, .field = true});
        return type_under(type)->kind == TYPE_BASIC;
    }
    if (formats_itself(t, type)) {
        return false;
    }
    put_text(r, STR("{"));
    for (u32 i = 0; i < s->n; i++) {
        const struct obj *f = s->fields[i];
        str name = intern_str(t->pkg->prog->names, f->name);
        bool spoken = (f->flags & OBJ_EXPORTED) || (f->pkg && str_eq(f->pkg->path, t->pkg->path));
        put_text(r, i > 0 ? STR(" ") : STR(""));
        if (!spoken || str_is(name, "_") || !split_struct(r, arg, str_fmt(t->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(name)), f->type)) {
            return false;
        }
    }
    put_text(r, STR("}"));
    return true;
}

/* An operand is a piece of its own; a struct, or the address of one, is one for each field.  Those are asked for one after the
 * other, so nobody else may change them meanwhile: it is a variable that only this function knows, but for fmt. */
static bool split_operand(struct fix_rewrite *r, char verb, i32 prec, node arg)
{
    const struct fix_tree *t = r->t;
    node x = ast_unparen(t->ast, arg);
    bool address = ast_kind(t->ast, x) == AST_OPERATION && ast_at(t->ast, x)->op == OP_AND && !ast_at(t->ast, x)->b;
    node var = address ? ast_unparen(t->ast, ast_at(t->ast, x)->a) : x;
    struct type *type = operand_type(t, var);
    bool is_value = type && !type_is_param(type) && is_struct(type_under(type));

    if (verb == 'v' && is_value && ast_kind(t->ast, var) == AST_NAME) {
        struct obj *o = fix_obj(t, var);
        bool known = o && o->kind == OBJ_VAR && o->var != VAR_PACKAGE && is_lent_only(t, o, r->call);
        put_text(r, address ? STR("&") : STR(""));
        return known && split_struct(r, arg, fix_text(t, var), type);
    }
    vec_push_in(t->arena, &r->v, (struct fix_piece){.kind = FIX_PIECE_VERB, .verb = verb, .prec = prec, .arg = arg, .expr = fix_text(t, arg),
                                                    .type = operand_type(t, arg)});
    return true;
}

/* With calls among the operands, what the others read must not be what a call can change: the language leaves open when
 * it is read. */
static bool operands_keep_order(const struct fix_rewrite *r, u32 n, const node *args)
{
    u32 calls = 0, others = 0;

    for (u32 i = 0; i < n; i++) {
        bool call = fix_has_calls(r->t, args[i]);
        calls += call;
        others += !call && !fix_is_plain(r->t, args[i]);
    }
    return calls == 0 || (others == 0 && n >= 1);
}

/* Format and operands of the call, of which the first `skip` arguments are something else. */
bool fix_fmt_parse(struct fix_rewrite *r, u32 skip)
{
    const struct ast *ast = r->t->ast;
    const struct ast_node *c = ast_at(ast, r->call);
    u32 n = ast_list_len(ast, c->b), arg = skip + 1;
    const node *args = ast_list(ast, c->b);

    if (n <= skip || (c->flags & AST_FLAG_DOTS)) {
        return false;
    }
    const struct constant *k = info_const(r->t->f, args[skip]);
    if (!k || constant_kind(k) != CONST_STRING ||
        !format_split(r->t->arena, constant_string_val(r->t->arena, k), &r->v)) {
        return false;
    }
    fix_pieces format = r->v;
    r->v = (fix_pieces){0};
    for (size_t i = 0; i < format.n; i++) {
        if (format.v[i].kind == FIX_PIECE_TEXT) {
            put_text(r, format.v[i].text);
        } else if (arg >= n || !split_operand(r, format.v[i].verb, format.v[i].prec, args[arg++])) {
            return false;
        }
    }
    return arg == n && operands_keep_order(r, n - skip - 1, args + skip + 1);
}

static bool put_piece(struct fix_rewrite *r, struct strbuf *b, const struct fix_piece *p)
{
    if (p->kind == FIX_PIECE_TEXT) {
        quote_string(b, p->text);
        return true;
    }
    return put_operand(r, b, p);
}

/* All pieces as one expression of type string. */
static bool put_concat(struct fix_rewrite *r, struct strbuf *b)
{
    if (r->v.n == 0) {
        strbuf_puts(b, "\"\"");
    }
    for (size_t i = 0; i < r->v.n; i++) {
        strbuf_puts(b, i > 0 ? " + " : "");
        if (!put_piece(r, b, &r->v.v[i])) {
            return false;
        }
    }
    return true;
}

/* ---- in a buffer ---- */

/* Numbers and quoted texts make a string of their own each; in a buffer on the stack they need none.
 *
 *   return fmt.Sprintf("%s:%d", h, p)    →    buf := make([]byte, 0, 48)
 *                                             buf = append(buf, h...)
 *                                             buf = append(buf, ':')
 *                                             buf = strconv.AppendInt(buf, int64(p), 10)
 *                                             return string(buf)
 *
 * Where the call is all that its statement evaluates: so nothing else is evaluated before or after it than before. */
static bool is_number(const struct fix_piece *p)
{
    struct type *type = p->kind == FIX_PIECE_VERB ? p->type : NULL;

    return type && type_under(type)->kind == TYPE_BASIC &&
           (!(type_under(type)->info & INFO_STRING) || p->verb == 'q');
}

/* The statement whose only work the call is: return call, x := call, x = call; 0: it is not so. */
static node whole_statement(const struct fix_rewrite *r)
{
    const struct fix_tree *t = r->t;
    node p = t->parent[r->call];
    const struct ast_node *x = ast_at(t->ast, p);
    bool fits = x->kind == AST_RETURN || (x->kind == AST_ASSIGN && (x->op == OP_NONE || x->op == OP_DEF) && x->b == r->call &&
                                          ast_kind(t->ast, x->a) == AST_NAME);

    return fits && fix_stmt(t, p) == p ? p : 0;
}

bool fix_fmt_append(struct fix_rewrite *r, struct strbuf *b, str buf, const struct fix_piece *p)
{
    struct strbuf v = {0};
    bool ok = put_piece(r, &v, p);
    str text = strbuf_str(&v), call = str_fmt(r->t->arena, "%.*s.", STR_ARG(r->strconv));

    if (p->kind == FIX_PIECE_TEXT && p->text.n == 1 && p->text.p[0] != '\'' && p->text.p[0] != '"' && p->text.p[0] >= ' ' &&
        p->text.p[0] != '\\') {
        strbuf_printf(b, "%.*s = append(%.*s, '%c')", STR_ARG(buf), STR_ARG(buf), p->text.p[0]);
    } else if (!is_number(p)) {
        /* string(x) of bytes needs no string here */
        bool bytes = p->kind == FIX_PIECE_VERB && p->type && type_under(p->type)->kind == TYPE_SLICE;
        strbuf_printf(b, "%.*s = append(%.*s, %.*s...)", STR_ARG(buf), STR_ARG(buf), STR_ARG(bytes ? p->expr : text));
    } else if (ok && str_cut_prefix(&text, call)) {
        /* Itoa(x) → AppendInt(buf, int64(x), 10), FormatInt(x, 10) → AppendInt(buf, x, 10), Quote(x) → AppendQuote(buf, x) */
        str name, args;
        str_cut(text, STR("("), &name, &args);
        if (str_is(name, "Itoa")) {
            str x = str_slice(args, 0, args.n - 1);
            bool wrapped = str_cut_prefix(&x, STR("int(")) && str_cut_suffix(&x, STR(")"));
            x = wrapped ? p->expr : x;
            strbuf_printf(b, "%.*s = %.*sAppendInt(%.*s, int64(%.*s), 10)", STR_ARG(buf), STR_ARG(call), STR_ARG(buf), STR_ARG(x));
        } else {
            str_cut_prefix(&name, STR("Format"));
            strbuf_printf(b, "%.*s = %.*sAppend%.*s(%.*s, %.*s", STR_ARG(buf), STR_ARG(call), STR_ARG(name), STR_ARG(buf),
                          STR_ARG(args));
        }
    } else {
        ok = false;
    }
    strbuf_release(&v);
    return ok;
}

/* Room for texts as they are, numbers as long as most are, names as long as many are. */
static u32 buffer_room(const struct fix_rewrite *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->v.n; i++) {
        n += r->v.v[i].kind == FIX_PIECE_TEXT ? r->v.v[i].text.n : is_number(&r->v.v[i]) ? 12 : 24;
    }
    n = (n + 15) / 16 * 16;
    return n < 32 ? 32 : n > 256 ? 256 : (u32)n;
}

static bool wants_buffer(const struct fix_rewrite *r)
{
    u32 numbers = 0;

    for (size_t i = 0; i < r->v.n; i++) {
        numbers += is_number(&r->v.v[i]);
        if (r->v.v[i].kind == FIX_PIECE_VERB && fix_has_calls(r->t, r->v.v[i].arg)) {
            return false;
        }
    }
    return numbers > 0 && r->v.n > 1 && whole_statement(r);
}

/* The statements before, to *before; and string(buf). */
static bool put_buffer(struct fix_rewrite *r, struct strbuf *before, str *buf)
{
    str indent = fix_indent(r->t, whole_statement(r));
    bool ok = true;

    *buf = fix_free_name(r->t, fix_func_decl(r->t, r->call), STR(FIX_BUFFER_NAMES));
    if (buf->n == 0) {
        return false;
    }
    strbuf_printf(before, "%.*s := make([]byte, 0, %u)\n%.*s", STR_ARG(*buf), buffer_room(r), STR_ARG(indent));
    for (size_t i = 0; i < r->v.n && ok; i++) {
        ok = fix_fmt_append(r, before, *buf, &r->v.v[i]);
        strbuf_printf(before, "\n%.*s", STR_ARG(indent));
    }
    return ok;
}

/* ---- calls ---- */

static bool is_operand(const struct fix_tree *t, node call)
{
    node p = t->parent[call];
    u32 k = ast_kind(t->ast, p);

    return (k == AST_OPERATION || k == AST_INDEX || k == AST_SLICE || k == AST_SELECTOR || k == AST_ASSERT) &&
           !(k == AST_INDEX && ast_at(t->ast, p)->b == call);
}

static bool any_comment(const struct fix_tree *t, node call)
{
    return fix_has_comment(t, fix_start(t, call), fix_end(t, call)) &&
           !str_contains(fix_text(t, call), STR("://")); /* in a string, more often than not */
}

static void propose(struct fix_rewrite *r, pos from, pos to, str text, const char *other)
{
    struct fix_candidate *c = fix_propose(r->f, r->t, "fmt", r->call);
    const struct source *src = r->t->ast->src;

    c->title = str_fmt(r->f->arena, "%s instead of %s", other, r->callee);
    c->argument = STR("the text is the same by the definition of the verbs; operands are evaluated once, in the same order");
    c->brings = 1;
    c->keeps = ast_list_len(r->t->ast, ast_at(r->t->ast, r->call)->b) <= 1; /* what goes is within fmt */
    fix_edit_replace(&c->edits, src, from, to, text);
    fix_edit_drops(&c->edits, src, STR("fmt"));
    if (r->needs_strconv) {
        fix_edit_needs(&c->edits, src, STR("strconv"));
    }
}

/* With statements before it; false: not so. */
static bool propose_buffer(struct fix_rewrite *r, const char *around)
{
    struct strbuf before = {0};
    str buf;
    bool ok = wants_buffer(r) && put_buffer(r, &before, &buf);

    if (ok) {
        str text = str_fmt(r->t->arena, "%sstring(%.*s)%s", around, STR_ARG(buf), around[0] ? ")" : "");
        propose(r, fix_start(r->t, r->call), fix_end(r->t, r->call), text, "append and strconv");
        struct fix_candidate *c = &vec_last(r->f->out);
        fix_edit_insert(&c->edits, r->t->ast->src, fix_start(r->t, whole_statement(r)), strbuf_str(&before));
        c->brings = 2;
    }
    strbuf_release(&before);
    return ok;
}

/* fmt.Sprintf(format, ...) → a + strconv.Itoa(n) */
static void rewrite_sprintf(struct fix_rewrite *r)
{
    struct strbuf b = {0};
    bool wrap = is_operand(r->t, r->call);

    strbuf_puts(&b, wrap ? "(" : "");
    bool parsed = fix_fmt_parse(r, 0);
    if (parsed && !propose_buffer(r, "") && put_concat(r, &b)) {
        strbuf_puts(&b, wrap ? ")" : "");
        propose(r, fix_start(r->t, r->call), fix_end(r->t, r->call), strbuf_str(&b),
                r->needs_strconv ? "strconv" : r->v.n > 1 ? "+" : "the string itself");
    }
    strbuf_release(&b);
}

static bool is_string(const struct fix_rewrite *r, node arg)
{
    struct type *t = operand_type(r->t, arg);

    return t && type_under(t)->kind == TYPE_BASIC && type_under(t)->info & INFO_STRING;
}

/* Operands of Print, all strings or one alone: nothing stands between them; of Println a space each and a newline. */
bool fix_fmt_operands(struct fix_rewrite *r, u32 skip, bool line)
{
    const struct fix_tree *t = r->t;
    const struct ast_node *c = ast_at(t->ast, r->call);
    u32 n = ast_list_len(t->ast, c->b);
    const node *args = ast_list(t->ast, c->b);

    if (n <= skip || (c->flags & AST_FLAG_DOTS)) {
        return false;
    }
    for (u32 i = skip; i < n; i++) {
        if (!line && n - skip > 1 && !is_string(r, args[i])) {
            return false;
        }
        if (line && i > skip) {
            put_text(r, STR(" "));
        }
        const struct constant *k = info_const(t->f, args[i]);
        if (k && constant_kind(k) == CONST_STRING && !formats_itself(t, operand_type(t, args[i]))) {
            put_text(r, constant_string_val(t->arena, k));
        } else if (!split_operand(r, 'v', -1, args[i])) {
            return false;
        }
    }
    if (line) {
        put_text(r, STR("\n"));
    }
    return operands_keep_order(r, n - skip, args + skip);
}

static void rewrite_concat(struct fix_rewrite *r, bool line)
{
    struct strbuf b = {0};
    bool wrap = is_operand(r->t, r->call);

    strbuf_puts(&b, wrap ? "(" : "");
    if (fix_fmt_operands(r, 0, line) && put_concat(r, &b)) {
        strbuf_puts(&b, wrap ? ")" : "");
        propose(r, fix_start(r->t, r->call), fix_end(r->t, r->call), strbuf_str(&b),
                r->needs_strconv ? "strconv" : r->v.n > 1 ? "+" : "the string itself");
    }
    strbuf_release(&b);
}

static void rewrite_sprint(struct fix_rewrite *r)
{
    rewrite_concat(r, false);
}

static void rewrite_sprintln(struct fix_rewrite *r)
{
    rewrite_concat(r, true);
}

/* fmt.Errorf without %w makes what errors.New makes (GOROOT/src/fmt/errors.go). */
static void rewrite_errorf(struct fix_rewrite *r)
{
    struct strbuf b = {0};
    str errors = fix_import_name(r->t->arena, r->t->pkg, r->t->f, STR("errors"));

    if (errors.n == 0 || str_is(r->t->pkg->path, "errors")) {
        return;
    }
    strbuf_printf(&b, "%.*s.New(", STR_ARG(errors));
    bool parsed = fix_fmt_parse(r, 0);
    if (parsed && propose_buffer(r, strbuf_cstr(&b))) {
        fix_edit_needs(&vec_last(r->f->out).edits, r->t->ast->src, STR("errors"));
    } else if (parsed && put_concat(r, &b)) {
        strbuf_putc(&b, ')');
        propose(r, fix_start(r->t, r->call), fix_end(r->t, r->call), strbuf_str(&b), "errors.New");
        fix_edit_needs(&vec_last(r->f->out).edits, r->t->ast->src, STR("errors"));
        vec_last(r->f->out).brings = 2; /* the text, and the error that is allocated where errors.New is inlined */
    }
    strbuf_release(&b);
}

/* *strings.Builder or *bytes.Buffer: writers that write nowhere else. */
static bool is_buffer(const struct fix_tree *t, node w)
{
    struct type *type = fix_type(t, w);
    struct type *u = type ? type_unalias(type) : NULL;
    struct type_named *n = u && u->kind == TYPE_POINTER ? type_named_of(as_pointer(u)->elem) : NULL;

    if (!n || !named_obj(n)->pkg) {
        return false;
    }
    const struct obj *o = named_obj(n);
    return (str_is(o->pkg->path, "strings") && fix_name_is(t, o->name, "Builder")) ||
           (str_is(o->pkg->path, "bytes") && fix_name_is(t, o->name, "Buffer"));
}

/* w of w.WriteString: a name, or a path of fields, perhaps with & before it. */
static bool put_writer(const struct fix_tree *t, struct strbuf *b, node w)
{
    w = ast_unparen(t->ast, w);
    const struct ast_node *x = ast_at(t->ast, w);
    if (x->kind == AST_OPERATION && x->op == OP_AND && !x->b) {
        w = ast_unparen(t->ast, x->a);
    }
    for (node n = w;; n = ast_at(t->ast, n)->a) {
        u32 k = ast_kind(t->ast, n);
        if (k == AST_NAME) {
            break;
        }
        if (k != AST_SELECTOR) {
            return false;
        }
    }
    strbuf_put(b, fix_text(t, w));
    return true;
}

/* fmt.Fprintf(&b, format, ...) as a statement → b.WriteString(...); operands that call nothing are written one by one. */
enum fprint { FPRINTF, FPRINT, FPRINTLN };

static void rewrite_buffer(struct fix_rewrite *r, enum fprint kind)
{
    const struct fix_tree *t = r->t;
    node stmt = t->parent[r->call], w;
    const struct ast_node *c = ast_at(t->ast, r->call);
    struct strbuf b = {0}, writer = {0};
    bool apart = true, ok;

    if (ast_kind(t->ast, stmt) != AST_EXPR_STMT || fix_stmt(t, stmt) != stmt || ast_list_len(t->ast, c->b) < 2 ||
        !is_buffer(t, w = ast_list(t->ast, c->b)[0]) || !put_writer(t, &writer, w) ||
        !(kind == FPRINTF ? fix_fmt_parse(r, 1) : fix_fmt_operands(r, 1, kind == FPRINTLN))) {
        strbuf_release(&writer);
        return;
    }
    for (size_t i = 0; i < r->v.n; i++) {
        apart &= r->v.v[i].kind == FIX_PIECE_TEXT || !fix_has_calls(t, r->v.v[i].arg);
    }
    str indent = fix_indent(t, stmt);
    ok = r->v.n > 0 && (apart || r->v.n == 1);
    for (size_t i = 0; i < r->v.n && ok; i++) {
        if (i > 0) {
            strbuf_printf(&b, "\n%.*s", STR_ARG(indent));
        }
        strbuf_printf(&b, "%.*s.WriteString(", STR_ARG(strbuf_str(&writer)));
        ok = put_piece(r, &b, &r->v.v[i]);
        strbuf_putc(&b, ')');
    }
    if (ok) {
        propose(r, fix_start(t, r->call), fix_end(t, r->call), strbuf_str(&b), "WriteString");
        vec_last(r->f->out).brings = 0;
    }
    strbuf_release(&b);
    strbuf_release(&writer);
}

static void rewrite_fprintf(struct fix_rewrite *r)
{
    rewrite_buffer(r, FPRINTF);
}

static void rewrite_fprint(struct fix_rewrite *r)
{
    rewrite_buffer(r, FPRINT);
}

static void rewrite_fprintln(struct fix_rewrite *r)
{
    rewrite_buffer(r, FPRINTLN);
}

void fix_fmt(const struct fix_find *f, const struct fix_tree *t)
{
    static const struct {
        const char *name, *callee;
        void (*rewrite)(struct fix_rewrite *r);
    } calls[] = {
        {"Sprintf", "fmt.Sprintf", rewrite_sprintf},
        {"Sprint", "fmt.Sprint", rewrite_sprint},
        {"Errorf", "fmt.Errorf", rewrite_errorf},
        {"Fprintf", "fmt.Fprintf", rewrite_fprintf},
        {"Sprintln", "fmt.Sprintln", rewrite_sprintln},
        {"Fprint", "fmt.Fprint", rewrite_fprint},
        {"Fprintln", "fmt.Fprintln", rewrite_fprintln},
    };
    bool looked = false;
    str strconv = {0};

    if (str_is(t->pkg->path, "fmt") || str_is(t->pkg->path, "strconv")) {
        return;
    }
    for (node n = 1; n < t->ast->n_nodes; n++) {
        struct obj *o = ast_kind(t->ast, n) == AST_CALL ? query_callee(t->f, n, NULL) : NULL;
        if (!o || !o->pkg || !str_is(o->pkg->path, "fmt") || any_comment(t, n)) {
            continue;
        }
        if (!looked) {
            strconv = fix_import_name(t->arena, t->pkg, t->f, STR("strconv"));
            looked = true;
        }
        for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
            if (fix_is_func(t, o, "fmt", calls[i].name)) {
                struct fix_rewrite r = {.f = f, .t = t, .call = n, .callee = calls[i].callee, .strconv = strconv};
                calls[i].rewrite(&r);
            }
        }
    }
}
