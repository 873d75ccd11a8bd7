/* load_graph.c: dependencies before dependents, import cycles, variants for tests.
 *
 * Variants as in GOROOT/src/cmd/go/internal/load/test.go: the package with its in-package tests stands in
 * for it in its test, so whatever the external tests import that itself imports the package is made once
 * more, against that variant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "load/load_int.h"

static void say_cycle(struct loader *l, struct pkg *in, const pkgs *way, size_t from,
                      const struct edge *last)
{
    struct strbuf b = {0};
    bool files = l->env.minor >= 24; /* since when go says which */

    strbuf_printf(&b, "package %.*s", STR_ARG(way->v[from]->pub.path));
    for (size_t i = from; i < way->n; i++) {
        struct pkg *p = way->v[i];
        struct pkg *next = i + 1 < way->n ? way->v[i + 1] : last->to;
        const struct edge *e = NULL;

        for (size_t j = 0; j < p->imports.n && !e; j++) {
            if (p->imports.v[j].to == next) {
                e = &p->imports.v[j];
            }
        }
        e = i + 1 == way->n ? last : e;
        strbuf_printf(&b, "\n\timports %.*s", STR_ARG(next->pub.path));
        if (files && e) {
            strbuf_printf(&b, " from %.*s", STR_ARG(p->dir->files.v[e->at->file].name));
        }
    }
    strbuf_puts(&b, ": import cycle not allowed");
    load_complain(l, in, NULL, str_dup(&l->arena, strbuf_str(&b)), (str){0});
    strbuf_release(&b);
}

/* A frame of the walk that would otherwise be as deep as the import graph. */
struct frame {
    struct pkg *p;
    size_t next;
};

/* Plain packages in l->out, dependencies first.  An import that closes a cycle is an error, and cut. */
static void order_from(struct loader *l, struct pkg *root)
{
    VEC(struct frame) frames = {0};
    pkgs way = {0};

    if (root->color != 0) {
        return;
    }
    root->color = 1;
    vec_push(&frames, (struct frame){root, 0});
    vec_push(&way, root);
    while (frames.n > 0) {
        struct frame *f = &vec_last(&frames);
        struct pkg *p = f->p;

        if (f->next < p->imports.n) {
            struct edge *e = &p->imports.v[f->next++];

            if (!e->to) {
                continue;
            }
            if (e->to->color == 0) {
                struct pkg *to = e->to;

                to->color = 1;
                vec_push(&frames, (struct frame){to, 0});
                vec_push(&way, to);
            } else if (e->to->color == 1) {
                size_t from = 0;

                while (way.v[from] != e->to) {
                    from++;
                }
                say_cycle(l, p, &way, from, e);
                e->to = NULL;
            }
            continue;
        }
        p->color = 2;
        vec_push_in(&l->arena, &l->out, p);
        frames.n--;
        way.n--;
    }
    vec_release(&frames);
    vec_release(&way);
}

/* -- tests ------------------------------------------------------------------------------------- */

/* Marks what of p's dependencies leads to target; depth first, each package once per mark.  post gets
 * those that do, dependencies first. */
static bool leads_to(struct pkg *p, const struct pkg *target, u32 mark, pkgs *post)
{
    VEC(struct frame) frames = {0};

    if (p == target) {
        return true;
    }
    if (p->mark == mark) {
        return p->on_way;
    }
    p->mark = mark;
    p->on_way = false;
    vec_push(&frames, (struct frame){p, 0});
    while (frames.n > 0) {
        struct frame *f = &vec_last(&frames);

        if (f->next < f->p->imports.n) {
            struct pkg *to = f->p->imports.v[f->next++].to;

            if (!to) {
                continue;
            }
            if (to == target || (to->mark == mark && to->on_way)) {
                f->p->on_way = true;
            } else if (to->mark != mark) {
                to->mark = mark;
                to->on_way = false;
                vec_push(&frames, (struct frame){to, 0});
            }
            continue;
        }
        if (f->p->on_way) {
            if (post) {
                vec_push(post, f->p);
            }
            if (frames.n > 1) {
                frames.v[frames.n - 2].p->on_way = true;
            }
        }
        frames.n--;
    }
    vec_release(&frames);
    return p->on_way;
}

/* An import of an in-package test that comes back to the package. */
static void test_cycle(struct loader *l, struct pkg *p, struct edge *first)
{
    struct strbuf b = {0};
    bool files = l->env.minor >= 24;
    struct pkg *at = first->to;

    strbuf_printf(&b, "package %.*s\n\timports %.*s", STR_ARG(p->pub.path), STR_ARG(at->pub.path));
    if (files) {
        strbuf_printf(&b, " from %.*s", STR_ARG(p->dir->files.v[first->at->file].name));
    }
    while (at != p) {
        struct edge *way = NULL;

        for (size_t i = 0; i < at->imports.n && !way; i++) {
            struct pkg *to = at->imports.v[i].to;

            if (to && (to == p || (to->mark == l->mark && to->on_way))) {
                way = &at->imports.v[i];
            }
        }
        if (!way) {
            break;
        }
        if (way->to != p || files) {
            strbuf_printf(&b, "\n\timports %.*s", STR_ARG(way->to->pub.path));
            if (files) {
                strbuf_printf(&b, " from %.*s", STR_ARG(at->dir->files.v[way->at->file].name));
            }
        }
        at = way->to;
    }
    strbuf_puts(&b, ": import cycle not allowed in test");
    load_complain(l, p, NULL, str_dup(&l->arena, strbuf_str(&b)), (str){0});
    strbuf_release(&b);
    first->to = NULL;
}

