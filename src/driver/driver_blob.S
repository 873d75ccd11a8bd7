/* The race runtime (rt/), inside the gomm binary: bytes between gomm_rt_start and gomm_rt_end.
 * The build passes the object's name as GOMM_RT_OBJECT and rebuilds this when it changes. */
#ifndef GOMM_RT_OBJECT
#error "GOMM_RT_OBJECT must name the runtime's object file"
#endif
    .section .rodata.gomm_rt, "a", @progbits
    .balign 64
    .globl gomm_rt_start
    .globl gomm_rt_end
    .type gomm_rt_start, @object
gomm_rt_start:
    .incbin GOMM_RT_OBJECT
gomm_rt_end:
    .size gomm_rt_start, gomm_rt_end - gomm_rt_start
    .byte 0
    .section .note.GNU-stack, "", @progbits
