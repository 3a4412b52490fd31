import JSON

extension ConfigurationSection {
    /// The JSON Schema (draft 2020-12) of a configuration, by which editors complete and check keys.
    func jsonSchema() -> [UInt8] {
        var writer = JSONWriter(style: .pretty)
        writer.beginObject()
        writer.key("$schema")
        writer.string("https://json-schema.org/draft/2020-12/schema")
        writer.key("title")
        writer.string("The configuration of `writ serve`")
        write(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// Writes the members of the schema of an object.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("type")
        writer.string("object")
        writer.key("additionalProperties")
        writer.boolean(false)
        let required = keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty {
            writer.key("required")
            writer.strings(required)
        }
        if !alternatives.isEmpty {
            writer.key("oneOf")
            writer.beginArray()
            for name in alternatives {
                writer.beginObject()
                writer.key("required")
                writer.strings([name])
                writer.endObject()
            }
            writer.endArray()
        }
        writer.key("properties")
        writer.beginObject()
        for key in keys {
            writer.key(key.name)
            writer.beginObject()
            writer.key("description")
            writer.string("\(key.meaning) \(key.terms(alternatives(to: key.name)))")
            if case .value(let value) = key.fallback {
                writer.key("default")
                key.form.write(value, to: &writer)
            }
            key.form.write(to: &writer)
            writer.endObject()
        }
        writer.endObject()
    }
}

extension ConfigurationForm {
    /// Writes a default.
    fileprivate func write(_ value: String, to writer: inout JSONWriter) {
        switch self {
        case .boolean: writer.boolean(value == "true")
        case .integer, .size:
            if let number = Int64(value) { writer.integer(number) } else { writer.string(value) }
        default: writer.string(value)
        }
    }

    /// Writes the members of a schema.
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .boolean: Self.write(type: "boolean", to: &writer)
        case .integer(let range):
            Self.write(type: "integer", to: &writer)
            writer.key("minimum")
            writer.integer(Int64(range.lowerBound))
            writer.key("maximum")
            writer.integer(Int64(range.upperBound))
        case .size(let range):
            writer.key("type")
            writer.strings(["integer", "string"])
            writer.key("minimum")
            writer.integer(Int64(range.lowerBound))
            writer.key("maximum")
            writer.integer(Int64(range.upperBound))
            writer.key("pattern")
            writer.string("^[0-9]+ *(KiB|MiB|GiB)?$")
        case .duration:
            Self.write(type: "string", to: &writer)
            writer.key("pattern")
            writer.string("^[0-9]+ *(ms|s|m|h)$")
        case .choice(let words):
            writer.key("enum")
            writer.strings(words)
        case .text, .path: Self.writeText(to: &writer)
        case .paths:
            writer.key("oneOf")
            writer.beginArray()
            writer.beginObject()
            Self.writeText(to: &writer)
            writer.endObject()
            writer.beginObject()
            Self.write(type: "array", to: &writer)
            writer.key("minItems")
            writer.integer(1)
            Self.writeItems(.text(""), to: &writer)
            writer.endObject()
            writer.endArray()
        case .list(let form):
            Self.write(type: "array", to: &writer)
            Self.writeItems(form, to: &writer)
        case .choiceOrList(let words, let form):
            writer.key("oneOf")
            writer.beginArray()
            writer.beginObject()
            writer.key("enum")
            writer.strings(words)
            writer.endObject()
            writer.beginObject()
            Self.write(type: "array", to: &writer)
            Self.writeItems(form, to: &writer)
            writer.endObject()
            writer.endArray()
        case .map(_, let form):
            Self.write(type: "object", to: &writer)
            writer.key("additionalProperties")
            writer.beginObject()
            form.write(to: &writer)
            writer.endObject()
        case .section(let section): section.write(to: &writer)
        }
    }

    private static func write(type: String, to writer: inout JSONWriter) {
        writer.key("type")
        writer.string(type)
    }

    /// A single value; what looks like a number is text to the decoder as well.
    private static func writeText(to writer: inout JSONWriter) {
        writer.key("type")
        writer.strings(["string", "number"])
        writer.key("minLength")
        writer.integer(1)
    }

    private static func writeItems(_ form: ConfigurationForm, to writer: inout JSONWriter) {
        writer.key("items")
        writer.beginObject()
        form.write(to: &writer)
        writer.endObject()
    }
}
