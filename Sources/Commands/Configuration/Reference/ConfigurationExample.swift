/// A configuration with every key, made of what is known about the keys: what must be given stands
/// there, everything else as a comment with its default or an example.
///
/// Lines that begin with `##` are words. Taking `# ` from the beginning of the others gives a
/// configuration with all keys, but for those that exclude another.
struct ConfigurationExample {
    private struct Line {
        var indent: Int
        var text: String
        let isWords: Bool
        /// Whether it is no comment.
        let isActive: Bool
    }

    private var lines: [Line] = []
    private static let columns = 80

    init(_ section: ConfigurationSection) {
        addOnly(section, 0, isActive: true, isNew: true)
    }

    /// The text of the file.
    var text: String {
        var text = Self.head
        for line in lines {
            let blanks = String(repeating: " ", count: line.indent)
            if line.isActive {
                text += blanks + line.text + "\n"
            } else if line.isWords, line.indent == 0 {
                text += line.text + "\n"
            } else {
                text += "# " + blanks + line.text + "\n"
            }
        }
        return text
    }

    private static let head = """
        ## The configuration of `writ serve`: every key, most of them as a comment
        ## with the default or an example. `writ configuration check FILE` tells what
        ## is wrong with a configuration, `writ configuration reference KEY` what a key
        ## means.
        ##
        ## It serves as it is:
        ##   writ new --name photos && cd photos
        ##   writ store import --store store entities.json
        ##   writ configuration example > writ.yaml
        ##   writ serve --config writ.yaml
        ##
        ## Take `# ` away from the beginning of a line to give a key, and of the lines
        ## of the key that it is in. Relative paths are relative to the file. Sizes take
        ## KiB, MiB and GiB; times ms, s, m and h.

        """

    // MARK: Sections

    /// Adds the keys of a section.
    ///
    /// - Parameter told: names of keys that are not explained, and hereafter those that were.
    private mutating func add(
        _ section: ConfigurationSection, _ sample: ConfigurationSample, _ indent: Int,
        isActive: Bool, told: inout Set<String>
    ) {
        for key in section.keys where sample.only?.contains(key.name) ?? true {
            let isNew = !told.contains(key.name)
            if sample.without.contains(key.name) {
                // One that a later element shows is explained there.
                let isShownLater = section.samples.contains {
                    $0.only?.contains(key.name) ?? false
                }
                guard isNew, !isShownLater else { continue }
                let shown = key.example.map { "`\(key.name): \($0)`" } ?? "`\(key.name)`"
                addWords("Or \(shown): \(key.meaning)", indent, isActive)
            } else {
                if indent == 0 { addBlank() }
                if isNew {
                    let terms = key.terms(section.alternatives(to: key.name))
                    addWords("\(key.meaning) \(terms)", indent, isActive)
                }
                add(
                    key, sample.values[key.name], indent, isActive: isActive && key.isRequired,
                    isNew: isNew)
            }
            told.insert(key.name)
        }
    }

    private mutating func add(
        _ key: ConfigurationKey, _ value: String?, _ indent: Int, isActive: Bool, isNew: Bool
    ) {
        switch key.form {
        case .section(let section):
            addLine("\(key.name):", indent, isActive)
            addOnly(section, indent + 2, isActive: isActive, isNew: isNew)
        case .map(_, .section(let section)):
            addLine("\(key.name):", indent, isActive)
            addLine("\(key.example ?? "name"):", indent + 2, isActive)
            addOnly(section, indent + 4, isActive: isActive, isNew: isNew)
        case .list(.section(let section)):
            addLine("\(key.name):", indent, isActive)
            addElements(section, indent + 2, isActive: isActive)
        default:
            var shown = value ?? key.example
            if shown == nil, case .value(let standard) = key.fallback { shown = standard }
            addLine("\(key.name): \(shown ?? "")", indent, isActive)
        }
    }

    private mutating func addOnly(
        _ section: ConfigurationSection, _ indent: Int, isActive: Bool, isNew: Bool
    ) {
        var told: Set<String> = isNew ? [] : Set(section.keys.map(\.name))
        let sample = section.samples.first ?? ConfigurationSample()
        add(section, sample, indent, isActive: isActive, told: &told)
    }

    private mutating func addElements(
        _ section: ConfigurationSection, _ indent: Int, isActive: Bool
    ) {
        var told: Set<String> = []
        if section.samples.contains(where: \.isFlow) {
            for key in section.keys {
                let terms = key.terms(section.alternatives(to: key.name))
                addWords("`\(key.name)`: \(key.meaning) \(terms)", indent, isActive)
            }
        }
        for sample in section.samples {
            if sample.isFlow {
                let members = section.keys.compactMap { key in
                    sample.values[key.name].map { "\(key.name): \($0)" }
                }
                addLine("- {" + members.joined(separator: ", ") + "}", indent, isActive)
                continue
            }
            if let title = sample.title { addWords(title, indent, isActive) }
            let first = lines.count
            add(section, sample, indent + 2, isActive: isActive, told: &told)
            let index = lines.indices.dropFirst(first).first { !lines[$0].isWords }
            guard let index else { continue }
            lines[index].text = "- " + lines[index].text
            lines[index].indent -= 2
        }
    }

    // MARK: Lines

    private mutating func addLine(_ text: String, _ indent: Int, _ isActive: Bool) {
        lines.append(Line(indent: indent, text: text, isWords: false, isActive: isActive))
    }

    private mutating func addBlank() {
        lines.append(Line(indent: 0, text: "", isWords: true, isActive: true))
    }

    private mutating func addWords(_ text: String, _ indent: Int, _ isActive: Bool) {
        // In a comment two columns are its mark.
        let columns = max(30, Self.columns - indent - 3 - (isActive || indent == 0 ? 0 : 2))
        for line in ConfigurationText.wrapped(text, columns: columns) {
            lines.append(
                Line(indent: indent, text: "## " + line, isWords: true, isActive: isActive))
        }
    }
}
