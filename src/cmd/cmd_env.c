/* gomm env: which Go was found, and what of it is supported. */
#include <stdio.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/jsonw.h"
#include "cmd/cmd.h"
#include "driver/driver_go.h"
#include "driver/driver_run.h"
#include "driver/driver_runtime.h"
#include "driver/driver_version.h"
#include "escape/escape_cache.h"

struct env_line {
    const char *name;
    str value;
};

static void env_text(struct strbuf *b, const struct env_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        strbuf_printf(b, "%s=", lines[i].name);
        /* As go env: quoted for the shell. */
        strbuf_putc(b, '\'');
        for (size_t j = 0; j < lines[i].value.n; j++) {
            if (lines[i].value.p[j] == '\'') {
                strbuf_puts(b, "'\\''");
            } else {
                strbuf_putc(b, lines[i].value.p[j]);
            }
        }
        strbuf_puts(b, "'\n");
    }
}

static void env_json(struct strbuf *b, const struct env_line *lines, size_t n)
{
    struct jsonw w;
    jsonw_init(&w, b, 2);
    jsonw_object(&w);
    for (size_t i = 0; i < n; i++) {
        jsonw_put_str(&w, lines[i].name, lines[i].value);
    }
    jsonw_end(&w);
    jsonw_finish(&w);
    strbuf_putc(b, '\n');
}

int cmd_env(char *const *args)
{
    bool json = false;
    const struct cmd_flag flags[] = {{"json", CMD_FLAG_BOOL, &json}};
    int status;
    int at = cmd_flags("env", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    if (args[at]) {
        return cmd_usage("env", "gomm env: takes no arguments");
    }
    struct arena a = {0};
    struct driver_go go = {0};
    struct driver_choice choice;
    struct driver_runtime rt = {0};
    struct err e;
    if (!driver_choose_runtime(&a, NULL, NULL, &choice, &e) ||
        !driver_runtime_load(&a, choice.file, &rt, &e)) {
        return cmd_fail_err(&e);
    }
    str race = STR("supported"), self = {0};
    bool found = driver_go_find(&a, NULL, &go, &e);
    if (!found || !driver_go_supported(&go, &e)) {
        race = str_fmt(&a, "not supported: %s", e.text);
    } else if (!go.asked) {
        race = str_fmt(&a, "unknown: go env failed: %.*s", STR_ARG(go.trouble));
    }
    io_real_path(&a, "/proc/self/exe", &self, NULL);
    str cache;
    if (!escape_cache_dir(&a, &cache)) {
        cache = STR("off");
    }
    const struct env_line lines[] = {
        {"GOMM", self},
        {"GOMM_VERSION", STR(GOMM_VERSION)},
        {"GOMM_CACHE", cache},
        {"GOMM_RUNTIME", choice.stock ? STR("stock") : rt.origin},
        {"GOMM_PATCH", choice.stock || choice.unpatched ? STR("off") : STR("on")},
        {"GOMM_RUNTIME_ID", choice.stock ? STR("") : rt.id},
        {"GO", go.path},
        {"GOVERSION", go.version},
        {"GOROOT", go.goroot},
        {"GOOS", go.goos},
        {"GOARCH", go.goarch},
        {"GOFLAGS", go.goflags},
        {"CGO_ENABLED", go.cgo_enabled},
        {"CC", go.cc},
        {"GOCACHE", go.gocache},
        {"RACE", choice.stock ? STR("Go's own runtime, as asked") : race},
        {"SUPPORTED", STR(DRIVER_SUPPORTED_TEXT)},
    };
    struct strbuf b = {0};
    if (json) {
        env_json(&b, lines, ARRAY_LEN(lines));
    } else {
        env_text(&b, lines, ARRAY_LEN(lines));
    }
    bool ok = cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    arena_release(&a);
    return ok && found ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}
