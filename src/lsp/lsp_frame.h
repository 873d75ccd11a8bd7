/* lsp_frame.h: messages of the base protocol, as they come in pieces.
 *
 * Source: Language Server Protocol 3.17, "Base Protocol": header fields "Name: value\r\n", an empty line, and as many bytes
 * as Content-Length says.
 *
 * Whatever comes, reading goes on: header fields that are not known are skipped, lines may end in \n alone, a header without
 * a usable Content-Length is dropped, and a message that is too large is read past.
 *
 * Ownership: the reader owns its buffer; a body is valid until the next call.  Threading: one thread at a time.
 */
#ifndef GOMM_LSP_FRAME_H
#define GOMM_LSP_FRAME_H

#include "base/str.h"

enum {
    LSP_FRAME_MAX = 256 << 20, /* bytes of a body */
    LSP_HEADER_MAX = 16 << 10, /* of a header */
};

struct lsp_frames {
    struct strbuf in;
    size_t done;  /* bytes of in that have been dealt with */
    size_t begun; /* of the header that is not complete yet, those in which no end was found */
    u64 skip;     /* bytes that are still to be passed over */
};

enum lsp_frame {
    LSP_FRAME_NONE,  /* more bytes are wanted */
    LSP_FRAME_BODY,  /* *body is a message */
    LSP_FRAME_BAD,   /* a header made no sense: *body is its beginning, and it is dropped */
    LSP_FRAME_LARGE, /* a message is too large and will be passed over */
};

void lsp_frames_release(struct lsp_frames *f);
void lsp_frames_put(struct lsp_frames *f, str bytes);
/* To be called until it gives LSP_FRAME_NONE. */
enum lsp_frame lsp_frames_next(struct lsp_frames *f, str *body);
/* Is there a beginning of a message? */
bool lsp_frames_pending(const struct lsp_frames *f);

/* Appends a message. */
void lsp_frame_write(struct strbuf *out, str body);

#endif
