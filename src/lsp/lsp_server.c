/* lsp_server.c: the loop, and what the server answers by itself. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "lsp/lsp_int.h"

/* ---- to the client ---- */

void lsp_send(struct lsp_server *s, str body)
{
    lsp_frame_write(&s->out, body);
}

static void message_begin(struct lsp_message *m)
{
    *m = (struct lsp_message){0};
    jsonw_init(&m->w, &m->b, 0);
    jsonw_object(&m->w);
    jsonw_put_str(&m->w, "jsonrpc", STR("2.0"));
}

void lsp_begin_notification(struct lsp_message *m, const char *method)
{
    message_begin(m);
    jsonw_put_str(&m->w, "method", str_of(method));
    jsonw_key(&m->w, "params"), jsonw_object(&m->w);
}

void lsp_begin_request(struct lsp_server *s, struct lsp_message *m, const char *method)
{
    message_begin(m);
    jsonw_put_int(&m->w, "id", (i64)++s->next_id);
    jsonw_put_str(&m->w, "method", str_of(method));
    jsonw_key(&m->w, "params"), jsonw_object(&m->w);
}

/* An id is a number, a string or null; we have its JSON. */
static void message_id(struct jsonw *w, str id)
{
    i64 n;

    jsonw_key(w, "id");
    if (id.n == 0) {
        jsonw_null(w);
    } else if (str_i64(id, &n)) {
        jsonw_int(w, n);
    } else {
        jsonw_str(w, str_from(id, 1)); /* behind its mark */
    }
}

void lsp_begin_answer(struct lsp_message *m, str id)
{
    message_begin(m);
    message_id(&m->w, id);
    jsonw_key(&m->w, "result");
}

void lsp_finish(struct lsp_message *m)
{
    while (m->w.depth > 0) {
        jsonw_end(&m->w);
    }
    jsonw_finish(&m->w);
}

void lsp_end(struct lsp_server *s, struct lsp_message *m)
{
    lsp_finish(m);
    lsp_send(s, strbuf_str(&m->b));
    strbuf_release(&m->b);
}

void lsp_answer_error(struct lsp_server *s, str id, int code, const char *text)
{
    struct lsp_message m;

    message_begin(&m);
    message_id(&m.w, id);
    jsonw_key(&m.w, "error"), jsonw_object(&m.w);
    jsonw_put_int(&m.w, "code", code);
    jsonw_put_str(&m.w, "message", str_of(text));
    lsp_end(s, &m);
}

static void server_say(struct lsp_server *s, const char *method, int type, str text)
{
    struct lsp_message m;

    lsp_begin_notification(&m, method);
    jsonw_put_int(&m.w, "type", type);
    jsonw_put_str(&m.w, "message", text);
    lsp_end(s, &m);
}

void lsp_log(struct lsp_server *s, int type, str text)
{
    server_say(s, "window/logMessage", type, text);
}

void lsp_show(struct lsp_server *s, int type, str text)
{
    for (size_t i = 0; i < s->complaints.n; i++) {
        if (str_eq(s->complaints.v[i], text)) {
            return;
        }
    }
    vec_push_in(&s->arena, &s->complaints, str_dup(&s->arena, text));
    server_say(s, "window/showMessage", type, text);
}

/* ---- what the client wants ---- */

static void server_options(struct lsp_server *s, struct jsonr o)
{
    struct jsonr hints = jsonr_get(o, "inlayHints");
    str escapes = jsonr_str_or(o, "escapes", (str){0}), result = jsonr_str_or(o, "result", (str){0});
    i64 debounce = jsonr_int_or(o, "debounce", s->options.debounce_ms);

    s->options.types = jsonr_bool_or(o, "types", s->options.types);
    s->options.heap = jsonr_bool_or(hints, "heap", s->options.heap);
    s->options.stack = jsonr_bool_or(hints, "stack", s->options.stack);
    s->options.padding = jsonr_bool_or(hints, "padding", s->options.padding);
    s->options.debounce_ms = debounce < 0 ? 0 : debounce > 10000 ? 10000 : (u32)debounce;
    if (escapes.n > 0) {
        s->options.escapes = str_is(escapes, "off") ? 0 : str_is(escapes, "warning") ? 2 : str_is(escapes, "information") ? 3 : 4;
    }
    if (result.n > 0 && s->config->result.n == 0) {
        str root = s->roots.n > 0 ? s->roots.v[0] : STR("/");
        s->stored.path = str_dup(&s->arena, path_under(&s->arena, root, result));
    }
}

