extension PolicyJSONAcceptanceTests {
    static let conditions = [
        Row(when: #"{"ip":[]}"#, "permit (principal, action, resource)\nwhen { ip() };"),
        Row(
            when: #"{"ip":[{"Value":1},{"Value":2}]}"#,
            "permit (principal, action, resource)\nwhen { ip(1, 2) };"),
        Row(when: #"{"isIpv4":[]}"#, "permit (principal, action, resource)\nwhen { isIpv4() };"),
        Row(
            when: #"{"isIpv4":[{"Value":1}]}"#,
            "permit (principal, action, resource)\nwhen { 1.isIpv4() };"),
        Row(
            when: #"{"lessThan":[{"Value":1}]}"#,
            "permit (principal, action, resource)\nwhen { 1.lessThan() };"),
        Row(
            when: #"{"Value":-9223372036854775808}"#,
            "permit (principal, action, resource)\nwhen { -9223372036854775808 };"),
        Row(
            when: #"{"Value":{"__entity":{"type":"U","id":"x","z":1}}}"#,
            "permit (principal, action, resource)\nwhen { U::\"x\" };"),
        Row(
            when: #"{"Value":{"__entity":{"type":"U"}}}"#,
            "permit (principal, action, resource)\nwhen { {__entity: {type: \"U\"}} };"),
        Row(
            when: #"{"Value":{"__entity":1}}"#,
            "permit (principal, action, resource)\nwhen { {__entity: 1} };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","arg":"bad"}}}"#,
            "permit (principal, action, resource)\nwhen { ip(\"bad\") };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"offset","args":["a","b"]}}}"#,
            "permit (principal, action, resource)\nwhen { \"a\".offset(\"b\") };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","args":[]}}}"#,
            "permit (principal, action, resource)\nwhen { ip() };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"offset","args":[]}}}"#,
            "permit (principal, action, resource)\nwhen { offset() };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","arg":{"__entity":{"type":"U","id":"x"}}}}}"#,
            "permit (principal, action, resource)\nwhen { ip(U::\"x\") };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip"}}}"#,
            "permit (principal, action, resource)\nwhen { {__extn: {fn: \"ip\"}} };"),
        Row(
            when: #"{"Value":{"type":"U","id":"x"}}"#,
            "permit (principal, action, resource)\nwhen { {type: \"U\", id: \"x\"} };"),
        Row(
            when: #"{"Value":{"__entity":{"type":"U","id":"x"},"b":1}}"#,
            "permit (principal, action, resource)\nwhen { {__entity: {type: \"U\", id: \"x\"}, b: 1} };"
        ),
        Row(
            when: #"{"Var":"principal"}"#,
            "permit (principal, action, resource)\nwhen { principal };"),
        Row(
            when: #"{"Var":{"principal":null}}"#,
            "permit (principal, action, resource)\nwhen { principal };"),
        Row(
            when: #"{"!":{"arg":{"Value":true}}}"#,
            "permit (principal, action, resource)\nwhen { !true };"),
        Row(
            when: #"{"neg":{"arg":{"Value":1}}}"#,
            "permit (principal, action, resource)\nwhen { -(1) };"),
        Row(
            when: #"{"neg":{"arg":{"Value":-9223372036854775808}}}"#,
            "permit (principal, action, resource)\nwhen { -(-9223372036854775808) };"),
        Row(
            when: #"{"isEmpty":{"arg":{"Set":[]}}}"#,
            "permit (principal, action, resource)\nwhen { [].isEmpty() };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a"]}}"#,
            "permit (principal, action, resource)\nwhen { context has a };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a b"]}}"#,
            "permit (principal, action, resource)\nwhen { context has \"a b\" };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a b","c"]}}"#,
            "permit (principal, action, resource)\nwhen { context has \"a b\" && context[\"a b\"] has c };"
        ),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a","if"]}}"#,
            "permit (principal, action, resource)\nwhen { context has a && context.a has \"if\" };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a","b","c"]}}"#,
            "permit (principal, action, resource)\nwhen { context has a.b.c };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":"__cedar"}}"#,
            "permit (principal, action, resource)\nwhen { context has \"__cedar\" };"),
        Row(
            when: #"{".":{"left":{"Var":"context"},"attr":"__cedar"}}"#,
            "permit (principal, action, resource)\nwhen { context[\"__cedar\"] };"),
        Row(
            when:
                #"{"like":{"left":{"Var":"context"},"pattern":["Wildcard",{"Literal":"ab*"},{"Wildcard":null}]}}"#,
            "permit (principal, action, resource)\nwhen { context like \"*ab\\**\" };"),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":[]}}"#,
            "permit (principal, action, resource)\nwhen { context like \"\" };"),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":[{"Literal":""}]}}"#,
            "permit (principal, action, resource)\nwhen { context like \"\" };"),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"U"}}"#,
            "permit (principal, action, resource)\nwhen { principal is U };"),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"U","in":null}}"#,
            "permit (principal, action, resource)\nwhen { principal is U };"),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"U","in":{"Value":1}}}"#,
            "permit (principal, action, resource)\nwhen { principal is U in 1 };"),
        Row(
            when: #"{"if-then-else":{"if":{"Value":true},"then":{"Value":1},"else":{"Value":2}}}"#,
            "permit (principal, action, resource)\nwhen { if true then 1 else 2 };"),
        Row(when: #"{"Set":[]}"#, "permit (principal, action, resource)\nwhen { [] };"),
        Row(when: #"{"Record":{}}"#, "permit (principal, action, resource)\nwhen { {} };"),
        Row(
            when: #"{"Record":{"__entity":{"Value":{"type":"a"}}}}"#,
            "permit (principal, action, resource)\nwhen { {__entity: {type: \"a\"}} };"),
        Row(
            when: #"{"&&":{"left":{"Value":1},"right":{"Value":1}}}"#,
            "permit (principal, action, resource)\nwhen { 1 && 1 };"),
        Row(
            when: #"{"getTag":{"left":{"Var":"principal"},"right":{"Value":1}}}"#,
            "permit (principal, action, resource)\nwhen { principal.getTag(1) };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","arg":1,"args":[2]}}}"#,
            "permit (principal, action, resource)\nwhen { ip(1) };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","args":2}}}"#,
            "permit (principal, action, resource)\nwhen { {__extn: {fn: \"ip\", args: 2}} };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":1,"arg":1}}}"#,
            "permit (principal, action, resource)\nwhen { {__extn: {fn: 1, arg: 1}} };"),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","args":[2],"x":1}}}"#,
            "permit (principal, action, resource)\nwhen { ip(2) };"),
        Row(
            when: #"{"Value":{"__expr":1}}"#,
            "permit (principal, action, resource)\nwhen { {__expr: 1} };"),
        Row(
            when: #"{"Value":{"__expr":"1","a":1}}"#,
            "permit (principal, action, resource)\nwhen { {__expr: \"1\", a: 1} };"),
        Row(
            when: #"{"Value":{"__entity":["T","x"]}}"#,
            "permit (principal, action, resource)\nwhen { {__entity: [\"T\", \"x\"]} };"),
        Row(
            when: #"{"Value":{"__extn":["ip","1"]}}"#,
            "permit (principal, action, resource)\nwhen { {__extn: [\"ip\", \"1\"]} };"),
        Row(
            when: #"{"Value":"\u0000"}"#, "permit (principal, action, resource)\nwhen { \"\\0\" };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":"a","x":1.5}}"#,
            "permit (principal, action, resource)\nwhen { context has a };"),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":"a","x":null}}"#,
            "permit (principal, action, resource)\nwhen { context has a };"),
    ]

    static let policies = [
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"all"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All","x":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"},"x":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"},"slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"__entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x","z":2}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"__entity":{"type":"U","id":"x"},"z":1}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"in","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal in U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal is U, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":null},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal is U, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"entity":{"type":"U","id":"x"},"x":1}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":["All"],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"all"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All","x":1},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"Action","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action == Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"NS::Action","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action == NS::Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"Action","id":"x"},"x":1},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action == Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entity":{"type":"Action","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entities":[]},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in [], resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entities":[{"type":"Action","id":"x"}]},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in [Action::"x"], resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entity":{"type":"Action","id":"x"},"entities":[]},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entities":[],"x":1},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in [], resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entity":{"type":"NS::Action","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action in NS::Action::"x", resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":{"when":null},"body":{"Value":true}}]}"#,
            "permit (principal, action, resource)\nwhen { true };"),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[["when",{"Value":true}]]}"#,
            "permit (principal, action, resource)\nwhen { true };"),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{}}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"a":null,"b":"x"}}"#,
            "@a\n@b(\"x\")\npermit (principal, action, resource);"),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"if":"x"}}"#,
            "@if(\"x\")\npermit (principal, action, resource);"),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"__cedar":"x"}}"#,
            "@__cedar(\"x\")\npermit (principal, action, resource);"),
        Row(
            policy:
                #"{"effect":{"permit":null},"principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"forbid","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"forbid (principal, action, resource);"#),
        Row(
            policy: #"["permit",{"op":"All"},{"op":"All"},{"op":"All"},[],{}]"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy: #"["permit",{"op":"All"},{"op":"All"},{"op":"All"},[]]"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":["U","x"]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"slot":null,"entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"__entity":["U","x"]}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"__entity":1,"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":["all"],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"in","entity":{"type":"U","id":"x"},"slot":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal in U::"x", action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":["All"],"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":["__entity","x"]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            #"permit (principal == __entity::"x", action, resource);"#),
    ]

    static let sets = [
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"all"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"All","x":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"All","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"},"x":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == ?principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x"},"slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"__entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":"x","z":2}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"__entity":{"type":"U","id":"x"},"z":1}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"in","entity":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal in U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"in","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal in ?principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"slot":"?principal"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U in ?principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U","in":null},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"entity":{"type":"U","id":"x"},"x":1}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":["All"],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"==","slot":"?resource"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource == ?resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"is","entity_type":"U","in":{"slot":"?resource"}},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource is U in ?resource);"#),
        Row(set: #"{"templates":{},"staticPolicies":{},"templateLinks":[]}"#, ""),
        Row(set: #"[{},{},[]]"#, ""),
        Row(
            set:
                #"{"templates":{"":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == ?principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"a":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"__entity":{"type":"U","id":"x"}}}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[["t","l",{"?principal":{"type":"U","id":"x"}}]]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"b","newId":"l","values":{"?principal":{"type":"U","id":"x"},"?resource":{"type":"U","id":"x"}}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x","z":1}}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal == ?principal, action, resource in ?resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":["U","x"]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"slot":null,"entity":{"type":"U","id":"x"}}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal is U in U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"__entity":["U","x"]}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"==","entity":{"__entity":1,"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":["all"],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"in","entity":{"type":"U","id":"x"},"slot":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal in U::"x", action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"All"},"action":["All"],"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"p":{"effect":"permit","principal":{"op":"=="  ,"slot":{"?principal":null}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            #"permit (principal == ?principal, action, resource);"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"g":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":["U","x"]}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal, action, resource);"
        ),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"g":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[{"templateId":"g","newId":"l","values":{}}]}"#,
            "permit (principal == ?principal, action, resource);\n\npermit (principal, action, resource);"
        ),
    ]
}
