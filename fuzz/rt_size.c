/* rt_size.c: any bytes as the code behind a race hook (rt/size.c).  The input lies in an area of
 * UD2 as wide as a path can reach; the frame's slots point at the variable. */
#include <stddef.h>
#include <string.h>

#include "size.h"
#include "x86.h"

enum { REACH = 1 << 16, MAX = 4096 };
static u8 code[2 * REACH + 2 * MAX];
static u64 frame[REACH / 8 + MAX], object[8];

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);
int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct rt_x86 in;
    u32 len = rt_x86_decode(&in, (uptr)data, (uptr)data + n);

    if (len > n || len > RT_X86_MAXLEN) {
        __builtin_trap();
    }
    for (u32 i = 0; !frame[0] && i < sizeof code; i++) {
        code[i] = i & 1 ? 0x0b : 0x0f;
    }
    for (u32 i = sizeof frame / sizeof frame[0]; !frame[0] && i-- > 0;) {
        frame[i] = (uptr)object + 8 * (i % 4 == 3);
    }
    n = n < MAX ? n : MAX;
    memcpy(code + REACH, data, n);
    for (int is_write = 0; is_write <= 1; is_write++) {
        u32 size = rt_access_size((uptr)code + REACH, (uptr)object, (uptr)frame, is_write);
        if (size > 24 || (size & (size - 1) && size != 24)) {
            __builtin_trap();
        }
    }
    for (u32 i = 0; i < n; i++) {
        code[REACH + i] = i & 1 ? 0x0b : 0x0f;
    }
    return 0;
}
