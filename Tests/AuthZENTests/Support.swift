import AuthZEN
import CedarEngine
import CedarSchema
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc
import JSON
import Synchronization

/// A new directory under the temporary one, removed with everything in it when the tests end.
///
/// Not before: its files may still be open, and a new store must not get the inode of one of them.
final class TemporaryDirectory: Sendable {
    let path: String

    private static let made: Mutex<[String]> = {
        atexit { TemporaryDirectory.removeAll() }
        return Mutex([])
    }()

    init() throws {
        var template = Array("/tmp/authzen-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        guard made else { throw TestFailure("no temporary directory") }
        let path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        Self.made.withLock { $0.append(path) }
        self.path = path
    }

    private static func removeAll() {
        let paths = made.withLock { $0 }
        for directory in paths.flatMap({ [$0 + "/store", $0] }) {
            guard let stream = unsafe opendir(directory) else { continue }
            while let entry = unsafe readdir(stream) {
                let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != "." && name != ".." { _ = unsafe unlink(directory + "/" + name) }
            }
            unsafe closedir(stream)
            _ = unsafe rmdir(directory)
        }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A store and policies in a directory of its own.
final class Workplace: Sendable {
    let directory: TemporaryDirectory
    let store: EntityStore
    let publisher: RulesetPublisher

    /// - Parameter reserved: the member of the schema's contexts that is not the caller's.
    init(
        policies: String, schema: String? = nil, reserved: Text? = nil, entities: [Entity] = [],
        obligations: Set<String> = []
    ) throws {
        directory = try TemporaryDirectory()
        store = try EntityStore.open(
            at: directory.path + "/store", StoreOptions(createIfMissing: true, mapBytes: 8 << 20))
        let compiled = try schema.map { text in
            let schema = try Schema.parse(Array(text.utf8))
            return try CompiledSchema(reserved.map(schema.withoutContextMember) ?? schema)
        }
        publisher = RulesetPublisher(
            try Ruleset(
                PolicySet.parse(Array(policies.utf8)), version: 1, schema: compiled,
                plansSearch: true), obligations: ObligationRules(knownObligations: obligations))
        if !entities.isEmpty { try store.put(entities) }
    }

    /// A folder of `Policies/authzen`.
    init(scenario: String) throws {
        let folder = projectFolder + "/Policies/authzen/" + scenario
        directory = try TemporaryDirectory()
        store = try EntityStore.open(
            at: directory.path + "/store", StoreOptions(createIfMissing: true, mapBytes: 8 << 20))
        publisher = RulesetPublisher(
            try PolicySource(
                paths: [folder + "/policies.cedar"], schemaPath: folder + "/schema.cedarschema",
                plansSearch: true
            ).load())
        _ = try store.importEntities(from: .file(folder + "/entities.json"), mode: .atomic)
    }

    func decider() throws -> Decider {
        try Decider(publisher: publisher, store: store, errors: .strict)
    }

    func service(
        _ change: (inout AuthZENConfiguration) -> Void = { _ in }
    ) throws -> AuthZENService {
        var configuration = AuthZENConfiguration()
        change(&configuration)
        return AuthZENService(try decider(), configuration)
    }
}

/// The root of the project's checkout.
let projectFolder = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    .dropLast(3).joined(separator: "/")

extension AuthZENService {
    mutating func answer(_ operation: AuthZENOperation, _ text: String) -> AuthZENReply {
        answer(operation, Array(text.utf8).span)
    }
}

extension AuthZENReply {
    var text: String { String(decoding: body, as: UTF8.self) }
}

func readFile(_ path: String) -> [UInt8]? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe fread($0.baseAddress, 1, $0.count, file)
        }
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

func entity(
    _ type: Text, _ id: Text, _ attributes: [(key: Text, value: Value)] = [],
    in parents: [EntityUID] = []
) -> Entity {
    Entity(
        uid: EntityUID(type: type, id: id), attributes: attributes, parents: parents, tags: [])
}
