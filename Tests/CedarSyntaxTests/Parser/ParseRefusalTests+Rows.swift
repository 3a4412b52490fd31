import CedarSyntax

extension ParseRefusalTests {
    static let text = [
        Row(
            "\u{FEFF}permit(principal, action, resource);", 1, 1,
            "the text begins with a byte order mark"),
        Row(
            "permit(principal, action, resource);\u{200B}", 1, 37,
            "character U+200B is not part of the language"),
        Row(when: "principal.name == 'x'", 1, 62, "`'` does not begin a string"),
        Row(when: "“x” == \"y\"", 1, 44, "`“` (U+201C) does not begin a string"),
        Row(when: "\"a\nb", 1, 44, "string literal is not closed"),
        Row(when: "\"a\rb\"", 1, 46, "string literal contains a carriage return"),
        Row(when: "\"\\q\"", 1, 45, "`\\q` is not an escape"),
        Row(when: "\"\\u0041\"", 1, 45, "`\\u` is not an escape"),
        Row(when: "\"\\u{110000}\"", 1, 45, "`\\u{110000}` is not an escape"),
        Row(when: "\"\\u{_41}\"", 1, 45, "`\\u{` is not an escape"),
        Row(when: "\"\\x80\"", 1, 45, "`\\x80` is not an escape"),
        Row(when: "\"\\*\"", 1, 45, "`\\*` is an escape only in the pattern of `like`"),
        Row(when: "\"a\\\nb\"", 1, 46, "a backslash cannot stand before a line break"),
        Row(when: "#", 1, 44, "`#` is not part of the language"),
        Row(when: "true /* c */", 1, 49, "`/*` does not begin a comment"),
        Row(when: "1 & 2", 1, 46, "`&` is not an operator"),
        Row(when: "1 | 2", 1, 46, "`|` is not an operator"),
        Row(when: "principal ? 1 : 2", 1, 54, "`?` is not an operator"),
        Row(when: "é", 1, 44, "`é` (U+00E9) is not part of the language"),
    ]

    static let policies = [
        Row(
            "allow(principal, action, resource);", 1, 1,
            "expected `permit` or `forbid`, found `allow`"),
        Row(
            "deny(principal, action, resource);", 1, 1,
            "expected `permit` or `forbid`, found `deny`"),
        Row(
            "Permit(principal, action, resource);", 1, 1,
            "expected `permit` or `forbid`, found `Permit`"),
        Row(
            "permitt(principal, action, resource);", 1, 1,
            "expected `permit` or `forbid`, found `permitt`"),
        Row("(principal, action, resource);", 1, 1, "expected `permit` or `forbid`, found `(`"),
        Row(
            "permit principal, action, resource;", 1, 8,
            "expected `(` after `permit`, found `principal`"),
        Row(";", 1, 1, "expected `permit` or `forbid`, found `;`"),
        Row(
            "permit(principal, action, resource);;", 1, 37,
            "expected `permit` or `forbid`, found `;`"),
        Row(
            "@id", 1, 4,
            "expected `permit` or `forbid` after the annotations, found the end of the text"),
        Row(
            "@id()permit(principal, action, resource);", 1, 5,
            "expected a string as the value of `@id`, found `)`"),
        Row(
            "@id(x)permit(principal, action, resource);", 1, 5,
            "expected a string as the value of `@id`, found `x`"),
        Row(
            "@id(\"a\") @id(\"b\")permit(principal, action, resource);", 1, 10,
            "annotation `@id` is given twice"),
        Row(
            "@a::b(\"x\")permit(principal, action, resource);", 1, 3,
            "expected `permit` or `forbid` after the annotations, found `::`"),
        Row(
            "@\"id\"permit(principal, action, resource);", 1, 2,
            "expected the annotation's name after `@`, found the string \"id\""),
        Row("@id(\"a\"permit(principal, action, resource);", 1, 8, "expected `)`, found `permit`"),
        Row("permit(principal, action, resource)", 1, 36, "policy does not end with `;`"),
        Row(
            "permit(principal, action, resource)\npermit(principal, action, resource);", 1, 36,
            "policy does not end with `;`"),
        Row(
            "permit(principal, action, resource) { true };", 1, 37,
            "expected `when`, `unless` or `;`, found `{`"),
        Row(
            "permit(principal, action, resource) where { true };", 1, 37,
            "expected `when`, `unless` or `;`, found `where`"),
        Row(
            "permit(principal, action, resource) whne { true };", 1, 37,
            "expected `when`, `unless` or `;`, found `whne`"),
        Row(
            "permit(principal, action, resource) when true;", 1, 42,
            "expected `{` after `when`, found the reserved word `true`"),
        Row(
            "permit(principal, action, resource) when {};", 1, 43,
            "the condition of `when` is empty"),
        Row(
            "permit(principal, action, resource) unless ( true );", 1, 44,
            "expected `{` after `unless`, found `(`"),
        Row(
            "permit(principal, action, resource); when { true };", 1, 38,
            "expected `permit` or `forbid`, found `when`"),
        Row(
            "permit(principal, action, resource) when { true; };", 1, 48, "expected `}`, found `;`"),
        Row(
            "permit(principal, action, resource) when { true", 1, 48,
            "expected `}`, found the end of the text"),
    ]

