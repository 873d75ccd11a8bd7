/* ir_print.c: expressions and statements as the compiler's messages write them.
 *
 * Source: GOROOT/src/cmd/compile/internal/ir/fmt.go, its %v.  The texts are no Go: calls of methods show the receiver
 * as first argument, literals are shortened, and some operators have no notation at all ("<node ITAB>").
 */
#include "escape/ir_print.h"
#include "syntax/print.h"
#include "syntax/quote.h"

struct printer {
    struct strbuf *out;
    struct ir_unit *u;
    u32 depth;
};

/* Expressions nested deeper are cut: the text is for people. */
enum { PRINT_DEPTH = 1000 };

static void put_node(struct printer *w, struct ir *n);
static void put_expr(struct printer *w, struct ir *n, int prec);

/* How tightly operators bind: OpPrec.  What has no entry there binds like 0, statements are below it. */
static const i8 precedence[IR_OP_COUNT] = {
    [IR_APPEND] = 8,
    [IR_BYTES2STR] = 8,
    [IR_ARRAYLIT] = 8,
    [IR_SLICELIT] = 8,
    [IR_RUNES2STR] = 8,
    [IR_CALLFUNC] = 8,
    [IR_CALLINTER] = 8,
    [IR_CAP] = 8,
    [IR_CLEAR] = 8,
    [IR_CLOSE] = 8,
    [IR_CONVIFACE] = 8,
    [IR_CONVNOP] = 8,
    [IR_CONV] = 8,
    [IR_COPY] = 8,
    [IR_DELETE] = 8,
    [IR_GETG] = 8,
    [IR_LEN] = 8,
    [IR_LITERAL] = 8,
    [IR_MAKESLICE] = 8,
    [IR_MAPLIT] = 8,
    [IR_MAX] = 8,
    [IR_MIN] = 8,
    [IR_NAME] = 8,
    [IR_NEW] = 8,
    [IR_NIL] = 8,
    [IR_PANIC] = 8,
    [IR_PAREN] = 8,
    [IR_PRINTLN] = 8,
    [IR_PRINT] = 8,
    [IR_RUNESTR] = 8,
    [IR_SLICE2ARR] = 8,
    [IR_SLICE2ARRPTR] = 8,
    [IR_STR2BYTES] = 8,
    [IR_STR2RUNES] = 8,
    [IR_STRUCTLIT] = 8,
    [IR_TYPE] = 8,
    [IR_UNSAFEADD] = 8,
    [IR_UNSAFESLICE] = 8,
    [IR_UNSAFESLICEDATA] = 8,
    [IR_UNSAFESTRING] = 8,
    [IR_UNSAFESTRINGDATA] = 8,
    [IR_INDEXMAP] = 8,
    [IR_INDEX] = 8,
    [IR_SLICE] = 8,
    [IR_SLICESTR] = 8,
    [IR_SLICEARR] = 8,
    [IR_SLICE3] = 8,
    [IR_SLICE3ARR] = 8,
    [IR_DOTINTER] = 8,
    [IR_DOTPTR] = 8,
    [IR_DOTTYPE2] = 8,
    [IR_DOTTYPE] = 8,
    [IR_DOT] = 8,
    [IR_METHVALUE] = 8,
    [IR_METHEXPR] = 8,
    [IR_PLUS] = 7,
    [IR_NOT] = 7,
    [IR_BITNOT] = 7,
    [IR_NEG] = 7,
    [IR_ADDR] = 7,
    [IR_DEREF] = 7,
    [IR_RECV] = 7,
    [IR_MUL] = 6,
    [IR_DIV] = 6,
    [IR_MOD] = 6,
    [IR_LSH] = 6,
    [IR_RSH] = 6,
    [IR_AND] = 6,
    [IR_ANDNOT] = 6,
    [IR_ADD] = 5,
    [IR_SUB] = 5,
    [IR_OR] = 5,
    [IR_XOR] = 5,
    [IR_EQ] = 4,
    [IR_LT] = 4,
    [IR_LE] = 4,
    [IR_GE] = 4,
    [IR_GT] = 4,
    [IR_NE] = 4,
    [IR_SEND] = 3,
    [IR_ANDAND] = 2,
    [IR_OROR] = 1,
    [IR_AS] = -1,
    [IR_AS2] = -1,
    [IR_AS2DOTTYPE] = -1,
    [IR_AS2FUNC] = -1,
    [IR_AS2MAPR] = -1,
    [IR_AS2RECV] = -1,
    [IR_ASOP] = -1,
    [IR_BLOCK] = -1,
    [IR_BREAK] = -1,
    [IR_CASE] = -1,
    [IR_COMM] = -1,
    [IR_CONTINUE] = -1,
    [IR_DCL] = -1,
    [IR_DEFER] = -1,
    [IR_FALL] = -1,
    [IR_FOR] = -1,
    [IR_GOTO] = -1,
    [IR_IF] = -1,
    [IR_LABEL] = -1,
    [IR_GO] = -1,
    [IR_RANGE] = -1,
    [IR_RETURN] = -1,
    [IR_SELECT] = -1,
    [IR_SWITCH] = -1,
};

