/* union.c: constraint elements ~T and A | B (GOROOT/src/cmd/compile/internal/types2/union.go). */
#include "types/check.h"
#include "types/terms.h"

/* A term and the expression that it was written as. */
struct union_check {
    struct type_union *u;
    const node *at;
};

/* Messages qualify the types of terms with their packages' paths, the package's own included. */
static const char *union_term(struct checker *c, const struct type_term *t)
{
    struct strbuf b = {0};
    strbuf_puts(&b, t->tilde ? "~" : "");
    type_write(&b, t->type, NULL, QUAL_PATH);
    const char *text = str_cstr(c->tmp, strbuf_str(&b));
    strbuf_release(&b);
    return text;
}

/* x or ~x. */
static struct type_term union_parse_term(struct checker *c, node n)
{
    struct type_term t = {0};
    node x = n;
    if (check_kind(c, n) == AST_OPERATION && check_at(c, n)->op == OP_TILDE && check_at(c, n)->b == 0) {
        t.tilde = true;
        x = check_at(c, n)->a;
    }
    t.type = check_type(c, x);
    /* The underlying type of a parameter is its constraint, which would say something else. */
    if (type_is_param(t.type)) {
        if (t.tilde) {
            check_error(c, at_node(c, x), "type in term %s cannot be a type parameter", s_expr(c, n));
        } else {
            check_error(c, at_node(c, x), "term cannot be a type parameter");
        }
        t.type = TYPE_BAD;
    }
    return t;
}

static struct type_union *union_new(struct arena *a, struct type_term *terms, u32 n)
{
    struct type_union *u = ARENA_NEW(a, struct type_union);
    u->t.kind = TYPE_UNION;
    u->terms = terms;
    u->n = n;
    return u;
}

/* Of interfaces only those without methods, and comparable not at all (Go spec, "General interfaces"). */
static void union_check_interface(struct checker *c, const struct type_term *t, struct type *under, node at)
{
    struct type_set *s = type_set_of(as_interface(under));
    if (s->n_methods != 0) {
        const char *name = union_term(c, t);
        check_error(c, at_node(c, at), "cannot use %s in union (%s contains methods)", name, name);
    } else if (t->type == c->prog->comparable) {
        check_error(c, at_node(c, at), "cannot use comparable in union");
    } else if (s->comparable) {
        const char *name = union_term(c, t);
        check_error(c, at_node(c, at), "cannot use %s in union (%s embeds comparable)", name, name);
    }
}

/* Index of an earlier term that has a type in common with the i-th, below 0: none. */
static i32 union_overlap(const struct type_union *u, u32 i)
{
    for (u32 j = 0; j < i; j++) {
        if (!type_is_interface(u->terms[j].type) && !term_disjoint(&u->terms[j], &u->terms[i])) {
            return (i32)j;
        }
    }
    return -1;
}

/* Later, because the terms' types have to be known. */
static void union_check_terms(struct checker *c, void *arg)
{
    const struct union_check *k = arg;
    for (u32 i = 0; i < k->u->n; i++) {
        const struct type_term *t = &k->u->terms[i];
        if (!type_is_valid(t->type)) {
            continue;
        }
        struct type *under = type_under(t->type);
        pos at = at_node(c, k->at[i]);
        if (t->tilde) {
            if (under->kind == TYPE_INTERFACE) {
                check_error(c, at, "invalid use of ~ (%s is an interface)", s_type(c, t->type));
                continue;
            }
            if (!type_identical(under, t->type)) {
                check_error(c, at, "invalid use of ~ (underlying type of %s is %s)", s_type(c, t->type),
                            s_type(c, under));
                continue;
            }
        }
        if (under->kind == TYPE_INTERFACE) {
            union_check_interface(c, t, under, k->at[i]);
            continue;
        }
        i32 j = union_overlap(k->u, i);
        if (j >= 0) {
            check_error_soft(c, at, "overlapping terms %s and %s", union_term(c, t),
                             union_term(c, &k->u->terms[j]));
        }
    }
}

static bool union_is_or(const struct checker *c, node n)
{
    return check_kind(c, n) == AST_OPERATION && check_at(c, n)->op == OP_OR && check_at(c, n)->b != 0;
}

struct type *check_union(struct checker *c, node n)
{
    /* a | b | c leans to the left: ors[i] joins what is before it with leaf i + 1. */
    u32 n_leaves = 1;
    for (node x = n; union_is_or(c, x); x = check_at(c, x)->a) {
        n_leaves++;
    }
    node *leaves = ARENA_ARRAY(c->tmp, node, n_leaves);
    node *ors = ARENA_ARRAY(c->tmp, node, n_leaves);
    node x = n;
    for (u32 i = n_leaves; i-- > 1;) {
        ors[i] = x;
        leaves[i] = check_at(c, x)->b;
        x = check_at(c, x)->a;
    }
    leaves[0] = x;

    u32 most = n_leaves < TYPE_UNION_MAX ? n_leaves : TYPE_UNION_MAX;
    struct type_term *terms = ARENA_ARRAY(c->a, struct type_term, most);
    u32 n_terms = 0;
    struct type *u = NULL;
    for (u32 i = 0; i < n_leaves; i++) {
        struct type_term t = union_parse_term(c, leaves[i]);
        if (t.tilde) {
            struct type_term *one = ARENA_NEW(c->a, struct type_term);
            *one = t;
            record_typed(c, leaves[i], MODE_TYPE, &union_new(c->a, one, 1)->t, NULL);
        } else if (n_leaves == 1) {
            return t.type;
        }
        if (n_terms < TYPE_UNION_MAX) {
            terms[n_terms++] = t;
            u = &union_new(c->a, terms, n_terms)->t;
        } else if (u != TYPE_BAD) {
            check_error(c, at_node(c, leaves[i]),
                        "cannot handle more than %d union terms (implementation limitation)", TYPE_UNION_MAX);
            u = TYPE_BAD;
        }
        if (i > 0) {
            record_typed(c, ors[i], MODE_TYPE, u, NULL);
        }
    }
    if (u == TYPE_BAD) {
        return u;
    }
    struct union_check k = {as_union(u), leaves};
    check_later(c, union_check_terms, arena_dup(c->tmp, &k, sizeof(k)));
    return u;
}