static void server_root(struct lsp_server *s, str uri)
{
    str path;

    if (lsp_uri_path(&s->arena, uri, &path)) {
        vec_push_in(&s->arena, &s->roots, str_dup(&s->arena, path));
    }
}

static bool list_has(struct jsonr list, const char *want)
{
    str v;

    for (size_t i = 0; i < jsonr_len(list); i++) {
        if (jsonr_str(jsonr_at(list, i), &v) && str_is(v, want)) {
            return true;
        }
    }
    return false;
}

static struct jsonr get2(struct jsonr v, const char *a, const char *b)
{
    return jsonr_get(jsonr_get(v, a), b);
}

static void server_client(struct lsp_server *s, struct jsonr params)
{
    struct jsonr can = jsonr_get(params, "capabilities"), folders = jsonr_get(params, "workspaceFolders");
    struct lsp_client *c = &s->client;

    c->encoding = list_has(get2(can, "general", "positionEncodings"), "utf-8") ? LSP_UTF8 : LSP_UTF16;
    c->show_document = jsonr_bool_or(get2(can, "window", "showDocument"), "support", false);
    c->progress = jsonr_bool_or(jsonr_get(can, "window"), "workDoneProgress", false);
    c->watch = jsonr_bool_or(get2(can, "workspace", "didChangeWatchedFiles"), "dynamicRegistration", false);
    c->document_changes = jsonr_bool_or(get2(can, "workspace", "workspaceEdit"), "documentChanges", false);
    c->hint_refresh = jsonr_bool_or(get2(can, "workspace", "inlayHint"), "refreshSupport", false);
    i64 parent = jsonr_int_or(params, "processId", 0);
    s->parent = parent > 0 && parent <= INT32_MAX ? (int)parent : 0;
    for (size_t i = 0; i < jsonr_len(folders); i++) {
        server_root(s, jsonr_str_or(jsonr_at(folders, i), "uri", (str){0}));
    }
    if (s->roots.n == 0) {
        server_root(s, jsonr_str_or(params, "rootUri", (str){0}));
    }
    str cwd;
    if (s->roots.n == 0 && io_cwd(&s->arena, &cwd, NULL)) {
        vec_push_in(&s->arena, &s->roots, cwd);
    }
    if (s->config->result.n > 0) {
        s->stored.path = s->config->result;
    } else if (s->roots.n > 0) {
        s->stored.path = path_join(&s->arena, s->roots.v[0], STR("gomm.json"));
    }
    server_options(s, jsonr_get(params, "initializationOptions"));
}

static void put_capabilities(struct lsp_server *s, struct jsonw *w)
{
    jsonw_put_str(w, "positionEncoding", s->client.encoding == LSP_UTF8 ? STR("utf-8") : STR("utf-16"));
    jsonw_key(w, "textDocumentSync"), jsonw_object(w);
    jsonw_put_bool(w, "openClose", true);
    jsonw_put_int(w, "change", 2); /* incremental */
    jsonw_key(w, "save"), jsonw_object(w), jsonw_put_bool(w, "includeText", false), jsonw_end(w);
    jsonw_end(w);
    jsonw_put_bool(w, "hoverProvider", true);
    jsonw_put_bool(w, "inlayHintProvider", true);
    jsonw_key(w, "codeActionProvider"), jsonw_object(w);
    jsonw_key(w, "codeActionKinds"), jsonw_array(w), jsonw_str(w, STR("quickfix")), jsonw_end(w);
    jsonw_end(w);
    jsonw_key(w, "executeCommandProvider"), jsonw_object(w);
    jsonw_key(w, "commands"), jsonw_array(w), jsonw_str(w, STR("gomm.explain")), jsonw_end(w);
    jsonw_end(w);
    jsonw_key(w, "workspace"), jsonw_object(w);
    jsonw_key(w, "workspaceFolders"), jsonw_object(w);
    jsonw_put_bool(w, "supported", true);
    jsonw_put_bool(w, "changeNotifications", true);
    jsonw_end(w);
    jsonw_end(w);
}

