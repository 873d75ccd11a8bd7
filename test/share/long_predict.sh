#!/bin/bash
# Predicted and real gain of the programs that have a cured form (tag cured): benchmark pairs, interleaved, of the two
# binaries; and what `gomm share` predicts from the flawed one alone, the median of three times.  A prediction is right within
# 10 % of the median of the measured ratios, or within their 95 % interval.  What is predicted is the time without the sharing;
# the flawed time is measured, and may double from one second to the next (the host's doing).  So the predicted gain is the
# flawed time of the pairs by the predicted time ("gain"); by the flawed time that gomm share itself measured it is "said".
# At least eight must be right by either; misses are listed.
#
#   RUN='chrt -r 1' test/share/long_predict.sh      where others use the machine (each run is a fraction of a second)
. "$(dirname "$0")/../lib.sh"
here=$GOMM_ROOT/test/share
RUN=${RUN-}
PAIRS=${PAIRS:-5} # in each of TIMES + 1 blocks, between which are predictions
TIMES=${TIMES:-3}
WANT=${WANT:-8}

if [ "$(nproc)" -lt 2 ]; then
    skip predict "one processor"
    finish
fi
cp -r "$here/progs" "$lib_tmp/progs"
cd "$lib_tmp/progs" || exit 2

ns() { # binary: ns/op
    $RUN "$1" -test.run='^$' -test.bench=. -test.benchtime=60ms | awk '/^Benchmark/ { print $3; exit }'
}

pairs() { # pairs of times of the two binaries
    for i in $(seq "$PAIRS"); do
        if [ $((i % 2)) -eq 0 ]; then
            a=$(ns ./plain.test) b=$(ns ./cured.test)
        else
            b=$(ns ./cured.test) a=$(ns ./plain.test)
        fi
        echo "$a $b" >>"$lib_tmp/pairs"
    done
}

predict() { # of the finding with the largest predicted gain: ns/op without the sharing, and the gain that is told
    "$GOMM" share -verify=false ${RUN:+-exec "$RUN"} -json "./$p" >"$lib_tmp/json" 2>"$lib_tmp/err"
    awk '/"name": "ns\/op"/ { getline; sub(/.*: /, ""); before = $0 }
         /"name": "predicted-ns\/op"/ { getline; sub(/.*: /, ""); if (before / $0 > best) { best = before / $0; after = $0 } }
         /harmless here/ { harmless = before }
         END { if (best) { print after, best } else if (harmless) { print harmless, 1 } }' "$lib_tmp/json" >>"$lib_tmp/predictions"
}

right=0 said=0 tried=0
printf '%-14s %9s %9s  %-21s %9s %5s %5s    %-5s %s\n' program before after 'measured (95 %)' predicted gain said gain said >"$lib_tmp/table"
for dir in */layout_cured.go; do
    p=${dir%/*}
    "$GOMM_GO" test -c -o plain.test "./$p" && "$GOMM_GO" test -c -tags cured -o cured.test "./$p" || continue
    : >"$lib_tmp/pairs"
    : >"$lib_tmp/predictions"
    # In turn, as what a fight for a line costs is not the same a minute later.
    pairs
    for _ in $(seq "$TIMES"); do
        predict
        pairs
    done
    # The one that is the median.
    sort -n "$lib_tmp/predictions" | sed -n "$((($(wc -l <"$lib_tmp/predictions") + 1) / 2))p" >"$lib_tmp/predicted"
    tried=$((tried + 1))
    # Order statistics that enclose the median: 6 and 15 of 20 for 95 % (n = 20: 0.959).
    verdict=$(sort -n "$lib_tmp/pairs" | awk -v pred="$(cat "$lib_tmp/predicted")" -v p="$p" '
        { n++; a[n] = $1; b[n] = $2; r[n] = $1 / $2 }
        function median(v, m,   i, k, t) {
            for (i = 1; i <= m; i++) for (k = i + 1; k <= m; k++) if (v[k] < v[i]) { t = v[i]; v[i] = v[k]; v[k] = t }
            return v[int((m + 1) / 2)]
        }
        END {
            got = split(pred, q, " ") == 2
            am = median(a, n); bm = median(b, n); rm = median(r, n)
            k = int((n + 1) / 2 - 0.98 * sqrt(n)); if (k < 1) k = 1
            low = r[k]; high = r[n + 1 - k]
            gain = got ? q[2] == 1 ? 1 : am / q[1] : 0
            printf "%-14s %9.2f %9.2f  %5.2f (%5.2f-%5.2f)    %9.2f %5.2f %5.2f    %-5s %s\n", p, am, bm, rm, low, high, q[1], gain, q[2],
                   right(gain), right(q[2])
        }
        function right(gain) { # "less than 3 % is to be gained" is right if no more was measured
            if (gain == 0) return "none"
            if (gain == 1 && rm < 1.03) return "right"
            return (gain > rm ? gain - rm : rm - gain) <= 0.10 * rm || (gain >= low && gain <= high) ? "right" : "MISS"
        }')
    echo "$verdict" >>"$lib_tmp/table"
    read -r by_gain by_said <<<"$(awk '{ print $(NF - 1), $NF }' <<<"$verdict")"
    [ "$by_gain" = right ] && right=$((right + 1))
    [ "$by_said" = right ] && said=$((said + 1))
done
cat "$lib_tmp/table"
enough() { # name count
    if [ "$2" -ge "$WANT" ]; then
        ok "predict/$1: $2 of $tried"
    else
        notok "predict/$1: $2 of $tried" "want $WANT"
    fi
}
enough gain "$right"
enough said "$said"
finish
