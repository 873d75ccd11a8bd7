/* hosted.h: forced into every source of the runtime when it is built for its own tests.
 *
 * In the user's program the runtime has memcpy and Go's __tsan_ names to itself; in a test program
 * they belong to libc and to the sanitizers.  Here they get other names.
 */
#ifndef GOMM_TEST_RT_HOSTED_H
#define GOMM_TEST_RT_HOSTED_H

#define memset  rt_memset
#define memcpy  rt_memcpy
#define memmove rt_memmove
#define memcmp  rt_memcmp
#define exit    rt_exit

#define __tsan_init                         rt_tsan_init
#define __tsan_fini                         rt_tsan_fini
#define __tsan_proc_create                  rt_tsan_proc_create
#define __tsan_proc_destroy                 rt_tsan_proc_destroy
#define __tsan_map_shadow                   rt_tsan_map_shadow
#define __tsan_report_count                 rt_tsan_report_count
#define __tsan_go_start                     rt_tsan_go_start
#define __tsan_go_end                       rt_tsan_go_end
#define __tsan_go_ignore_sync_begin         rt_tsan_go_ignore_sync_begin
#define __tsan_go_ignore_sync_end           rt_tsan_go_ignore_sync_end
#define __tsan_finalizer_goroutine          rt_tsan_finalizer_goroutine
#define __tsan_func_enter                   rt_tsan_func_enter
#define __tsan_func_exit                    rt_tsan_func_exit
#define __tsan_malloc                       rt_tsan_malloc
#define __tsan_free                         rt_tsan_free
#define __tsan_acquire                      rt_tsan_acquire
#define __tsan_release                      rt_tsan_release
#define __tsan_release_merge                rt_tsan_release_merge
#define __tsan_release_acquire              rt_tsan_release_acquire
#define __tsan_read                         rt_tsan_read
#define __tsan_write                        rt_tsan_write
#define __tsan_read_pc                      rt_tsan_read_pc
#define __tsan_write_pc                     rt_tsan_write_pc
#define __tsan_read_range                   rt_tsan_read_range
#define __tsan_write_range                  rt_tsan_write_range
#define __tsan_go_atomic32_load             rt_tsan_go_atomic32_load
#define __tsan_go_atomic64_load             rt_tsan_go_atomic64_load
#define __tsan_go_atomic32_store            rt_tsan_go_atomic32_store
#define __tsan_go_atomic64_store            rt_tsan_go_atomic64_store
#define __tsan_go_atomic32_exchange         rt_tsan_go_atomic32_exchange
#define __tsan_go_atomic64_exchange         rt_tsan_go_atomic64_exchange
#define __tsan_go_atomic32_fetch_add        rt_tsan_go_atomic32_fetch_add
#define __tsan_go_atomic64_fetch_add        rt_tsan_go_atomic64_fetch_add
#define __tsan_go_atomic32_fetch_and        rt_tsan_go_atomic32_fetch_and
#define __tsan_go_atomic64_fetch_and        rt_tsan_go_atomic64_fetch_and
#define __tsan_go_atomic32_fetch_or         rt_tsan_go_atomic32_fetch_or
#define __tsan_go_atomic64_fetch_or         rt_tsan_go_atomic64_fetch_or
#define __tsan_go_atomic32_compare_exchange rt_tsan_go_atomic32_compare_exchange
#define __tsan_go_atomic64_compare_exchange rt_tsan_go_atomic64_compare_exchange

#endif