/* ---- pieces ---- */

static void put_text(struct printer *w, const char *s)
{
    strbuf_puts(w->out, s);
}

static void put_op(struct printer *w, u32 op)
{
    put_text(w, ir_texts[op][0] ? ir_texts[op] : ir_op_name((enum ir_op)op));
}

static void put_list(struct printer *w, const struct ir_list *l, const char *sep)
{
    for (u32 i = 0; i < l->n; i++) {
        put_text(w, i > 0 ? sep : "");
        put_node(w, l->v[i]);
    }
}

/* T, or (T) where the type has no name: in front of the operand of a conversion. */
static void put_conv_type(struct printer *w, struct type *t)
{
    bool parens = !t || !ir_type_has_sym(w->u, t);
    put_text(w, parens ? "(" : "");
    ir_write_type(w->out, w->u, t);
    put_text(w, parens ? ")" : "");
}

static void put_arguments(struct printer *w, const struct ir *n)
{
    strbuf_putc(w->out, '(');
    put_list(w, &n->list, ", ");
    put_text(w, n->flags & IR_DDD ? "...)" : ")");
}

/* ---- what Go 1.19 knows of the source ---- */

static const struct ast *ast_in(const struct package *p, u32 at)
{
    for (u32 i = 0; i < p->n_files; i++) {
        const struct source *s = p->files[i].ast->src;
        if (at >= s->base && at - s->base <= s->text.n) {
            return p->files[i].ast;
        }
    }
    return NULL;
}

/* Go 1.19's export data keep neither how constants were written nor what nobody wrote (typecheck/iexport.go): bodies of
 * other packages' functions, inlined or instantiated, show it all. */
static bool is_imported(const struct printer *w, const struct ir *n)
{
    return !w->u->profile->unified && n->pos != 0 && n->pos != IR_POS_NONE && !ast_in(w->u->pkg, n->pos);
}

/* The file of the expression that a literal stands for (ir.RawOrigExpr); NULL: it shows its value. */
static const struct ast *raw_literal(const struct printer *w, const struct ir *n)
{
    return w->u->profile->unified || n->num == 0 ? NULL : ast_in(w->u->pkg, n->pos);
}

/* ---- names ---- */

/* The function whose symbol begins a closure's. */
static const struct ir_func *outermost(const struct ir_func *fn)
{
    while (fn->closure && fn->parent) {
        fn = fn->parent;
    }
    return fn;
}

/* The package of a method's symbol is the receiver type's; types without a name have none that is shown (ir.MethodSym). */
static const struct package *wrapper_package(const struct ir_func *fn)
{
    struct type *t = type_unalias(fn->params[0]->n.type);
    if (t->kind == TYPE_POINTER) {
        t = type_unalias(as_pointer(t)->elem);
    }
    return t->kind == TYPE_NAMED ? named_obj(as_named(t))->pkg : NULL;
}

