/* lsp_int.h: what the files of the language server share.
 *
 *   lsp_server.c    the loop: messages of the client, workers, time
 *   lsp_unit.c      units: which documents they have, when they are analysed, which worker answers
 *   lsp_stored.c    findings of a stored result, and where they are in a text that has changed since
 *   lsp_worker.c    a worker's life: analyse, say what was found, answer
 *   lsp_view.c      loads, checks and analyses a package for it
 *   lsp_diagnose.c  textDocument/publishDiagnostics
 *   lsp_hover.c  lsp_hint.c  lsp_action.c
 *                   answers
 *   lsp_find.c  lsp_fix.c       findings of a file, now and stored; a fix as edits
 *   lsp_frame.h  lsp_text.h  lsp_patch.h   messages as bytes; texts, positions, URIs; unified diffs
 *
 * Ownership: the server's until it ends; what a worker makes ends with it.  Threading: see lsp.h.
 */
#ifndef GOMM_LSP_INT_H
#define GOMM_LSP_INT_H

#include "base/map.h"
#include "base/vec.h"
#include "lsp/lsp.h"
#include "lsp/lsp_frame.h"
#include "lsp/lsp_text.h"
#include "report/report.h"

struct lsp_unit;

struct lsp_doc {
    struct arena arena; /* of uri and path */
    str uri, path;
    struct strbuf text;
    i64 version;
    bool go;               /* a Go file; others (go.mod) only stand for what is on disk */
    struct lsp_unit *unit; /* NULL: no Go file */
};

/* What the client wants shown: initializationOptions, workspace/didChangeConfiguration. */
struct lsp_options {
    bool types;      /* errors of the type checker */
    u32 escapes;     /* severity of what goes to the heap (LSP DiagnosticSeverity); 0: not shown */
    bool heap, stack, padding; /* inlay hints */
    u32 debounce_ms; /* from an edit to its analysis */
};

/* What the client can do. */
struct lsp_client {
    enum lsp_encoding encoding;
    bool show_document, progress, watch, document_changes, hint_refresh, configuration;
};

/* A request that waits for a worker. */
struct lsp_wait {
    u64 number; /* ours */
    str id;     /* the client's, as lsp_read_id gives it */
    str body;
    bool sent; /* to the worker */
};

struct lsp_worker {
    int pid; /* 0: none */
    int fd;
    struct lsp_frames in;
    struct strbuf out;
    size_t written;  /* of out */
    u64 began;
    bool ready;      /* what it found is known */
};

struct lsp_unit {
    struct arena arena; /* of dir */
    str dir;
    u64 used;      /* the time of the last edit or question */
    u64 due;       /* when it is to be analysed; 0: it need not be */
    bool edited;   /* since others of which this is a part were analysed */
    bool failed;   /* the last worker died of it */
    u64 round;     /* of analyses */
    struct lsp_worker worker;
    VEC(struct lsp_wait) waits;
    struct strmap shown;   /* URIs that have diagnostics → the round that found them; 0: none any more */
    struct arena names;    /* of near */
    VEC(str) near;         /* directories on which it depends and that may be edited */
    u64 progress;          /* its token; 0: none is shown */
};

/* A stored result. */
struct lsp_stored {
    struct arena arena;
    str path;
    u64 mtime_ns;
    bool there;
    struct report report;
};

struct lsp_server {
    const struct lsp_config *config;
    struct lsp_options options;
    struct lsp_client client;
    struct arena arena; /* of what stays to the end */
    VEC(struct lsp_doc *) docs;
    VEC(struct lsp_unit *) units;
    VEC(str) roots; /* directories of the workspace */
    struct lsp_stored stored;
    struct lsp_frames in;
    struct strbuf out;
    size_t written;
    bool initialized, shutdown, done;
    bool client_gone;
    int parent;     /* the client's process; 0: unknown */
    u64 next_id;    /* of our own requests */
    VEC(str) complaints; /* messages that were shown: each once */
};

/* ---- lsp_server.c ---- */

