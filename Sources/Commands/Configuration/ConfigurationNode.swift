import CedarSyntax
import Yams

/// A place in the configuration file.
struct ConfigurationPlace: Sendable {
    private let words: String
    /// The line with the place underlined; empty where there is none.
    private let excerpt: String

    /// - Parameter mark: nil for the whole file.
    init(_ file: InputFile, _ mark: Mark?) {
        if let mark {
            self.init(file, line: mark.line, column: mark.column)
        } else {
            self.init(words: file.name, excerpt: "")
        }
    }

    private init(words: String, excerpt: String) {
        self.words = words
        self.excerpt = excerpt
    }

    init(_ file: InputFile, line: Int, column: Int) {
        words = "\(file.name):\(line):\(column)"
        excerpt = Self.excerpt(file, line, column)
    }

    private static func excerpt(_ file: InputFile, _ lineNumber: Int, _ column: Int) -> String {
        let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.indices.contains(lineNumber - 1) else { return "" }
        // Tabs stay, so that the caret stands below its place; others could steer a terminal.
        let line = String(decoding: lines[lineNumber - 1], as: UTF8.self).unicodeScalars.map {
            (scalar) -> Character in
            let kind = scalar.properties.generalCategory
            return scalar == "\t" || (kind != .control && kind != .format)
                ? Character(scalar) : " "
        }
        guard line.count <= 200, 1...(line.count + 1) ~= column else { return "" }
        let number = String(lineNumber)
        let margin = String(repeating: " ", count: number.utf8.count)
        let before = line.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
        return "\n\(margin) |\n\(number) | \(String(line))\n\(margin) | \(before)^"
    }

    /// A failure at this place.
    func failure(_ message: String, help: String? = nil) -> Failure {
        Failure("\(words): \(message)\(excerpt)" + (help.map { "\nhelp: \($0)" } ?? ""))
    }
}

/// One value of the configuration file, with its place for messages.
struct ConfigurationNode {
    private let node: Node
    private let file: InputFile
    /// The keys that lead here, joined by dots.
    private let name: String

