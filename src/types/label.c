#include "types/check.h"

/* Labels and the branches that name them (Go spec, "Labeled statements", "Goto statements").  The
 * compiler does this with the syntax (GOROOT/src/cmd/compile/internal/syntax/branches.go); its words. */

struct block {
    struct block *parent;
    pos start;
    node labeled; /* LABELED around it, 0: none */
};

struct label {
    struct obj *obj;
    node stmt; /* LABELED */
    const struct block *block;
};

/* A goto whose label has not been seen yet. */
struct jump {
    node branch;
    node over; /* the declaration in its block that it would jump over: VAR_DECL or ASSIGN */
};

struct labels {
    struct checker *c;
    VEC(struct label) all;
    VEC(struct jump) jumps; /* those of a block lie behind those of the blocks around it */
};

static void block(struct labels *l, struct block *parent, node labeled, pos start, const node *v, u32 n);

static name_id label_name(const struct labels *l, node s)
{
    return check_at(l->c, check_at(l->c, s)->a)->a;
}

static const char *text(struct labels *l, node s)
{
    return s_str(l->c, check_name(l->c, label_name(l, s)));
}

static struct label *find(struct labels *l, name_id name)
{
    for (size_t i = 0; i < l->all.n; i++) {
        if (l->all.v[i].obj->name == name) {
            return &l->all.v[i];
        }
    }
    return NULL;
}

static void use(struct labels *l, node branch, struct label *to)
{
    to->obj->flags |= OBJ_USED;
    record_use(l->c, check_at(l->c, branch)->a, to->obj);
}

static bool encloses(const struct block *b, const struct block *inner)
{
    for (; inner; inner = inner->parent) {
        if (inner == b) {
            return true;
        }
    }
    return false;
}

/* A label: gotos of this block, from `from` on, that wait for it have found it. */
static void declare(struct labels *l, struct block *b, size_t from, node s)
{
    struct checker *c = l->c;
    node at = check_at(c, s)->a;
    struct label *old = find(l, label_name(l, s));

    if (old) {
        check_error(c, at_node(c, at), "label %s already defined at %s", text(l, s),
                    s_pos(l->c, old->obj->pos));
    } else {
        struct obj *o =
            obj_new(c->a, OBJ_LABEL, check_at(c, at)->pos, c->pkg, label_name(l, s), NULL, c->prog->names);

        vec_push_in(c->tmp, &l->all, (struct label){o, s, b});
        record_def(c, at, o);
        old = &l->all.v[l->all.n - 1];
    }

    size_t keep = from;

    for (size_t i = from; i < l->jumps.n; i++) {
        struct jump j = l->jumps.v[i];

        if (label_name(l, j.branch) != label_name(l, s)) {
            l->jumps.v[keep++] = j;
            continue;
        }
        use(l, j.branch, old);
        if (j.over) {
            const struct ast_node *d = check_at(c, j.over);
            const char *what =
                s_expr(c, d->kind == AST_VAR_DECL ? ast_list(c->ast, d->a)[0] : d->a);

            check_error(c, at_node(c, check_at(c, j.branch)->a),
                        "goto %s jumps over declaration of %s at %s", text(l, j.branch), what,
                        s_pos(l->c, d->pos));
        }
    }
    l->jumps.n = keep;
}

static void branch(struct labels *l, struct block *b, node s)
{
    struct checker *c = l->c;
    u32 word = check_at(c, s)->op;
    struct label *to = find(l, label_name(l, s));
    pos at = at_node(c, check_at(c, s)->a);

    if (word == TOK_GOTO) {
        if (to && encloses(to->block, b)) {
            use(l, s, to);
        } else {
            if (to) {
                to->obj->flags |= OBJ_USED;
            }
            vec_push_in(c->tmp, &l->jumps, (struct jump){s, 0});
        }
        return;
    }

    const char *name = token_text((enum token)word);

    if (!to) {
        check_error(c, at, "%s label not defined: %s", name, text(l, s));
        return;
    }
    use(l, s, to);

    node target = 0;

    for (const struct block *x = b; x; x = x->parent) {
        if (x->labeled == to->stmt) {
            target = check_at(c, to->stmt)->b;
        }
    }

    u32 kind = target ? check_kind(c, target) : AST_NONE;

    if (kind != AST_FOR && (word != TOK_BREAK || (kind != AST_SWITCH && kind != AST_SELECT))) {
        check_error(c, at, "invalid %s label %s", name, text(l, s));
    }
}

