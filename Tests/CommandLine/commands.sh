#!/bin/sh
# The command line of the Rust `cedar` with another program in its place: every subcommand, its flags
# long and short, its exit codes and what scripts read of its output.
#
#   sh Tests/CommandLine/commands.sh [PROGRAM]       default: .build/release/writ
#
# One line a case:  t CODE PATTERN ARGUMENT…
# runs the program and compares its exit code; PATTERN is a basic regular expression that a line of
# standard output must match, '' when nothing is asked of it, '-' when there must be none.
#   piped FILE CODE PATTERN ARGUMENT…   the same with a file on standard input
#   own CODE PATTERN ARGUMENT…          what only writ has: left out for a program called cedar
# A command that the program does not have is said to be left out.
# The expectations are those of the Rust command line 4.12, read from its sources and tests.
set -eu

program=$(realpath "${1:-.build/release/writ}")
samples=$(realpath "$(dirname "$0")/library")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$samples/." "$work/"
cd "$work"

passed=0
failed=0
input=/dev/null

t() {
    code=$1 pattern=$2
    shift 2
    actual=0
    "$program" "$@" <"$input" >"$work/.out" 2>"$work/.err" || actual=$?
    verdict=ok
    [ "$actual" -eq "$code" ] || verdict="exit code $actual instead of $code"
    case $pattern in
    '') ;;
    -) [ ! -s "$work/.out" ] || verdict="unexpected output" ;;
    *) grep -q -e "$pattern" "$work/.out" || verdict="no line matches '$pattern'" ;;
    esac
    if [ "$verdict" = ok ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n  %s\n' "$*" "$verdict"
        sed 's/^/  | /' "$work/.out" "$work/.err"
    fi
}

piped() {
    input=$1
    shift
    t "$@"
    input=/dev/null
}

own() {
    case $(basename "$program") in
    cedar*) ;;
    *) t "$@" ;;
    esac
}

ada='User::"ada"' ben='User::"ben"' cy='User::"cy"' zoe='User::"zoe"'
borrow='Action::"borrow"' read='Action::"read"' enter='Action::"enter"'
emma='Book::"emma"' lent='Book::"lent"' hall='Room::"hall"'
world='-p policies.cedar --entities entities.json'

# authorize: decisions
t 0 '^ALLOW$' authorize $world -l "$ada" -a "$borrow" -r "$emma"
t 0 '^ALLOW$' authorize --policies policies.cedar --entities entities.json --principal "$ada" --action "$borrow" --resource "$emma"
t 0 '^$' authorize $world -l "$ada" -a "$borrow" -r "$emma"
t 2 '^DENY$' authorize $world -l "$ada" -a "$borrow" -r "$lent"
t 2 '^DENY$' authorize $world -l "$ben" -a "$borrow" -r "$emma"
t 0 '^ALLOW$' authorize $world -l "$cy" -a "$borrow" -r "$lent"
t 2 '^DENY$' authorize $world -l "$zoe" -a "$read" -r "$emma"
t 0 '^  members-borrow$' authorize $world -l "$ada" -a "$borrow" -r "$emma" -v
t 2 '^  suspended$' authorize $world -l "$ben" -a "$borrow" -r "$emma" --verbose
t 2 '^note: no policies applied to this request$' authorize $world -l "$zoe" -a "$read" -r "$emma" -v
t 0 '^Authorization Time (micro seconds) : [0-9][0-9]*$' authorize $world -l "$ada" -a "$borrow" -r "$emma" -t
t 0 '^Authorization Time' authorize $world -l "$ada" -a "$borrow" -r "$emma" --timing --verbose
t 0 '^ALLOW$' authorize $world --request-json request-allow.json
t 2 '^DENY$' authorize $world --request-json request-deny.json
t 0 '^  evenings$' authorize $world -l "$ada" -a "$enter" -r "$hall" -c evening.json -v
t 0 '^ALLOW$' authorize $world -l "$ada" -a "$enter" -r "$hall" --context evening.json
t 2 '^DENY$' authorize $world -l "$ada" -a "$enter" -r "$hall"
piped policies.cedar 0 '^ALLOW$' authorize --entities entities.json --request-json request-allow.json
t 0 'erring' authorize -p erring.cedar --entities entities.json --request-json request-allow.json
t 0 '^ALLOW$' authorize -p policies.json --policy-format json --entities entities.json --request-json request-allow.json
t 2 '^DENY$' authorize -p policies.json --policy-format json --entities entities.json --request-json request-deny.json
t 0 '^ALLOW$' authorize -p policy.json --policy-format=json --entities=entities.json --request-json=request-allow.json
t 0 '^ALLOW$' authorize -p linked.json --policy-format json --entities entities.json --request-json request-allow.json
t 0 '^  ada-reads$' authorize -p templates.cedar -k links.json --entities entities.json -l "$ada" -a "$read" -r "$emma" -v
t 2 '^DENY$' authorize -p templates.cedar --template-linked links.json --entities entities.json -l "$zoe" -a "$read" -r "$emma"
t 2 '^DENY$' authorize -p templates.cedar --entities entities.json -l "$ben" -a "$read" -r "$emma"

