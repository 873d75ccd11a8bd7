/* load_toolchain.c: the Go that the go command would switch to.
 *
 * Rules: go.dev/doc/toolchain, GOROOT/src/cmd/go/internal/toolchain/select.go.  Since Go 1.21 a go or toolchain
 * line, or GOTOOLCHAIN, can ask for another release, which go keeps in the module cache.  Nothing is
 * fetched here: what is not there is said by who needs it.
 */
#include "base/io.h"
#include "base/path.h"
#include "load/load_int.h"
#include "load/load_version.h"

/* "1.22.3" of go1.22.3, go1.22.3-custom; empty if it names no release. */
static str release_of(str toolchain)
{
    str v, rest;

    if (!str_cut_prefix(&toolchain, STR("go"))) {
        return (str){0};
    }
    str_cut(toolchain, STR("-"), &v, &rest);
    return load_gover_valid(v) ? v : (str){0};
}

/* What GOTOOLCHAIN and the lines of go.work or go.mod come to; empty: what runs already. */
static str wanted(struct loader *l)
{
    str setting = l->env.toolchain, name, mode, want = {0}, version, line_go = {0}, line_tool = {0},
        v;

    if (l->env.minor < 21 || setting.n == 0) {
        return want;
    }
    version = release_of(l->env.go_version);
    str_cut(setting, STR("+"), &name, &mode);
    if (str_is(name, "auto") || str_is(name, "path")) {
        mode = name;
    } else if (!str_is(name, "local")) {
        want = name;
        version = release_of(name);
    }
    if (!str_is(mode, "auto") && !str_is(mode, "path")) {
        return want;
    }
    if (l->mods.work_file.n > 0) {
        line_go = l->mods.work.go;
        line_tool = l->mods.work.toolchain;
    } else if (l->mods.mains.n > 0) {
        line_go = l->mods.mains.v[0].gomod.go;
        line_tool = l->mods.mains.v[0].gomod.toolchain;
    }
    if (str_is(line_tool, "default")) {
        return want;
    }
    v = release_of(line_tool);
    if (v.n > 0 && load_gover_cmp(v, version) > 0) {
        want = line_tool;
        version = v;
    }
    if (line_go.n > 0 && load_gover_cmp(line_go, version) > 0) {
        bool lang = str_eq(load_gover_lang(line_go), line_go);

        want = str_fmt(&l->arena, "go%.*s%s", STR_ARG(line_go),
                       lang && load_gover_cmp(line_go, STR("1.21")) >= 0 ? ".0" : "");
    }
    return want;
}

bool load_toolchain_find(struct loader *l, str *goroot)
{
    str want = wanted(l);

    if (want.n == 0 || str_eq(want, l->env.go_version) || l->env.modcache.n == 0) {
        return false;
    }
    *goroot = str_fmt(&l->arena, "%.*s/golang.org/toolchain@v0.0.1-%.*s.%.*s-%.*s",
                      STR_ARG(l->env.modcache), STR_ARG(want), STR_ARG(l->env.host_os),
                      STR_ARG(l->env.host_arch));
    return io_is_dir(str_cstr(&l->arena, path_join(&l->arena, *goroot, STR("src/runtime"))));
}
