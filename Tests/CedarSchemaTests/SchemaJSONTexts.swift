// swift-format-ignore: a table, recorded from cedar-policy 4.12.0 like `SchemaTexts`
enum SchemaJSONTexts {
    static let invalid: [SchemaRefusal] = [
        SchemaRefusal(
            #"{"":{}}"#,
            [
                #"1:5 a namespace has no `entityTypes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{}}}"#,
            [
                #"1:5 a namespace has no `actions`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"actions":{}}}"#,
            [
                #"1:5 a namespace has no `entityTypes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"A :: B":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 "A :: B" is not the name of a namespace | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"if":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 "if" is not the name of a namespace | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"__cedar":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"{"A::__cedar":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"{"a b":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 "a b" is not the name of a namespace | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"A::":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 "A::" is not the name of a namespace | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{" A":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:2 " A" is not the name of a namespace | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"foo":1}}"#,
            [
                #"1:36 a namespace has no member `foo` | it may have `commonTypes`, `entityTypes`, `actions`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"annotations":{"a":"b"}}}"#,
            [
                #"1:50 the empty namespace cannot have annotations"#
            ]),
        SchemaRefusal(
            #"{"A":{"entityTypes":{},"actions":{},"annotations":{"a":1}}}"#,
            [
                #"1:56 expected a string for the annotation `a`, found a number"#
            ]),
        SchemaRefusal(
            #"{"A":{"entityTypes":{},"actions":{},"annotations":{"a b":"x"}}}"#,
            [
                #"1:52 "a b" is no name of an annotation"#
            ]),
        SchemaRefusal(
            #"{"A":{"entityTypes":{},"actions":{},"annotations":null}}"#,
            [
                #"1:51 expected an object for `annotations`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":null}}"#,
            [
                #"1:50 expected an object for `commonTypes`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":null,"actions":{}}}"#,
            [
                #"1:20 expected an object for `entityTypes`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":[],"actions":{}}}"#,
            [
                #"1:20 expected an object for `entityTypes`, found an array"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":null},"actions":{}}}"#,
            [
                #"1:25 expected an object for an entity type, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"foo":1}},"actions":{}}}"#,
            [
                #"1:26 an entity type has no member `foo` | it may have `memberOfTypes`, `shape`, `tags`, `enum`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"memberOfTypes":["B"]}},"actions":{}}}"#,
            [
                #"1:43 entity type `B` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"memberOfTypes":"A"}},"actions":{}}}"#,
            [
                #"1:42 expected an array for `memberOfTypes`, found a string"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"memberOfTypes":null}},"actions":{}}}"#,
            [
                #"1:42 expected an array for `memberOfTypes`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Long"}}},"actions":{}}}"#,
            [
                #"1:34 the attributes must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":null}},"actions":{}}}"#,
            [
                #"1:34 expected a type, as an object: `{"type": "Long"}`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"T"}}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
            [
                #"1:42 the attributes must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"tags":null}},"actions":{}}}"#,
            [
                #"1:33 expected a type, as an object: `{"type": "Long"}`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"tags":{"type":"A"}}},"actions":{}}}"#,
            [
                "1:41 `A` is an entity type and cannot be a context | a context is a record: `context: { \u{2026} }`, or a common type that is one"
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":[]}},"actions":{}}}"#,
            [
                #"1:33 `enum` needs at least one id"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":[1]}},"actions":{}}}"#,
            [
                #"1:34 expected a string for an id, found a number"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":["a"],"memberOfTypes":[]}},"actions":{}}}"#,
            [
                #"1:55 an enumerated entity type cannot have `memberOfTypes`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":["a"],"shape":{"type":"Record","attributes":{}}}},"actions":{}}}"#,
            [
                #"1:47 an enumerated entity type cannot have `shape`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":["a"],"tags":{"type":"Long"}}},"actions":{}}}"#,
            [
                #"1:46 an enumerated entity type cannot have `tags`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":null}},"actions":{}}}"#,
            [
                #"1:33 expected an array for `enum`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"enum":["a"],"foo":1}},"actions":{}}}"#,
            [
                #"1:39 an entity type has no member `foo` | it may have `memberOfTypes`, `shape`, `tags`, `enum`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A B":{}},"actions":{}}}"#,
            [
                #"1:21 "A B" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A::B":{}},"actions":{}}}"#,
            [
                #"1:21 "A::B" is not the name of a type | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"if":{}},"actions":{}}}"#,
            [
                #"1:21 "if" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"__cedar":{}},"actions":{}}}"#,
            [
                #"1:21 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"Action":{}},"actions":{}}}"#,
            [
                #"1:21 `Action` is the type of actions and cannot be declared | choose another name, or declare the actions with `action`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"":{}},"actions":{}}}"#,
            [
                #"1:21 "" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"1":{}},"actions":{}}}"#,
            [
                #"1:21 "1" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"bool"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 type `bool` is not declared | did you mean `Bool`?"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Set"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 the type `Set` has no `element`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Set","element":{"type":"Long"},"x":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:109 the type `Set` has no member `x` | it may have `type`, `element`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 the type `Record` has no `attributes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record","attributes":{},"additionalAttributes":true}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:125 records are closed: `additionalAttributes` can only be false | remove it"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record","attributes":{},"additionalAttributes":null}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:125 records are closed: `additionalAttributes` can only be false | remove it"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record","attributes":{},"x":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:102 the type `Record` has no member `x` | it may have `type`, `attributes`, `additionalAttributes`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 this type has no `name`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"C"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:93 entity type `C` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"T"}}}},"B":{}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
            [
                #"1:93 `T` is a common type; an entity type must stand here | declare it with `entity`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"B","x":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:97 this type has no member `x` | it may have `type`, `name`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"Action"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:93 `Action` is the type of actions and cannot stand here | name an entity type"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"B "}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:93 "B " is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"__cedar::B"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:93 entity type `__cedar::B` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 this type has no `name`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"foo"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:96 `foo` is no extension type | the extension types are `ipaddr`, `decimal`, `datetime`, `duration`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"ip"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:96 `ip` is no extension type | the extension types are `ipaddr`, `decimal`, `datetime`, `duration`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"__cedar::ipaddr"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:96 `__cedar::ipaddr` is no extension type | the extension types are `ipaddr`, `decimal`, `datetime`, `duration`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 this type has no `name`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"Boolean"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:101 type `Boolean` is not declared | did you mean `Bool`?"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"C"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:101 type `C` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"B","x":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:105 this type has no member `x` | it may have `type`, `name`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"B"}}}},"B":{}},"actions":{}}}"#,
            [
                "1:77 `B` is an entity type and cannot be a context | a context is a record: `context: { \u{2026} }`, or a common type that is one"
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"__cedar::Boolean"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 type `__cedar::Boolean` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"T","name":"x"}}}},"B":{}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
            [
                #"1:81 the common type `T` has no member `name` | it may have `type`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"T","attributes":{}}}}},"B":{}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
            [
                #"1:81 the common type `T` has no member `attributes` | it may have `type`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","name":"x"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:84 the type `Long` has no member `name` | it may have `type`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","element":{"type":"Long"}}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:84 the type `Long` has no member `element` | it may have `type`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"T T"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 "T T" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":""}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 "" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 expected a string for `type`, found a number"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":null}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 expected a string for `type`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 a type has no `type`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":"Long"}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 expected a type, as an object: `{"type": "Long"}`, found a string"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":null}}},"B":{}},"actions":{}}}"#,
            [
                #"1:69 expected a type, as an object: `{"type": "Long"}`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"if"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:77 "if" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","required":null}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:95 expected true or false for `required`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","required":"x"}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:95 expected true or false for `required`, found a string"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","annotations":{"a b":"c"}}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:99 "a b" is no name of an annotation"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","foo":1}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:84 the type `Long` has no member `foo` | it may have `type`, `required`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Set","element":{"type":"Long","required":false}}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:108 the type `Long` has no member `required` | it may have `type`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Set","element":{"type":"Long","annotations":{}}}}}},"B":{}},"actions":{}}}"#,
            [
                #"1:108 the type `Long` has no member `annotations` | it may have `type`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Long":{"type":"Long"}}}}"#,
            [
                #"1:51 `Long` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Boolean":{"type":"Long"}}}}"#,
            [
                #"1:51 `Boolean` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T T":{"type":"Long"}}}}"#,
            [
                #"1:51 "T T" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"__cedar":{"type":"Long"}}}}"#,
            [
                #"1:51 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"if":{"type":"Long"}}}}"#,
            [
                #"1:51 "if" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"T"}}}}"#,
            [
                #"1:63 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"U"},"U":{"type":"T"}}}}"#,
            [
                #"1:80 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Long","required":true}}}}"#,
            [
                #"1:70 the type `Long` has no member `required` | it may have `type`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"A::T":{"type":"Long"}}}}"#,
            [
                #"1:51 "A::T" is not the name of a type | it needs identifiers joined by `::`, no spaces, no reserved words"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Entity":{"type":"Long"}}}}"#,
            [
                #"1:51 `Entity` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Bool":{"type":"Long"}}}}"#,
            [
                #"1:51 `Bool` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Zz"}}}}"#,
            [
                #"1:63 type `Zz` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Record":{"type":"Long"}}}}"#,
            [
                #"1:51 `Record` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":null,"b":{}}}}"#,
            [
                #"1:44 expected an object for an action, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"foo":1},"b":{}}}}"#,
            [
                #"1:45 an action has no member `foo` | it may have `appliesTo`, `memberOf`, `attributes`, `annotations`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{}},"b":{}}}}"#,
            [
                #"1:57 `appliesTo` has no `principalTypes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:57 `appliesTo` has no `resourceTypes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"resourceTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:57 `appliesTo` has no `principalTypes`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["Z"],"resourceTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:76 entity type `Z` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["Action"],"resourceTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:76 `Action` is the type of actions and cannot stand here | name an entity type"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":"A","resourceTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:75 expected an array for `principalTypes`, found a string"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":null,"resourceTypes":["A"]}},"b":{}}}}"#,
            [
                #"1:75 expected an array for `principalTypes`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"Long"}}},"b":{}}}}"#,
            [
                #"1:113 the context must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"T"}}},"b":{}},"commonTypes":{"T":{"type":"Long"}}}}"#,
            [
                #"1:121 the context must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"EntityOrCommon","name":"A"}}},"b":{}}}}"#,
            [
                #"1:145 the context must be a record, not `A`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":null}},"b":{}}}}"#,
            [
                #"1:113 expected a type, as an object: `{"type": "Long"}`, found null"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"foo":1}},"b":{}}}}"#,
            [
                #"1:103 `appliesTo` has no member `foo` | it may have `principalTypes`, `resourceTypes`, `context`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"Entity","name":"A"}}},"b":{}}}}"#,
            [
                #"1:137 the context must be a record, not `A`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","type":"Foo"}]},"b":{}}}}"#,
            [
                #"1:57 `Foo::"b"` is not an action | the type of an action ends with `Action`: `Action::"b"`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"z"}]},"b":{}}}}"#,
            [
                #"1:57 action `"z"` is not declared"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"a"}]},"b":{}}}}"#,
            [
                #"1:40 action `Action::"a"` is a member of itself | all names of one declaration are members of all groups after its `in`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","foo":1}]},"b":{}}}}"#,
            [
                #"1:67 an action's parent has no member `foo` | it may have `id`, `type`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"type":"Action"}]},"b":{}}}}"#,
            [
                #"1:57 an action's parent has no `id`, which is mandatory"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":["b"]},"b":{}}}}"#,
            [
                #"1:57 expected an object for an action's parent, found a string"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","type":"A ction"}]},"b":{}}}}"#,
            [
                #"1:74 "A ction" is not the name of a type | it needs letters, digits and `_`, and must not be a reserved word"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","__extn":1}]},"b":{}}}}"#,
            [
                #"1:67 an action's parent has no member `__extn` | it may have `id`, `type`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":{"id":"b"}},"b":{}}}}"#,
            [
                #"1:56 expected an array for `memberOf`, found an object"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"attributes":{}},"b":{}}}}"#,
            [
                #"1:58 actions cannot have attributes | remove `attributes`, or put the value into the context"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"attributes":{"a":1}},"b":{}}}}"#,
            [
                #"1:58 actions cannot have attributes | remove `attributes`, or put the value into the context"#
            ]),
        SchemaRefusal(
            #"{"N":{"entityTypes":{},"actions":{"a":{}}},"":{"entityTypes":{},"actions":{"a":{}}}}"#,
            [
                #"1:35 action `N::Action::"a"` shadows `Action::"a"`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"{"N":{"entityTypes":{"A":{}},"actions":{}},"":{"entityTypes":{"A":{}},"actions":{}}}"#,
            [
                #"1:22 `N::A` shadows `A`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"Set","element":{"type":"Long"}}}},"b":{}}}}"#,
            [
                #"1:113 the context must be a record, not `Set<Long>`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Set","element":{"type":"T"}}}}}"#,
            [
                #"1:87 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Record","attributes":{"x":{"type":"T"}}}}}}"#,
            [
                #"1:98 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{"a":{"memberOf":[{"id":"b"}]},"b":{"memberOf":[{"id":"a"}]}}}}"#,
            [
                #"1:34 action `Action::"a"` is a member of itself | all names of one declaration are members of all groups after its `in`"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{},"A":{}},"actions":{}}}"#,
            [
                #"1:28 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{"a":{},"a":{}}}}"#,
            [
                #"1:41 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{}},"":{"entityTypes":{},"actions":{}}}"#,
            [
                #"1:37 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Long"},"T":{"type":"Long"}}}}"#,
            [
                #"1:71 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"a":{"type":"Long"},"a":{"type":"Long"}}}}},"actions":{}}}"#,
            [
                #"1:85 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{}}} x"#,
            [
                #"1:38 `x` follows the value: only one value is allowed"#
            ]),
        SchemaRefusal(
            #"{"#,
            [
                #"1:2 the text ends where a member name in quotes or `}` should be"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{},"actions":{},"entityTypes":{}}}"#,
            [
                #"1:36 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"memberOfTypes":[],"memberOfTypes":[]}},"actions":{}}}"#,
            [
                #"1:45 the object already has a member of this name: remove one"#
            ]),
        SchemaRefusal(
            #"{"":{"entityTypes":{"A":{"shape":{"type":"Long","type":"Long"}}},"actions":{}}}"#,
            [
                #"1:49 the object already has a member of this name: remove one"#
            ]),
    ]

    static let valid: [String] = [
        #"{}"#,
        #"{"":{"entityTypes":{},"actions":{}}}"#,
        #"{"A":{"entityTypes":{},"actions":{}}}"#,
        #"{"A::B":{"entityTypes":{},"actions":{}}}"#,
        #"{"A":{"entityTypes":{},"actions":{},"annotations":{"a":"b"}}}"#,
        #"{"A":{"entityTypes":{},"actions":{},"annotations":{"a":null}}}"#,
        #"{"A":{"entityTypes":{},"actions":{},"annotations":{"if":"x"}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"memberOfTypes":[]}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"memberOfTypes":["A"]}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{}}}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"T"}}},"actions":{},"commonTypes":{"T":{"type":"Record","attributes":{}}}}}"#,
        #"{"":{"entityTypes":{"A":{"tags":{"type":"Long"}}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"enum":["a"]}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"enum":["a","a"]}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"enum":["a"],"annotations":{"a":"b"}}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"annotations":{"a":"b"}}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"String"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Boolean"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Bool"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Set","element":{"type":"Long"}}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record","attributes":{}}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Record","attributes":{},"additionalAttributes":false}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"B"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"ipaddr"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"decimal"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Extension","name":"ipaddr"}}}},"B":{}},"actions":{},"commonTypes":{"ipaddr":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"B"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"Long"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"T"}}}},"B":{}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"EntityOrCommon","name":"ipaddr"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"T"}}}},"B":{}},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"ipaddr"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"__cedar::Long"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"__cedar::ipaddr"}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","required":true}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","required":false}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","annotations":{"a":"b"}}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Long","annotations":{"a":null}}}}},"B":{}},"actions":{}}}"#,
        #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"ipaddr":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"T":{"type":"Long","annotations":{"a":"b"}}}}}"#,
        #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"EntityOrCommon":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{},"actions":{},"commonTypes":{"Action":{"type":"Long"}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":null},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"]}},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":[],"resourceTypes":["A"]}},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":[],"resourceTypes":[]}},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A","A"],"resourceTypes":["A"]}},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"Record","attributes":{}}}},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"T"}}},"b":{}},"commonTypes":{"T":{"type":"Record","attributes":{}}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"EntityOrCommon","name":"T"}}},"b":{}},"commonTypes":{"T":{"type":"Record","attributes":{}}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[]},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":null},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b"}]},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","type":"Action"}]},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b","type":null}]},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"memberOf":[{"id":"b"},{"id":"b"}]},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"attributes":null},"b":{}}}}"#,
        #"{"":{"entityTypes":{"A":{}},"actions":{"a":{"annotations":{"a":"b"}},"b":{}}}}"#,
        #"{"":{"entityTypes":{},"actions":{"":{}}}}"#,
        #"{"":{"entityTypes":{},"actions":{"if":{}}}}"#,
        #"{"":{"entityTypes":{},"actions":{"a b":{}}}}"#,
        #"{"":{"entityTypes":{},"actions":{"__cedar":{}}}}"#,
        #"{"N":{"entityTypes":{},"actions":{"a":{"memberOf":[{"id":"b","type":"Action"}]}}},"":{"entityTypes":{},"actions":{"b":{}}}}"#,
        #"{"N":{"entityTypes":{},"actions":{"a":{"memberOf":[{"id":"b","type":"N::Action"}]},"b":{}}}}"#,
        #"{"N":{"entityTypes":{"A":{"memberOfTypes":["B"]}},"actions":{}},"":{"entityTypes":{"B":{}},"actions":{}}}"#,
        #"{"N":{"entityTypes":{"A":{"memberOfTypes":["N::B"]},"B":{}},"actions":{}}}"#,
        #"{"N":{"entityTypes":{"A":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"Action"}}}}},"actions":{}},"":{"entityTypes":{},"actions":{"b":{}}}}"#,
    ]
}