static void put_func(struct printer *w, const struct ir_func *fn)
{
    enum { METHOD_WRAPPER = IR_FUNC_WRAPPER | IR_FUNC_DUPOK | IR_FUNC_TOP };
    const struct ir_func *outer = outermost(fn);
    if (!outer->obj && (outer->flags & METHOD_WRAPPER) == METHOD_WRAPPER && outer->params) {
        ir_write_pkg(w->out, w->u, wrapper_package(outer));
    } else if (!outer->closure) { /* closures outside of functions belong to the package at work */
        ir_write_pkg(w->out, w->u, outer->pkg);
    }
    strbuf_put(w->out, fn->sym);
}

/* The package to which a variable's symbol belongs: the one that declares it, of locals too, so that those of instances
 * of another package's functions, and of what was inlined from there, show its name. */
static const struct package *name_package(struct printer *w, const struct ir_name *n)
{
    if (str_has_prefix(n->text, STR("~"))) {
        /* Made for a parameter without a name: it is the function's in which it stands (ir.Func.DeclareParams). */
        return n->curfn ? outermost(n->curfn)->pkg : NULL;
    }
    if (n->flags & IR_NAME_DICT) {
        /* Part of the instance's signature. */
        const struct ir_func *fn = n->n.inl != 0 ? w->u->inl.v[n->n.inl].func : n->curfn;
        return fn ? outermost(fn)->pkg : NULL;
    }
    return n->obj ? n->obj->pkg : NULL;
}

static void put_name(struct printer *w, const struct ir_name *n)
{
    while ((n->flags & IR_NAME_CLOSUREVAR) && n->outer && n->text.n == 0) {
        n = n->outer; /* a temporary that a closure captures */
    }
    if (n->class == IR_FUNC && n->func) {
        put_func(w, n->func);
    } else if (n->flags & IR_NAME_TEMP) {
        put_text(w, ".autotmp_");
        strbuf_put_u64(w->out, n->result);
    } else if (str_has_prefix(n->text, STR("~b"))) {
        put_text(w, "_");
    } else if (!w->u->profile->unified && n->n.inl != 0 && str_has_prefix(n->text, STR("~r"))) {
        strbuf_printf(w->out, "~R%.*s", STR_ARG(str_from(n->text, 2))); /* inline/inl.go, retvar */
    } else {
        ir_write_pkg(w->out, w->u, name_package(w, n));
        strbuf_put(w->out, n->text);
    }
}

/* ---- literals ---- */

static bool is_rune(const struct type *t)
{
    return t == TYPE_OF(RUNE) || t == TYPE_OF(UNTYPED_RUNE);
}

/* The type that a constant of that type's kind has by default, or the untyped one: it need not be said. */
static bool is_default_type(const struct type *t)
{
    return t == TYPE_OF(BOOL) || t == TYPE_OF(STRING) || t == TYPE_OF(INT) || t == TYPE_OF(FLOAT64) ||
           t == TYPE_OF(COMPLEX128) || (t->kind == TYPE_BASIC && (t->info & INFO_UNTYPED) &&
                                        t != TYPE_OF(UNTYPED_RUNE) && t != TYPE_OF(UNTYPED_NIL));
}

/* The value has the kind of its type (noder/helpers.go, FixValue): complex ones are pairs even if they are real. */
static void put_constant(struct printer *w, const struct constant *c, const struct type *t)
{
    struct arena_scratch s = arena_scratch_begin(w->u->arena);
    str text = constant_text(s.arena, c);
    bool pair = t->kind == TYPE_BASIC && (t->info & INFO_COMPLEX) && !str_has_prefix(text, STR("("));
    put_text(w, pair ? "(" : "");
    strbuf_put(w->out, text);
    put_text(w, pair ? " + 0i)" : "");
    arena_scratch_end(s);
}

/* ---- literals of Go 1.19 ---- */

/* Of the operator of what was written: constExprOp of noder/expr.go. */
static int raw_precedence(const struct ast *f, node x)
{
    const struct ast_node *e = ast_at(f, x);
    if (e->kind != AST_OPERATION) {
        return precedence[IR_NAME];
    }
    if (!e->b) {
        return precedence[IR_NEG];
    }
    switch (op_precs[e->op]) {
    case PREC_OR_OR: return precedence[IR_OROR];
    case PREC_AND_AND: return precedence[IR_ANDAND];
    case PREC_CMP: return precedence[IR_EQ];
    case PREC_ADD: return precedence[IR_ADD];
    default: return precedence[IR_MUL];
    }
}