static void clauses(struct labels *l, struct block *b, node labeled, u32 list)
{
    struct checker *c = l->c;
    const node *v = ast_list(c->ast, list);

    for (u32 i = 0, n = ast_list_len(c->ast, list); i < n; i++) {
        u32 body = ast_rec(c->ast, v[i], CLAUSE_BODY);

        block(l, b, labeled, check_at(c, v[i])->pos, ast_list(c->ast, body), ast_list_len(c->ast, body));
    }
}

static void body(struct labels *l, struct block *b, node labeled, node s)
{
    u32 list = check_at(l->c, s)->a;

    block(l, b, labeled, check_at(l->c, s)->pos, ast_list(l->c->ast, list), ast_list_len(l->c->ast, list));
}

/* Gotos of this block that are still open would jump over d. */
static void passes(struct labels *l, size_t from, node d)
{
    for (size_t i = from; i < l->jumps.n; i++) {
        l->jumps.v[i].over = d;
    }
}

static void one(struct labels *l, struct block *b, size_t from, node s)
{
    struct checker *c = l->c;
    const struct ast_node *n = check_at(c, s);
    node labeled = 0;

    while (n->kind == AST_LABELED) {
        if (check_at(c, n->a)->a != c->prog->blank) {
            declare(l, b, from, s);
            labeled = s;
        }
        s = n->b;
        n = check_at(c, s);
    }
    switch (n->kind) {
    case AST_DECL_STMT:
        for (u32 i = 0; i < ast_list_len(c->ast, n->a); i++) {
            node d = ast_list(c->ast, n->a)[i];

            if (check_kind(c, d) == AST_VAR_DECL) {
                passes(l, from, d);
                break;
            }
        }
        break;
    case AST_ASSIGN:
        if (n->op == OP_DEF) {
            passes(l, from, s);
        }
        break;
    case AST_BRANCH:
        if (n->a) {
            branch(l, b, s);
        }
        break;
    case AST_BLOCK: body(l, b, labeled, s); break;
    case AST_IF: {
        node rest = ast_rec(c->ast, s, IF_ELSE);

        body(l, b, labeled, ast_rec(c->ast, s, IF_THEN));
        if (rest) {
            block(l, b, labeled, check_at(c, rest)->pos, &rest, 1);
        }
        break;
    }
    case AST_FOR: body(l, b, labeled, ast_rec(c->ast, s, FOR_BODY)); break;
    case AST_SWITCH: clauses(l, b, labeled, ast_rec(c->ast, s, SWITCH_BODY)); break;
    case AST_SELECT: clauses(l, b, labeled, n->a); break;
    default: break;
    }
}

static void block(struct labels *l, struct block *parent, node labeled, pos start, const node *v, u32 n)
{
    /* in the arena, for labels refer to it after it was left */
    struct block *b = ARENA_NEW(l->c->tmp, struct block);
    size_t from = l->jumps.n;

    *b = (struct block){parent, start, labeled};
    for (u32 i = 0; i < n; i++) {
        one(l, b, from, v[i]);
    }
    /* What is open goes on in the block around this one, whose declarations are others. */
    passes(l, from, 0);
}

bool check_body_broken(const struct checker *c, node n)
{
    const struct ast_node *at = check_at(c, n);

    for (u32 i = 0; i < c->ast->n_errors; i++) {
        if (c->ast->errors[i].pos >= at->pos && c->ast->errors[i].pos <= at->b) {
            return true;
        }
    }
    return false;
}

void check_labels(struct checker *c, node n)
{
    struct labels l = {.c = c};

    c->in_parser = true;
    body(&l, NULL, 0, n);
    for (size_t i = 0; i < l.jumps.n; i++) {
        node s = l.jumps.v[i].branch;
        struct label *to = find(&l, label_name(&l, s));

        if (to) {
            to->obj->flags |= OBJ_USED;
            check_error(c, at_node(c, check_at(c, s)->a), "goto %s jumps into block starting at %s",
                        text(&l, s), s_pos(c, to->block->start));
        } else {
            check_error(c, at_node(c, check_at(c, s)->a), "label %s not defined", text(&l, s));
        }
    }
    for (size_t i = 0; i < l.all.n; i++) {
        struct obj *o = l.all.v[i].obj;

        if (!(o->flags & OBJ_USED)) {
            check_error_soft(c, o->pos, "label %s defined and not used", s_name(c, o));
        }
    }
    c->in_parser = false;
}
