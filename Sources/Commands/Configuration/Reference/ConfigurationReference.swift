import CedarSyntax

/// All keys of the configuration in a list, each by its whole name.
struct ConfigurationReference {
    /// A key and where it is.
    struct Entry {
        /// The keys that lead here, joined by dots; `NAME` stands for a name that is up to the author.
        let path: String
        let key: ConfigurationKey
        /// The other keys of which exactly one must be given.
        let others: [String]
    }

    let entries: [Entry]

    init(_ section: ConfigurationSection) {
        var entries: [Entry] = []
        Self.add(section, below: "", to: &entries)
        self.entries = entries
    }

    private static func add(
        _ section: ConfigurationSection, below path: String, to entries: inout [Entry]
    ) {
        for key in section.keys {
            let own = path + key.name
            entries.append(
                Entry(path: own, key: key, others: section.alternatives(to: key.name)))
            guard let inner = key.form.inner else { continue }
            add(inner.section, below: own + inner.path + ".", to: &entries)
        }
    }

    /// The keys of a name, and those below it.
    ///
    /// - Parameter name: a whole name, with or without what stands for names of the author's.
    func entries(below name: String) -> [Entry] {
        entries.filter { entry in
            [entry.path, entry.path.replacing(".NAME", with: "")].contains { path in
                path == name || path.hasPrefix(name + ".")
            }
        }
    }

    /// The name that was perhaps meant.
    func nearest(to name: String) -> String? {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        if let same = entries.first(where: { $0.key.name == last }) { return same.path }
        if let near = nearestName(to: name, among: entries.map(\.path)) { return near }
        guard let near = nearestName(to: last, among: entries.map(\.key.name)) else { return nil }
        return entries.first { $0.key.name == near }?.path
    }
}

extension ConfigurationReference.Entry {
    /// The key for people, in lines of at most 80 columns.
    func lines(_ terminal: Terminal) -> [String] {
        [terminal.styled(path, .bold)]
            + ConfigurationText.wrapped(key.meaning, columns: 76).map { "    " + $0 }
            + ConfigurationText.wrapped(key.terms(others), columns: 76).map { "    " + $0 }
    }
}

extension ConfigurationKey {
    /// What it takes, and what holds without it.
    ///
    /// - Parameter others: the keys of which and itself exactly one must be given.
    func terms(_ others: [String]) -> String {
        var sentences: [String] = []
        if let first = form.terms.first {
            sentences.append(first.uppercased() + form.terms.dropFirst())
        }
        if !others.isEmpty {
            sentences.append("Exactly one of this and \(ConfigurationText.all(others))")
        } else {
            switch fallback {
            case .required: sentences.append("Required")
            case .value(let value): sentences.append("Default: `\(value)`")
            case .words(let words): sentences.append("Default: \(words)")
            }
        }
        return sentences.map { $0 + "." }.joined(separator: " ")
    }
}

extension ConfigurationSection {
    /// The keys of which and a given one exactly one must be given; none when it may be given beside
    /// the others.
    func alternatives(to name: String) -> [String] {
        alternatives.contains(name) ? alternatives.filter { $0 != name } : []
    }
}

extension ConfigurationText {
    /// Words in backticks: `a`, `b` and `c`.
    static func all(_ words: [String]) -> String {
        let quoted = words.map { "`\($0)`" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }

    /// A text in lines of at most so many columns; a longer word has a line of its own.
    static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}
