import CedarSyntax
package import JSON

extension PolicyCase {
    /// Writes the case as one JSON object: `id`, `policies`, `entities`, `requests`.
    ///
    /// With answers, one for each request, they go into the requests as `decision`, `reason` and
    /// `errors`.
    package func write(to writer: inout JSONWriter, answers: [TreeAnswer] = []) {
        writer.beginObject()
        writer.key("id")
        writer.string(id)
        writer.key("policies")
        writer.string(utf8: policies.utf8.span)
        writer.key("entities")
        writer.beginArray()
        for entity in entities { writer.write(entity) }
        writer.endArray()
        writer.key("requests")
        writer.beginArray()
        for (index, request) in requests.enumerated() {
            writer.beginObject()
            writer.key("principal")
            writer.write(request.principal)
            writer.key("action")
            writer.write(request.action)
            writer.key("resource")
            writer.write(request.resource)
            writer.key("context")
            writer.write(request.context)
            if index < answers.count { answers[index].writeMembers(to: &writer) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension TreeAnswer {
    fileprivate func writeMembers(to writer: inout JSONWriter) {
        writer.key("decision")
        writer.string(isAllowed ? "allow" : "deny")
        for (key, ids) in [("reason", reasons), ("errors", errors)] {
            writer.key(key)
            writer.beginArray()
            for id in ids.sorted() { writer.string(utf8: id.utf8.span) }
            writer.endArray()
        }
    }
}
