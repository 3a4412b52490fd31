// swift-format-ignore: a table; verdicts recorded from cedar-policy 4.12.0, words are Writ's own
enum EntityTexts {
    static let schema = """
        entity G; entity U in [G] { e?: G, d?: decimal, i?: ipaddr, t?: datetime, u?: duration, s?: Set<decimal>, r?: {a: decimal, b?: Long}, l?: Long, st?: String, se?: Set<G>, ss?: Set<String>, ac?: Action, en?: E, b?: Bool } tags decimal;
        entity E enum ["x"]; entity T;
        action g; action h in [g]; action v in [h] appliesTo {principal: U, resource: U, context: {d?: decimal, l?: Long}};
        """

    static let invalid: [SchemaRefusal] = [
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"__expr":"G::\"x\"","type":"G","id":"x"}},"parents":[]}]"#,
            [#"entity `U::"a"`: `__expr` is not supported any more: use `__entity`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":"G::\"x\""},"parents":[]}]"#,
            [#"entity `U::"a"`: expected an entity: `{"type": "User", "id": "alice"}`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"type":"T","id":"x"}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected an entity of type `G`, found `T::"x"`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"type":"ZZ","id":"x"}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected an entity of type `G`, found `ZZ::"x"`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":5},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `decimal`, as a string or as `__extn`, found a number"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":null},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `decimal`, as a string or as `__extn`, found null"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":"x"},"parents":[]}]"#,
            [#"entity `U::"a"`: "x" is no valid `decimal`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"fn":"ip","arg":"1.1.1.1"}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `decimal`, found an object"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"b":{"fn":"isLoopback","arg":"127.0.0.1"}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `Bool`, found an object"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"b":{"__extn":{"fn":"isLoopback","arg":"127.0.0.1"}}},"parents":[]}]"#,
            [#"entity `U::"a"`: `isLoopback` cannot be evaluated on these arguments"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"l":{"fn":"toDays","arg":"1d"}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `Long`, found an object"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"l":{"__extn":{"fn":"toDays","arg":"1d"}}},"parents":[]}]"#,
            [#"entity `U::"a"`: `toDays` cannot be evaluated on these arguments"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"st":{"__extn":{"fn":"decimal","arg":"1.0"}}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `String`, found an object"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"s":"1.0"},"parents":[]}]"#,
            [#"entity `U::"a"`: expected a set, as an array, found a string"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"s":{}},"parents":[]}]"#,
            [#"entity `U::"a"`: expected a set, as an array, found an object"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"a":"1.0","c":1}},"parents":[]}]"#,
            [#"entity `U::"a"`: the schema declares no attribute `c`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"b":1}},"parents":[]}]"#,
            [#"entity `U::"a"`: the attribute `a` is required and missing"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"__entity":{"type":"G","id":"x"}}},"parents":[]}]"#,
            [#"entity `U::"a"`: the schema declares no attribute `__entity`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"__expr":"x"}},"parents":[]}]"#,
            [#"entity `U::"a"`: the schema declares no attribute `__expr`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"l":"1"},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `Long`, found a string"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"st":1},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `String`, found a number"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"ss":[1]},"parents":[]}]"#,
            [#"entity `U::"a"`: expected `String`, found a number"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"zz":1},"parents":[]}]"#,
            [#"entity `U::"a"`: the schema declares no attribute `zz`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"ac":{"type":"Action","id":"zz"}},"parents":[]}]"#,
            [#"entity `U::"a"`: attribute `ac`: the schema declares no action `Action::"zz"`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{"en":{"type":"E","id":"y"}},"parents":[]}]"#,
            [#"entity `U::"a"`: attribute `en`: "y" is no id of the enumerated type `E`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"tags":{"x":1}}]"#,
            [#"entity `U::"a"`: expected `decimal`, as a string or as `__extn`, found a number"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"T","id":"x"}]}]"#,
            [
                #"entity `U::"a"`: the schema does not let the type `U` be below `T`, found the ancestor `T::"x"`"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"E","id":"y"}]}]"#,
            [
                #"entity `U::"a"`: the schema does not let the type `U` be below `E`, found the ancestor `E::"y"`"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"v"},"attrs":{},"parents":[{"type":"Action","id":"h"}]}]"#,
            [
                #"entity `Action::"v"`: the schema makes the action a member of `Action::"g"` also; leave actions out, the schema adds them"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"v"},"attrs":{},"parents":[{"type":"Action","id":"h"},{"type":"Action","id":"g"}]},{"uid":{"type":"Action","id":"h"},"attrs":{},"parents":[]}]"#,
            [
                #"entity `Action::"h"`: the schema makes the action a member of `Action::"g"` also; leave actions out, the schema adds them"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"zz"},"attrs":{},"parents":[]}]"#,
            [#"the schema declares no action `Action::"zz"`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"g"},"attrs":{},"parents":[{"type":"Action","id":"v"}]}]"#,
            [
                #"entity `Action::"g"`: the schema does not make the action a member of `Action::"v"`; leave actions out, the schema adds them"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"g"},"attrs":{"a":1},"parents":[]}]"#,
            [#"entity `Action::"g"`: the schema declares no attribute `a`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"Action","id":"g"},"attrs":{},"parents":[],"tags":{"a":1}}]"#,
            [
                #"entity `Action::"g"`: the tag `a` cannot be: the schema declares no tags for this type"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"E","id":"y"},"attrs":{},"parents":[]}]"#,
            [#"entity `E::"y"`: "y" is no id of the enumerated type `E`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"E","id":"x"},"attrs":{"a":1},"parents":[]}]"#,
            [#"entity `E::"x"`: the schema declares no attribute `a`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"E","id":"x"},"attrs":{},"parents":[{"type":"G","id":"x"}]}]"#,
            [
                #"entity `E::"x"`: the schema does not let the type `E` be below `G`, found the ancestor `G::"x"`"#
            ]),
        SchemaRefusal(
            #"[{"uid":{"type":"E","id":"x"},"attrs":{},"parents":[],"tags":{"a":1}}]"#,
            [#"entity `E::"x"`: the tag `a` cannot be: the schema declares no tags for this type"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"ZZ","id":"x"},"attrs":{},"parents":[]}]"#,
            [#"the schema declares no entity type `ZZ`"#]),
        SchemaRefusal(
            #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"Action","id":"v"}]}]"#,
            [
                #"entity `U::"a"`: the schema does not let the type `U` be below `Action`, found the ancestor `Action::"v"`"#
            ]),
        SchemaRefusal(
            #"{}"#,
            [#"entities must be an array"#]),
        SchemaRefusal(
            #"[5]"#,
            [#"an entity must be an object with `uid`, `attrs` and `parents`"#]),
    ]

    static let valid: [String] = [
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"type":"G","id":"x"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"__entity":{"type":"G","id":"x"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"__entity":{"type":"G","id":"x"},"zz":1}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"__entity":{"type":"G","id":"x"},"type":"G"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"__entity":5,"type":"G","id":"x"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"type":"G","id":"x","q":null}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"e":{"type":"G","id":"x","q":{"__expr":"f"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":"1.0"},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"fn":"decimal","arg":"1.0"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"fn":"decimal","args":["1.0"]}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"__extn":{"fn":"decimal","arg":"1.0"}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"__extn":{"fn":"decimal","arg":"1.0"},"x":1}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"fn":"decimal","arg":"1.0","x":1}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"fn":"decimal","arg":"1.0","args":["1.0"]}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"d":{"__extn":{"fn":"decimal","arg":"1.0","x":1}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"t":{"fn":"offset","args":["2024-01-01","1d"]}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"t":{"__extn":{"fn":"offset","args":["2024-01-01","1d"]}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"t":{"fn":"offset","args":[{"fn":"datetime","arg":"2024-01-01"},{"__extn":{"fn":"duration","arg":"1d"}}]}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"b":{"__extn":{"fn":"isLoopback","arg":{"__extn":{"fn":"ip","arg":"127.0.0.1"}}}}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"u":{"fn":"toTime","arg":"2024-01-01"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"u":{"fn":"durationSince","args":["2024-01-01","2024-01-01"]}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"s":["1.0",{"fn":"decimal","arg":"1.0"}]},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"a":"1.0"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"r":{"a":"1.0","b":1}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"se":[{"type":"G","id":"x"},{"__entity":{"type":"G","id":"x"}}]},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"ac":{"type":"Action","id":"v"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{"en":{"type":"E","id":"x"}},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"tags":{"x":"1.0"}}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"G","id":"x"}]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"__entity":{"type":"G","id":"x"},"z":1}]}]"#,
        #"[{"uid":{"type":"Action","id":"v"},"attrs":{},"parents":[{"type":"Action","id":"h"},{"type":"Action","id":"g"}]}]"#,
        #"[{"uid":{"type":"Action","id":"v"},"attrs":{},"parents":[{"type":"Action","id":"h"}]},{"uid":{"type":"Action","id":"h"},"attrs":{},"parents":[{"type":"Action","id":"g"}]}]"#,
        #"[{"uid":{"type":"Action","id":"g"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"Action","id":"g"},"attrs":{},"parents":[],"tags":{}}]"#,
        #"[{"uid":{"type":"E","id":"x"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"__entity":{"type":"U","id":"a"},"x":1},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[]},{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[]}]"#,
        #"[{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"zz":1}]"#,
    ]
}
