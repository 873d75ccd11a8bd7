/* lsp.h: the language server: what gomm knows, in an editor, while one types.
 *
 * Glossary
 *   document  a file that the client has opened; its text is the client's, whatever lies on disk.
 *   unit      the package in a directory in which a document is open; what is analysed as a whole.
 *   worker    a process that has analysed one unit as it was at one moment, and then answers questions about it.  An edit
 *             starts a new one in its place.
 *
 * The server's own process only keeps documents and passes messages on.  It is forked for each analysis: the worker has the
 * documents without copying them, what it needed is the system's when it ends, so that nothing grows with the number of
 * edits, and should it die of a program that nobody has thought of, the server says so and goes on.
 *
 * Source: Language Server Protocol 3.17.
 *
 * Threading: one thread; a worker has as many as it likes.
 */
#ifndef GOMM_LSP_H
#define GOMM_LSP_H

#include "base/str.h"

struct lsp_config {
    str version; /* of gomm */
    str tags, result; /* -tags; a stored result whose findings are shown; empty: the client says, or none */
    int in, out;
};

/* Serves until the client says exit or closes its end.  The exit status. */
int lsp_serve(const struct lsp_config *c);

#endif
