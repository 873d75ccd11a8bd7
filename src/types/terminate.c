#include "types/check.h"

/* Spec, "Terminating statements". */

static bool ends(struct checker *c, node s, name_id label);

/* Does s contain a break that leaves the statement labeled `label` (0: none), or, if implicit, an
 * unlabeled one that leaves the innermost statement around s? */
static bool has_break(const struct checker *c, node s, name_id label, bool implicit);

static bool list_has_break(const struct checker *c, u32 list, name_id label, bool implicit)
{
    const node *v = ast_list(c->ast, list);

    for (u32 i = 0, n = ast_list_len(c->ast, list); i < n; i++) {
        if (has_break(c, v[i], label, implicit)) {
            return true;
        }
    }
    return false;
}

static bool clauses_have_break(const struct checker *c, u32 clauses, name_id label)
{
    const node *v = ast_list(c->ast, clauses);

    for (u32 i = 0, n = ast_list_len(c->ast, clauses); i < n; i++) {
        if (list_has_break(c, ast_rec(c->ast, v[i], CLAUSE_BODY), label, false)) {
            return true;
        }
    }
    return false;
}

static bool has_break(const struct checker *c, node s, name_id label, bool implicit)
{
    const struct ast_node *n = check_at(c, s);
    node rest;

    switch (n->kind) {
    case AST_LABELED: return has_break(c, n->b, label, implicit);
    case AST_BRANCH:
        if (n->op != TOK_BREAK) {
            return false;
        }
        return n->a == 0 ? implicit : label != 0 && check_at(c, n->a)->a == label;
    case AST_BLOCK: return list_has_break(c, n->a, label, implicit);
    case AST_IF:
        rest = ast_rec(c->ast, s, IF_ELSE);
        return has_break(c, ast_rec(c->ast, s, IF_THEN), label, implicit) ||
               (rest && has_break(c, rest, label, implicit));
    case AST_SWITCH: return label && clauses_have_break(c, ast_rec(c->ast, s, SWITCH_BODY), label);
    case AST_SELECT: return label && clauses_have_break(c, n->a, label);
    case AST_FOR: return label && has_break(c, ast_rec(c->ast, s, FOR_BODY), label, false);
    default: return false;
    }
}

/* The last statement that is not empty decides. */
static bool list_ends(struct checker *c, u32 list)
{
    const node *v = ast_list(c->ast, list);

    for (u32 i = ast_list_len(c->ast, list); i > 0; i--) {
        if (check_kind(c, v[i - 1]) != AST_EMPTY) {
            return ends(c, v[i - 1], 0);
        }
    }
    return false;
}

/* Every clause ends and none is left by a break; *has_default. */
static bool clauses_end(struct checker *c, u32 clauses, name_id label, bool *has_default)
{
    const node *v = ast_list(c->ast, clauses);

    *has_default = false;
    for (u32 i = 0, n = ast_list_len(c->ast, clauses); i < n; i++) {
        u32 body = ast_rec(c->ast, v[i], CLAUSE_BODY);

        *has_default |= check_at(c, v[i])->a == 0;
        if (!list_ends(c, body) || list_has_break(c, body, label, true)) {
            return false;
        }
    }
    return true;
}

static bool ends(struct checker *c, node s, name_id label)
{
    const struct ast_node *n = check_at(c, s);
    bool has_default;
    node x;

    switch (n->kind) {
    case AST_LABELED: return ends(c, n->b, check_at(c, n->a)->a);
    case AST_EXPR_STMT:
        x = ast_unparen(c->ast, n->a);
        return check_kind(c, x) == AST_CALL && map_get(c->env.panics, x) != NULL;
    case AST_RETURN: return true;
    case AST_BRANCH: return n->op == TOK_GOTO || n->op == TOK_FALLTHROUGH;
    case AST_BLOCK: return list_ends(c, n->a);
    case AST_IF:
        x = ast_rec(c->ast, s, IF_ELSE);
        return x && ends(c, ast_rec(c->ast, s, IF_THEN), 0) && ends(c, x, 0);
    case AST_SWITCH:
        return clauses_end(c, ast_rec(c->ast, s, SWITCH_BODY), label, &has_default) && has_default;
    case AST_SELECT: return clauses_end(c, n->a, label, &has_default);
    case AST_FOR:
        if (n->a && check_kind(c, n->a) == AST_RANGE) {
            return false; /* it ends when there is nothing more to range over */
        }
        return !ast_rec(c->ast, s, FOR_COND) &&
               !has_break(c, ast_rec(c->ast, s, FOR_BODY), label, true);
    default: return false;
    }
}

bool stmt_terminates(struct checker *c, node s)
{
    return ends(c, s, 0);
}
