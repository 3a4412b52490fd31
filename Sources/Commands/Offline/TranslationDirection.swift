import ArgumentParser

/// From which form of Cedar into which other.
enum TranslationDirection: String, CaseIterable, ExpressibleByArgument {
    case cedarToJSON = "cedar-to-json"
    case jsonToCedar = "json-to-cedar"
}
