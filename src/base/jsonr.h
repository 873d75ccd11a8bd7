/* jsonr.h: reading JSON, through jansson.
 *
 * Documents, and streams of documents one after the other (`go list -json`, JSON Lines).
 * Errors say where: "line 3, column 14: ..." for bad text, "accesses[1].addr: want a string,
 * got a number" for text that is well formed but not what was wanted.
 *
 * Ownership: a document is the caller's until jsonr_free; texts and values that the getters
 * return are borrowed from it.  Threading: a document is one thread's at a time.
 */
#ifndef GOMM_BASE_JSONR_H
#define GOMM_BASE_JSONR_H

#include "base/err.h"
#include "base/str.h"

/* A value inside a document.  A zeroed one is "absent", which every getter accepts. */
struct jsonr {
    void *v; /* jansson's json_t */
};

/* One document that is the whole text.  On success free *doc with jsonr_free. */
bool jsonr_parse(str text, struct jsonr *doc, struct err *e);
/* The next document of a stream, taken off *rest.  1: there is one, 0: the end, -1: an error
 * (and *rest is unchanged). */
int jsonr_next_doc(str *rest, struct jsonr *doc, struct err *e);
void jsonr_free(struct jsonr doc);

enum jsonr_kind {
    JSONR_ABSENT,
    JSONR_NULL,
    JSONR_BOOL,
    JSONR_NUMBER,
    JSONR_STRING,
    JSONR_ARRAY,
    JSONR_OBJECT,
};
enum jsonr_kind jsonr_kind(struct jsonr v);

/* Walking without complaint: absent if it is not there or not of that kind. */
struct jsonr jsonr_get(struct jsonr obj, const char *key);
struct jsonr jsonr_at(struct jsonr arr, size_t i);
size_t jsonr_len(struct jsonr v); /* elements of an array or members of an object, else 0 */
/* Whether it is a string, and that string: for the elements of arrays. */
bool jsonr_str(struct jsonr v, str *out);
/* The integer that it is, or dflt: for the elements of arrays. */
i64 jsonr_int(struct jsonr v, i64 dflt);
/* Members in the order of the text; *it starts as NULL. */
bool jsonr_next_member(struct jsonr obj, void **it, str *key, struct jsonr *val);

/* Values with a default for what is absent, null or of another kind. */
str jsonr_str_or(struct jsonr obj, const char *key, str dflt);
i64 jsonr_int_or(struct jsonr obj, const char *key, i64 dflt);
double jsonr_num_or(struct jsonr obj, const char *key, double dflt);
bool jsonr_bool_or(struct jsonr obj, const char *key, bool dflt);

/* Values that must be there; *e says which member is wrong and how. */
bool jsonr_need_str(struct jsonr obj, const char *key, str *out, struct err *e);
bool jsonr_need_int(struct jsonr obj, const char *key, i64 *out, struct err *e);
bool jsonr_need_u32(struct jsonr obj, const char *key, u32 *out, struct err *e);
bool jsonr_need_num(struct jsonr obj, const char *key, double *out, struct err *e);
bool jsonr_need_bool(struct jsonr obj, const char *key, bool *out, struct err *e);
bool jsonr_need_array(struct jsonr obj, const char *key, struct jsonr *out, struct err *e);
bool jsonr_need_object(struct jsonr obj, const char *key, struct jsonr *out, struct err *e);

#endif
