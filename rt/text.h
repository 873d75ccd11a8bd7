/* text.h: a growing text buffer that is written with one system call.
 *
 * Lack of memory truncates the text (the flag says so); it never stops the program.
 */
#ifndef GOMM_RT_TEXT_H
#define GOMM_RT_TEXT_H

#include "rt_types.h"

struct text {
    char *p;
    uptr n, cap;
    u32 truncated;
    char small[512];
};

void text_init(struct text *t);
void text_free(struct text *t);
void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, uptr n);
void text_char(struct text *t, char c);
void text_dec(struct text *t, u64 v);
/* Hexadecimal without prefix, at least `width` digits. */
void text_hex(struct text *t, u64 v, u32 width);
/* A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void text_json(struct text *t, const char *s);
/* Writes the text and empties the buffer; 0, or an error below 0. */
int text_flush(struct text *t, int fd);

#endif
