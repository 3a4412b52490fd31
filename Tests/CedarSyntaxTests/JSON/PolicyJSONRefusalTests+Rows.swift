extension PolicyJSONRefusalTests {
    static let conditions = [
        Row(when: #"{}"#, 0, #"an expression is an object with one key, the operator, not none"#),
        Row(when: #"[]"#, 0, #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(when: #"1"#, 0, #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(when: #"null"#, 0, #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(when: #""a""#, 0, #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(
            when: #"{"Value":1,"Var":"principal"}"#, 11,
            #"an expression is an object with one key, the operator: here are `Value` and `Var`"#),
        Row(when: #"{"Foo":1}"#, 1, #"`Foo` is no operator and no extension function"#),
        Row(when: #"{"ip":1}"#, 6, #"`ip` needs an array of expressions"#),
        Row(when: #"{"foo":[]}"#, 1, #"`foo` is no operator and no extension function"#),
        Row(
            when: #"{"error":[{"Value":"a"}]}"#, 1,
            #"`error` is no operator and no extension function"#),
        Row(when: #"{"Value":null}"#, 9, #"null is no Cedar value: leave the member out instead"#),
        Row(
            when: #"{"Value":1.0}"#, 9,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
        Row(
            when: #"{"Value":1e2}"#, 9,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
        Row(
            when: #"{"Value":-0}"#, 9,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
        Row(
            when: #"{"Value":9223372036854775808}"#, 9,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
        Row(
            when: #"{"Value":{"__expr":"1"}}"#, 9,
            #"`__expr` is not supported any more: use `__extn`"#),
        Row(
            when: #"{"Value":{"__entity":{"type":"if","id":"x"}}}"#, 29,
            #"`if` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"Value":[1,[2,{"a":null}]]}"#, 20,
            #"null is no Cedar value: leave the member out instead"#),
        Row(
            when: #"{"Var":"foo"}"#, 7,
            #"a variable is `principal`, `action`, `resource` or `context`"#),
        Row(
            when: #"{"Var":{"principal":{}}}"#, 7,
            #"a variable is `principal`, `action`, `resource` or `context`"#),
        Row(
            when: #"{"Var":1}"#, 7, #"a variable is `principal`, `action`, `resource` or `context`"#
        ),
        Row(
            when: #"{"Var":"?principal"}"#, 7,
            #"a variable is `principal`, `action`, `resource` or `context`"#),
        Row(
            when: #"{"Slot":"?principal"}"#, 0,
            #"a slot cannot stand in a condition: compare it in the policy's scope"#),
        Row(
            when: #"{"Slot":"?foo"}"#, 0,
            #"a slot cannot stand in a condition: compare it in the policy's scope"#),
        Row(when: #"{"!":[{"Value":true}]}"#, 5, #"`!` must be an object"#),
        Row(when: #"{"!":{"Value":true}}"#, 6, #"`!` has no member `Value`"#),
        Row(when: #"{"!":{"arg":{"Value":true},"x":1}}"#, 27, #"`!` has no member `x`"#),
        Row(when: #"{"!":{}}"#, 5, #"`!` has no `arg`"#),
        Row(when: #"{"!":null}"#, 5, #"`!` must be an object"#),
        Row(when: #"{"==":{"left":{"Value":1}}}"#, 6, #"`==` has no `right`"#),
        Row(
            when: #"{"==":{"left":{"Value":1},"right":{"Value":1},"z":1}}"#, 46,
            #"`==` has no member `z`"#),
        Row(when: #"{"==":[{"Value":1},{"Value":2}]}"#, 6, #"`==` must be an object"#),
        Row(when: #"{"==":[{"Value":1}]}"#, 6, #"`==` must be an object"#),
        Row(when: #"{"==":[{"Value":1},{"Value":2},{"Value":3}]}"#, 6, #"`==` must be an object"#),
        Row(
            when: #"{"/":{"left":{"Value":1},"right":{"Value":1}}}"#, 1,
            #"`/` is no operator and no extension function"#),
        Row(
            when: #"{"%":{"left":{"Value":1},"right":{"Value":1}}}"#, 1,
            #"`%` is no operator and no extension function"#),
        Row(when: #"{"-":{"arg":{"Value":1}}}"#, 6, #"`-` has no member `arg`"#),
        Row(when: #"{"isEmpty":[{"Set":[]}]}"#, 11, #"`isEmpty` must be an object"#),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":[]}}"#, 40,
            #"`has` needs at least one attribute"#),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":1}}"#, 40,
            #"an attribute's name must be a string"#),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":[1]}}"#, 41,
            #"an attribute's name must be a string"#),
        Row(when: #"{"has":[{"Var":"context"},"a"]}"#, 7, #"`has` must be an object"#),
        Row(when: #"{"has":[{"Var":"context"},["a","b"]]}"#, 7, #"`has` must be an object"#),
        Row(
            when: #"{".":{"left":{"Var":"context"},"attr":["a"]}}"#, 38,
            #"an attribute's name must be a string"#),
        Row(
            when: #"{".":{"left":{"Var":"context"},"attr":1}}"#, 38,
            #"an attribute's name must be a string"#),
        Row(when: #"{".":[{"Var":"context"},"a"]}"#, 5, #"`.` must be an object"#),
        Row(when: #"{".":{"attr":"a"}}"#, 5, #"`.` has no `left`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":"a*"}}"#, 44,
            #"a pattern must be an array of `"Wildcard"` and `{"Literal": "…"}`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":["Literal"]}}"#, 45,
            #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":["x"]}}"#, 45,
            #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":[{"Literal":1}]}}"#, 45,
            #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":[{"Literal":"a","x":1}]}}"#, 45,
            #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(when: #"{"like":{"left":{"Var":"context"}}}"#, 8, #"`like` has no `pattern`"#),
        Row(
            when: #"{"like":{"left":{"Var":"context"},"pattern":[{}]}}"#, 45,
            #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"U V"}}"#, 48,
            #"`U V` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":" U"}}"#, 48,
            #"` U` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":""}}"#, 48,
            #"`` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"__cedar"}}"#, 48,
            #"`__cedar` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"A::__cedar"}}"#, 48,
            #"`A::__cedar` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":"A:: B"}}"#, 48,
            #"`A:: B` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"is":{"left":{"Var":"principal"},"entity_type":1}}"#, 48,
            #"an entity type's name must be a string"#),
        Row(when: #"{"is":{"left":{"Var":"principal"}}}"#, 6, #"`is` has no `entity_type`"#),
        Row(when: #"{"is":[{"Var":"principal"},"U"]}"#, 6, #"`is` must be an object"#),
        Row(when: #"{"is":[{"Var":"principal"},"U",null]}"#, 6, #"`is` must be an object"#),
        Row(
            when:
                #"{"is":{"left":{"Var":"principal"},"entity_type":"U","in":{"Slot":"?principal"}}}"#,
            57, #"a slot cannot stand in a condition: compare it in the policy's scope"#),
        Row(
            when: #"{"if-then-else":{"if":{"Value":true},"then":{"Value":1}}}"#, 16,
            #"`if-then-else` has no `else`"#),
        Row(
            when: #"{"if-then-else":[{"Value":true},{"Value":1},{"Value":2}]}"#, 16,
            #"`if-then-else` must be an object"#),
        Row(when: #"{"Set":{}}"#, 7, #"`Set` needs an array of expressions"#),
        Row(
            when: #"{"Set":[1]}"#, 8, #"an expression must be an object, as `{"Var": "principal"}`"#
        ),
        Row(when: #"{"Record":[]}"#, 10, #"`Record` needs an object of expressions"#),
        Row(
            when: #"{"Record":{"a":1}}"#, 15,
            #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(
            when: #"{"Record":{"a":{"Value":1},"a":{"Value":2}}}"#, 27,
            #"the object already has a member of this name: remove one"#),
        Row(
            when: #"{"Value":{"a":1,"a":2}}"#, 16,
            #"the object already has a member of this name: remove one"#),
        Row(when: #"{"contains":[{"Value":1},{"Value":1}]}"#, 12, #"`contains` must be an object"#),
        Row(
            when: #"{"&&":{"left":{"Value":1},"right":1}}"#, 34,
            #"an expression must be an object, as `{"Var": "principal"}`"#),
        Row(when: #"{"Error":1}"#, 1, #"`Error` is no operator and no extension function"#),
        Row(
            when: #"{"decimal":[{"Value":"1.0"}],"ip":[]}"#, 29,
            #"an expression is an object with one key, the operator: here are `decimal` and `ip`"#),
        Row(when: #"{"NS::ip":[]}"#, 1, #"`NS::ip` is no operator and no extension function"#),
        Row(
            when: #"{"variadicIsInRange":[]}"#, 1,
            #"`variadicIsInRange` is no operator and no extension function"#),
        Row(when: #"{"Value":true},"x":1"#, 15, #"a condition has no member `x`"#),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":"a","attr":"b"}}"#, 44,
            #"the object already has a member of this name: remove one"#),
        Row(
            when: #"{"has":{"left":{"Var":"context"},"attr":["a",1]}}"#, 45,
            #"an attribute's name must be a string"#),
        Row(when: #"{"has":{"attr":"a"}}"#, 7, #"`has` has no `left`"#),
        Row(when: #"{"has":{"left":{"Var":"context"}}}"#, 7, #"`has` has no `attr`"#),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","arg":null}}}"#, 36,
            #"null is no Cedar value: leave the member out instead"#),
        Row(
            when: #"{"Value":{"__extn":null}}"#, 19,
            #"null is no Cedar value: leave the member out instead"#),
        Row(
            when: #"{"Value":{"__entity":{"type":"","id":"x"}}}"#, 29,
            #"`` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"Value":{"__entity":{"type":"A::if","id":"x"}}}"#, 29,
            #"`A::if` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"Value":{"__entity":{"type":"A ::B","id":"x"}}}"#, 29,
            #"`A ::B` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            when: #"{"Value":[{"__extn":{"fn":"ip","args":[{"__expr":"a"}]}}]}"#, 39,
            #"`__expr` is not supported any more: use `__extn`"#),
        Row(
            when: #"{"Value":"\ud800"}"#, 10,
            #"a `\u` escape names half of a surrogate pair: write both halves, or the character"#),
        Row(when: #"{"Value":tru}"#, 12, #"expected `true`, `false` or `null`, found `}`"#),
        Row(when: #"{"Value":01}"#, 10, #"a number has a leading zero"#),
        Row(
            when: #"{"Value":1,}"#, 11,
            #"expected a member name in quotes after the comma, found `}`: remove the comma before it"#
        ),
        Row(
            when:
                #"{"like":{"left":{"Var":"context"},"pattern":[{"Literal":"a"},{"Wildcard":1}]}}"#,
            61, #"a pattern's element is `"Wildcard"` or `{"Literal": "…"}`"#),
        Row(
            when: #"{"Var":["principal"]}"#, 7,
            #"a variable is `principal`, `action`, `resource` or `context`"#),
        Row(
            when: #"{"Value":[null]}"#, 10, #"null is no Cedar value: leave the member out instead"#
        ),
        Row(
            when: #"{"Value":{"__entity":{"type":"U","id":null}}}"#, 38,
            #"null is no Cedar value: leave the member out instead"#),
        Row(
            when: #"{"Value":{"__entity":{"type":"U","id":"x","n":1.5}}}"#, 46,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
        Row(
            when: #"{"Value":{"__extn":{"fn":"ip","arg":"x","n":[{"a":-0}]}}}"#, 50,
            #"a number must be an integer from -9223372036854775808 to 9223372036854775807; write others as `decimal`"#
        ),
    ]

    static let policies = [
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"ALL"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            37, #"the operator must be `All`, `==`, `in` or `is`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"the scope has no `op`: `All`, `==`, `in` or `is`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":null,"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"a scope must be an object, as `{"op": "All"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":"All","action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"a scope must be an object, as `{"op": "All"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"=="},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"the scope has no `entity` and no `slot` to compare with"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","slot":"?resource"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            49, #"the slot here must be `?principal`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","slot":"principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            49, #"the slot here must be `?principal`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":"U::\"x\""},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"__expr":"U::\"x\""}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"`__expr` is not supported any more: use `__entity`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"an entity needs the member `id`, a string"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U V","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            59,
            #"`U V` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":{"type":"U","id":1}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"an entity needs the member `id`, a string"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"in","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"in","entities":[]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"the scope has no `entity` and no `slot` to compare with"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"slot":"?principal"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"slot":"?resource"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"the slot here must be `?principal`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            65, #"the scope has no `entity` and no `slot` to compare with"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":{"type":"U","id":"x"}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            65, #"the scope has no `entity` and no `slot` to compare with"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","x":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            60, #"`is` has no member `x`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U V"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            56,
            #"`U V` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"`is` has no `entity_type`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"<"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            37, #"the operator must be `All`, `==`, `in` or `is`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            37, #"the operator must be `All`, `==`, `in` or `is`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":["==",{"entity":{"type":"U","id":"x"}}],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"a scope must be an object, as `{"op": "All"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":["is","U"],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"a scope must be an object, as `{"op": "All"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"if"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            56,
            #"`if` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":1},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            56, #"an entity type's name must be a string"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"U","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"`U::"x"` is no action: its type must be `Action` or end so"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":{"type":"Action::NS","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"`Action::NS::"x"` is no action: its type must be `Action` or end so"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","slot":"?action"},"resource":{"op":"All"},"conditions":[]}"#,
            53, #"`==` on the action has no `entity`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","slot":"?principal"},"resource":{"op":"All"},"conditions":[]}"#,
            53, #"`==` on the action has no `entity`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entity":{"type":"U","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"`U::"x"` is no action: its type must be `Action` or end so"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entities":[{"type":"Action","id":"x"},{"type":"U","id":"x"}]},"resource":{"op":"All"},"conditions":[]}"#,
            103, #"`U::"x"` is no action: its type must be `Action` or end so"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entities":{"type":"Action","id":"x"}},"resource":{"op":"All"},"conditions":[]}"#,
            75, #"`entities` must be an array of actions"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in"},"resource":{"op":"All"},"conditions":[]}"#,
            53, #"`in` on the action has no `entity` and no `entities`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"is","entity_type":"Action"},"resource":{"op":"All"},"conditions":[]}"#,
            59, #"the operator on the action must be `All`, `==` or `in`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entities":[{"type":"Action","id":"x"}]},"resource":{"op":"All"},"conditions":[]}"#,
            53, #"`==` on the action has no `entity`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","slot":"?action"},"resource":{"op":"All"},"conditions":[]}"#,
            53, #"`in` on the action has no `entity` and no `entities`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"==","entity":"Action::\"x\""},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"==","slot":"?principal"},"conditions":[]}"#,
            95, #"the slot here must be `?resource`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"==","slot":"?resource"},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"is","entity_type":"U","in":{"slot":"?resource"}},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"x":1}"#,
            90, #"a policy has no member `x`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":{}}"#,
            103, #"`conditions` must be an array"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{}]}"#,
            104, #"a condition has no `kind`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when"}]}"#,
            104, #"a condition has no `body`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"body":{"Value":true}}]}"#,
            104, #"a condition has no `kind`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"if","body":{"Value":true}}]}"#,
            112, #"a condition's kind is `when` or `unless`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":null}"#,
            103, #"`conditions` must be an array"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":null}"#,
            120, #"`annotations` must be an object of strings"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":[]}"#,
            120, #"`annotations` must be an object of strings"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"a":1}}"#,
            125, #"the annotation `a` must be a string or null"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"a b":"x"}}"#,
            121,
            #"`a b` cannot name an annotation: it needs letters, digits and `_`, no digit first"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"":"x"}}"#,
            121, #"`` cannot name an annotation: it needs letters, digits and `_`, no digit first"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"a":"x","a":"y"}}"#,
            129, #"the object already has a member of this name: remove one"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"a::b":"y"}}"#,
            121,
            #"`a::b` cannot name an annotation: it needs letters, digits and `_`, no digit first"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{"1a":"y"}}"#,
            121,
            #"`1a` cannot name an annotation: it needs letters, digits and `_`, no digit first"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"annotations":{" a":"y"}}"#,
            121,
            #"` a` cannot name an annotation: it needs letters, digits and `_`, no digit first"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"conditions":[]}"#,
            106, #"the object already has a member of this name: remove one"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[],"id":"x"}"#,
            106, #"a policy has no member `id`"#),
        Row(
            policy:
                #"{"effect":"Permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            10, #"the effect must be `permit` or `forbid`"#),
        Row(
            policy:
                #"{"effect":"deny","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            10, #"the effect must be `permit` or `forbid`"#),
        Row(
            policy:
                #"{"effect":null,"principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            10, #"the effect must be `permit` or `forbid`"#),
        Row(
            policy:
                #"{"effect":{"permit":{}},"principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            10, #"the effect must be `permit` or `forbid`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]"#,
            126, #"the text ends where `,` or `}` should be"#),
        Row(policy: #"{"effect":"permit"}"#, 0, #"a policy has no `principal`"#),
        Row(
            policy:
                #"{"principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"a policy has no `effect`"#),
        Row(
            policy:
                #"{"effect":"permit","action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"a policy has no `principal`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"a policy has no `action`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"conditions":[]}"#,
            0, #"a policy has no `resource`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":null,"slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"is","entity_type":"U","in":[{"type":"U","id":"x"}]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            65, #"expected an object with `entity` or `slot`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":["All",1],"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            31, #"a scope must be an object, as `{"op": "All"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"in","entity":null,"entities":[]},"resource":{"op":"All"},"conditions":[]}"#,
            73, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":{"All":null}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            37, #"the operator must be `All`, `==`, `in` or `is`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"=="  ,"slot":{"?principal":null}},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            0, #"the static policy `p` has a slot: put it under `templates`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":["U","x",1]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":["U"]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            51, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            policy:
                #"{"effect":"permit","principal":{"op":"==","entity":["U V","x"]},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            52,
            #"`U V` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
    ]

    static let sets = [
        Row(set: #""#, 0, #"the text ends where a value should be"#),
        Row(
            set: #"{"templates":{},"staticPolicies":{}}"#, 0,
            #"a policy set has no `templateLinks`"#),
        Row(
            set: #"{"templates":{},"templateLinks":[]}"#, 0,
            #"a policy set has no `staticPolicies`"#),
        Row(
            set: #"{"staticPolicies":{},"templateLinks":[]}"#, 0,
            #"a policy set has no `templates`"#),
        Row(
            set: #"{"templates":{},"staticPolicies":{},"templateLinks":[],"x":1}"#, 55,
            #"a policy set has no member `x`"#),
        Row(
            set: #"{"templates":[],"staticPolicies":{},"templateLinks":[]}"#, 13,
            #"`templates` must be an object of policies by id"#),
        Row(
            set: #"{"templates":{},"staticPolicies":[],"templateLinks":[]}"#, 33,
            #"`staticPolicies` must be an object of policies by id"#),
        Row(
            set: #"{"templates":{},"staticPolicies":{},"templateLinks":{}}"#, 52,
            #"`templateLinks` must be an array"#),
        Row(
            set: #"{"templates":null,"staticPolicies":{},"templateLinks":[]}"#, 13,
            #"`templates` must be an object of policies by id"#),
        Row(
            set:
                #"{"templates":{"a":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{"a":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[]}"#,
            163, #"the id `a` is used by a template and a policy"#),
        Row(
            set:
                #"{"templates":{"a":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"a":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[]}"#,
            144, #"the object already has a member of this name: remove one"#),
        Row(
            set:
                #"{"templates":{},"staticPolicies":{"a":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"a":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[]}"#,
            145, #"the object already has a member of this name: remove one"#),
        Row(
            set:
                #"{"templates":{},"staticPolicies":{"a":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[]}"#,
            38, #"the static policy `a` has a slot: put it under `templates`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{}}]}"#,
            440, #"the link has no value for `?principal`, a slot of the template `t`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"},"?resource":{"type":"U","id":"x"}}}]}"#,
            440, #"the template `t` has no slot `?resource`: leave its value out"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?resource":{"type":"U","id":"x"}}}]}"#,
            440, #"the link has no value for `?principal`, a slot of the template `t`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"t","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"the id `t` is in use already: give the link an id of its own"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"s","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"the id `s` is in use already: give the link an id of its own"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"s","newId":"l","values":{}}]}"#,
            440, #"`s` is a static policy, not a template: only templates can be linked"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"x","newId":"l","values":{}}]}"#,
            440, #"there is no template with the id `x`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l"}]}"#,
            440, #"a link has no `values`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}},"x":1}]}"#,
            516, #"a link has no member `x`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"a link has no `newId`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"newId":"t","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"a link has no `templateId`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"principal":{"type":"U","id":"x"}}}]}"#,
            480, #"`principal` is no slot: there are `?principal` and `?resource`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":"U::\"x\""}}]}"#,
            493, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":null}}]}"#,
            493, #"expected an entity: `{"type": "User", "id": "alice"}`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"},"?principal":{"type":"U","id":"x"}}}]}"#,
            515, #"the object already has a member of this name: remove one"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}}},{"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            517, #"the id `l` is in use already: give the link an id of its own"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"b","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"the link has no value for `?resource`, a slot of the template `b`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":1,"newId":"l","values":{}}]}"#,
            454, #"an id must be a string"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[1]}"#,
            440, #"a link must be an object"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":[]}]}"#,
            479, #"`values` must be an object of entities by slot"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"l","values":{"?foo":{"type":"U","id":"x"}}}]}"#,
            480, #"`?foo` is no slot: there are `?principal` and `?resource`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"templateId":"t","newId":"b","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            440, #"the id `b` is in use already: give the link an id of its own"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[{"template_id":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            441, #"a link has no member `template_id`: did you mean `templateId`?"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[]}x"#,
            442, #"`x` follows the value: only one value is allowed"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"b":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"in","slot":"?resource"},"conditions":[]}},"staticPolicies":{"s":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"templateLinks":[]"#,
            441, #"the text ends where `,` or `}` should be"#),
        Row(set: #"{'templates':{}}"#, 1, #"expected a member name in quotes or `}`, found `'`"#),
        Row(
            set:
                #"{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}"#,
            1, #"a policy set has no member `effect`"#),
        Row(
            set:
                #"{"templates":{},"staticPolicies":{"p":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[{"kind":"when","body":{"Value":1}}]}},"templateLinks":[]} 1"#,
            200, #"`1` follows the value: only one value is allowed"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"g":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[{"templateId":"l","newId":"m","values":{}}]}"#,
            293, #"there is no template with the id `l`"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"g":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[{"templateId":"g","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}"#,
            293, #"the template `g` has no slot `?principal`: leave its value out"#),
        Row(
            set:
                #"{"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]},"g":{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},"staticPolicies":{},"templateLinks":[{"templateId":"t","newId":"l","values":{"?principal":{"type":"if","id":""}}}]}"#,
            354,
            #"`if` is no entity type: it needs identifiers joined by `::`, no spaces, no reserved words"#
        ),
    ]
}
