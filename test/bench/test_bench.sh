#!/bin/bash
# The benchmarks' own code: its tests, and one very short run of each script.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT/bench" || exit 2
unset BENCH_FLAGS
export BENCH_OUT=$lib_tmp/bench GOWORK=off
[ -n "$GOMM_GO" ] && PATH=$(dirname "$GOMM_GO"):$PATH

expect "go vet" 0 go vet ./...
expect "go test" 0 go test ./...
expect "speed" 0 ./race_speed.sh -rounds=1 -benchtime=1000x -patience=0 -only='^ops (WriteArray|GoAndWait)$'
contains "speed: a row" "$BENCH_OUT/race_speed.txt" '^ops WriteArray +1 ( +[0-9.]+){6} +[0-9.]+ to [0-9.]+'
contains "speed: a mean" "$BENCH_OUT/race_speed.txt" '^ops \(2 benchmarks\)( +[0-9.]+){4} to'
contains "speed: one round proves nothing" "$BENCH_OUT/race_speed.txt" '^result: inconclusive'
expect "memory" 0 ./race_memory.sh -rounds=1 -patience=0 -only='^recursion$'
contains "memory: a row" "$BENCH_OUT/race_memory.txt" '^recursion.*( +[0-9.]+){8}$'
expect "driver" 0 ./driver_overhead.sh -rounds=1 -patience=0 -only='^test: nothing'
contains "driver: a row" "$BENCH_OUT/driver_overhead.txt" '^test: nothing to do, result cached( +[0-9.-]+){4} to'
expect "no such benchmark" 2 ./race_speed.sh -only='no such one'
expect "no such workload" 2 ./race_memory.sh -only='no such one'
contains "no such workload: said" "$lib_tmp/err" 'no workload matches'
expect "no such command" 2 ./driver_overhead.sh -only='no such one'
contains "no such command: said" "$lib_tmp/err" 'no command matches'
expect "bad flag" 2 ./race_speed.sh -rounds=0
GOMM=/nowhere/gomm expect "no gomm" 2 ./race_speed.sh
finish
