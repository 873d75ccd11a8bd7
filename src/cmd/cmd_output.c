#include "cmd/cmd_output.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/term.h"

void cmd_output_flags(struct cmd_output *o, struct cmd_flag flags[CMD_OUTPUT_FLAGS])
{
    const struct cmd_flag all[CMD_OUTPUT_FLAGS] = {
        {"text", CMD_FLAG_BOOL, &o->text},     {"json", CMD_FLAG_BOOL, &o->json},
        {"sarif", CMD_FLAG_BOOL, &o->sarif},   {"github", CMD_FLAG_BOOL, &o->github},
        {"html", CMD_FLAG_STRING, &o->html},   {"o", CMD_FLAG_STRING, &o->store},
        {"color", CMD_FLAG_STRING, &o->color},
    };
    for (size_t i = 0; i < CMD_OUTPUT_FLAGS; i++) {
        flags[i] = all[i];
    }
}

bool cmd_output_check(const struct cmd_output *o, struct err *e)
{
    enum term_color color = TERM_COLOR_AUTO;
    if (o->text + o->json + o->sarif + o->github > 1) {
        return err_set(e, "-text, -json, -sarif and -github exclude each other");
    }
    if ((o->html && !o->html[0]) || (o->store && !o->store[0])) {
        return err_set(e, "-%s wants the name of a file", o->html && !o->html[0] ? "html" : "o");
    }
    if (o->color && !term_parse_color(str_of(o->color), &color)) {
        return err_set(e, "invalid value \"%s\" for flag -color: want auto, always or never",
                       o->color);
    }
    term_set_color(color);
    return true;
}

static bool output_write(const char *name, const struct strbuf *b)
{
    struct err e;
    if (!io_write_file(name, strbuf_str(b), 0644, &e)) {
        cmd_fail_err(&e);
        return false;
    }
    return true;
}

static void output_text(const struct cmd_output *o, const struct report *r, bool html_written,
                        struct strbuf *b)
{
    struct report_text_opts opts = {
        .color = term_has_color(STDOUT_FILENO),
        .excerpts = term_is_tty(STDOUT_FILENO),
        .pictures = o->pictures,
        .html = html_written ? str_of(o->html) : (str){0},
    };
    report_text(r, &opts, b);
}

void cmd_output_begin(struct report *r, struct arena *a, const char *command, char *const *args)
{
    struct timespec ts;
    struct tm tm;
    char text[32];
    report_init(r, a);
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    r->time = str_dup(a, str_of(text));
    r->time_ns = (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
    r->tool_version = STR(GOMM_VERSION);
    vec_push_in(a, &r->command, STR("gomm"));
    vec_push_in(a, &r->command, str_of(command));
    for (size_t i = 0; args[i]; i++) {
        vec_push_in(a, &r->command, str_of(args[i]));
    }
}

void cmd_output_go(struct report *r, const struct driver_go *go)
{
    r->go_version = go->version;
    r->goos = go->goos;
    r->goarch = go->goarch;
}

bool cmd_output_files(const struct cmd_output *o, const struct report *r, bool *html_written)
{
    struct strbuf b = {0};
    bool ok = true;
    *html_written = false;
    if (o->store) {
        report_json(r, &b);
        ok &= output_write(o->store, &b);
    }
    if (o->html) {
        strbuf_reset(&b);
        report_html(r, &b);
        *html_written = output_write(o->html, &b);
        ok &= *html_written;
    }
    strbuf_release(&b);
    return ok;
}

/* What the page of the workflow's step shows is added to a file that the runner names. */
static bool output_summary(const struct report *r)
{
    const char *name = getenv("GITHUB_STEP_SUMMARY");
    struct strbuf b = {0};
    struct err e;
    if (!name || !name[0]) {
        return true;
    }
    report_summary(r, &b);
    bool ok = io_append_file(name, strbuf_str(&b), &e);
    if (!ok) {
        cmd_fail_err(&e);
    }
    strbuf_release(&b);
    return ok;
}

bool cmd_output_show(const struct cmd_output *o, const struct report *r)
{
    struct strbuf b = {0};
    bool html_written, ok = cmd_output_files(o, r, &html_written);
    if (o->json) {
        report_json(r, &b);
    } else if (o->sarif) {
        report_sarif(r, &b);
    } else if (o->github) {
        const char *workspace = getenv("GITHUB_WORKSPACE");
        report_github(r, str_of(workspace), &b);
        ok &= output_summary(r);
    } else {
        output_text(o, r, html_written, &b);
    }
    ok &= cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    return ok;
}
