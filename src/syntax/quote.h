/* quote.h: strings and characters as Go literals, as strconv.Quote and strconv.QuoteRune write them.
 * Source: GOROOT/src/strconv/quote.go, appendQuotedWith and appendEscapedRune.  Threading: any.
 */
#ifndef GOMM_SYNTAX_QUOTE_H
#define GOMM_SYNTAX_QUOTE_H

#include "base/str.h"

/* "s", escaped where it is not printable; bytes that are no UTF-8 become \x… */
void quote_string(struct strbuf *out, str s);
/* 'r'; what is no character is U+FFFD. */
void quote_rune(struct strbuf *out, u32 r);

#endif
