package import CedarEngine
package import CedarSyntax
import Files
import Glibc

/// Reads policies, links and a schema from files and compiles them into one ruleset.
package struct PolicySource: Sendable {
    /// Why the policies cannot be used; `description` is for people, with the source underlined.
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package let description: String
        /// Whether it is only that somebody writes the files at this moment.
        package let isBeingWritten: Bool
        /// The messages with their places; none when the failure has no place in a file.
        package let findings: [Finding]

        /// Messages about places in one file.
        package struct Finding: Sendable {
            package let file: String
            package let source: [UInt8]
            package let diagnostics: [Diagnostic]
        }

        init(description: String, isBeingWritten: Bool = false) {
            self.description = description
            self.isBeingWritten = isBeingWritten
            findings = []
        }

        init(_ findings: [Finding]) {
            self.findings = findings
            isBeingWritten = false
            description = findings.map { finding in
                let renderer = DiagnosticRenderer(source: finding.source, fileName: finding.file)
                return finding.diagnostics.map { renderer.render($0) }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
    }

    /// Policy files, or folders whose `*.cedar` and `*.cedar.json` files are read in the order of
    /// their names.
    ///
    /// A file whose name ends in `.json` holds a policy set, or one policy, as JSON.
    package let paths: [String]
    /// A schema that every policy must be valid against, strictly, and every request; nil for none.
    package let schemaPath: String?
    /// Files of links, as `writ link` writes them.
    package let linkPaths: [String]
    /// What annotations of policies may ask for.
    package let obligations: ObligationRules
    /// The member of contexts that the service establishes: requests are checked without it,
    /// whatever the schema declares.
    package let reservedMember: Text?
    /// Whether entities are searched for, so that searches are planned when policies load.
    package let plansSearch: Bool

    /// The largest policy file, in bytes.
    package static let maximumBytes = 256 << 20

    package init(
        paths: [String], schemaPath: String? = nil, linkPaths: [String] = [],
        reservedMember: Text? = nil, obligations: ObligationRules = ObligationRules(),
        plansSearch: Bool = false
    ) {
        self.reservedMember = reservedMember
        self.plansSearch = plansSearch
        self.paths = paths
        self.obligations = obligations
        self.schemaPath = schemaPath
        self.linkPaths = linkPaths
    }

    package init(path: String, schemaPath: String? = nil) {
        self.init(paths: [path], schemaPath: schemaPath)
    }

    /// The files that make up the policy set, as they are now.
    package func files() throws(Failure) -> [String] {
        var files: [String] = []
        for path in paths { files += try Self.files(at: path) }
        return files
    }

    private static func files(at path: String) throws(Failure) -> [String] {
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
            // Entities and tests are JSON too and often lie beside policies.
            let isPolicies = name.hasSuffix(".cedar") || name.hasSuffix(".cedar.json")
            if isPolicies, !name.hasPrefix(".") { names.append(name) }
        }
        guard !names.isEmpty else {
            throw Failure(
                description: "the folder `\(path)` has no `*.cedar` file and no `*.cedar.json` file"
            )
        }
        return names.sorted().map { "\(path)/\($0)" }
    }

    /// Names, sizes and times of the files: it changes when a file is written, made or removed.
    package func signature() -> String {
        let files = ((try? files()) ?? []) + linkPaths + (schemaPath.map { [$0] } ?? [])
        return files.map { "\($0) \(FileStamp(path: $0)?.text ?? "-")" }.joined(separator: "\n")
    }

    /// Reads, parses, links, validates and compiles the policies: all or nothing.
    ///
    /// In Cedar's syntax a policy's id is its `@id` annotation, or `policy0`, `policy1`, … by its
    /// place over all files; in JSON it is the one that the set gives it. Two policies or links
    /// with one id are refused.
    ///
    /// - Throws: also when files are being written, after a second of waiting for it to end.
    package func load() throws(Failure) -> Ruleset {
        var draft = PolicyDraft()
        for file in try files() {
            try draft.add(PolicyFile(name: file, bytes: try Self.read(file)))
        }
        for file in linkPaths {
            try draft.add(links: PolicyFile(name: file, bytes: try Self.read(file)))
        }
        guard let schemaPath else {
            return try draft.ruleset(
                nil, reserved: nil, obligations: obligations, plansSearch: plansSearch)
        }
        return try draft.ruleset(
            PolicyFile(name: schemaPath, bytes: try Self.read(schemaPath)),
            reserved: reservedMember, obligations: obligations, plansSearch: plansSearch)
    }

    private static func read(_ file: String) throws(Failure) -> [UInt8] {
        do throws(FileProblem) {
            return try SettledFile(
                file, maximumBytes: maximumBytes,
                waitingMilliseconds: SettledFile.startPatienceMilliseconds
            ).bytes
        } catch {
            throw Failure(
                description: error.description, isBeingWritten: error.kind == .beingWritten)
        }
    }

    private static func unreadable(_ file: String) -> Failure {
        Failure(
            description: "cannot read `\(file)`: \(unsafe String(cString: strerror(errno)))")
    }
}