# authorize: with a schema, data is read by its types and must conform
t 0 '^ALLOW$' authorize $world -s schema.cedarschema --request-json request-allow.json
t 0 '^ALLOW$' authorize $world --schema schema.json --schema-format json --request-json request-allow.json
t 0 '^  from-inside$' authorize $world -s schema.cedarschema -l "$ada" -a "$enter" -r "$hall" -c inside.json -v
t 2 '^DENY$' authorize $world -l "$ada" -a "$enter" -r "$hall" -c inside.json
t 1 '' authorize $world -s schema.cedarschema -l "$ada" -a "$borrow" -r "$hall"
t 2 '^DENY$' authorize $world -s schema.cedarschema -l "$ada" -a "$borrow" -r "$hall" --request-validation false
t 1 '' authorize $world -s schema.cedarschema -l "$ada" -a "$borrow" -r "$hall" --request-validation=true
t 1 '' authorize $world -s schema.cedarschema --request-json request-nonconforming.json
t 2 '^DENY$' authorize $world --request-json request-nonconforming.json
t 1 '' authorize -p policies.cedar --entities nonconforming.json -s schema.cedarschema --request-json request-allow.json
t 1 '' authorize $world -s bad.cedarschema --request-json request-allow.json
t 1 '' authorize $world -s bad-schema.json --schema-format json --request-json request-allow.json
t 1 '' authorize $world -s schema.json --schema-format cedar --request-json request-allow.json
t 1 '' authorize $world -s schema.cedarschema --schema-format json --request-json request-allow.json
t 1 '' authorize $world -s no-such.cedarschema --request-json request-allow.json

# authorize: failures
t 1 '' authorize -p no-such.cedar --entities entities.json --request-json request-allow.json
t 1 '' authorize -p policies.cedar --entities no-such.json --request-json request-allow.json
t 1 '' authorize -p syntax-error.cedar --entities entities.json --request-json request-allow.json
t 1 '' authorize -p same-id.cedar --entities entities.json --request-json request-allow.json
t 1 '' authorize -p policies.cedar --entities broken.json --request-json request-allow.json
t 1 '' authorize -p policies.cedar --entities cycle.json --request-json request-allow.json
t 1 '' authorize $world --request-json no-such.json
t 1 '' authorize $world --request-json broken.json
t 1 '' authorize $world --request-json request-no-context.json
t 1 '' authorize $world --request-json request-no-action.json
t 1 '' authorize $world --request-json request-no-entity.json
t 1 '' authorize $world -l ada -a "$borrow" -r "$emma"
t 1 '' authorize $world -l "$ada" -a borrow -r "$emma"
t 1 '' authorize $world -l "$ada" -a "$borrow" -r emma
t 1 '' authorize $world -l "$ada" -a "$borrow"
t 1 '' authorize $world
t 1 '' authorize $world -l "$ada" -a "$enter" -r "$hall" -c no-such.json
t 1 '' authorize $world -l "$ada" -a "$enter" -r "$hall" -c broken-context.json
t 1 '' authorize $world -l "$ada" -a "$enter" -r "$hall" -c list-context.json
t 1 '' authorize -p templates.cedar -k no-such.json --entities entities.json --request-json request-allow.json
t 1 '' authorize -p templates.cedar -k links-half.json --entities entities.json --request-json request-allow.json
t 1 '' authorize -p policies.cedar --policy-format json --entities entities.json --request-json request-allow.json
t 1 '' authorize -p bad-policy.json --policy-format json --entities entities.json --request-json request-allow.json
t 1 '' authorize -p no-policy.json --policy-format json --entities entities.json --request-json request-allow.json
piped /dev/null 2 '^DENY$' authorize --entities entities.json --request-json request-allow.json

