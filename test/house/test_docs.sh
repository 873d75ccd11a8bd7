#!/bin/bash
# test_docs.sh: documents name what there is.  Links lead somewhere, files that are spoken of exist, codes are those that
# gomm explains, and each command's flags are the same in its table (which completion prints), its help and the man page.
. "$(dirname "$0")/../lib.sh"
cd "$GOMM_ROOT" || exit 2

report() { # name problems: ok if there are none
    if [ -z "$2" ]; then
        ok "$1"
    else
        notok "$1" "see below"
        echo "$2" | sed 's/^/  /'
    fi
}

docs="README.md ARCHITECTURE.md $(ls doc/*.md)"

# -- links -----------------------------------------------------------------------------------------

# As GitHub makes them: small letters, blanks to hyphens, all else but letters, digits, hyphens and _ left out.
anchors() { # document
    awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
        tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

problems=
n=0
for doc in $docs; do
    while read -r target; do
        n=$((n + 1))
        case $target in
        http://* | https://*) continue ;;
        esac
        file=${target%%#*} anchor=
        [ "$file" = "$target" ] || anchor=${target#*#}
        path=$doc
        [ -z "$file" ] || path=$(dirname "$doc")/$file
        if [ ! -e "$path" ]; then
            problems+="$doc: $target is not there"$'\n'
        elif [ -n "$anchor" ] && ! anchors "$path" | grep -qxF -e "$anchor"; then
            problems+="$doc: $target: no such heading"$'\n'
        fi
    done < <(awk '/^```/ { code = !code } !code' "$doc" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
done
[ "$n" -gt 50 ] || problems+="only $n links found"
report "links lead somewhere" "${problems%$'\n'}"

# Every guide can be found from the front page, or from one that can.
problems=
for doc in doc/*.md; do
    grep -qF "(${doc})" README.md || grep -qF "($(basename "$doc")" doc/*.md || problems+="$doc"$'\n'
done
report "no guide is left alone" "${problems%$'\n'}"

# -- files -----------------------------------------------------------------------------------------

problems=
n=0
for doc in $docs; do
    while read -r file; do
        n=$((n + 1))
        # With or without what the name ends in (src/cmd/cmd_gate), and patterns.
        compgen -G "$file" >/dev/null || compgen -G "$file.*" >/dev/null || problems+="$doc: $file"$'\n'
    done < <(grep -oE '(^|[^[:alnum:]_./-])(src|rt|include/gomm|test|bench|scripts|fuzz|exercises)/[[:alnum:]_*/-]*(\.(c|h|S|sh|go|py|txt|json|awk|css|js|inc|md))?' "$doc" |
        sed -E 's/^[^[:alnum:]]//; s|/$||' | sort -u)
done
[ "$n" -gt 50 ] || problems+="only $n names found"
report "files that are spoken of exist" "${problems%$'\n'}"

# -- codes -----------------------------------------------------------------------------------------

"$GOMM" explain nonsense 2>&1 | grep -oE '\b[A-Z]+[0-9]+\b' | sort -u >"$lib_tmp/codes"
problems=
for doc in $docs doc/gomm.1; do
    while read -r code; do
        grep -qx "$code" "$lib_tmp/codes" || problems+="$doc: $code"$'\n'
    done < <(grep -oE '\b(RACE|ESC|SHARE|BENCH|IGN|TYPE|SYNTAX|LOAD)[0-9]+\b' "$doc" | sort -u)
done
[ "$(wc -l <"$lib_tmp/codes")" -gt 40 ] || problems+="only $(wc -l <"$lib_tmp/codes") codes"
report "codes that are spoken of exist" "${problems%$'\n'}"

# -- flags -----------------------------------------------------------------------------------------

commands=$("$GOMM" completion -words "" | grep -vxE 'completion|help|version')
missing_help= missing_man= unknown=
man=$(sed 's/\\-/-/g; s/\\f[BIRP]//g' doc/gomm.1)
"$GOMM" completion -words test - | sed 's/=$//' | sort -u >"$lib_tmp/go"
for c in $commands; do
    "$GOMM" completion -words "$c" - | sed 's/=$//' | sort -u >"$lib_tmp/flags"
    case $c in
    test | build | run) continue ;; # go's flags, and gomm's three, which test/driver looks at
    check | bench) comm -23 "$lib_tmp/flags" "$lib_tmp/go" >"$lib_tmp/own" ;; # go test's are passed on
    *) cp "$lib_tmp/flags" "$lib_tmp/own" ;;
    esac
    "$GOMM" help "$c" >"$lib_tmp/help"
    case $c in check | bench | share | typecheck | escape | fix | report) all=$("$GOMM" help check) ;; *) all= ;; esac
    while read -r flag; do
        # What several commands share is told of check, and said to be as there.
        { cat "$lib_tmp/help"; grep -q 'gomm help check\|in gomm check' "$lib_tmp/help" && echo "$all"; } |
            grep -qE -e "(^|[^[:alnum:]-])$flag([^[:alnum:]-]|\$)" || missing_help+="$c $flag"$'\n'
        grep -qE -e "(^|[^[:alnum:]-])$flag([^[:alnum:]-]|\$)" <<<"$man" || missing_man+="$c $flag"$'\n'
    done <"$lib_tmp/own"
    # And the other way round: what help has at the beginning of a line is a flag.
    while read -r flag; do
        grep -qxF -e "$flag" "$lib_tmp/flags" || unknown+="$c $flag"$'\n'
    done < <(sed -nE 's/^  (-[^ ].*)/\1/p' "$lib_tmp/help" | sed -E 's/   .*//' | grep -oE '(^|[ ,])-[a-z][[:alnum:].-]*' | sed 's/^[ ,]*//' | sort -u)
