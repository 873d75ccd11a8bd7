/* driver_ar.h: read the archives that the Go compiler and `go tool pack` write.
 *
 * An archive is the string "!<arch>\n" followed by members, each a 60-byte text header and its
 * data, padded to an even offset (GOROOT/src/cmd/internal/archive, cmd/link/internal/ld/ar.go).
 * Go truncates names to 16 bytes and never writes a long-name table.
 *
 * Ownership: a reader and its members point into the caller's bytes, which must outlive them.
 * Threading: a reader belongs to one thread; there is no global state.
 */
#ifndef GOMM_DRIVER_AR_H
#define GOMM_DRIVER_AR_H

#include <stddef.h>
#include <stdint.h>

#define DRIVER_AR_MAGIC      "!<arch>\n"
#define DRIVER_AR_MAGIC_LEN  8
#define DRIVER_AR_HEADER_LEN 60
#define DRIVER_AR_NAME_LEN   16

struct driver_ar {
    const uint8_t *p;
    size_t n;
    size_t at; /* offset of the next member's header */
};

struct driver_ar_member {
    char name[DRIVER_AR_NAME_LEN + 1]; /* without the padding blanks */
    const uint8_t *data;
    size_t size;
    size_t header_at; /* offset of the header in the archive */
    size_t end_at;    /* offset behind data and padding */
};

/* Returns 0, or -1 if the bytes are no archive. */
int driver_ar_open(struct driver_ar *ar, const void *p, size_t n);

/* Returns 1 and fills *m, 0 at the end, -1 if the archive is cut off or malformed. */
int driver_ar_next(struct driver_ar *ar, struct driver_ar_member *m);

/* Writes into buf (DRIVER_AR_HEADER_LEN bytes) the header of m, with another data size.
 * Returns 0, or -1 if the size does not fit the field's ten digits. */
int driver_ar_header(const struct driver_ar *ar, const struct driver_ar_member *m, size_t size,
                     char *buf);

#endif