# authorize: wrong usage
t 2 - authorize -p policies.cedar --request-json request-allow.json
t 2 - authorize $world --request-json request-allow.json -l "$ada"
t 2 - authorize $world --request-json request-allow.json --context evening.json
t 2 - authorize $world --request-json request-allow.json --no-such-flag
t 2 - authorize $world --request-json request-allow.json --policy-format yaml
t 2 - authorize $world --request-json request-allow.json --request-validation maybe
t 2 - authorize $world --request-json
t 0 'request-json' authorize --help
own 0 '^{"decision":"allow","reason":\["members-borrow"\],"errors":\[\]}$' authorize $world --request-json request-allow.json --json
own 2 '^DENY$' authorize -p erring.cedar --entities entities.json --request-json request-allow.json --strict

# evaluate
in_world='--entities entities.json --request-json request-allow.json'
t 0 '^7$' evaluate $in_world '1 + 2 * 3'
t 0 '^$' evaluate $in_world '1 + 2 * 3'
t 0 '^true$' evaluate $in_world 'principal in Group::"members"'
t 0 '^2$' evaluate $in_world 'resource.copies'
t 0 '^User::"ada"$' evaluate $in_world 'resource.author'
t 0 '^"good"$' evaluate $in_world 'if 10 > 5 then "good" else "bad"'
t 0 '^true$' evaluate $in_world '["a", true, 10].contains(10)'
t 0 '^\[true, 1, "a"\]$' evaluate $in_world '["a", 1, true]'
t 0 '^{"a b": 1, "c": \[\]}$' evaluate $in_world '{c: [], "a b": 1}'
t 0 '^"it\\.s \\"so\\"\\n"$' evaluate $in_world '"it'"'"'s \"so\"\n"'
t 0 '^true$' evaluate $in_world 'ip("127.0.0.1").isLoopback()'
t 0 '^false$' evaluate -l "$zoe" -a "$read" -r "$emma" 'principal has name'
t 0 '^20$' evaluate -l "$ada" -a "$enter" -r "$hall" -c evening.json 'context.hour'
t 0 '^true$' evaluate -l "$ada" -a "$enter" -r "$hall" -c inside.json -s schema.cedarschema 'context.address.isIpv4()'
t 1 '' evaluate -l "$ada" -a "$enter" -r "$hall" -c inside.json 'context.address.isIpv4()'
t 1 '' evaluate -l "$ada" -a "$borrow" -r "$hall" -s schema.cedarschema 'true'
t 0 '^true$' evaluate -l "$ada" -a "$borrow" -r "$hall" -s schema.cedarschema --request-validation false 'true'
t 1 '' evaluate $in_world 'parse error'
t 1 '' evaluate $in_world '1 + "one"'
t 1 '' evaluate $in_world 'principal.name'
t 1 '' evaluate $in_world '9223372036854775807 + 1'
t 1 '' evaluate --request-json no-such.json 'true'
t 1 '' evaluate --request-json request-allow.json --entities no-such.json 'true'
t 1 '' evaluate --request-json request-allow.json --schema bad.cedarschema 'true'
t 1 '' evaluate -l "$ada" 'true'
t 2 - evaluate $in_world
t 2 - evaluate $in_world '1' '2'
t 2 - evaluate $in_world --no-such-flag '1'
own 0 '^7$' evaluate '1 + 2 * 3'
own 1 - evaluate 'principal'
own 0 '^{"value":\[1,2\]}$' evaluate --json '[2, 1]'

