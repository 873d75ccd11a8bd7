/* cmd_escape_cgo.c: packages that import "C" are looked at as cgo has translated them. */
#include <stdio.h>

#include "cmd/cmd_escape.h"
#include "driver/driver_cgo.h"

/* Packages of std under those that were asked for have hardly anything of C in what they export: cgo runs only if what
 * was asked for uses C itself. */
static bool cgo_is_wanted(const struct cmd_escape *c)
{
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *p = c->load->pkgs[i];
        if (p->uses_cgo && (p->matched || c->deps)) {
            return true;
        }
    }
    return false;
}

bool cmd_escape_cgo(struct cmd_escape *c)
{
    VEC(str) paths = {0};
    struct driver_cgo made;
    struct err e;
    if (!cgo_is_wanted(c)) {
        return false;
    }
    bool files = false;
    for (u32 i = 0; i < c->load->n_pkgs; i++) {
        const struct load_package *p = c->load->pkgs[i];
        bool here = str_is(p->path, "command-line-arguments");
        files = files || (p->uses_cgo && here);
        if (p->uses_cgo && !here && p->variant == LOAD_PLAIN) {
            vec_push_in(&c->arena, &paths, str_dup(&c->arena, p->path));
        }
    }
    struct driver_cgo_ask q = {.tags = c->tags, .mod = c->mod, .overlay = c->overlay};
    q.packages = files ? c->patterns.v : paths.v;
    q.n_packages = files ? c->n_asked : paths.n;
    if (q.n_packages == 0) {
        return false;
    }
    if (!driver_cgo_make(&c->arena, &q, &made, &e)) {
        fprintf(stderr, "gomm: functions that use C are left out: %s\n", e.text);
        return false;
    }
    for (size_t i = 0; files && i < made.n_types; i++) {
        vec_push_in(&c->arena, &c->patterns, made.types[i]);
    }
    c->config.overlay = made.overlay;
    return made.n_types > 0;
}
