#include "driver/driver_go.h"

#include "base/jsonr.h"
#include "base/proc.h"
#include "driver/driver_version.h"

static bool go_ask(struct arena *a, const char *dir, struct driver_go *go)
{
    const struct {
        const char *name;
        str *to;
    } vars[] = {
        {"GOVERSION", &go->version},
        {"GOROOT", &go->goroot},
        {"GOOS", &go->goos},
        {"GOARCH", &go->goarch},
        {"GOAMD64", &go->goamd64},
        {"GOFLAGS", &go->goflags},
        {"CC", &go->cc},
        {"CGO_ENABLED", &go->cgo_enabled},
        {"GOCACHE", &go->gocache},
        {"GOMOD", &go->gomod},
        {"GOTOOLCHAIN", &go->gotoolchain},
    };
    struct argv argv = {0};
    argv_push_str(&argv, go->path);
    argv_push(&argv, "env");
    argv_push(&argv, "-json");
    for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
        argv_push(&argv, vars[i].name);
    }
    struct proc_opts o = {
        .argv = argv_get(&argv), .cwd = dir, .out = PROC_CAPTURE, .err = PROC_CAPTURE};
    struct proc_result r;
    struct err e;
    bool ok = proc_run(a, &o, &r, &e);
    argv_release(&argv);
    if (!ok) {
        go->trouble = str_dup(a, str_of(e.text));
        return false;
    }
    struct jsonr doc;
    if (r.status != 0) {
        go->trouble = r.err.n > 0 ? str_trim(r.err) : proc_status_text(a, &r);
        return false;
    }
    if (!jsonr_parse(r.out, &doc, &e)) {
        go->trouble = str_fmt(a, "unexpected output: %s", e.text);
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
        *vars[i].to = str_dup(a, jsonr_str_or(doc, vars[i].name, (str){0}));
    }
    jsonr_free(doc);
    return true;
}

bool driver_go_find(struct arena *a, const char *dir, struct driver_go *go, struct err *e)
{
    *go = (struct driver_go){0};
    if (!proc_find(a, "go", NULL, &go->path, NULL)) {
        return err_set(e, "no go command on PATH\n"
                          "\tgomm runs your own Go (" DRIVER_SUPPORTED_TEXT "): put its bin "
                          "directory on PATH, or\n\tinstall it from https://go.dev/dl/ or with "
                          "your system's packages (Debian, Ubuntu: apt install golang)");
    }
    go->asked = go_ask(a, dir, go);
    return true;
}

bool driver_go_supported(const struct driver_go *go, struct err *e)
{
    static const char remedy[] =
        "\n\tsupported: " DRIVER_SUPPORTED_TEXT
        "; -gomm.runtime=stock (or GOMM_RUNTIME=stock) runs Go's own race runtime instead";
    if (!go->asked) {
        return true;
    }
    if (!str_is(go->goos, DRIVER_GOOS) || !str_is(go->goarch, DRIVER_GOARCH)) {
        return err_set(e, "no race runtime of gomm's for %.*s/%.*s%s", STR_ARG(go->goos),
                       STR_ARG(go->goarch), remedy);
    }
    if (!driver_version_supported(driver_version_minor(go->version))) {
        return err_set(e, "gomm's race runtime is not made for %.*s (%.*s)%s", STR_ARG(go->version),
                       STR_ARG(go->path), remedy);
    }
    if (str_is(go->cgo_enabled, "0")) {
        /* In go's words, and what to do when it is the default that came out as 0: Go 1.20 and
         * newer switch cgo off where they find no C compiler. */
        return err_set(e,
                       "-race requires cgo; enable cgo by setting CGO_ENABLED=1\n"
                       "\tand have a C compiler (CC is %.*s; Debian, Ubuntu: apt install gcc "
                       "libc6-dev)",
                       STR_ARG(go->cc));
    }
    return true;
}
