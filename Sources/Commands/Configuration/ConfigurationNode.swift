import CedarSyntax
import Glibc
import Yams

/// One value of the configuration file, with its place for messages and what its key takes.
///
/// What is read is what the key's ``ConfigurationForm`` says: reading in another way than the form
/// is a mistake of the program.
struct ConfigurationNode {
    private let node: Node
    private let file: InputFile
    /// What the value must be.
    private let form: ConfigurationForm
    /// The keys that lead here, joined by dots.
    private let name: String

    /// Reads a whole file.
    ///
    /// - Parameter help: what to do about a file in which nothing stands.
    init(
        _ file: InputFile, _ section: ConfigurationSection,
        whenEmpty help: String = "`writ configuration example` writes one"
    ) throws(Failure) {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw Failure("`\(file.name)` is no UTF-8 text", file: file.name)
        }
        try KeyedAliases.refuse(file)
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw Failure("`\(file.name)` is empty", help: help, file: file.name)
            }
            self.node = node
        } catch let failure as Failure {
            throw failure
        } catch let error as YamlError {
            throw file.failure(error)
        } catch {
            throw Failure("`\(file.name)` cannot be read: \(error)", file: file.name)
        }
        self.file = file
        form = .section(section)
        name = ""
    }

    private init(_ node: Node, _ file: InputFile, _ form: ConfigurationForm, _ name: String) {
        self.node = node
        self.file = file
        self.form = form
        self.name = name
    }

    private func qualified(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    /// A failure at this place.
    func failure(_ message: String, help: String? = nil) -> Failure {
        place.failure(message, help: help)
    }

    /// Where this is, for what is found out when the file is read.
    var place: SourcePlace { SourcePlace(file, span) }

    private var span: SourceSpan {
        let start = node.mark.map { file.offset(line: $0.line, column: $0.column) } ?? 0
        guard case .scalar(let scalar) = node else { return file.word(at: start) }
        return file.value(scalar.string, at: start)
    }

    // MARK: Mappings

    /// The members of a mapping whose keys are all known.
    struct Mapping {
        fileprivate let owner: ConfigurationNode
        fileprivate let section: ConfigurationSection
        fileprivate let members: [String: ConfigurationNode]

        func optional(_ key: String) throws(Failure) -> ConfigurationNode? {
            precondition(section[key] != nil, "no key `\(owner.qualified(key))` is described")
            return members[key]
        }

        func required(_ key: String) throws(Failure) -> ConfigurationNode {
            guard let node = try optional(key) else {
                throw owner.failure("the key `\(owner.qualified(key))` is missing")
            }
            return node
        }
    }

    /// The members; a key that is not known, or stands twice, is refused.
    func mapping() throws(Failure) -> Mapping {
        let section = section
        guard case .mapping(let mapping) = node else {
            let what = name.isEmpty ? "expected" : "`\(name)` must have"
            throw failure("\(what) keys and values: " + names(of: section))
        }
        var members: [String: ConfigurationNode] = [:]
        for (keyNode, value) in mapping {
            let (key, place) = key(keyNode)
            guard let known = section[key] else { throw unknown(key, at: place, in: section) }
            guard members[key] == nil else {
                throw place.failure("the key `\(qualified(key))` stands twice")
            }
            members[key] = ConfigurationNode(value, file, known.form, qualified(key))
        }
        return Mapping(owner: self, section: section, members: members)
    }

    private var section: ConfigurationSection {
        guard case .section(let section) = form else {
            preconditionFailure("`\(name)` is described as no mapping of known keys")
        }
        return section
    }

    /// A key of a mapping, and what tells where it stands.
    private func key(_ node: Node) -> (key: String, place: ConfigurationNode) {
        (node.scalar?.string ?? "", ConfigurationNode(node, file, form, name))
    }

    private func names(of section: ConfigurationSection) -> String {
        section.keys.map(\.name).sorted().joined(separator: ", ")
    }

    private func unknown(
        _ key: String, at place: ConfigurationNode, in section: ConfigurationSection
    ) -> Failure {
        let near = nearestName(to: key, among: section.keys.map(\.name).sorted())
        return place.failure(
            "unknown key `\(qualified(key))`",
            help: near.map { "did you mean `\($0)`?" } ?? "known keys: " + names(of: section))
    }

    /// The members of a mapping whose keys are up to its author.
    func entries() throws(Failure) -> [(key: String, node: ConfigurationNode)] {
        guard case .map(_, let form) = form else {
            preconditionFailure("`\(name)` is described as no mapping of free keys")
        }
        guard case .mapping(let mapping) = node else {
            throw failure("`\(name)` must have keys and values")
        }
        var entries: [(key: String, node: ConfigurationNode)] = []
        for (keyNode, value) in mapping {
            let (key, place) = key(keyNode)
            guard !key.isEmpty else {
                throw place.failure("a key of `\(name)` must be a single value")
            }
            entries.append((key, ConfigurationNode(value, file, form, qualified(key))))
        }
        return entries
    }

    // MARK: Lists

    /// Whether it is a list.
    var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    /// The elements of a list.
    func elements() throws(Failure) -> [ConfigurationNode] {
        let element: ConfigurationForm
        switch form {
        case .list(let form), .choiceOrList(_, let form): element = form
        default: preconditionFailure("`\(name)` is described as no list")
        }
        guard case .sequence(let sequence) = node else {
            if case .integer = element {
                throw failure("`\(name)` must be a list of numbers, as in [1000, 1001]")
            }
            throw failure("`\(name)` must be a list")
        }
        return sequence.map { ConfigurationNode($0, file, element, name) }
    }

    /// The elements of a list of ids.
    func identifiers() throws(Failure) -> [UInt32] {
        var identifiers: [UInt32] = []
        for element in try elements() { identifiers.append(UInt32(try element.integer())) }
        return identifiers
    }

    // MARK: Single values

    func boolean() throws(Failure) -> Bool {
        guard case .boolean = form else {
            preconditionFailure("`\(name)` is described as no boolean")
        }
        return try choice(among: ["true": true, "false": false])
    }

    /// A single value that is not empty.
    func text() throws(Failure) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            throw failure("`\(name)` must be a single value")
        }
        return scalar.string
    }

    /// A path; a relative one is relative to the configuration file.
    func path(in folder: String) throws(Failure) -> String {
        let path = try text()
        if path.hasPrefix("/") { return path }
        return absolute(folder) + "/" + path
    }

    /// The content of the file at a path.
    func bytes(in folder: String) throws(Failure) -> [UInt8] {
        do throws(Failure) {
            return try InputFile(try path(in: folder)).bytes
        } catch {
            throw failure(error.description)
        }
    }

    /// One path or a list of paths, at least one.
    func paths(in folder: String) throws(Failure) -> [String] {
        guard case .paths = form else { preconditionFailure("`\(name)` is described as no paths") }
        guard case .sequence(let sequence) = node else { return [try path(in: folder)] }
        guard !sequence.isEmpty else { throw failure("`\(name)` must name at least one file") }
        var paths: [String] = []
        for element in sequence {
            paths.append(try ConfigurationNode(element, file, form, name).path(in: folder))
        }
        return paths
    }

    /// The value that a word stands for.
    ///
    /// - Parameter choices: by the words of the key's form, or by some of these where the others
    ///   contradict another key.
    func choice<Value>(_ choices: [String: Value]) throws(Failure) -> Value {
        switch form {
        case .choice(let words), .choiceOrList(let words, _):
            precondition(
                choices.keys.allSatisfy(words.contains), "a word of `\(name)` is not described")
        default: preconditionFailure("`\(name)` is described as no choice")
        }
        return try choice(among: choices)
    }

    private func choice<Value>(among choices: [String: Value]) throws(Failure) -> Value {
        let text = try text()
        guard let value = choices[text] else {
            let near = nearestName(to: text, among: choices.keys.sorted())
            throw failure(
                "`\(name)` must be \(ConfigurationText.alternatives(choices.keys.sorted())), not "
                    + "`\(text)`",
                help: near.map { "did you mean `\($0)`?" })
        }
        return value
    }

    func integer() throws(Failure) -> Int {
        guard case .integer(let range) = form else {
            preconditionFailure("`\(name)` is described as no integer")
        }
        guard let value = Int(try text()), range.contains(value) else {
            throw failure("`\(name)` must be \(form.words)")
        }
        return value
    }

    /// A number of bytes, as in `64KiB`.
    func size() throws(Failure) -> Int {
        guard case .size(let range) = form else {
            preconditionFailure("`\(name)` is described as no size")
        }
        let units = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        guard let value = scaled(try text(), units), range.contains(value) else {
            throw failure(
                "`\(name)` must be \(form.words)",
                help: "in bytes, or with one of `KiB`, `MiB` and `GiB`, as in `64KiB`")
        }
        return value
    }

    /// A length of time, as in `250ms`.
    func duration() throws(Failure) -> Swift.Duration {
        guard case .duration(let range) = form else {
            preconditionFailure("`\(name)` is described as no time")
        }
        let units = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
        let value = scaled(try text(), units).map { Swift.Duration.milliseconds($0) }
        guard let value, range.contains(value) else {
            throw failure(
                "`\(name)` must be \(form.words)",
                help: range.isWholeSeconds
                    ? "as in `5s`, `1m` or `2h`" : "as in `250ms`, `5s`, `1m` or `2h`")
        }
        return value
    }

    private func scaled(_ text: String, _ units: [String: Int]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let number = Int(digits), let factor = units[String(unit)] else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }
}

