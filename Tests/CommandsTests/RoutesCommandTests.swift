import Testing

@Suite("writ routes")
struct RoutesCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(
            "routes.yaml",
            """
            version: 1
            hosts: [api.example.org]
            routes:
              - name: balances
                method: GET
                path: /accounts/{account}/balances
                action: Action::"readBalances"
                resource: { type: Account, id: "{account}" }
                context:
                  consent: { header: X-Consent, type: entity, entity: Consent }
                  limit: { query: limit, type: long, optional: true }
              - method: [GET, HEAD]
                path: /accounts/me/balances
                action: Action::"readOwn"
                resource: { type: Account, id: me }

            """)
    }

    private func routes(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(["routes"] + arguments, in: workplace)
    }

    @Test(
        "A request that no route takes, or that is refused, ends with 2",
        arguments: [
            ("GET", "https://api.example.org/accounts", "route-unmatched"),
            ("PUT", "https://api.example.org/accounts/a/balances", "route-unmatched"),
            ("GET", "https://other.example.org/accounts/me/balances", "route-unmatched"),
            ("GET", "https://api.example.org/accounts/../me", "dot-segment"),
            ("GET", "https://api.example.org/accounts%2Fme", "escaped-slash"),
            ("GET", "https://api.example.org/accounts/me/balances#x", "fragment"),
            ("get", "https://api.example.org/accounts/me/balances", "method-invalid"),
            ("GET", "https://user@api.example.org/", "host-invalid"),
            ("GET", "https://api.example.org/accounts/a/balances", "member-missing"),
        ])
    func denied(_ method: String, _ url: String, _ code: String) throws {
        let text = try routes("explain", method, url)
        #expect(text.status == 2)
        #expect(text.output.contains("denied     \(code): "), "\(text.output)")
        let json = try routes("explain", method, url, "--json")
        #expect(json.status == 2)
        #expect(json.output.hasPrefix(#"{"matched":false,"refusal":{"code":"\#(code)""#))
    }

    @Test("Wrong usage and files that cannot be read end with 1")
    func failures() throws {
        #expect(try routes("explain", "GET").status == 1)
        #expect(try routes("explain", "GET", "/a", "--routes", "none.yaml").status == 1)
        #expect(try routes("explain", "GET", "/a", "--header", "novalue").status == 1)
        #expect(try routes("check", "none.yaml").status == 1)
        #expect(try routes("import", "none.yaml").status == 1)
    }

    @Test("What matches is shown, and why the other does not")
    func matched() throws {
        let run = try routes(
            "explain", "GET", "https://API.example.org:443/accounts/a%20b/balances?limit=5", "-H",
            "x-consent: c-1")
        #expect(run.status == 0)
        #expect(
            run.output == """
                route      balances  (routes.yaml:4:5)
                template   /accounts/{account}/balances
                capture    account = "a b"
                action     Action::"readBalances"
                resource   Account::"a b"
                context    consent = Consent::"c-1"
                context    limit = 5
                http       host = "api.example.org"
                http       method = "GET"
                http       path = "/accounts/a%20b/balances"
                http       query = "limit=5"
                http       route = "balances"
                not        GET|HEAD /accounts/me/balances  (routes.yaml:12:5): segment 2 is `a b`, \
                not `me`

                """)
        let json = try routes(
            "explain", "HEAD", "/accounts/me/balances", "--host", "api.example.org", "--json")
        #expect(json.status == 0)
        #expect(json.output.hasPrefix(#"{"matched":true,"route":{"name":"GET|HEAD "#))
        #expect(
            json.output.contains(#""others":[{"name":"balances","line":4,"reason":"the method"#))
        let both = try routes(
            "explain", "GET", "https://api.example.org/accounts/me/balances")
        #expect(both.output.contains("matches too, but `GET|HEAD /accounts/me/balances` is more"))
    }

    @Test("Ambiguous routes are shown with both places, and the source underlined")
    func ambiguous() throws {
        try workplace.write(
            "two.yaml",
            """
            version: 1
            routes:
              - path: /a/{b}
                action: Action::"one"
                resource: { type: A, id: b }
              - path: /a/{c}
                action: Action::"two"
                resource: { type: A, id: c }
              - path: /a//b
                action: Action::"two"
                resource: { type: A, id: c }

            """)
        let empty = try routes("check", "two.yaml")
        #expect(empty.status == 1)
        #expect(empty.errors.contains("two.yaml:9:11"), "\(empty.errors)")
        try workplace.write(
            "two.yaml", workplace.text("two.yaml").replacing("/a//b", with: "/b"))
        let run = try routes("check", "two.yaml")
        #expect(run.status == 1)
        #expect(run.errors.contains("two.yaml:6:5"), "\(run.errors)")
        #expect(run.errors.contains("line 3, column 5"), "\(run.errors)")
        #expect(run.errors.contains("^"))
    }

    @Test("Files that are no YAML, no UTF-8, too deep or too large by aliases are refused")
    func hostile() throws {
        try workplace.write("a.yaml", "routes: [")
        #expect(try routes("check", "a.yaml").errors.contains("a.yaml:"))
        try workplace.write("b.yaml", [0xFF, 0xFE, 0x00])
        #expect(try routes("check", "b.yaml").status == 1)
        try workplace.write(
            "c.yaml", String(repeating: "[", count: 200) + String(repeating: "]", count: 200))
        #expect(try routes("check", "c.yaml").errors.contains("too deep"))
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let use = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(use)]\n"
        }
        try workplace.write("d.yaml", bomb)
        let run = try routes("check", "d.yaml")
        #expect(run.status == 1)
        #expect(run.errors.contains("too large"), "\(run.errors)")
    }

    @Test(
        "A key that is made of aliases, which takes a parser for ever, is refused at once",
        arguments: [
            "? *a40\n: 1\n", "z: {? *a40 : 1}\n", "*a40 : 1\n", "z: {*a40 : 1}\n",
            "{p: *a40}: 1\n", "[*a40] : 1\n", "- ?\t*a40\n", "?\n  *a40\n",
        ])
    func hostileKeys(_ key: String) throws {
        var document = "a0: &a0 {x: x}\n"
        for level in 1...40 {
            document += "a\(level): &a\(level) {p: *a\(level - 1), q: *a\(level - 1)}\n"
        }
        try workplace.write("keys.yaml", document + key)
        for command in ["check", "import"] {
            let run = try routes(command, "keys.yaml")
            #expect(run.status == 1 && run.errors.contains("more than 15 aliases"), "\(run)")
        }
        // Paths of OpenAPI documents are no collections.
        let paths = (0..<20).map { "  /a\($0)/{b}: {get: *op}\n" }.joined()
        try workplace.write(
            "paths.yaml",
            "openapi: 3.0.0\nx-op: &op {operationId: read}\npaths:\n" + paths)
        let run = try routes("import", "paths.yaml")
        #expect(run.status == 0, "\(run)")
        // As values they are counted.
        try workplace.write("keys.yaml", document + "z: *a40\n")
        #expect(try routes("check", "keys.yaml").errors.contains("too large"))
    }

    @Test("Good routes are counted")
    func checked() throws {
        let run = try routes("check")
        #expect(run.status == 0 && run.output == "2 routes are good\n", "\(run)")
        let json = try routes("check", "--json")
        #expect(json.output.contains(#""hosts":["api.example.org"],"methods":["GET","HEAD"]"#))
    }

    @Test("An OpenAPI document becomes routes; what cannot be mapped is said")
    func imported() throws {
        try workplace.write("swagger.yaml", "swagger: '2.0'\npaths: {}\n")
        #expect(try routes("import", "swagger.yaml").errors.contains("OpenAPI 3"))
        try workplace.write(
            "api.yaml",
            """
            openapi: 3.1.0
            servers: [{ url: "https://API.example.org/v1/" }]
            paths:
              /pets:
                get: { operationId: listPets }
                post: {}
              /pets/{pet.id}:
                get: { operationId: 'show "Pet"' }
              /pets/{a}.{b}:
                get: { operationId: odd }
              /shared: { $ref: "x.yaml" }

            """)
        let run = try routes("import", "api.yaml", "--output", "made.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("api.yaml:6:5: `POST /pets` has no `operationId`"))
        #expect(run.errors.contains("api.yaml:9:3: `/v1/pets/{a}.{b}` was left out"))
        #expect(run.errors.contains("is a reference"))
        let made = workplace.text("made.yaml")
        #expect(made.contains(#"path: "/v1/pets/{pet_id}""#), "\(made)")
        let explained = try routes(
            "explain", "GET", "https://api.example.org/v1/pets/7", "--routes", "made.yaml")
        #expect(explained.status == 0)
        #expect(explained.output.contains(#"action     Action::"show \"Pet\"""#))
        #expect(explained.output.contains(#"resource   Pet::"7""#))
        #expect(try routes("import", "api.yaml", "--output", "made.yaml").status == 1)
        #expect(try routes("import", "api.yaml", "--strict").status == 1)
        try workplace.write(
            "api.json", #"{"openapi":"3.0.3","paths":{"/a/{x}":{"put":{"operationId":"a"}}}}"#)
        let json = try routes("import", "api.json", "--json")
        #expect(json.status == 0 && json.output.hasPrefix(#"{"count":1,"#), "\(json)")
    }

    @Test("Two operations for the same requests are refused where they stand")
    func ambiguousDocument() throws {
        try workplace.write(
            "api.yaml",
            """
            openapi: 3.1.0
            paths:
              /orders/{order}:
                get: { operationId: show }
              /orders/{id}:
                put: { operationId: change }
                get: { operationId: again }

            """)
        let run = try routes("import", "api.yaml")
        #expect(run.status == 1 && run.output.isEmpty)
        #expect(run.errors.contains("api.yaml:7:5"), "\(run.errors)")
        #expect(run.errors.contains("`GET /orders/{id}` takes the same requests"))
        #expect(run.errors.contains("line 4, column 5"))
    }

    @Test("What an import guesses and leaves out is said, and no two resources get one id")
    func lossyDocument() throws {
        try workplace.write(
            "api.yaml",
            """
            openapi: 3.1.0
            paths:
              /users/{user-id}/orders/{order_id}:
                parameters:
                  - { name: user-id, in: path, required: true }
                  - { name: X-Tenant, in: header, required: true }
                  - { name: view, in: query, required: true }
                  - { name: page, in: query }
                  - { $ref: "#/components/parameters/trace" }
                get: { operationId: show }
                put: { operationId: show }
              /über/{id}:
                get: { operationId: over }

            """)
        let run = try routes("import", "api.yaml", "--output", "made.yaml")
        #expect(run.status == 0, "\(run.errors)")
        for words in [
            "api.yaml:6:9: `GET /users/{user-id}/orders/{order_id}` requires `X-Tenant`",
            "api.yaml:7:9: `GET /users/{user-id}/orders/{order_id}` requires `view`",
            "api.yaml:9:17: `GET /users/{user-id}/orders/{order_id}`: a parameter is a reference",
            "the operation in line 10 has the `operationId` `show` as well",
            "the id of `GET /users/{user-id}/orders/{order_id}` is `{user-id}/{order_id}`",
        ] { #expect(run.errors.contains(words), "\(words)\n\(run.errors)") }
        #expect(!run.errors.contains("`page`"))
        let shown = try routes(
            "explain", "GET", "https://a.example/users/7/orders/1", "--routes", "made.yaml")
        #expect(shown.output.contains(#"resource   Order::"7/1""#), "\(shown)")
        let changed = try routes(
            "explain", "PUT", "https://a.example/users/7/orders/1", "--routes", "made.yaml")
        #expect(
            changed.output.contains(#"Action::"put /users/{user-id}/orders/{order_id}""#),
            "\(changed)")
        let over = try routes(
            "explain", "GET", "https://a.example/%C3%BCber/7", "--routes", "made.yaml")
        #expect(over.output.contains(#"resource   Id::"7""#), "\(over)")
    }
}
