#!/bin/bash
# test_layers.sh: the house stands as ARCHITECTURE.md says.  Headers compile alone, #include
# arrows only point downwards, names carry their layer, files stay readable, and nothing names
# the machine on which it was written.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT" || exit 2
CC=${CC:-gcc}

# From the ground up.
layers="base syntax load types escape driver race share bench fix report lsp cmd"

rank() { # layer: its height, or nothing
    local i=0 l
    for l in $layers; do
        i=$((i + 1))
        [ "$l" = "$1" ] && echo $i && return
    done
}

# What belongs to the tree: tracked files, and new ones that are not ignored.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    mapfile -t files < <(git ls-files -co --exclude-standard | while read -r f; do [ -f "$f" ] && echo "$f"; done)
else
    mapfile -t files < <(find . -path ./build -prune -o -type f -print | sed 's|^\./||')
fi
[ ${#files[@]} -gt 0 ] || notok files "no files found"

# report NAME PROBLEMS: ok if there are none.
report() {
    if [ -z "$2" ]; then
        ok "$1"
    else
        notok "$1" "see below"
        echo "$2" | sed 's/^/  /'
    fi
}

# -- every header compiles alone ---------------------------------------------------------------

warn="-Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wundef -Werror"
problems=
headers=0
for f in "${files[@]}"; do
    case $f in
    src/*.h | include/*.h) flags="-std=c17 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Isrc -Iinclude" ;;
    rt/*/*) continue ;;
    rt/*.h) flags="-std=gnu17 -ffreestanding -Irt -Iinclude" ;;
    *) continue ;;
    esac
    headers=$((headers + 1))
    out=$(echo "#include \"$f\"" | $CC $flags $warn -I. -x c -fsyntax-only - 2>&1) ||
        problems+="$f: $out"$'\n'
done
[ $headers -gt 10 ] || problems+="only $headers headers found"
report "headers compile alone" "${problems%$'\n'}"

# -- arrows ---------------------------------------------------------------------------------------

# file:line:target of every #include "..." or <...>.
includes() { # files
    grep -nE '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]' "$@" /dev/null |
        sed -E 's/^([^:]*):([0-9]+):[^"<]*(["<][^">]*[">]).*/\1:\2:\3/'
}

sources=()
for f in "${files[@]}"; do
    case $f in src/*.[chS] | rt/*.[chS] | include/*.h) sources+=("$f") ;; esac
done

problems=
while IFS=: read -r file line target; do
    name=${target:1:-1}
    kind=${target:0:1}
    dir=${file%/*}
    case $file in
    include/gomm/*)
        [ "$kind" = '"' ] || [[ $name == gomm/* ]] && problems+="$file:$line: includes $target"$'\n'
        ;;
    rt/*/*) ;; # tests of the runtime run on the host
    rt/*)
        if [ "$kind" = '<' ]; then
            case $name in
            gomm/*) ;;
            stdarg.h | stdatomic.h | stdbool.h | stddef.h | stdint.h | limits.h | immintrin.h | cpuid.h) ;;
            *) problems+="$file:$line: $target is not freestanding"$'\n' ;;
            esac
        elif [ ! -e "rt/$name" ] && [[ $name != gomm/* ]]; then
            problems+="$file:$line: includes $target"$'\n'
        fi
        ;;
    src/*)
        [ "$kind" = '"' ] || continue
        layer=${file#src/}
        layer=${layer%%/*}
        case $name in
        gomm/*) continue ;;
        */*) to=${name%%/*} ;;
        *) to=${dir#src/} ;;
        esac
        from_rank=$(rank "$layer")
        to_rank=$(rank "$to")
        if [ -z "$from_rank" ]; then
            problems+="$file: src/$layer is no layer"$'\n'
        elif [ -z "$to_rank" ]; then
            problems+="$file:$line: $target is in no layer"$'\n'
        elif [ "$to_rank" -gt "$from_rank" ]; then
            problems+="$file:$line: $target points upwards"$'\n'
        fi
        ;;
    esac
done < <(includes "${sources[@]}")
report "include arrows point downwards" "${problems%$'\n'}"

# -- names ------------------------------------------------------------------------------------------

# The ground has no name of its own: there each module's names start with the module.
base_prefixes="arena argv base diag err finding hash hash128 intern io json jsonr jsonw map mem path pool proc quoted span str strbuf strmap term vec"

# Nor has the syntax layer: there modules are what the field calls them.
syntax_prefixes="ast lex op parse print quote source sources token unicode"

# And the type checker's modules are the subjects of the language's specification.
types_prefixes="alias anoncycle call const float int notinheap rat selector term tparam assign basic builtin check composite constant convert decl directive errors expr identical index infer info init instance label layout literal lookup mono named obj object operand operator predicate program query range record resolve s scope sizes stmt subst terminate terms type types typeset typestring typexpr unify union universe unsafe untyped validtype"

# Escape analysis: the compiler's representation of functions, and what is done with it.
escape_prefixes="escape flow inline ir lower precise profile rangefunc shape"

problems=
for f in "${files[@]}"; do
    case $f in
    src/*.[chS])
        layer=${f#src/}
        layer=${layer%%/*}
        name=${f##*/}
        stem=${name%.*}
        case $layer in
        base) [[ " $base_prefixes " == *" ${stem%%_*} "* ]] || problems+="$f: no module of base"$'\n' ;;
        syntax) [[ " $syntax_prefixes " == *" ${stem%%_*} "* ]] || problems+="$f: no module of syntax"$'\n' ;;
        types) [[ " $types_prefixes " == *" ${stem%%_*} "* || $stem == checker ]] || problems+="$f: no module of types"$'\n' ;;
        escape) [[ " $escape_prefixes " == *" ${stem%%_*} "* ]] || problems+="$f: no module of escape"$'\n' ;;
        cmd) [[ $stem == main || $stem == cmd || $stem == cmd_* ]] || problems+="$f: want cmd_*"$'\n' ;;
        *) [[ $stem == "$layer" || $stem == ${layer}_* ]] || problems+="$f: want ${layer}_*"$'\n' ;;
        esac
        ;;
    esac
