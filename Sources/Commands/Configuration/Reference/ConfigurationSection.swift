/// A mapping of the configuration whose keys are known: what is read, and what is told about it.
struct ConfigurationSection: Sendable {
    let keys: [ConfigurationKey]
    /// Keys of which exactly one must be there; none when all may.
    let alternatives: [String]
    /// How the example shows it; of a list each is an element.
    let samples: [ConfigurationSample]

    init(
        exactlyOneOf alternatives: [String] = [], samples: [ConfigurationSample] = [],
        _ keys: [ConfigurationKey]
    ) {
        self.keys = keys
        self.alternatives = alternatives
        // Of alternatives the first is shown.
        self.samples =
            samples.isEmpty
            ? [ConfigurationSample(without: Array(alternatives.dropFirst()))] : samples
    }

    /// The key of a name.
    subscript(name: String) -> ConfigurationKey? { keys.first { $0.name == name } }
}

/// One key of the configuration: everything that is known about it.
struct ConfigurationKey: Sendable {
    let name: String
    let form: ConfigurationForm
    let fallback: ConfigurationDefault
    /// What it means: sentences.
    let meaning: String
    /// A value for the example, as YAML; nil where the default or the keys inside are it.
    let example: String?

    init(
        _ name: String, _ form: ConfigurationForm, _ fallback: ConfigurationDefault,
        _ meaning: String, example: String? = nil
    ) {
        self.name = name
        self.form = form
        self.fallback = fallback
        self.meaning = meaning
        self.example = example
    }

    var isRequired: Bool {
        if case .required = fallback { true } else { false }
    }
}

/// What holds when a key is not given.
enum ConfigurationDefault: Sendable {
    /// It must be given.
    case required
    /// A value that could as well be given, as YAML.
    case value(String)
    /// What cannot be given, in words.
    case words(String)

    /// Nothing.
    static let none = ConfigurationDefault.words("none")

    static func count(_ number: Int) -> ConfigurationDefault { .value(String(number)) }

    static func size(_ bytes: Int) -> ConfigurationDefault {
        .value(ConfigurationText.size(bytes))
    }

    static func duration(_ duration: Swift.Duration) -> ConfigurationDefault {
        .value(ConfigurationText.duration(duration))
    }

    static func boolean(_ isTrue: Bool) -> ConfigurationDefault { .value(String(isTrue)) }
}

/// How a section is shown in the example.
struct ConfigurationSample: Sendable {
    /// What this element of a list is for; nil says nothing.
    let title: String?
    /// The keys that are shown; nil for all.
    let only: [String]?
    /// Keys that are told and not shown, because they exclude others.
    let without: [String]
    /// Values, as YAML, instead of those of the keys.
    let values: [String: String]
    /// Whether all is on one line.
    let isFlow: Bool

    init(
        _ title: String? = nil, only: [String]? = nil, without: [String] = [],
        values: [String: String] = [:]
    ) {
        self.title = title
        self.only = only
        self.without = without
        self.values = values
        isFlow = false
    }

    /// An element on one line: these keys, in the order of the section.
    init(flow values: KeyValuePairs<String, String>) {
        title = nil
        only = values.map(\.key)
        without = []
        self.values = Dictionary(uniqueKeysWithValues: values.map { ($0.key, $0.value) })
        isFlow = true
    }
}