    static let scope = [
        Row("permit();", 1, 8, "expected `principal`, found `)`"),
        Row("permit(principal);", 1, 17, "expected `,` and then `action`, found `)`"),
        Row("permit(principal, action);", 1, 25, "expected `,` and then `resource`, found `)`"),
        Row("permit(principal, resource, action);", 1, 19, "expected `action`, found `resource`"),
        Row(
            "permit(principal action, resource);", 1, 18,
            "expected `,` before `action`, found `action`"),
        Row("permit(principal, action, resource,,);", 1, 36, "expected `)`, found `,`"),
        Row(
            "permit(principal, action, resource, context);", 1, 37, "expected `)`, found `context`"),
        Row(
            "permit(principle, action, resource);", 1, 8, "expected `principal`, found `principle`"),
        Row("permit(principal, actions, resource);", 1, 19, "expected `action`, found `actions`"),
        Row("permit(principal, action, resource", 1, 35, "expected `)`, found the end of the text"),
        Row("permit(principal = User::\"a\", action, resource);", 1, 18, "`=` is not an operator"),
        Row("permit(principal: User, action, resource);", 1, 17, "`:` does not give a type"),
        Row(
            "permit(principal != User::\"a\", action, resource);", 1, 18,
            "`!=` cannot be used in the scope"),
        Row(
            "permit(principal == \"a\", action, resource);", 1, 21,
            "expected an entity such as `User::\"alice\"`, found the string \"a\""),
        Row(
            "permit(principal == User, action, resource);", 1, 21,
            "`User` is not an entity: its id is missing"),
        Row(
            "permit(principal == User::a, action, resource);", 1, 21,
            "`User::a` is not an entity: its id is missing"),
        Row(
            "permit(principal == User::{a: 1}, action, resource);", 1, 27,
            "expected a name or an id in quotes after `::`, found `{`"),
        Row(
            "permit(principal in [G::\"a\"], action, resource);", 1, 21,
            "expected an entity such as `User::\"alice\"`, found `[`"),
        Row(
            "permit(principal == ?resource, action, resource);", 1, 21,
            "`?resource` cannot be used for the principal"),
        Row(
            "permit(principal == ?user, action, resource);", 1, 21,
            "`?user` cannot be used for the principal"),
        Row(
            "permit(principal == principal, action, resource);", 1, 21,
            "`principal` is not an entity: its id is missing"),
        Row(
            "permit(principal in G::\"a\" is User, action, resource);", 1, 28,
            "`is` must come before `in`"),
        Row(
            "permit(principal is \"User\", action, resource);", 1, 21,
            "expected the name of an entity type after `is`, found the string \"User\""),
        Row(
            "permit(principal is User::\"a\", action, resource);", 1, 21,
            "`is` takes the name of an entity type, not an entity"),
        Row(
            "permit(principal is ?principal, action, resource);", 1, 21,
            "expected the name of an entity type after `is`, found `?principal`"),
        Row(
            "permit(principal is if, action, resource);", 1, 21,
            "`if` is a reserved word and cannot be part of a name"),
        Row(
            "permit(principal == User::\"a\" && true, action, resource);", 1, 31,
            "expected `,` and then `action`, found `&&`"),
        Row(
            "permit(principal == User::\"a\".b, action, resource);", 1, 30,
            "expected `,` and then `action`, found `.`"),
        Row(
            "permit(principal == (User::\"a\", action, resource);", 1, 31, "expected `)`, found `,`"
        ),
        Row(
            "permit(principal has a, action, resource);", 1, 18, "`has` cannot be used in the scope"
        ),
        Row("permit((principal), action, resource);", 1, 8, "expected `principal`, found `(`"),
        Row(
            "permit(principal == in::\"a\", action, resource);", 1, 21,
            "`in` is a reserved word and cannot be part of a name"),
        Row(
            "permit(principal == __cedar::\"a\", action, resource);", 1, 21,
            "`__cedar` is reserved and cannot be part of a name"),
        Row(
            "permit(principal is A == A::\"b\", action, resource);", 1, 23,
            "expected `,` and then `action`, found `==`"),
        Row(
            "permit(principal, action == User::\"a\", resource);", 1, 29,
            "`User::\"a\"` is not an action: its type is `User`"),
        Row(
            "permit(principal, action == Action::User::\"a\", resource);", 1, 29,
            "`Action::User::\"a\"` is not an action: its type is `Action::User`"),
        Row(
            "permit(principal, action is Action, resource);", 1, 26,
            "`is` cannot be used with `action` in the scope"),
        Row(
            "permit(principal, action == ?action, resource);", 1, 29,
            "a slot cannot stand for the action"),
        Row(
            "permit(principal, action in [[Action::\"a\"]], resource);", 1, 30,
            "expected an action such as `Action::\"view\"`, found `[`"),
        Row(
            "permit(principal, action in [,], resource);", 1, 30,
            "expected an action such as `Action::\"view\"`, found `,`"),
        Row(
            "permit(principal, action == [Action::\"a\"], resource);", 1, 29,
            "expected an action such as `Action::\"view\"`, found `[`"),
        Row(
            "permit(principal, action in ?resource, resource);", 1, 29,
            "a slot cannot stand for the action"),
        Row(
            "permit(principal, action in [Action::\"a\" Action::\"b\"], resource);", 1, 42,
            "expected `]`, found `Action`"),
        Row(
            "permit(principal, action == \"view\", resource);", 1, 29,
            "expected an action such as `Action::\"view\"`, found the string \"view\""),
        Row(
            "permit(principal, action like \"a*\", resource);", 1, 26,
            "`like` cannot be used in the scope"),
    ]