/* types.FmtConst. */
static void put_plain_constant(struct printer *w, const struct constant *c)
{
    struct arena_scratch s = arena_scratch_begin(w->u->arena);
    str text = constant_text(s.arena, c), re, im;
    if (constant_kind(c) == CONST_COMPLEX && str_cut_prefix(&text, STR("(")) && str_cut_suffix(&text, STR("i)")) &&
        str_cut(text, STR(" + "), &re, &im)) {
        bool no_re = str_is(re, "0"), no_im = str_is(im, "0");
        if (no_re || no_im) {
            strbuf_printf(w->out, "%.*s%s", STR_ARG(no_im ? re : im), no_im ? "" : "i");
        } else {
            strbuf_printf(w->out, "(%.*s%s%.*si)", STR_ARG(re), im.p[0] == '-' ? "" : "+", STR_ARG(im));
        }
    } else {
        strbuf_put(w->out, text);
    }
    arena_scratch_end(s);
}

/* What the compiler makes by itself shows its type. */
static void put_old_literal(struct printer *w, const struct ir *n)
{
    struct type *t = n->type ? type_unalias(n->type) : TYPE_BAD;
    i64 v;
    if (type_is_untyped(t)) {
        if (t == TYPE_OF(UNTYPED_RUNE) && constant_i64(n->val, &v) && v >= 0 && v <= STR_RUNE_MAX) {
            quote_rune(w->out, (u32)v);
        } else {
            put_plain_constant(w, n->val);
        }
        return;
    }
    /* A type that begins like a unary operator. */
    bool parens = t->kind == TYPE_POINTER || (t->kind == TYPE_CHAN && t->flag == AST_DIR_RECV);
    put_text(w, parens ? "(" : "");
    ir_write_type(w->out, w->u, t);
    put_text(w, parens ? ")(" : "(");
    put_plain_constant(w, n->val);
    strbuf_putc(w->out, ')');
}

static void put_literal(struct printer *w, const struct ir *n)
{
    const struct ast *raw = raw_literal(w, n);
    if (raw) {
        print_expr(w->out, raw, w->u->prog->names, n->num);
        return;
    }
    if (!w->u->profile->unified) {
        put_old_literal(w, n);
        return;
    }
    struct type *t = n->type ? type_unalias(n->type) : TYPE_BAD;
    i64 v;
    if (is_rune(t) && constant_i64(n->val, &v) && v >= 0 && v <= STR_RUNE_MAX) {
        quote_rune(w->out, (u32)v);
    } else if (is_default_type(t)) {
        put_constant(w, n->val, type_under(t));
    } else {
        ir_write_type(w->out, w->u, t);
        strbuf_putc(w->out, '(');
        put_constant(w, n->val, type_under(t));
        strbuf_putc(w->out, ')');
    }
}

static void put_composite(struct printer *w, const struct ir *n)
{
    if (n->flags & IR_IMPLICIT) { /* made when its call was inlined or analysed, here */
        put_text(w, "... argument");
        return;
    }
    ir_write_type(w->out, w->u, n->type);
    put_text(w, n->list.n > 0 ? "{...}" : "{}");
}

/* ---- expressions ---- */

static void put_make(struct printer *w, const struct ir *n)
{
    put_text(w, "make(");
    ir_write_type(w->out, w->u, n->type);
    if (n->op == IR_MAKESLICE && n->y) {
        put_text(w, ", ");
        put_node(w, n->x);
        put_text(w, ", ");
        put_node(w, n->y);
    } else if (n->x && (n->op == IR_MAKESLICE || !type_is_untyped(n->x->type))) {
        put_text(w, ", ");
        put_node(w, n->x);
    }
    strbuf_putc(w->out, ')');
}

static void put_slice(struct printer *w, const struct ir *n, int prec)
{
    put_expr(w, n->x, prec);
    strbuf_putc(w->out, '[');
    if (n->y) {
        put_node(w, n->y);
    }
    strbuf_putc(w->out, ':');
    if (n->z) {
        put_node(w, n->z);
    }
    if (n->op == IR_SLICE3 || n->op == IR_SLICE3ARR) {
        strbuf_putc(w->out, ':');
        if (n->w) {
            put_node(w, n->w);
        }
    }
    strbuf_putc(w->out, ']');
}