done
[ "$(echo "$commands" | wc -l)" -gt 10 ] || unknown+="only: $commands"
report "each flag is in its command's help" "${missing_help%$'\n'}"
report "each flag is in the man page" "${missing_man%$'\n'}"
report "help tells of flags that there are" "${unknown%$'\n'}"

# -- variables -------------------------------------------------------------------------------------

problems=
"$GOMM" help environment >"$lib_tmp/help"
n=0
for v in $(grep -rhoE 'getenv\("[A-Z_]+"\)' src | grep -oE '[A-Z_]{2,}' | grep -E '^(GOMM|GITHUB|NO_COLOR|TERM|COLUMNS|TMPDIR|XDG)' | sort -u); do
    case $v in GOMM_TOOLEXEC) continue ;; esac # gomm's own, between its processes
    n=$((n + 1))
    grep -qw "$v" "$lib_tmp/help" || problems+="gomm help environment: $v"$'\n'
    grep -qw "$v" <<<"$man" || problems+="doc/gomm.1: $v"$'\n'
done
[ $n -gt 4 ] || problems+="only $n variables found"
report "variables are told of" "${problems%$'\n'}"

problems=
for c in $("$GOMM" completion -words ""); do
    grep -qE "gomm\\\\? $c|[. \"]$c[\\\\ \",]|^.B $c\$" doc/gomm.1 || problems+="doc/gomm.1: $c"$'\n'
    grep -qE "^## .*gomm ([a-z]+, )*$c\\b" doc/commands.md || problems+="doc/commands.md: $c"$'\n'
done
report "each command is in the man page and in doc/" "${problems%$'\n'}"

version=$("$GOMM" version | sed -n 's/^gomm version \([^ ]*\).*/\1/p')
contains "the man page is this version's" doc/gomm.1 "^\.TH GOMM 1 .*\"gomm $version\""
if command -v man >/dev/null; then
    expect "man reads the page" 0 man --warnings -l doc/gomm.1
    if [ -s "$lib_tmp/err" ]; then notok "without warnings" "$(head -n 3 "$lib_tmp/err")"; else ok "without warnings"; fi
else
    skip "man reads the page" "no man here"
fi

finish
