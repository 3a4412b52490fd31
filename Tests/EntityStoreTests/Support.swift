import CedarEngine
import CedarSyntax
import Glibc
import JSON
import Testing

@testable import EntityStore

/// A new directory under the temporary one, removed with everything in it at the end.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/entity-store-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer {
            unsafe mkdtemp($0.baseAddress!) != nil
        }
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for directory in [store, path] {
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

    /// A path inside that does not exist yet.
    var store: String { path + "/store" }

    /// Makes a file and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = path + "/" + name
        guard let file = unsafe fopen(path, "w") else { throw StoreError(.failed, path, "") }
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        unsafe fclose(file)
        return path
    }
}

extension EntityStore {
    /// Opens a store that is made if need be.
    static func make(
        _ directory: TemporaryDirectory, _ change: (inout StoreOptions) -> Void = { _ in }
    ) throws -> EntityStore {
        var options = StoreOptions(createIfMissing: true, mapBytes: 4 << 20)
        change(&options)
        return try EntityStore.open(at: directory.store, options)
    }

    func importText(
        _ text: String, _ directory: TemporaryDirectory, mode: ImportMode = .atomic
    ) throws -> ImportReport {
        try importEntities(from: .file(try directory.file("import.json", text)), mode: mode)
    }

    func exportText(_ options: ExportOptions = ExportOptions(isSorted: true)) throws -> String {
        var text: [UInt8] = []
        _ = try exportEntities(options) { (bytes) throws(StoreError) in text += bytes.array }
        return String(decoding: text, as: UTF8.self)
    }

    /// The stored ancestors of a parent, as a decision sees them.
    func ancestors(_ uid: EntityUID) throws -> [EntityUID] {
        var reader = try makeReader()
        try reader.begin()
        return try reader.ancestors(uid)
    }

    func requireClean() throws {
        let report = try check()
        #expect(report.problems == [])
        #expect(report.isClean)
    }
}

extension EntityReader {
    borrowing func ancestors(_ uid: EntityUID) throws -> [EntityUID] {
        var encoder = FlatEncoder()
        let bytes = try encoder.encode(uid)
        let found: [EntityUID]? = bytes.withFlat { flat in
            switch self.ancestors(of: FlatEntity(flat)) {
            case .found(let set): set.uids
            case .absent: []
            case .failed: nil
            }
        }
        return try #require(found)
    }

    /// The entity that a decision sees; nil when absent. Fails the test when the lookup failed.
    borrowing func entity(_ uid: EntityUID) throws -> Entity? {
        var encoder = FlatEncoder()
        let bytes = try encoder.encode(uid)
        let answer: Entity?? = bytes.withFlat { flat in
            switch self.record(of: FlatEntity(flat)) {
            case .found(let record): .some(record.entity)
            case .absent: .some(nil)
            case .failed: nil
            }
        }
        return try #require(answer)
    }
}

func uid(_ id: String, _ type: String = "User") -> EntityUID {
    EntityUID(type: Text(type), id: Text(id))
}

func entity(
    _ id: String, in parents: [String] = [], _ attributes: [(key: Text, value: Value)] = []
) -> Entity {
    Entity(uid: uid(id), attributes: attributes, parents: parents.map { uid($0) })
}

/// A line of JSON Lines.
func line(_ id: String, in parents: [String] = [], _ value: Int = 0) -> String {
    let list = parents.map { #"{"type":"User","id":"\#($0)"}"# }.joined(separator: ",")
    return #"{"uid":{"type":"User","id":"\#(id)"},"attrs":{"n":\#(value)},"parents":[\#(list)]}"#
}

/// The JSON of an entity, with everything in order: what equality means here.
func words(_ entity: Entity?) -> String {
    guard let entity else { return "absent" }
    var encoder = EntityEncoder()
    guard let record = try? encoder.encode(entity) else { return "too large" }
    var writer = JSONWriter()
    writer.write(record.withFlat { EntityRecord($0).entity })
    return String(decoding: writer.bytes, as: UTF8.self)
}

/// Runs the closure and returns the error it must throw.
func refusal<Value>(
    _ location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Value
) throws -> StoreError {
    do {
        _ = try body()
    } catch {
        return try #require(error as? StoreError, sourceLocation: location)
    }
    Issue.record("nothing was refused", sourceLocation: location)
    throw StoreError(.failed, "", "")
}
