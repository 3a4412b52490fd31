package import JSON

extension JSONWriter {
    /// Writes a value so that it is read back the same without a schema.
    package mutating func write(_ value: Value) {
        switch value {
        case .bool(let value): boolean(value)
        case .long(let value): integer(value)
        case .string(let text): string(utf8: text.utf8.span)
        case .entity(let uid):
            beginObject()
            key("__entity")
            write(uid)
            endObject()
        case .set(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .record(let members): write(members)
        case .decimal(let value): write("decimal", value.description)
        case .ip(let value): write("ip", value.description)
        case .datetime(let value): write(value)
        case .duration(let value): write("duration", value.description)
        }
    }

    /// Writes `{"type": …, "id": …}`.
    package mutating func write(_ uid: EntityUID) {
        beginObject()
        key("type")
        string(utf8: uid.type.utf8.span)
        key("id")
        string(utf8: uid.id.utf8.span)
        endObject()
    }

    package mutating func write(_ members: [(key: Text, value: Value)]) {
        beginObject()
        for member in members {
            key(utf8: member.key.utf8.span)
            write(member.value)
        }
        endObject()
    }

    /// Writes an entity; `tags` only when there are some.
    package mutating func write(_ entity: Entity) {
        beginObject()
        key("uid")
        write(entity.uid)
        key("attrs")
        write(entity.attributes)
        key("parents")
        beginArray()
        for parent in entity.parents { write(parent) }
        endArray()
        if !entity.tags.isEmpty {
            key("tags")
            write(entity.tags)
        }
        endObject()
    }

    private mutating func write(_ function: String, _ argument: String) {
        beginObject()
        key("__extn")
        beginObject()
        key("fn")
        string(function)
        key("arg")
        string(argument)
        endObject()
        endObject()
    }

    /// An instant outside of the years 0000–9999 has no text: it is written as an offset.
    private mutating func write(_ instant: DateTime) {
        if DateTime(parsing: Array(instant.description.utf8)) == instant {
            return write("datetime", instant.description)
        }
        beginObject()
        key("__extn")
        beginObject()
        key("fn")
        string("offset")
        key("args")
        beginArray()
        write("datetime", "1970-01-01")
        write("duration", Duration(milliseconds: instant.milliseconds).description)
        endArray()
        endObject()
        endObject()
    }
}