static void server_initialize(struct lsp_server *s, str id, struct jsonr params)
{
    struct lsp_message m;

    if (s->initialized) {
        lsp_answer_error(s, id, LSP_INVALID_REQUEST, "initialize was sent already");
        return;
    }
    s->initialized = true;
    server_client(s, params);
    lsp_begin_answer(&m, id);
    jsonw_object(&m.w);
    jsonw_key(&m.w, "capabilities"), jsonw_object(&m.w);
    put_capabilities(s, &m.w);
    jsonw_end(&m.w);
    jsonw_key(&m.w, "serverInfo"), jsonw_object(&m.w);
    jsonw_put_str(&m.w, "name", STR("gomm"));
    jsonw_put_str(&m.w, "version", s->config->version);
    lsp_end(s, &m);
}

/* Files that others than the editor change. */
static void server_watch(struct lsp_server *s)
{
    static const char *const globs[] = {"**/*.go", "**/go.mod", "**/go.sum", "**/go.work", "**/gomm.json"};
    struct lsp_message m;

    if (!s->client.watch) {
        return;
    }
    lsp_begin_request(s, &m, "client/registerCapability");
    jsonw_key(&m.w, "registrations"), jsonw_array(&m.w), jsonw_object(&m.w);
    jsonw_put_str(&m.w, "id", STR("gomm.watch"));
    jsonw_put_str(&m.w, "method", STR("workspace/didChangeWatchedFiles"));
    jsonw_key(&m.w, "registerOptions"), jsonw_object(&m.w);
    jsonw_key(&m.w, "watchers"), jsonw_array(&m.w);
    for (size_t i = 0; i < ARRAY_LEN(globs); i++) {
        jsonw_object(&m.w);
        jsonw_put_str(&m.w, "globPattern", str_of(globs[i]));
        jsonw_end(&m.w);
    }
    lsp_end(s, &m);
}

/* ---- documents ---- */

static void server_open(struct lsp_server *s, struct jsonr params)
{
    struct jsonr d = jsonr_get(params, "textDocument");
    str uri = jsonr_str_or(d, "uri", (str){0}), text = jsonr_str_or(d, "text", (str){0}), path;
    struct arena_scratch t = arena_scratch_begin(NULL);

    if (text.n > UINT32_MAX / 4) {
        lsp_show(s, 2, STR("gomm: a document is too large"));
    } else if (lsp_uri_path(t.arena, uri, &path)) {
        struct lsp_doc *old = lsp_doc_find(s, uri);
        if (old) {
            lsp_doc_close(s, old);
        }
        lsp_doc_open(s, uri, path, text, jsonr_int_or(d, "version", 0));
    }
    arena_scratch_end(t);
}

static struct lsp_doc *server_doc(struct lsp_server *s, struct jsonr params)
{
    return lsp_doc_find(s, jsonr_str_or(jsonr_get(params, "textDocument"), "uri", (str){0}));
}

static void server_change(struct lsp_server *s, struct jsonr params)
{
    struct lsp_doc *d = server_doc(s, params);

    if (!d) {
        return;
    }
    if (!lsp_text_change(&d->text, jsonr_get(params, "contentChanges"), s->client.encoding)) {
        lsp_log(s, 1, STR("gomm: a change of a document makes no sense; its text may differ from the editor's"));
    }
    d->version = jsonr_int_or(jsonr_get(params, "textDocument"), "version", d->version + 1);
    lsp_doc_changed(s, d);
}

/* Units see the files of the disk that are not open. */
static void server_watched(struct lsp_server *s, struct jsonr params)
{
    struct jsonr changes = jsonr_get(params, "changes");
    bool others = false;

    for (size_t i = 0; i < jsonr_len(changes); i++) {
        str uri = jsonr_str_or(jsonr_at(changes, i), "uri", (str){0});
        others = others || !lsp_doc_find(s, uri);
    }
    if (lsp_stored_refresh(s) || others) {
        lsp_units_all(s);
    }
}

