/// What a key of the configuration takes.
///
/// It is what values are read by, and what the reference, the JSON Schema and the example are made
/// of: a bound is written down once.
indirect enum ConfigurationForm: Sendable {
    /// `true` or `false`.
    case boolean
    case integer(ClosedRange<Int>)
    /// A number of bytes, as in `64KiB`.
    case size(ClosedRange<Int>)
    /// A length of time, as in `250ms`.
    case duration(DurationRange)
    /// One of some words.
    case choice([String])
    /// A single value that is not empty; in words what it is, with its article.
    case text(String)
    /// A path, relative to the configuration file or absolute; in words what is there.
    case path(String, PathUse)
    /// A path or a list of them.
    case paths(String)
    case list(ConfigurationForm)
    /// Keys that are up to the author, all with values of one form; in words what the keys are.
    case map(String, ConfigurationForm)
    /// A word, or a list.
    case choiceOrList([String], ConfigurationForm)
    /// Keys that are known.
    case section(ConfigurationSection)

    /// What is at a path.
    enum PathUse: Sendable {
        /// It is read, and must be there.
        case read
        /// It is read when it is there.
        case watched
        /// The service makes it.
        case made
    }

    static func file(_ words: String) -> ConfigurationForm { .path(words, .read) }
    static func watchedFile(_ words: String) -> ConfigurationForm { .path(words, .watched) }
    static let socketPath = ConfigurationForm.path("a path of at most 107 bytes", .made)

    /// User or group ids.
    static let identifiers = ConfigurationForm.list(.integer(0...Int(UInt32.max)))
}

/// The lengths of time that a key takes.
struct DurationRange: Sendable {
    /// Nil without a bound.
    let maximum: Swift.Duration?
    /// Whether it is a number of whole seconds, at least one; of whole milliseconds otherwise.
    let isWholeSeconds: Bool

    static let any = DurationRange(maximum: nil, isWholeSeconds: false)

    static func upTo(_ maximum: Swift.Duration) -> DurationRange {
        DurationRange(maximum: maximum, isWholeSeconds: false)
    }

    static func wholeSeconds(upTo maximum: Swift.Duration) -> DurationRange {
        DurationRange(maximum: maximum, isWholeSeconds: true)
    }

    /// The range in words that follow `a time`.
    var words: String {
        let end = maximum.map { ConfigurationText.duration($0) }
        guard isWholeSeconds else {
            return "above zero" + (end.map { " and at most \($0)" } ?? "")
        }
        return end.map { "in whole seconds, from 1s to \($0)" } ?? "in whole seconds"
    }

    func contains(_ duration: Swift.Duration) -> Bool {
        guard duration > .zero else { return false }
        if let maximum, duration > maximum { return false }
        return !isWholeSeconds || duration.components.attoseconds == 0
    }
}

extension ConfigurationForm {
    /// What is expected, in words with their article.
    var words: String {
        switch self {
        case .integer(let range):
            "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .size(let range): "a size from \(ConfigurationText.range(range))"
        case .duration(let range): "a time \(range.words)"
        default: terms
        }
    }

    /// What it takes, as the reference says it.
    var terms: String {
        switch self {
        case .boolean: "`true` or `false`"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .size(let range): ConfigurationText.range(range)
        case .duration(let range): "a time \(range.words)"
        case .choice(let words): ConfigurationText.alternatives(words)
        case .text(let words), .path(let words, _): words
        case .paths(let words): "\(words), or a list of these"
        case .list(.section): "a list"
        case .list(.integer): "a list of numbers"
        case .list(let form): "a list: \(form.terms)"
        case .map(let key, .section): "the keys below for each \(key)"
        case .map(let key, let form): "for each \(key) \(form.terms)"
        case .choiceOrList(let words, let form):
            "\(ConfigurationText.alternatives(words)), or a list: \(form.terms)"
        case .section: ""
        }
    }

    /// The keys inside, with what stands for the names in between.
    var inner: (section: ConfigurationSection, path: String)? {
        switch self {
        case .section(let section): (section, "")
        case .list(let form), .choiceOrList(_, let form): form.inner
        case .map(_, let form): form.inner.map { ($0.section, ".NAME" + $0.path) }
        default: nil
        }
    }
}

/// Values as they are written in a configuration.
enum ConfigurationText {
    /// Bytes, with the largest unit that divides them.
    static func size(_ bytes: Int) -> String {
        let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        for (unit, factor) in units where bytes >= factor && bytes % factor == 0 {
            return "\(bytes / factor)\(unit)"
        }
        return String(bytes)
    }

    /// Bytes for people: without a unit they are called so.
    static func bytes(_ bytes: Int) -> String {
        let text = size(bytes)
        guard text.allSatisfy(\.isNumber) else { return text }
        return bytes == 1 ? "1 byte" : "\(bytes) bytes"
    }

    /// From a number of bytes to another.
    static func range(_ range: ClosedRange<Int>) -> String {
        "\(bytes(range.lowerBound)) to \(bytes(range.upperBound))"
    }

    /// A time, with the largest unit that divides it.
    static func duration(_ duration: Swift.Duration) -> String {
        let (seconds, fraction) = duration.components
        let milliseconds = seconds * 1000 + fraction / 1_000_000_000_000_000
        let units: [(name: String, factor: Int64)] = [
            ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
        ]
        for unit in units where milliseconds >= unit.factor && milliseconds % unit.factor == 0 {
            return "\(milliseconds / unit.factor)\(unit.name)"
        }
        return "\(milliseconds)ms"
    }

    /// Words in backticks: `a`, `b` or `c`.
    static func alternatives(_ words: [String]) -> String {
        let quoted = words.map { "`\($0)`" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
