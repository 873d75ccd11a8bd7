/* cmd_escape_cgo.c: packages that import "C" are looked at as cgo has translated them. */
#include <stdio.h>

#include "cmd/cmd_escape.h"
#include "driver/driver_cgo.h"

struct cmd_escape_go {
    struct driver_cgo_ask question;
    struct proc go;
};

/* Packages of std under those that were asked for have hardly anything of C in what they export: cgo runs only if what
 * was asked for uses C itself. */
static bool cgo_is_wanted(const struct cmd_escape *c, const struct load *l)
{
    for (u32 i = 0; i < l->n_pkgs; i++) {
        if (l->pkgs[i]->uses_cgo && (l->pkgs[i]->matched || c->deps)) {
            return true;
        }
    }
    return false;
}

/* What go is asked for.  *files: what the user named are files, so that all of it is to be loaded again. */
static struct driver_cgo_ask cgo_question(struct cmd_escape *c, const struct load *l, bool *files)
{
    VEC(str) paths = {0};
    *files = false;
    for (u32 i = 0; i < l->n_pkgs; i++) {
        const struct load_package *p = l->pkgs[i];
        bool here = str_is(p->path, "command-line-arguments");
        *files = *files || (p->uses_cgo && here);
        if (p->uses_cgo && !here && p->variant == LOAD_PLAIN) {
            vec_push_in(&c->arena, &paths, str_dup(&c->arena, p->path));
        }
    }
    struct driver_cgo_ask q = {.tags = c->tags, .mod = c->mod, .overlay = c->overlay};
    q.packages = *files ? c->patterns.v : paths.v;
    q.n_packages = *files ? c->n_asked : paths.n;
    return q;
}

static void cgo_failed(const struct err *e)
{
    fprintf(stderr, "gomm: functions that use C are left out: %s\n", e->text);
}

/* ---- while the packages are loaded ---- */

static bool cgo_begin(void *ctx, const struct load *l)
{
    struct cmd_escape *c = ctx;
    struct cmd_escape_go *go = ARENA_NEW(&c->arena, struct cmd_escape_go);
    bool files;
    struct err e;
    c->cgo_asked = true;
    if (!cgo_is_wanted(c, l)) {
        return false;
    }
    go->question = cgo_question(c, l, &files);
    c->cgo_asked = !files;
    if (files || go->question.n_packages == 0) {
        return false;
    }
    if (!driver_cgo_start(&go->question, &go->go, &e)) {
        cgo_failed(&e);
        return false;
    }
    c->cgo_runs = go;
    return true;
}

static str cgo_end(void *ctx)
{
    struct cmd_escape *c = ctx;
    struct driver_cgo made;
    struct err e;
    if (!driver_cgo_finish(&c->arena, &c->cgo_runs->question, &c->cgo_runs->go, &made, &e)) {
        cgo_failed(&e);
        return (str){0};
    }
    return made.n_types > 0 ? made.overlay : (str){0};
}

void cmd_escape_cgo_meanwhile(struct cmd_escape *c)
{
    c->config.cgo_begin = cgo_begin;
    c->config.cgo_end = cgo_end;
    c->config.cgo_ctx = c;
}

/* ---- afterwards ---- */

bool cmd_escape_cgo(struct cmd_escape *c)
{
    struct driver_cgo made;
    struct err e;
    bool files;
    if (c->cgo_asked || !cgo_is_wanted(c, c->load)) {
        return false;
    }
    struct driver_cgo_ask q = cgo_question(c, c->load, &files);
    if (q.n_packages == 0) {
        return false;
    }
    if (!driver_cgo_make(&c->arena, &q, &made, &e)) {
        cgo_failed(&e);
        return false;
    }
    for (size_t i = 0; files && i < made.n_types; i++) {
        vec_push_in(&c->arena, &c->patterns, made.types[i]);
    }
    c->config.overlay = made.overlay;
    c->config.cgo_begin = NULL;
    return made.n_types > 0;
}
