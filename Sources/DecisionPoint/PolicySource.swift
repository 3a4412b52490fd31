package import CedarEngine
import CedarSchema
import CedarSyntax
import Glibc

/// Reads policy files and compiles them into one ruleset.
package struct PolicySource: Sendable {
    /// Why the policies cannot be used; `description` is for people, with the source underlined.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
    }

    /// A policy file, or a folder whose `*.cedar` files are read in the order of their names.
    package let path: String
    /// A schema that every policy must be valid against, strictly; nil for none.
    package let schemaPath: String?

    /// The largest policy file, in bytes.
    package static let maximumBytes = 256 << 20

    package init(path: String, schemaPath: String? = nil) {
        self.path = path
        self.schemaPath = schemaPath
    }

    /// The files that make up the policy set, as they are now.
    package func files() throws(Failure) -> [String] {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
        guard let folder = unsafe opendir(path) else { throw unreadable(path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name.hasSuffix(".cedar"), !name.hasPrefix(".") { names.append(name) }
        }
        guard !names.isEmpty else {
            throw Failure(description: "the folder `\(path)` has no `*.cedar` file")
        }
        return names.sorted().map { "\(path)/\($0)" }
    }

    /// Names, sizes and times of the files: it changes when a file is written, made or removed.
    package func signature() -> String {
        let files = ((try? files()) ?? []) + (schemaPath.map { [$0] } ?? [])
        return files.map { file in
            var status = stat()
            guard unsafe stat(file, &status) == 0 else { return "\(file) -" }
            let time = status.st_mtim
            return "\(file) \(status.st_ino) \(status.st_size) \(time.tv_sec) \(time.tv_nsec)"
        }.joined(separator: "\n")
    }

    /// Reads, parses, validates and compiles the policies.
    ///
    /// A policy's id is its `@id` annotation, or `policy0`, `policy1`, … by its place over all
    /// files. Two policies with one id are refused.
    package func load() throws(Failure) -> Ruleset {
        var members: [PolicySet.Member] = []
        var places: [Text: String] = [:]
        var version: UInt64 = 0
        var validator: Validator?
        if let schemaPath { validator = try makeValidator(schemaPath) }
        for file in try files() {
            let bytes = try read(file)
            let renderer = DiagnosticRenderer(source: bytes, fileName: file)
            let parsed: PolicySet
            do throws(Diagnostics) {
                parsed = try PolicySet.parse(bytes)
                    .named(after: members.count, taken: &places, in: file)
            } catch {
                throw Failure(
                    description: error.all.map { renderer.render($0) }.joined(separator: "\n"))
            }
            if let validator {
                let errors = parsed.members.flatMap { validator.validate($0.policy) }
                    .filter { $0.severity == .error }
                guard errors.isEmpty else {
                    throw Failure(
                        description: errors.map { renderer.render($0) }.joined(separator: "\n"))
                }
            }
            members += parsed.members
            version = version &* 31 &+ FlatHash.bytes(bytes)
        }
        do throws(CompileError) {
            return try Ruleset(PolicySet(members: members), version: version)
        } catch {
            throw Failure(description: "`\(path)`: \(error.message)")
        }
    }

    private func makeValidator(_ path: String) throws(Failure) -> Validator {
        let bytes = try read(path)
        do throws(Diagnostics) {
            return Validator(try Schema.parse(bytes))
        } catch {
            let renderer = DiagnosticRenderer(source: bytes, fileName: path)
            throw Failure(
                description: error.all.map { renderer.render($0) }.joined(separator: "\n"))
        }
    }

    private func read(_ file: String) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(file) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(file) }
            if count == 0 { return bytes }
            guard bytes.count + count <= Self.maximumBytes else {
                throw Failure(
                    description: "`\(file)` is larger than \(Self.maximumBytes) bytes")
            }
            bytes += buffer[..<count]
        }
    }

    private func unreadable(_ file: String) -> Failure {
        Failure(
            description: "cannot read `\(file)`: \(unsafe String(cString: strerror(errno)))")
    }
}
