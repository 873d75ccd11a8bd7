/* driver_gotest.h: the output of `go test -json`, read as it comes.
 *
 * The events are those of GOROOT/src/cmd/internal/test2json and, since Go 1.24, of builds
 * (`go help buildjson`).  Older versions mix lines that are no JSON into the stream; a test that
 * prints without a newline can hide its own result there.  So what a test's output says counts
 * as well as what the events say.
 *
 * Ownership: a gotest owns everything in it until driver_gotest_release.
 * Threading: one thread at a time.
 */
#ifndef GOMM_DRIVER_GOTEST_H
#define GOMM_DRIVER_GOTEST_H

#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

enum gotest_status { GOTEST_RUNNING, GOTEST_PASS, GOTEST_FAIL, GOTEST_SKIP };

struct gotest_test {
    str name;
    enum gotest_status status;
    bool raced;           /* testing said: race detected during execution of test */
    struct strbuf output; /* freed when the test passes */
};

struct gotest_package {
    str path;
    enum gotest_status status;
    double seconds;
    bool build_failed, no_tests, cached;
    VEC(struct gotest_test) tests;
    struct strmap by_name; /* name: index into tests */
    struct strbuf output;  /* of no test */
    size_t reports;        /* race reports among all output, of tests too */
    struct strbuf report_text;
};

struct gotest {
    struct arena arena;
    VEC(struct gotest_package) packages;
    struct strmap by_path;
    struct strbuf line; /* the unfinished last line */
    struct strbuf said; /* to be shown to the user at once: build output, lines that are no JSON */
    struct strbuf live; /* all output of tests, if keep_live is set */
    bool keep_live;
};

void driver_gotest_init(struct gotest *g);
void driver_gotest_release(struct gotest *g);
/* More output; pieces may end anywhere. */
void driver_gotest_feed(struct gotest *g, str piece);
/* No more comes. */
void driver_gotest_end(struct gotest *g);

/* A test's output without framing lines, race reports and what go test adds. */
str driver_gotest_own_output(struct arena *a, str output);
/* Whether a subtest of this test failed. */
bool driver_gotest_sub_failed(const struct gotest_package *p, const struct gotest_test *t);

#endif