static void server_folders(struct lsp_server *s, struct jsonr params)
{
    struct jsonr added = get2(params, "event", "added");

    for (size_t i = 0; i < jsonr_len(added); i++) {
        server_root(s, jsonr_str_or(jsonr_at(added, i), "uri", (str){0}));
    }
}

/* ---- gomm.explain ---- */

static str explain_text(struct arena *a, const struct report_rule *r)
{
    return str_fmt(a, "# %s %s\n\n%s\n\n%s\n\n```go\n%s\n```\n\n**Cure**: %s\n", r->code, r->name, r->summary, r->text,
                   r->example, r->cure);
}

/* In a file that the client shows; false: it cannot. */
static bool explain_document(struct lsp_server *s, struct arena *a, const struct report_rule *r, str text)
{
    const char *dir = s->client.show_document ? io_temp_dir("gomm-explain", NULL) : NULL;
    struct lsp_message m;

    if (!dir) {
        return false;
    }
    str path = str_fmt(a, "%s/%s.md", dir, r->code);
    if (!io_write_file(str_cstr(a, path), text, 0600, NULL)) {
        return false;
    }
    lsp_begin_request(s, &m, "window/showDocument");
    jsonw_put_str(&m.w, "uri", lsp_path_uri(a, path));
    jsonw_put_bool(&m.w, "takeFocus", true);
    lsp_end(s, &m);
    return true;
}

static void server_execute(struct lsp_server *s, str id, struct jsonr params)
{
    str command = jsonr_str_or(params, "command", (str){0}), code = {0};
    struct lsp_message m;

    jsonr_str(jsonr_at(jsonr_get(params, "arguments"), 0), &code);
    const struct report_rule *r = report_rule(code);
    if (!str_is(command, "gomm.explain") || !r) {
        lsp_answer_error(s, id, LSP_INVALID_PARAMS, "no such command, or no such code");
        return;
    }
    struct arena_scratch t = arena_scratch_begin(NULL);
    str text = explain_text(t.arena, r);
    if (!explain_document(s, t.arena, r, text)) {
        server_say(s, "window/showMessage", 3, text);
    }
    lsp_begin_answer(&m, id);
    jsonw_str(&m.w, text);
    lsp_end(s, &m);
    arena_scratch_end(t);
}

/* ---- messages ---- */

static void server_question(struct lsp_server *s, str id, struct jsonr params, str body)
{
    struct lsp_doc *d = server_doc(s, params);
    struct lsp_message m;

    if (!d || !d->unit) {
        lsp_begin_answer(&m, id);
        jsonw_null(&m.w);
        lsp_end(s, &m);
        return;
    }
    lsp_unit_ask(s, d->unit, id, body);
}

static void server_request(struct lsp_server *s, str method, str id, struct jsonr params, str body)
{
    struct lsp_message m;

    if (str_is(method, "initialize")) {
        server_initialize(s, id, params);
    } else if (!s->initialized) {
        lsp_answer_error(s, id, LSP_NOT_INITIALIZED, "initialize comes first");
    } else if (s->shutdown) {
        lsp_answer_error(s, id, LSP_INVALID_REQUEST, "the server has been shut down");
    } else if (str_is(method, "shutdown")) {
        s->shutdown = true;
        lsp_begin_answer(&m, id);
        jsonw_null(&m.w);
        lsp_end(s, &m);
    } else if (str_is(method, "textDocument/hover") || str_is(method, "textDocument/inlayHint") ||
               str_is(method, "textDocument/codeAction")) {
        server_question(s, id, params, body);
    } else if (str_is(method, "workspace/executeCommand")) {
        server_execute(s, id, params);
    } else {
        lsp_answer_error(s, id, LSP_METHOD_NOT_FOUND, "gomm has no such method");
    }
}

