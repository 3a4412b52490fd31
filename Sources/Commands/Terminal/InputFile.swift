import CedarSchema
import CedarSyntax
import Glibc
import JSON

/// A file given on the command line, read whole.
struct InputFile {
    /// The path as given, for messages; `-` is standard input.
    let name: String
    let bytes: [UInt8]

    /// The largest file that is read whole, in bytes.
    static let maximumBytes = 1 << 30

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    init(_ path: String) throws(Failure) {
        name = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, errno) }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path, errno) }
            if count == 0 { break }
            guard bytes.count + count <= Self.maximumBytes else {
                throw Failure("`\(path)` is larger than \(Self.maximumBytes) bytes", file: path)
            }
            bytes += buffer[..<count]
        }
        self.bytes = bytes
    }

    /// Reads the file as JSON.
    func json() throws(Failure) -> ValueJSON {
        guard !bytes.isEmpty else {
            let what = name == "standard input" ? name : "`\(name)`"
            throw Failure(
                [
                    Diagnostic(
                        span: SourceSpan(0, 1), message: "the text ends where a value should be",
                        help: "\(what) is empty: it must hold JSON")
                ], in: self)
        }
        do throws(JSONError) {
            return ValueJSON(
                try JSONTape(parsing: bytes, limits: JSONLimits(maximumBytes: Self.maximumBytes)))
        } catch {
            throw failure(DataError(error))
        }
    }

    /// A failure at a place in this file, with the source underlined.
    func failure(_ error: DataError) -> Failure {
        let diagnostic = Diagnostic(
            span: SourceSpan(error.offset, error.offset + 1), message: error.message)
        return Failure([diagnostic], in: self)
    }

    func failure(_ diagnostics: Diagnostics) -> Failure {
        Failure(diagnostics.all, in: self)
    }

    /// Shows diagnostics with their lines.
    func render(_ diagnostics: [Diagnostic]) -> String {
        let renderer = DiagnosticRenderer(
            source: bytes, fileName: name, isColored: Terminal.error.hasColour)
        return diagnostics.map { renderer.render($0) }.joined(separator: "\n")
    }

    /// Reads the file as policies; in Cedar's syntax they go by their `@id` if they have one.
    func policies(_ format: PolicyFormat = .cedar) throws(Failure) -> PolicySet {
        switch format {
        case .cedar:
            var taken: [Text: String] = [:]
            do throws(Diagnostics) {
                return try PolicySet.parse(bytes).named(taken: &taken, in: name)
            } catch {
                throw failure(error)
            }
        case .json:
            do throws(DataError) {
                return try PolicySet.parse(jsonPolicyOrSet: bytes)
            } catch {
                throw failure(error)
            }
        }
    }

    /// Reads the text as one expression.
    func expression() throws(Failure) -> Expression {
        do throws(Diagnostics) {
            return try Expression.parse(bytes)
        } catch {
            throw failure(error)
        }
    }

    /// Reads the file as a schema; in either syntax when no format is given.
    func schema(_ format: SchemaFormat? = nil) throws(Failure) -> Schema {
        do throws(Diagnostics) {
            switch format {
            case nil: return try Schema.parse(bytes)
            case .cedar: return try Schema(resolving: SchemaTree.parse(bytes))
            case .json: return try Schema(resolving: SchemaTree.parseJSON(bytes))
            }
        } catch {
            throw failure(error)
        }
    }

    /// Reads the file as entities JSON; with a schema, with the types it gives.
    func entities(schema: Schema? = nil) throws(Failure) -> [Entity] {
        let json = try json()
        do throws(DataError) {
            if let schema { return try json.entities(json.tape.root, schema: schema) }
            return try json.entities(json.tape.root)
        } catch {
            throw failure(error)
        }
    }
}

/// The absolute form of a path that exists; the path itself when it cannot be found out.
func absolute(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

/// A path made absolute by the working directory; it need not exist.
func absolutePath(_ path: String) -> String {
    path.hasPrefix("/") ? path : absolute(".") + "/" + path
}
