package import JSON

extension TemplateLink {
    /// A link as a file lists it, with the place for messages.
    package struct Listed: Sendable {
        package let link: TemplateLink
        /// Byte offset in the file.
        package let offset: Int

        package init(link: TemplateLink, offset: Int) {
            self.link = link
            self.offset = offset
        }
    }

    /// Reads a file of links: `[{"template_id", "link_id", "args": {"?principal": "User::\"a\""}}]`;
    /// an empty one has no links.
    ///
    /// Whether the templates exist is not looked at.
    /// - Throws: the first error.
    ///
    /// Source: the links file of the Rust `cedar` command line.
    package static func parse(
        file source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(DataError) -> [Listed] {
        guard !source.isEmpty else { return [] }
        let json: ValueJSON
        do throws(JSONError) {
            json = ValueJSON(
                try JSONTape(
                    parsing: source, limits: JSONLimits(maximumBytes: limits.maximumBytes)))
        } catch {
            throw DataError(error)
        }
        return try json.links(json.tape.root)
    }
}

extension ValueJSON {
    fileprivate func links(_ node: JSONNode) throws(DataError) -> [TemplateLink.Listed] {
        guard tape.kind(node) == .array else { throw error(node, "links must be an array") }
        var links: [TemplateLink.Listed] = []
        for element in tape.elements(node) {
            guard tape.kind(element) == .object else {
                throw error(
                    element, "a link must be an object with `template_id`, `link_id` and `args`")
            }
            func text(_ name: StaticString) throws(DataError) -> Text {
                guard let node = tape.member(element, name), tape.kind(node) == .string else {
                    throw error(element, "the link has no `\(name)`, a string")
                }
                return self.text(node)
            }
            guard let arguments = tape.member(element, "args") else {
                throw error(element, "the link has no `args`")
            }
            let link = TemplateLink(
                templateID: try text("template_id"), newID: try text("link_id"),
                values: try slotValues(arguments))
            links.append(TemplateLink.Listed(link: link, offset: tape.offset(element)))
        }
        return links
    }

    /// Reads `{"?principal": "User::\"alice\"", "?resource": …}`.
    package func slotValues(_ node: JSONNode) throws(DataError) -> SlotValues {
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
    package func slotTexts(
        _ node: JSONNode
    ) throws(DataError) -> [(slot: Slot, value: JSONNode)] {
        guard tape.kind(node) == .object else {
            throw error(node, "the values of slots must be an object")
        }
        var texts: [(slot: Slot, value: JSONNode)] = []
        for (key, value) in tape.members(node) {
            guard tape.kind(value) == .string else {
                throw error(value, #"a slot's value must be a string as "User::\"alice\"""#)
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