    /// Reads a whole file.
    init(_ file: InputFile) throws(Failure) {
        let text = String(decoding: file.bytes, as: UTF8.self)
        try KeyedAliases.refuse(file)
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw Failure("`\(file.name)` is empty; see `writ serve --help` for its keys")
            }
            self.node = node
        } catch let failure as Failure {
            throw failure
        } catch let error as YamlError {
            throw Self.failure(error, file)
        } catch {
            throw Failure("`\(file.name)` cannot be read: \(error)")
        }
        self.file = file
        name = ""
    }

    /// Says where a text is no YAML.
    private static func failure(_ error: YamlError, _ file: InputFile) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ConfigurationPlace(file, mark).failure("this is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            // The library tells where the first of them stands at first.
            let (first, column) = (context.mark.line, context.mark.column)
            let line = keys.first.map {
                RepeatedKey.line(of: $0, after: first, column: column, in: file)
            }
            return ConfigurationPlace(file, line: line ?? first, column: column).failure(
                "\(keys.map { "`\($0)`" }.joined(separator: ", ")) stands twice")
        default: return Failure("`\(file.name)` is no YAML: \(error)")
        }
    }

    private init(_ node: Node, _ file: InputFile, _ name: String) {
        self.node = node
        self.file = file
        self.name = name
    }

    /// The members of a mapping whose keys are all known.
    struct Mapping {
        fileprivate let owner: ConfigurationNode
        fileprivate let members: [String: ConfigurationNode]

        func optional(_ key: String) throws(Failure) -> ConfigurationNode? { members[key] }

        func required(_ key: String) throws(Failure) -> ConfigurationNode {
            guard let node = members[key] else {
                throw owner.failure("the key `\(owner.qualified(key))` is missing")
            }
            return node
        }
    }

    /// Reads a mapping; a key that is not known, or stands twice, is refused.
    func mapping(_ known: [String: String]) throws(Failure) -> Mapping {
        guard case .mapping(let mapping) = node else {
            throw failure(
                "expected keys and values: " + known.keys.sorted().joined(separator: ", "))
        }
        var members: [String: ConfigurationNode] = [:]
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? ""
            let place = ConfigurationNode(keyNode, file, name)
            guard known[key] != nil else {
                let near = nearestName(to: key, among: known.keys.sorted())
                throw place.failure(
                    "unknown key `\(qualified(key))`",
                    help: near.map { "did you mean `\($0)`?" }
                        ?? "known keys: " + known.keys.sorted().joined(separator: ", "))
            }
            guard members[key] == nil else {
                throw place.failure("the key `\(qualified(key))` stands twice")
            }
            members[key] = ConfigurationNode(value, file, qualified(key))
        }
        return Mapping(owner: self, members: members)
    }

    private func qualified(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

    /// A failure at this place.
    func failure(_ message: String, help: String? = nil) -> Failure {
        place.failure(message, help: help)
    }

    /// Where this is, for what is found out when the file is read.
    var place: ConfigurationPlace {
        ConfigurationPlace(file, node.mark)
    }

    /// The members of a mapping whose keys are up to its author.
    func entries() throws(Failure) -> [(key: String, node: ConfigurationNode)] {
        guard case .mapping(let mapping) = node else {
            throw failure("`\(name)` must have keys and values")
        }
        var entries: [(key: String, node: ConfigurationNode)] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string, !key.isEmpty else {
                throw ConfigurationNode(keyNode, file, name).failure(
                    "a key of `\(name)` must be a single value")
            }
            entries.append((key, ConfigurationNode(value, file, qualified(key))))
        }
        return entries
    }

    /// Whether it is a list.
    var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    /// The elements of a list.
    func elements() throws(Failure) -> [ConfigurationNode] {
        guard case .sequence(let sequence) = node else {
            throw failure("`\(name)` must be a list")
        }
        return sequence.map { ConfigurationNode($0, file, name) }
    }

    func boolean() throws(Failure) -> Bool { try choice(["true": true, "false": false]) }

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

    /// One path or a list of paths, at least one.
    func paths(in folder: String) throws(Failure) -> [String] {
        guard case .sequence(let sequence) = node else { return [try path(in: folder)] }
        guard !sequence.isEmpty else { throw failure("`\(name)` must name at least one file") }
        var paths: [String] = []
        for element in sequence {
            paths.append(try ConfigurationNode(element, file, name).path(in: folder))
        }
        return paths
    }

    func choice<Value>(_ choices: [String: Value]) throws(Failure) -> Value {
        let text = try text()
        guard let value = choices[text] else {
            let names = choices.keys.sorted().map { "`\($0)`" }.joined(separator: " or ")
            throw failure("`\(name)` must be \(names), not `\(text)`")
        }
        return value
    }

    func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let value = Int(try text()), range.contains(value) else {
            throw failure(
                "`\(name)` must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func identifiers() throws(Failure) -> [UInt32] {
        guard case .sequence(let sequence) = node else {
            throw failure("`\(name)` must be a list of numbers, as in [1000, 1001]")
        }
        var identifiers: [UInt32] = []
        for element in sequence {
            let value = try ConfigurationNode(element, file, name).integer(0...Int(UInt32.max))
            identifiers.append(UInt32(value))
        }
        return identifiers
    }

    /// A number of bytes, as in `64KiB`.
    func size(_ range: ClosedRange<Int>) throws(Failure) -> Int {
        let units = ["": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]
        guard let value = scaled(try text(), units), range.contains(value) else {
            throw failure(
                "`\(name)` must be a size from \(range.lowerBound) to \(range.upperBound) bytes, "
                    + "as in `64KiB`")
        }
        return value
    }

    /// A length of time, as in `250ms`.
    func duration() throws(Failure) -> Swift.Duration {
        let units = ["ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000]
        guard let value = scaled(try text(), units), value > 0 else {
            throw failure("`\(name)` must be a time above zero, as in `250ms`, `5s` or `1m`")
        }
        return .milliseconds(value)
    }

    private func scaled(_ text: String, _ units: [String: Int]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let number = Int(digits), let factor = units[String(unit)] else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }
}
