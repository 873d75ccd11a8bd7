/* shape_digest.c: SHA-256 (FIPS 180-4), for the names of shapes that are too long
 * (GOROOT/src/cmd/internal/hash; noder/reader.go, shapify). */
#include <string.h>

#include "escape/shape_int.h"

static const u32 round_key[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotate(u32 x, u32 n)
{
    return x >> n | x << (32 - n);
}

static void digest_block(u32 h[8], const u8 *p)
{
    u32 w[64], v[8];

    for (u32 i = 0; i < 16; i++, p += 4) {
        w[i] = (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
    }
    for (u32 i = 16; i < 64; i++) {
        u32 a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
               (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(v, h, sizeof v);
    for (u32 i = 0; i < 64; i++) {
        u32 e = v[4], a = v[0];
        u32 t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & v[5]) ^ (~e & v[6])) +
                 round_key[i] + w[i];
        u32 t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                 ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (u32 i = 0; i < 8; i++) {
        h[i] += v[i];
    }
}

void shape_digest(const void *p, size_t n, u8 out[32])
{
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const u8 *s = p;
    u8 last[128] = {0};
    size_t rest = n % 64, padded = rest < 56 ? 64 : 128;

    for (size_t i = 0; i + 64 <= n; i += 64) {
        digest_block(h, s + i);
    }
    memcpy(last, s + n - rest, rest);
    last[rest] = 0x80;
    for (u32 i = 0; i < 8; i++) {
        last[padded - 1 - i] = (u8)((u64)n * 8 >> 8 * i);
    }
    for (size_t i = 0; i < padded; i += 64) {
        digest_block(h, last + i);
    }
    for (u32 i = 0; i < 32; i++) {
        out[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
    }
    out[0] ^= 0xff;
}
