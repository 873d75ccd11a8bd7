/* gomm completion: scripts for shells, which come back with the words of a command line and get what may follow.  Flags
 * are those of the commands' own tables: a command prints them when asked (CMD_ASK_FLAGS). */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "driver/driver_goflags.h"
#include "report/report.h"

/* Each hands over the words behind "gomm" up to the cursor, the last of which may be empty, and takes lines.  Where there are none,
 * files and folders are completed. */
static const struct {
    const char *shell, *script;
} scripts[] = {
    {"bash", "_gomm() {\n"
             "    local cur=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} words IFS=$' \\t\\n'\n"
             "    read -r -a words <<<\"$line\"\n"
             "    [[ $line == *[[:space:]] ]] && words+=('')\n"
             "    local last=${words[-1]}\n"
             "    IFS=$'\\n'\n"
             "    COMPREPLY=($(gomm completion -words \"${words[@]:1}\" 2>/dev/null))\n"
             "    if [[ $last != \"$cur\" ]]; then # bash splits words at = and :\n"
             "        COMPREPLY=(\"${COMPREPLY[@]#\"${last%\"$cur\"}\"}\")\n"
             "    fi\n"
             "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace\n"
             "    return 0\n"
             "}\n"
             "complete -o default -F _gomm gomm\n"},
    {"zsh", "#compdef gomm\n"
            "_gomm() {\n"
            "    local -a found\n"
            "    found=(${(f)\"$(gomm completion -words \"${(@)words[2,CURRENT]}\" 2>/dev/null)\"})\n"
            "    if (( ! $#found )); then\n"
            "        _files\n"
            "        return\n"
            "    fi\n"
            "    compadd -S '' -- ${(M)found:#*=}\n"
            "    compadd -- ${found:#*=}\n"
            "}\n"
            "if [ \"$funcstack[1]\" = _gomm ]; then\n"
            "    _gomm \"$@\"\n"
            "else\n"
            "    compdef _gomm gomm\n"
            "fi\n"},
    {"fish", "function __gomm_words\n"
             "    set -l words (commandline -opc) (commandline -ct)\n"
             "    gomm completion -words $words[2..-1] 2>/dev/null\n"
             "end\n"
             "complete -c gomm -a '(__gomm_words)'\n"},
};

static void word(str typed, const char *text, const char *behind)
{
    if (str_has_prefix(str_of(text), typed)) {
        printf("%s%s\n", text, behind);
    }
}

static void go_flags(enum driver_verb verb, str typed)
{
    enum driver_flag_kind kind;
    const char *name;
    char text[64];
    for (size_t i = 0; (name = driver_flag_at(verb, i, &kind)) != NULL; i++) {
        snprintf(text, sizeof(text), "-%s", name);
        if (kind != DRIVER_FLAG_UNKNOWN) {
            word(typed, text, kind == DRIVER_FLAG_BOOL ? "" : "=");
        }
    }
    word(typed, "-gomm.runtime", "=");
    word(typed, "-gomm.patch", "=");
    word(typed, "-gomm.inherit", "");
}

static void flags(const struct cmd *c, str typed)
{
    static const char *const verbs[] = {[DRIVER_BUILD] = "build", [DRIVER_RUN] = "run", [DRIVER_TEST] = "test"};
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (strcmp(c->name, verbs[i]) == 0) {
            go_flags((enum driver_verb)i, typed);
            return;
        }
    }
    char ask[128];
    snprintf(ask, sizeof(ask), "%s%.*s", CMD_ASK_FLAGS, (int)base_min(typed.n, 64), typed.p);
    c->run((char *const[]){ask, NULL});
}

static void commands(str typed)
{
    for (size_t i = 0; i < cmd_count; i++) {
        word(typed, cmd_list[i].name, "");
    }
}

/* What may stand where the last word does. */
static void words(char *const *args)
{
    size_t n = 0;
    while (args[n]) {
        n++;
    }
    str typed = str_of(n > 0 ? args[n - 1] : "");
    const struct cmd *c = n > 1 ? cmd_lookup(str_of(args[0])) : NULL;
    if (n <= 1) {
        commands(typed);
    } else if (c && str_has_prefix(typed, STR("-"))) {
        flags(c, typed);
    } else if (c && strcmp(c->name, "help") == 0) {
        commands(typed);
        for (size_t i = 0; cmd_topic(i); i++) {
            word(typed, cmd_topic(i), "");
        }
    } else if (c && strcmp(c->name, "completion") == 0) {
        for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
            word(typed, scripts[i].shell, "");
        }
    } else if (c && strcmp(c->name, "explain") == 0) {
        size_t n_rules;
        const struct report_rule *rules = report_rules(&n_rules);
        for (size_t i = 0; i < n_rules; i++) {
            word(typed, rules[i].code, "");
        }
    }
}

int cmd_completion(char *const *args)
{
    bool ask = false;
    const struct cmd_flag table[] = {{"words", CMD_FLAG_BOOL, &ask}};
    int status;
    if (args[0] && strcmp(args[0], "-words") == 0) { /* what follows is not for us, whatever it looks like */
        words(args + 1);
        return BASE_EXIT_CLEAN;
    }
    int at = cmd_flags("completion", table, ARRAY_LEN(table), args, &status);
    if (at < 0) {
        return status;
    }
    for (size_t i = 0; args[at] && !args[at + 1] && i < ARRAY_LEN(scripts); i++) {
        if (strcmp(args[at], scripts[i].shell) == 0) {
            return cmd_print(str_of(scripts[i].script)) ? BASE_EXIT_CLEAN : BASE_EXIT_FAILURE;
        }
    }
    return cmd_usage("completion", "one of bash, zsh, fish is wanted");
}