/* Queues a message for the client. */
void lsp_send(struct lsp_server *s, str body);
/* A notification or answer that is being written: lsp_begin, members of params or result, lsp_end. */
struct lsp_message {
    struct strbuf b;
    struct jsonw w;
};
void lsp_begin_notification(struct lsp_message *m, const char *method);
void lsp_begin_request(struct lsp_server *s, struct lsp_message *m, const char *method);
void lsp_begin_answer(struct lsp_message *m, str id);
/* Ends it: for the caller, in m->b, who releases that; or sent. */
void lsp_finish(struct lsp_message *m);
void lsp_end(struct lsp_server *s, struct lsp_message *m);
/* The id under that key, of either kind, for lsp_begin_answer: a number as it is, a string with a mark before it. */
bool lsp_read_id(struct arena *a, struct jsonr msg, const char *key, str *id);
void lsp_answer_error(struct lsp_server *s, str id, int code, const char *text);
/* window/showMessage, each text once; type as in the protocol: 1 error, 2 warning, 3 information. */
void lsp_show(struct lsp_server *s, int type, str text);
void lsp_log(struct lsp_server *s, int type, str text);

enum {
    LSP_PARSE_ERROR = -32700,
    LSP_INVALID_REQUEST = -32600,
    LSP_METHOD_NOT_FOUND = -32601,
    LSP_INVALID_PARAMS = -32602,
    LSP_INTERNAL_ERROR = -32603,
    LSP_NOT_INITIALIZED = -32002,
    LSP_CANCELLED = -32800,
    LSP_MODIFIED = -32801,
};

/* ---- lsp_unit.c ---- */

struct lsp_doc *lsp_doc_find(const struct lsp_server *s, str uri);
void lsp_doc_open(struct lsp_server *s, str uri, str path, str text, i64 version);
void lsp_doc_close(struct lsp_server *s, struct lsp_doc *d);
/* The document has changed. */
void lsp_doc_changed(struct lsp_server *s, struct lsp_doc *d);
/* Something on disk, or what is wanted, has changed: all units are analysed again. */
void lsp_units_all(struct lsp_server *s);
/* A request about a document, answered by its worker, now or when it has analysed it. */
void lsp_unit_ask(struct lsp_server *s, struct lsp_unit *u, str id, str body);
/* Drops a request, answering it; false: there is none under that id. */
bool lsp_unit_cancel(struct lsp_server *s, str id);
/* Starts what is due; the time of the next thing that will be, 0: none. */
u64 lsp_units_tick(struct lsp_server *s, u64 now);
/* The worker's descriptor can be read, or written. */
void lsp_unit_read(struct lsp_server *s, struct lsp_unit *u);
void lsp_unit_write(struct lsp_unit *u);
void lsp_units_end(struct lsp_server *s);

/* ---- lsp_worker.c ---- */

/* Messages of a worker: a letter, fields that end in newlines, the rest. */
#define LSP_TELL_DIAGNOSTICS 'D' /* uri, number; the array */
#define LSP_TELL_ANSWER      'R' /* lsp_wait.number; the whole message */
#define LSP_TELL_NEAR        'P' /* directories */
#define LSP_TELL_MESSAGE     'M' /* type of window/showMessage; text */
#define LSP_TELL_READY       'E' /* what took how long, for the log */

_Noreturn void lsp_work(struct lsp_server *s, struct lsp_unit *u, int fd);

/* ---- lsp_stored.c ---- */

/* Reads the result again if it has changed; true if it has. */
bool lsp_stored_refresh(struct lsp_server *s);

/* A text of today beside the one that is on disk: where lines have gone to. */
struct lsp_drift {
    u32 same_head, same_tail; /* lines */
    u32 old_n, new_n;
};
struct lsp_drift lsp_drift_of(const struct lsp_lines *old, const struct lsp_lines *now);
/* The line (from 1) in the text of today; 0: it is not there any more. */
u32 lsp_drift_line(const struct lsp_drift *d, u32 line);

#endif
