/* load_env.h: what `go env` would say, mostly without asking it.
 *
 * Order of precedence, as in GOROOT/src/cmd/go/internal/cfg: the environment, the user's go/env file,
 * GOROOT/go.env, the default.
 *
 * Ownership: texts are in the arena or borrowed from the configuration.  Threading: no state.
 */
#ifndef GOMM_LOAD_ENV_H
#define GOMM_LOAD_ENV_H

#include "base/vec.h"
#include "load/load.h"
#include "load/load_build.h"

struct load_env {
    str cwd;
    str goroot, goroot_src, goos, goarch, go_version; /* "go1.26.8" */
    u32 minor;                                        /* 26 */
    VEC(str) gopath;
    str modcache;
    bool modules, auto_modules; /* auto: modules only if there is a go.mod */
    bool cgo, race;
    str mod, tags, overlay, modfile; /* of the configuration or GOFLAGS */
    str gowork;                      /* "off", a path, or empty: looked for */
    str proxy;                       /* GOPROXY */
    str toolchain;                   /* GOTOOLCHAIN */
    str host_os, host_arch;
    struct load_tags build;
};

/* False only if no Go can be found. */
bool load_env_init(struct arena *a, const struct load_config *c, struct load_env *env,
                   struct err *e);
void load_env_release(struct load_env *env);

/* Adds the tool tags (goexperiment.x, amd64.v1) that the go command of that GOROOT has.  source is
 * internal/buildcfg/exp.go of it, whose baseline is evaluated for the platform. */
void load_env_experiments(struct arena *a, struct load_tags *t, str source, str goexperiment);

#endif