done
report "files carry their layer's name" "${problems%$'\n'}"

objects=$(dirname "$GOMM")/obj/src
if [ -d "$objects" ]; then
    problems=
    for f in "${files[@]}"; do
        case $f in src/*.[cS]) ;; *) continue ;; esac
        object=$objects/${f#src/}.o
        [ -e "$object" ] || continue
        layer=${f#src/}
        layer=${layer%%/*}
        while read -r symbol; do
            case $layer:$symbol in
            *:__asan_* | *:__odr_asan* | cmd:main | driver:gomm_rt_start | driver:gomm_rt_end) continue ;;
            base:*) [[ " $base_prefixes " == *" ${symbol%%_*} "* ]] && continue ;;
            syntax:*) [[ " $syntax_prefixes " == *" ${symbol%%_*} "* ]] && continue ;;
            types:*) [[ " $types_prefixes " == *" ${symbol%%_*} "* ]] && continue ;;
            escape:*) [[ " $escape_prefixes " == *" ${symbol%%_*} "* ]] && continue ;;
            *) [[ $symbol == "$layer"_* ]] && continue ;;
            esac
            problems+="$f: $symbol"$'\n'
        done < <(nm -g --defined-only "$object" | awk 'NF == 3 { print $3 }')
    done
    report "public names carry their layer" "${problems%$'\n'}"
else
    skip "public names carry their layer" "no objects in $objects"
fi

# -- size, and traces of the machine -------------------------------------------------------------------

problems=
texts=()
for f in "${files[@]}"; do
    case $f in
    *.c | *.h | *.S | *.go | *.sh | *.mk | *.awk | *.py | Makefile)
        n=$(wc -l <"$f")
        [ "$n" -le 1500 ] || problems+="$f: $n lines"$'\n'
        ;;
    esac
    grep -Iq . "$f" 2>/dev/null && texts+=("$f")
done
report "no file above 1500 lines" "${problems%$'\n'}"

# Where this checkout lies, homes, and the hosts from which this machine gets its packages.
patterns=('(^|[^[:alnum:]_.])/wor[k]/' '(^|[^[:alnum:]_.])/roo[t]/')
case $GOMM_ROOT in /tmp/* | /) ;; *) patterns+=("$GOMM_ROOT/") ;; esac
proxies="$("${GOMM_GO:-go}" env GOPROXY GONOSUMDB 2>/dev/null) $(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null)"
while read -r host; do
    case $host in
    proxy.golang.org | *.golang.org | *.debian.org | *.ubuntu.com | '') ;;
    *) patterns+=("$(printf '%s' "$host" | sed 's/\./\\./g')") ;;
    esac
done < <(echo "$proxies" | grep -oE 'https?://[^/ ,|]+' | sed -E 's|^https?://([^@]*@)?||; s|:[0-9]+$||' | sort -u)
problems=
for p in "${patterns[@]}"; do
    found=$(grep -nE -e "$p" "${texts[@]}" /dev/null | cut -c 1-160)
    [ -n "$found" ] && problems+="$found"$'\n'
done
report "nothing names this machine" "${problems%$'\n'}"

finish