static void put_selector(struct printer *w, const struct ir *n, int prec)
{
    put_expr(w, n->x, prec);
    strbuf_putc(w->out, '.');
    if (n->sel) {
        strbuf_put(w->out, intern_str(w->u->prog->names, n->sel->name));
    } else {
        put_text(w, "<nil>");
    }
}

static void put_key(struct printer *w, const struct ir *n)
{
    if (n->x) {
        put_node(w, n->x);
    }
    strbuf_putc(w->out, ':');
    if (n->y) {
        put_node(w, n->y);
    }
}

static void put_unary(struct printer *w, const struct ir *n, int prec)
{
    put_op(w, n->op);
    if (n->op != IR_DEREF && n->x && n->x->op == n->op) {
        strbuf_putc(w->out, ' ');
    }
    put_expr(w, n->x, prec + 1);
}

static void put_binary(struct printer *w, const struct ir *n, const char *op, int prec)
{
    put_expr(w, n->x, prec);
    strbuf_printf(w->out, " %s ", op);
    put_expr(w, n->y, prec + 1);
}

static void put_inlcall(struct printer *w, const struct ir *n)
{
    if (n->list.n == 1) {
        put_node(w, n->list.v[0]);
        return;
    }
    put_text(w, "(.");
    put_list(w, &n->list, "; ");
    strbuf_putc(w->out, ')');
}

/* n is not NULL and binds tightly enough. */
static void put_operation(struct printer *w, struct ir *n, int prec)
{
    switch ((enum ir_op)n->op) {
    case IR_PAREN:
        strbuf_putc(w->out, '(');
        put_node(w, n->x);
        strbuf_putc(w->out, ')');
        break;
    case IR_NIL: put_text(w, "nil"); break;
    case IR_LITERAL: put_literal(w, n); break;
    case IR_NAME: put_name(w, ir_as_name(n)); break;
    case IR_TYPE: ir_write_type(w->out, w->u, n->type); break;
    case IR_CLOSURE: put_text(w, "func literal"); break;
    case IR_PTRLIT:
        strbuf_putc(w->out, '&');
        put_node(w, n->x);
        break;
    case IR_STRUCTLIT:
    case IR_ARRAYLIT:
    case IR_SLICELIT:
    case IR_MAPLIT: put_composite(w, n); break;
    case IR_KEY: put_key(w, n); break;
    case IR_STRUCTKEY:
        strbuf_printf(w->out, "%.*s:",
                      STR_ARG(n->sel ? intern_str(w->u->prog->names, n->sel->name) : STR("_")));
        put_node(w, n->x);
        break;
    case IR_DOT:
    case IR_DOTPTR:
    case IR_DOTINTER:
    case IR_METHVALUE:
    case IR_METHEXPR: put_selector(w, n, prec); break;
    case IR_DOTTYPE:
    case IR_DOTTYPE2:
        put_expr(w, n->x, prec);
        put_text(w, ".(");
        ir_write_type(w->out, w->u, n->type);
        strbuf_putc(w->out, ')');
        break;
    case IR_INDEX:
    case IR_INDEXMAP:
        put_expr(w, n->x, prec);
        strbuf_putc(w->out, '[');
        put_node(w, n->y);
        strbuf_putc(w->out, ']');
        break;
    case IR_SLICE:
    case IR_SLICESTR:
    case IR_SLICEARR:
    case IR_SLICE3:
    case IR_SLICE3ARR: put_slice(w, n, prec); break;
    case IR_COMPLEX:
    case IR_COPY:
    case IR_UNSAFEADD:
    case IR_UNSAFESLICE:
        put_op(w, n->op);
        strbuf_putc(w->out, '(');
        put_node(w, n->x);
        put_text(w, ", ");
        put_node(w, n->y);
        strbuf_putc(w->out, ')');
        break;
    case IR_CONV:
    case IR_CONVIFACE:
    case IR_CONVNOP:
    case IR_BYTES2STR:
    case IR_RUNES2STR:
    case IR_STR2BYTES:
    case IR_STR2RUNES:
    case IR_RUNESTR:
    case IR_SLICE2ARR:
    case IR_SLICE2ARRPTR:
        put_conv_type(w, n->type);
        strbuf_putc(w->out, '(');
        put_node(w, n->x);
        strbuf_putc(w->out, ')');
        break;
    case IR_REAL:
    case IR_IMAG:
    case IR_CAP:
    case IR_CLEAR:
    case IR_CLOSE:
    case IR_LEN:
    case IR_NEW:
    case IR_PANIC:
        put_op(w, n->op);
        strbuf_putc(w->out, '(');
        put_node(w, n->x);
        strbuf_putc(w->out, ')');
        break;
    case IR_APPEND:
    case IR_DELETE:
    case IR_MAX:
    case IR_MIN:
    case IR_RECOVER:
    case IR_PRINT:
    case IR_PRINTLN:
        put_op(w, n->op);
        put_arguments(w, n);
        break;
    case IR_CALLFUNC:
    case IR_CALLINTER:
    case IR_GETG:
        put_expr(w, n->x, prec);
        put_arguments(w, n);
        break;
    case IR_INLCALL: put_inlcall(w, n); break;
    case IR_MAKEMAP:
    case IR_MAKECHAN:
    case IR_MAKESLICE: put_make(w, n); break;
    case IR_PLUS:
    case IR_NEG:
    case IR_BITNOT:
    case IR_NOT:
    case IR_RECV:
    case IR_ADDR:
    case IR_DEREF: put_unary(w, n, prec); break;
    case IR_ADD:
    case IR_AND:
    case IR_ANDNOT:
    case IR_DIV:
    case IR_EQ:
    case IR_GE:
    case IR_GT:
    case IR_LE:
    case IR_LT:
    case IR_LSH:
    case IR_MOD:
    case IR_MUL:
    case IR_NE:
    case IR_OR:
    case IR_RSH:
    case IR_SUB:
    case IR_XOR:
    case IR_ANDAND:
    case IR_OROR: put_binary(w, n, ir_texts[n->op], prec); break;
    case IR_SEND: put_binary(w, n, "<-", prec); break;
    case IR_ADDSTR:
        for (u32 i = 0; i < n->list.n; i++) {
            put_text(w, i > 0 ? " + " : "");
            put_expr(w, n->list.v[i], prec);
        }
        break;
    default:
        put_text(w, "<node ");
        if (n->op == IR_MAKEFACE && !w->u->profile->unified) {
            put_text(w, "EFACE"); /* its name until Go 1.21 */
        } else {
            put_op(w, n->op);
        }
        strbuf_putc(w->out, '>');
        break;
    }
}

