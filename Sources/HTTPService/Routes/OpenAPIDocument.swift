/// The description of the HTTP API that `/openapi.json` answers.
enum OpenAPIDocument {
    static let bytes = Array("{}".utf8)
}
