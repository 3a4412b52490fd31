import CedarSyntax
import JSON

/// A file of template links: `[{"template_id", "link_id", "args": {"?principal": "User::\"a\""}}]`.
///
/// Source: the links file of the Rust `cedar` command line.
struct LinkFile {
    let path: String
    /// The links in the order of the file.
    private(set) var links: [TemplateLink] = []
    private let input: InputFile
    private let offsets: [Int]

    /// Reads a file; an empty one has no links.
    init(_ path: String) throws(Failure) {
        self.path = path
        input = try InputFile(path)
        guard !input.bytes.isEmpty else {
            offsets = []
            return
        }
        let json = try input.json()
        do throws(DataError) {
            (links, offsets) = try Self.links(json)
        } catch {
            throw input.failure(error)
        }
    }

    /// Adds the links to a set that has their templates.
    func add(to set: inout PolicySet) throws(Failure) {
        do throws(PolicySet.FailedLink) {
            try set.link(links)
        } catch {
            throw input.failure(
                DataError(offset: offsets[error.index], message: error.reason.message))
        }
    }

    private static func links(
        _ json: ValueJSON
    ) throws(DataError) -> (links: [TemplateLink], offsets: [Int]) {
        let tape = json.tape
        guard tape.kind(tape.root) == .array else {
            throw json.error(tape.root, "links must be an array")
        }
        var links: [TemplateLink] = []
        var offsets: [Int] = []
        for element in tape.elements(tape.root) {
            func text(_ name: StaticString) throws(DataError) -> Text {
                guard let node = tape.member(element, name), tape.kind(node) == .string else {
                    throw json.error(element, "the link has no `\(name)`, a string")
                }
                return json.text(node)
            }
            guard let arguments = tape.member(element, "args") else {
                throw json.error(element, "the link has no `args`")
            }
            links.append(
                TemplateLink(
                    templateID: try text("template_id"), newID: try text("link_id"),
                    values: try json.slotValues(arguments)))
            offsets.append(tape.offset(element))
        }
        return (links, offsets)
    }

    /// Writes links to a file, in the place of what it had.
    static func write(_ links: [TemplateLink], to path: String) throws(Failure) {
        try replaceFile(path, with: json(links))
    }

    private static func json(_ links: [TemplateLink]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for link in links {
            writer.beginObject()
            writer.key("template_id")
            writer.string(utf8: link.templateID.utf8.span)
            writer.key("link_id")
            writer.string(utf8: link.newID.utf8.span)
            writer.key("args")
            writer.beginObject()
            for (slot, uid) in [
                (Slot.principal, link.values.principal), (Slot.resource, link.values.resource),
            ] {
                guard let uid else { continue }
                writer.key(slot.rawValue.string)
                writer.string(uid.description)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}

extension ValueJSON {
    /// Reads `{"?principal": "User::\"alice\"", "?resource": …}`.
    func slotValues(_ node: JSONNode) throws(DataError) -> SlotValues {
        var values = SlotValues()
        for (slot, value) in try slotTexts(node) {
            switch slot {
            case .principal: values.principal = try uidOrText(value)
            case .resource: values.resource = try uidOrText(value)
            }
        }
        return values
    }

    /// The slots of an object and the strings that stand for their entities, not read yet.
    func slotTexts(
        _ node: JSONNode
    ) throws(DataError) -> [(slot: Slot, value: JSONNode)] {
        guard tape.kind(node) == .object else {
            throw error(node, "the values of slots must be an object")
        }
        var texts: [(slot: Slot, value: JSONNode)] = []
        for (key, value) in tape.members(node) {
            guard tape.kind(value) == .string else {
                throw error(value, #"a slot's value must be a string as "User::\"alice\""#)
            }
            guard let slot = Slot(rawValue: text(key)) else {
                throw error(
                    key, "`\(text(key))` is no slot: there are `?principal` and `?resource`")
            }
            texts.append((slot, value))
        }
        return texts
    }
}
