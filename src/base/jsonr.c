/* jsonr.c: jansson behind getters with clear errors. */
#include "base/jsonr.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

/* U+0000 is legal in JSON text, and Go writes it. */
enum { FLAGS = JSON_ALLOW_NUL | JSON_DECODE_ANY };

static void set_alloc(void)
{
    json_set_alloc_funcs(mem_alloc, mem_free);
}

static void use_mem(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, set_alloc);
}

static bool bad_text(struct err *e, const json_error_t *je)
{
    /* jansson's text may quote the input; keep it on one line. */
    char text[JSON_ERROR_TEXT_LENGTH];

    memcpy(text, je->text, sizeof(text));
    text[sizeof(text) - 1] = '\0';
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < ' ') {
            *p = ' ';
        }
    }
    if (je->line <= 0) {
        return err_set(e, "bad JSON: %s", text);
    }
    return err_set(e, "bad JSON at line %d, column %d: %s", je->line,
                   je->column < 0 ? 0 : je->column, text);
}

bool jsonr_parse(str text, struct jsonr *doc, struct err *e)
{
    json_error_t je;

    use_mem();
    doc->v = json_loadb(text.n ? text.p : "", text.n, FLAGS, &je);
    return doc->v ? true : bad_text(e, &je);
}

int jsonr_next_doc(str *rest, struct jsonr *doc, struct err *e)
{
    json_error_t je;

    use_mem();
    doc->v = NULL;
    while (rest->n > 0 && strchr(" \t\r\n", rest->p[0]) && rest->p[0] != '\0') {
        *rest = str_from(*rest, 1);
    }
    if (rest->n == 0) {
        return 0;
    }
    doc->v = json_loadb(rest->p, rest->n, FLAGS | JSON_DISABLE_EOF_CHECK, &je);
    if (!doc->v) {
        bad_text(e, &je);
        return -1;
    }
    /* On success the position is the number of bytes that the document took. */
    *rest = str_from(*rest, (size_t)je.position);
    return 1;
}

void jsonr_free(struct jsonr doc)
{
    json_decref(doc.v);
}

enum jsonr_kind jsonr_kind(struct jsonr v)
{
    if (!v.v) {
        return JSONR_ABSENT;
    }
    switch (json_typeof((json_t *)v.v)) {
    case JSON_OBJECT: return JSONR_OBJECT;
    case JSON_ARRAY: return JSONR_ARRAY;
    case JSON_STRING: return JSONR_STRING;
    case JSON_INTEGER:
    case JSON_REAL: return JSONR_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE: return JSONR_BOOL;
    case JSON_NULL: return JSONR_NULL;
    }
    BUG("unknown JSON type");
}

struct jsonr jsonr_get(struct jsonr obj, const char *key)
{
    /* jansson accepts any value, NULL included, and finds nothing in what is no object. */
    return (struct jsonr){json_object_get(obj.v, key)};
}

struct jsonr jsonr_at(struct jsonr arr, size_t i)
{
    return (struct jsonr){json_array_get(arr.v, i)};
}

size_t jsonr_len(struct jsonr v)
{
    return jsonr_kind(v) == JSONR_ARRAY ? json_array_size(v.v) : json_object_size(v.v);
}

bool jsonr_next_member(struct jsonr obj, void **it, str *key, struct jsonr *val)
{
    *it = *it ? json_object_iter_next(obj.v, *it) : json_object_iter(obj.v);
    if (!*it) {
        return false;
    }
    *key = str_of(json_object_iter_key(*it));
    val->v = json_object_iter_value(*it);
    return true;
}

static str string_of(const json_t *v)
{
    return (str){json_string_value(v), json_string_length(v)};
}

bool jsonr_str(struct jsonr v, str *out)
{
    if (!json_is_string((json_t *)v.v)) {
        return false;
    }
    *out = string_of(v.v);
    return true;
}

str jsonr_str_or(struct jsonr obj, const char *key, str dflt)
{
    json_t *v = json_object_get(obj.v, key);

    return json_is_string(v) ? string_of(v) : dflt;
}

