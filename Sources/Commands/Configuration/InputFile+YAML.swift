import CedarSyntax
import Yams

extension InputFile {
    /// Says where a text is no YAML.
    func failure(_ error: YamlError) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            let start = offset(line: mark.line, column: mark.column)
            return SourcePlace(self, SourceSpan(start, start + 1))
                .failure("this is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            // The library tells where the first of them stands at first.
            let (first, column) = (context.mark.line, context.mark.column)
            let line = keys.first.map {
                RepeatedKey.line(of: $0, after: first, column: column, in: self)
            }
            let start = offset(line: line ?? first, column: column)
            return SourcePlace(self, word(at: start)).failure(
                "\(keys.map { "`\($0)`" }.joined(separator: ", ")) stands twice")
        default: return Failure("`\(name)` is no YAML: \(error)", file: name)
        }
    }
}
