#include "report/report.h"

#include <math.h>
#include <stdarg.h>

#include "base/path.h"

void report_init(struct report *r, struct arena *a)
{
    *r = (struct report){.arena = a, .findings = {.arena = a}};
}

void report_note(struct report *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str s = str_vfmt(r->arena, fmt, ap);
    va_end(ap);
    vec_push_in(r->arena, &r->notes, s);
}

int report_status(const struct report *r)
{
    for (size_t i = 0; i < r->packages.n; i++) {
        if (r->packages.v[i].status == REPORT_BUILD_FAILED) {
            return BASE_EXIT_FAILURE;
        }
    }
    if (finding_count(&r->findings, FINDING_WARNING) > 0 || r->failures.n > 0 ||
        r->race_failures > 0) {
        return BASE_EXIT_FINDINGS;
    }
    for (size_t i = 0; i < r->packages.n; i++) {
        if (r->packages.v[i].status == REPORT_FAIL) {
            return BASE_EXIT_FINDINGS;
        }
    }
    return BASE_EXIT_CLEAN;
}

const char *report_package_status_name(enum report_package_status s)
{
    switch (s) {
    case REPORT_PASS: return "pass";
    case REPORT_FAIL: return "fail";
    case REPORT_NO_TESTS: return "no tests";
    case REPORT_BUILD_FAILED: return "build failed";
    case REPORT_SKIPPED: return "skipped";
    }
    BUG("package status %d", (int)s);
}

str report_file(const struct report *r, struct arena *a, str file)
{
    return path_is_abs(file) && r->dir.n > 0 ? path_short(a, r->dir, file) : file;
}

str report_place(const struct report *r, struct arena *a, struct span s, str near)
{
    if (s.file.n == 0) {
        return STR("?");
    }
    str file = str_eq(s.file, near) ? (str){0} : report_file(r, a, s.file);
    if (s.line == 0) {
        return file;
    }
    if (s.col == 0) {
        return str_fmt(a, "%.*s:%u", STR_ARG(file), s.line);
    }
    return str_fmt(a, "%.*s:%u:%u", STR_ARG(file), s.line, s.col);
}

str report_number(struct arena *a, double v)
{
    double y = fabs(v);
    if (v == 0 || (y >= 1 && fabs(v - round(v)) < 0.004 * y)) {
        return str_fmt(a, "%.0f", v);
    }
    return str_fmt(a, "%.*f", y >= 1000 ? 0 : y >= 100 ? 1 : y >= 1 ? 2 : y >= 0.01 ? 3 : 5, v);
}

str report_count(struct arena *a, size_t n, const char *singular, const char *plural)
{
    return n == 0 ? str_fmt(a, "no %s", plural)
                  : str_fmt(a, "%zu %s", n, n == 1 ? singular : plural);
}