/* A number that is a whole one may be spelt as a real: 1e3, 2.0. */
static bool whole(const json_t *v, i64 *out)
{
    double d;

    if (json_is_integer(v)) {
        *out = json_integer_value(v);
        return true;
    }
    if (!json_is_real(v)) {
        return false;
    }
    d = json_real_value(v);
    if (!(d >= -9007199254740992.0 && d <= 9007199254740992.0) || d != (double)(i64)d) {
        return false;
    }
    *out = (i64)d;
    return true;
}

i64 jsonr_int(struct jsonr v, i64 dflt)
{
    i64 i;

    return whole(v.v, &i) ? i : dflt;
}

i64 jsonr_int_or(struct jsonr obj, const char *key, i64 dflt)
{
    i64 v;

    return whole(json_object_get(obj.v, key), &v) ? v : dflt;
}

double jsonr_num_or(struct jsonr obj, const char *key, double dflt)
{
    json_t *v = json_object_get(obj.v, key);

    return json_is_number(v) ? json_number_value(v) : dflt;
}

bool jsonr_bool_or(struct jsonr obj, const char *key, bool dflt)
{
    json_t *v = json_object_get(obj.v, key);

    return json_is_boolean(v) ? json_is_true(v) : dflt;
}

static const char *kind_name(struct jsonr v)
{
    static const char *const names[] = {"nothing",  "null",     "a truth value", "a number",
                                        "a string", "an array", "an object"};

    return names[jsonr_kind(v)];
}

static bool mismatch(struct jsonr obj, const char *key, const char *want, struct err *e)
{
    if (jsonr_kind(obj) != JSONR_OBJECT) {
        return err_set(e, "%s: want a member of an object, got %s", key, kind_name(obj));
    }
    return err_set(e, "%s: want %s, got %s", key, want, kind_name(jsonr_get(obj, key)));
}

bool jsonr_need_str(struct jsonr obj, const char *key, str *out, struct err *e)
{
    json_t *v = json_object_get(obj.v, key);

    if (!json_is_string(v)) {
        return mismatch(obj, key, "a string", e);
    }
    *out = string_of(v);
    return true;
}

bool jsonr_need_int(struct jsonr obj, const char *key, i64 *out, struct err *e)
{
    json_t *v = json_object_get(obj.v, key);

    if (whole(v, out)) {
        return true;
    }
    if (json_is_real(v)) {
        return err_set(e, "%s: want a whole number, got %g", key, json_real_value(v));
    }
    return mismatch(obj, key, "a whole number", e);
}

bool jsonr_need_u32(struct jsonr obj, const char *key, u32 *out, struct err *e)
{
    i64 v;

    if (!jsonr_need_int(obj, key, &v, e)) {
        return false;
    }
    if (v < 0 || v > UINT32_MAX) {
        return err_set(e, "%s: %lld is out of range", key, (long long)v);
    }
    *out = (u32)v;
    return true;
}

bool jsonr_need_num(struct jsonr obj, const char *key, double *out, struct err *e)
{
    json_t *v = json_object_get(obj.v, key);

    if (!json_is_number(v)) {
        return mismatch(obj, key, "a number", e);
    }
    *out = json_number_value(v);
    return true;
}

bool jsonr_need_bool(struct jsonr obj, const char *key, bool *out, struct err *e)
{
    json_t *v = json_object_get(obj.v, key);

    if (!json_is_boolean(v)) {
        return mismatch(obj, key, "a truth value", e);
    }
    *out = json_is_true(v);
    return true;
}

bool jsonr_need_array(struct jsonr obj, const char *key, struct jsonr *out, struct err *e)
{
    *out = jsonr_get(obj, key);
    return jsonr_kind(*out) == JSONR_ARRAY ? true : mismatch(obj, key, "an array", e);
}

bool jsonr_need_object(struct jsonr obj, const char *key, struct jsonr *out, struct err *e)
{
    *out = jsonr_get(obj, key);
    return jsonr_kind(*out) == JSONR_OBJECT ? true : mismatch(obj, key, "an object", e);
}
