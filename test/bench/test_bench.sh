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
expect "memory: soak" 0 ./race_memory.sh -rounds=1 -patience=0 -only='^(soak|objects)$' -soak=0.001
contains "memory: a soak" "$BENCH_OUT/race_memory.txt" '^gomm( +-?[0-9.]+){9}$'
contains "memory: a bar" "$BENCH_OUT/race_memory.txt" '^bar  soak: .* (pass|MISS)$'
expect "growth" 0 ./race_growth.sh -rounds=1 -patience=0 -goroutines=20 -heap=2
contains "growth: a row" "$BENCH_OUT/race_growth.txt" '^atomic add +plain( +[0-9.]+){3}$'
contains "growth: a bar" "$BENCH_OUT/race_growth.txt" '^bar  1 to 2 MB, atomic add.* (pass|MISS)$'
contains "growth: a picture" "$BENCH_OUT/race_growth_heap.svg" '<polyline'
expect "suites" 0 ./race_suites.sh -rounds=1 -patience=0 -only=golang-lru
if grep -q 'cannot be downloaded' "$BENCH_OUT/race_suites.txt"; then
    skip "suites: a row" "no module proxy"
else
    contains "suites: a row" "$BENCH_OUT/race_suites.txt" '^hashicorp/golang-lru/v2 v[0-9.]+ +2( +[0-9.]+){3} +[0-9.]+ to [0-9.]+'
    contains "suites: a bar" "$BENCH_OUT/race_suites.txt" '^bar  suites measured +1 +at least 5 +MISS$'
fi
expect "nothing that grows" 2 ./race_growth.sh -only='no such one'
expect "no such suite" 2 ./race_suites.sh -only='no such one'
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
