#include "driver/driver_ar.h"

#include <stdio.h>
#include <string.h>

/* Field offsets inside the header: name[16] date[12] uid[6] gid[6] mode[8] size[10] end[2]. */
#define AR_SIZE_AT  48
#define AR_SIZE_LEN 10
#define AR_END_AT   58

int driver_ar_open(struct driver_ar *ar, const void *p, size_t n)
{
    if (n < DRIVER_AR_MAGIC_LEN || memcmp(p, DRIVER_AR_MAGIC, DRIVER_AR_MAGIC_LEN) != 0) {
        return -1;
    }
    *ar = (struct driver_ar){.p = p, .n = n, .at = DRIVER_AR_MAGIC_LEN};
    return 0;
}

static int ar_size(const uint8_t *field, size_t *out)
{
    size_t v = 0;
    size_t i = 0;
    for (; i < AR_SIZE_LEN && field[i] >= '0' && field[i] <= '9'; i++) {
        v = v * 10 + (size_t)(field[i] - '0'); /* ten digits cannot overflow 64 bits */
    }
    if (i == 0) {
        return -1;
    }
    for (; i < AR_SIZE_LEN; i++) {
        if (field[i] != ' ') {
            return -1;
        }
    }
    *out = v;
    return 0;
}

int driver_ar_next(struct driver_ar *ar, struct driver_ar_member *m)
{
    if (ar->at == ar->n) {
        return 0;
    }
    if (ar->n - ar->at < DRIVER_AR_HEADER_LEN) {
        return -1;
    }
    const uint8_t *h = ar->p + ar->at;
    size_t size;
    if (h[AR_END_AT] != '`' || h[AR_END_AT + 1] != '\n' || ar_size(h + AR_SIZE_AT, &size) != 0) {
        return -1;
    }
    size_t data_at = ar->at + DRIVER_AR_HEADER_LEN;
    if (size > ar->n - data_at) {
        return -1;
    }
    size_t end = data_at + size;
    if (end % 2 != 0 && end < ar->n) {
        end++;
    }

    *m = (struct driver_ar_member){
        .data = ar->p + data_at, .size = size, .header_at = ar->at, .end_at = end};
    size_t len = DRIVER_AR_NAME_LEN;
    while (len > 0 && h[len - 1] == ' ') {
        len--;
    }
    memcpy(m->name, h, len);
    ar->at = end;
    return 1;
}

int driver_ar_header(const struct driver_ar *ar, const struct driver_ar_member *m, size_t size,
                     char *buf)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%zu", size);
    if (len < 0 || len > AR_SIZE_LEN) {
        return -1;
    }
    memcpy(buf, ar->p + m->header_at, DRIVER_AR_HEADER_LEN);
    memset(buf + AR_SIZE_AT, ' ', AR_SIZE_LEN);
    memcpy(buf + AR_SIZE_AT, digits, (size_t)len);
    return 0;
}
