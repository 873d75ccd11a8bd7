/* load_build.h: build constraints: which files are for the GOOS, GOARCH and tags at hand.
 *
 * Rules: go.dev/cmd/go#hdr-Build_constraints, GOROOT/src/go/build/build.go (matchFile, shouldBuild,
 * goodOSArchFile) and go/build/constraint.
 *
 * Ownership: a tag set owns its table (load_tags_release) and borrows the tags' texts.
 * Threading: read from any thread once it is made.
 */
#ifndef GOMM_LOAD_BUILD_H
#define GOMM_LOAD_BUILD_H

#include "base/err.h"
#include "base/map.h"
#include "base/str.h"

struct load_tags {
    struct strmap set; /* every tag that holds, GOOS and GOARCH too */
    str goos, goarch;
    u32 minor; /* of Go: 19 for go1.19 */
};

/* tags: as -tags has them, by commas or spaces; the tool tags (goexperiment.x, amd64.v1) and race are
 * added by load_tags_add. */
void load_tags_init(struct arena *a, struct load_tags *t, str goos, str goarch, u32 minor, bool cgo,
                    str tags);
void load_tags_add(struct load_tags *t, str tag);
void load_tags_release(struct load_tags *t);
bool load_tags_has(const struct load_tags *t, str tag);

bool load_known_os(str s, u32 minor);
bool load_known_arch(str s);

/* By its name alone: x_linux.go, x_linux_arm64_test.go. */
bool load_file_name_matches(const struct load_tags *t, str name);

/* The value of a constraint line, //go:build or // +build.  A malformed one is an error: "unexpected
 * token )". */
bool load_constraint_eval(const struct load_tags *t, str line, bool *value, struct err *e);

/* Whether the comments at the head of a file let it in.  head: the file's text, at least up to the first
 * byte that is neither space nor comment.  *e on a malformed //go:build line: "parsing //go:build line:
 * ..." or "multiple //go:build comments". */
bool load_head_matches(const struct load_tags *t, str head, bool *matches, struct err *e);

#endif