static struct pkg *new_variant(struct loader *l, struct pkg *of, enum load_variant kind)
{
    struct pkg *v = ARENA_NEW(&l->arena, struct pkg);

    v->pub = of->pub;
    v->pub.variant = kind;
    v->pub.plain = &of->pub;
    v->pub.for_test = NULL;
    v->dir = of->dir;
    v->cmdline = of->cmdline;
    vec_push_in(&l->arena, &l->out, v);
    return v;
}

static int edge_by_path(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;

    return str_cmp(x->at->path, y->at->path);
}

static void sort_edges(edges *v)
{
    size_t n = 0;

    if (v->n == 0) {
        return;
    }
    qsort(v->v, v->n, sizeof(*v->v), edge_by_path);
    for (size_t i = 0; i < v->n; i++) {
        if (n > 0 && str_eq(v->v[n - 1].at->path, v->v[i].at->path)) {
            if (!v->v[n - 1].to) {
                v->v[n - 1] = v->v[i];
            }
        } else {
            v->v[n++] = v->v[i];
        }
    }
    v->n = n;
}

static struct pkg *for_test(struct pkg *p, u32 test)
{
    return p && test != 0 && p->copy_of == test ? p->copy : p;
}

static void add_edges(struct loader *l, edges *to, const edges *from, u32 test)
{
    for (size_t i = 0; i < from->n; i++) {
        struct edge e = from->v[i];

        e.to = for_test(e.to, test);
        vec_push_in(&l->arena, to, e);
    }
}

static void add_tests(struct loader *l, struct pkg *p)
{
    struct pkg *test = NULL, *xtest;
    pkgs copies = {0};
    u32 mark;

    /* In-package tests. */
    if (p->dir->n[LOAD_FILE_TEST] > 0) {
        mark = ++l->mark;
        for (size_t i = 0; i < p->tests.n; i++) {
            struct edge *e = &p->tests.v[i];

            if (e->to && leads_to(e->to, p, mark, NULL)) {
                test_cycle(l, p, e);
            }
        }
        test = new_variant(l, p, LOAD_TEST);
        test->pub.for_test = &p->pub;
        add_edges(l, &test->imports, &p->imports, 0);
        add_edges(l, &test->imports, &p->tests, 0);
        sort_edges(&test->imports);
    }
    if (p->dir->n[LOAD_FILE_XTEST] == 0) {
        return;
    }
    /* What the external tests import is made again if it leads to p, as p now has its tests in it. */
    mark = ++l->mark;
    if (test) {
        p->copy = test;
        p->copy_of = mark;
        for (size_t i = 0; i < p->xtests.n; i++) {
            if (p->xtests.v[i].to) {
                leads_to(p->xtests.v[i].to, p, mark, &copies);
            }
        }
        for (size_t i = 0; i < copies.n; i++) {
            struct pkg *c = copies.v[i], *v = new_variant(l, c, LOAD_TEST);

            v->pub.for_test = &p->pub;
            v->pub.matched = false;
            c->copy = v;
            c->copy_of = mark;
            add_edges(l, &v->imports, &c->imports, mark);
        }
        vec_release(&copies);
    }
    xtest = new_variant(l, p, LOAD_XTEST);
    xtest->pub.for_test = &p->pub;
    xtest->pub.path = str_fmt(&l->arena, "%.*s_test", STR_ARG(p->pub.path));
    xtest->pub.name = str_fmt(&l->arena, "%.*s_test", STR_ARG(p->pub.name));
    add_edges(l, &xtest->imports, &p->xtests, mark);
}

/* A package that tests import only by way of its variant is not made for itself.  Dependents come later, so
 * that one pass from the end finds what is used. */
static void drop_unused(struct loader *l)
{
    u32 mark = ++l->mark;
    size_t n = 0;

    for (size_t i = l->out.n; i-- > 0;) {
        struct pkg *p = l->out.v[i];

        if (p->pub.matched || p->pub.variant != LOAD_PLAIN) {
            p->mark = mark;
        }
        for (size_t j = 0; p->mark == mark && j < p->imports.n; j++) {
            if (p->imports.v[j].to) {
                p->imports.v[j].to->mark = mark;
            }
        }
    }
    for (size_t i = 0; i < l->out.n; i++) {
        if (l->out.v[i]->mark == mark) {
            l->out.v[n++] = l->out.v[i];
        } else {
            l->out.v[i]->pub.id = UINT32_MAX;
        }
    }
    l->out.n = n;
}

void load_order(struct loader *l)
{
    size_t n;

    for (size_t i = 0; i < l->all.n; i++) {
        if (l->all.v[i]->pub.matched) {
            order_from(l, l->all.v[i]);
        }
    }
    /* What only tests need. */
    for (size_t i = 0; i < l->all.n; i++) {
        struct pkg *p = l->all.v[i];

        for (size_t j = 0; p->want_tests && j < p->tests.n; j++) {
            if (p->tests.v[j].to) {
                order_from(l, p->tests.v[j].to);
            }
        }
        for (size_t j = 0; p->want_tests && j < p->xtests.n; j++) {
            if (p->xtests.v[j].to) {
                order_from(l, p->xtests.v[j].to);
            }
        }
    }
    n = l->out.n;
    for (size_t i = 0; i < n; i++) {
        struct pkg *p = l->out.v[i];

        if (p->want_tests && p->dir->n[LOAD_FILE_TEST] + p->dir->n[LOAD_FILE_XTEST] > 0) {
            add_tests(l, p);
        }
    }
    drop_unused(l);
}