# validate
t 0 'validation passed' validate -p policies.cedar -s schema.cedarschema
t 0 'validation passed' validate --policies policies.cedar --schema schema.cedarschema --schema-format cedar
t 0 'validation passed' validate -p policies.cedar -s schema.json --schema-format json
t 0 '' validate -p policies.cedar -s schema.cedarschema --deny-warnings
t 0 '' validate -p policies.cedar -s schema.cedarschema --validation-mode strict
t 0 '' validate -p policies.json --policy-format json -s schema.cedarschema
t 0 '' validate -p templates.cedar -k links.json -s schema.cedarschema
piped policies.cedar 0 '' validate -s schema.cedarschema
t 3 'validation failed' validate -p misspelled.cedar -s schema.cedarschema
t 3 'validation failed' validate -p unguarded.cedar -s schema.cedarschema
piped misspelled.cedar 3 '' validate -s schema.cedarschema
t 0 'validation passed' validate -p impossible.cedar -s schema.cedarschema
t 3 'validation failed' validate -p impossible.cedar -s schema.cedarschema --deny-warnings
t 0 '' validate -p far.cedar -s schema.cedarschema
t 0 '' validate -p far.cedar -s schema.cedarschema --level 2
t 3 '' validate -p far.cedar -s schema.cedarschema --level 1
t 3 '' validate -p far.cedar -s schema.cedarschema --level=0
t 1 '' validate -p policies.cedar -s schema.cedarschema --validation-mode partial
t 1 '' validate -p no-such.cedar -s schema.cedarschema
t 1 '' validate -p policies.cedar -s no-such.cedarschema
t 1 '' validate -p syntax-error.cedar -s schema.cedarschema
t 1 '' validate -p policies.cedar -s bad.cedarschema
t 1 '' validate -p policies.cedar -s bad-schema.json --schema-format json
t 1 '' validate -p policies.cedar -s schema.cedarschema --schema-format json
t 1 '' validate -p templates.cedar -k links-half.json -s schema.cedarschema
t 2 - validate -p policies.cedar
t 2 - validate -p policies.cedar -s schema.cedarschema --level far
t 2 - validate -p policies.cedar -s schema.cedarschema --validation-mode lax
t 2 - validate -p policies.cedar -s schema.cedarschema --no-such-flag
own 0 '' validate -p policies.cedar -s schema.json
own 0 '' validate -p policies.cedar -s schema.cedarschema --validation-mode permissive
own 0 '^{"valid":true,"findings":\[\]}$' validate -p policies.cedar -s schema.cedarschema --json

# check-parse
t 0 - check-parse -p policies.cedar
t 0 - check-parse --policies templates.cedar
t 0 - check-parse -p templates.cedar -k links.json
t 0 - check-parse -p policies.json --policy-format json
t 0 - check-parse -p policy.json --policy-format json
t 0 - check-parse --expression 'principal.age > 17'
t 0 - check-parse -s schema.cedarschema
t 0 - check-parse -s schema.json --schema-format json
t 0 - check-parse --entities entities.json
t 0 - check-parse -s schema.cedarschema --entities entities.json -p policies.cedar --expression 1
piped policies.cedar 0 - check-parse
piped policies.json 0 - check-parse --policy-format json
piped syntax-error.cedar 1 '' check-parse
t 1 '' check-parse -p syntax-error.cedar
t 1 '' check-parse -p same-id.cedar
t 1 '' check-parse -p no-such.cedar
t 1 '' check-parse -p templates.cedar -k links-half.json
t 1 '' check-parse -p policies.cedar --policy-format json
t 1 '' check-parse -p bad-policy.json --policy-format json
t 1 '' check-parse --expression '1 +'
t 1 '' check-parse -s bad.cedarschema
t 1 '' check-parse -s bad-schema.json --schema-format json
t 1 '' check-parse -s schema.json --schema-format cedar
t 1 '' check-parse --entities broken.json
t 1 '' check-parse --entities cycle.json
t 0 - check-parse --entities nonconforming.json
t 1 '' check-parse --entities nonconforming.json -s schema.cedarschema
t 1 '' check-parse -p policies.cedar --entities no-such.json
t 2 - check-parse --no-such-flag
own 1 '^{"parses":false,"errors":\[{"message":' check-parse -p syntax-error.cedar --json

# How errors are written
t 1 '^{"message":.*"severity": *"error".*"filename":' -f json check-parse -p syntax-error.cedar
t 1 '^{"message":' check-parse -p syntax-error.cedar --error-format json
t 1 '' check-parse -p syntax-error.cedar -f plain
t 1 '' check-parse -p syntax-error.cedar --error-format=human
t 2 - check-parse -p syntax-error.cedar -f loud
export CEDAR_ERROR_FORMAT=json
t 1 '^{"message":' check-parse -p syntax-error.cedar
t 1 '' check-parse -p syntax-error.cedar -f plain
export CEDAR_ERROR_FORMAT=loud
t 2 - check-parse -p policies.cedar
unset CEDAR_ERROR_FORMAT

