/* report_markup.h: text inside HTML and SVG.
 *
 * Threading: no state.
 */
#ifndef GOMM_REPORT_MARKUP_H
#define GOMM_REPORT_MARKUP_H

#include "base/str.h"

/* Text or an attribute's value, quoted: markup characters become entities, characters that
 * documents may not hold become U+FFFD. */
void report_markup_text(struct strbuf *out, str s);

#endif
