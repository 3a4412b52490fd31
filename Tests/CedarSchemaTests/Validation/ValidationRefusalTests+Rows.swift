import CedarSchema
import CedarSyntax

extension ValidationRefusalTests {
    static let conditions = [
        Row(
            when: #"1"#,
            [
                #"1:62 expected `Bool`, found `Long`"#
            ]),
        Row(
            when: #"principal.nmae == "x""#,
            [
                #"1:62 `User` has no attribute `nmae` | did you mean `name`?"#
            ]),
        Row(
            when: #"principal["nick name"] == "x""#,
            [
                #"1:62 `User` has no attribute `nick name`"#
            ]),
        Row(
            when: #"principal.email like "*@example.com""#,
            [
                #"1:62 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"principal has email || principal.email == """#,
            [
                #"1:85 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"!(principal has email) && principal.email == """#,
            [
                #"1:88 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"!!(principal has email) && principal.email == """#,
            [
                #"1:89 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"(principal has email) == true && principal.email == """#,
            [
                #"1:95 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"{a: principal has email}.a && principal.email == """#,
            [
                #"1:92 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"(if principal has email then true else false) || principal.email == """#,
            [
                #"1:111 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"(principal has email || principal has manager) && principal.email == """#,
            [
                #"1:112 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"principal has manager && principal.manager.email == """#,
            [
                #"1:87 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            when: #"principal has manager.email && principal.manager.manager has age"#,
            [
                #"1:93 the attribute `manager` of `User` is optional and may be missing | "#
                    + #"test for it first: `… has manager && …`"#
            ]),
        Row(
            when: #"context.device.os.name == "x""#,
            [
                #"1:62 the attribute `os` of `{id: String, os?: {name: String}}` is optional "#
                    + #"and may be missing | test for it first: `… has os && …`"#
            ]),
        Row(
            when: #"context has device.os && context.device.os.version == "1""#,
            [
                #"1:87 `{name: String}` has no attribute `version`"#
            ]),
        Row(
            when: #"principal.address.zip == "1""#,
            [
                #"1:62 the attribute `zip` of `{city: String, zip?: String}` is optional and "#
                    + #"may be missing | test for it first: `… has zip && …`"#
            ]),
        Row(
            when: #"principal.getTag("teams").contains("a")"#,
            [
                #"1:62 the tag of `User` may be missing | test for it first: `….hasTag(key) "#
                    + #"&& …`, with the same key"#
            ]),
        Row(
            when: #"principal.hasTag("teams") && principal.getTag("roles").contains("a")"#,
            [
                #"1:91 the tag of `User` may be missing | test for it first: `….hasTag(key) "#
                    + #"&& …`, with the same key"#
            ]),
        Row(
            when: #"principal.hasTag("teams") && principal.manager.getTag("teams").contains("a")"#,
            [
                #"1:91 the attribute `manager` of `User` is optional and may be missing | "#
                    + #"test for it first: `… has manager && …`"#
            ]),
        Row(
            when: #"resource.hasTag("a") || resource.getTag("a") == 1"#,
            [
                #"1:86 entities of the type `Photo` have no tags | declare them in the "#
                    + #"schema: `entity … tags Type;`"#
            ]),
        Row(
            when: #"principal.hasTag(1)"#,
            [
                #"1:79 expected `String`, found `Long`"#
            ]),
        Row(
            when: #"context.hasTag("a")"#,
            [
                #"1:62 expected an entity, found `record` | only entities have tags; to test "#
                    + #"a record for an attribute write `has`"#
            ]),
        Row(
            when: #"principal.name + 1 == 2"#,
            [
                #"1:62 expected `Long`, found `String` | texts cannot be joined"#
            ]),
        Row(
            when: #"-principal.name == 2"#,
            [
                #"1:63 expected `Long`, found `String`"#
            ]),
        Row(
            when: #"principal.tries - 1 == 2"#,
            [
                #"1:62 expected `Long`, found `Set<Long>` | sets cannot be added or subtracted"#
            ]),
        Row(
            when: #"resource.taken + 1 == 2"#,
            [
                #"1:62 expected `Long`, found `datetime` | to move a datetime write "#
                    + #"`.offset(duration("…"))`"#
            ]),
        Row(
            when: #"principal.age < "3""#,
            [
                #"1:78 expected `Long`, found `String` | `<` compares values of one type"#
            ]),
        Row(
            when: #"principal.name > "a""#,
            [
                #"1:62 expected `Long`, `datetime` or `duration`, found `String`"#,
                #"1:79 expected `Long`, `datetime` or `duration`, found `String`"#,
            ]),
        Row(
            when: #"principal.score <= decimal("1.0")"#,
            [
                #"1:62 expected `Long`, `datetime` or `duration`, found `decimal` | decimals "#
                    + #"are compared by methods: `.lessThan(…)` and the like"#,
                #"1:81 expected `Long`, `datetime` or `duration`, found `decimal` | decimals "#
                    + #"are compared by methods: `.lessThan(…)` and the like"#,
            ]),
        Row(
            when: #""a" < principal.age"#,
            [
                #"1:62 expected `Long`, found `String` | `<` compares values of one type"#
            ]),
        Row(
            when: #"resource.taken < duration("1h")"#,
            [
                #"1:79 expected `datetime`, found `duration` | `<` compares values of one type"#
            ]),
        Row(
            when: #"principal.age == "3""#,
            [
                #"1:62 `==` compares `Long` with `String`"#
            ]),
        Row(
            when: #"principal != context"#,
            [
                #"1:62 `!=` compares `User` with `record`"#
            ]),
        Row(
            when: #"principal.tries == ["a"]"#,
            [
                #"1:62 `==` compares `Set<Long>` with `Set<String>`"#
            ]),
        Row(
            when: #"context.device == {id: "a"}"#,
            [
                #"1:62 `==` compares `{id: String, os?: {name: String}}` with `{id: String}` "#
                    + #"| only one of the records has the attribute `os`"#
            ]),
        Row(
            when: #"{a: 1} == {a: principal.name}"#,
            [
                #"1:62 `==` compares `{a: Long}` with `{a: String}` | the attribute `a` is "#
                    + #"`Long` in one record and `String` in the other"#
            ]),
        Row(
            when: #"principal.name.contains("a")"#,
            [
                #"1:62 expected a set, found `String` | to search in a text write `like "*…*"`"#
            ]),
        Row(
            when: #"principal.contains(resource)"#,
            [
                #"1:62 expected a set, found `User` | to test whether an entity is below "#
                    + #"another write `in`"#
            ]),
        Row(
            when: #"context.contains(1)"#,
            [
                #"1:62 expected a set, found `record` | to test for an attribute write `has`"#
            ]),
        Row(
            when: #"principal.tries.contains("a")"#,
            [
                #"1:62 `contains` compares elements of the type `Long` with `String`"#
            ]),
        Row(
            when: #"[principal].contains(resource)"#,
            [
                #"1:62 `contains` compares elements of the type `User` with `Photo`"#
            ]),
        Row(
            when: #"principal.tries.containsAll(1)"#,
            [
                #"1:90 expected a set, found `Long` | to test for one element write "#
                    + #"`.contains(…)`"#
            ]),
        Row(
            when: #"principal.tries.containsAny(["a"])"#,
            [
                #"1:62 `containsAny` compares `Set<Long>` with `Set<String>`"#
            ]),
        Row(
            when: #"principal.name.isEmpty()"#,
            [
                #"1:62 expected a set, found `String` | to test for an empty text write `== "#
                    + #"""`"#
            ]),
        Row(
            when: #"principal.age like "*""#,
            [
                #"1:62 expected `String`, found `Long`"#
            ]),
        Row(
            when: #"principal like "*""#,
            [
                #"1:62 expected `String`, found `User` | to test an entity's type write `is`"#
            ]),
        Row(
            when: #"principal.tries has name"#,
            [
                #"1:62 expected an entity or a record, found `Set<Long>` | to test for an "#
                    + #"element of a set write `.contains(…)`"#
            ]),
        Row(
            when: #"principal.name has first"#,
            [
                #"1:62 expected an entity or a record, found `String` | to search in a text "#
                    + #"write `like "*…*"`"#
            ]),
        Row(
            when: #"principal has name.first"#,
            [
                #"1:62 expected an entity or a record before `.first`, found `String` | to "#
                    + #"search in a text write `like "*…*"`"#
            ]),
        Row(
            when: #"principal.name is User"#,
            [
                #"1:62 expected an entity, found `String` | `is` tests the type of entities "#
                    + #"only"#
            ]),
        Row(
            when: #"principal.name in Group::"a""#,
            [
                #"1:62 expected an entity, found `String` | `in` is for the hierarchy of "#
                    + #"entities; to search in a set write `.contains(…)`"#
            ]),
        Row(
            when: #"principal in principal.name"#,
            [
                #"1:75 expected an entity or a set of entities, found `String` | to search in "#
                    + #"a text write `like "*…*"`"#
            ]),
        Row(
            when: #"principal in [1]"#,
            [
                #"1:75 expected an entity or a set of entities, found `Set<Long>` | to search "#
                    + #"in a set write `.contains(…)`"#
            ]),
        Row(
            when: #"principal in context.device"#,
            [
                #"1:75 expected an entity or a set of entities, found `{id: String, os?: "#
                    + #"{name: String}}`"#
            ]),
        Row(
            when: #"1 in resource"#,
            [
                #"1:62 expected an entity, found `Long` | `in` is for the hierarchy of "#
                    + #"entities; to search in a set write `.contains(…)`"#
            ]),
        Row(
            when: #"[] == principal.tries"#,
            [
                #"1:62 the empty set `[]` has no type | to test for an empty set write "#
                    + #"`.isEmpty()`"#
            ]),
        Row(
            when: #"[1, "a", 2, true].contains(1)"#,
            [
                #"1:66 the elements of a set must be of one type: `Long` before, `String` here"#
            ]),
        Row(
            when: #"[principal, resource].contains(principal)"#,
            [
                #"1:74 the elements of a set must be of one type: `User` before, `Photo` here"#
            ]),
        Row(
            when: #"[{a: 1}, {a: 1, b: 2}].contains({a: 1})"#,
            [
                #"1:71 the elements of a set must be of one type: `{a: Long}` before, `{a: "#
                    + #"Long, b: Long}` here | only one of the records has the attribute `b`"#
            ]),
        Row(
            when: #"(if principal.age > 3 then 1 else "a") == 1"#,
            [
                #"1:62 the branches of `if` are of different types: `Long` and `String`"#
            ]),
        Row(
            when: #"if 1 then true else false"#,
            [
                #"1:65 expected `Bool`, found `Long`"#
            ]),
        Row(
            when: #"true && 1"#,
            [
                #"1:70 expected `Bool`, found `Long`"#
            ]),
        Row(
            when: #"false || "a""#,
            [
                #"1:71 expected `Bool`, found `String`"#
            ]),
        Row(
            when: #"!principal.age"#,
            [
                #"1:63 expected `Bool`, found `Long`"#
            ]),
        Row(
            when: #"ip(principal.name).isLoopback()"#,
            [
                #"1:65 `ip` takes a literal text only | let the schema give the attribute the "#
                    + #"type `ipaddr`"#
            ]),
        Row(
            when: #"ip("300.0.0.1").isLoopback()"#,
            [
                #"1:65 "300.0.0.1" is not a valid `ip` | an address or a range: "#
                    + #"`ip("10.0.0.1")`, `ip("10.0.0.0/8")`"#
            ]),
        Row(
            when: #"decimal("1").lessThan(principal.score)"#,
            [
                #"1:70 "1" is not a valid `decimal` | one to four digits after the point: "#
                    + #"`decimal("1.5")`"#
            ]),
        Row(
            when: #"datetime("2024-02-30") < resource.taken"#,
            [
                #"1:71 "2024-02-30" is not a valid `datetime` | a date, or date and time with "#
                    + #"an offset: `datetime("2024-05-31")`, `datetime("2024-05-31T08:30:00Z")`"#
            ]),
        Row(
            when: #"duration("1w") < duration("1d")"#,
            [
                #"1:71 "1w" is not a valid `duration` | days, hours, minutes, seconds, "#
                    + #"milliseconds: `duration("1h30m")`"#
            ]),
        Row(
            when: #"decimal(1).lessThan(principal.score)"#,
            [
                #"1:70 expected `String`, found `Long`"#
            ]),
        Row(
            when: #"ip().isIpv4()"#,
            [
                #"1:62 `ip` takes one argument, found 0"#
            ]),
        Row(
            when: #"context.ip.isInRange()"#,
            [
                #"1:62 `isInRange` takes one argument, found 0"#
            ]),
        Row(
            when: #"context.ip.isIpv4(1)"#,
            [
                #"1:62 `isIpv4` takes no argument, found 1"#
            ]),
        Row(
            when: #"principal.score.lessThan(1)"#,
            [
                #"1:87 expected `decimal`, found `Long`"#
            ]),
        Row(
            when: #"resource.taken.offset(1) == resource.taken"#,
            [
                #"1:84 expected `duration`, found `Long`"#
            ]),
        Row(
            when: #"principal.isIpv4()"#,
            [
                #"1:62 expected `ipaddr`, found `User`"#
            ]),
        Row(
            when: #"principal == Usr::"a""#,
            [
                #"1:75 the schema declares no entity type `Usr` | did you mean `User`?"#
            ]),
        Row(
            when: #"principal is Usr"#,
            [
                #"1:62 the schema declares no entity type `Usr` | did you mean `User`?"#
            ]),
        Row(
            when: #"principal is Item"#,
            [
                #"1:62 the schema declares no entity type `Item` | did you mean `Shop::Item`?"#
            ]),
        Row(
            when: #"resource.color == Color::"rde""#,
            [
                #"1:80 "rde" is no id of the enumerated type `Color` | did you mean "#
                    + #"`Color::"red"`?"#
            ]),
        Row(
            when: #"resource.color == Color::"ultraviolet""#,
            [
                #"1:80 "ultraviolet" is no id of the enumerated type `Color` | its ids are "#
                    + #"`"blue"`, `"red"`"#
            ]),
        Row(
            when: #"action == Action::"veiw""#,
            [
                #"1:72 the schema declares no action `Action::"veiw"` | did you mean "#
                    + #"`Action::"view"`?"#
            ]),
        Row(
            when: #"action == Action::"buy""#,
            [
                #"1:72 the schema declares no action `Action::"buy"` | did you mean "#
                    + #"`Shop::Action::"buy"`?"#
            ]),
        Row(
            when: #"action == Other::Action::"x""#,
            [
                #"1:72 the schema declares no action `Other::Action::"x"`"#
            ]),
        Row(
            when: #"false && principal == Usr::"a""#,
            [
                #"1:84 the schema declares no entity type `Usr` | did you mean `User`?"#
            ]),
        Row(
            when: #"principal.nmae == "x" && principal.agee > 3"#,
            [
                #"1:62 `User` has no attribute `nmae` | did you mean `name`?"#,
                #"1:87 `User` has no attribute `agee` | did you mean `age`?"#,
            ]),
    ]

    static let scopes = [
        Row(
            #"permit(principal == Usr::"a", action, resource);"#,
            [
                #"1:8 the schema declares no entity type `Usr` | did you mean `User`?"#
            ]),
        Row(
            #"permit(principal, action, resource is Photos);"#,
            [
                #"1:27 the schema declares no entity type `Photos` | did you mean `Photo`?"#
            ]),
        Row(
            #"permit(principal is Shop::User, action, resource);"#,
            [
                #"1:8 the schema declares no entity type `Shop::User` | did you mean `User`?"#
            ]),
        Row(
            #"permit(principal in Color::"green", action, resource);"#,
            [
                #"1:8 "green" is no id of the enumerated type `Color` | its ids are `"blue"`, "#
                    + #"`"red"`"#
            ]),
        Row(
            #"permit(principal, action == Action::"vew", resource);"#,
            [
                #"1:19 the schema declares no action `Action::"vew"` | did you mean "#
                    + #"`Action::"view"`?"#
            ]),
        Row(
            #"permit(principal, action in [Action::"view", Action::"nope"], resource);"#,
            [
                #"1:19 the schema declares no action `Action::"nope"`"#
            ]),
        Row(
            #"permit(principal, action in [], resource);"#,
            [
                #"1:19 the empty set `[]` has no type | name the actions, or write `action` "#
                    + #"alone for any"#,
                #"1:19 the scope matches no request: no action satisfies it"#,
            ]),
        Row(
            #"permit(principal, action in [Action::"view", Shop::Action::"buy"], resource);"#,
            [
                #"1:19 the elements of a set must be of one type: `Action` before, "#
                    + #"`Shop::Action` here | write one policy for each namespace of actions"#
            ]),
        Row(
            #"permit(principal == Group::"g", action, resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"`==` names this entity only; for those below it write `principal in "#
                    + #"Group::"g"`"#
            ]),
        Row(
            #"permit(principal == Photo::"p", action, resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"the actions apply to principals of the types `Guest`, `User`"#
            ]),
        Row(
            #"permit(principal, action, resource in Album::"a") when { resource.nope };"#,
            [
                #"1:58 `Album` has no attribute `nope` | this is so for the action "#
                    + #"`Action::"list"` of a `Guest` on a `Album`"#,
                #"1:58 `Photo` has no attribute `nope` | this is so for the action "#
                    + #"`Action::"view"` of a `User` on a `Photo`"#,
            ]),
        Row(
            #"permit(principal, action == Action::"view", resource is Album);"#,
            [
                #"1:45 the scope matches no request: no action applies to such a resource | "#
                    + #"the actions apply to resources of the types `Photo`"#
            ]),
        Row(
            #"permit(principal is Guest, action == Action::"view", resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"the actions apply to principals of the types `User`"#
            ]),
        Row(
            #"permit(principal is Guest, action, resource is Photo);"#,
            [
                #"1:8 the scope matches no request: no action applies to such principals and "#
                    + #"resources"#
            ]),
        Row(
            #"permit(principal, action in Action::"group", resource);"#,
            [
                #"1:19 the scope matches no request: its actions apply to nothing | give the "#
                    + #"action an `appliesTo` in the schema"#
            ]),
        Row(
            #"permit(principal, action == Action::"read", resource);"#,
            [
                #"1:19 the scope matches no request: its actions apply to nothing | give the "#
                    + #"action an `appliesTo` in the schema"#
            ]),
        Row(
            #"permit(principal is Guest in Group::"g", action, resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"the schema lets no `Guest` be in a `Group`"#
            ]),
        Row(
            #"permit(principal == Album::"a", action, resource == ?resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"the actions apply to principals of the types `Guest`, `User`"#
            ]),
        Row(
            #"permit(principal in ?principal, action, resource) when { principal.nmae == "x" "#
                + #"};"#,
            [
                #"1:58 `Guest` has no attribute `nmae` | did you mean `name`?"#,
                #"1:58 `User` has no attribute `nmae` | did you mean `name`?"#,
            ]),
        Row(
            #"permit(principal is Photo in ?principal, action, resource);"#,
            [
                #"1:8 the scope matches no request: no action applies to such a principal | "#
                    + #"the actions apply to principals of the types `Guest`, `User`"#
            ]),
        Row(
            #"permit(principal, action, resource) when { principal.name == "a" };"#,
            [
                #"1:44 `==` compares `Long` with `String` | this is so for the action "#
                    + #"`Action::"list"` of a `Guest` on a `Album`"#
            ]),
        Row(
            #"permit(principal, action, resource) when { principal.name == "a" } unless { "#
                + #"principal.age > 3 };"#,
            [
                #"1:44 `==` compares `Long` with `String` | this is so for the action "#
                    + #"`Action::"list"` of a `Guest` on a `Album`"#,
                #"1:77 `Guest` has no attribute `age` | this is so for the action "#
                    + #"`Action::"list"` of a `Guest` on a `Album`"#,
            ]),
        Row(
            #"permit(principal, action == Action::"view", resource) unless { principal has "#
                + #"email } when { principal.email == "" };"#,
            [
                #"1:93 the attribute `email` of `User` is optional and may be missing | test "#
                    + #"for it first: `… has email && …`"#
            ]),
        Row(
            #"permit(principal is Usr, action, resource) when { principal.nmae == "x" };"#,
            [
                #"1:8 the schema declares no entity type `Usr` | did you mean `User`?"#
            ]),
    ]
}