static bool is_implicit_step(const struct printer *w, const struct ir *n)
{
    switch ((enum ir_op)n->op) {
    case IR_ADDR:
    case IR_DEREF:
    case IR_CONV:
    case IR_CONVNOP:
    case IR_CONVIFACE: return (n->flags & IR_IMPLICIT) && !is_imported(w, n);
    default: return false;
    }
}

static void put_expr(struct printer *w, struct ir *n, int prec)
{
    while (n && is_implicit_step(w, n)) {
        n = n->x;
    }
    if (!n || w->depth >= PRINT_DEPTH) {
        put_text(w, n ? "..." : "<nil>");
        return;
    }
    int own = precedence[n->op];
    if (n->op == IR_TYPE && n->type && type_unalias(n->type)->kind == TYPE_POINTER) {
        own = precedence[IR_DEREF];
    }
    if (n->op == IR_LITERAL) {
        const struct ast *raw = raw_literal(w, n);
        own = raw ? raw_precedence(raw, n->num) : own;
    }
    w->depth++;
    if (prec > own) {
        strbuf_putc(w->out, '(');
        put_node(w, n);
        strbuf_putc(w->out, ')');
    } else {
        put_operation(w, n, own);
    }
    w->depth--;
}

/* ---- statements ---- */

static void put_assign_list(struct printer *w, const struct ir *n)
{
    put_list(w, &n->list, ", ");
    put_text(w, n->flags & IR_DEF ? " := " : " = ");
    put_list(w, &n->body, ", ");
}