bool lsp_read_id(struct arena *a, struct jsonr msg, const char *key, str *id)
{
    struct jsonr v = jsonr_get(msg, key);

    if (jsonr_kind(v) == JSONR_NUMBER) {
        *id = str_fmt(a, "%lld", (long long)jsonr_int_or(msg, key, 0));
        return true;
    }
    str text = {0};
    bool is = jsonr_str(v, &text);
    *id = is ? str_fmt(a, "\"%.*s", STR_ARG(text)) : (str){0};
    return is;
}

static void server_notification(struct lsp_server *s, struct arena *a, str method, struct jsonr params)
{
    str id;

    if (str_is(method, "exit")) {
        s->done = true;
    } else if (!s->initialized || s->shutdown) {
        return;
    } else if (str_is(method, "initialized")) {
        server_watch(s);
        lsp_stored_refresh(s);
    } else if (str_is(method, "textDocument/didOpen")) {
        server_open(s, params);
    } else if (str_is(method, "textDocument/didChange")) {
        server_change(s, params);
    } else if (str_is(method, "textDocument/didSave")) {
        struct lsp_doc *d = server_doc(s, params);
        if (lsp_stored_refresh(s) || (d && !d->go)) {
            lsp_units_all(s);
        }
    } else if (str_is(method, "textDocument/didClose")) {
        struct lsp_doc *d = server_doc(s, params);
        if (d) {
            lsp_doc_close(s, d);
        }
    } else if (str_is(method, "workspace/didChangeWatchedFiles")) {
        server_watched(s, params);
    } else if (str_is(method, "workspace/didChangeConfiguration")) {
        struct jsonr settings = jsonr_get(params, "settings"), own = jsonr_get(settings, "gomm");
        server_options(s, jsonr_kind(own) == JSONR_OBJECT ? own : settings);
        lsp_stored_refresh(s);
        lsp_units_all(s);
    } else if (str_is(method, "workspace/didChangeWorkspaceFolders")) {
        server_folders(s, params);
    } else if (str_is(method, "$/cancelRequest") && lsp_read_id(a, params, "id", &id)) {
        if (lsp_unit_cancel(s, id)) {
            lsp_answer_error(s, id, LSP_CANCELLED, "cancelled");
        }
    }
}

static void server_message(struct lsp_server *s, str body)
{
    struct jsonr msg;
    struct err e;
    str method, id;

    if (!jsonr_parse(body, &msg, &e)) {
        lsp_answer_error(s, (str){0}, LSP_PARSE_ERROR, e.text);
        return;
    }
    struct arena_scratch t = arena_scratch_begin(NULL);
    bool has_id = lsp_read_id(t.arena, msg, "id", &id);
    if (!jsonr_str(jsonr_get(msg, "method"), &method)) {
        /* An answer to a request of ours needs nothing; anything else is none of the protocol's. */
        if (jsonr_kind(jsonr_get(msg, "result")) == JSONR_ABSENT && jsonr_kind(jsonr_get(msg, "error")) == JSONR_ABSENT) {
            lsp_answer_error(s, id, LSP_INVALID_REQUEST, "a message without a method");
        }
    } else if (has_id) {
        server_request(s, method, id, jsonr_get(msg, "params"), body);
    } else {
        server_notification(s, t.arena, method, jsonr_get(msg, "params"));
    }
    arena_scratch_end(t);
    jsonr_free(msg);
}

/* ---- the loop ---- */

/* Of a pipe or socket that is ready so much can be written without waiting. */
enum { SERVER_PIECE = 4096 };

static void server_write(struct lsp_server *s)
{
    size_t left = s->out.n - s->written;
    ssize_t n = write(s->config->out, s->out.p + s->written, base_min(left, SERVER_PIECE));

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n < 0) {
        s->client_gone = true;
        return;
    }
    s->written += (size_t)n;
    if (s->written == s->out.n) {
        s->written = 0;
        if (s->out.cap > 1 << 20) {
            strbuf_release(&s->out);
        } else {
            strbuf_reset(&s->out);
        }
    }
}

