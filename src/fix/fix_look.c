/* fix_look.c: what is in the heap before and after a change, by gomm's analysis and by the compiler's messages. */
#include "base/path.h"
#include "fix/fix_run.h"

static void count_add(struct arena *a, struct strmap *m, str key, i64 n)
{
    m->keys = a;
    strmap_put(m, key, NULL)->i += n;
}

/* Each place once, however often it is inlined: what is inlined where changes with the cost of functions.  What stands in
 * other packages is allocated there if it is not inlined here: it is no concern of the change, nor is what costs
 * nothing; *elsewhere gets how the compiler words such. */
static void count_sites(struct arena *a, struct escape *e, struct ir_unit *u, struct strmap *m, i64 sign,
                        struct strmap *elsewhere)
{
    struct escape_site *v;
    u32 n, places = 0;

    escape_sites(e, u, a, &v, &n);
    u64 *seen = ARENA_ARRAY(a, u64, n);
    for (u32 i = 0; i < n; i++) {
        const struct source *src = v[i].n->pos && v[i].n->pos != IR_POS_NONE
                                       ? sources_find(e->prog->sources, v[i].n->pos)
                                       : NULL;
        if (!src) {
            continue;
        }
        if (v[i].free || !str_eq(path_dir(a, src->path), u->pkg->src->dir)) {
            str text = v[i].variable ? str_fmt(a, "moved to heap: %.*s", STR_ARG(v[i].what))
                                     : str_fmt(a, "%.*s escapes to heap", STR_ARG(v[i].what));
            count_add(a, elsewhere, text, 1);
            continue;
        }
        u64 place = ((u64)v[i].n->pos << 8) | v[i].n->op;
        bool again = false;
        for (u32 k = 0; k < places && !again; k++) {
            again = seen[k] == place;
        }
        if (!again) {
            seen[places++] = place;
            count_add(a, m, v[i].what, sign);
        }
    }
}

static bool look_judge(struct arena *a, const struct fix_candidate *c, const struct strmap *m, const char *who, str *why)
{
    const struct strmap_entry *e;
    i64 more = 0, less = 0;
    str first = {0};

    for (size_t i = 0; strmap_next(m, &i, &e);) {
        if (e->val.i > 0) {
            more += e->val.i;
            first = first.n > 0 ? first : e->key;
        } else {
            less -= e->val.i;
        }
    }
    if (more > c->brings) {
        *why = str_fmt(a, "%s has something new in the heap: %.*s", who, STR_ARG(first));
        return false;
    }
    if (less == 0 && !c->keeps) {
        *why = str_fmt(a, "%s has as much in the heap as before", who);
        return false;
    }
    return true;
}

bool fix_run_engine(struct fix_run *r, const struct fix_candidate *c, const struct fix_overlay *o, str *why)
{
    struct arena *a = r->arena;
    const struct escape_result *before = &r->escape->results[c->pkg->src->id];
    struct load_config config = r->escape->load->config;
    struct escape_config analysis = {.keep_units = true};
    struct strmap m = {0};
    struct err e;
    bool ok = false, found = false;

    if (!before->unit) {
        *why = STR("nothing is known of it before the change");
        return false;
    }
    config.overlay = o->json;
    config.tests = false;
    config.plan = NULL;
    struct load *l = load_packages(&config, &c->pkg->src->path, 1, r->pool, &e);
    if (!l) {
        *why = str_dup(a, str_of(e.text));
        return false;
    }
    struct program *p = check_load(l, r->pool, 0, 0);
    struct escape *after = escape_new(l, p, &analysis);
    escape_run(after);
    for (u32 i = 0; i < l->n_pkgs && !found; i++) {
        if (str_eq(l->pkgs[i]->path, c->pkg->src->path) && l->pkgs[i]->variant == LOAD_PLAIN && after->results[i].unit) {
            found = true;
            count_sites(a, r->escape, before->unit, &m, -1, &r->elsewhere);
            count_sites(a, after, after->results[i].unit, &m, 1, &r->elsewhere);
            ok = p->pkgs[i]->n_errors == 0 && look_judge(a, c, &m, "the analysis", why);
        }
    }
    if (!found) {
        *why = STR("the changed package was not to be found");
    }
    strmap_release(&m);
    escape_free(after);
    program_free(p);
    load_free(l);
    return ok;
}

bool fix_run_compiler(struct fix_run *r, const struct fix_candidate *c, const struct fix_overlay *o, str *why)
{
    struct fix_message *v[2];
    u32 n[2];
    struct strmap seen[2] = {{0}}, m = {0};
    const struct strmap_entry *e;

    for (int k = 0; k < 2; k++) {
        if (!fix_verify_messages(r->verifier, c->pkg->src->path, k ? o : NULL, &v[k], &n[k], why)) {
            return false;
        }
        for (u32 i = 0; i < n[k]; i++) {
            count_add(r->arena, &seen[k], v[k][i].text, 1);
        }
    }
    /* Where a function is inlined its messages come again, at the call: a text that was there before is nothing new,
     * unless nothing else has become less. */
    for (size_t i = 0; strmap_next(&seen[1], &i, &e);) {
        if (!strmap_get(&seen[0], e->key) && !strmap_get(&r->elsewhere, e->key)) {
            count_add(r->arena, &m, e->key, 1);
        }
    }
    for (size_t i = 0; strmap_next(&seen[0], &i, &e);) {
        const union map_val *now = strmap_get(&seen[1], e->key);
        if (!now || now->i < e->val.i) {
            count_add(r->arena, &m, e->key, -1);
        }
    }
    bool ok = look_judge(r->arena, c, &m, "the compiler", why);
    strmap_release(&seen[0]);
    strmap_release(&seen[1]);
    strmap_release(&m);
    return ok;
}
