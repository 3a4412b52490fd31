import Testing

/// A schema text that must be refused, with the errors it must bring.
///
/// That each one is refused, and each of `SchemaTexts.valid` accepted, was recorded from
/// cedar-policy 4.12.0; places and words are Writ's own.
struct SchemaRefusal: Sendable, CustomTestStringConvertible {
    var source: String
    /// `line:column message | help`.
    var errors: [String]

    init(_ source: String, _ errors: [String]) {
        self.source = source
        self.errors = errors
    }

    var testDescription: String { source }
}

// swift-format-ignore: a table, recorded
enum SchemaTexts {
    static let invalid: [SchemaRefusal] = [
        SchemaRefusal(
            #"entity A, B,;"#,
            [
                #"1:13 expected another entity type's name after `,`, found `;` | remove the `,` before it"#
            ]),
        SchemaRefusal(
            #"entity A in B;"#,
            [
                #"1:13 entity type `B` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A; entity B in [A,];"#,
            [
                #"1:26 expected an entity type after `,`, found `]` | remove the `,`: lists in brackets do not end with one"#
            ]),
        SchemaRefusal(
            #"entity A tags String {};"#,
            [
                #"1:22 expected `;` after the entity type, found `{` | attributes stand before `tags`, only once"#
            ]),
        SchemaRefusal(
            #"entity A { a: Long,, };"#,
            [
                #"1:20 expected an attribute's name, found `,`"#
            ]),
        SchemaRefusal(
            #"entity A { , };"#,
            [
                #"1:12 expected an attribute's name, found `,`"#
            ]),
        SchemaRefusal(
            #"entity A { in: Long };"#,
            [
                #"1:12 `in` is a reserved word and cannot be the name of an attribute without quotes | write it in quotes: `"in"`"#
            ]),
        SchemaRefusal(
            #"entity in;"#,
            [
                #"1:8 `in` is a reserved word and cannot be the name of a type"#
            ]),
        SchemaRefusal(
            #"entity A enum ["a",];"#,
            [
                #"1:20 expected an id in quotes after `,`, found `]` | remove the `,`: lists in brackets do not end with one"#
            ]),
        SchemaRefusal(
            #"entity A enum [];"#,
            [
                #"1:16 expected an id in quotes, found `]` | the list cannot be empty here"#
            ]),
        SchemaRefusal(
            #"entity A = enum ["a"];"#,
            [
                #"1:12 expected `{` after `=`, found `enum` | attributes are written in braces; a common type cannot be named here"#
            ]),
        SchemaRefusal(
            #"entity A in [B] enum ["a"]; entity B;"#,
            [
                #"1:17 expected `;` after the entity type, found `enum` | an enumerated type has neither parents nor attributes nor tags"#
            ]),
        SchemaRefusal(
            #"entity A enum ["a"] tags Long;"#,
            [
                #"1:21 expected `;` after the entity type, found `tags` | an enumerated type has neither parents nor attributes nor tags"#
            ]),
        SchemaRefusal(
            #"entity A enum ["a"] {};"#,
            [
                #"1:21 expected `;` after the entity type, found `{` | an enumerated type has neither parents nor attributes nor tags"#
            ]),
        SchemaRefusal(
            #"entity A enum [a];"#,
            [
                #"1:16 expected an id in quotes, found `a` | write it in quotes: `"a"`"#
            ]),
        SchemaRefusal(
            #"entity A { a: Set };"#,
            [
                #"1:15 type `Set` is not declared | a set is written `Set<Type>`"#
            ]),
        SchemaRefusal(
            #"entity A { a: Boolean };"#,
            [
                #"1:15 type `Boolean` is not declared | did you mean `Bool`?"#
            ]),
        SchemaRefusal(
            #"entity A { a: Record };"#,
            [
                #"1:15 type `Record` is not declared | a record is written in braces: `{ name: Type }`"#
            ]),
        SchemaRefusal(
            #"entity A { a: Entity };"#,
            [
                #"1:15 type `Entity` is not declared | write the name of the entity type"#
            ]),
        SchemaRefusal(
            #"entity A { a: __cedar::Boolean };"#,
            [
                #"1:15 type `__cedar::Boolean` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A { a: __cedar::Foo };"#,
            [
                #"1:15 type `__cedar::Foo` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A { a: __cedar };"#,
            [
                #"1:15 type `__cedar` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A { a: ip };"#,
            [
                #"1:15 type `ip` is not declared | did you mean `ipaddr`?"#
            ]),
        SchemaRefusal(
            #"entity A { a: Action };"#,
            [
                #"1:15 type `Action` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A { a: Foo::Action };"#,
            [
                #"1:15 type `Foo::Action` is not declared"#
            ]),
        SchemaRefusal(
            #"type Long = String;"#,
            [
                #"1:6 `Long` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Bool = String;"#,
            [
                #"1:6 `Bool` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Boolean = String;"#,
            [
                #"1:6 `Boolean` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Entity = String;"#,
            [
                #"1:6 `Entity` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Extension = String;"#,
            [
                #"1:6 `Extension` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Record = {};"#,
            [
                #"1:6 `Record` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type Set = String;"#,
            [
                #"1:6 `Set` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type String = Long;"#,
            [
                #"1:6 `String` belongs to the schema language and cannot be declared | choose another name"#
            ]),
        SchemaRefusal(
            #"type decimal = ipaddr; type ipaddr = decimal;"#,
            [
                #"1:38 type `decimal` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"entity Action;"#,
            [
                #"1:8 `Action` is the type of actions and cannot be declared | choose another name, or declare the actions with `action`"#
            ]),
        SchemaRefusal(
            #"entity A::B;"#,
            [
                "1:8 a declaration takes a name without `::` | put it into a block: `namespace A { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"type A::B = Long;"#,
            [
                "1:6 a declaration takes a name without `::` | put it into a block: `namespace A { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"namespace __cedar { entity C; }"#,
            [
                #"1:11 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"namespace A::__cedar { entity C; }"#,
            [
                #"1:11 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"namespace A::__cedar::B { entity C; }"#,
            [
                #"1:11 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"namespace A { entity B; } namespace A { entity C; }"#,
            [
                #"1:37 namespace `A` is declared twice | put all its declarations into one block"#
            ]),
        SchemaRefusal(
            #"namespace if { }"#,
            [
                #"1:11 `if` is a reserved word and cannot be part of a name"#
            ]),
        SchemaRefusal(
            #"namespace A { namespace B {} }"#,
            [
                #"1:15 a namespace cannot stand inside another one | close the outer one first; a nested name is written `namespace Outer::Inner`"#
            ]),
        SchemaRefusal(
            #"namespace A { entity B; };"#,
            [
                #"1:26 expected `entity`, `action`, `type` or `namespace`, found `;` | remove it: `;` only ends a declaration, it does not follow a namespace's `}`"#
            ]),
        SchemaRefusal(
            #"entity __cedar;"#,
            [
                #"1:8 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"type __cedar = Long;"#,
            [
                #"1:6 `__cedar` is reserved and cannot be part of a declared name | choose another name"#
            ]),
        SchemaRefusal(
            #"action in;"#,
            [
                #"1:8 `in` is a reserved word and cannot be the name of an action without quotes | write it in quotes: `"in"`"#
            ]),
        SchemaRefusal(
            #"action a, b,;"#,
            [
                #"1:13 expected another action's name after `,`, found `;` | remove the `,` before it"#
            ]),
        SchemaRefusal(
            #"action a in [];"#,
            [
                #"1:14 expected an action, found `]` | the list cannot be empty here"#
            ]),
        SchemaRefusal(
            #"action a in [b,]; action b;"#,
            [
                #"1:16 expected an action after `,`, found `]` | remove the `,`: lists in brackets do not end with one"#
            ]),
        SchemaRefusal(
            #"action a in [Action::b]; action b;"#,
            [
                #"1:14 `Action::b` is not an action | its id stands in quotes: `Action::"b"`"#
            ]),
        SchemaRefusal(
            #"action a in Foo::"b"; action b;"#,
            [
                #"1:13 `Foo::"b"` is not an action | the type of an action ends with `Action`: `Action::"b"`"#
            ]),
        SchemaRefusal(
            #"action a in [a];"#,
            [
                #"1:8 action `Action::"a"` is a member of itself | all names of one declaration are members of all groups after its `in`"#
            ]),
        SchemaRefusal(
            #"action a, b in [a];"#,
            [
                #"1:8 action `Action::"a"` is a member of itself | all names of one declaration are members of all groups after its `in`"#
            ]),
        SchemaRefusal(
            #"action a in [b]; action b in [a];"#,
            [
                #"1:8 action `Action::"a"` is a member of itself | all names of one declaration are members of all groups after its `in`"#
            ]),
        SchemaRefusal(
            #"action a in [c];"#,
            [
                #"1:14 action `"c"` is not declared"#
            ]),
        SchemaRefusal(
            #"action a appliesTo {};"#,
            [
                #"1:21 expected `principal`, `resource` or `context`, found `}` | an action that is only a group has no `appliesTo`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A };  entity A;"#,
            [
                "1:10 `appliesTo` of the action `a` has no `resource` | add `resource: \u{2026}`, the entity types that it may be"
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: [A,], resource: [A], };  entity A;"#,
            [
                #"1:36 expected an entity type after `,`, found `]` | remove the `,`: lists in brackets do not end with one"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: [], resource: [A], };  entity A;"#,
            [
                #"1:33 `principal` needs at least one entity type | an action that applies to nothing has no `appliesTo`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, principal: A, resource: A };  entity A;"#,
            [
                #"1:36 `principal` is given twice for the action `a` | keep one of them; several types are written in brackets: `[A, B]`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: {}, context: {} };  entity A;"#,
            [
                #"1:62 `context` is given twice for the action `a` | keep one of them; several types are written in brackets: `[A, B]`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: C };  entity A; type C = Long;"#,
            [
                #"1:58 the context must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: A };  entity A;"#,
            [
                "1:58 `A` is an entity type and cannot be a context | a context is a record: `context: { \u{2026} }`, or a common type that is one"
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: Long };  entity A;"#,
            [
                #"1:58 the context must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: Set<Long> };  entity A;"#,
            [
                #"1:61 expected `,` or `}`, found `<`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: __cedar::Long };  entity A;"#,
            [
                #"1:58 the context must be a record, not `Long`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, context: [] };  entity A;"#,
            [
                #"1:58 expected a record in braces or the name of a type after `context:`, found `[`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A, foo: A };  entity A;"#,
            [
                #"1:49 expected `principal`, `resource` or `context`, found `foo`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: B, resource: A };  entity A;"#,
            [
                #"1:33 entity type `B` is not declared"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: Action, resource: A };  entity A;"#,
            [
                #"1:33 `Action` is the type of actions and cannot stand here | name an entity type"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A } attributes { a: Long };  entity A;"#,
            [
                #"1:63 actions cannot have attributes | remove `attributes`, or put the value into the context"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal: A, resource: A } in [b];  entity A; action b;"#,
            [
                #"1:50 expected `;` after the action, found the reserved word `in` | `in` stands before `appliesTo`"#
            ]),
        SchemaRefusal(
            #"action a appliesTo { principal = A, resource: A };  entity A;"#,
            [
                #"1:32 expected `:` after `principal`, found `=`"#
            ]),
        SchemaRefusal(
            #"action a { };"#,
            [
                "1:10 expected `;` after the action, found `{` | what an action applies to is written `appliesTo { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"action a; action a;"#,
            [
                #"1:18 action `Action::"a"` is declared twice"#
            ]),
        SchemaRefusal(
            #"action a, a;"#,
            [
                #"1:11 action `Action::"a"` is declared twice"#
            ]),
        SchemaRefusal(
            #"entity A, A;"#,
            [
                #"1:11 entity type `A` is declared twice"#
            ]),
        SchemaRefusal(
            #"type T = Long; type T = Long;"#,
            [
                #"1:21 type `T` is declared twice"#
            ]),
        SchemaRefusal(
            #"type T = T;"#,
            [
                #"1:10 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"type T = Set<T>;"#,
            [
                #"1:14 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"type T = {a: T};"#,
            [
                #"1:14 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"type T = {a: U}; type U = {b: Set<T>};"#,
            [
                #"1:35 type `T` contains itself | let an entity refer to another entity instead"#
            ]),
        SchemaRefusal(
            #"type T = Foo;"#,
            [
                #"1:10 type `Foo` is not declared"#
            ]),
        SchemaRefusal(
            #"type T = Long"#,
            [
                #"1:14 expected `;` after the type, found the end of the text | every declaration ends with `;`"#
            ]),
        SchemaRefusal(
            #"entity A"#,
            [
                #"1:9 expected `;` after the entity type, found the end of the text | every declaration ends with `;`"#
            ]),
        SchemaRefusal(
            #"entity"#,
            [
                #"1:7 expected the entity type's name after `entity`, found the end of the text"#
            ]),
        SchemaRefusal(
            #"action"#,
            [
                #"1:7 expected the action's name after `action`, found the end of the text"#
            ]),
        SchemaRefusal(
            #"type T;"#,
            [
                #"1:7 expected `=` after the type's name, found `;`"#
            ]),
        SchemaRefusal(
            #"type T = ;"#,
            [
                #"1:10 expected a type, found `;`"#
            ]),
        SchemaRefusal(
            #"foo A;"#,
            [
                #"1:1 expected `entity`, `action`, `type` or `namespace`, found `foo`"#
            ]),
        SchemaRefusal(
            #"@a("b") @a("c") entity A;"#,
            [
                #"1:9 annotation `@a` is given twice | keep one of them, or give them different names"#
            ]),
        SchemaRefusal(
            #"@"a" entity A;"#,
            [
                #"1:2 expected the annotation's name after `@`, found the string "a""#
            ]),
        SchemaRefusal(
            #"@a() entity A;"#,
            [
                "1:4 expected a string as the value of `@a`, found `)` | write `@a(\"\u{2026}\")`, or `@a` alone when it needs no value"
            ]),
        SchemaRefusal(
            #"@a(b) entity A;"#,
            [
                "1:4 expected a string as the value of `@a`, found `b` | write `@a(\"\u{2026}\")`, or `@a` alone when it needs no value"
            ]),
        SchemaRefusal(
            #"entity A { @c @c d: Long };"#,
            [
                #"1:15 annotation `@c` is given twice | keep one of them, or give them different names"#
            ]),
        SchemaRefusal(
            #"action @a x;"#,
            [
                #"1:8 expected the action's name after `action`, found `@` | annotations stand before the declaration"#
            ]),
        SchemaRefusal(
            #"@a"#,
            [
                #"1:3 expected `entity`, `action`, `type` or `namespace`, found the end of the text"#
            ]),
        SchemaRefusal(
            #"entity A in [C]; type C = {};"#,
            [
                #"1:14 `C` is a common type; an entity type must stand here | declare it with `entity`"#
            ]),
        SchemaRefusal(
            #"entity A { a: "b" };"#,
            [
                #"1:15 expected a type, found the string "b" | the name of a type stands without quotes"#
            ]),
        SchemaRefusal(
            #"entity A { 1: Long };"#,
            [
                #"1:12 expected an attribute's name, found the number 1"#
            ]),
        SchemaRefusal(
            #"entity A { a: 1 };"#,
            [
                #"1:15 expected a type, found the number 1"#
            ]),
        SchemaRefusal(
            #"entity A { a Long };"#,
            [
                #"1:14 expected `:` and a type after the attribute's name, found `Long`"#
            ]),
        SchemaRefusal(
            #"entity A C;"#,
            [
                #"1:10 expected `;` after the entity type, found `C`"#
            ]),
        SchemaRefusal(
            #"entity A = C;"#,
            [
                #"1:12 expected `{` after `=`, found `C` | attributes are written in braces; a common type cannot be named here"#
            ]),
        SchemaRefusal(
            #"type C = {}; entity A = C;"#,
            [
                #"1:25 expected `{` after `=`, found `C` | attributes are written in braces; a common type cannot be named here"#
            ]),
        SchemaRefusal(
            #"type C = {}; entity A C;"#,
            [
                #"1:23 expected `;` after the entity type, found `C`"#
            ]),
        SchemaRefusal(
            #"entity "A";"#,
            [
                #"1:8 expected the entity type's name after `entity`, found the string "A" | the name of a type is written without quotes"#
            ]),
        SchemaRefusal(
            #"entity A = { a: Set<> };"#,
            [
                #"1:21 expected a type, found `>`"#
            ]),
        SchemaRefusal(
            #"entity A = { a: Set<Long, String> };"#,
            [
                #"1:25 expected `>` after the type of the set's elements, found `,` | the `<` at line 1, column 20 is not closed"#
            ]),
        SchemaRefusal(
            #"entity A = { a: Set<Long };"#,
            [
                #"1:26 expected `>` after the type of the set's elements, found `}` | the `<` at line 1, column 20 is not closed"#
            ]),
        SchemaRefusal(
            #"entity A = { a: Foo<Long> };"#,
            [
                "1:17 `Foo` takes no type in `<\u{2026}>` | only sets do: `Set<Type>`"
            ]),
        SchemaRefusal(
            #"entity A = { a: Long;"#,
            [
                #"1:21 expected `}`, found `;` | the `{` at line 1, column 12 is not closed"#
            ]),
        SchemaRefusal(
            #"entity A /* x */;"#,
            [
                #"1:10 expected `;` after the entity type, found `/` | comments begin with `//` and end with the line"#
            ]),
        SchemaRefusal(
            #"namespace N { entity A; } entity A;"#,
            [
                #"1:22 `N::A` shadows `A`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"namespace N { type A = Long; } entity A;"#,
            [
                #"1:20 `N::A` shadows `A`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"namespace N { entity A; } type A = Long;"#,
            [
                #"1:22 `N::A` shadows `A`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"namespace N { action a; } action a;"#,
            [
                #"1:22 action `N::Action::"a"` shadows `Action::"a"`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"namespace N { action a in [M::Foo::"b"]; action b; } namespace M { action b; }"#,
            [
                #"1:28 `M::Foo::"b"` is not an action | the type of an action ends with `Action`: `Action::"b"`"#
            ]),
        SchemaRefusal(
            #"entity String; namespace N { entity A { a: String }; entity String; } "#,
            [
                #"1:61 `N::String` shadows `String`, which is declared outside of namespaces | give one of the two another name"#
            ]),
        SchemaRefusal(
            #"entity A = { a: action};"#,
            [
                #"1:17 type `action` is not declared"#
            ]),
        SchemaRefusal(
            #"entity A = { a: Long?};"#,
            [
                #"1:21 `?` stands after a type | an optional attribute has it after its name: `name?: Type`"#
            ]),
        SchemaRefusal(
            #"type T = (Long);"#,
            [
                #"1:10 expected a type, found `(`"#
            ]),
        SchemaRefusal(
            #"entity A; ; entity B;"#,
            [
                #"1:11 expected `entity`, `action`, `type` or `namespace`, found `;` | remove it: `;` only ends a declaration, it does not follow a namespace's `}`"#
            ]),
        SchemaRefusal(
            #";"#,
            [
                #"1:1 expected `entity`, `action`, `type` or `namespace`, found `;` | remove it: `;` only ends a declaration, it does not follow a namespace's `}`"#
            ]),
        SchemaRefusal(
            #"entity A {"\q": Long};"#,
            [
                "1:12 `\\q` is not an escape | the escapes are `\\n` `\\r` `\\t` `\\0` `\\\\` `\\\"` `\\'` `\\xHH` `\\u{\u{2026}}`; a backslash is `\\\\`"
            ]),
        SchemaRefusal(
            #"entity A { a: Long } { b: Long };"#,
            [
                #"1:22 expected `;` after the entity type, found `{` | attributes stand before `tags`, only once"#
            ]),
        SchemaRefusal(
            #"entity A in [B C]; entity B; entity C;"#,
            [
                #"1:16 expected `,` or `]`, found `C`"#
            ]),
        SchemaRefusal(
            #"entity A in (B); entity B;"#,
            [
                #"1:13 expected an entity type, or several in brackets, after `in`, found `(`"#
            ]),
        SchemaRefusal(
            #"entity A in B, C; entity B; entity C;"#,
            [
                #"1:14 expected `;` after the entity type, found `,` | several types are written in brackets: `[A, B]`"#
            ]),
        SchemaRefusal(
            #"entity User::Foo;"#,
            [
                "1:8 a declaration takes a name without `::` | put it into a block: `namespace User { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"action a::b;"#,
            [
                "1:8 a declaration takes a name without `::` | put it into a block: `namespace a { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"action Action::"a";"#,
            [
                "1:8 a declaration takes a name without `::` | put it into a block: `namespace Action { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"action Foo::"a";"#,
            [
                "1:8 a declaration takes a name without `::` | put it into a block: `namespace Foo { \u{2026} }`"
            ]),
        SchemaRefusal(
            #"entity A { a: Extension };"#,
            [
                #"1:15 type `Extension` is not declared"#
            ]),
        SchemaRefusal(
            "\u{feff}entity A;",
            [
                #"1:1 the text begins with a byte order mark | save the file without it"#
            ]),
        SchemaRefusal(
            "entity A {\"a\r\": Long};",
            [
                #"1:13 string literal contains a carriage return | write `\r`; a line break in a string must be a single line feed"#
            ]),
        SchemaRefusal(
            #"entity A enum ["a\*b"];"#,
            [
                #"1:18 `\*` is an escape only in the pattern of `like` | in a string a star is written `*`"#
            ]),
        SchemaRefusal(
            "entity A;\n\nentity B in [A,\n  C];",
            [
                #"4:3 entity type `C` is not declared"#
            ]),
        SchemaRefusal(
            "namespace N {\n  entity A {\n    owner: Usr,\n  };\n  entity User;\n}",
            [
                #"3:12 type `Usr` is not declared | did you mean `User`?"#
            ]),
        SchemaRefusal(
            "entity A;\naction v appliesTo {\n  principal: A,\n  resorce: A\n};",
            [
                #"4:3 expected `principal`, `resource` or `context`, found `resorce` | did you mean `resource`?"#
            ]),
        SchemaRefusal(
            "entity A {\n  a: Long,\n  b Long,\n};\nentity B {\n  c: Foo\n};\naction x in y",
            [
                #"3:5 expected `:` and a type after the attribute's name, found `Long`"#,
                #"8:14 expected `;` after the action, found the end of the text | every declaration ends with `;`"#,
            ]),
    ]

    static let valid: [String] = [
        #"entity A;"#,
        #"entity A, B;"#,
        #"entity A {};"#,
        #"entity A = {};"#,
        #"entity A; entity B in A;"#,
        #"entity A; entity B in [A];"#,
        #"entity A in [];"#,
        #"entity A in [] {};"#,
        #"entity A tags String;"#,
        #"entity A {} tags String;"#,
        #"entity A { a: Long };"#,
        #"entity A { a: Long, };"#,
        #"entity A { a?: Long, "b c"?: String };"#,
        #"entity A { "in": Long };"#,
        #"entity A { __cedar: Long };"#,
        #"entity A { "__cedar": Long };"#,
        #"entity A { principal: Long, resource: Long, type: Long, entity: Long, Set: Long, tags: Long, enum: Long };"#,
        #"entity type;"#,
        #"entity entity;"#,
        #"entity Set;"#,
        #"entity tags;"#,
        #"entity enum;"#,
        #"entity A enum ["a"];"#,
        #"entity A enum ["a","a"];"#,
        #"entity A, B enum ["a"];"#,
        #"entity A { a: Set<Long> };"#,
        #"entity A { a: Set <Long> };"#,
        #"type Set2 = Set<Set<Long>>; entity A {a: Set2};"#,
        #"entity A { a: {b: Long} };"#,
        #"entity A { a: {} };"#,
        #"entity A { a: Bool };"#,
        #"entity A { a: __cedar::Long };"#,
        #"entity A { a: __cedar::ipaddr };"#,
        #"entity A { a: Action }; action x;"#,
        #"type ipaddr = String; entity A { a: ipaddr };"#,
        #"type ipaddr = String;"#,
        #"entity Long; entity A { a: Long };"#,
        #"namespace A::B { entity C; }"#,
        #"namespace A { } "#,
        #"entity __cedarx;"#,
        #"action __cedar;"#,
        #"action "__cedar";"#,
        #"action "in";"#,
        #"action a;"#,
        #"action a, b;"#,
        #"action a in b; action b;"#,
        #"action a in "b"; action b;"#,
        #"action a in [b]; action b;"#,
        #"action a in [Action::"b"]; action b;"#,
        #"action a in Action::"b"; action b;"#,
        #"action a appliesTo { principal: A, resource: A };  entity A;"#,
        #"action a appliesTo { principal: A, resource: A, };  entity A;"#,
        #"action a appliesTo { resource: A, principal: A };  entity A;"#,
        #"action a appliesTo { principal: [A], resource: [A], };  entity A;"#,
        #"action a appliesTo { principal: [A,A], resource: [A], };  entity A;"#,
        #"action a appliesTo { principal: A, resource: A, context: {} };  entity A;"#,
        #"action a appliesTo { context: {}, principal: A, resource: A };  entity A;"#,
        #"action a appliesTo { principal: A, resource: A, context: C };  entity A; type C = {};"#,
        #"action a appliesTo { principal: A, resource: A } attributes {};  entity A;"#,
        #"action a attributes {};"#,
        #"action a in [b] attributes {}; action b;"#,
        #"type T = Long; entity T;"#,
        #"@a entity A;"#,
        #"@a("b") entity A;"#,
        #"@a @b entity A;"#,
        #"@if entity A;"#,
        #"@__cedar entity A;"#,
        #"@a("b") namespace X { }"#,
        #"@a namespace X { @b entity C { @c d: Long }; }"#,
        #"@a type T = {@b a: Long, @b b: Long};"#,
        #"@a action x, y;"#,
        #"entity A { a: Long, a: String };"#,
        #"entity A { a: Foo, a: String };"#,
        #"entity A in C; entity C;"#,
        #"entity A in [B]; entity B in [A];"#,
        #"entity A in A;"#,
        #"entity A; // foo"#,
        #"entity A { a: X :: Y }; namespace X { type Y = Long; }"#,
        #"namespace X :: Y { entity C; }"#,
        #"namespace N { entity A { a: N::B }; entity B; }"#,
        #"namespace N { entity A { a: B }; } entity B;"#,
        #"namespace N { action a; } action b;"#,
        #"namespace N { entity A { a: Action}; } action b;"#,
        #"namespace N { entity A { a: Action}; action b; }"#,
        #"namespace N { entity A { a: N::Action}; action b; }"#,
        #"namespace N { action a in [Action::"b"]; action b; }"#,
        #"namespace N { action a in [N::Action::"b"]; action b; }"#,
        #"namespace N { action a in [b]; } action b;"#,
        #"namespace N { action a in [Action::"b"]; } action b;"#,
        #"namespace N { action a in [b]; action b; } namespace M { action b; }"#,
        #"namespace N { action a in [M::Action::"b"]; action b; } namespace M { action b; }"#,
        #"namespace N { entity Long; entity A { a: Long }; }"#,
        #"namespace N { type ipaddr = Long; entity A { a: ipaddr }; } "#,
        #"entity A{a:Long}tags{b:Long};"#,
        #"entity A tags tags; type tags = Long;"#,
        #"entity tags tags tags;"#,
        #"entity enum enum ["a"];"#,
        #"entity A in enum; entity enum;"#,
        #"action appliesTo appliesTo {principal: principal, resource: principal}; entity principal;"#,
        #"action attributes attributes {};"#,
        #"type type = Long;"#,
        #"type namespace = Long;"#,
        #"namespace namespace {}"#,
        #"entity namespace;"#,
        #"entity A {"a": Long, a: String};"#,
        #"entity A {"\u{1F600}": Long};"#,
        #"entity A {"": Long};"#,
        #"action "";"#,
        #"entity A enum [""];"#,
        #"entity A { a: datetime, b: duration, c: decimal, d: ipaddr };"#,
        #""#,
        "  \n",
        #"// only a comment"#,
        "entity\u{a0}A;",
    ]
}