static void put_asop(struct printer *w, const struct ir *n)
{
    put_node(w, n->x);
    if (n->flags & IR_INCDEC) {
        put_text(w, n->num == IR_ADD ? "++" : "--");
        return;
    }
    strbuf_putc(w->out, ' ');
    put_op(w, n->num);
    put_text(w, "= ");
    put_node(w, n->y);
}

static void put_if(struct printer *w, const struct ir *n)
{
    put_text(w, "if ");
    if (n->init.n == 1 && n->init.v[0]->init.n == 0) {
        put_node(w, n->init.v[0]);
        put_text(w, "; ");
    }
    put_node(w, n->x);
    put_text(w, " { ");
    put_list(w, &n->body, "; ");
    put_text(w, " }");
    if (n->list.n > 0) {
        put_text(w, " else { ");
        put_list(w, &n->list, "; ");
        put_text(w, " }");
    }
}

static void put_stmt(struct printer *w, struct ir *n)
{
    switch ((enum ir_op)n->op) {
    case IR_DCL:
        put_text(w, "var ");
        put_node(w, n->x);
        strbuf_putc(w->out, ' ');
        ir_write_type(w->out, w->u, n->x ? n->x->type : NULL);
        break;
    case IR_AS:
        put_node(w, n->x);
        put_text(w, n->flags & IR_DEF ? " := " : " = ");
        put_node(w, n->y);
        break;
    case IR_ASOP: put_asop(w, n); break;
    case IR_AS2:
    case IR_AS2DOTTYPE:
    case IR_AS2FUNC:
    case IR_AS2MAPR:
    case IR_AS2RECV: put_assign_list(w, n); break;
    case IR_BLOCK: put_list(w, &n->list, "; "); break;
    case IR_RETURN:
        put_text(w, "return ");
        put_list(w, &n->list, ", ");
        break;
    case IR_GO:
    case IR_DEFER:
        put_op(w, n->op);
        strbuf_putc(w->out, ' ');
        put_node(w, n->x);
        break;
    case IR_IF: put_if(w, n); break;
    case IR_FOR:
    case IR_RANGE: put_text(w, "for loop"); break;
    case IR_SELECT:
    case IR_SWITCH:
        put_op(w, n->op);
        put_text(w, " statement");
        break;
    case IR_CASE:
    case IR_COMM:
        put_text(w, n->list.n > 0 || n->x ? "case " : "default");
        put_list(w, &n->list, ", ");
        if (n->x) {
            put_node(w, n->x);
        }
        put_text(w, ": ");
        put_list(w, &n->body, "; ");
        break;
    case IR_BREAK:
    case IR_CONTINUE:
    case IR_GOTO:
    case IR_FALL:
        put_op(w, n->op);
        if (n->label) {
            strbuf_printf(w->out, " %.*s", STR_ARG(n->label->name));
        }
        break;
    case IR_LABEL: strbuf_printf(w->out, "%.*s: ", STR_ARG(n->label ? n->label->name : STR("_"))); break;
    default: BUG("operator %u", n->op);
    }
}

static void put_node(struct printer *w, struct ir *n)
{
    if (!n || precedence[n->op] >= 0) {
        put_expr(w, n, 0);
    } else {
        put_stmt(w, n);
    }
}

/* ---- entries ---- */

void ir_write(struct strbuf *out, struct ir_unit *u, struct ir *n)
{
    struct printer w = {.out = out, .u = u};
    put_node(&w, n);
}

static str to_arena(struct ir_unit *u, struct strbuf *b)
{
    str s = str_dup(u->arena, strbuf_str(b));
    strbuf_release(b);
    return s;
}

str ir_text(struct ir_unit *u, struct ir *n)
{
    struct strbuf b = {0};
    ir_write(&b, u, n);
    return to_arena(u, &b);
}

void ir_write_func(struct strbuf *out, struct ir_unit *u, const struct ir_func *fn)
{
    struct printer w = {.out = out, .u = u};
    put_func(&w, fn);
}

str ir_func_text(struct ir_unit *u, const struct ir_func *fn)
{
    struct strbuf b = {0};
    ir_write_func(&b, u, fn);
    return to_arena(u, &b);
}
