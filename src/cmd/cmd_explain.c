/* gomm explain: the rule behind a code, or what a stored result says of a place. */
#include "base/io.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/cmd_place.h"
#include "report/report.h"

static int explain_rule(const struct report_rule *rule)
{
    struct strbuf b = {0};
    strbuf_printf(&b, "%s  %s\n\n%s\nExample:\n\n", rule->code, rule->summary, rule->text);
    str rest = str_of(rule->example), line;
    while (str_next_line(&rest, &line)) {
        strbuf_printf(&b, "%s%.*s\n", line.n > 0 ? "\t" : "", STR_ARG(line));
    }
    strbuf_printf(&b, "\nCure: %s", rule->cure);
    bool ok = cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    return ok ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}

/* "file.go:19", "dir/file.go:19:3". */
static bool explain_place(str s, str *file, u32 *line, u32 *col_out)
{
    u64 n = 0, col = 0;
    i64 colon = str_find_last_byte(s, ':');
    if (colon <= 0 || !str_u64(str_from(s, (size_t)colon + 1), &n)) {
        return false;
    }
    str before = str_slice(s, 0, (size_t)colon);
    i64 second = str_find_last_byte(before, ':');
    u64 first;
    if (second > 0 && str_u64(str_from(before, (size_t)second + 1), &first)) {
        col = n;
        n = first;
        before = str_slice(before, 0, (size_t)second);
    }
    if (n == 0 || n > UINT32_MAX || col > UINT32_MAX) {
        return false;
    }
    *file = before;
    *line = (u32)n;
    *col_out = (u32)col;
    return true;
}

static bool explain_is_there(const struct finding *f, str file, u32 line)
{
    struct span at = f->span;
    if (at.line == line && str_eq(at.file, file)) {
        return true;
    }
    for (size_t i = 0; i < f->n_related; i++) {
        if (f->related[i].span.line == line && str_eq(f->related[i].span.file, file)) {
            return true;
        }
    }
    for (size_t i = 0; i < f->n_stacks; i++) {
        for (size_t j = 0; j < f->stacks[i].n_frames; j++) {
            struct span s = f->stacks[i].frames[j].span;
            if (s.line == line && str_eq(s.file, file)) {
                return true;
            }
        }
    }
    return false;
}

static int explain_from(const char *from, str file, u32 line)
{
    struct arena a = {0};
    struct report r;
    struct err e;
    str text, cwd;
    if (!io_read_file(&a, from, &text, &e)) {
        return cmd_fail_err(&e);
    }
    if (!report_read(&a, text, &r, &e)) {
        return cmd_fail("%s: %s", from, e.text);
    }
    if (!io_cwd(&a, &cwd, &e)) {
        return cmd_fail_err(&e);
    }
    file = path_under(&a, cwd, file);
    struct finding_list there = {.arena = &a};
    for (size_t i = 0; i < r.findings.n; i++) {
        if (explain_is_there(&r.findings.v[i], file, line)) {
            struct finding *f = finding_add(&there, "", FINDING_NOTE, (struct span){0}, "%s", "");
            *f = r.findings.v[i];
        }
    }
    r.findings = there;
    r.failures.n = 0;
    r.notes.n = 0;
    r.race_failures = 0;
    struct strbuf b = {0};
    if (there.n == 0) {
        str place = report_file(&r, &a, file);
        strbuf_printf(&b, "%s says nothing of %.*s:%u: no finding has it in its stacks.\n", from,
                      STR_ARG(place), line);
    } else {
        struct report_text_opts o = {0};
        report_text(&r, &o, &b);
    }
    bool ok = cmd_print(strbuf_str(&b));
    strbuf_release(&b);
    arena_release(&a);
    return ok ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
}

int cmd_explain(char *const *args)
{
    const char *from = NULL;
    const struct cmd_flag flags[] = {{"from", CMD_FLAG_STRING, &from}};
    int status;
    int at = cmd_flags("explain", flags, ARRAY_LEN(flags), args, &status);
    if (at < 0) {
        return status;
    }
    if (!args[at] || args[at + 1]) {
        return cmd_usage("explain", "gomm explain: want a code or a place");
    }
    const struct report_rule *rule = report_rule(str_of(args[at]));
    if (rule) {
        return explain_rule(rule);
    }
    str file;
    u32 line, col;
    if (explain_place(str_of(args[at]), &file, &line, &col)) {
        return from ? explain_from(from, file, line) : cmd_place(file, line, col);
    }
    size_t n;
    struct strbuf b = {0};
    const struct report_rule *all = report_rules(&n);
    for (size_t i = 0; i < n; i++) {
        strbuf_printf(&b, "%s%s", i > 0 ? ", " : "", all[i].code);
    }
    status = cmd_fail("explain: %s is neither a code (%s) nor a place such as file.go:19", args[at],
                      strbuf_cstr(&b));
    strbuf_release(&b);
    return status;
}
