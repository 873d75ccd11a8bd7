/* source_comment.h: which code a comment such as //gomm:noescape speaks of.
 *
 * Threading: none.
 */
#ifndef GOMM_SYNTAX_SOURCE_COMMENT_H
#define GOMM_SYNTAX_SOURCE_COMMENT_H

#include "base/str.h"

/* The offset of the line that a comment at offset `at` of the text speaks of: its own, if something stands before it;
 * otherwise the first below that is no comment.  text.n if an empty line or the end of the file comes first. */
size_t source_comment_target(str text, size_t at);

#endif