# link
: >made.json
reader='--template-id reader'
slots='{"?principal": "User::\"ben\"", "?resource": "Shelf::\"novels\""}'
t 0 '^Template-linked policy added: ' link -p templates.cedar -k made.json $reader -n ben-reads -a "$slots"
t 0 '^  ben-reads$' authorize -p templates.cedar -k made.json --entities entities.json -l "$ben" -a "$read" -r "$emma" -v
t 1 '' link -p templates.cedar -k made.json $reader -n ben-reads -a "$slots"
t 0 '^Template-linked policy added: ' link --policies templates.cedar --template-linked made.json $reader --new-id again --arguments "$slots"
t 0 '' link -p templates.cedar $reader -n elsewhere -a "$slots"
t 0 '' link -p linked.json --policy-format json --template-id reader -n other -a '{"?principal": "User::\"ben\""}'
t 1 '' link -p no-such.cedar -k made.json $reader -n x -a "$slots"
t 1 '' link -p templates.cedar --template-id nobody -n x -a "$slots"
t 1 '' link -p templates.cedar --template-id owner -n x -a "$slots"
t 1 '' link -p templates.cedar $reader -n x -a '{"?principal": "User::\"ben\""}'
t 1 '' link -p templates.cedar $reader -n x -a '{"?principal": "invalid", "?resource": "Shelf::\"novels\""}'
t 1 '' link -p templates.cedar $reader -n owner -a "$slots"
t 1 '' link -p templates.cedar -k broken.json $reader -n x -a "$slots"
t 2 - link -p templates.cedar $reader -n x -a '{"?action": "Action::\"read\""}'
t 2 - link -p templates.cedar $reader -n x -a 'no json'
t 2 - link -p templates.cedar $reader -n x
t 2 - link -p templates.cedar -n x -a "$slots"
own 0 '^{"id":"x","template":"reader","policy":"' link -p templates.cedar $reader -n x -a "$slots" --json

# translate-policy
t 0 '^{.*"staticPolicies":{.*"members-borrow":' translate-policy --direction cedar-to-json -p policies.cedar
t 0 '"templates":{.*"reader":' translate-policy --direction cedar-to-json --policies templates.cedar
t 0 '^permit' translate-policy --direction json-to-cedar -p policies.json
t 0 '^permit' translate-policy --direction json-to-cedar -p policy.json
piped policies.cedar 0 '"staticPolicies"' translate-policy --direction cedar-to-json
piped policies.json 0 '^permit' translate-policy --direction=json-to-cedar
t 1 - translate-policy --direction json-to-cedar -p linked.json
t 1 - translate-policy --direction json-to-cedar -p policies.cedar
t 1 - translate-policy --direction json-to-cedar -p bad-policy.json
t 1 - translate-policy --direction json-to-cedar -p no-policy.json
t 1 - translate-policy --direction cedar-to-json -p syntax-error.cedar
t 1 - translate-policy --direction cedar-to-json -p no-such.cedar
t 2 - translate-policy --direction sideways -p policies.cedar
t 2 - translate-policy -p policies.cedar

# translate-schema
t 0 '"entityTypes"' translate-schema --direction cedar-to-json -s schema.cedarschema
t 0 '^entity User in \[Group\]' translate-schema --direction json-to-cedar --schema schema.json
piped schema.cedarschema 0 '"entityTypes"' translate-schema --direction cedar-to-json
piped schema.json 0 '^entity' translate-schema --direction=json-to-cedar
t 0 '"entityTypes"' translate-schema --direction cedar-to-json -s bad.cedarschema
t 0 '^entity' translate-schema --direction json-to-cedar -s bad-schema.json
t 1 - translate-schema --direction cedar-to-json -s schema.json
t 1 - translate-schema --direction json-to-cedar -s schema.cedarschema
t 1 - translate-schema --direction cedar-to-json -s syntax-error.cedar
t 1 - translate-schema --direction json-to-cedar -s broken.json
t 1 - translate-schema --direction cedar-to-json -s no-such.cedarschema
t 2 - translate-schema --direction sideways -s schema.json
t 2 - translate-schema -s schema.json
t 2 - translate-schema --direction cedar-to-json -s schema.cedarschema --no-such-flag

