#!/bin/bash
# long_sanitizers.sh: the runtime's own tests for longer, and under the compiler's sanitizers:
# threads at once under ThreadSanitizer, all of them under AddressSanitizer and UBSan.
# limit: 3000
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT" || exit 2

log=$lib_tmp/log

# unit B MAKEFLAGS... -- NAME...: builds unit tests in B; 1 if this compiler cannot.
unit() {
    local b=$1 flags=()
    shift
    while [ "$1" != -- ]; do
        flags+=("$1")
        shift
    done
    shift
    mkdir -p "$b"
    flock "$b/lock" nice make -s B="$b" "${flags[@]}" "${@/#/$b/test/unit/}" >"$log" 2>&1
}

# run NAME PROGRAM...: its end must say that all passed.
run() {
    local name=$1
    shift
    if nice "$@" >"$log" 2>&1; then
        ok "$name"
    else
        notok "$name" "exit status $?"
        grep -v '^# ' "$log" | tail -n 60 | sed 's/^/  /'
    fi
}

# A memory map as ThreadSanitizer likes it.
plain=()
setarch -R true 2>/dev/null && plain=(setarch -R)

if unit build/sanitize/plain -- rt_exact rt_clock rt_stress; then
    run exact_long env GOMM_TEST_ROUNDS=15 build/sanitize/plain/test/unit/rt_exact
    run clock_long env GOMM_TEST_ROUNDS=30 build/sanitize/plain/test/unit/rt_clock
    run stress_long env GOMM_TEST_ROUNDS=4 build/sanitize/plain/test/unit/rt_stress
else
    notok exact_long "does not build"
    cat "$log"
fi

probe=$lib_tmp/probe
echo 'int main(void) { return 0; }' >"$probe.c"
if ${CC:-gcc} -fsanitize=thread -o "$probe" "$probe.c" 2>/dev/null && "${plain[@]}" "$probe"; then
    if unit build/sanitize/thread OPT=-O1 CFLAGS=-fsanitize=thread -- rt_stress; then
        run stress_thread_sanitizer "${plain[@]}" build/sanitize/thread/test/unit/rt_stress
    else
        notok stress_thread_sanitizer "does not build"
        cat "$log"
    fi
else
    skip stress_thread_sanitizer "no ThreadSanitizer here"
fi

if ${CC:-gcc} -fsanitize=address,undefined -o "$probe" "$probe.c" 2>/dev/null && "$probe"; then
    if unit build/sanitize/address SAN=1 OPT=-O1 -- rt_exact rt_clock rt_stress rt_text; then
        for t in rt_exact rt_clock rt_stress rt_text; do
            run ${t}_address_sanitizer build/sanitize/address/test/unit/$t
        done
    else
        notok exact_address_sanitizer "does not build"
        cat "$log"
    fi
else
    skip exact_address_sanitizer "no AddressSanitizer here"
fi
finish
