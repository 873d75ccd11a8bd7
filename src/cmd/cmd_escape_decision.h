/* cmd_escape_decision.h: the compiler's messages and ours as decisions that can be compared.
 *
 * A decision is (package, file, line, column, verdict, expression); the text holds the last two.
 *
 * Ownership: texts and names are in the arena, or slices of what was parsed.  Threading: the main thread.
 */
#ifndef GOMM_CMD_ESCAPE_DECISION_H
#define GOMM_CMD_ESCAPE_DECISION_H

#include "base/map.h"
#include "cmd/cmd_escape.h"

/* name, group, words */
#define ESCAPE_VERDICTS(X)                                              \
    X(MOVED, ESCAPE_GROUP_DECISION, "moved to heap")                    \
    X(ESCAPES, ESCAPE_GROUP_DECISION, "escapes to heap")                \
    X(STAYS, ESCAPE_GROUP_DECISION, "does not escape")                  \
    X(LEAKS, ESCAPE_GROUP_DECISION, "leaking param")                    \
    X(LEAKS_CONTENT, ESCAPE_GROUP_DECISION, "leaking param content")    \
    X(LEAKS_RESULT, ESCAPE_GROUP_DECISION, "leaking param to result")   \
    X(CAN_INLINE, ESCAPE_GROUP_INLINING, "can inline")                  \
    X(INLINING, ESCAPE_GROUP_INLINING, "inlining call to")              \
    X(DEVIRTUALIZING, ESCAPE_GROUP_INLINING, "devirtualizing")          \
    X(SELF_ASSIGN, ESCAPE_GROUP_NOTE, "ignoring self-assignment")       \
    X(ZERO_COPY, ESCAPE_GROUP_NOTE, "zero-copy string->[]byte conversion") \
    X(UINTPTR, ESCAPE_GROUP_NOTE, "unsafe uintptr")                     \
    X(OTHER, ESCAPE_GROUP_OTHER, "other")

enum escape_group {
    ESCAPE_GROUP_DECISION,
    ESCAPE_GROUP_INLINING,
    ESCAPE_GROUP_NOTE,
    ESCAPE_GROUP_OTHER, /* of no concern here: what later phases of the compiler say under -m */
    ESCAPE_GROUPS
};

enum escape_verdict {
#define X(name, group, words) ESCAPE_VERDICT_##name,
    ESCAPE_VERDICTS(X)
#undef X
        ESCAPE_VERDICTS_COUNT
};

extern const u8 cmd_escape_groups[ESCAPE_VERDICTS_COUNT]; /* enum escape_group */
extern const char *const cmd_escape_words[ESCAPE_VERDICTS_COUNT];

enum escape_side { ESCAPE_OURS, ESCAPE_GO };

struct escape_decision {
    u32 pkg;  /* load_package.id */
    u32 file; /* escape_decisions.files; 0: no place */
    u32 line, col;
    u8 verdict, side;
    str text;
};

struct escape_decisions {
    struct cmd_escape *c;
    struct strmap file_ids, packages; /* packages: title → id + 1 */
    VEC(str) files;
    VEC(struct escape_decision) v;
    bool *heard; /* by load_package.id: the compiler's output has the package */
};

void cmd_escape_decisions_init(struct escape_decisions *d, struct cmd_escape *c);
void cmd_escape_decisions_release(struct escape_decisions *d);
/* Our own of the packages that are compared; all: also of packages that the compiler has not mentioned. */
void cmd_escape_decisions_ours(struct escape_decisions *d, bool all);
/* What the go command printed, names relative to the current directory. */
void cmd_escape_decisions_parse(struct escape_decisions *d, str output);

/* The verdict of a message, and the expression within it. */
enum escape_verdict cmd_escape_verdict(str text, str *expr);

#endif