# format
t 0 '^permit (principal, action, resource)$' format -p unformatted.cedar
t 0 '^when { 1 == 1 };$' format --policies unformatted.cedar
piped unformatted.cedar 0 '^permit (principal, action, resource)$' format
t 0 '^    principal in' format -p policies.cedar --line-width 40 --indent-width 4
t 0 '^ principal in' format -p policies.cedar -l 40 -i 1
t 1 '' format --check -p unformatted.cedar
piped unformatted.cedar 1 '' format -c
cp unformatted.cedar written.cedar
t 0 - format --write -p written.cedar
t 0 '' format -c -p written.cedar
cp unformatted.cedar written.cedar
t 0 - format -w -p written.cedar
t 0 '' format --check --policies written.cedar
t 1 - format -w -p syntax-error.cedar
t 1 '' format -p syntax-error.cedar
t 1 '' format -p no-such.cedar
piped syntax-error.cedar 1 '' format
t 2 - format --write
t 2 - format -w -c -p unformatted.cedar
t 2 - format -l wide -p unformatted.cedar
t 2 - format --no-such-flag -p unformatted.cedar

# run-tests
t 0 '^results: 2 passed, 0 failed$' run-tests -p policies.cedar --tests tests.json
t 0 '^running 2 test(s)$' run-tests -p policies.cedar --tests tests.json
t 0 '^  test a member borrows ... ok$' run-tests --policies policies.cedar --tests tests.json -s schema.cedarschema
t 0 '^results: 2 passed' run-tests -p policies.cedar --tests tests.json --schema schema.json --schema-format json
piped policies.cedar 0 '^results: 2 passed' run-tests --tests tests.json
t 1 '^results: 1 passed, 1 failed$' run-tests -p policies.cedar --tests tests-unmet.json
t 1 '^  test everyone borrows ... fail: ' run-tests -p policies.cedar --tests tests-unmet.json
t 1 'missing reason(s): `staff`' run-tests -p policies.cedar --tests tests-reason.json
t 0 '^results: 1 passed' run-tests -p policies.cedar --tests tests-nonconforming.json
t 1 '^  test a room is borrowed ... error' run-tests -p policies.cedar --tests tests-nonconforming.json -s schema.cedarschema
t 1 '^results: 0 passed, 2 failed$' run-tests -p misspelled.cedar --tests tests.json -s schema.cedarschema
t 1 '^results: 0 passed, 2 failed$' run-tests -p impossible.cedar --tests tests.json -s schema.cedarschema
t 1 '' run-tests -p no-such.cedar --tests tests.json
t 1 '' run-tests -p policies.cedar --tests no-such.json
t 1 '' run-tests -p policies.cedar --tests broken.json
t 1 '' run-tests -p policies.cedar --tests tests-no-list.json
t 1 '' run-tests -p syntax-error.cedar --tests tests.json
t 1 '' run-tests -p policies.cedar --tests tests.json -s bad.cedarschema
t 2 - run-tests -p policies.cedar
t 2 - run-tests -p policies.cedar --tests tests.json --no-such-flag
own 0 '^{"passed":2,"failed":0,"tests":\[{"name":"a member borrows","outcome":"ok"},' run-tests -p policies.cedar --tests tests.json --json

# compile
own 0 '^5 policies compiled: ' compile -p policies.cedar
own 0 '^permit `members-borrow`, policies.cedar:2$' compile -p policies.cedar --explain -s schema.cedarschema
own 0 '^  runs for  every request of action `Action::"borrow"`, alone$' compile -p policies.cedar --policy suspended
own 0 '^  hint      no index key of its own; add a resource or principal' compile -p policies.cedar --policy suspended
own 0 '"runsFor":"requests whose principal is or is in `Group::' compile -p policies.cedar --policy staff --json
own 1 - compile -p policies.cedar --policy no-such-policy
own 1 - compile -p syntax-error.cedar
own 1 - compile -p policies.cedar -s bad.cedarschema
own 3 '' compile -p misspelled.cedar -s schema.cedarschema
own 2 - compile -p policies.cedar --no-such-flag

# new
t 0 - new --name started
t 0 '' validate -p started/policy.cedar -s started/schema.cedarschema.json --schema-format json
t 0 - check-parse --entities started/entities.json -s started/schema.cedarschema.json --schema-format json
t 1 '' new --name started
t 0 - new -n second
t 1 '' new -n no/such/folder
t 2 - new
own 0 '^results: 4 passed, 0 failed$' run-tests -p started/policy.cedar --tests started/tests.json -s started/schema.cedarschema.json

# The rest
t 0 '^Cedar language version: 4' language-version
t 0 '' --help
t 0 '' --version
t 0 '' -V
t 0 '' help authorize
t 2 - no-such-command
t 2 - --no-such-flag

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