static void server_read(struct lsp_server *s)
{
    static char piece[1 << 16];
    ssize_t n = read(s->config->in, piece, sizeof piece);
    str body;

    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n <= 0) {
        s->client_gone = true;
        return;
    }
    lsp_frames_put(&s->in, (str){piece, (size_t)n});
    for (;;) {
        switch (lsp_frames_next(&s->in, &body)) {
        case LSP_FRAME_NONE: return;
        case LSP_FRAME_BODY:
            if (!s->done) {
                server_message(s, body);
            }
            break;
        case LSP_FRAME_BAD:
            lsp_answer_error(s, (str){0}, LSP_PARSE_ERROR, "a header without a usable Content-Length");
            break;
        case LSP_FRAME_LARGE:
            lsp_answer_error(s, (str){0}, LSP_INVALID_REQUEST, "a message of more than 256 MiB");
            break;
        }
    }
}

/* Whether the client's process lives is looked at so often, ms. */
enum { SERVER_PARENT = 3000 };

static int server_timeout(struct lsp_server *s)
{
    u64 now = base_now_ns(), next = lsp_units_tick(s, now);

    now = base_now_ns();
    u64 ms = next == 0 ? UINT64_MAX : next <= now ? 0 : (next - now) / 1000000 + 1;
    if (s->parent && ms > SERVER_PARENT) {
        ms = SERVER_PARENT;
    }
    return ms > 3600000 ? (ms == UINT64_MAX ? -1 : 3600000) : (int)ms;
}

typedef VEC(struct pollfd) pollfds;

static void server_turn(struct lsp_server *s, pollfds *fds)
{
    int timeout = server_timeout(s);

    vec_reset(fds);
    vec_push(fds, (struct pollfd){.fd = s->config->in, .events = POLLIN});
    vec_push(fds, (struct pollfd){.fd = s->out.n > s->written ? s->config->out : -1, .events = POLLOUT});
    for (size_t i = 0; i < s->units.n; i++) {
        const struct lsp_worker *w = &s->units.v[i]->worker;
        bool writes = w->pid && w->out.n > w->written;
        vec_push(fds, (struct pollfd){.fd = w->pid ? w->fd : -1, .events = writes ? POLLIN | POLLOUT : POLLIN});
    }
    int n = poll(fds->v, fds->n, timeout);
    if (n < 0 && errno != EINTR) {
        s->client_gone = true;
        return;
    }
    if (n <= 0) {
        s->client_gone = s->parent && kill(s->parent, 0) != 0 && errno == ESRCH;
        return;
    }
    /* Units first: the client's messages may remove some. */
    for (size_t i = 0; i < s->units.n && i + 2 < fds->n; i++) {
        short got = fds->v[i + 2].revents;
        if (got & POLLOUT) {
            lsp_unit_write(s->units.v[i]);
        }
        if (got & (POLLIN | POLLHUP | POLLERR)) {
            lsp_unit_read(s, s->units.v[i]);
        }
    }
    if (fds->v[1].revents & (POLLOUT | POLLERR | POLLHUP)) {
        server_write(s);
    }
    if (fds->v[0].revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) {
        server_read(s);
    }
}

static void server_end(struct lsp_server *s)
{
    lsp_units_end(s);
    while (s->docs.n > 0) {
        struct lsp_doc *d = vec_pop(&s->docs);
        strbuf_release(&d->text);
        arena_release(&d->arena);
        mem_free(d);
    }
    vec_release(&s->docs);
    vec_release(&s->units);
    arena_release(&s->stored.arena);
    lsp_frames_release(&s->in);
    strbuf_release(&s->out);
    arena_release(&s->arena);
}

int lsp_serve(const struct lsp_config *c)
{
    struct lsp_server s = {
        .config = c,
        .options = {.types = true, .escapes = 4, .heap = true, .stack = true, .padding = true, .debounce_ms = 30},
    };
    pollfds fds = {0};

    signal(SIGPIPE, SIG_IGN);
    while (!s.done && !s.client_gone) {
        server_turn(&s, &fds);
    }
    while (s.done && !s.client_gone && s.out.n > s.written) {
        server_write(&s); /* answers that were given before exit */
    }
    int status = s.done && s.shutdown ? BASE_EXIT_CLEAN : BASE_EXIT_FINDINGS;
    vec_release(&fds);
    server_end(&s);
    return status;
}