    static let expressions = [
        Row(when: "principal.age = 3", 1, 58, "`=` is not an operator"),
        Row(
            when: "1 < 2 < 3", 1, 50,
            "`<` cannot follow another comparison, `in`, `has`, `like` or `is`"),
        Row(
            when: "principal has a == true", 1, 60,
            "`==` cannot follow another comparison, `in`, `has`, `like` or `is`"),
        Row(
            when: "principal is A is B", 1, 59,
            "`is` cannot follow another comparison, `in`, `has`, `like` or `is`"),
        Row(when: "principal has a + 1", 1, 60, "`+` cannot follow `has`, `like` or `is`"),
        Row(when: "principal has \"a\".b", 1, 61, "expected an operator or `}`, found `.`"),
        Row(when: "principal has a[\"b\"]", 1, 59, "expected an operator or `}`, found `[`"),
        Row(
            when: "principal has (a)", 1, 58,
            "expected an attribute's name or a string after `has`, found `(`"),
        Row(
            when: "principal has if", 1, 58,
            "`if` is a reserved word and cannot be used without quotes"),
        Row(
            when: "principal has 1", 1, 58,
            "expected an attribute's name or a string after `has`, found the number 1"),
        Row(
            when: "principal has a.in", 1, 60,
            "`in` is a reserved word and cannot be used without quotes"),
        Row(
            when: "principal like principal.name", 1, 59,
            "expected a pattern in quotes after `like`, found `principal`"),
        Row(
            when: "principal like (\"a\")", 1, 59,
            "expected a pattern in quotes after `like`, found `(`"),
        Row(when: "1 / 2", 1, 46, "division is not supported"),
        Row(when: "1 % 2", 1, 46, "remainder is not supported"),
        Row(when: "true && if true then 1 else 2", 1, 52, "`if` cannot be an operand"),
        Row(when: "if true then 1", 1, 59, "expected `else`, found `}`"),
        Row(when: "if true { 1 } else { 2 }", 1, 52, "expected `then`, found `{`"),
        Row(when: "if true else 1", 1, 52, "expected `then`, found the reserved word `else`"),
        Row(when: "!-1", 1, 45, "`!` and `-` cannot be mixed"),
        Row(when: "-!true", 1, 45, "`!` and `-` cannot be mixed"),
        Row(when: "-----1", 1, 44, "more than four `-` in a row"),
        Row(when: "!!!!!true", 1, 44, "more than four `!` in a row"),
        Row(
            when: "9223372036854775808", 1, 44, "number 9223372036854775808 does not fit in 64 bits"
        ),
        Row(
            when: "-9223372036854775809", 1, 45,
            "number 9223372036854775809 does not fit in 64 bits"),
        Row(
            when: "-(9223372036854775808)", 1, 46,
            "number 9223372036854775808 does not fit in 64 bits"),
        Row(
            when: "99999999999999999999", 1, 44,
            "number 99999999999999999999 does not fit in 64 bits"),
        Row(when: "1.5", 1, 46, "expected an attribute or a method after `.`, found the number 5"),
        Row(when: "(1", 1, 47, "expected `)`, found `}`"),
        Row(when: "[1, 2", 1, 50, "expected `,` or `]`, found `}`"),
        Row(when: "{a: 1", 1, 51, "expected `}`, found `;`"),
        Row(when: "1)", 1, 45, "expected `}`, found `)`"),
        Row(when: "[1 2]", 1, 47, "expected an operator, `,` or `]`, found the number 2"),
        Row(when: "[,]", 1, 45, "expected an expression, found `,`"),
        Row(when: "()", 1, 45, "expected an expression, found `)`"),
        Row(when: "{a 1}", 1, 47, "expected `:` after the record key `a`, found the number 1"),
        Row(when: "{a = 1}", 1, 47, "expected `:` after the record key `a`, found `=`"),
        Row(when: "{a: 1, \"a\": 2}", 1, 51, "record key `\"a\"` is given twice"),
        Row(when: "{if: 1}", 1, 45, "`if` is a reserved word and cannot be used without quotes"),
        Row(
            when: "{__cedar: 1}", 1, 45,
            "`__cedar` is reserved and cannot be used as a name without quotes"),
        Row(
            when: "{1: 2}", 1, 45, "expected a record key (a name or a string), found the number 1"),
        Row(when: "true and false", 1, 49, "expected an operator or `}`, found `and`"),
        Row(when: "true or false", 1, 49, "expected an operator or `}`, found `or`"),
        Row(when: "not true", 1, 44, "`not` is not a variable"),
        Row(
            when: "principal contains \"a\"", 1, 54, "expected an operator or `}`, found `contains`"
        ),
        Row(when: "principle.age == 3", 1, 44, "`principle` is not a variable"),
        Row(when: "user.age", 1, 44, "`user` is not a variable"),
        Row(when: "True", 1, 44, "`True` is not a variable"),
        Row(when: "null", 1, 44, "`null` is not a variable"),
        Row(when: "User", 1, 44, "`User` is not a variable"),
        Row(when: "User::Group", 1, 44, "`User::Group` is not a value"),
        Row(when: "User::", 1, 51, "expected a name or an id in quotes after `::`, found `}`"),
        Row(
            when: "User::7", 1, 50,
            "expected a name or an id in quotes after `::`, found the number 7"),
        Row(when: "User::\"a\"::\"b\"", 1, 53, "expected an operator or `}`, found `::`"),
        Row(when: "in::\"a\"", 1, 44, "`in` is a reserved word and cannot be a value"),
        Row(when: "then", 1, 44, "`then` is a reserved word and cannot be a value"),
        Row(when: "__cedar::\"a\"", 1, 44, "`__cedar` is reserved and cannot be part of a name"),
        Row(
            when: "?principal == principal", 1, 44,
            "slot `?principal` cannot be used in a condition"),
        Row(when: "?user", 1, 44, "`?user` is not a slot"),
        Row(when: "foo(\"a\")", 1, 44, "`foo` is not a function"),
        Row(when: "decimel(\"1.0\")", 1, 44, "`decimel` is not a function"),
        Row(when: "isIpv4(\"a\")", 1, 44, "`isIpv4` is a method, not a function"),
        Row(when: "contains(1)", 1, 44, "`contains` is a method, not a function"),
        Row(when: "ip", 1, 44, "`ip` is not a variable"),
        Row(when: "Foo::ip(\"a\")", 1, 44, "`Foo::ip` is not a function"),
        Row(when: "principal(\"a\")", 1, 44, "`principal` cannot be called"),
        Row(when: "ip(\"a\")(\"b\")", 1, 44, "`ip(\"a\")` cannot be called"),
        Row(when: "principal.contains(1)(2)", 1, 44, "`principal.contains(1)` cannot be called"),
        Row(when: "principal.ip(\"a\")", 1, 54, "`ip` is a function, not a method"),
        Row(when: "principal.startsWith(\"a\")", 1, 54, "`startsWith` is not a method"),
        Row(when: "principal.containsall([])", 1, 54, "`containsall` is not a method"),
        Row(when: "principal.foo()", 1, 54, "`foo` is not a method"),
        Row(when: "principal.contains()", 1, 54, "`contains` takes one argument, found 0"),
        Row(when: "principal.contains(1, 2)", 1, 54, "`contains` takes one argument, found 2"),
        Row(when: "principal.isEmpty(1)", 1, 54, "`isEmpty` takes no argument, found 1"),
        Row(
            when: "principal.if", 1, 54, "`if` is a reserved word and cannot be used without quotes"
        ),
        Row(
            when: "principal.__cedar", 1, 54,
            "`__cedar` is reserved and cannot be used as a name without quotes"),
        Row(
            when: "principal.\"a\"", 1, 54,
            "expected an attribute or a method after `.`, found the string \"a\""),
        Row(
            when: "principal.1", 1, 54,
            "expected an attribute or a method after `.`, found the number 1"),
        Row(
            when: "principal[a]", 1, 54,
            "expected an attribute's name in quotes after `[`, found `a`"),
        Row(
            when: "principal[0]", 1, 54,
            "expected an attribute's name in quotes after `[`, found the number 0"),
        Row(when: "principal[\"a\"", 1, 58, "expected `]`, found `}`"),
        Row(when: "1 === 2", 1, 48, "expected an expression, found `=`"),
        Row(when: "1 <> 2", 1, 47, "expected an expression, found `>`"),
        Row(when: "1 =< 2", 1, 46, "`=` is not an operator"),
        Row(when: "true principal", 1, 49, "expected an operator or `}`, found `principal`"),
        Row(when: "\"a\" \"b\"", 1, 48, "expected an operator or `}`, found the string \"b\""),
        Row(when: "a:b", 1, 44, "`a` is not a variable"),
        Row(when: "principal.a.b c", 1, 58, "expected an operator or `}`, found `c`"),
        Row(when: "true) && (false", 1, 48, "expected `}`, found `)`"),
        Row(when: "+1", 1, 44, "expected an expression, found `+`"),
        Row(when: "* 2", 1, 44, "expected an expression, found `*`"),
        Row(when: "1 +", 1, 48, "expected an expression, found `}`"),
        Row(when: "&& true", 1, 44, "expected an expression, found `&&`"),
        Row(when: "permit", 1, 44, "`permit` is not a variable"),
        Row(when: "@x", 1, 44, "expected an expression, found `@`"),
    ]
}
