#!/bin/bash
# test_workflow.sh: doc/workflow.yml is well formed, and its steps do in a repository what they say.
. "$(dirname "$0")/../lib.sh"
python=$(python_with yaml)
if [ -z "$python" ] || ! command -v git >/dev/null; then
    skip "workflow" "no Python with yaml (python3-yaml), or no git, here"
    finish
fi
# A shell function for each step that runs something.
"$python" - "$GOMM_ROOT/doc/workflow.yml" >"$lib_tmp/steps" <<'PY' || notok "workflow: read" "see the log"
import re, sys, yaml
doc = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
assert "pull_request" in doc[True] and doc["permissions"]["security-events"] == "write"  # YAML 1.1 takes "on" for true
for job in doc["jobs"].values():
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
        if "run" in step:
            name = re.sub(r"\W+", "_", step["name"].lower())
            command = step["run"].replace("${{ github.base_ref }}", "main")
            assert "${{" not in command
            print(f"{name}() {{\n{command}\n}}")
PY
. "$lib_tmp/steps"

mkdir "$lib_tmp/m" "$lib_tmp/bin" && ln -s "$GOMM" "$lib_tmp/bin/gomm" && cd "$lib_tmp/m" || exit 2
PATH=$lib_tmp/bin:$PATH
export GITHUB_WORKSPACE=$PWD GITHUB_STEP_SUMMARY=$lib_tmp/summary HOME=$lib_tmp
unset GOFLAGS
printf 'module example.org/m\n\ngo 1.19\n' >go.mod
printf 'package m\n\nfunc New() *int { return new(int) }\n' >m.go
git init -q . && git config user.email a@example.org && git config user.name a && git add . &&
    git commit -qm one && git update-ref refs/remotes/origin/main HEAD || notok "a repository" "git failed"
cat >new.go <<'GO'
package m

func Other() *[8]int { return new([8]int) }
GO
cat >m_test.go <<'GO'
package m

import "testing"

func TestRace(t *testing.T) {
	n := 0
	done := make(chan bool)
	go func() { n++; done <- true }()
	n++
	<-done
}
GO
expect "races and escapes" 1 races_and_escapes
contains "an annotation" "$lib_tmp/out" '^::error file=m_test\.go,line=(8|9),title=RACE01::'
contains "a summary" "$lib_tmp/summary" '^## gomm: [0-9]+ findings'
for file in result.json gomm.html; do
    if [ -s $file ]; then ok "$file is there"; else notok "$file is there" "it is not"; fi
done
expect "new escapes" 1 new_escapes
contains "the new one" "$lib_tmp/out" 'file=new\.go,line=3'
lacks "no old one" "$lib_tmp/out" 'file=m\.go'
expect "SARIF" 0 sarif
valid "SARIF" gomm.sarif
finish
