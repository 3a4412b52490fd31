import CedarSyntax
import JSON

/// A file of template links: `[{"template_id", "link_id", "args": {"?principal": "User::\"a\""}}]`.
///
/// Source: the links file of the Rust `cedar` command line.
struct LinkFile {
    let path: String
    private let input: InputFile
    private let listed: [TemplateLink.Listed]

    /// Reads a file; an empty one has no links.
    init(_ path: String) throws(Failure) {
        self.path = path
        input = try InputFile(path)
        do throws(DataError) {
            listed = try TemplateLink.parse(file: input.bytes)
        } catch {
            throw input.failure(error)
        }
    }

    /// The links in the order of the file.
    var links: [TemplateLink] { listed.map(\.link) }

    /// Adds the links to a set that has their templates.
    func add(to set: inout PolicySet) throws(Failure) {
        do throws(PolicySet.FailedLink) {
            try set.link(links)
        } catch {
            throw input.failure(
                DataError(offset: listed[error.index].offset, message: error.reason.message))
        }
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