// MARK: Everything that is wrong

extension ConfigurationNode {
    /// Refuses a file in which any key or value is not as described, with all of them at once.
    func requireWellFormed() throws(Failure) {
        var problems: [Diagnostic] = []
        collect(&problems)
        guard !problems.isEmpty else { return }
        throw Failure(problems.sorted { $0.span.start < $1.span.start }, in: file)
    }

    /// Goes as deep as the descriptions, however deep the file is.
    private func collect(_ problems: inout [Diagnostic]) {
        do throws(Failure) {
            switch form {
            case .boolean: _ = try boolean()
            case .integer: _ = try integer()
            case .size: _ = try size()
            case .duration: _ = try duration()
            case .text, .path: _ = try text()
            case .paths: _ = try paths(in: ".")
            case .choice(let words): _ = try choice(words)
            case .choiceOrList(let words, _):
                if isList {
                    for element in try elements() { element.collect(&problems) }
                } else {
                    _ = try choice(words)
                }
            case .list: for element in try elements() { element.collect(&problems) }
            case .map: for (_, node) in try entries() { node.collect(&problems) }
            case .section(let section): try collect(section, &problems)
            }
        } catch {
            problems += error.diagnostics
        }
    }

    /// The files that are named and cannot be read, each at its place.
    ///
    /// - Parameter folder: that relative paths are relative to.
    func unreadableFiles(in folder: String) -> [Diagnostic] {
        switch form {
        case .path(_, .read), .paths:
            let nodes = isList ? sequence.map { ConfigurationNode($0, file, form, name) } : [self]
            return nodes.compactMap { node in
                guard let path = try? node.path(in: folder), unsafe access(path, R_OK) != 0 else {
                    return nil
                }
                return .unreadable(path, errno, at: node.span)
            }
        case .list, .choiceOrList:
            let elements = isList ? (try? elements()) ?? [] : []
            return elements.flatMap { $0.unreadableFiles(in: folder) }
        case .map: return ((try? entries()) ?? []).flatMap { $0.node.unreadableFiles(in: folder) }
        case .section:
            let members = (try? mapping())?.members ?? [:]
            return members.values.flatMap { $0.unreadableFiles(in: folder) }
                .sorted { $0.span.start < $1.span.start }
        default: return []
        }
    }

    private var sequence: [Node] {
        if case .sequence(let sequence) = node { Array(sequence) } else { [] }
    }

    private func collect(
        _ section: ConfigurationSection, _ problems: inout [Diagnostic]
    ) throws(Failure) {
        guard case .mapping(let mapping) = node else {
            _ = try self.mapping()
            return
        }
        var given: Set<String> = []
        for (keyNode, value) in mapping {
            let (key, place) = key(keyNode)
            given.insert(key)
            guard let known = section[key] else {
                problems += unknown(key, at: place, in: section).diagnostics
                continue
            }
            ConfigurationNode(value, file, known.form, qualified(key)).collect(&problems)
        }
        for key in section.keys where key.isRequired && !given.contains(key.name) {
            problems += failure("the key `\(qualified(key.name))` is missing").diagnostics
        }
    }

    private func choice(_ words: [String]) throws(Failure) -> Bool {
        try choice(Dictionary(words.map { ($0, true) }, uniquingKeysWith: { first, _ in first }))
    }
}
